//! The table of states and steps of a claim (domain 5.8, V13).

use crate::claim::ClaimEvent;

choices! {
    /// How far a claim is. The last three after `approved` follow from its payments.
    ClaimState {
        Submitted = "submitted" "已报账",
        TechReviewed = "tech_reviewed" "已技术审核",
        /// By all who must.
        Countersigned = "countersigned" "已会签",
        FinanceReviewed = "finance_reviewed" "已财务审核",
        Approved = "approved" "已审批",
        Instructed = "instructed" "已下达支付指令",
        Settled = "settled" "已到账",
        /// All that was instructed has come back.
        Returned = "returned" "已退票",
        Rejected = "rejected" "已驳回",
        Withdrawn = "withdrawn" "已撤回",
    }
}

/// What may be done with a claim that was submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// `claim.review_technically`
    ReviewTechnically,
    /// `claim.countersign`
    Countersign,
    /// `claim.review_finances`
    ReviewFinances,
    /// `claim.approve`
    Approve,
    /// `claim.reject`
    Reject,
    /// `claim.withdraw`
    Withdraw,
}

impl Step {
    /// Every step.
    #[cfg(test)]
    pub(super) const ALL: [Step; 6] = [
        Step::ReviewTechnically,
        Step::Countersign,
        Step::ReviewFinances,
        Step::Approve,
        Step::Reject,
        Step::Withdraw,
    ];

    /// The step of an event; none for the submission, which makes the claim.
    pub(super) const fn of(event: &ClaimEvent) -> Option<Step> {
        match event {
            ClaimEvent::Submitted(_) | ClaimEvent::TakenOver(_) => None,
            ClaimEvent::TechnicallyReviewed(_) => Some(Step::ReviewTechnically),
            ClaimEvent::Countersigned(_) => Some(Step::Countersign),
            ClaimEvent::FinancesReviewed(_) => Some(Step::ReviewFinances),
            ClaimEvent::Approved(_) => Some(Step::Approve),
            ClaimEvent::Rejected(_) => Some(Step::Reject),
            ClaimEvent::Withdrawn(_) => Some(Step::Withdraw),
        }
    }

    /// The word of the command.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Step::ReviewTechnically => "claim.review_technically",
            Step::Countersign => "claim.countersign",
            Step::ReviewFinances => "claim.review_finances",
            Step::Approve => "claim.approve",
            Step::Reject => "claim.reject",
            Step::Withdraw => "claim.withdraw",
        }
    }

    /// True for the steps that need every counter-signature (V11).
    pub(super) const fn needs_signatures(self) -> bool {
        match self {
            Step::ReviewFinances | Step::Approve => true,
            Step::ReviewTechnically | Step::Countersign | Step::Reject | Step::Withdraw => false,
        }
    }
}

/// True for the states in which a claim waits for a decision.
pub(super) const fn undecided(state: ClaimState) -> bool {
    match state {
        ClaimState::Submitted
        | ClaimState::TechReviewed
        | ClaimState::Countersigned
        | ClaimState::FinanceReviewed => true,
        ClaimState::Approved
        | ClaimState::Instructed
        | ClaimState::Settled
        | ClaimState::Returned
        | ClaimState::Rejected
        | ClaimState::Withdrawn => false,
    }
}

/// True if the step may be taken in the state. A finance review of a claim that nobody need
/// counter-sign follows the technical one; that signatures are missing is another rule (V11).
///
/// A counter-signature may still come where an observed fact has overtaken it: it cures the claim.
pub(super) const fn allowed(state: ClaimState, step: Step) -> bool {
    match step {
        Step::ReviewTechnically => matches!(state, ClaimState::Submitted),
        Step::Countersign => match state {
            ClaimState::TechReviewed
            | ClaimState::FinanceReviewed
            | ClaimState::Approved
            | ClaimState::Instructed
            | ClaimState::Settled
            | ClaimState::Returned => true,
            ClaimState::Submitted
            | ClaimState::Countersigned
            | ClaimState::Rejected
            | ClaimState::Withdrawn => false,
        },
        Step::ReviewFinances => {
            matches!(state, ClaimState::TechReviewed | ClaimState::Countersigned)
        }
        Step::Approve => matches!(state, ClaimState::FinanceReviewed),
        Step::Reject | Step::Withdraw => undecided(state),
    }
}
