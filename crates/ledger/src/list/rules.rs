//! Lines come in their order without gaps, a list is completed when it is what its head says (V19,
//! 5.8, 5.10), and until then nothing of it counts.
//!
//! Lines are kept by their places, 8 bytes, in rows of 40: there may be a million of them.

mod amend;
mod bank;
mod completion;
mod duplicates;
mod line;
#[cfg(test)]
mod tests;

pub use bank::Pending;
pub(crate) use bank::is_pending;
pub use duplicates::Due;

use super::digest::Running;
use super::{
    FigureTable, LINES_MAX, ListCommand, ListEvent, ListKind, ListStart, Roster,
    STATEMENT_LINES_MAX, Statement,
};
use crate::account::rules::existing as existing_account;
use crate::context::{Context, Intake};
use crate::fund::rules::{existing as existing_fund, payable};
use crate::ids::{BankLineId, ListId, PersonId};
use crate::money::Fen;
use crate::organisation::rules::existing as existing_organisation;
use crate::rejection::Rejection;
use crate::{Books, Event};
use jiff::civil::Date;
use std::sync::Arc;

choices! {
    /// How far a list is.
    ListState {
        Open = "open" "录入中",
        Complete = "complete" "已完成",
        Dropped = "dropped" "已作废",
    }
    /// Which of the three a list is.
    Shape {
        Roster = "roster" "花名册",
        Statement = "statement" "对账单",
        Table = "table" "数据表",
    }
}

impl ListKind {
    /// Which of the three.
    #[must_use]
    pub const fn shape(&self) -> Shape {
        match self {
            ListKind::Roster(_) => Shape::Roster,
            ListKind::Statement(_) => Shape::Statement,
            ListKind::Table(_) => Shape::Table,
        }
    }

    /// What it is called; a statement is called by its number alone.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            ListKind::Roster(roster) => Some(roster.programme.as_str()),
            ListKind::Table(table) => Some(table.name.as_str()),
            ListKind::Statement(_) => None,
        }
    }
}

/// A list as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct List {
    /// What its head says.
    pub start: Arc<ListStart>,
    /// Which list of the ledger it is, from 1: the short name of its lines' places.
    pub place: u32,
    /// How far it is.
    pub state: ListState,
    /// How many lines are recorded.
    pub lines: u32,
    /// What they come to: of a roster its entries, of a statement what came in less what went out.
    pub sum: Fen,
    /// The digest over them.
    pub digest: Running,
    /// How many entries were of somebody who has one already, as they were recorded.
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
    pub last_on: Date,
    /// How many records have been about it.
    pub version: u32,
}

impl List {
    /// The number of the line that comes next; none when all are there, or none is waited for.
    #[must_use]
    pub fn next_line(&self) -> Option<u32> {
        let next = self.lines.saturating_add(1);
        (self.state == ListState::Open && next <= self.start.count).then_some(next)
    }
}

/// Where a line stands: 8 bytes instead of the 20 of list and number.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, crate::form::Form,
)]
pub struct LinePlace {
    /// [`List::place`].
    pub list: u32,
    /// The line's number in the list.
    pub number: u32,
}

/// A line as it stands, in 40 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Line {
    /// The record that says what it says.
    pub seq: u64,
    /// Its amount; nothing for a figure.
    pub amount: Fen,
    /// The beginning of its digest.
    print: u32,
    /// What it is about.
    pub about: About,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub enum About {
    /// Somebody is to be paid.
    Entry(PersonId),
    /// Somebody is to be paid once more.
    Reissue(PersonId),
    /// A line of the bank: this one, once the list is complete.
    BankLine(BankLineId),
    /// A line of the bank that was known before the list was complete: that one.
    Known(BankLineId),
    /// A figure.
    Figure,
}

/// The list, or the refusal that names the field (V4).
///
/// # Errors
/// `NOT_FOUND`.
pub fn existing(books: &Books, list: ListId) -> Result<&List, Rejection> {
    let (field, subject) = ("list", list.into());
    let row = books.lists.get(list);
    row.ok_or(Rejection::NotFound { field, subject })
}

/// The list of a place.
#[must_use]
pub fn list_at(books: &Books, place: LinePlace) -> Option<&List> {
    let list = books.lists_by_place.get(place.list)?;
    books.lists.get(*list)
}

/// True for a line that counts: its list is complete, and it was not reversed.
#[must_use]
pub fn counts(books: &Books, list: &List, line: &Line) -> bool {
    list.state == ListState::Complete && !books.reversed.contains(line.seq)
}

/// The list, if lines may still be added to it.
fn open<'a>(books: &'a Books, list: ListId, step: &'static str) -> Result<&'a List, Rejection> {
    let row = existing(books, list)?;
    if row.state == ListState::Open {
        return Ok(row);
    }
    let (state, state_zh) = (row.state.word(), row.state.zh());
    Err(Rejection::BadTransition {
        state,
        state_zh,
        step,
    })
}

pub(crate) fn decide(
    books: &Books,
    context: &Context,
    command: &ListCommand,
) -> Result<Vec<Event>, Rejection> {
    match command {
        ListCommand::Start(start) => begin(books, context, start)?,
        ListCommand::AddLine(addition) => {
            let list = open(books, addition.list, command.word())?;
            line::check(books, context, list, addition)?;
        }
        ListCommand::Complete(completion) => {
            let list = open(books, completion.list, command.word())?;
            completion::check(list)?;
        }
        ListCommand::Drop(dropping) => {
            open(books, dropping.list, command.word())?;
        }
    }
    // After this point the command succeeds, unless policy forbids it.
    Ok(vec![command.clone().into_event()])
}

fn begin(books: &Books, context: &Context, start: &ListStart) -> Result<(), Rejection> {
    if books.lists.contains(start.list) {
        let (field, subject) = ("list", start.list.into());
        return Err(Rejection::AlreadyExists { field, subject });
    }
    let most = match &start.kind {
        ListKind::Roster(roster) => {
            head_of_roster(books, roster)?;
            LINES_MAX
        }
        ListKind::Statement(statement) => {
            head_of_statement(books, context, statement)?;
            STATEMENT_LINES_MAX
        }
        ListKind::Table(table) => {
            head_of_table(books, context, table)?;
            LINES_MAX
        }
    };
    if start.count == 0 || start.count > most {
        return Err(Rejection::BadField {
            field: "count",
            why: "a list has from 1 to 1,000,000 lines, a bank statement to 100,000",
            why_zh: "清单应有 1 至 100 万行,对账单最多 10 万行",
        });
    }
    Ok(())
}

fn head_of_roster(books: &Books, roster: &Roster) -> Result<(), Rejection> {
    if let Some(fund) = roster.fund {
        existing_fund(books, "fund", fund)?;
    }
    payable("total_fen", roster.total_fen)
}

fn head_of_statement(
    books: &Books,
    context: &Context,
    statement: &Statement,
) -> Result<(), Rejection> {
    existing_account(books, "account", statement.account)?;
    let bad = |field, why, why_zh| Rejection::BadDate { field, why, why_zh };
    let exact = |field, date: crate::date::BusinessDate| {
        let why = "a statement is of exact days";
        let day = date.exact();
        day.ok_or(bad(field, why, "对账单的起止日期须精确到日"))
    };
    let from = exact("from", statement.from)?;
    let to = exact("to", statement.to)?;
    if to < from {
        let why = "it lies before the first day";
        return Err(bad("to", why, "截止日期早于起始日期"));
    }
    if to > context.today {
        let why = "it lies after today (UTC+08:00)";
        return Err(bad("to", why, "截止日期晚于今天(北京时间)"));
    }
    for (field, amount) in [
        ("opening_fen", statement.opening_fen),
        ("closing_fen", statement.closing_fen),
    ] {
        if amount < Fen::ZERO || amount > Fen::COMMAND_MAX {
            return Err(Rejection::BadAmount { field, amount });
        }
    }
    Ok(())
}

fn head_of_table(books: &Books, context: &Context, table: &FigureTable) -> Result<(), Rejection> {
    if let Some(organisation) = table.organisation {
        existing_organisation(books, "organisation", organisation)?;
    }
    let first = table.as_of.first();
    if first.is_some_and(|first| first > context.today) {
        return Err(Rejection::BadDate {
            field: "as_of",
            why: "it lies after today (UTC+08:00)",
            why_zh: "数据时点晚于今天(北京时间)",
        });
    }
    Ok(())
}

/// One entry of somebody for a programme and a period (V19). A control command is refused at the
/// line; what was observed becomes a question when the list is completed, since before nothing
/// counts.
pub(crate) fn breaches(books: &Books, context: &Context, event: &ListEvent) -> Vec<Rejection> {
    match event {
        ListEvent::LineAdded(addition) if context.intake == Intake::Control => {
            let found = duplicates::of_line(books, addition);
            found.into_iter().collect()
        }
        ListEvent::Completed(completion) => duplicates::of_list(books, completion.list),
        ListEvent::LineAdded(_) | ListEvent::Started(_) | ListEvent::Dropped(_) => Vec::new(),
    }
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &ListEvent) {
    match event {
        ListEvent::Started(start) => {
            let place = u32::try_from(books.lists.len()).unwrap_or(u32::MAX);
            let place = place.saturating_add(1);
            let list = List {
                start: Arc::new(start.clone()),
                place,
                state: ListState::Open,
                lines: 0,
                sum: Fen::ZERO,
                digest: Running::default(),
                duplicates: 0,
                known: 0,
                reversed: 0,
                reversed_fen: Fen::ZERO,
                started_by: context.hand().person,
                last_on: context.today,
                version: 1,
            };
            books.lists.put(start.list, list);
            books.lists_by_place.put(place, start.list);
        }
        ListEvent::LineAdded(addition) => line::apply(books, context, addition),
        ListEvent::Completed(it) => completion::apply(books, context, it.list),
        ListEvent::Dropped(it) => {
            leave_open(books, context, it.list, ListState::Dropped);
            bank::forget(books, it.list);
        }
    }
}

/// The list comes to its last state.
fn leave_open(books: &mut Books, context: &Context, list: ListId, state: ListState) {
    if let Some(row) = books.lists.get_mut(list) {
        row.version = row.version.saturating_add(1);
        row.state = state;
        row.last_on = context.today;
    }
}
