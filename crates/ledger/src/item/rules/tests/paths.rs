//! The happy path, and the ways beside it.

use super::*;

#[test]
fn from_the_list_to_the_closing() {
    let mut world = World::new();
    let mut path = Vec::new();
    for ask in happy() {
        world.take(&ask);
        path.push(format!(
            "{} {} -> {}",
            ask.on,
            ask.command.word(),
            world.item().state
        ));
    }
    expect![[r#"
        2018-07-29 item.draft -> drafted
        2018-07-30 item.issue -> issued
        2018-07-31 item.acknowledge -> acknowledged
        2018-08-02 item.submit_plan -> plan_submitted
        2018-08-05 item.approve_plan -> plan_submitted
        2018-08-06 item.approve_plan -> in_progress
        2018-08-07 item.add_measure -> in_progress
        2018-08-20 item.add_evidence -> in_progress
        2018-08-20 item.finish_measure -> in_progress
        2018-09-01 item.request_closure -> closure_requested
        2018-09-10 item.verify -> closure_requested
        2018-09-11 item.verify -> verified
        2018-09-20 item.close -> closed"#]]
    .assert_eq(&path.join("\n"));
    let item = world.item();
    assert_eq!(item.version, 13);
    assert_eq!(item.closings.len(), 1);
    let closing = &item.closings[0];
    assert_eq!(
        (closing.requester, closing.closer),
        (CLERK.person, CLOSER.person)
    );
    assert_eq!(closing.verifiers, [FIRST.person, SECOND.person]);
    assert_eq!(closing.closed_on, day("2018-09-20"));
    assert!(!item.closed_late());
}

#[test]
fn refuses_a_step_of_an_item_nobody_drafted() {
    check(
        &[],
        ask(INSPECTOR, "2018-07-30", step(ItemCommand::Issue)),
        expect!["NOT_FOUND item: #1001 is not known in this ledger"],
    );
}

#[test]
fn refuses_a_skipped_step_in_both_intakes() {
    let given = up_to(State::Issued);
    let close = ask(CLOSER, "2018-09-20", step(ItemCommand::Close));
    check(
        &given,
        close.clone(),
        expect!["BAD_TRANSITION: item.close is not possible in state issued"],
    );
    check(
        &given,
        close.observed(),
        expect!["BAD_TRANSITION: item.close is not possible in state issued"],
    );
}

#[test]
fn existence_is_judged_before_the_state() {
    let merge = ask(INSPECTOR, "2018-10-01", merge_into(9));
    check(
        &happy(),
        merge,
        expect!["NOT_FOUND into: #1009 is not known in this ledger"],
    );
    let finish = |number| ask(CLERK, "2018-10-01", finish_measure(number));
    check(
        &happy(),
        finish(9),
        expect!["NOT_FOUND measure: #3009 is not known in this ledger"],
    );
    check(
        &happy(),
        finish(1),
        expect!["BAD_TRANSITION: item.finish_measure is not possible in state closed"],
    );
    let lead = |number| ask(INSPECTOR, "2018-08-01", transfer_lead(number));
    check(
        &happy(),
        lead(99),
        expect!["NOT_FOUND lead_unit: #0063 is not known in this ledger"],
    );
    check(
        &up_to(State::Issued),
        lead(FINANCE),
        expect!["item.lead_transferred -> issued"],
    );
}

#[test]
fn a_suspended_item_returns_to_where_it_was() {
    let suspend = ask(INSPECTOR, "2018-08-10", because(ItemCommand::Suspend));
    let resume = ask(INSPECTOR, "2018-08-20", step(ItemCommand::Resume));
    let given = and(up_to(State::InProgress), [suspend.clone()]);
    check(
        &given,
        resume.clone(),
        expect!["item.resumed -> in_progress"],
    );
    let long_term = ask(MAYOR, "2018-08-09", because(ItemCommand::ApproveLongTerm));
    let given = and(up_to(State::InProgress), [long_term, suspend]);
    check(&given, resume, expect!["item.resumed -> long_term"]);
}

#[test]
fn whoever_reviews_a_long_term_item_asks_for_its_closure() {
    let given = and(
        up_to(State::InProgress),
        [
            ask(MAYOR, "2018-08-09", because(ItemCommand::ApproveLongTerm)),
            ask(FIRST, "2019-08-09", step(ItemCommand::ReviewLongTerm)),
        ],
    );
    check(
        &given,
        ask(FIRST, "2019-08-10", on_site()),
        expect!["NOT_INDEPENDENT: the actor requested this closure"],
    );
    check(
        &given,
        ask(SECOND, "2019-08-10", on_site()),
        expect!["item.verified -> closure_requested"],
    );
}

#[test]
fn an_objection_is_upheld_by_somebody_else() {
    let uphold = |who| ask(who, "2018-08-01", because(ItemCommand::UpholdObjection));
    check(
        &up_to(State::Acknowledged),
        uphold(CLERK),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &up_to(State::Acknowledged),
        uphold(VILLAGER),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &up_to(State::Acknowledged),
        uphold(FIRST),
        expect!["item.objection_upheld -> not_substantiated"],
    );
    let late = ask(FIRST, "2018-09-01", because(ItemCommand::UpholdObjection));
    check(
        &up_to(State::InProgress),
        late,
        expect!["BAD_TRANSITION: item.uphold_objection is not possible in state in_progress"],
    );
}

#[test]
fn merges_into_another_open_item() {
    let second = draft(|draft| draft.item = item(2));
    let merge = |into| ask(INSPECTOR, "2018-08-20", merge_into(into));
    let issue = ask(INSPECTOR, "2018-08-20", {
        let item = item(2);
        ItemCommand::Issue(ItemStep { item, remark: None })
    });
    let given = and(at_work(), [second.clone(), issue]);
    check(
        &given,
        merge(1),
        expect!["BAD_FIELD into: an item cannot be merged into itself"],
    );
    check(&given, merge(2), expect!["item.merged -> merged"]);
    assert_eq!(
        World::given(&and(given.clone(), [merge(2)]))
            .item()
            .merged_into,
        Some(item(2))
    );
    let (mut ends, item) = (merge(1), item(2));
    ends.command = ItemCommand::Merge(ItemMerger {
        item,
        into: super::item(1),
        reason: text("同一问题"),
    });
    check(
        &and(given, [ends]),
        merge(2),
        expect!["BAD_TRANSITION: item.merge is not possible in state merged"],
    );
}

#[test]
fn gives_up_an_open_item_by_authority() {
    let give_up = ask(MAYOR, "2018-10-01", give_up());
    check(
        &at_work(),
        give_up.clone(),
        expect!["item.closed_not_implemented -> closed_not_implemented"],
    );
    check(
        &happy(),
        give_up,
        expect!["BAD_TRANSITION: item.close_not_implemented is not possible in state closed"],
    );
}

#[test]
fn a_historical_closing_is_observed_and_never_verified() {
    let import = ask(INSPECTOR, "2018-12-01", import_closure("2018-11-30"));
    check(
        &up_to(State::Drafted),
        import.clone(),
        expect!["BAD_FIELD intake: a historical closing is observed, it cannot be done here"],
    );
    check(
        &up_to(State::Drafted),
        import.clone().observed(),
        expect!["item.closure_imported -> historically_closed"],
    );
    check(
        &up_to(State::Acknowledged),
        import.clone().observed(),
        expect!["BAD_TRANSITION: item.import_closure is not possible in state acknowledged"],
    );
    let future = ask(INSPECTOR, "2018-12-01", import_closure("2030-01-02")).observed();
    check(
        &up_to(State::Drafted),
        future,
        expect!["BAD_DATE closed_on: it lies after today (UTC+08:00)"],
    );
    let world = World::given(&and(up_to(State::Drafted), [import.observed()]));
    assert!(world.item().closings.is_empty());
    assert_eq!(world.item().state_since, on("2018-11-30"));
}

/// A unit does not take its own item out of the rates.
#[test]
fn a_historical_closing_is_said_by_the_closing_body_and_is_older_than_the_issue() {
    let import = |who, closed_on| ask(who, "2018-12-01", import_closure(closed_on)).observed();
    let drafted = up_to(State::Drafted);
    for who in [CLERK, VILLAGER, FIRST, MAYOR] {
        let answer = World::given(&drafted).decide(&import(who, "2018-05-01"));
        assert!(
            matches!(answer, Err(Rejection::NotIndependent { .. })),
            "{who:?}: {answer:?}"
        );
    }
    let issued = up_to(State::Issued);
    check(
        &issued,
        import(CLERK, "2018-05-01"),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    // Issued on 2018-07-30.
    check(
        &issued,
        import(CLOSER, "2018-11-30"),
        expect![[r#"
        BAD_DATE closed_on:
        the item was issued here, so that only a closing before the issue is historical"#]],
    );
    check(
        &issued,
        import(CLOSER, "2018-07-30"),
        expect![[r#"
        BAD_DATE closed_on:
        the item was issued here, so that only a closing before the issue is historical"#]],
    );
    check(
        &issued,
        import(CLOSER, "2018-07"),
        expect![[r#"
        BAD_DATE closed_on:
        the item was issued here, so that only a closing before the issue is historical"#]],
    );
    check(
        &issued,
        import(CLOSER, "2018-07-29"),
        expect!["item.closure_imported -> historically_closed"],
    );
}

#[test]
fn a_historical_closing_of_an_item_that_owes_money_raises_a_question() {
    let owing = draft(|draft| draft.recovery_required_fen = fen(5_000));
    let import = ask(CLOSER, "2018-12-01", import_closure("2018-05-01")).observed();
    let world = World::given(&[owing]);
    let events = world.decide(&import).unwrap();
    let alerts = crate::breaches(&world.books, &import.context(), &events[0]);
    expect!["RECOVERY_OPEN: 5000 fen must be recovered; 0 fen received, 0 fen waived"]
        .assert_eq(&alerts.iter().map(refusal).collect::<String>());
}

#[test]
fn recusal_is_declared_until_the_closing() {
    let declare = ask(FIRST, "2018-07-30", recuse(FIRST));
    check(
        &up_to(State::Drafted),
        declare.clone(),
        expect!["item.recusal_declared -> drafted"],
    );
    check(
        &happy(),
        declare,
        expect!["BAD_TRANSITION: item.declare_recusal is not possible in state closed"],
    );
}

#[test]
fn a_unit_rules_nobody_out_but_its_own_people() {
    let declare = |by, who| ask(by, "2018-08-08", recuse(who));
    check(
        &at_work(),
        declare(CLERK, CLOSER),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &at_work(),
        declare(CLERK, CLERK),
        expect!["item.recusal_declared -> in_progress"],
    );
    check(
        &at_work(),
        declare(INSPECTOR, CLOSER),
        expect!["item.recusal_declared -> in_progress"],
    );
}

#[test]
fn a_date_before_the_issue_breaks_policy_only() {
    let early = |on| ask(CLERK, on, step(ItemCommand::Acknowledge));
    check(
        &up_to(State::Issued),
        early("2018-07-29"),
        expect!["BAD_DATE occurred_on: it lies before the day of issue"],
    );
    check(
        &up_to(State::Issued),
        early("2018-07-30"),
        expect!["item.acknowledged -> acknowledged"],
    );
    check(
        &up_to(State::Issued),
        early("2018-07"),
        expect!["item.acknowledged -> acknowledged"],
    );
    check(
        &up_to(State::Issued),
        early("2018-07-29").observed(),
        expect!["item.acknowledged -> acknowledged"],
    );
}

#[test]
fn a_change_of_state_is_not_dated_before_the_one_before_it() {
    let request = |on| ask(CLERK, on, step(ItemCommand::RequestClosure));
    check(
        &at_work(),
        request("2018-08-05"),
        expect!["BAD_DATE occurred_on: it lies before the last change of state"],
    );
    check(
        &at_work(),
        request("2018-08-06"),
        expect!["item.closure_requested -> closure_requested"],
    );
}

#[test]
fn is_not_issued_after_its_due_date() {
    let fixed = draft(|draft| {
        draft.deadline_rule = DeadlineRule::Fixed;
        draft.due_on = Some(on("2018-09-30"));
    });
    let issue = |on| ask(INSPECTOR, on, step(ItemCommand::Issue));
    check(
        std::slice::from_ref(&fixed),
        issue("2018-10-01"),
        expect!["BAD_DATE occurred_on: the item is due before it is issued"],
    );
    check(
        std::slice::from_ref(&fixed),
        issue("2018-09-30"),
        expect!["item.issued -> issued"],
    );
}
