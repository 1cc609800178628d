//! Responsibility pledges 责任状, and the open items for which somebody is missing at some level of
//! their tree (RR50).

use crate::items::{ItemFilter, ItemLine, item_line, passing};
use crate::references::{self, Term, UnitReference, term};
use crate::{Page, View};
use hashbrown::HashMap;
use jiff::civil::Date;
use ledger::Books;
use ledger::date::BusinessDate;
use ledger::ids::{OrganisationId, PersonId, PledgeId};
use ledger::item::rules::{Item, is_open};
use ledger::organisation::rules::{is_within, upwards};
use ledger::pledge::rules::Pledge;
use ledger::text::{Reference, Text};

/// A pledge.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PledgeView {
    /// The pledge.
    pub pledge: PledgeId,
    /// The unit that promises.
    pub to_unit: UnitReference,
    /// Who answers for it.
    pub to_person: PersonId,
    /// The unit that demands.
    pub from_unit: UnitReference,
    /// Who signed for it.
    pub from_person: PersonId,
    /// What is promised.
    pub targets: Vec<Text>,
    /// Its first day.
    pub starts_on: BusinessDate,
    /// Its last day.
    pub ends_on: BusinessDate,
    /// The document.
    pub document: Reference,
    /// When it was signed.
    pub signed_on: BusinessDate,
    /// It is in force on the day of the question.
    pub in_force: bool,
    /// The pledge above it on that day.
    pub above: Option<PledgeId>,
    /// How it was kept.
    pub assessment: Option<AssessmentLine>,
    /// How many records have been about it.
    pub version: u32,
}

/// How a pledge was kept.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssessmentLine {
    /// How.
    pub result: Term,
    /// When that was said.
    pub on: BusinessDate,
    /// The document that says so.
    pub document: Reference,
    /// What was found.
    pub finding: Option<Text>,
}

/// An open item for which somebody is missing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnnamedItem {
    /// The item.
    #[serde(flatten)]
    pub line: ItemLine,
    /// The item itself names no responsible person.
    pub person_missing: bool,
    /// The units on its way up that have signed no pledge for this day, the lowest first.
    pub pledges_missing: Vec<UnitReference>,
}

/// The pledges of one day, by the unit that promised.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    of: HashMap<OrganisationId, PledgeId>,
}

impl Tree {
    /// Of two pledges of a unit for one day, which only an observed one can make, the later counts.
    pub(crate) fn on(books: &Books, day: Date) -> Tree {
        let rows = books.pledges.iter().filter(|(_, row)| row.covers(day));
        let mut rows: Vec<_> = rows
            .map(|(id, row)| (row.signing.starts_on.first(), id, row.signing.to_unit))
            .collect();
        rows.sort_unstable();
        let of = rows.into_iter().map(|(_, id, unit)| (unit, id)).collect();
        Tree { of }
    }

    /// The pledges on the way up from a unit, its own first.
    pub(crate) fn upwards<'a>(
        &'a self,
        books: &'a Books,
        unit: OrganisationId,
    ) -> impl Iterator<Item = PledgeId> + 'a {
        upwards(books, unit).filter_map(|unit| self.of.get(&unit).copied())
    }

    /// The pledge above one.
    pub(crate) fn above(&self, books: &Books, pledge: &Pledge) -> Option<PledgeId> {
        self.upwards(books, pledge.signing.from_unit).next()
    }

    /// The units on the way up that have signed none, though somebody further up has demanded
    /// pledges; or the unit itself, where nobody has.
    fn missing(&self, books: &Books, unit: OrganisationId) -> Vec<OrganisationId> {
        let demanded = |id: PledgeId| Some(books.pledges.get(id)?.signing.from_unit);
        let top = self.upwards(books, unit).filter_map(demanded).last();
        let below = |id: &OrganisationId| match top {
            Some(top) => *id != top && is_within(books, *id, top),
            None => *id == unit,
        };
        upwards(books, unit)
            .filter(|id| below(id) && !self.of.contains_key(id))
            .collect()
    }
}

/// All pledges as of a day: those in force first, then by the name of the unit and the first day.
#[must_use]
pub fn pledges(view: &View, today: Date, within: Option<OrganisationId>) -> Vec<PledgeView> {
    let books = &view.books;
    let tree = Tree::on(books, today);
    let rows = books
        .pledges
        .iter()
        .filter(|(_, row)| within.is_none_or(|unit| is_within(books, row.signing.to_unit, unit)));
    let mut rows: Vec<_> = rows
        .map(|(id, row)| show(books, &tree, today, id, row))
        .collect();
    rows.sort_by(|a, b| {
        let key = |it: &PledgeView| {
            (
                !it.in_force,
                it.to_unit.clone(),
                it.starts_on.first(),
                it.pledge,
            )
        };
        key(a).cmp(&key(b))
    });
    rows
}

/// A pledge; nothing for one that nobody has signed.
#[must_use]
pub fn pledge_view(view: &View, today: Date, id: PledgeId) -> Option<PledgeView> {
    let row = view.books.pledges.get(id)?;
    let tree = Tree::on(&view.books, today);
    Some(show(&view.books, &tree, today, id, row))
}

fn show(books: &Books, tree: &Tree, today: Date, id: PledgeId, row: &Pledge) -> PledgeView {
    let signing = &row.signing;
    PledgeView {
        pledge: id,
        to_unit: references::unit(books, signing.to_unit),
        to_person: signing.to_person,
        from_unit: references::unit(books, signing.from_unit),
        from_person: signing.from_person,
        targets: signing.targets.clone(),
        starts_on: signing.starts_on,
        ends_on: signing.ends_on,
        document: signing.document.clone(),
        signed_on: row.signed_on,
        in_force: row.covers(today),
        above: tree.above(books, row),
        assessment: row.assessment.as_ref().map(|it| AssessmentLine {
            result: term!(it.result),
            on: it.on,
            document: it.document.clone(),
            finding: it.finding.clone(),
        }),
        version: row.version,
    }
}

/// RR50: the open items that pass the filter and lack a named person, themselves or at some level
/// above; in the order of their numbers.
#[must_use]
pub fn unnamed(
    view: &View,
    today: Date,
    filter: &ItemFilter,
    offset: usize,
    limit: usize,
) -> Page<UnnamedItem> {
    let books = &view.books;
    let tree = Tree::on(books, today);
    let mut missing: HashMap<OrganisationId, Vec<OrganisationId>> = HashMap::new();
    let mut rows: Vec<(ledger::ids::ItemId, &Item, Vec<OrganisationId>)> = Vec::new();
    for (id, item) in passing(view, today, filter) {
        if !is_open(item.state) || item.issued_on.is_none() {
            continue;
        }
        let unit = item.draft.responsible_unit;
        let units = missing
            .entry(unit)
            .or_insert_with(|| tree.missing(books, unit));
        if item.draft.responsible_person.is_none() || !units.is_empty() {
            rows.push((id, item, units.clone()));
        }
    }
    Page::of(&rows, offset, limit, |(id, item, units)| UnnamedItem {
        line: item_line(books, today, *id, item),
        person_missing: item.draft.responsible_person.is_none(),
        pledges_missing: units
            .iter()
            .map(|unit| references::unit(books, *unit))
            .collect(),
    })
}
