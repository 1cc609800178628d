//! What a start from a snapshot owes: everything before it is built again from the records and held
//! against it, beside the writer, in small steps.
//!
//! The records themselves, both copies and the whole chain, are read by [`store::Scrub`], which
//! also looks each up in the index; whoever runs it gives every record to [`Verification::take`].
//! Then one ledger after another is folded anew, up to the record at which its view stands in the
//! snapshot, and the hash of each part is compared with that of the file. So at most one view is in
//! memory beside those that are served: of a deployment that is one large ledger, that is as much
//! again.

use super::form;
use crate::lines::Line;
use crate::publish::leaf_of;
use crate::states::state_hash;
use crate::{Handle, Trust};
use chain::Record;
use ledger::digest::Digest;
use ledger::ids::LedgerId;
use projections::parts::Part;
use projections::{Head, View};
use std::collections::VecDeque;
use store::{Snapshot, Tree};

/// How many records are folded in a step: some milliseconds.
const RECORDS_AT_ONCE: usize = 1024;

/// Something of a snapshot is not what the records make of it, or cannot be compared with them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the snapshot of {position} records: {what}")]
pub struct Wrong {
    /// The position after the snapshot's last record.
    pub position: u64,
    /// What is wrong, by ledger and part.
    pub what: String,
    /// What is served is wrong with it. Otherwise it only cannot be said that it is right.
    pub is_served: bool,
}

/// The verification of a snapshot that is served.
pub struct Verification {
    handle: Handle,
    snapshot: Snapshot,
    /// Compares with the files, and writes nothing.
    tree: Tree,
    ledgers: VecDeque<LedgerId>,
    work: Option<Work>,
    folded: u64,
    of: u64,
}

/// A ledger that is being folded.
struct Work {
    ledger: LedgerId,
    until: Head,
    view: View,
}

impl Handle {
    /// How far what is served has been held against the records.
    #[must_use]
    pub fn trust(&self) -> Trust {
        self.basis.trust()
    }

    /// How far it has been, unless all of it has: to be asked for every answer.
    #[must_use]
    pub fn unverified(&self) -> Option<Trust> {
        (!self.basis.is_verified()).then(|| self.basis.trust())
    }

    /// What is to be done until everything that is served is verified; nothing if it is.
    #[must_use]
    pub fn verification(&self) -> Option<Verification> {
        let snapshot = self.basis.snapshot.clone()?;
        if self.basis.is_verified() {
            return None;
        }
        let heads = snapshot.heads();
        Some(Verification {
            handle: self.clone(),
            tree: Tree::at(&self.dir),
            ledgers: heads.iter().map(|head| LedgerId(head.id.0)).collect(),
            work: None,
            folded: 0,
            of: snapshot.position(),
            snapshot,
        })
    }

    /// What is served is not what the records say: nothing is written from now on, and no start
    /// begins from any snapshot that there is. They are kept under other names.
    pub fn distrust(&self, why: &str) {
        let snapshot = self.basis.snapshot.as_ref();
        self.basis.becomes(Trust::Wrong {
            position: snapshot.map_or(0, Snapshot::position),
            why: why.to_owned(),
        });
        self.room.close();
        tracing::error!(
            why,
            "what is served rests on a wrong snapshot; nothing is written any more"
        );
        self.set_snapshots_aside();
    }

    /// No start begins from what there is: the next reads everything.
    pub fn set_snapshots_aside(&self) {
        let list = Snapshot::list(&self.dir).unwrap_or_default();
        for position in list {
            let aside = Snapshot::open(&self.dir, position).and_then(|found| found.set_aside());
            match aside {
                Ok(aside) => tracing::warn!(aside = %aside.display(), "a snapshot is set aside"),
                Err(error) => {
                    let error = crate::writer::chain_of(&error);
                    tracing::error!(position, error, "a snapshot cannot be set aside");
                }
            }
        }
    }
}

impl Verification {
    /// The position after the snapshot's last record.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.snapshot.position()
    }

    /// How many records were folded again, and how many are to be.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        (self.folded, self.of)
    }

    /// Takes the next record that was read and found sound, in the order of positions from 0.
    pub fn take(&mut self, record: &Record) {
        // An unreadable file of the tree is told by the comparison at the end.
        if self.tree.size() < self.snapshot.position()
            && let Err(error) = self.tree.push(leaf_of(record))
        {
            tracing::error!(%error, "the tree's files cannot be compared");
        }
    }

    /// All records have been read and were sound: whether the tree over them is the one of which
    /// the snapshot has the root, and whether its files are those of that tree. They only are what
    /// proofs are made of, and each proof is checked before it is given: a start of everything
    /// writes them anew.
    ///
    /// # Errors
    /// [`Wrong`] says which of the two is not.
    pub fn end_of_records(&mut self) -> Result<(), Wrong> {
        let flushed = self.tree.flush();
        if self.tree.root() != self.snapshot.root() {
            return Err(self.wrong("its tree is not the one over the records"));
        }
        if flushed.is_err() || !self.tree.was_there() {
            let what = "the files of the tree are not those of the records".to_owned();
            return Err(self.unsettled(what));
        }
        Ok(())
    }

    /// Goes on; true when everything is verified. Blocks for some milliseconds, and where a ledger
    /// ends for as long as its state takes to be hashed.
    ///
    /// # Errors
    /// [`Wrong`]: a view is another than the records make of it.
    pub fn step(&mut self) -> Result<bool, Wrong> {
        let mut work = match self.work.take() {
            Some(work) => work,
            None => match self.ledgers.pop_front() {
                Some(ledger) => Work {
                    ledger,
                    until: form::head(&self.snapshot, ledger)
                        .map_err(|error| self.failed(&error))?,
                    view: View::default(),
                },
                None => {
                    self.handle.basis.becomes(Trust::Verified);
                    return Ok(true);
                }
            },
        };
        if self.fold(&mut work)? {
            self.compare(work)?;
        } else {
            self.work = Some(work);
        }
        Ok(false)
    }

    /// Folds the next records; true if there are no more to be.
    fn fold(&mut self, work: &mut Work) -> Result<bool, Wrong> {
        let after = work.view.head().map_or(0, |head| head.seq);
        let left = work.until.seq.saturating_sub(after);
        let limit = usize::try_from(left).map_or(RECORDS_AT_ONCE, |left| left.min(RECORDS_AT_ONCE));
        let ledger = chain::LedgerId(work.ledger.0);
        let entries = self.handle.reader.scan(ledger, after, limit);
        let entries = entries.map_err(|error| self.failed(&error))?;
        for entry in &entries {
            let line = Line::of(entry.position, &entry.record);
            let Ok(fact) = &line.fact else {
                return Err(self.wrong(&format!("ledger {ledger} has a record of a newer release")));
            };
            work.view.apply(&line.entry(fact));
        }
        let folded = u64::try_from(entries.len()).unwrap_or(u64::MAX);
        self.folded = self.folded.saturating_add(folded).min(self.of);
        Ok(entries.is_empty() || folded >= left)
    }

    /// The hash of each part as it is in the snapshot, against that of the same part folded anew.
    fn compare(&self, work: Work) -> Result<(), Wrong> {
        let Work {
            ledger,
            until,
            view,
        } = work;
        if view.head() != Some(until) {
            return Err(self.wrong(&format!("its view of ledger {ledger} stands at no record")));
        }
        let hashes: Result<Vec<Digest>, _> = Part::ALL
            .into_iter()
            .map(|part| state_hash(&view, part))
            .collect();
        let hashes = hashes.map_err(|error| self.unsettled(error.to_string()))?;
        // Two views beside the one that is served would be one too many.
        drop(view);
        for (part, expected) in Part::ALL.into_iter().zip(hashes) {
            let kept = form::part(&self.snapshot, ledger, part);
            let kept = kept.map_err(|error| self.failed(&error))?;
            let found = state_hash(&kept, part);
            let found = found.map_err(|error| self.unsettled(error.to_string()))?;
            if found != expected {
                let what = format!(
                    "the projection \"{}\" of ledger {ledger}, seq {}, is not what the records \
                     make of it",
                    part.name(),
                    until.seq
                );
                return Err(self.wrong(&what));
            }
        }
        Ok(())
    }

    fn wrong(&self, what: &str) -> Wrong {
        Wrong {
            position: self.snapshot.position(),
            what: what.to_owned(),
            is_served: true,
        }
    }

    fn unsettled(&self, what: String) -> Wrong {
        Wrong {
            is_served: false,
            ..self.wrong(&what)
        }
    }

    fn failed(&self, error: &store::Error) -> Wrong {
        self.unsettled(crate::writer::chain_of(error))
    }
}
