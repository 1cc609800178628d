//! Look-back campaigns 回头看: closed items looked at again, chosen by a lot that nobody can
//! steer and anybody can draw again (V25).
//!
//! First the hash of a seed, then the population with bytes of whoever freezes it, then the seed:
//! the sample follows from the three, and neither of the two persons knows it before.

pub mod rules;
pub mod sample;

use crate::date::BusinessDate;
use crate::digest::Digest;
use crate::ids::{CampaignId, ItemId, OrganisationId, RoundId};
use crate::item::ItemCategory;
use crate::text::{Name, Reference, Text};

/// The largest sample: what a team can visit in a year, and a list that fits in memory many times.
pub const SAMPLE_MAX: u32 = 1_000;

choices! {
    /// What a look back found.
    LookbackResult {
        Passed = "passed" "合格",
        /// The item is reopened.
        Failed = "failed" "不合格",
    }
}

/// Plans a campaign: which closed items may be drawn, how many, and the commitment to the seed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CampaignPlan {
    /// The campaign.
    pub campaign: CampaignId,
    /// What people call it.
    pub name: Name,
    /// The body that looks back.
    pub body: OrganisationId,
    /// The document that orders it.
    pub document: Reference,
    /// The commitment to 32 random bytes, as `sample::commitment` makes it.
    pub seed_commitment: Digest,
    /// How many items are drawn, from 1 to 1,000; all where there are fewer.
    pub sample_size: u32,
    /// Only items of this unit and the units below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<OrganisationId>,
    /// Only of this round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<RoundId>,
    /// Only about this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<ItemCategory>,
    /// Only those last closed on this day or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_from: Option<BusinessDate>,
    /// Only those last closed on this day or before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_until: Option<BusinessDate>,
}

/// Freezes the population: what may be drawn, as the books have it now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PopulationFreeze {
    /// The campaign.
    pub campaign: CampaignId,
    /// The digest of the population, as `sample::population_digest` makes it.
    pub population_digest: Digest,
    /// How many items it has.
    pub population_size: u32,
    /// 32 random bytes of whoever freezes, who does not know the seed; records of before have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Digest>,
}

/// Reveals the seed, and with it the sample.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SeedReveal {
    /// The campaign.
    pub campaign: CampaignId,
    /// The 32 bytes that were committed to.
    pub seed: Digest,
}

/// Says what was found at an item of the sample; the item passes or fails its look back with it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LookbackCheck {
    /// The campaign.
    pub campaign: CampaignId,
    /// The item.
    pub item: ItemId,
    /// Passed or failed.
    pub result: LookbackResult,
    /// What was found.
    pub finding: Text,
}

/// Closes a campaign all of whose sample was checked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CampaignClosing {
    /// The campaign.
    pub campaign: CampaignId,
    /// What is worth saying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Text>,
}

/// What may be asked of `campaign`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CampaignCommand {
    /// `campaign.plan`
    Plan(CampaignPlan),
    /// `campaign.freeze`
    Freeze(PopulationFreeze),
    /// `campaign.reveal`
    Reveal(SeedReveal),
    /// `campaign.check`
    Check(LookbackCheck),
    /// `campaign.close`
    Close(CampaignClosing),
}

/// What has happened to `campaign`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CampaignEvent {
    /// `campaign.planned`
    Planned(CampaignPlan),
    /// `campaign.frozen`
    Frozen(PopulationFreeze),
    /// `campaign.revealed`
    Revealed(SeedReveal),
    /// `campaign.checked`
    Checked(LookbackCheck),
    /// `campaign.closed`
    Closed(CampaignClosing),
}

crate::noun! { "campaign" Campaign CampaignCommand CampaignEvent
    Plan "plan" => Planned "planned",
    Freeze "freeze" => Frozen "frozen",
    Reveal "reveal" => Revealed "revealed",
    Check "check" => Checked "checked",
    Close "close" => Closed "closed",
}
