//! `evidence` in protobuf.

use crate::generated as pb;
use ledger::evidence::*;

record!(EvidenceRegistration {
    evidence,
    subject,
    sha256,
    size,
    media_type,
    captured_on,
    captured_by,
    description
});
record!(EvidenceWithdrawal { evidence, reason });
noun!(
    EvidenceCommand,
    evidence_command,
    command,
    Command { Add, Retract }
);
noun!(
    EvidenceEvent,
    evidence_event,
    event,
    Event { Added, Retracted }
);
