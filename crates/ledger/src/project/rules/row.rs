//! A project as it stands.

use super::steps::{Next, ProjectStage, ProjectState, Step, next, target};
use crate::context::Actor;
use crate::date::BusinessDate;
use crate::ids::{OrganisationId, PersonId, VisitId};
use crate::opening::CutOver;
use crate::project::{
    AcceptanceLevel, Award, CareAssignment, FinalAccount, Gate, GateResult, Handover,
    PlannedSource, ProjectReview, ProjectReviewKind as ReviewKind,
    ProjectReviewResult as ReviewResult, Replanning, SettlementAudit, SiteVisit, Tender, YearPlan,
};
use crate::seldom::Seldom;
use crate::text::{Name, Reference, Text};

/// A project as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Project {
    /// How far it is.
    pub state: ProjectState,
    /// How far it was when it left the road: suspended, terminated or removed.
    pub before: Option<ProjectState>,
    /// Its number in the library; before that, the number of its declaration.
    pub number: Reference,
    /// Its name.
    pub name: Name,
    /// The unit that carries it out.
    pub implementing_unit: OrganisationId,
    /// The area it serves.
    pub area: OrganisationId,
    /// It has a performance target.
    pub has_target: bool,
    /// The planned money.
    pub planned: Vec<PlannedSource>,
    /// The approved money; empty before approval.
    pub approved: Seldom<PlannedSource>,
    /// The five gates, as last checked.
    pub gates: Seldom<(Gate, GateResult)>,
    /// When it started.
    pub started_on: Option<BusinessDate>,
    /// When it was complete; nothing again after a failed acceptance.
    pub completed_on: Option<BusinessDate>,
    /// When it was accepted.
    pub accepted_on: Option<BusinessDate>,
    /// What else is known of it.
    pub life: Box<Life>,
    /// How many records have been about it.
    pub version: u32,
}

/// The steps of a project and what they said; lists in the order of their records. The wording
/// that holds, should it have been put right, is that in `steps`.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Life {
    /// Every step that was taken.
    pub steps: Vec<Taken>,
    /// When it was to start, as first planned.
    pub starts_on: Option<BusinessDate>,
    /// When it was to be complete, as first planned.
    pub completes_on: Option<BusinessDate>,
    /// The reviews that its declaration asks for.
    pub needed_reviews: Seldom<ReviewKind>,
    /// The reviews.
    pub reviews: Seldom<ProjectReview>,
    /// The year plans.
    pub year_plans: Seldom<YearPlan>,
    /// Who approved that a gate does not apply.
    pub gate_approvers: Seldom<(Gate, PersonId)>,
    /// The tenders.
    pub tenders: Seldom<Tender>,
    /// The awards.
    pub awards: Seldom<Award>,
    /// The visits to the site, each with its day.
    pub visits: Seldom<(BusinessDate, SiteVisit)>,
    /// Acceptances, each with its day: their level, and whether they were passed.
    pub acceptances: Seldom<(BusinessDate, Option<AcceptanceLevel>, bool)>,
    /// The last audit of its settlement.
    pub settlement: Option<Box<SettlementAudit>>,
    /// The last final account.
    pub final_account: Option<Box<FinalAccount>>,
    /// What was handed over.
    pub handovers: Seldom<Handover>,
    /// Who keeps it.
    pub care: Option<Box<CareAssignment>>,
    /// New dates.
    pub replannings: Seldom<Replanning>,
    /// Until when it was taken over from before the book, and on what that rests.
    pub opening: Option<Box<CutOver>>,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Taken {
    /// Its record's place in the ledger.
    pub seq: u64,
    /// Which one.
    pub step: Step,
    /// When.
    pub on: BusinessDate,
    /// By whom: the first who stands for it.
    pub by: Actor,
    /// Who else stands for it.
    pub with: Box<[PersonId]>,
    /// The remark, the reason, the opinion, the basis or the finding, whichever the step has.
    pub note: Option<Text>,
    /// The document that it names.
    pub document: Option<Reference>,
}

impl Project {
    /// How far it is on the road, or was when it left it.
    #[must_use]
    pub fn reached(&self) -> ProjectState {
        self.before.unwrap_or(self.state)
    }

    /// Its stage in the words of OC4IDS; a suspended project is where it was.
    #[must_use]
    pub fn stage(&self) -> ProjectStage {
        if self.state.has_ended() {
            return ProjectStage::Cancelled;
        }
        match self.reached() {
            ProjectState::Declared
            | ProjectState::TownReviewed
            | ProjectState::InLibrary
            | ProjectState::Planned => ProjectStage::Identification,
            ProjectState::Approved => ProjectStage::Preparation,
            ProjectState::Tendered
            | ProjectState::Awarded
            | ProjectState::Started
            | ProjectState::InProgress
            | ProjectState::Suspended => ProjectStage::Implementation,
            ProjectState::Completed
            | ProjectState::Accepted
            | ProjectState::Settled
            | ProjectState::FinalAccount
            | ProjectState::HandedOver => ProjectStage::Completion,
            ProjectState::InCare => ProjectStage::Maintenance,
            ProjectState::Terminated | ProjectState::Removed => ProjectStage::Cancelled,
        }
    }

    /// The reviews that it needs and has not passed, in the field's words.
    #[must_use]
    pub fn missing_reviews(&self) -> Vec<&'static str> {
        let needed = self.life.needed_reviews.iter();
        let open = needed.filter(|kind| {
            let mut reviews = self.life.reviews.iter().rev();
            let last = reviews.find(|review| review.review == **kind);
            last.is_none_or(|review| review.result != ReviewResult::Passed)
        });
        open.map(|kind| kind.zh()).collect()
    }

    /// What is missing before it may start, in the field's words (V18).
    #[must_use]
    pub fn missing_to_start(&self) -> Vec<&'static str> {
        let target = (!self.has_target).then_some("绩效目标");
        let gates = Gate::ALL.iter().filter(|gate| {
            let result = self.gates.iter().find(|(checked, _)| checked == *gate);
            !matches!(
                result,
                Some((_, GateResult::Passed | GateResult::NotApplicable))
            )
        });
        target
            .into_iter()
            .chain(self.missing_reviews())
            .chain(gates.map(|gate| gate.zh()))
            .collect()
    }

    /// True if somebody has taken the step.
    #[must_use]
    pub fn took(&self, step: Step) -> bool {
        self.life.steps.iter().any(|taken| taken.step == step)
    }

    /// True if this person has taken the step.
    #[must_use]
    pub fn took_by(&self, step: Step, person: PersonId) -> bool {
        let mut steps = self.life.steps.iter();
        let by = |taken: &Taken| taken.by.person == person || taken.with.contains(&person);
        steps.any(|taken| taken.step == step && by(taken))
    }

    /// A visit to its site.
    #[must_use]
    pub fn visit(&self, visit: VisitId) -> Option<&SiteVisit> {
        let mut visits = self.life.visits.iter();
        visits
            .find(|(_, seen)| seen.visit == visit)
            .map(|(_, seen)| seen)
    }

    /// When it is to start and to be complete, after all new dates.
    #[must_use]
    pub fn schedule(&self) -> (Option<BusinessDate>, Option<BusinessDate>) {
        let life = &self.life;
        let newest = |date: fn(&Replanning) -> Option<BusinessDate>| {
            life.replannings.iter().rev().find_map(date)
        };
        (
            newest(|it| it.starts_on).or(life.starts_on),
            newest(|it| it.completes_on).or(life.completes_on),
        )
    }

    /// Moves on as the table says. A step that is observed out of turn takes the project forward
    /// and never back; while it is suspended, it moves what it will come back to; and one that was
    /// given up stays so.
    pub(super) fn advance(&mut self, step: Step, met: bool) {
        let to = match next(self.state, step) {
            Some(Next::Stays) => None,
            Some(Next::Back) => {
                self.state = self.before.take().unwrap_or(self.state);
                None
            }
            Some(Next::To(to) | Next::IfPassed(to) | Next::IfFinal(to)) => Some(to),
            None => target(step).and_then(|to| self.out_of_turn(to)),
        };
        if let Some(to) = to.filter(|_| met) {
            if to.is_aside() {
                self.before = self.before.or(Some(self.state));
            }
            if self.state == ProjectState::Suspended && !to.is_aside() {
                self.before = Some(to);
            } else {
                self.state = to;
            }
        }
    }

    fn out_of_turn(&self, to: ProjectState) -> Option<ProjectState> {
        let forward = to.is_aside() || to > self.reached();
        (forward && !self.state.has_ended() && to != self.state).then_some(to)
    }

    /// True for a step that the project has left behind: observed late, it is out of turn, but its
    /// date may well lie before what came after it.
    pub(super) fn is_late(&self, step: Step) -> bool {
        let behind = target(step).is_some_and(|to| to <= self.reached());
        behind && next(self.state, step).is_none()
    }

    /// True if `on` lies before a step that has moved the project.
    pub(super) fn is_before_a_step(&self, on: BusinessDate) -> bool {
        let moving = |taken: &&Taken| target(taken.step).is_some() || taken.step == Step::TakeOver;
        let mut steps = self.life.steps.iter().filter(moving);
        steps.any(|taken| on.is_certainly_before(taken.on))
    }
}
