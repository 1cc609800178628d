//! The rows of one sheet.

use super::{Entry, Reading, Refused, passed};
use crate::amount::Unit;
use crate::field;
use crate::heading::Heading;
use crate::limits::COLUMNS_MAX;
use crate::mapping::Mapping;
use crate::refusal::{Code, Refusal};
use crate::workbook::{Content, Region, Row, Sheet};
use std::sync::Arc;

/// From so many empty rows on, they are listed.
const GAP_LISTED: u32 = 1_000;

pub(super) fn read(
    mapping: &Mapping,
    sheet: &Sheet,
    heading: &Heading,
    unit: Unit,
    reading: &mut Reading,
) {
    let how = field::Reading {
        unit,
        epoch_1904: sheet.epoch_1904,
    };
    let columns: Arc<[Option<u32>]> = heading.columns.as_slice().into();
    let mut merged = Merged::new(sheet);
    let mut last = heading.last_row;
    let before = reading.entries.len().saturating_add(reading.refused.len());
    for row in sheet
        .rows
        .iter()
        .filter(|row| row.number > heading.last_row)
    {
        let at = |refusal: Refusal| refusal.on(&sheet.name).row(row.number);
        if row.number.saturating_sub(last) > GAP_LISTED {
            let (from, to) = (last.saturating_add(1), row.number.saturating_sub(1));
            let gap = Refusal::of_file(
                Code::EmptyRows,
                format!("rows {from} to {to} are empty and were passed over"),
                format!("第 {from} 至 {to} 行为空行,未导入"),
            );
            reading.notes.push(at(gap));
        }
        last = row.number;
        let merged = merged.at(row.number);
        let in_columns = heading.columns.iter().flatten();
        let empty = in_columns.clone().all(|column| row.at(*column).is_none());
        let covered = |column: &u32| merged.iter().any(|it| it.covers(row.number, *column));
        if empty && !in_columns.clone().any(covered) {
            continue;
        }
        if let Some(note) = passed::over(row, mapping, heading) {
            reading.notes.push(at(note));
            continue;
        }
        let shown = shown(heading, row);
        match values(mapping, heading, row, merged, how) {
            Ok(values) => reading.entries.push(Entry {
                sheet: sheet.name.clone(),
                row: row.number,
                columns: Arc::clone(&columns),
                values,
                shown,
            }),
            Err(refusals) => reading.refused.push(Refused {
                sheet: sheet.name.clone(),
                row: row.number,
                shown,
                refusals: refusals.into_iter().map(at).collect(),
            }),
        }
    }
    if before == reading.entries.len().saturating_add(reading.refused.len()) {
        reading.notes.push(no_rows(sheet));
    }
}

fn no_rows(sheet: &Sheet) -> Refusal {
    let none = Refusal::of_file(
        Code::NoRows,
        "there is no row of data below the headings",
        "表头之下没有数据行",
    );
    none.on(&sheet.name)
}

fn shown(heading: &Heading, row: &Row) -> Vec<String> {
    let columns = heading.columns.iter();
    let cells = columns.map(|column| column.and_then(|column| row.at(column)));
    cells
        .map(|cell| cell.map(Content::shown).unwrap_or_default())
        .collect()
}

type Values = Vec<Option<field::Value>>;

/// What the cells of a row say, or all that is wrong with them.
fn values(
    mapping: &Mapping,
    heading: &Heading,
    row: &Row,
    merged: &[Region],
    how: field::Reading,
) -> Result<Values, Vec<Refusal>> {
    if row.hidden {
        return Err(vec![Refusal::of_file(
            Code::RowHidden,
            "the row is hidden or filtered out; show it, look at it, and try again",
            "该行被隐藏或筛选,请取消隐藏、核对后再导入",
        )]);
    }
    if let Some(refusal) = heading.exceeded_by(row) {
        return Err(vec![refusal]);
    }
    let (mut values, mut refusals) = (Vec::new(), Vec::new());
    let shared = |region: &Region| {
        let columns = heading.columns.iter().flatten();
        let columns = columns
            .filter(|column| region.covers(row.number, **column))
            .count();
        columns > 1 || (columns == 1 && region.rows.0 != region.rows.1)
    };
    for region in merged.iter().filter(|region| shared(region)) {
        let (from, to) = region.rows;
        let refusal = Refusal::of_file(
            Code::Merged,
            format!("one value is shared by rows {from} to {to}; divide the cells and fill each"),
            format!("第 {from} 至 {to} 行的单元格合并,请取消合并并逐格填写"),
        );
        refusals.push(refusal.column(region.columns.0));
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    for (field, column) in mapping.fields.iter().zip(&heading.columns) {
        let content = column.and_then(|column| row.at(column));
        match field::read(field, content, how) {
            Ok(value) => values.push(value),
            Err(refusal) => refusals.push(match column {
                Some(column) => refusal.column(*column),
                None => refusal,
            }),
        }
    }
    if refusals.is_empty() {
        Ok(values)
    } else {
        Err(refusals)
    }
}

/// Merged regions, row by row from the top.
struct Merged {
    /// Those that begin further down, the next one last.
    below: Vec<Region>,
    here: Vec<Region>,
}

impl Merged {
    fn new(sheet: &Sheet) -> Merged {
        let several = |it: &&Region| it.rows.0 != it.rows.1 || it.columns.0 != it.columns.1;
        let mut below: Vec<_> = sheet.merged.iter().filter(several).copied().collect();
        below.sort_by_key(|region| std::cmp::Reverse(region.rows.0));
        Merged {
            below,
            here: Vec::new(),
        }
    }

    /// Those that cover a row; sound ones do not overlap, so there are no more than columns.
    fn at(&mut self, row: u32) -> &[Region] {
        self.here.retain(|region| region.rows.1 >= row);
        while let Some(next) = self.below.pop_if(|region| region.rows.0 <= row) {
            let room = u32::try_from(self.here.len()).is_ok_and(|len| len < COLUMNS_MAX);
            if next.rows.1 >= row && room {
                self.here.push(next);
            }
        }
        &self.here
    }
}
