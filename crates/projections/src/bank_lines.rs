//! Bank lines: which are matched with what, and how long the others have been waiting (B6).

use crate::references::{Term, term, total};
use crate::{Page, View};
use jiff::civil::Date;
use ledger::Books;
use ledger::bank_line::rules::{BankLine, LineState};
use ledger::bank_line::{Direction, MatchTarget};
use ledger::date::BusinessDate;
use ledger::ids::{AccountId, BankLineId, PersonId};
use ledger::money::Fen;
use ledger::text::{Name, Reference, Text};

/// A line of a bank statement.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankLineView {
    /// Which one.
    pub line: BankLineId,
    /// The account whose statement it is.
    pub account: AccountId,
    /// The account's masked number.
    pub masked_number: Option<Reference>,
    /// The day on which the bank booked it.
    pub value_date: BusinessDate,
    /// Which way the money went.
    pub direction: Term,
    /// How much.
    pub amount_fen: Fen,
    /// The bank's own number of the line.
    pub bank_sequence: Reference,
    /// The other side.
    pub counterparty: Option<Name>,
    /// The bank's remark.
    pub remark: Option<Text>,
    /// How far it is.
    pub state: Term,
    /// Who entered it.
    pub entered_by: PersonId,
    /// The live match.
    pub matched: Option<MatchView>,
    /// For how many days it has been waiting; none if it does not.
    pub waiting_days: Option<i64>,
    /// How many matches were taken back.
    pub revoked: u32,
    /// How many records have been about it.
    pub version: u32,
}

/// A live match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MatchView {
    /// What the line is.
    pub target: MatchTarget,
    /// What the books say of it now; it was the line's amount when it was confirmed.
    pub booked_fen: Fen,
    /// True if that is still so.
    pub agrees: bool,
    /// Who confirmed it.
    pub confirmed_by: PersonId,
    /// When.
    pub confirmed_on: BusinessDate,
}

/// Which lines are asked for; nothing means all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// Only those that are this far.
    pub state: Option<LineState>,
    /// Only those of this account.
    pub account: Option<AccountId>,
}

/// Bank lines, and what those that wait come to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankLines {
    /// The lines, by value date, account and the bank's number.
    pub lines: Page<BankLineView>,
    /// How many of those asked for wait.
    pub unmatched: usize,
    /// What came in by them.
    pub unmatched_in_fen: Fen,
    /// What went out by them.
    pub unmatched_out_fen: Fen,
}

/// The bank lines that pass the filter, as of a day.
#[must_use]
pub fn bank_lines(
    view: &View,
    today: Date,
    filter: Filter,
    offset: usize,
    limit: usize,
) -> BankLines {
    let books = &view.books;
    let passes = |row: &BankLine| {
        filter.state.is_none_or(|state| row.state() == state)
            && filter.account.is_none_or(|it| row.entry.account == it)
    };
    let rows = books.bank_lines.iter();
    let mut rows: Vec<_> = rows.filter(|(_, row)| passes(row)).collect();
    rows.sort_by(|(a, a_row), (b, b_row)| key(*a, a_row).cmp(&key(*b, b_row)));
    let waiting = rows
        .iter()
        .filter(|(_, row)| row.state() == LineState::Unmatched);
    let of = |direction: Direction| {
        let lines = waiting.clone().map(|(_, row)| &row.entry);
        let lines = lines.filter(|entry| entry.direction == direction);
        total(lines.map(|entry| entry.amount_fen))
    };
    BankLines {
        unmatched: waiting.clone().count(),
        unmatched_in_fen: of(Direction::In),
        unmatched_out_fen: of(Direction::Out),
        lines: Page::of(&rows, offset, limit, |(id, row)| {
            show(books, today, *id, row)
        }),
    }
}

/// One bank line, as of a day; nothing for one that nobody has entered.
#[must_use]
pub fn bank_line(view: &View, today: Date, id: BankLineId) -> Option<BankLineView> {
    let row = view.books.bank_lines.get(id)?;
    Some(show(&view.books, today, id, row))
}

fn key(id: BankLineId, row: &BankLine) -> (Option<Date>, AccountId, &Reference, BankLineId) {
    let entry = &row.entry;
    let day = entry.value_date.first();
    (day, entry.account, &entry.bank_sequence, id)
}

fn show(books: &Books, today: Date, line: BankLineId, row: &BankLine) -> BankLineView {
    let entry = &row.entry;
    let account = books.accounts.get(entry.account);
    let waited = |day: Date| {
        day.until(today)
            .map_or(0, |span| i64::from(span.get_days()))
            .max(0)
    };
    let matched = row.matched.map(|matched| {
        let booked_fen = booked(books, matched.target, entry.direction);
        MatchView {
            target: matched.target,
            booked_fen,
            agrees: booked_fen == entry.amount_fen,
            confirmed_by: matched.confirmed_by,
            confirmed_on: matched.confirmed_on,
        }
    });
    BankLineView {
        line,
        account: entry.account,
        masked_number: account.map(|account| account.masked_number.clone()),
        value_date: entry.value_date,
        direction: term!(entry.direction),
        amount_fen: entry.amount_fen,
        bank_sequence: entry.bank_sequence.clone(),
        counterparty: entry.counterparty.clone(),
        remark: entry.remark.clone(),
        state: term!(row.state()),
        entered_by: row.entered_by,
        waiting_days: match row.state() {
            LineState::Unmatched => entry.value_date.exact().map(waited),
            LineState::Matched | LineState::Reversed => None,
        },
        matched,
        revoked: row.revoked,
        version: row.version,
    }
}

fn booked(books: &Books, target: MatchTarget, direction: Direction) -> Fen {
    match (target, direction) {
        (MatchTarget::Movement(id), _) => {
            let row = books.movements.get(id).filter(|row| !row.reversed);
            row.map(|row| row.amount).unwrap_or_default()
        }
        (MatchTarget::Recovery(it), _) => {
            let row = books.items.get(it.item);
            let recovery = row.and_then(|row| row.recovery(it.seq));
            recovery.map(|row| row.amount).unwrap_or_default()
        }
        (MatchTarget::Payment(id), Direction::Out) => {
            let row = books.payments.get(id);
            row.map(|row| row.settled).unwrap_or_default()
        }
        (MatchTarget::Payment(id), Direction::In) => {
            let row = books.payments.get(id);
            row.map(|row| row.returned).unwrap_or_default()
        }
    }
}
