//! XLSX: surveyed first, by us, so that what the library then reads is bounded; and because the
//! library does not tell what is hidden.
//!
//! What the library would believe and must not: the number of texts, from which it reserves memory
//! (`survey.rs` checks it), and the size of the grid, from which its dense ranges are made
//! (tafia/calamine#693; the cells are read one by one instead). Should it panic all the same, that
//! is a damaged file and nothing worse: it holds no state of ours.

mod survey;

use super::{Content, Region, Rows, Sheet, Workbook, damaged, too_large};
use crate::limits::{LINES_MAX, MERGED_MAX};
use crate::refusal::Refusal;
use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxFormulaMetadata};
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use survey::Survey;

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

pub(super) fn read(bytes: &[u8]) -> Result<Workbook, Refusal> {
    let survey = survey::of(bytes)?;
    let read = catch_unwind(AssertUnwindSafe(|| whole(bytes, &survey)));
    read.unwrap_or_else(|_| Err(damaged(&"its parts contradict each other")))
}

fn whole(bytes: &[u8], survey: &Survey) -> Result<Workbook, Refusal> {
    let mut book = Book::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let epoch_1904 = book.has_1904_epoch();
    let metadata = book.sheets_metadata().to_vec();
    let (mut sheets, mut rows) = (Vec::new(), Rows::new());
    for meta in metadata {
        if meta.typ != SheetType::WorkSheet {
            continue;
        }
        let on = |refusal: Refusal| refusal.on(&meta.name);
        cells(&mut book, &meta.name, &mut rows).map_err(on)?;
        let merged = book.merge_cells_by_sheet_name(&meta.name);
        let merged = merged.map_err(|error| on(damaged(&error)))?;
        if merged.len() > MERGED_MAX {
            return Err(on(too_large(
                &format!("it has more than {MERGED_MAX} merged regions"),
                &format!("合并单元格超过 {MERGED_MAX} 处"),
            )));
        }
        let unseen = survey.unseen(&meta.name);
        let mut taken = rows.take();
        for row in &mut taken {
            row.hidden = unseen.is_some_and(|unseen| unseen.rows.contains(&row.number));
        }
        sheets.push(Sheet {
            name: meta.name.as_str().into(),
            hidden: meta.visible != SheetVisible::Visible,
            epoch_1904,
            rows: taken,
            hidden_columns: unseen.map_or_else(BTreeSet::new, |unseen| unseen.columns.clone()),
            merged: merged.iter().map(|at| region(at.start, at.end)).collect(),
        });
    }
    Ok(Workbook { sheets })
}

/// A region from corners that count from 0.
pub(super) fn region(start: (u32, u32), end: (u32, u32)) -> Region {
    Region {
        rows: (start.0.saturating_add(1), end.0.saturating_add(1)),
        columns: (start.1, end.1),
    }
}

fn cells(book: &mut Book<'_>, sheet: &str, rows: &mut Rows) -> Result<(), Refusal> {
    let reader = book.worksheet_cells_reader(sheet);
    let mut reader = reader.map_err(|error| damaged(&error))?;
    // Groups of formulas that share one text, which only the first of them has.
    let mut linked = BTreeSet::new();
    while let Some(cell) = reader
        .next_cell_with_formula_metadata()
        .map_err(|error| damaged(&error))?
    {
        rows.count()?;
        let (row, column) = cell.pos;
        let row = row.saturating_add(1);
        if row > LINES_MAX {
            return Err(damaged(&"a row lies beyond the grid"));
        }
        let foreign = match &cell.formula {
            Some(XlsxFormulaMetadata::Normal { formula }) => names_another_file(formula),
            Some(XlsxFormulaMetadata::Shared {
                shared_index,
                formula,
                ..
            }) => {
                let foreign = names_another_file(formula);
                if foreign {
                    linked.insert(*shared_index);
                }
                foreign
            }
            Some(XlsxFormulaMetadata::SharedDerived { shared_index }) => {
                linked.contains(shared_index)
            }
            Some(_) | None => false,
        };
        let content = if foreign {
            Some(Content::Linked)
        } else if cell.formula.is_some() && cell.value == DataRef::Empty {
            Some(Content::NotComputed)
        } else {
            content(cell.value)
        };
        if let Some(content) = content {
            rows.put(row, column, content)?;
        }
    }
    Ok(())
}

/// `[1]Sheet!A1`: the first of the other files. A table's column is `[name]`, without digits alone.
fn names_another_file(formula: &str) -> bool {
    formula.split('[').skip(1).any(|rest| {
        let inner = rest.split(']').next().unwrap_or_default();
        !inner.is_empty() && inner.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn content(value: DataRef<'_>) -> Option<Content> {
    Some(match value {
        DataRef::Empty => return None,
        DataRef::Int(number) => Content::Number(number.to_string().parse().ok()?),
        DataRef::Float(number) => Content::Number(number),
        DataRef::String(text) => Content::Text(text.into()),
        DataRef::SharedString(text) => Content::Text(text.into()),
        DataRef::Bool(truth) => Content::Truth(truth),
        DataRef::DateTime(moment) => day(moment),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Content::Text(text.into()),
        DataRef::Error(fault) => Content::Fault(fault.to_string().into()),
    })
}

/// The day of a date cell; a length of time or a date out of all reason is none.
pub(super) fn day(moment: calamine::ExcelDateTime) -> Content {
    let fault = || Content::Fault(super::shown_number(moment.as_f64()).into());
    if moment.is_duration() || !(1.0..2_958_466.0).contains(&moment.as_f64()) {
        return fault();
    }
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    let parts = (i16::try_from(year), i8::try_from(month), i8::try_from(day));
    let (Ok(year), Ok(month), Ok(day)) = parts else {
        return fault();
    };
    Date::new(year, month, day).map_or_else(|_| fault(), Content::Day)
}
