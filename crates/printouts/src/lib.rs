//! Printouts 表册文书: what an office prints, signs and files: registers, lists, letters, approval and
//! evidence sheets, out of the read models.
//!
//! Pure: the view, the day, whoever asks and the moment are arguments. What is printed does not
//! know how it is written, and the writers do not know what they write.
//!
//! | step | file |
//! |---|---|
//! | which printouts there are, and what may be asked of each | `kind.rs` |
//! | a view and the records that are told → a [`Printout`] | `kinds/`, a file per kind |
//! | headings, cells, totals, footer | `printout.rs`, `column.rs`, `cell.rs`, `source.rs` |
//! | a [`Printout`] → bytes | `xlsx.rs`, `csv.rs`, `html.rs` |
//!
//! Amounts are shown in yuan and never pass through an inexact number: the text of the fen is read
//! once by whatever shows it, and the fen stand beside it, to the last one. Every row says which
//! records it rests on, and every page through which record it was made.

mod cell;
mod column;
mod csv;
mod html;
mod kind;
mod kinds;
mod printout;
mod source;
#[cfg(test)]
mod tests;
mod xlsx;

pub use cell::Cell;
pub use column::{Column, ColumnKind, Heading};
pub use csv::{csv, csv_of};
pub use html::html;
pub use kind::{Asked, Kind};
pub use kinds::{Refusal, Told, make, needed};
pub use printout::{Block, Names, Printout, Table};
pub use source::{Asker, Source, Through};
pub use xlsx::xlsx;

/// The most rows of one table of a page or a workbook: twice a county's payments of a year, which
/// take some 600 MB while they become a workbook. `src/tests.rs` measures it.
pub const ROWS_MAX: usize = 100_000;

/// The most rows of one table of a CSV, which is written line by line: as many as a working file
/// that is imported may have.
pub const CSV_ROWS_MAX: usize = 300_000;

/// A printout could not be written, which a fault of a library explains.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// As a workbook.
    #[error("the workbook cannot be written")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// As CSV.
    #[error("the CSV cannot be written")]
    Csv(#[from] ::csv::Error),
}
