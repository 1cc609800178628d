//! Organisation units 机构/区划: the area tree.

pub mod rules;

use crate::ids::OrganisationId;
use crate::text::{Name, Reference};

choices! {
    /// The administrative level of a unit.
    Level {
        Nation = "nation" "国",
        Province = "province" "省",
        Prefecture = "prefecture" "州市",
        County = "county" "县",
        Town = "town" "乡",
        Village = "village" "村",
        Group = "group" "组",
    }
    /// What sort of unit it is.
    OrganisationKind {
        /// An area with its government.
        Area = "area" "区划",
        /// A department or office.
        Agency = "agency" "机关单位",
        /// A company, a bank, a builder.
        Enterprise = "enterprise" "企业",
        /// A village collective, a cooperative.
        Collective = "collective" "集体组织",
    }
}

/// Registers a unit below another one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OrganisationRegistration {
    /// The unit.
    pub organisation: OrganisationId,
    /// Its code: GB/T 2260 division code or unified social credit code.
    pub code: Reference,
    /// Its name.
    pub name: Name,
    /// Area, agency, enterprise or collective.
    pub kind: OrganisationKind,
    /// Its level.
    pub level: Level,
    /// The unit above; none for the top of the tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<OrganisationId>,
}

/// Gives a unit another name.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OrganisationRenaming {
    /// The unit.
    pub organisation: OrganisationId,
    /// The new name.
    pub name: Name,
}

/// What may be asked of `organisation`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OrganisationCommand {
    /// `organisation.register`
    Register(OrganisationRegistration),
    /// `organisation.rename`
    Rename(OrganisationRenaming),
}

/// What has happened to `organisation`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OrganisationEvent {
    /// `organisation.registered`
    Registered(OrganisationRegistration),
    /// `organisation.renamed`
    Renamed(OrganisationRenaming),
}

crate::noun! { "organisation" Organisation OrganisationCommand OrganisationEvent
    Register "register" => Registered "registered",
    Rename "rename" => Renamed "renamed",
}
