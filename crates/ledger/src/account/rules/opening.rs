//! An account taken over from before the book: its balances are a term of equation 4.

use super::open;
use super::taking::{book, opened};
use crate::Books;
use crate::account::AccountTakeover;
use crate::context::Context;
use crate::fund::rules::{exact, existing as existing_fund, payable};
use crate::money::Fen;
use crate::opening::by_two;
use crate::rejection::Rejection;

pub(super) fn check(
    books: &Books,
    context: &Context,
    takeover: &AccountTakeover,
) -> Result<(), Rejection> {
    by_two(context, &takeover.cut_over)?;
    open(books, &takeover.opening)?;
    let mut sum = Fen::ZERO;
    for (place, balance) in takeover.balances.iter().enumerate() {
        if let Some(fund) = balance.fund {
            existing_fund(books, "balances", fund)?;
        }
        let amount = balance.amount_fen;
        payable("balances", amount)?;
        exact("balances", amount, &[sum], amount)?;
        sum = sum.add(amount);
        let mut before = takeover.balances.iter().take(place);
        if before.any(|other| other.fund == balance.fund) {
            return Err(Rejection::BadField {
                field: "balances",
                why: "one batch is named twice",
                why_zh: "同一资金批次出现两次",
            });
        }
    }
    Ok(())
}

pub(super) fn apply(books: &mut Books, takeover: &AccountTakeover) {
    let id = takeover.opening.account;
    opened(books, takeover.cut_over.on, &takeover.opening);
    if let Some(account) = books.accounts.get_mut(id) {
        account.opening = Some(Box::new(takeover.cut_over.clone()));
    }
    for balance in &takeover.balances {
        let amount = balance.amount_fen;
        book(books, id, balance.fund, |cash| &mut cash.opening, amount);
    }
}
