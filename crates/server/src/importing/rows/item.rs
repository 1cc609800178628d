//! Rows about what must be put right.

use super::super::derived;
use super::super::lookup::{ROUND, Trouble, UNIT, item_key};
use super::super::row::{Row, Step};
use super::{MARKS, Steps, With, all, bad, found, person_id, put, unit};
use ledger::ids::RoundId;
use serde_json::{Value, json};
use uuid::Uuid;

/// What a list says will be done is recorded besides the item itself.
pub(in super::super) const MEASURE: &str = "item.add_measure";

pub(super) fn item(row: &Row<'_>, subject: Uuid, with: &With<'_>) -> Steps {
    let mut troubles = Vec::new();
    let data = draft(row, subject, with, &mut troubles);
    let mut steps = vec![Step::new("item.draft", row.day("found_on"), data)];
    if let Some(description) = row.text("measure") {
        let added = json!({"item": subject, "measure": derived(&[&subject.to_string(), "measure"]),
            "kind": "ordinary", "description": description});
        steps.push(Step::new(MEASURE, row.day("found_on"), added));
    }
    match (row.text("closed_on"), row.text("closure_document")) {
        (None, None) => {}
        (Some(day), Some(document)) => {
            let closed = json!({"item": subject, "closed_on": day, "document": document});
            steps.push(Step::new("item.import_closure", day, closed));
        }
        (closed_on, _) => {
            let missing = if closed_on.is_some() {
                "closure_document"
            } else {
                "closed_on"
            };
            let half = bad(
                "REQUIRED",
                "a closing needs its day and its document",
                "“销号日期”和“销号文号”须同填",
            );
            troubles.push(half.at(row, missing));
        }
    }
    all(steps, troubles)
}

/// The common problem of the same round of which a row is one case.
fn parent(row: &Row<'_>, round: Uuid, with: &With<'_>) -> Result<Option<Uuid>, Trouble> {
    let Some(number) = row.text("parent") else {
        return Ok(None);
    };
    let known = with.lookup.items.all(&item_key(&number, RoundId(round)));
    known.first().copied().map(Some).ok_or_else(|| {
        let trouble = Trouble::new(
            "NOT_FOUND",
            format!("neither this round nor this table has a problem “{number}”"),
            format!("该来源及本表中均没有共性问题“{number}”"),
        );
        trouble.at(row, "parent")
    })
}

/// What the list says of an item.
pub(super) fn draft(
    row: &Row<'_>,
    subject: Uuid,
    with: &With<'_>,
    troubles: &mut Vec<Trouble>,
) -> Value {
    let round = with.lookup.rounds.one(&row.said("round"), ROUND);
    let round = found(row, "round", round, troubles);
    let responsible = with.lookup.units.one(&row.said("unit"), UNIT);
    let responsible = found(row, "unit", responsible, troubles);
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
    let cooperating: Vec<Uuid> = looked
        .map(|unit| found(row, "cooperating", unit, troubles))
        .collect();
    let any = !cooperating.is_empty();
    put(&mut data, "cooperating_units", any.then_some(cooperating));
    match parent(row, round, with) {
        Ok(parent) => put(&mut data, "parent", parent),
        Err(trouble) => troubles.push(trouble),
    }
    match row.text("responsible_person").as_deref().map(person_id) {
        None => {}
        Some(Ok(person)) => put(&mut data, "responsible_person", Some(person)),
        Some(Err(trouble)) => troubles.push(trouble.at(row, "responsible_person")),
    }
    put(&mut data, "basis", row.text("basis"));
    put(&mut data, "due_on", due_on);
    data
}
