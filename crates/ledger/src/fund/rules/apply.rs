//! What an event of a batch changes, along the lines on which authority moves.

use super::{Budget, Fund, opening};
use crate::Books;
use crate::context::Context;
use crate::fund::{Adjustment, FundEvent, Holder};
use crate::ids::{FundId, OrganisationId, ProjectId};
use crate::money::Fen;

pub(crate) fn apply(books: &mut Books, _context: &Context, event: &FundEvent) {
    match event {
        FundEvent::Announced(announcement) => {
            let fund = Fund::announced(announcement);
            books.funds.put(announcement.fund, fund);
        }
        FundEvent::TakenOver(it) => opening::apply(books, it),
        FundEvent::Received(receipt) => {
            touch(books, receipt.fund, |_| {});
            grow(books, receipt.fund, receipt.amount_fen);
        }
        FundEvent::Adjusted(Adjustment {
            fund, delta_fen, ..
        }) => {
            touch(books, *fund, |row| {
                row.adjusted = row.adjusted.add(*delta_fen)
            });
            grow(books, *fund, *delta_fen);
        }
        FundEvent::Allocated(allocation) => {
            let (fund, amount) = (allocation.fund, allocation.amount_fen);
            touch(books, fund, |_| {});
            shift(books, fund, allocation.from, allocation.to, amount);
        }
        FundEvent::Reclaimed(reclaim) => {
            let (fund, amount) = (reclaim.fund, reclaim.amount_fen);
            match (reclaim.to, reclaim.from) {
                (Some(unit), from) => {
                    touch(books, fund, |_| {});
                    shift(books, fund, unit, from, amount.negated());
                }
                (None, Holder::Organisation(receiver)) => {
                    touch(books, fund, |row| {
                        row.reclaimed_from_top = row.reclaimed_from_top.add(amount);
                    });
                    let node = books.nodes.entry((fund, receiver));
                    node.granted = node.granted.sub(amount);
                }
                // `decide` lets only the receiver, a unit, give back to the level above.
                (None, Holder::Project(_)) => touch(books, fund, |_| {}),
            }
        }
        FundEvent::CarriedOver(carry) => {
            touch(books, carry.fund, |_| {});
            let node = books.nodes.entry((carry.fund, carry.holder));
            node.carried.push((carry.to_year, carry.amount_fen));
        }
    }
}

fn touch(books: &mut Books, fund: FundId, change: impl FnOnce(&mut Fund)) {
    if let Some(row) = books.funds.get_mut(fund) {
        row.version = row.version.saturating_add(1);
        change(row);
    }
}

/// The batch itself gets larger or smaller, at its receiver.
pub(super) fn grow(books: &mut Books, fund: FundId, delta: Fen) {
    let Some(receiver) = books.funds.get(fund).map(|row| row.announcement.receiver) else {
        return;
    };
    if let Some(row) = books.funds.get_mut(fund) {
        row.received = row.received.add(delta);
    }
    let node = books.nodes.entry((fund, receiver));
    node.granted = node.granted.add(delta);
}

/// Moves authority from a unit to a holder; a negative amount moves it back.
pub(super) fn shift(
    books: &mut Books,
    fund: FundId,
    from: OrganisationId,
    to: Holder,
    amount: Fen,
) {
    let giver = books.nodes.entry((fund, from));
    match to {
        Holder::Organisation(unit) => {
            giver.passed_on = giver.passed_on.add(amount);
            let taker = books.nodes.entry((fund, unit));
            taker.granted = taker.granted.add(amount);
            note_granter(&mut taker.granted_by, from, amount);
        }
        Holder::Project(project) => {
            giver.own_budget = giver.own_budget.add(amount);
            let taker = budget(books, fund, project);
            taker.granted = taker.granted.add(amount);
            note_granter(&mut taker.granted_by, from, amount);
        }
    }
}

fn note_granter(granted_by: &mut Vec<(OrganisationId, Fen)>, granter: OrganisationId, amount: Fen) {
    match granted_by.iter_mut().find(|(unit, _)| *unit == granter) {
        Some((_, sum)) => *sum = sum.add(amount),
        None => granted_by.push((granter, amount)),
    }
}

/// The budget of a project out of a batch, to be changed.
pub(crate) fn budget(books: &mut Books, fund: FundId, project: ProjectId) -> &mut Budget {
    books.budgets.entry((fund, project))
}
