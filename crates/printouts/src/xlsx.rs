//! A printout as a workbook: what stands on its own and the first table on the first sheet, each
//! further table on a sheet of its own.
//!
//! An amount is a number of yuan that shows two decimals, and its fen are a whole number in a
//! column of their own, right of what is printed. Both are read out of the amount's decimal text,
//! so nothing is computed with them. A spreadsheet keeps 15 digits; an amount that has more is
//! written as text.

use crate::WriteError;
use crate::cell::{Cell, hundredths};
use crate::printout::{Block, Printout};
use formats::Formats;
use ledger::date::BusinessDate;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

mod formats;
mod layout;

/// From here on an amount in fen has more digits than a spreadsheet keeps.
const EXACT_MAX: u64 = 1_000_000_000_000_000;

/// The longest text of a cell, in characters: Excel's limit of 32,767, with room for a remark.
const TEXT_LEN_MAX: usize = 32_000;

/// The printout as a workbook.
///
/// # Errors
/// A fault of the library.
pub fn xlsx(printout: &Printout) -> Result<Vec<u8>, WriteError> {
    let mut book = Workbook::new();
    let mut properties = DocProperties::new().set_title(printout.kind.title().zh);
    if let Some(on) = excel_day(BusinessDate::day(printout.source.on)) {
        properties = properties.set_creation_datetime(&on);
    }
    book.set_properties(&properties);
    let formats = Formats::new();
    let mut sheets: Vec<(&str, Vec<&Block>)> = vec![(printout.kind.title().zh, Vec::new())];
    let mut tables = 0_usize;
    for block in &printout.blocks {
        if let Block::Table(table) = block {
            tables = tables.saturating_add(1);
            if tables > 1 {
                sheets.push((table.heading.zh, vec![block]));
                continue;
            }
        }
        if let Some((_, first)) = sheets.first_mut() {
            first.push(block);
        }
    }
    for (name, blocks) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(name)?;
        layout::fill(sheet, printout, &blocks, &formats)?;
    }
    Ok(book.save_to_buffer()?)
}

/// Where in a sheet.
#[derive(Debug, Clone, Copy)]
struct At {
    row: u32,
    column: u16,
}

/// Writes a cell; what a number cannot hold exactly becomes text.
fn write(
    sheet: &mut Worksheet,
    at: At,
    cell: &Cell,
    printout: &Printout,
    format: &Format,
) -> Result<(), XlsxError> {
    let At { row, column } = at;
    let number = match cell {
        Cell::Empty => {
            sheet.write_blank(row, column, format)?;
            return Ok(());
        }
        Cell::Amount(amount) if is_exact(amount.get()) => amount.to_string().parse().ok(),
        Cell::Count(count) if *count < EXACT_MAX => count.to_string().parse().ok(),
        Cell::Ratio {
            numerator,
            denominator,
        } => match hundredths(*numerator, *denominator) {
            // Hundredths of a per cent.
            Some(of) => format!("{of}e-4").parse::<f64>().ok(),
            None => {
                sheet.write_blank(row, column, format)?;
                return Ok(());
            }
        },
        Cell::Date(date) => {
            if let Some(day) = excel_day(*date) {
                sheet.write_datetime_with_format(row, column, &day, format)?;
                return Ok(());
            }
            None
        }
        Cell::Amount(_) | Cell::Count(_) | Cell::Text(_) | Cell::Persons(_) => None,
    };
    match number {
        Some(number) => sheet.write_number_with_format(row, column, number, format)?,
        None => {
            let text = shortened(cell.show(&printout.names));
            sheet.write_string_with_format(row, column, text, format)?
        }
    };
    Ok(())
}

/// Writes the fen of an amount.
fn write_fen(sheet: &mut Worksheet, at: At, fen: i64, format: &Format) -> Result<(), XlsxError> {
    let text = fen.to_string();
    match text.parse::<f64>() {
        Ok(number) if is_exact(fen) => {
            sheet.write_number_with_format(at.row, at.column, number, format)?
        }
        Ok(_) | Err(_) => sheet.write_string_with_format(at.row, at.column, text, format)?,
    };
    Ok(())
}

const fn is_exact(fen: i64) -> bool {
    fen.unsigned_abs() < EXACT_MAX
}

/// A day as spreadsheets count; nothing for a date that is not exact, or before they begin.
fn excel_day(date: BusinessDate) -> Option<ExcelDateTime> {
    let day = date.exact()?;
    let year = u16::try_from(day.year()).ok().filter(|year| *year > 1900)?;
    let (month, day) = (
        u8::try_from(day.month()).ok()?,
        u8::try_from(day.day()).ok()?,
    );
    ExcelDateTime::from_ymd(year, month, day).ok()
}

fn shortened(text: String) -> String {
    if text.chars().count() <= TEXT_LEN_MAX {
        return text;
    }
    let begun: String = text.chars().take(TEXT_LEN_MAX).collect();
    format!("{begun}…(过长,未完)")
}
