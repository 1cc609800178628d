//! Taking a snapshot beside the writer.

use super::{Snapshots, form};
use crate::Handle;
use chain::{NodeHash, ProofError, Signer};
use ledger::ids::LedgerId;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::SnapshotWriter;

/// How long it may take until what was recorded is shown and published: a register that is slow to
/// write is tried again every second.
const PUBLISHED_WITHIN: Duration = Duration::from_secs(10);
/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// What snapshots are taken with.
pub(crate) struct Taking {
    pub(crate) settings: Snapshots,
    pub(crate) signer: Arc<Signer>,
    /// The position of the one that was taken or used last.
    pub(crate) last: AtomicU64,
    /// There is one that is being written at a time.
    pub(crate) one: Mutex<()>,
}

/// A snapshot that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// The position after its last record.
    pub position: u64,
    /// How many bytes it has on the disk.
    pub bytes: u64,
    /// How long it took.
    pub took: Duration,
    /// How long a view was held at the most: for that long what was recorded in its ledger could
    /// not be shown, and who recorded it waited.
    pub held: Duration,
}

/// Why no snapshot was taken. Nothing is lost: a start reads everything.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The disk.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A checkpoint does not come.
    #[error("record {position} is not shown and published yet")]
    NotPublished {
        /// The position that was waited for.
        position: u64,
    },
    /// What the files of the tree hold does not lead to the published root.
    #[error("the tree's files do not lead to the published root")]
    Tree(#[source] ProofError),
    /// A ledger has records that this release cannot read.
    #[error("ledger {ledger} has records of a newer release")]
    Newer {
        /// Which.
        ledger: LedgerId,
    },
}

impl Handle {
    /// Takes a snapshot of everything that is shown. Nothing, where there are to be none, where
    /// nothing was recorded since the last, or while what is served is not verified: what is wrong
    /// in one snapshot would go on in the next. Blocks for as long as it writes; the writer goes on
    /// meanwhile.
    ///
    /// # Errors
    /// [`SnapshotError`]; then the last one is still there.
    pub fn take_snapshot(&self) -> Result<Option<Taken>, SnapshotError> {
        let Some(taking) = &self.taking else {
            return Ok(None);
        };
        let _one_at_a_time = taking.one.lock().unwrap_or_else(PoisonError::into_inner);
        let next = self.reader.next_position();
        let is_due = next >= taking.settings.records_min.max(1)
            && next != taking.last.load(Ordering::Acquire)
            && self.basis.is_verified();
        if !is_due {
            return Ok(None);
        }
        let began = Instant::now();
        let mut writer = SnapshotWriter::begin(&self.reader)?;
        let position = writer.position();
        let root = self.root_of(position)?;
        let mut held = Duration::ZERO;
        let ledgers: Vec<_> = writer
            .heads()
            .iter()
            .map(|head| LedgerId(head.id.0))
            .collect();
        for ledger in ledgers {
            let slot = self.slot(ledger).filter(|slot| !slot.is_newer());
            let slot = slot.ok_or(SnapshotError::Newer { ledger })?;
            let view = {
                let view = slot.view();
                let since = Instant::now();
                let copy = view.clone();
                held = held.max(since.elapsed());
                copy
            };
            form::write(&mut writer, ledger, &view)?;
        }
        // Whatever was found meanwhile.
        if !self.basis.is_verified() {
            return Ok(None);
        }
        let bytes = writer.finish(form::id(), root, |manifest| {
            let origin = taking.signer.verifier().name();
            let note = taking.signer.note(chain::snapshot::text(origin, manifest));
            note.ok().map(|note| note.to_string().into_bytes())
        })?;
        taking.last.store(position, Ordering::Release);
        let took = began.elapsed();
        tracing::info!(position, bytes, ?took, ?held, "a snapshot was taken");
        Ok(Some(Taken {
            position,
            bytes,
            took,
            held,
        }))
    }

    /// The root of the tree of so many records, once they are shown and published.
    fn root_of(&self, position: u64) -> Result<NodeHash, SnapshotError> {
        let not_published = || SnapshotError::NotPublished { position };
        let log = self.published.as_ref().ok_or_else(not_published)?;
        let shown = self.shown.published();
        let until = Instant::now().checked_add(PUBLISHED_WITHIN);
        loop {
            let is_published = log.latest().is_some_and(|latest| latest.size >= position);
            if is_published && *shown.borrow() >= position {
                break;
            }
            if until.is_none_or(|until| Instant::now() >= until) {
                return Err(not_published());
            }
            std::thread::sleep(LOOK);
        }
        log.root_at(position).map_err(|error| match error {
            crate::ProveError::Proof(error) | crate::ProveError::Damaged(error) => {
                SnapshotError::Tree(error)
            }
            crate::ProveError::Store(error) => SnapshotError::Store(error),
        })
    }
}
