//! Payments 支付: instructed, settled, returned 退票, reissued 补发.

pub mod rules;

use crate::ids::{ClaimId, ContractId, FundId, OrganisationId, PaymentId, PersonId, ProjectId};
use crate::money::Fen;
use crate::text::{Reference, Text};

choices! {
    /// What a payment is for.
    PaymentKind {
        Advance = "advance" "预拨款",
        Progress = "progress" "进度款",
        Final = "final" "尾款",
        Retention = "retention" "质保金",
        Subsidy = "subsidy" "补贴",
        Other = "other" "其他",
    }
}

/// Who is paid.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
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
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SourceShare {
    /// The batch.
    pub fund: FundId,
    /// Its share.
    pub amount_fen: Fen,
}

/// Instructs a payment out of a project's budget.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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

/// What may be asked of `payment`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
}

/// What has happened to `payment`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
}

crate::noun! { "payment" Payment PaymentCommand PaymentEvent
    Instruct "instruct" => Instructed "instructed",
    Settle "settle" => Settled "settled",
    Return "return" => Returned "returned",
    Reissue "reissue" => Reissued "reissued",
}
