//! What becomes of each row: new, known, different, refused.

use super::known::Known;
use super::lookup::{Lookup, Trouble};
use super::rows::{self, Row, Step};
use super::server::{Server, told};
use serde_json::{Value, json};
use sheets::{Entry, Mapping, Place, Reading};
use std::collections::HashMap;
use uuid::Uuid;

/// The bytes of one list: below the server's 16 MiB.
const LIST_LEN_MAX: usize = 12 << 20;

/// A command on its way.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    /// The row that it comes from.
    entry: usize,
    /// As it is sent.
    pub(super) body: String,
}

/// What becomes of a row.
#[derive(Debug)]
pub(super) enum Verdict {
    New(Vec<Ask>),
    Recorded,
    Known,
    /// The fields in which it is other than what is recorded.
    Changed(Vec<String>),
    Refused(Vec<String>),
}

impl Verdict {
    pub(super) fn is_new(&self) -> bool {
        matches!(self, Verdict::New(_))
    }
    pub(super) fn is_recorded(&self) -> bool {
        matches!(self, Verdict::Recorded)
    }
    pub(super) fn is_known(&self) -> bool {
        matches!(self, Verdict::Known)
    }
    pub(super) fn is_changed(&self) -> bool {
        matches!(self, Verdict::Changed(_))
    }
}

/// All rows that could be read, with what becomes of them.
pub(super) struct Planned {
    /// Where each stands, and its number.
    rows: Vec<String>,
    verdicts: Vec<Verdict>,
    /// In which order they are sent: what came back after what was paid.
    order: Vec<usize>,
}

/// An identifier that follows from what it names.
pub(super) fn derived(parts: &[&str]) -> Uuid {
    let mut hasher = blake3::Hasher::new_derive_key("fundtrace 2026-11-23 import identifiers v1");
    for part in parts {
        let len = u64::try_from(part.len()).unwrap_or(u64::MAX);
        hasher.update(&len.to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Looks everything up, and decides row by row.
pub(super) fn make(
    server: &Server,
    mapping: &Mapping,
    reading: &Reading,
) -> anyhow::Result<Planned> {
    let mut order: Vec<usize> = (0..reading.entries.len()).collect();
    let back = |index: &usize| {
        let entry = reading.entries.get(*index);
        entry.is_some_and(|entry| {
            entry
                .values
                .iter()
                .flatten()
                .any(sheets::Value::is_negative)
        })
    };
    order.sort_by_key(back);
    let mut maker = Maker {
        ledger: server.ledger(),
        mapping,
        known: Known::ask(server, rows::facts(&mapping.kind))?,
        lookup: Lookup::ask(server, &mapping.kind)?,
        planned: HashMap::new(),
    };
    let mut verdicts: Vec<Verdict> = Vec::new();
    verdicts.resize_with(reading.entries.len(), || Verdict::Known);
    for index in &order {
        let both = (reading.entries.get(*index), verdicts.get_mut(*index));
        if let (Some(entry), Some(verdict)) = both {
            *verdict = maker.verdict(*index, entry);
        }
    }
    let rows = reading.entries.iter().map(|entry| {
        let number = entry.value(mapping, &mapping.number);
        let number = number.map(ToString::to_string).unwrap_or_default();
        format!("{} {number}", place(entry))
    });
    Ok(Planned {
        rows: rows.collect(),
        verdicts,
        order,
    })
}

fn place(entry: &Entry) -> Place {
    let sheet = (!entry.sheet.is_empty()).then(|| entry.sheet.clone());
    Place {
        sheet,
        row: Some(entry.row),
        column: None,
    }
}

struct Maker<'a> {
    ledger: &'a str,
    mapping: &'a Mapping,
    known: Known,
    lookup: Lookup,
    /// Subjects of rows of this file, by number.
    planned: HashMap<String, String>,
}

impl Maker<'_> {
    fn verdict(&mut self, index: usize, entry: &Entry) -> Verdict {
        let row = Row::new(entry, self.mapping);
        let number = row.number();
        let (main, field) = rows::main_fact(&self.mapping.kind);
        let recorded = self.known.by_number(main, &number);
        let recorded = recorded.first().and_then(|it| it.data.get(field)?.as_str());
        let subject = match recorded {
            Some(subject) => subject.to_owned(),
            None => derived(&[self.ledger, &self.mapping.kind, &number]).to_string(),
        };
        let original = |number: &str| {
            let recorded = self.known.by_number(main, number).first();
            let recorded = recorded.and_then(|it| it.data.get(field)?.as_str());
            let planned = self.planned.get(number).map(String::as_str);
            recorded.or(planned).map(str::to_owned)
        };
        let steps = rows::steps(&self.mapping.kind, &row, &subject, &self.lookup, &original);
        let steps = match steps {
            Ok(steps) => steps,
            Err(troubles) => return Verdict::Refused(troubles.iter().map(shown).collect()),
        };
        let verdict = self.compared(index, entry, &number, steps);
        if !row.is_back() && !matches!(verdict, Verdict::Refused(_)) {
            if self.mapping.kind == "organisations" {
                self.lookup.units.put(&number, &subject);
                self.lookup
                    .units
                    .put(&row.text("name").unwrap_or_default(), &subject);
            }
            self.planned.insert(number, subject);
        }
        verdict
    }

    /// Against what is recorded, step by step.
    fn compared(&self, index: usize, entry: &Entry, number: &str, steps: Vec<Step>) -> Verdict {
        let (mut asks, mut differences) = (Vec::new(), Vec::new());
        let content = entry.content(self.mapping);
        for step in steps {
            let parts = [self.ledger, &self.mapping.kind, number, &content, step.word];
            let id = derived(&parts);
            if self.known.has_command(id) {
                continue;
            }
            let subject = step.data.get(step.subject).and_then(Value::as_str);
            let about = self.known.about(step.fact, subject.unwrap_or_default());
            let others: Vec<_> = about
                .iter()
                .map(|it| it.differences(&step.occurred_on, &step.data, step.subject))
                .collect();
            if others.iter().any(Vec::is_empty) {
                continue;
            }
            match others.into_iter().next() {
                Some(other) if !step.repeatable => {
                    // Both the payment and its settlement have the amount.
                    let told: Vec<_> = other
                        .into_iter()
                        .filter(|it| !differences.contains(it))
                        .collect();
                    differences.extend(told);
                }
                Some(_) | None => asks.push(Ask {
                    entry: index,
                    body: json!({"command_id": id, "intake": "observation",
                        "occurred_on": step.occurred_on, "type": step.word, "data": step.data})
                    .to_string(),
                }),
            }
        }
        if !differences.is_empty() {
            Verdict::Changed(differences)
        } else if asks.is_empty() {
            Verdict::Known
        } else {
            Verdict::New(asks)
        }
    }
}

fn shown((code, en, zh): &Trouble) -> String {
    format!("{code} {zh} · {en}")
}

impl Planned {
    /// How many rows something became of.
    pub(super) fn count(&self, what: fn(&Verdict) -> bool) -> usize {
        self.verdicts.iter().filter(|verdict| what(verdict)).count()
    }

    /// How many rows are refused, those that could not be read included.
    pub(super) fn refused_len(&self, reading: &Reading) -> usize {
        let here = self.count(|verdict| matches!(verdict, Verdict::Refused(_)));
        here.saturating_add(reading.refused.len())
    }

    /// The rows that were read and are refused, a line each.
    pub(super) fn refused(&self) -> impl Iterator<Item = String> {
        let pairs = self.rows.iter().zip(&self.verdicts);
        pairs.filter_map(|(row, verdict)| match verdict {
            Verdict::Refused(why) => Some(format!("{row} {}", why.join(";"))),
            Verdict::New(_) | Verdict::Recorded | Verdict::Known | Verdict::Changed(_) => None,
        })
    }

    /// The rows that are other than what is recorded, a line each.
    pub(super) fn changed(&self) -> impl Iterator<Item = String> {
        let pairs = self.rows.iter().zip(&self.verdicts);
        pairs.filter_map(|(row, verdict)| match verdict {
            Verdict::Changed(how) => Some(format!("{row} {}", how.join(";"))),
            Verdict::New(_) | Verdict::Recorded | Verdict::Known | Verdict::Refused(_) => None,
        })
    }

    /// The cells of the rows that were read and are refused, and why.
    pub(super) fn rejected<'a>(
        &'a self,
        reading: &'a Reading,
    ) -> impl Iterator<Item = (&'a [String], String)> {
        let pairs = reading.entries.iter().zip(&self.verdicts);
        pairs.filter_map(|(entry, verdict)| match verdict {
            Verdict::Refused(why) => Some((entry.shown.as_slice(), why.join(";"))),
            Verdict::New(_) | Verdict::Recorded | Verdict::Known | Verdict::Changed(_) => None,
        })
    }

    /// What is new, in lists that a request may hold; what belongs to a row stays together.
    pub(super) fn lists(&self) -> Vec<Vec<Ask>> {
        let (mut lists, mut list, mut len) = (Vec::new(), Vec::new(), 0_usize);
        for index in &self.order {
            let Some(Verdict::New(asks)) = self.verdicts.get(*index) else {
                continue;
            };
            let more = asks.iter().map(|ask| ask.body.len().saturating_add(1));
            let more = more.fold(0, usize::saturating_add);
            if len.saturating_add(more) > LIST_LEN_MAX {
                lists.push(std::mem::take(&mut list));
                len = 0;
            }
            len = len.saturating_add(more);
            list.extend(asks.iter().cloned());
        }
        if !list.is_empty() {
            lists.push(list);
        }
        lists
    }

    /// Takes in what the server answered to a list; how many commands it refused.
    pub(super) fn answered(&mut self, list: &[Ask], answers: &[Value]) -> usize {
        let mut refused = 0_usize;
        for (ask, answer) in list.iter().zip(answers) {
            let Some(verdict) = self.verdicts.get_mut(ask.entry) else {
                continue;
            };
            let status = answer.get("status").and_then(Value::as_u64);
            if matches!(status, Some(200 | 201)) {
                if verdict.is_new() {
                    *verdict = Verdict::Recorded;
                }
                continue;
            }
            refused = refused.saturating_add(1);
            match verdict {
                Verdict::Refused(why) => why.push(told(answer)),
                Verdict::New(_) | Verdict::Recorded | Verdict::Known | Verdict::Changed(_) => {
                    *verdict = Verdict::Refused(vec![told(answer)]);
                }
            }
        }
        refused
    }
}
