//! The daily scrub: everything on the disk is read once a day, slowly, and what is bad is said.
//! After a start from a snapshot it begins at once and goes faster, and what the snapshot holds is
//! built again from the records: only then is everything verified that is served.
//!
//! Time is an argument: the thread at the end gives it the machine's clock, tests their own.

use ledger::evidence::EvidenceEvent;
use sequencer::{Handle, PublishedLog, Trust, Verification, Wrong};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use store::{Rot, Scrub, Scrubbed, Standing};

/// After a start, which has read the journal already: those who waited for it go first.
const FIRST_AFTER: Duration = Duration::from_mins(10);
/// From the beginning of one reading to that of the next.
const EVERY: Duration = Duration::from_hours(24);
/// How much is read at once, and how much a second: 16 MiB leave most of any disk to the clients,
/// and read 1.3 TB a day.
const STEP_LEN: u64 = 256 << 10;
const BYTES_PER_SECOND: u64 = 16 << 20;
/// How many times as fast what a snapshot holds is verified. Whatever the speed, it rests for as
/// long as it works: half a core is the most that it takes.
const OWED_FASTER: u32 = 4;
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
    pub rot: Vec<Damage>,
    /// How far the snapshot that the start began from is verified; nothing where it has read
    /// everything.
    pub snapshot: Option<Verified>,
    seqs: HashMap<chain::LedgerId, u64>,
}

/// Something that is not what it was.
#[derive(Debug, Clone)]
pub struct Damage {
    /// What it is.
    pub what: String,
    /// What to do, in Chinese and in English.
    pub advice: (&'static str, &'static str),
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

    /// The next tenth, in percent.
    fn next_tenth(self) -> u64 {
        let tenths = self.percent() / 10;
        tenths.saturating_add(1).saturating_mul(10)
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

/// How far what a start took from a snapshot is verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Verified {
    /// How many records the snapshot is of.
    pub position: u64,
    /// How far they are read and everything is built again from them, in whole percent. At 100 all
    /// that is served was held against the records.
    pub percent: u64,
    /// Why it cannot be verified. The next start then reads everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsettled: Option<String>,
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

    /// [`Health::verified_through`].
    #[must_use]
    pub fn verified_through(&self) -> u64 {
        self.lock().verified_through()
    }

    /// The start has verified everything up to a position, exclusive.
    pub fn verified_at_start(&self, through: u64) {
        self.lock().at_start = through;
    }

    /// What the start began from.
    fn began_with(&self, handle: &Handle) {
        let from = match handle.trust() {
            Trust::Verified => None,
            Trust::Unverified { position } | Trust::Wrong { position, .. } => Some(position),
        };
        self.lock().snapshot = from.map(|position| Verified {
            position,
            percent: 0,
            unsettled: None,
        });
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
    /// What a start from a snapshot owes, and whether its records are read.
    owed: Option<(Verification, bool)>,
}

impl Scrubber {
    /// Will begin some minutes after `now`; at once, if the start has begun from a snapshot.
    #[must_use]
    pub fn new(handle: Handle, shared: Shared, now: Duration) -> Scrubber {
        let owed = handle.verification();
        let after = if owed.is_some() {
            Duration::ZERO
        } else {
            FIRST_AFTER
        };
        shared.began_with(&handle);
        Scrubber {
            handle,
            shared,
            due: now.saturating_add(after),
            began: now,
            under_way: None,
            tenth: 0,
            owed: owed.map(|owed| (owed, false)),
        }
    }

    /// What a snapshot holds is still being verified.
    #[must_use]
    pub fn owes(&self) -> bool {
        self.owed.is_some()
    }

    /// Does what is due now, at most one step; answers how long there is nothing to do. `wall_us`
    /// is the time that a report bears, in UTC microseconds. Blocks for some milliseconds.
    pub fn turn(&mut self, now: Duration, wall_us: u64) -> Duration {
        if now < self.due {
            return self.due.saturating_sub(now);
        }
        // What panics over bad bytes has found something bad.
        let step = catch_unwind(AssertUnwindSafe(|| {
            if matches!(self.owed, Some((_, true))) {
                self.rebuild();
                return Ok(if self.owes() { 0 } else { time_as_bytes(EVERY) });
            }
            self.step(now)
        }));
        match step {
            Ok(Ok(read)) => {
                let faster = if self.owes() { OWED_FASTER } else { 1 };
                let time = time_for(read).checked_div(faster).unwrap_or_default();
                self.due = now.saturating_add(time);
            }
            Ok(Err(done)) => self.end(&done, now, wall_us),
            Err(_) => {
                self.under_way = None;
                self.owed = None;
                self.fail("the scrub panicked".to_owned(), now);
            }
        }
        self.due.saturating_sub(now)
    }

    /// The tree's size first: what is published by then is in what is read.
    fn begin(&self) -> Result<Scrub, store::Error> {
        let nodes = self.handle.published_log().map(PublishedLog::nodes);
        let scrub = Scrub::begin(self.handle.reader())?;
        Ok(match nodes {
            Some((tree, size)) => scrub.with_tree(tree, size),
            None => scrub,
        })
    }

    /// Reads on; how much, or what came of it.
    fn step(&mut self, now: Duration) -> Result<u64, Box<Scrubbed>> {
        let mut under_way = match self.under_way.take() {
            Some(under_way) => under_way,
            None => match self.begin() {
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
        let owed = &mut self.owed;
        let step = scrub.step(STEP_LEN, &mut |record| {
            take_names(names, record);
            if let Some((owed, _)) = owed {
                owed.take(record);
            }
        });
        let progress = UnderWay {
            position: scrub.position(),
            of: scrub.end(),
        };
        let mut health = self.shared.lock();
        health.under_way = Some(progress);
        if let Some(snapshot) = &mut health.snapshot
            && self.owed.is_some()
        {
            snapshot.percent = progress.percent() / 2;
        }
        drop(health);
        self.under_way = Some(under_way);
        self.tell(progress);
        step
    }

    /// A line in the log for every tenth: of a day's reading ten, however large the log is.
    fn tell(&mut self, progress: UnderWay) {
        if progress.percent() >= self.tenth {
            tracing::info!(progress = %progress.bar(), "everything on the disk is read once a day");
            self.tenth = progress.next_tenth();
        }
    }

    /// All records are read: what the snapshot holds is built again, if they were sound.
    fn read(&mut self, done: &Scrubbed) {
        let Some((mut owed, _)) = self.owed.take() else {
            return;
        };
        let is_index = |rot: &&Rot| matches!(rot, Rot::Index { .. });
        if let Some(wrong) = done.rot.iter().find(is_index) {
            return self.handle.distrust(&wrong.to_string());
        }
        // A file that is damaged says nothing about the books.
        let is_file = |rot: &Rot| matches!(rot, Rot::File(..));
        if !done.rot.iter().all(is_file) {
            return self.unsettled("the records could not be read, or not be trusted".to_owned());
        }
        self.tenth = 0;
        match owed.end_of_records() {
            Ok(()) => self.owed = Some((owed, true)),
            Err(wrong) => self.wrong(&wrong),
        }
    }

    /// Goes on with building again what the snapshot holds.
    fn rebuild(&mut self) {
        let Some((mut owed, is_read)) = self.owed.take() else {
            return;
        };
        match owed.step() {
            Ok(true) => {
                tracing::info!(position = owed.position(), "all that is served is verified");
                self.progress(100);
            }
            Ok(false) => {
                let (position, of) = owed.progress();
                let progress = UnderWay { position, of };
                self.progress((progress.percent() / 2).saturating_add(50).min(99));
                if progress.percent() >= self.tenth {
                    tracing::info!(progress = %progress.bar(), "built again from the records");
                    self.tenth = progress.next_tenth();
                }
                self.owed = Some((owed, is_read));
            }
            Err(wrong) => self.wrong(&wrong),
        }
    }

    fn progress(&self, percent: u64) {
        if let Some(snapshot) = &mut self.shared.lock().snapshot {
            snapshot.percent = percent;
        }
    }

    fn wrong(&self, wrong: &Wrong) {
        if wrong.is_served {
            self.handle.distrust(&wrong.to_string());
        } else {
            self.handle.set_snapshots_aside();
            self.unsettled(wrong.to_string());
        }
    }

    fn unsettled(&self, why: String) {
        tracing::error!(why, "the snapshot cannot be verified; start again");
        if let Some(snapshot) = &mut self.shared.lock().snapshot {
            snapshot.unsettled = Some(why);
        }
    }

    fn fail(&mut self, what: String, now: Duration) {
        let advice = Rot::UNREAD;
        let mut health = self.shared.lock();
        health.under_way = None;
        health.rot = vec![Damage {
            what: what.clone(),
            advice,
        }];
        drop(health);
        self.due = now.saturating_add(RETRY);
        tracing::error!(what, advice = advice.1, "the scrub could not read on");
    }

    /// The register is no part of what is served, and what was published is worth little without.
    fn look_at_register(&self) {
        let Some(log) = self.handle.published_log() else {
            return;
        };
        let register = log.register().path().display();
        match log.register().standing() {
            Standing::Kept => {}
            Standing::Gone => tracing::error!(%register, "the head register is gone: put it back"),
            Standing::Another => {
                tracing::error!(%register, "somebody else has written to the head register");
            }
        }
    }

    fn end(&mut self, done: &Scrubbed, now: Duration, wall_us: u64) {
        let names = self.under_way.take().map(|(_, names)| names);
        let damage = |what: String, advice| Damage { what, advice };
        let found = done.rot.iter();
        let mut rot: Vec<Damage> = found
            .map(|rot| damage(rot.to_string(), rot.advice()))
            .collect();
        for ((ledger, file), seq) in names.into_iter().flatten() {
            if !self.handle.holds(ledger, file) {
                let what = format!("ledger {ledger}, seq {seq}: no file {file}");
                rot.push(damage(what, Rot::FILE));
            }
        }
        if done.unnamed > 0 {
            let what = format!("and {} more of the same", done.unnamed);
            rot.push(damage(what, ("处理同上", "as with those before")));
        }
        for Damage { what, advice } in &rot {
            tracing::error!(what, advice = advice.1, "the scrub found damage");
        }
        self.look_at_register();
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
            snapshot: health.snapshot.take(),
            seqs: done.last_verified.clone(),
        };
        drop(health);
        self.read(done);
        self.due = if self.owes() {
            now
        } else {
            self.began.saturating_add(EVERY).max(now)
        };
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
        // Known before anybody asks.
        shared.began_with(&handle);
        let fallen = handle.fallen().clone();
        let thread = fallen.spawn("scrub", move || run(handle, shared, &stopped))?;
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
        let before = start.elapsed();
        wait = scrubber.turn(before, sequencer::wall_us());
        if scrubber.owes() {
            wait = wait.max(start.elapsed().saturating_sub(before));
        }
    }
}
