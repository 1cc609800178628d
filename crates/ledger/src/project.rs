//! Projects 项目: from the village's declaration to the years of care.

mod building;
mod closing;
mod library;
mod opening;
pub mod rules;

pub use building::{Award, ProjectReason, Replanning, SiteVisit, Tender, TenderMethod};
pub use closing::{
    Acceptance, AcceptanceFailure, AcceptanceLevel, CareAssignment, FinalAccount, Handover,
    SettlementAudit,
};
pub use library::{
    ProjectDeclaration, ProjectReview, ProjectReviewKind, ProjectReviewResult, TownReview, YearPlan,
};
pub use opening::{OpeningGate, ProjectOpening};

use crate::date::BusinessDate;
use crate::fund::SourceKind;
use crate::ids::{OrganisationId, PersonId, ProjectId};
use crate::money::Fen;
use crate::text::{Name, Reference, Text};

choices! {
    /// The five systems 五制 that a project must have before it starts (M9).
    Gate {
        LegalPerson = "legal_person" "项目法人制",
        Tendering = "tendering" "招标投标制",
        Supervision = "supervision" "工程监理制",
        Contract = "contract" "合同管理制",
        Integrity = "integrity" "廉政责任制",
    }
    /// What the check of a gate found.
    GateResult {
        Passed = "passed" "通过",
        Failed = "failed" "未通过",
        NotApplicable = "not_applicable" "不适用",
    }
}

/// A source of a project's money, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlannedSource {
    /// Where it comes from.
    pub source_kind: SourceKind,
    /// How much.
    pub amount_fen: Fen,
}

/// Enters a project into the library 入库: one that was declared, or one that begins here.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProjectEntry {
    /// The project.
    pub project: ProjectId,
    /// Its number in the library 项目编码.
    pub number: Reference,
    /// Its name.
    pub name: Name,
    /// The unit that carries it out.
    pub implementing_unit: OrganisationId,
    /// The area it serves.
    pub area: OrganisationId,
    /// What is to be built or bought.
    pub content: Text,
    /// What it is to achieve 绩效目标; without one it cannot start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance_target: Option<Text>,
    /// The planned money; adds up to `planned_fen`.
    pub planned: Vec<PlannedSource>,
    /// The planned total.
    pub planned_fen: Fen,
    /// When it is to start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<BusinessDate>,
    /// When it is to be complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completes_on: Option<BusinessDate>,
}

/// Approves a project and its budget 立项.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProjectApproval {
    /// The project.
    pub project: ProjectId,
    /// The approving document.
    pub document: Reference,
    /// The approved money; adds up to `budget_fen`.
    pub budget: Vec<PlannedSource>,
    /// The approved total.
    pub budget_fen: Fen,
}

/// Says that one of the five systems is in place, or why it need not be.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GateCheck {
    /// The project.
    pub project: ProjectId,
    /// Which system.
    pub gate: Gate,
    /// What was found.
    pub result: GateResult,
    /// The document, or the basis on which it does not apply.
    pub basis: Text,
    /// Who approved that it does not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approver: Option<PersonId>,
}

/// A step of a project that needs no more than its date.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProjectStep {
    /// The project.
    pub project: ProjectId,
    /// What is worth saying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Text>,
}

/// What may be asked of `project`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProjectCommand {
    /// `project.enter_library`
    EnterLibrary(ProjectEntry),
    /// `project.approve`
    Approve(ProjectApproval),
    /// `project.check_gate`
    CheckGate(GateCheck),
    /// `project.start`
    Start(ProjectStep),
    /// `project.complete`
    Complete(ProjectStep),
    /// `project.accept`
    Accept(Acceptance),
    /// `project.declare`
    Declare(ProjectDeclaration),
    /// `project.review_in_town`
    ReviewInTown(TownReview),
    /// `project.review`
    Review(ProjectReview),
    /// `project.plan_year`
    PlanYear(YearPlan),
    /// `project.tender`
    Tender(Tender),
    /// `project.award`
    Award(Award),
    /// `project.visit_site`
    VisitSite(SiteVisit),
    /// `project.fail_acceptance`
    FailAcceptance(AcceptanceFailure),
    /// `project.audit_settlement`
    AuditSettlement(SettlementAudit),
    /// `project.approve_final_account`
    ApproveFinalAccount(FinalAccount),
    /// `project.hand_over`
    HandOver(Handover),
    /// `project.assign_care`
    AssignCare(CareAssignment),
    /// `project.replan`
    Replan(Replanning),
    /// `project.suspend`
    Suspend(ProjectReason),
    /// `project.resume`
    Resume(ProjectStep),
    /// `project.terminate`
    Terminate(ProjectReason),
    /// `project.remove`
    Remove(ProjectReason),
    /// `project.take_over`
    TakeOver(ProjectOpening),
}

/// What has happened to `project`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProjectEvent {
    /// `project.entered_library`
    EnteredLibrary(ProjectEntry),
    /// `project.approved`
    Approved(ProjectApproval),
    /// `project.gate_checked`
    GateChecked(GateCheck),
    /// `project.started`
    Started(ProjectStep),
    /// `project.completed`
    Completed(ProjectStep),
    /// `project.accepted`
    Accepted(Acceptance),
    /// `project.declared`
    Declared(ProjectDeclaration),
    /// `project.reviewed_in_town`
    ReviewedInTown(TownReview),
    /// `project.reviewed`
    Reviewed(ProjectReview),
    /// `project.year_planned`
    YearPlanned(YearPlan),
    /// `project.tendered`
    Tendered(Tender),
    /// `project.awarded`
    Awarded(Award),
    /// `project.site_visited`
    SiteVisited(SiteVisit),
    /// `project.acceptance_failed`
    AcceptanceFailed(AcceptanceFailure),
    /// `project.settlement_audited`
    SettlementAudited(SettlementAudit),
    /// `project.final_account_approved`
    FinalAccountApproved(FinalAccount),
    /// `project.handed_over`
    HandedOver(Handover),
    /// `project.care_assigned`
    CareAssigned(CareAssignment),
    /// `project.replanned`
    Replanned(Replanning),
    /// `project.suspended`
    Suspended(ProjectReason),
    /// `project.resumed`
    Resumed(ProjectStep),
    /// `project.terminated`
    Terminated(ProjectReason),
    /// `project.removed`
    Removed(ProjectReason),
    /// `project.taken_over`
    TakenOver(ProjectOpening),
}

crate::noun! { "project" Project ProjectCommand ProjectEvent
    EnterLibrary "enter_library" => EnteredLibrary "entered_library",
    Approve "approve" => Approved "approved",
    CheckGate "check_gate" => GateChecked "gate_checked",
    Start "start" => Started "started",
    Complete "complete" => Completed "completed",
    Accept "accept" => Accepted "accepted",
    Declare "declare" => Declared "declared",
    ReviewInTown "review_in_town" => ReviewedInTown "reviewed_in_town",
    Review "review" => Reviewed "reviewed",
    PlanYear "plan_year" => YearPlanned "year_planned",
    Tender "tender" => Tendered "tendered",
    Award "award" => Awarded "awarded",
    VisitSite "visit_site" => SiteVisited "site_visited",
    FailAcceptance "fail_acceptance" => AcceptanceFailed "acceptance_failed",
    AuditSettlement "audit_settlement" => SettlementAudited "settlement_audited",
    ApproveFinalAccount "approve_final_account" => FinalAccountApproved "final_account_approved",
    HandOver "hand_over" => HandedOver "handed_over",
    AssignCare "assign_care" => CareAssigned "care_assigned",
    Replan "replan" => Replanned "replanned",
    Suspend "suspend" => Suspended "suspended",
    Resume "resume" => Resumed "resumed",
    Terminate "terminate" => Terminated "terminated",
    Remove "remove" => Removed "removed",
    TakeOver "take_over" => TakenOver "taken_over",
}
