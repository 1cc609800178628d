//! Fund batches 资金批次/指标: authority from announcement to the project that may spend it.

mod opening;
pub mod rules;
pub mod source_kinds;

pub use opening::{FundOpening, OpeningCarry, OpeningLine, OpeningSpending};

use crate::ids::{FundId, OrganisationId, ProjectId};
use crate::money::Fen;
use crate::text::{Name, Reference, Text};

choices! {
    /// Where money comes from. [`source_kinds::SOURCE_TERMS`] says when each word is in use.
    SourceKind {
        Central = "central" "中央",
        Province = "province" "省",
        Prefecture = "prefecture" "州市",
        County = "county" "县",
        Sector = "sector" "行业",
        EastWest = "east_west" "东西协作",
        /// 挂包单位
        Partner = "partner" "定点帮扶",
        Donation = "donation" "捐赠",
        SelfRaised = "self_raised" "自筹",
        Loan = "loan" "贷款",
        Bond = "bond" "债券",
    }
    /// Why authority is taken back.
    ReclaimReason {
        Surplus = "surplus" "结余",
        Idle = "idle" "闲置",
        Violation = "violation" "违规",
    }
}

/// Announces a batch: the money of one document, to one receiver.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FundAnnouncement {
    /// The batch.
    pub fund: FundId,
    /// What people call it.
    pub name: Name,
    /// Number of the document that announces it 文号.
    pub document: Reference,
    /// The organisation that issues it.
    pub issuer: OrganisationId,
    /// The organisation that receives the authority.
    pub receiver: OrganisationId,
    /// Where the money comes from.
    pub source_kind: SourceKind,
    /// The announced amount.
    pub amount_fen: Fen,
    /// The budget year.
    pub budget_year: u32,
    /// Functional classification code 支出功能分类.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function_code: Option<Reference>,
    /// Economic classification code 支出经济分类.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub economy_code: Option<Reference>,
    /// Purpose code 用途: the programme.
    pub purpose_code: Reference,
    /// Direct funds 直达资金: one document is one fund, not mixed with other money.
    #[serde(default)]
    pub direct: bool,
}

/// Receives announced authority, in whole or in part 指标到位.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AuthorityReceipt {
    /// The batch.
    pub fund: FundId,
    /// How much arrives.
    pub amount_fen: Fen,
    /// The document that issues it.
    pub document: Reference,
}

/// Who holds authority: a unit that may pass it on, or a project that may spend it.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    crate::form::Form,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Holder {
    /// An organisation unit.
    Organisation(OrganisationId),
    /// A project: its budget out of this batch.
    Project(ProjectId),
}

/// Passes authority on: to a unit below, or into a project's budget.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Allocation {
    /// The batch.
    pub fund: FundId,
    /// The unit that passes it on.
    pub from: OrganisationId,
    /// Who gets it.
    pub to: Holder,
    /// How much.
    pub amount_fen: Fen,
    /// The document that does it.
    pub document: Reference,
}

/// Changes the amount of a batch 调剂.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// The batch.
    pub fund: FundId,
    /// Added to the received amount; negative takes away.
    pub delta_fen: Fen,
    /// Why.
    pub reason: Text,
    /// The document that does it.
    pub document: Reference,
}

/// Takes authority back 收回.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Reclaim {
    /// The batch.
    pub fund: FundId,
    /// Who gives it up.
    pub from: Holder,
    /// The unit that gets it back; none when the level above the receiver takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<OrganisationId>,
    /// How much.
    pub amount_fen: Fen,
    /// Why.
    pub reason: ReclaimReason,
    /// The document that does it.
    pub document: Reference,
}

/// Lets a unit use what is left in a later budget year 结转.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CarryOver {
    /// The batch.
    pub fund: FundId,
    /// The unit that holds the rest.
    pub holder: OrganisationId,
    /// How much.
    pub amount_fen: Fen,
    /// Into which year.
    pub to_year: u32,
    /// The document that approves it.
    pub document: Reference,
}

/// What may be asked of `fund`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FundCommand {
    /// `fund.announce`
    Announce(FundAnnouncement),
    /// `fund.receive`
    Receive(AuthorityReceipt),
    /// `fund.allocate`
    Allocate(Allocation),
    /// `fund.adjust`
    Adjust(Adjustment),
    /// `fund.reclaim`
    Reclaim(Reclaim),
    /// `fund.carry_over`
    CarryOver(CarryOver),
    /// `fund.take_over`
    TakeOver(FundOpening),
}

/// What has happened to `fund`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FundEvent {
    /// `fund.announced`
    Announced(FundAnnouncement),
    /// `fund.received`
    Received(AuthorityReceipt),
    /// `fund.allocated`
    Allocated(Allocation),
    /// `fund.adjusted`
    Adjusted(Adjustment),
    /// `fund.reclaimed`
    Reclaimed(Reclaim),
    /// `fund.carried_over`
    CarriedOver(CarryOver),
    /// `fund.taken_over`
    TakenOver(FundOpening),
}

crate::noun! { "fund" Fund FundCommand FundEvent
    Announce "announce" => Announced "announced",
    Receive "receive" => Received "received",
    Allocate "allocate" => Allocated "allocated",
    Adjust "adjust" => Adjusted "adjusted",
    Reclaim "reclaim" => Reclaimed "reclaimed",
    CarryOver "carry_over" => CarriedOver "carried_over",
    TakeOver "take_over" => TakenOver "taken_over",
}
