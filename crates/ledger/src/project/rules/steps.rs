//! The state machine of a project (V13): its states, its steps, and the one table of transitions.

use crate::ids::ProjectId;
use crate::project::{
    AcceptanceLevel, ProjectCommand, ProjectEvent, ProjectReviewResult as ReviewResult,
};

choices! {
    /// How far a project is, in the order of its life; the last three stand beside the road.
    ProjectState {
        Declared = "declared" "村申报",
        TownReviewed = "town_reviewed" "乡镇初审",
        InLibrary = "in_library" "入库",
        Planned = "planned" "年度计划",
        Approved = "approved" "立项",
        Tendered = "tendered" "招标",
        Awarded = "awarded" "中标",
        Started = "started" "开工",
        /// A visit has seen the work, or an acceptance has sent it back.
        InProgress = "in_progress" "在建",
        Completed = "completed" "竣工",
        Accepted = "accepted" "验收",
        Settled = "settled" "结算审计",
        FinalAccount = "final_account" "决算",
        HandedOver = "handed_over" "移交",
        InCare = "in_care" "管护",
        Suspended = "suspended" "暂停",
        Terminated = "terminated" "终止",
        Removed = "removed" "出库",
    }
    /// The stages of a project in the words of OC4IDS, the open standard for infrastructure data.
    ProjectStage {
        Identification = "identification" "识别",
        Preparation = "preparation" "准备",
        Implementation = "implementation" "实施",
        Completion = "completion" "完工",
        Maintenance = "maintenance" "管护",
        Cancelled = "cancelled" "取消",
    }
}

impl ProjectState {
    /// True beside the road: the project stands still, or has ended.
    #[must_use]
    pub fn is_aside(self) -> bool {
        self == ProjectState::Suspended || self.has_ended()
    }

    /// True for a project that was given up.
    #[must_use]
    pub fn has_ended(self) -> bool {
        matches!(self, ProjectState::Terminated | ProjectState::Removed)
    }
}

/// The steps with the command that asks for each and the event that says it was taken.
macro_rules! steps {
    ($($step:ident $event:ident $word:literal $zh:literal $($within:ident)?,)*) => {
        choices! {
            /// What may be done with a project: its commands without their facts.
            Step { $($step = $word $zh,)* }
        }

        impl Step {
            /// The step that a command asks for.
            #[must_use]
            pub const fn of(command: &ProjectCommand) -> Step {
                match command { $(ProjectCommand::$step(_) => Step::$step),* }
            }

            /// The step that an event says was taken.
            #[must_use]
            pub const fn behind(event: &ProjectEvent) -> Step {
                match event { $(ProjectEvent::$event(_) => Step::$step),* }
            }
        }

        impl ProjectCommand {
            /// The project that it is about.
            #[must_use]
            pub const fn project(&self) -> ProjectId {
                match self { $(ProjectCommand::$step(facts) => facts.$($within.)?project),* }
            }
        }

        impl ProjectEvent {
            /// The project that it is about.
            #[must_use]
            pub const fn project(&self) -> ProjectId {
                match self { $(ProjectEvent::$event(facts) => facts.$($within.)?project),* }
            }
        }
    };
}

steps! {
    EnterLibrary EnteredLibrary "project.enter_library" "入库",
    Approve Approved "project.approve" "立项",
    CheckGate GateChecked "project.check_gate" "五制核查",
    Start Started "project.start" "开工",
    Complete Completed "project.complete" "竣工",
    Accept Accepted "project.accept" "验收",
    Declare Declared "project.declare" "村申报",
    ReviewInTown ReviewedInTown "project.review_in_town" "乡镇初审",
    Review Reviewed "project.review" "评审复核",
    PlanYear YearPlanned "project.plan_year" "列入年度计划",
    Tender Tendered "project.tender" "招标",
    Award Awarded "project.award" "中标",
    VisitSite SiteVisited "project.visit_site" "现场核查",
    FailAcceptance AcceptanceFailed "project.fail_acceptance" "验收不合格",
    AuditSettlement SettlementAudited "project.audit_settlement" "结算审计",
    ApproveFinalAccount FinalAccountApproved "project.approve_final_account" "决算",
    HandOver HandedOver "project.hand_over" "移交",
    AssignCare CareAssigned "project.assign_care" "管护",
    Replan Replanned "project.replan" "调整",
    Suspend Suspended "project.suspend" "暂停",
    Resume Resumed "project.resume" "恢复",
    Terminate Terminated "project.terminate" "终止",
    Remove Removed "project.remove" "出库",
    // What was before the book; its facts say which project it is within its entry.
    TakeOver TakenOver "project.take_over" "期初建账" entry,
}

/// What a step does to the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Next {
    /// The state stays.
    Stays,
    /// A new state.
    To(ProjectState),
    /// A new state if the review was passed; else the state stays.
    IfPassed(ProjectState),
    /// A new state if the acceptance is final; after a preliminary one the state stays.
    IfFinal(ProjectState),
    /// The state in which the project was suspended.
    Back,
}

use ProjectState::{
    Accepted, Approved, Awarded, Completed, Declared, FinalAccount, HandedOver, InCare, InLibrary,
    InProgress, Planned, Removed, Settled, Started, Suspended, Tendered, Terminated, TownReviewed,
};

/// The states between library and completion.
const BEFORE_COMPLETION: &[ProjectState] = &[
    InLibrary, Planned, Approved, Tendered, Awarded, Started, InProgress, Suspended,
];

/// Every transition (domain 5.9): the step, the states in which it is possible, what it does. What
/// is not listed is not possible. A ledger need not use the steps of village and town, the year
/// plan, nor tender and award: the short road from the library to the start stays open.
const TABLE: &[(Step, &[ProjectState], Next)] = &[
    // It makes the project; one that exists cannot be declared again.
    (Step::Declare, &[], Next::To(Declared)),
    (
        Step::ReviewInTown,
        &[Declared],
        Next::IfPassed(TownReviewed),
    ),
    // Makes the project, where nobody has declared it.
    (Step::EnterLibrary, &[TownReviewed], Next::To(InLibrary)),
    (Step::Review, &[InLibrary, Planned], Next::Stays),
    // A plan of a later year takes up what an earlier one has not begun.
    (Step::PlanYear, &[InLibrary, Planned], Next::To(Planned)),
    (Step::Approve, &[InLibrary, Planned], Next::To(Approved)),
    (Step::CheckGate, BEFORE_COMPLETION, Next::Stays),
    // Again after a failed tender, and lot by lot.
    (
        Step::Tender,
        &[Approved, Tendered, Awarded],
        Next::To(Tendered),
    ),
    (Step::Award, &[Tendered, Awarded], Next::To(Awarded)),
    (Step::Start, &[Approved, Awarded], Next::To(Started)),
    (
        Step::VisitSite,
        &[Started, InProgress],
        Next::To(InProgress),
    ),
    (
        Step::VisitSite,
        &[
            Suspended,
            Completed,
            Accepted,
            Settled,
            FinalAccount,
            HandedOver,
            InCare,
        ],
        Next::Stays,
    ),
    (Step::Complete, &[Started, InProgress], Next::To(Completed)),
    (Step::Accept, &[Completed], Next::IfFinal(Accepted)),
    (Step::FailAcceptance, &[Completed], Next::To(InProgress)),
    (Step::AuditSettlement, &[Accepted], Next::To(Settled)),
    (
        Step::ApproveFinalAccount,
        &[Settled],
        Next::To(FinalAccount),
    ),
    // Asset by asset.
    (
        Step::HandOver,
        &[FinalAccount, HandedOver],
        Next::To(HandedOver),
    ),
    // Keepers change.
    (Step::AssignCare, &[HandedOver, InCare], Next::To(InCare)),
    (Step::Replan, BEFORE_COMPLETION, Next::Stays),
    (
        Step::Suspend,
        &[Approved, Tendered, Awarded, Started, InProgress],
        Next::To(Suspended),
    ),
    (Step::Resume, &[Suspended], Next::Back),
    (
        Step::Terminate,
        &[Approved, Tendered, Awarded, Started, InProgress, Suspended],
        Next::To(Terminated),
    ),
    (
        Step::Remove,
        &[Declared, TownReviewed, InLibrary, Planned],
        Next::To(Removed),
    ),
];

/// What `step` does in `state`; nothing where it is refused (V13).
#[must_use]
pub fn next(state: ProjectState, step: Step) -> Option<Next> {
    let line = TABLE
        .iter()
        .find(|(listed, from, _)| *listed == step && from.contains(&state));
    line.map(|(_, _, next)| *next)
}

/// The state to which `step` leads from where it is possible.
#[must_use]
pub fn target(step: Step) -> Option<ProjectState> {
    let mut lines = TABLE.iter().filter(|(listed, _, _)| *listed == step);
    lines.find_map(|(_, _, next)| match next {
        Next::To(state) | Next::IfPassed(state) | Next::IfFinal(state) => Some(*state),
        Next::Stays | Next::Back => None,
    })
}

/// The steps that the table lists for `state`; further rules may still refuse them.
pub fn steps_from(state: ProjectState) -> impl Iterator<Item = Step> {
    Step::ALL
        .iter()
        .copied()
        .filter(move |step| next(state, *step).is_some())
}

/// True unless a review was returned or an acceptance is preliminary.
pub(super) fn is_met(event: &ProjectEvent) -> bool {
    match event {
        ProjectEvent::ReviewedInTown(review) => review.result == ReviewResult::Passed,
        ProjectEvent::Accepted(acceptance) => {
            acceptance.level != Some(AcceptanceLevel::Preliminary)
        }
        ProjectEvent::EnteredLibrary(_)
        | ProjectEvent::Approved(_)
        | ProjectEvent::GateChecked(_)
        | ProjectEvent::Started(_)
        | ProjectEvent::Completed(_)
        | ProjectEvent::Declared(_)
        | ProjectEvent::Reviewed(_)
        | ProjectEvent::YearPlanned(_)
        | ProjectEvent::Tendered(_)
        | ProjectEvent::Awarded(_)
        | ProjectEvent::SiteVisited(_)
        | ProjectEvent::AcceptanceFailed(_)
        | ProjectEvent::SettlementAudited(_)
        | ProjectEvent::FinalAccountApproved(_)
        | ProjectEvent::HandedOver(_)
        | ProjectEvent::CareAssigned(_)
        | ProjectEvent::Replanned(_)
        | ProjectEvent::Suspended(_)
        | ProjectEvent::Resumed(_)
        | ProjectEvent::Terminated(_)
        | ProjectEvent::Removed(_)
        | ProjectEvent::TakenOver(_) => true,
    }
}
