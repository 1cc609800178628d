//! Traces: where the money of a document went, and where the money of a payment came from.
//!
//! A trace is exact because every payment names the batches that bear it (earmark first): nothing
//! is shared out by a convention. What is left over is said, fen by fen.

mod backward;
mod borne;
mod forward;

pub use backward::{
    BackwardTrace, Doubt, Link, PayeeFund, PayeeTrace, SourceTrace, payee_trace, payment_trace,
};
pub use borne::{FundPayments, PaymentFilter, fund_payments};
pub use forward::{
    Explained, ForwardTrace, Grant, TraceBudget, TraceUnit, Unexplained, fund_trace,
};

use crate::benefit::{self, Benefit};
use crate::references::{self, PayeeReference, ProjectReference, Term, term};
use crate::{Page, View};
use ledger::Books;
use ledger::date::BusinessDate;
use ledger::fund::Holder;
use ledger::ids::{ClaimId, ContractId, FundId, PaymentId, PersonId};
use ledger::money::Fen;
use ledger::payment::rules::Payment;
use ledger::payment::{Payee, SourceShare};
use ledger::text::Reference;

/// A payment, in whole or as far as one batch bears it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentLine {
    /// The payment.
    pub payment: PaymentId,
    /// The voucher.
    pub voucher: Reference,
    /// What it is for.
    pub project: ProjectReference,
    /// Who is paid.
    pub payee: PayeeReference,
    /// The kind.
    pub kind: Term,
    /// How far it is.
    pub state: Term,
    /// When it was instructed.
    pub instructed_on: BusinessDate,
    /// Who instructed it.
    pub instructed_by: PersonId,
    /// Instructed.
    pub amount_fen: Fen,
    /// Instructed and neither settled nor given up.
    pub open_fen: Fen,
    /// Settled.
    pub settled_fen: Fen,
    /// Settled and come back.
    pub returned_fen: Fen,
    /// Settled and recovered, in cash or by offset 追回.
    pub recovered_fen: Fen,
    /// What the payee last said, of the whole payment.
    pub receipt: Option<ReceiptLine>,
    /// What a person says of the settled money; nothing for an organisation.
    pub benefit: Option<Benefit>,
    /// The contract on which it is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
    /// The claim that it pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimId>,
    /// The payment that it pays again.
    pub reissue_of: Option<PaymentId>,
    /// The payment that pays it again.
    pub reissued_by: Option<PaymentId>,
}

/// What a payee said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReceiptLine {
    /// In a word.
    pub result: Term,
    /// How much arrived, they say.
    pub amount_fen: Fen,
}

/// A payment; nothing for one that nobody has instructed.
#[must_use]
pub fn payment(view: &View, id: PaymentId) -> Option<PaymentLine> {
    let payment = view.books.payments.get(id)?;
    Some(payment_line(&view.books, id, payment))
}

/// A payment in whole.
pub(crate) fn payment_line(books: &Books, id: PaymentId, payment: &Payment) -> PaymentLine {
    let chained = payment.reissue.as_deref();
    let to_person = matches!(payment.payee, Payee::Subject(_));
    PaymentLine {
        payment: id,
        voucher: payment.voucher.clone(),
        project: references::project(books, payment.project),
        payee: references::payee(books, payment.payee),
        kind: term!(payment.kind),
        state: term!(payment.state()),
        instructed_on: payment.instructed_on,
        instructed_by: payment.instructed_by,
        amount_fen: payment.amount,
        open_fen: payment.open(),
        settled_fen: payment.settled,
        returned_fen: payment.returned,
        recovered_fen: payment.recovered(),
        receipt: payment.receipt.map(|(result, amount_fen)| ReceiptLine {
            result: term!(result),
            amount_fen,
        }),
        benefit: to_person.then(|| benefit::of_payment(payment)),
        contract: payment.basis.as_ref().and_then(|basis| basis.contract),
        claim: payment.basis.as_ref().and_then(|basis| basis.claim),
        reissue_of: chained.and_then(|chained| chained.of),
        reissued_by: chained.and_then(|chained| chained.by),
    }
}

/// A page of a list of payments by their places; only its own are looked up.
pub(crate) fn payment_page(
    view: &View,
    places: &[u32],
    (offset, limit): (usize, usize),
    show: impl Fn(PaymentId, &Payment) -> PaymentLine,
) -> Page<PaymentLine> {
    let shown = places.iter().skip(offset).take(limit).filter_map(|place| {
        let id = view.links.payment_at(*place)?;
        Some(show(id, view.books.payments.get(id)?))
    });
    Page::part(shown.collect(), offset, places.len())
}

/// A payment as far as one batch bears it.
fn payment_line_of(books: &Books, id: PaymentId, payment: &Payment, fund: FundId) -> PaymentLine {
    // Most payments have one source, which bears all of it.
    if payment.sources.len() == 1 {
        return payment_line(books, id, payment);
    }
    let share = |amount| share_of(payment, amount, fund);
    let benefit = benefit::shares(payment)
        .into_iter()
        .find(|(bearer, _)| *bearer == fund);
    PaymentLine {
        amount_fen: share(payment.amount),
        open_fen: of_fund(payment.open_by_source(), fund),
        settled_fen: share(payment.settled),
        returned_fen: share(payment.returned),
        recovered_fen: of_fund(payment.recovered_by_source(), fund),
        benefit: benefit.map(|(_, benefit)| benefit),
        ..payment_line(books, id, payment)
    }
}

/// What one batch bears when `amount` of a payment is reached.
fn share_of(payment: &Payment, amount: Fen, fund: FundId) -> Fen {
    of_fund(payment.borne(amount), fund)
}

fn of_fund(shares: Vec<SourceShare>, fund: FundId) -> Fen {
    let shares = shares.into_iter();
    shares
        .filter(|share| share.fund == fund)
        .fold(Fen::ZERO, |sum, it| sum.add(it.amount_fen))
}

/// What a holder is called.
fn holder_name(books: &Books, holder: Holder) -> Option<String> {
    match holder {
        Holder::Organisation(unit) => references::unit(books, unit)
            .name
            .map(|name| name.to_string()),
        Holder::Project(project) => references::project(books, project)
            .name
            .map(|name| name.to_string()),
    }
}
