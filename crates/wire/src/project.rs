//! `project` in protobuf.

use crate::generated as pb;
use ledger::project::rules::ProjectState;
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
choice!(AcceptanceLevel { Preliminary, Final });
choice!(ProjectReviewKind {
    Expert,
    Prefecture,
    Province
});
choice!(ProjectReviewResult { Passed, Returned });
choice!(TenderMethod {
    Open,
    Invited,
    Negotiation,
    Consultation,
    Inquiry,
    SingleSource,
    Comparison,
    VillageDecision
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
    planned_fen,
    starts_on,
    completes_on
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
    basis,
    approver
});
record!(ProjectStep { project, remark });
record!(ProjectDeclaration {
    project,
    number,
    name,
    village,
    implementing_unit,
    content,
    performance_target,
    planned,
    planned_fen,
    kind,
    beneficiary_households,
    starts_on,
    completes_on,
    reviews
});
record!(TownReview {
    project,
    result,
    opinion,
    document
});
record!(ProjectReview {
    project,
    review,
    result,
    opinion,
    document
});
record!(YearPlan {
    project,
    year,
    document
});
record!(Tender {
    project,
    method,
    estimate_fen,
    document
});
record!(Award {
    project,
    supplier,
    price_fen,
    document
});
record!(SiteVisit {
    project,
    visit,
    visitors,
    finding
});
record!(Replanning {
    project,
    reason,
    starts_on,
    completes_on,
    approver,
    document
});
record!(ProjectReason {
    project,
    reason,
    document
});
record!(Acceptance {
    project,
    team,
    document,
    level
});
record!(AcceptanceFailure {
    project,
    team,
    document,
    level,
    reason
});
record!(SettlementAudit {
    project,
    claimed_fen,
    approved_fen,
    document
});
record!(FinalAccount {
    project,
    cost_fen,
    surplus_fen,
    document
});
record!(Handover {
    project,
    asset,
    to,
    document
});
record!(CareAssignment {
    project,
    keeper,
    document
});
choice!(ProjectState {
    Declared,
    TownReviewed,
    InLibrary,
    Planned,
    Approved,
    Tendered,
    Awarded,
    Started,
    InProgress,
    Completed,
    Accepted,
    Settled,
    FinalAccount,
    HandedOver,
    InCare,
    Suspended,
    Terminated,
    Removed
});
record!(OpeningGate { gate, result });
record!(ProjectOpening {
    entry,
    cut_over,
    state,
    budget,
    started_on,
    completed_on,
    accepted_on,
    gates
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
        Accept,
        Declare,
        ReviewInTown,
        Review,
        PlanYear,
        Tender,
        Award,
        VisitSite,
        FailAcceptance,
        AuditSettlement,
        ApproveFinalAccount,
        HandOver,
        AssignCare,
        Replan,
        Suspend,
        Resume,
        Terminate,
        Remove,
        TakeOver
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
        Accepted,
        Declared,
        ReviewedInTown,
        Reviewed,
        YearPlanned,
        Tendered,
        Awarded,
        SiteVisited,
        AcceptanceFailed,
        SettlementAudited,
        FinalAccountApproved,
        HandedOver,
        CareAssigned,
        Replanned,
        Suspended,
        Resumed,
        Terminated,
        Removed,
        TakenOver
    }
);
