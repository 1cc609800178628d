//! `log` in protobuf.

use crate::generated as pb;
use ledger::log::*;

record!(KeyIntroduction {
    vkey,
    previous,
    endorsement
});
record!(SubjectsSeal {
    root,
    count,
    through_position
});
record!(StateRecording {
    ledger,
    seq,
    position,
    projection,
    version,
    hash
});
noun!(
    LogCommand,
    log_command,
    command,
    Command {
        IntroduceKey,
        SealSubjects,
        RecordState
    }
);
noun!(
    LogEvent,
    log_event,
    event,
    Event {
        KeyIntroduced,
        SubjectsSealed,
        StateRecorded
    }
);
