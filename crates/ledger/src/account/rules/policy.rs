//! What an account ought not to do: state (V13), dates (V14), parties (V4), amounts (V8, V10).

use super::{Account, cash};
use crate::Books;
use crate::account::{AccountEvent, CashNature, CashReceipt, CustodyAgreement, CustodyRelease};
use crate::context::Context;
use crate::ids::{AccountId, FundId, OrganisationId, PaymentId};
use crate::money::Fen;
use crate::rejection::Rejection;

/// The rules in their order: state, dates, parties, cash, the payment, custody.
pub(crate) fn breaches(books: &Books, context: &Context, event: &AccountEvent) -> Vec<Rejection> {
    match event {
        AccountEvent::Opened(_) | AccountEvent::TakenOver(_) => Vec::new(),
        AccountEvent::Closed(closing) => {
            let mut broken = usable(books, context, closing.account, "account.close");
            broken.extend(not_empty(books, closing.account));
            broken
        }
        AccountEvent::CashReceived(receipt) => received(books, context, receipt),
        AccountEvent::CashPaid(paid) => {
            let (account, fund, amount) = (paid.account, paid.fund, paid.amount_fen);
            let mut broken = usable(books, context, account, "account.pay_cash");
            broken.extend(overdrawn(books, account, "account", fund, amount));
            broken.extend(more_than_instructed(books, paid.payment, amount));
            broken.extend(not_released(books, account, amount));
            broken
        }
        AccountEvent::InterestCredited(interest) => {
            let step = "account.credit_interest";
            usable(books, context, interest.account, step)
        }
        AccountEvent::Transferred(moved) => {
            let (step, amount) = ("account.transfer", moved.amount_fen);
            let mut broken = usable(books, context, moved.from, step);
            broken.extend(usable(books, context, moved.to, step));
            broken.extend(overdrawn(books, moved.from, "from", moved.fund, amount));
            broken.extend(not_released(books, moved.from, amount));
            broken
        }
        AccountEvent::CustodyAgreed(agreement) => agreed(books, context, agreement),
        AccountEvent::CustodyReleased(release) => released(books, context, release),
    }
}

fn received(books: &Books, context: &Context, receipt: &CashReceipt) -> Vec<Rejection> {
    let mut broken = usable(books, context, receipt.account, "account.receive_cash");
    broken.extend(receipt.from.and_then(|unit| unknown(books, unit)));
    if receipt.nature == CashNature::Returned
        && let Some(payment) = receipt.payment
    {
        let paid = books.cash_of_payments.get(payment).copied();
        let (open, stated) = (paid.unwrap_or_default(), receipt.amount_fen);
        if stated > open {
            broken.push(Rejection::OverPaid { open, stated });
        }
    }
    broken
}

fn agreed(books: &Books, context: &Context, agreement: &CustodyAgreement) -> Vec<Rejection> {
    let mut broken = match agreement.account {
        Some(account) => usable(books, context, account, "account.agree_custody"),
        None => Vec::new(),
    };
    if agreement.principal == agreement.custodian {
        let (first, second) = ("principal", "custodian");
        broken.push(Rejection::SameOrganisation { first, second });
    }
    broken
}

/// Nobody lets go of more than is there and not promised already.
fn released(books: &Books, context: &Context, release: &CustodyRelease) -> Vec<Rejection> {
    let custody = books.custodies.get(release.custody);
    let account = custody.and_then(|custody| custody.agreement.account);
    let Some((id, account)) = account.and_then(|id| Some((id, books.accounts.get(id)?))) else {
        return Vec::new();
    };
    let step = "account.release_custody";
    let mut broken = usable(books, context, id, step);
    if let Some(kept) = account.kept
        && kept.custody != release.custody
    {
        let (state, state_zh) = ("superseded", "已被后一代管协议取代");
        broken.push(Rejection::BadTransition {
            state,
            state_zh,
            step,
        });
    }
    let promised = account.kept.map_or(Fen::ZERO, |kept| kept.open());
    let (available, asked) = (account.cash.balance().sub(promised), release.amount_fen);
    if asked > available {
        broken.push(Rejection::Insufficient {
            field: "custody",
            subject: id.into(),
            available,
            asked,
        });
    }
    broken
}

/// The account is open, and was so on that day.
fn usable(books: &Books, context: &Context, id: AccountId, step: &'static str) -> Vec<Rejection> {
    let Some(account) = books.accounts.get(id) else {
        return Vec::new();
    };
    let closed = account.closed_on.map(|_| Rejection::BadTransition {
        state: "closed",
        state_zh: "已销户",
        step,
    });
    closed
        .into_iter()
        .chain(too_early(account, context))
        .collect()
}

fn too_early(account: &Account, context: &Context) -> Option<Rejection> {
    let early = context.occurred_on.is_certainly_before(account.opened_on);
    early.then_some(Rejection::BadDate {
        field: "occurred_on",
        why: "it lies before the day on which the account was opened",
        why_zh: "业务日期早于开户日期",
    })
}

fn not_empty(books: &Books, id: AccountId) -> Option<Rejection> {
    let account = books.accounts.get(id)?;
    (account.cash.balance() != Fen::ZERO).then_some(Rejection::BadTransition {
        state: "holding_cash",
        state_zh: "账户余额不为零",
        step: "account.close",
    })
}

fn unknown(books: &Books, unit: OrganisationId) -> Option<Rejection> {
    let (field, subject) = ("from", unit.into());
    let known = books.organisations.contains(unit);
    (!known).then_some(Rejection::UnknownParty { field, subject })
}

/// V10: the cash of a batch in an account is never negative.
fn overdrawn(
    books: &Books,
    account: AccountId,
    field: &'static str,
    fund: Option<FundId>,
    asked: Fen,
) -> Option<Rejection> {
    let available = cash(books, account, fund).balance();
    let field = fund.map_or(field, |_| "fund");
    let subject = fund.map_or(account.into(), Into::into);
    (asked > available).then_some(Rejection::Insufficient {
        field,
        subject,
        available,
        asked,
    })
}

/// V8: the cash of a payment, less what came back, is no more than was instructed.
fn more_than_instructed(
    books: &Books,
    payment: Option<PaymentId>,
    stated: Fen,
) -> Option<Rejection> {
    let id = payment?;
    let payment = books.payments.get(id)?;
    let paid = books.cash_of_payments.get(id).copied();
    let open = payment.amount.sub(paid.unwrap_or_default());
    (stated > open).then_some(Rejection::OverPaid { open, stated })
}

/// From a kept account no more goes out than its custodian let go of.
fn not_released(books: &Books, id: AccountId, asked: Fen) -> Option<Rejection> {
    let kept = books.accounts.get(id)?.kept?;
    let available = kept.open();
    (asked > available).then_some(Rejection::Insufficient {
        field: "amount_fen",
        subject: kept.custody.into(),
        available,
        asked,
    })
}
