//! The unit's own work: acknowledging, planning, measures, evidence, money.

use super::*;

#[test]
fn the_unit_speaks_for_itself() {
    let acknowledge = |who| ask(who, "2018-07-31", step(ItemCommand::Acknowledge));
    check(
        &up_to(State::Issued),
        acknowledge(INSPECTOR),
        expect![[r#"
        BAD_FIELD actor:
        this is for the responsible or leading unit, or one below it"#]],
    );
    check(
        &up_to(State::Issued),
        acknowledge(MAYOR),
        expect![[r#"
        BAD_FIELD actor:
        this is for the responsible or leading unit, or one below it"#]],
    );
    check(
        &up_to(State::Issued),
        acknowledge(VILLAGER),
        expect!["item.acknowledged -> acknowledged"],
    );
    check(
        &up_to(State::Acknowledged),
        ask(FIRST, "2018-08-02", submit_plan()),
        expect![[r#"
            BAD_FIELD actor:
            this is for the responsible or leading unit, or one below it"#]],
    );
    let request = |who| ask(who, "2018-09-01", step(ItemCommand::RequestClosure));
    check(
        &at_work(),
        request(FIRST),
        expect![[r#"
        BAD_FIELD actor:
        this is for the responsible or leading unit, or one below it"#]],
    );
    check(
        &at_work(),
        request(VILLAGER),
        expect!["item.closure_requested -> closure_requested"],
    );
}

#[test]
fn the_leading_unit_speaks_too_from_when_it_leads() {
    let request = ask(SECOND, "2018-09-01", step(ItemCommand::RequestClosure));
    check(
        &at_work(),
        request.clone(),
        expect![[r#"
        BAD_FIELD actor:
        this is for the responsible or leading unit, or one below it"#]],
    );
    let (item, lead_unit, reason) = (item(1), unit(FINANCE), text("职责调整"));
    let transfer = ItemCommand::TransferLead(LeadTransfer {
        item,
        lead_unit,
        reason,
    });
    let given = and(at_work(), [ask(INSPECTOR, "2018-08-30", transfer)]);
    check(
        &given,
        request,
        expect!["item.closure_requested -> closure_requested"],
    );
}

#[test]
fn two_bodies_approve_a_plan_and_neither_is_the_unit() {
    let approve = |person, unit| {
        ask(
            who(person, unit),
            "2018-08-05",
            step(ItemCommand::ApprovePlan),
        )
    };
    let submitted = up_to(State::PlanSubmitted);
    check(
        &submitted,
        approve(10, TOWN),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &submitted,
        approve(11, VILLAGE),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &submitted,
        approve(20, DISCIPLINE),
        expect!["item.plan_approved -> plan_submitted"],
    );
    let once = and(submitted, [approve(20, DISCIPLINE)]);
    check(
        &once,
        approve(20, DISCIPLINE),
        expect![[r#"
            SAME_ORG:
            the same organisation may not be both one approver 联审单位 and the other 另一联审单位"#]],
    );
    check(
        &once,
        approve(22, DISCIPLINE),
        expect![[r#"
            SAME_ORG:
            the same organisation may not be both one approver 联审单位 and the other 另一联审单位"#]],
    );
    check(
        &once,
        approve(22, FINANCE),
        expect!["item.plan_approved -> in_progress"],
    );
}

#[test]
fn four_eyes_on_a_plan_are_policy() {
    let approve = |person, unit| {
        ask(
            who(person, unit),
            "2018-08-05",
            step(ItemCommand::ApprovePlan),
        )
    };
    let submitted = up_to(State::PlanSubmitted);
    check(
        &submitted,
        approve(10, FINANCE),
        expect![[r#"
        SAME_PERSON:
        the same person may not do both item.submit_plan and item.approve_plan"#]],
    );
    check(
        &submitted,
        approve(10, FINANCE).observed(),
        expect!["item.plan_approved -> plan_submitted"],
    );
    let once = and(submitted, [approve(20, DISCIPLINE)]);
    check(
        &once,
        approve(20, FINANCE),
        expect![[r#"
        SAME_PERSON:
        the same person may not do both item.approve_plan and item.approve_plan"#]],
    );
    check(
        &once,
        approve(20, FINANCE).observed(),
        expect!["item.plan_approved -> in_progress"],
    );
}

#[test]
fn a_returned_plan_loses_its_approval() {
    let approve = |who| ask(who, "2018-08-05", step(ItemCommand::ApprovePlan));
    let given = and(
        up_to(State::PlanSubmitted),
        [
            approve(FIRST),
            ask(SECOND, "2018-08-05", because(ItemCommand::ReturnPlan)),
            ask(CLERK, "2018-08-05", submit_plan()),
        ],
    );
    check(
        &given,
        approve(SECOND),
        expect!["item.plan_approved -> plan_submitted"],
    );
    check(
        &and(given, [approve(SECOND)]),
        approve(FIRST),
        expect!["item.plan_approved -> in_progress"],
    );
}

#[test]
fn measures_are_added_once_and_changed_after() {
    check(
        &at_work(),
        ask(CLERK, "2018-08-08", add_measure(1)),
        expect!["ALREADY_EXISTS measure: #3001 exists already"],
    );
    check(
        &at_work(),
        ask(CLERK, "2018-08-08", add_measure(2)),
        expect!["item.measure_added -> in_progress"],
    );
    let change = |number| {
        let measure = a_measure(number, MeasureKind::Institutional);
        ask(CLERK, "2018-08-08", ItemCommand::ChangeMeasure(measure))
    };
    check(
        &at_work(),
        change(2),
        expect!["NOT_FOUND measure: #3002 is not known in this ledger"],
    );
    check(
        &at_work(),
        change(1),
        expect!["item.measure_changed -> in_progress"],
    );
    let world = World::given(&and(at_work(), [change(1)]));
    let row = world.item().measure(measure(1)).unwrap();
    assert_eq!(
        (row.kind, row.evidence.len()),
        (MeasureKind::Institutional, 1)
    );
}

#[test]
fn evidence_belongs_to_a_measure_and_is_not_from_the_future() {
    let evidence =
        |number, captured_on| ask(CLERK, "2018-08-21", add_evidence(number, captured_on));
    check(
        &at_work(),
        evidence(2, "2018-08-20"),
        expect!["NOT_FOUND measure: #3002 is not known in this ledger"],
    );
    check(
        &at_work(),
        evidence(1, "2030-01-02"),
        expect!["BAD_DATE captured_on: it lies after today (UTC+08:00)"],
    );
    check(
        &at_work(),
        evidence(1, "2030-01-01"),
        expect!["item.evidence_added -> in_progress"],
    );
    check(
        &at_work(),
        evidence(1, "2030-01-02").observed(),
        expect!["BAD_DATE captured_on: it lies after today (UTC+08:00)"],
    );
    let drafted = and(
        up_to(State::Drafted),
        [ask(INSPECTOR, "2018-07-29", add_measure(1))],
    );
    check(
        &drafted,
        evidence(1, "2018-08-20"),
        expect!["BAD_TRANSITION: item.add_evidence is not possible in state drafted"],
    );
}

#[test]
fn evidence_is_retracted_once() {
    let retract = |number| ask(CLERK, "2018-08-22", retract_evidence(number));
    check(
        &at_work(),
        retract(2),
        expect![[r#"
        BAD_FIELD sha256:
        no evidence of this item has this digest, or it has been retracted"#]],
    );
    check(
        &at_work(),
        retract(1),
        expect!["item.evidence_retracted -> in_progress"],
    );
    check(
        &and(at_work(), [retract(1)]),
        retract(1),
        expect![[r#"
        BAD_FIELD sha256:
        no evidence of this item has this digest, or it has been retracted"#]],
    );
}

#[test]
fn amounts_of_recovery_are_payable_and_their_sum_can_be_held() {
    let most = Fen::COMMAND_MAX.get();
    let receive = |amount| ask(INSPECTOR, "2018-08-22", came_back(amount));
    check(
        &at_work(),
        receive(0),
        expect![[r#"
        BAD_AMOUNT amount_fen:
        0 fen is not an amount that may be stated (1 to 10^15 fen)"#]],
    );
    check(
        &at_work(),
        receive(1),
        expect!["item.recovery_received -> in_progress"],
    );
    check(
        &at_work(),
        receive(most),
        expect!["item.recovery_received -> in_progress"],
    );
    check(
        &at_work(),
        receive(most + 1),
        expect![[r#"
        BAD_AMOUNT amount_fen:
        1000000000000001 fen is not an amount that may be stated (1 to 10^15 fen)"#]],
    );
    // 2^53 - 1 fen hold nine times the most that one command may name.
    let nine = and(at_work(), std::iter::repeat_n(receive(most), 9));
    check(
        &nine,
        receive(7_199_254_740_991),
        expect!["item.recovery_received -> in_progress"],
    );
    check(
        &nine,
        receive(7_199_254_740_992),
        expect![[r#"
        BAD_AMOUNT amount_fen:
        7199254740992 fen is not an amount that may be stated (1 to 10^15 fen)"#]],
    );
    let demand = recovery(ItemCommand::DemandRecovery, -1);
    check(
        &at_work(),
        ask(INSPECTOR, "2018-08-22", demand),
        expect![[r#"
            BAD_AMOUNT amount_fen:
            -1 fen is not an amount that may be stated (1 to 10^15 fen)"#]],
    );
}

#[test]
fn the_unit_waives_nothing_for_itself() {
    check(
        &at_work(),
        ask(CLERK, "2018-08-22", waive(1)),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &at_work(),
        ask(VILLAGER, "2018-08-22", waive(1)),
        expect!["NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it"],
    );
    check(
        &at_work(),
        ask(SECOND, "2018-08-22", waive(0)),
        expect![[r#"
            BAD_AMOUNT amount_fen:
            0 fen is not an amount that may be stated (1 to 10^15 fen)"#]],
    );
    let mut owing = happy_from(draft(|draft| draft.recovery_required_fen = fen(1)));
    owing.truncate(9);
    check(
        &owing,
        ask(SECOND, "2018-08-22", waive(1)),
        expect!["item.recovery_waived -> in_progress"],
    );
}
