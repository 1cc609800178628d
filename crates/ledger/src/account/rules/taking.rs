//! Takes cash into the books: every movement changes its batch's row and its account's alike.

use super::{Account, Cash, Custody, Kept, Movement, MovementKind};
use crate::Books;
use crate::account::{
    AccountEvent, AccountOpening, CashNature, CashPayment, CashReceipt, CashTransfer,
    CustodyAgreement, Interest,
};
use crate::context::Context;
use crate::ids::{AccountId, FundId, PaymentId};
use crate::money::Fen;

pub(crate) fn apply(books: &mut Books, context: &Context, event: &AccountEvent) {
    match event {
        AccountEvent::Opened(opening) => opened(books, context, opening),
        AccountEvent::Closed(closing) => touch(books, closing.account, |account| {
            account.closed_on = Some(context.occurred_on);
        }),
        AccountEvent::CashReceived(receipt) => received(books, context, receipt),
        AccountEvent::CashPaid(payment) => paid(books, context, payment),
        AccountEvent::InterestCredited(interest) => credited(books, context, interest),
        AccountEvent::Transferred(transfer) => transferred(books, context, transfer),
        AccountEvent::CustodyAgreed(agreement) => agreed(books, context, agreement),
        AccountEvent::CustodyReleased(release) => {
            let Some(custody) = books.custodies.get_mut(release.custody) else {
                return;
            };
            custody.released = custody.released.add(release.amount_fen);
            custody.version = custody.version.saturating_add(1);
            if let Some(account) = custody.agreement.account {
                let amount = release.amount_fen;
                keep(books, account, |kept| {
                    kept.released = kept.released.add(amount)
                });
            }
        }
    }
}

fn opened(books: &mut Books, context: &Context, opening: &AccountOpening) {
    let account = Account {
        kind: opening.kind,
        owner: opening.owner,
        bank: opening.bank.clone(),
        masked_number: opening.masked_number.clone(),
        opened_on: context.occurred_on,
        closed_on: None,
        cash: Cash::default(),
        kept: None,
        version: 1,
    };
    books.accounts.put(opening.account, account);
}

fn received(books: &mut Books, context: &Context, receipt: &CashReceipt) {
    let amount = receipt.amount_fen;
    let (kind, term): (_, Term) = match receipt.nature {
        CashNature::Received => (MovementKind::Received, |cash| &mut cash.received),
        CashNature::Returned => (MovementKind::Returned, |cash| &mut cash.returned),
        CashNature::Recovered => (MovementKind::Recovered, |cash| &mut cash.recovered),
    };
    books.movements.put(
        receipt.movement,
        Movement {
            account: receipt.account,
            to: None,
            kind,
            fund: receipt.fund,
            amount,
            payment: receipt.payment,
            bank_reference: Some(receipt.bank_reference.clone()),
            value_date: context.occurred_on,
        },
    );
    book(books, receipt.account, receipt.fund, term, amount);
    // What came back has not left after all, and may leave again.
    if receipt.nature == CashNature::Returned {
        keep(books, receipt.account, |kept| {
            kept.gone = kept.gone.sub(amount)
        });
    }
    carry(books, receipt.payment, amount.negated());
}

fn paid(books: &mut Books, context: &Context, payment: &CashPayment) {
    let amount = payment.amount_fen;
    books.movements.put(
        payment.movement,
        Movement {
            account: payment.account,
            to: None,
            kind: MovementKind::Paid,
            fund: payment.fund,
            amount,
            payment: payment.payment,
            bank_reference: Some(payment.bank_reference.clone()),
            value_date: context.occurred_on,
        },
    );
    book(
        books,
        payment.account,
        payment.fund,
        |cash| &mut cash.paid,
        amount,
    );
    keep(books, payment.account, |kept| {
        kept.gone = kept.gone.add(amount)
    });
    carry(books, payment.payment, amount);
}

fn credited(books: &mut Books, context: &Context, interest: &Interest) {
    let amount = interest.amount_fen;
    books.movements.put(
        interest.movement,
        Movement {
            account: interest.account,
            to: None,
            kind: MovementKind::Interest,
            fund: interest.fund,
            amount,
            payment: None,
            bank_reference: None,
            value_date: context.occurred_on,
        },
    );
    book(
        books,
        interest.account,
        interest.fund,
        |cash| &mut cash.interest,
        amount,
    );
}

fn transferred(books: &mut Books, context: &Context, transfer: &CashTransfer) {
    let (fund, amount) = (transfer.fund, transfer.amount_fen);
    books.movements.put(
        transfer.movement,
        Movement {
            account: transfer.from,
            to: Some(transfer.to),
            kind: MovementKind::Transferred,
            fund,
            amount,
            payment: None,
            bank_reference: Some(transfer.bank_reference.clone()),
            value_date: context.occurred_on,
        },
    );
    book(
        books,
        transfer.from,
        fund,
        |cash| &mut cash.transferred_out,
        amount,
    );
    book(
        books,
        transfer.to,
        fund,
        |cash| &mut cash.transferred_in,
        amount,
    );
    keep(books, transfer.from, |kept| {
        kept.gone = kept.gone.add(amount)
    });
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
type Term = fn(&mut Cash) -> &mut Fen;

/// Adds to a term of a batch, and to the same term of its account.
fn book(books: &mut Books, id: AccountId, fund: Option<FundId>, term: Term, amount: Fen) {
    let of_batch = term(books.cash.entry((id, fund)));
    *of_batch = of_batch.add(amount);
    touch(books, id, |account| {
        let of_account = term(&mut account.cash);
        *of_account = of_account.add(amount);
    });
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
