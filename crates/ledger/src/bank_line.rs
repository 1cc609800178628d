//! Bank lines 银行流水: what the bank's statement says, matched one to one with what the books say.

pub mod rules;

use crate::date::BusinessDate;
use crate::ids::{AccountId, BankLineId, ItemId, MovementId, PaymentId};
use crate::money::Fen;
use crate::text::{Name, Reference, Text};

choices! {
    /// Which way the money went, seen from the account.
    Direction {
        In = "in" "收入",
        Out = "out" "支出",
    }
}

/// Enters a line of a bank statement by hand. The same line twice is one: its identity is account,
/// value date, bank sequence, amount, direction and remark.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LineEntry {
    /// The line.
    pub line: BankLineId,
    /// The account whose statement it is.
    pub account: AccountId,
    /// The day on which the bank booked it: an exact day 记账日期.
    pub value_date: BusinessDate,
    /// Which way the money went.
    pub direction: Direction,
    /// How much.
    pub amount_fen: Fen,
    /// The bank's own number of the line 流水号.
    pub bank_sequence: Reference,
    /// The other side, where it is an organisation; never a natural person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<Name>,
    /// The bank's remark 摘要.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Text>,
}

/// Money that came back for a rectification item 追缴到账: the record that says so.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    crate::form::Form,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecoveryTarget {
    /// The item.
    pub item: ItemId,
    /// The place of its `item.recovery_received` in the ledger.
    pub seq: u64,
}

/// What a line is matched with.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    crate::form::Form,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MatchTarget {
    /// A payment, whose cash was not recorded as a movement: what was settled, for a line out;
    /// what was returned, for a line in.
    Payment(PaymentId),
    /// A movement of cash; of a transfer the leg in the line's account.
    Movement(MovementId),
    /// Money that came back for an item, for a line in.
    Recovery(RecoveryTarget),
}

/// A second person confirms what a line is 确认对账.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LineConfirmation {
    /// The line.
    pub line: BankLineId,
    /// What it is.
    pub target: MatchTarget,
}

/// Takes a match back: this one only 撤销对账.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LineRevocation {
    /// The line.
    pub line: BankLineId,
    /// Why.
    pub reason: Text,
}

/// What may be asked of `bank_line`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BankLineCommand {
    /// `bank_line.enter`
    Enter(LineEntry),
    /// `bank_line.confirm`
    Confirm(LineConfirmation),
    /// `bank_line.revoke`
    Revoke(LineRevocation),
}

/// What has happened to `bank_line`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BankLineEvent {
    /// `bank_line.entered`
    Entered(LineEntry),
    /// `bank_line.confirmed`
    Confirmed(LineConfirmation),
    /// `bank_line.revoked`
    Revoked(LineRevocation),
}

crate::noun! { "bank_line" BankLine BankLineCommand BankLineEvent
    Enter "enter" => Entered "entered",
    Confirm "confirm" => Confirmed "confirmed",
    Revoke "revoke" => Revoked "revoked",
}
