//! Accounts 账户 and the cash in them: who holds whose money, and of which batch it is.
//!
//! Every movement of cash has an identity of its own, so that a bank line can be matched with it.

mod opening;
pub mod rules;

pub use opening::{AccountTakeover, OpeningBalance};

use crate::ids::{AccountId, CustodyId, FundId, MovementId, OrganisationId, PaymentId};
use crate::money::Fen;
use crate::text::{Name, Reference, Text};

choices! {
    /// What sort of account it is.
    AccountKind {
        ZeroBalance = "zero_balance" "国库零余额账户",
        FiscalSpecial = "fiscal_special" "财政专户",
        Custody = "custody" "代管账户",
        Unit = "unit" "单位实有资金账户",
        VillageCollective = "village_collective" "村集体账户",
        PayrollAgent = "payroll_agent" "代发户",
        NonTax = "non_tax" "非税账户",
    }
    /// What cash that comes in is: a term of equation 4.
    CashNature {
        /// New money.
        Received = "received" "拨入",
        /// Paid by this account, and sent back by the bank.
        Returned = "returned" "退回",
        /// Got back from somebody who should not have it.
        Recovered = "recovered" "追回",
    }
}

/// Opens an account.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AccountOpening {
    /// The account.
    pub account: AccountId,
    /// What sort it is.
    pub kind: AccountKind,
    /// Whose it is.
    pub owner: OrganisationId,
    /// The bank that keeps it 开户银行.
    pub bank: Name,
    /// Its number with all but the last four digits masked: `****1234`.
    pub masked_number: Reference,
}

/// Closes an empty account 销户.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AccountClosing {
    /// The account.
    pub account: AccountId,
    /// Why.
    pub reason: Text,
}

/// Cash comes in 资金到位. The value date is the day on which it occurred.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CashReceipt {
    /// The account.
    pub account: AccountId,
    /// The movement of cash.
    pub movement: MovementId,
    /// What it is.
    pub nature: CashNature,
    /// Of which batch; none while nobody knows 来源待查.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fund: Option<FundId>,
    /// How much.
    pub amount_fen: Fen,
    /// The bank's reference.
    pub bank_reference: Reference,
    /// Who sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<OrganisationId>,
    /// The payment that came back; only for what was returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
}

/// Cash goes out to somebody.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CashPayment {
    /// The account.
    pub account: AccountId,
    /// The movement of cash.
    pub movement: MovementId,
    /// Of which batch; none while nobody knows 来源待查.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fund: Option<FundId>,
    /// The payment that it carries out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
    /// How much.
    pub amount_fen: Fen,
    /// The bank's reference.
    pub bank_reference: Reference,
}

/// The bank pays interest 利息.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Interest {
    /// The account.
    pub account: AccountId,
    /// The movement of cash.
    pub movement: MovementId,
    /// The batch that earned it; none while nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fund: Option<FundId>,
    /// How much.
    pub amount_fen: Fen,
}

/// Cash goes from one account of this ledger to another: one movement, two legs.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CashTransfer {
    /// The account that it leaves.
    pub from: AccountId,
    /// The account that it reaches.
    pub to: AccountId,
    /// The movement of cash.
    pub movement: MovementId,
    /// Of which batch; none while nobody knows 来源待查.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fund: Option<FundId>,
    /// How much.
    pub amount_fen: Fen,
    /// The bank's reference.
    pub bank_reference: Reference,
}

/// One organisation keeps the money of another 代管协议.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CustodyAgreement {
    /// The agreement.
    pub custody: CustodyId,
    /// The account in which it is kept, where it is known here. A later agreement over the same
    /// account takes the place of an earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Whose money it is 委托方.
    pub principal: OrganisationId,
    /// Who keeps it 代管方.
    pub custodian: OrganisationId,
    /// What was agreed.
    pub terms: Text,
    /// The custodian's fee in 1/10,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_bp: Option<u32>,
    /// The agreement's number.
    pub document: Reference,
}

/// The custodian lets go of money that it keeps 代管拨付. This moves no cash: from a kept account
/// no more goes out than was let go of.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CustodyRelease {
    /// The agreement.
    pub custody: CustodyId,
    /// Number of the claim for which it is released 报账单号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Reference>,
    /// How much.
    pub amount_fen: Fen,
}

/// What may be asked of `account`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AccountCommand {
    /// `account.open`
    Open(AccountOpening),
    /// `account.close`
    Close(AccountClosing),
    /// `account.receive_cash`
    ReceiveCash(CashReceipt),
    /// `account.pay_cash`
    PayCash(CashPayment),
    /// `account.credit_interest`
    CreditInterest(Interest),
    /// `account.transfer`
    Transfer(CashTransfer),
    /// `account.agree_custody`
    AgreeCustody(CustodyAgreement),
    /// `account.release_custody`
    ReleaseCustody(CustodyRelease),
    /// `account.take_over`
    TakeOver(AccountTakeover),
}

/// What has happened to `account`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AccountEvent {
    /// `account.opened`
    Opened(AccountOpening),
    /// `account.closed`
    Closed(AccountClosing),
    /// `account.cash_received`
    CashReceived(CashReceipt),
    /// `account.cash_paid`
    CashPaid(CashPayment),
    /// `account.interest_credited`
    InterestCredited(Interest),
    /// `account.transferred`
    Transferred(CashTransfer),
    /// `account.custody_agreed`
    CustodyAgreed(CustodyAgreement),
    /// `account.custody_released`
    CustodyReleased(CustodyRelease),
    /// `account.taken_over`
    TakenOver(AccountTakeover),
}

crate::noun! { "account" Account AccountCommand AccountEvent
    Open "open" => Opened "opened",
    Close "close" => Closed "closed",
    ReceiveCash "receive_cash" => CashReceived "cash_received",
    PayCash "pay_cash" => CashPaid "cash_paid",
    CreditInterest "credit_interest" => InterestCredited "interest_credited",
    Transfer "transfer" => Transferred "transferred",
    AgreeCustody "agree_custody" => CustodyAgreed "custody_agreed",
    ReleaseCustody "release_custody" => CustodyReleased "custody_released",
    TakeOver "take_over" => TakenOver "taken_over",
}
