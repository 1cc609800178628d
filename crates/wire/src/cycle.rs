//! `cycle` in protobuf.

use crate::generated as pb;
use ledger::cycle::*;

choice!(AccountabilityForm {
    Talk,
    SelfCriticism,
    Criticism,
    Admonition,
    Reassignment,
    Discipline,
    Reorganisation
});
record!(CycleOpening { cycle, unit, month });
record!(CycleMeeting {
    cycle,
    document,
    remark
});
record!(CycleAccountability {
    cycle,
    item,
    person,
    form,
    document
});
record!(CycleClosing { cycle, remark });
noun!(
    CycleCommand,
    cycle_command,
    command,
    Command {
        Open,
        HoldDispatch,
        HoldSupervision,
        RecordAccountability,
        Close
    }
);
noun!(
    CycleEvent,
    cycle_event,
    event,
    Event {
        Opened,
        DispatchHeld,
        SupervisionHeld,
        AccountabilityRecorded,
        Closed
    }
);
