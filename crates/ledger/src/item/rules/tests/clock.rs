//! The unit's clock: which days count, as one table of cases. It stands still while an item is
//! suspended, and from asking for the closing until the answer; a request that is taken back stops
//! nothing.

use super::*;

const CASES: &str = include_str!("clock.txt");

fn rule(word: &str) -> DeadlineRule {
    let rule = DeadlineRule::ALL.iter().find(|rule| rule.word() == word);
    *rule.unwrap_or_else(|| panic!("{word}"))
}

/// In progress on the day of its issue.
fn begun(row: &[&'static str]) -> World {
    let mut world = World::new();
    if row[1] != "-" {
        world.feedback(2, row[1]);
    }
    let rule = rule(row[0]);
    world.take(&draft(|draft| {
        draft.round = round(2);
        draft.deadline_rule = rule;
        draft.deadline_days = (rule == DeadlineRule::Immediate).then_some(15);
        draft.due_on = (rule == DeadlineRule::Fixed).then(|| on("2028-02-29"));
    }));
    for (who, command) in [
        (INSPECTOR, step(ItemCommand::Issue)),
        (CLERK, step(ItemCommand::Acknowledge)),
        (CLERK, submit_plan()),
        (FIRST, step(ItemCommand::ApprovePlan)),
        (SECOND, step(ItemCommand::ApprovePlan)),
    ] {
        world.take(&ask(who, row[2], command));
    }
    world
}

fn happens(world: &mut World, words: &[&'static str]) {
    let request = || step(ItemCommand::RequestClosure);
    let (who, first) = match words[0] {
        "suspend" => (INSPECTOR, because(ItemCommand::Suspend)),
        "review" | "withdraw" | "request" => (CLERK, request()),
        "extend" => (CLERK, extend_to(words[2])),
        other => panic!("{other}"),
    };
    world.take(&ask(who, words[1], first));
    let (who, on, second) = match words[0] {
        "suspend" => (INSPECTOR, words[2], step(ItemCommand::Resume)),
        "review" => (FIRST, words[2], because(ItemCommand::ReturnForRework)),
        "withdraw" => (
            CLERK,
            words[2],
            because(ItemCommand::WithdrawClosureRequest),
        ),
        "extend" => (CLOSER, words[1], step(ItemCommand::GrantExtension)),
        _ => return,
    };
    world.take(&ask(who, on, second));
}

#[test]
fn every_case_of_the_table_is_due_on_its_day() {
    let rows = CASES.lines().filter(|line| !line.starts_with('#'));
    let mut count = 0;
    for line in rows {
        let row: Vec<&'static str> = line.split('|').map(str::trim).collect();
        let mut world = begun(&row);
        for happened in row[3].split(", ").filter(|it| *it != "-") {
            let words: Vec<_> = happened.split(' ').collect();
            happens(&mut world, &words);
        }
        let (item, today) = (world.item(), day(row[4]));
        assert_eq!(item.due(today), Some(day(row[5])), "{line}");
        assert_eq!(item.overdue_days(today).to_string(), row[6], "{line}");
        count += 1;
    }
    assert_eq!(count, 34);
}

fn asked_on(on: &'static str) -> Vec<Ask> {
    let request = ask(CLERK, on, step(ItemCommand::RequestClosure));
    and(at_work(), [request])
}

#[test]
fn how_long_others_look_makes_no_closing_late() {
    let close = |asked| {
        let given = and(
            asked_on(asked),
            [
                ask(FIRST, "2019-01-10", on_site()),
                ask(SECOND, "2019-01-11", on_site()),
                ask(CLOSER, "2019-01-20", step(ItemCommand::Close)),
            ],
        );
        World::given(&given)
    };
    let world = close("2018-09-28");
    assert!(!world.item().closed_late() && !world.item().turns.requested_late);
    let closing = &world.item().closings[0];
    assert_eq!(closing.requested_on, day("2018-09-28"));
    assert_eq!(closing.due_on, Some(day("2018-09-28")));
    let world = close("2018-09-29");
    assert!(world.item().closed_late() && world.item().turns.requested_late);
}

#[test]
fn a_request_after_the_due_date_is_late_for_ever() {
    let given = and(
        asked_on("2018-09-29"),
        [
            ask(FIRST, "2018-10-05", because(ItemCommand::ReturnForRework)),
            ask(CLERK, "2018-10-06", step(ItemCommand::RequestClosure)),
        ],
    );
    assert!(World::given(&given).item().turns.requested_late);
    // Taken back as well.
    let back = because(ItemCommand::WithdrawClosureRequest);
    let given = and(asked_on("2018-09-29"), [ask(CLERK, "2018-09-30", back)]);
    assert!(World::given(&given).item().turns.requested_late);
}

/// Due on 2018-09-28, asked for on 2018-09-18, closed on 2018-09-28: the ten days of the review
/// were not the unit's, those of the closing that did not hold were.
#[test]
fn a_failed_look_back_gives_back_the_days_of_the_review_and_no_others() {
    let given = and(
        asked_on("2018-09-18"),
        [
            ask(FIRST, "2018-09-20", on_site()),
            ask(SECOND, "2018-09-21", on_site()),
            ask(CLOSER, "2018-09-28", step(ItemCommand::Close)),
            ask(MAYOR, "2018-12-01", because(ItemCommand::FailLookback)),
        ],
    );
    let world = World::given(&given);
    assert_eq!(world.item().due(day("2018-12-01")), Some(day("2018-10-08")));
    assert!(!world.item().closed_late());
}

#[test]
fn a_request_is_taken_back_by_the_unit_or_who_made_it() {
    let back = |who| {
        ask(
            who,
            "2018-09-02",
            because(ItemCommand::WithdrawClosureRequest),
        )
    };
    let given = up_to(State::ClosureRequested);
    check(
        &given,
        back(FIRST),
        expect![[r#"
        BAD_FIELD actor:
        this is for the responsible or leading unit, or one below it"#]],
    );
    check(
        &given,
        back(VILLAGER),
        expect!["item.closure_request_withdrawn -> in_progress"],
    );
    check(
        &up_to(State::Verified),
        ask(
            CLERK,
            "2018-09-12",
            because(ItemCommand::WithdrawClosureRequest),
        ),
        expect![[r#"
            BAD_TRANSITION:
            item.withdraw_closure_request is not possible in state verified"#]],
    );
    let long = and(
        up_to(State::InProgress),
        [
            ask(MAYOR, "2018-08-09", because(ItemCommand::ApproveLongTerm)),
            ask(FIRST, "2018-09-01", step(ItemCommand::ReviewLongTerm)),
        ],
    );
    check(
        &long,
        back(SECOND),
        expect![[r#"
        BAD_FIELD actor:
        this is for the responsible or leading unit, or one below it"#]],
    );
    check(
        &long,
        back(FIRST),
        expect!["item.closure_request_withdrawn -> in_progress"],
    );
    let world = World::given(&and(given, [back(CLERK)]));
    assert_eq!(world.item().attempt, None);
}

#[test]
fn nothing_is_extended_while_the_clock_stands_still() {
    let extend = ask(CLERK, "2018-09-02", extend_to("2018-12-31"));
    check(
        &up_to(State::ClosureRequested),
        extend,
        expect![[r#"
        EXTENSION_REFUSED:
        closure has been asked for, so that the clock stands still"#]],
    );
}

/// A closing asked for on a day before the issue would move the due date by the days between.
#[test]
fn what_moves_the_clock_is_not_dated_before_what_it_follows() {
    let before_issue = || ask(CLERK, "2018-07-01", step(ItemCommand::RequestClosure));
    for asked in [before_issue(), before_issue().observed()] {
        check(
            &at_work(),
            asked,
            expect!["BAD_DATE occurred_on: it lies before the day of issue"],
        );
    }
    let suspend = ask(MAYOR, "2018-08-01", because(ItemCommand::Suspend));
    check(
        &at_work(),
        suspend.observed(),
        expect!["BAD_DATE occurred_on: it lies before the last change of state"],
    );
    let requested = up_to(State::ClosureRequested);
    for command in [on_site(), because(ItemCommand::ReturnForRework)] {
        check(
            &requested,
            ask(FIRST, "2018-08-31", command).observed(),
            expect!["BAD_DATE occurred_on: it lies before the last change of state"],
        );
    }
    // What is work and no judgement of the clock may be taken in late, with an alert.
    check(
        &at_work(),
        ask(CLERK, "2018-07-01", because(ItemCommand::NoteProgress)).observed(),
        expect!["item.progress_noted -> in_progress"],
    );
}

/// A month that is over was late or not, whatever stood still afterwards.
#[test]
fn a_past_day_is_judged_by_the_days_that_had_stood_still_until_then() {
    let answered = and(
        asked_on("2018-11-05"),
        [
            ask(FIRST, "2018-12-30", because(ItemCommand::ReturnForRework)),
            ask(MAYOR, "2019-01-10", because(ItemCommand::Suspend)),
            ask(MAYOR, "2019-01-20", step(ItemCommand::Resume)),
        ],
    );
    let world = World::given(&answered);
    let due = |today| world.item().due(day(today)).unwrap();
    assert_eq!(due("2018-10-31"), day("2018-09-28"));
    assert_eq!(due("2018-11-06"), day("2018-09-29"));
    assert_eq!(due("2018-12-31"), day("2018-11-22"));
    assert_eq!(due("2019-01-15"), day("2018-11-27"));
    assert_eq!(due("2019-02-01"), day("2018-12-02"));
    assert_eq!(world.item().review_days(day("2019-02-01")), 55);
    assert_eq!(world.item().suspended_days(day("2019-02-01")), 10);
}
