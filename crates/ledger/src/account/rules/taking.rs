//! Takes cash into the books, and out of them again: every movement changes its batch's row and
//! its account's alike.

use super::{Account, Cash, Custody, Kept, Movement, MovementKind, opening};
use crate::Books;
use crate::account::{AccountEvent, AccountOpening, CashNature, CustodyAgreement};
use crate::context::Context;
use crate::date::BusinessDate;
use crate::ids::{AccountId, FundId, MovementId, PaymentId};
use crate::money::Fen;

pub(crate) fn apply(books: &mut Books, context: &Context, event: &AccountEvent) {
    if let Some((id, mut movement)) = movement(event) {
        movement.value_date = context.occurred_on;
        let accounts = [Some(movement.account), movement.to];
        books.movements.put(id, movement);
        for account in accounts.into_iter().flatten() {
            touch(books, account, |_| {});
        }
    }
    match event {
        AccountEvent::Opened(opening) => opened(books, context.occurred_on, opening),
        AccountEvent::TakenOver(it) => opening::apply(books, it),
        AccountEvent::Closed(closing) => touch(books, closing.account, |account| {
            account.closed_on = Some(context.occurred_on);
        }),
        AccountEvent::CustodyAgreed(agreement) => agreed(books, context, agreement),
        AccountEvent::CustodyReleased(release) => {
            if let Some(custody) = books.custodies.get_mut(release.custody) {
                custody.version = custody.version.saturating_add(1);
            }
        }
        AccountEvent::CashReceived(_)
        | AccountEvent::CashPaid(_)
        | AccountEvent::InterestCredited(_)
        | AccountEvent::Transferred(_) => {}
    }
    moved(books, event, |amount| amount);
}

/// Takes back what an event moved.
pub(super) fn take_back(books: &mut Books, event: &AccountEvent) {
    if let Some((id, _)) = movement(event)
        && let Some(movement) = books.movements.get_mut(id)
    {
        movement.reversed = true;
    }
    moved(books, event, Fen::negated);
}

/// The movement that an event is, but for its day.
pub(super) fn movement(event: &AccountEvent) -> Option<(MovementId, Movement)> {
    let plain = |account, kind, fund, amount| Movement {
        account,
        to: None,
        kind,
        fund,
        amount,
        payment: None,
        bank_reference: None,
        value_date: crate::date::BusinessDate::UNKNOWN,
        reversed: false,
    };
    Some(match event {
        AccountEvent::CashReceived(it) => {
            let kind = match it.nature {
                CashNature::Received => MovementKind::Received,
                CashNature::Returned => MovementKind::Returned,
                CashNature::Recovered => MovementKind::Recovered,
            };
            let movement = Movement {
                payment: it.payment,
                bank_reference: Some(it.bank_reference.clone()),
                ..plain(it.account, kind, it.fund, it.amount_fen)
            };
            (it.movement, movement)
        }
        AccountEvent::CashPaid(it) => {
            let movement = Movement {
                payment: it.payment,
                bank_reference: Some(it.bank_reference.clone()),
                ..plain(it.account, MovementKind::Paid, it.fund, it.amount_fen)
            };
            (it.movement, movement)
        }
        AccountEvent::InterestCredited(it) => {
            let movement = plain(it.account, MovementKind::Interest, it.fund, it.amount_fen);
            (it.movement, movement)
        }
        AccountEvent::Transferred(it) => {
            let movement = Movement {
                to: Some(it.to),
                bank_reference: Some(it.bank_reference.clone()),
                ..plain(it.from, MovementKind::Transferred, it.fund, it.amount_fen)
            };
            (it.movement, movement)
        }
        AccountEvent::Opened(_)
        | AccountEvent::TakenOver(_)
        | AccountEvent::Closed(_)
        | AccountEvent::CustodyAgreed(_)
        | AccountEvent::CustodyReleased(_) => return None,
    })
}

/// Moves what an event says, or, with the sign turned, moves it back.
fn moved(books: &mut Books, event: &AccountEvent, sign: fn(Fen) -> Fen) {
    if let AccountEvent::CustodyReleased(release) = event {
        let amount = sign(release.amount_fen);
        let Some(custody) = books.custodies.get_mut(release.custody) else {
            return;
        };
        custody.released = custody.released.add(amount);
        if let Some(account) = custody.agreement.account {
            keep(books, account, |kept| {
                kept.released = kept.released.add(amount)
            });
        }
    }
    let Some((_, movement)) = movement(event) else {
        return;
    };
    let (account, fund) = (movement.account, movement.fund);
    let amount = sign(movement.amount);
    let gone = |books: &mut Books, amount: Fen| {
        keep(books, account, |kept| kept.gone = kept.gone.add(amount));
    };
    let back = amount.negated();
    match movement.kind {
        MovementKind::Received => book(books, account, fund, |cash| &mut cash.received, amount),
        MovementKind::Recovered => book(books, account, fund, |cash| &mut cash.recovered, amount),
        MovementKind::Interest => book(books, account, fund, |cash| &mut cash.interest, amount),
        MovementKind::Returned => {
            book(books, account, fund, |cash| &mut cash.returned, amount);
            // What came back has not left after all, and may leave again.
            gone(books, back);
            carry(books, movement.payment, back);
        }
        MovementKind::Paid => {
            book(books, account, fund, |cash| &mut cash.paid, amount);
            gone(books, amount);
            carry(books, movement.payment, amount);
        }
        MovementKind::Transferred => {
            book(
                books,
                account,
                fund,
                |cash| &mut cash.transferred_out,
                amount,
            );
            gone(books, amount);
            if let Some(to) = movement.to {
                book(books, to, fund, |cash| &mut cash.transferred_in, amount);
            }
        }
    }
}

pub(super) fn opened(books: &mut Books, on: BusinessDate, opening: &AccountOpening) {
    let account = Account {
        kind: opening.kind,
        owner: opening.owner,
        bank: opening.bank.clone(),
        masked_number: opening.masked_number.clone(),
        opened_on: on,
        closed_on: None,
        cash: Cash::default(),
        kept: None,
        opening: None,
        version: 1,
    };
    books.accounts.put(opening.account, account);
}

fn agreed(books: &mut Books, context: &Context, agreement: &CustodyAgreement) {
    let custody = Custody {
        agreement: Box::new(agreement.clone()),
        agreed_on: context.occurred_on,
        released: Fen::ZERO,
        version: 1,
    };
    books.custodies.put(agreement.custody, custody);
    if let Some(account) = agreement.account {
        touch(books, account, |account| {
            let before = account.kept;
            account.kept = Some(Kept {
                custody: agreement.custody,
                released: before.map_or(Fen::ZERO, |kept| kept.released),
                gone: before.map_or(Fen::ZERO, |kept| kept.gone),
            });
        });
    }
}

/// A term of equation 4.
pub(super) type Term = fn(&mut Cash) -> &mut Fen;

/// Adds to a term of a batch, and to the same term of its account.
pub(super) fn book(
    books: &mut Books,
    id: AccountId,
    fund: Option<FundId>,
    term: Term,
    amount: Fen,
) {
    let of_batch = term(books.cash.entry((id, fund)));
    *of_batch = of_batch.add(amount);
    if let Some(account) = books.accounts.get_mut(id) {
        let of_account = term(&mut account.cash);
        *of_account = of_account.add(amount);
    }
}

fn touch(books: &mut Books, id: AccountId, change: impl FnOnce(&mut Account)) {
    if let Some(account) = books.accounts.get_mut(id) {
        account.version = account.version.saturating_add(1);
        change(account);
    }
}

fn keep(books: &mut Books, id: AccountId, change: impl FnOnce(&mut Kept)) {
    let account = books.accounts.get_mut(id);
    if let Some(kept) = account.and_then(|account| account.kept.as_mut()) {
        change(kept);
    }
}

/// The cash that has gone out for a payment, less what came back.
fn carry(books: &mut Books, payment: Option<PaymentId>, amount: Fen) {
    if let Some(payment) = payment {
        let net = books.cash_of_payments.entry(payment);
        *net = net.add(amount);
    }
}
