//! What its contract and its claim ask of a payment: the same project, and no more than they allow
//! (V8, V9, V11, V12).

use super::exceeded::left;
use super::{Exceeded, Payment};
use crate::Books;
use crate::claim::rules::caps::{carry as carry_into_claim, payable_by};
use crate::claim::rules::existing as existing_claim;
use crate::context::Context;
use crate::contract::rules::caps::{ahead_of_progress, beyond, carry as carry_into_contract};
use crate::contract::rules::{before_signing, closed, existing as existing_contract};
use crate::fund::rules::exact;
use crate::ids::{ClaimId, ContractId, Subject};
use crate::money::Fen;
use crate::payment::PaymentInstruction;
use crate::rejection::{CapBasis, Rejection};

/// On what a payment rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Basis {
    /// The contract: its own, or its claim's.
    pub contract: Option<ContractId>,
    /// The claim.
    pub claim: Option<ClaimId>,
}

impl Basis {
    /// None for a payment that rests on neither.
    pub(super) fn of(books: &Books, instruction: &PaymentInstruction) -> Option<Basis> {
        let claim = instruction.claim;
        let through_claim = claim.and_then(|id| books.claims.get(id)?.submission.contract);
        let contract = instruction.contract.or(through_claim);
        (contract.is_some() || claim.is_some()).then_some(Basis { contract, claim })
    }
}

/// Integrity: what a payment names exists (V4), belongs to its project and to each other, and can
/// be summed up (V5).
pub(super) fn named(books: &Books, instruction: &PaymentInstruction) -> Result<(), Rejection> {
    let amount = instruction.amount_fen;
    if let Some(id) = instruction.claim {
        let claim = existing_claim(books, "claim", id)?;
        if claim.submission.project != instruction.project {
            return Err(Rejection::BadField {
                field: "claim",
                why: "it belongs to another project",
                why_zh: "报账单不属于本项目",
            });
        }
        let other = |id| Some(id) != claim.submission.contract;
        if instruction.contract.is_some_and(other) {
            return Err(Rejection::BadField {
                field: "contract",
                why: "it is not the contract of the claim",
                why_zh: "合同与报账单所列合同不一致",
            });
        }
        exact("amount_fen", amount, &[claim.paid.add(claim.open)], amount)?;
    }
    let Some(id) = Basis::of(books, instruction).and_then(|basis| basis.contract) else {
        return Ok(());
    };
    let contract = existing_contract(books, "contract", id)?;
    if contract.signing.project != instruction.project {
        return Err(Rejection::BadField {
            field: "contract",
            why: "it belongs to another project",
            why_zh: "合同不属于本项目",
        });
    }
    let sum = contract.paid.add(contract.open);
    exact("amount_fen", amount, &[sum], amount)
}

/// Policy of an instruction: first the claim, then the contract with all that is paid or open.
pub(super) fn instructed(
    books: &Books,
    context: &Context,
    instruction: &PaymentInstruction,
) -> Vec<Rejection> {
    let mut broken = Vec::new();
    let Some(basis) = Basis::of(books, instruction) else {
        return broken;
    };
    if let Some(claim) = basis.claim {
        broken.extend(payable_by(books, context, claim, instruction));
    }
    if let Some(contract) = basis.contract.and_then(|id| books.contracts.get(id)) {
        broken.extend(closed(contract, "payment.instruct"));
        broken.extend(before_signing(contract, context));
        let asked = contract.paid.add(contract.open);
        let asked = asked.add(instruction.amount_fen);
        broken.extend(beyond(contract, asked, CapBasis::Stage, contract.cap()));
        broken.extend(ahead_of_progress(books, contract, asked));
    }
    broken
}

/// Policy of a settlement: the price or the progress may have fallen since the instruction, and an
/// observed instruction may have been too high.
pub(super) fn settled(books: &Books, payment: &Payment, amount: Fen) -> Vec<Rejection> {
    let id = payment.basis.as_ref().and_then(|basis| basis.contract);
    let Some(contract) = id.and_then(|id| books.contracts.get(id)) else {
        return Vec::new();
    };
    let asked = contract.paid.add(amount);
    let mut broken = beyond(contract, asked, CapBasis::Stage, contract.cap());
    broken.extend(ahead_of_progress(books, contract, asked));
    broken
}

/// Carries into contract and claim by how much a payment's paid and open money have changed.
pub(super) fn carry(books: &mut Books, basis: Option<Basis>, paid: Fen, open: Fen) {
    let Some(Basis { contract, claim }) = basis else {
        return;
    };
    if let Some(id) = contract {
        carry_into_contract(books, id, |row| {
            row.paid = row.paid.add(paid);
            row.open = row.open.add(open);
            if claim.is_none() {
                row.unclaimed = row.unclaimed.add(paid).add(open);
            }
        });
    }
    if let Some(id) = claim {
        carry_into_claim(books, id, |row| {
            row.paid = row.paid.add(paid);
            row.open = row.open.add(open);
            row.instructed = true;
        });
    }
}

/// What would be overdrawn, claim or contract, if `more` of a payment were owed or paid again,
/// beyond what was exceeded before.
pub(super) fn filled(
    books: &Books,
    payment: &Payment,
    more: Fen,
    before: &[Exceeded],
) -> Option<Vec<Subject>> {
    let basis = payment.basis.as_deref()?;
    let claim = basis.claim.filter(|id| {
        let row = books.claims.get(*id);
        row.is_some_and(|row| more > left(before, (*id).into(), row.payable()))
    });
    let contract = basis.contract.filter(|id| {
        let row = books.contracts.get(*id);
        row.is_some_and(|row| {
            let rest = row.price.sub(row.paid).sub(row.open);
            more > left(before, (*id).into(), rest)
        })
    });
    let over = claim.map(Subject::from).or(contract.map(Subject::from));
    over.map(|over| vec![over])
}
