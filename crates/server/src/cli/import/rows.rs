//! A row of each kind of table, as the commands that it means.

use super::lookup::{Lookup, Trouble};
use serde_json::{Value, json};
use sheets::{Entry, Mapping};

mod money;

/// A command that a row means, and the fact that it becomes.
#[derive(Debug)]
pub(super) struct Step {
    /// `payment.instruct`
    pub(super) word: &'static str,
    /// `payment.instructed`
    pub(super) fact: &'static str,
    /// The field of the fact that names its subject.
    pub(super) subject: &'static str,
    /// Several such facts of one subject may stand side by side.
    pub(super) repeatable: bool,
    pub(super) occurred_on: String,
    pub(super) data: Value,
}

/// Word, field of the number, field of the subject: the facts that a kind of table becomes.
type Facts = &'static [(&'static str, &'static str, &'static str)];

/// By kind; the first is the one by whose number a row is known again.
const KINDS: &[(&str, Facts)] = &[
    (
        "organisations",
        &[("organisation.registered", "code", "organisation")],
    ),
    (
        "funds",
        &[
            ("fund.announced", "document", "fund"),
            ("fund.received", "", "fund"),
        ],
    ),
    (
        "projects",
        &[("project.entered_library", "number", "project")],
    ),
    (
        "payments",
        &[
            ("payment.instructed", "voucher", "payment"),
            ("payment.settled", "", "payment"),
            ("payment.returned", "", "payment"),
        ],
    ),
    ("items", &[("item.drafted", "number", "item")]),
];

/// True for a kind that this release imports.
pub(super) fn known(kind: &str) -> bool {
    KINDS.iter().any(|(name, _)| *name == kind)
}

/// The facts that a kind of table becomes.
pub(super) fn facts(kind: &str) -> Facts {
    let found = KINDS.iter().find(|(name, _)| *name == kind);
    found.map_or(&[], |(_, facts)| facts)
}

/// The fact by whose number a row is known again, and the field that names its subject.
pub(super) fn main_fact(kind: &str) -> (&'static str, &'static str) {
    facts(kind)
        .first()
        .map_or(("", ""), |(word, _, subject)| (*word, *subject))
}

/// A row with the names of its columns.
pub(super) struct Row<'a> {
    entry: &'a Entry,
    mapping: &'a Mapping,
}

impl<'a> Row<'a> {
    pub(super) fn new(entry: &'a Entry, mapping: &'a Mapping) -> Row<'a> {
        Row { entry, mapping }
    }

    fn value(&self, name: &str) -> Option<&sheets::Value> {
        self.entry.value(self.mapping, name)
    }

    /// The number by which it is known again.
    pub(super) fn number(&self) -> String {
        self.text(&self.mapping.number).unwrap_or_default()
    }

    /// A text, a date or a count, as it is written in a command.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.value(name).map(ToString::to_string)
    }

    /// An amount in fen.
    fn fen(&self, name: &str) -> Option<i64> {
        match self.value(name)? {
            sheets::Value::Amount(fen) => Some(fen.get()),
            sheets::Value::Text(_) | sheets::Value::Date(_) | sheets::Value::Count(_) => None,
        }
    }

    /// The day on which it happened; unknown where the table does not say.
    fn day(&self, name: &str) -> String {
        self.text(name).unwrap_or_else(|| "unknown".to_owned())
    }

    /// True where money came back.
    pub(super) fn is_back(&self) -> bool {
        self.entry
            .values
            .iter()
            .flatten()
            .any(sheets::Value::is_negative)
    }
}

const UNIT: (&str, &str) = ("organisation", "机构");
const PROJECT: (&str, &str) = ("project", "项目");
const FUND: (&str, &str) = ("fund document", "资金指标文号");
const ROUND: (&str, &str) = ("round", "巡察(督查、审计)轮次");
const CONTRACT: (&str, &str) = ("contract", "合同");

/// What a row means.
///
/// # Errors
/// All that keeps it from being a command.
pub(super) fn steps(
    kind: &str,
    row: &Row<'_>,
    subject: &str,
    lookup: &Lookup,
    original: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<Step>, Vec<Trouble>> {
    match kind {
        "organisations" => organisation(row, subject, lookup),
        "funds" => money::fund(row, subject, lookup),
        "projects" => project(row, subject, lookup),
        "payments" if row.is_back() => money::back(row, original),
        "payments" => money::payment(row, subject, lookup),
        "items" => item(row, subject, lookup),
        _ => Ok(Vec::new()),
    }
}

/// Takes what was found, and notes what was not.
fn found<'a>(looked: Result<&'a str, Trouble>, troubles: &mut Vec<Trouble>) -> &'a str {
    looked.unwrap_or_else(|trouble| {
        troubles.push(trouble);
        ""
    })
}

/// Puts a field in, where there is one.
fn put(data: &mut Value, name: &str, value: Option<String>) {
    if let (Some(value), Value::Object(fields)) = (value, data) {
        fields.insert(name.to_owned(), Value::String(value));
    }
}

fn one(step: Step, troubles: Vec<Trouble>) -> Result<Vec<Step>, Vec<Trouble>> {
    if troubles.is_empty() {
        Ok(vec![step])
    } else {
        Err(troubles)
    }
}

fn organisation(row: &Row<'_>, subject: &str, lookup: &Lookup) -> Result<Vec<Step>, Vec<Trouble>> {
    let mut troubles = Vec::new();
    let mut data = json!({"organisation": subject, "code": row.number(), "name": row.text("name"),
        "kind": row.text("kind"), "level": row.text("level")});
    if let Some(parent) = row.text("parent") {
        let parent = found(lookup.units.one(&parent, UNIT), &mut troubles);
        put(&mut data, "parent", Some(parent.to_owned()));
    }
    let step = Step {
        word: "organisation.register",
        fact: "organisation.registered",
        subject: "organisation",
        repeatable: false,
        occurred_on: "unknown".to_owned(),
        data,
    };
    one(step, troubles)
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

fn project(row: &Row<'_>, subject: &str, lookup: &Lookup) -> Result<Vec<Step>, Vec<Trouble>> {
    let mut troubles = Vec::new();
    let unit = row.text("unit").unwrap_or_default();
    let area = row.text("area").unwrap_or_default();
    let unit = found(lookup.units.one(&unit, UNIT), &mut troubles);
    let area = found(lookup.units.one(&area, UNIT), &mut troubles);
    let columns = PLANNED.iter().filter_map(|(column, source)| {
        let fen = row.fen(column).filter(|fen| *fen != 0)?;
        Some((*source, fen))
    });
    let mut planned: Vec<(String, i64)> = columns
        .map(|(source, fen)| (source.to_owned(), fen))
        .collect();
    let stated = row.fen("planned");
    if planned.is_empty() {
        match (row.text("source"), stated) {
            (Some(source), Some(fen)) => planned.push((source, fen)),
            _ => troubles.push((
                "REQUIRED",
                "the planned money needs its sources: their columns, or a total and its source"
                    .to_owned(),
                "计划资金须按来源分列填写,或填写“计划总投资”和“资金来源”".to_owned(),
            )),
        }
    }
    let total = planned
        .iter()
        .map(|(_, fen)| *fen)
        .fold(0, i64::saturating_add);
    if let Some(stated) = stated.filter(|stated| *stated != total) {
        troubles.push((
            "SPLIT_MISMATCH",
            format!("its sources add up to {total} fen, and its total says {stated}"),
            format!("各来源合计 {total} 分,与计划总投资 {stated} 分不符"),
        ));
    }
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
    let step = Step {
        word: "project.enter_library",
        fact: "project.entered_library",
        subject: "project",
        repeatable: false,
        occurred_on: row.day("entered_on"),
        data,
    };
    one(step, troubles)
}

fn item(row: &Row<'_>, subject: &str, lookup: &Lookup) -> Result<Vec<Step>, Vec<Trouble>> {
    let mut troubles = Vec::new();
    let round = row.text("round").unwrap_or_default();
    let unit = row.text("unit").unwrap_or_default();
    let round = found(lookup.rounds.one(&round, ROUND), &mut troubles);
    let unit = found(lookup.units.one(&unit, UNIT), &mut troubles);
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
        "responsible_unit": unit, "deadline_rule": rule});
    if let Some(lead) = row.text("lead") {
        let lead = found(lookup.units.one(&lead, UNIT), &mut troubles);
        put(&mut data, "lead_unit", Some(lead.to_owned()));
    }
    put(&mut data, "basis", row.text("basis"));
    put(&mut data, "due_on", due_on);
    let step = Step {
        word: "item.draft",
        fact: "item.drafted",
        subject: "item",
        repeatable: false,
        occurred_on: row.day("found_on"),
        data,
    };
    one(step, troubles)
}
