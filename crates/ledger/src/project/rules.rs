//! What may happen to a project, and what it must have before it is approved and started (V18).

mod amend;
mod apply;
mod hands;
mod opening;
mod row;
pub mod steps;
#[cfg(test)]
mod tests;

pub(crate) use apply::apply;
pub use row::{Life, Project, Taken};
pub use steps::{ProjectStage, ProjectState};

use super::{
    GateResult, PlannedSource, ProjectCommand, ProjectDeclaration, ProjectEntry, ProjectEvent,
    Replanning, SiteVisit,
};
use crate::context::Context;
use crate::date::BusinessDate;
use crate::fund::rules::payable;
use crate::ids::{OrganisationId, ProjectId};
use crate::money::Fen;
use crate::organisation::rules::existing as existing_unit;
use crate::rejection::Rejection;
use crate::{Books, Event};
use hands::in_one_hand;
use steps::{Step, next};

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
    context: &Context,
    command: &ProjectCommand,
) -> Result<Vec<Event>, Rejection> {
    let id = command.project();
    match command {
        ProjectCommand::Declare(facts) => declare(books, facts)?,
        ProjectCommand::EnterLibrary(entry) => enter(books, entry)?,
        ProjectCommand::TakeOver(it) => opening::check(books, context, it)?,
        ProjectCommand::Approve(approval) => {
            existing(books, "project", id)?;
            adds_up("budget", &approval.budget, approval.budget_fen)?;
        }
        ProjectCommand::PlanYear(plan) => {
            existing(books, "project", id)?;
            plausible(plan.year)?;
        }
        ProjectCommand::Tender(tender) => {
            existing(books, "project", id)?;
            payable("estimate_fen", tender.estimate_fen)?;
        }
        ProjectCommand::Award(award) => {
            existing(books, "project", id)?;
            payable("price_fen", award.price_fen)?;
        }
        ProjectCommand::VisitSite(visit) => visit_site(existing(books, "project", id)?, visit)?,
        ProjectCommand::AuditSettlement(audit) => {
            existing(books, "project", id)?;
            payable("claimed_fen", audit.claimed_fen)?;
            statable("approved_fen", audit.approved_fen, Fen::ZERO)?;
        }
        ProjectCommand::ApproveFinalAccount(account) => {
            existing(books, "project", id)?;
            statable("cost_fen", account.cost_fen, Fen::ZERO)?;
            let lowest = Fen::COMMAND_MAX.negated();
            statable("surplus_fen", account.surplus_fen, lowest)?;
        }
        ProjectCommand::Replan(replanning) => {
            existing(books, "project", id)?;
            replan(replanning)?;
        }
        ProjectCommand::CheckGate(_)
        | ProjectCommand::Start(_)
        | ProjectCommand::Complete(_)
        | ProjectCommand::Accept(_)
        | ProjectCommand::ReviewInTown(_)
        | ProjectCommand::Review(_)
        | ProjectCommand::FailAcceptance(_)
        | ProjectCommand::HandOver(_)
        | ProjectCommand::AssignCare(_)
        | ProjectCommand::Suspend(_)
        | ProjectCommand::Resume(_)
        | ProjectCommand::Terminate(_)
        | ProjectCommand::Remove(_) => {
            existing(books, "project", id)?;
        }
    }
    // After this point the command succeeds, unless policy forbids it.
    Ok(vec![command.clone().into_event()])
}

fn declare(books: &Books, facts: &ProjectDeclaration) -> Result<(), Rejection> {
    if books.projects.contains(facts.project) {
        return Err(already(facts.project));
    }
    existing_unit(books, "village", facts.village)?;
    existing_unit(books, "implementing_unit", facts.implementing_unit)?;
    adds_up("planned", &facts.planned, facts.planned_fen)?;
    in_order(facts.starts_on, facts.completes_on)
}

/// A project enters the library once, whether somebody has declared it or not.
fn enter(books: &Books, entry: &ProjectEntry) -> Result<(), Rejection> {
    let row = books.projects.get(entry.project);
    let entered = |row: &Project| row.took(Step::EnterLibrary) || row.took(Step::TakeOver);
    if row.is_some_and(entered) {
        return Err(already(entry.project));
    }
    check_entry(books, entry)
}

fn check_entry(books: &Books, entry: &ProjectEntry) -> Result<(), Rejection> {
    existing_unit(books, "implementing_unit", entry.implementing_unit)?;
    existing_unit(books, "area", entry.area)?;
    adds_up("planned", &entry.planned, entry.planned_fen)?;
    in_order(entry.starts_on, entry.completes_on)
}

fn already(project: ProjectId) -> Rejection {
    Rejection::AlreadyExists {
        field: "project",
        subject: project.into(),
    }
}

fn visit_site(project: &Project, visit: &SiteVisit) -> Result<(), Rejection> {
    if project.visit(visit.visit).is_some() {
        return Err(Rejection::AlreadyExists {
            field: "visit",
            subject: visit.visit.into(),
        });
    }
    if visit.visitors.is_empty() {
        return Err(Rejection::BadField {
            field: "visitors",
            why: "a visit names who was there",
            why_zh: "须写明核查人员",
        });
    }
    Ok(())
}

fn replan(replanning: &Replanning) -> Result<(), Rejection> {
    if replanning.starts_on.or(replanning.completes_on).is_none() {
        return Err(Rejection::BadField {
            field: "completes_on",
            why: "it names no new date",
            why_zh: "未写明调整后的日期",
        });
    }
    in_order(replanning.starts_on, replanning.completes_on)
}

fn in_order(
    starts: Option<BusinessDate>,
    completes: Option<BusinessDate>,
) -> Result<(), Rejection> {
    match (starts, completes) {
        (Some(starts), Some(completes)) if completes.is_certainly_before(starts) => {
            Err(Rejection::BadDate {
                field: "completes_on",
                why: "it lies before the planned start",
                why_zh: "计划竣工早于计划开工",
            })
        }
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

/// The republic's years; a mistyped one is found here and not in the statistics.
fn plausible(year: u32) -> Result<(), Rejection> {
    if (1949..=2200).contains(&year) {
        return Ok(());
    }
    Err(Rejection::BadField {
        field: "year",
        why: "it is no year of a plan (1949 to 2200)",
        why_zh: "不是计划年度(1949 至 2200)",
    })
}

/// V5 for an amount that may be nothing, or less.
fn statable(field: &'static str, amount: Fen, lowest: Fen) -> Result<(), Rejection> {
    if amount < lowest || amount > Fen::COMMAND_MAX {
        return Err(Rejection::BadAmount { field, amount });
    }
    Ok(())
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

/// The rules in their order: parties (V4), state (V13), dates (V14), four eyes (V12), the approver
/// of a gate that does not apply, reviews and gates (V18).
pub(crate) fn breaches(books: &Books, context: &Context, event: &ProjectEvent) -> Vec<Rejection> {
    let Some(project) = books.projects.get(event.project()) else {
        return Vec::new();
    };
    let step = Step::behind(event);
    let mut broken: Vec<Rejection> = unknown_party(books, event).into_iter().collect();
    if next(project.state, step).is_none() {
        let (state, state_zh) = (project.state.word(), project.state.zh());
        broken.push(Rejection::BadTransition {
            state,
            state_zh,
            step: step.word(),
        });
    }
    broken.extend(too_early(project, context, step));
    broken.extend(in_one_hand(project, context, event));
    broken.extend(unapproved(event));
    let missing = if step == Step::Start {
        project.missing_to_start()
    } else if matches!(step, Step::PlanYear | Step::Approve) {
        project.missing_reviews()
    } else {
        Vec::new()
    };
    if !missing.is_empty() {
        broken.push(Rejection::GateMissing { step, missing });
    }
    broken
}

fn unknown_party(books: &Books, event: &ProjectEvent) -> Option<Rejection> {
    let (field, unit): (_, OrganisationId) = if let ProjectEvent::Awarded(award) = event {
        ("supplier", award.supplier)
    } else if let ProjectEvent::HandedOver(handover) = event {
        ("to", handover.to)
    } else if let ProjectEvent::CareAssigned(care) = event {
        ("keeper", care.keeper)
    } else {
        return None;
    };
    let unknown = !books.organisations.contains(unit);
    unknown.then(|| Rejection::UnknownParty {
        field,
        subject: unit.into(),
    })
}

/// V14, for the steps that move the project and for visits to a site where nothing has begun.
fn too_early(project: &Project, context: &Context, step: Step) -> Option<Rejection> {
    let on = context.occurred_on;
    let stays = matches!(next(project.state, step), Some(steps::Next::Stays));
    let early = if step == Step::VisitSite {
        let started = project.started_on;
        started.is_some_and(|started| on.is_certainly_before(started))
    } else {
        let moves = !stays && (steps::target(step).is_some() || step == Step::Resume);
        moves && !project.is_late(step) && project.is_before_a_step(on)
    };
    early.then_some(Rejection::BadDate {
        field: "occurred_on",
        why: "it lies before the step that comes before it",
        why_zh: "业务日期早于上一环节的日期",
    })
}

fn unapproved(event: &ProjectEvent) -> Option<Rejection> {
    let ProjectEvent::GateChecked(check) = event else {
        return None;
    };
    let lacks = check.result == GateResult::NotApplicable && check.approver.is_none();
    lacks.then_some(Rejection::BadField {
        field: "approver",
        why: "a gate that does not apply names who approved that",
        why_zh: "“不适用”须写明批准人",
    })
}
