//! The due date: both sides of every limit, month ends, suspensions.

use super::*;

/// Feedback of round 2 on that day, an item of it issued at that day, due when?
fn due(rule: DeadlineRule, feedback: Option<&'static str>, issued: &'static str) -> String {
    let mut world = World::new();
    if let Some(feedback) = feedback {
        world.feedback(2, feedback);
    }
    world.take(&draft(|draft| {
        draft.round = round(2);
        draft.deadline_rule = rule;
        draft.deadline_days = (rule == DeadlineRule::Immediate).then_some(15);
        draft.due_on = (rule == DeadlineRule::Fixed).then(|| on("2029-05-31"));
    }));
    world.take(&ask(INSPECTOR, issued, step(ItemCommand::Issue)));
    world.item().due(day("2030-01-01")).unwrap().to_string()
}

fn after_feedback(feedback: &'static str) -> String {
    due(
        DeadlineRule::InspectionFeedback,
        Some(feedback),
        "2025-01-01",
    )
}

#[test]
fn two_months_from_feedback_and_six_since_the_revision() {
    assert_eq!(after_feedback("2018-07-28"), "2018-09-28");
    assert_eq!(after_feedback("2024-02-07"), "2024-04-07");
    assert_eq!(after_feedback("2024-02-08"), "2024-08-08");
}

#[test]
fn a_month_too_short_ends_on_its_last_day() {
    assert_eq!(after_feedback("2023-12-31"), "2024-02-29", "a leap year");
    assert_eq!(after_feedback("2022-12-31"), "2023-02-28");
    assert_eq!(after_feedback("2018-12-28"), "2019-02-28");
    assert_eq!(after_feedback("2024-08-31"), "2025-02-28");
    assert_eq!(
        after_feedback("2018-07"),
        "2018-09-30",
        "the last day of a month known only"
    );
    let year = |feedback| due(DeadlineRule::OneYear, Some(feedback), "2024-03-01");
    assert_eq!(year("2024-02-29"), "2025-02-28");
    assert_eq!(year("2023-02-28"), "2024-02-28");
}

#[test]
fn without_feedback_the_issue_starts_the_clock() {
    assert_eq!(
        due(DeadlineRule::InspectionFeedback, None, "2018-07-30"),
        "2018-09-30"
    );
    assert_eq!(
        due(DeadlineRule::HalfYear, None, "2018-08-31"),
        "2019-02-28"
    );
    assert_eq!(due(DeadlineRule::OneYear, None, "2018-08-31"), "2019-08-31");
    assert_eq!(
        due(DeadlineRule::HalfYear, Some("unknown"), "2018-07-30"),
        "2019-01-30"
    );
}

#[test]
fn immediate_runs_from_the_issue_and_fixed_is_what_it_says() {
    assert_eq!(
        due(DeadlineRule::Immediate, Some("2018-01-01"), "2020-02-20"),
        "2020-03-06"
    );
    assert_eq!(
        due(DeadlineRule::Immediate, None, "2019-02-20"),
        "2019-03-07"
    );
    assert_eq!(
        due(DeadlineRule::Fixed, Some("2018-01-01"), "2018-07-30"),
        "2029-05-31"
    );
}

#[test]
fn a_draft_is_never_due() {
    let world = World::given(&up_to(State::Drafted));
    assert_eq!(world.item().due(day("2030-01-01")), None);
    assert_eq!(world.item().overdue_days(day("2030-01-01")), 0);
}

#[test]
fn overdue_from_the_day_after_and_as_long_as_it_is_open() {
    let world = World::given(&at_work());
    assert_eq!(world.item().overdue_days(day("2018-09-28")), 0);
    assert_eq!(world.item().overdue_days(day("2018-09-29")), 1);
    assert_eq!(world.item().overdue_days(day("2019-09-28")), 365);
    let world = World::given(&happy());
    assert_eq!(world.item().overdue_days(day("2019-09-28")), 0);
}

#[test]
fn a_late_closing_stays_visible_even_after_a_reopening() {
    // Asked for, verified and closed on one day.
    let closed_on = |on| {
        let mut path = happy();
        path.iter_mut().skip(8).for_each(|ask| ask.on = on);
        path
    };
    assert!(!World::given(&closed_on("2018-09-28")).item().closed_late());
    assert!(World::given(&closed_on("2018-09-29")).item().closed_late());
    let fails = ask(MAYOR, "2019-01-01", because(ItemCommand::FailLookback));
    let world = World::given(&and(closed_on("2018-09-29"), [fails]));
    assert!(world.item().closed_late());
    assert_eq!(
        world.item().overdue_days(day("2018-09-30")),
        2,
        "the old due date counts again"
    );
}

#[test]
fn the_clock_stands_still_while_suspended() {
    let suspend = |on| ask(INSPECTOR, on, because(ItemCommand::Suspend));
    let resume = |on| ask(INSPECTOR, on, step(ItemCommand::Resume));
    let due = |given: &[Ask], today| World::given(given).item().due(day(today)).unwrap();

    let running = and(at_work(), [suspend("2018-09-01")]);
    assert_eq!(
        due(&running, "2018-09-01"),
        day("2018-09-28"),
        "no day has passed yet"
    );
    assert_eq!(due(&running, "2018-09-02"), day("2018-09-29"));
    assert_eq!(due(&running, "2018-10-01"), day("2018-10-28"));
    assert_eq!(
        World::given(&running)
            .item()
            .overdue_days(day("2019-10-01")),
        0
    );

    let over = and(running.clone(), [resume("2018-09-11")]);
    assert_eq!(due(&over, "2019-10-01"), day("2018-10-08"));
    assert_eq!(
        World::given(&over).item().overdue_days(day("2018-10-09")),
        1
    );

    let again = and(over, [suspend("2018-09-11"), resume("2018-09-12")]);
    assert_eq!(due(&again, "2019-10-01"), day("2018-10-09"));

    // One that was overdue by ten days stays so.
    let late = and(at_work(), [suspend("2018-10-08")]);
    assert_eq!(
        World::given(&late).item().overdue_days(day("2018-10-08")),
        10
    );
    assert_eq!(
        World::given(&late).item().overdue_days(day("2019-10-08")),
        10
    );

    // Backwards it is refused, and in a log of before it gives nothing.
    let mut backwards = World::given(&running);
    let resumed = resume("2018-08-01").observed();
    assert_eq!(backwards.decide(&resumed).unwrap_err().code(), "BAD_DATE");
    backwards.happened("2018-08-01", resumed.command.into_event());
    let due = backwards.item().due(day("2019-10-01"));
    assert_eq!(due, Some(day("2018-09-28")));
}
