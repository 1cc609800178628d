//! R5: two rates with their numerators and denominators.
//!
//! 销号率 is closed / denominator, 申报完成率 is (closing asked for, verified or closed) / denominator:
//! what the units say, and what others have found. The denominator is issued - not substantiated -
//! merged - split. Long-term and suspended items stay in it, items given up as well. A closing
//! taken over from paper was never verified here: it is counted apart and stands in no number; and
//! so is an item that overlaps with another one that is counted.

use crate::View;
use crate::items::{ItemFilter, passing};
use crate::pledges::Tree;
use crate::references;
use jiff::civil::Date;
use ledger::Books;
use ledger::ids::{OrganisationId, OverlayId, PledgeId};
use ledger::item::ItemCategory;
use ledger::item::rules::{Item, State, in_denominator, is_counted};
use ledger::organisation::Level;
use ledger::organisation::rules::upwards;
use ledger::overlay::rules::zones_of;
use std::collections::BTreeMap;

/// By what items are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// By the responsible unit.
    Unit,
    /// By the unit of this level that is, or stands above, the responsible unit.
    Level(Level),
    /// By the zones of the responsible unit on the day of the question. One that belongs to two
    /// zones counts in both, so that the groups may be more than the whole.
    Zone,
    /// By the pledges that stand above the responsible unit on the day of the question: an item
    /// counts in each of them, so that every group holds those below it.
    Pledge,
    /// By what they are about.
    Category,
    /// By the round that found them.
    Round,
}

/// Completion rates.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Completion {
    /// Group by group, in the order of their names.
    pub groups: Vec<Group>,
    /// Every item once.
    pub total: Figures,
}

/// The figures of one group.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Group {
    /// Its identifier or word; none for items that belong to no group.
    pub key: Option<String>,
    /// Its name in Chinese.
    pub name: Option<String>,
    /// The group that holds it, of pledges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above: Option<String>,
    /// Its figures.
    pub figures: Figures,
}

/// The figures of a rate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Figures {
    /// Closed here, by request, verification and closing: the numerator of 销号率.
    pub closed: usize,
    /// Closing asked for, verified or closed: the numerator of 申报完成率.
    pub requested: usize,
    /// Issued, less not substantiated, less merged, less split: the denominator of both. One that
    /// was split stays in it until its parts are in it.
    pub denominator: usize,
    /// Issued here and counted; drafts and closings taken over from paper are not.
    pub issued: usize,
    /// Found to be no problem.
    pub not_substantiated: usize,
    /// Gone on in another item.
    pub merged: usize,
    /// Gone on in several other items, of which one is in the denominator or all have ended.
    pub split: usize,
    /// Closed, some time, on a request that came after the due date.
    pub closed_late: usize,
    /// Closing asked for, some time, after the due date.
    pub requested_late: usize,
    /// Under long-term rectification.
    pub long_term: usize,
    /// Standing still.
    pub suspended: usize,
    /// Given up.
    pub not_implemented: usize,
    /// Overdue on the day of the question.
    pub overdue: usize,
    /// Closings taken over from paper: in no other number.
    pub historical: usize,
    /// Counted with another item, because they are about the same problem: in no other number.
    pub overlapping: usize,
}

/// R5: the completion rates of the items that pass the filter, on one day.
#[must_use]
pub fn completion(view: &View, today: Date, by: Grouping, filter: &ItemFilter) -> Completion {
    let books = &view.books;
    let mut sorter = Sorter {
        books,
        today,
        by,
        zones: BTreeMap::new(),
        pledges: match by {
            Grouping::Pledge => Tree::on(books, today),
            Grouping::Unit
            | Grouping::Level(_)
            | Grouping::Zone
            | Grouping::Category
            | Grouping::Round => Tree::default(),
        },
    };
    let mut total = Figures::default();
    let mut groups: BTreeMap<Option<Key>, Figures> = BTreeMap::new();
    for (id, item) in passing(view, today, filter) {
        let counted = is_counted(books, id, item);
        total.count(books, item, today, counted);
        for key in sorter.keys(item) {
            groups
                .entry(key)
                .or_default()
                .count(books, item, today, counted);
        }
    }
    let show = |(key, figures): (Option<Key>, Figures)| {
        let above = key.and_then(|key| key.above(books, &sorter.pledges));
        let (key, name) = key.map_or((None, None), |key| key.show(books));
        Group {
            key,
            name,
            above,
            figures,
        }
    };
    let mut groups: Vec<Group> = groups.into_iter().map(show).collect();
    groups.sort_by(|a, b| {
        (a.key.is_none(), &a.name, &a.key).cmp(&(b.key.is_none(), &b.name, &b.key))
    });
    Completion { groups, total }
}

impl Figures {
    fn count(&mut self, books: &Books, item: &Item, today: Date, counted: bool) {
        if item.state == State::HistoricallyClosed {
            add(&mut self.historical, true);
            return;
        }
        // A draft may be merged or given up: it was never anybody's task.
        if item.issued_on.is_none() {
            return;
        }
        if !counted {
            add(&mut self.overlapping, true);
            return;
        }
        let is = |state: State| item.state == state;
        add(&mut self.issued, true);
        add(&mut self.not_substantiated, is(State::NotSubstantiated));
        add(&mut self.merged, is(State::Merged));
        let denominated = in_denominator(books, item);
        add(&mut self.split, is(State::Split) && !denominated);
        add(&mut self.denominator, denominated);
        add(&mut self.closed, is(State::Closed));
        let asked = is(State::ClosureRequested) || is(State::Verified);
        add(&mut self.requested, asked || is(State::Closed));
        add(&mut self.long_term, is(State::LongTerm));
        add(&mut self.suspended, is(State::Suspended));
        add(&mut self.not_implemented, is(State::ClosedNotImplemented));
        add(&mut self.closed_late, item.closed_late());
        add(&mut self.requested_late, item.turns.requested_late);
        add(&mut self.overdue, item.overdue_days(today) > 0);
    }
}

fn add(count: &mut usize, one: bool) {
    *count = count.saturating_add(usize::from(one));
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Unit(OrganisationId),
    Zone(OverlayId),
    Pledge(PledgeId),
    Category(ItemCategory),
    Round(ledger::ids::RoundId),
}

impl Key {
    fn above(self, books: &Books, pledges: &Tree) -> Option<String> {
        let Key::Pledge(id) = self else {
            return None;
        };
        let above = pledges.above(books, books.pledges.get(id)?);
        above.map(|id| id.to_string())
    }

    fn show(self, books: &Books) -> (Option<String>, Option<String>) {
        match self {
            Key::Unit(id) => {
                let name = references::unit(books, id)
                    .name
                    .map(|name| name.to_string());
                (Some(id.to_string()), name)
            }
            Key::Zone(id) => {
                let name = books.overlays.get(id).map(|zone| zone.name.to_string());
                (Some(id.to_string()), name)
            }
            Key::Pledge(id) => {
                let unit = books.pledges.get(id).map(|row| row.signing.to_unit);
                let name = unit.and_then(|unit| references::unit(books, unit).name);
                (Some(id.to_string()), name.map(|name| name.to_string()))
            }
            Key::Category(category) => (
                Some(category.word().to_owned()),
                Some(category.zh().to_owned()),
            ),
            Key::Round(id) => {
                let name = books.rounds.get(id).map(|round| round.name.to_string());
                (Some(id.to_string()), name)
            }
        }
    }
}

/// Says to which groups an item belongs. A unit's zones are looked up once: ten thousand items
/// belong to some hundred units.
struct Sorter<'a> {
    books: &'a Books,
    today: Date,
    by: Grouping,
    zones: BTreeMap<OrganisationId, Vec<Option<Key>>>,
    pledges: Tree,
}

impl Sorter<'_> {
    fn keys(&mut self, item: &Item) -> Vec<Option<Key>> {
        let unit = item.draft.responsible_unit;
        match self.by {
            Grouping::Unit => vec![Some(Key::Unit(unit))],
            Grouping::Level(level) => {
                let is = |id: &OrganisationId| {
                    self.books
                        .organisations
                        .get(*id)
                        .is_some_and(|row| row.level == level)
                };
                vec![upwards(self.books, unit).find(is).map(Key::Unit)]
            }
            Grouping::Category => vec![Some(Key::Category(item.draft.category))],
            Grouping::Round => vec![Some(Key::Round(item.draft.round))],
            Grouping::Pledge => {
                let above = self.pledges.upwards(self.books, unit);
                let keys: Vec<_> = above.map(|id| Some(Key::Pledge(id))).collect();
                if keys.is_empty() { vec![None] } else { keys }
            }
            Grouping::Zone => {
                let (books, today) = (self.books, self.today);
                let zones = self.zones.entry(unit).or_insert_with(|| {
                    let zones = zones_of(books, unit, today).into_iter();
                    let zones: Vec<_> = zones.map(|zone| Some(Key::Zone(zone))).collect();
                    if zones.is_empty() { vec![None] } else { zones }
                });
                zones.clone()
            }
        }
    }
}
