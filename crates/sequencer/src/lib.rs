//! The one writer: decides and links on one thread, stores, shows and answers on another.
//!
//! Everything is acknowledged only after it is on the disk, and only with what readers can already
//! see. What start-up replays is what the live path runs: `show::Shown`.

mod announce;
mod answer;
mod canon;
mod clock;
mod compared;
mod decide;
mod erasure;
mod files;
mod flight;
mod gauges;
mod group;
mod handle;
mod introduce;
mod leaves;
mod lines;
mod link;
mod persist;
mod publish;
mod published;
mod queued;
mod rebuild;
mod replay;
mod seal;
mod seals;
mod show;
mod signed;
mod snapshot;
mod spares;
mod starting;
mod states;
mod threads;
mod timer;
mod writer;

#[cfg(test)]
mod tests;

pub use answer::{Answers, Caller, Receipt, Refusal, Request, Unavailable};
pub use canon::Unhashable;
pub use chain::BODY_LEN_MAX;
pub use clock::{Reading, Source, machine, wall_us};
pub use erasure::Sight;
pub use gauges::Gauges;
pub use group::LIST_LEN_MAX;
pub use introduce::Rotation;
pub use link::body_len;
pub use publish::{Publication, PublishError, Published};
pub use published::{Log as PublishedLog, ProveError};
pub use queued::Queued;
pub use rebuild::{Finding, Rebuilt, rebuild};
pub use replay::{Replay, ReplayError, ReplayFault};
pub use seals::{SealError, Sealed, SubjectProof};
pub use show::Slot;
pub use signed::{Answered, SignedGroup};
pub use snapshot::{SnapshotError, SnapshotTimer, Snapshots, Taken, Trust, Verification, Wrong};
pub use starting::{StartError, start, start_beside, start_published};
pub use states::state_hash;
pub use threads::Fallen;
pub use timer::Timer;

use ledger::Books;
use ledger::ids::LedgerId;
use show::Shown;
use snapshot::{Basis, Taking};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, RwLock};
use store::{FileStore, KeyStore, Reader, Recovery};
use tokio::sync::{Semaphore, mpsc, watch};

/// How many requests may wait for the writer. One more is told so, with 503: about half a second
/// of work at 4,000 groups a second.
pub const QUEUE_LEN_MAX: usize = 2048;

/// How many commands may wait in all requests together: they are held in memory, up to a kilobyte
/// each. About half a second of the writer's time, and four requests of the largest size. A request
/// with more of them waits alone.
pub const WAITING_MAX: u32 = 131_072;

/// A running sequencer, to be shared between threads.
#[derive(Clone)]
pub struct Handle {
    shown: Arc<Shown>,
    reader: Reader,
    keys: Arc<RwLock<KeyStore>>,
    files: FileStore,
    stopped: watch::Receiver<bool>,
    system: LedgerId,
    dir: PathBuf,
    /// Held by whoever seals: there is one file of subjects at a time.
    sealing: Arc<Mutex<()>>,
    published: Option<PublishedLog>,
    /// Room for commands that wait. Closed, nothing is written any more.
    room: Arc<Semaphore>,
    /// What the start began from.
    basis: Arc<Basis>,
    /// What snapshots are taken with; nothing where there are none.
    taking: Option<Arc<Taking>>,
    /// Which threads are gone.
    fallen: Fallen,
    /// Last, because fields are dropped in order: when the writer sees that every handle is gone
    /// and ends, no reader of theirs may still hold the log's lock.
    queue: mpsc::Sender<writer::Message>,
}

/// What came of starting.
pub struct Started {
    /// The running sequencer.
    pub handle: Handle,
    /// What opening had to mend.
    pub recovery: Recovery,
    /// The position after the last record of the snapshot that the start began from; nothing where
    /// it has read everything.
    pub began_from: Option<u64>,
    /// Ends when every handle is gone and the writer has let go of the log; before that it has
    /// seen to it that what it wrote is published.
    pub writer: std::thread::JoinHandle<()>,
}

fn semaphore_len(len: u32) -> usize {
    usize::try_from(len).unwrap_or(Semaphore::MAX_PERMITS)
}

/// The books as the writer has them: they run ahead of the disk and belong to it alone.
type Ahead = std::collections::HashMap<LedgerId, Box<(Books, chain::Head)>>;
