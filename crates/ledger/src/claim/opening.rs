//! A claim that was approved before the book 期初报账.

use super::ClaimSubmission;
use crate::money::Fen;
use crate::opening::CutOver;

/// Takes over an approved claim from before the book 期初: the first record of it. Its signatures
/// stand on the document.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ClaimOpening {
    /// What was submitted.
    pub submission: ClaimSubmission,
    /// Until when the figures count, and what they rest on.
    pub cut_over: CutOver,
    /// Paid on it until then, less what came back 累计已付, in fen. On a contract that was taken
    /// over too, it is a part of what was paid on that.
    pub paid_fen: Fen,
}
