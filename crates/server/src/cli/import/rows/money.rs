//! Rows about money: what was announced, what was paid, what came back.

use super::{CONTRACT, FUND, Lookup, PROJECT, Row, Step, Trouble, UNIT, found, one, put};
use serde_json::{Value, json};

/// A document of authority, and that the authority is there.
pub(super) fn fund(
    row: &Row<'_>,
    subject: &str,
    lookup: &Lookup,
) -> Result<Vec<Step>, Vec<Trouble>> {
    let mut troubles = Vec::new();
    let unit = |name| row.text(name).unwrap_or_default();
    let issuer = found(lookup.units.one(&unit("issuer"), UNIT), &mut troubles);
    let receiver = found(lookup.units.one(&unit("receiver"), UNIT), &mut troubles);
    let year: Option<u32> = row.text("year").and_then(|year| year.parse().ok());
    let (document, amount) = (row.number(), row.fen("amount"));
    let mut data = json!({"fund": subject, "name": row.text("name"), "document": document,
        "issuer": issuer, "receiver": receiver, "source_kind": row.text("source"),
        "amount_fen": amount, "budget_year": year, "purpose_code": row.text("purpose"),
        "direct": row.text("direct").as_deref() == Some("yes")});
    put(&mut data, "function_code", row.text("function_code"));
    put(&mut data, "economy_code", row.text("economy_code"));
    let step = |word, fact, data| Step {
        word,
        fact,
        subject: "fund",
        repeatable: false,
        occurred_on: row.day("issued_on"),
        data,
    };
    let mut steps = one(step("fund.announce", "fund.announced", data), troubles)?;
    let received = json!({"fund": subject, "amount_fen": amount, "document": document});
    steps.push(step("fund.receive", "fund.received", received));
    Ok(steps)
}

/// A payment that was made, and its settlement where the bank has paid it.
pub(super) fn payment(
    row: &Row<'_>,
    subject: &str,
    lookup: &Lookup,
) -> Result<Vec<Step>, Vec<Trouble>> {
    let mut troubles = Vec::new();
    let text = |name| row.text(name).unwrap_or_default();
    let project = found(
        lookup.projects.one(&text("project"), PROJECT),
        &mut troubles,
    );
    let fund = found(lookup.funds.one(&text("fund"), FUND), &mut troubles);
    let (voucher, amount) = (row.number(), row.fen("amount"));
    let payee = payee(row, lookup).unwrap_or_else(|trouble| {
        troubles.push(trouble);
        Value::Null
    });
    let mut data = json!({"payment": subject, "project": project, "payee": payee,
        "amount_fen": amount, "sources": [{"fund": fund, "amount_fen": amount}],
        "kind": row.text("kind"), "voucher": voucher});
    put(&mut data, "remark", row.text("remark"));
    if let Some(contract) = row.text("contract") {
        let contract = found(lookup.contracts.one(&contract, CONTRACT), &mut troubles);
        put(&mut data, "contract", Some(contract.to_owned()));
    }
    let step = |word, fact, data| Step {
        word,
        fact,
        subject: "payment",
        repeatable: false,
        occurred_on: row.day("paid_on"),
        data,
    };
    let mut steps = one(
        step("payment.instruct", "payment.instructed", data),
        troubles,
    )?;
    if row.text("status").as_deref() == Some("settled") {
        let bank_reference = row.text("bank_reference").unwrap_or(voucher);
        let settled =
            json!({"payment": subject, "amount_fen": amount, "bank_reference": bank_reference});
        steps.push(step("payment.settle", "payment.settled", settled));
    }
    Ok(steps)
}

fn payee(row: &Row<'_>, lookup: &Lookup) -> Result<Value, Trouble> {
    if let Some(person) = row.text("payee_person") {
        let id = uuid::Uuid::parse_str(&person).map_err(|_| {
            (
                "BAD_VALUE",
                format!("“{person}” is no identifier of a person in this ledger"),
                format!("“{person}”不是本账本的人员(户)编号"),
            )
        })?;
        return Ok(json!({"subject": id}));
    }
    match row.text("payee") {
        Some(name) => Ok(json!({"organisation": lookup.units.one(&name, UNIT)?})),
        None => Err((
            "REQUIRED",
            "nobody is named as payee".to_owned(),
            "“收款人”和“收款人编号”须填其一".to_owned(),
        )),
    }
}

/// Money of an earlier payment that came back: named by its voucher, or of the same number.
pub(super) fn back(
    row: &Row<'_>,
    original: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<Step>, Vec<Trouble>> {
    let own = row.number();
    let number = row.text("original").unwrap_or_else(|| own.clone());
    let Some(payment) = original(&number) else {
        return Err(vec![(
            "NOT_FOUND",
            format!("the payment “{number}” that came back is neither recorded nor in this file"),
            format!("找不到被退回的支付“{number}”,请填写“原支付凭证号”"),
        )]);
    };
    let amount = row.fen("amount").map(i64::saturating_abs);
    let remark = row.text("remark").map(|remark| format!(":{remark}"));
    let reason = format!("退回(凭证 {own}){}", remark.unwrap_or_default());
    let reason: String = reason.chars().take(500).collect();
    Ok(vec![Step {
        word: "payment.return",
        fact: "payment.returned",
        subject: "payment",
        repeatable: true,
        occurred_on: row.day("paid_on"),
        data: json!({"payment": payment, "amount_fen": amount, "reason": reason}),
    }])
}
