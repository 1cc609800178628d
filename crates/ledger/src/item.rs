//! Rectification items 整改事项: from the list to a closing that somebody else verified.

pub mod rules;

use crate::date::BusinessDate;
use crate::digest::Digest;
use crate::ids::{ItemId, MeasureId, OrganisationId, PersonId, RoundId};
use crate::money::Fen;
use crate::text::{Name, Reference, Text};

choices! {
    /// What the problem is about; decides whether verifiers must go to the site.
    ItemCategory {
        /// 精准识别、精准退出
        Targeting = "targeting" "精准识别",
        Policy = "policy" "政策落实",
        Funds = "funds" "资金管理",
        Project = "project" "项目实施",
        Livelihood = "livelihood" "民生保障",
        Conduct = "conduct" "干部作风",
        Groundwork = "groundwork" "基础工作",
        Institution = "institution" "制度机制",
    }
    /// One unit's problem, or one that many share.
    ItemScope {
        Common = "common" "共性问题",
        Individual = "individual" "个性问题",
    }
    /// How bad it is.
    Severity {
        Minor = "minor" "一般",
        Serious = "serious" "较重",
        Grave = "grave" "严重",
    }
    /// How a verifier looked.
    VerificationMode {
        OnSite = "on_site" "现场核验",
        OnPaper = "on_paper" "书面核验",
    }
    /// What a measure is.
    MeasureKind {
        Ordinary = "ordinary" "整改措施",
        /// A rule that keeps the problem from coming back; a common item needs one.
        Institutional = "institutional" "建章立制",
    }
    /// The ladder of letters.
    LetterKind {
        Reminder = "reminder" "提醒书",
        Urging = "urging" "督办书",
        Warning = "warning" "告诫书",
        Accountability = "accountability" "问责书",
    }
    /// By which rule the due date is found.
    DeadlineRule {
        /// Two months from feedback until 2024-02-07, six from 2024-02-08 on.
        InspectionFeedback = "inspection_feedback" "巡察反馈整改期限",
        /// County variant: half a year.
        HalfYear = "half_year" "半年",
        /// County variant: one year at the most.
        OneYear = "one_year" "一年",
        /// 立行立改: a number of days.
        Immediate = "immediate" "立行立改",
        /// The day is named.
        Fixed = "fixed" "指定日期",
    }
}

/// Drafts an item.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemDraft {
    /// The item.
    pub item: ItemId,
    /// Its number on the list.
    pub number: Reference,
    /// The round that found it.
    pub round: RoundId,
    /// What it is about.
    pub category: ItemCategory,
    /// Common or individual.
    pub scope: ItemScope,
    /// The common item of which this is one case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ItemId>,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub facts: Text,
    /// The rule that was broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Text>,
    /// The money concerned; 0 if none.
    pub amount_involved_fen: Fen,
    /// The money to be recovered before it can be closed; 0 if none.
    pub recovery_required_fen: Fen,
    /// The unit that must put it right.
    pub responsible_unit: OrganisationId,
    /// The official who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible_person: Option<PersonId>,
    /// The unit that leads where several are concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_unit: Option<OrganisationId>,
    /// By which rule the due date is found.
    pub deadline_rule: DeadlineRule,
    /// Days, for `immediate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_days: Option<u32>,
    /// The day, for `fixed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<BusinessDate>,
}

/// A step of an item that needs no more than its date and a word.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemStep {
    /// The item.
    pub item: ItemId,
    /// What is worth saying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Text>,
}

/// A step of an item that needs a reason.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReasonedStep {
    /// The item.
    pub item: ItemId,
    /// Why.
    pub reason: Text,
}

/// Submits the rectification plan 方案报审.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanSubmission {
    /// The item.
    pub item: ItemId,
    /// The plan in a few words.
    pub plan: Text,
    /// The plan document.
    pub document: Reference,
}

/// Says what a verifier found 核验.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// The item.
    pub item: ItemId,
    /// On site or on paper.
    pub mode: VerificationMode,
    /// What was found.
    pub finding: Text,
}

/// Adds a measure, or changes one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// The item.
    pub item: ItemId,
    /// The measure.
    pub measure: MeasureId,
    /// Ordinary or institutional.
    pub kind: MeasureKind,
    /// What will be done.
    pub description: Text,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<BusinessDate>,
}

/// Says that a measure is done.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MeasureResult {
    /// The item.
    pub item: ItemId,
    /// The measure.
    pub measure: MeasureId,
    /// What came of it.
    pub result: Text,
}

/// Names an evidence file for a measure 佐证.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The item.
    pub item: ItemId,
    /// The measure it proves.
    pub measure: MeasureId,
    /// The file's SHA-256.
    pub sha256: Digest,
    /// When it was taken; evidence counts only from the day of issue on.
    pub captured_on: BusinessDate,
    /// What it shows.
    pub description: Text,
}

/// Takes evidence back; the record of it stays.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EvidenceRetraction {
    /// The item.
    pub item: ItemId,
    /// The file's SHA-256.
    pub sha256: Digest,
    /// Why.
    pub reason: Text,
}

/// Asks for a later due date.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExtensionRequest {
    /// The item.
    pub item: ItemId,
    /// The later day.
    pub due_on: BusinessDate,
    /// Why.
    pub reason: Text,
}

/// Money demanded back or received back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Recovery {
    /// The item.
    pub item: ItemId,
    /// How much.
    pub amount_fen: Fen,
    /// The demand's number, or the bank's reference.
    pub reference: Reference,
}

/// Gives up recovering money, by whose authority.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecoveryWaiver {
    /// The item.
    pub item: ItemId,
    /// How much.
    pub amount_fen: Fen,
    /// The authority that decided it.
    pub authority: Name,
    /// Why.
    pub reason: Text,
}

/// Sends a letter of the escalation ladder.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// The item.
    pub item: ItemId,
    /// Which letter.
    pub kind: LetterKind,
    /// Its number.
    pub number: Reference,
    /// The last day, for a warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_day: Option<BusinessDate>,
}

/// Hands the lead to another unit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LeadTransfer {
    /// The item.
    pub item: ItemId,
    /// The unit that leads from now on.
    pub lead_unit: OrganisationId,
    /// Why.
    pub reason: Text,
}

/// Merges an item into another one 并案.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemMerger {
    /// The item that ends.
    pub item: ItemId,
    /// The item that goes on.
    pub into: ItemId,
    /// Why.
    pub reason: Text,
}

/// Ends an item that will not be carried out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemAbandonment {
    /// The item.
    pub item: ItemId,
    /// The authority that decided it.
    pub authority: Name,
    /// Why.
    pub reason: Text,
}

/// Declares that a person may not judge this item 回避.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Recusal {
    /// The item.
    pub item: ItemId,
    /// The person.
    pub person: PersonId,
    /// Why.
    pub reason: Text,
}

/// A closing of former times, taken over from paper; never counted as verified.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HistoricalClosure {
    /// The item.
    pub item: ItemId,
    /// When it was closed.
    pub closed_on: BusinessDate,
    /// The document that says so.
    pub document: Reference,
}

/// What may be asked of `item`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
}

/// What has happened to `item`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
}
