//! Rectification items as they stand, and the rounds that found them.

mod detail;
mod numbered;
mod rounds;

pub use detail::{
    AttemptLine, ClosingLine, Deed, ExtensionLine, FormerLine, ItemView, MeasureLine, RecoveryLine,
    item_view,
};
pub(crate) use numbered::Numbered;
pub use rounds::{RelatedRound, RoundView, StateCount, round_view, round_views};

use crate::references::{self, Term, UnitReference, term};
use crate::{Page, View};
use jiff::civil::Date;
use ledger::date::BusinessDate;
use ledger::ids::{ItemId, OrganisationId, OverlayId, PersonId, RoundId};
use ledger::item::rules::{Item, State, is_counted, is_open};
use ledger::item::{ItemCategory, Severity};
use ledger::money::Fen;
use ledger::organisation::rules::is_within;
use ledger::overlay::rules::zones_of;
use ledger::text::{Name, Reference, Text};
use ledger::{Books, Rejection};

/// A round.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundReference {
    /// Its name.
    pub name: Option<Name>,
    /// Which one.
    pub round: RoundId,
}

/// An item in one line.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemLine {
    /// The item.
    pub item: ItemId,
    /// Its number on the list.
    pub number: Reference,
    /// The round that found it.
    pub round: RoundReference,
    /// What is wrong.
    pub facts: Text,
    /// What it is about.
    pub category: Term,
    /// How bad it is.
    pub severity: Term,
    /// The unit that must put it right.
    pub responsible_unit: UnitReference,
    /// The official who answers for it.
    pub responsible_person: Option<PersonId>,
    /// The unit that leads now.
    pub lead_unit: Option<UnitReference>,
    /// The units that help.
    pub cooperating_units: Vec<UnitReference>,
    /// Where it stands.
    pub state: Term,
    /// Since when.
    pub state_since: BusinessDate,
    /// When it is due; none before the issue.
    pub due_on: Option<BusinessDate>,
    /// The days left until it is due; none where it is overdue, ended, or not issued.
    pub days_left: Option<u32>,
    /// By how many days it is overdue.
    pub overdue_days: u32,
    /// It was once closed on a request that came after its due date.
    pub closed_late: bool,
    /// Its closing was once asked for after its due date.
    pub requested_late: bool,
    /// It is counted in rates and sums; false for one that overlaps with another that is.
    pub counted: bool,
}

/// A rule that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Obstacle {
    /// The rule's stable code.
    pub code: &'static str,
    /// What is missing.
    pub text: String,
    /// What is missing, in Chinese.
    pub text_zh: String,
}

impl From<&Rejection> for Obstacle {
    fn from(rejection: &Rejection) -> Obstacle {
        let (code, text, text_zh) = (rejection.code(), rejection.to_string(), rejection.zh());
        Obstacle {
            code,
            text,
            text_zh,
        }
    }
}

/// Which items are asked for; nothing means all.
#[derive(Debug, Clone, Copy, Default)]
pub struct ItemFilter {
    /// Only in this state.
    pub state: Option<State>,
    /// Only those of this unit and the units below it.
    pub within: Option<OrganisationId>,
    /// Only those whose responsible unit is in this zone on the day of the question.
    pub zone: Option<OverlayId>,
    /// Only those for which this official answers.
    pub person: Option<PersonId>,
    /// Only those that this unit or one below it leads.
    pub lead: Option<OrganisationId>,
    /// Only those in which this unit or one below it helps.
    pub cooperating: Option<OrganisationId>,
    /// Only those of this round.
    pub round: Option<RoundId>,
    /// Only those about this.
    pub category: Option<ItemCategory>,
    /// Only so bad.
    pub severity: Option<Severity>,
    /// Only overdue ones, or only others.
    pub overdue: Option<bool>,
}

impl ItemFilter {
    fn passes(&self, books: &Books, today: Date, item: &Item) -> bool {
        // Destructured, so that a filter cannot be forgotten; the dear one last.
        let ItemFilter {
            state,
            within,
            zone,
            person,
            lead,
            cooperating,
            round,
            category,
            severity,
            overdue,
        } = *self;
        let draft = &item.draft;
        let helps = |unit| {
            let mut helping = draft.cooperating_units.iter();
            helping.any(|helper| is_within(books, *helper, unit))
        };
        let leads = |unit| item.lead_unit.is_some_and(|it| is_within(books, it, unit));
        state.is_none_or(|state| item.state == state)
            && person.is_none_or(|person| draft.responsible_person == Some(person))
            && round.is_none_or(|round| draft.round == round)
            && category.is_none_or(|category| draft.category == category)
            && severity.is_none_or(|severity| draft.severity == severity)
            && overdue.is_none_or(|overdue| (item.overdue_days(today) > 0) == overdue)
            && within.is_none_or(|unit| is_within(books, draft.responsible_unit, unit))
            && lead.is_none_or(leads)
            && cooperating.is_none_or(helps)
            && zone
                .is_none_or(|zone| zones_of(books, draft.responsible_unit, today).contains(&zone))
    }
}

/// A page of the items that pass the filter, in the order of their numbers.
#[must_use]
pub fn item_lines(
    view: &View,
    today: Date,
    filter: &ItemFilter,
    offset: usize,
    limit: usize,
) -> Page<ItemLine> {
    let rows = passing(view, today, filter);
    Page::of(&rows, offset, limit, |(id, item)| {
        item_line(&view.books, today, *id, item)
    })
}

/// The items that pass the filter, in the order of their numbers.
pub(crate) fn passing<'a>(
    view: &'a View,
    today: Date,
    filter: &ItemFilter,
) -> Vec<(ItemId, &'a Item)> {
    let books = &view.books;
    let rows = view.links.numbered.iter();
    rows.filter_map(|id| Some((id, books.items.get(id)?)))
        .filter(|(_, item)| filter.passes(books, today, item))
        .collect()
}

pub(crate) fn item_line(books: &Books, today: Date, id: ItemId, item: &Item) -> ItemLine {
    let draft = &item.draft;
    ItemLine {
        item: id,
        number: draft.number.clone(),
        round: round_reference(books, draft.round),
        facts: draft.facts.clone(),
        category: term!(draft.category),
        severity: term!(draft.severity),
        responsible_unit: references::unit(books, draft.responsible_unit),
        responsible_person: draft.responsible_person,
        lead_unit: item.lead_unit.map(|unit| references::unit(books, unit)),
        cooperating_units: draft
            .cooperating_units
            .iter()
            .map(|unit| references::unit(books, *unit))
            .collect(),
        state: term!(item.state),
        state_since: item.state_since,
        due_on: due_on(item, today),
        days_left: days_left(item, today),
        overdue_days: item.overdue_days(today),
        closed_late: item.closed_late(),
        requested_late: item.turns.requested_late,
        counted: is_counted(books, id, item),
    }
}

/// The due date as it concerns an item: of one that has ended, the one at its end.
fn due_on(item: &Item, today: Date) -> Option<BusinessDate> {
    let ended = (!is_open(item.state))
        .then(|| item.state_since.last())
        .flatten();
    item.due(ended.unwrap_or(today)).map(BusinessDate::day)
}

fn days_left(item: &Item, today: Date) -> Option<u32> {
    let due = item.due(today).filter(|_| is_open(item.state))?;
    u32::try_from(today.until(due).ok()?.get_days()).ok()
}

pub(crate) fn round_reference(books: &Books, round: RoundId) -> RoundReference {
    let name = books.rounds.get(round).map(|row| row.name.clone());
    RoundReference { name, round }
}

pub(crate) fn zero_is_none(amount: Fen) -> Option<Fen> {
    (amount != Fen::ZERO).then_some(amount)
}
