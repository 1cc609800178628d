//! Arrivals and work taken back. A promise stays: what does not come of it stays open.

use crate::Books;
use crate::contribution::ContributionEvent;
use crate::money::Fen;
use crate::record::CorrectedField;
use crate::record::amend::{Amend, Slot};

impl Amend for ContributionEvent {
    fn reversible(&self) -> Option<Fen> {
        match self {
            ContributionEvent::Arrived(arrival) => Some(arrival.amount_fen),
            ContributionEvent::ContributedInKind(work) => Some(work.value_fen),
            ContributionEvent::Pledged(_) | ContributionEvent::Resolved(_) => None,
        }
    }

    fn reverse(&self, books: &mut Books, _seq: u64) {
        match self {
            ContributionEvent::Arrived(arrival) => {
                if let Some(row) = books.contributions.get_mut(arrival.contribution) {
                    row.comes(arrival.source_kind, arrival.amount_fen.negated());
                }
            }
            ContributionEvent::ContributedInKind(work) => {
                if let Some(row) = books.contributions.get_mut(work.contribution) {
                    row.in_kind = row.in_kind.sub(work.value_fen);
                    row.labour_days = row.labour_days.saturating_sub(work.labour_days);
                }
            }
            ContributionEvent::Pledged(_) | ContributionEvent::Resolved(_) => {}
        }
    }

    fn text(&mut self, field: CorrectedField) -> Option<Slot<'_>> {
        match (self, field) {
            (ContributionEvent::Arrived(it), CorrectedField::BankReference) => {
                Some((&mut it.bank_reference).into())
            }
            _ => None,
        }
    }
}
