//! Payments that came back 退票 and were not paid again 补发, with their age (B7).

use crate::days::days_between;
use crate::references::{self, PayeeReference, ProjectReference, Term, term, total};
use crate::{Page, View};
use jiff::civil::Date;
use ledger::date::BusinessDate;
use ledger::ids::PaymentId;
use ledger::money::Fen;
use ledger::payment::rules::Payment;
use ledger::text::Reference;

/// A payment that came back, wholly or in part, and was not paid again.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReturnedLine {
    /// The payment.
    pub payment: PaymentId,
    /// The voucher.
    pub voucher: Reference,
    /// What it is for.
    pub project: ProjectReference,
    /// Who should have got it.
    pub payee: PayeeReference,
    /// How far it is.
    pub state: Term,
    /// Instructed.
    pub amount_fen: Fen,
    /// Come back: settled before, or never settled.
    pub back_fen: Fen,
    /// When it last came back.
    pub returned_on: Option<BusinessDate>,
    /// The record that says so.
    pub returned_seq: Option<u64>,
    /// How many days ago; negative before it.
    pub days: Option<i32>,
}

/// What came back and waits to be paid again.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Returned {
    /// The sum over all of them, not only of this page.
    pub total_fen: Fen,
    /// The payments, those that wait longest first.
    pub payments: Page<ReturnedLine>,
}

/// B7: the payments that came back and were not paid again, as the ledger stands, those that have
/// waited longest first.
#[must_use]
pub fn returned(view: &View, on: Date, offset: usize, limit: usize) -> Returned {
    let books = &view.books;
    let last = |payment: &Payment| {
        let seq = payment.returns.last()?.seq;
        Some((view.days.returned_on(seq)?, seq))
    };
    let mut rows = Vec::new();
    for id in view.links.payments() {
        let Some(payment) = books.payments.get(id) else {
            continue;
        };
        let again = payment.reissue.as_deref().and_then(|chained| chained.by);
        let back = payment.returned.add(payment.cancelled);
        if again.is_none() && back > Fen::ZERO {
            rows.push((last(payment), id, payment, back));
        }
    }
    // By their order where the day is the same: what has no day comes last.
    rows.sort_by_key(|(last, _, _, _)| (last.is_none(), *last));
    Returned {
        total_fen: total(rows.iter().map(|(_, _, _, back)| *back)),
        payments: Page::of(&rows, offset, limit, |(last, id, payment, back)| {
            ReturnedLine {
                payment: *id,
                voucher: payment.voucher.clone(),
                project: references::project(books, payment.project),
                payee: references::payee(books, payment.payee),
                state: term!(payment.state()),
                amount_fen: payment.amount,
                back_fen: *back,
                returned_on: last.map(|(day, _)| BusinessDate::day(day)),
                returned_seq: last.map(|(_, seq)| seq),
                days: last.map(|(day, _)| days_between(day, on)),
            }
        }),
    }
}
