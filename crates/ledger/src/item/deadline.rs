//! When an item is due, when it is due later, and the letters sent when it is late.

use crate::date::BusinessDate;
use crate::ids::{ItemId, OrganisationId, PersonId};
use crate::text::{Reference, Text};

choices! {
    /// By which rule the due date is found.
    DeadlineRule {
        /// Two months from feedback until 2024-02-07, six from 2024-02-08 on.
        InspectionFeedback = "inspection_feedback" "巡察反馈整改期限",
        /// County variant: half a year.
        HalfYear = "half_year" "半年",
        /// County variant: one year at the most.
        OneYear = "one_year" "一年",
        /// 立行立改: a number of days.
        Immediate = "immediate" "立行立改",
        /// The day is named.
        Fixed = "fixed" "指定日期",
    }
    /// The ladder of letters.
    LetterKind {
        Reminder = "reminder" "提醒书",
        Urging = "urging" "督办书",
        Warning = "warning" "告诫书",
        Accountability = "accountability" "问责书",
    }
}

/// Asks for a later due date.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExtensionRequest {
    /// The item.
    pub item: ItemId,
    /// The later day.
    pub due_on: BusinessDate,
    /// Why.
    pub reason: Text,
}

/// Sends a letter of the escalation ladder.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// The item.
    pub item: ItemId,
    /// Which letter.
    pub kind: LetterKind,
    /// Its number.
    pub number: Reference,
    /// The last day, for a warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_day: Option<BusinessDate>,
    /// The unit to which it is sent; the responsible one if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver_unit: Option<OrganisationId>,
    /// The person to whom it is addressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver_person: Option<PersonId>,
    /// What it asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Text>,
}
