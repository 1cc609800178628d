//! Whatever is asked in whatever order, contracts and claims have the sums of the payments and
//! claims that name them; and as long as everything goes through control, none exceeds its cap (V8,
//! V9). The seed is printed.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "in a test a panic is the message"
)]

use super::*;
use crate::contract::ContractChangeKind::Price;
use crate::payment::rules::Payment;
use crate::testing::{contract, give_back, reissue, settle};

fn command(chance: &mut Chance, payments: u128, claims: u128) -> Ask {
    let old = chance.number(u64::try_from(payments.max(1)).unwrap());
    let stage = u32::try_from(chance.number(3)).unwrap();
    let amount = chance.amount(120);
    match chance.below(16) {
        0 | 1 => pay_contract(payments + 1, amount),
        2..=4 => pay_claim(payments + 1, amount),
        5..=8 => settle(old, amount),
        9 | 10 => give_back(old, amount),
        11 => reissue(payments + 1, old),
        12 => submit_of(claims + 1, stage, amount),
        13 => reach(stage),
        14 => change(Price, chance.amount(20), None),
        _ => {
            let last = [reject(), withdraw(), approve_claim(), countersign()];
            let which = usize::try_from(chance.below(4)).unwrap();
            last[which].clone()
        }
    }
}

fn sums_agree(books: &Books) {
    let row = books.contracts.get(contract(1)).unwrap();
    let sum = |of: &dyn Fn(&Payment) -> Fen, with: &dyn Fn(&Payment) -> bool| {
        let payments = books.payments.values().filter(|payment| with(payment));
        Fen::sum(payments.map(of)).unwrap()
    };
    let on_contract = |payment: &Payment| {
        let basis = payment.basis.as_deref();
        basis.is_some_and(|basis| basis.contract == Some(contract(1)))
    };
    let unclaimed = |payment: &Payment| {
        on_contract(payment)
            && payment
                .basis
                .as_deref()
                .is_some_and(|it| it.claim.is_none())
    };
    assert_eq!(row.paid, sum(&Payment::paid_net, &on_contract), "{row:?}");
    assert_eq!(row.open, sum(&Payment::open, &on_contract), "{row:?}");
    let both = |payment: &Payment| payment.paid_net().add(payment.open());
    assert_eq!(row.unclaimed, sum(&both, &unclaimed), "{row:?}");
    let live = books.claims.values().filter(|row| row.is_live());
    let claimed = Fen::sum(live.map(|row| row.submission.amount_fen));
    assert_eq!(Some(row.claimed), claimed, "{row:?}");
    for (id, row) in books.claims.iter() {
        let named = |payment: &Payment| {
            let basis = payment.basis.as_deref();
            basis.is_some_and(|basis| basis.claim == Some(id))
        };
        assert_eq!(row.paid, sum(&Payment::paid_net, &named), "{row:?}");
        assert_eq!(row.open, sum(&Payment::open, &named), "{row:?}");
    }
}

fn run(observed: bool) {
    for seed in 1..=20_u64 {
        println!("seed {seed}");
        let mut chance = Chance::seeded(seed);
        let mut world = World::given(&approved());
        let mut stored = 0;
        for _ in 0..400 {
            let payments = u128::try_from(world.books.payments.len()).unwrap();
            let claims = u128::try_from(world.books.claims.len()).unwrap();
            let ask = command(&mut chance, payments, claims);
            let ask = if observed { ask.observed() } else { ask };
            if world.decide(&ask).is_ok() {
                world.take(&ask);
                stored += 1;
                sums_agree(&world.books);
            }
            if !observed {
                let row = world.books.contracts.get(contract(1)).unwrap();
                assert!(row.paid.add(row.open) <= row.cap(), "{row:?}");
                let claims = world.books.claims.values();
                claims.for_each(|row| assert!(row.payable() >= Fen::ZERO, "{row:?}"));
            }
        }
        assert!(stored > 40, "only {stored} commands were stored");
    }
}

#[test]
fn control_keeps_every_cap() {
    run(false);
}

#[test]
fn sums_agree_whatever_is_observed() {
    run(true);
}
