//! A project taken over from before the book: what it had reached goes together with its dates.

use super::apply::entered;
use super::{Project, ProjectState, already, check_entry, in_order, payable};
use crate::Books;
use crate::context::Context;
use crate::date::BusinessDate;
use crate::money::Fen;
use crate::opening::by_two;
use crate::project::ProjectOpening;
use crate::rejection::Rejection;

pub(super) fn check(
    books: &Books,
    context: &Context,
    opening: &ProjectOpening,
) -> Result<(), Rejection> {
    if books.projects.contains(opening.entry.project) {
        return Err(already(opening.entry.project));
    }
    by_two(context, &opening.cut_over)?;
    check_entry(books, &opening.entry)?;
    state(opening)?;
    budget(opening)?;
    dates(opening)?;
    let twice = |(place, gate): (usize, &crate::project::OpeningGate)| {
        let mut before = opening.gates.iter().take(place);
        before.any(|earlier| earlier.gate == gate.gate)
    };
    if opening.gates.iter().enumerate().any(twice) {
        return Err(Rejection::BadField {
            field: "gates",
            why: "one of the five systems is named twice",
            why_zh: "五制中的同一项出现两次",
        });
    }
    Ok(())
}

fn state(opening: &ProjectOpening) -> Result<(), Rejection> {
    let (state, first) = (opening.state, ProjectState::InLibrary);
    if state.is_aside() || state < first {
        return Err(Rejection::BadField {
            field: "state",
            why: "a project is taken over in a state from the library to the years of care",
            why_zh: "期初状态须在入库至管护之间;暂停的按暂停前状态建账后再办理暂停",
        });
    }
    Ok(())
}

/// Approved money from the approval on, and none before it (V5).
fn budget(opening: &ProjectOpening) -> Result<(), Rejection> {
    let approved = opening.state >= ProjectState::Approved;
    if approved == opening.budget.is_empty() {
        return Err(Rejection::BadField {
            field: "budget",
            why: "there is approved money from the approval on, and none before it",
            why_zh: "立项及以后须填写批复预算,立项以前不得填写",
        });
    }
    for part in &opening.budget {
        payable("budget", part.amount_fen)?;
    }
    let sum = Fen::sum(opening.budget.iter().map(|part| part.amount_fen)).unwrap_or(Fen::MAX);
    if sum > Fen::COMMAND_MAX {
        let (field, amount) = ("budget", sum);
        return Err(Rejection::BadAmount { field, amount });
    }
    Ok(())
}

/// No date of a step that it had not reached, nor after the cut-over, nor out of order (V14).
fn dates(opening: &ProjectOpening) -> Result<(), Rejection> {
    let dates = [
        ("started_on", opening.started_on, ProjectState::Started),
        (
            "completed_on",
            opening.completed_on,
            ProjectState::Completed,
        ),
        ("accepted_on", opening.accepted_on, ProjectState::Accepted),
    ];
    let mut last: Option<BusinessDate> = None;
    for (field, date, reached) in dates {
        let Some(date) = date else { continue };
        if opening.state < reached {
            return Err(Rejection::BadField {
                field,
                why: "it had not come so far",
                why_zh: "期初状态尚未到这一环节",
            });
        }
        if opening.cut_over.on.is_certainly_before(date) {
            return Err(Rejection::BadDate {
                field,
                why: "it lies after the cut-over day",
                why_zh: "晚于建账日",
            });
        }
        if last.is_some_and(|last| date.is_certainly_before(last)) {
            return Err(Rejection::BadDate {
                field,
                why: "it lies before the step that comes before it",
                why_zh: "业务日期早于上一环节的日期",
            });
        }
        last = Some(date);
    }
    in_order(opening.entry.starts_on, opening.entry.completes_on)
}

pub(super) fn taken_over(opening: &ProjectOpening) -> Project {
    let mut row = entered(&opening.entry);
    row.state = opening.state;
    row.approved = opening.budget.clone().into();
    row.started_on = opening.started_on;
    row.completed_on = opening.completed_on;
    row.accepted_on = opening.accepted_on;
    row.gates = opening
        .gates
        .iter()
        .map(|it| (it.gate, it.result))
        .collect::<Vec<_>>()
        .into();
    row.life.opening = Some(Box::new(opening.cut_over.clone()));
    row
}
