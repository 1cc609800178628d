//! A batch that was there before the book 期初资金: what it was, and what had become of it.

use super::{FundAnnouncement, Holder};
use crate::ids::{OrganisationId, ProjectId};
use crate::money::Fen;
use crate::opening::CutOver;

/// Takes over a batch from before the book 期初: the first record of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FundOpening {
    /// What was announced.
    pub announcement: FundAnnouncement,
    /// Until when the figures count, and what they rest on.
    pub cut_over: CutOver,
    /// Received until then 累计到位, in fen; 0 if nothing was.
    pub received_fen: Fen,
    /// Taken back by the level above the receiver 累计上缴, in fen.
    pub reclaimed_from_top_fen: Fen,
    /// Passed on until then, line by line, less what came back along it.
    #[serde(default)]
    pub lines: Vec<OpeningLine>,
    /// Paid out of projects' budgets until then.
    #[serde(default)]
    pub spent: Vec<OpeningSpending>,
    /// How much of what was received adjustments had added, or taken away if negative 累计调剂.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub adjusted_fen: Fen,
    /// What had been approved for later years 已批结转, holder by holder and year by year.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carried: Vec<OpeningCarry>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde asks for")]
fn is_zero(amount: &Fen) -> bool {
    *amount == Fen::ZERO
}

/// What of a unit's rest had been approved for a later year before the book.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OpeningCarry {
    /// The unit that may use it.
    pub holder: OrganisationId,
    /// Into which year.
    pub to_year: u32,
    /// How much, in fen.
    pub amount_fen: Fen,
}

/// Authority passed on along one line before the book 累计分解下达.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OpeningLine {
    /// The unit that passed it on.
    pub from: OrganisationId,
    /// Who got it.
    pub to: Holder,
    /// How much, less what came back, in fen.
    pub amount_fen: Fen,
}

/// What a project had spent of the batch before the book 累计支付.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OpeningSpending {
    /// The project.
    pub project: ProjectId,
    /// Settled, in fen.
    pub settled_fen: Fen,
    /// Settled and come back, in fen.
    pub returned_fen: Fen,
}
