//! An item that was under way before the book 期初事项.

use super::ItemDraft;
use super::rules::State;
use crate::date::BusinessDate;
use crate::money::Fen;
use crate::opening::CutOver;

/// Takes over an open item from before the book 期初: the first record of it. Its measures are
/// added afterwards, with their evidence; one that was closed comes in by `item.import_closure`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemOpening {
    /// What the list says of it.
    pub draft: ItemDraft,
    /// Until when the figures count, and what they rest on.
    pub cut_over: CutOver,
    /// Where it stood then: issued, acknowledged, plan submitted, in progress, long term or
    /// suspended. A closure that was asked for is asked for again here, where names count.
    pub state: State,
    /// When it was issued.
    pub issued_on: BusinessDate,
    /// The days to which it had been extended 已批准延期至, oldest first.
    #[serde(default)]
    pub extensions: Vec<BusinessDate>,
    /// For how many days its clock had stood still since the last extension, or since the issue.
    pub suspended_days: u32,
    /// Demanded back until then 累计责令追缴, in fen.
    pub demanded_fen: Fen,
    /// Received back until then 累计追缴到账, in fen.
    pub received_fen: Fen,
    /// Given up until then 累计核免, in fen.
    pub waived_fen: Fen,
}
