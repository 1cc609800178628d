//! How an item ends: verified and closed, merged, abandoned, or closed long ago on paper.

use crate::date::BusinessDate;
use crate::ids::{ItemId, PersonId};
use crate::text::{Name, Reference, Text};

choices! {
    /// How a verifier looked.
    VerificationMode {
        OnSite = "on_site" "现场核验",
        OnPaper = "on_paper" "书面核验",
    }
}

/// Says what a verifier found 核验.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// The item.
    pub item: ItemId,
    /// On site or on paper.
    pub mode: VerificationMode,
    /// What was found.
    pub finding: Text,
}

/// Declares that a person may not judge this item 回避.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Recusal {
    /// The item.
    pub item: ItemId,
    /// The person.
    pub person: PersonId,
    /// Why.
    pub reason: Text,
}

/// Merges an item into another one 并案.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemMerger {
    /// The item that ends.
    pub item: ItemId,
    /// The item that goes on.
    pub into: ItemId,
    /// Why.
    pub reason: Text,
}

/// Ends an item that will not be carried out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemAbandonment {
    /// The item.
    pub item: ItemId,
    /// The authority that decided it.
    pub authority: Name,
    /// Why.
    pub reason: Text,
}

/// A closing of former times, taken over from paper; never counted as verified.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HistoricalClosure {
    /// The item.
    pub item: ItemId,
    /// When it was closed.
    pub closed_on: BusinessDate,
    /// The document that says so.
    pub document: Reference,
}
