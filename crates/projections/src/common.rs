//! Common problems 共性问题 and the single cases of each (R6).

use crate::items::{ItemFilter, ItemLine, item_line, passing};
use crate::{Page, View};
use jiff::civil::Date;
use ledger::ids::ItemId;
use ledger::item::ItemScope;
use ledger::item::rules::{Item, State, is_open};

/// A common problem with its cases.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommonProblem {
    /// The common item.
    #[serde(flatten)]
    pub line: ItemLine,
    /// How many cases have not ended.
    pub open: usize,
    /// How many were closed, here or on paper.
    pub closed: usize,
    /// How many ended otherwise: not substantiated, merged, split, given up.
    pub ended_otherwise: usize,
    /// How many of the open ones are overdue.
    pub overdue: usize,
    /// The cases, in the order of their drafting.
    pub children: Vec<ItemLine>,
}

/// R6: the common items that pass the filter, in the order of their numbers, each with all of its
/// cases.
#[must_use]
pub fn common_problems(
    view: &View,
    today: Date,
    filter: &ItemFilter,
    offset: usize,
    limit: usize,
) -> Page<CommonProblem> {
    let mut rows = passing(view, today, filter);
    rows.retain(|(_, item)| item.draft.scope == ItemScope::Common || !item.children.is_empty());
    Page::of(&rows, offset, limit, |(id, item)| {
        problem(view, today, *id, item)
    })
}

fn problem(view: &View, today: Date, id: ItemId, item: &Item) -> CommonProblem {
    let books = &view.books;
    let children = item.children.iter();
    let children: Vec<(ItemId, &Item)> = children
        .filter_map(|child| Some((*child, books.items.get(*child)?)))
        .collect();
    let count = |wanted: &dyn Fn(&Item) -> bool| {
        let children = children.iter();
        children.filter(|(_, child)| wanted(child)).count()
    };
    let closed = |child: &Item| matches!(child.state, State::Closed | State::HistoricallyClosed);
    CommonProblem {
        line: item_line(books, today, id, item),
        open: count(&|child| is_open(child.state)),
        closed: count(&closed),
        ended_otherwise: count(&|child| !is_open(child.state) && !closed(child)),
        overdue: count(&|child| child.overdue_days(today) > 0),
        children: children
            .iter()
            .map(|(id, child)| item_line(books, today, *id, child))
            .collect(),
    }
}
