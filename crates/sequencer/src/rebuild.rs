//! Holding what the log said of itself against its own records: everything is built again from
//! nothing, and every recorded state and every seal is computed anew.
//!
//! A server that shows an edited balance, or seals a subject without one of its records, has said
//! so itself in the `system` ledger; a full scan finds it out.

mod finding;

pub use finding::Finding;

use crate::seals::subjects_of;
use crate::show;
use crate::states::state_hash;
use chain::{Accumulator, Frontier, NodeHash, Record, leaf_hash, subject_leaf};
use ledger::Event;
use ledger::ids::LedgerId;
use ledger::log::{LogEvent, StateRecording, SubjectsSeal};
use projections::View;
use projections::parts::Part;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// What the `system` ledger states: to be gathered from all records before they are rebuilt.
#[derive(Debug, Default)]
pub struct Claims {
    system: Option<chain::LedgerId>,
    /// By ledger and seq: the record that states it, and the statement.
    states: BTreeMap<(LedgerId, u64), Vec<(u64, StateRecording)>>,
    /// By the last position that counts.
    seals: BTreeMap<u64, Vec<(u64, SubjectsSeal)>>,
}

impl Claims {
    /// Takes in the next record, in the order of positions from 0.
    pub fn take(&mut self, record: &Record) {
        let ledger = record.header.ledger;
        // The deployment's own ledger has the first record of all.
        if *self.system.get_or_insert(ledger) != ledger {
            return;
        }
        let Ok((fact, _salt)) = wire::decode_event(&record.body) else {
            return;
        };
        let Event::Log(event) = fact.event else {
            return;
        };
        let seq = record.header.seq;
        match event {
            LogEvent::StateRecorded(state) => {
                let of = self.states.entry((state.ledger, state.seq)).or_default();
                of.push((seq, state));
            }
            LogEvent::SubjectsSealed(seal) => {
                let of = self.seals.entry(seal.through_position).or_default();
                of.push((seq, seal));
            }
            LogEvent::KeyIntroduced(_) => {}
        }
    }
}

/// Everything built again from the records.
#[derive(Debug)]
pub struct Rebuild {
    claims: Claims,
    next_position: u64,
    views: HashMap<LedgerId, View>,
    subjects: BTreeMap<(chain::LedgerId, Uuid), Accumulator>,
    /// Ledgers with a record that this release cannot read, from where on nothing is known.
    newer: HashSet<LedgerId>,
    rebuilt: Rebuilt,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Rebuilt {
    /// States that came out as they were recorded.
    pub states: u64,
    /// Seals whose root came out as it was recorded.
    pub seals: u64,
    /// States and seals that this release cannot hold against anything: of another version of the
    /// projection, or after a record of a newer release.
    pub not_compared: u64,
    /// What is wrong, the first first.
    pub findings: Vec<Finding>,
}

impl Rebuild {
    /// Begins from nothing.
    #[must_use]
    pub fn new(claims: Claims) -> Rebuild {
        Rebuild {
            claims,
            next_position: 0,
            views: HashMap::new(),
            subjects: BTreeMap::new(),
            newer: HashSet::new(),
            rebuilt: Rebuilt::default(),
        }
    }

    /// Takes in the next record, in the order of positions from 0.
    pub fn take(&mut self, record: &Record) {
        let position = self.next_position;
        self.next_position = position.saturating_add(1);
        let ledger = LedgerId(record.header.ledger.0);
        match wire::decode_event(&record.body) {
            Ok((fact, _salt)) => {
                for subject in subjects_of(&fact.event) {
                    let key = (record.header.ledger, subject);
                    let row = self.subjects.entry(key);
                    let row = row.or_insert_with(|| Accumulator::empty(key.0, key.1));
                    *row = row.after(record.hash);
                }
                let view = self.views.entry(ledger).or_default();
                view.apply(&show::line(position, record, &fact));
            }
            Err(_) => {
                self.newer.insert(ledger);
            }
        }
        let states = self.claims.states.remove(&(ledger, record.header.seq));
        for (seq, state) in states.unwrap_or_default() {
            self.compare_state(seq, &state, position);
        }
        let seals = self.claims.seals.remove(&position);
        if let Some(seals) = seals {
            self.compare_seals(&seals);
        }
    }

    fn compare_state(&mut self, recorded_in: u64, state: &StateRecording, position: u64) {
        let Some(part) = Part::named(state.projection.as_str()) else {
            self.rebuilt.not_compared = self.rebuilt.not_compared.saturating_add(1);
            return;
        };
        let known = part.version() == state.version && !self.newer.contains(&state.ledger);
        let view = self.views.get(&state.ledger).filter(|_| known);
        let Some(Ok(hash)) = view.map(|view| state_hash(view, part)) else {
            self.rebuilt.not_compared = self.rebuilt.not_compared.saturating_add(1);
            return;
        };
        if hash == state.hash && position == state.position {
            self.rebuilt.states = self.rebuilt.states.saturating_add(1);
            return;
        }
        self.rebuilt.findings.push(Finding::State {
            ledger: state.ledger,
            seq: state.seq,
            projection: part,
            recorded_in,
        });
    }

    fn compare_seals(&mut self, seals: &[(u64, SubjectsSeal)]) {
        if !self.newer.is_empty() {
            let more = u64::try_from(seals.len()).unwrap_or(u64::MAX);
            self.rebuilt.not_compared = self.rebuilt.not_compared.saturating_add(more);
            return;
        }
        let mut tree = Frontier::new();
        for ((ledger, subject), accumulator) in &self.subjects {
            tree.push(leaf_hash(&subject_leaf(*ledger, *subject, accumulator)));
        }
        for (recorded_in, seal) in seals {
            let stated = NodeHash::from_bytes(seal.root.0);
            if (stated, seal.count) == (tree.root(), tree.size()) {
                self.rebuilt.seals = self.rebuilt.seals.saturating_add(1);
                continue;
            }
            self.rebuilt.findings.push(Finding::Seal {
                recorded_in: *recorded_in,
                through: seal.through_position,
                stated,
                computed: tree.root(),
            });
        }
    }

    /// After the last record.
    #[must_use]
    pub fn finish(mut self) -> Rebuilt {
        let states = self.claims.states.into_iter();
        for ((ledger, seq), of) in states {
            let unreached = of.into_iter().map(|(recorded_in, _)| Finding::NoRecord {
                ledger,
                seq,
                recorded_in,
            });
            self.rebuilt.findings.extend(unreached);
        }
        for (through, of) in self.claims.seals {
            let unreached = of.into_iter().map(|(recorded_in, _)| Finding::NoPosition {
                through,
                recorded_in,
            });
            self.rebuilt.findings.extend(unreached);
        }
        self.rebuilt
    }
}
