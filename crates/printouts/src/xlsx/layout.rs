//! Where the parts of a printout stand on a sheet.

use super::formats::Formats;
use super::{At, write, write_fen};
use crate::cell::Cell;
use crate::column::{ColumnKind, Heading};
use crate::printout::{Block, Printout, Table};
use rust_xlsxwriter::{Format, Worksheet, XlsxError};

/// A4, in the list of paper sizes.
const A4: u8 = 9;

/// The columns of a sheet without a table, and how wide each is, in halves of a Chinese character.
const PLAIN: [u16; 4] = [22, 22, 22, 22];

/// From which row on headings are too far down to stay in sight.
const FROZEN_ROWS_MAX: u32 = 4;

struct Page<'a> {
    sheet: &'a mut Worksheet,
    printout: &'a Printout,
    formats: &'a Formats,
    /// The next free row.
    row: u32,
    /// The widths of the columns that are printed.
    widths: Vec<u16>,
}

/// Writes these parts, the title above and the source below them, and says how it is printed.
pub(super) fn fill(
    sheet: &mut Worksheet,
    printout: &Printout,
    blocks: &[&Block],
    formats: &Formats,
) -> Result<(), XlsxError> {
    let widths = blocks.iter().find_map(|block| match block {
        Block::Table(table) => Some(table.columns.iter().map(|it| widened(it.width)).collect()),
        Block::Facts(_) | Block::Letter { .. } | Block::Signatures(_) => None,
    });
    let mut page = Page {
        sheet,
        printout,
        formats,
        row: 0,
        widths: widths.unwrap_or_else(|| PLAIN.to_vec()),
    };
    page.title()?;
    for block in blocks {
        match block {
            Block::Facts(facts) => page.facts(facts)?,
            Block::Table(table) => page.table(table)?,
            Block::Letter {
                to,
                paragraphs,
                from,
                on,
            } => page.letter(to, paragraphs, [from, on])?,
            Block::Signatures(places) => page.signatures(places)?,
        }
    }
    page.source()?;
    page.printed()
}

/// A width in Chinese characters as a width in halves of them, with some air.
fn widened(width: u8) -> u16 {
    u16::from(width).saturating_mul(2).saturating_add(2)
}

impl Page<'_> {
    fn at(&self, column: u16) -> At {
        At {
            row: self.row,
            column,
        }
    }

    fn next(&mut self) {
        self.row = self.row.saturating_add(1);
    }

    /// The last column that is printed.
    fn last(&self) -> u16 {
        let columns = u16::try_from(self.widths.len()).unwrap_or(u16::MAX);
        columns.saturating_sub(1)
    }

    /// The first column right of what is printed.
    fn beside(&self) -> u16 {
        self.last().saturating_add(1)
    }

    /// A text across the columns from one on; as high as it needs to be, which spreadsheets do not
    /// find out by themselves where cells are merged.
    fn across(&mut self, from: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
        let (row, last) = (self.row, self.last());
        if from < last {
            self.sheet.merge_range(row, from, row, last, text, format)?;
        } else {
            self.sheet
                .write_string_with_format(row, from, text, format)?;
        }
        let wide: u16 = self.widths.iter().skip(from.into()).sum();
        let halves = text.chars().count().saturating_mul(2);
        let lines = halves.checked_div(wide.into()).unwrap_or(0);
        let lines = u16::try_from(lines).unwrap_or(20).min(20);
        if lines > 0 {
            let height = lines.saturating_add(1).saturating_mul(17);
            self.sheet.set_row_height(row, height)?;
        }
        Ok(())
    }

    fn title(&mut self) -> Result<(), XlsxError> {
        let (printout, formats) = (self.printout, self.formats);
        self.across(0, printout.kind.title().zh, &formats.title)?;
        self.next();
        let Printout { number, source, .. } = printout;
        let line = format!(
            "{}  编号 {number}  统计口径日 {}  金额单位:元",
            source.ledger_name, source.on
        );
        self.across(0, &line, &formats.soft)?;
        self.next();
        Ok(())
    }

    fn facts(&mut self, facts: &[(Heading, Cell)]) -> Result<(), XlsxError> {
        let (printout, formats) = (self.printout, self.formats);
        for (name, cell) in facts {
            let label = self.at(0);
            let text = Cell::Text(name.zh.to_owned());
            write(self.sheet, label, &text, printout, &formats.label)?;
            let format = formats.row(kind_of(cell));
            self.across(1, &cell.show(&printout.names), format)?;
            let value = self.at(1);
            write(self.sheet, value, cell, printout, format)?;
            if let Some(fen) = cell.fen() {
                let beside = self.at(self.beside());
                write_fen(self.sheet, beside, fen, &formats.fen_said)?;
            }
            self.next();
        }
        self.next();
        Ok(())
    }

    fn table(&mut self, table: &Table) -> Result<(), XlsxError> {
        let (printout, formats) = (self.printout, self.formats);
        let head = self.row;
        for (column, it) in (0_u16..).zip(&table.columns) {
            let text = Cell::Text(it.heading.zh.to_owned());
            let at = self.at(column);
            write(self.sheet, at, &text, printout, &formats.head)?;
        }
        for (column, it) in (self.beside()..).zip(table.exact()) {
            let text = Cell::Text(format!("{}(分)", it.heading.zh));
            let at = self.at(column);
            write(self.sheet, at, &text, printout, &formats.head)?;
            self.sheet.set_column_width(column, 18)?;
        }
        self.next();
        let bodies = table.rows.iter().map(|row| (row, false));
        let totals = table.totals.iter().map(|row| (row, true));
        for (row, is_total) in bodies.chain(totals) {
            for ((column, cell), it) in (0_u16..).zip(row).zip(&table.columns) {
                let format = if is_total {
                    formats.total(it.kind)
                } else {
                    formats.row(it.kind)
                };
                let at = self.at(column);
                write(self.sheet, at, cell, printout, format)?;
            }
            for (column, cell) in (self.beside()..).zip(table.exact_cells(row)) {
                if let Some(fen) = cell.fen() {
                    let at = self.at(column);
                    write_fen(self.sheet, at, fen, &formats.fen)?;
                }
            }
            self.next();
        }
        self.sheet.set_repeat_rows(head, head)?;
        if head <= FROZEN_ROWS_MAX {
            self.sheet.set_freeze_panes(head.saturating_add(1), 0)?;
        }
        self.next();
        Ok(())
    }

    fn letter(
        &mut self,
        to: &str,
        paragraphs: &[String],
        below: [&String; 2],
    ) -> Result<(), XlsxError> {
        let formats = self.formats;
        self.next();
        self.across(0, &format!("{to}:"), &formats.letter)?;
        self.next();
        for paragraph in paragraphs {
            self.across(0, &format!("  {paragraph}"), &formats.letter)?;
            self.next();
        }
        self.next();
        for line in below {
            self.across(0, line, &formats.right)?;
            self.next();
        }
        self.next();
        Ok(())
    }

    fn signatures(&mut self, places: &[Heading]) -> Result<(), XlsxError> {
        let (printout, formats) = (self.printout, self.formats);
        for place in places {
            let text = Cell::Text(place.zh.to_owned());
            let at = self.at(0);
            write(self.sheet, at, &text, printout, &formats.label)?;
            let blank = "签字:          年    月    日";
            self.across(1, blank, formats.row(ColumnKind::Text))?;
            self.sheet.set_row_height(self.row, 48)?;
            self.next();
        }
        self.next();
        Ok(())
    }

    /// Where it is from, line by line: what stands at the foot of a page is not read by programs.
    fn source(&mut self) -> Result<(), XlsxError> {
        let (printout, formats) = (self.printout, self.formats);
        for (name, text) in printout.source.lines(&printout.names) {
            let name = Cell::Text(name.zh.to_owned());
            let at = self.at(0);
            write(self.sheet, at, &name, printout, &formats.soft)?;
            self.across(1, &text, &formats.soft)?;
            self.next();
        }
        Ok(())
    }

    fn printed(&mut self) -> Result<(), XlsxError> {
        for (column, width) in (0_u16..).zip(&self.widths) {
            self.sheet.set_column_width(column, *width)?;
        }
        let (row, last) = (self.row.saturating_sub(1), self.last());
        let sheet = &mut *self.sheet;
        sheet.set_paper_size(A4);
        if self.printout.kind.is_wide() {
            sheet.set_landscape();
        }
        sheet.set_margins(0.45, 0.45, 0.5, 0.7, 0.3, 0.3);
        sheet.set_print_fit_to_pages(1, 0);
        sheet.set_print_area(0, 0, row, last)?;
        let place = self.printout.source.place();
        sheet.set_footer(format!("&L&7{place}&R&7第 &P 页 共 &N 页"));
        Ok(())
    }
}

const fn kind_of(cell: &Cell) -> ColumnKind {
    match cell {
        Cell::Empty | Cell::Text(_) | Cell::Persons(_) => ColumnKind::Text,
        Cell::Amount(_) => ColumnKind::Amount,
        Cell::Count(_) => ColumnKind::Count,
        Cell::Date(_) => ColumnKind::Date,
        Cell::Ratio { .. } => ColumnKind::Ratio,
    }
}
