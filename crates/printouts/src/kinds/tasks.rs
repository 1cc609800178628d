//! The list of tasks 任务清单: a measure a line.

use super::items::{self, organisation, rows};
use super::{Refusal, first_seq, last_seq, table};
use crate::cell::Cell;
use crate::column::{Made, count, date, heading, text};
use crate::kind::Asked;
use crate::printout::Block;
use ledger::item::rules::state::MeasureState;
use projections::View;

struct Row<'a> {
    item: &'a items::Row<'a>,
    measure: &'a MeasureState,
}

pub(super) fn blocks(view: &View, asked: &Asked) -> Result<Vec<Block>, Refusal> {
    let columns: &[Made<Row<'_>>] = &[
        text("编号", "Number", 7, |it| items::number(it.item)),
        text("问题", "Problem", 14, |it| items::facts(it.item)),
        text("整改措施", "Measure", 16, |it| {
            Cell::text(Some(&it.measure.description))
        }),
        text("措施类型", "Kind", 5, |it| {
            Cell::text(Some(it.measure.kind.zh()))
        }),
        text("承办单位", "Carried out by", 7, owner),
        text("承办人", "Official", 7, |it| {
            let person = it.measure.owner_person;
            person.map_or(Cell::Empty, |person| Cell::Persons(vec![person]))
        }),
        date("完成期限", "By", |it| Cell::date(it.measure.due_on)),
        date("完成日期", "Done on", |it| {
            Cell::date(it.measure.done.as_ref().map(|done| done.on))
        }),
        text("完成情况", "Result", 13, |it| {
            Cell::text(it.measure.done.as_ref().map(|done| &done.result))
        }),
        count("佐证数", "Evidence", |it| {
            Cell::len(it.measure.evidence.len())
        }),
        text("有效佐证", "Proved", 4, |it| {
            Cell::yes(it.measure.is_proved(it.item.item.issued_on))
        }),
        first_seq(|it| Cell::Count(it.measure.described_in)),
        last_seq(|it| {
            let done = it.measure.done.as_ref().map(|done| done.seq);
            Cell::Count(it.measure.described_in.max(done.unwrap_or(0)))
        }),
    ];
    let items = rows(view, asked)?;
    let measures = items.iter().flat_map(|item| {
        let measures = item.item.measures.iter();
        measures.map(move |measure| Row { item, measure })
    });
    let rows: Vec<Row<'_>> = measures.collect();
    Ok(vec![table(heading("任务", "Tasks"), columns, &rows)])
}

/// Who carries it out: the responsible unit where no other is named.
fn owner(it: &Row<'_>) -> Cell {
    match it.measure.owner_unit {
        Some(unit) => organisation(it.item.view, unit),
        None => items::unit(it.item),
    }
}
