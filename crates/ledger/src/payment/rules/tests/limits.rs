//! Amounts from 1 fen to 10^15 fen; the sums of a payment and of the budgets that bear it stay
//! exact, also for observed facts.

use super::*;
use crate::rejection::Rejection;

const MOST: i64 = 1_000_000_000_000_000;
/// What is missing to the largest sum, 2^52 − 1, after four of them.
const REST: i64 = (1 << 52) - 1 - 4 * MOST;

fn pay(number: u128, amount: i64) -> Ask {
    instruct(|it| {
        it.payment = payment(number);
        it.amount_fen = fen(amount);
        it.sources = vec![share(1, amount)];
    })
    .observed()
}

fn is_too_much(answer: &Result<Vec<Event>, Rejection>) -> bool {
    matches!(answer, Err(Rejection::BadAmount { .. }))
}

#[test]
fn an_amount_is_from_1_fen_to_10_to_the_15() {
    let world = World::given(&instructed());
    for (amount, fits) in [
        (-1, false),
        (0, false),
        (1, true),
        (MOST, true),
        (MOST + 1, false),
    ] {
        for ask in [
            pay(2, amount),
            settle(1, amount).observed(),
            give_back(1, amount).observed(),
        ] {
            let answer = world.decide(&ask);
            assert_eq!(!is_too_much(&answer), fits, "{amount}: {answer:?}");
        }
    }
}

#[test]
fn the_sums_of_a_payment_stay_exact() {
    for step in [settle, give_back] {
        let four = (0..4).map(|_| step(1, MOST).observed());
        let world = World::given(&and(&instructed(), four));
        assert!(!is_too_much(&world.decide(&step(1, REST).observed())));
        assert!(is_too_much(&world.decide(&step(1, REST + 1).observed())));
    }
}

#[test]
fn the_sums_of_a_budget_stay_exact_over_many_payments() {
    let four = (2..6).map(|number| pay(number, MOST));
    let world = World::given(&and(&budgeted(), four.clone()));
    assert!(!is_too_much(&world.decide(&pay(6, REST))));
    assert!(is_too_much(&world.decide(&pay(6, REST + 1))));

    // Settling what was instructed moves money and adds none; settling more does.
    let settled = (2..6).map(|number| settle(number, MOST).observed());
    let world = World::given(&and(&budgeted(), four.chain(settled)));
    assert!(is_too_much(&world.decide(&pay(6, REST + 1))));
    assert!(!is_too_much(&world.decide(&settle(2, REST).observed())));
    assert!(is_too_much(&world.decide(&settle(2, REST + 1).observed())));
    authority(&world.books);
}
