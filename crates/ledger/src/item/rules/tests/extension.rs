//! Extensions (V17). The item is due on 2018-09-28.

use super::*;

fn request(who: Actor, on: &'static str, due_on: &str) -> Ask {
    ask(who, on, extend_to(due_on))
}
fn grant(who: Actor, on: &'static str) -> Ask {
    ask(who, on, step(ItemCommand::GrantExtension))
}
fn refuse(who: Actor, on: &'static str) -> Ask {
    ask(who, on, because(ItemCommand::RefuseExtension))
}

#[test]
fn is_asked_for_by_the_unit_in_time_for_a_later_exact_day() {
    let given = at_work();
    check(
        &given,
        request(FIRST, "2018-09-01", "2018-10-31"),
        expect![[r#"
            BAD_FIELD actor:
            this is for the responsible or leading unit, or one below it"#]],
    );
    check(
        &given,
        request(CLERK, "2018-09-28", "2018-10-31"),
        expect!["item.extension_requested -> in_progress"],
    );
    check(
        &given,
        request(CLERK, "2018-09-29", "2018-10-31"),
        expect!["EXTENSION_REFUSED: an extension is asked for on or before the due date"],
    );
    check(
        &given,
        request(CLERK, "2018-09-01", "2018-09-28"),
        expect!["EXTENSION_REFUSED: the new due date must be later than the present one"],
    );
    check(
        &given,
        request(CLERK, "2018-09-01", "2018-09-29"),
        expect!["item.extension_requested -> in_progress"],
    );
    check(
        &given,
        request(CLERK, "2018-09-01", "2018-10"),
        expect!["EXTENSION_REFUSED: the new due date must be an exact day"],
    );
    check(
        &given,
        request(CLERK, "2018-09-29", "2018-10-31").observed(),
        expect!["EXTENSION_REFUSED: an extension is asked for on or before the due date"],
    );
    check(
        &up_to(State::Issued),
        request(CLERK, "2018-08-01", "2018-10-31"),
        expect!["item.extension_requested -> issued"],
    );
    check(
        &up_to(State::Drafted),
        request(CLERK, "2018-08-01", "2018-10-31"),
        expect!["BAD_TRANSITION: item.request_extension is not possible in state drafted"],
    );
}

#[test]
fn is_answered_from_above_by_somebody_else() {
    let given = and(at_work(), [request(CLERK, "2018-09-01", "2018-10-31")]);
    check(
        &at_work(),
        grant(CLOSER, "2018-09-02"),
        expect!["EXTENSION_REFUSED: no request is pending"],
    );
    check(
        &given,
        grant(CLERK, "2018-09-02"),
        expect![[r#"
        EXTENSION_REFUSED:
        only the round's closing body or a body above it may answer"#]],
    );
    check(
        &given,
        grant(FIRST, "2018-09-02"),
        expect![[r#"
        EXTENSION_REFUSED:
        only the round's closing body or a body above it may answer"#]],
    );
    check(
        &given,
        grant(who(10, OFFICE), "2018-09-02"),
        expect!["EXTENSION_REFUSED: whoever asked may not answer"],
    );
    check(
        &given,
        grant(CLOSER, "2018-09-02"),
        expect!["item.extension_granted -> in_progress"],
    );
    check(
        &given,
        grant(MAYOR, "2018-09-02"),
        expect!["item.extension_granted -> in_progress"],
    );
    check(
        &given,
        grant(GOVERNOR, "2018-09-02"),
        expect!["item.extension_granted -> in_progress"],
    );
    check(
        &at_work(),
        refuse(CLOSER, "2018-09-02"),
        expect!["EXTENSION_REFUSED: no request is pending"],
    );
    check(
        &given,
        refuse(FIRST, "2018-09-02"),
        expect![[r#"
        EXTENSION_REFUSED:
        only the round's closing body or a body above it may answer"#]],
    );
    check(
        &given,
        refuse(CLOSER, "2018-09-02"),
        expect!["item.extension_refused -> in_progress"],
    );
}

#[test]
fn one_request_at_a_time_and_two_extensions_in_all() {
    let first = and(at_work(), [request(CLERK, "2018-09-01", "2018-10-31")]);
    check(
        &first,
        request(CLERK, "2018-09-02", "2018-11-30"),
        expect!["EXTENSION_REFUSED: another request is pending"],
    );
    let refused = and(first.clone(), [refuse(CLOSER, "2018-09-03")]);
    check(
        &refused,
        request(CLERK, "2018-09-04", "2018-11-30"),
        expect!["item.extension_requested -> in_progress"],
    );
    let once = and(first, [grant(CLOSER, "2018-09-03")]);
    check(
        &once,
        request(CLERK, "2018-10-31", "2018-11-30"),
        expect!["item.extension_requested -> in_progress"],
    );
    check(
        &once,
        request(CLERK, "2018-10-31", "2018-10-31"),
        expect!["EXTENSION_REFUSED: the new due date must be later than the present one"],
    );
    let twice = and(
        once,
        [
            request(CLERK, "2018-10-31", "2018-11-30"),
            grant(MAYOR, "2018-11-10"),
        ],
    );
    check(
        &twice,
        request(CLERK, "2018-11-30", "2018-12-31"),
        expect!["EXTENSION_REFUSED: it has been extended twice already"],
    );
}

#[test]
fn the_day_granted_takes_the_place_of_the_due_date() {
    let due = |given: &[Ask]| World::given(given).item().due(day("2019-12-31")).unwrap();
    let asked = and(at_work(), [request(CLERK, "2018-09-01", "2018-10-31")]);
    assert_eq!(due(&asked), day("2018-09-28"));
    let granted = and(asked.clone(), [grant(CLOSER, "2018-09-03")]);
    assert_eq!(due(&granted), day("2018-10-31"));
    assert_eq!(
        due(&and(asked, [refuse(CLOSER, "2018-09-03")])),
        day("2018-09-28")
    );
}

#[test]
fn days_suspended_before_the_request_are_in_the_day_it_names() {
    let suspend = |on| ask(INSPECTOR, on, because(ItemCommand::Suspend));
    let resume = |on| ask(INSPECTOR, on, step(ItemCommand::Resume));
    let due = |given: &[Ask]| World::given(given).item().due(day("2019-12-31")).unwrap();
    // Ten days: due on 2018-10-08.
    let given = and(at_work(), [suspend("2018-08-10"), resume("2018-08-20")]);
    check(
        &given,
        request(CLERK, "2018-09-01", "2018-10-08"),
        expect!["EXTENSION_REFUSED: the new due date must be later than the present one"],
    );
    check(
        &given,
        request(CLERK, "2018-10-08", "2018-10-09"),
        expect!["item.extension_requested -> in_progress"],
    );
    let granted = [
        request(CLERK, "2018-09-01", "2018-10-31"),
        grant(CLOSER, "2018-09-02"),
    ];
    let given = and(given, granted);
    assert_eq!(due(&given), day("2018-10-31"));
    let given = and(given, [suspend("2018-10-01"), resume("2018-10-06")]);
    assert_eq!(due(&given), day("2018-11-05"));
    // Suspended between the request and the answer: that day was not yet in what it names.
    let given = and(
        at_work(),
        [
            suspend("2018-08-10"),
            request(CLERK, "2018-08-15", "2018-10-31"),
            grant(CLOSER, "2018-08-16"),
            resume("2018-08-20"),
        ],
    );
    assert_eq!(due(&given), day("2018-11-05"));
}

#[test]
fn a_closing_leaves_no_request_behind() {
    let given = and(at_work(), [request(CLERK, "2018-08-25", "2018-10-31")]);
    let world = World::given(&and(given, happy().split_off(9)));
    assert_eq!(world.item().state, State::Closed);
    assert_eq!(world.item().pending, None);
}

/// Asked for in time and answered too late: a closing that was asked for meanwhile stays late.
#[test]
fn no_day_is_granted_while_others_look_at_the_closing() {
    let late = [
        request(CLERK, "2018-09-20", "2018-12-31"),
        ask(CLERK, "2018-10-10", step(ItemCommand::RequestClosure)),
    ];
    let mut given = and(at_work(), late);
    check(
        &given,
        grant(CLOSER, "2018-10-11"),
        expect![[r#"
        EXTENSION_REFUSED:
        closure has been asked for, so that the clock stands still"#]],
    );
    check(
        &given,
        grant(CLOSER, "2018-10-11").observed(),
        expect![[r#"
        EXTENSION_REFUSED:
        closure has been asked for, so that the clock stands still"#]],
    );
    given.push(ask(FIRST, "2018-10-12", on_site()));
    given.push(ask(SECOND, "2018-10-12", on_site()));
    check(
        &given,
        grant(CLOSER, "2018-10-13"),
        expect![[r#"
        EXTENSION_REFUSED:
        closure has been asked for, so that the clock stands still"#]],
    );
    let world = World::given(&and(
        given.clone(),
        [ask(CLOSER, "2018-10-14", step(ItemCommand::Close))],
    ));
    assert!(world.item().closed_late());
    check(
        &given,
        refuse(CLOSER, "2018-10-13"),
        expect!["item.extension_refused -> verified"],
    );
    // Sent back, there is something to put off again.
    let back = ask(CLOSER, "2018-10-14", because(ItemCommand::ReturnForRework));
    given.push(back);
    check(
        &given,
        grant(CLOSER, "2018-10-15"),
        expect!["item.extension_granted -> in_progress"],
    );
}

/// A month that is over stays judged by what had been granted until its end.
#[test]
fn an_extension_counts_from_the_day_on_which_it_was_granted() {
    let due = |given: &[Ask], days: &[&str]| {
        let world = World::given(given);
        let due = days.iter().map(|on| world.item().due(day(on)).unwrap());
        due.map(|due| due.to_string()).collect::<Vec<_>>()
    };
    let first = [
        request(CLERK, "2018-09-28", "2018-10-31"),
        grant(CLOSER, "2018-10-10"),
    ];
    let given = and(at_work(), first);
    let days = ["2018-09-30", "2018-10-09", "2018-10-10", "2018-12-31"];
    let expected = ["2018-09-28", "2018-09-28", "2018-10-31", "2018-10-31"];
    assert_eq!(due(&given, &days), expected);
    let second = [
        request(CLERK, "2018-10-31", "2018-12-15"),
        grant(CLOSER, "2018-11-20"),
    ];
    let twice = and(given.clone(), second);
    let days = ["2018-10-09", "2018-11-19", "2018-11-20"];
    let expected = ["2018-09-28", "2018-10-31", "2018-12-15"];
    assert_eq!(due(&twice, &days), expected);
    // None is granted before it is asked for, whatever the answer is dated.
    let early = [
        request(CLERK, "2018-09-28", "2018-10-31"),
        grant(CLOSER, "2018-08-31"),
    ];
    let early = and(at_work(), early);
    assert_eq!(
        due(&early, &["2018-09-27", "2018-09-28"]),
        ["2018-09-28", "2018-10-31"]
    );
    // Another is later than what was granted, on whatever day it is said to have been asked for.
    check(
        &given,
        request(CLERK, "2018-09-20", "2018-10-20"),
        expect!["EXTENSION_REFUSED: the new due date must be later than the present one"],
    );
}
