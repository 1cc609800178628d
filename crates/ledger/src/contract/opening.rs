//! A contract that was signed before the book 期初合同.

use super::ContractSigning;
use crate::date::BusinessDate;
use crate::money::Fen;
use crate::opening::CutOver;

/// Takes over a contract from before the book 期初: the first record of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ContractOpening {
    /// What was signed.
    pub signing: ContractSigning,
    /// Until when the figures count, and what they rest on.
    pub cut_over: CutOver,
    /// When it was signed.
    pub signed_on: BusinessDate,
    /// By how much approved changes had moved the price 累计变更, in fen; negative if it fell.
    pub changes_delta_fen: Fen,
    /// Paid on it until then, less what came back 累计已付, in fen.
    pub paid_fen: Fen,
    /// The last stage of the plan that had been reached, counted from 1; 0 if none but the signing.
    pub reached_stage: u32,
}
