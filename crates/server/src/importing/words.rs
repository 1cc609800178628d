//! What is other than recorded, in the words of whoever brings the table: names and not
//! identifiers, yuan and not fen, the columns and words of the table's own kind.

use super::report::Difference;
use ledger::Books;
use ledger::contract::StageTrigger;
use ledger::ids::{ContractId, FundId, OrganisationId, PaymentId, ProjectId, RoundId};
use ledger::money::Fen;
use serde_json::Value;
use sheets::Mapping;
use uuid::Uuid;

/// Facts whose columns are called otherwise.
const COLUMNS: [(&str, &str); 19] = [
    ("amount_fen", "amount"),
    ("amount_involved_fen", "amount"),
    ("recovery_required_fen", "recovery"),
    ("planned_fen", "planned"),
    ("price_fen", "price"),
    ("retention_bp", "retention"),
    ("source_kind", "source"),
    ("sources", "fund"),
    ("responsible_unit", "unit"),
    ("implementing_unit", "unit"),
    ("lead_unit", "lead"),
    ("cooperating_units", "cooperating"),
    ("performance_target", "target"),
    ("budget_year", "year"),
    ("purpose_code", "purpose"),
    ("deadline_rule", "due_on"),
    ("masked_number", "number"),
    ("facts", "facts"),
    ("description", "measure"),
];

/// When what a row says happened, kind by kind; an opening has the day of its cut-over first.
const DAYS: [&str; 7] = [
    "cut_over_on",
    "paid_on",
    "submitted_on",
    "signed_on",
    "issued_on",
    "found_on",
    "entered_on",
];

/// Where among the fields of a table the one is from which a fact comes: `data.amount_fen`.
pub(super) fn column_of(mapping: &Mapping, fact: &str) -> Option<usize> {
    let name = fact.rsplit('.').next().unwrap_or_default();
    let other = COLUMNS.iter().find(|(fact, _)| *fact == name);
    let name = other.map_or(name, |(_, column)| column);
    let position = |name: &str| mapping.fields.iter().position(|field| field.name == name);
    match name {
        "occurred_on" => DAYS.iter().find_map(|day| position(day)),
        "number" => position(&mapping.number),
        name => position(name),
    }
}

/// What is not there.
const NOTHING: &str = "—";

/// The words of a kind of table, and the names of a ledger.
pub(super) struct Words<'a> {
    pub(super) books: &'a Books,
    pub(super) mapping: &'a Mapping,
}

impl Words<'_> {
    /// A field in which a row is other than recorded.
    pub(super) fn difference(
        &self,
        field: &str,
        was: Option<&Value>,
        is: Option<&Value>,
    ) -> Difference {
        Difference {
            field: field.to_owned(),
            field_zh: self.column(field),
            was: self.value(field, was),
            is: self.value(field, is),
        }
    }

    fn field(&self, name: &str) -> Option<&sheets::Field> {
        let other = COLUMNS.iter().find(|(fact, _)| *fact == name);
        let name = other.map_or(name, |(_, column)| column);
        self.mapping.fields.iter().find(|field| field.name == name)
    }

    fn column(&self, name: &str) -> String {
        match (name, self.field(name)) {
            ("occurred_on", None) => "日期".to_owned(),
            ("stages", None) => "付款节点".to_owned(),
            (_, Some(field)) => field.title.clone(),
            (_, None) => name.to_owned(),
        }
    }

    fn value(&self, name: &str, value: Option<&Value>) -> String {
        match value {
            None | Some(Value::Null) => NOTHING.to_owned(),
            Some(Value::Bool(truth)) => if *truth { "是" } else { "否" }.to_owned(),
            Some(Value::Number(share)) if name.ends_with("_bp") => {
                // A 1/10,000 is to a per cent what a fen is to a yuan.
                let share = share.as_i64().and_then(|share| Fen::new(share).ok());
                let share = share.map(|share| share.to_string());
                let share = share.as_deref().unwrap_or_default();
                format!("{}%", share.trim_end_matches('0').trim_end_matches('.'))
            }
            Some(Value::Number(number)) => {
                let fen = number.as_i64().filter(|_| name.ends_with("_fen"));
                let fen = fen.and_then(|fen| Fen::new(fen).ok());
                fen.map_or_else(|| number.to_string(), |fen| fen.to_string())
            }
            Some(Value::String(text)) => self.text(name, text),
            Some(Value::Array(parts)) if parts.is_empty() => NOTHING.to_owned(),
            Some(Value::Array(parts)) => {
                let parts = parts.iter().map(|part| self.value(name, Some(part)));
                parts.collect::<Vec<_>>().join("、")
            }
            Some(Value::Object(fields)) => {
                let fields = fields.iter();
                let fields = fields.map(|(name, value)| self.value(name, Some(value)));
                fields.collect::<Vec<_>>().join(" ")
            }
        }
    }

    /// A name, where it is an identifier; the table's word, where it is one of a list.
    fn text(&self, name: &str, text: &str) -> String {
        if let Some(named) = text.parse().ok().and_then(|id| self.named(id)) {
            return named;
        }
        if name == "trigger"
            && let Some(stage) = StageTrigger::ALL.iter().find(|it| it.word() == text)
        {
            return stage.zh().to_owned();
        }
        let words = self.field(name).map(|field| &field.words);
        let word = words.and_then(|words| words.get(text)?.first());
        word.map_or(text, String::as_str).to_owned()
    }

    /// The voucher of a payment.
    pub(super) fn voucher(&self, payment: Uuid) -> Option<&str> {
        let row = self.books.payments.get(PaymentId(payment));
        row.map(|row| row.voucher.as_str())
    }

    fn named(&self, id: Uuid) -> Option<String> {
        let books = self.books;
        let unit = books.organisations.get(OrganisationId(id));
        let unit = unit.map(|row| row.name.as_str());
        let project = books.projects.get(ProjectId(id));
        let project = project.map(|row| row.number.as_str());
        let fund = books.funds.get(FundId(id));
        let fund = fund.map(|row| row.announcement.document.as_str());
        let round = books.rounds.get(RoundId(id));
        let round = round.map(|row| row.name.as_str());
        let contract = books.contracts.get(ContractId(id));
        let contract = contract.map(|row| row.signing.number.as_str());
        let named = unit.or(project).or(fund).or(round).or(contract);
        named.map(str::to_owned)
    }
}
