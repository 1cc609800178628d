//! Lists 清单: rosters, bank statements and tables, recorded one line a record. A list is started
//! and completed, and until it is completed nothing of it counts; one that was left unfinished is
//! resumed at its next line, or dropped.

pub mod digest;
pub mod rules;

use crate::bank_line::LineEntry;
use crate::date::BusinessDate;
use crate::digest::Digest;
use crate::ids::{AccountId, FundId, ListId, OrganisationId, PersonId};
use crate::money::Fen;
use crate::personal::PersonalText;
use crate::text::{Name, Reference, Text};

/// The most lines of a roster or a table: more households than a county has.
pub const LINES_MAX: u32 = 1_000_000;

/// The most lines of a bank statement, all of which become bank lines at its completion, while the
/// writer waits: some tenths of a second. A longer one is several, of fewer days each.
pub const STATEMENT_LINES_MAX: u32 = 100_000;

/// What persons are to be paid by one programme for one period 发放花名册.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Roster {
    /// The programme 补贴项目.
    pub programme: Name,
    /// The period 补贴期: `2018`, `2018年秋季学期`.
    pub period: Reference,
    /// What it is for 用途代码.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose_code: Option<Reference>,
    /// The batch that pays it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fund: Option<FundId>,
    /// What its entries come to.
    pub total_fen: Fen,
}

/// What a bank says of an account for some days 对账单.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The account.
    pub account: AccountId,
    /// The first day: an exact one.
    pub from: BusinessDate,
    /// The last day: an exact one.
    pub to: BusinessDate,
    /// The balance before the first line 期初余额.
    pub opening_fen: Fen,
    /// The balance after the last line 期末余额.
    pub closing_fen: Fen,
}

/// Figures that somebody states 数据表.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FigureTable {
    /// What it is called.
    pub name: Name,
    /// Who states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// As of when, or for which period.
    pub as_of: BusinessDate,
}

/// Which of the three a list is, and what its head says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ListKind {
    /// Who is to be paid what.
    Roster(Roster),
    /// What a bank says of an account.
    Statement(Statement),
    /// Figures.
    Table(FigureTable),
}

/// Begins a list. Nothing of it counts until it is completed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListStart {
    /// The list.
    pub list: ListId,
    /// Its number 清单编号.
    pub number: Reference,
    /// The document of which it is a copy: its number, or the name of the file.
    pub document: Reference,
    /// How many lines it has: at most [`LINES_MAX`], of a statement [`STATEMENT_LINES_MAX`].
    pub count: u32,
    /// The digest over all its lines, as [`digest::Running`] makes it.
    pub digest: Digest,
    /// Which of the three it is.
    pub kind: ListKind,
}

/// What somebody is to be paid.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RosterEntry {
    /// Who: a person or a household.
    pub subject: PersonId,
    /// How much.
    pub amount_fen: Fen,
    /// Why they are paid once more for this period 补发原因.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reissue_reason: Option<Text>,
    /// A remark about them; no part of the digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<PersonalText>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// What it is the figure of 指标代码.
    pub key: Reference,
    /// How much, in whole units: at most 2^53 − 1 either way, so that JSON holds it.
    pub value: i64,
    /// The unit.
    pub unit: Name,
}

/// What a line of a list says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ListLine {
    /// Of a roster.
    Entry(RosterEntry),
    /// Of a bank statement.
    BankLine(Box<LineEntry>),
    /// Of a table.
    Figure(Figure),
}

/// Adds the next line to a list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LineAddition {
    /// The list.
    pub list: ListId,
    /// The line's number in the list: from 1, without gaps.
    pub line_number: u32,
    /// What it says.
    pub content: ListLine,
}

/// Says that all lines are there: from now on they count.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListCompletion {
    /// The list.
    pub list: ListId,
}

/// Gives a list up 作废: none of its lines will ever count.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListDropping {
    /// The list.
    pub list: ListId,
    /// Why.
    pub reason: Text,
}

/// What may be asked of `list`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ListCommand {
    /// `list.start`
    Start(ListStart),
    /// `list.add_line`
    AddLine(LineAddition),
    /// `list.complete`
    Complete(ListCompletion),
    /// `list.drop`
    Drop(ListDropping),
}

/// What has happened to `list`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ListEvent {
    /// `list.started`
    Started(ListStart),
    /// `list.line_added`
    LineAdded(LineAddition),
    /// `list.completed`
    Completed(ListCompletion),
    /// `list.dropped`
    Dropped(ListDropping),
}

crate::noun! { "list" List ListCommand ListEvent
    Start "start" => Started "started",
    AddLine "add_line" => LineAdded "line_added",
    Complete "complete" => Completed "completed",
    Drop "drop" => Dropped "dropped",
}
