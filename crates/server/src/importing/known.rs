//! What the ledger has already: subjects by the numbers of their sources, and what was recorded
//! about them.

use super::Place;
use super::backs::REVERSED;
use super::lookup::{fund_key, item_key, shape};
use super::report::Difference;
use super::undo::UNDONE;
use crate::problem::Problem;
use ledger::claim::ClaimEvent;
use ledger::contract::{ContractEvent, rules::ContractState};
use ledger::ids::{ImportId, Subject};
use ledger::import::rules::ImportState;
use ledger::item::{ItemEvent, rules::State};
use ledger::money::Fen;
use ledger::payment::PaymentEvent;
use ledger::project::ProjectEvent;
use ledger::record::RecordEvent;
use ledger::{Books, Event, Fact};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// How many records about a subject are read to find what a row says of it: the first records of a
/// project or a batch are its own, and payments that name it come later.
const READ_MAX: usize = 512;

/// Subjects of a kind of table, by the number by which a row is known again.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    subjects: HashMap<String, Uuid>,
    /// How many subjects of a number were taken back as a whole: the next one is another subject.
    undone: HashMap<String, u32>,
    gone: HashSet<Uuid>,
}

impl Numbers {
    /// Those of the books.
    pub(super) fn of(place: &Place, books: &Books, kind: &str) -> Result<Numbers, Problem> {
        let mut numbers = Numbers::default();
        let subjects = &mut numbers.subjects;
        match kind.trim_start_matches("opening_") {
            "organisations" => {
                let rows = books.organisations.iter();
                subjects.extend(rows.map(|(id, row)| (shape(row.code.as_str()), id.0)));
            }
            "funds" => {
                let key = |row: &ledger::fund::rules::Fund| {
                    let announced = &row.announcement;
                    fund_key(announced.document.as_str(), announced.receiver)
                };
                subjects.extend(books.funds.iter().map(|(id, row)| (key(row), id.0)));
            }
            "projects" => {
                for (id, row) in books.projects.iter() {
                    let number = shape(row.number.as_str());
                    numbers.unless((place, books), id.into(), number, row.state.has_ended())?;
                }
            }
            "contracts" => {
                for (id, row) in books.contracts.iter() {
                    let number = shape(row.signing.number.as_str());
                    numbers.unless(
                        (place, books),
                        id.into(),
                        number,
                        row.state == ContractState::Closed,
                    )?;
                }
            }
            "claims" => {
                for (id, row) in books.claims.iter() {
                    let number = shape(row.submission.number.as_str());
                    numbers.unless((place, books), id.into(), number, !row.is_live())?;
                }
            }
            "items" => {
                for (id, row) in books.items.iter() {
                    let number = item_key(row.draft.number.as_str(), row.draft.round);
                    numbers.unless(
                        (place, books),
                        id.into(),
                        number,
                        row.state == State::Discarded,
                    )?;
                }
            }
            "accounts" => {
                let key = |row: &ledger::account::rules::Account| {
                    format!("{}\n{}", shape(row.masked_number.as_str()), row.owner)
                };
                subjects.extend(books.accounts.iter().map(|(id, row)| (key(row), id.0)));
            }
            _ => {
                for (id, row) in books.payments.iter() {
                    let number = shape(row.voucher.as_str());
                    let nothing_paid = row.settled == Fen::ZERO && row.cancelled >= row.amount;
                    numbers.unless((place, books), id.into(), number, nothing_paid)?;
                }
            }
        }
        Ok(numbers)
    }

    /// A subject has its number, unless it has ended by being taken back with an import.
    fn unless(
        &mut self,
        (place, books): (&Place, &Books),
        id: Subject,
        number: String,
        ended: bool,
    ) -> Result<(), Problem> {
        if ended && taken_back(place, books, id)? {
            self.gone.insert(id.0);
            self.gone(number);
        } else {
            self.subjects.insert(number, id.0);
        }
        Ok(())
    }

    fn gone(&mut self, number: String) {
        let count = self.undone.entry(number).or_default();
        *count = count.saturating_add(1);
    }

    /// Numbers of what waits for a second person: whatever is recorded has them first.
    pub(super) fn will_be(&mut self, numbers: Vec<(String, Uuid)>) {
        for (number, subject) in numbers {
            self.subjects.entry(number).or_insert(subject);
        }
    }

    /// The subject that has a number, or will once a second person has confirmed it.
    pub(super) fn one(&self, key: &str) -> Option<Uuid> {
        self.subjects.get(key).copied()
    }

    /// True for a subject that was taken back with its import.
    pub(super) fn is_gone(&self, id: Uuid) -> bool {
        self.gone.contains(&id)
    }

    /// How many of a number were taken back.
    pub(super) fn generation(&self, key: &str) -> u32 {
        self.undone.get(key).copied().unwrap_or_default()
    }
}

/// True for what an import recorded and somebody took back with it.
fn taken_back(place: &Place, books: &Books, subject: Subject) -> Result<bool, Problem> {
    let seqs = place.slot.view().timeline.of(subject).to_vec();
    // A payment whose own file said that it was never made is taken back already, and goes with
    // that file.
    let went = |fact: &Fact, reason: &str| -> Result<bool, Problem> {
        let state = fact
            .correlation_id
            .map(ImportId)
            .and_then(|id| books.imports.get(id));
        let undone = state.is_some_and(|row| match row.state {
            ImportState::PartlyReversed | ImportState::Reversed => true,
            ImportState::Begun | ImportState::Completed => false,
        });
        let Some(first) = seqs
            .first()
            .filter(|_| undone && reason.starts_with(REVERSED))
        else {
            return Ok(false);
        };
        let first = place.fact(u64::from(*first))?;
        Ok(first.is_some_and(|(_, first)| first.correlation_id == fact.correlation_id))
    };
    for seq in seqs.iter().rev().take(READ_MAX) {
        let Some((_, fact)) = place.fact(u64::from(*seq))? else {
            continue;
        };
        let reason = if let Event::Payment(PaymentEvent::Returned(back)) = &fact.event {
            &back.reason
        } else if let Event::Claim(ClaimEvent::Withdrawn(it)) = &fact.event {
            &it.reason
        } else if let Event::Project(ProjectEvent::Removed(it)) = &fact.event {
            &it.reason
        } else if let Event::Contract(ContractEvent::Closed(it)) = &fact.event {
            &it.reason
        } else if let Event::Item(ItemEvent::Discarded(it)) = &fact.event {
            &it.reason
        } else {
            continue;
        };
        if reason.as_str().starts_with(UNDONE) || went(&fact, reason.as_str())? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A record about a subject that was not taken back with its import.
pub(super) struct Recorded {
    pub(super) seq: u64,
    pub(super) fact: Fact,
    /// The record by which somebody reversed it: neither a row of a file nor an import that was
    /// taken back.
    pub(super) reversed_by: Option<u64>,
}

/// What stands of a subject, read as far as it is asked for.
pub(super) struct About<'a> {
    place: &'a Place,
    books: &'a Books,
    seqs: std::vec::IntoIter<u32>,
    read: Vec<Recorded>,
}

impl<'a> About<'a> {
    pub(super) fn new(place: &'a Place, books: &'a Books, subject: Subject) -> About<'a> {
        let view = place.slot.view();
        let seqs = view.timeline.of(subject);
        let seqs: Vec<u32> = seqs.iter().copied().take(READ_MAX).collect();
        About {
            place,
            books,
            seqs: seqs.into_iter(),
            read: Vec::new(),
        }
    }

    /// The first one for which this holds.
    pub(super) fn find(
        &mut self,
        wanted: impl Fn(&Recorded) -> bool,
    ) -> Result<Option<&Recorded>, Problem> {
        if let Some(at) = self.read.iter().position(&wanted) {
            return Ok(self.read.get(at));
        }
        for seq in self.seqs.by_ref() {
            let seq = u64::from(seq);
            let reversed_by = match self.books.reversed.get(seq) {
                None => None,
                Some(by) => match taken_back_by(self.place, self.books, *by)? {
                    By::Import => continue,
                    By::Row => None,
                    By::Hand => Some(*by),
                },
            };
            let Some((_, fact)) = self.place.fact(seq)? else {
                continue;
            };
            let recorded = Recorded {
                seq,
                fact,
                reversed_by,
            };
            let is_it = wanted(&recorded);
            self.read.push(recorded);
            if is_it {
                return Ok(self.read.last());
            }
        }
        Ok(None)
    }
}

fn taken_back_by(place: &Place, books: &Books, by: u64) -> Result<By, Problem> {
    let fact = place.fact(by)?.map(|(_, fact)| fact);
    Ok(fact.map_or(By::Hand, |fact| reversal(books, &fact)))
}

/// Who took a record back.
pub(super) enum By {
    /// Whoever took back the import that brought it: its file is recorded anew.
    Import,
    /// A row of a file, so that the file itself says both.
    Row,
    /// Somebody who knows better than the file: it is not recorded again because the file comes
    /// again.
    Hand,
}

/// By whom this record, a reversal, took another one back.
pub(super) fn reversal(books: &Books, fact: &Fact) -> By {
    let Event::Record(RecordEvent::Reversed(it)) = &fact.event else {
        return By::Hand;
    };
    let import = fact.correlation_id.map(ImportId);
    let of_import = import.is_some_and(|import| books.imports.contains(import));
    if it.reason.as_str().starts_with(REVERSED) {
        By::Row
    } else if of_import && it.reason.as_str().starts_with(UNDONE) {
        By::Import
    } else {
        By::Hand
    }
}

/// That somebody has reversed what a row says anew.
pub(super) fn reversed(by: u64) -> Vec<Difference> {
    vec![Difference {
        field: "reversed_by".to_owned(),
        field_zh: "冲销".to_owned(),
        was: format!("已由第 {by} 条记录冲销"),
        is: "—".to_owned(),
    }]
}
