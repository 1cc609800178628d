//! `import` in protobuf.

use crate::generated as pb;
use ledger::import::*;

record!(ImportStart {
    import,
    kind,
    file_sha256,
    mapping_sha256,
    rows,
    new_rows,
    changed_rows,
    refused_rows
});
record!(ImportCompletion {
    import,
    recorded_rows,
    refused_rows
});
record!(ImportReversal {
    import,
    undone,
    kept,
    reason
});
noun!(
    ImportCommand,
    import_command,
    command,
    Command {
        Begin,
        Complete,
        Reverse
    }
);
noun!(
    ImportEvent,
    import_event,
    event,
    Event {
        Begun,
        Completed,
        Reversed
    }
);
