//! Verifying before the closing, and looking back after it (V15).

use super::*;

#[test]
fn verifiers_are_independent() {
    let requested = up_to(State::ClosureRequested);
    let look = |who| ask(who, "2018-09-10", on_site());
    check(
        &at_work(),
        look(FIRST),
        expect!["BAD_TRANSITION: item.verify is not possible in state in_progress"],
    );
    check(
        &requested,
        look(who(12, TOWN)),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &requested,
        look(VILLAGER),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &requested,
        look(who(10, FINANCE)),
        expect!["NOT_INDEPENDENT: the actor requested this closure"],
    );
    let recused = and(requested.clone(), [ask(FIRST, "2018-09-02", recuse(FIRST))]);
    check(
        &recused,
        look(FIRST),
        expect!["NOT_INDEPENDENT: the actor has been recused from this item"],
    );
    check(
        &requested,
        look(FIRST),
        expect!["item.verified -> closure_requested"],
    );
    let once = and(requested, [look(FIRST)]);
    check(
        &once,
        look(FIRST),
        expect!["NOT_INDEPENDENT: the actor has verified this closure"],
    );
    check(
        &once,
        look(who(20, FINANCE)),
        expect!["NOT_INDEPENDENT: the actor has verified this closure"],
    );
    check(
        &once,
        look(who(22, DISCIPLINE)),
        expect!["item.verified -> verified"],
    );
    check(
        &once,
        look(FIRST).observed(),
        expect!["NOT_INDEPENDENT: the actor has verified this closure"],
    );
}

#[test]
fn may_verify_says_what_verify_would() {
    let world = World::given(&up_to(State::ClosureRequested));
    for who in [CLERK, VILLAGER, FIRST, who(10, FINANCE), who(12, TOWN)] {
        let asked = world.decide(&ask(who, "2018-09-10", on_site())).map(|_| ());
        assert_eq!(may_verify(&world.books, item(1), &who), asked);
    }
    let elsewhere = may_verify(&world.books, item(9), &FIRST).unwrap_err();
    expect!["NOT_FOUND item: #1009 is not known in this ledger"].assert_eq(&refusal(&elsewhere));
    let world = World::given(&at_work());
    let early = may_verify(&world.books, item(1), &FIRST).unwrap_err();
    expect!["BAD_TRANSITION: item.verify is not possible in state in_progress"]
        .assert_eq(&refusal(&early));
}

#[test]
fn what_can_be_seen_is_seen_on_site() {
    let paper = |category| {
        let mut path = happy_from(draft(move |draft| draft.category = category));
        path.truncate(10);
        let look = ask(FIRST, "2018-09-10", verify(VerificationMode::OnPaper));
        World::given(&path)
            .decide(&look)
            .map_or_else(|no| refusal(&no), |_| "enough".to_owned())
    };
    let table: Vec<_> = ItemCategory::ALL
        .iter()
        .map(|it| format!("{it} on paper: {}", paper(*it)))
        .collect();
    expect![[r#"
        targeting on paper: BAD_FIELD mode: items of this category are verified on site
        policy on paper: enough
        funds on paper: BAD_FIELD mode: items of this category are verified on site
        project on paper: BAD_FIELD mode: items of this category are verified on site
        livelihood on paper: BAD_FIELD mode: items of this category are verified on site
        conduct on paper: enough
        groundwork on paper: enough
        institution on paper: enough"#]]
    .assert_eq(&table.join("\n"));
}

#[test]
fn rework_forgets_who_asked_and_who_looked() {
    let rework = ask(CLOSER, "2018-09-12", because(ItemCommand::ReturnForRework));
    for state in [State::ClosureRequested, State::Verified] {
        let given = and(up_to(state), [rework.clone()]);
        let world = World::given(&given);
        let now = (world.item().state, &world.item().attempt);
        assert_eq!(now, (State::InProgress, &None));
        let request = ask(VILLAGER, "2018-09-13", step(ItemCommand::RequestClosure));
        let world = World::given(&and(given, [request]));
        assert_eq!(may_verify(&world.books, item(1), &FIRST), Ok(()));
    }
}

#[test]
fn whoever_looks_back_took_no_part() {
    let look = |who| ask(who, "2019-01-01", step(ItemCommand::PassLookback));
    check(
        &up_to(State::Verified),
        look(MAYOR),
        expect!["BAD_TRANSITION: item.pass_lookback is not possible in state verified"],
    );
    check(
        &happy(),
        look(VILLAGER),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &happy(),
        look(who(10, FINANCE)),
        expect!["NOT_INDEPENDENT: the actor requested this closure"],
    );
    check(
        &happy(),
        look(FIRST),
        expect!["NOT_INDEPENDENT: the actor has verified this closure"],
    );
    check(
        &happy(),
        look(CLOSER),
        expect!["NOT_INDEPENDENT: the actor closed this item"],
    );
    check(
        &happy(),
        look(MAYOR),
        expect!["item.lookback_passed -> closed"],
    );
    let mut recused = happy();
    recused.insert(8, ask(MAYOR, "2018-08-30", recuse(MAYOR)));
    check(
        &recused,
        look(MAYOR),
        expect!["NOT_INDEPENDENT: the actor has been recused from this item"],
    );
    let fail = |who| ask(who, "2019-01-01", because(ItemCommand::FailLookback));
    check(
        &happy(),
        fail(SECOND),
        expect!["NOT_INDEPENDENT: the actor has verified this closure"],
    );
    check(
        &happy(),
        fail(MAYOR),
        expect!["item.lookback_failed -> in_progress"],
    );
    let world = World::given(&and(happy(), [look(MAYOR), look(GOVERNOR)]));
    assert_eq!(world.item().closings[0].lookbacks_passed, 2);
}

#[test]
fn a_reopening_keeps_the_names_of_every_closing() {
    let again = [
        ask(MAYOR, "2019-01-01", because(ItemCommand::FailLookback)),
        ask(VILLAGER, "2019-02-01", step(ItemCommand::RequestClosure)),
        ask(FIRST, "2019-02-10", on_site()),
        ask(MAYOR, "2019-02-11", on_site()),
        ask(INSPECTOR, "2019-02-20", step(ItemCommand::Close)),
    ];
    let world = World::given(&and(happy(), again));
    let item = world.item();
    assert_eq!(
        (item.state, item.reopen_count, item.closings.len()),
        (State::Closed, 1, 2)
    );
    let names = |closing: &state::Closing| {
        (
            closing.requester,
            closing.verifiers.clone(),
            closing.closer,
            closing.closed_on,
        )
    };
    let first = vec![FIRST.person, SECOND.person];
    let second = vec![FIRST.person, MAYOR.person];
    assert_eq!(
        item.closings.iter().map(names).collect::<Vec<_>>(),
        [
            (CLERK.person, first, CLOSER.person, day("2018-09-20")),
            (VILLAGER.person, second, INSPECTOR.person, day("2019-02-20")),
        ]
    );
}

/// The clock of the unit stands still from its request to the answer, which is not its own.
#[test]
fn a_unit_does_not_answer_its_own_request() {
    let rework = |who| ask(who, "2018-12-20", because(ItemCommand::ReturnForRework));
    for state in [State::ClosureRequested, State::Verified] {
        for who in [CLERK, VILLAGER, who(12, TOWN)] {
            let world = World::given(&up_to(state));
            for asked in [rework(who), rework(who).observed()] {
                let refused = world.decide(&asked).map_err(|no| no.code());
                assert_eq!(refused, Err("NOT_INDEPENDENT"), "{asked:?}");
            }
        }
    }
    let recused = and(
        up_to(State::ClosureRequested),
        [ask(FIRST, "2018-09-02", recuse(FIRST))],
    );
    check(
        &recused,
        rework(FIRST),
        expect!["NOT_INDEPENDENT: the actor has been recused from this item"],
    );
    check(
        &recused,
        rework(CLOSER),
        expect!["item.returned_for_rework -> in_progress"],
    );
    let plan = |who| ask(who, "2018-08-04", because(ItemCommand::ReturnPlan));
    check(
        &up_to(State::PlanSubmitted),
        plan(who(12, TOWN)),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &up_to(State::PlanSubmitted),
        plan(FIRST),
        expect!["item.plan_returned -> acknowledged"],
    );
}

/// Whoever leads plans and asks for the closing as the responsible unit does.
#[test]
fn nobody_judges_who_is_of_a_unit_that_leads_or_has_led() {
    let led = draft(|draft| draft.lead_unit = Some(unit(FINANCE)));
    let mut path = happy_from(led);
    path[5].who = MAYOR;
    path.truncate(9);
    check(
        &path[..4],
        ask(SECOND, "2018-08-05", step(ItemCommand::ApprovePlan)),
        expect![[r#"
            NOT_INDEPENDENT:
            the actor belongs to a unit that leads or has led, or to one below it"#]],
    );
    let asked = ask(SECOND, "2018-09-01", step(ItemCommand::RequestClosure));
    let given = and(path.clone(), [asked.clone()]);
    let verify = |who| ask(who, "2018-09-10", on_site());
    check(
        &given,
        verify(who(22, FINANCE)),
        expect![[r#"
        NOT_INDEPENDENT:
        the actor belongs to a unit that leads or has led, or to one below it"#]],
    );
    check(
        &given,
        verify(FIRST),
        expect!["item.verified -> closure_requested"],
    );
    // Handed on, it has led all the same, and so does the new one.
    let handed_on = ask(INSPECTOR, "2018-08-21", transfer_lead(DISCIPLINE));
    let request = ask(FIRST, "2018-09-01", step(ItemCommand::RequestClosure));
    let given = and(path, [handed_on, request]);
    check(
        &given,
        verify(who(22, FINANCE)),
        expect![[r#"
        NOT_INDEPENDENT:
        the actor belongs to a unit that leads or has led, or to one below it"#]],
    );
    check(
        &given,
        verify(who(23, DISCIPLINE)),
        expect![[r#"
        NOT_INDEPENDENT:
        the actor belongs to a unit that leads or has led, or to one below it"#]],
    );
    check(
        &given,
        verify(MAYOR),
        expect!["item.verified -> closure_requested"],
    );
}
