//! What an item says from its first day: the problem, the unit that answers for it, the money.

use super::DeadlineRule;
use crate::date::BusinessDate;
use crate::ids::{ItemId, OrganisationId, PersonId, RoundId};
use crate::money::Fen;
use crate::text::{Reference, Text};

choices! {
    /// What the problem is about; decides whether verifiers must go to the site.
    ItemCategory {
        /// 精准识别、精准退出
        Targeting = "targeting" "精准识别",
        Policy = "policy" "政策落实",
        Funds = "funds" "资金管理",
        Project = "project" "项目实施",
        Livelihood = "livelihood" "民生保障",
        Conduct = "conduct" "干部作风",
        Groundwork = "groundwork" "基础工作",
        Institution = "institution" "制度机制",
    }
    /// One unit's problem, or one that many share.
    ItemScope {
        Common = "common" "共性问题",
        Individual = "individual" "个性问题",
    }
    /// How bad it is.
    Severity {
        Minor = "minor" "一般",
        Serious = "serious" "较重",
        Grave = "grave" "严重",
    }
}

/// Drafts an item.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemDraft {
    /// The item.
    pub item: ItemId,
    /// Its number on the list.
    pub number: Reference,
    /// The round that found it.
    pub round: RoundId,
    /// What it is about.
    pub category: ItemCategory,
    /// Common or individual.
    pub scope: ItemScope,
    /// The common item of which this is one case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ItemId>,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub facts: Text,
    /// The rule that was broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Text>,
    /// The money concerned; 0 if none.
    pub amount_involved_fen: Fen,
    /// The money to be recovered before it can be closed; 0 if none.
    pub recovery_required_fen: Fen,
    /// The unit that must put it right.
    pub responsible_unit: OrganisationId,
    /// The official who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible_person: Option<PersonId>,
    /// The unit that leads where several are concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_unit: Option<OrganisationId>,
    /// By which rule the due date is found.
    pub deadline_rule: DeadlineRule,
    /// Days, for `immediate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_days: Option<u32>,
    /// The day, for `fixed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<BusinessDate>,
    /// The units that help 配合单位; at most 50, each named once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cooperating_units: Vec<OrganisationId>,
}
