//! The register of rectification 整改台账: an item a line, with its measures, how far it has come, and
//! the money that came back.

use super::items::{self, amount_of, rows};
use super::{Refusal, Told, first_seq, last_seq, table};
use crate::cell::Cell;
use crate::column::{Made, count, date, heading, summed, text};
use crate::kind::Asked;
use crate::printout::Block;
use ledger::Event;
use ledger::date::BusinessDate;
use ledger::ids::ItemId;
use ledger::item::{ItemEvent, RecoveryWay};
use projections::View;
use std::collections::BTreeMap;

/// The events that say how far an item has come.
pub(super) const WORDS: &[&str] = &["item.progress_noted"];

struct Row<'a> {
    item: &'a items::Row<'a>,
    measures: String,
    progress: Option<&'a String>,
}

pub(super) fn blocks(
    view: &View,
    asked: &Asked,
    told: &BTreeMap<u64, Told>,
) -> Result<Vec<Block>, Refusal> {
    let columns: &[Made<Row<'_>>] = &[
        text("编号", "Number", 6, |it| items::number(it.item)),
        text("问题", "Problem", 14, |it| items::facts(it.item)),
        text("责任单位", "Responsible", 6, |it| items::unit(it.item)),
        text("责任人", "Official", 6, |it| items::person(it.item)),
        text("整改措施", "Measures", 14, |it| {
            Cell::text(Some(&it.measures))
        }),
        text("整改进展", "Progress", 9, |it| Cell::text(it.progress)),
        date("整改期限", "Due", |it| Cell::date(it.item.line.due_on)),
        text("状态", "State", 5, |it| items::state(it.item)),
        date("销号日期", "Closed", closed_on),
        count("超期天数", "Overdue", |it| items::overdue(it.item)),
        count("退回重开", "Reopened", |it| {
            Cell::Count(it.item.item.reopen_count.into())
        }),
        summed("应追缴", "To be recovered", |it| {
            amount_of(it.item, it.item.item.recovery_required())
        }),
        summed("已追缴", "Recovered", |it| {
            amount_of(it.item, it.item.item.received)
        }),
        summed(
            "其中已对上银行流水",
            "Matched with the bank",
            |it| amount_of(it.item, it.item.item.matched()),
        ),
        summed("其中非税缴库", "As non-tax revenue", |it| {
            by(it, RecoveryWay::NonTax)
        }),
        summed("其中抵扣", "Set off", |it| by(it, RecoveryWay::Offset)),
        summed("未追缴", "Still open", |it| {
            let open = it.item.item.recovery_open(&it.item.view.books);
            amount_of(it.item, open)
        }),
        first_seq(|it| items::first(it.item)),
        last_seq(|it| items::last(it.item)),
    ];
    let progress = progress(told);
    let items = rows(view, asked)?;
    let rows: Vec<Row<'_>> = items
        .iter()
        .map(|item| Row {
            measures: measures(item),
            progress: progress.get(&item.line.item),
            item,
        })
        .collect();
    Ok(vec![table(heading("整改事项", "Items"), columns, &rows)])
}

/// What came back by a way that no bank line shows (V16).
fn by(it: &Row<'_>, way: RecoveryWay) -> Cell {
    amount_of(it.item, it.item.item.received_by(way))
}

/// When it was closed; of one that was reopened and is open, nothing.
fn closed_on(it: &Row<'_>) -> Cell {
    use ledger::item::rules::State;
    let item = it.item.item;
    Cell::date(match item.state {
        State::Closed => item
            .closings
            .last()
            .map(|it| BusinessDate::day(it.closed_on)),
        // The day that the paper says.
        State::HistoricallyClosed => Some(item.state_since),
        State::Drafted
        | State::Issued
        | State::Acknowledged
        | State::PlanSubmitted
        | State::InProgress
        | State::ClosureRequested
        | State::Verified
        | State::LongTerm
        | State::Suspended
        | State::NotSubstantiated
        | State::Merged
        | State::Split
        | State::Discarded
        | State::ClosedNotImplemented => None,
    })
}

/// The measures in a cell, numbered where there are several.
fn measures(item: &items::Row<'_>) -> String {
    if let [only] = item.item.measures.as_slice() {
        return only.description.to_string();
    }
    let numbered = (1_usize..).zip(&item.item.measures);
    let numbered = numbered.map(|(place, it)| format!("{place}.{}", it.description));
    numbered.collect::<Vec<_>>().join(";")
}

/// What was last said of how far each item has come, and when.
fn progress(told: &BTreeMap<u64, Told>) -> BTreeMap<ItemId, String> {
    let mut last = BTreeMap::new();
    for told in told.values() {
        if let Event::Item(ItemEvent::ProgressNoted(noted)) = &told.fact.event {
            let on: BusinessDate = told.fact.occurred_on;
            last.insert(noted.item, format!("{on} {}", noted.reason));
        }
    }
    last
}
