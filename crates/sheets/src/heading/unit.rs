//! What a table says above its columns of the unit of its amounts. What is not understood is
//! refused: read over, 千元 would count as yuan.

use super::{Heading, text};
use crate::amount::Unit;
use crate::mapping::Mapping;
use crate::plain::{key, plain};
use crate::refusal::{Code, Refusal};
use crate::workbook::Row;

/// What a cell above the columns says of the unit; none for one that is neither 元 nor 万元.
#[derive(Debug, Clone)]
pub(super) struct Said {
    unit: Option<Unit>,
    row: u32,
    column: u32,
    shown: String,
}

/// What stands before a unit, and a colon between them.
const LABEL: &str = "单位";

/// `单位:万元`, by itself or at the end of a line; also 万元 in the brackets of a title.
pub(super) fn said(row: &Row) -> impl Iterator<Item = Said> {
    let cells = row.cells.iter();
    let said = cells.filter_map(|cell| Some((cell.column, text(Some(&cell.content))?)));
    said.flat_map(|(column, shown)| {
        let said = |unit| Said {
            unit,
            row: row.number,
            column,
            shown: shown.to_owned(),
        };
        units(shown).into_iter().map(said).collect::<Vec<_>>()
    })
}

/// The units of money of a line; of several, as in 元、户, those that count money.
fn units(shown: &str) -> Vec<Option<Unit>> {
    let line = plain(shown);
    let mut units = Vec::new();
    let mut pieces = line.split(':');
    let mut label = pieces.next().unwrap_or_default();
    for piece in pieces {
        if key(label).ends_with(LABEL) {
            let first = piece.split_whitespace().next().unwrap_or_default();
            let whole = money(&key(piece));
            // Something else may stand behind it: 单位:万元 日期:2018年.
            units.extend(if whole.is_empty() {
                money(first)
            } else {
                whole
            });
        }
        label = piece;
    }
    if units.is_empty() {
        let line = key(shown);
        let brackets = line.rsplit_once(['(', '[', '【']);
        let known = brackets.and_then(|(_, rest)| unit(bare(rest)));
        units.extend(known.map(Some));
    }
    units
}

fn bare(word: &str) -> &str {
    word.trim_end_matches([')', ']', '】'])
}

/// The words that count money: a 填报单位 is an organisation.
fn money(said: &str) -> Vec<Option<Unit>> {
    let words = bare(said).split(['、', ',', ';', '/', '及', '和']);
    let money = words.filter(|word| word.ends_with('元'));
    money.map(unit).collect()
}

fn unit(word: &str) -> Option<Unit> {
    match word.strip_prefix("人民币").unwrap_or(word) {
        "万元" => Some(Unit::TenThousand),
        "元" => Some(Unit::Yuan),
        _ => None,
    }
}

impl Heading {
    /// Takes what the rows down to the headings say, unless the headings say it.
    pub(super) fn take_units(&mut self, rows: &[&Row]) {
        let above = rows.iter().take_while(|row| row.number <= self.last_row);
        self.said = above.flat_map(|row| said(row)).collect();
        if self.unit.is_none() {
            let first = self.said.iter().find_map(|it| Some((it.unit?, it)));
            self.unit = first.map(|(unit, it)| (unit, it.row, Some(it.column)));
        }
    }

    /// Lines whose unit is not known, or not that of the amounts.
    pub(super) fn unit_faults(&self, mapping: &Mapping) -> Vec<Refusal> {
        if self.first_amount(mapping).is_none() {
            return Vec::new();
        }
        let Some((read, _, _)) = self.unit else {
            return self.said.iter().map(unknown).collect();
        };
        let faults = self.said.iter().filter_map(|it| match it.unit {
            None => Some(unknown(it)),
            Some(unit) if unit != read => Some(conflict(it, unit, read)),
            Some(_) => None,
        });
        faults.collect()
    }
}

fn unknown(said: &Said) -> Refusal {
    let fault = Refusal::of_file(
        Code::UnitUnknown,
        "amounts are read in 元 or 万元; convert the table and say so",
        "金额单位只能是元或万元,请换算并改正后再导入",
    );
    fault.row(said.row).column(said.column).value(&said.shown)
}

fn conflict(said: &Said, unit: Unit, read: Unit) -> Refusal {
    let (unit, read) = (unit.zh(), read.zh());
    let fault = Refusal::of_file(
        Code::UnitConflict,
        format!("it says {unit}, and another heading of the table says {read}"),
        format!("此处单位为“{unit}”,表中另一处为“{read}”"),
    );
    fault.row(said.row).column(said.column).value(&said.shown)
}
