//! A printout as CSV (RFC 4180): UTF-8 with a byte order mark, lines end with CR LF, and every line
//! has as many fields as the longest.
//!
//! Amounts stand in yuan in their columns, and in fen in further columns at the end. A text that a
//! spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers, negative
//! ones too.

use crate::WriteError;
use crate::cell::Cell;
use crate::printout::{Block, Names, Printout, Table};
use csv::{Terminator, WriterBuilder};

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
    let lines = lines(printout);
    let width = lines.iter().map(Vec::len).max().unwrap_or(0);
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.to_vec());
    for mut line in lines {
        line.resize(width, String::new());
        writer.write_record(&line)?;
    }
    writer
        .into_inner()
        .map_err(|error| WriteError::Csv(error.into_error().into()))
}

fn lines(printout: &Printout) -> Vec<Vec<String>> {
    let names = &printout.names;
    let mut lines = Vec::new();
    for (place, block) in printout.blocks.iter().enumerate() {
        match block {
            Block::Table(table) => {
                // A register begins with its headings, so that it is a table for whoever reads it.
                if place > 0 {
                    lines.push(vec![table.heading.zh.to_owned()]);
                }
                of_table(&mut lines, table, names);
            }
            Block::Facts(facts) => lines.extend(facts.iter().map(|(name, cell)| {
                let fen = cell.fen().map(|fen| [fen.to_string(), "分".to_owned()]);
                let line = vec![name.zh.to_owned(), field(cell, names)];
                line.into_iter().chain(fen.into_iter().flatten()).collect()
            })),
            Block::Letter {
                to,
                paragraphs,
                from,
                on,
            } => {
                let texts = [to].into_iter().chain(paragraphs).chain([from, on]);
                lines.extend(texts.map(|text| vec![guarded(text.clone())]));
            }
            Block::Signatures(places) => {
                lines.extend(places.iter().map(|it| vec![it.zh.to_owned()]));
            }
        }
    }
    let title = vec![
        "标题".to_owned(),
        printout.kind.title().zh.to_owned(),
        printout.number.clone(),
    ];
    lines.push(title.into_iter().map(guarded).collect());
    let source = printout.source.lines(names).into_iter();
    lines.extend(source.map(|(name, text)| vec![name.zh.to_owned(), guarded(text)]));
    lines
}

fn of_table(lines: &mut Vec<Vec<String>>, table: &Table, names: &Names) {
    let heads = table.columns.iter().map(|it| it.heading.zh.to_owned());
    let exact = table.exact().map(|it| format!("{}(分)", it.heading.zh));
    lines.push(heads.chain(exact).collect());
    for row in table.rows.iter().chain(&table.totals) {
        let shown = row.iter().map(|cell| field(cell, names));
        let exact = table.exact_cells(row).map(fen);
        lines.push(shown.chain(exact).collect());
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
