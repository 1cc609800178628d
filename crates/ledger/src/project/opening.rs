//! A project that was under way before the book 期初项目.

use super::rules::ProjectState;
use super::{Gate, GateResult, PlannedSource, ProjectEntry};
use crate::date::BusinessDate;
use crate::opening::CutOver;

/// Takes over a project from before the book 期初: the first record of it. Its milestones are
/// defined afterwards, and each reports how far it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProjectOpening {
    /// What it was entered into the library with.
    pub entry: ProjectEntry,
    /// Until when the figures count, and what they rest on.
    pub cut_over: CutOver,
    /// How far it was then: from the library on. One that stood still is taken over as it was when
    /// it stopped, and suspended here; one that was given up is not taken over.
    pub state: ProjectState,
    /// The approved money, once it was approved.
    #[serde(default)]
    pub budget: Vec<PlannedSource>,
    /// When it started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_on: Option<BusinessDate>,
    /// When it was complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_on: Option<BusinessDate>,
    /// When it was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_on: Option<BusinessDate>,
    /// The five systems that had been checked.
    #[serde(default)]
    pub gates: Vec<OpeningGate>,
}

/// One of the five systems, as it was found before the book.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OpeningGate {
    /// Which system.
    pub gate: Gate,
    /// What was found.
    pub result: GateResult,
}
