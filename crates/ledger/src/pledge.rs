//! Responsibility pledges 责任状: who has promised what to whom, level by level.

pub mod rules;

use crate::date::BusinessDate;
use crate::ids::{OrganisationId, PersonId, PledgeId};
use crate::text::{Reference, Text};

/// The most targets of one pledge: a page of them, and far from the longest record.
pub const TARGETS_MAX: usize = 16;

choices! {
    /// How a pledge was kept.
    AssessmentResult {
        Excellent = "excellent" "优秀",
        Good = "good" "良好",
        Qualified = "qualified" "合格",
        Failed = "failed" "不合格",
    }
}

/// Signs a pledge 签订责任状.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PledgeSigning {
    /// The pledge.
    pub pledge: PledgeId,
    /// The unit that demands.
    pub from_unit: OrganisationId,
    /// Who signs for it.
    pub from_person: PersonId,
    /// The unit that promises; below the other one in the area tree.
    pub to_unit: OrganisationId,
    /// Who signs for it, and answers for what it promises.
    pub to_person: PersonId,
    /// What is promised, from 1 to 16.
    pub targets: Vec<Text>,
    /// Its first day.
    pub starts_on: BusinessDate,
    /// Its last day.
    pub ends_on: BusinessDate,
    /// The document.
    pub document: Reference,
}

/// Says how a pledge was kept 考核.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PledgeAssessment {
    /// The pledge.
    pub pledge: PledgeId,
    /// How it was kept.
    pub result: AssessmentResult,
    /// The document that says so.
    pub document: Reference,
    /// What was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<Text>,
}

/// What may be asked of `pledge`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PledgeCommand {
    /// `pledge.sign`
    Sign(PledgeSigning),
    /// `pledge.assess`
    Assess(PledgeAssessment),
}

/// What has happened to `pledge`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PledgeEvent {
    /// `pledge.signed`
    Signed(PledgeSigning),
    /// `pledge.assessed`
    Assessed(PledgeAssessment),
}

crate::noun! { "pledge" Pledge PledgeCommand PledgeEvent
    Sign "sign" => Signed "signed",
    Assess "assess" => Assessed "assessed",
}
