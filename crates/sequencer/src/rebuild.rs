//! Holding what the log said of itself against its own records: everything is built again from
//! nothing, and every recorded state and every seal is computed anew.
//!
//! A server that shows an edited balance, or seals a subject without one of its records, has said
//! so itself in the `system` ledger; a full scan finds it out.

mod finding;

pub use finding::Finding;

use crate::lines::{self, Line};
use crate::seals::subjects_of;
use crate::states::state_hash;
use chain::{Accumulator, Frontier, NodeHash, Record, leaf_hash, subject_leaf};
use ledger::Event;
use ledger::ids::LedgerId;
use ledger::log::{LogEvent, StateRecording, SubjectsSeal};
use projections::View;
use projections::parts::Part;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use store::{Verified, VerifyError};
use uuid::Uuid;

/// Verifies a log that nobody has open, as [`store::verify_each`] does, and builds everything again
/// from its records in the same reading. `each` is given every record that is sound, in the order
/// of position.
///
/// # Errors
/// Those of [`store::verify_each`]; what was rebuilt until then says nothing.
pub fn rebuild(
    dir: &Path,
    progress: impl FnMut(u64),
    mut each: impl FnMut(&Record),
) -> Result<(Verified, Rebuilt), VerifyError> {
    // What the log says of a state stands behind the records that led to it.
    let mut claims = Claims::default();
    store::skim_first_ledger(dir, |record| claims.take(&Line::of(0, record)))?;
    let mut rebuild = Rebuild::new(claims);
    let verified = lines::applied(
        |lines| lines.iter().for_each(|line| rebuild.take(line)),
        |lines| {
            let mut next = 0_u64;
            store::verify_each(dir, progress, |record| {
                lines.push(next, record);
                next = next.saturating_add(1);
                each(record);
            })
        },
    )?;
    Ok((verified, rebuild.finish()))
}

/// What the `system` ledger states: to be gathered from its records before all are rebuilt.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Claims {
    system: Option<LedgerId>,
    /// By ledger and seq: the record that states it, and the statement.
    states: BTreeMap<(LedgerId, u64), Vec<(u64, StateRecording)>>,
    /// By the last position that counts.
    seals: BTreeMap<u64, Vec<(u64, SubjectsSeal)>>,
}

impl Claims {
    /// Takes in the next record, in the order of positions from 0.
    pub(crate) fn take(&mut self, line: &Line) {
        // The deployment's own ledger has the first record of all.
        if *self.system.get_or_insert(line.ledger) != line.ledger {
            return;
        }
        let Ok(fact) = &line.fact else {
            return;
        };
        let Event::Log(event) = &fact.event else {
            return;
        };
        match event {
            LogEvent::StateRecorded(state) => {
                let of = self.states.entry((state.ledger, state.seq)).or_default();
                of.push((line.seq, state.clone()));
            }
            LogEvent::SubjectsSealed(seal) => {
                let of = self.seals.entry(seal.through_position).or_default();
                of.push((line.seq, seal.clone()));
            }
            LogEvent::KeyIntroduced(_) => {}
        }
    }
}

/// Everything built again from the records.
#[derive(Debug)]
pub(crate) struct Rebuild {
    /// As they were gathered before, and those that the records bear out so far.
    gathered: Claims,
    stated: Claims,
    /// Those whose records are still to come.
    claims: Claims,
    views: HashMap<LedgerId, View>,
    /// Of no use after the last seal, and not kept up then.
    subjects: HashMap<(chain::LedgerId, Uuid), Accumulator>,
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
    pub(crate) fn new(claims: Claims) -> Rebuild {
        Rebuild {
            gathered: claims.clone(),
            stated: Claims::default(),
            claims,
            views: HashMap::new(),
            subjects: HashMap::new(),
            newer: HashSet::new(),
            rebuilt: Rebuilt::default(),
        }
    }

    /// Takes in the next record, in the order of positions from 0.
    pub(crate) fn take(&mut self, line: &Line) {
        self.stated.take(line);
        match &line.fact {
            Ok(fact) => {
                if !self.claims.seals.is_empty() {
                    self.take_subjects(line, &fact.event);
                }
                let view = self.views.entry(line.ledger).or_default();
                view.apply(&line.entry(fact));
            }
            Err(_) => {
                self.newer.insert(line.ledger);
            }
        }
        let states = self.claims.states.remove(&(line.ledger, line.seq));
        for (seq, state) in states.unwrap_or_default() {
            self.compare_state(seq, &state, line.position());
        }
        let seals = self.claims.seals.remove(&line.position());
        if let Some(seals) = seals {
            self.compare_seals(&seals);
        }
    }

    fn take_subjects(&mut self, line: &Line, event: &Event) {
        let ledger = chain::LedgerId(line.ledger.0);
        for subject in subjects_of(event) {
            let row = self.subjects.entry((ledger, subject));
            let row = row.or_insert_with(|| Accumulator::empty(ledger, subject));
            *row = row.after(line.hash);
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
        let mut rows: Vec<_> = self.subjects.iter().collect();
        rows.sort_unstable_by_key(|(key, _)| **key);
        let mut tree = Frontier::new();
        for ((ledger, subject), accumulator) in rows {
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
    pub(crate) fn finish(mut self) -> Rebuilt {
        if self.gathered != self.stated {
            self.rebuilt.findings.push(Finding::Changed);
        }
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
