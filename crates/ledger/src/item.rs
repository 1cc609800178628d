//! Rectification items 整改事项: from the list to a closing that somebody else verified.

pub mod rules;

mod assignment;
mod closing;
mod deadline;
mod division;
mod draft;
mod long_term;
mod measure;
mod opening;
mod recovery;
mod step;

pub use assignment::*;
pub use closing::*;
pub use deadline::*;
pub use division::*;
pub use draft::*;
pub use long_term::*;
pub use measure::*;
pub use opening::*;
pub use recovery::*;
pub use step::*;

/// What may be asked of `item`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ItemCommand {
    /// `item.draft`
    Draft(ItemDraft),
    /// `item.issue`
    Issue(ItemStep),
    /// `item.acknowledge`
    Acknowledge(ItemStep),
    /// `item.submit_plan`
    SubmitPlan(PlanSubmission),
    /// `item.return_plan`
    ReturnPlan(ReasonedStep),
    /// `item.approve_plan`
    ApprovePlan(ItemStep),
    /// `item.request_closure`
    RequestClosure(ItemStep),
    /// `item.return_for_rework`
    ReturnForRework(ReasonedStep),
    /// `item.verify`
    Verify(Verification),
    /// `item.close`
    Close(ItemStep),
    /// `item.pass_lookback`
    PassLookback(ItemStep),
    /// `item.fail_lookback`
    FailLookback(ReasonedStep),
    /// `item.approve_long_term`
    ApproveLongTerm(ReasonedStep),
    /// `item.review_long_term`
    ReviewLongTerm(ItemStep),
    /// `item.suspend`
    Suspend(ReasonedStep),
    /// `item.resume`
    Resume(ItemStep),
    /// `item.uphold_objection`
    UpholdObjection(ReasonedStep),
    /// `item.merge`
    Merge(ItemMerger),
    /// `item.close_not_implemented`
    CloseNotImplemented(ItemAbandonment),
    /// `item.add_measure`
    AddMeasure(Measure),
    /// `item.change_measure`
    ChangeMeasure(Measure),
    /// `item.finish_measure`
    FinishMeasure(MeasureResult),
    /// `item.add_evidence`
    AddEvidence(Evidence),
    /// `item.retract_evidence`
    RetractEvidence(EvidenceRetraction),
    /// `item.note_progress`
    NoteProgress(ReasonedStep),
    /// `item.request_extension`
    RequestExtension(ExtensionRequest),
    /// `item.grant_extension`
    GrantExtension(ItemStep),
    /// `item.refuse_extension`
    RefuseExtension(ReasonedStep),
    /// `item.send_letter`
    SendLetter(Letter),
    /// `item.demand_recovery`
    DemandRecovery(Recovery),
    /// `item.receive_recovery`
    ReceiveRecovery(Recovery),
    /// `item.waive_recovery`
    WaiveRecovery(RecoveryWaiver),
    /// `item.transfer_lead`
    TransferLead(LeadTransfer),
    /// `item.declare_recusal`
    DeclareRecusal(Recusal),
    /// `item.import_closure`
    ImportClosure(HistoricalClosure),
    /// `item.take_over`
    TakeOver(ItemOpening),
    /// `item.reassign`
    Reassign(Reassignment),
    /// `item.split`
    Split(ItemSplit),
    /// `item.link_overlap`
    LinkOverlap(ItemOverlap),
    /// `item.unlink_overlap`
    UnlinkOverlap(ItemOverlap),
    /// `item.refute`
    Refute(Refutation),
    /// `item.withdraw_closure_request`
    WithdrawClosureRequest(ReasonedStep),
    /// `item.continue_long_term`
    ContinueLongTerm(LongTermReview),
    /// `item.discard`
    Discard(ReasonedStep),
}

/// What has happened to `item`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ItemEvent {
    /// `item.drafted`
    Drafted(ItemDraft),
    /// `item.issued`
    Issued(ItemStep),
    /// `item.acknowledged`
    Acknowledged(ItemStep),
    /// `item.plan_submitted`
    PlanSubmitted(PlanSubmission),
    /// `item.plan_returned`
    PlanReturned(ReasonedStep),
    /// `item.plan_approved`
    PlanApproved(ItemStep),
    /// `item.closure_requested`
    ClosureRequested(ItemStep),
    /// `item.returned_for_rework`
    ReturnedForRework(ReasonedStep),
    /// `item.verified`
    Verified(Verification),
    /// `item.closed`
    Closed(ItemStep),
    /// `item.lookback_passed`
    LookbackPassed(ItemStep),
    /// `item.lookback_failed`
    LookbackFailed(ReasonedStep),
    /// `item.long_term_approved`
    LongTermApproved(ReasonedStep),
    /// `item.long_term_reviewed`
    LongTermReviewed(ItemStep),
    /// `item.suspended`
    Suspended(ReasonedStep),
    /// `item.resumed`
    Resumed(ItemStep),
    /// `item.objection_upheld`
    ObjectionUpheld(ReasonedStep),
    /// `item.merged`
    Merged(ItemMerger),
    /// `item.closed_not_implemented`
    ClosedNotImplemented(ItemAbandonment),
    /// `item.measure_added`
    MeasureAdded(Measure),
    /// `item.measure_changed`
    MeasureChanged(Measure),
    /// `item.measure_finished`
    MeasureFinished(MeasureResult),
    /// `item.evidence_added`
    EvidenceAdded(Evidence),
    /// `item.evidence_retracted`
    EvidenceRetracted(EvidenceRetraction),
    /// `item.progress_noted`
    ProgressNoted(ReasonedStep),
    /// `item.extension_requested`
    ExtensionRequested(ExtensionRequest),
    /// `item.extension_granted`
    ExtensionGranted(ItemStep),
    /// `item.extension_refused`
    ExtensionRefused(ReasonedStep),
    /// `item.letter_sent`
    LetterSent(Letter),
    /// `item.recovery_demanded`
    RecoveryDemanded(Recovery),
    /// `item.recovery_received`
    RecoveryReceived(Recovery),
    /// `item.recovery_waived`
    RecoveryWaived(RecoveryWaiver),
    /// `item.lead_transferred`
    LeadTransferred(LeadTransfer),
    /// `item.recusal_declared`
    RecusalDeclared(Recusal),
    /// `item.closure_imported`
    ClosureImported(HistoricalClosure),
    /// `item.taken_over`
    TakenOver(ItemOpening),
    /// `item.reassigned`
    Reassigned(Reassignment),
    /// `item.split`
    Split(ItemSplit),
    /// `item.overlap_linked`
    OverlapLinked(ItemOverlap),
    /// `item.overlap_unlinked`
    OverlapUnlinked(ItemOverlap),
    /// `item.refuted`
    Refuted(Refutation),
    /// `item.closure_request_withdrawn`
    ClosureRequestWithdrawn(ReasonedStep),
    /// `item.long_term_continued`
    LongTermContinued(LongTermReview),
    /// `item.discarded`
    Discarded(ReasonedStep),
}

crate::noun! { "item" Item ItemCommand ItemEvent
    Draft "draft" => Drafted "drafted",
    Issue "issue" => Issued "issued",
    Acknowledge "acknowledge" => Acknowledged "acknowledged",
    SubmitPlan "submit_plan" => PlanSubmitted "plan_submitted",
    ReturnPlan "return_plan" => PlanReturned "plan_returned",
    ApprovePlan "approve_plan" => PlanApproved "plan_approved",
    RequestClosure "request_closure" => ClosureRequested "closure_requested",
    ReturnForRework "return_for_rework" => ReturnedForRework "returned_for_rework",
    Verify "verify" => Verified "verified",
    Close "close" => Closed "closed",
    PassLookback "pass_lookback" => LookbackPassed "lookback_passed",
    FailLookback "fail_lookback" => LookbackFailed "lookback_failed",
    ApproveLongTerm "approve_long_term" => LongTermApproved "long_term_approved",
    ReviewLongTerm "review_long_term" => LongTermReviewed "long_term_reviewed",
    Suspend "suspend" => Suspended "suspended",
    Resume "resume" => Resumed "resumed",
    UpholdObjection "uphold_objection" => ObjectionUpheld "objection_upheld",
    Merge "merge" => Merged "merged",
    CloseNotImplemented "close_not_implemented" => ClosedNotImplemented "closed_not_implemented",
    AddMeasure "add_measure" => MeasureAdded "measure_added",
    ChangeMeasure "change_measure" => MeasureChanged "measure_changed",
    FinishMeasure "finish_measure" => MeasureFinished "measure_finished",
    AddEvidence "add_evidence" => EvidenceAdded "evidence_added",
    RetractEvidence "retract_evidence" => EvidenceRetracted "evidence_retracted",
    NoteProgress "note_progress" => ProgressNoted "progress_noted",
    RequestExtension "request_extension" => ExtensionRequested "extension_requested",
    GrantExtension "grant_extension" => ExtensionGranted "extension_granted",
    RefuseExtension "refuse_extension" => ExtensionRefused "extension_refused",
    SendLetter "send_letter" => LetterSent "letter_sent",
    DemandRecovery "demand_recovery" => RecoveryDemanded "recovery_demanded",
    ReceiveRecovery "receive_recovery" => RecoveryReceived "recovery_received",
    WaiveRecovery "waive_recovery" => RecoveryWaived "recovery_waived",
    TransferLead "transfer_lead" => LeadTransferred "lead_transferred",
    DeclareRecusal "declare_recusal" => RecusalDeclared "recusal_declared",
    ImportClosure "import_closure" => ClosureImported "closure_imported",
    TakeOver "take_over" => TakenOver "taken_over",
    Reassign "reassign" => Reassigned "reassigned",
    Split "split" => Split "split",
    LinkOverlap "link_overlap" => OverlapLinked "overlap_linked",
    UnlinkOverlap "unlink_overlap" => OverlapUnlinked "overlap_unlinked",
    Refute "refute" => Refuted "refuted",
    WithdrawClosureRequest "withdraw_closure_request" =>
        ClosureRequestWithdrawn "closure_request_withdrawn",
    ContinueLongTerm "continue_long_term" => LongTermContinued "long_term_continued",
    Discard "discard" => Discarded "discarded",
}
