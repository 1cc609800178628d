//! The usual batches, and who holds what of them.

use super::*;
use crate::fund::*;

/// Batch 1: 1000 fen of the prefecture for the county, in 2018.
pub(crate) fn announce(change: impl FnOnce(&mut FundAnnouncement)) -> Ask {
    let mut announcement = FundAnnouncement {
        fund: fund(1),
        name: name(),
        document: reference(),
        issuer: unit(PREFECTURE),
        receiver: unit(COUNTY),
        source_kind: SourceKind::Prefecture,
        amount_fen: fen(1000),
        budget_year: 2018,
        function_code: None,
        economy_code: None,
        purpose_code: reference(),
        direct: false,
    };
    change(&mut announcement);
    ask(Command::Fund(FundCommand::Announce(announcement)))
}

pub(crate) fn receive(number: u128, amount: i64) -> Ask {
    ask(Command::Fund(FundCommand::Receive(AuthorityReceipt {
        fund: fund(number),
        amount_fen: fen(amount),
        document: reference(),
    })))
}

pub(crate) fn allocate(number: u128, from: u128, to: Holder, amount: i64) -> Ask {
    ask(Command::Fund(FundCommand::Allocate(Allocation {
        fund: fund(number),
        from: unit(from),
        to,
        amount_fen: fen(amount),
        document: reference(),
    })))
}

/// Who holds what of each batch, every line an equation.
pub(crate) fn authority(books: &Books) -> String {
    let mut lines = Vec::new();
    for number in 1..=2 {
        let Some(row) = books.funds.get(fund(number)) else {
            continue;
        };
        lines.push(format!(
            "batch {number}: received {}, taken back at the top {}",
            row.received.get(),
            row.reclaimed_from_top.get()
        ));
        for place in 1..=9 {
            if let Some(node) = books.nodes.get((fund(number), unit(place))) {
                let left = node.unallocated();
                assert_eq!(
                    node.passed_on.add(node.own_budget).add(left),
                    node.granted,
                    "equation 2"
                );
                lines.push(format!(
                    "  unit {place}: {} = passed on {} + own budget {} + left {}",
                    node.granted.get(),
                    node.passed_on.get(),
                    node.own_budget.get(),
                    left.get()
                ));
            }
        }
        if let Some(budget) = books.budgets.get((fund(number), project(1))) {
            let parts = [
                budget.committed_unpaid,
                budget.paid_net(),
                budget.available(),
            ];
            assert_eq!(Fen::sum(parts), Some(budget.granted), "equation 3");
            lines.push(format!(
                "  project 1: {} = committed {} + settled {} - returned {} + available {}",
                budget.granted.get(),
                budget.committed_unpaid.get(),
                budget.settled.get(),
                budget.returned.get(),
                budget.available().get()
            ));
        }
    }
    lines.join("\n")
}

/// Given these commands, when those come one after the other, then these are the answers, each
/// with who holds what after it.
pub(crate) fn check_authority(given: &[Ask], when: &[Ask], then: Expect) {
    let mut world = World::given(given);
    let mut blocks = Vec::new();
    for ask in when {
        let answer = world.answer(ask);
        blocks.push(format!("{answer}\n{}", authority(&world.books)));
    }
    then.assert_eq(&blocks.join("\n"));
}
