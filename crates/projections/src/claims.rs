//! Claims as they stand: who has signed, who has not (B5), and what has been paid.

use crate::references::{
    self, BeforeBook, FundReference, PayeeReference, ProjectReference, Term, UnitReference, term,
};
use crate::trace::{PaymentLine, payment_line};
use crate::{Page, View};
use ledger::claim::Countersigner;
use ledger::claim::rules::{Claim, ClaimState, Signature};
use ledger::date::BusinessDate;
use ledger::ids::{ClaimId, ContractId, ProjectId};
use ledger::money::Fen;
use ledger::text::{Name, Reference, Text};
use ledger::{Actor, Books};

/// A claim in one line.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimLine {
    /// The claim.
    pub claim: ClaimId,
    /// Its number.
    pub number: Reference,
    /// The project it is for.
    pub project: ProjectReference,
    /// The contract it is for.
    pub contract: Option<ContractId>,
    /// The stage of the contract's plan, from 1.
    pub stage: Option<u32>,
    /// Who is to be paid.
    pub payee: PayeeReference,
    /// How far it is.
    pub state: Term,
    /// When it was submitted.
    pub submitted_on: BusinessDate,
    /// The whole amount.
    pub amount_fen: Fen,
    /// Instructed, and neither settled nor given up.
    pub instructed_open_fen: Fen,
    /// Settled less returned.
    pub paid_fen: Fen,
    /// Whose counter-signatures are missing.
    pub missing: Vec<SignerLine>,
}

/// Somebody who must counter-sign.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignerLine {
    /// In which capacity.
    pub capacity: Name,
    /// For which organisation.
    pub organisation: UnitReference,
    /// Who has signed in their name; none while it is missing.
    pub signed: Option<SignatureLine>,
}

/// Who has signed, and when.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignatureLine {
    /// Who.
    pub by: Actor,
    /// When.
    pub on: BusinessDate,
    /// What they refer to: the record of the progress, the approving document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Reference>,
    /// What they said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<Text>,
}

/// A claim with everything that was signed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimView {
    /// The claim and its money.
    #[serde(flatten)]
    pub line: ClaimLine,
    /// Which batches bear it.
    pub sources: Vec<ClaimSource>,
    /// Numbers of the vouchers.
    pub vouchers: Vec<Reference>,
    /// The site visits that it rests on.
    pub site_visits: Vec<Reference>,
    /// Who holds the money in custody.
    pub custodian: Option<UnitReference>,
    /// What is worth saying.
    pub remark: Option<Text>,
    /// Where it was taken over from before the book 建账前: until when, and the document on which its
    /// signatures and payments until then stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening: Option<BeforeBook>,
    /// Who submitted it.
    pub submitted_by: Actor,
    /// The technical review.
    pub technical_review: Option<SignatureLine>,
    /// All who must counter-sign, as the submission names them.
    pub countersigners: Vec<SignerLine>,
    /// Signatures that stand for none of them: observed, and in question.
    pub other_signatures: Vec<SignatureLine>,
    /// The finance review.
    pub finance_review: Option<SignatureLine>,
    /// The approval.
    pub approval: Option<SignatureLine>,
    /// The rejection, with its reason in a word, or the withdrawal.
    pub ended: Option<ClaimEnd>,
    /// The payments that name it, in the order of their instructions.
    pub payments: Vec<PaymentLine>,
    /// How many records have been about it.
    pub version: u32,
}

/// What one batch bears of a claim.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimSource {
    /// The batch.
    pub fund: FundReference,
    /// Its share.
    pub amount_fen: Fen,
}

/// How a claim ended without a payment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimEnd {
    /// Why it was rejected; none if it was withdrawn.
    pub code: Option<Term>,
    /// Who, when, and why in full.
    #[serde(flatten)]
    pub signature: SignatureLine,
}

/// Which claims are asked for; nothing means all.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClaimFilter {
    /// Only in this state.
    pub state: Option<ClaimState>,
    /// Only of this project.
    pub project: Option<ProjectId>,
    /// Only of this contract.
    pub contract: Option<ContractId>,
    /// Only those that lack a counter-signature and go on, or only others (B5).
    pub missing: Option<bool>,
}

impl ClaimFilter {
    fn passes(&self, row: &Claim) -> bool {
        let submission = &row.submission;
        let waits = row.is_live() && row.missing().next().is_some();
        self.state.is_none_or(|state| row.state() == state)
            && self.project.is_none_or(|id| submission.project == id)
            && self
                .contract
                .is_none_or(|id| submission.contract == Some(id))
            && self.missing.is_none_or(|missing| missing == waits)
    }
}

/// The claims that pass the filter in one line each, in the order of their numbers.
#[must_use]
pub fn claim_lines(
    view: &View,
    filter: ClaimFilter,
    offset: usize,
    limit: usize,
) -> Page<ClaimLine> {
    let rows = view.books.claims.iter();
    let mut rows: Vec<_> = rows.filter(|(_, row)| filter.passes(row)).collect();
    rows.sort_by(|(a_id, a), (b_id, b)| {
        (&a.submission.number, a_id).cmp(&(&b.submission.number, b_id))
    });
    Page::of(&rows, offset, limit, |(id, row)| {
        claim_line(&view.books, *id, row)
    })
}

/// A claim; nothing for one that nobody has submitted.
#[must_use]
pub fn claim_view(view: &View, id: ClaimId) -> Option<ClaimView> {
    let books = &view.books;
    let row = books.claims.get(id)?;
    let submission = &row.submission;
    let required = (0..).zip(&submission.countersigners);
    let source = |source: &ledger::payment::SourceShare| ClaimSource {
        fund: references::fund(books, source.fund),
        amount_fen: source.amount_fen,
    };
    let signed = |by, on, document: Option<&Reference>, said: Option<&Text>| SignatureLine {
        by,
        on,
        document: document.cloned(),
        said: said.cloned(),
    };
    let others = row.signatures.iter().filter(|it| it.fills.is_none());
    Some(ClaimView {
        line: claim_line(books, id, row),
        sources: submission.sources.iter().map(source).collect(),
        vouchers: submission.vouchers.clone(),
        site_visits: submission.site_visits.clone(),
        custodian: submission
            .custodian
            .map(|unit| references::unit(books, unit)),
        remark: submission.remark.clone(),
        opening: row.opening.as_deref().map(BeforeBook::from),
        submitted_by: row.submitted_by,
        technical_review: row.technical.as_ref().map(|it| {
            let (progress, finding) = (&it.facts.progress, &it.facts.finding);
            signed(it.by, it.on, Some(progress), Some(finding))
        }),
        countersigners: required
            .map(|(place, signer)| {
                let mut filled = row.signatures.iter();
                let filled = filled.find(|it| it.fills == Some(place));
                signer_line(books, signer, filled)
            })
            .collect(),
        other_signatures: others.map(signature_line).collect(),
        finance_review: row
            .finances
            .as_ref()
            .map(|it| signed(it.by, it.on, None, Some(&it.facts.finding))),
        approval: row
            .approved
            .as_ref()
            .map(|it| signed(it.by, it.on, Some(&it.facts.document), None)),
        ended: row.ended.as_ref().map(|it| ClaimEnd {
            code: it.code.map(|code| term!(code)),
            signature: signed(it.by, it.on, None, Some(&it.reason)),
        }),
        payments: payments(view, id, row),
        version: row.version,
    })
}

fn claim_line(books: &Books, id: ClaimId, row: &Claim) -> ClaimLine {
    let submission = &row.submission;
    let missing = row.missing().map(|signer| signer_line(books, signer, None));
    ClaimLine {
        claim: id,
        number: submission.number.clone(),
        project: references::project(books, submission.project),
        contract: submission.contract,
        stage: submission.stage,
        payee: references::payee(books, submission.payee),
        state: term!(row.state()),
        submitted_on: row.submitted_on,
        amount_fen: submission.amount_fen,
        instructed_open_fen: row.open,
        paid_fen: row.paid,
        missing: missing.collect(),
    }
}

fn signer_line(books: &Books, signer: &Countersigner, filled: Option<&Signature>) -> SignerLine {
    SignerLine {
        capacity: signer.capacity.clone(),
        organisation: references::unit(books, signer.organisation),
        signed: filled.map(signature_line),
    }
}

fn signature_line(signature: &Signature) -> SignatureLine {
    SignatureLine {
        by: signature.by,
        on: signature.on,
        document: None,
        said: signature.signature.remark.clone(),
    }
}

fn payments(view: &View, id: ClaimId, row: &Claim) -> Vec<PaymentLine> {
    let of_project = view.links.payments_of_project(row.submission.project);
    of_project
        .filter_map(|payment| {
            let row = view.books.payments.get(payment)?;
            let named = row.basis.as_ref().and_then(|basis| basis.claim);
            (named == Some(id)).then(|| payment_line(&view.books, payment, row))
        })
        .collect()
}
