//! `project` in protobuf.

use crate::generated as pb;
use ledger::project::*;

choice!(Gate {
    LegalPerson,
    Tendering,
    Supervision,
    Contract,
    Integrity
});
choice!(GateResult {
    Passed,
    Failed,
    NotApplicable
});
record!(PlannedSource {
    source_kind,
    amount_fen
});
record!(ProjectEntry {
    project,
    number,
    name,
    implementing_unit,
    area,
    content,
    performance_target,
    planned,
    planned_fen
});
record!(ProjectApproval {
    project,
    document,
    budget,
    budget_fen
});
record!(GateCheck {
    project,
    gate,
    result,
    basis
});
record!(ProjectStep { project, remark });
record!(Acceptance {
    project,
    team,
    document
});
noun!(
    ProjectCommand,
    project_command,
    command,
    Command {
        EnterLibrary,
        Approve,
        CheckGate,
        Start,
        Complete,
        Accept
    }
);
noun!(
    ProjectEvent,
    project_event,
    event,
    Event {
        EnteredLibrary,
        Approved,
        GateChecked,
        Started,
        Completed,
        Accepted
    }
);
