//! Authority: never more passed on than there is, at every level (V6).

pub(crate) mod amend;
mod apply;
mod opening;
#[cfg(test)]
mod tests;

use super::{Allocation, FundAnnouncement, FundCommand, FundEvent, Holder, Reclaim, source_kinds};
use crate::context::Context;
use crate::ids::{FundId, OrganisationId};
use crate::money::Fen;
use crate::opening::CutOver;
use crate::organisation::rules::existing as existing_unit;
use crate::project::rules::existing as existing_project;
use crate::rejection::Rejection;
use crate::{Books, Event};

pub(crate) use apply::{apply, budget};
use apply::{grow, shift};

/// A batch as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Fund {
    /// What was announced, except the amount.
    pub announcement: Box<FundAnnouncement>,
    /// Received so far, adjustments included.
    pub received: Fen,
    /// How much of it adjustments have added, or taken away.
    pub adjusted: Fen,
    /// Taken back by the level above the receiver.
    pub reclaimed_from_top: Fen,
    /// Until when its figures were taken over from before the book, and on what they rest.
    pub opening: Option<Box<CutOver>>,
    /// How many records have been about it.
    pub version: u32,
}

impl Fund {
    fn announced(announcement: &FundAnnouncement) -> Fund {
        Fund {
            announcement: Box::new(announcement.clone()),
            received: Fen::ZERO,
            adjusted: Fen::ZERO,
            reclaimed_from_top: Fen::ZERO,
            opening: None,
            version: 1,
        }
    }
}

/// A unit's authority out of one batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Node {
    /// What it was granted, less what it gave back.
    pub granted: Fen,
    /// By whom, and how much of it.
    pub granted_by: Vec<(OrganisationId, Fen)>,
    /// Passed on to other units, less what came back.
    pub passed_on: Fen,
    /// Put into projects' budgets, less what came back: equation 2's `own_budget`.
    pub own_budget: Fen,
    /// What of its rest it may use in a later year, approval by approval.
    pub carried: Vec<(u32, Fen)>,
}

impl Node {
    /// What is left to be carried over into `year`: the rest, less what was carried there already.
    #[must_use]
    pub fn left_to_carry(&self, year: u32) -> Fen {
        let there = self.carried.iter().filter(|(to, _)| *to == year);
        let carried = there.fold(Fen::ZERO, |sum, (_, amount)| sum.add(*amount));
        self.unallocated().add(self.own_budget).sub(carried)
    }

    /// What it may still pass on; negative if observed facts say so.
    #[must_use]
    pub fn unallocated(&self) -> Fen {
        self.granted.sub(self.passed_on).sub(self.own_budget)
    }
}

/// A project's authority out of one batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Budget {
    /// What it was granted, less what was taken back.
    pub granted: Fen,
    /// By whom, and how much of it.
    pub granted_by: Vec<(OrganisationId, Fen)>,
    /// Instructed and neither settled nor returned.
    pub committed_unpaid: Fen,
    /// Settled.
    pub settled: Fen,
    /// Settled and returned.
    pub returned: Fen,
    /// Settled and recovered.
    pub recovered: Fen,
    /// The part of settled less returned from before the book 建账前: no payment stands behind it.
    pub opening_net: Fen,
}

impl Budget {
    /// Settled, less what was returned and recovered.
    #[must_use]
    pub fn paid_net(&self) -> Fen {
        self.settled.sub(self.returned).sub(self.recovered)
    }

    /// What may still be spent: equation 3.
    #[must_use]
    pub fn available(&self) -> Fen {
        self.granted.sub(self.committed_unpaid).sub(self.paid_net())
    }
}

/// The batch, or the refusal that names the field (V4).
///
/// # Errors
/// `NOT_FOUND`.
pub fn existing<'a>(
    books: &'a Books,
    field: &'static str,
    fund: FundId,
) -> Result<&'a Fund, Rejection> {
    books.funds.get(fund).ok_or(Rejection::NotFound {
        field,
        subject: fund.into(),
    })
}

/// Refuses an amount that no command may name (V5).
///
/// # Errors
/// `BAD_AMOUNT`.
pub fn payable(field: &'static str, amount: Fen) -> Result<(), Rejection> {
    if amount.is_payable() {
        Ok(())
    } else {
        Err(Rejection::BadAmount { field, amount })
    }
}

/// The largest sum of amounts of one subject, half of what [`Fen`] holds: sums over two of them,
/// as in the equations, still fit.
fn bounded(sum: Fen) -> bool {
    sum.get().unsigned_abs() <= Fen::MAX.get().unsigned_abs() / 2
}

/// Refuses an amount that would take any of these sums, by `more`, beyond what is exact (V5).
/// Integrity, so also for observed facts: a sum that was held at the limit would not add up.
///
/// # Errors
/// `BAD_AMOUNT`.
pub(crate) fn exact(
    field: &'static str,
    amount: Fen,
    sums: &[Fen],
    more: Fen,
) -> Result<(), Rejection> {
    if sums.iter().all(|sum| sum.plus(more).is_some_and(bounded)) {
        return Ok(());
    }
    Err(Rejection::BadAmount { field, amount })
}

/// [`payable`], and [`exact`] when it is added to a sum.
///
/// # Errors
/// `BAD_AMOUNT`.
pub(crate) fn summable(sum: Fen, amount: Fen) -> Result<(), Rejection> {
    payable("amount_fen", amount)?;
    exact("amount_fen", amount, &[sum], amount)
}

pub(crate) fn decide(
    books: &Books,
    context: &Context,
    command: &FundCommand,
) -> Result<Vec<Event>, Rejection> {
    match command {
        FundCommand::Announce(announcement) => announce(books, announcement)?,
        FundCommand::TakeOver(it) => opening::check(books, context, it)?,
        FundCommand::Receive(receipt) => {
            let fund = existing(books, "fund", receipt.fund)?;
            payable("amount_fen", receipt.amount_fen)?;
            let sums = grown(books, receipt.fund, fund);
            exact("amount_fen", receipt.amount_fen, &sums, receipt.amount_fen)?;
        }
        FundCommand::Allocate(allocation) => allocate(books, allocation)?,
        FundCommand::Adjust(adjustment) => {
            let fund = existing(books, "fund", adjustment.fund)?;
            let (field, delta) = ("delta_fen", adjustment.delta_fen);
            if !delta.max(delta.negated()).is_payable() {
                let amount = delta;
                return Err(Rejection::BadAmount { field, amount });
            }
            exact(field, delta, &grown(books, adjustment.fund, fund), delta)?;
        }
        FundCommand::Reclaim(reclaim) => take_back(books, reclaim)?,
        FundCommand::CarryOver(carry) => {
            let fund = existing(books, "fund", carry.fund)?;
            existing_unit(books, "holder", carry.holder)?;
            payable("amount_fen", carry.amount_fen)?;
            in_a_later_year("to_year", &fund.announcement, carry.to_year)?;
        }
    }
    // After this point the command succeeds, unless policy forbids it.
    Ok(vec![command.clone().into_event()])
}

fn announce(books: &Books, announcement: &FundAnnouncement) -> Result<(), Rejection> {
    if books.funds.contains(announcement.fund) {
        let subject = announcement.fund.into();
        return Err(Rejection::AlreadyExists {
            field: "fund",
            subject,
        });
    }
    existing_unit(books, "issuer", announcement.issuer)?;
    existing_unit(books, "receiver", announcement.receiver)?;
    payable("amount_fen", announcement.amount_fen)?;
    if !(1994..=2100).contains(&announcement.budget_year) {
        return Err(Rejection::BadField {
            field: "budget_year",
            why: "it must be a year from 1994 to 2100",
            why_zh: "预算年度须在 1994 年至 2100 年之间",
        });
    }
    Ok(())
}

fn in_a_later_year(
    field: &'static str,
    announcement: &FundAnnouncement,
    to_year: u32,
) -> Result<(), Rejection> {
    if to_year > announcement.budget_year && to_year <= 2100 {
        return Ok(());
    }
    Err(Rejection::BadField {
        field,
        why: "it must be later than the budget year, and no later than 2100",
        why_zh: "结转年度须晚于预算年度,且不晚于 2100 年",
    })
}

fn allocate(books: &Books, allocation: &Allocation) -> Result<(), Rejection> {
    existing(books, "fund", allocation.fund)?;
    existing_unit(books, "from", allocation.from)?;
    holder(books, "to", allocation.to)?;
    let amount = allocation.amount_fen;
    payable("amount_fen", amount)?;
    let sums = shifted(books, allocation.fund, allocation.from, allocation.to);
    exact("amount_fen", amount, &sums, amount)?;
    if allocation.to == Holder::Organisation(allocation.from) {
        return Err(Rejection::BadField {
            field: "to",
            why: "a unit cannot allocate to itself",
            why_zh: "不得向本单位分解下达",
        });
    }
    Ok(())
}

fn take_back(books: &Books, reclaim: &Reclaim) -> Result<(), Rejection> {
    let fund = existing(books, "fund", reclaim.fund)?;
    holder(books, "from", reclaim.from)?;
    let (field, amount) = ("amount_fen", reclaim.amount_fen);
    payable(field, amount)?;
    match reclaim.to {
        Some(unit) => {
            existing_unit(books, "to", unit)?;
            let sums = shifted(books, reclaim.fund, unit, reclaim.from);
            exact(field, amount, &sums, amount.negated())
        }
        None if reclaim.from == Holder::Organisation(fund.announcement.receiver) => {
            exact(field, amount, &[fund.reclaimed_from_top], amount)?;
            let [_, granted] = grown(books, reclaim.fund, fund);
            exact(field, amount, &[granted], amount.negated())
        }
        None => Err(Rejection::BadField {
            field: "to",
            why: "only the receiver of the batch gives back to the level above",
            why_zh: "只有资金接收单位可以直接上缴;其他收回须写明收回到哪个单位",
        }),
    }
}

/// The sums that change when a batch grows: what was received, and what its receiver was granted.
fn grown(books: &Books, id: FundId, fund: &Fund) -> [Fen; 2] {
    let node = books.nodes.get((id, fund.announcement.receiver));
    [fund.received, node.map_or(Fen::ZERO, |node| node.granted)]
}

/// The sums that change when authority moves along a line, in either direction.
fn shifted(books: &Books, fund: FundId, giver: OrganisationId, taker: Holder) -> [Fen; 4] {
    let along = |granted_by: &[(OrganisationId, Fen)]| {
        let line = granted_by.iter().find(|(granter, _)| *granter == giver);
        line.map_or(Fen::ZERO, |(_, amount)| *amount)
    };
    let (passed_on, own_budget) = books
        .nodes
        .get((fund, giver))
        .map_or((Fen::ZERO, Fen::ZERO), |node| {
            (node.passed_on, node.own_budget)
        });
    let (given, taken) = match taker {
        Holder::Organisation(unit) => {
            let node = books.nodes.get((fund, unit));
            (
                passed_on,
                node.map(|node| (node.granted, along(&node.granted_by))),
            )
        }
        Holder::Project(project) => {
            let budget = books.budgets.get((fund, project));
            (
                own_budget,
                budget.map(|budget| (budget.granted, along(&budget.granted_by))),
            )
        }
    };
    let (granted, along) = taken.unwrap_or_default();
    [given, passed_on.add(own_budget), granted, along]
}

fn holder(books: &Books, field: &'static str, holder: Holder) -> Result<(), Rejection> {
    match holder {
        Holder::Organisation(unit) => existing_unit(books, field, unit).map(|_| ()),
        Holder::Project(project) => existing_project(books, field, project).map(|_| ()),
    }
}

pub(crate) fn breaches(books: &Books, _context: &Context, event: &FundEvent) -> Vec<Rejection> {
    let unallocated = |fund: FundId, unit: OrganisationId| {
        books
            .nodes
            .get((fund, unit))
            .map_or(Fen::ZERO, Node::unallocated)
    };
    let over = |available: Fen, asked: Fen| {
        let broken = asked > available;
        broken.then_some(Rejection::OverAllocated { available, asked })
    };
    let broken = match event {
        FundEvent::TakenOver(it) => return opening::breaches(it),
        FundEvent::Announced(announcement) => not_in_force(announcement),
        FundEvent::Received(receipt) => books.funds.get(receipt.fund).and_then(|fund| {
            over(
                fund.announcement
                    .amount_fen
                    .sub(fund.received.sub(fund.adjusted)),
                receipt.amount_fen,
            )
        }),
        FundEvent::Allocated(allocation) => over(
            unallocated(allocation.fund, allocation.from),
            allocation.amount_fen,
        ),
        // What adds to a batch cannot break it, even if it does not mend all that is broken.
        FundEvent::Adjusted(adjustment) if adjustment.delta_fen > Fen::ZERO => None,
        FundEvent::Adjusted(adjustment) => books.funds.get(adjustment.fund).and_then(|fund| {
            let receiver = fund.announcement.receiver;
            over(
                unallocated(adjustment.fund, receiver),
                adjustment.delta_fen.negated(),
            )
        }),
        FundEvent::Reclaimed(reclaim) => over(reclaimable(books, reclaim), reclaim.amount_fen),
        FundEvent::CarriedOver(carry) => {
            let node = books.nodes.get((carry.fund, carry.holder));
            let rest = node.map_or(Fen::ZERO, |node| node.left_to_carry(carry.to_year));
            over(rest, carry.amount_fen)
        }
    };
    broken.into_iter().collect()
}

fn not_in_force(announcement: &FundAnnouncement) -> Option<Rejection> {
    let (kind, year) = (announcement.source_kind, announcement.budget_year);
    let unknown = source_kinds::term(kind, year).is_none();
    unknown.then_some(Rejection::NotInForce {
        word: kind.word(),
        year,
    })
}

/// What can be taken back along this line: no more than was granted along it, and no more than is
/// still unspent.
fn reclaimable(books: &Books, reclaim: &Reclaim) -> Fen {
    let along = |granted_by: &[(OrganisationId, Fen)]| match reclaim.to {
        None => Fen::MAX,
        Some(unit) => granted_by
            .iter()
            .find(|(granter, _)| *granter == unit)
            .map_or(Fen::ZERO, |(_, amount)| *amount),
    };
    match reclaim.from {
        Holder::Organisation(unit) => books
            .nodes
            .get((reclaim.fund, unit))
            .map_or(Fen::ZERO, |node| {
                node.unallocated().min(along(&node.granted_by))
            }),
        Holder::Project(project) => books
            .budgets
            .get((reclaim.fund, project))
            .map_or(Fen::ZERO, |budget| {
                budget.available().min(along(&budget.granted_by))
            }),
    }
}
