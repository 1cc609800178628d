//! The daily scrub: everything on the disk is read once a day, slowly, and what is bad is said.
//!
//! Time is an argument: the thread at the end gives it the machine's clock, tests their own.

use ledger::evidence::EvidenceEvent;
use sequencer::Handle;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use store::{Scrub, Scrubbed};

/// After a start, which has read the journal already: those who waited for it go first.
const FIRST_AFTER: Duration = Duration::from_mins(10);
/// From the beginning of one reading to that of the next.
const EVERY: Duration = Duration::from_hours(24);
/// How much is read at once, and how much a second: 16 MiB leave most of any disk to the clients,
/// and read 1.3 TB a day.
const STEP_LEN: u64 = 256 << 10;
const BYTES_PER_SECOND: u64 = 16 << 20;
/// After a reading that could not even begin.
const RETRY: Duration = Duration::from_mins(10);

/// What the scrub has to say.
#[derive(Debug, Clone, Default)]
pub struct Health {
    /// The last whole reading; nothing before the first.
    pub last: Option<Reading>,
    /// How far the reading under way has come.
    pub under_way: Option<UnderWay>,
    /// The position up to which, exclusive, the start has verified everything.
    pub at_start: u64,
    /// What the last reading found bad. The server is not ready while there is any.
    pub rot: Vec<String>,
    seqs: HashMap<chain::LedgerId, u64>,
}

/// A reading that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct UnderWay {
    /// The position that it has reached; the evidence files come after the last.
    pub position: u64,
    /// The position at which it ends.
    pub of: u64,
}

impl UnderWay {
    /// In whole percent, rounded down; all of nothing is everything.
    #[must_use]
    pub fn percent(self) -> u64 {
        let hundredfold = self.position.saturating_mul(100);
        hundredfold.checked_div(self.of).unwrap_or(100).min(100)
    }

    /// A bar of twenty, and the numbers.
    fn bar(self) -> String {
        let done = usize::try_from(self.percent() / 5).unwrap_or_default();
        let bar: String = (0..20)
            .map(|place| if place < done { '#' } else { '.' })
            .collect();
        let UnderWay { position, of } = self;
        format!("[{bar}] {} % ({position} / {of})", self.percent())
    }
}

/// A whole reading of everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Reading {
    /// The position up to which, exclusive, both copies of every record are what they were.
    pub position: u64,
    /// How many evidence files have their hashes.
    pub files: u64,
    /// When it ended, UTC.
    pub at: String,
    /// The same in seconds since 1970.
    #[serde(skip)]
    pub at_s: u64,
}

impl Health {
    /// The position up to which, exclusive, everything was read from the disk and found sound since
    /// the start. What was written after that is on the disk as well, and was not yet read again.
    #[must_use]
    pub fn verified_through(&self) -> u64 {
        let read = self.last.as_ref().map_or(0, |last| last.position);
        let sound = self.under_way.filter(|_| self.rot.is_empty());
        let under_way = sound.map_or(0, |under_way| under_way.position);
        if self.rot.is_empty() {
            self.at_start.max(read).max(under_way)
        } else {
            read
        }
    }

    /// The last record of a ledger that the last whole reading found sound in both copies.
    #[must_use]
    pub fn last_verified_seq(&self, ledger: ledger::ids::LedgerId) -> Option<u64> {
        self.seqs.get(&chain::LedgerId(ledger.0)).copied()
    }
}

/// Shared between the scrub and who asks how it goes.
#[derive(Debug, Clone, Default)]
pub struct Shared(Arc<Mutex<Health>>);

impl Shared {
    /// How it goes.
    #[must_use]
    pub fn health(&self) -> Health {
        self.lock().clone()
    }

    /// The start has verified everything up to a position, exclusive.
    pub fn verified_at_start(&self, through: u64) {
        self.lock().at_start = through;
    }

    fn lock(&self) -> MutexGuard<'_, Health> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The evidence files that records name, with the seq of the first that does.
type Names = BTreeMap<(ledger::ids::LedgerId, ledger::digest::Digest), u64>;

/// The scrub of a running server.
pub struct Scrubber {
    handle: Handle,
    shared: Shared,
    /// When to go on, and when the reading under way began; from any fixed point in time.
    due: Duration,
    began: Duration,
    under_way: Option<(Scrub, Names)>,
    /// The next tenth, in percent, that is worth a line in the log.
    tenth: u64,
}

impl Scrubber {
    /// Will begin some minutes after `now`.
    #[must_use]
    pub fn new(handle: Handle, shared: Shared, now: Duration) -> Scrubber {
        Scrubber {
            handle,
            shared,
            due: now.saturating_add(FIRST_AFTER),
            began: now,
            under_way: None,
            tenth: 0,
        }
    }

    /// Does what is due now, at most one step; answers how long there is nothing to do. `wall_us`
    /// is the time that a report bears, in UTC microseconds. Blocks for some milliseconds.
    pub fn turn(&mut self, now: Duration, wall_us: u64) -> Duration {
        if now < self.due {
            return self.due.saturating_sub(now);
        }
        // What panics over bad bytes has found something bad.
        let step = catch_unwind(AssertUnwindSafe(|| self.step(now)));
        match step {
            Ok(Ok(read)) => self.due = now.saturating_add(time_for(read)),
            Ok(Err(done)) => self.end(&done, now, wall_us),
            Err(_) => {
                self.under_way = None;
                self.fail("the scrub panicked".to_owned(), now);
            }
        }
        self.due.saturating_sub(now)
    }

    /// Reads on; how much, or what came of it.
    fn step(&mut self, now: Duration) -> Result<u64, Box<Scrubbed>> {
        let mut under_way = match self.under_way.take() {
            Some(under_way) => under_way,
            None => match Scrub::begin(self.handle.reader()) {
                Ok(scrub) => {
                    self.began = now;
                    self.tenth = 0;
                    (scrub, Names::new())
                }
                Err(error) => {
                    self.fail(error.to_string(), now);
                    return Ok(time_as_bytes(RETRY));
                }
            },
        };
        let (scrub, names) = &mut under_way;
        let step = scrub.step(STEP_LEN, &mut |record| take_names(names, record));
        let progress = UnderWay {
            position: scrub.position(),
            of: scrub.end(),
        };
        self.shared.lock().under_way = Some(progress);
        self.under_way = Some(under_way);
        self.tell(progress);
        step
    }

    /// A line in the log for every tenth: of a day's reading ten, however large the log is.
    fn tell(&mut self, progress: UnderWay) {
        if progress.percent() >= self.tenth {
            tracing::info!(progress = %progress.bar(), "everything on the disk is read once a day");
            self.tenth = (progress.percent() / 10)
                .saturating_add(1)
                .saturating_mul(10);
        }
    }

    fn fail(&mut self, what: String, now: Duration) {
        tracing::error!(what, "the scrub could not read on");
        let mut health = self.shared.lock();
        health.under_way = None;
        health.rot = vec![what];
        self.due = now.saturating_add(RETRY);
    }

    fn end(&mut self, done: &Scrubbed, now: Duration, wall_us: u64) {
        let names = self.under_way.take().map(|(_, names)| names);
        let mut rot: Vec<String> = done.rot.iter().map(ToString::to_string).collect();
        for ((ledger, file), seq) in names.into_iter().flatten() {
            if !self.handle.holds(ledger, file) {
                rot.push(format!("ledger {ledger}, seq {seq}: no file {file}"));
            }
        }
        for what in &rot {
            tracing::error!(what, "the scrub found damage; see deploy/README.md, Repair");
        }
        let at = i64::try_from(wall_us).ok();
        let at_s = wall_us / 1_000_000;
        let at = at.and_then(|us| jiff::Timestamp::from_microsecond(us).ok());
        let reading = Reading {
            position: done.through,
            files: done.files,
            at: at.unwrap_or_default().to_string(),
            at_s,
        };
        tracing::info!(?reading, "everything was read");
        let mut health = self.shared.lock();
        *health = Health {
            last: Some(reading),
            under_way: None,
            at_start: health.at_start,
            rot,
            seqs: done.last_verified.clone(),
        };
        drop(health);
        self.due = self.began.saturating_add(EVERY).max(now);
    }
}

/// How long a reading of so many bytes keeps the disk from being read again.
fn time_for(bytes: u64) -> Duration {
    let micros = bytes
        .saturating_mul(1_000_000)
        .checked_div(BYTES_PER_SECOND);
    Duration::from_micros(micros.unwrap_or(0))
}

fn time_as_bytes(time: Duration) -> u64 {
    time.as_secs().saturating_mul(BYTES_PER_SECOND)
}

fn take_names(names: &mut Names, record: &chain::Record) {
    if !wire::may_be_evidence(&record.body) {
        return;
    }
    let Ok((fact, _salt)) = wire::decode_event(&record.body) else {
        return;
    };
    if let ledger::Event::Evidence(EvidenceEvent::Added(added)) = fact.event {
        let ledger = ledger::ids::LedgerId(record.header.ledger.0);
        names
            .entry((ledger, added.sha256))
            .or_insert(record.header.seq);
    }
}

/// The thread; it ends when this is dropped, and holds the log until then.
pub struct Running {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Scrubs a server by the machine's clock.
    ///
    /// # Errors
    /// There is no thread for it.
    pub fn start(handle: Handle, shared: Shared) -> std::io::Result<Running> {
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::Builder::new().name("scrub".to_owned());
        let thread = thread.spawn(move || run(handle, shared, &stopped))?;
        Ok(Running {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It catches what panics, and whether it ended well changes nothing here.
            let _ = thread.join();
        }
    }
}

fn run(handle: Handle, shared: Shared, stopped: &Receiver<()>) {
    let start = Instant::now();
    let mut scrubber = Scrubber::new(handle, shared, start.elapsed());
    let mut wait = Duration::ZERO;
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(wait) {
        wait = scrubber.turn(start.elapsed(), sequencer::wall_us());
    }
}
