//! Rows about who and what there is: units, projects.

use super::super::lookup::{Trouble, UNIT};
use super::super::row::{Row, Step};
use super::{Steps, With, all, bad, found, put, unit};
use ledger::money::Fen;
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
const PLANNED: [(&str, &str); 11] = [
    ("planned_central", "central"),
    ("planned_province", "province"),
    ("planned_prefecture", "prefecture"),
    ("planned_county", "county"),
    ("planned_east_west", "east_west"),
    ("planned_self_raised", "self_raised"),
    ("planned_sector", "sector"),
    ("planned_partner", "partner"),
    ("planned_donation", "donation"),
    ("planned_loan", "loan"),
    ("planned_bond", "bond"),
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
    let unit = found(row, "unit", units.one(&row.said("unit"), UNIT), troubles);
    let area = found(row, "area", units.one(&row.said("area"), UNIT), troubles);
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

/// As it stands in the table; in fen where it is beyond all amounts.
fn yuan(fen: i64) -> String {
    Fen::new(fen).map_or_else(|_| format!("{fen} 分"), |amount| amount.to_string())
}

/// The planned money by its sources, which must add up to the total where one is stated.
pub(super) fn planned(row: &Row<'_>, troubles: &mut Vec<Trouble>) -> Vec<(String, i64)> {
    let columns = PLANNED.iter().filter_map(|(column, source)| {
        let fen = row.fen(column).filter(|fen| *fen != 0)?;
        Some(((*source).to_owned(), fen))
    });
    let mut planned: Vec<(String, i64)> = columns.collect();
    if row.fen("planned_other").is_some_and(|fen| fen != 0) {
        let unsaid = bad(
            "SOURCE_UNSAID",
            "“other” money has a source too: put it into the column of that source",
            "“其他资金”须分清来源,请填入所属来源的列(自筹、行业、帮扶、捐赠、贷款、债券等)",
        );
        troubles.push(unsaid.at(row, "planned_other"));
    }
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
        troubles.push(
            Trouble::new(
                "SPLIT_MISMATCH",
                format!("its sources add up to {total} fen, and its total says {stated}"),
                format!(
                    "各来源合计 {} 元,与计划总投资 {} 元不符",
                    yuan(total),
                    yuan(stated)
                ),
            )
            .at(row, "planned"),
        );
    }
    planned
}
