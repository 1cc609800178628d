//! Rows about what was agreed and what is asked for: contracts with their plans of payment, claims
//! with who must sign them and who has.

use super::super::lookup::{PROJECT, Trouble, UNIT};
use super::super::row::{Row, Step};
use super::{MARKS, Steps, With, all, bad, found, money, payee, person_id, put, unit};
use serde_json::{Value, json};
use uuid::Uuid;

/// What parts those who sign: a name may have a comma.
const PEOPLE: [char; 3] = [';', ';', '\n'];

/// The columns of a plan of payment, in the order of a contract's life.
const STAGES: [(&str, &str); 5] = [
    ("stage_signing", "signing"),
    ("stage_progress", "progress"),
    ("stage_completion", "completion"),
    ("stage_acceptance", "acceptance"),
    ("stage_retention_end", "retention_end"),
];

pub(super) fn contract(row: &Row<'_>, subject: Uuid, with: &With<'_>) -> Steps {
    let mut troubles = Vec::new();
    let data = signing(row, subject, with, &mut troubles);
    let step = Step::new("contract.sign", row.day("signed_on"), data);
    all(vec![step], troubles)
}

/// What was signed.
pub(super) fn signing(
    row: &Row<'_>,
    subject: Uuid,
    with: &With<'_>,
    troubles: &mut Vec<Trouble>,
) -> Value {
    let project = with.lookup.projects.one(&row.said("project"), PROJECT);
    let project = found(row, "project", project, troubles);
    let supplier = with.lookup.units.one(&row.said("supplier"), UNIT);
    let supplier = found(row, "supplier", supplier, troubles);
    let stages = STAGES.iter().filter_map(|(column, trigger)| {
        let cap = row.count(column)?;
        Some(json!({"trigger": trigger, "cumulative_cap_bp": cap}))
    });
    let document = row.text("document").unwrap_or_else(|| row.number());
    let mut data = json!({"contract": subject, "project": project, "number": row.number(),
        "name": row.text("name"), "supplier": supplier, "price_fen": row.fen("price"),
        "retention_bp": row.count("retention").unwrap_or_default(),
        "stages": stages.collect::<Vec<_>>(), "document": document});
    put(&mut data, "ends_on", row.text("ends_on"));
    data
}

pub(super) fn claim(row: &Row<'_>, subject: Uuid, with: &With<'_>) -> Steps {
    let mut troubles = Vec::new();
    let data = submission(row, subject, with, &mut troubles);
    let day = row.day("submitted_on");
    let mut steps = vec![Step::new("claim.submit", day.clone(), data)];
    for person in row.list("signed", &PEOPLE) {
        match signature(&person, subject, with) {
            Ok(step) => steps.push(step),
            Err(trouble) => troubles.push(trouble.at(row, "signed")),
        }
    }
    all(steps, troubles)
}

/// What was submitted.
pub(super) fn submission(
    row: &Row<'_>,
    subject: Uuid,
    with: &With<'_>,
    troubles: &mut Vec<Trouble>,
) -> Value {
    let project = with.lookup.projects.one(&row.said("project"), PROJECT);
    let project = found(row, "project", project, troubles);
    let sources = money::sources(row, project, with, troubles);
    let payee = payee(row, with).unwrap_or_else(|trouble| {
        troubles.push(trouble);
        Value::Null
    });
    let mut countersigners = Vec::new();
    for person in row.list("countersigners", &PEOPLE) {
        match countersigner(&person, with) {
            Ok(countersigner) => countersigners.push(countersigner),
            Err(trouble) => troubles.push(trouble.at(row, "countersigners")),
        }
    }
    let mut data = json!({"claim": subject, "number": row.number(), "project": project,
        "amount_fen": row.sum("amount"), "sources": sources,
        "vouchers": row.list("vouchers", &MARKS), "payee": payee,
        "countersigners": countersigners, "site_visits": row.list("site_visits", &MARKS)});
    put(&mut data, "contract", money::contract(row, with, troubles));
    put(&mut data, "stage", row.count("stage"));
    put(
        &mut data,
        "custodian",
        unit(row, "custodian", with, troubles),
    );
    put(&mut data, "remark", row.text("remark"));
    data
}

/// `挂职干部@青石县`: in which capacity, for which organisation.
fn countersigner(text: &str, with: &With<'_>) -> Result<Value, Trouble> {
    let parts: Vec<_> = text.split(['@', '@']).map(str::trim).collect();
    let [capacity, organisation] = parts.as_slice() else {
        return Err(Trouble::new(
            "BAD_VALUE",
            format!("“{text}” is no capacity@organisation"),
            format!("“{text}”应写成 身份@单位"),
        ));
    };
    let organisation = with.lookup.units.one(organisation, UNIT)?;
    Ok(json!({"capacity": capacity, "organisation": organisation}))
}

/// `挂职干部@青石县@<person>@2018-07-28`: who has signed it, for a second person to confirm.
fn signature(text: &str, claim: Uuid, with: &With<'_>) -> Result<Step, Trouble> {
    let parts: Vec<_> = text.split(['@', '@']).map(str::trim).collect();
    let [capacity, organisation, person, day] = parts.as_slice() else {
        return Err(Trouble::new(
            "BAD_VALUE",
            format!("“{text}” is no capacity@organisation@person@day"),
            format!("“{text}”应写成 身份@单位@人员编号@签字日期"),
        ));
    };
    if day.parse::<ledger::date::BusinessDate>().is_err() {
        return Err(bad(
            "BAD_DATE",
            "the day of a signature is no date; write 2018-07-28",
            "签字日期不是日期,应写成 2018-07-28",
        ));
    }
    let organisation = with.lookup.units.one(organisation, UNIT)?;
    let signatory = json!({"person": person_id(person)?, "organisation": organisation,
        "capacity": capacity, "signed_on": day});
    let data = json!({"claim": claim, "capacity": capacity});
    let step = Step::new("claim.countersign", (*day).to_owned(), data).for_two(vec![signatory]);
    Ok(Step {
        repeatable: true,
        ..step
    })
}
