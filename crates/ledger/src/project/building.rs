//! From the tender to the last day of work.

use crate::date::BusinessDate;
use crate::ids::{OrganisationId, PersonId, ProjectId, VisitId};
use crate::money::Fen;
use crate::text::{Reference, Text};

choices! {
    /// How a supplier is chosen.
    TenderMethod {
        Open = "open" "公开招标",
        Invited = "invited" "邀请招标",
        Negotiation = "negotiation" "竞争性谈判",
        Consultation = "consultation" "竞争性磋商",
        Inquiry = "inquiry" "询价",
        SingleSource = "single_source" "单一来源",
        Comparison = "comparison" "比选",
        /// The villagers decide together, case by case.
        VillageDecision = "village_decision" "一事一议",
    }
}

/// Asks for tenders 招标; once for each lot.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Tender {
    /// The project.
    pub project: ProjectId,
    /// How the supplier is to be chosen.
    pub method: TenderMethod,
    /// The estimate, or the highest price allowed.
    pub estimate_fen: Fen,
    /// The document that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Reference>,
}

/// Gives a lot to a supplier 中标.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Award {
    /// The project.
    pub project: ProjectId,
    /// Who gets it.
    pub supplier: OrganisationId,
    /// For how much.
    pub price_fen: Fen,
    /// The notice of award 中标通知书.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Reference>,
}

/// What was found on the site; when, is the record's business date.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SiteVisit {
    /// The project.
    pub project: ProjectId,
    /// The visit, which a verification of progress may name.
    pub visit: VisitId,
    /// Who was there.
    pub visitors: Vec<PersonId>,
    /// What they found.
    pub finding: Text,
}

/// Gives a project new dates 调整.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Replanning {
    /// The project.
    pub project: ProjectId,
    /// Why.
    pub reason: Text,
    /// When it is to start now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<BusinessDate>,
    /// When it is to be complete now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completes_on: Option<BusinessDate>,
    /// Who approved the new dates.
    pub approver: PersonId,
    /// The document that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Reference>,
}

/// Suspends a project, ends it 终止, or takes it out of the library 出库.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProjectReason {
    /// The project.
    pub project: ProjectId,
    /// Why.
    pub reason: Text,
    /// The document that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Reference>,
}
