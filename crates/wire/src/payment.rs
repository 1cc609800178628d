//! `payment` in protobuf.

use crate::generated as pb;
use ledger::payment::*;

choice!(PaymentKind {
    Advance,
    Progress,
    Final,
    Retention,
    Subsidy,
    Other,
    ManagementFee,
    PreliminaryCost
});
either!(
    Payee,
    payee {
        Subject,
        Organisation
    }
);
record!(SourceShare { fund, amount_fen });
record!(PaymentInstruction {
    payment,
    project,
    payee,
    amount_fen,
    sources,
    kind,
    voucher,
    remark,
    contract,
    claim
});
record!(Settlement {
    payment,
    amount_fen,
    bank_reference
});
record!(PaymentReturn {
    payment,
    amount_fen,
    reason
});
record!(Reissue {
    payment,
    of,
    voucher,
    reason
});
record!(Reclassification {
    payment,
    from,
    to,
    amount_fen,
    document,
    reason
});
record!(RecoveryDemand {
    payment,
    amount_fen,
    basis,
    document
});
record!(RecoveredMoney {
    payment,
    amount_fen,
    bank_reference
});
record!(RecoveryOffset {
    payment,
    against,
    amount_fen,
    document
});
record!(PaymentRecoveryWaiver {
    payment,
    amount_fen,
    authority,
    reason
});
record!(RetentionHold {
    payment,
    amount_fen,
    due_on
});
record!(RetentionRelease {
    payment,
    by,
    amount_fen
});
noun!(
    PaymentCommand,
    payment_command,
    command,
    Command {
        Instruct,
        Settle,
        Return,
        Reissue,
        Reclassify,
        DemandRecovery,
        ReceiveRecovery,
        OffsetRecovery,
        WaiveRecovery,
        WithholdRetention,
        ReleaseRetention,
    }
);
noun!(
    PaymentEvent,
    payment_event,
    event,
    Event {
        Instructed,
        Settled,
        Returned,
        Reissued,
        Reclassified,
        RecoveryDemanded,
        RecoveryReceived,
        RecoveryOffset,
        RecoveryWaived,
        RetentionWithheld,
        RetentionReleased,
    }
);
