//! Who must put an item right: the unit that answers for it, the one that leads, those that help.

use crate::ids::{ItemId, OrganisationId, PersonId};
use crate::text::Text;

/// The most units that may cooperate in one item: more than a county has departments.
pub const COOPERATING_MAX: usize = 50;

/// Hands an item to another unit or other persons 转办、人员调整: the whole assignment from then on.
/// What is left out is nobody. The state and the due date stay, and so do the plan and the
/// extensions of the unit that had it: the new one changes them by the steps for that.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Reassignment {
    /// The item.
    pub item: ItemId,
    /// The unit that must put it right from now on 责任单位.
    pub responsible_unit: OrganisationId,
    /// The official who answers for it 责任人.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible_person: Option<PersonId>,
    /// The unit that leads where several are concerned 牵头单位.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_unit: Option<OrganisationId>,
    /// The units that help 配合单位; at most 50, each named once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cooperating_units: Vec<OrganisationId>,
    /// Why.
    pub reason: Text,
}
