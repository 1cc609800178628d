//! The state machine of an item (V13): its states, its steps, and the one table of transitions.

use crate::ids::ItemId;
use crate::item::{ItemCommand, ItemEvent};

choices! {
    /// Where an item stands. Overdue is no state: it is derived from the due date.
    State {
        Drafted = "drafted" "拟制",
        Issued = "issued" "交办",
        Acknowledged = "acknowledged" "签收认领",
        PlanSubmitted = "plan_submitted" "方案报审",
        InProgress = "in_progress" "整改中",
        ClosureRequested = "closure_requested" "申请销号",
        Verified = "verified" "核验通过",
        Closed = "closed" "已销号",
        LongTerm = "long_term" "持续整改",
        Suspended = "suspended" "暂停",
        NotSubstantiated = "not_substantiated" "不属实了结",
        Merged = "merged" "并案",
        ClosedNotImplemented = "closed_not_implemented" "未整改了结",
        /// Taken over from paper; nobody verified it here.
        HistoricallyClosed = "historically_closed" "历史销号",
        /// Gone on in several others.
        Split = "split" "拆分",
        /// A draft that was given up before anybody was told.
        Discarded = "discarded" "已作废",
    }
}

/// The steps with the command that asks for each and the event that says it was taken.
macro_rules! steps {
    ($($step:ident $event:ident $word:literal $zh:literal $($within:ident)?,)*) => {
        choices! {
            /// What may be done with an item: its commands without their facts.
            Step { $($step = $word $zh,)* }
        }

        impl Step {
            /// The step that a command asks for.
            #[must_use]
            pub const fn of(command: &ItemCommand) -> Step {
                match command { $(ItemCommand::$step(_) => Step::$step),* }
            }

            /// The step that an event says was taken.
            #[must_use]
            pub const fn behind(event: &ItemEvent) -> Step {
                match event { $(ItemEvent::$event(_) => Step::$step),* }
            }
        }

        impl ItemCommand {
            /// The item that it is about.
            #[must_use]
            pub const fn item(&self) -> ItemId {
                match self { $(ItemCommand::$step(facts) => facts.$($within.)?item),* }
            }
        }

        impl ItemEvent {
            /// The item that it is about.
            #[must_use]
            pub const fn item(&self) -> ItemId {
                match self { $(ItemEvent::$event(facts) => facts.$($within.)?item),* }
            }
        }
    };
}

steps! {
    Draft Drafted "item.draft" "拟制",
    Issue Issued "item.issue" "交办",
    Acknowledge Acknowledged "item.acknowledge" "签收认领",
    SubmitPlan PlanSubmitted "item.submit_plan" "方案报审",
    ReturnPlan PlanReturned "item.return_plan" "方案退单",
    ApprovePlan PlanApproved "item.approve_plan" "方案联审通过",
    RequestClosure ClosureRequested "item.request_closure" "申请销号",
    ReturnForRework ReturnedForRework "item.return_for_rework" "退回重改",
    Verify Verified "item.verify" "核验",
    Close Closed "item.close" "销号",
    PassLookback LookbackPassed "item.pass_lookback" "回头看合格",
    FailLookback LookbackFailed "item.fail_lookback" "回头看不合格",
    ApproveLongTerm LongTermApproved "item.approve_long_term" "批准持续整改",
    ReviewLongTerm LongTermReviewed "item.review_long_term" "持续整改评估",
    Suspend Suspended "item.suspend" "暂停",
    Resume Resumed "item.resume" "恢复",
    UpholdObjection ObjectionUpheld "item.uphold_objection" "异议成立",
    Merge Merged "item.merge" "并案",
    CloseNotImplemented ClosedNotImplemented "item.close_not_implemented" "未整改了结",
    AddMeasure MeasureAdded "item.add_measure" "新增措施",
    ChangeMeasure MeasureChanged "item.change_measure" "调整措施",
    FinishMeasure MeasureFinished "item.finish_measure" "完成措施",
    AddEvidence EvidenceAdded "item.add_evidence" "提交佐证",
    RetractEvidence EvidenceRetracted "item.retract_evidence" "撤回佐证",
    NoteProgress ProgressNoted "item.note_progress" "登记进展",
    RequestExtension ExtensionRequested "item.request_extension" "申请延期",
    GrantExtension ExtensionGranted "item.grant_extension" "批准延期",
    RefuseExtension ExtensionRefused "item.refuse_extension" "不批准延期",
    SendLetter LetterSent "item.send_letter" "发函",
    DemandRecovery RecoveryDemanded "item.demand_recovery" "责令追缴",
    ReceiveRecovery RecoveryReceived "item.receive_recovery" "追缴到账",
    WaiveRecovery RecoveryWaived "item.waive_recovery" "核免追缴",
    TransferLead LeadTransferred "item.transfer_lead" "变更牵头单位",
    DeclareRecusal RecusalDeclared "item.declare_recusal" "回避",
    ImportClosure ClosureImported "item.import_closure" "补录历史销号",
    // What was before the book; its facts say which item it is within its draft.
    TakeOver TakenOver "item.take_over" "期初建账" draft,
    Reassign Reassigned "item.reassign" "转办",
    Split Split "item.split" "拆分",
    LinkOverlap OverlapLinked "item.link_overlap" "关联交叉重复",
    UnlinkOverlap OverlapUnlinked "item.unlink_overlap" "取消交叉重复",
    Refute Refuted "item.refute" "认定不属实",
    WithdrawClosureRequest ClosureRequestWithdrawn "item.withdraw_closure_request" "撤回申请销号",
    ContinueLongTerm LongTermContinued "item.continue_long_term" "继续持续整改",
    Discard Discarded "item.discard" "作废",
}

/// What a step does to the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Next {
    /// The state stays.
    Stays,
    /// A new state.
    To(State),
    /// A new state once two have taken the step; until then the state stays.
    AfterTwo(State),
    /// The state in which the item was suspended.
    Back,
}

/// The states in which an item has not ended.
const OPEN: &[State] = &[
    State::Drafted,
    State::Issued,
    State::Acknowledged,
    State::PlanSubmitted,
    State::InProgress,
    State::ClosureRequested,
    State::Verified,
    State::LongTerm,
    State::Suspended,
];

/// The open states that the responsible unit knows of: all but the draft.
const UNDER_WAY: &[State] = &[
    State::Issued,
    State::Acknowledged,
    State::PlanSubmitted,
    State::InProgress,
    State::ClosureRequested,
    State::Verified,
    State::LongTerm,
    State::Suspended,
];

/// The open states in which nobody has asked for the closing: the work is still being shared out.
const IN_HAND: &[State] = &[
    State::Drafted,
    State::Issued,
    State::Acknowledged,
    State::PlanSubmitted,
    State::InProgress,
    State::LongTerm,
    State::Suspended,
];

/// The states in which it matters whether the same problem is counted twice.
const COUNTED: &[State] = &[
    State::Drafted,
    State::Issued,
    State::Acknowledged,
    State::PlanSubmitted,
    State::InProgress,
    State::ClosureRequested,
    State::Verified,
    State::Closed,
    State::LongTerm,
    State::Suspended,
    State::ClosedNotImplemented,
];

/// True for an item that has not ended.
#[must_use]
pub fn is_open(state: State) -> bool {
    OPEN.contains(&state)
}

/// What `step` does in `state`; nothing where it is refused (V13).
///
/// The only place of transitions: what is not listed is not possible. It follows domain 5.6; a
/// draft may be given measures, a lead and recusals, but whatever concerns the responsible unit's
/// work begins with the issue.
#[must_use]
pub fn next(state: State, step: Step) -> Option<Next> {
    use Next::{AfterTwo, Back, Stays, To};
    use State::{
        Acknowledged, Closed, ClosedNotImplemented, ClosureRequested, Discarded, Drafted,
        HistoricallyClosed, InProgress, Issued, LongTerm, Merged, NotSubstantiated, PlanSubmitted,
        Split, Suspended, Verified,
    };
    let (from, next): (&[State], Next) = match step {
        // They make the item; one that exists is neither drafted nor taken over again.
        Step::Draft | Step::TakeOver => (&[], Stays),
        Step::Issue => (&[Drafted], To(Issued)),
        Step::Acknowledge => (&[Issued], To(Acknowledged)),
        Step::SubmitPlan => (&[Acknowledged], To(PlanSubmitted)),
        Step::ReturnPlan => (&[PlanSubmitted], To(Acknowledged)),
        Step::ApprovePlan => (&[PlanSubmitted], AfterTwo(InProgress)),
        Step::RequestClosure => (&[InProgress], To(ClosureRequested)),
        Step::ReturnForRework => (&[ClosureRequested, Verified], To(InProgress)),
        Step::Verify => (&[ClosureRequested], AfterTwo(Verified)),
        Step::Close => (&[Verified], To(Closed)),
        Step::PassLookback => (&[Closed], Stays),
        Step::FailLookback => (&[Closed], To(InProgress)),
        Step::ApproveLongTerm => (&[InProgress], To(LongTerm)),
        Step::ReviewLongTerm => (&[LongTerm], To(ClosureRequested)),
        Step::Suspend => (&[InProgress, LongTerm], To(Suspended)),
        Step::Resume => (&[Suspended], Back),
        Step::UpholdObjection => (&[Issued, Acknowledged], To(NotSubstantiated)),
        Step::Merge => (OPEN, To(Merged)),
        Step::CloseNotImplemented => (OPEN, To(ClosedNotImplemented)),
        Step::ImportClosure => (&[Drafted, Issued], To(HistoricallyClosed)),
        Step::Reassign => (IN_HAND, Stays),
        Step::Split => (IN_HAND, To(Split)),
        Step::LinkOverlap | Step::UnlinkOverlap => (COUNTED, Stays),
        Step::Refute => (
            &[
                PlanSubmitted,
                InProgress,
                ClosureRequested,
                LongTerm,
                Suspended,
            ],
            To(NotSubstantiated),
        ),
        Step::WithdrawClosureRequest => (&[ClosureRequested], To(InProgress)),
        Step::ContinueLongTerm => (&[LongTerm], Stays),
        Step::Discard => (&[Drafted], To(Discarded)),
        Step::AddMeasure | Step::ChangeMeasure | Step::TransferLead | Step::DeclareRecusal => {
            (OPEN, Stays)
        }
        Step::FinishMeasure
        | Step::AddEvidence
        | Step::RetractEvidence
        | Step::NoteProgress
        | Step::RequestExtension
        | Step::GrantExtension
        | Step::RefuseExtension
        | Step::SendLetter
        | Step::DemandRecovery
        | Step::ReceiveRecovery
        | Step::WaiveRecovery => (UNDER_WAY, Stays),
    };
    from.contains(&state).then_some(next)
}

/// The steps that the table lists for `state`; further rules may still refuse them.
pub fn steps_from(state: State) -> impl Iterator<Item = Step> {
    Step::ALL
        .iter()
        .copied()
        .filter(move |step| next(state, *step).is_some())
}
