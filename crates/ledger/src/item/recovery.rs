//! Money that comes back before an item is closed.

use crate::ids::{ItemId, PaymentId};
use crate::money::Fen;
use crate::text::{Name, Reference, Text};

choices! {
    /// How money came back, if not into an account whose statement shows it. Neither waits for a
    /// bank line, and so neither is recorded by the responsible unit itself.
    RecoveryWay {
        /// Paid in as non-tax revenue, by a treasury receipt 非税收入缴款书.
        NonTax = "non_tax" "非税缴库",
        /// Less was paid out to whoever owes it.
        Offset = "offset" "抵扣",
    }
}

/// Money demanded back or received back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Recovery {
    /// The item.
    pub item: ItemId,
    /// How much.
    pub amount_fen: Fen,
    /// The demand's number, or the bank's reference; of a non-tax receipt its number, of an offset
    /// the document that agrees it.
    pub reference: Reference,
    /// How it came back; left out of a demand, and where it came into an account, to be matched
    /// with its bank line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<RecoveryWay>,
    /// Of an offset: the later payment of which so much less was paid out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
    /// Of an offset: the payment by which too much had been paid, to the same payee. Left out where
    /// a responsible unit, one below it or the responsible person owes the money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overpaid: Option<PaymentId>,
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
