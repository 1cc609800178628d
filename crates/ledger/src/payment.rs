//! Payments 支付: instructed, settled, returned 退票, reissued 补发.

pub mod rules;

use crate::date::BusinessDate;
use crate::ids::{ClaimId, ContractId, FundId, OrganisationId, PaymentId, PersonId, ProjectId};
use crate::money::Fen;
use crate::text::{Name, Reference, Text};

choices! {
    /// What a payment is for.
    PaymentKind {
        Advance = "advance" "预拨款",
        Progress = "progress" "进度款",
        Final = "final" "尾款",
        Retention = "retention" "质保金",
        Subsidy = "subsidy" "补贴",
        Other = "other" "其他",
        ManagementFee = "management_fee" "管理费",
        /// For surveys and designs, and so before the approval.
        PreliminaryCost = "preliminary_cost" "前期费",
    }
}

/// Who is paid.
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
pub enum Payee {
    /// A person or household.
    Subject(PersonId),
    /// A unit, a company, a collective.
    Organisation(OrganisationId),
}

/// What one batch bears of a payment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SourceShare {
    /// The batch.
    pub fund: FundId,
    /// Its share.
    pub amount_fen: Fen,
}

/// Instructs a payment out of a project's budget.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PaymentInstruction {
    /// The payment.
    pub payment: PaymentId,
    /// The project it is for.
    pub project: ProjectId,
    /// Who is to be paid.
    pub payee: Payee,
    /// The whole amount.
    pub amount_fen: Fen,
    /// Which batches bear it; adds up to `amount_fen`.
    pub sources: Vec<SourceShare>,
    /// What it is for.
    pub kind: PaymentKind,
    /// Number of the payment voucher 支付凭证号.
    pub voucher: Reference,
    /// What is worth saying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Text>,
    /// The contract on which it is paid; if left out, the one of the claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
    /// The claim that it pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimId>,
}

/// The bank has paid 到账.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// The payment.
    pub payment: PaymentId,
    /// How much was paid.
    pub amount_fen: Fen,
    /// The bank's reference.
    pub bank_reference: Reference,
}

/// The bank has sent the money back, or could not pay it 退票.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PaymentReturn {
    /// The payment.
    pub payment: PaymentId,
    /// How much came back.
    pub amount_fen: Fen,
    /// Why.
    pub reason: Text,
}

/// Pays again what came back 补发: a new payment of the same amount from the same batches.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Reissue {
    /// The new payment.
    pub payment: PaymentId,
    /// The payment that came back.
    pub of: PaymentId,
    /// Number of the new voucher.
    pub voucher: Reference,
    /// What was put right.
    pub reason: Text,
}

/// Moves what a payment cost from one batch to another of the same project 更正: the attribution
/// moves, cash never.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Reclassification {
    /// The payment.
    pub payment: PaymentId,
    /// The batch that bore it.
    pub from: FundId,
    /// The batch that bears it from now on.
    pub to: FundId,
    /// How much.
    pub amount_fen: Fen,
    /// The document that orders it.
    pub document: Reference,
    /// Why.
    pub reason: Text,
}

/// Demands paid money back from the payee 追缴通知.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecoveryDemand {
    /// The payment.
    pub payment: PaymentId,
    /// How much.
    pub amount_fen: Fen,
    /// On which ground.
    pub basis: Text,
    /// The demand's number.
    pub document: Reference,
}

/// Paid money has come back on demand 追回.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecoveredMoney {
    /// The payment.
    pub payment: PaymentId,
    /// How much.
    pub amount_fen: Fen,
    /// The bank's reference.
    pub bank_reference: Reference,
}

/// Takes paid money back by paying less of a later payment to the same payee 抵扣.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecoveryOffset {
    /// The payment that is recovered.
    pub payment: PaymentId,
    /// The later payment, to the same payee.
    pub against: PaymentId,
    /// How much.
    pub amount_fen: Fen,
    /// The document that agrees it.
    pub document: Reference,
}

/// Gives up recovering paid money 核免.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PaymentRecoveryWaiver {
    /// The payment.
    pub payment: PaymentId,
    /// How much.
    pub amount_fen: Fen,
    /// The authority that decided it.
    pub authority: Name,
    /// Why.
    pub reason: Text,
}

/// Keeps back a part of what is due, until it is sure that the work is sound 扣留质保金.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RetentionHold {
    /// The payment with which it was kept back; its amount does not include it.
    pub payment: PaymentId,
    /// How much.
    pub amount_fen: Fen,
    /// When it falls due.
    pub due_on: BusinessDate,
}

/// Pays out what was kept back 退还质保金.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RetentionRelease {
    /// The payment with which it was kept back.
    pub payment: PaymentId,
    /// The payment of kind `retention` that pays it out.
    pub by: PaymentId,
    /// How much.
    pub amount_fen: Fen,
}

/// What may be asked of `payment`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PaymentCommand {
    /// `payment.instruct`
    Instruct(PaymentInstruction),
    /// `payment.settle`
    Settle(Settlement),
    /// `payment.return`
    Return(PaymentReturn),
    /// `payment.reissue`
    Reissue(Reissue),
    /// `payment.reclassify`
    Reclassify(Reclassification),
    /// `payment.demand_recovery`
    DemandRecovery(RecoveryDemand),
    /// `payment.receive_recovery`
    ReceiveRecovery(RecoveredMoney),
    /// `payment.offset_recovery`
    OffsetRecovery(RecoveryOffset),
    /// `payment.waive_recovery`
    WaiveRecovery(PaymentRecoveryWaiver),
    /// `payment.withhold_retention`
    WithholdRetention(RetentionHold),
    /// `payment.release_retention`
    ReleaseRetention(RetentionRelease),
}

/// What has happened to `payment`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PaymentEvent {
    /// `payment.instructed`
    Instructed(PaymentInstruction),
    /// `payment.settled`
    Settled(Settlement),
    /// `payment.returned`
    Returned(PaymentReturn),
    /// `payment.reissued`
    Reissued(Reissue),
    /// `payment.reclassified`
    Reclassified(Reclassification),
    /// `payment.recovery_demanded`
    RecoveryDemanded(RecoveryDemand),
    /// `payment.recovery_received`
    RecoveryReceived(RecoveredMoney),
    /// `payment.recovery_offset`
    RecoveryOffset(RecoveryOffset),
    /// `payment.recovery_waived`
    RecoveryWaived(PaymentRecoveryWaiver),
    /// `payment.retention_withheld`
    RetentionWithheld(RetentionHold),
    /// `payment.retention_released`
    RetentionReleased(RetentionRelease),
}

crate::noun! { "payment" Payment PaymentCommand PaymentEvent
    Instruct "instruct" => Instructed "instructed",
    Settle "settle" => Settled "settled",
    Return "return" => Returned "returned",
    Reissue "reissue" => Reissued "reissued",
    Reclassify "reclassify" => Reclassified "reclassified",
    DemandRecovery "demand_recovery" => RecoveryDemanded "recovery_demanded",
    ReceiveRecovery "receive_recovery" => RecoveryReceived "recovery_received",
    OffsetRecovery "offset_recovery" => RecoveryOffset "recovery_offset",
    WaiveRecovery "waive_recovery" => RecoveryWaived "recovery_waived",
    WithholdRetention "withhold_retention" => RetentionWithheld "retention_withheld",
    ReleaseRetention "release_retention" => RetentionReleased "retention_released",
}
