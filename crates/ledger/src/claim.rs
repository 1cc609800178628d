//! Claims 报账: what is to be paid, with vouchers and signatures, before it is paid.

mod opening;
pub mod rules;

pub use opening::ClaimOpening;

use crate::ids::{ClaimId, ContractId, OrganisationId, ProjectId};
use crate::money::Fen;
use crate::payment::{Payee, SourceShare};
use crate::text::{Name, Reference, Text};

choices! {
    /// Why a claim was rejected.
    ClaimRejectionCode {
        VouchersIncomplete = "vouchers_incomplete" "凭证不全",
        WrongAmount = "wrong_amount" "金额不符",
        ProgressUnproven = "progress_unproven" "进度未核实",
        NotEligible = "not_eligible" "超出资金使用范围",
        OverContract = "over_contract" "超合同或付款节点",
        WrongPayee = "wrong_payee" "收款人不符",
        Duplicate = "duplicate" "重复报账",
        Other = "other" "其他",
    }
}

/// Somebody who must counter-sign 会签人.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Countersigner {
    /// In which capacity: 挂职干部.
    pub capacity: Name,
    /// For which organisation.
    pub organisation: OrganisationId,
}

/// Submits a claim.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ClaimSubmission {
    /// The claim.
    pub claim: ClaimId,
    /// Its number 报账单号.
    pub number: Reference,
    /// The project it is for.
    pub project: ProjectId,
    /// The contract it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
    /// Which stage of the contract's plan, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<u32>,
    /// The whole amount.
    pub amount_fen: Fen,
    /// Which batches bear it; adds up to `amount_fen`.
    pub sources: Vec<SourceShare>,
    /// Numbers of the vouchers 原始凭证.
    pub vouchers: Vec<Reference>,
    /// Who is to be paid.
    pub payee: Payee,
    /// Who must counter-sign before it is approved.
    #[serde(default)]
    pub countersigners: Vec<Countersigner>,
    /// The site visits that it rests on 现场核查记录.
    #[serde(default)]
    pub site_visits: Vec<Reference>,
    /// Who holds the money in custody 代管单位; such a claim needs a counter-signer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custodian: Option<OrganisationId>,
    /// What is worth saying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Text>,
}

/// Says that the work was done as claimed 技术审核.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TechnicalReview {
    /// The claim.
    pub claim: ClaimId,
    /// The report or record of the progress.
    pub progress: Reference,
    /// What was found.
    pub finding: Text,
}

/// Counter-signs a claim 会签.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Countersignature {
    /// The claim.
    pub claim: ClaimId,
    /// In which capacity.
    pub capacity: Name,
    /// What is worth saying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Text>,
}

/// Says that vouchers and amounts are in order 财务审核.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FinanceReview {
    /// The claim.
    pub claim: ClaimId,
    /// What was found.
    pub finding: Text,
}

/// Approves a claim 审批.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ClaimApproval {
    /// The claim.
    pub claim: ClaimId,
    /// The approving document.
    pub document: Reference,
}

/// Rejects a claim 驳回.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ClaimRejection {
    /// The claim.
    pub claim: ClaimId,
    /// Why, in a word.
    pub code: ClaimRejectionCode,
    /// Why, in full.
    pub reason: Text,
}

/// Takes a claim back 撤回.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ClaimWithdrawal {
    /// The claim.
    pub claim: ClaimId,
    /// Why.
    pub reason: Text,
}

/// What may be asked of `claim`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClaimCommand {
    /// `claim.submit`
    Submit(ClaimSubmission),
    /// `claim.review_technically`
    ReviewTechnically(TechnicalReview),
    /// `claim.countersign`
    Countersign(Countersignature),
    /// `claim.review_finances`
    ReviewFinances(FinanceReview),
    /// `claim.approve`
    Approve(ClaimApproval),
    /// `claim.reject`
    Reject(ClaimRejection),
    /// `claim.withdraw`
    Withdraw(ClaimWithdrawal),
    /// `claim.take_over`
    TakeOver(ClaimOpening),
}

/// What has happened to `claim`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClaimEvent {
    /// `claim.submitted`
    Submitted(ClaimSubmission),
    /// `claim.technically_reviewed`
    TechnicallyReviewed(TechnicalReview),
    /// `claim.countersigned`
    Countersigned(Countersignature),
    /// `claim.finances_reviewed`
    FinancesReviewed(FinanceReview),
    /// `claim.approved`
    Approved(ClaimApproval),
    /// `claim.rejected`
    Rejected(ClaimRejection),
    /// `claim.withdrawn`
    Withdrawn(ClaimWithdrawal),
    /// `claim.taken_over`
    TakenOver(ClaimOpening),
}

crate::noun! { "claim" Claim ClaimCommand ClaimEvent
    Submit "submit" => Submitted "submitted",
    ReviewTechnically "review_technically" => TechnicallyReviewed "technically_reviewed",
    Countersign "countersign" => Countersigned "countersigned",
    ReviewFinances "review_finances" => FinancesReviewed "finances_reviewed",
    Approve "approve" => Approved "approved",
    Reject "reject" => Rejected "rejected",
    Withdraw "withdraw" => Withdrawn "withdrawn",
    TakeOver "take_over" => TakenOver "taken_over",
}
