//! Rows about what was there before the book: each is proposed by whoever imports it, and counts
//! once a second person has confirmed it.

use super::super::lookup::{PROJECT, UNIT};
use super::super::row::{Row, Step};
use super::{MARKS, Steps, With, all, area, bad, found, item as items, money, signed, unit};
use serde_json::{Value, json};
use uuid::Uuid;

fn cut_over(row: &Row<'_>) -> Value {
    json!({"on": row.text("cut_over_on"), "document": row.text("cut_over_document")})
}

/// Recorded as of the cut-over day.
fn taken_over(row: &Row<'_>, word: &'static str, data: Value) -> Step {
    Step::new(word, row.day("cut_over_on"), data).for_two(Vec::new())
}

pub(super) fn project(row: &Row<'_>, subject: Uuid, with: &With<'_>) -> Steps {
    let mut troubles = Vec::new();
    let entry = area::entry(row, subject, with, &mut troubles);
    let state = row.said("state");
    let mut planned = area::planned(row, &mut Vec::new());
    let before_approval = matches!(state.as_str(), "in_library" | "planned");
    let budget = match (row.fen("budget"), planned.as_mut_slice()) {
        (None, _) if before_approval => Vec::new(),
        (None, _) => planned,
        (Some(fen), [(source, _)]) => vec![(source.clone(), fen)],
        (Some(_), _) => {
            troubles.push(bad(
                "SPLIT_MISMATCH",
                "an approved total needs a single source; leave it empty where there are several",
                "有几个资金来源的,“批复预算”须留空(按计划资金各来源)",
            )
            .at(row, "budget"));
            Vec::new()
        }
    };
    let budget = budget
        .into_iter()
        .map(|(source, fen)| json!({"source_kind": source, "amount_fen": fen}));
    let mut data = json!({"entry": entry, "cut_over": cut_over(row), "state": state,
        "budget": budget.collect::<Vec<_>>()});
    for name in ["started_on", "completed_on", "accepted_on"] {
        super::put(&mut data, name, row.text(name));
    }
    all(vec![taken_over(row, "project.take_over", data)], troubles)
}

pub(super) fn fund(row: &Row<'_>, subject: Uuid, with: &With<'_>) -> Steps {
    let mut troubles = Vec::new();
    let announcement = money::announcement(row, subject, with, &mut troubles);
    let receiver = with.lookup.units.one(&row.said("receiver"), UNIT).ok();
    let (mut lines, mut spent) = (Vec::new(), Vec::new());
    for part in row.parts() {
        let to_unit = unit(&part, "to_unit", with, &mut troubles);
        let project = part.text("to_project").map(|number| {
            let project = with.lookup.projects.one(&number, PROJECT);
            found(&part, "to_project", project, &mut troubles)
        });
        let to = match (to_unit, project) {
            (None, None) => continue,
            (Some(unit), None) => json!({"organisation": unit}),
            (None, Some(project)) => json!({"project": project}),
            (Some(_), Some(_)) => {
                troubles.push(
                    bad(
                        "BAD_VALUE",
                        "a line goes to a unit or to a project, not to both",
                        "“分解到单位”和“分解到项目”只能填一个",
                    )
                    .at(&part, "to_project"),
                );
                continue;
            }
        };
        let from = unit(&part, "from", with, &mut troubles).or(receiver);
        lines.push(json!({"from": from, "to": to, "amount_fen": part.fen("line_amount")}));
        let paid = part.fen("spent").filter(|fen| *fen != 0);
        if let (Some(project), Some(fen)) = (project, paid) {
            let returned = part.fen("returned").unwrap_or_default();
            spent.push(json!({"project": project, "settled_fen": fen, "returned_fen": returned}));
        }
    }
    let data = json!({"announcement": announcement, "cut_over": cut_over(row),
        "received_fen": row.fen("received"), "lines": lines, "spent": spent,
        "reclaimed_from_top_fen": row.fen("reclaimed").unwrap_or_default(),
        "adjusted_fen": row.fen("adjusted").unwrap_or_default()});
    all(vec![taken_over(row, "fund.take_over", data)], troubles)
}

pub(super) fn contract(row: &Row<'_>, subject: Uuid, with: &With<'_>) -> Steps {
    let mut troubles = Vec::new();
    let signing = signed::signing(row, subject, with, &mut troubles);
    let data = json!({"signing": signing, "cut_over": cut_over(row),
        "signed_on": row.text("signed_on"),
        "changes_delta_fen": row.fen("changes").unwrap_or_default(),
        "paid_fen": row.fen("paid").unwrap_or_default(),
        "reached_stage": row.count("reached_stage").unwrap_or_default()});
    all(vec![taken_over(row, "contract.take_over", data)], troubles)
}

pub(super) fn claim(row: &Row<'_>, subject: Uuid, with: &With<'_>) -> Steps {
    let mut troubles = Vec::new();
    let submission = signed::submission(row, subject, with, &mut troubles);
    let data = json!({"submission": submission, "cut_over": cut_over(row),
        "paid_fen": row.fen("paid").unwrap_or_default()});
    all(vec![taken_over(row, "claim.take_over", data)], troubles)
}

pub(super) fn item(row: &Row<'_>, subject: Uuid, with: &With<'_>) -> Steps {
    let mut troubles = Vec::new();
    let draft = items::draft(row, subject, with, &mut troubles);
    if row.text("closed_on").is_some() || row.text("closure_document").is_some() {
        let closed = bad(
            "BAD_VALUE",
            "what was closed is no opening: import it as `items`",
            "已销号的问题不属期初在办事项,请按“问题清单”(items)导入",
        );
        troubles.push(closed.at(row, "closed_on"));
    }
    if row.text("measure").is_some() {
        let later = bad(
            "BAD_VALUE",
            "measures of an opening are added once a second person has confirmed it",
            "期初事项的整改措施须在复核生效后另行登记",
        );
        troubles.push(later.at(row, "measure"));
    }
    let data = json!({"draft": draft, "cut_over": cut_over(row), "state": row.text("state"),
        "issued_on": row.text("issued_on"),
        "extensions": row.list("extensions", &MARKS),
        "suspended_days": row.count("suspended_days").unwrap_or_default(),
        "demanded_fen": row.fen("demanded").unwrap_or_default(),
        "received_fen": row.fen("received").unwrap_or_default(),
        "waived_fen": row.fen("waived").unwrap_or_default()});
    all(vec![taken_over(row, "item.take_over", data)], troubles)
}

pub(super) fn account(row: &Row<'_>, subject: Uuid, with: &With<'_>) -> Steps {
    let mut troubles = Vec::new();
    let owner = with.lookup.units.one(&row.said("owner"), UNIT);
    let owner = found(row, "owner", owner, &mut troubles);
    let mut balances = Vec::new();
    for part in row.parts() {
        let Some(fen) = part.fen("balance").filter(|fen| *fen != 0) else {
            continue;
        };
        let mut balance = json!({"amount_fen": fen});
        let receiver = unit(&part, "fund_receiver", with, &mut troubles);
        if let Some(document) = part.text("fund") {
            let fund = with.lookup.fund(with.books, &document, receiver, None);
            super::put(
                &mut balance,
                "fund",
                Some(found(&part, "fund", fund, &mut troubles)),
            );
        }
        balances.push(balance);
    }
    let opening = json!({"account": subject, "kind": row.text("kind"), "owner": owner,
        "bank": row.text("bank"), "masked_number": row.number()});
    let data = json!({"opening": opening, "cut_over": cut_over(row), "balances": balances});
    all(vec![taken_over(row, "account.take_over", data)], troubles)
}
