//! Amounts of authority taken back, and documents put right.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not named here may not be put right"
)]

use super::{grow, reclaimable, shift};
use crate::Books;
use crate::fund::{Allocation, FundAnnouncement, FundEvent, Holder, Reclaim};
use crate::ids::{FundId, OrganisationId, ProjectId, Subject};
use crate::money::Fen;
use crate::record::CorrectedField;
use crate::record::amend::{Amend, Slot, named, put};
use crate::text::Wording;

impl Amend for FundEvent {
    fn reversible(&self) -> Option<Fen> {
        match self {
            // The batch itself: its amount is adjusted, never unsaid.
            FundEvent::Announced(_) | FundEvent::TakenOver(_) => None,
            FundEvent::Received(receipt) => Some(receipt.amount_fen),
            FundEvent::Allocated(allocation) => Some(allocation.amount_fen),
            FundEvent::Adjusted(adjustment) => Some(adjustment.delta_fen),
            FundEvent::Reclaimed(reclaim) => Some(reclaim.amount_fen),
            FundEvent::CarriedOver(carry) => Some(carry.amount_fen),
        }
    }

    fn resting(&self, books: &Books, _seq: u64) -> Option<Vec<Subject>> {
        match self {
            FundEvent::Announced(_) | FundEvent::TakenOver(_) | FundEvent::CarriedOver(_) => None,
            FundEvent::Received(receipt) => {
                let receiver = books.funds.get(receipt.fund)?.announcement.receiver;
                short(books, receipt.fund, receiver, receipt.amount_fen)
            }
            FundEvent::Adjusted(adjustment) => {
                let receiver = books.funds.get(adjustment.fund)?.announcement.receiver;
                short(books, adjustment.fund, receiver, adjustment.delta_fen)
            }
            FundEvent::Allocated(allocation) => used_up(books, allocation),
            // To be granted again, what was taken back must still be there.
            FundEvent::Reclaimed(Reclaim { to: None, .. }) => None,
            FundEvent::Reclaimed(reclaim) => {
                short(books, reclaim.fund, reclaim.to?, reclaim.amount_fen)
            }
        }
    }

    fn reverse(&self, books: &mut Books, _seq: u64) {
        match self {
            FundEvent::Announced(_) | FundEvent::TakenOver(_) => {}
            FundEvent::Received(receipt) => {
                grow(books, receipt.fund, receipt.amount_fen.negated());
            }
            FundEvent::Adjusted(adjustment) => {
                let delta = adjustment.delta_fen.negated();
                if let Some(row) = books.funds.get_mut(adjustment.fund) {
                    row.adjusted = row.adjusted.add(delta);
                }
                grow(books, adjustment.fund, delta);
            }
            FundEvent::Allocated(it) => {
                shift(books, it.fund, it.from, it.to, it.amount_fen.negated());
            }
            FundEvent::Reclaimed(reclaim) => grant_again(books, reclaim),
            FundEvent::CarriedOver(carry) => {
                let node = books.nodes.entry((carry.fund, carry.holder));
                let same = |(year, amount): &(u32, Fen)| {
                    (*year, *amount) == (carry.to_year, carry.amount_fen)
                };
                if let Some(place) = node.carried.iter().position(same) {
                    node.carried.remove(place);
                }
            }
        }
    }

    fn text(&mut self, field: CorrectedField) -> Option<Slot<'_>> {
        use CorrectedField as Field;
        match (self, field) {
            (FundEvent::Announced(it), field) => announced(it, field),
            (FundEvent::TakenOver(it), Field::Basis) => Some((&mut it.cut_over.document).into()),
            (FundEvent::TakenOver(it), field) => announced(&mut it.announcement, field),
            (FundEvent::Received(it), Field::Document) => Some((&mut it.document).into()),
            (FundEvent::Allocated(it), Field::Document) => Some((&mut it.document).into()),
            (FundEvent::Adjusted(it), Field::Document) => Some((&mut it.document).into()),
            (FundEvent::Adjusted(it), Field::Reason) => Some((&mut it.reason).into()),
            (FundEvent::Reclaimed(it), Field::Document) => Some((&mut it.document).into()),
            (FundEvent::CarriedOver(it), Field::Document) => Some((&mut it.document).into()),
            _ => None,
        }
    }

    fn describe(&self, books: &mut Books, field: CorrectedField, to: &Wording) {
        let announcement = match self {
            FundEvent::Announced(announcement) => announcement,
            FundEvent::TakenOver(it) => &it.announcement,
            _ => return,
        };
        let Some(row) = books.funds.get_mut(announcement.fund) else {
            return;
        };
        match (&mut row.opening, field) {
            (Some(cut_over), CorrectedField::Basis) => put(Some(&mut cut_over.document), to),
            _ => put(announced(&mut row.announcement, field), to),
        }
    }
}

fn announced(it: &mut FundAnnouncement, field: CorrectedField) -> Option<Slot<'_>> {
    use CorrectedField as Field;
    Some(match field {
        Field::Name => (&mut it.name).into(),
        Field::Document => (&mut it.document).into(),
        Field::FunctionCode => (&mut it.function_code).into(),
        Field::EconomyCode => (&mut it.economy_code).into(),
        Field::PurposeCode => (&mut it.purpose_code).into(),
        _ => return None,
    })
}

/// Takes back what a reclaim took back.
fn grant_again(books: &mut Books, reclaim: &Reclaim) {
    let (fund, amount) = (reclaim.fund, reclaim.amount_fen);
    match (reclaim.to, reclaim.from) {
        (Some(unit), from) => shift(books, fund, unit, from, amount),
        (None, Holder::Organisation(receiver)) => {
            if let Some(row) = books.funds.get_mut(fund) {
                row.reclaimed_from_top = row.reclaimed_from_top.sub(amount);
            }
            let node = books.nodes.entry((fund, receiver));
            node.granted = node.granted.add(amount);
        }
        (None, Holder::Project(_)) => {}
    }
}

/// Whom `unit` has passed its authority on to, if what is left is less than `amount`.
fn short(books: &Books, fund: FundId, unit: OrganisationId, amount: Fen) -> Option<Vec<Subject>> {
    let node = books.nodes.get((fund, unit));
    let left = node.map_or(Fen::ZERO, |node| node.unallocated());
    (amount > left.max(Fen::ZERO)).then(|| takers(books, fund, unit))
}

/// Whom `unit` has passed authority on to. A search: only a refusal asks.
fn takers(books: &Books, fund: FundId, unit: OrganisationId) -> Vec<Subject> {
    let from_unit = |granted_by: &[(OrganisationId, Fen)]| {
        granted_by
            .iter()
            .any(|(granter, amount)| *granter == unit && *amount > Fen::ZERO)
    };
    let units = books.nodes.iter().filter_map(|((of, holder), node)| {
        (of == fund && from_unit(&node.granted_by)).then_some(holder.into())
    });
    let projects = books.budgets.iter().filter_map(|((of, project), budget)| {
        (of == fund && from_unit(&budget.granted_by)).then_some(project.into())
    });
    named(units.chain(projects))
}

/// What uses an allocated amount, if less of it is left than was allocated.
fn used_up(books: &Books, allocation: &Allocation) -> Option<Vec<Subject>> {
    let line = Reclaim {
        fund: allocation.fund,
        from: allocation.to,
        to: Some(allocation.from),
        amount_fen: allocation.amount_fen,
        reason: crate::fund::ReclaimReason::Surplus,
        document: allocation.document.clone(),
    };
    if allocation.amount_fen <= reclaimable(books, &line) {
        return None;
    }
    Some(match allocation.to {
        Holder::Organisation(unit) => takers(books, allocation.fund, unit),
        Holder::Project(project) => payers(books, allocation.fund, project),
    })
}

/// The payments that a budget bears. A search: only a refusal asks.
pub(crate) fn payers(books: &Books, fund: FundId, project: ProjectId) -> Vec<Subject> {
    let borne = books.payments.iter().filter(|(_, payment)| {
        payment.project == project && payment.sources.iter().any(|source| source.fund == fund)
    });
    named(borne.map(|(id, _)| id.into()))
}
