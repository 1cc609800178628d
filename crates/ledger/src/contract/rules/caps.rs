//! What a contract allows to be claimed and paid (V9): price, stages, verified progress.

use super::Contract;
use crate::Books;
use crate::ids::ContractId;
use crate::milestone::rules::verified_progress;
use crate::money::Fen;
use crate::rejection::{CapBasis, Rejection};

/// 1/10,000: what a `bp` is counted in.
pub(crate) const WHOLE_BP: u32 = 10_000;

/// That part of an amount, rounded down: a cap is never exceeded by a part of a fen.
#[must_use]
pub fn part(of: Fen, bp: u32) -> Fen {
    share(of, bp.into(), WHOLE_BP.into()).unwrap_or(of)
}

fn share(of: Fen, numerator: u128, denominator: u128) -> Option<Fen> {
    let whole = u128::try_from(of.get()).ok()?;
    let share = whole.checked_mul(numerator)?.checked_div(denominator)?;
    Fen::new(i64::try_from(share).ok()?).ok()
}

/// The rules that stand against `asked`, which would be claimed or paid in all, when `allowed` may
/// be: the price first, which is the graver one.
pub(crate) fn beyond(
    contract: &Contract,
    asked: Fen,
    basis: CapBasis,
    allowed: Fen,
) -> Vec<Rejection> {
    let price = contract.price;
    let dear = (asked > price).then_some(Rejection::OverContract { price, asked });
    let early = (asked > allowed).then_some(Rejection::StageCap {
        basis,
        allowed,
        asked,
    });
    dear.into_iter().chain(early).collect()
}

/// Payments may not run ahead of the verified progress of the project by more than the allowed
/// advance. Nothing where no progress has been verified, or where 128 bits cannot hold it.
pub(crate) fn ahead_of_progress(
    books: &Books,
    contract: &Contract,
    asked: Fen,
) -> Option<Rejection> {
    let verified = verified_progress(books, contract.signing.project)?;
    let done = share(contract.price, verified.numerator(), verified.denominator())?;
    let allowed = done.add(part(contract.price, contract.advance_bp()));
    (asked > allowed).then_some(Rejection::StageCap {
        basis: CapBasis::Progress,
        allowed,
        asked,
    })
}

/// Carries what payments and claims have changed into a contract.
pub(crate) fn carry(books: &mut Books, id: ContractId, change: impl FnOnce(&mut Contract)) {
    if let Some(contract) = books.contracts.get_mut(id) {
        change(contract);
    }
}
