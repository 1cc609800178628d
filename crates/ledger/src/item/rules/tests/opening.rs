//! Promised: an open item from before the book comes in as its own first record; its due date,
//! extensions and recoveries count what had happened, and its closing happens here.

use super::*;
use crate::item::ItemOpening;
use crate::opening::CutOver;

/// Item 1, at work since the feedback of 2018-07-28, of whose 1000 fen 600 have come back.
pub(super) fn take_over(change: impl FnOnce(&mut ItemOpening)) -> Ask {
    let mut opening = ItemOpening {
        draft: ItemDraft {
            recovery_required_fen: fen(1000),
            ..a_draft()
        },
        cut_over: CutOver {
            on: on("2018-12-31"),
            document: reference(),
        },
        state: State::InProgress,
        issued_on: on("2018-07-30"),
        extensions: vec![on("2018-12-28")],
        suspended_days: 5,
        demanded_fen: fen(1000),
        received_fen: fen(600),
        waived_fen: fen(100),
    };
    change(&mut opening);
    ask(MAYOR, "2019-01-02", ItemCommand::TakeOver(opening))
}

#[test]
fn refuses_what_one_person_records_and_what_comes_after_the_first_record() {
    let alone = |world: &World, of: &Ask| {
        let context = Context {
            proposed_by: None,
            ..of.context()
        };
        decide(&world.books, &context, &of.command)
            .unwrap_err()
            .to_string()
    };
    expect![
        "an opening is recorded by one person and confirmed by another: propose it as an entry"
    ]
    .assert_eq(&alone(&World::new(), &take_over(|_| ())));
    check(
        &[draft(|_| ())],
        take_over(|_| ()),
        expect!["ALREADY_EXISTS item: #1001 exists already"],
    );
    check(
        &[draft(|_| ())],
        take_over(|_| ()).observed(),
        expect!["ALREADY_EXISTS item: #1001 exists already"],
    );
}

#[test]
fn refuses_what_cannot_be() {
    let refused = |change: fn(&mut ItemOpening), then: Expect| check(&[], take_over(change), then);
    refused(
        |it| it.draft.round = round(9),
        expect!["NOT_FOUND round: #2009 is not known in this ledger"],
    );
    refused(
        |it| it.demanded_fen = fen(-1),
        expect![[r#"
        BAD_AMOUNT demanded_fen:
        -1 fen is not an amount that may be stated (1 to 10^15 fen)"#]],
    );
    refused(
        |it| it.state = State::Closed,
        expect![[r#"
            BAD_FIELD state:
            it must be an open state before closing; see item.import_closure for others"#]],
    );
    refused(
        |it| it.state = State::Verified,
        expect![[r#"
            BAD_FIELD state:
            it must be an open state before closing; see item.import_closure for others"#]],
    );
    refused(
        |it| it.issued_on = on("2019-01-01"),
        expect![[r#"
        BAD_DATE issued_on:
        the day of issue is known and lies not after the cut-over day"#]],
    );
    refused(
        |it| it.extensions = vec![on("2018-09-28")],
        expect![[r#"
        BAD_DATE extensions:
        each extension names an exact day later than the one before it"#]],
    );
    refused(
        |it| it.extensions.push(on("2018-12-28")),
        expect![[r#"
        BAD_DATE extensions:
        each extension names an exact day later than the one before it"#]],
    );
}

#[test]
fn due_dates_and_recoveries_count_what_had_happened() {
    check(
        &[],
        take_over(|_| ()),
        expect!["item.taken_over -> in_progress"],
    );
    let mut world = World::new();
    world.take(&take_over(|_| ()));
    let row = world.item();
    assert_eq!(row.due_base, Some(day("2018-09-28")));
    assert_eq!(row.due(day("2019-01-02")), Some(day("2019-01-02")));
    assert_eq!(row.overdue_days(day("2019-01-03")), 1);
    let again = ask(CLERK, "2019-01-02", extend_to("2019-02-28"));
    let twice = |it: &mut ItemOpening| it.extensions.push(on("2019-01-31"));
    check(
        &[take_over(|_| ())],
        again.clone(),
        expect!["item.extension_requested -> in_progress"],
    );
    check(
        &[take_over(twice)],
        again,
        expect!["EXTENSION_REFUSED: it has been extended twice already"],
    );
    let missing = missing_for_closure(&world.books, item(1));
    let missing: Vec<_> = missing.iter().map(ToString::to_string).collect();
    expect![[r#"
        item.close is not possible in state in_progress
        there is no measure
        1000 fen must be recovered; 600 fen received, 100 fen waived"#]]
    .assert_eq(&missing.join("\n"));
}

#[test]
fn a_suspension_stands_still_from_the_cut_over_on() {
    let mut world = World::new();
    world.take(&take_over(|it| it.state = State::Suspended));
    assert_eq!(world.item().suspended_days(day("2019-01-10")), 15);
    world.take(&ask(MAYOR, "2019-01-10", step(ItemCommand::Resume)));
    assert_eq!(world.item().state, State::InProgress);
}
