//! What a contract allows a claim to ask for (V9), and what claim and contract allow a payment.

use super::*;
use crate::Command;
use crate::contract::ContractChangeKind::Price;
use crate::ids::MilestoneId;
use crate::milestone::*;
use crate::testing::{contract, give_back, instruct, reissue, settle};

/// 4:5:1 of 1000 fen.
#[test]
fn the_claims_of_a_contract_keep_to_the_stages_reached() {
    let rows = [
        submit_of(1, 1, 400),
        submit_of(1, 1, 401),
        submit_of(1, 1, 1001),
        submit_of(1, 2, 1),
        submit_of(1, 2, 1001),
        submit_of(1, 2, 500).observed(),
        submit_of(1, 1, 400).on("2018-06-30"),
    ];
    check(
        &contracted(),
        &rows,
        expect![[r#"
            claim.submitted
            STAGE_CAP: 401 fen in all, its stage allows 400 fen
            OVER_CONTRACT: 1001 fen in all, the contract's price is 1000 fen
            STAGE_CAP:
              1 fen in all, the stage is not reached; the last one reached allows 400 fen
            OVER_CONTRACT: 1001 fen in all, the contract's price is 1000 fen
            claim.submitted
            alert STAGE_CAP:
              500 fen in all, the stage is not reached; the last one reached allows 400 fen
            BAD_DATE occurred_on: it lies before the day of the contract's signing"#]],
    );
    let rows = [submit_of(2, 1, 1), submit_of(2, 2, 500)];
    check(
        &submitted(),
        &rows,
        expect![[r#"
            STAGE_CAP: 401 fen in all, its stage allows 400 fen
            STAGE_CAP:
              900 fen in all, the stage is not reached; the last one reached allows 400 fen"#]],
    );
    let accepted = and(&submitted(), [reach(2)]);
    let rows = [
        submit_of(2, 1, 1),
        submit_of(2, 2, 500),
        submit_of(2, 2, 501),
    ];
    check(
        &accepted,
        &rows,
        expect![[r#"
            STAGE_CAP: 401 fen in all, its stage allows 400 fen
            claim.submitted
            STAGE_CAP: 901 fen in all, its stage allows 900 fen"#]],
    );
    let closed = and(&contracted(), [close_contract()]);
    check(
        &closed,
        &[submit_of(1, 1, 400)],
        expect!["BAD_TRANSITION: claim.submit is not possible in state closed"],
    );
}

#[test]
fn what_was_paid_without_a_claim_counts() {
    let paid = and(&contracted(), [pay_contract(1, 100)]);
    check(
        &paid,
        &[submit_of(1, 1, 300), submit_of(1, 1, 301)],
        expect![[r#"
            claim.submitted
            STAGE_CAP: 401 fen in all, its stage allows 400 fen"#]],
    );
    // What a claim has been paid counts once.
    let paid = and(&approved(), [pay_claim(1, 400), settle(1, 400), reach(2)]);
    check(
        &paid,
        &[submit_of(2, 2, 500), submit_of(2, 2, 501)],
        expect![[r#"
            claim.submitted
            STAGE_CAP: 901 fen in all, its stage allows 900 fen"#]],
    );
}

#[test]
fn an_approval_looks_at_the_price_again() {
    let given = and(&signed_all(), [change(Price, -1, None)]);
    check(
        &given,
        &[approve_claim(), approve_claim().observed()],
        expect![[r#"
            STAGE_CAP: 400 fen in all, the last stage reached allows 399 fen
            claim.approved
            alert STAGE_CAP: 400 fen in all, the last stage reached allows 399 fen"#]],
    );
}

/// Each row puts right what the row before it was refused for.
#[test]
fn refuses_a_payment_of_a_claim_in_this_order() {
    let rows = [
        instruct(|it| it.claim = Some(claim(9))),
        instruct(|it| {
            it.claim = Some(claim(1));
            it.contract = Some(contract(9));
        }),
        instruct(|it| it.contract = Some(contract(9))),
        pay_claim(1, 401).by(CHIEF),
        pay_claim(1, 401),
        pay_claim(1, 400),
        instruct(|it| it.claim = Some(claim(1))),
    ];
    check(
        &approved(),
        &rows,
        expect![[r#"
        NOT_FOUND claim: #6009 is not known in this ledger
        BAD_FIELD contract: it is not the contract of the claim
        NOT_FOUND contract: #5009 is not known in this ledger
        SAME_PERSON:
          the same person may not do both claim.approve and payment.instruct
        OVER_PAID amount_fen: 401 fen stated, 400 fen are open
        payment.instructed
        BAD_FIELD payee: it is not the payee of the claim"#]],
    );
    let elsewhere = [
        instruct(|it| {
            it.project = project(2);
            it.claim = Some(claim(1));
        }),
        instruct(|it| {
            it.project = project(2);
            it.contract = Some(contract(1));
        }),
    ];
    let second = enter(|it| it.project = project(2));
    check(
        &and(&approved(), [second]),
        &elsewhere,
        expect![[r#"
        BAD_FIELD claim: it belongs to another project
        BAD_FIELD contract: it belongs to another project"#]],
    );
}

#[test]
fn only_an_approved_and_signed_claim_is_paid() {
    check(
        &submitted(),
        &[pay_claim(1, 400), pay_claim(1, 400).observed()],
        expect![[r#"
            BAD_TRANSITION: payment.instruct is not possible in state submitted
            payment.instructed
            alert BAD_TRANSITION: payment.instruct is not possible in state submitted
            alert COUNTERSIGN_MISSING: not counter-signed by 挂职干部(某某)"#]],
    );
    // An approval that was observed although the cadre has not signed; the signature cures it.
    let unsigned = and(
        &reviewed(),
        [review_finances().observed(), approve_claim().observed()],
    );
    check(
        &unsigned,
        &[pay_claim(1, 400), countersign()],
        expect![[r#"
            COUNTERSIGN_MISSING: not counter-signed by 挂职干部(某某)
            claim.countersigned"#]],
    );
    let cured = and(&unsigned, [countersign()]);
    check(&cured, &[pay_claim(1, 400)], expect!["payment.instructed"]);
}

#[test]
fn the_state_of_a_claim_follows_its_payments() {
    let steps = [
        pay_claim(1, 150),
        pay_claim(2, 251).observed(),
        give_back(2, 251),
        pay_claim(3, 250),
        settle(1, 150),
        settle(3, 250),
        give_back(1, 150),
        give_back(3, 250),
        reissue(4, 1),
        settle(4, 150),
    ];
    let mut world = World::given(&approved());
    let mut lines = Vec::new();
    for step in &steps {
        let answer = world.answer(step);
        let (row, contract) = (row(&world), world.books.contracts.get(contract(1)).unwrap());
        lines.push(format!(
            "{answer}\n  {}: paid {}, open {}, payable {}; contract: paid {}, open {}, owed {}",
            row.state(),
            row.paid.get(),
            row.open.get(),
            row.payable().get(),
            contract.paid.get(),
            contract.open.get(),
            contract.commitment().get(),
        ));
        assert_eq!(contract.unclaimed, fen(0));
    }
    expect![[r#"
        payment.instructed
          instructed: paid 0, open 150, payable 250; contract: paid 0, open 150, owed 1000
        payment.instructed
        alert OVER_PAID amount_fen: 251 fen stated, 250 fen are open
        alert STAGE_CAP: 401 fen in all, the last stage reached allows 400 fen
          instructed: paid 0, open 401, payable -1; contract: paid 0, open 401, owed 1000
        payment.returned
          instructed: paid 0, open 150, payable 250; contract: paid 0, open 150, owed 1000
        payment.instructed
          instructed: paid 0, open 400, payable 0; contract: paid 0, open 400, owed 1000
        payment.settled
          instructed: paid 150, open 250, payable 0; contract: paid 150, open 250, owed 850
        payment.settled
          settled: paid 400, open 0, payable 0; contract: paid 400, open 0, owed 600
        payment.returned
          instructed: paid 250, open 0, payable 150; contract: paid 250, open 0, owed 750
        payment.returned
          returned: paid 0, open 0, payable 400; contract: paid 0, open 0, owed 1000
        payment.instructed
        payment.reissued
          instructed: paid 0, open 150, payable 250; contract: paid 0, open 150, owed 1000
        payment.settled
          instructed: paid 150, open 0, payable 250; contract: paid 150, open 0, owed 850"#]]
    .assert_eq(&lines.join("\n"));
}

/// Scenario 4 of the domain, in small: 4:5:1 of 1000 fen.
#[test]
fn payments_keep_to_the_stages_at_the_instruction_and_at_the_settlement() {
    let first = and(&contracted(), [pay_contract(1, 400), settle(1, 400)]);
    let rows = [
        pay_contract(2, 1),
        pay_contract(2, 200).on("2018-06-30"),
        pay_contract(2, 200).observed(),
    ];
    check(
        &first,
        &rows,
        expect![[r#"
        STAGE_CAP: 401 fen in all, the last stage reached allows 400 fen
        BAD_DATE occurred_on: it lies before the day of the contract's signing
        payment.instructed
        alert STAGE_CAP: 600 fen in all, the last stage reached allows 400 fen"#]],
    );
    let early = and(&first, [pay_contract(2, 200).observed()]);
    let rows = [settle(2, 200), settle(2, 200).observed()];
    check(
        &early,
        &rows,
        expect![[r#"
        STAGE_CAP: 600 fen in all, the last stage reached allows 400 fen
        payment.settled
        alert STAGE_CAP: 600 fen in all, the last stage reached allows 400 fen"#]],
    );
    check(
        &and(&early, [reach(2)]),
        &[settle(2, 200)],
        expect!["payment.settled"],
    );
    let dear = and(&first, [reach(2), reach(3), change(Price, -500, None)]);
    check(
        &dear,
        &[pay_contract(2, 101), pay_contract(2, 100)],
        expect![[r#"
            OVER_CONTRACT: 501 fen in all, the contract's price is 500 fen
            payment.instructed"#]],
    );
    let open = and(&contracted(), [pay_contract(1, 400)]);
    let rows = [
        close_contract(),
        change(Price, -600, None),
        change(Price, -601, None),
    ];
    check(
        &open,
        &rows,
        expect![[r#"
        BAD_TRANSITION: contract.close is not possible in state payment_open
        contract.changed
        OVER_CONTRACT: 400 fen in all, the contract's price is 399 fen"#]],
    );
    let closed = and(&contracted(), [close_contract()]);
    check(
        &closed,
        &[pay_contract(1, 1)],
        expect!["BAD_TRANSITION: payment.instruct is not possible in state closed"],
    );
}

fn progress(done: u64, step: fn(Progress) -> MilestoneCommand) -> Ask {
    ask(Command::Milestone(step(Progress {
        milestone: MilestoneId(uuid::Uuid::from_u128(0x7001)),
        done,
        total: 3,
        unit: name(),
        weighting: Weighting::Count,
        on_site: true,
        site_visit: None,
        remark: None,
    })))
}

/// A third is verified, a tenth may be paid in advance: 333 + 100 fen.
#[test]
fn payments_follow_the_verified_progress_with_the_advance() {
    let definition = MilestoneDefinition {
        milestone: MilestoneId(uuid::Uuid::from_u128(0x7001)),
        project: project(1),
        name: name(),
        total: 3,
        unit: name(),
        weighting: Weighting::Count,
        weight: 1,
        preparatory: false,
    };
    let signed = sign(|it| it.advance_bp = Some(1000));
    let define = ask(Command::Milestone(MilestoneCommand::Define(definition)));
    let reported = progress(1, MilestoneCommand::Report);
    let given = and(&budgeted(), [signed, reach(2), define, reported]);
    // Nothing is verified yet: the stages alone set the limit.
    check(
        &given,
        &[pay_contract(1, 600)],
        expect!["payment.instructed"],
    );
    let verified = and(&given, [progress(1, MilestoneCommand::Verify).by(CHIEF)]);
    let rows = [pay_contract(1, 434), pay_contract(1, 433)];
    check(
        &verified,
        &rows,
        expect![[r#"
        STAGE_CAP:
          434 fen in all, the verified progress with the advance allows 433 fen
        payment.instructed"#]],
    );
}

/// V22 for contracts and claims, among the records of the whole story.
#[test]
fn what_is_paid_rests_on_the_price_and_a_return_on_what_was_paid_since() {
    use crate::ids::Subject;
    use crate::record::*;
    let signed = [
        sign(|it| it.price_fen = fen(500)),
        change(Price, 500, None),
        submit(|_| ()),
        review_technically(),
        countersign(),
        review_finances(),
        approve_claim(),
        pay_claim(1, 200),
        settle(1, 200),
        give_back(1, 200),
        pay_claim(2, 400),
        reach(2),
        instruct(|it| {
            it.payment = payment(3);
            it.amount_fen = fen(101);
            it.sources = vec![share(2, 101)];
            it.contract = Some(contract(1));
        }),
    ];
    let given = and(&budgeted(), signed);
    let mut world = World::given(&given);
    let reverse = |world: &World, word: &str, subject: Subject, amount: i64| {
        let place = world.events.iter().rposition(|event| event.word() == word);
        ask(Command::Record(RecordCommand::Reverse(RecordReversal {
            subject,
            seq: u64::try_from(place.unwrap()).unwrap().saturating_add(1),
            amount_fen: fen(amount),
            reason: text(),
            original: None,
        })))
    };
    let steps = [
        reverse(&world, "contract.changed", contract(1).into(), 500),
        reverse(&world, "payment.returned", payment(1).into(), 200),
        give_back(2, 400),
        reverse(&world, "payment.returned", payment(1).into(), 200),
        reverse(&world, "payment.settled", payment(1).into(), 200),
        give_back(3, 101),
        reverse(&world, "contract.changed", contract(1).into(), 500),
    ];
    let answers: Vec<_> = steps.iter().map(|step| world.answer(step)).collect();
    expect![[r#"
        BAD_REVERSAL seq: what came later rests on it: #5001
        BAD_REVERSAL seq: what came later rests on it: #6001
        payment.returned
        record.reversed
        record.reversed
        payment.returned
        record.reversed"#]]
    .assert_eq(&answers.join("\n"));
    let row = world.books.contracts.get(contract(1)).unwrap();
    assert_eq!((row.price, row.changes.len()), (fen(500), 0));
    assert_eq!(
        (row.paid, row.open, row.unclaimed),
        (fen(0), fen(200), fen(0))
    );
    let row = world.books.claims.get(claim(1)).unwrap();
    assert_eq!((row.paid, row.open), (fen(0), fen(200)));
}
