//! The journal as a backup reads it: whole frames, each record after the one before.

use super::{BackupError, INCOMPLETE, MANIFEST, manifest};
use crate::LedgerHead;
use crate::disk::{self, wide};
use crate::entry::Decoder;
use crate::error::{BadRecord, Copy, Reason};
use crate::index::State;
use crate::journal::{self, Damage, Frame, Frames, Piece};
use chain::{LedgerId, Record};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Gives `each` every record of a backup, in order, each checked by its own hash and by the one
/// before: how many there are. Blocks.
///
/// # Errors
/// The backup is not complete, damaged, or ends elsewhere than it says.
pub fn read_backup(from: &Path, mut each: impl FnMut(&Record)) -> Result<u64, BackupError> {
    if manifest::read(from)?.is_none() || from.join(INCOMPLETE).exists() {
        let dir = from.to_path_buf();
        return Err(BackupError::Incomplete { dir });
    }
    let reading = Reading::of(&from.join("journal"), HashMap::new(), &mut each)?;
    if reading.heads() != manifest::heads(from)? {
        return Err(BackupError::OtherHeads {
            records: reading.next,
        });
    }
    Ok(reading.next)
}

/// Whether a directory holds a backup, and not a log.
#[must_use]
pub fn is_backup(dir: &Path) -> bool {
    dir.join(MANIFEST).exists() || dir.join(INCOMPLETE).exists()
}

/// A segment up to its last whole frame.
pub(super) struct Part {
    pub(super) path: PathBuf,
    pub(super) len: u64,
    pub(super) hash: [u8; 32],
}

/// The journal as it was read.
pub(super) struct Reading {
    pub(super) parts: Vec<Part>,
    pub(super) next: u64,
    states: HashMap<LedgerId, State>,
    order: Vec<LedgerId>,
    /// The heads of the earlier backup that have not come yet.
    pub(super) sought: HashMap<LedgerId, LedgerHead>,
}

impl Reading {
    pub(super) fn of(
        dir: &Path,
        sought: HashMap<LedgerId, LedgerHead>,
        each: &mut impl FnMut(&Record),
    ) -> Result<Reading, BackupError> {
        let mut reading = Reading {
            parts: Vec::new(),
            next: 0,
            states: HashMap::new(),
            order: Vec::new(),
            sought,
        };
        let is_written = dir.parent().map_or(Ok(false), disk::is_locked)?;
        let segments = journal::segments(dir)?;
        for (number, segment) in segments.iter().enumerate() {
            let is_last = number.checked_add(1) == Some(segments.len());
            let mut frames = Frames::open(&segment.path)?;
            let mut hasher = Sha256::new();
            let mut len = 0_u64;
            loop {
                match frames.next()? {
                    Some(Piece::Frame(frame)) => {
                        reading.frame(&frame, each)?;
                        hasher.update(frame.bytes);
                        len = len.saturating_add(wide(frame.bytes.len()));
                    }
                    Some(Piece::Damage(damage)) => {
                        let is_end = is_last && frames.is_at_end();
                        reading.tail(damage, is_end, is_written)?;
                    }
                    None => break,
                }
            }
            reading.parts.push(Part {
                path: segment.path.clone(),
                len,
                hash: hasher.finalize().into(),
            });
        }
        Ok(reading)
    }

    /// The beginning of a frame with nothing behind it is the group that a server is writing. If
    /// none does, or if it is anything else, nobody knows what stood there.
    fn tail(&self, damage: Damage, is_end: bool, is_written: bool) -> Result<(), BadRecord> {
        let is_cut = damage.is_cut;
        if !is_end {
            return Err(self.bad(Reason::Frame));
        }
        if is_cut && is_written {
            return Ok(());
        }
        let bytes = damage.to.saturating_sub(damage.from);
        Err(self.bad(Reason::Tail { bytes, is_cut }))
    }

    fn frame(
        &mut self,
        frame: &Frame<'_>,
        each: &mut impl FnMut(&Record),
    ) -> Result<(), BackupError> {
        if frame.first != self.next {
            return Err(self.bad(Reason::Missing).into());
        }
        for raw in Decoder::new(frame.entries) {
            let raw = raw.map_err(|_| self.bad(Reason::Malformed))?;
            let record = raw
                .record(Vec::new())
                .map_err(|broken| self.bad(broken.into()))?;
            let ledger = record.header.ledger;
            let order = &mut self.order;
            let state = self.states.entry(ledger).or_insert_with(|| {
                order.push(ledger);
                State::genesis(ledger)
            });
            if let Err(broken) = state.take(&record) {
                return Err(self.bad(broken.into()).into());
            }
            if self.sought.get(&ledger) == Some(&head(&state.head)) {
                self.sought.remove(&ledger);
            }
            each(&record);
            self.next = self.next.saturating_add(1);
        }
        Ok(())
    }

    fn bad(&self, reason: Reason) -> BadRecord {
        let place = match &reason {
            Reason::Chain(broken) => Some((broken.ledger, broken.seq)),
            Reason::Malformed
            | Reason::Frame
            | Reason::InFrame { .. }
            | Reason::Missing
            | Reason::Repeated
            | Reason::Tail { .. }
            | Reason::Differ
            | Reason::Unfinished
            | Reason::Unreadable(_) => None,
        };
        let (ledger, seq) = place.unzip();
        BadRecord {
            copy: Copy::Journal,
            position: self.next,
            ledger,
            seq,
            reason,
        }
    }

    pub(super) fn heads(&self) -> Vec<LedgerHead> {
        let states = self
            .order
            .iter()
            .filter_map(|ledger| self.states.get(ledger));
        states.map(|state| head(&state.head)).collect()
    }
}

fn head(head: &chain::Head) -> LedgerHead {
    LedgerHead {
        id: head.ledger,
        seq: head.seq,
        hash: head.hash,
    }
}
