//! `ledger` in protobuf.

use crate::generated as pb;
use ledger::book::*;

record!(BookOpening {
    name,
    area,
    predecessors
});
record!(Predecessor { ledger, seq, hash });
record!(BookRenaming { name });
record!(BookClosing { successor, reason });
record!(BookPolicy {
    paper_signatures,
    recoveries_by_bank_line,
    reminder_days,
    warning_days,
    document
});
record!(PeriodPreparation { through, document });
record!(PeriodSignOff { through });
record!(PeriodReopening {
    after,
    reason,
    document
});
noun!(
    BookCommand,
    book_command,
    command,
    Command {
        Open,
        Rename,
        Close,
        SetPolicy,
        PreparePeriod,
        SignOffPeriod,
        ReopenPeriod
    }
);
noun!(
    BookEvent,
    book_event,
    event,
    Event {
        Opened,
        Renamed,
        Closed,
        PolicySet,
        PeriodPrepared,
        PeriodSignedOff,
        PeriodReopened
    }
);
