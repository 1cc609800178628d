//! Monthly cycles 调度周期 of a unit: one dispatch, one supervision, one accountability
//! 一月一调度、一督查、一追究.

pub mod rules;

use crate::date::BusinessDate;
use crate::ids::{CycleId, ItemId, OrganisationId, PersonId};
use crate::text::{Reference, Text};

choices! {
    /// How somebody was called to account. The last five are the forms of the 中国共产党问责条例
    /// (2019) art. 8; the first two come before them in county practice.
    AccountabilityForm {
        Talk = "talk" "约谈",
        SelfCriticism = "self_criticism" "书面检查",
        Criticism = "criticism" "通报批评",
        Admonition = "admonition" "诫勉",
        Reassignment = "reassignment" "组织调整或组织处理",
        Discipline = "discipline" "纪律处分",
        Reorganisation = "reorganisation" "改组",
    }
}

/// Opens the cycle of a unit and a month.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CycleOpening {
    /// The cycle.
    pub cycle: CycleId,
    /// The unit; its cycle is also that of the units below it which have none of their own.
    pub unit: OrganisationId,
    /// The month, `2018-08`.
    pub month: BusinessDate,
}

/// Says that a dispatch 调度 or a supervision 督查 was held, on the record's business date.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CycleMeeting {
    /// The cycle.
    pub cycle: CycleId,
    /// The minutes, or the notice of what was found.
    pub document: Reference,
    /// What is worth saying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Text>,
}

/// Says who was called to account 追究 for a late item, and how.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CycleAccountability {
    /// The cycle.
    pub cycle: CycleId,
    /// The item.
    pub item: ItemId,
    /// Who was called to account.
    pub person: PersonId,
    /// How.
    pub form: AccountabilityForm,
    /// The document that says so.
    pub document: Reference,
}

/// Closes a cycle: nothing is added to it any more.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CycleClosing {
    /// The cycle.
    pub cycle: CycleId,
    /// What is worth saying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Text>,
}

/// What may be asked of `cycle`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CycleCommand {
    /// `cycle.open`
    Open(CycleOpening),
    /// `cycle.hold_dispatch`
    HoldDispatch(CycleMeeting),
    /// `cycle.hold_supervision`
    HoldSupervision(CycleMeeting),
    /// `cycle.record_accountability`
    RecordAccountability(CycleAccountability),
    /// `cycle.close`
    Close(CycleClosing),
}

/// What has happened to `cycle`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CycleEvent {
    /// `cycle.opened`
    Opened(CycleOpening),
    /// `cycle.dispatch_held`
    DispatchHeld(CycleMeeting),
    /// `cycle.supervision_held`
    SupervisionHeld(CycleMeeting),
    /// `cycle.accountability_recorded`
    AccountabilityRecorded(CycleAccountability),
    /// `cycle.closed`
    Closed(CycleClosing),
}

crate::noun! { "cycle" Cycle CycleCommand CycleEvent
    Open "open" => Opened "opened",
    HoldDispatch "hold_dispatch" => DispatchHeld "dispatch_held",
    HoldSupervision "hold_supervision" => SupervisionHeld "supervision_held",
    RecordAccountability "record_accountability"
        => AccountabilityRecorded "accountability_recorded",
    Close "close" => Closed "closed",
}
