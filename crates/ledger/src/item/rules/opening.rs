//! An item taken over from before the book: due dates, extensions (V17) and recoveries (V16) count
//! what had happened.

use super::deadline::due_base;
use super::draft;
use super::state::{Extension, Item, Suspension};
use super::steps::State;
use crate::Books;
use crate::context::Context;
use crate::date::BusinessDate;
use crate::item::ItemOpening;
use crate::opening::{by_two, cumulative};
use crate::rejection::Rejection;
use jiff::civil::Date;

pub(super) fn check(
    books: &Books,
    context: &Context,
    opening: &ItemOpening,
) -> Result<(), Rejection> {
    by_two(context, &opening.cut_over)?;
    draft::check(books, &opening.draft)?;
    cumulative("demanded_fen", opening.demanded_fen)?;
    cumulative("received_fen", opening.received_fen)?;
    cumulative("waived_fen", opening.waived_fen)?;
    if !may_be_taken_over(opening.state) {
        return Err(Rejection::BadField {
            field: "state",
            why: "it must be an open state before closing; see item.import_closure for others",
            why_zh: "期初状态须为交办、签收认领、方案报审、整改中、持续整改或暂停;\
                     已销号的请补录历史销号",
        });
    }
    let day = opening.cut_over.on;
    if opening.issued_on.last().is_none() || day.is_certainly_before(opening.issued_on) {
        return Err(Rejection::BadDate {
            field: "issued_on",
            why: "the day of issue is known and lies not after the cut-over day",
            why_zh: "须填写交办日期,且不晚于建账日",
        });
    }
    extensions(books, opening)
}

/// A closing, and whatever leads to it, happens here (V15).
const fn may_be_taken_over(state: State) -> bool {
    match state {
        State::Issued
        | State::Acknowledged
        | State::PlanSubmitted
        | State::InProgress
        | State::LongTerm
        | State::Suspended => true,
        State::Drafted
        | State::ClosureRequested
        | State::Verified
        | State::Closed
        | State::NotSubstantiated
        | State::Merged
        | State::ClosedNotImplemented
        | State::Discarded
        | State::HistoricallyClosed
        | State::Split => false,
    }
}

/// Each an exact day, later than the one before it, the first later than the due date (V17).
fn extensions(books: &Books, opening: &ItemOpening) -> Result<(), Rejection> {
    let mut last = issue_due(books, opening);
    for extension in &opening.extensions {
        let later = extension.exact().filter(|day| Some(*day) > last);
        if later.is_none() {
            return Err(Rejection::BadDate {
                field: "extensions",
                why: "each extension names an exact day later than the one before it",
                why_zh: "每次延期须写明确切日期,且晚于上一次的期限",
            });
        }
        last = later;
    }
    Ok(())
}

fn issue_due(books: &Books, opening: &ItemOpening) -> Option<Date> {
    let round = books.rounds.get(opening.draft.round);
    let feedback_on = round.and_then(|round| round.feedback_on);
    let issue = opening.issued_on.last()?;
    Some(due_base(&opening.draft, feedback_on, issue))
}

pub(super) fn taken_over(
    context: &Context,
    feedback_on: Option<BusinessDate>,
    opening: &ItemOpening,
) -> Item {
    let mut item = Item::drafted(&opening.draft, context);
    let day = opening.cut_over.on;
    item.state = opening.state;
    item.state_since = day;
    item.issued_on = Some(opening.issued_on);
    let issue = opening.issued_on.last();
    item.due_base = issue.map(|issue| due_base(&opening.draft, feedback_on, issue));
    let extended = |due_on: &BusinessDate| {
        let due_on = due_on.last()?;
        let stopped_days = 0;
        Some(Extension {
            due_on,
            stopped_days,
            granted_on: None,
        })
    };
    item.extensions = opening.extensions.iter().filter_map(extended).collect();
    item.suspended_days = opening.suspended_days;
    let suspended = opening.state == State::Suspended;
    item.suspension = suspended.then(|| Suspension {
        since: day.last().unwrap_or(context.today),
        from: State::InProgress,
    });
    item.demanded = opening.demanded_fen;
    item.received = opening.received_fen;
    item.waived = opening.waived_fen;
    item.opening = Some(Box::new(opening.cut_over.clone()));
    item
}
