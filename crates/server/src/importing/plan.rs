//! What becomes of each row: new, known, different, refused.

use super::backs::Backs;
use super::known::Numbers;
use super::lookup::{Lookup, Trouble};
use super::order::order;
use super::pending::Pending;
use super::report::{Difference, RowRefusal};
use super::row::{Row, Step};
use super::rows::{self, With};
use super::trial::{self, Trial};
use super::{File, INTAKE, Place, derived};
use crate::json;
use crate::problem::Problem;
use ledger::ids::{EntryId, ImportId, PaymentId};
use ledger::import::rules::ImportState;
use ledger::{Books, Submission};
use serde_json::json;
use sheets::{Entry, Mapping, Options, Reading, Refusal};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// What becomes of a row.
#[derive(Debug)]
pub(super) enum Verdict {
    New(Vec<Submission>),
    /// It takes back what another row of this file records, and is tried after all of those.
    Later,
    Recorded,
    Known,
    Changed(Vec<Difference>),
    Refused(Vec<RowRefusal>),
}

/// A row, or the lines of one thing.
#[derive(Debug)]
pub(super) struct Line {
    /// Its entries of the reading.
    pub(super) entries: Vec<usize>,
    pub(super) sheet: Box<str>,
    pub(super) row: u32,
    pub(super) number: String,
    /// The columns of its first entry.
    pub(super) columns: Arc<[Option<u32>]>,
    pub(super) subject: Option<Uuid>,
    /// It counts once a second person has confirmed it.
    pub(super) waits: bool,
    /// It names a record of this file by the number that this will have.
    pub(super) rests: bool,
    pub(super) verdict: Verdict,
}

/// A file with what becomes of its rows.
pub(crate) struct Planned {
    pub(super) file: File,
    /// Why the file as a whole cannot be read.
    pub(super) whole: Vec<Refusal>,
    pub(super) reading: Reading,
    pub(super) lines: Vec<Line>,
    /// In which order they are recorded, and what takes back a record of this file last.
    pub(super) order: Vec<usize>,
    /// The number that the first record of its rows had when they were tried.
    pub(super) first_seq: u64,
    pub(super) import: ImportId,
    /// It was begun before, and broke off.
    pub(super) resumed: bool,
}

impl Planned {
    /// The rows that wait for others of their file.
    pub(super) fn later(&self) -> Vec<usize> {
        let is_later = |index: &usize| {
            let line = self.lines.get(*index);
            line.is_some_and(|line| matches!(line.verdict, Verdict::Later))
        };
        self.order.iter().copied().filter(is_later).collect()
    }
}

/// Reads a file, looks everything up, decides row by row, and asks the rules.
///
/// # Errors
/// The log cannot be read, or the caller may not record such rows.
pub(crate) fn make(place: &Place, file: File) -> Result<Planned, Problem> {
    let books = place.slot.view().books.clone();
    let (import, resumed) = import_id(place, &books, &file);
    let mut planned = Planned {
        whole: Vec::new(),
        reading: Reading {
            unit: None,
            entries: Vec::new(),
            refused: Vec::new(),
            notes: Vec::new(),
        },
        lines: Vec::new(),
        order: Vec::new(),
        first_seq: 0,
        import,
        resumed,
        file,
    };
    let options = Options {
        unit: planned.file.unit,
        sheet: planned.file.sheet.as_deref(),
    };
    match sheets::read(&planned.file.bytes, &planned.file.mapping, options) {
        Ok(reading) => planned.reading = reading,
        Err(refusals) => {
            planned.whole = refusals;
            return Ok(planned);
        }
    }
    // From here on only its hash is needed.
    planned.file.bytes = actix_web::web::Bytes::new();
    planned.lines = lines(&planned);
    let order = order(&planned.lines, &planned.reading, &planned.file.mapping);
    planned.order = order.clone();
    judge(place, &mut planned, &books, &order)?;
    trial::run(place, &mut planned, &books)?;
    Ok(planned)
}

/// Judges the rows that had to wait for others of their file, now that those are recorded.
///
/// # Errors
/// As [`make`].
pub(super) fn again(place: &Place, planned: &mut Planned) -> Result<Vec<usize>, Problem> {
    let books = place.slot.view().books.clone();
    let later = planned.later();
    judge(place, planned, &books, &later)?;
    Ok(later)
}

/// The import of this file: the one that broke off, or a new one.
fn import_id(place: &Place, books: &Books, file: &File) -> (ImportId, bool) {
    let (ledger, sha256) = (place.ledger.to_string(), file.sha256.to_string());
    let mapping = file.mapping_sha256.map(|it| it.to_string());
    let mapping = mapping.unwrap_or_default();
    let mut number = 0_u64;
    loop {
        let count = number.to_string();
        let parts = [
            "import",
            &ledger,
            &file.mapping.kind,
            &sha256,
            &mapping,
            &count,
        ];
        let id = ImportId(derived(&parts));
        match books.imports.get(id).map(|row| row.state) {
            None => return (id, false),
            Some(ImportState::Begun) => return (id, true),
            Some(ImportState::Completed | ImportState::PartlyReversed | ImportState::Reversed) => {
                number = number.saturating_add(1);
            }
        }
    }
}

/// Rows of one number are one, where a kind has parts.
fn lines(planned: &Planned) -> Vec<Line> {
    let mapping = &planned.file.mapping;
    let mut lines: Vec<Line> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (index, entry) in planned.reading.entries.iter().enumerate() {
        if !mapping.parts.is_empty() {
            let place = *places.entry(entry.key(mapping)).or_insert(lines.len());
            if let Some(line) = lines.get_mut(place) {
                line.entries.push(index);
                continue;
            }
        }
        let number = entry.value(mapping, &mapping.number);
        lines.push(Line {
            entries: vec![index],
            sheet: entry.sheet.clone(),
            row: entry.row,
            number: number.map(ToString::to_string).unwrap_or_default(),
            columns: Arc::clone(&entry.columns),
            subject: None,
            waits: false,
            rests: false,
            verdict: Verdict::Known,
        });
    }
    lines
}

fn judge(
    place: &Place,
    planned: &mut Planned,
    books: &Books,
    order: &[usize],
) -> Result<(), Problem> {
    let mapping = &planned.file.mapping;
    let mut maker = Maker::new(place, books, mapping, planned.import)?;
    for index in order {
        let Some(line) = planned.lines.get_mut(*index) else {
            continue;
        };
        let entries: Vec<&Entry> = line
            .entries
            .iter()
            .filter_map(|entry| planned.reading.entries.get(*entry))
            .collect();
        let row = Row::new(&entries, mapping);
        let judged = maker.line(&row)?;
        line.subject = judged.subject;
        line.waits = judged.waits;
        line.verdict = match judged.verdict {
            Ok(verdict) => verdict,
            Err(troubles) => {
                let at = |trouble| RowRefusal::of(&line.sheet, line.row, trouble);
                Verdict::Refused(troubles.into_iter().map(at).collect())
            }
        };
    }
    let twice = twice(planned, &maker.lookup, order);
    for (index, other) in twice {
        let other = planned
            .lines
            .get(other)
            .map(|line| (line.sheet.clone(), line.row));
        let (Some(line), Some((sheet, row))) = (planned.lines.get_mut(index), other) else {
            continue;
        };
        if !matches!(line.verdict, Verdict::Refused(_)) {
            let place = if sheet == line.sheet {
                row.to_string()
            } else {
                format!("{sheet}!{row}")
            };
            let why = RowRefusal::of(&line.sheet, line.row, same_number(&place));
            line.verdict = Verdict::Refused(vec![why]);
        }
    }
    Ok(())
}

/// Lines that mean one subject and were not read as one, each with the other: a unit has a name and
/// a code.
fn twice(planned: &Planned, lookup: &Lookup, order: &[usize]) -> Vec<(usize, usize)> {
    let mapping = &planned.file.mapping;
    let (mut firsts, mut twice) = (HashMap::new(), Vec::new());
    for index in order {
        let line = planned.lines.get(*index);
        let entries = line.map(|line| line.entries.as_slice()).unwrap_or_default();
        let entries = entries
            .iter()
            .filter_map(|entry| planned.reading.entries.get(*entry));
        let entries: Vec<&Entry> = entries.collect();
        let row = Row::new(&entries, mapping);
        if row.is_back() {
            continue;
        }
        let Ok(key) = rows::key(&mapping.kind, &row, lookup) else {
            continue;
        };
        let first = *firsts.entry(key).or_insert(*index);
        if first != *index {
            twice.extend([(*index, first), (first, *index)]);
        }
    }
    twice
}

fn same_number(place: &str) -> Trouble {
    Trouble::new(
        "NUMBER_TWICE",
        format!("row {place} has the same number, and names its unit otherwise"),
        format!("与第 {place} 行为同一编号,只是单位的写法不同;请合并或改正"),
    )
}

/// Tries the rows that take back what another row of their file records, now that those are tried.
///
/// # Errors
/// As [`make`].
pub(super) fn rest(
    place: &Place,
    planned: &mut Planned,
    books: &Books,
    trial: &mut Trial<'_>,
) -> Result<(), Problem> {
    let later = planned.later();
    if later.is_empty() {
        return Ok(());
    }
    let last: HashSet<usize> = later.iter().copied().collect();
    planned.order.retain(|index| !last.contains(index));
    planned.order.extend(&later);
    let mapping = &planned.file.mapping;
    let maker = Maker::new(place, books, mapping, planned.import)?;
    for index in later {
        let Some(line) = planned.lines.get_mut(index) else {
            continue;
        };
        let entries = line.entries.iter();
        let entries: Vec<&Entry> = entries
            .filter_map(|entry| planned.reading.entries.get(*entry))
            .collect();
        let payment = line.subject.unwrap_or_default();
        line.verdict = match maker.later(&Row::new(&entries, mapping), payment, trial)? {
            Ok(submissions) => {
                line.rests = true;
                Verdict::New(submissions)
            }
            Err(trouble) => {
                let why = RowRefusal::of(&line.sheet, line.row, trouble);
                Verdict::Refused(vec![why])
            }
        };
        trial::one(trial, line, mapping)?;
    }
    Ok(())
}

/// What a row of this file will have recorded, for the rows that take it back.
pub(super) struct PlannedPayment {
    pub(super) payment: Uuid,
    pub(super) amount: i64,
}

pub(super) struct Maker<'a> {
    pub(super) place: &'a Place,
    pub(super) books: &'a Books,
    ledger: String,
    pub(super) kind: &'a str,
    pub(super) mapping: &'a Mapping,
    import: Uuid,
    pub(super) numbers: Numbers,
    lookup: Lookup,
    /// Payments of this file, by number.
    pub(super) planned: HashMap<String, PlannedPayment>,
    /// What rows brought back before; read when the first such row comes.
    pub(super) backs: Option<Backs>,
    /// What waits for a second person.
    pub(super) pending: Pending,
}

pub(super) struct Judged {
    pub(super) verdict: Result<Verdict, Vec<Trouble>>,
    pub(super) subject: Option<Uuid>,
    pub(super) waits: bool,
}

impl Judged {
    pub(super) fn refused(troubles: Vec<Trouble>) -> Judged {
        Judged {
            verdict: Err(troubles),
            subject: None,
            waits: false,
        }
    }
}

impl<'a> Maker<'a> {
    fn new(
        place: &'a Place,
        books: &'a Books,
        mapping: &'a Mapping,
        import: ImportId,
    ) -> Result<Maker<'a>, Problem> {
        let pending = Pending::of(books);
        let mut numbers = Numbers::of(place, books, &mapping.kind)?;
        numbers.will_be(pending.numbers(&mapping.kind));
        Ok(Maker {
            place,
            books,
            ledger: place.ledger.to_string(),
            kind: &mapping.kind,
            mapping,
            import: import.0,
            numbers,
            lookup: Lookup::of(books),
            planned: HashMap::new(),
            backs: None,
            pending,
        })
    }

    fn line(&mut self, row: &Row<'_>) -> Result<Judged, Problem> {
        if row.is_back() {
            return self.back(row);
        }
        let key = match rows::key(self.kind, row, &self.lookup) {
            Ok(key) => key,
            Err(troubles) => return Ok(Judged::refused(troubles)),
        };
        let subject = self.numbers.one(&key).unwrap_or_else(|| self.new_id(&key));
        let with = With {
            books: self.books,
            lookup: &self.lookup,
        };
        let steps = match rows::steps(self.kind, row, subject, &with) {
            Ok(steps) => steps,
            Err(troubles) => return Ok(Judged::refused(troubles)),
        };
        let judged = self.compared(row, steps, subject)?;
        if judged.verdict.is_ok() {
            self.note(row, key, subject);
        }
        Ok(judged)
    }

    /// What is taken over and what comes with an ordinary export is one subject where both have
    /// one number, and so begins only once.
    fn new_id(&self, key: &str) -> Uuid {
        let kind = self.kind.trim_start_matches("opening_");
        match self.numbers.generation(key) {
            0 => derived(&[&self.ledger, kind, key]),
            count => derived(&[&self.ledger, kind, key, &count.to_string()]),
        }
    }

    /// Rows below may name what this one brings.
    fn note(&mut self, row: &Row<'_>, key: String, subject: Uuid) {
        match self.kind {
            "organisations" => {
                self.lookup.units.put(&row.number(), subject);
                self.lookup.units.put(&row.said("name"), subject);
            }
            "items" => self.lookup.items.put(&key, subject),
            "payments" => {
                let recorded = self.books.payments.get(PaymentId(subject));
                let amount = recorded.map_or(row.sum("amount"), |row| row.amount.get());
                let payment = subject;
                self.planned.insert(key, PlannedPayment { payment, amount });
            }
            _ => {}
        }
    }

    /// The command of a step, with an id that nothing has had before.
    pub(super) fn submission(
        &self,
        row: &Row<'_>,
        step: &Step,
        subject: Uuid,
    ) -> Result<Result<Submission, Trouble>, Problem> {
        let (number, content, about) = (row.number(), row.content(), subject.to_string());
        let what = step.data.to_string();
        let mut count = 0_u32;
        let (command_id, entry) = loop {
            let turn = count.to_string();
            let parts = [
                &self.ledger,
                self.kind,
                &number,
                &content,
                step.word,
                &about,
                &what,
                &turn,
            ];
            let id = derived(&parts);
            let entry = derived(&[&id.to_string(), "entry"]);
            if !self.is_used(id)? && !self.books.entries.contains(EntryId(entry)) {
                break (id, entry);
            }
            count = count.saturating_add(1);
        };
        let (word, data) = match &step.proposed {
            None => (step.word, step.data.clone()),
            Some(signatories) => {
                let (noun, command) = step.word.split_once('.').unwrap_or_default();
                let command = json!({noun: {command: step.data}});
                let data = json!({"entry": entry, "command": command,
                    "signatories": signatories});
                ("entry.propose", data)
            }
        };
        let intake = if step.word == "record.reverse" {
            // What rests on it keeps it from being taken back.
            ledger::Intake::Control
        } else {
            INTAKE
        };
        let text = json!({"command_id": command_id, "intake": intake,
            "occurred_on": step.occurred_on, "correlation_id": self.import, "type": word,
            "data": data});
        let read = json::command(text.to_string().as_bytes());
        Ok(read.map_err(|problem| {
            let field = problem.field.clone().unwrap_or_default();
            let code = "BAD_VALUE";
            let en = format!("{} {field}", problem.title);
            Trouble::new(code, en.trim_end().to_owned(), problem.title_zh)
        }))
    }

    /// True if the ledger has a command of this id: what it recorded no longer stands.
    fn is_used(&self, id: Uuid) -> Result<bool, Problem> {
        let ledger = chain::LedgerId(self.place.ledger.0);
        let found = self.place.handle.reader().find(ledger, id);
        let found = found.map_err(|error| Problem::internal(&error))?;
        Ok(found.is_some())
    }
}
