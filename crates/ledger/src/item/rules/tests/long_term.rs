//! Long-term rectification: reviewed cycle by cycle, until a review puts it up for closing; and
//! what turns out, while it is put right, to have been no problem.

use super::*;

fn approved() -> Vec<Ask> {
    let approval = because(ItemCommand::ApproveLongTerm);
    and(
        up_to(State::InProgress),
        [ask(MAYOR, "2018-09-01", approval)],
    )
}

fn goes_on(who: Actor, until: &str) -> Ask {
    ask(who, "2018-12-20", continue_until(until))
}

#[test]
fn each_review_names_the_day_of_the_next() {
    let given = approved();
    assert_eq!(World::given(&given).item().turns.next_review_on, None);
    check(
        &given,
        goes_on(CLERK, "2019-06-30"),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &given,
        goes_on(FIRST, "2018-12-20"),
        expect!["BAD_DATE next_review_on: the next review is on an exact day after this one"],
    );
    check(
        &given,
        goes_on(FIRST, "2019-06"),
        expect!["BAD_DATE next_review_on: the next review is on an exact day after this one"],
    );
    check(
        &given,
        goes_on(FIRST, "2018-12-21"),
        expect!["item.long_term_continued -> long_term"],
    );
    check(
        &at_work(),
        goes_on(FIRST, "2019-06-30"),
        expect!["BAD_TRANSITION: item.continue_long_term is not possible in state in_progress"],
    );
    let world = World::given(&and(given, [goes_on(FIRST, "2019-06-30")]));
    let turns = &world.item().turns;
    assert_eq!(
        (turns.next_review_on, turns.reviews),
        (Some(on("2019-06-30")), 1)
    );
}

#[test]
fn what_was_no_problem_is_found_by_others_with_proof() {
    let find = |who| ask(who, "2018-08-21", refute("2018-08-20"));
    check(
        &at_work(),
        find(CLERK),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &at_work(),
        find(FIRST),
        expect!["item.refuted -> not_substantiated"],
    );
    check(
        &approved(),
        ask(FIRST, "2018-09-02", refute("2018-08-20")),
        expect!["item.refuted -> not_substantiated"],
    );
    let recused = and(at_work(), [ask(FIRST, "2018-08-20", recuse(FIRST))]);
    check(
        &recused,
        find(FIRST),
        expect!["NOT_INDEPENDENT: the actor has been recused from this item"],
    );
    // Issued on 2018-07-30.
    check(
        &at_work(),
        ask(FIRST, "2018-08-21", refute("2018-07-29")),
        expect!["BAD_DATE captured_on: it lies before the day of issue"],
    );
    check(
        &at_work(),
        ask(FIRST, "2018-08-21", refute("2018-07-30")),
        expect!["item.refuted -> not_substantiated"],
    );
    check(
        &at_work(),
        ask(FIRST, "2018-08-21", refute("2030-01-02")),
        expect!["BAD_DATE captured_on: it lies after today (UTC+08:00)"],
    );
    // Before the work begins an objection is enough; once verified it is sent back first.
    check(
        &up_to(State::Issued),
        find(FIRST),
        expect!["BAD_TRANSITION: item.refute is not possible in state issued"],
    );
    check(
        &up_to(State::Verified),
        ask(MAYOR, "2018-09-12", refute("2018-08-20")),
        expect!["BAD_TRANSITION: item.refute is not possible in state verified"],
    );
    let world = World::given(&and(at_work(), [find(FIRST)]));
    assert!(!in_denominator(&world.books, world.item()));
}

#[test]
fn a_measure_has_an_owner_a_day_and_a_result() {
    let change = |owner| {
        let measure = Measure {
            due_on: Some(on("2018-08-31")),
            owner_unit: Some(unit(owner)),
            owner_person: Some(SECOND.person),
            ..a_measure(1, MeasureKind::Ordinary)
        };
        ask(CLERK, "2018-08-21", ItemCommand::ChangeMeasure(measure))
    };
    check(
        &at_work(),
        change(97),
        expect!["NOT_FOUND owner_unit: #0061 is not known in this ledger"],
    );
    let result = ItemCommand::FinishMeasure(MeasureResult {
        item: item(1),
        measure: measure(1),
        result: text("已公示七日"),
    });
    let given = and(
        at_work(),
        [change(FINANCE), ask(CLERK, "2018-08-30", result)],
    );
    let world = World::given(&given);
    let row = &world.item().measures[0];
    assert_eq!(
        (row.owner_unit, row.owner_person),
        (Some(unit(FINANCE)), Some(SECOND.person))
    );
    let done = row.done.as_ref().unwrap();
    assert_eq!(
        (done.result.as_str(), done.on),
        ("已公示七日", on("2018-08-30"))
    );
    assert_eq!(row.evidence.len(), 1, "its proof stays");
}
