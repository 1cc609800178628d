//! Which subject a number or a name in a row means.

use super::row::Row;
use ledger::Books;
use ledger::contract::rules::ContractState;
use ledger::ids::{FundId, OrganisationId, ProjectId, RoundId};
use ledger::item::rules::State;
pub(super) use sheets::shape;
use std::collections::HashMap;
use uuid::Uuid;

/// Something that is wrong with a row, and where.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) code: &'static str,
    pub(super) en: String,
    pub(super) zh: String,
    /// Of a thing of several lines, on which; and in which column, from 0.
    pub(super) place: Option<(u32, Option<u32>)>,
}

impl Trouble {
    pub(super) fn new(code: &'static str, en: String, zh: String) -> Trouble {
        let place = None;
        Trouble {
            code,
            en,
            zh,
            place,
        }
    }

    /// The same, of a column of a row.
    pub(super) fn at(self, row: &Row<'_>, name: &str) -> Trouble {
        Trouble {
            place: self.place.or_else(|| row.place(name)),
            ..self
        }
    }
}

/// What something is called, in English and in Chinese.
pub(super) type What = (&'static str, &'static str);

pub(super) const UNIT: What = ("organisation", "机构");
pub(super) const PROJECT: What = ("project", "项目");
pub(super) const FUND: What = ("fund document", "资金指标文号");
pub(super) const ROUND: What = ("round", "巡察(督查、审计)轮次");
pub(super) const CONTRACT: What = ("contract", "合同");

/// Subjects of one sort by what they are called.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<String, Vec<Uuid>>);

impl Names {
    pub(super) fn put(&mut self, name: &str, id: Uuid) {
        let ids = self.0.entry(shape(name)).or_default();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }

    /// All that are called so.
    pub(super) fn all(&self, name: &str) -> &[Uuid] {
        let found = self.0.get(&shape(name));
        found.map(Vec::as_slice).unwrap_or_default()
    }

    /// The one subject that is called so.
    pub(super) fn one(&self, name: &str, what: What) -> Result<Uuid, Trouble> {
        match self.all(name) {
            [one] => Ok(*one),
            [] => Err(unknown(name, what)),
            _ => Err(ambiguous(name, what, "use the code", "请改填代码")),
        }
    }
}

fn unknown(name: &str, (en, zh): What) -> Trouble {
    Trouble::new(
        "NOT_FOUND",
        format!("there is no {en} “{name}” in this ledger; import it first"),
        format!("账本中没有{zh}“{name}”,请先导入或登记"),
    )
}

fn ambiguous(name: &str, (en, zh): What, use_en: &str, use_zh: &str) -> Trouble {
    Trouble::new(
        "AMBIGUOUS",
        format!("there are several {en} called “{name}”; {use_en}"),
        format!("有多个{zh}叫“{name}”,{use_zh}"),
    )
}

/// Everything that rows may name.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    /// Units by name and by code.
    pub(super) units: Names,
    pub(super) projects: Names,
    /// Batches by document: one document may give money to several receivers.
    pub(super) funds: Names,
    pub(super) rounds: Names,
    pub(super) contracts: Names,
    /// Items by [`item_key`].
    pub(super) items: Names,
}

impl Lookup {
    /// What the books have.
    pub(super) fn of(books: &Books) -> Lookup {
        let mut lookup = Lookup::default();
        for (id, row) in books.organisations.iter() {
            lookup.units.put(row.name.as_str(), id.0);
            lookup.units.put(row.code.as_str(), id.0);
        }
        for (id, row) in books
            .projects
            .iter()
            .filter(|(_, row)| !row.state.has_ended())
        {
            lookup.projects.put(row.number.as_str(), id.0);
        }
        // One that was given up is meant where no other has its number.
        for (id, row) in books
            .projects
            .iter()
            .filter(|(_, row)| row.state.has_ended())
        {
            if lookup.projects.all(row.number.as_str()).is_empty() {
                lookup.projects.put(row.number.as_str(), id.0);
            }
        }
        for (id, row) in books.funds.iter() {
            lookup.funds.put(row.announcement.document.as_str(), id.0);
        }
        for (id, row) in books.items.iter() {
            if row.state != State::Discarded {
                let key = item_key(row.draft.number.as_str(), row.draft.round);
                lookup.items.put(&key, id.0);
            }
        }
        for (id, row) in books.rounds.iter() {
            lookup.rounds.put(row.name.as_str(), id.0);
        }
        for (id, row) in books
            .contracts
            .iter()
            .filter(|(_, row)| row.state == ContractState::InForce)
        {
            lookup.contracts.put(row.signing.number.as_str(), id.0);
        }
        for (id, row) in books
            .contracts
            .iter()
            .filter(|(_, row)| row.state == ContractState::Closed)
        {
            if lookup.contracts.all(row.signing.number.as_str()).is_empty() {
                lookup.contracts.put(row.signing.number.as_str(), id.0);
            }
        }
        lookup
    }

    /// The batch of a document: the one of this receiver; or, where none is named, the only one out
    /// of which the project has a budget.
    pub(super) fn fund(
        &self,
        books: &Books,
        document: &str,
        receiver: Option<Uuid>,
        project: Option<Uuid>,
    ) -> Result<Uuid, Trouble> {
        let all = self.funds.all(document);
        let given = |id: &Uuid| {
            let row = books.funds.get(FundId(*id));
            row.is_some_and(|row| Some(row.announcement.receiver.0) == receiver)
        };
        let budgeted = |id: &Uuid| {
            let key = |project| (FundId(*id), ProjectId(project));
            project.is_some_and(|project| books.budgets.contains(key(project)))
        };
        let chosen: Vec<Uuid> = match (all, receiver) {
            (_, Some(_)) => all.iter().copied().filter(given).collect(),
            ([_, _, ..], None) => all.iter().copied().filter(budgeted).collect(),
            (_, None) => all.to_vec(),
        };
        match chosen.as_slice() {
            [one] => Ok(*one),
            [] if all.is_empty() || receiver.is_some() => Err(unknown(document, FUND)),
            _ => Err(ambiguous(
                document,
                FUND,
                "name its receiver",
                "请填写指标单位",
            )),
        }
    }
}

/// The key of a batch: its document and its receiver.
pub(super) fn fund_key(document: &str, receiver: OrganisationId) -> String {
    format!("{}\n{receiver}", shape(document))
}

/// The key of an item: its number and its round, for every round counts its problems from 1.
pub(super) fn item_key(number: &str, round: RoundId) -> String {
    format!("{}\n{round}", shape(number))
}
