//! As long as everything goes through control, nobody ever holds less than nothing, whatever is
//! asked in whatever order (V6, V8, V10). The seed is printed.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "in a test a panic is the message"
)]

use super::*;
use crate::fund::{Adjustment, FundCommand, Reclaim, ReclaimReason};

fn command(chance: &mut Chance, payments: u128) -> Ask {
    let (batch, amount) = (chance.number(2), chance.amount(120));
    let old = chance.number(u64::try_from(payments.max(1)).unwrap());
    let holder = match chance.below(3) {
        0 => to_unit(TOWN),
        1 => to_unit(COUNTY),
        _ => to_project(1),
    };
    let giver = if chance.below(2) == 0 { TOWN } else { COUNTY };
    match chance.below(12) {
        0 | 1 => allocate(batch, giver, holder, amount),
        2 => ask(Command::Fund(FundCommand::Adjust(Adjustment {
            fund: fund(batch),
            delta_fen: fen(60 - amount),
            reason: text(),
            document: reference(),
        }))),
        3 => ask(Command::Fund(FundCommand::Reclaim(Reclaim {
            fund: fund(batch),
            from: holder,
            to: (chance.below(3) > 0).then(|| unit(giver)),
            amount_fen: fen(amount),
            reason: ReclaimReason::Idle,
            document: reference(),
        }))),
        4..=6 => instruct(|it| {
            let second = chance.amount(60);
            it.payment = payment(payments + 1);
            it.amount_fen = fen(amount + second);
            it.sources = vec![share(batch, amount), share(3 - batch, second)];
        }),
        7..=9 => settle(old, amount),
        10 => give_back(old, amount),
        _ => reissue(payments + 1, old),
    }
}

fn nobody_holds_less_than_nothing(books: &Books) {
    for (key, node) in books.nodes.iter() {
        assert!(node.unallocated() >= Fen::ZERO, "{key:?} {node:?}");
    }
    for (key, budget) in books.budgets.iter() {
        assert!(budget.available() >= Fen::ZERO, "{key:?} {budget:?}");
        assert!(budget.committed_unpaid >= Fen::ZERO, "{key:?} {budget:?}");
        assert!(budget.paid_net() >= Fen::ZERO, "{key:?} {budget:?}");
    }
    let open = |batch| {
        let shares = books.payments.values().flat_map(Payment::open_by_source);
        let of_batch = shares.filter(|share| share.fund == fund(batch));
        Fen::sum(of_batch.map(|share| share.amount_fen)).unwrap()
    };
    for batch in [1, 2] {
        let budget = books.budgets.get((fund(batch), project(1))).unwrap();
        assert_eq!(budget.committed_unpaid, open(batch), "batch {batch}");
    }
}

#[test]
fn control_never_lets_anybody_hold_less_than_nothing() {
    for seed in 1..=20_u64 {
        println!("seed {seed}");
        let mut chance = Chance::seeded(seed);
        let mut world = World::given(&budgeted());
        let mut stored = 0;
        for _ in 0..600 {
            let payments = u128::try_from(world.books.payments.len()).unwrap();
            let ask = command(&mut chance, payments);
            if world.decide(&ask).is_ok() {
                world.take(&ask);
                stored += 1;
                nobody_holds_less_than_nothing(&world.books);
                authority(&world.books);
            }
        }
        assert!(stored > 100, "only {stored} commands were stored");
    }
}
