//! `contribution` in protobuf.

use crate::generated as pb;
use ledger::contribution::*;

record!(ContributionPledge {
    contribution,
    project,
    source_kind,
    party,
    amount_fen,
    undetermined_fen
});
record!(ContributionArrival {
    contribution,
    amount_fen,
    source_kind,
    account,
    bank_reference
});
record!(InKind {
    contribution,
    labour_days,
    unit_price_fen,
    value_fen,
    verified_by
});
record!(ContributionResolution {
    contribution,
    parts
});
noun!(
    ContributionCommand,
    contribution_command,
    command,
    Command {
        Pledge,
        Arrive,
        ContributeInKind,
        Resolve
    }
);
noun!(
    ContributionEvent,
    contribution_event,
    event,
    Event {
        Pledged,
        Arrived,
        ContributedInKind,
        Resolved
    }
);
