//! A file, read by a mapping: rows that are sure, rows that are refused, and what should be known.

mod passed;
mod repeated;
mod sheet;

use crate::amount::Unit;
use crate::field::Value;
use crate::form::NOTES;
use crate::heading::{self, Heading};
use crate::mapping::Mapping;
use crate::plain::shape;
use crate::refusal::{Code, Refusal};
use crate::workbook::{Sheet, Workbook};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What whoever imports a file says of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// In what its amounts are counted.
    pub unit: Option<Unit>,
    /// Only this sheet; else every one that has the headings and can be seen.
    pub sheet: Option<&'a str>,
}

/// What a file says.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// In what its amounts are counted; none where the kind has no amounts.
    pub unit: Option<Unit>,
    /// The rows that are sure, in their order.
    pub entries: Vec<Entry>,
    /// The rows that are refused, in their order.
    pub refused: Vec<Refused>,
    /// What was passed over: totals, repetitions, other sheets.
    pub notes: Vec<Refusal>,
}

/// A row that is sure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its sheet; empty in a text file.
    pub sheet: Box<str>,
    /// Its row, from 1.
    pub row: u32,
    /// The columns of the mapping's fields, from 0, where the sheet has them.
    pub columns: Arc<[Option<u32>]>,
    /// What its cells say, in the order of the mapping's fields.
    pub values: Vec<Option<Value>>,
    /// Its cells as a person sees them, in the same order.
    pub shown: Vec<String>,
}

/// A row that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its sheet; empty in a text file.
    pub sheet: Box<str>,
    /// Its row, from 1.
    pub row: u32,
    /// Its cells as a person sees them, in the order of the mapping's fields.
    pub shown: Vec<String>,
    /// What is wrong with it, cell by cell.
    pub refusals: Vec<Refusal>,
}

impl Entry {
    /// What a field says.
    #[must_use]
    pub fn value(&self, mapping: &Mapping, name: &str) -> Option<&Value> {
        self.values.get(mapping.position(name)?)?.as_ref()
    }

    /// The column of a field, from 0.
    #[must_use]
    pub fn column(&self, mapping: &Mapping, name: &str) -> Option<u32> {
        let place = mapping.position(name)?;
        self.columns.get(place).copied().flatten()
    }

    /// What the row says, field by field, as one text: what a row is compared by. Neither the order
    /// of the columns nor how a value was written makes a difference.
    #[must_use]
    pub fn content(&self, mapping: &Mapping) -> String {
        self.said(mapping, |_| true)
    }

    /// By what the row is known again: its number, however it is written, with what belongs to it,
    /// and whether money came back by it. The parts of one thing have one key.
    #[must_use]
    pub fn key(&self, mapping: &Mapping) -> String {
        let shaped = |name: &String| {
            let value = self.value(mapping, name).map(ToString::to_string);
            shape(&value.unwrap_or_default())
        };
        let mut key = shaped(&mapping.number);
        for name in &mapping.number_with {
            key = format!("{key}\n{}", shaped(name));
        }
        if self.is_back(mapping) {
            key.push_str(" -");
        }
        key
    }

    /// True where money came back.
    #[must_use]
    pub fn is_back(&self, mapping: &Mapping) -> bool {
        let back = mapping.back.as_ref();
        let amount = back.and_then(|name| self.value(mapping, name));
        amount.is_some_and(Value::is_negative)
    }

    /// What of the row every part of one thing must say alike.
    fn head(&self, mapping: &Mapping) -> String {
        self.said(mapping, |name| !mapping.parts.iter().any(|it| it == name))
    }

    /// Which part of its number the row is; empty where there are no parts.
    fn part(&self, mapping: &Mapping) -> String {
        self.said(mapping, |name| {
            let is_amount = |index: usize| {
                let field = mapping.fields.get(index);
                field.is_some_and(|field: &crate::Field| field.form == crate::Form::Amount)
            };
            let is_part = mapping.parts.iter().any(|it| it == name);
            is_part && !mapping.position(name).is_some_and(is_amount)
        })
    }

    fn said(&self, mapping: &Mapping, wanted: impl Fn(&str) -> bool) -> String {
        let pairs = mapping.fields.iter().zip(&self.values);
        let said = pairs.filter_map(|(field, value)| {
            let value = value.as_ref().filter(|_| wanted(&field.name))?;
            Some(format!("{}={value}\n", field.name))
        });
        let mut said: Vec<_> = said.collect();
        said.sort();
        said.concat()
    }
}

impl Value {
    /// True for an amount below nothing.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        match self {
            Value::Amount(fen) => fen.get() < 0,
            Value::Text(_) | Value::Date(_) | Value::Count(_) => false,
        }
    }
}

/// Reads a file.
///
/// # Errors
/// What is wrong with the file as a whole, so that no row of it can be trusted.
pub fn read(
    bytes: &[u8],
    mapping: &Mapping,
    options: Options<'_>,
) -> Result<Reading, Vec<Refusal>> {
    let book = Workbook::read(bytes).map_err(|refusal| vec![refusal])?;
    let mut notes = Vec::new();
    let chosen = chosen(&book, mapping, options, &mut notes)?;
    let unit = unit(mapping, options, &chosen)?;
    let mut reading = Reading {
        unit: counts(mapping, &chosen).then_some(unit),
        entries: Vec::new(),
        refused: Vec::new(),
        notes,
    };
    for (sheet, heading) in chosen {
        reading.notes.extend(heading.unread(sheet));
        sheet::read(mapping, sheet, &heading, unit, &mut reading);
    }
    repeated::settle(mapping, &mut reading);
    settle_parts(mapping, &mut reading);
    Ok(reading)
}

/// Of one thing all parts are sure, or none is: what is left of it would be another thing.
fn settle_parts(mapping: &Mapping, reading: &mut Reading) {
    let place = mapping.position(&mapping.number);
    let Some(place) = place.filter(|_| !mapping.parts.is_empty()) else {
        return;
    };
    let bad = reading
        .refused
        .iter()
        .filter_map(|row| row.shown.get(place));
    let bad: BTreeSet<String> = bad.map(|shown| shape(shown)).collect();
    for entry in std::mem::take(&mut reading.entries) {
        let said = entry.value(mapping, &mapping.number);
        let said = said.map(ToString::to_string).unwrap_or_default();
        if !bad.contains(&shape(&said)) {
            reading.entries.push(entry);
            continue;
        }
        let refusal = Refusal::of_file(
            Code::PartRefused,
            "another line of the same number is refused",
            "同一编号的另一行有误",
        );
        let refusal = refusal.on(&entry.sheet).row(entry.row).value(&said);
        reading.refused.push(Refused {
            sheet: entry.sheet,
            row: entry.row,
            shown: entry.shown,
            refusals: vec![refusal],
        });
    }
}

type Chosen<'a> = Vec<(&'a Sheet, Heading)>;

/// The sheets that are read, each with its headings.
fn chosen<'a>(
    book: &'a Workbook,
    mapping: &Mapping,
    options: Options<'_>,
    notes: &mut Vec<Refusal>,
) -> Result<Chosen<'a>, Vec<Refusal>> {
    let (mut whole, mut partial) = (Vec::new(), Vec::new());
    for sheet in book.sheets.iter().filter(|sheet| !sheet.rows.is_empty()) {
        if options.sheet.is_some_and(|name| name != &*sheet.name) {
            continue;
        }
        let heading = heading::find(mapping, sheet);
        match heading {
            Some(heading) if !sheet.hidden && heading.is_whole(mapping) => {
                whole.push((sheet, heading));
            }
            Some(heading) if !sheet.hidden => partial.push((sheet, heading)),
            _ if &*sheet.name == NOTES && !sheet.hidden => {}
            _ => notes.push(skipped(sheet)),
        }
    }
    if whole.is_empty() {
        return Err(wrong_kind(book, mapping, partial));
    }
    if let Some(fault) = more_than(mapping, &whole) {
        return Err(vec![fault]);
    }
    let others = partial.iter().filter(|(sheet, _)| &*sheet.name != NOTES);
    notes.extend(others.map(|(sheet, _)| skipped(sheet)));
    let faults = whole
        .iter()
        .flat_map(|(sheet, heading)| heading.faults(mapping, sheet));
    let faults: Vec<_> = faults.collect();
    if faults.is_empty() {
        Ok(whole)
    } else {
        Err(faults)
    }
}

fn skipped(sheet: &Sheet) -> Refusal {
    let (en, zh) = if sheet.hidden {
        (
            "the sheet is hidden and was not read",
            "工作表被隐藏,未读取",
        )
    } else {
        (
            "the sheet has other headings and was not read",
            "工作表表头不符,未读取",
        )
    };
    Refusal::of_file(Code::SheetSkipped, en, zh).on(&sheet.name)
}

/// A table that has all columns of this kind, and those that make another one of it.
fn more_than(mapping: &Mapping, whole: &Chosen<'_>) -> Option<Refusal> {
    let other = Mapping::all().find(|other| {
        let fits = |(sheet, _): &(&Sheet, Heading)| {
            heading::find(other, sheet).is_some_and(|it| it.is_whole(other))
        };
        other.base.as_deref() == Some(&mapping.kind) && whole.iter().any(fits)
    })?;
    Some(other_kind(mapping, other))
}

fn other_kind(mapping: &Mapping, other: &Mapping) -> Refusal {
    let (kind, title, other) = (&other.kind, &mapping.title, &other.title);
    Refusal::of_file(
        Code::WrongKind,
        format!("it is no table of this kind, but looks like `{kind}`"),
        format!("不是“{title}”,看起来是“{other}”"),
    )
}

/// Why no sheet can be read: another kind of table, or columns that are missing.
fn wrong_kind(book: &Workbook, mapping: &Mapping, partial: Chosen<'_>) -> Vec<Refusal> {
    let mut others = Mapping::all().filter(|other| other.kind != mapping.kind);
    let other = others.find(|other| {
        let fits = |sheet: &Sheet| heading::find(other, sheet).is_some_and(|it| it.is_whole(other));
        book.sheets.iter().any(fits)
    });
    if let Some(other) = other {
        return vec![other_kind(mapping, other)];
    }
    let title = &mapping.title;
    let best = partial
        .into_iter()
        .max_by_key(|(_, heading)| heading.found());
    match best {
        Some((sheet, heading)) if heading.found() >= 2 => heading.faults(mapping, sheet),
        _ => vec![Refusal::of_file(
            Code::WrongKind,
            "no sheet has the headings of this kind; `--template` writes the empty form",
            format!("没有“{title}”的表头;可用 --template 生成空表"),
        )],
    }
}

/// True where a sheet that is read has a column of amounts.
fn counts(mapping: &Mapping, chosen: &Chosen<'_>) -> bool {
    let mut headings = chosen.iter().map(|(_, heading)| heading);
    headings.any(|heading| heading.first_amount(mapping).is_some())
}

/// What amounts are counted in: as declared, as the file says, or as the mapping does; and the file
/// must not say otherwise.
fn unit(
    mapping: &Mapping,
    options: Options<'_>,
    chosen: &Chosen<'_>,
) -> Result<Unit, Vec<Refusal>> {
    let mut unit = options.unit;
    for (sheet, heading) in chosen {
        let Some((said, row, column)) = heading.unit else {
            continue;
        };
        let before = *unit.get_or_insert(said);
        if before != said {
            let (before, said) = (before.zh(), said.zh());
            let mut fault = Refusal::of_file(
                Code::UnitConflict,
                format!("the table counts in {said}, and {before} was declared"),
                format!("表中单位为“{said}”,与声明的“{before}”不符"),
            );
            fault = fault.on(&sheet.name).row(row);
            return Err(vec![column.into_iter().fold(fault, Refusal::column)]);
        }
    }
    match unit.or(mapping.unit.map(Unit::from)) {
        Some(unit) => Ok(unit),
        None if !counts(mapping, chosen) => Ok(Unit::Yuan),
        None => Err(vec![Refusal::of_file(
            Code::UnitMissing,
            "neither the table nor `--unit` says whether amounts are in 元 or 万元",
            "表中未写明金额单位,请用 --unit 元 或 --unit 万元 声明",
        )]),
    }
}
