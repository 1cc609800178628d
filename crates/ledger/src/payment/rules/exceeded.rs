//! What observed payments had exceeded already when money came back.

use super::Payment;
use crate::Books;
use crate::ids::Subject;
use crate::money::Fen;
use crate::seldom::Seldom;

/// A cap that was exceeded: the budget out of a batch, a claim, a contract's price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Exceeded {
    /// The batch, the claim or the contract.
    pub cap: Subject,
    /// By how much.
    pub by: Fen,
}

/// What is exceeded of all that a payment draws on: a return that is taken back may restore that,
/// and no more.
pub(super) fn exceeded(books: &Books, payment: &Payment) -> Seldom<Exceeded> {
    let budgets = payment.sources.iter().filter_map(|source| {
        let row = books.budgets.get((source.fund, payment.project))?;
        Some((source.fund.into(), row.available()))
    });
    let basis = payment.basis.as_deref();
    let claim = basis.and_then(|basis| basis.claim).and_then(|id| {
        let row = books.claims.get(id)?;
        Some((id.into(), row.payable()))
    });
    let contract = basis.and_then(|basis| basis.contract).and_then(|id| {
        let row = books.contracts.get(id)?;
        Some((id.into(), row.price.sub(row.paid).sub(row.open)))
    });
    let mut exceeded = Seldom::NONE;
    for (cap, left) in budgets.chain(claim).chain(contract) {
        if left < Fen::ZERO {
            let by = left.negated();
            exceeded.push(Exceeded { cap, by });
        }
    }
    exceeded
}

/// What is left of a cap, if it may be exceeded as it was; at least nothing.
pub(super) fn left(exceeded: &[Exceeded], cap: Subject, left: Fen) -> Fen {
    let by = exceeded.iter().find(|it| it.cap == cap);
    left.add(by.map_or(Fen::ZERO, |it| it.by)).max(Fen::ZERO)
}
