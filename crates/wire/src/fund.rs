//! `fund` in protobuf.

use crate::generated as pb;
use ledger::fund::*;

choice!(SourceKind {
    Central,
    Province,
    Prefecture,
    County,
    Sector,
    EastWest,
    Partner,
    Donation,
    SelfRaised,
    Loan,
    Bond
});
choice!(ReclaimReason {
    Surplus,
    Idle,
    Violation
});
either!(
    Holder,
    holder {
        Organisation,
        Project
    }
);
record!(FundAnnouncement {
    fund,
    name,
    document,
    issuer,
    receiver,
    source_kind,
    amount_fen,
    budget_year,
    function_code,
    economy_code,
    purpose_code,
    direct
});
record!(AuthorityReceipt {
    fund,
    amount_fen,
    document
});
record!(Allocation {
    fund,
    from,
    to,
    amount_fen,
    document
});
record!(Adjustment {
    fund,
    delta_fen,
    reason,
    document
});
record!(Reclaim {
    fund,
    from,
    to,
    amount_fen,
    reason,
    document
});
record!(CarryOver {
    fund,
    holder,
    amount_fen,
    to_year,
    document
});
record!(OpeningLine {
    from,
    to,
    amount_fen
});
record!(OpeningSpending {
    project,
    settled_fen,
    returned_fen
});
record!(OpeningCarry {
    holder,
    to_year,
    amount_fen
});
record!(FundOpening {
    announcement,
    cut_over,
    received_fen,
    reclaimed_from_top_fen,
    lines,
    spent,
    adjusted_fen,
    carried
});
noun!(
    FundCommand,
    fund_command,
    command,
    Command {
        Announce,
        Receive,
        Allocate,
        Adjust,
        Reclaim,
        CarryOver,
        TakeOver
    }
);
noun!(
    FundEvent,
    fund_event,
    event,
    Event {
        Announced,
        Received,
        Allocated,
        Adjusted,
        Reclaimed,
        CarriedOver,
        TakenOver
    }
);
