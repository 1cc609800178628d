//! Promised: a claim approved before the book comes in as its own first record, recorded by two;
//! what was paid on it counts against it and, once, against its contract.

use super::*;
use crate::Command;
use crate::claim::{ClaimCommand, ClaimOpening};
use crate::contract::{ContractCommand, ContractOpening};
use crate::testing::{by_two, check_openings, cut_over};

/// Claim 1 of 400 fen out of batch 1, of which 150 were paid.
fn take_over(change: impl FnOnce(&mut ClaimOpening)) -> Ask {
    let Command::Claim(ClaimCommand::Submit(submission)) = submit_of(1, 1, 400).command else {
        panic!("no submission");
    };
    let mut opening = ClaimOpening {
        submission,
        cut_over: cut_over(),
        paid_fen: fen(150),
    };
    change(&mut opening);
    ask(Command::Claim(ClaimCommand::TakeOver(opening)))
}

/// Contract 1 from before the book, on which 150 fen were paid.
fn contracted_before() -> Vec<Ask> {
    let Command::Contract(ContractCommand::Sign(signing)) = sign(|_| ()).command else {
        panic!("no signing");
    };
    let opening = ContractOpening {
        signing,
        cut_over: cut_over(),
        signed_on: "2017-03-01".parse().unwrap(),
        changes_delta_fen: fen(0),
        paid_fen: fen(150),
        reached_stage: 1,
    };
    let opening = ask(Command::Contract(ContractCommand::TakeOver(opening)));
    and(&budgeted(), by_two(1, &opening))
}

#[test]
fn refuses_what_one_person_records_and_what_cannot_be() {
    let given = contracted_before();
    check(
        &given,
        &[take_over(|_| ())],
        expect![[r#"
        BAD_FIELD cut_over:
          an opening is recorded by one person and confirmed by another: propose it as an entry"#]],
    );
    let rows = [
        take_over(|it| it.submission.stage = None),
        take_over(|it| it.submission.amount_fen = fen(401)),
        take_over(|it| it.paid_fen = fen(-1)),
        take_over(|it| it.paid_fen = fen(401)),
        take_over(|it| it.paid_fen = fen(151)),
        take_over(|it| it.paid_fen = fen(151)).observed(),
        take_over(|_| ()),
    ];
    check_openings(
        &given,
        &rows,
        expect![[r#"
        BAD_FIELD stage: a claim on a contract names a stage of its plan
        SPLIT_MISMATCH sources: the parts add up to 400 fen, the total is 401 fen
        BAD_AMOUNT paid_fen:
          -1 fen is not an amount that may be stated (1 to 10^15 fen)
        OVER_PAID amount_fen: 401 fen stated, 400 fen are open
        OVER_PAID amount_fen: 151 fen stated, 150 fen are open
        claim.taken_over
        alert OVER_PAID amount_fen: 151 fen stated, 150 fen are open
        claim.taken_over"#]],
    );
    let begun = and(&given, [submit_of(1, 1, 100)]);
    let rows = [take_over(|_| ()), take_over(|_| ()).observed()];
    check_openings(
        &begun,
        &rows,
        expect![[r#"
        ALREADY_EXISTS claim: #6001 exists already
        ALREADY_EXISTS claim: #6001 exists already"#]],
    );
}

#[test]
fn what_was_paid_counts_once() {
    let given = and(&contracted_before(), by_two(2, &take_over(|_| ())));
    let rows = [
        pay_claim(1, 250),
        pay_claim(1, 251),
        submit_of(2, 1, 1),
        approve_claim(),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        payment.instructed
        OVER_PAID amount_fen: 251 fen stated, 250 fen are open
        STAGE_CAP: 401 fen in all, its stage allows 400 fen
        BAD_TRANSITION: claim.approve is not possible in state instructed"#]],
    );
    let world = World::given(&given);
    let claim = world.books.claims.get(claim(1)).unwrap();
    assert_eq!((claim.payable(), claim.missing().count()), (fen(250), 0));
    let row = world.books.contracts.get(contract(1)).unwrap();
    let seen = (row.paid, row.claimed, row.unclaimed);
    assert_eq!(seen, (fen(150), fen(400), fen(0)));
}
