//! Contracts 合同: signed with a plan of payment stages, changed, carried out stage by stage, closed.

mod opening;
pub mod rules;

pub use opening::ContractOpening;

use crate::date::BusinessDate;
use crate::ids::{ContractId, OrganisationId, ProjectId};
use crate::money::Fen;
use crate::text::{Name, Reference, Text};

choices! {
    /// What must have happened before a stage of the plan may be paid, in the order of a contract's
    /// life.
    StageTrigger {
        /// Reached by the signing itself: the advance.
        Signing = "signing" "签订(预付)",
        Progress = "progress" "进度",
        Completion = "completion" "竣工",
        Acceptance = "acceptance" "验收",
        RetentionEnd = "retention_end" "质保期满",
    }
    /// What a change is about.
    ContractChangeKind {
        /// The price stays.
        Duration = "duration" "工期",
        Price = "price" "价款",
        /// The price may stay or change.
        Scope = "scope" "范围",
    }
}

/// A stage of the payment plan 付款节点.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ContractStage {
    /// What must have happened.
    pub trigger: StageTrigger,
    /// What it is called, where several have the same trigger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// How much of the price may be paid in all once it is reached, in 1/10,000: 4:5:1 is 4000,
    /// 9000, 10000.
    pub cumulative_cap_bp: u32,
}

/// Signs a contract; the day of signing 签订日期 is the day on which it occurred.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ContractSigning {
    /// The contract.
    pub contract: ContractId,
    /// The project it is for.
    pub project: ProjectId,
    /// Its number 合同编号.
    pub number: Reference,
    /// Its name.
    pub name: Name,
    /// Who builds or delivers 承包(供货)单位.
    pub supplier: OrganisationId,
    /// The price 合同价款.
    pub price_fen: Fen,
    /// The part kept until the end of the warranty 质保金比例, in 1/10,000.
    pub retention_bp: u32,
    /// The payment plan, in order; the caps rise.
    pub stages: Vec<ContractStage>,
    /// How far payments may run ahead of the verified progress 允许预付比例, in 1/10,000; if left
    /// out, by the cap of the stage `signing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advance_bp: Option<u32>,
    /// When it is to be fulfilled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<BusinessDate>,
    /// The contract's document.
    pub document: Reference,
}

/// Changes a contract 合同变更, with an approval.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ContractChange {
    /// The contract.
    pub contract: ContractId,
    /// What it is about.
    pub kind: ContractChangeKind,
    /// By how much the price rises, or falls if negative; 0 for a change of duration.
    pub delta_fen: Fen,
    /// The document that approves it 变更批复.
    pub document: Reference,
    /// Why.
    pub reason: Text,
    /// The new end; needed for a change of duration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<BusinessDate>,
}

/// Says that a stage of the plan has been reached.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StageReach {
    /// The contract.
    pub contract: ContractId,
    /// Which stage, counted from 1.
    pub stage: u32,
    /// What shows it: the acceptance report, the site record.
    pub basis: Text,
}

/// Closes a contract 合同完结: nothing more will be paid on it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ContractClosing {
    /// The contract.
    pub contract: ContractId,
    /// Why: fulfilled, or given up.
    pub reason: Text,
}

/// What may be asked of `contract`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ContractCommand {
    /// `contract.sign`
    Sign(ContractSigning),
    /// `contract.change`
    Change(ContractChange),
    /// `contract.reach_stage`
    ReachStage(StageReach),
    /// `contract.close`
    Close(ContractClosing),
    /// `contract.take_over`
    TakeOver(ContractOpening),
}

/// What has happened to `contract`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ContractEvent {
    /// `contract.signed`
    Signed(ContractSigning),
    /// `contract.changed`
    Changed(ContractChange),
    /// `contract.stage_reached`
    StageReached(StageReach),
    /// `contract.closed`
    Closed(ContractClosing),
    /// `contract.taken_over`
    TakenOver(ContractOpening),
}

crate::noun! { "contract" Contract ContractCommand ContractEvent
    Sign "sign" => Signed "signed",
    Change "change" => Changed "changed",
    ReachStage "reach_stage" => StageReached "stage_reached",
    Close "close" => Closed "closed",
    TakeOver "take_over" => TakenOver "taken_over",
}
