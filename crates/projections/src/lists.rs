//! Lists 清单: how far each is and which line comes next; its lines; and what is due to somebody by
//! those that count.
//!
//! What a line says stands in its record alone, and is read there: the books keep where that is.

use crate::references::{Term, term};
use crate::{Page, View};
use jiff::civil::Date;
use ledger::Books;
use ledger::digest::Digest;
use ledger::ids::{BankLineId, ListId, PersonId};
use ledger::list::rules::{About, Due, LinePlace, List, ListState, Shape, counts, list_at};
use ledger::list::{ListKind, Roster};
use ledger::money::Fen;
use ledger::text::{Name, Reference};

/// A list as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListView {
    /// Which one.
    pub list: ListId,
    /// Its number.
    pub number: Reference,
    /// The document of which it is a copy.
    pub document: Reference,
    /// A roster, a statement or a table.
    pub shape: Term,
    /// What its head says.
    pub kind: ListKind,
    /// How far it is. Only what is complete counts.
    pub state: Term,
    /// How many lines it has.
    pub count: u32,
    /// How many are recorded.
    pub lines: u32,
    /// The line that comes next; none when all are there, or none is waited for.
    pub next_line: Option<u32>,
    /// What the recorded lines come to: of a roster its entries, of a statement what came in less
    /// what went out.
    pub sum_fen: Fen,
    /// The digest that the head states.
    pub digest: Digest,
    /// The digest over the recorded lines.
    pub lines_digest: Digest,
    /// How many entries were of somebody who had one already.
    pub duplicates: u32,
    /// Of a complete statement: how many of its lines were known already.
    pub known: u32,
    /// How many lines were reversed.
    pub reversed: u32,
    /// What those come to.
    pub reversed_fen: Fen,
    /// Who started it.
    pub started_by: PersonId,
    /// The day on which something was last recorded of it.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date"))]
    pub last_on: Date,
    /// How many records have been about it.
    pub version: u32,
}

/// Which lists are asked for; nothing means all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// Only those that are this far.
    pub state: Option<ListState>,
    /// Only those of this shape.
    pub shape: Option<Shape>,
}

/// The lists that pass the filter, in the order in which they were started.
#[must_use]
pub fn lists(view: &View, filter: Filter, offset: usize, limit: usize) -> Page<ListView> {
    let passes = |row: &List| {
        filter.state.is_none_or(|state| row.state == state)
            && filter
                .shape
                .is_none_or(|shape| row.start.kind.shape() == shape)
    };
    let rows = view.books.lists.values().filter(|row| passes(row));
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_key(|row| row.place);
    Page::of(&rows, offset, limit, |row| show(row))
}

/// One list; nothing for one that nobody has started.
#[must_use]
pub fn list(view: &View, id: ListId) -> Option<ListView> {
    view.books.lists.get(id).map(show)
}

fn show(row: &List) -> ListView {
    let start = row.start.as_ref();
    ListView {
        list: start.list,
        number: start.number.clone(),
        document: start.document.clone(),
        shape: term!(start.kind.shape()),
        kind: start.kind.clone(),
        state: term!(row.state),
        count: start.count,
        lines: row.lines,
        next_line: row.next_line(),
        sum_fen: row.sum,
        digest: start.digest,
        lines_digest: row.digest.get(),
        duplicates: row.duplicates,
        known: row.known,
        reversed: row.reversed,
        reversed_fen: row.reversed_fen,
        started_by: row.started_by,
        last_on: row.last_on,
        version: row.version,
    }
}

/// A list that is to be resumed, completed or dropped.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnfinishedList {
    /// The list.
    #[serde(flatten)]
    pub list: ListView,
    /// For how many days nothing has been recorded of it.
    pub waiting_days: i64,
}

/// Lists of which nothing counts yet, those that have been waiting longest first.
#[must_use]
pub fn unfinished(view: &View, today: Date, offset: usize, limit: usize) -> Page<UnfinishedList> {
    let rows = view.books.lists.values();
    let mut rows: Vec<_> = rows.filter(|row| row.state == ListState::Open).collect();
    rows.sort_by_key(|row| (row.last_on, row.place));
    Page::of(&rows, offset, limit, |row| {
        let span = row.last_on.until(today);
        UnfinishedList {
            list: show(row),
            waiting_days: span.map_or(0, |span| i64::from(span.get_days())).max(0),
        }
    })
}

/// Where a line stands, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListLineView {
    /// Its number in the list.
    pub line_number: u32,
    /// The record that says what it says.
    pub seq: u64,
    /// True if it counts: the list is complete, and the line was not reversed.
    pub counts: bool,
    /// The bank line that it is; nothing before the statement is complete.
    pub bank_line: Option<BankLineId>,
    /// True if the bank had said so before: then it is that bank line.
    pub known: bool,
    /// The record that has reversed it.
    pub reversed_by: Option<u64>,
}

/// The lines of a list in their order; nothing for a list that nobody has started.
#[must_use]
pub fn list_lines(
    view: &View,
    id: ListId,
    offset: usize,
    limit: usize,
) -> Option<Page<ListLineView>> {
    let books = &view.books;
    let list = books.lists.get(id)?;
    let total = usize::try_from(list.lines).unwrap_or(usize::MAX);
    let numbers = (1..=list.lines).skip(offset).take(limit);
    let lines = numbers.filter_map(|number| line(books, list, number));
    Some(Page::part(lines.collect(), offset, total))
}

fn line(books: &Books, list: &List, line_number: u32) -> Option<ListLineView> {
    let place = LinePlace {
        list: list.place,
        number: line_number,
    };
    let row = books.list_lines.get(place)?;
    let (bank_line, known) = match row.about {
        About::BankLine(line) => (Some(line), false),
        About::Known(line) => (Some(line), true),
        About::Entry(_) | About::Reissue(_) | About::Figure => (None, false),
    };
    Some(ListLineView {
        line_number,
        seq: row.seq,
        counts: counts(books, list, row),
        bank_line: bank_line.filter(|_| list.state == ListState::Complete),
        known,
        reversed_by: books.reversed.get(row.seq).copied(),
    })
}

/// What somebody is due by a roster that is complete.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RosterEntryView {
    /// The roster.
    pub list: ListId,
    /// Its number.
    pub number: Reference,
    /// The programme.
    pub programme: Name,
    /// The period.
    pub period: Reference,
    /// The line in the roster.
    pub line_number: u32,
    /// The record that says so.
    pub seq: u64,
    /// How much.
    pub amount_fen: Fen,
    /// True if it is one more for the period, with a reason.
    pub reissue: bool,
}

/// What somebody is due, entry by entry.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RosterEntries {
    /// The entries that count, oldest first.
    pub entries: Page<RosterEntryView>,
    /// What they come to.
    pub total_fen: Fen,
}

/// What somebody is due by the rosters that are complete (P2); nothing for a person whom this
/// ledger does not know.
#[must_use]
pub fn roster_entries(
    view: &View,
    person: PersonId,
    offset: usize,
    limit: usize,
) -> Option<RosterEntries> {
    let books = &view.books;
    if !books.persons.contains(person) {
        return None;
    }
    let due = books.due.get(person);
    let places = due.into_iter().flat_map(Due::places);
    let all: Vec<_> = places.filter_map(|place| entry(books, place)).collect();
    Some(RosterEntries {
        total_fen: crate::references::total(all.iter().map(|entry| entry.amount_fen)),
        entries: Page::of(&all, offset, limit, Clone::clone),
    })
}

fn entry(books: &Books, place: LinePlace) -> Option<RosterEntryView> {
    let row = books.list_lines.get(place)?;
    let list = list_at(books, place).filter(|list| counts(books, list, row))?;
    let ListKind::Roster(Roster {
        programme, period, ..
    }) = &list.start.kind
    else {
        return None;
    };
    Some(RosterEntryView {
        list: list.start.list,
        number: list.start.number.clone(),
        programme: programme.clone(),
        period: period.clone(),
        line_number: place.number,
        seq: row.seq,
        amount_fen: row.amount,
        reissue: matches!(row.about, About::Reissue(_)),
    })
}
