//! Cash: never more out of an account than there is, batch by batch (V10, equation 4).

mod amend;
mod opening;
mod policy;
mod taking;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use policy::breaches;
pub(crate) use taking::apply;

use super::{
    AccountCommand, AccountKind, AccountOpening, CashNature, CashPayment, CashReceipt,
    CashTransfer, CustodyAgreement,
};
use crate::context::{Context, Intake};
use crate::date::BusinessDate;
use crate::fund::rules::{exact, existing as existing_fund, payable, summable};
use crate::ids::{AccountId, CustodyId, FundId, MovementId, OrganisationId, PaymentId};
use crate::money::Fen;
use crate::opening::CutOver;
use crate::organisation::rules::existing as existing_unit;
use crate::payment::rules::existing as existing_payment;
use crate::rejection::Rejection;
use crate::text::{Name, Reference};
use crate::{Books, Event};

/// An account as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Account {
    /// What sort it is.
    pub kind: AccountKind,
    /// Whose it is.
    pub owner: OrganisationId,
    /// The bank that keeps it.
    pub bank: Name,
    /// Its masked number.
    pub masked_number: Reference,
    /// When it was opened.
    pub opened_on: BusinessDate,
    /// When it was closed.
    pub closed_on: Option<BusinessDate>,
    /// The cash of all batches.
    pub cash: Cash,
    /// The agreement under which it is kept, and what has happened under it.
    pub kept: Option<Kept>,
    /// Until when its balances were taken over from before the book, and on what they rest.
    pub opening: Option<Box<CutOver>>,
    /// How many records have been about it.
    pub version: u32,
}

/// An account kept by a custodian.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Kept {
    /// The agreement in force.
    pub custody: CustodyId,
    /// Let go of under this and earlier agreements.
    pub released: Fen,
    /// Gone out since the first agreement, less what was returned.
    pub gone: Fen,
}

impl Kept {
    /// Let go of and not yet gone; negative if observed facts say so.
    #[must_use]
    pub fn open(&self) -> Fen {
        self.released.sub(self.gone)
    }
}

/// Cash of one batch, or of all of them, in one account: the terms of equation 4.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Cash {
    /// There before the book 期初余额.
    pub opening: Fen,
    /// New money.
    pub received: Fen,
    /// From other accounts of this ledger.
    pub transferred_in: Fen,
    /// Interest.
    pub interest: Fen,
    /// Paid and come back.
    pub returned: Fen,
    /// Got back from others.
    pub recovered: Fen,
    /// Paid to others.
    pub paid: Fen,
    /// To other accounts of this ledger.
    pub transferred_out: Fen,
}

impl Cash {
    /// All that came in.
    #[must_use]
    pub fn inflow(&self) -> Fen {
        let more = self.interest.add(self.returned).add(self.recovered);
        let more = more.add(self.opening);
        self.received.add(self.transferred_in).add(more)
    }

    /// All that went out.
    #[must_use]
    pub fn outflow(&self) -> Fen {
        self.paid.add(self.transferred_out)
    }

    /// What is there; negative if observed facts say so.
    #[must_use]
    pub fn balance(&self) -> Fen {
        self.inflow().sub(self.outflow())
    }
}

choices! {
    /// What a movement of cash is.
    MovementKind {
        Received = "received" "拨入",
        Returned = "returned" "退回",
        Recovered = "recovered" "追回",
        Interest = "interest" "利息",
        Paid = "paid" "付出",
        Transferred = "transferred" "划转",
    }
}

/// A movement of cash.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Movement {
    /// The account; of a transfer the one that it leaves.
    pub account: AccountId,
    /// The account that a transfer reaches.
    pub to: Option<AccountId>,
    /// What it is.
    pub kind: MovementKind,
    /// Of which batch; none while nobody knows.
    pub fund: Option<FundId>,
    /// How much.
    pub amount: Fen,
    /// The payment that it carries out or brings back.
    pub payment: Option<PaymentId>,
    /// The bank's reference; interest has none.
    pub bank_reference: Option<Reference>,
    /// Its value date.
    pub value_date: BusinessDate,
    /// It has been taken back 冲销: it moves nothing any more.
    pub reversed: bool,
}

impl Movement {
    /// What it adds to an account, unless it has been taken back.
    #[must_use]
    pub fn change(&self, account: AccountId) -> Fen {
        match self.kind {
            MovementKind::Received
            | MovementKind::Returned
            | MovementKind::Recovered
            | MovementKind::Interest => self.amount,
            MovementKind::Transferred if self.to == Some(account) => self.amount,
            MovementKind::Paid | MovementKind::Transferred => self.amount.negated(),
        }
    }
}

/// An agreement as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Custody {
    /// What was agreed.
    pub agreement: Box<CustodyAgreement>,
    /// When.
    pub agreed_on: BusinessDate,
    /// Let go of under it.
    pub released: Fen,
    /// How many records have been about it.
    pub version: u32,
}

/// The account, or the refusal that names the field (V4).
///
/// # Errors
/// `NOT_FOUND`.
pub fn existing<'a>(
    books: &'a Books,
    field: &'static str,
    account: AccountId,
) -> Result<&'a Account, Rejection> {
    let subject = account.into();
    let missing = Rejection::NotFound { field, subject };
    books.accounts.get(account).ok_or(missing)
}

pub(crate) fn decide(
    books: &Books,
    context: &Context,
    command: &AccountCommand,
) -> Result<Vec<Event>, Rejection> {
    match command {
        AccountCommand::Open(opening) => open(books, opening)?,
        AccountCommand::TakeOver(it) => opening::check(books, context, it)?,
        AccountCommand::Close(closing) => {
            existing(books, "account", closing.account)?;
        }
        AccountCommand::ReceiveCash(cash) => receive(books, context, cash)?,
        AccountCommand::PayCash(cash) => pay(books, cash)?,
        AccountCommand::CreditInterest(interest) => {
            existing(books, "account", interest.account)?;
            moves(books, interest.movement, interest.fund)?;
            comes_in(books, interest.account, interest.fund, interest.amount_fen)?;
        }
        AccountCommand::Transfer(cash) => transfer(books, cash)?,
        AccountCommand::AgreeCustody(agreement) => agree(books, agreement)?,
        AccountCommand::ReleaseCustody(release) => {
            let (field, subject) = ("custody", release.custody.into());
            let custody = books.custodies.get(release.custody);
            let custody = custody.ok_or(Rejection::NotFound { field, subject })?;
            let amount = release.amount_fen;
            summable(custody.released, amount)?;
            let (released, _) = kept(books, custody.agreement.account);
            exact("amount_fen", amount, &[released], amount)?;
        }
    }
    // After this point the command succeeds, unless policy forbids it.
    Ok(vec![command.clone().into_event()])
}

fn open(books: &Books, opening: &AccountOpening) -> Result<(), Rejection> {
    if books.accounts.contains(opening.account) {
        let (field, subject) = ("account", opening.account.into());
        return Err(Rejection::AlreadyExists { field, subject });
    }
    existing_unit(books, "owner", opening.owner)?;
    // An account's number may be somebody's card: only its tail is stored (V21).
    let digits = opening.masked_number.as_str().chars();
    if digits.filter(|c| c.is_numeric()).count() > MASKED_DIGITS_MAX {
        return Err(Rejection::BadField {
            field: "masked_number",
            why: "no more than the last four digits may be stored; mask the others",
            why_zh: "账号只能保留末四位数字,其余须以 * 代替",
        });
    }
    Ok(())
}

/// What bank statements and vouchers show of an account's number.
const MASKED_DIGITS_MAX: usize = 4;

fn receive(books: &Books, context: &Context, cash: &CashReceipt) -> Result<(), Rejection> {
    existing(books, "account", cash.account)?;
    moves(books, cash.movement, cash.fund)?;
    match cash.from {
        // A bank line may name anybody: stored, with an alert (V4).
        Some(unit) if context.intake == Intake::Control => {
            existing_unit(books, "from", unit)?;
        }
        Some(_) | None => {}
    }
    if let Some(payment) = cash.payment {
        existing_payment(books, "payment", payment)?;
        if cash.nature != CashNature::Returned {
            return Err(Rejection::BadField {
                field: "payment",
                why: "only cash that was returned names the payment that came back",
                why_zh: "只有退回的资金可以写明原支付",
            });
        }
    }
    comes_in(books, cash.account, cash.fund, cash.amount_fen)?;
    carried(books, cash.payment, cash.amount_fen, true)
}

fn pay(books: &Books, cash: &CashPayment) -> Result<(), Rejection> {
    existing(books, "account", cash.account)?;
    moves(books, cash.movement, cash.fund)?;
    if let Some(payment) = cash.payment {
        existing_payment(books, "payment", payment)?;
    }
    goes_out(books, cash.account, cash.fund, cash.amount_fen)?;
    carried(books, cash.payment, cash.amount_fen, false)
}

fn transfer(books: &Books, cash: &CashTransfer) -> Result<(), Rejection> {
    existing(books, "from", cash.from)?;
    existing(books, "to", cash.to)?;
    if cash.from == cash.to {
        return Err(Rejection::BadField {
            field: "to",
            why: "an account cannot transfer to itself",
            why_zh: "不得向同一账户划转",
        });
    }
    moves(books, cash.movement, cash.fund)?;
    goes_out(books, cash.from, cash.fund, cash.amount_fen)?;
    comes_in(books, cash.to, cash.fund, cash.amount_fen)
}

fn agree(books: &Books, agreement: &CustodyAgreement) -> Result<(), Rejection> {
    if books.custodies.contains(agreement.custody) {
        let (field, subject) = ("custody", agreement.custody.into());
        return Err(Rejection::AlreadyExists { field, subject });
    }
    if let Some(account) = agreement.account {
        existing(books, "account", account)?;
    }
    existing_unit(books, "principal", agreement.principal)?;
    existing_unit(books, "custodian", agreement.custodian)?;
    if agreement.fee_bp.is_some_and(|fee| fee > 10_000) {
        return Err(Rejection::BadField {
            field: "fee_bp",
            why: "a fee is at most the whole, 10,000 of 10,000",
            why_zh: "代管费率不得超过 100%(10000 个基点)",
        });
    }
    Ok(())
}

/// A new movement, of a batch that there is.
fn moves(books: &Books, movement: MovementId, fund: Option<FundId>) -> Result<(), Rejection> {
    if books.movements.contains(movement) {
        let (field, subject) = ("movement", movement.into());
        return Err(Rejection::AlreadyExists { field, subject });
    }
    match fund {
        Some(fund) => existing_fund(books, "fund", fund).map(|_| ()),
        None => Ok(()),
    }
}

/// The cash of a batch in an account.
#[must_use]
pub fn cash(books: &Books, account: AccountId, fund: Option<FundId>) -> Cash {
    let row = books.cash.get((account, fund));
    row.copied().unwrap_or_default()
}

/// All that came in is exact, and all that went out; so is the difference.
fn comes_in(
    books: &Books,
    account: AccountId,
    fund: Option<FundId>,
    amount: Fen,
) -> Result<(), Rejection> {
    let all = existing(books, "account", account)?.cash.inflow();
    summable(cash(books, account, fund).inflow(), amount)?;
    exact("amount_fen", amount, &[all], amount)
}

fn goes_out(
    books: &Books,
    account: AccountId,
    fund: Option<FundId>,
    amount: Fen,
) -> Result<(), Rejection> {
    let all = existing(books, "account", account)?.cash.outflow();
    summable(cash(books, account, fund).outflow(), amount)?;
    let (_, gone) = kept(books, Some(account));
    exact("amount_fen", amount, &[all, gone], amount)
}

/// What the cash of a payment adds up to stays exact in both directions.
fn carried(
    books: &Books,
    payment: Option<PaymentId>,
    amount: Fen,
    back: bool,
) -> Result<(), Rejection> {
    payable("amount_fen", amount)?;
    let Some(net) = payment.and_then(|payment| books.cash_of_payments.get(payment)) else {
        return Ok(());
    };
    let more = if back { amount.negated() } else { amount };
    exact("amount_fen", amount, &[*net], more)
}

/// What was let go of under the custody of an account, and what has gone.
fn kept(books: &Books, account: Option<AccountId>) -> (Fen, Fen) {
    let row = account.and_then(|account| books.accounts.get(account));
    let kept = row.and_then(|row| row.kept);
    kept.map_or((Fen::ZERO, Fen::ZERO), |kept| (kept.released, kept.gone))
}
