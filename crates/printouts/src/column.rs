//! Columns: a heading, what stands below it, and whether it is summed. A kind's columns are a list
//! with one line each, so that one more is one more line.

use crate::cell::Cell;
use crate::printout::Table;
use ledger::money::Fen;

/// What something is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heading {
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

/// Both names of something.
pub(crate) const fn heading(zh: &'static str, en: &'static str) -> Heading {
    Heading { zh, en }
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text, persons too.
    Text,
    /// Amounts.
    Amount,
    /// Whole numbers.
    Count,
    /// Dates.
    Date,
    /// Shares.
    Ratio,
}

/// A column as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// What it is called.
    pub heading: Heading,
    /// What stands in it.
    pub kind: ColumnKind,
    /// Its width in Chinese characters.
    pub width: u8,
}

/// A column as it is made, out of rows of `T`.
pub(crate) struct Made<T> {
    column: Column,
    cell: fn(&T) -> Cell,
    summed: bool,
}

const fn made<T>(
    (zh, en): (&'static str, &'static str),
    kind: ColumnKind,
    width: u8,
    cell: fn(&T) -> Cell,
) -> Made<T> {
    Made {
        column: Column {
            heading: heading(zh, en),
            kind,
            width,
        },
        cell,
        summed: false,
    }
}

/// A column of text, `width` Chinese characters wide.
pub(crate) const fn text<T>(
    zh: &'static str,
    en: &'static str,
    width: u8,
    cell: fn(&T) -> Cell,
) -> Made<T> {
    made((zh, en), ColumnKind::Text, width, cell)
}

/// A column of amounts.
pub(crate) const fn amount<T>(zh: &'static str, en: &'static str, cell: fn(&T) -> Cell) -> Made<T> {
    made((zh, en), ColumnKind::Amount, 8, cell)
}

/// A column of amounts with their sum below it.
pub(crate) const fn summed<T>(zh: &'static str, en: &'static str, cell: fn(&T) -> Cell) -> Made<T> {
    Made {
        summed: true,
        ..made((zh, en), ColumnKind::Amount, 8, cell)
    }
}

/// A column of whole numbers.
pub(crate) const fn count<T>(zh: &'static str, en: &'static str, cell: fn(&T) -> Cell) -> Made<T> {
    made((zh, en), ColumnKind::Count, 4, cell)
}

/// A column of dates.
pub(crate) const fn date<T>(zh: &'static str, en: &'static str, cell: fn(&T) -> Cell) -> Made<T> {
    made((zh, en), ColumnKind::Date, 6, cell)
}

/// A column of shares.
pub(crate) const fn ratio<T>(zh: &'static str, en: &'static str, cell: fn(&T) -> Cell) -> Made<T> {
    made((zh, en), ColumnKind::Ratio, 5, cell)
}

/// The word in the first cell of a row of totals; whoever imports the table again knows it.
const TOTAL: &str = "合计";

/// A table of these columns over these rows. Below it stand the totals, summed in fen, if there is
/// a column to sum.
pub(crate) fn table<T>(name: Heading, columns: &[Made<T>], rows: &[T]) -> Table {
    let cells = |row: &T| columns.iter().map(|it| (it.cell)(row)).collect();
    let rows: Vec<Vec<Cell>> = rows.iter().map(cells).collect();
    let any = columns.iter().any(|it| it.summed);
    let totals = any.then(|| {
        let sum = |(place, it): (usize, &Made<T>)| match place {
            0 => Cell::Text(TOTAL.to_owned()),
            _ if it.summed => sum(rows.iter().filter_map(|row| row.get(place))),
            _ => Cell::Empty,
        };
        columns.iter().enumerate().map(sum).collect()
    });
    Table {
        heading: name,
        columns: columns.iter().map(|it| it.column).collect(),
        rows,
        totals,
    }
}

/// A sum in fen. One that no amount can hold is said, and not cut off.
fn sum<'a>(cells: impl Iterator<Item = &'a Cell>) -> Cell {
    let amounts = cells.filter_map(Cell::fen);
    let sum = amounts.fold(0_i128, |sum, fen| sum.saturating_add(fen.into()));
    let held = i64::try_from(sum).ok().and_then(|fen| Fen::new(fen).ok());
    held.map_or_else(|| Cell::Text(format!("{sum} 分")), Cell::Amount)
}
