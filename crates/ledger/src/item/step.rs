//! Steps that need no more than a word, a reason or the plan.

use crate::ids::{ItemId, OrganisationId};
use crate::text::{Reference, Text};

/// A step of an item that needs no more than its date and a word.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemStep {
    /// The item.
    pub item: ItemId,
    /// What is worth saying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Text>,
}

/// A step of an item that needs a reason.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReasonedStep {
    /// The item.
    pub item: ItemId,
    /// Why.
    pub reason: Text,
}

/// Submits the rectification plan 方案报审.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanSubmission {
    /// The item.
    pub item: ItemId,
    /// The plan in a few words.
    pub plan: Text,
    /// The plan document.
    pub document: Reference,
}

/// Hands the lead to another unit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LeadTransfer {
    /// The item.
    pub item: ItemId,
    /// The unit that leads from now on.
    pub lead_unit: OrganisationId,
    /// Why.
    pub reason: Text,
}
