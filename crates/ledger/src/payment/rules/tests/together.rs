//! Promised: no more is kept back than a payment pays and a contract states, and no payment
//! recovers more in all than it is. With the smallest amounts on each side.

use super::*;
use crate::account::rules::tests::amend::unsay;
use crate::contract::{ContractChangeKind, StageTrigger};
use crate::testing::{
    change, contracted, demand, give_back, offset, pay_contract, sign, stage, withhold,
};

#[test]
fn keeps_back_no_more_than_the_payment() {
    let given = and(&instructed(), [withhold(1, 30)]);
    let rows = [withhold(1, 71), withhold(1, 71).observed(), withhold(1, 70)];
    check(
        &given,
        &rows,
        expect![[r#"
        OVER_PAID amount_fen: 71 fen stated, 70 fen are open
        payment.retention_withheld
        alert OVER_PAID amount_fen: 71 fen stated, 70 fen are open
        payment.retention_withheld"#]],
    );
    let world = World::given(&given);
    let freed = unsay(&world, payment(1), "payment.retention_withheld", 30);
    let rows = [withhold(1, 101), withhold(1, 100)];
    check(
        &and(&given, [freed]),
        &rows,
        expect![[r#"
        OVER_PAID amount_fen: 101 fen stated, 100 fen are open
        payment.retention_withheld"#]],
    );
}

/// 10% of 1000 fen, with whatever payments, and of the price with its changes.
#[test]
fn keeps_back_no_more_than_the_contract_states() {
    let paid = [pay_contract(1, 200), pay_contract(2, 200), withhold(1, 60)];
    let given = and(&contracted(), paid);
    let rows = [withhold(2, 41), withhold(2, 41).observed(), withhold(2, 40)];
    check(
        &given,
        &rows,
        expect![[r#"
        OVER_PAID amount_fen: 41 fen stated, 40 fen are open
        payment.retention_withheld
        alert OVER_PAID amount_fen: 41 fen stated, 40 fen are open
        payment.retention_withheld"#]],
    );
    let dearer = change(ContractChangeKind::Price, 10, None);
    let rows = [withhold(2, 42), withhold(2, 41)];
    check(
        &and(&given, [dearer]),
        &rows,
        expect![[r#"
        OVER_PAID amount_fen: 42 fen stated, 41 fen are open
        payment.retention_withheld"#]],
    );
    let world = World::given(&given);
    let freed = unsay(&world, payment(1), "payment.retention_withheld", 60);
    let rows = [withhold(2, 101), withhold(2, 100)];
    check(
        &and(&given, [freed]),
        &rows,
        expect![[r#"
        OVER_PAID amount_fen: 101 fen stated, 100 fen are open
        payment.retention_withheld"#]],
    );
    // One that states no share, and the payment alone is the limit.
    let sign = sign(|it| {
        it.retention_bp = 0;
        it.stages = vec![stage(StageTrigger::Signing, 10_000)];
    });
    let given = and(&budgeted(), [sign, pay_contract(1, 200)]);
    check(
        &given,
        &[withhold(1, 201), withhold(1, 200)],
        expect![[r#"
        OVER_PAID amount_fen: 201 fen stated, 200 fen are open
        payment.retention_withheld"#]],
    );
}

/// 100 fen are demanded of payment 1; payment 3 is 40 fen, of which 30 have recovered it.
#[test]
fn offsets_together_no_more_than_the_later_payment() {
    let later = instruct(|it| {
        it.payment = payment(3);
        it.amount_fen = fen(40);
        it.sources = vec![share(1, 40)];
    });
    let given = [settle(1, 100), demand(1, 100), later, offset(1, 3, 30)];
    let given = and(&instructed(), given);
    let rows = [
        offset(1, 3, 11),
        offset(1, 3, 11).observed(),
        offset(1, 3, 10),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        OVER_PAID amount_fen: 11 fen stated, 10 fen are open
        payment.recovery_offset
        alert OVER_PAID amount_fen: 11 fen stated, 10 fen are open
        payment.recovery_offset"#]],
    );
    let world = World::given(&given);
    let freed = unsay(&world, payment(1), "payment.recovery_offset", 30);
    let rows = [offset(1, 3, 41), offset(1, 3, 40)];
    check(
        &and(&given, [freed]),
        &rows,
        expect![[r#"
        OVER_PAID amount_fen: 41 fen stated, 40 fen are open
        payment.recovery_offset"#]],
    );
}

/// What is paid out is not set off, and what is set off is neither paid out nor sent back.
#[test]
fn only_what_is_not_paid_is_set_off_and_what_is_set_off_is_not_paid() {
    let later = instruct(|it| {
        it.payment = payment(3);
        it.amount_fen = fen(40);
        it.sources = vec![share(1, 40)];
    });
    let given = and(&instructed(), [settle(1, 100), demand(1, 100), later]);
    let rows = [offset(1, 3, 1), offset(1, 3, 1).observed()];
    check(
        &and(&given, [settle(3, 40)]),
        &rows,
        expect![[r#"
        OVER_PAID amount_fen: 1 fen stated, 0 fen are open
        payment.recovery_offset
        alert OVER_PAID amount_fen: 1 fen stated, 0 fen are open"#]],
    );
    check(
        &and(&given, [give_back(3, 40)]),
        &rows,
        expect![[r#"
        OVER_PAID amount_fen: 1 fen stated, 0 fen are open
        payment.recovery_offset
        alert OVER_PAID amount_fen: 1 fen stated, 0 fen are open"#]],
    );
    let back = [settle(3, 40), give_back(3, 40)];
    check(
        &and(&given, back),
        &rows,
        expect![[r#"
        OVER_PAID amount_fen: 1 fen stated, 0 fen are open
        payment.recovery_offset
        alert OVER_PAID amount_fen: 1 fen stated, 0 fen are open"#]],
    );
    let rows = [offset(1, 3, 11), offset(1, 3, 10)];
    check(
        &and(&given, [settle(3, 30)]),
        &rows,
        expect![[r#"
        OVER_PAID amount_fen: 11 fen stated, 10 fen are open
        payment.recovery_offset"#]],
    );
    let rows = [
        settle(3, 31),
        settle(3, 31).observed(),
        give_back(3, 31),
        give_back(3, 30),
        settle(3, 30),
    ];
    check(
        &and(&given, [offset(1, 3, 10)]),
        &rows,
        expect![[r#"
        OVER_PAID amount_fen: 31 fen stated, 30 fen are open
        payment.settled
        alert OVER_PAID amount_fen: 31 fen stated, 30 fen are open
        OVER_PAID amount_fen: 31 fen stated, 30 fen are open
        payment.returned
        payment.settled"#]],
    );
}
