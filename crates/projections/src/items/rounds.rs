//! Rounds and what became of their items.

use super::{RoundReference, round_reference};
use crate::View;
use crate::references::{self, Term, UnitReference, term};
use hashbrown::HashMap;
use jiff::civil::Date;
use ledger::date::BusinessDate;
use ledger::ids::RoundId;
use ledger::item::rules::{Item, State};
use ledger::text::Reference;

/// A round.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundView {
    /// The round.
    pub round: RoundReference,
    /// What sort it is.
    pub kind: Term,
    /// The body that sends the team.
    pub inspecting_body: UnitReference,
    /// The body that closes the items.
    pub closing_body: UnitReference,
    /// The document that orders it.
    pub mandate: Reference,
    /// Another round whose items may be the same ones: do not add the two up.
    pub related: Option<RelatedRound>,
    /// When the findings were handed over.
    pub feedback_on: Option<BusinessDate>,
    /// No more items.
    pub closed: bool,
    /// How many items it has, drafts included.
    pub item_count: usize,
    /// How many of them are overdue.
    pub overdue_count: usize,
    /// How many are in each state, every state in its order.
    pub states: Vec<StateCount>,
}

/// A round whose items may be the same ones.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelatedRound {
    /// The round.
    pub round: RoundReference,
    /// How the two sets of items relate.
    pub relation: Term,
}

/// How many items are in one state.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StateCount {
    /// The state.
    pub state: Term,
    /// How many.
    pub count: usize,
}

/// A round; nothing for one that nobody has opened.
#[must_use]
pub fn round_view(view: &View, today: Date, id: RoundId) -> Option<RoundView> {
    let items = view
        .books
        .items
        .values()
        .filter(|item| item.draft.round == id);
    show(view, today, id, &items.collect::<Vec<_>>())
}

/// All rounds, in the order of their names.
#[must_use]
pub fn round_views(view: &View, today: Date) -> Vec<RoundView> {
    let mut items: HashMap<RoundId, Vec<&Item>> = HashMap::new();
    for item in view.books.items.values() {
        items.entry(item.draft.round).or_default().push(item);
    }
    let of = |id: &RoundId| items.get(id).map_or(&[][..], Vec::as_slice);
    let ids = view.books.rounds.iter().map(|(id, _)| id);
    let mut rounds: Vec<RoundView> = ids
        .filter_map(|id| show(view, today, id, of(&id)))
        .collect();
    rounds.sort_by(|a, b| a.round.cmp(&b.round));
    rounds
}

fn show(view: &View, today: Date, id: RoundId, items: &[&Item]) -> Option<RoundView> {
    let books = &view.books;
    let round = books.rounds.get(id)?;
    let count = |state: &State| items.iter().filter(|item| item.state == *state).count();
    let states = State::ALL.iter();
    let states = states.map(|state| StateCount {
        state: term!(*state),
        count: count(state),
    });
    Some(RoundView {
        round: round_reference(books, id),
        kind: term!(round.kind),
        inspecting_body: references::unit(books, round.inspecting_body),
        closing_body: references::unit(books, round.closing_body),
        mandate: round.mandate.clone(),
        related: round.related.map(|(other, relation)| RelatedRound {
            round: round_reference(books, other),
            relation: term!(relation),
        }),
        feedback_on: round.feedback_on,
        closed: round.closed,
        item_count: items.len(),
        overdue_count: items
            .iter()
            .filter(|item| item.overdue_days(today) > 0)
            .count(),
        states: states.collect(),
    })
}
