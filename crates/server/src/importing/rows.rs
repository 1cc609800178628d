//! A row of each kind of table, as the commands that it means.

mod area;
mod item;
mod money;
mod opening;
mod signed;

pub(super) use item::MEASURE;

use super::lookup::{Lookup, ROUND, Trouble, UNIT, fund_key, item_key, shape};
use super::row::{Row, Step};
use ledger::Books;
use ledger::ids::{OrganisationId, RoundId, Subject};
use serde_json::{Value, json};
use uuid::Uuid;

/// What parts the things that one cell lists.
const MARKS: [char; 6] = ['、', ',', ',', ';', ';', '\n'];

/// What a row is read with.
pub(super) struct With<'a> {
    pub(super) books: &'a Books,
    pub(super) lookup: &'a Lookup,
}

type Steps = Result<Vec<Step>, Vec<Trouble>>;

/// What the rows of a kind of table become.
struct Kind {
    name: &'static str,
    /// Which of their subjects a row is mainly about.
    steps: fn(&Row<'_>, Uuid, &With<'_>) -> Steps,
}

const KINDS: [Kind; 13] = [
    Kind {
        name: "organisations",
        steps: area::organisation,
    },
    Kind {
        name: "funds",
        steps: money::fund,
    },
    Kind {
        name: "projects",
        steps: area::project,
    },
    Kind {
        name: "contracts",
        steps: signed::contract,
    },
    Kind {
        name: "claims",
        steps: signed::claim,
    },
    Kind {
        name: "payments",
        steps: money::payment,
    },
    Kind {
        name: "items",
        steps: item::item,
    },
    Kind {
        name: "opening_accounts",
        steps: opening::account,
    },
    Kind {
        name: "opening_projects",
        steps: opening::project,
    },
    Kind {
        name: "opening_funds",
        steps: opening::fund,
    },
    Kind {
        name: "opening_contracts",
        steps: opening::contract,
    },
    Kind {
        name: "opening_claims",
        steps: opening::claim,
    },
    Kind {
        name: "opening_items",
        steps: opening::item,
    },
];

/// True for a kind that this release imports.
pub(crate) fn known(kind: &str) -> bool {
    KINDS.iter().any(|it| it.name == kind)
}

/// What a row means, where no money came back by it.
///
/// # Errors
/// All that keeps it from being commands.
pub(super) fn steps(kind: &str, row: &Row<'_>, subject: Uuid, with: &With<'_>) -> Steps {
    let kind = KINDS.iter().find(|it| it.name == kind);
    kind.map_or(Ok(Vec::new()), |kind| (kind.steps)(row, subject, with))
}

/// Under what a row is known again: its number, with the unit without which that names nothing.
///
/// # Errors
/// There is no such unit.
pub(super) fn key(kind: &str, row: &Row<'_>, lookup: &Lookup) -> Result<String, Vec<Trouble>> {
    let unit = |name: &str| {
        let unit = lookup.units.one(&row.said(name), UNIT);
        let at = |trouble: Trouble| vec![trouble.at(row, name)];
        unit.map(OrganisationId).map_err(at)
    };
    let number = row.number();
    match kind.trim_start_matches("opening_") {
        "funds" => Ok(fund_key(&number, unit("receiver")?)),
        "items" => {
            let round = lookup.rounds.one(&row.said("round"), ROUND);
            let round = round.map_err(|trouble| vec![trouble.at(row, "round")])?;
            Ok(item_key(&number, RoundId(round)))
        }
        "accounts" => Ok(format!("{}\n{}", shape(&number), unit("owner")?)),
        _ => Ok(shape(&number)),
    }
}

/// Takes what was found, and notes what was not, and in which column.
fn found(
    row: &Row<'_>,
    name: &str,
    looked: Result<Uuid, Trouble>,
    troubles: &mut Vec<Trouble>,
) -> Uuid {
    looked.unwrap_or_else(|trouble| {
        troubles.push(trouble.at(row, name));
        Uuid::nil()
    })
}

/// A unit that a column names, if it names one.
fn unit(row: &Row<'_>, name: &str, with: &With<'_>, troubles: &mut Vec<Trouble>) -> Option<Uuid> {
    let named = row.text(name)?;
    let unit = with.lookup.units.one(&named, UNIT);
    Some(found(row, name, unit, troubles))
}

/// Puts a field in, where there is one.
fn put(data: &mut Value, name: &str, value: Option<impl serde::Serialize>) {
    if let (Some(value), Value::Object(fields)) = (value, data) {
        fields.insert(name.to_owned(), json!(value));
    }
}

fn all(steps: Vec<Step>, troubles: Vec<Trouble>) -> Steps {
    if troubles.is_empty() {
        Ok(steps)
    } else {
        Err(troubles)
    }
}

fn bad(code: &'static str, en: &str, zh: &str) -> Trouble {
    Trouble::new(code, en.to_owned(), zh.to_owned())
}

/// Who is paid: an organisation by its name, or a person by their identifier in this ledger.
fn payee(row: &Row<'_>, with: &With<'_>) -> Result<Value, Trouble> {
    if let Some(person) = row.text("payee_person") {
        let id = person_id(&person).map_err(|trouble| trouble.at(row, "payee_person"))?;
        return Ok(json!({"subject": id}));
    }
    match row.text("payee") {
        Some(name) => {
            let unit = with.lookup.units.one(&name, UNIT);
            let unit = unit.map_err(|trouble| trouble.at(row, "payee"))?;
            Ok(json!({"organisation": unit}))
        }
        None => Err(bad(
            "REQUIRED",
            "nobody is named as payee",
            "“收款人”和“收款人编号”须填其一",
        )
        .at(row, "payee")),
    }
}

fn person_id(text: &str) -> Result<Uuid, Trouble> {
    Uuid::parse_str(text).map_err(|_| {
        Trouble::new(
            "BAD_VALUE",
            format!("“{text}” is no identifier of a person in this ledger"),
            format!("“{text}”不是本账本的人员(户)编号"),
        )
    })
}

/// The subject as every noun knows it.
pub(super) const fn subject(id: Uuid) -> Subject {
    Subject(id)
}
