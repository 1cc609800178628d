//! Milestones 项目节点: progress as numerator and denominator, reported and verified.

pub mod rules;

use crate::ids::{MilestoneId, ProjectId, VisitId};
use crate::text::{Name, Text};

choices! {
    /// By what the parts of a project are weighed against each other.
    Weighting {
        /// Every milestone counts the same.
        Count = "count" "按项数",
        /// By physical quantity.
        Quantity = "quantity" "按工程量",
        /// By money.
        Money = "money" "按金额",
    }
}

/// Defines a milestone.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MilestoneDefinition {
    /// The milestone.
    pub milestone: MilestoneId,
    /// Its project.
    pub project: ProjectId,
    /// What is to be done.
    pub name: Name,
    /// How much of it there is in all: the denominator.
    pub total: u64,
    /// What is counted: 亩, 户, 米.
    pub unit: Name,
    /// By what it is weighed.
    pub weighting: Weighting,
    /// Its weight in the project's progress; a preparatory milestone has 0.
    pub weight: u32,
    /// Preparation (surveys, lists, registration) rather than the work itself.
    #[serde(default)]
    pub preparatory: bool,
}

/// How far a milestone has come, as somebody says or found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// The milestone.
    pub milestone: MilestoneId,
    /// The numerator; an observed one above the denominator is stored with an alert.
    pub done: u64,
    /// The denominator; must be the defined one.
    pub total: u64,
    /// The unit; must be the defined one.
    pub unit: Name,
    /// The weighting; must be the defined one.
    pub weighting: Weighting,
    /// Found on the site rather than on paper.
    #[serde(default)]
    pub on_site: bool,
    /// What is worth saying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Text>,
    /// The visit to the site on which it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_visit: Option<VisitId>,
}

/// What may be asked of `milestone`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MilestoneCommand {
    /// `milestone.define`
    Define(MilestoneDefinition),
    /// `milestone.report`
    Report(Progress),
    /// `milestone.verify`
    Verify(Progress),
}

/// What has happened to `milestone`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MilestoneEvent {
    /// `milestone.defined`
    Defined(MilestoneDefinition),
    /// `milestone.reported`
    Reported(Progress),
    /// `milestone.verified`
    Verified(Progress),
}

crate::noun! { "milestone" Milestone MilestoneCommand MilestoneEvent
    Define "define" => Defined "defined",
    Report "report" => Reported "reported",
    Verify "verify" => Verified "verified",
}
