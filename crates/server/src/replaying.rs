//! A witness that replays: beside the one that cosigns, a thread reads the records up to each
//! checkpoint that is asked for, and says whether they bear it out.
//!
//! Nobody waits for it without end. Who asks for a checkpoint that was not replayed yet is told so
//! after [`WAIT_MAX`] and asks again, for the checkpoint that is then the newest; meanwhile the
//! thread goes on. What it says is said of one size and one root: of another checkpoint nothing is
//! known, so nothing can change between the reading and the cosigning.

mod source;
#[cfg(test)]
mod tests;

pub use source::{Fetch, Source};

use anyhow::Result;
use chain::{Checkpoint, NodeHash};
use sequencer::{Replay, ReplayError};
use serde::Serialize;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use witness::{Refused, Witness, origin_hash};

/// How long an answer waits for the thread: less than the 10 s that `serve` waits for a witness.
pub const WAIT_MAX: Duration = Duration::from_secs(5);
/// How many checkpoints that were borne out are remembered: some are asked for again.
const BORNE_OUT_MAX: usize = 64;
/// How many records are replayed before they are kept: a second's work is lost at the most.
const KEEP_EVERY: u64 = 200_000;

/// What the thread and those who ask it share.
pub struct Replaying {
    origin: String,
    shown: Mutex<Shown>,
    /// What is to be replayed; dropped with this, it ends the thread.
    target: watch::Sender<Option<(u64, NodeHash)>>,
    /// Counts what has come to an end, well or not.
    ended: watch::Sender<u64>,
}

/// How far it is, for a page of status.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Shown {
    /// How many records were replayed.
    replayed: u64,
    /// How many seals came out as they were recorded.
    seals: u64,
    /// The size of the checkpoint that is being replayed, or was last.
    target: u64,
    /// What keeps it from going on; it goes on when a checkpoint comes again.
    trouble: Option<String>,
    /// What is false in this log; it is refused for good.
    refused: Option<String>,
    #[serde(skip)]
    borne_out: VecDeque<(u64, NodeHash)>,
}

impl Replaying {
    /// Begins, for one log of a witness. What is replayed is kept in the directory of the witness.
    ///
    /// # Errors
    /// There is no thread to be had, or what was kept cannot be read.
    pub fn start(
        witness: &Arc<Witness>,
        origin: &str,
        data: &Path,
        source: Source,
    ) -> Result<Arc<Replaying>> {
        let dir = directory(data, origin);
        let replay = open(&dir)?;
        let shown = Shown {
            replayed: replay.size(),
            seals: replay.seals(),
            refused: witness.refused(origin),
            ..Shown::default()
        };
        let shared = Arc::new(Replaying {
            origin: origin.to_owned(),
            shown: Mutex::new(shown),
            target: watch::Sender::new(None),
            ended: watch::Sender::new(0),
        });
        let worker = Worker {
            witness: Arc::clone(witness),
            shared: Arc::downgrade(&shared),
            dir,
            source,
            replay: Some(replay),
        };
        let targets = shared.target.subscribe();
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let thread = std::thread::Builder::new().name("replay".to_owned());
        thread.spawn(move || runtime.block_on(worker.run(targets)))?;
        Ok(shared)
    }

    /// Whether the records bear a checkpoint out. Does not wait; where it is not known, the thread
    /// is told to find it out.
    ///
    /// # Errors
    /// [`Refused::NotReplayed`].
    pub fn verdict(&self, checkpoint: &Checkpoint) -> Result<(), Refused> {
        let asked = (checkpoint.size(), checkpoint.root());
        let shown = self.shown();
        if asked.0 == 0 || shown.borne_out.contains(&asked) {
            return Ok(());
        }
        let why = match &shown.trouble {
            Some(trouble) => trouble.clone(),
            None => format!("{} of {} records", shown.replayed, asked.0),
        };
        drop(shown);
        self.target.send_replace(Some(asked));
        Err(Refused::NotReplayed { why })
    }

    /// Changes whenever a reading has come to an end.
    pub fn ended(&self) -> watch::Receiver<u64> {
        self.ended.subscribe()
    }

    /// How far it is.
    pub fn status(&self) -> Shown {
        self.shown().clone()
    }

    /// Why the last reading was broken off, if it was.
    pub fn trouble(&self) -> Option<String> {
        self.shown().trouble.clone()
    }

    /// The log that is replayed.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a witness keeps what it has replayed of a log.
pub fn directory(data: &Path, origin: &str) -> PathBuf {
    data.join(format!("{}.replay", origin_hash(origin)))
}

/// What was kept; from the first record, where it is damaged.
fn open(dir: &Path) -> Result<Replay> {
    match Replay::open(dir) {
        Err(error) if error.is_damage() => {
            tracing::warn!(%error, "what was replayed is read again from the first record");
            Replay::clear(dir)?;
            Ok(Replay::open(dir)?)
        }
        opened => Ok(opened?),
    }
}

struct Worker {
    witness: Arc<Witness>,
    shared: std::sync::Weak<Replaying>,
    dir: PathBuf,
    source: Source,
    /// None after an error: what is on the disk is opened again.
    replay: Option<Replay>,
}

impl Drop for Worker {
    /// Whoever asks must not wait for a thread that is gone.
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Some(shared) = self.shared.upgrade()
        {
            let trouble = "the thread that replays has ended: start the witness again";
            shared.shown().trouble = Some(trouble.to_owned());
            let ended = &shared.ended;
            ended.send_modify(|ended| *ended = ended.wrapping_add(1));
        }
    }
}

impl Worker {
    async fn run(mut self, mut targets: watch::Receiver<Option<(u64, NodeHash)>>) {
        while targets.changed().await.is_ok() {
            let Some(target) = *targets.borrow_and_update() else {
                continue;
            };
            let Some(shared) = self.shared.upgrade() else {
                return;
            };
            if shared.shown().refused.is_none() {
                let ended = self.follow(&shared, target);
                let trouble = ended.err().map(|error| format!("{error:#}"));
                shared.shown().trouble.clone_from(&trouble);
                if let Some(trouble) = trouble {
                    tracing::warn!(log = shared.origin, trouble, "cannot replay the log");
                }
            }
            shared
                .ended
                .send_modify(|ended| *ended = ended.wrapping_add(1));
        }
    }

    /// Reads the records up to a checkpoint, and finds out whether they bear it out.
    fn follow(&mut self, shared: &Replaying, (size, root): (u64, NodeHash)) -> Result<()> {
        let mut replay = match self.replay.take() {
            Some(replay) => replay,
            None => open(&self.dir)?,
        };
        shared.shown().target = size;
        if replay.size() > size {
            self.replay = Some(replay);
            anyhow::bail!(
                "more than {size} records were replayed already: a newer checkpoint, please"
            );
        }
        if let Err(error) = self.read(shared, &mut replay, size) {
            let replay_error = error.downcast_ref::<ReplayError>();
            if replay_error.is_some_and(ReplayError::is_damage) {
                Replay::clear(&self.dir)?;
            } else if replay_error.is_none() {
                // The source failed between two records; what was taken before stands.
                replay.keep()?;
                self.replay = Some(replay);
            }
            return Err(error);
        }
        replay.keep()?;
        let fault = if replay.root() == root {
            replay.fault().map(str::to_owned)
        } else {
            Some(format!(
                "所得记录与检查点不符 · the records that were given do not make the tree of the \
                 checkpoint of {size} records: expected root {root}, found {}",
                replay.root()
            ))
        };
        self.replay = Some(replay);
        match fault {
            Some(fault) => self.refuse(shared, &fault),
            None => {
                let mut shown = shared.shown();
                shown.borne_out.retain(|known| *known != (size, root));
                shown.borne_out.truncate(BORNE_OUT_MAX.saturating_sub(1));
                shown.borne_out.push_front((size, root));
                Ok(())
            }
        }
    }

    fn read(&mut self, shared: &Replaying, replay: &mut Replay, size: u64) -> Result<()> {
        let mut kept = replay.size();
        let mut shown_at = Instant::now();
        while replay.size() < size {
            self.source.fetch(replay.size(), size, &mut |record| {
                replay.take(record)?;
                if replay.size().saturating_sub(kept) >= KEEP_EVERY {
                    replay.keep()?;
                    kept = replay.size();
                }
                if shown_at.elapsed() > Duration::from_millis(100) {
                    shared.shown().replayed = replay.size();
                    shown_at = Instant::now();
                }
                Ok(())
            })?;
        }
        let mut shown = shared.shown();
        (shown.replayed, shown.seals) = (replay.size(), replay.seals());
        Ok(())
    }

    /// For good: first on the disk, then for whoever asks.
    fn refuse(&self, shared: &Replaying, fault: &str) -> Result<()> {
        let kept = self.witness.refuse(&shared.origin, fault);
        shared.shown().refused = Some(fault.to_owned());
        tracing::error!(
            log = shared.origin,
            fault,
            "this log is refused for good: its records do not bear it out"
        );
        Ok(kept?)
    }
}
