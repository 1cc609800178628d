//! `contract` in protobuf.

use crate::generated as pb;
use ledger::contract::*;

choice!(StageTrigger {
    Signing,
    Progress,
    Completion,
    Acceptance,
    RetentionEnd
});
choice!(ContractChangeKind {
    Duration,
    Price,
    Scope
});
record!(ContractStage {
    trigger,
    name,
    cumulative_cap_bp
});
record!(ContractSigning {
    contract,
    project,
    number,
    name,
    supplier,
    price_fen,
    retention_bp,
    stages,
    advance_bp,
    ends_on,
    document
});
record!(ContractChange {
    contract,
    kind,
    delta_fen,
    document,
    reason,
    ends_on
});
record!(StageReach {
    contract,
    stage,
    basis
});
record!(ContractClosing { contract, reason });
record!(ContractOpening {
    signing,
    cut_over,
    signed_on,
    changes_delta_fen,
    paid_fen,
    reached_stage
});
noun!(
    ContractCommand,
    contract_command,
    command,
    Command {
        Sign,
        Change,
        ReachStage,
        Close,
        TakeOver
    }
);
noun!(
    ContractEvent,
    contract_event,
    event,
    Event {
        Signed,
        Changed,
        StageReached,
        Closed,
        TakenOver
    }
);
