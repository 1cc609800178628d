//! Subjects 人员/农户: a random id; everything else is sealed.

pub mod rules;

use crate::ids::PersonId;
use crate::personal::PersonalText;

/// What is known of a person or household. Every field is sealed on its own, so that one can be
/// shown without the others; those left out of an amendment stay as they were.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PersonProfile {
    /// The person or household: a random UUID, never derived from a name or number.
    pub person: PersonId,
    /// `person` or `household`, and which kind of each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<PersonalText>,
    /// The name, or that of the head of the household.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonalText>,
    /// Identity number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_number: Option<PersonalText>,
    /// Mobile number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<PersonalText>,
    /// Bank card or 一卡通 number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_card: Option<PersonalText>,
    /// Where they live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<PersonalText>,
    /// Anything else worth knowing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<PersonalText>,
}

/// What may be asked of `subject`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PersonCommand {
    /// `subject.register`
    Register(PersonProfile),
    /// `subject.amend`
    Amend(PersonProfile),
}

/// What has happened to `subject`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PersonEvent {
    /// `subject.registered`
    Registered(PersonProfile),
    /// `subject.amended`
    Amended(PersonProfile),
}

crate::noun! { "subject" Subject PersonCommand PersonEvent
    Register "register" => Registered "registered",
    Amend "amend" => Amended "amended",
}
