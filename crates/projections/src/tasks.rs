//! What is to be done, and how much has been: the questions of the rectification teams (R1-R5).
//!
//! Each is a function of the view and of the day on which it is asked.

mod completion;
mod reviews;

pub use completion::{Completion, Figures, Group, Grouping, completion};
pub use reviews::{ReviewTask, reviews};

use crate::items::{ItemFilter, ItemLine, Obstacle, item_line, passing};
use crate::{Entry, Page, View};
use hashbrown::HashMap;
use jiff::civil::Date;
use ledger::context::Actor;
use ledger::ids::{ItemId, PersonId};
use ledger::item::ItemEvent;
use ledger::item::rules::{
    Item, State, Step, is_open, may_verify, missing_for_closure, next, steps_from,
};
use ledger::{Event, Rejection};

/// The plans that were returned: the books forget them, because the state is the one before the
/// first plan.
#[derive(Debug, Clone, Default, serde::Serialize, ledger::form::Form)]
pub struct Plans {
    #[serde(serialize_with = "crate::parts::map")]
    returned: HashMap<ItemId, Returned>,
}

#[derive(Debug, Clone, Copy, serde::Serialize, ledger::form::Form)]
struct Returned {
    seq: u64,
    times: u32,
    /// No new plan since.
    open: bool,
}

impl Plans {
    pub(crate) fn take_in(&mut self, entry: &Entry<'_>) {
        let Event::Item(event) = &entry.fact.event else {
            return;
        };
        if let ItemEvent::PlanReturned(step) = event {
            let times = self
                .returned
                .get(&step.item)
                .map_or(0, |returned| returned.times);
            let (seq, times) = (entry.seq, times.saturating_add(1));
            self.returned.insert(
                step.item,
                Returned {
                    seq,
                    times,
                    open: true,
                },
            );
        }
        if let ItemEvent::PlanSubmitted(plan) = event
            && let Some(returned) = self.returned.get_mut(&plan.item)
        {
            returned.open = false;
        }
    }
}

/// R1: the items that somebody must put right, those most overdue first, then by due date. Drafts
/// are not shown: nobody has been told yet.
#[must_use]
pub fn my_items(
    view: &View,
    today: Date,
    filter: &ItemFilter,
    offset: usize,
    limit: usize,
) -> Page<ItemLine> {
    let mut rows = passing(view, today, filter);
    rows.retain(|(_, item)| is_open(item.state) && item.state != State::Drafted);
    let urgent = |(_, item): &(ItemId, &Item)| urgency(item, today);
    Page::ordered(&rows, urgent, offset, limit, |(id, item)| {
        item_line(&view.books, today, *id, item)
    })
}

/// A plan that somebody must do something about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanTask {
    /// The item.
    #[serde(flatten)]
    pub line: ItemLine,
    /// True for one that waits for a new plan, false for one that waits for review.
    pub returned: bool,
    /// How many times a plan of this item was returned.
    pub returned_times: u32,
    /// The record of the last return, with its reason.
    pub returned_seq: Option<u64>,
    /// Who submitted the plan that waits.
    pub submitted_by: Option<PersonId>,
    /// How many bodies have approved it; two are needed.
    pub approvals: usize,
}

/// R2: plans that wait for review, and plans that were returned and not yet submitted again; the
/// most urgent first.
#[must_use]
pub fn plans(
    view: &View,
    today: Date,
    filter: &ItemFilter,
    offset: usize,
    limit: usize,
) -> Page<PlanTask> {
    let last = |id: ItemId| view.plans.returned.get(&id);
    let is_returned = |id: ItemId, item: &Item| {
        item.state == State::Acknowledged && last(id).is_some_and(|returned| returned.open)
    };
    let mut rows = passing(view, today, filter);
    rows.retain(|(id, item)| item.state == State::PlanSubmitted || is_returned(*id, item));
    let urgent = |(_, item): &(ItemId, &Item)| urgency(item, today);
    Page::ordered(&rows, urgent, offset, limit, |(id, item)| PlanTask {
        line: item_line(&view.books, today, *id, item),
        returned: is_returned(*id, item),
        returned_times: last(*id).map_or(0, |returned| returned.times),
        returned_seq: last(*id).map(|returned| returned.seq),
        submitted_by: item.plan_by,
        approvals: item.approvals.len(),
    })
}

/// What an item lacks before its closing can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Checklist {
    /// The item.
    #[serde(flatten)]
    pub line: ItemLine,
    /// What is missing, in the order in which it would be refused.
    pub missing: Vec<Obstacle>,
    /// True if nothing is.
    pub ready: bool,
}

/// R3: what an item lacks before its closing can be asked for; nothing for an unknown item.
#[must_use]
pub fn checklist(view: &View, today: Date, id: ItemId) -> Option<Checklist> {
    let item = view.books.items.get(id)?;
    Some(checklist_of(view, today, id, item))
}

/// R3 for many: the items under way that pass the filter, those that are ready first.
#[must_use]
pub fn checklists(
    view: &View,
    today: Date,
    filter: &ItemFilter,
    offset: usize,
    limit: usize,
) -> Page<Checklist> {
    let mut rows = passing(view, today, filter);
    rows.retain(|(_, item)| asking(item.state).is_some());
    // What is missing is put into words for the page alone.
    let urgent = |(id, item): &(ItemId, &Item)| {
        let lacks = missing(view, *id).next().is_some();
        (lacks, urgency(item, today))
    };
    Page::ordered(&rows, urgent, offset, limit, |(id, item)| {
        checklist_of(view, today, *id, item)
    })
}

fn checklist_of(view: &View, today: Date, id: ItemId, item: &Item) -> Checklist {
    let missing = obstacles(view, id, item);
    let ready = missing.is_empty();
    Checklist {
        line: item_line(&view.books, today, id, item),
        missing,
        ready,
    }
}

fn obstacles(view: &View, id: ItemId, item: &Item) -> Vec<Obstacle> {
    let wrong_state = Rejection::BadTransition {
        state: item.state.word(),
        state_zh: item.state.zh(),
        step: Step::RequestClosure.word(),
    };
    let state = asking(item.state).is_none().then_some(wrong_state);
    state
        .into_iter()
        .chain(missing(view, id))
        .map(|it| Obstacle::from(&it))
        .collect()
}

/// What an item lacks, its state apart: the one that closing itself asks for comes later, by asking
/// and verifying.
fn missing(view: &View, id: ItemId) -> impl Iterator<Item = Rejection> {
    let missing = missing_for_closure(&view.books, id).into_iter();
    missing.filter(|it| !matches!(it, Rejection::BadTransition { .. }))
}

/// The step by which a closing is asked for in this state.
fn asking(state: State) -> Option<Step> {
    let asks = |step: &Step| matches!(step, Step::RequestClosure | Step::ReviewLongTerm);
    steps_from(state).find(asks)
}

/// An item that waits for verifiers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerificationTask {
    /// The item.
    #[serde(flatten)]
    pub line: ItemLine,
    /// Who asked for the closing.
    pub requester: Option<PersonId>,
    /// How many have verified; two are needed.
    pub verifications: usize,
    /// True if the one who asks may verify it.
    pub independent: bool,
    /// Why not.
    pub reason: Option<Obstacle>,
}

/// R4: the items that wait for verification, and whether `actor` may do it; those that they may
/// do first, and the most urgent of them first.
#[must_use]
pub fn verifications(
    view: &View,
    today: Date,
    actor: &Actor,
    filter: &ItemFilter,
    offset: usize,
    limit: usize,
) -> Page<VerificationTask> {
    let mut rows = passing(view, today, filter);
    rows.retain(|(_, item)| next(item.state, Step::Verify).is_some());
    let refusal = |id: ItemId| may_verify(&view.books, id, actor).err();
    let urgent = |(id, item): &(ItemId, &Item)| (refusal(*id).is_some(), urgency(item, today));
    Page::ordered(&rows, urgent, offset, limit, |(id, item)| {
        let reason = refusal(*id).as_ref().map(Obstacle::from);
        VerificationTask {
            line: item_line(&view.books, today, *id, item),
            requester: item.attempt.as_ref().map(|attempt| attempt.requester),
            verifications: item.attempt.as_ref().map_or(0, |it| it.verifications.len()),
            independent: reason.is_none(),
            reason,
        }
    })
}

/// By what items are put in order: the most overdue first, then by due date; items without one
/// last. By how many days is only worth asking of those that are overdue: of them the one that was
/// due first is the most overdue.
fn urgency(item: &Item, today: Date) -> (bool, bool, Option<Date>) {
    let due = item.due(today);
    let overdue = is_open(item.state) && due.is_some_and(|due| due < today);
    (!overdue, due.is_none(), due)
}
