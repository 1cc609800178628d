//! Monthly cycles and their missing legs (R8, RR43), also where no cycle was opened although a unit
//! has something to put right.

use crate::View;
use crate::references::{self, Term, UnitReference, term};
use hashbrown::HashMap;
use jiff::civil::Date;
use ledger::Books;
use ledger::cycle::rules::{
    Cycle, CycleLeg, Held, counted_day, is_late_on, under_way_on, unit_of_cycle, units_of_month,
};
use ledger::date::BusinessDate;
use ledger::ids::{CycleId, ItemId, OrganisationId, PersonId};
use ledger::organisation::rules::is_within;
use ledger::text::{Reference, Text};

/// A unit's month.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CycleView {
    /// The unit.
    pub unit: UnitReference,
    /// The month.
    pub month: BusinessDate,
    /// The cycle; none where nobody has opened one.
    pub cycle: Option<CycleId>,
    /// The dispatches held 调度.
    pub dispatches: Vec<HeldLine>,
    /// The supervisions held 督查.
    pub supervisions: Vec<HeldLine>,
    /// Who was called to account 追究.
    pub accountabilities: Vec<AccountabilityLine>,
    /// How many of its items were under way by the end of the month, or are today.
    pub under_way: usize,
    /// Which of them were overdue, in the order of their numbers.
    pub overdue: Vec<ItemName>,
    /// The legs that are missing.
    pub missing: Vec<Term>,
    /// The month has ended: what is missing now is missing for good.
    pub month_over: bool,
    /// When the cycle was closed.
    pub closed_on: Option<BusinessDate>,
    /// How many records have been about it.
    pub version: u32,
}

/// A dispatch or a supervision.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeldLine {
    /// The record that says so.
    pub seq: u64,
    /// When.
    pub on: BusinessDate,
    /// For whom it was held.
    pub unit: UnitReference,
    /// The minutes.
    pub document: Reference,
    /// What is worth saying.
    pub remark: Option<Text>,
}

/// Somebody called to account.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountabilityLine {
    /// The record that says so.
    pub seq: u64,
    /// When.
    pub on: BusinessDate,
    /// For which item.
    pub item: ItemName,
    /// Who.
    pub person: PersonId,
    /// How.
    pub form: Term,
    /// The document that says so.
    pub document: Reference,
}

/// An item by its number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemName {
    /// Its number.
    pub number: Option<Reference>,
    /// Which one.
    pub item: ItemId,
}

/// Which units' months are asked for; nothing means all.
#[derive(Debug, Clone, Copy, Default)]
pub struct CycleFilter {
    /// Only of this unit and the units below it.
    pub within: Option<OrganisationId>,
    /// Only where a leg is missing.
    pub missing: bool,
}

/// What the items of a unit's month come to.
#[derive(Debug, Default)]
struct Tally {
    under_way: usize,
    overdue: Vec<ItemId>,
}

/// R8: the month of every unit that has a cycle, and of every unit that has something to put right
/// and is in nobody's cycle; in the order of their names. A month that has not begun has none.
#[must_use]
pub fn cycles(
    view: &View,
    today: Date,
    month: BusinessDate,
    filter: &CycleFilter,
) -> Vec<CycleView> {
    let books = &view.books;
    if month.first().is_none_or(|first| today < first) {
        return Vec::new();
    }
    let mut tallies = tallies(view, today, month);
    let of_month = books.cycles.iter().filter(|(_, row)| row.month == month);
    let mut rows: Vec<CycleView> = of_month
        .map(|(id, row)| {
            let tally = tallies.remove(&row.unit).unwrap_or_default();
            show(books, today, month, row.unit, Some((id, row)), &tally)
        })
        .collect();
    let without = tallies.iter();
    rows.extend(without.map(|(unit, tally)| show(books, today, month, *unit, None, tally)));
    rows.retain(|row| {
        let inside = |unit| is_within(books, row.unit.organisation, unit);
        filter.within.is_none_or(inside) && !(filter.missing && row.missing.is_empty())
    });
    rows.sort_by(|a, b| a.unit.cmp(&b.unit));
    rows
}

/// One cycle; nothing for one that nobody has opened.
#[must_use]
pub fn cycle_view(view: &View, today: Date, id: CycleId) -> Option<CycleView> {
    let row = view.books.cycles.get(id)?;
    let mut tallies = tallies(view, today, row.month);
    let tally = tallies.remove(&row.unit).unwrap_or_default();
    let cycle = Some((id, row));
    Some(show(&view.books, today, row.month, row.unit, cycle, &tally))
}

/// The items under way, by the unit in whose cycle they are, or by their own.
fn tallies(view: &View, today: Date, month: BusinessDate) -> HashMap<OrganisationId, Tally> {
    let books = &view.books;
    let (units, day) = (units_of_month(books, month), counted_day(month, today));
    let mut tallies: HashMap<OrganisationId, Tally> = HashMap::new();
    for id in view.links.numbered.iter() {
        let Some(item) = books.items.get(id) else {
            continue;
        };
        if !under_way_on(item, day) {
            continue;
        }
        let unit = item.draft.responsible_unit;
        let unit = unit_of_cycle(books, &units, unit).unwrap_or(unit);
        let tally = tallies.entry(unit).or_default();
        tally.under_way = tally.under_way.saturating_add(1);
        if is_late_on(item, day) {
            tally.overdue.push(id);
        }
    }
    tallies
}

fn show(
    books: &Books,
    today: Date,
    month: BusinessDate,
    unit: OrganisationId,
    cycle: Option<(CycleId, &Cycle)>,
    tally: &Tally,
) -> CycleView {
    let late = !tally.overdue.is_empty();
    let row = cycle.map(|(_, row)| row);
    let missing = match row {
        Some(row) => row.missing_where(|| late),
        None => {
            let legs = CycleLeg::ALL.iter().copied();
            legs.filter(|leg| late || *leg != CycleLeg::Accountability)
                .collect()
        }
    };
    let held = |list: Option<&Vec<Held>>| {
        let list = list.into_iter().flatten();
        list.map(|held| held_line(books, held)).collect()
    };
    let called = row.into_iter().flat_map(|row| &row.accountabilities);
    CycleView {
        unit: references::unit(books, unit),
        month,
        cycle: cycle.map(|(id, _)| id),
        dispatches: held(row.map(|row| &row.dispatches)),
        supervisions: held(row.map(|row| &row.supervisions)),
        accountabilities: called
            .map(|called| AccountabilityLine {
                seq: called.seq,
                on: called.on,
                item: item_name(books, called.facts.item),
                person: called.facts.person,
                form: term!(called.facts.form),
                document: called.facts.document.clone(),
            })
            .collect(),
        under_way: tally.under_way,
        overdue: tally
            .overdue
            .iter()
            .map(|id| item_name(books, *id))
            .collect(),
        missing: missing.into_iter().map(|leg| term!(leg)).collect(),
        month_over: month.last().is_some_and(|last| last < today),
        closed_on: row.and_then(|row| row.closed_on),
        version: row.map_or(0, |row| row.version),
    }
}

fn held_line(books: &Books, held: &Held) -> HeldLine {
    HeldLine {
        seq: held.seq,
        on: held.on,
        unit: references::unit(books, held.by.organisation),
        document: held.meeting.document.clone(),
        remark: held.meeting.remark.clone(),
    }
}

fn item_name(books: &Books, item: ItemId) -> ItemName {
    let number = books.items.get(item).map(|row| row.draft.number.clone());
    ItemName { number, item }
}
