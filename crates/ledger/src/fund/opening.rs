//! A batch that was there before the book 期初资金: what it was, and what had become of it.

use super::{FundAnnouncement, Holder};
use crate::ids::{OrganisationId, ProjectId};
use crate::money::Fen;
use crate::opening::CutOver;

/// Takes over a batch from before the book 期初: the first record of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
}

/// Authority passed on along one line before the book 累计分解下达.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
