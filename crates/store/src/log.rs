//! The one writer's side of the log.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use chain::{Head, LedgerId, Record};

use crate::error::OpenError;
use crate::faults::Faults;
use crate::index::{Index, State};
use crate::journal::{self, FrameAt, Journal};
use crate::pages::Pages;
use crate::replay::Depth;
use crate::{Entry, Error, Floor, Reader, Recovery, Snapshot, recover, replay};

/// The log of a deployment, open for appending. There is one at a time.
#[derive(Debug)]
pub struct Log {
    shared: Arc<Shared>,
    journal: Journal,
    /// The frame of a group, in a buffer that is used again.
    frame: Vec<u8>,
    stopped: bool,
}

/// As long as the frame of a full group: a buffer that has grown beyond it is given back.
const FRAME_KEPT_MAX: usize = 4 << 20;

/// What the writer and the readers share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) pages: Pages,
    index: RwLock<Index>,
    dir: PathBuf,
    /// Held until the last reader is gone, because sled is.
    _lock: File,
}

impl Shared {
    pub(crate) fn new(dir: &Path, pages: Pages, index: Index, lock: File) -> Shared {
        Shared {
            pages,
            index: RwLock::new(index),
            dir: dir.to_path_buf(),
            _lock: lock,
        }
    }

    /// The data directory.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    /// Opens or creates the log in a directory, repairs what a crash left, checks the whole chain
    /// of every ledger, and gives every record to `each` in the order of position. Blocks; reads
    /// the journal once, in bounded memory.
    ///
    /// # Errors
    /// [`Error::InUse`]; an error of `each`, which ends the replay; or what is on the disk cannot
    /// be trusted, and then nothing was cut.
    pub fn open<E>(
        dir: &Path,
        each: impl FnMut(&Entry) -> Result<(), E>,
    ) -> Result<(Log, Recovery), OpenError<E>> {
        Log::open_above(dir, Floor::default(), each)
    }

    /// [`Log::open`], with what is known from outside of how far the log went.
    ///
    /// # Errors
    /// Those of [`Log::open`], and [`Error::Published`].
    pub fn open_above<E>(
        dir: &Path,
        floor: Floor,
        each: impl FnMut(&Entry) -> Result<(), E>,
    ) -> Result<(Log, Recovery), OpenError<E>> {
        recover::open(dir, Faults::default(), (Depth::Heads, floor), each)
    }

    /// Opens the log from a snapshot of its index: only the records after its position are read,
    /// checked and given to `each`. Of what comes before, the heads of all ledgers are held against
    /// sled, and the place where the journal goes on against its frame; the rest is for whoever
    /// verifies it later, beside the writer. Never mends more than a crash leaves.
    ///
    /// # Errors
    /// [`Error::Snapshot`], and everything that [`Log::open`] would refuse or mend. Then nothing
    /// was changed, what `each` was told is worth nothing, and [`Log::open`] finds out what there
    /// is.
    pub fn open_from<E>(
        dir: &Path,
        snapshot: &Snapshot,
        each: impl FnMut(&Entry) -> Result<(), E>,
    ) -> Result<(Log, Recovery), OpenError<E>> {
        Log::open_from_above(dir, snapshot, Floor::default(), each)
    }

    /// [`Log::open_from`], with what is known from outside of how far the log went.
    ///
    /// # Errors
    /// Those of [`Log::open_from`], and [`Error::Published`].
    pub fn open_from_above<E>(
        dir: &Path,
        snapshot: &Snapshot,
        floor: Floor,
        each: impl FnMut(&Entry) -> Result<(), E>,
    ) -> Result<(Log, Recovery), OpenError<E>> {
        recover::open_from(dir, Faults::default(), (snapshot, floor), each)
    }

    /// [`Log::open`], with steps that can be made to fail.
    ///
    /// # Errors
    /// Those of [`Log::open`].
    #[cfg(any(test, feature = "faults"))]
    pub fn open_with_faults<E>(
        dir: &Path,
        faults: Faults,
        each: impl FnMut(&Entry) -> Result<(), E>,
    ) -> Result<(Log, Recovery), OpenError<E>> {
        recover::open(dir, faults, (Depth::Heads, Floor::default()), each)
    }

    /// Lets segments of the journal end earlier, so that there are several.
    #[cfg(any(test, feature = "faults"))]
    pub fn set_segment_len(&mut self, bytes: u64) {
        self.journal.set_segment_len(bytes);
    }

    pub(crate) fn new(shared: Shared, journal: Journal) -> Log {
        Log {
            shared: Arc::new(shared),
            journal,
            frame: Vec::new(),
            stopped: false,
        }
    }

    /// The head of a ledger; `None` if it has no records.
    #[must_use]
    pub fn head(&self, ledger: LedgerId) -> Option<Head> {
        self.shared.index().state(ledger).map(|state| state.head)
    }

    /// The ledgers, in the order of their first records.
    #[must_use]
    pub fn ledgers(&self) -> Vec<LedgerId> {
        self.shared
            .index()
            .states()
            .map(|state| state.head.ledger)
            .collect()
    }

    /// The position that the next record will have.
    #[must_use]
    pub fn next_position(&self) -> u64 {
        self.shared.index().next_position()
    }

    /// For other threads; cheap.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::new(Arc::clone(&self.shared))
    }

    /// Appends a group, linked and in order, with all parts of its commands, and answers the
    /// position of its first record. All of it is on the disk, twice, and readers see it, or it
    /// is an error. Blocks for some milliseconds. An empty group does nothing.
    ///
    /// Checks that the records continue their ledgers, but not their hashes again: they come from
    /// [`Head::link`], and the next start checks them.
    ///
    /// # Errors
    /// After any error every later append answers [`Error::Stopped`]: what is on the disk is
    /// known only after the log was opened again. It may hold the group.
    pub fn append(&mut self, records: &[Record]) -> Result<u64, Error> {
        if self.stopped {
            return Err(Error::Stopped);
        }
        self.stopped = true;
        let first = self.commit(records)?;
        self.stopped = false;
        Ok(first)
    }

    fn commit(&mut self, records: &[Record]) -> Result<u64, Error> {
        let first = self.next_position();
        if records.is_empty() {
            return Ok(first);
        }
        self.shared.index().check(records)?;
        journal::encode_into(&mut self.frame, first, records)?;

        // From here a crash leaves a part of the group on the disk. What counts is the frame: if
        // it is whole, the next start writes the pages; if not, nobody was told, and it is cut.
        let stands = self
            .journal
            .append(first, &self.frame, self.shared.pages.watchdog())?;
        if self.frame.capacity() > FRAME_KEPT_MAX {
            self.frame = Vec::new();
        }
        let mut writer = self.shared.pages.writer(first);
        for record in records {
            writer.push(record)?;
        }
        writer.finish()?;

        self.publish(records, stands)?;
        Ok(first)
    }

    /// Shows a group that is on the disk to the readers.
    fn publish(&self, records: &[Record], stands: Option<FrameAt>) -> Result<(), Error> {
        // A larger table takes longest to make, so it is made while others read.
        let commands = records
            .iter()
            .filter(|record| record.header.part == 1)
            .count();
        let grown = self.shared.index().grown(commands);
        let mut index = self
            .shared
            .index
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(grown) = grown {
            index.exchange(grown);
        }
        for record in records {
            index
                .push(record)
                .map_err(|pushed| replay::refused(pushed, Error::NotNext))?;
        }
        index.ends_with(stands);
        Ok(())
    }

    #[cfg(test)]
    pub(crate) fn parts_for_tests(&mut self) -> (&Arc<Shared>, &mut Journal) {
        (&self.shared, &mut self.journal)
    }
}

#[cfg(test)]
impl Shared {
    pub(crate) fn index_mut(&self) -> std::sync::RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap()
    }
}

/// The heads of an index.
pub(crate) fn heads(index: &Index) -> Vec<Head> {
    index.states().map(|state: &State| state.head).collect()
}
