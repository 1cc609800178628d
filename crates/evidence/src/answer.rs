//! The answer to a question: what a server states, and what whoever checks it computes again.

use crate::question::Question;
use jiff::civil::Date;
use ledger::ids::{ClaimId, ContractId, FundId, ItemId, PaymentId, ProjectId};
use ledger::money::Fen;
use projections::View;
use projections::balances::fund_balance;
use projections::claims::{ClaimFilter, claim_lines, claim_view};
use projections::contracts::{ContractFilter, contract_lines, contract_view};
use projections::items::item_view;
use projections::project_view::{project_payments, project_view};
use projections::trace::{fund_trace, payment_trace};
use serde::Serialize;
use serde_json::{Map, Value};

/// The answer by the records of a view, for a day; nothing where there is no such thing.
pub(crate) fn answer(view: &View, question: Question, on: Date) -> Option<Value> {
    let mut parts = Map::new();
    match question {
        Question::Fund(id) => {
            put(&mut parts, "fund", &fund_balance(view, id)?);
            let payments = fund_trace(view, id, 0, usize::MAX)?.payments.entries;
            put(&mut parts, "payments", &payments);
        }
        Question::Trace(id) => put(&mut parts, "trace", &fund_trace(view, id, 0, usize::MAX)?),
        Question::Payment(id) => {
            let trace = payment_trace(view, id)?;
            put(&mut parts, "payment", &trace.payment);
            let mut sources = value(&trace.sources);
            // How the money came to the project is the question of a trace, and needs its records.
            for source in sources.as_array_mut().into_iter().flatten() {
                let source = source.as_object_mut();
                source.map(|source| source.shift_remove("links"));
            }
            parts.insert("sources".to_owned(), sources);
        }
        Question::Project(id) => {
            put(&mut parts, "project", &project_view(view, id)?);
            let payments = project_payments(view, id, 0, usize::MAX).entries;
            put(&mut parts, "payments", &payments);
            let contracts = contracts(view, id).into_iter();
            let contracts = contracts.filter_map(|id| contract_view(view, id));
            put(&mut parts, "contracts", &contracts.collect::<Vec<_>>());
            let claims = claims(view, id).into_iter();
            let claims = claims.filter_map(|id| claim_view(view, id));
            put(&mut parts, "claims", &claims.collect::<Vec<_>>());
        }
        Question::Item(id) => {
            let mut item = value(&item_view(view, on, id)?);
            by_receipts(view, id, &mut item);
            parts.insert("item".to_owned(), item);
        }
    }
    Some(Value::Object(parts))
}

/// Takes out what rests on no record, or on others than an item's: which files are held, what a
/// bank line is matched with, whether the ledger's policy asks for that, and so what stands between
/// the item and its closing. What is open is by what was recorded as received.
fn by_receipts(view: &View, id: ItemId, answer: &mut Value) {
    let (Some(item), Value::Object(answer)) = (view.books.items.get(id), answer) else {
        return;
    };
    answer.shift_remove("missing_for_closure");
    let measures = answer.get_mut("measures").and_then(Value::as_array_mut);
    for measure in measures.into_iter().flatten() {
        let measure = measure.as_object_mut();
        measure.map(|measure| measure.shift_remove("evidence_held"));
    }
    let Some(Value::Object(recovery)) = answer.get_mut("recovery") else {
        return;
    };
    recovery.shift_remove("matched_fen");
    let left = item.recovery_required().sub(item.received).sub(item.waived);
    let open = if item.asks_for_money() {
        left.max(Fen::ZERO)
    } else {
        Fen::ZERO
    };
    let surplus = left.negated().max(Fen::ZERO);
    recovery.insert("open_fen".to_owned(), value(&open));
    recovery.insert("surplus_fen".to_owned(), value(&surplus));
}

/// The contracts of a project, in the order of their numbers.
pub(crate) fn contracts(view: &View, project: ProjectId) -> Vec<ContractId> {
    let filter = ContractFilter {
        project: Some(project),
    };
    let lines = contract_lines(view, filter, 0, usize::MAX).entries;
    lines.into_iter().map(|line| line.contract).collect()
}

/// The claims of a project, in the order of their numbers.
pub(crate) fn claims(view: &View, project: ProjectId) -> Vec<ClaimId> {
    let filter = ClaimFilter {
        project: Some(project),
        ..ClaimFilter::default()
    };
    let lines = claim_lines(view, filter, 0, usize::MAX).entries;
    lines.into_iter().map(|line| line.claim).collect()
}

/// The payments that a batch bears, in the order of their instructions.
pub(crate) fn payments_of_fund(view: &View, fund: FundId) -> Vec<PaymentId> {
    let trace = fund_trace(view, fund, 0, usize::MAX);
    let lines = trace.map(|trace| trace.payments.entries);
    let lines = lines.into_iter().flatten();
    lines.map(|line| line.payment).collect()
}

fn put<T: Serialize>(parts: &mut Map<String, Value>, name: &str, part: &T) {
    parts.insert(name.to_owned(), value(part));
}

/// The projections have no maps with other keys than texts, and no floats: this cannot fail.
fn value<T: Serialize>(part: &T) -> Value {
    serde_json::to_value(part).unwrap_or(Value::Null)
}
