//! What was found, and who answers for it: the list of problems 问题清单 and the list of
//! responsibilities 责任清单, an item a line.

use super::{Refusal, Seqs, first_seq, last_seq, lines, seqs, table};
use crate::cell::Cell;
use crate::column::{Made, count, date, heading, summed, text};
use crate::kind::Asked;
use crate::printout::Block;
use ledger::ids::OrganisationId;
use ledger::item::rules::{Item, State};
use ledger::money::Fen;
use projections::View;
use projections::items::ItemLine;

/// An item as lists show it, and as the books have it.
pub(super) struct Row<'a> {
    pub(super) view: &'a View,
    pub(super) line: ItemLine,
    pub(super) item: &'a Item,
    seqs: Seqs,
}

/// The items that pass, in the order of their numbers.
pub(super) fn rows<'a>(view: &'a View, asked: &Asked) -> Result<Vec<Row<'a>>, Refusal> {
    let lines = lines(view, asked)?.into_iter();
    let rows = lines.filter_map(|line| {
        Some(Row {
            item: view.books.items.get(line.item)?,
            seqs: seqs(view, line.item),
            view,
            line,
        })
    });
    Ok(rows.collect())
}

pub(super) fn number(it: &Row<'_>) -> Cell {
    Cell::text(Some(&it.line.number))
}

pub(super) fn facts(it: &Row<'_>) -> Cell {
    Cell::text(Some(&it.line.facts))
}

pub(super) fn unit(it: &Row<'_>) -> Cell {
    Cell::text(it.line.responsible_unit.name.as_ref())
}

pub(super) fn person(it: &Row<'_>) -> Cell {
    let person = it.line.responsible_person;
    person.map_or(Cell::Empty, |person| Cell::Persons(vec![person]))
}

pub(super) fn state(it: &Row<'_>) -> Cell {
    Cell::text(Some(it.line.state.zh))
}

pub(super) fn overdue(it: &Row<'_>) -> Cell {
    let days = it.line.overdue_days;
    Cell::count((days > 0).then_some(days.into()))
}

pub(super) fn first(it: &Row<'_>) -> Cell {
    Cell::count(it.seqs.first)
}

pub(super) fn last(it: &Row<'_>) -> Cell {
    Cell::count(it.seqs.last)
}

fn lead(it: &Row<'_>) -> Cell {
    let unit = it.item.lead_unit;
    unit.map_or(Cell::Empty, |unit| organisation(it.view, unit))
}

fn cooperating(it: &Row<'_>) -> Cell {
    let units = it.line.cooperating_units.iter();
    let names = units.filter_map(|unit| unit.name.as_ref().map(ToString::to_string));
    Cell::text(Some(names.collect::<Vec<_>>().join("、")))
}

/// What a unit is called; its identifier where this ledger does not know it.
pub(super) fn organisation(view: &View, id: OrganisationId) -> Cell {
    let unit = view.books.organisations.get(id);
    Cell::Text(unit.map_or_else(|| id.to_string(), |unit| unit.name.to_string()))
}

/// The money that an item is about. Of one whose money others say again it stands in its row, as a
/// text that no sum takes in: the parts of a split add up to it, and what overlaps is the same.
fn concerned(it: &Row<'_>) -> Cell {
    let amount = it.item.draft.amount_involved_fen;
    let linked = &it.item.turns.counted_for;
    let overlaps = it
        .item
        .merged_into
        .is_some_and(|into| linked.contains(&into));
    if it.item.state == State::Split || overlaps {
        return Cell::Text(format!("{amount} 不计入合计"));
    }
    amount_of(it, amount)
}

/// What an item asks for, or what came back. Of one that is counted with another, or asks for
/// nothing any more, it stands in its row, as a text that no sum takes in. What came back before a
/// merger or a split stays with the item that it came back for, and counts there.
pub(super) fn amount_of(it: &Row<'_>, amount: Fen) -> Cell {
    if it.line.counted && it.item.asks_for_money() {
        return Cell::Amount(amount);
    }
    Cell::Text(format!("{amount} 不计入合计"))
}

pub(super) fn problems(view: &View, asked: &Asked) -> Result<Vec<Block>, Refusal> {
    let columns: &[Made<Row<'_>>] = &[
        text("编号", "Number", 7, number),
        text("问题", "Problem", 20, facts),
        text("类别", "Category", 5, |it| {
            Cell::text(Some(it.line.category.zh))
        }),
        text("性质", "Scope", 5, |it| {
            Cell::text(Some(it.item.draft.scope.zh()))
        }),
        text("程度", "Severity", 3, |it| {
            Cell::text(Some(it.line.severity.zh))
        }),
        text("依据", "Rule broken", 10, |it| {
            Cell::text(it.item.draft.basis.as_ref())
        }),
        summed("涉及金额", "Money concerned", concerned),
        summed("应追缴", "To be recovered", |it| {
            amount_of(it, it.item.recovery_required())
        }),
        text("责任单位", "Responsible", 7, unit),
        text("来源", "Round", 9, |it| {
            Cell::text(it.line.round.name.as_ref())
        }),
        text("状态", "State", 5, state),
        first_seq(first),
        last_seq(last),
    ];
    let rows = rows(view, asked)?;
    Ok(vec![table(heading("问题", "Problems"), columns, &rows)])
}

pub(super) fn responsibilities(view: &View, asked: &Asked) -> Result<Vec<Block>, Refusal> {
    let columns: &[Made<Row<'_>>] = &[
        text("编号", "Number", 7, number),
        text("问题", "Problem", 20, facts),
        text("牵头单位", "Lead", 7, lead),
        text("责任单位", "Responsible", 7, unit),
        text("责任人", "Official", 8, person),
        text("配合单位", "Helping", 9, cooperating),
        date("交办日期", "Issued", |it| Cell::date(it.item.issued_on)),
        date("整改期限", "Due", |it| Cell::date(it.line.due_on)),
        count("延期次数", "Extensions", |it| {
            Cell::len(it.item.extensions.len())
        }),
        count("超期天数", "Overdue", overdue),
        text("状态", "State", 5, state),
        first_seq(first),
        last_seq(last),
    ];
    let rows = rows(view, asked)?;
    Ok(vec![table(
        heading("责任", "Responsibilities"),
        columns,
        &rows,
    )])
}
