//! What an event changes.

use super::opening::taken_over;
use super::row::{Life, Project, Taken};
use super::steps::{ProjectState, Step, is_met};
use crate::Books;
use crate::context::Context;
use crate::project::{GateCheck, ProjectDeclaration, ProjectEntry, ProjectEvent};
use crate::seldom::{Seldom, push_tight};
use crate::text::{Reference, Text};

pub(crate) fn apply(books: &mut Books, context: &Context, event: &ProjectEvent) {
    let id = event.project();
    if !books.projects.contains(id) {
        match event {
            ProjectEvent::Declared(facts) => books.projects.put(id, declared(facts)),
            ProjectEvent::EnteredLibrary(facts) => books.projects.put(id, entered(facts)),
            ProjectEvent::TakenOver(facts) => books.projects.put(id, taken_over(facts)),
            ProjectEvent::Approved(_)
            | ProjectEvent::GateChecked(_)
            | ProjectEvent::Started(_)
            | ProjectEvent::Completed(_)
            | ProjectEvent::Accepted(_)
            | ProjectEvent::ReviewedInTown(_)
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
            | ProjectEvent::Removed(_) => return,
        }
    }
    let Some(row) = books.projects.get_mut(id) else {
        return;
    };
    row.version = row.version.saturating_add(1);
    let (step, reached) = (Step::behind(event), row.reached());
    row.advance(step, is_met(event));
    take_in(row, context, event);
    if row.reached() < reached && row.reached() < ProjectState::Completed {
        row.completed_on = None;
    }
    // What was taken over had happened by the cut-over day.
    let on = if let ProjectEvent::TakenOver(facts) = event {
        facts.cut_over.on
    } else {
        context.occurred_on
    };
    let by = context.hand();
    let (note, document) = said(event);
    let taken = Taken {
        seq: context.seq,
        step,
        on,
        by,
        with: context.hands().skip(1).map(|hand| hand.person).collect(),
        note: note.cloned(),
        document: document.cloned(),
    };
    push_tight(&mut row.life.steps, taken);
}

/// The words and the document of a step.
fn said(event: &ProjectEvent) -> (Option<&Text>, Option<&Reference>) {
    match event {
        ProjectEvent::EnteredLibrary(_) | ProjectEvent::Declared(_) => (None, None),
        ProjectEvent::TakenOver(facts) => (None, Some(&facts.cut_over.document)),
        ProjectEvent::Approved(facts) => (None, Some(&facts.document)),
        ProjectEvent::GateChecked(facts) => (Some(&facts.basis), None),
        ProjectEvent::Started(facts)
        | ProjectEvent::Completed(facts)
        | ProjectEvent::Resumed(facts) => (facts.remark.as_ref(), None),
        ProjectEvent::Accepted(facts) => (None, Some(&facts.document)),
        ProjectEvent::ReviewedInTown(facts) => (facts.opinion.as_ref(), Some(&facts.document)),
        ProjectEvent::Reviewed(facts) => (facts.opinion.as_ref(), Some(&facts.document)),
        ProjectEvent::YearPlanned(facts) => (None, Some(&facts.document)),
        ProjectEvent::Tendered(facts) => (None, facts.document.as_ref()),
        ProjectEvent::Awarded(facts) => (None, facts.document.as_ref()),
        ProjectEvent::SiteVisited(facts) => (Some(&facts.finding), None),
        ProjectEvent::AcceptanceFailed(facts) => (Some(&facts.reason), Some(&facts.document)),
        ProjectEvent::SettlementAudited(facts) => (None, Some(&facts.document)),
        ProjectEvent::FinalAccountApproved(facts) => (None, Some(&facts.document)),
        ProjectEvent::HandedOver(facts) => (Some(&facts.asset), facts.document.as_ref()),
        ProjectEvent::CareAssigned(facts) => (None, facts.document.as_ref()),
        ProjectEvent::Replanned(facts) => (Some(&facts.reason), facts.document.as_ref()),
        ProjectEvent::Suspended(facts)
        | ProjectEvent::Terminated(facts)
        | ProjectEvent::Removed(facts) => (Some(&facts.reason), facts.document.as_ref()),
    }
}

fn declared(facts: &ProjectDeclaration) -> Project {
    Project {
        state: ProjectState::Declared,
        before: None,
        number: facts.number.clone(),
        name: facts.name.clone(),
        implementing_unit: facts.implementing_unit,
        area: facts.village,
        has_target: facts.performance_target.is_some(),
        planned: facts.planned.clone(),
        approved: Seldom::default(),
        gates: Seldom::default(),
        started_on: None,
        completed_on: None,
        accepted_on: None,
        life: Box::new(Life {
            starts_on: facts.starts_on,
            completes_on: facts.completes_on,
            needed_reviews: facts.reviews.clone().into(),
            ..Life::default()
        }),
        version: 0,
    }
}

pub(super) fn entered(facts: &ProjectEntry) -> Project {
    Project {
        state: ProjectState::InLibrary,
        before: None,
        number: facts.number.clone(),
        name: facts.name.clone(),
        implementing_unit: facts.implementing_unit,
        area: facts.area,
        has_target: false,
        planned: Vec::new(),
        approved: Seldom::default(),
        gates: Seldom::default(),
        started_on: None,
        completed_on: None,
        accepted_on: None,
        life: Box::default(),
        version: 0,
    }
}

/// The entry says everything anew; what it leaves out is as declared.
fn enter(row: &mut Project, facts: &ProjectEntry) {
    row.number.clone_from(&facts.number);
    row.name.clone_from(&facts.name);
    row.implementing_unit = facts.implementing_unit;
    row.area = facts.area;
    row.has_target |= facts.performance_target.is_some();
    row.planned.clone_from(&facts.planned);
    row.life.starts_on = facts.starts_on.or(row.life.starts_on);
    row.life.completes_on = facts.completes_on.or(row.life.completes_on);
}

fn check_gate(row: &mut Project, check: &GateCheck) {
    row.gates.retain(|(gate, _)| *gate != check.gate);
    row.gates.push((check.gate, check.result));
    let approvers = &mut row.life.gate_approvers;
    approvers.retain(|(gate, _)| *gate != check.gate);
    approvers.extend(check.approver.map(|approver| (check.gate, approver)));
}

/// What the event says, apart from the state.
fn take_in(row: &mut Project, context: &Context, event: &ProjectEvent) {
    let on = context.occurred_on;
    let life = &mut row.life;
    match event {
        ProjectEvent::EnteredLibrary(facts) => enter(row, facts),
        ProjectEvent::TakenOver(facts) => enter(row, &facts.entry),
        ProjectEvent::Approved(facts) => row.approved = facts.budget.clone().into(),
        ProjectEvent::GateChecked(check) => check_gate(row, check),
        ProjectEvent::Started(_) => row.started_on = Some(on),
        ProjectEvent::Completed(_) => row.completed_on = Some(on),
        ProjectEvent::Accepted(facts) => {
            life.acceptances.push((on, facts.level, true));
            if is_met(event) {
                row.accepted_on = Some(on);
            }
        }
        ProjectEvent::Reviewed(facts) => life.reviews.push(facts.clone()),
        ProjectEvent::YearPlanned(facts) => life.year_plans.push(facts.clone()),
        ProjectEvent::Tendered(facts) => life.tenders.push(facts.clone()),
        ProjectEvent::Awarded(facts) => life.awards.push(facts.clone()),
        ProjectEvent::SiteVisited(facts) => life.visits.push((on, facts.clone())),
        ProjectEvent::AcceptanceFailed(facts) => life.acceptances.push((on, facts.level, false)),
        ProjectEvent::SettlementAudited(facts) => life.settlement = Some(Box::new(facts.clone())),
        ProjectEvent::FinalAccountApproved(facts) => {
            life.final_account = Some(Box::new(facts.clone()))
        }
        ProjectEvent::HandedOver(facts) => life.handovers.push(facts.clone()),
        ProjectEvent::CareAssigned(facts) => life.care = Some(Box::new(facts.clone())),
        ProjectEvent::Replanned(facts) => life.replannings.push(facts.clone()),
        ProjectEvent::Declared(_)
        | ProjectEvent::ReviewedInTown(_)
        | ProjectEvent::Suspended(_)
        | ProjectEvent::Resumed(_)
        | ProjectEvent::Terminated(_)
        | ProjectEvent::Removed(_) => {}
    }
}
