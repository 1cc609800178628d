//! What may happen to a project, and what it must have before it starts (V18).

mod amend;
#[cfg(test)]
mod tests;

use super::{
    Gate, GateResult, PlannedSource, ProjectApproval, ProjectCommand, ProjectEntry, ProjectEvent,
};
use crate::context::Context;
use crate::date::BusinessDate;
use crate::fund::rules::payable;
use crate::ids::{OrganisationId, PersonId, ProjectId};
use crate::money::Fen;
use crate::organisation::rules::existing as existing_unit;
use crate::rejection::Rejection;
use crate::text::{Name, Reference};
use crate::{Books, Event};

choices! {
    /// How far a project is, in the order of its life.
    ProjectState {
        InLibrary = "in_library" "入库",
        Approved = "approved" "立项",
        Started = "started" "开工",
        Completed = "completed" "竣工",
        Accepted = "accepted" "验收",
    }
}

/// A project as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// How far it is.
    pub state: ProjectState,
    /// Its number in the library.
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
    pub approved: Vec<PlannedSource>,
    /// The five gates, as last checked.
    pub gates: Vec<(Gate, GateResult)>,
    /// Who entered it into the library.
    pub entered_by: PersonId,
    /// Who declared it complete.
    pub completed_by: Option<PersonId>,
    /// When it started.
    pub started_on: Option<BusinessDate>,
    /// When it was complete.
    pub completed_on: Option<BusinessDate>,
    /// When it was accepted.
    pub accepted_on: Option<BusinessDate>,
    /// How many records have been about it.
    pub version: u32,
}

impl Project {
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
            .chain(gates.map(|gate| gate.zh()))
            .collect()
    }
}

/// The project, or the refusal that names the field (V4).
///
/// # Errors
/// `NOT_FOUND`.
pub fn existing<'a>(
    books: &'a Books,
    field: &'static str,
    project: ProjectId,
) -> Result<&'a Project, Rejection> {
    books.projects.get(project).ok_or(Rejection::NotFound {
        field,
        subject: project.into(),
    })
}

pub(crate) fn decide(
    books: &Books,
    _context: &Context,
    command: &ProjectCommand,
) -> Result<Vec<Event>, Rejection> {
    match command {
        ProjectCommand::EnterLibrary(entry) => enter(books, entry)?,
        ProjectCommand::Approve(approval) => {
            existing(books, "project", approval.project)?;
            adds_up("budget", &approval.budget, approval.budget_fen)?;
        }
        ProjectCommand::CheckGate(check) => {
            existing(books, "project", check.project)?;
        }
        ProjectCommand::Start(step) | ProjectCommand::Complete(step) => {
            existing(books, "project", step.project)?;
        }
        ProjectCommand::Accept(acceptance) => {
            existing(books, "project", acceptance.project)?;
        }
    }
    // After this point the command succeeds, unless policy forbids it.
    Ok(vec![command.clone().into_event()])
}

fn enter(books: &Books, entry: &ProjectEntry) -> Result<(), Rejection> {
    if books.projects.contains(entry.project) {
        let subject = entry.project.into();
        return Err(Rejection::AlreadyExists {
            field: "project",
            subject,
        });
    }
    existing_unit(books, "implementing_unit", entry.implementing_unit)?;
    existing_unit(books, "area", entry.area)?;
    adds_up("planned", &entry.planned, entry.planned_fen)
}

/// V5 for each part, V7 for their sum.
fn adds_up(field: &'static str, parts: &[PlannedSource], total: Fen) -> Result<(), Rejection> {
    payable(field, total)?;
    for part in parts {
        payable(field, part.amount_fen)?;
    }
    let sum = Fen::sum(parts.iter().map(|part| part.amount_fen)).unwrap_or(Fen::MAX);
    if sum != total {
        return Err(Rejection::SplitMismatch {
            field,
            parts: sum,
            total,
        });
    }
    Ok(())
}

/// The rules in their order: state (V13), dates (V14), four eyes (V12), gates (V18).
pub(crate) fn breaches(books: &Books, context: &Context, event: &ProjectEvent) -> Vec<Rejection> {
    let (id, step, needed) = match event {
        ProjectEvent::EnteredLibrary(_) => return Vec::new(),
        ProjectEvent::Approved(a) => (a.project, "project.approve", ProjectState::InLibrary),
        ProjectEvent::GateChecked(check) => {
            return late_gate(books, check.project).into_iter().collect();
        }
        ProjectEvent::Started(s) => (s.project, "project.start", ProjectState::Approved),
        ProjectEvent::Completed(s) => (s.project, "project.complete", ProjectState::Started),
        ProjectEvent::Accepted(a) => (a.project, "project.accept", ProjectState::Completed),
    };
    let Some(project) = books.projects.get(id) else {
        return Vec::new();
    };
    let mut broken = Vec::new();
    if project.state != needed {
        let (state, state_zh) = (project.state.word(), project.state.zh());
        broken.push(Rejection::BadTransition {
            state,
            state_zh,
            step,
        });
    }
    let before = project.completed_on.or(project.started_on);
    if before.is_some_and(|before| context.occurred_on.is_certainly_before(before)) {
        broken.push(Rejection::BadDate {
            field: "occurred_on",
            why: "it lies before the step that comes before it",
            why_zh: "业务日期早于上一环节的日期",
        });
    }
    broken.extend(one_hand(project, context, event));
    if matches!(event, ProjectEvent::Started(_)) {
        let missing = project.missing_to_start();
        if !missing.is_empty() {
            broken.push(Rejection::GateMissing { missing });
        }
    }
    broken
}

fn late_gate(books: &Books, project: ProjectId) -> Option<Rejection> {
    let state = books.projects.get(project)?.state;
    let late = state >= ProjectState::Completed;
    late.then_some(Rejection::BadTransition {
        state: state.word(),
        state_zh: state.zh(),
        step: "project.check_gate",
    })
}

/// Four eyes (V12, and the conflict matrix of 5.11: who builds does not accept).
fn one_hand(project: &Project, context: &Context, event: &ProjectEvent) -> Option<Rejection> {
    let actor = context.hand();
    match event {
        ProjectEvent::Approved(_) if actor.person == project.entered_by => {
            let (first, second) = ("project.enter_library", "project.approve");
            Some(Rejection::SamePerson { first, second })
        }
        ProjectEvent::Accepted(_) if Some(actor.person) == project.completed_by => {
            let (first, second) = ("project.complete", "project.accept");
            Some(Rejection::SamePerson { first, second })
        }
        ProjectEvent::Accepted(_) if actor.organisation == project.implementing_unit => {
            let (first, second) = ("the implementing unit 实施单位", "the acceptor 验收单位");
            Some(Rejection::SameOrganisation { first, second })
        }
        ProjectEvent::EnteredLibrary(_)
        | ProjectEvent::Approved(_)
        | ProjectEvent::GateChecked(_)
        | ProjectEvent::Started(_)
        | ProjectEvent::Completed(_)
        | ProjectEvent::Accepted(_) => None,
    }
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &ProjectEvent) {
    match event {
        ProjectEvent::EnteredLibrary(entry) => {
            books.projects.put(entry.project, entered(entry, context));
        }
        ProjectEvent::Approved(ProjectApproval {
            project, budget, ..
        }) => {
            touch(books, *project, |row| {
                row.state = row.state.max(ProjectState::Approved);
                row.approved.clone_from(budget);
            });
        }
        ProjectEvent::GateChecked(check) => touch(books, check.project, |row| {
            row.gates.retain(|(gate, _)| *gate != check.gate);
            row.gates.push((check.gate, check.result));
        }),
        ProjectEvent::Started(step) => touch(books, step.project, |row| {
            row.state = row.state.max(ProjectState::Started);
            row.started_on = Some(context.occurred_on);
        }),
        ProjectEvent::Completed(step) => touch(books, step.project, |row| {
            row.state = row.state.max(ProjectState::Completed);
            row.completed_on = Some(context.occurred_on);
            row.completed_by = Some(context.hand().person);
        }),
        ProjectEvent::Accepted(acceptance) => touch(books, acceptance.project, |row| {
            row.state = ProjectState::Accepted;
            row.accepted_on = Some(context.occurred_on);
        }),
    }
}

fn entered(entry: &ProjectEntry, context: &Context) -> Project {
    Project {
        state: ProjectState::InLibrary,
        number: entry.number.clone(),
        name: entry.name.clone(),
        implementing_unit: entry.implementing_unit,
        area: entry.area,
        has_target: entry.performance_target.is_some(),
        planned: entry.planned.clone(),
        approved: Vec::new(),
        gates: Vec::new(),
        entered_by: context.hand().person,
        completed_by: None,
        started_on: None,
        completed_on: None,
        accepted_on: None,
        version: 1,
    }
}

fn touch(books: &mut Books, project: ProjectId, change: impl FnOnce(&mut Project)) {
    if let Some(row) = books.projects.get_mut(project) {
        row.version = row.version.saturating_add(1);
        change(row);
    }
}
