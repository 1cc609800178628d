//! Overlay hierarchies 战区/片区: zones that cut across the area tree.

pub mod rules;

use crate::date::BusinessDate;
use crate::ids::{OrganisationId, OverlayId, PersonId};
use crate::text::Name;

choices! {
    /// What the overlay is called.
    OverlayKind {
        WarZone = "war_zone" "战区",
        District = "district" "片区",
    }
}

/// Defines a zone.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OverlayDefinition {
    /// The zone.
    pub overlay: OverlayId,
    /// War zone or district.
    pub kind: OverlayKind,
    /// Its name.
    pub name: Name,
    /// The official who commands it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commander: Option<PersonId>,
}

/// Puts a unit into a zone, with all that is below it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OverlayMembership {
    /// The zone.
    pub overlay: OverlayId,
    /// The unit.
    pub organisation: OrganisationId,
    /// From when on.
    pub from: BusinessDate,
}

/// Takes a unit out of a zone.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OverlayDeparture {
    /// The zone.
    pub overlay: OverlayId,
    /// The unit.
    pub organisation: OrganisationId,
    /// The last day of its membership.
    pub until: BusinessDate,
}

/// What may be asked of `overlay`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OverlayCommand {
    /// `overlay.define`
    Define(OverlayDefinition),
    /// `overlay.add_member`
    AddMember(OverlayMembership),
    /// `overlay.remove_member`
    RemoveMember(OverlayDeparture),
}

/// What has happened to `overlay`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OverlayEvent {
    /// `overlay.defined`
    Defined(OverlayDefinition),
    /// `overlay.member_added`
    MemberAdded(OverlayMembership),
    /// `overlay.member_removed`
    MemberRemoved(OverlayDeparture),
}

crate::noun! { "overlay" Overlay OverlayCommand OverlayEvent
    Define "define" => Defined "defined",
    AddMember "add_member" => MemberAdded "member_added",
    RemoveMember "remove_member" => MemberRemoved "member_removed",
}
