//! What the records of a package tell, folded as a server folds its log.

use crate::keys::FieldKey;
use crate::{Fault, keys};
use chain::{Hash, Record};
use ledger::Fact;
use ledger::ids::Subject;
use ledger::subjects::Subjects;
use projections::{Entry, View};

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
}

/// Decodes records, which stand in the order of their seqs, and folds them.
pub(crate) fn tell(records: &[(u64, &Record)], field_keys: &[FieldKey]) -> Result<Told, Fault> {
    let mut told = Told::default();
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
        let opened = keys::open(&mut fact.event, header.seq, field_keys)?;
        told.opened = told.opened.saturating_add(opened);
        told.seen.push(Seen {
            position: *position,
            seq: header.seq,
            recorded_at_us: header.recorded_at_us,
            hash: record.hash,
            parent: header.parent,
            names: names(&fact),
            fact,
        });
    }
    let unknown = field_keys
        .iter()
        .find(|key| !told.seen.iter().any(|seen| seen.seq == key.seq));
    match unknown {
        Some(key) => Err(Fault::Key {
            seq: key.seq,
            field: key.field,
        }),
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
