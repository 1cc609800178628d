//! A claim is paid after everybody has signed who must, each in their turn and none twice.

mod amend;
pub mod caps;
mod opening;
mod signatures;
mod steps;
#[cfg(test)]
mod tests;

use super::{
    ClaimApproval, ClaimCommand, ClaimEvent, ClaimRejectionCode, ClaimSubmission, Countersignature,
    FinanceReview, TechnicalReview,
};
use crate::context::{Actor, Context, Intake};
use crate::contract::rules::caps::carry as carry_into_contract;
use crate::contract::rules::{NO_STAGE, existing as existing_contract};
use crate::date::BusinessDate;
use crate::fund::rules::{exact, existing as existing_fund, payable};
use crate::ids::{ClaimId, OrganisationId};
use crate::money::Fen;
use crate::opening::CutOver;
use crate::organisation::rules::existing as existing_unit;
use crate::payment::Payee;
use crate::person::rules::existing as existing_person;
use crate::project::rules::{ProjectState, existing as existing_project};
use crate::rejection::Rejection;
use crate::seldom::Seldom;
use crate::text::Text;
use crate::{Books, Event};

pub(crate) use signatures::countersign_missing;
pub use steps::ClaimState;
use steps::{Step, allowed};

/// A claim as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Claim {
    /// What was submitted.
    pub submission: Box<ClaimSubmission>,
    /// Who submitted it.
    pub submitted_by: Actor,
    /// When.
    pub submitted_on: BusinessDate,
    /// How far its signatures have come; [`Claim::state`] knows its payments too.
    pub state: ClaimState,
    /// The technical review.
    pub technical: Option<Box<Signed<TechnicalReview>>>,
    /// The counter-signatures, oldest first.
    pub signatures: Seldom<Signature>,
    /// The finance review.
    pub finances: Option<Box<Signed<FinanceReview>>>,
    /// The approval.
    pub approved: Option<Box<Signed<ClaimApproval>>>,
    /// The rejection, or the withdrawal.
    pub ended: Option<Box<Ended>>,
    /// Settled less returned, of the payments that name it.
    pub paid: Fen,
    /// Instructed and open, of the payments that name it.
    pub open: Fen,
    /// A payment has named it.
    pub instructed: bool,
    /// Until when it was taken over from before the book, and on what that rests.
    pub opening: Option<Box<CutOver>>,
    /// How many records have been about it.
    pub version: u32,
}

/// A step of a claim: what was said, by whom, when.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Signed<T> {
    /// What.
    pub facts: T,
    /// By whom.
    pub by: Actor,
    /// When.
    pub on: BusinessDate,
}

/// A counter-signature.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Signature {
    /// In which capacity.
    pub signature: Countersignature,
    /// By whom.
    pub by: Actor,
    /// When.
    pub on: BusinessDate,
    /// The place, in the list of those who must sign, of the one it stands for.
    pub fills: Option<usize>,
}

/// How a claim ended without a payment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Ended {
    /// Why it was rejected; none if it was withdrawn.
    pub code: Option<ClaimRejectionCode>,
    /// Why.
    pub reason: Text,
    /// By whom.
    pub by: Actor,
    /// When.
    pub on: BusinessDate,
}

impl Claim {
    /// How far it is.
    #[must_use]
    pub fn state(&self) -> ClaimState {
        if self.state != ClaimState::Approved || !self.instructed {
            self.state
        } else if self.paid >= self.submission.amount_fen {
            ClaimState::Settled
        } else if self.paid.add(self.open) > Fen::ZERO {
            ClaimState::Instructed
        } else {
            ClaimState::Returned
        }
    }

    /// True unless it was rejected or withdrawn: its amount counts against the contract.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !matches!(self.state, ClaimState::Rejected | ClaimState::Withdrawn)
    }

    /// What payments may still be instructed for: what came back may be paid again.
    #[must_use]
    pub fn payable(&self) -> Fen {
        self.submission.amount_fen.sub(self.paid).sub(self.open)
    }
}

/// The claim, or the refusal that names the field (V4).
///
/// # Errors
/// `NOT_FOUND`.
pub fn existing<'a>(
    books: &'a Books,
    field: &'static str,
    claim: ClaimId,
) -> Result<&'a Claim, Rejection> {
    let subject = claim.into();
    let row = books.claims.get(claim);
    row.ok_or(Rejection::NotFound { field, subject })
}

pub(crate) fn decide(
    books: &Books,
    context: &Context,
    command: &ClaimCommand,
) -> Result<Vec<Event>, Rejection> {
    let existing = |claim| existing(books, "claim", claim).map(|_| ());
    match command {
        ClaimCommand::Submit(submission) => submit(books, context, submission)?,
        ClaimCommand::TakeOver(it) => opening::check(books, context, it)?,
        ClaimCommand::ReviewTechnically(review) => existing(review.claim)?,
        ClaimCommand::Countersign(signature) => existing(signature.claim)?,
        ClaimCommand::ReviewFinances(review) => existing(review.claim)?,
        ClaimCommand::Approve(approval) => existing(approval.claim)?,
        ClaimCommand::Reject(rejection) => existing(rejection.claim)?,
        ClaimCommand::Withdraw(withdrawal) => existing(withdrawal.claim)?,
    }
    // After this point the command succeeds, unless policy forbids it.
    Ok(vec![command.clone().into_event()])
}

fn submit(books: &Books, context: &Context, submission: &ClaimSubmission) -> Result<(), Rejection> {
    let wrong = |field, why, why_zh| Err(Rejection::BadField { field, why, why_zh });
    if books.claims.contains(submission.claim) {
        let subject = submission.claim.into();
        return Err(Rejection::AlreadyExists {
            field: "claim",
            subject,
        });
    }
    existing_project(books, "project", submission.project)?;
    of_contract(books, submission)?;
    if let Payee::Subject(person) = submission.payee {
        existing_person(books, "payee", person)?;
    }
    // History may name any organisation: stored, with an alert (V4).
    if context.intake == Intake::Control {
        for (field, unit) in units(submission) {
            existing_unit(books, field, unit)?;
        }
    }
    payable("amount_fen", submission.amount_fen)?;
    for (place, source) in submission.sources.iter().enumerate() {
        existing_fund(books, "sources", source.fund)?;
        payable("sources", source.amount_fen)?;
        let mut before = submission.sources.iter().take(place);
        if before.any(|other| other.fund == source.fund) {
            return wrong(
                "sources",
                "one batch is named twice",
                "同一资金批次出现两次",
            );
        }
    }
    let parts = Fen::sum(submission.sources.iter().map(|source| source.amount_fen));
    let (parts, total) = (parts.unwrap_or(Fen::MAX), submission.amount_fen);
    if parts != total {
        return Err(Rejection::SplitMismatch {
            field: "sources",
            parts,
            total,
        });
    }
    if submission.vouchers.is_empty() {
        return wrong("vouchers", "a claim has vouchers", "报账须附原始凭证");
    }
    Ok(())
}

/// A contract of the same project, and one of its stages: both or neither.
fn of_contract(books: &Books, submission: &ClaimSubmission) -> Result<(), Rejection> {
    let wrong = |field, why, why_zh| Err(Rejection::BadField { field, why, why_zh });
    let Some(id) = submission.contract else {
        return match submission.stage {
            None => Ok(()),
            Some(_) => wrong(
                "stage",
                "without a contract there is no stage",
                "未列合同,不得填写付款节点",
            ),
        };
    };
    let contract = existing_contract(books, "contract", id)?;
    if contract.signing.project != submission.project {
        return wrong(
            "contract",
            "it belongs to another project",
            "合同不属于本项目",
        );
    }
    let Some(stage) = submission.stage else {
        return wrong(
            "stage",
            "a claim on a contract names a stage of its plan",
            "按合同报账须填写付款节点",
        );
    };
    if contract.stage(stage).is_none() {
        return Err(NO_STAGE);
    }
    let (amount, claimed) = (submission.amount_fen, contract.claimed);
    exact("amount_fen", amount, &[claimed], amount)
}

/// The organisations that a claim names, by the field that names them.
fn units(submission: &ClaimSubmission) -> impl Iterator<Item = (&'static str, OrganisationId)> {
    let payee = match submission.payee {
        Payee::Organisation(unit) => Some(("payee", unit)),
        Payee::Subject(_) => None,
    };
    let signers = submission.countersigners.iter();
    let signers = signers.map(|signer| ("countersigners", signer.organisation));
    let custodian = submission.custodian.map(|unit| ("custodian", unit));
    payee.into_iter().chain(signers).chain(custodian)
}

/// The rules in their order: signatures (V11) where they are due, state (V13), dates (V14), one
/// hand (V12), the contract (V9).
pub(crate) fn breaches(books: &Books, context: &Context, event: &ClaimEvent) -> Vec<Rejection> {
    let id = match event {
        ClaimEvent::Submitted(submission) => return submitted_badly(books, context, submission),
        ClaimEvent::TakenOver(it) => return opening::breaches(books, it),
        ClaimEvent::TechnicallyReviewed(review) => review.claim,
        ClaimEvent::Countersigned(signature) => signature.claim,
        ClaimEvent::FinancesReviewed(review) => review.claim,
        ClaimEvent::Approved(approval) => approval.claim,
        ClaimEvent::Rejected(rejection) => rejection.claim,
        ClaimEvent::Withdrawn(withdrawal) => withdrawal.claim,
    };
    let (Some(claim), Some(step)) = (books.claims.get(id), Step::of(event)) else {
        return Vec::new();
    };
    let mut broken = out_of_turn(books, claim, step);
    if context.occurred_on.is_certainly_before(claim.submitted_on) {
        broken.push(Rejection::BadDate {
            field: "occurred_on",
            why: "it lies before the day of the submission",
            why_zh: "业务日期早于报账日期",
        });
    }
    match event {
        ClaimEvent::Submitted(_) | ClaimEvent::TakenOver(_) | ClaimEvent::Rejected(_) => {}
        ClaimEvent::TechnicallyReviewed(_) | ClaimEvent::FinancesReviewed(_) => {
            broken.extend(one_hand(claim, context, step));
        }
        ClaimEvent::Countersigned(signature) => {
            broken.extend(signatures::unfit(claim, context, signature));
        }
        ClaimEvent::Approved(_) => {
            broken.extend(one_hand(claim, context, step));
            broken.extend(project_open(books, claim.submission.as_ref(), step.word()));
            broken.extend(caps::still_within_contract(books, claim));
        }
        ClaimEvent::Withdrawn(_) => {
            if context.hand().organisation != claim.submitted_by.organisation {
                broken.push(Rejection::BadField {
                    field: "actor",
                    why: "the organisation that submitted a claim withdraws it",
                    why_zh: "报账单只能由原报账单位撤回",
                });
            }
        }
    }
    broken
}

fn submitted_badly(
    books: &Books,
    context: &Context,
    submission: &ClaimSubmission,
) -> Vec<Rejection> {
    let mut broken: Vec<_> = project_open(books, submission, "claim.submit")
        .into_iter()
        .collect();
    let unknown = units(submission).filter(|(_, unit)| !books.organisations.contains(*unit));
    broken.extend(unknown.map(|(field, unit)| Rejection::UnknownParty {
        field,
        subject: unit.into(),
    }));
    let mut signers = submission.countersigners.iter();
    if signers.any(|it| it.organisation == context.hand().organisation) {
        broken.push(signatures::SAME_UNIT);
    }
    if submission.custodian.is_some() && submission.countersigners.is_empty() {
        broken.push(Rejection::BadField {
            field: "countersigners",
            why: "money held in custody needs a counter-signer",
            why_zh: "代管资金报账须指定会签人",
        });
    }
    broken.extend(caps::within_contract(books, context, submission));
    broken
}

/// Money is claimed for a project that has been approved and goes on.
fn project_open(
    books: &Books,
    submission: &ClaimSubmission,
    step: &'static str,
) -> Option<Rejection> {
    let project = books.projects.get(submission.project)?;
    let state = project.state;
    let open = project.reached() >= ProjectState::Approved && !state.has_ended();
    (!open).then_some(Rejection::BadTransition {
        state: state.word(),
        state_zh: state.zh(),
        step,
    })
}

/// That a signature is missing says more than the state that it holds up.
fn out_of_turn(books: &Books, claim: &Claim, step: Step) -> Vec<Rejection> {
    let state = claim.state();
    let mut broken = Vec::new();
    if step.needs_signatures() && steps::undecided(state) {
        broken.extend(countersign_missing(books, claim));
    }
    if !allowed(state, step) {
        broken.push(Rejection::BadTransition {
            state: state.word(),
            state_zh: state.zh(),
            step: step.word(),
        });
    }
    broken
}

/// Four eyes (V12): reviewers are not the submitter, the approver is none of them.
fn one_hand(claim: &Claim, context: &Context, step: Step) -> Option<Rejection> {
    let stands = |person| context.hands().any(|hand| hand.person == person);
    let reviewer = |by: Option<Actor>| by.is_some_and(|by| stands(by.person));
    let approves = step == Step::Approve;
    let first = if stands(claim.submitted_by.person) {
        "claim.submit"
    } else if approves && reviewer(claim.technical.as_ref().map(|it| it.by)) {
        Step::ReviewTechnically.word()
    } else if approves && reviewer(claim.finances.as_ref().map(|it| it.by)) {
        Step::ReviewFinances.word()
    } else {
        return None;
    };
    let second = step.word();
    Some(Rejection::SamePerson { first, second })
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &ClaimEvent) {
    match event {
        ClaimEvent::Submitted(submission) => {
            let claim = submitted(submission, context);
            books.claims.put(submission.claim, claim);
            if let Some(contract) = submission.contract {
                let amount = submission.amount_fen;
                carry_into_contract(books, contract, |row| row.claimed = row.claimed.add(amount));
            }
        }
        ClaimEvent::TakenOver(it) => opening::apply(books, context, it),
        ClaimEvent::TechnicallyReviewed(review) => touch(books, review.claim, |row| {
            row.technical = Some(signed(review, context));
            row.state = row.state.max(ClaimState::TechReviewed);
        }),
        ClaimEvent::Countersigned(signature) => touch(books, signature.claim, |row| {
            let by = context.hand();
            row.signatures.push(Signature {
                signature: signature.clone(),
                by,
                on: context.occurred_on,
                fills: row.place(&by, signature),
            });
            if row.state == ClaimState::TechReviewed && row.missing().next().is_none() {
                row.state = ClaimState::Countersigned;
            }
        }),
        ClaimEvent::FinancesReviewed(review) => touch(books, review.claim, |row| {
            row.finances = Some(signed(review, context));
            row.state = row.state.max(ClaimState::FinanceReviewed);
        }),
        ClaimEvent::Approved(approval) => touch(books, approval.claim, |row| {
            row.approved = Some(signed(approval, context));
            row.state = ClaimState::Approved;
        }),
        ClaimEvent::Rejected(rejection) => touch(books, rejection.claim, |row| {
            row.state = ClaimState::Rejected;
            row.ended = Some(ended(Some(rejection.code), &rejection.reason, context));
        }),
        ClaimEvent::Withdrawn(withdrawal) => touch(books, withdrawal.claim, |row| {
            row.state = ClaimState::Withdrawn;
            row.ended = Some(ended(None, &withdrawal.reason, context));
        }),
    }
}

fn signed<T: Clone>(facts: &T, context: &Context) -> Box<Signed<T>> {
    Box::new(Signed {
        facts: facts.clone(),
        by: context.hand(),
        on: context.occurred_on,
    })
}

fn ended(code: Option<ClaimRejectionCode>, reason: &Text, context: &Context) -> Box<Ended> {
    Box::new(Ended {
        code,
        reason: reason.clone(),
        by: context.hand(),
        on: context.occurred_on,
    })
}

fn submitted(submission: &ClaimSubmission, context: &Context) -> Claim {
    Claim {
        submission: Box::new(submission.clone()),
        submitted_by: context.hand(),
        submitted_on: context.occurred_on,
        state: ClaimState::Submitted,
        technical: None,
        signatures: Seldom::default(),
        finances: None,
        approved: None,
        ended: None,
        paid: Fen::ZERO,
        open: Fen::ZERO,
        instructed: false,
        opening: None,
        version: 1,
    }
}

/// Changes a claim and carries into its contract what it claims now and did not before, or the
/// other way round.
fn touch(books: &mut Books, claim: ClaimId, change: impl FnOnce(&mut Claim)) {
    let Some(row) = books.claims.get_mut(claim) else {
        return;
    };
    let claimed = |row: &Claim| {
        if row.is_live() {
            row.submission.amount_fen
        } else {
            Fen::ZERO
        }
    };
    let before = claimed(row);
    row.version = row.version.saturating_add(1);
    change(row);
    let (more, contract) = (claimed(row).sub(before), row.submission.contract);
    if let Some(contract) = contract {
        carry_into_contract(books, contract, |row| row.claimed = row.claimed.add(more));
    }
}
