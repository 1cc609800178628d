//! What a draft must bring.

use super::*;

#[test]
fn refuses_names_that_are_not_known_or_known_already() {
    check(
        &up_to(State::Drafted),
        draft(|_| ()),
        expect!["ALREADY_EXISTS item: #1001 exists already"],
    );
    check(
        &[],
        draft(|draft| draft.round = round(9)),
        expect!["NOT_FOUND round: #2009 is not known in this ledger"],
    );
    check(
        &[],
        draft(|draft| draft.parent = Some(item(9))),
        expect!["NOT_FOUND parent: #1009 is not known in this ledger"],
    );
    check(
        &[],
        draft(|draft| draft.parent = Some(draft.item)),
        expect!["NOT_FOUND parent: #1001 is not known in this ledger"],
    );
    check(
        &[],
        draft(|draft| draft.responsible_unit = unit(99)),
        expect!["NOT_FOUND responsible_unit: #0063 is not known in this ledger"],
    );
    check(
        &[],
        draft(|draft| draft.lead_unit = Some(unit(99))),
        expect!["NOT_FOUND lead_unit: #0063 is not known in this ledger"],
    );
    check(
        &[],
        draft(|draft| draft.lead_unit = Some(unit(FINANCE))),
        expect!["item.drafted -> drafted"],
    );
}

#[test]
fn only_a_common_item_has_cases() {
    let parent = |scope| {
        draft(move |draft| {
            draft.item = item(2);
            draft.scope = scope;
        })
    };
    let child = draft(|draft| draft.parent = Some(item(2)));
    check(
        &[parent(ItemScope::Individual)],
        child.clone(),
        expect!["BAD_FIELD parent: only a common item may have cases"],
    );
    check(
        &[parent(ItemScope::Common)],
        child,
        expect!["item.drafted -> drafted"],
    );
}

#[test]
fn amounts_lie_between_nothing_and_the_command_limit() {
    let most = Fen::COMMAND_MAX.get();
    let involved = |amount| draft(move |draft| draft.amount_involved_fen = fen(amount));
    check(
        &[],
        involved(-1),
        expect![[r#"
        BAD_AMOUNT amount_involved_fen:
        -1 fen is not an amount that may be stated (1 to 10^15 fen)"#]],
    );
    check(&[], involved(0), expect!["item.drafted -> drafted"]);
    check(&[], involved(most), expect!["item.drafted -> drafted"]);
    check(
        &[],
        involved(most + 1),
        expect![[r#"
        BAD_AMOUNT amount_involved_fen:
        1000000000000001 fen is not an amount that may be stated (1 to 10^15 fen)"#]],
    );
    let recovery = |amount| draft(move |draft| draft.recovery_required_fen = fen(amount));
    check(
        &[],
        recovery(-1),
        expect![[r#"
        BAD_AMOUNT recovery_required_fen:
        -1 fen is not an amount that may be stated (1 to 10^15 fen)"#]],
    );
    check(
        &[],
        recovery(most + 1),
        expect![[r#"
        BAD_AMOUNT recovery_required_fen:
        1000000000000001 fen is not an amount that may be stated (1 to 10^15 fen)"#]],
    );
    // More may have to come back than was found: interest, or what was found later.
    check(&[], recovery(1), expect!["item.drafted -> drafted"]);
}

#[test]
fn each_deadline_has_its_own_fields() {
    let with = |rule, days, due_on: Option<&str>| {
        draft(move |draft| {
            draft.deadline_rule = rule;
            draft.deadline_days = days;
            draft.due_on = due_on.map(on);
        })
    };
    use DeadlineRule::{Fixed, HalfYear, Immediate};
    check(
        &[],
        with(Immediate, None, None),
        expect!["BAD_FIELD deadline_days: an immediate deadline needs 1 to 365 days"],
    );
    check(
        &[],
        with(Immediate, Some(0), None),
        expect!["BAD_FIELD deadline_days: an immediate deadline needs 1 to 365 days"],
    );
    check(
        &[],
        with(Immediate, Some(1), None),
        expect!["item.drafted -> drafted"],
    );
    check(
        &[],
        with(Immediate, Some(365), None),
        expect!["item.drafted -> drafted"],
    );
    check(
        &[],
        with(Immediate, Some(366), None),
        expect!["BAD_FIELD deadline_days: an immediate deadline needs 1 to 365 days"],
    );
    check(
        &[],
        with(Immediate, Some(1), Some("2018-12-31")),
        expect!["BAD_FIELD due_on: only a fixed deadline names its day"],
    );
    check(
        &[],
        with(Fixed, None, None),
        expect!["BAD_FIELD due_on: a fixed deadline needs an exact day"],
    );
    check(
        &[],
        with(Fixed, None, Some("2018-12")),
        expect!["BAD_FIELD due_on: a fixed deadline needs an exact day"],
    );
    check(
        &[],
        with(Fixed, None, Some("2018-12-31")),
        expect!["item.drafted -> drafted"],
    );
    check(
        &[],
        with(Fixed, Some(1), Some("2018-12-31")),
        expect!["BAD_FIELD deadline_days: only an immediate deadline has days"],
    );
    check(
        &[],
        with(HalfYear, Some(1), None),
        expect!["BAD_FIELD deadline_days: only an immediate deadline has days"],
    );
    check(
        &[],
        with(HalfYear, None, Some("2018-12-31")),
        expect!["BAD_FIELD due_on: only a fixed deadline names its day"],
    );
}

#[test]
fn no_case_is_drafted_below_a_common_item_that_has_ended() {
    let common = draft(|draft| {
        draft.item = item(2);
        draft.scope = ItemScope::Common;
    });
    let case = draft(|draft| draft.parent = Some(item(2)));
    for state in State::ALL {
        let mut world = World::given(std::slice::from_ref(&common));
        world.books.items.get_mut(item(2)).unwrap().state = *state;
        for case in [case.clone(), case.clone().observed()] {
            let answer = world.decide(&case);
            assert_eq!(answer.is_ok(), is_open(*state), "{state}: {answer:?}");
        }
    }
    let mut world = World::given(&[common]);
    world.books.items.get_mut(item(2)).unwrap().state = State::Closed;
    expect!["BAD_FIELD parent: the common item has ended, so that it takes no more cases"]
        .assert_eq(&refusal(&world.decide(&case).unwrap_err()));
}

#[test]
fn nothing_is_drafted_in_a_closed_round() {
    let mut world = World::new();
    let closing = crate::round::RoundClosing { round: round(1) };
    world.happened("2018-07-28", Event::Round(RoundEvent::Closed(closing)));
    let no = world.decide(&draft(|_| ())).unwrap_err();
    expect!["BAD_TRANSITION: item.draft is not possible in state closed"].assert_eq(&refusal(&no));
}

#[test]
fn the_closing_body_can_judge_the_responsible_unit() {
    let of = |number, responsible| {
        draft(move |draft| {
            draft.round = round(number);
            draft.responsible_unit = unit(responsible);
        })
    };
    // Round 4 is closed by the town.
    check(
        &[],
        of(4, TOWN),
        expect![[r#"
        NOT_INDEPENDENT:
        the round's closing body is the responsible unit or lies below it"#]],
    );
    check(
        &[],
        of(4, COUNTY),
        expect![[r#"
        NOT_INDEPENDENT:
        the round's closing body is the responsible unit or lies below it"#]],
    );
    check(&[], of(4, VILLAGE), expect!["item.drafted -> drafted"]);
    check(&[], of(4, FINANCE), expect!["item.drafted -> drafted"]);
    // Round 3 is a self-check, closed by the county.
    check(
        &[],
        of(3, COUNTY),
        expect![[r#"
        NOT_INDEPENDENT:
        the round's closing body is the responsible unit or lies below it"#]],
    );
    check(
        &[],
        of(3, PREFECTURE),
        expect![[r#"
        NOT_INDEPENDENT:
        the round's closing body is the responsible unit or lies below it"#]],
    );
    check(&[], of(3, TOWN), expect!["item.drafted -> drafted"]);
    // A self-check closed by a neighbour.
    let mut world = World::new();
    world.books.rounds.get_mut(round(1)).unwrap().kind = RoundKind::SelfCheck;
    let no = world.decide(&draft(|_| ())).unwrap_err();
    expect![[r#"
        NOT_INDEPENDENT:
        what a self-check finds is closed by a superior of the responsible unit"#]]
    .assert_eq(&refusal(&no));
}

#[test]
fn the_whole_tree_hangs_together() {
    let common = draft(|draft| draft.scope = ItemScope::Common);
    let child = draft(|draft| {
        draft.item = item(2);
        draft.parent = Some(item(1));
    });
    let world = World::given(&[common, child]);
    assert_eq!(world.item().children, [item(2)]);
    assert_eq!(
        world.item().version,
        1,
        "the child's record is not mainly about the parent"
    );
}
