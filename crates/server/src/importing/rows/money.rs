//! Rows about money: what was announced, what was paid.

use super::super::lookup::{CONTRACT, PROJECT, Trouble, UNIT};
use super::super::row::{Row, Step};
use super::{Steps, With, all, found, payee, put, unit};
use serde_json::{Value, json};
use uuid::Uuid;

/// A document of authority, and that the authority is there.
pub(super) fn fund(row: &Row<'_>, subject: Uuid, with: &With<'_>) -> Steps {
    let mut troubles = Vec::new();
    let data = announcement(row, subject, with, &mut troubles);
    let received = json!({"fund": subject, "amount_fen": row.fen("amount"),
        "document": row.number()});
    let steps = vec![
        Step::new("fund.announce", row.day("issued_on"), data),
        Step::new("fund.receive", row.day("issued_on"), received),
    ];
    all(steps, troubles)
}

/// What a document announces to one receiver.
pub(super) fn announcement(
    row: &Row<'_>,
    subject: Uuid,
    with: &With<'_>,
    troubles: &mut Vec<Trouble>,
) -> Value {
    let units = &with.lookup.units;
    let issuer = units.one(&row.said("issuer"), UNIT);
    let issuer = found(row, "issuer", issuer, troubles);
    let receiver = units.one(&row.said("receiver"), UNIT);
    let receiver = found(row, "receiver", receiver, troubles);
    let mut data = json!({"fund": subject, "name": row.text("name"), "document": row.number(),
        "issuer": issuer, "receiver": receiver, "source_kind": row.text("source"),
        "amount_fen": row.fen("amount"), "budget_year": row.count("year"),
        "purpose_code": row.text("purpose"),
        "direct": row.text("direct").as_deref() == Some("yes")});
    put(&mut data, "function_code", row.text("function_code"));
    put(&mut data, "economy_code", row.text("economy_code"));
    data
}

/// The batches that bear an amount, line by line.
pub(super) fn sources(
    row: &Row<'_>,
    project: Uuid,
    with: &With<'_>,
    troubles: &mut Vec<Trouble>,
) -> Vec<Value> {
    let bearing = row.parts().map(|part| {
        let receiver = unit(&part, "fund_receiver", with, troubles);
        let document = part.said("fund");
        let fund = with
            .lookup
            .fund(with.books, &document, receiver, Some(project));
        let fund = found(&part, "fund", fund, troubles);
        json!({"fund": fund, "amount_fen": part.fen("amount")})
    });
    bearing.collect()
}

/// A payment that was made, and its settlement where the bank has paid it.
pub(super) fn payment(row: &Row<'_>, subject: Uuid, with: &With<'_>) -> Steps {
    let mut troubles = Vec::new();
    let project = with.lookup.projects.one(&row.said("project"), PROJECT);
    let project = found(row, "project", project, &mut troubles);
    let sources = sources(row, project, with, &mut troubles);
    let (voucher, amount) = (row.number(), row.sum("amount"));
    let payee = payee(row, with).unwrap_or_else(|trouble| {
        troubles.push(trouble);
        Value::Null
    });
    let mut data = json!({"payment": subject, "project": project, "payee": payee,
        "amount_fen": amount, "sources": sources, "kind": row.text("kind"), "voucher": voucher});
    put(&mut data, "remark", row.text("remark"));
    put(&mut data, "contract", contract(row, with, &mut troubles));
    let mut steps = vec![Step::new("payment.instruct", row.day("paid_on"), data)];
    if row.text("status").as_deref() == Some("settled") {
        let bank_reference = row.text("bank_reference").unwrap_or(voucher);
        let settled =
            json!({"payment": subject, "amount_fen": amount, "bank_reference": bank_reference});
        steps.push(Step::new("payment.settle", row.day("paid_on"), settled));
    }
    all(steps, troubles)
}

/// The contract that a row names, if it names one.
pub(super) fn contract(
    row: &Row<'_>,
    with: &With<'_>,
    troubles: &mut Vec<Trouble>,
) -> Option<Uuid> {
    let number = row.text("contract")?;
    let looked = with.lookup.contracts.one(&number, CONTRACT);
    Some(found(row, "contract", looked, troubles))
}
