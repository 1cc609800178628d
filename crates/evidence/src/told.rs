//! What the records of a package tell, folded as a server folds its log.

use crate::keys::FieldKey;
use crate::{Fault, keys};
use chain::{Hash, Record};
use ledger::ids::{FundId, ItemId, OrganisationId, PaymentId, PersonId, ProjectId, Subject};
use ledger::person::PersonEvent;
use ledger::personal::PersonalText;
use ledger::subjects::Subjects;
use ledger::{Event, Fact};
use projections::{Entry, View};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A record of the package's ledger, decoded.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) position: u64,
    pub(crate) seq: u64,
    pub(crate) recorded_at_us: u64,
    pub(crate) hash: Hash,
    pub(crate) parent: Hash,
    /// What it says, with the texts open for which there is a key.
    pub(crate) fact: Fact,
    /// Whom it names, the main one first.
    pub(crate) names: Vec<Subject>,
}

/// All of them in their order, and what they come to.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) seen: Vec<Seen>,
    pub(crate) view: View,
    /// How many sealed texts were opened.
    pub(crate) opened: usize,
    /// Which of them name a subject, by their places.
    by_subject: BTreeMap<Subject, Vec<usize>>,
    /// The names of persons that were opened.
    persons: BTreeMap<PersonId, String>,
}

impl Told {
    /// The records that name a subject, in their order.
    pub(crate) fn of(&self, subject: Subject) -> impl Iterator<Item = &Seen> {
        let places = self.by_subject.get(&subject).into_iter().flatten();
        places.filter_map(|place| self.seen.get(*place))
    }

    /// The name of a person, if a key has opened it.
    pub(crate) fn person(&self, person: PersonId) -> Option<&str> {
        self.persons.get(&person).map(String::as_str)
    }

    /// What an identifier stands for, as far as the records say.
    pub(crate) fn name(&self, id: Uuid) -> Option<String> {
        let books = &self.view.books;
        if let Some(row) = books.organisations.get(OrganisationId(id)) {
            return Some(row.name.to_string());
        }
        if let Some(row) = books.projects.get(ProjectId(id)) {
            return Some(row.name.to_string());
        }
        if let Some(row) = books.payments.get(PaymentId(id)) {
            return Some(row.voucher.to_string());
        }
        if let Some(row) = books.items.get(ItemId(id)) {
            return Some(row.draft.number.to_string());
        }
        if let Some(row) = books.funds.get(FundId(id)) {
            return Some(row.announcement.name.to_string());
        }
        self.person(PersonId(id)).map(str::to_owned)
    }

    fn take_in(&mut self, seen: Seen) {
        for name in &seen.names {
            let places = self.by_subject.entry(*name).or_default();
            places.push(self.seen.len());
        }
        if let Event::Subject(PersonEvent::Registered(it) | PersonEvent::Amended(it)) =
            &seen.fact.event
            && let Some(PersonalText::Clear(name)) = &it.name
        {
            self.persons.insert(it.person, name.clone());
        }
        self.seen.push(seen);
    }
}

/// What some of the records come to.
pub(crate) fn folded<'a>(seen: impl IntoIterator<Item = &'a Seen>) -> View {
    let mut view = View::default();
    for it in seen {
        view.apply(&it.entry());
    }
    view
}

impl Seen {
    fn entry(&self) -> Entry<'_> {
        Entry {
            position: self.position,
            seq: self.seq,
            recorded_at_us: self.recorded_at_us,
            hash: *self.hash.as_bytes(),
            fact: &self.fact,
        }
    }
}

/// Decodes records, which stand in the order of their seqs, and folds them.
pub(crate) fn tell(records: &[(u64, &Record)], field_keys: &[FieldKey]) -> Result<Told, Fault> {
    let mut told = Told::default();
    let mut keys_of: BTreeMap<u64, Vec<FieldKey>> = BTreeMap::new();
    for key in field_keys {
        keys_of.entry(key.seq).or_default().push(*key);
    }
    for (position, record) in records {
        let (mut fact, _salt) = wire::decode_event(&record.body).map_err(|error| {
            let position = *position;
            if matches!(error, wire::WireError::Newer { .. }) {
                Fault::Newer { position }
            } else {
                Fault::Record {
                    position,
                    why: error.to_string(),
                }
            }
        })?;
        let header = &record.header;
        told.view.apply(&Entry {
            position: *position,
            seq: header.seq,
            recorded_at_us: header.recorded_at_us,
            hash: *record.hash.as_bytes(),
            fact: &fact,
        });
        let own = keys_of.remove(&header.seq).unwrap_or_default();
        let opened = keys::open(&mut fact.event, header.seq, &own)?;
        told.opened = told.opened.saturating_add(opened);
        told.take_in(Seen {
            position: *position,
            seq: header.seq,
            recorded_at_us: header.recorded_at_us,
            hash: record.hash,
            parent: header.parent,
            names: names(&fact),
            fact,
        });
    }
    match keys_of.into_values().flatten().next() {
        Some(FieldKey { seq, field, .. }) => Err(Fault::Key { seq, field }),
        None => Ok(told),
    }
}

/// Whom a fact names, each once.
pub(crate) fn names(fact: &Fact) -> Vec<Subject> {
    let mut names = Vec::new();
    fact.event.each(&mut |subject| {
        if !names.contains(&subject) {
            names.push(subject);
        }
    });
    names
}
