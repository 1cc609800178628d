//! Which row has the headings, and which column is which field. Above the headings stand a title
//! and often the unit; the headings may take two rows, the upper one over several columns.

mod beside;
mod unit;

use crate::amount::Unit;
use crate::form::REASON;
use crate::limits::HEADING_ROWS_MAX;
use crate::mapping::{Form, Mapping, heading_key};
use crate::refusal::{Code, Refusal};
use crate::workbook::{Content, Row, Sheet};
use std::collections::{BTreeMap, BTreeSet};

/// Where the headings are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heading {
    /// The last row of them.
    pub(crate) last_row: u32,
    /// By field, in the mapping's order: its column, if there is one.
    pub(crate) columns: Vec<Option<u32>>,
    /// What the headings, or a line above them, say of the unit, and where.
    pub(crate) unit: Option<(Unit, u32, Option<u32>)>,
    /// Two columns of one field.
    twice: Option<(usize, u32, u32)>,
    /// Headings of two units.
    mixed: Option<(u32, u32)>,
    /// Columns whose heading no field has.
    unread: Vec<(u32, String)>,
    /// What stands above the columns of the unit.
    said: Vec<unit::Said>,
    /// Columns that have a heading, whatever it says.
    named: BTreeSet<u32>,
    /// How many fields its line has; none of a workbook.
    fields: u32,
    found: usize,
}

/// The heading of one column: its row, and what it may be called.
struct Called {
    column: u32,
    row: u32,
    names: Vec<(String, Option<Unit>)>,
}

/// Finds the headings of a sheet: the row, or two, in which most of the mapping's columns are.
pub(crate) fn find(mapping: &Mapping, sheet: &Sheet) -> Option<Heading> {
    let mut best: Option<Heading> = None;
    let rows: Vec<_> = sheet.rows.iter().take(HEADING_ROWS_MAX).collect();
    for (index, row) in rows.iter().enumerate() {
        let next = rows.get(index.saturating_add(1)).copied();
        let next = next.filter(|next| next.number == row.number.saturating_add(1));
        let one = matched(mapping, row.number, &one_row(row));
        let two = next.map(|next| matched(mapping, next.number, &two_rows(sheet, row, next)));
        let lower = next.map_or(0, |next| next.fields);
        let fields = [row.fields, row.fields.max(lower)];
        for (heading, fields) in [Some(one), two].into_iter().zip(fields) {
            let Some(heading) = heading.map(|it| Heading { fields, ..it }) else {
                continue;
            };
            if heading.found > best.as_ref().map_or(0, |best| best.found) {
                best = Some(heading);
            }
        }
    }
    let mut best = best?;
    best.take_units(&rows);
    Some(best)
}

fn text(content: Option<&Content>) -> Option<&str> {
    match content? {
        Content::Text(text) => Some(text),
        Content::Number(_)
        | Content::Day(_)
        | Content::Truth(_)
        | Content::Fault(_)
        | Content::NotComputed
        | Content::Linked => None,
    }
}

fn one_row(row: &Row) -> Vec<Called> {
    let named = row.cells.iter().filter_map(|cell| {
        let names = vec![heading_key(text(Some(&cell.content))?)];
        Some(Called {
            column: cell.column,
            row: row.number,
            names,
        })
    });
    named.collect()
}

/// Over each column the lower heading, the upper one, and both together. An upper one reaches as
/// far as it is merged; in a text file, which cannot merge, until the next.
fn two_rows(sheet: &Sheet, upper: &Row, lower: &Row) -> Vec<Called> {
    let last = |row: &Row| row.cells.last().map_or(0, |cell| cell.column);
    let mut called = Vec::new();
    for column in 0..=last(upper).max(last(lower)) {
        let over = over(sheet, upper, column);
        let under = text(lower.at(column));
        let names = match (over, under) {
            (Some(over), Some(under)) => {
                let (under_key, under_unit) = heading_key(under);
                let (over_key, over_unit) = heading_key(over);
                let unit = under_unit.or(over_unit);
                let both = format!("{over_key}{under_key}");
                vec![(both, unit), (under_key, unit)]
            }
            (Some(over), None) => vec![heading_key(over)],
            (None, Some(under)) => vec![heading_key(under)],
            (None, None) => continue,
        };
        called.push(Called {
            column,
            row: lower.number,
            names,
        });
    }
    called
}

fn over<'a>(sheet: &Sheet, upper: &'a Row, column: u32) -> Option<&'a str> {
    if let Some(own) = text(upper.at(column)) {
        return Some(own);
    }
    let region = sheet
        .merged
        .iter()
        .find(|it| it.covers(upper.number, column));
    if let Some(region) = region {
        return text(upper.at(region.columns.0));
    }
    let left = upper.cells.iter().rev().find(|cell| cell.column < column);
    let unnamed = sheet.name.is_empty();
    left.filter(|_| unnamed)
        .and_then(|cell| text(Some(&cell.content)))
}

fn matched(mapping: &Mapping, last_row: u32, called: &[Called]) -> Heading {
    let mut heading = Heading {
        last_row,
        columns: vec![None; mapping.fields.len()],
        named: called.iter().map(|it| it.column).collect(),
        ..Heading::default()
    };
    let keys: BTreeMap<String, usize> = mapping
        .fields
        .iter()
        .enumerate()
        .flat_map(|(index, field)| field.keys().into_iter().map(move |key| (key, index)))
        .collect();
    for column in called {
        let named = column.names.iter();
        let mut meant = named.filter_map(|(key, unit)| Some((*keys.get(key)?, *unit)));
        let Some((index, unit)) = meant.next() else {
            let name = column.names.last().map(|(key, _)| key.clone());
            let own = |name: &String| name.is_empty() || name == REASON;
            let name = name.filter(|name| !own(name));
            heading
                .unread
                .extend(name.map(|name| (column.column, name)));
            continue;
        };
        let is_amount = mapping
            .fields
            .get(index)
            .is_some_and(|field| field.form == Form::Amount);
        let Some(place) = heading.columns.get_mut(index) else {
            continue;
        };
        if let Some(first) = *place {
            heading.twice.get_or_insert((index, first, column.column));
            continue;
        }
        *place = Some(column.column);
        heading.found = heading.found.saturating_add(1);
        if let (true, Some(unit)) = (is_amount, unit) {
            match heading.unit {
                Some((before, _, Some(at))) if before != unit => {
                    heading.mixed.get_or_insert((at, column.column));
                }
                Some(_) => {}
                None => heading.unit = Some((unit, column.row, Some(column.column))),
            }
        }
    }
    heading
}

impl Heading {
    /// True where every column is there that is needed.
    pub(crate) fn is_whole(&self, mapping: &Mapping) -> bool {
        self.missing(mapping).next().is_none()
    }

    fn missing<'a>(&'a self, mapping: &'a Mapping) -> impl Iterator<Item = &'a str> {
        let pairs = mapping.fields.iter().zip(&self.columns);
        pairs
            .filter(|(field, column)| field.required && field.default.is_none() && column.is_none())
            .map(|(field, _)| field.title.as_str())
    }

    /// How many of the columns are there.
    pub(crate) fn found(&self) -> usize {
        self.found
    }

    /// The first column of amounts.
    pub(crate) fn first_amount(&self, mapping: &Mapping) -> Option<u32> {
        let pairs = mapping.fields.iter().zip(&self.columns);
        let amounts = pairs.filter(|(field, _)| field.form == Form::Amount);
        amounts.filter_map(|(_, column)| *column).min()
    }

    /// What is wrong with the headings themselves.
    pub(crate) fn faults(&self, mapping: &Mapping, sheet: &Sheet) -> Vec<Refusal> {
        let mut faults = Vec::new();
        let missing: Vec<_> = self.missing(mapping).collect();
        if !missing.is_empty() {
            let missing = missing.join("、");
            faults.push(Refusal::of_file(
                Code::HeadingMissing,
                format!("these columns are missing: {missing}"),
                format!("缺少列:{missing}"),
            ));
        }
        if let Some((index, first, second)) = self.twice {
            let title = mapping
                .fields
                .get(index)
                .map_or("", |field| field.title.as_str());
            let other = crate::refusal::column_letters(first);
            faults.push(
                Refusal::of_file(
                    Code::HeadingTwice,
                    format!("it means “{title}”, as column {other} does; rename or remove one"),
                    format!("与 {other} 列同为“{title}”,请改名或删除其中一列"),
                )
                .column(second),
            );
        }
        if let Some((first, second)) = self.mixed {
            let other = crate::refusal::column_letters(first);
            faults.push(
                Refusal::of_file(
                    Code::UnitConflict,
                    format!("its unit is not that of column {other}; a table has one unit"),
                    format!("金额单位与 {other} 列不同,一张表只能用一种单位"),
                )
                .column(second),
            );
        }
        let seen = mapping.fields.iter().zip(&self.columns);
        for (field, column) in seen {
            let Some(column) = column.filter(|column| sheet.hidden_columns.contains(column)) else {
                continue;
            };
            let title = &field.title;
            faults.push(
                Refusal::of_file(
                    Code::ColumnHidden,
                    format!("the column “{title}” is hidden; show it, look at it, and try again"),
                    format!("“{title}”列被隐藏,请取消隐藏、核对后再导入"),
                )
                .column(column),
            );
        }
        let at = |fault: Refusal| fault.row(self.last_row);
        let faults = faults.into_iter().map(at).chain(self.unit_faults(mapping));
        faults.map(|fault| fault.on(&sheet.name)).collect()
    }
}
