//! A claim taken over from before the book: what was paid on it counts against it, once.

use super::{Claim, ClaimState, project_open, submit, submitted, units};
use crate::Books;
use crate::claim::ClaimOpening;
use crate::context::Context;
use crate::contract::rules::caps::{beyond, carry as carry_into_contract};
use crate::contract::rules::{Contract, closed};
use crate::money::Fen;
use crate::opening::{by_two, cumulative};
use crate::rejection::{CapBasis, Rejection};

pub(super) fn check(
    books: &Books,
    context: &Context,
    opening: &ClaimOpening,
) -> Result<(), Rejection> {
    by_two(context, &opening.cut_over)?;
    submit(books, context, &opening.submission)?;
    cumulative("paid_fen", opening.paid_fen)?;
    let (open, stated) = (opening.submission.amount_fen, opening.paid_fen);
    if stated > open {
        return Err(Rejection::OverPaid { open, stated });
    }
    Ok(())
}

/// The project, the parties, and the contract with all that is claimed on it (V9).
pub(super) fn breaches(books: &Books, opening: &ClaimOpening) -> Vec<Rejection> {
    let submission = &opening.submission;
    let mut broken: Vec<_> = project_open(books, submission, "claim.take_over")
        .into_iter()
        .collect();
    let unknown = units(submission).filter(|(_, unit)| !books.organisations.contains(*unit));
    broken.extend(unknown.map(|(field, unit)| Rejection::UnknownParty {
        field,
        subject: unit.into(),
    }));
    let contract = submission.contract.and_then(|id| books.contracts.get(id));
    if let Some(contract) = contract {
        broken.extend(closed(contract, "claim.take_over"));
        let known = accounted(contract, opening);
        let (open, stated) = (known, opening.paid_fen);
        if stated > open {
            broken.push(Rejection::OverPaid { open, stated });
        }
        let asked = contract.claimed.add(contract.unclaimed).sub(known);
        let asked = asked.add(submission.amount_fen);
        broken.extend(beyond(contract, asked, CapBasis::Stage, contract.cap()));
    }
    broken
}

/// The part of what was paid on the claim that the contract's own opening has counted already.
fn accounted(contract: &Contract, opening: &ClaimOpening) -> Fen {
    let before = contract.opening.as_ref();
    let unclaimed = before.map_or(Fen::ZERO, |it| it.unclaimed);
    unclaimed.min(opening.paid_fen)
}

pub(super) fn apply(books: &mut Books, context: &Context, opening: &ClaimOpening) {
    let submission = &opening.submission;
    let paid = opening.paid_fen;
    let claim = Claim {
        submitted_on: opening.cut_over.on,
        state: ClaimState::Approved,
        paid,
        instructed: paid > Fen::ZERO,
        opening: Some(Box::new(opening.cut_over.clone())),
        ..submitted(submission, context)
    };
    books.claims.put(submission.claim, claim);
    if let Some(contract) = submission.contract {
        carry_into_contract(books, contract, |row| {
            let known = accounted(row, opening);
            row.claimed = row.claimed.add(submission.amount_fen);
            row.unclaimed = row.unclaimed.sub(known);
            if let Some(before) = &mut row.opening {
                before.unclaimed = before.unclaimed.sub(known);
            }
            row.paid = row.paid.add(paid.sub(known));
        });
    }
}
