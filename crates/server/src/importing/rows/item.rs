//! Rows about what must be put right.

use super::super::lookup::{ROUND, Trouble, UNIT};
use super::super::row::{Row, Step};
use super::{MARKS, Steps, With, all, found, put, unit};
use serde_json::{Value, json};
use uuid::Uuid;

pub(super) fn item(row: &Row<'_>, subject: Uuid, with: &With<'_>) -> Steps {
    let mut troubles = Vec::new();
    let data = draft(row, subject, with, &mut troubles);
    let step = Step::new("item.draft", row.day("found_on"), data);
    all(vec![step], troubles)
}

/// What the list says of an item.
pub(super) fn draft(
    row: &Row<'_>,
    subject: Uuid,
    with: &With<'_>,
    troubles: &mut Vec<Trouble>,
) -> Value {
    let round = with.lookup.rounds.one(&row.said("round"), ROUND);
    let round = found(round, troubles);
    let responsible = with.lookup.units.one(&row.said("unit"), UNIT);
    let responsible = found(responsible, troubles);
    let due_on = row.text("due_on");
    let rule = if due_on.is_some() {
        "fixed"
    } else {
        "inspection_feedback"
    };
    let mut data = json!({"item": subject, "number": row.number(), "round": round,
        "category": row.text("category"), "scope": row.text("scope"),
        "severity": row.text("severity"), "facts": row.text("facts"),
        "amount_involved_fen": row.fen("amount").unwrap_or_default(),
        "recovery_required_fen": row.fen("recovery").unwrap_or_default(),
        "responsible_unit": responsible, "deadline_rule": rule});
    put(&mut data, "lead_unit", unit(row, "lead", with, troubles));
    let cooperating = row.list("cooperating", &MARKS);
    let looked = cooperating
        .iter()
        .map(|name| with.lookup.units.one(name, UNIT));
    let cooperating: Vec<Uuid> = looked.map(|unit| found(unit, troubles)).collect();
    let any = !cooperating.is_empty();
    put(&mut data, "cooperating_units", any.then_some(cooperating));
    put(&mut data, "basis", row.text("basis"));
    put(&mut data, "due_on", due_on);
    data
}
