//! An account that held cash before the book 期初账户.

use super::AccountOpening;
use crate::ids::FundId;
use crate::money::Fen;
use crate::opening::CutOver;

/// Takes over an account from before the book 期初: the first record of it. It counts as opened on
/// the cut-over day.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AccountTakeover {
    /// The account.
    pub opening: AccountOpening,
    /// Until when the balances count, and what they rest on.
    pub cut_over: CutOver,
    /// What was in it then 期初余额, batch by batch; none if it was empty.
    #[serde(default)]
    pub balances: Vec<OpeningBalance>,
}

/// What was in an account before the book 期初余额.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OpeningBalance {
    /// Of which batch; none while nobody knows 来源待查.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fund: Option<FundId>,
    /// How much, in fen.
    pub amount_fen: Fen,
}
