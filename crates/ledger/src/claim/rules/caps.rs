//! What a contract allows a claim to ask for (V9), and a claim its payments (V8, V11, V12).

use super::{Claim, ClaimState, countersign_missing};
use crate::Books;
use crate::claim::ClaimSubmission;
use crate::context::Context;
use crate::contract::rules::caps::beyond;
use crate::contract::rules::{Contract, before_signing, closed};
use crate::ids::ClaimId;
use crate::money::Fen;
use crate::payment::PaymentInstruction;
use crate::rejection::{CapBasis, Rejection};

/// The contract of a claim: in force, signed by then, its stage reached, its caps kept by all that
/// is claimed or was paid without a claim.
pub(super) fn within_contract(
    books: &Books,
    context: &Context,
    submission: &ClaimSubmission,
) -> Vec<Rejection> {
    let (Some(contract), Some(number)) = (contract(books, submission), submission.stage) else {
        return Vec::new();
    };
    let mut broken = Vec::new();
    broken.extend(closed(contract, "claim.submit"));
    broken.extend(before_signing(contract, context));
    let claimed = contract.claimed.add(contract.unclaimed);
    let asked = claimed.add(submission.amount_fen);
    let cap = contract
        .stage(number)
        .map(|stage| contract.stage_cap(stage));
    if contract.has_reached(number) {
        broken.extend(beyond(
            contract,
            asked,
            CapBasis::NamedStage,
            cap.unwrap_or(Fen::ZERO),
        ));
    } else {
        let price = contract.price;
        let dear = (asked > price).then_some(Rejection::OverContract { price, asked });
        broken.extend(dear);
        broken.push(Rejection::StageCap {
            basis: CapBasis::StageOpen,
            allowed: contract.cap(),
            asked,
        });
    }
    broken
}

/// The same when it is approved: the price may have fallen meanwhile.
pub(super) fn still_within_contract(books: &Books, claim: &Claim) -> Vec<Rejection> {
    let Some(contract) = contract(books, &claim.submission) else {
        return Vec::new();
    };
    let mut broken: Vec<_> = closed(contract, "claim.approve").into_iter().collect();
    // This claim is among the claimed, unless it was ended and an observed fact approves it.
    let own = if claim.is_live() {
        Fen::ZERO
    } else {
        claim.submission.amount_fen
    };
    let asked = contract.claimed.add(contract.unclaimed).add(own);
    broken.extend(beyond(contract, asked, CapBasis::Stage, contract.cap()));
    broken
}

fn contract<'a>(books: &'a Books, submission: &ClaimSubmission) -> Option<&'a Contract> {
    books.contracts.get(submission.contract?)
}

/// The rules of a payment that names a claim, in their order: state (V13), signatures (V11), one
/// hand (V12), payee, amount (V8).
pub(crate) fn payable_by(
    books: &Books,
    context: &Context,
    id: ClaimId,
    instruction: &PaymentInstruction,
) -> Vec<Rejection> {
    let Some(claim) = books.claims.get(id) else {
        return Vec::new();
    };
    let mut broken = Vec::new();
    if claim.state != ClaimState::Approved {
        broken.push(Rejection::BadTransition {
            state: claim.state.word(),
            state_zh: claim.state.zh(),
            step: "payment.instruct",
        });
    }
    broken.extend(countersign_missing(books, claim));
    let approver = claim.approved.as_ref().map(|it| it.by.person);
    if context.hands().any(|hand| Some(hand.person) == approver) {
        let (first, second) = ("claim.approve", "payment.instruct");
        broken.push(Rejection::SamePerson { first, second });
    }
    if instruction.payee != claim.submission.payee {
        broken.push(Rejection::BadField {
            field: "payee",
            why: "it is not the payee of the claim",
            why_zh: "收款人与报账单不一致",
        });
    }
    let (open, stated) = (claim.payable(), instruction.amount_fen);
    if stated > open {
        broken.push(Rejection::OverPaid { open, stated });
    }
    broken
}

/// Carries what payments have changed into a claim.
pub(crate) fn carry(books: &mut Books, id: ClaimId, change: impl FnOnce(&mut Claim)) {
    if let Some(claim) = books.claims.get_mut(id) {
        change(claim);
    }
}
