//! Long-term items 持续整改 and their reviews: which is due when, those most overdue first.

use crate::items::{ItemFilter, ItemLine, item_line, passing};
use crate::{Page, View};
use jiff::civil::Date;
use ledger::date::BusinessDate;
use ledger::ids::ItemId;
use ledger::item::rules::{Item, State};

/// A long-term item that is to be reviewed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReviewTask {
    /// The item.
    #[serde(flatten)]
    pub line: ItemLine,
    /// By when it is reviewed: the day that the last review named, or that of the approval.
    pub review_on: BusinessDate,
    /// By how many days the review is overdue.
    pub review_overdue_days: u32,
    /// How many reviews have said that it goes on.
    pub reviews: u32,
}

/// The long-term items that pass the filter, by the day of their next review; those whose reviews
/// are overdue come first by that. Where no review has named a day, one is due from the approval
/// on.
#[must_use]
pub fn reviews(
    view: &View,
    today: Date,
    filter: &ItemFilter,
    offset: usize,
    limit: usize,
) -> Page<ReviewTask> {
    let mut rows = passing(view, today, filter);
    rows.retain(|(_, item)| item.state == State::LongTerm);
    let next = |(_, item): &(ItemId, &Item)| review_on(item).last();
    Page::ordered(&rows, next, offset, limit, |(id, item)| {
        task(view, today, *id, item)
    })
}

fn review_on(item: &Item) -> BusinessDate {
    item.turns.next_review_on.unwrap_or(item.state_since)
}

fn task(view: &View, today: Date, id: ItemId, item: &Item) -> ReviewTask {
    let day = review_on(item).last();
    let over = day.and_then(|day| day.until(today).ok());
    ReviewTask {
        line: item_line(&view.books, today, id, item),
        review_on: review_on(item),
        review_overdue_days: over.map_or(0, |span| u32::try_from(span.get_days()).unwrap_or(0)),
        reviews: item.turns.reviews,
    }
}
