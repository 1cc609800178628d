//! Promised: what comes long after a payment stays within what was paid, and every budget bears
//! what its payments say (equation 3), whatever of it is taken back again (V8, V10, V12, V14, V22).
#![allow(
    clippy::arithmetic_side_effects,
    reason = "in a test a panic is the message"
)]

mod reversed;

use super::*;
use crate::record::amend::Amend;
use crate::record::{RecordCommand, RecordReversal};
use crate::subjects::Subjects;
use crate::testing::{demand, offset, reclassify, recover, release, waive, withhold};
use std::collections::BTreeMap;

/// Payment 1 settled whole.
fn paid() -> Vec<Ask> {
    and(&instructed(), [settle(1, 100)])
}

/// A third batch with 300 fen for the project.
fn with_third(given: &[Ask]) -> Vec<Ask> {
    let third = [
        announce(|it| it.fund = fund(3)),
        receive(3, 1000),
        allocate(3, COUNTY, to_project(1), 300),
    ];
    and(given, third)
}

/// Takes back the first event of that word, which is about payment 1.
fn undo(world: &World, word: &str, amount: i64) -> Ask {
    let place = world.events.iter().position(|event| event.word() == word);
    reverse_at(
        1,
        u64::try_from(place.unwrap()).unwrap().saturating_add(1),
        amount,
    )
}

fn reverse_at(number: u128, seq: u64, amount: i64) -> Ask {
    ask(Command::Record(RecordCommand::Reverse(RecordReversal {
        subject: payment(number).into(),
        seq,
        amount_fen: fen(amount),
        reason: text(),
        original: None,
    })))
}

/// What each budget of project 1 bears, every line an equation.
fn budgets(books: &Books) -> String {
    let mut lines = Vec::new();
    for number in 1..=3 {
        let Some(budget) = books.budgets.get((fund(number), project(1))) else {
            continue;
        };
        let parts = [
            budget.committed_unpaid,
            budget.settled,
            budget.returned.negated(),
            budget.recovered.negated(),
            budget.available(),
        ];
        assert_eq!(Fen::sum(parts), Some(budget.granted), "equation 3");
        lines.push(format!(
            "{number}: {} = open {} + settled {} - returned {} - recovered {} + available {}",
            budget.granted.get(),
            budget.committed_unpaid.get(),
            budget.settled.get(),
            budget.returned.get(),
            budget.recovered.get(),
            budget.available().get()
        ));
    }
    lines.join("\n")
}

/// When those come one after the other, then these are the answers and the budgets after each.
fn check_budgets(given: &[Ask], when: &[Ask], then: expect_test::Expect) {
    let mut world = World::given(given);
    let mut blocks = Vec::new();
    for ask in when {
        let answer = world.answer(ask);
        blocks.push(format!("{answer}\n{}", budgets(&world.books)));
    }
    then.assert_eq(&blocks.join("\n"));
}

/// Each row puts right what the row before it was refused for.
#[test]
fn moves_a_cost_only_between_batches_that_can_bear_it() {
    let rows = [
        reclassify(9, 9, 9, 0),
        reclassify(1, 9, 9, 0),
        reclassify(1, 9, 3, 0),
        reclassify(1, 9, 3, 61),
        reclassify(1, 3, 3, 61),
        reclassify(1, 1, 1, 61),
        reclassify(1, 1, 3, 61),
        reclassify(1, 1, 3, 61).observed(),
        reclassify(1, 1, 3, 60),
    ];
    check(
        &with_third(&paid()),
        &rows,
        expect![[r#"
            NOT_FOUND payment: #4009 is not known in this ledger
            NOT_FOUND to: #2009 is not known in this ledger
            BAD_AMOUNT amount_fen:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            BAD_FIELD from:
              it must be a batch that bears the payment, and another one than `to`
            BAD_FIELD from:
              it must be a batch that bears the payment, and another one than `to`
            BAD_FIELD from:
              it must be a batch that bears the payment, and another one than `to`
            OVER_PAID amount_fen: 61 fen stated, 60 fen are open
            OVER_PAID amount_fen: 61 fen stated, 60 fen are open
            payment.reclassified"#]],
    );
    let unfunded = and(
        &paid(),
        [announce(|it| it.fund = fund(3)), receive(3, 1000)],
    );
    let rows = [reclassify(1, 1, 3, 1), reclassify(1, 1, 3, 1).observed()];
    check(
        &unfunded,
        &rows,
        expect![[r#"
        INSUFFICIENT to: 1 fen asked for, #2003 has 0 fen available
        payment.reclassified
        alert INSUFFICIENT to: 1 fen asked for, #2003 has 0 fen available"#]],
    );
}

#[test]
fn demands_back_no_more_than_was_paid() {
    let rows = [demand(9, 0), demand(1, 0), demand(1, 51), demand(1, 50)];
    let partly = and(&instructed(), [settle(1, 60), give_back(1, 10)]);
    check(
        &partly,
        &rows,
        expect![[r#"
        NOT_FOUND payment: #4009 is not known in this ledger
        BAD_AMOUNT amount_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        OVER_PAID amount_fen: 51 fen stated, 50 fen are open
        payment.recovery_demanded"#]],
    );
    let demanded = and(&partly, [demand(1, 30)]);
    let rows = [demand(1, 21), demand(1, 21).observed(), demand(1, 20)];
    check(
        &demanded,
        &rows,
        expect![[r#"
        OVER_PAID amount_fen: 21 fen stated, 20 fen are open
        payment.recovery_demanded
        alert OVER_PAID amount_fen: 21 fen stated, 20 fen are open
        payment.recovery_demanded"#]],
    );
}

#[test]
fn recovers_no_more_than_was_demanded_and_is_still_paid() {
    let demanded = and(&paid(), [demand(1, 50)]);
    let rows = [
        recover(9, 0),
        recover(1, 0),
        recover(1, 51),
        recover(1, 51).observed(),
        recover(1, 50),
    ];
    check(
        &demanded,
        &rows,
        expect![[r#"
        NOT_FOUND payment: #4009 is not known in this ledger
        BAD_AMOUNT amount_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        OVER_PAID amount_fen: 51 fen stated, 50 fen are open
        payment.recovery_received
        alert OVER_PAID amount_fen: 51 fen stated, 50 fen are open
        payment.recovery_received"#]],
    );
    // The bank has sent back meanwhile what was demanded.
    let returned = and(&demanded, [give_back(1, 80)]);
    let rows = [recover(1, 21), recover(1, 21).observed(), recover(1, 20)];
    check(
        &returned,
        &rows,
        expect![[r#"
        OVER_PAID amount_fen: 21 fen stated, 20 fen are open
        payment.recovery_received
        alert OVER_PAID amount_fen: 21 fen stated, 20 fen are open
        payment.recovery_received"#]],
    );
}

#[test]
fn offsets_against_another_payment_to_the_same_payee() {
    let given = [
        demand(1, 50),
        instruct(|it| {
            it.payment = payment(2);
            it.payee = Payee::Subject(person(2));
        }),
        instruct(|it| {
            it.payment = payment(3);
            it.amount_fen = fen(40);
            it.sources = vec![share(1, 40)];
        }),
    ];
    let rows = [
        offset(9, 9, 0),
        offset(1, 9, 0),
        offset(1, 2, 0),
        offset(1, 9, 51),
        offset(1, 2, 51),
        offset(1, 1, 51),
        offset(1, 3, 51),
        offset(1, 3, 41),
        offset(1, 3, 41).observed(),
        offset(1, 3, 40),
    ];
    check(
        &and(&paid(), given),
        &rows,
        expect![[r#"
        NOT_FOUND payment: #4009 is not known in this ledger
        BAD_AMOUNT amount_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_AMOUNT amount_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        NOT_FOUND against: #4009 is not known in this ledger
        BAD_FIELD against: it must be another payment, to the same payee
        BAD_FIELD against: it must be another payment, to the same payee
        OVER_PAID amount_fen: 51 fen stated, 50 fen are open
        OVER_PAID amount_fen: 41 fen stated, 40 fen are open
        payment.recovery_offset
        alert OVER_PAID amount_fen: 41 fen stated, 40 fen are open
        payment.recovery_offset"#]],
    );
}

#[test]
fn another_person_than_the_payer_waives() {
    let demanded = and(&paid(), [demand(1, 50)]);
    let rows = [
        waive(9, 0),
        waive(1, 0),
        waive(1, 51),
        waive(1, 51).by(CHIEF),
        waive(1, 51).observed(),
        waive(1, 50).by(CHIEF),
    ];
    check(
        &demanded,
        &rows,
        expect![[r#"
        NOT_FOUND payment: #4009 is not known in this ledger
        BAD_AMOUNT amount_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        SAME_PERSON:
          the same person may not do both payment.instruct and payment.waive_recovery
        OVER_PAID amount_fen: 51 fen stated, 50 fen are open
        payment.recovery_waived
        alert SAME_PERSON:
          the same person may not do both payment.instruct and payment.waive_recovery
        alert OVER_PAID amount_fen: 51 fen stated, 50 fen are open
        payment.recovery_waived"#]],
    );
}

#[test]
fn pays_out_what_was_kept_back_when_it_is_due() {
    let retention = |number: u128, to: u128| {
        instruct(|it| {
            it.payment = payment(number);
            it.payee = Payee::Subject(person(to));
            it.kind = PaymentKind::Retention;
        })
    };
    let given = [withhold(1, 30), retention(2, 2), retention(3, 1)];
    let given = and(&paid(), given);
    let rows = [
        withhold(9, 0),
        withhold(1, 0),
        withhold(1, 1),
        release(9, 9, 0),
        release(1, 9, 0),
        release(1, 9, 31),
        release(1, 1, 31),
        release(1, 2, 31),
        release(1, 3, 31),
        release(1, 3, 31).on("2019-06-30").observed(),
        release(1, 3, 31).on("2019-07-01"),
        release(1, 3, 30).on("2019-07-01"),
        release(1, 3, 30).on("2019-07"),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        NOT_FOUND payment: #4009 is not known in this ledger
        BAD_AMOUNT amount_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        payment.retention_withheld
        NOT_FOUND payment: #4009 is not known in this ledger
        BAD_AMOUNT amount_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        NOT_FOUND by: #4009 is not known in this ledger
        BAD_FIELD by: it must be a payment of kind `retention` to the same payee
        BAD_FIELD by: it must be a payment of kind `retention` to the same payee
        BAD_DATE occurred_on: what was kept back is not due yet
        payment.retention_released
        alert BAD_DATE occurred_on: what was kept back is not due yet
        alert OVER_PAID amount_fen: 31 fen stated, 30 fen are open
        OVER_PAID amount_fen: 31 fen stated, 30 fen are open
        payment.retention_released
        payment.retention_released"#]],
    );
}

/// The batch that is named first gets back first, after what returns gave it.
#[test]
fn recovered_money_goes_back_to_the_budgets_after_what_was_returned() {
    let steps = [
        give_back(1, 20),
        demand(1, 80),
        recover(1, 30),
        recover(1, 30),
        waive(1, 10).by(CHIEF),
        recover(1, 10),
    ];
    check_budgets(
        &paid(),
        &steps,
        expect![[r#"
        payment.returned
        1: 600 = open 0 + settled 60 - returned 20 - recovered 0 + available 560
        2: 400 = open 0 + settled 40 - returned 0 - recovered 0 + available 360
        payment.recovery_demanded
        1: 600 = open 0 + settled 60 - returned 20 - recovered 0 + available 560
        2: 400 = open 0 + settled 40 - returned 0 - recovered 0 + available 360
        payment.recovery_received
        1: 600 = open 0 + settled 60 - returned 20 - recovered 30 + available 590
        2: 400 = open 0 + settled 40 - returned 0 - recovered 0 + available 360
        payment.recovery_received
        1: 600 = open 0 + settled 60 - returned 20 - recovered 40 + available 600
        2: 400 = open 0 + settled 40 - returned 0 - recovered 20 + available 380
        payment.recovery_waived
        1: 600 = open 0 + settled 60 - returned 20 - recovered 40 + available 600
        2: 400 = open 0 + settled 40 - returned 0 - recovered 20 + available 380
        payment.recovery_received
        1: 600 = open 0 + settled 60 - returned 20 - recovered 40 + available 600
        2: 400 = open 0 + settled 40 - returned 0 - recovered 30 + available 390"#]],
    );
}

/// Settled in part: the first batch has paid, the last has not.
#[test]
fn a_moved_cost_moves_what_was_paid_and_what_is_open() {
    let given = with_third(&and(&instructed(), [settle(1, 70)]));
    let steps = [
        reclassify(1, 1, 3, 20),
        reclassify(1, 2, 3, 10),
        reclassify(1, 1, 3, 40),
        settle(1, 30),
        reclassify(1, 3, 1, 70),
    ];
    check_budgets(
        &given,
        &steps,
        expect![[r#"
        payment.reclassified
        1: 600 = open 0 + settled 40 - returned 0 - recovered 0 + available 560
        2: 400 = open 30 + settled 10 - returned 0 - recovered 0 + available 360
        3: 300 = open 0 + settled 20 - returned 0 - recovered 0 + available 280
        payment.reclassified
        1: 600 = open 0 + settled 40 - returned 0 - recovered 0 + available 560
        2: 400 = open 30 + settled 0 - returned 0 - recovered 0 + available 370
        3: 300 = open 0 + settled 30 - returned 0 - recovered 0 + available 270
        payment.reclassified
        1: 600 = open 0 + settled 0 - returned 0 - recovered 0 + available 600
        2: 400 = open 30 + settled 0 - returned 0 - recovered 0 + available 370
        3: 300 = open 0 + settled 70 - returned 0 - recovered 0 + available 230
        payment.settled
        1: 600 = open 0 + settled 0 - returned 0 - recovered 0 + available 600
        2: 400 = open 0 + settled 30 - returned 0 - recovered 0 + available 370
        3: 300 = open 0 + settled 70 - returned 0 - recovered 0 + available 230
        payment.reclassified
        1: 600 = open 0 + settled 70 - returned 0 - recovered 0 + available 530
        2: 400 = open 0 + settled 30 - returned 0 - recovered 0 + available 370
        3: 300 = open 0 + settled 0 - returned 0 - recovered 0 + available 300"#]],
    );
}

/// What is cancelled stays cancelled with the batch that it set free: only the two batches of the
/// move bear more or less.
#[test]
fn a_moved_cost_leaves_the_third_batch_alone() {
    // The last batch is free again, and spends it all.
    let spend = instruct(|it| {
        it.payment = payment(2);
        it.amount_fen = fen(400);
        it.sources = vec![share(2, 400)];
    });
    let given = [give_back(1, 40), settle(1, 60), spend];
    let given = with_third(&and(&instructed(), given));
    check_budgets(
        &given,
        &[reclassify(1, 1, 3, 60)],
        expect![[r#"
        payment.reclassified
        1: 600 = open 0 + settled 0 - returned 0 - recovered 0 + available 600
        2: 400 = open 400 + settled 0 - returned 0 - recovered 0 + available 0
        3: 300 = open 0 + settled 60 - returned 0 - recovered 0 + available 240"#]],
    );
}

/// A move that would make a third batch bear more than it has names that one.
#[test]
fn a_moved_cost_overdraws_nobody() {
    let three = instruct(|it| {
        it.amount_fen = fen(150);
        it.sources = vec![share(1, 60), share(2, 40), share(3, 50)];
    });
    let spend = instruct(|it| {
        it.payment = payment(2);
        it.amount_fen = fen(400);
        it.sources = vec![share(2, 400)];
    });
    let given = [three, give_back(1, 90), settle(1, 60), spend];
    let given = and(&with_third(&budgeted()), given);
    let rows = [reclassify(1, 1, 3, 60), reclassify(1, 1, 3, 60).observed()];
    check(
        &given,
        &rows,
        expect![[r#"
        INSUFFICIENT to: 40 fen asked for, #2002 has 0 fen available
        payment.reclassified
        alert INSUFFICIENT to: 40 fen asked for, #2002 has 0 fen available"#]],
    );
}

#[test]
fn a_payment_whose_cost_was_moved_is_paid_again_by_who_bears_it_now() {
    let given = [reclassify(1, 1, 3, 60), give_back(1, 100), reissue(2, 1)];
    let world = World::given(&and(&with_third(&paid()), given));
    let row = world.books.payments.get(payment(2)).unwrap();
    assert_eq!(*row.sources, [share(3, 60), share(2, 40)]);
    expect![[r#"
          1: 600 = open 0 + settled 0 - returned 0 - recovered 0 + available 600
          2: 400 = open 40 + settled 40 - returned 40 - recovered 0 + available 360
          3: 300 = open 60 + settled 60 - returned 60 - recovered 0 + available 240"#]]
    .assert_eq(&budgets(&world.books));
}
