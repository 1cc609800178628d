//! `round` in protobuf.

use crate::generated as pb;
use ledger::round::*;

choice!(RoundKind {
    Inspection,
    Supervision,
    Audit,
    SelfCheck,
    HouseholdVisit
});
choice!(SetRelation {
    Undetermined,
    Disjoint,
    Subset,
    Overlapping
});
record!(RoundOpening {
    round,
    name,
    kind,
    inspecting_body,
    closing_body,
    mandate,
    related_round,
    relation
});
record!(Feedback {
    round,
    receivers,
    document
});
record!(RoundClosing { round });
noun!(
    RoundCommand,
    round_command,
    command,
    Command {
        Open,
        DeliverFeedback,
        Close
    }
);
noun!(
    RoundEvent,
    round_event,
    event,
    Event {
        Opened,
        FeedbackDelivered,
        Closed
    }
);
