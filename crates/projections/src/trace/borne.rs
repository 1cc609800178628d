//! The payments of a batch, narrowed, for whoever wants them line by line.

use super::{PaymentLine, payment_line_of};
use crate::View;
use jiff::civil::Date;
use ledger::Books;
use ledger::date::BusinessDate;
use ledger::ids::{FundId, OrganisationId, PaymentId, ProjectId};
use ledger::money::Fen;
use ledger::organisation::rules::is_within;
use ledger::payment::rules::Payment;

/// Which payments of a batch are asked for; nothing means all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PaymentFilter {
    /// Only for this project.
    pub project: Option<ProjectId>,
    /// Only for projects that this unit or one below it carries out.
    pub within: Option<OrganisationId>,
    /// Only instructed on this day or later.
    pub from: Option<Date>,
    /// Only instructed on this day or earlier.
    pub until: Option<Date>,
}

impl PaymentFilter {
    fn is_about(&self, books: &Books, payment: &Payment) -> bool {
        // Destructured, so that a filter cannot be forgotten.
        let PaymentFilter {
            project,
            within,
            from: _,
            until: _,
        } = *self;
        let carried_out = |unit| {
            let row = books.projects.get(payment.project);
            row.is_some_and(|row| is_within(books, row.implementing_unit, unit))
        };
        project.is_none_or(|project| project == payment.project) && within.is_none_or(carried_out)
    }

    /// A date that is not exact counts as its last day, so that a payment is in one of several
    /// periods that follow each other, and not in two. Nothing for a date that nobody knows.
    fn is_in_time(&self, on: BusinessDate) -> Option<bool> {
        if self.from.is_none() && self.until.is_none() {
            return Some(true);
        }
        let day = on.last()?;
        let after = self.from.is_none_or(|from| from <= day);
        Some(after && self.until.is_none_or(|until| day <= until))
    }
}

/// Payments of a batch, and how many are not among them although nothing excludes them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FundPayments {
    /// Those that pass, as far as the batch bears them, in the order of their instructions; no
    /// more than were asked for.
    pub lines: Vec<PaymentLine>,
    /// How many pass.
    pub total: usize,
    /// How many were taken back, as when their import was, and say nothing any more.
    pub taken_back: usize,
    /// How many have a date that nobody knows, where dates were asked for.
    pub undated: usize,
}

/// The first `limit` payments of a batch that pass, and how many there are.
#[must_use]
pub fn fund_payments(
    view: &View,
    fund: FundId,
    filter: &PaymentFilter,
    limit: usize,
) -> FundPayments {
    let books = &view.books;
    let mut found = FundPayments::default();
    let count = |count: &mut usize| *count = count.saturating_add(1);
    for place in view.links.places_of_fund(fund) {
        let Some(id) = view.links.payment_at(*place) else {
            continue;
        };
        let Some(payment) = books.payments.get(id) else {
            continue;
        };
        let in_time = filter.is_in_time(payment.instructed_on);
        if in_time == Some(false) || !filter.is_about(books, payment) {
            continue;
        }
        if was_taken_back(view, id, payment) {
            count(&mut found.taken_back);
        } else if in_time.is_none() {
            count(&mut found.undated);
        } else {
            count(&mut found.total);
            if found.lines.len() < limit {
                found.lines.push(payment_line_of(books, id, payment, fund));
            }
        }
    }
    found
}

/// True of a payment whose records were taken back, so that no money of it is left anywhere. One
/// that the bank could not pay is none: no record of it was reversed.
fn was_taken_back(view: &View, id: PaymentId, payment: &Payment) -> bool {
    let none = [
        payment.settled,
        payment.returned,
        payment.open(),
        payment.recovered(),
    ];
    let idle = none.iter().all(|amount| *amount == Fen::ZERO);
    let reversed = |seq: &u32| view.books.reversed.get(u64::from(*seq)).is_some();
    idle && payment.reissue.is_none()
        && payment.receipt.is_none()
        && view.timeline.of(id.into()).iter().any(reversed)
}
