//! `item` in protobuf.

use crate::generated as pb;
use ledger::item::rules::State as ItemState;
use ledger::item::*;

choice!(ItemCategory {
    Targeting,
    Policy,
    Funds,
    Project,
    Livelihood,
    Conduct,
    Groundwork,
    Institution
});
choice!(ItemScope { Common, Individual });
choice!(Severity {
    Minor,
    Serious,
    Grave
});
choice!(VerificationMode { OnSite, OnPaper });
choice!(MeasureKind {
    Ordinary,
    Institutional
});
choice!(LetterKind {
    Reminder,
    Urging,
    Warning,
    Accountability
});
choice!(DeadlineRule {
    InspectionFeedback,
    HalfYear,
    OneYear,
    Immediate,
    Fixed
});
record!(ItemDraft {
    item,
    number,
    round,
    category,
    scope,
    parent,
    severity,
    facts,
    basis,
    amount_involved_fen,
    recovery_required_fen,
    responsible_unit,
    responsible_person,
    lead_unit,
    deadline_rule,
    deadline_days,
    due_on,
    cooperating_units
});
record!(ItemStep { item, remark });
record!(ReasonedStep { item, reason });
record!(PlanSubmission {
    item,
    plan,
    document
});
record!(Verification {
    item,
    mode,
    finding
});
record!(Measure {
    item,
    measure,
    kind,
    description,
    due_on,
    owner_unit,
    owner_person
});
record!(MeasureResult {
    item,
    measure,
    result
});
record!(Evidence {
    item,
    measure,
    sha256,
    captured_on,
    description
});
record!(EvidenceRetraction {
    item,
    sha256,
    reason
});
record!(ExtensionRequest {
    item,
    due_on,
    reason
});
choice!(RecoveryWay { NonTax, Offset });
record!(Recovery {
    item,
    amount_fen,
    reference,
    way,
    payment,
    overpaid
});
record!(RecoveryWaiver {
    item,
    amount_fen,
    authority,
    reason
});
record!(Letter {
    item,
    kind,
    number,
    last_day,
    receiver_unit,
    receiver_person,
    content
});
record!(LeadTransfer {
    item,
    lead_unit,
    reason
});
record!(ItemMerger { item, into, reason });
record!(ItemAbandonment {
    item,
    authority,
    reason
});
record!(Recusal {
    item,
    person,
    reason
});
record!(HistoricalClosure {
    item,
    closed_on,
    document
});
choice!(ItemState {
    Drafted,
    Issued,
    Acknowledged,
    PlanSubmitted,
    InProgress,
    ClosureRequested,
    Verified,
    Closed,
    LongTerm,
    Suspended,
    NotSubstantiated,
    Merged,
    ClosedNotImplemented,
    HistoricallyClosed,
    Split,
    Discarded
});
record!(ItemOpening {
    draft,
    cut_over,
    state,
    issued_on,
    extensions,
    suspended_days,
    demanded_fen,
    received_fen,
    waived_fen
});
record!(Reassignment {
    item,
    responsible_unit,
    responsible_person,
    lead_unit,
    cooperating_units,
    reason
});
record!(ItemSplit { item, into, reason });
record!(ItemOverlap { item, with, reason });
record!(Refutation {
    item,
    authority,
    document,
    reason,
    sha256,
    captured_on
});
record!(LongTermReview {
    item,
    finding,
    next_review_on
});
noun!(
    ItemCommand,
    item_command,
    command,
    Command {
        Draft,
        Issue,
        Acknowledge,
        SubmitPlan,
        ReturnPlan,
        ApprovePlan,
        RequestClosure,
        ReturnForRework,
        Verify,
        Close,
        PassLookback,
        FailLookback,
        ApproveLongTerm,
        ReviewLongTerm,
        Suspend,
        Resume,
        UpholdObjection,
        Merge,
        CloseNotImplemented,
        AddMeasure,
        ChangeMeasure,
        FinishMeasure,
        AddEvidence,
        RetractEvidence,
        NoteProgress,
        RequestExtension,
        GrantExtension,
        RefuseExtension,
        SendLetter,
        DemandRecovery,
        ReceiveRecovery,
        WaiveRecovery,
        TransferLead,
        DeclareRecusal,
        ImportClosure,
        TakeOver,
        Reassign,
        Split,
        LinkOverlap,
        UnlinkOverlap,
        Refute,
        WithdrawClosureRequest,
        ContinueLongTerm,
        Discard
    }
);
noun!(
    ItemEvent,
    item_event,
    event,
    Event {
        Drafted,
        Issued,
        Acknowledged,
        PlanSubmitted,
        PlanReturned,
        PlanApproved,
        ClosureRequested,
        ReturnedForRework,
        Verified,
        Closed,
        LookbackPassed,
        LookbackFailed,
        LongTermApproved,
        LongTermReviewed,
        Suspended,
        Resumed,
        ObjectionUpheld,
        Merged,
        ClosedNotImplemented,
        MeasureAdded,
        MeasureChanged,
        MeasureFinished,
        EvidenceAdded,
        EvidenceRetracted,
        ProgressNoted,
        ExtensionRequested,
        ExtensionGranted,
        ExtensionRefused,
        LetterSent,
        RecoveryDemanded,
        RecoveryReceived,
        RecoveryWaived,
        LeadTransferred,
        RecusalDeclared,
        ClosureImported,
        TakenOver,
        Reassigned,
        Split,
        OverlapLinked,
        OverlapUnlinked,
        Refuted,
        ClosureRequestWithdrawn,
        LongTermContinued,
        Discarded
    }
);
