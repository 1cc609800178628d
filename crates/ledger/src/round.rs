//! Inspection rounds 巡察/督查/审计轮次: who inspects whom, and who closes what is found.

pub mod rules;

use crate::ids::{OrganisationId, RoundId};
use crate::text::{Name, Reference};

choices! {
    /// What sort of inspection it is.
    RoundKind {
        Inspection = "inspection" "巡察",
        Supervision = "supervision" "督查",
        Audit = "audit" "审计",
        SelfCheck = "self_check" "自查",
        HouseholdVisit = "household_visit" "入户调查",
    }
    /// How the items of two rounds relate, so that nothing is counted twice.
    SetRelation {
        Undetermined = "undetermined" "关系未明",
        Disjoint = "disjoint" "互不重叠",
        Subset = "subset" "包含于",
        Overlapping = "overlapping" "部分重叠",
    }
}

/// Opens a round.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RoundOpening {
    /// The round.
    pub round: RoundId,
    /// What people call it.
    pub name: Name,
    /// What sort it is.
    pub kind: RoundKind,
    /// The body that sends the team.
    pub inspecting_body: OrganisationId,
    /// The body that closes the items 销号单位; for a self-check, one above the inspected units.
    pub closing_body: OrganisationId,
    /// The document that orders it.
    pub mandate: Reference,
    /// Another round whose items may be the same ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub related_round: Option<RoundId>,
    /// How they relate; needed with `related_round`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<SetRelation>,
}

/// Hands the findings to the inspected units 反馈. Deadlines count from this day.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    /// The round.
    pub round: RoundId,
    /// Who received them.
    pub receivers: Vec<OrganisationId>,
    /// The feedback document.
    pub document: Reference,
}

/// Closes a round: no more items can be drafted in it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RoundClosing {
    /// The round.
    pub round: RoundId,
}

/// What may be asked of `round`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RoundCommand {
    /// `round.open`
    Open(RoundOpening),
    /// `round.deliver_feedback`
    DeliverFeedback(Feedback),
    /// `round.close`
    Close(RoundClosing),
}

/// What has happened to `round`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RoundEvent {
    /// `round.opened`
    Opened(RoundOpening),
    /// `round.feedback_delivered`
    FeedbackDelivered(Feedback),
    /// `round.closed`
    Closed(RoundClosing),
}

crate::noun! { "round" Round RoundCommand RoundEvent
    Open "open" => Opened "opened",
    DeliverFeedback "deliver_feedback" => FeedbackDelivered "feedback_delivered",
    Close "close" => Closed "closed",
}
