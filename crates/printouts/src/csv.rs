//! A printout as CSV (RFC 4180): UTF-8 with a byte order mark, lines end with CR LF, and every line
//! has as many fields as the longest.
//!
//! Amounts stand in yuan in their columns, and in fen in further columns at the end. A text that a
//! spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers, negative
//! ones too.

use crate::WriteError;
use crate::cell::Cell;
use crate::printout::{Block, Names, Printout, Table};
use csv::{Terminator, Writer, WriterBuilder};

/// Spreadsheets take a CSV for UTF-8 only with this mark in front.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What a text must not begin with: spreadsheets compute it. The wide ones are what an input method
/// of this country types, and some spreadsheets read them alike.
const FORMULA: [char; 10] = [
    '=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
];

/// The printout as CSV.
///
/// # Errors
/// A fault of the library.
pub fn csv(printout: &Printout) -> Result<Vec<u8>, WriteError> {
    let mut lines = Lines {
        writer: writer(),
        width: width(printout),
    };
    for (place, block) in printout.blocks.iter().enumerate() {
        lines.block(place, block, &printout.names)?;
    }
    lines.source(printout)?;
    finished(lines.writer)
}

/// Lines of text in the same form, for tables that are no printout; all are as long as the first.
///
/// # Errors
/// A fault of the library.
pub fn csv_of(lines: impl IntoIterator<Item = Vec<String>>) -> Result<Vec<u8>, WriteError> {
    let mut writer = writer();
    for line in lines {
        writer.write_record(line.into_iter().map(guarded))?;
    }
    finished(writer)
}

fn writer() -> Writer<Vec<u8>> {
    WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.to_vec())
}

fn finished(writer: Writer<Vec<u8>>) -> Result<Vec<u8>, WriteError> {
    let written = writer.into_inner();
    written.map_err(|error| WriteError::Csv(error.into_error().into()))
}

/// The fields of the longest line, which all others have too.
fn width(printout: &Printout) -> usize {
    // The title's line has three.
    let blocks = printout.blocks.iter().map(|block| match block {
        Block::Table(table) => table.columns.len().saturating_add(table.exact().count()),
        Block::Facts(facts) if facts.iter().any(|(_, cell)| cell.fen().is_some()) => 4,
        Block::Facts(_) | Block::Letter { .. } | Block::Signatures(_) => 0,
    });
    blocks.max().unwrap_or(0).max(3)
}

/// Lines as they are written, one by one: a long table is not held twice.
struct Lines {
    writer: Writer<Vec<u8>>,
    width: usize,
}

impl Lines {
    fn line(&mut self, fields: impl IntoIterator<Item = String>) -> Result<(), WriteError> {
        let mut line: Vec<String> = fields.into_iter().collect();
        line.resize(self.width, String::new());
        Ok(self.writer.write_record(&line)?)
    }

    fn block(&mut self, place: usize, block: &Block, names: &Names) -> Result<(), WriteError> {
        match block {
            Block::Table(table) => {
                // A register begins with its headings, so that it is a table for whoever reads it.
                if place > 0 {
                    self.line([table.heading.zh.to_owned()])?;
                }
                self.table(table, names)
            }
            Block::Facts(facts) => facts.iter().try_for_each(|(name, cell)| {
                let fen = cell.fen().map(|fen| [fen.to_string(), "分".to_owned()]);
                let line = [name.zh.to_owned(), field(cell, names)];
                self.line(line.into_iter().chain(fen.into_iter().flatten()))
            }),
            Block::Letter {
                to,
                paragraphs,
                from,
                on,
            } => {
                let mut texts = [to].into_iter().chain(paragraphs).chain([from, on]);
                texts.try_for_each(|text| self.line([guarded(text.clone())]))
            }
            Block::Signatures(places) => {
                let mut places = places.iter();
                places.try_for_each(|it| self.line([it.zh.to_owned()]))
            }
        }
    }

    fn table(&mut self, table: &Table, names: &Names) -> Result<(), WriteError> {
        let heads = table.columns.iter().map(|it| it.heading.zh.to_owned());
        let exact = table.exact().map(|it| format!("{}(分)", it.heading.zh));
        self.line(heads.chain(exact))?;
        for row in table.rows.iter().chain(&table.totals) {
            let shown = row.iter().map(|cell| field(cell, names));
            let exact = table.exact_cells(row).map(fen);
            self.line(shown.chain(exact))?;
        }
        Ok(())
    }

    /// What it is, and where it is from.
    fn source(&mut self, printout: &Printout) -> Result<(), WriteError> {
        let title = ["标题", printout.kind.title().zh, &printout.number];
        self.line(title.map(|text| guarded(text.to_owned())))?;
        for (name, text) in printout.source.lines(&printout.names) {
            self.line([name.zh.to_owned(), guarded(text)])?;
        }
        Ok(())
    }
}

fn fen(cell: &Cell) -> String {
    cell.fen().map(|fen| fen.to_string()).unwrap_or_default()
}

fn field(cell: &Cell, names: &Names) -> String {
    let shown = cell.show(names);
    match cell {
        Cell::Text(_) | Cell::Persons(_) => guarded(shown),
        Cell::Empty | Cell::Amount(_) | Cell::Count(_) | Cell::Date(_) | Cell::Ratio { .. } => {
            shown
        }
    }
}

fn guarded(text: String) -> String {
    if text.starts_with(FORMULA) {
        return format!("'{text}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_a_plain_table_is_a_formula() {
        let line = ["=1", "\u{ff1d}1", "a,b", ""].map(str::to_owned).to_vec();
        let written = csv_of([line]).unwrap();
        let written = String::from_utf8(written).unwrap();
        assert_eq!(written, "\u{feff}'=1,'\u{ff1d}1,\"a,b\",\r\n");
    }
}
