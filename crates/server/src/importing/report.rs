//! What whoever brings a file is told.

use super::lookup::Trouble;
use super::plan::{Line, Planned, Verdict};
use super::words::column_of;
use crate::problem::Problem;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ledger::digest::Digest;
use serde::{Deserialize, Serialize};
use sheets::{Mapping, Unit};
use uuid::Uuid;

/// How many rows of a sort are listed; the file of rejects has all that were refused.
pub(super) const LISTED_MAX: usize = 1_000;

/// How an import ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportOutcome {
    /// Nothing was recorded, as was asked for.
    DryRun,
    /// What is new was recorded; or there was nothing new.
    Recorded,
    /// A row, or the file, was refused, and so nothing was recorded.
    Refused,
}

/// What became of a file, or would.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ImportReport {
    /// The import, by which it can be reversed; none where nothing new was recorded.
    pub import: Option<Uuid>,
    /// What sort of table it is.
    pub kind: String,
    /// The file's SHA-256.
    #[schema(value_type = String)]
    pub file_sha256: Digest,
    /// What its amounts are counted in; none where it has no amounts.
    pub unit: Option<String>,
    /// How it ended.
    pub outcome: ImportOutcome,
    /// How many rows the table has.
    pub rows: usize,
    /// How many were recorded, or would be.
    pub created: usize,
    /// How many of them count once a second person has confirmed them.
    pub waiting: usize,
    /// How many were recorded before.
    pub known: usize,
    /// How many are other than what is recorded under their number; they are left as they are.
    pub changed: usize,
    /// How many are refused.
    pub refused: usize,
    /// The first 1,000 that were recorded, or would be; all where that was asked for.
    pub created_rows: Vec<RowLine>,
    /// The first 1,000 that are other than recorded; all where that was asked for.
    pub changed_rows: Vec<RowLine>,
    /// The first 1,000 refusals, by sheet, row and column. Without a row the whole file is meant.
    pub refused_rows: Vec<RowRefusal>,
    /// What was passed over: totals, repetitions, hidden sheets, columns of which nothing is read.
    pub notes: Vec<RowRefusal>,
    /// The refused rows in the form of their table with the reasons, an XLSX in base64, if it was
    /// asked for and there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejects_xlsx: Option<String>,
}

/// A row.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RowLine {
    /// Its sheet; empty in a text file.
    pub sheet: String,
    /// Its row, from 1.
    pub row: u32,
    /// Its number.
    pub number: String,
    /// What it is about, in this ledger.
    pub subject: Option<Uuid>,
    /// In what it is other than recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
}

/// A field in which a row is other than what is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Difference {
    /// Which, by the name of the fact.
    pub field: String,
    /// Which, by the heading of its column.
    pub field_zh: String,
    /// As it is recorded, in the words of the table: names, yuan.
    pub was: String,
    /// As the row says, in the same words.
    pub is: String,
}

impl Difference {
    /// Marks that nobody has confirmed yet what the row is other than.
    pub(super) fn waits(&mut self) {
        self.was.push_str("(待复核)");
    }
}

/// Why a row, a cell or the file is refused or passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RowRefusal {
    /// The sheet; none in a text file, and where the file as a whole is meant.
    pub sheet: Option<String>,
    /// The row, from 1.
    pub row: Option<u32>,
    /// The column's letters.
    pub column: Option<String>,
    /// What stands there, or the number of the row.
    pub value: Option<String>,
    /// The stable code.
    pub code: String,
    /// Why, in English.
    pub title: String,
    /// Why, in Chinese.
    pub title_zh: String,
}

impl RowRefusal {
    /// Of a row.
    pub(super) fn of(sheet: &str, row: u32, trouble: Trouble) -> RowRefusal {
        let (row, column) = trouble.place.unwrap_or((row, None));
        RowRefusal {
            sheet: (!sheet.is_empty()).then(|| sheet.to_owned()),
            row: Some(row),
            column: column.map(sheets::column_letters),
            value: None,
            code: trouble.code.to_owned(),
            title: trouble.en,
            title_zh: trouble.zh,
        }
    }

    /// What the rules say of a row, at the column of the field that they name.
    pub(super) fn said(line: &Line, mapping: &Mapping, problem: &Problem) -> RowRefusal {
        let field = problem.field.as_deref().unwrap_or_default();
        let place = column_of(mapping, field).and_then(|place| line.columns.get(place));
        let column = place.copied().flatten();
        let title = format!("{} {field}", problem.title).trim_end().to_owned();
        let trouble = Trouble::new("", title, problem.title_zh.clone());
        RowRefusal {
            code: problem.code.clone(),
            column: column.map(sheets::column_letters),
            ..RowRefusal::of(&line.sheet, line.row, trouble)
        }
    }

    fn numbered(&self, number: &str) -> RowRefusal {
        RowRefusal {
            value: Some(number.to_owned()),
            ..self.clone()
        }
    }
}

impl From<&sheets::Refusal> for RowRefusal {
    fn from(refusal: &sheets::Refusal) -> RowRefusal {
        RowRefusal {
            sheet: refusal.place.sheet.as_deref().map(str::to_owned),
            row: refusal.place.row,
            column: refusal.place.column.map(sheets::column_letters),
            value: refusal.value.as_deref().map(str::to_owned),
            code: refusal.code.word().to_owned(),
            title: refusal.en.clone(),
            title_zh: refusal.zh.clone(),
        }
    }
}

/// One line: place, value, code, reasons.
impl std::fmt::Display for RowRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(sheet) = &self.sheet {
            write!(f, "{sheet}!")?;
        }
        f.write_str(self.column.as_deref().unwrap_or_default())?;
        if let Some(row) = self.row {
            write!(f, "{row} ")?;
        }
        f.write_str(&self.code)?;
        if let Some(value) = &self.value {
            write!(f, " “{value}”")?;
        }
        write!(f, " {} · {}", self.title_zh, self.title)
    }
}

impl Planned {
    pub(super) fn count(&self, wanted: impl Fn(&Line) -> bool) -> usize {
        let lines = self.lines.iter().filter(|line| wanted(line));
        lines
            .map(|line| line.entries.len())
            .fold(0, usize::saturating_add)
    }

    /// How many rows are refused.
    pub(crate) fn refused_len(&self) -> usize {
        let here = self.count(|line| matches!(line.verdict, Verdict::Refused(_)));
        here.saturating_add(self.reading.refused.len())
            .saturating_add(self.whole.len())
    }

    /// True unless the file as a whole is refused.
    pub(crate) fn is_readable(&self) -> bool {
        self.whole.is_empty()
    }

    pub(super) fn rows_len(&self) -> usize {
        let read = self.reading.entries.len();
        read.saturating_add(self.reading.refused.len())
    }

    /// What is told of it.
    ///
    /// # Errors
    /// The file of rejects cannot be written.
    pub(crate) fn report(
        &self,
        outcome: ImportOutcome,
        rejects: bool,
        all: bool,
    ) -> Result<ImportReport, Problem> {
        let listed_max = if all { usize::MAX } else { LISTED_MAX };
        let created = |line: &Line| match line.verdict {
            Verdict::Recorded => true,
            Verdict::New(_) | Verdict::Later => outcome == ImportOutcome::DryRun,
            Verdict::Known | Verdict::Changed(_) | Verdict::Refused(_) => false,
        };
        let changed = |line: &Line| matches!(line.verdict, Verdict::Changed(_));
        let lines = |wanted: &dyn Fn(&Line) -> bool| {
            let lines = self.lines.iter().filter(|line| wanted(line));
            lines.take(listed_max).map(told).collect::<Vec<_>>()
        };
        let read = self.reading.refused.iter().flat_map(|row| &row.refusals);
        let read = self.whole.iter().chain(read).map(RowRefusal::from);
        let judged = self.lines.iter().flat_map(|line| match &line.verdict {
            Verdict::Refused(why) => {
                let why = why.iter().map(|refusal| refusal.numbered(&line.number));
                why.collect()
            }
            Verdict::New(_)
            | Verdict::Later
            | Verdict::Recorded
            | Verdict::Known
            | Verdict::Changed(_) => Vec::new(),
        });
        let notes = self.reading.notes.iter().map(RowRefusal::from);
        let any = self.count(|line| matches!(line.verdict, Verdict::Recorded)) > 0;
        Ok(ImportReport {
            import: any.then_some(self.import.0),
            kind: self.file.mapping.kind.clone(),
            file_sha256: self.file.sha256,
            unit: self.reading.unit.map(|unit| unit.zh().to_owned()),
            outcome,
            rows: self.rows_len(),
            created: self.count(created),
            waiting: self.count(|line| created(line) && line.waits),
            known: self.count(|line| matches!(line.verdict, Verdict::Known)),
            changed: self.count(changed),
            refused: self.refused_len(),
            created_rows: lines(&created),
            changed_rows: lines(&changed),
            refused_rows: read.chain(judged).take(listed_max).collect(),
            notes: notes.take(listed_max).collect(),
            rejects_xlsx: if rejects { self.rejects()? } else { None },
        })
    }

    /// The refused rows in the form of their table.
    fn rejects(&self) -> Result<Option<String>, Problem> {
        let read = self.reading.refused.iter().map(|refused| {
            let why: Vec<_> = refused.refusals.iter().map(ToString::to_string).collect();
            (refused.shown.as_slice(), why.join(";"))
        });
        let judged = self.lines.iter().flat_map(|line| {
            let Verdict::Refused(why) = &line.verdict else {
                return Vec::new();
            };
            let why: Vec<_> = why.iter().map(ToString::to_string).collect();
            let entries = line.entries.iter();
            let entries = entries.filter_map(|entry| self.reading.entries.get(*entry));
            let rows = entries.map(|entry| (entry.shown.as_slice(), why.join(";")));
            rows.collect::<Vec<_>>()
        });
        let rows: Vec<_> = read.chain(judged).collect();
        if rows.is_empty() {
            return Ok(None);
        }
        let unit = self.reading.unit.unwrap_or(Unit::Yuan);
        let form = sheets::rejects(&self.file.mapping, unit, rows);
        let form = form.map_err(|error| Problem::internal(&error))?;
        Ok(Some(BASE64_STANDARD.encode(form)))
    }
}

fn told(line: &Line) -> RowLine {
    let differences = match &line.verdict {
        Verdict::Changed(differences) => differences.clone(),
        Verdict::New(_)
        | Verdict::Later
        | Verdict::Recorded
        | Verdict::Known
        | Verdict::Refused(_) => Vec::new(),
    };
    RowLine {
        sheet: line.sheet.to_string(),
        row: line.row,
        number: line.number.clone(),
        subject: line.subject,
        differences,
    }
}
