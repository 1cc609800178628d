//! The ladder of letters. The item is due on 2018-09-28.

use super::*;

/// A letter of the office; a warning names 2018-11-30.
fn send(kind: LetterKind, number: &str, on: &'static str) -> Ask {
    letter(kind, number, on, |_| ())
}

fn letter(
    kind: LetterKind,
    number: &str,
    date: &'static str,
    change: impl FnOnce(&mut Letter),
) -> Ask {
    let mut letter = Letter {
        item: item(1),
        kind,
        number: Reference::new(number).unwrap(),
        last_day: (kind == LetterKind::Warning).then(|| on("2018-11-30")),
        receiver_unit: None,
        receiver_person: None,
        content: None,
    };
    change(&mut letter);
    ask(INSPECTOR, date, ItemCommand::SendLetter(letter))
}

fn urged() -> Vec<Ask> {
    and(at_work(), [send(LetterKind::Urging, "督1", "2018-09-29")])
}
fn warned() -> Vec<Ask> {
    and(urged(), [send(LetterKind::Warning, "告1", "2018-10-28")])
}

/// `kind since`, or nothing due.
fn due_on(given: &[Ask], today: &str) -> String {
    let world = World::given(given);
    let due = world.item().due_letter(&world.books, day(today));
    due.map_or("-".to_owned(), |due| format!("{} {}", due.kind, due.since))
}

#[test]
fn each_letter_is_due_from_its_day_until_it_is_sent() {
    let given = at_work();
    let reminded = and(at_work(), [send(LetterKind::Reminder, "提1", "2018-09-13")]);
    let accused = and(
        warned(),
        [send(LetterKind::Accountability, "问1", "2018-12-01")],
    );
    let rows: &[(&[Ask], &str, &str)] = &[
        (&given, "2018-09-12", "-"),
        (&given, "2018-09-13", "reminder 2018-09-13"),
        (&given, "2018-09-28", "reminder 2018-09-13"),
        (&reminded, "2018-09-28", "-"),
        (&reminded, "2018-09-29", "urging 2018-09-29"),
        (&given, "2018-09-29", "urging 2018-09-29"),
        // However late: one rung after the other.
        (&given, "2019-09-29", "urging 2018-09-29"),
        (&urged(), "2018-10-27", "-"),
        (&urged(), "2018-10-28", "warning 2018-10-28"),
        (&warned(), "2018-11-30", "-"),
        (&warned(), "2018-12-01", "accountability 2018-12-01"),
        (&accused, "2019-12-01", "-"),
    ];
    for (given, today, expected) in rows {
        assert_eq!(due_on(given, today), *expected, "{today}");
    }
}

#[test]
fn the_policy_of_the_ledger_says_how_early_and_how_late() {
    let mut world = World::given(&urged());
    let book = world.books.book.as_mut().unwrap();
    (book.reminder_days, book.warning_days) = (Some(3), Some(7));
    let due = |today| world.item().due_letter(&world.books, day(today));
    assert_eq!(due("2018-10-04"), None);
    assert_eq!(due("2018-10-05").unwrap().since, day("2018-10-05"));
    assert_eq!(ladder_of(&at_work(), 3, "2018-09-24"), None);
    assert_eq!(
        ladder_of(&at_work(), 3, "2018-09-25"),
        Some(LetterKind::Reminder)
    );
}

fn ladder_of(given: &[Ask], reminder_days: u32, today: &str) -> Option<LetterKind> {
    let mut world = World::given(given);
    world.books.book.as_mut().unwrap().reminder_days = Some(reminder_days);
    let due = world.item().due_letter(&world.books, day(today));
    due.map(|due| due.kind)
}

#[test]
fn nothing_is_due_while_others_have_the_item() {
    for state in [
        State::Drafted,
        State::ClosureRequested,
        State::Verified,
        State::Closed,
    ] {
        assert_eq!(due_on(&up_to(state), "2019-01-01"), "-", "{state}");
    }
    let suspended = and(
        at_work(),
        [ask(MAYOR, "2018-09-01", because(ItemCommand::Suspend))],
    );
    assert_eq!(due_on(&suspended, "2019-01-01"), "-");
}

#[test]
fn a_later_due_date_begins_the_ladder_anew() {
    let extended = and(
        at_work(),
        [
            send(LetterKind::Urging, "督1", "2018-09-01"),
            ask(CLERK, "2018-09-20", extend_to("2018-10-31")),
            ask(MAYOR, "2018-09-21", step(ItemCommand::GrantExtension)),
        ],
    );
    assert_eq!(due_on(&extended, "2018-10-15"), "-");
    assert_eq!(due_on(&extended, "2018-10-16"), "reminder 2018-10-16");
    assert_eq!(due_on(&extended, "2018-11-01"), "urging 2018-11-01");
    check(
        &extended,
        send(LetterKind::Warning, "告1", "2018-11-05"),
        expect!["LETTER_ORDER: a warning comes after an urging"],
    );
}

/// The clock stood still meanwhile, and that is all that the unit has won.
#[test]
fn asking_for_a_closing_does_not_shake_an_urging_off() {
    let back = and(
        urged(),
        [
            ask(CLERK, "2018-10-01", step(ItemCommand::RequestClosure)),
            ask(FIRST, "2018-10-03", because(ItemCommand::ReturnForRework)),
        ],
    );
    assert_eq!(due_on(&back, "2018-10-29"), "-");
    assert_eq!(due_on(&back, "2018-10-30"), "warning 2018-10-30");
    check(
        &back,
        send(LetterKind::Warning, "告1", "2018-10-30"),
        expect!["item.letter_sent -> in_progress"],
    );
}

#[test]
fn comes_in_the_order_of_the_ladder() {
    check(
        &at_work(),
        send(LetterKind::Reminder, "提1", "2018-09-28"),
        expect!["item.letter_sent -> in_progress"],
    );
    check(
        &at_work(),
        send(LetterKind::Reminder, "提1", "2018-09-29"),
        expect![[r#"
            LETTER_ORDER:
            a reminder comes before the due date: this item is overdue and is urged"#]],
    );
    check(
        &at_work(),
        send(LetterKind::Warning, "告1", "2018-10-28"),
        expect!["LETTER_ORDER: a warning comes after an urging"],
    );
    check(
        &urged(),
        letter(LetterKind::Warning, "告1", "2018-10-28", |it| {
            it.last_day = None
        }),
        expect![[r#"
            BAD_DATE last_day:
            a warning names a last day after the day on which it is sent"#]],
    );
    check(
        &urged(),
        letter(LetterKind::Warning, "告1", "2018-10-28", |it| {
            it.last_day = Some(on("2018-10-28"));
        }),
        expect![[r#"
            BAD_DATE last_day:
            a warning names a last day after the day on which it is sent"#]],
    );
    check(
        &urged(),
        letter(LetterKind::Warning, "告1", "2018-10-28", |it| {
            it.last_day = Some(on("2018-10-29"));
        }),
        expect!["item.letter_sent -> in_progress"],
    );
    check(
        &urged(),
        send(LetterKind::Accountability, "问1", "2018-12-01"),
        expect!["LETTER_ORDER: an accountability letter comes after a warning"],
    );
    check(
        &warned(),
        send(LetterKind::Accountability, "问1", "2018-11-30"),
        expect!["LETTER_ORDER: the last day of the warning has not passed"],
    );
    check(
        &warned(),
        send(LetterKind::Accountability, "问1", "2018-12-01"),
        expect!["item.letter_sent -> in_progress"],
    );
}

#[test]
fn what_was_sent_out_of_order_is_stored_and_questioned() {
    let observed = send(LetterKind::Warning, "告1", "2018-10-28").observed();
    let world = World::given(&at_work());
    let events = world.decide(&observed).unwrap();
    let broken: Vec<_> = events
        .iter()
        .flat_map(|event| crate::breaches(&world.books, &observed.context(), event))
        .map(|no| no.code())
        .collect();
    assert_eq!(broken, ["LETTER_ORDER"]);
}

#[test]
fn names_who_exists_under_a_number_of_its_own_and_comes_from_outside() {
    let nowhere = OrganisationId(Uuid::from_u128(99));
    check(
        &at_work(),
        letter(LetterKind::Urging, "督1", "2018-10-01", |it| {
            it.receiver_unit = Some(nowhere);
        }),
        expect!["NOT_FOUND receiver_unit: #0063 is not known in this ledger"],
    );
    check(
        &at_work(),
        letter(LetterKind::Urging, "督1", "2018-10-01", |it| {
            it.receiver_person = Some(CLERK.person);
        }),
        expect!["NOT_FOUND receiver_person: #000a is not known in this ledger"],
    );
    check(
        &urged(),
        send(LetterKind::Urging, "督1", "2018-10-01"),
        expect!["ALREADY_EXISTS number: #1001 exists already"],
    );
    for insider in [CLERK, VILLAGER] {
        let mut own = send(LetterKind::Urging, "督1", "2018-10-01");
        own.who = insider;
        let refused = World::given(&at_work()).decide(&own).unwrap_err();
        assert_eq!(refused.code(), "NOT_INDEPENDENT");
    }
}

#[test]
fn is_sent_to_the_responsible_unit_unless_it_names_another() {
    let given = and(
        urged(),
        [letter(LetterKind::Urging, "督2", "2018-10-01", |it| {
            it.receiver_unit = Some(unit(COUNTY));
            it.content = Some(text("限期报送"));
        })],
    );
    let world = World::given(&given);
    let units: Vec<_> = world
        .item()
        .letters
        .iter()
        .map(|it| it.receiver_unit)
        .collect();
    assert_eq!(units, [unit(TOWN), unit(COUNTY)]);
    assert_eq!(world.item().letters[1].due_on, Some(day("2018-09-28")));
}

/// A paper of before the due date ends no ladder that has not begun.
#[test]
fn a_letter_that_was_sent_before_anything_was_late_ends_nothing() {
    let early = |kind| {
        let sent = send(kind, "问1", "2018-08-21").observed();
        due_on(&and(at_work(), [sent]), "2018-12-01")
    };
    assert_eq!(early(LetterKind::Accountability), "urging 2018-09-29");
    assert_eq!(early(LetterKind::Warning), "urging 2018-09-29");
    // An urging may come early.
    assert_eq!(early(LetterKind::Urging), "warning 2018-10-28");
    let late = send(LetterKind::Accountability, "问1", "2018-10-01").observed();
    assert_eq!(due_on(&and(at_work(), [late]), "2018-12-01"), "-");
}
