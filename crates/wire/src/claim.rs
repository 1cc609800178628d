//! `claim` in protobuf.

use crate::generated as pb;
use ledger::claim::*;

choice!(ClaimRejectionCode {
    VouchersIncomplete,
    WrongAmount,
    ProgressUnproven,
    NotEligible,
    OverContract,
    WrongPayee,
    Duplicate,
    Other
});
record!(Countersigner {
    capacity,
    organisation
});
record!(ClaimSubmission {
    claim,
    number,
    project,
    contract,
    stage,
    amount_fen,
    sources,
    vouchers,
    payee,
    countersigners,
    site_visits,
    custodian,
    remark
});
record!(TechnicalReview {
    claim,
    progress,
    finding
});
record!(Countersignature {
    claim,
    capacity,
    remark
});
record!(FinanceReview { claim, finding });
record!(ClaimApproval { claim, document });
record!(ClaimRejection {
    claim,
    code,
    reason
});
record!(ClaimWithdrawal { claim, reason });
record!(ClaimOpening {
    submission,
    cut_over,
    paid_fen
});
noun!(
    ClaimCommand,
    claim_command,
    command,
    Command {
        Submit,
        ReviewTechnically,
        Countersign,
        ReviewFinances,
        Approve,
        Reject,
        Withdraw,
        TakeOver
    }
);
noun!(
    ClaimEvent,
    claim_event,
    event,
    Event {
        Submitted,
        TechnicallyReviewed,
        Countersigned,
        FinancesReviewed,
        Approved,
        Rejected,
        Withdrawn,
        TakenOver
    }
);
