//! Subjects 人员/农户: a random id; everything else is sealed.

pub mod rules;

use crate::ids::PersonId;
use crate::personal::PersonalText;
use crate::text::Reference;

choices! {
    /// Why personal data is no longer processed, or is deleted (PIPL, article 47).
    ErasureBasis {
        PurposeServed = "purpose_served" "处理目的已实现、无法实现或者不再必要",
        PeriodExpired = "period_expired" "停止提供服务或者保存期限已届满",
        ConsentWithdrawn = "consent_withdrawn" "个人撤回同意",
        Unlawful = "unlawful" "违反法律、行政法规或者约定处理",
        Ordered = "ordered" "法律、行政法规规定的其他情形",
    }
}

/// What is known of a person or household. Every field is sealed on its own, so that one can be
/// shown without the others; those left out of an amendment stay as they were.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
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

/// From here on only inspectors are shown what is sealed of somebody 限制处理: kept because the law
/// asks for it, and processed no further.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PersonRestriction {
    /// The person or household.
    pub person: PersonId,
    /// Why.
    pub basis: ErasureBasis,
    /// The request or decision 依据文号.
    pub document: Reference,
}

/// Ends a restriction 解除限制.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RestrictionLifting {
    /// The person or household.
    pub person: PersonId,
    /// The decision 依据文号.
    pub document: Reference,
}

/// Deletes what is sealed of somebody 删除个人信息: their key is destroyed, what happened to money
/// stays. Proposed by one and confirmed by another; refused while their accounts must be kept.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PersonErasure {
    /// The person or household.
    pub person: PersonId,
    /// Why.
    pub basis: ErasureBasis,
    /// The request or decision 依据文号.
    pub document: Reference,
}

/// What may be asked of `subject`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PersonCommand {
    /// `subject.register`
    Register(PersonProfile),
    /// `subject.amend`
    Amend(PersonProfile),
    /// `subject.restrict`
    Restrict(PersonRestriction),
    /// `subject.lift_restriction`
    LiftRestriction(RestrictionLifting),
    /// `subject.erase`
    Erase(PersonErasure),
}

/// What has happened to `subject`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PersonEvent {
    /// `subject.registered`
    Registered(PersonProfile),
    /// `subject.amended`
    Amended(PersonProfile),
    /// `subject.restricted`
    Restricted(PersonRestriction),
    /// `subject.restriction_lifted`
    RestrictionLifted(RestrictionLifting),
    /// `subject.erased`
    Erased(PersonErasure),
}

crate::noun! { "subject" Subject PersonCommand PersonEvent
    Register "register" => Registered "registered",
    Amend "amend" => Amended "amended",
    Restrict "restrict" => Restricted "restricted",
    LiftRestriction "lift_restriction" => RestrictionLifted "restriction_lifted",
    Erase "erase" => Erased "erased",
}
