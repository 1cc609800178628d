//! Promised: a claim is reviewed, counter-signed by others (V11, V12), approved by somebody who has
//! done none of this, keeps to its contract (V9), and goes only the listed ways (V13).

mod contract;
mod opening;
mod paper;
mod random;

use super::*;
use crate::testing::submit;
use crate::testing::*;
use expect_test::expect;

fn submitted() -> Vec<Ask> {
    and(&contracted(), [submit(|_| ())])
}

fn reviewed() -> Vec<Ask> {
    and(&submitted(), [review_technically()])
}

fn signed_all() -> Vec<Ask> {
    and(&reviewed(), [countersign(), review_finances()])
}

fn row(world: &World) -> &Claim {
    world.books.claims.get(claim(1)).unwrap()
}

/// Each row puts right what the row before it was refused for.
#[test]
fn refuses_a_submission_in_this_order() {
    let other = |change: fn(&mut ClaimSubmission)| {
        submit(move |it| {
            it.claim = claim(2);
            change(it);
        })
    };
    let rows = [
        submit(|_| ()),
        other(|it| it.project = project(9)),
        other(|it| it.contract = None),
        other(|it| it.contract = Some(crate::testing::contract(9))),
        other(|it| it.stage = None),
        other(|it| it.stage = Some(4)),
        other(|it| it.payee = Payee::Subject(person(9))),
        other(|it| it.payee = Payee::Organisation(unit(NOWHERE))),
        other(|it| it.countersigners = vec![signer(NOWHERE)]),
        other(|it| it.custodian = Some(unit(NOWHERE))),
        other(|it| it.amount_fen = fen(0)),
        other(|it| it.sources = vec![share(9, 1)]),
        other(|it| it.sources = vec![share(1, 0)]),
        other(|it| it.sources = vec![share(1, 200), share(1, 200)]),
        other(|it| it.sources = vec![share(1, 200), share(2, 199)]),
        other(|it| it.vouchers.clear()),
    ];
    check(
        &submitted(),
        &rows,
        expect![[r#"
        ALREADY_EXISTS claim: #6001 exists already
        NOT_FOUND project: #3009 is not known in this ledger
        BAD_FIELD stage: without a contract there is no stage
        NOT_FOUND contract: #5009 is not known in this ledger
        BAD_FIELD stage: a claim on a contract names a stage of its plan
        BAD_FIELD stage: the contract has no such stage; they are counted from 1
        NOT_FOUND payee: #1009 is not known in this ledger
        NOT_FOUND payee: #0063 is not known in this ledger
        NOT_FOUND countersigners: #0063 is not known in this ledger
        NOT_FOUND custodian: #0063 is not known in this ledger
        BAD_AMOUNT amount_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        NOT_FOUND sources: #2009 is not known in this ledger
        BAD_AMOUNT sources:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_FIELD sources: one batch is named twice
        SPLIT_MISMATCH sources: the parts add up to 399 fen, the total is 400 fen
        BAD_FIELD vouchers: a claim has vouchers"#]],
    );
}

#[test]
fn a_contract_of_another_project_is_refused_whatever_the_way_in() {
    let second = enter(|it| it.project = project(2)).observed();
    let foreign = submit(|it| it.project = project(2)).observed();
    check(
        &and(&contracted(), [second]),
        &[foreign],
        expect!["BAD_FIELD contract: it belongs to another project"],
    );
}

#[test]
fn a_claim_waits_for_the_approval_of_its_project() {
    let bare = || {
        submit(|it| {
            it.contract = None;
            it.stage = None;
            it.sources = vec![share(1, 400)];
        })
    };
    let given = [enter(|_| ()), announce(|_| ())];
    check(
        &given,
        &[bare(), bare().observed()],
        expect![[r#"
        BAD_TRANSITION: claim.submit is not possible in state in_library
        claim.submitted
        alert BAD_TRANSITION: claim.submit is not possible in state in_library"#]],
    );
    check(
        &and(&given, [approve()]),
        &[bare()],
        expect!["claim.submitted"],
    );
}

#[test]
fn what_a_submission_may_not_say_and_a_fact_may() {
    let strange = submit(|it| {
        it.payee = Payee::Organisation(unit(NOWHERE));
        it.countersigners = vec![signer(NOWHERE)];
    });
    let rows = [
        submit(|it| it.countersigners = vec![signer(BUREAU)]),
        submit(|it| it.countersigners.clear()),
        submit(|it| {
            it.countersigners.clear();
            it.custodian = None;
        }),
        strange.observed(),
    ];
    check(
        &contracted(),
        &rows,
        expect![[r#"
        SAME_ORG:
          the same organisation may not be both the submitter 报账单位 and a counter-signer 会签单位
        BAD_FIELD countersigners: money held in custody needs a counter-signer
        claim.submitted
        claim.submitted
        alert UNKNOWN_PARTY payee: #0063 is not known in this ledger
        alert UNKNOWN_PARTY countersigners: #0063 is not known in this ledger"#]],
    );
}

/// Every state × every step: allowed, or its code.
#[test]
fn the_table_of_every_state_and_every_step() {
    let lines = ClaimState::ALL.iter().map(|state| {
        let steps = Step::ALL.iter().filter(|step| allowed(*state, **step));
        let steps: Vec<_> = steps.map(|step| step.word()).collect();
        let steps = if steps.is_empty() {
            "nothing".to_owned()
        } else {
            steps.join(", ")
        };
        format!("{state}: {steps}")
    });
    expect![[r#"
        submitted: claim.review_technically, claim.reject, claim.withdraw
        tech_reviewed: claim.countersign, claim.review_finances, claim.reject, claim.withdraw
        countersigned: claim.review_finances, claim.reject, claim.withdraw
        finance_reviewed: claim.countersign, claim.approve, claim.reject, claim.withdraw
        approved: claim.countersign
        instructed: claim.countersign
        settled: claim.countersign
        returned: claim.countersign
        rejected: nothing
        withdrawn: nothing"#]]
    .assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn goes_from_hand_to_hand() {
    let steps = [
        review_technically(),
        countersign(),
        review_finances(),
        approve_claim(),
    ];
    let mut world = World::given(&submitted());
    let mut states = vec![row(&world).state().word()];
    for step in &steps {
        world.take(step);
        states.push(row(&world).state().word());
    }
    expect![[r#"
        submitted
        tech_reviewed
        countersigned
        finance_reviewed
        approved"#]]
    .assert_eq(&states.join("\n"));
    assert_eq!(row(&world).version, 5);
    assert_eq!(world.books.version(claim(1).into()), 5);
}

/// Scenario 3 of the domain: the counter-signature of the ministry's cadre is missing.
#[test]
fn no_approval_without_every_counter_signature() {
    let rows = [
        approve_claim(),
        review_finances(),
        approve_claim().observed(),
        countersign().by(BUILDER),
        countersign().by(who(22, BUREAU)),
        countersign().by(CHIEF),
        countersign(),
    ];
    check(
        &reviewed(),
        &rows,
        expect![[r#"
        COUNTERSIGN_MISSING: not counter-signed by 挂职干部(某某)
        COUNTERSIGN_MISSING: not counter-signed by 挂职干部(某某)
        claim.approved
        alert COUNTERSIGN_MISSING: not counter-signed by 挂职干部(某某)
        alert BAD_TRANSITION: claim.approve is not possible in state tech_reviewed
        SAME_PERSON:
          the same person may not do both claim.submit and claim.countersign
        SAME_ORG:
          the same organisation may not be both the submitter 报账单位 and a counter-signer 会签单位
        BAD_FIELD capacity:
          no signature in this capacity and for this organisation is missing
        claim.countersigned"#]],
    );
    check(
        &submitted(),
        &[countersign(), countersign().observed()],
        expect![[r#"
            BAD_TRANSITION: claim.countersign is not possible in state submitted
            claim.countersigned
            alert BAD_TRANSITION: claim.countersign is not possible in state submitted"#]],
    );
    check(
        &signed_all(),
        &[countersign(), approve_claim()],
        expect![[r#"
            SAME_PERSON:
              the same person may not do both claim.countersign and claim.countersign
            claim.approved"#]],
    );
}

#[test]
fn two_counter_signatures_come_from_two_persons() {
    let both = |it: &mut ClaimSubmission| it.countersigners = vec![signer(PREFECTURE); 2];
    let given = and(
        &contracted(),
        [submit(both), review_technically(), countersign()],
    );
    let second = who(23, PREFECTURE);
    let rows = [
        review_finances(),
        countersign(),
        countersign().observed(),
        countersign().by(second),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        COUNTERSIGN_MISSING: not counter-signed by 挂职干部(某某)
        SAME_PERSON:
          the same person may not do both claim.countersign and claim.countersign
        claim.countersigned
        alert SAME_PERSON:
          the same person may not do both claim.countersign and claim.countersign
        claim.countersigned"#]],
    );
    // A second signature of the same person, stored as a fact, stands for nobody.
    let twice = and(&given, [countersign().observed()]);
    check(
        &twice,
        &[review_finances()],
        expect!["COUNTERSIGN_MISSING: not counter-signed by 挂职干部(某某)"],
    );
    let done = and(&given, [countersign().by(second)]);
    check(
        &done,
        &[review_finances(), countersign().by(who(24, PREFECTURE))],
        expect![[r#"
            claim.finances_reviewed
            BAD_TRANSITION: claim.countersign is not possible in state countersigned"#]],
    );
}

#[test]
fn a_signature_of_the_submitter_stands_for_nobody() {
    let theirs = submit(|it| it.countersigners = vec![signer(BUREAU)]).observed();
    let given = and(&contracted(), [theirs, review_technically()]);
    let given = and(&given, [countersign().by(who(22, BUREAU)).observed()]);
    check(
        &given,
        &[review_finances()],
        expect!["COUNTERSIGN_MISSING: not counter-signed by 挂职干部(某某)"],
    );
}

#[test]
fn whoever_submits_reviews_or_signs_the_money_does_not_approve() {
    check(
        &submitted(),
        &[review_technically().by(BUILDER), reject().by(BUILDER)],
        expect![[r#"
            SAME_PERSON:
              the same person may not do both claim.submit and claim.review_technically
            claim.rejected"#]],
    );
    let signed = and(&reviewed(), [countersign()]);
    check(
        &signed,
        &[review_finances().by(BUILDER)],
        expect![[r#"
        SAME_PERSON:
          the same person may not do both claim.submit and claim.review_finances"#]],
    );
    let rows = [
        approve_claim().by(BUILDER),
        approve_claim().by(VISITOR),
        approve_claim().by(REVIEWER),
        approve_claim().by(REVIEWER).observed(),
        approve_claim().on("2018-06-30"),
        approve_claim(),
    ];
    check(
        &signed_all(),
        &rows,
        expect![[r#"
        SAME_PERSON: the same person may not do both claim.submit and claim.approve
        SAME_PERSON:
          the same person may not do both claim.review_technically and claim.approve
        SAME_PERSON:
          the same person may not do both claim.review_finances and claim.approve
        claim.approved
        alert SAME_PERSON:
          the same person may not do both claim.review_finances and claim.approve
        BAD_DATE occurred_on: it lies before the day of the submission
        claim.approved"#]],
    );
}

#[test]
fn a_claim_that_was_rejected_or_withdrawn_frees_its_contract() {
    let claimed = |asks: &[Ask]| {
        let world = World::given(asks);
        let row = world
            .books
            .contracts
            .get(crate::testing::contract(1))
            .unwrap();
        row.claimed.get()
    };
    assert_eq!(claimed(&submitted()), 400);
    for end in [reject(), withdraw()] {
        let given = and(&submitted(), [end]);
        assert_eq!(claimed(&given), 0);
        let again = and(&given, [approve_claim().observed()]);
        assert_eq!(claimed(&again), 400);
    }
    let rows = [withdraw().by(CHIEF), withdraw().by(CHIEF).observed()];
    check(
        &submitted(),
        &rows,
        expect![[r#"
        BAD_FIELD actor: the organisation that submitted a claim withdraws it
        claim.withdrawn
        alert BAD_FIELD actor: the organisation that submitted a claim withdraws it"#]],
    );
    let rows = [
        review_technically(),
        reject(),
        withdraw(),
        approve_claim().observed(),
    ];
    check(
        &and(&submitted(), [reject()]),
        &rows,
        expect![[r#"
        BAD_TRANSITION: claim.review_technically is not possible in state rejected
        BAD_TRANSITION: claim.reject is not possible in state rejected
        BAD_TRANSITION: claim.withdraw is not possible in state rejected
        claim.approved
        alert BAD_TRANSITION: claim.approve is not possible in state rejected"#]],
    );
    check(
        &and(&submitted(), [withdraw()]),
        &rows,
        expect![[r#"
        BAD_TRANSITION: claim.review_technically is not possible in state withdrawn
        BAD_TRANSITION: claim.reject is not possible in state withdrawn
        BAD_TRANSITION: claim.withdraw is not possible in state withdrawn
        claim.approved
        alert BAD_TRANSITION: claim.approve is not possible in state withdrawn"#]],
    );
    check(
        &approved(),
        &[reject(), withdraw()],
        expect![[r#"
        BAD_TRANSITION: claim.reject is not possible in state approved
        BAD_TRANSITION: claim.withdraw is not possible in state approved"#]],
    );
}

#[test]
fn nobody_has_heard_of_it() {
    let rows = [
        review_technically(),
        countersign(),
        review_finances(),
        approve_claim(),
        reject(),
        withdraw(),
    ];
    check(
        &contracted(),
        &rows,
        expect![[r#"
        NOT_FOUND claim: #6001 is not known in this ledger
        NOT_FOUND claim: #6001 is not known in this ledger
        NOT_FOUND claim: #6001 is not known in this ledger
        NOT_FOUND claim: #6001 is not known in this ledger
        NOT_FOUND claim: #6001 is not known in this ledger
        NOT_FOUND claim: #6001 is not known in this ledger"#]],
    );
}
