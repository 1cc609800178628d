//! Projects 项目: from the library to acceptance.

pub mod rules;

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
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlannedSource {
    /// Where it comes from.
    pub source_kind: SourceKind,
    /// How much.
    pub amount_fen: Fen,
}

/// Enters a project into the library 入库.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
}

/// Approves a project and its budget 立项.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
}

/// A step of a project that needs no more than its date.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProjectStep {
    /// The project.
    pub project: ProjectId,
    /// What is worth saying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Text>,
}

/// Accepts a completed project 验收.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
}

/// What may be asked of `project`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
}

/// What has happened to `project`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
}

crate::noun! { "project" Project ProjectCommand ProjectEvent
    EnterLibrary "enter_library" => EnteredLibrary "entered_library",
    Approve "approve" => Approved "approved",
    CheckGate "check_gate" => GateChecked "gate_checked",
    Start "start" => Started "started",
    Complete "complete" => Completed "completed",
    Accept "accept" => Accepted "accepted",
}
