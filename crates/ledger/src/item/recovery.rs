//! Money that comes back before an item is closed.

use crate::ids::ItemId;
use crate::money::Fen;
use crate::text::{Name, Reference, Text};

/// Money demanded back or received back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Recovery {
    /// The item.
    pub item: ItemId,
    /// How much.
    pub amount_fen: Fen,
    /// The demand's number, or the bank's reference.
    pub reference: Reference,
}

/// Gives up recovering money, by whose authority.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecoveryWaiver {
    /// The item.
    pub item: ItemId,
    /// How much.
    pub amount_fen: Fen,
    /// The authority that decided it.
    pub authority: Name,
    /// Why.
    pub reason: Text,
}
