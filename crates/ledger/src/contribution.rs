//! Contributions 配套/自筹: what others have promised to a project, and what of it came.
//!
//! A part may be promised of which nobody knows the source 来源待查; it is shown as such until
//! somebody says what it was.

pub mod rules;

use crate::fund::SourceKind;
use crate::ids::{AccountId, ContributionId, OrganisationId, PersonId, ProjectId};
use crate::money::Fen;
use crate::project::PlannedSource;
use crate::text::Reference;

/// Promises money or work to a project 承诺配套.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ContributionPledge {
    /// The contribution.
    pub contribution: ContributionId,
    /// The project it is for.
    pub project: ProjectId,
    /// Where the known part comes from; none if nothing of it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_kind: Option<SourceKind>,
    /// Who promises it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<OrganisationId>,
    /// How much in all.
    pub amount_fen: Fen,
    /// The part of it of which nobody knows the source 来源待查.
    #[serde(default)]
    pub undetermined_fen: Fen,
}

/// Promised money has come.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ContributionArrival {
    /// The contribution.
    pub contribution: ContributionId,
    /// How much.
    pub amount_fen: Fen,
    /// Of which of its sources; where there is only one, it need not be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_kind: Option<SourceKind>,
    /// The account that it reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The bank's reference; none for cash from hand to hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_reference: Option<Reference>,
}

/// Promised work was done 投工投劳.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct InKind {
    /// The contribution.
    pub contribution: ContributionId,
    /// How many days of labour.
    pub labour_days: u64,
    /// What a day is worth.
    pub unit_price_fen: Fen,
    /// What all are worth: exactly days times price.
    pub value_fen: Fen,
    /// Who has verified it, other than the recorder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_by: Option<PersonId>,
}

/// Says what an undetermined part was.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ContributionResolution {
    /// The contribution.
    pub contribution: ContributionId,
    /// The sources; no more than is undetermined. What they leave stays undetermined.
    pub parts: Vec<PlannedSource>,
}

/// What may be asked of `contribution`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ContributionCommand {
    /// `contribution.pledge`
    Pledge(ContributionPledge),
    /// `contribution.arrive`
    Arrive(ContributionArrival),
    /// `contribution.contribute_in_kind`
    ContributeInKind(InKind),
    /// `contribution.resolve`
    Resolve(ContributionResolution),
}

/// What has happened to `contribution`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ContributionEvent {
    /// `contribution.pledged`
    Pledged(ContributionPledge),
    /// `contribution.arrived`
    Arrived(ContributionArrival),
    /// `contribution.contributed_in_kind`
    ContributedInKind(InKind),
    /// `contribution.resolved`
    Resolved(ContributionResolution),
}

crate::noun! { "contribution" Contribution ContributionCommand ContributionEvent
    Pledge "pledge" => Pledged "pledged",
    Arrive "arrive" => Arrived "arrived",
    ContributeInKind "contribute_in_kind" => ContributedInKind "contributed_in_kind",
    Resolve "resolve" => Resolved "resolved",
}
