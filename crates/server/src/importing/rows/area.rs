//! Rows about who and what there is: units, projects.

use super::super::lookup::{Trouble, UNIT};
use super::super::row::{Row, Step};
use super::{Steps, With, all, bad, found, put, unit};
use serde_json::{Value, json};
use uuid::Uuid;

pub(super) fn organisation(row: &Row<'_>, subject: Uuid, with: &With<'_>) -> Steps {
    let mut troubles = Vec::new();
    let mut data = json!({"organisation": subject, "code": row.number(), "name": row.text("name"),
        "kind": row.text("kind"), "level": row.text("level")});
    put(
        &mut data,
        "parent",
        unit(row, "parent", with, &mut troubles),
    );
    let step = Step::new("organisation.register", "unknown".to_owned(), data);
    all(vec![step], troubles)
}

/// The columns of a project's planned money, and the sources that they mean.
const PLANNED: [(&str, &str); 6] = [
    ("planned_central", "central"),
    ("planned_province", "province"),
    ("planned_prefecture", "prefecture"),
    ("planned_county", "county"),
    ("planned_east_west", "east_west"),
    ("planned_self_raised", "self_raised"),
];

pub(super) fn project(row: &Row<'_>, subject: Uuid, with: &With<'_>) -> Steps {
    let mut troubles = Vec::new();
    let data = entry(row, subject, with, &mut troubles);
    let step = Step::new("project.enter_library", row.day("entered_on"), data);
    all(vec![step], troubles)
}

/// What a project enters the library with.
pub(super) fn entry(
    row: &Row<'_>,
    subject: Uuid,
    with: &With<'_>,
    troubles: &mut Vec<Trouble>,
) -> Value {
    let units = &with.lookup.units;
    let unit = found(units.one(&row.said("unit"), UNIT), troubles);
    let area = found(units.one(&row.said("area"), UNIT), troubles);
    let planned = planned(row, troubles);
    let total = planned.iter().map(|(_, fen)| *fen);
    let total = total.fold(0, i64::saturating_add);
    let planned: Vec<_> = planned
        .into_iter()
        .map(|(source, fen)| json!({"source_kind": source, "amount_fen": fen}))
        .collect();
    let mut data = json!({"project": subject, "number": row.number(), "name": row.text("name"),
        "implementing_unit": unit, "area": area, "content": row.text("content"),
        "planned": planned, "planned_fen": total});
    put(&mut data, "performance_target", row.text("target"));
    put(&mut data, "starts_on", row.text("starts_on"));
    put(&mut data, "completes_on", row.text("completes_on"));
    data
}

/// The planned money by its sources, which must add up to the total where one is stated.
pub(super) fn planned(row: &Row<'_>, troubles: &mut Vec<Trouble>) -> Vec<(String, i64)> {
    let columns = PLANNED.iter().filter_map(|(column, source)| {
        let fen = row.fen(column).filter(|fen| *fen != 0)?;
        Some(((*source).to_owned(), fen))
    });
    let mut planned: Vec<(String, i64)> = columns.collect();
    let stated = row.fen("planned");
    if planned.is_empty() {
        match (row.text("source"), stated) {
            (Some(source), Some(fen)) => planned.push((source, fen)),
            _ => troubles.push(bad(
                "REQUIRED",
                "the planned money needs its sources: their columns, or a total and its source",
                "计划资金须按来源分列填写,或填写“计划总投资”和“资金来源”",
            )),
        }
    }
    let total = planned.iter().map(|(_, fen)| *fen);
    let total = total.fold(0, i64::saturating_add);
    if let Some(stated) = stated.filter(|stated| *stated != total) {
        troubles.push((
            "SPLIT_MISMATCH",
            format!("its sources add up to {total} fen, and its total says {stated}"),
            format!("各来源合计 {total} 分,与计划总投资 {stated} 分不符"),
        ));
    }
    planned
}
