//! Retention 质保金: what was kept back with payments and is due to be paid out (B8).

use crate::days::days_between;
use crate::references::{self, PayeeReference, ProjectReference, total};
use crate::{Page, View};
use jiff::civil::Date;
use ledger::date::BusinessDate;
use ledger::ids::{ContractId, PaymentId};
use ledger::money::Fen;
use ledger::payment::rules::Payment;
use ledger::text::Reference;

/// What was kept back with one payment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RetentionLine {
    /// The payment with which it was kept back.
    pub payment: PaymentId,
    /// Its voucher.
    pub voucher: Reference,
    /// What it is for.
    pub project: ProjectReference,
    /// Who is to get it.
    pub payee: PayeeReference,
    /// The contract on which it is paid.
    pub contract: Option<ContractId>,
    /// Kept back.
    pub withheld_fen: Fen,
    /// Paid out of it.
    pub released_fen: Fen,
    /// Still kept back.
    pub retained_fen: Fen,
    /// When it falls due.
    pub due_on: Option<BusinessDate>,
    /// Since how many days it is due.
    pub overdue_days: i32,
}

/// Retention that is due.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Retention {
    /// Due and still kept back, in all.
    pub due_fen: Fen,
    /// Kept back and not yet due, or of which nobody knows the day.
    pub not_due_fen: Fen,
    /// The payments with what is due, the longest due first.
    pub due: Page<RetentionLine>,
}

/// B8: what is kept back and due until a day, the longest due first.
#[must_use]
pub fn retention(view: &View, on: Date, offset: usize, limit: usize) -> Retention {
    let books = &view.books;
    let (mut due, mut not_due) = (Vec::new(), Vec::new());
    for id in view.links.payments() {
        let Some(payment) = books.payments.get(id) else {
            continue;
        };
        let later = payment.later();
        if later.retained() <= Fen::ZERO {
            continue;
        }
        match later.due_on.and_then(BusinessDate::last) {
            Some(day) if day <= on => due.push((day, id, payment)),
            Some(_) | None => not_due.push(later.retained()),
        }
    }
    due.sort_by_key(|(day, _, _)| *day);
    Retention {
        due_fen: total(due.iter().map(|(_, _, row)| row.later().retained())),
        not_due_fen: total(not_due),
        due: Page::of(&due, offset, limit, |(day, id, payment)| {
            let payment: &Payment = payment;
            let later = payment.later();
            RetentionLine {
                payment: *id,
                voucher: payment.voucher.clone(),
                project: references::project(books, payment.project),
                payee: references::payee(books, payment.payee),
                contract: payment.basis.as_ref().and_then(|basis| basis.contract),
                withheld_fen: later.withheld,
                released_fen: later.released,
                retained_fen: later.retained(),
                due_on: later.due_on,
                overdue_days: days_between(*day, on),
            }
        }),
    }
}
