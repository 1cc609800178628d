//! What may happen to a monthly cycle, and which of its legs are missing (RR43).

mod amend;
#[cfg(test)]
mod tests;

use super::{CycleAccountability, CycleCommand, CycleEvent, CycleMeeting, CycleOpening};
use crate::context::{Actor, Context};
use crate::date::{BusinessDate, Precision};
use crate::ids::{CycleId, OrganisationId};
use crate::item::rules::{Item, existing as existing_item, is_open};
use crate::organisation::rules::{existing as existing_unit, is_within, upwards};
use crate::person::rules::existing as existing_person;
use crate::rejection::Rejection;
use crate::{Books, Event};
use hashbrown::HashSet;
use jiff::civil::Date;

choices! {
    /// What a cycle consists of.
    CycleLeg {
        Dispatch = "dispatch" "调度",
        Supervision = "supervision" "督查",
        /// Only where items are overdue.
        Accountability = "accountability" "追究",
    }
}

/// A cycle as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Cycle {
    /// The unit.
    pub unit: OrganisationId,
    /// The month.
    pub month: BusinessDate,
    /// The dispatches held, oldest record first.
    pub dispatches: Vec<Held>,
    /// The supervisions held.
    pub supervisions: Vec<Held>,
    /// Who was called to account.
    pub accountabilities: Vec<CalledToAccount>,
    /// When it was closed.
    pub closed_on: Option<BusinessDate>,
    /// How many records have been about it.
    pub version: u32,
}

/// A dispatch or a supervision.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Held {
    /// The record that says so.
    pub seq: u64,
    /// When.
    pub on: BusinessDate,
    /// Who held it.
    pub by: Actor,
    /// What was held.
    pub meeting: CycleMeeting,
}

/// Somebody called to account.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct CalledToAccount {
    /// The record that says so.
    pub seq: u64,
    /// When.
    pub on: BusinessDate,
    /// For which item, who, and how.
    pub facts: CycleAccountability,
}

impl Cycle {
    /// True if the month is over on `day`.
    #[must_use]
    pub fn month_over(&self, day: Date) -> bool {
        self.month.last().is_some_and(|last| last < day)
    }

    /// The legs that are missing, as `day` sees it.
    #[must_use]
    pub fn missing(&self, books: &Books, day: Date) -> Vec<CycleLeg> {
        let units = units_of_month(books, self.month);
        let day = counted_day(self.month, day);
        let late = |item: &Item| {
            is_late_on(item, day)
                && unit_of_cycle(books, &units, item.draft.responsible_unit) == Some(self.unit)
        };
        self.missing_where(|| books.items.values().any(late))
    }

    /// The legs that are missing where items of this cycle are `late`, or none.
    pub fn missing_where(&self, late: impl FnOnce() -> bool) -> Vec<CycleLeg> {
        let called = !self.accountabilities.is_empty() || !late();
        let legs = [
            (CycleLeg::Dispatch, !self.dispatches.is_empty()),
            (CycleLeg::Supervision, !self.supervisions.is_empty()),
            (CycleLeg::Accountability, called),
        ];
        let missing = legs.into_iter().filter(|(_, there)| !there);
        missing.map(|(leg, _)| leg).collect()
    }
}

/// The day by which a month's items are judged: its last one, or `day` while it runs.
#[must_use]
pub fn counted_day(month: BusinessDate, day: Date) -> Date {
    month.last().map_or(day, |last| last.min(day))
}

/// The units that have a cycle of their own in that month.
#[must_use]
pub fn units_of_month(books: &Books, month: BusinessDate) -> HashSet<OrganisationId> {
    let cycles = books.cycles.values().filter(|cycle| cycle.month == month);
    cycles.map(|cycle| cycle.unit).collect()
}

/// The unit in whose cycle `unit` is: itself, or the nearest above it that has one.
#[must_use]
pub fn unit_of_cycle(
    books: &Books,
    units: &HashSet<OrganisationId>,
    unit: OrganisationId,
) -> Option<OrganisationId> {
    upwards(books, unit).find(|unit| units.contains(unit))
}

/// True for an item that was overdue on `day`, as far as can be told from where it stands now: one
/// that ended after that day counts.
#[must_use]
pub fn is_late_on(item: &Item, day: Date) -> bool {
    under_way_on(item, day) && item.due(day).is_some_and(|due| due < day)
}

/// True for an item that had been issued by `day` and had not ended.
#[must_use]
pub fn under_way_on(item: &Item, day: Date) -> bool {
    let issued = item.issued_on.and_then(BusinessDate::first);
    let ended_later = || item.state_since.last().is_some_and(|since| day < since);
    issued.is_some_and(|issued| issued <= day) && (is_open(item.state) || ended_later())
}

fn existing<'a>(books: &'a Books, id: CycleId, step: &'static str) -> Result<&'a Cycle, Rejection> {
    let row = books.cycles.get(id).ok_or_else(|| Rejection::NotFound {
        field: "cycle",
        subject: id.into(),
    })?;
    if row.closed_on.is_some() {
        return Err(Rejection::BadTransition {
            state: "closed",
            state_zh: "已结束",
            step,
        });
    }
    Ok(row)
}

pub(crate) fn decide(
    books: &Books,
    context: &Context,
    command: &CycleCommand,
) -> Result<Vec<Event>, Rejection> {
    let step = command.word();
    match command {
        CycleCommand::Open(opening) => begin(books, context, opening)?,
        CycleCommand::HoldDispatch(it) => {
            existing(books, it.cycle, step)?;
        }
        CycleCommand::HoldSupervision(it) => {
            let cycle = existing(books, it.cycle, step)?;
            outside(books, context, cycle)?;
        }
        CycleCommand::RecordAccountability(it) => {
            let cycle = existing(books, it.cycle, step)?;
            let item = existing_item(books, "item", it.item)?;
            existing_person(books, "person", it.person)?;
            if item.issued_on.is_none()
                || !is_within(books, item.draft.responsible_unit, cycle.unit)
            {
                return Err(Rejection::BadField {
                    field: "item",
                    why: "it is no item that the cycle's unit, or one below it, was given",
                    why_zh: "该事项并非交办给本周期单位或其下属单位",
                });
            }
            answers(books, context, cycle, item)?;
        }
        CycleCommand::Close(it) => {
            let cycle = existing(books, it.cycle, step)?;
            outside(books, context, cycle)?;
            ends(context, cycle)?;
        }
    }
    // After this point the command succeeds, unless policy forbids it.
    Ok(vec![command.clone().into_event()])
}

/// Called to account by others, for something late: else a unit would fill the leg by itself, with
/// any of its items.
fn answers(books: &Books, context: &Context, cycle: &Cycle, item: &Item) -> Result<(), Rejection> {
    outside(books, context, cycle)?;
    if is_late_on(item, counted_day(cycle.month, context.day())) {
        return Ok(());
    }
    Err(Rejection::BadField {
        field: "item",
        why: "it was not overdue on that day, nor at the end of the cycle's month",
        why_zh: "该事项在该日(最迟为本周期月末)未逾期,不构成追究",
    })
}

/// Whoever supervises a unit, calls it to account or closes its month is not of it, nor of one
/// below it; who records that from paper is not either.
fn outside(books: &Books, context: &Context, cycle: &Cycle) -> Result<(), Rejection> {
    let ours = |actor: Actor| is_within(books, actor.organisation, cycle.unit);
    if context.hands().any(ours) || ours(context.actor) {
        return Err(Rejection::NotIndependent {
            why: "the actor belongs to the cycle's unit or to one below it",
            why_zh: "办理人属于本周期单位或其下属单位,不得自行督查、追究或结束本周期",
        });
    }
    Ok(())
}

/// A closed month takes no more legs, so that one closed early would lack some for good: in both
/// intakes it is closed on its last day or later. A date that names no day is none after today.
fn ends(context: &Context, cycle: &Cycle) -> Result<(), Rejection> {
    let day = context.day().min(context.today);
    if cycle.month.last().is_some_and(|last| day < last) {
        return Err(Rejection::BadDate {
            field: "occurred_on",
            why: "a cycle is closed on the last day of its month or later",
            why_zh: "调度周期须在当月最后一日或之后结束",
        });
    }
    Ok(())
}

fn begin(books: &Books, context: &Context, opening: &CycleOpening) -> Result<(), Rejection> {
    if books.cycles.contains(opening.cycle) {
        return Err(Rejection::AlreadyExists {
            field: "cycle",
            subject: opening.cycle.into(),
        });
    }
    existing_unit(books, "unit", opening.unit)?;
    if opening.month.precision() != Precision::Month {
        return Err(Rejection::BadField {
            field: "month",
            why: "a cycle is of one month: 2018-08",
            why_zh: "调度周期以月为单位:2018-08",
        });
    }
    if opening
        .month
        .first()
        .is_some_and(|first| first > context.today)
    {
        return Err(Rejection::BadDate {
            field: "month",
            why: "it lies after today (UTC+08:00)",
            why_zh: "月份晚于今天(北京时间)",
        });
    }
    let same = |cycle: &Cycle| (cycle.unit, cycle.month) == (opening.unit, opening.month);
    if let Some((other, _)) = books.cycles.iter().find(|(_, cycle)| same(cycle)) {
        return Err(Rejection::AlreadyExists {
            field: "month",
            subject: other.into(),
        });
    }
    Ok(())
}

/// Meetings lie in their month, nobody is called to account before it, and a cycle is closed with
/// all its legs (RR43).
pub(crate) fn breaches(books: &Books, context: &Context, event: &CycleEvent) -> Vec<Rejection> {
    let outside = |why, why_zh| {
        let field = "occurred_on";
        vec![Rejection::BadDate { field, why, why_zh }]
    };
    let month = |id: CycleId| books.cycles.get(id).map(|cycle| cycle.month);
    match event {
        CycleEvent::Opened(_) => Vec::new(),
        CycleEvent::DispatchHeld(it) | CycleEvent::SupervisionHeld(it) => match month(it.cycle) {
            Some(month)
                if context.occurred_on.is_certainly_before(month)
                    || month.is_certainly_before(context.occurred_on) =>
            {
                outside(
                    "it lies outside the cycle's month",
                    "日期不在本周期的月份之内",
                )
            }
            Some(_) | None => Vec::new(),
        },
        CycleEvent::AccountabilityRecorded(it) => match month(it.cycle) {
            Some(month) if context.occurred_on.is_certainly_before(month) => {
                outside("it lies before the cycle's month", "日期早于本周期的月份")
            }
            Some(_) | None => Vec::new(),
        },
        CycleEvent::Closed(it) => {
            let Some(cycle) = books.cycles.get(it.cycle) else {
                return Vec::new();
            };
            let missing = cycle.missing(books, context.day()).into_iter();
            let refusal = |leg: CycleLeg| Rejection::CycleLegMissing {
                leg: leg.word(),
                leg_zh: leg.zh(),
                month: cycle.month,
            };
            missing.map(refusal).collect()
        }
    }
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &CycleEvent) {
    let id = match event {
        CycleEvent::Opened(opening) => {
            let cycle = Cycle {
                unit: opening.unit,
                month: opening.month,
                dispatches: Vec::new(),
                supervisions: Vec::new(),
                accountabilities: Vec::new(),
                closed_on: None,
                version: 1,
            };
            books.cycles.put(opening.cycle, cycle);
            return;
        }
        CycleEvent::DispatchHeld(it) | CycleEvent::SupervisionHeld(it) => it.cycle,
        CycleEvent::AccountabilityRecorded(it) => it.cycle,
        CycleEvent::Closed(it) => it.cycle,
    };
    let Some(cycle) = books.cycles.get_mut(id) else {
        return;
    };
    cycle.version = cycle.version.saturating_add(1);
    let (seq, on) = (context.seq, context.occurred_on);
    let held = |meeting: &CycleMeeting| Held {
        seq,
        on,
        by: context.hand(),
        meeting: meeting.clone(),
    };
    match event {
        CycleEvent::Opened(_) => {}
        CycleEvent::DispatchHeld(it) => cycle.dispatches.push(held(it)),
        CycleEvent::SupervisionHeld(it) => cycle.supervisions.push(held(it)),
        CycleEvent::AccountabilityRecorded(it) => cycle.accountabilities.push(CalledToAccount {
            seq,
            on,
            facts: it.clone(),
        }),
        CycleEvent::Closed(_) => cycle.closed_on = Some(on),
    }
}
