//! A contract taken over from before the book: caps count what was paid on it.

use super::caps::beyond;
use super::{Contract, NO_STAGE, project_barred, sign, signed, unknown_supplier};
use crate::Books;
use crate::context::Context;
use crate::contract::ContractOpening;
use crate::money::Fen;
use crate::opening::{CutOver, by_two, cumulative};
use crate::rejection::{CapBasis, Rejection};

/// What stood in the opening of a contract.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Opened {
    /// Until when, and on what it rests.
    pub cut_over: CutOver,
    /// By how much the price had moved.
    pub changes_delta: Fen,
    /// What had been paid.
    pub paid: Fen,
    /// The part of it that no claim taken over accounts for.
    pub unclaimed: Fen,
    /// The last stage that had been reached; 0 for none.
    pub reached_stage: u32,
}

pub(super) fn check(
    books: &Books,
    context: &Context,
    opening: &ContractOpening,
) -> Result<(), Rejection> {
    by_two(context, &opening.cut_over)?;
    sign(books, context, &opening.signing)?;
    let (field, delta) = ("changes_delta_fen", opening.changes_delta_fen);
    let bad_amount = Rejection::BadAmount {
        field,
        amount: delta,
    };
    let moved = cumulative(field, delta.max(delta.negated()));
    if moved.is_err() || opening.signing.price_fen.add(delta) <= Fen::ZERO {
        return Err(bad_amount);
    }
    cumulative("paid_fen", opening.paid_fen)?;
    let stages = u32::try_from(opening.signing.stages.len()).unwrap_or(u32::MAX);
    if opening.reached_stage > stages {
        return Err(NO_STAGE);
    }
    if opening.cut_over.on.is_certainly_before(opening.signed_on) {
        return Err(Rejection::BadDate {
            field: "signed_on",
            why: "it lies after the cut-over day",
            why_zh: "晚于建账日",
        });
    }
    Ok(())
}

/// The project and the supplier, as for a signing; the price and the stages that were reached (V9).
pub(super) fn breaches(
    books: &Books,
    context: &Context,
    opening: &ContractOpening,
) -> Vec<Rejection> {
    let mut broken: Vec<_> = project_barred(books, &opening.signing, "contract.take_over")
        .into_iter()
        .collect();
    broken.extend(unknown_supplier(books, &opening.signing));
    let row = taken_over(opening, context);
    broken.extend(beyond(&row, row.paid, CapBasis::Stage, row.cap()));
    broken
}

pub(super) fn taken_over(opening: &ContractOpening, context: &Context) -> Contract {
    let mut row = signed(&opening.signing, context);
    row.signed_on = opening.signed_on;
    row.price = row.price.add(opening.changes_delta_fen);
    row.paid = opening.paid_fen;
    row.unclaimed = opening.paid_fen;
    row.opening = Some(Box::new(Opened {
        cut_over: opening.cut_over.clone(),
        changes_delta: opening.changes_delta_fen,
        paid: opening.paid_fen,
        unclaimed: opening.paid_fen,
        reached_stage: opening.reached_stage,
    }));
    row
}

/// Nothing happens within the time that an opening covers: its figures count it already.
pub(super) fn before_cut_over(contract: &Contract, context: &Context) -> Option<Rejection> {
    contract.opening.as_ref()?.cut_over.before(context)
}
