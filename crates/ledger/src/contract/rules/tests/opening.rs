//! Promised: a contract from before the book comes in as its own first record, recorded by two, and
//! every cap counts what was paid on it.

use super::*;
use crate::Command;
use crate::contract::ContractOpening;
use crate::testing::{by_two, check_openings, cut_over};

/// Contract 1 of 1000 fen, raised to 1100, of which 400 were paid; its first stage is reached.
fn take_over(change: impl FnOnce(&mut ContractOpening)) -> Ask {
    let Command::Contract(ContractCommand::Sign(signing)) = sign(|_| ()).command else {
        panic!("no signing");
    };
    let mut opening = ContractOpening {
        signing,
        cut_over: cut_over(),
        signed_on: "2017-03-01".parse().unwrap(),
        changes_delta_fen: fen(100),
        paid_fen: fen(400),
        reached_stage: 1,
    };
    change(&mut opening);
    ask(Command::Contract(ContractCommand::TakeOver(opening)))
}

#[test]
fn refuses_what_one_person_records_and_what_comes_after_the_first_record() {
    check(
        &started(),
        &[take_over(|_| ())],
        expect![[r#"
        BAD_FIELD cut_over:
          an opening is recorded by one person and confirmed by another: propose it as an entry"#]],
    );
    let rows = [take_over(|_| ()), take_over(|_| ()).observed()];
    check_openings(
        &signed(),
        &rows,
        expect![[r#"
        ALREADY_EXISTS contract: #5001 exists already
        ALREADY_EXISTS contract: #5001 exists already"#]],
    );
}

#[test]
fn refuses_figures_that_cannot_be() {
    let rows = [
        take_over(|it| it.signing.project = project(9)),
        take_over(|it| it.signing.stages.clear()),
        take_over(|it| it.changes_delta_fen = fen(-1000)),
        take_over(|it| it.paid_fen = fen(-1)),
        take_over(|it| it.reached_stage = 4),
        take_over(|it| it.signed_on = "2018-01-01".parse().unwrap()),
    ];
    check_openings(
        &started(),
        &rows,
        expect![[r#"
        NOT_FOUND project: #3009 is not known in this ledger
        BAD_FIELD stages: a payment plan has at least one stage
        BAD_AMOUNT changes_delta_fen:
          -1000 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_AMOUNT paid_fen:
          -1 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_FIELD stage: the contract has no such stage; they are counted from 1
        BAD_DATE signed_on: it lies after the cut-over day"#]],
    );
}

#[test]
fn refuses_or_notes_what_was_paid_too_much() {
    let rows = [
        take_over(|it| it.paid_fen = fen(440)),
        take_over(|it| it.paid_fen = fen(441)),
        take_over(|it| it.paid_fen = fen(441)).observed(),
        take_over(|it| it.paid_fen = fen(1101)),
        take_over(|it| {
            it.paid_fen = fen(990);
            it.reached_stage = 2;
        }),
    ];
    check_openings(
        &started(),
        &rows,
        expect![[r#"
        contract.taken_over
        STAGE_CAP: 441 fen in all, the last stage reached allows 440 fen
        contract.taken_over
        alert STAGE_CAP: 441 fen in all, the last stage reached allows 440 fen
        OVER_CONTRACT: 1101 fen in all, the contract's price is 1100 fen
        contract.taken_over"#]],
    );
    check_openings(
        &[enter(|_| ())],
        &rows[..1],
        expect!["BAD_TRANSITION: contract.take_over is not possible in state in_library"],
    );
}

#[test]
fn caps_count_what_was_paid() {
    let taken = and(&budgeted(), by_two(1, &take_over(|_| ())));
    let rows = [
        pay_contract(1, 40),
        pay_contract(1, 41),
        pay_contract(1, 41).observed(),
        pay_contract(1, 40).on("2017-12-30").observed(),
        submit_of(1, 1, 40),
        submit_of(1, 1, 41),
        reach(1),
        reach(2).by(CHIEF),
    ];
    check(
        &taken,
        &rows,
        expect![[r#"
        payment.instructed
        STAGE_CAP: 441 fen in all, the last stage reached allows 440 fen
        payment.instructed
        alert STAGE_CAP: 441 fen in all, the last stage reached allows 440 fen
        payment.instructed
        alert BAD_DATE occurred_on:
          it lies before the cut-over day: the opening's figures count it already
        claim.submitted
        STAGE_CAP: 441 fen in all, its stage allows 440 fen
        BAD_TRANSITION: contract.reach_stage is not possible in state stage_reached
        contract.stage_reached"#]],
    );
    let world = World::given(&taken);
    let contract = row(&world);
    let seen = (
        contract.price,
        contract.paid,
        contract.commitment(),
        contract.cap(),
    );
    assert_eq!(seen, (fen(1100), fen(400), fen(700), fen(440)));
}
