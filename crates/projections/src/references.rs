//! Names beside identifiers.

use ledger::Books;
use ledger::date::BusinessDate;
use ledger::fund::source_kinds;
use ledger::ids::{FundId, OrganisationId, PersonId, ProjectId};
use ledger::money::Fen;
use ledger::opening::CutOver;
use ledger::payment::Payee;
use ledger::text::{Name, Reference};

/// A word of a closed list, in JSON's form and in Chinese.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Term {
    /// As in commands.
    pub word: &'static str,
    /// In Chinese.
    pub zh: &'static str,
}

/// The term of a word of one of the ledger's lists.
macro_rules! term {
    ($choice:expr) => {{
        let choice = $choice;
        $crate::references::Term {
            word: choice.word(),
            zh: choice.zh(),
        }
    }};
}
pub(crate) use term;

/// A unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnitReference {
    /// Its name; none for a party that this ledger does not know.
    pub name: Option<Name>,
    /// Which one.
    pub organisation: OrganisationId,
}

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FundReference {
    /// The document that announces it.
    pub document: Option<Reference>,
    /// Its name.
    pub name: Option<Name>,
    /// Which one.
    pub fund: FundId,
    /// What its source is called in its budget year.
    pub source: Option<&'static str>,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectReference {
    /// Its number in the library.
    pub number: Option<Reference>,
    /// Its name.
    pub name: Option<Name>,
    /// Which one.
    pub project: ProjectId,
}

/// Who is paid.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PayeeReference {
    /// A person or household; their name is sealed, and shown only to whom it is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<PersonId>,
    /// An organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// The organisation's name.
    pub name: Option<Name>,
    /// False for a party that this ledger does not know.
    pub known: bool,
}

pub(crate) fn unit(books: &Books, id: OrganisationId) -> UnitReference {
    let name = books.organisations.get(id).map(|row| row.name.clone());
    UnitReference {
        name,
        organisation: id,
    }
}

pub(crate) fn fund(books: &Books, id: FundId) -> FundReference {
    let row = books.funds.get(id).map(|row| &row.announcement);
    FundReference {
        document: row.map(|row| row.document.clone()),
        name: row.map(|row| row.name.clone()),
        fund: id,
        source: row
            .and_then(|row| source_kinds::term(row.source_kind, row.budget_year))
            .map(|line| line.term),
    }
}

pub(crate) fn project(books: &Books, id: ProjectId) -> ProjectReference {
    let row = books.projects.get(id);
    ProjectReference {
        number: row.map(|row| row.number.clone()),
        name: row.map(|row| row.name.clone()),
        project: id,
    }
}

pub(crate) fn payee(books: &Books, payee: Payee) -> PayeeReference {
    match payee {
        Payee::Subject(person) => PayeeReference {
            subject: Some(person),
            organisation: None,
            name: None,
            known: books.persons.contains(person),
        },
        Payee::Organisation(id) => {
            let name = books.organisations.get(id).map(|row| row.name.clone());
            let known = name.is_some();
            PayeeReference {
                subject: None,
                organisation: Some(id),
                name,
                known,
            }
        }
    }
}

/// A sum of many amounts: exact within, held at the limit of [`Fen`] only at the end, so that
/// the order of the parts does not matter.
pub(crate) fn total(parts: impl IntoIterator<Item = Fen>) -> Fen {
    let sum = parts
        .into_iter()
        .fold(0i128, |sum, part| sum.saturating_add(part.get().into()));
    held(sum)
}

/// An exact sum as an amount, held at the limit of [`Fen`].
pub(crate) fn held(sum: i128) -> Fen {
    let limit = i128::from(Fen::MAX.get());
    let held = i64::try_from(sum.clamp(limit.saturating_neg(), limit));
    held.ok()
        .and_then(|fen| Fen::new(fen).ok())
        .unwrap_or(Fen::MAX)
}

/// What lies before the book 建账前: a trace ends here, at a document.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BeforeBook {
    /// What it is.
    pub text: &'static str,
    /// What it is, in Chinese.
    pub text_zh: &'static str,
    /// The last day that the figures cover 建账日.
    pub on: BusinessDate,
    /// The document that they are taken from 期初依据.
    pub document: Reference,
}

impl From<&CutOver> for BeforeBook {
    fn from(cut_over: &CutOver) -> BeforeBook {
        BeforeBook {
            text: "before the book",
            text_zh: "建账前",
            on: cut_over.on,
            document: cut_over.document.clone(),
        }
    }
}
