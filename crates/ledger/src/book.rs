//! The ledger itself 账本: opened, renamed, closed; and its periods, signed off by two.

pub mod rules;

use crate::date::BusinessDate;
use crate::ids::LedgerId;
use crate::text::{Name, Reference, Text};

/// Opens a ledger: always its first record.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BookOpening {
    /// What people call it: 某某县账本.
    pub name: Name,
    /// Administrative division code of its area, GB/T 2260; or a word for a ledger without one.
    pub area: Reference,
    /// The ledgers it continues, as when counties merge.
    #[serde(default)]
    pub predecessors: Vec<Predecessor>,
}

/// A ledger that another one continues, and the last record of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Predecessor {
    /// The ledger before.
    pub ledger: LedgerId,
    /// Its last sequence number.
    pub seq: u64,
    /// Its head hash, 64 hexadecimal digits.
    pub hash: crate::digest::Digest,
}

/// Gives a ledger another name; its identity does not change.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BookRenaming {
    /// The new name.
    pub name: Name,
}

/// Closes a ledger for good.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BookClosing {
    /// The ledger that goes on with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<LedgerId>,
    /// Why, and by whose decision.
    pub reason: Text,
}

/// Says how this ledger is kept. Holds from here on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BookPolicy {
    /// Steps signed on paper may be recorded here, by two persons 允许补录纸质签字.
    pub paper_signatures: bool,
    /// Money that came back for a rectification item counts for its closing only once a bank line
    /// is matched with it 追缴须与银行流水核对 (V16). Without it the record of the receipt counts, as it did
    /// before there were bank lines.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recoveries_by_bank_line: bool,
    /// How many days before its due date an item's unit is reminded 提醒书, from 1 to 365; 15 if left
    /// out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminder_days: Option<u32>,
    /// By how many overdue days an urged unit is warned 告诫书, from 1 to 365; 30 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning_days: Option<u32>,
    /// The document that decides it.
    pub document: Reference,
}

/// Says that the books are complete through a day, for a second person to sign off 封账准备. A record
/// of money before the end of that day takes it back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PeriodPreparation {
    /// The day; or the month, quarter or year with whose last day it ends: `2018-07`.
    pub through: BusinessDate,
    /// The reconciliation with bank and treasury statements that it rests on 对账表.
    pub document: Reference,
}

/// Signs off what somebody else has prepared 封账 (V23): from here on no money is recorded with a
/// day in it, but by a reversal of a later day.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PeriodSignOff {
    /// The day that was prepared.
    pub through: BusinessDate,
}

/// Opens again what was signed off 重新开账, by another person than who signed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PeriodReopening {
    /// The last day that stays signed off; without it none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<BusinessDate>,
    /// Why.
    pub reason: Text,
    /// By whose decision 批准文号.
    pub document: Reference,
}

/// What may be asked of `ledger`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BookCommand {
    /// `ledger.open`
    Open(BookOpening),
    /// `ledger.rename`
    Rename(BookRenaming),
    /// `ledger.close`
    Close(BookClosing),
    /// `ledger.set_policy`
    SetPolicy(BookPolicy),
    /// `ledger.prepare_period`
    PreparePeriod(PeriodPreparation),
    /// `ledger.sign_off_period`
    SignOffPeriod(PeriodSignOff),
    /// `ledger.reopen_period`
    ReopenPeriod(PeriodReopening),
}

/// What has happened to `ledger`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BookEvent {
    /// `ledger.opened`
    Opened(BookOpening),
    /// `ledger.renamed`
    Renamed(BookRenaming),
    /// `ledger.closed`
    Closed(BookClosing),
    /// `ledger.policy_set`
    PolicySet(BookPolicy),
    /// `ledger.period_prepared`
    PeriodPrepared(PeriodPreparation),
    /// `ledger.period_signed_off`
    PeriodSignedOff(PeriodSignOff),
    /// `ledger.period_reopened`
    PeriodReopened(PeriodReopening),
}

crate::noun! { "ledger" Ledger BookCommand BookEvent
    Open "open" => Opened "opened",
    Rename "rename" => Renamed "renamed",
    Close "close" => Closed "closed",
    SetPolicy "set_policy" => PolicySet "policy_set",
    PreparePeriod "prepare_period" => PeriodPrepared "period_prepared",
    SignOffPeriod "sign_off_period" => PeriodSignedOff "period_signed_off",
    ReopenPeriod "reopen_period" => PeriodReopened "period_reopened",
}
