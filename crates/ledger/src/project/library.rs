//! Before a project is approved: declared, reviewed, in the year plan.

use super::PlannedSource;
use crate::date::BusinessDate;
use crate::ids::{OrganisationId, ProjectId};
use crate::money::Fen;
use crate::text::{Name, Reference, Text};

choices! {
    /// A review beyond the town's and the county's that a project may need.
    ProjectReviewKind {
        Expert = "expert" "专家评审",
        Prefecture = "prefecture" "州市复核",
        Province = "province" "省级复核",
    }
    /// How a review ended.
    ProjectReviewResult {
        Passed = "passed" "通过",
        Returned = "returned" "退回",
    }
}

/// Declares a project that a village asks for 村申报.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProjectDeclaration {
    /// The project.
    pub project: ProjectId,
    /// Its number among the declarations 申报编号; in the library it gets another.
    pub number: Reference,
    /// Its name.
    pub name: Name,
    /// The village that declares it.
    pub village: OrganisationId,
    /// The unit that is to carry it out.
    pub implementing_unit: OrganisationId,
    /// What is to be built or bought.
    pub content: Text,
    /// What it is to achieve 绩效目标; without one it cannot start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance_target: Option<Text>,
    /// The planned money; adds up to `planned_fen`.
    pub planned: Vec<PlannedSource>,
    /// The planned total.
    pub planned_fen: Fen,
    /// What kind of project it is 项目类型, in the library's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Name>,
    /// How many households are to benefit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beneficiary_households: Option<u32>,
    /// When it is to start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<BusinessDate>,
    /// When it is to be complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completes_on: Option<BusinessDate>,
    /// The reviews that it needs after the county's, before it enters a year plan or is approved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reviews: Vec<ProjectReviewKind>,
}

/// The town's review of a declaration 乡镇初审.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TownReview {
    /// The project.
    pub project: ProjectId,
    /// How it ended; one that was returned stays declared.
    pub result: ProjectReviewResult,
    /// What the town says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opinion: Option<Text>,
    /// The document that says so.
    pub document: Reference,
}

/// A review of a project in the library: by experts, or by a higher level.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProjectReview {
    /// The project.
    pub project: ProjectId,
    /// Which one.
    pub review: ProjectReviewKind,
    /// How it ended.
    pub result: ProjectReviewResult,
    /// What the reviewers say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opinion: Option<Text>,
    /// The document that says so.
    pub document: Reference,
}

/// Takes a project into a year plan 年度计划.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct YearPlan {
    /// The project.
    pub project: ProjectId,
    /// The year of the plan.
    pub year: u32,
    /// The document of the plan.
    pub document: Reference,
}
