//! Reading what is published, from any thread, while the writer appends.

use std::sync::Arc;

use chain::{Head, LedgerId};
use uuid::Uuid;

use crate::error::{BadRecord, Copy, Reason};
use crate::log::{self, Shared};
use crate::{Entry, Error, Observed};

/// Reads the log. Sees a record once `append` has answered for it: all of it is on the disk.
/// Each record's hash is checked when it is read.
#[derive(Debug, Clone)]
pub struct Reader {
    shared: Arc<Shared>,
}

impl Reader {
    pub(crate) fn new(shared: Arc<Shared>) -> Reader {
        Reader { shared }
    }

    pub(crate) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    /// How long the disk took, each time that it was waited for.
    pub fn timings(&self) -> impl Iterator<Item = (&'static str, Observed)> {
        self.shared.pages.watchdog().timings().read()
    }

    /// The position after the last published record.
    #[must_use]
    pub fn next_position(&self) -> u64 {
        self.shared.index().next_position()
    }

    /// The head of a ledger; `None` if it has no records.
    #[must_use]
    pub fn head(&self, ledger: LedgerId) -> Option<Head> {
        self.shared.index().state(ledger).map(|state| state.head)
    }

    /// The heads of all ledgers, in the order of their first records.
    #[must_use]
    pub fn heads(&self) -> Vec<Head> {
        log::heads(&self.shared.index())
    }

    /// The record at a position.
    ///
    /// # Errors
    /// sled fails, or the record is not what it was.
    pub fn at(&self, position: u64) -> Result<Option<Entry>, Error> {
        if position >= self.next_position() {
            return Ok(None);
        }
        Ok(self.read(&[position])?.pop())
    }

    /// The record of a ledger with a seq, from 1.
    ///
    /// # Errors
    /// Those of [`Reader::at`].
    pub fn get(&self, ledger: LedgerId, seq: u64) -> Result<Option<Entry>, Error> {
        let Some(before) = seq.checked_sub(1) else {
            return Ok(None);
        };
        let positions = self.shared.index().positions(ledger, before, 1);
        Ok(self.read(&positions)?.pop())
    }

    /// The positions of at most `limit` records of a ledger, from `from_seq` on, in order. Does
    /// not read the disk.
    #[must_use]
    pub fn positions(&self, ledger: LedgerId, from_seq: u64, limit: usize) -> Vec<u64> {
        self.shared
            .index()
            .positions(ledger, from_seq.saturating_sub(1), limit)
    }

    /// At most `limit` records of a ledger, those after `after_seq`, in order. The caller's limit
    /// bounds the memory: a record has up to 6 KiB.
    ///
    /// # Errors
    /// Those of [`Reader::at`].
    pub fn scan(
        &self,
        ledger: LedgerId,
        after_seq: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, Error> {
        let positions = self.shared.index().positions(ledger, after_seq, limit);
        self.read(&positions)
    }

    /// At most `limit` records of the whole deployment, from a position on, in order.
    ///
    /// # Errors
    /// Those of [`Reader::at`].
    pub fn range(&self, from: u64, limit: usize) -> Result<Vec<Entry>, Error> {
        let positions: Vec<u64> = (from..self.next_position()).take(limit).collect();
        self.read(&positions)
    }

    /// The first record of a command, if the ledger has had it: a retry finds its receipt here.
    ///
    /// # Errors
    /// Those of [`Reader::at`].
    pub fn find(&self, ledger: LedgerId, command_id: Uuid) -> Result<Option<Entry>, Error> {
        let candidates = self.shared.index().candidates(ledger, command_id);
        for position in candidates {
            // Two commands may share a fingerprint: only the record says which it is.
            if let Some(entry) = self.read(&[position])?.pop()
                && entry.record.header.ledger == ledger
                && entry.record.header.command_id == command_id
            {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// Reads published positions, which ascend; each page once.
    fn read(&self, positions: &[u64]) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::with_capacity(positions.len());
        let mut wanted = positions.iter().copied().peekable();
        while let Some(position) = wanted.peek().copied() {
            let page = self.shared.pages.holding(position)?;
            let page = page.ok_or_else(|| bad(position, Reason::Missing))?;
            for (here, raw) in (page.first..).zip(page.entries()) {
                let raw = raw.map_err(|_| bad(here, Reason::Malformed))?;
                if wanted.next_if_eq(&here).is_some() {
                    let record = raw
                        .record(Vec::new())
                        .map_err(|broken| bad(here, broken.into()))?;
                    entries.push(Entry {
                        position: here,
                        record,
                    });
                }
            }
            if wanted.peek() == Some(&position) {
                return Err(bad(position, Reason::Missing));
            }
        }
        Ok(entries)
    }
}

fn bad(position: u64, reason: Reason) -> Error {
    let (ledger, seq) = match &reason {
        Reason::Chain(broken) => (Some(broken.ledger), Some(broken.seq)),
        Reason::Malformed
        | Reason::Frame
        | Reason::InFrame { .. }
        | Reason::Missing
        | Reason::Repeated
        | Reason::Tail { .. }
        | Reason::Differ
        | Reason::Unfinished
        | Reason::Unreadable(_) => (None, None),
    };
    BadRecord {
        copy: Copy::Sled,
        position,
        ledger,
        seq,
        reason,
    }
    .into()
}
