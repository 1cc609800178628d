//! From records to what is shown of them, on two threads: one reads, checks and decodes, the other
//! applies. Each takes about half of a start.

use chain::Record;
use ledger::Fact;
use ledger::ids::LedgerId;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use wire::WireError;

/// How many lines go over at once: so many that waking a thread costs nothing beside them, and so
/// few that they stay in the processor's cache.
const LINES_AT_ONCE: usize = 256;

/// How many batches may wait: with the one in each thread's hands some 2,500 facts, a few MB.
const BATCHES_MAX: usize = 8;

/// What is applied of a durable record: all but its body.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) ledger: LedgerId,
    position: u64,
    pub(crate) seq: u64,
    recorded_at_us: u64,
    pub(crate) hash: chain::Hash,
    /// What its body states, unless it was written by a newer release.
    pub(crate) fact: Result<Fact, WireError>,
}

impl Line {
    /// Decodes a record's body.
    pub(crate) fn of(position: u64, record: &Record) -> Line {
        let header = &record.header;
        Line {
            ledger: LedgerId(header.ledger.0),
            position,
            seq: header.seq,
            recorded_at_us: header.recorded_at_us,
            hash: record.hash,
            fact: wire::decode_event(&record.body).map(|(fact, _salt)| fact),
        }
    }

    /// What a view takes, given the fact.
    pub(crate) fn entry<'a>(&self, fact: &'a Fact) -> projections::Entry<'a> {
        projections::Entry {
            position: self.position,
            seq: self.seq,
            recorded_at_us: self.recorded_at_us,
            hash: *self.hash.as_bytes(),
            fact,
        }
    }

    pub(crate) const fn position(&self) -> u64 {
        self.position
    }
}

/// Where the thread that reads puts its lines.
pub(crate) struct Lines {
    batch: Vec<Line>,
    applying: SyncSender<Vec<Line>>,
}

impl Lines {
    /// Takes the next record, in the order of positions.
    pub(crate) fn push(&mut self, position: u64, record: &Record) {
        self.batch.push(Line::of(position, record));
        if self.batch.len() >= LINES_AT_ONCE {
            self.send();
        }
    }

    fn send(&mut self) {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(LINES_AT_ONCE));
        // Nobody takes it only if the other thread has panicked, and that is told at the end.
        let _ = self.applying.send(batch);
    }
}

/// Runs `read` here, and `apply` on a thread of its own with what `read` pushes, in that order.
/// When this comes back, all of it has been applied.
///
/// # Panics
/// If `apply` does.
pub(crate) fn applied<T>(
    mut apply: impl FnMut(&[Line]) + Send,
    read: impl FnOnce(&mut Lines) -> T,
) -> T {
    let (applying, batches) = sync_channel::<Vec<Line>>(BATCHES_MAX);
    thread::scope(|scope| {
        scope.spawn(move || batches.iter().for_each(|batch| apply(&batch)));
        let mut lines = Lines {
            batch: Vec::with_capacity(LINES_AT_ONCE),
            applying,
        };
        let read = read(&mut lines);
        lines.send();
        read
    })
}
