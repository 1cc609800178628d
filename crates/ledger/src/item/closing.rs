//! How an item ends: verified and closed, refuted, abandoned, or closed long ago on paper.

use crate::date::BusinessDate;
use crate::digest::Digest;
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

/// Finds, while an item is being put right, that there was no problem 认定不属实: by whose authority,
/// with proof.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Refutation {
    /// The item.
    pub item: ItemId,
    /// The authority that decided it.
    pub authority: Name,
    /// Its document.
    pub document: Reference,
    /// Why.
    pub reason: Text,
    /// SHA-256 of the file that shows it.
    pub sha256: Digest,
    /// When that was taken; not before the day of issue.
    pub captured_on: BusinessDate,
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
