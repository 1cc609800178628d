//! From acceptance to the years of care.

use crate::ids::{OrganisationId, PersonId, ProjectId};
use crate::money::Fen;
use crate::text::{Reference, Text};

choices! {
    /// How final an acceptance is.
    AcceptanceLevel {
        /// A first look; the project stays complete.
        Preliminary = "preliminary" "初验",
        Final = "final" "终验",
    }
}

/// Accepts a completed project 验收.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The project.
    pub project: ProjectId,
    /// Who accepted it besides the recorder.
    #[serde(default)]
    pub team: Vec<PersonId>,
    /// The acceptance document.
    pub document: Reference,
    /// How final it is; without a level it is final.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<AcceptanceLevel>,
}

/// Finds that a completed project cannot be accepted 验收不合格: it goes back to work.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptanceFailure {
    /// The project.
    pub project: ProjectId,
    /// Who found it besides the recorder.
    #[serde(default)]
    pub team: Vec<PersonId>,
    /// The acceptance document.
    pub document: Reference,
    /// How final it would have been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<AcceptanceLevel>,
    /// What must be put right.
    pub reason: Text,
}

/// What the audit of the settlement let stand 结算审计.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SettlementAudit {
    /// The project.
    pub project: ProjectId,
    /// What the builder claimed.
    pub claimed_fen: Fen,
    /// What the audit approved.
    pub approved_fen: Fen,
    /// The audit report.
    pub document: Reference,
}

/// The final account 决算.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FinalAccount {
    /// The project.
    pub project: ProjectId,
    /// What the project has cost in all.
    pub cost_fen: Fen,
    /// What the account says is left 结余; below nothing where it has cost more.
    pub surplus_fen: Fen,
    /// The document that approves it.
    pub document: Reference,
}

/// Hands over what was built 移交.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Handover {
    /// The project.
    pub project: ProjectId,
    /// What is handed over.
    pub asset: Text,
    /// To whom.
    pub to: OrganisationId,
    /// The document that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Reference>,
}

/// Says who keeps what was built 管护.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CareAssignment {
    /// The project.
    pub project: ProjectId,
    /// Who keeps it.
    pub keeper: OrganisationId,
    /// The document that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Reference>,
}
