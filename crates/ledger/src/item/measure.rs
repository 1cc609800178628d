//! Measures, and the evidence that they were carried out.

use crate::date::BusinessDate;
use crate::digest::Digest;
use crate::ids::{ItemId, MeasureId, OrganisationId, PersonId};
use crate::text::Text;

choices! {
    /// What a measure is.
    MeasureKind {
        Ordinary = "ordinary" "整改措施",
        /// A rule that keeps the problem from coming back; a common item needs one.
        Institutional = "institutional" "建章立制",
    }
}

/// Adds a measure, or changes one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// The item.
    pub item: ItemId,
    /// The measure.
    pub measure: MeasureId,
    /// Ordinary or institutional.
    pub kind: MeasureKind,
    /// What will be done.
    pub description: Text,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<BusinessDate>,
    /// The unit that carries it out; the responsible unit if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_unit: Option<OrganisationId>,
    /// The official who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_person: Option<PersonId>,
}

/// Says that a measure is done.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MeasureResult {
    /// The item.
    pub item: ItemId,
    /// The measure.
    pub measure: MeasureId,
    /// What came of it.
    pub result: Text,
}

/// Names an evidence file for a measure 佐证.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The item.
    pub item: ItemId,
    /// The measure it proves.
    pub measure: MeasureId,
    /// The file's SHA-256.
    pub sha256: Digest,
    /// When it was taken; evidence counts only from the day of issue on.
    pub captured_on: BusinessDate,
    /// What it shows.
    pub description: Text,
}

/// Takes evidence back; the record of it stays.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EvidenceRetraction {
    /// The item.
    pub item: ItemId,
    /// The file's SHA-256.
    pub sha256: Digest,
    /// Why.
    pub reason: Text,
}
