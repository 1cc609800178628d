//! The audit: both copies, every record, against each other and against the chain. Writes nothing
//! into the directory and believes nothing in it.

use std::collections::{HashMap, VecDeque};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use chain::{Hash, LedgerId, Record};

use crate::Error;
use crate::entry::{Decoder, Raw};
use crate::error::{BadRecord, Copy, Reason, at};
use crate::faults::Faults;
use crate::index::State;
use crate::journal::{self, Damage, Frames, Piece};
use crate::pages::{self, NotOpened, Page, Pages};
use crate::trace;

/// How many records pass between two calls of `progress`.
const PROGRESS_EVERY: u64 = 10_000;

/// What a verified log holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many records.
    pub records: u64,
    /// Every ledger's head, in the order of their first records. A chain does not guard its own
    /// tail: compare these with heads kept elsewhere.
    pub ledgers: Vec<LedgerHead>,
    /// Records of the last group that sled lacks; the next start writes them there. A crash leaves
    /// this. After an orderly stop it is 0, and anything else says that sled's file was changed:
    /// sled forgets, without a word, what follows damage to its last pages.
    pub not_in_sled: u64,
    /// Bytes of a last group that a crash cut off; never acknowledged, and the next start cuts
    /// them.
    pub unfinished_bytes: u64,
}

/// The last record of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerHead {
    /// The ledger.
    pub id: LedgerId,
    /// The seq of its last record.
    pub seq: u64,
    /// The hash of its last record.
    pub hash: Hash,
}

/// Why a log does not verify.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The first bad record.
    #[error(transparent)]
    Broken(#[from] BadRecord),
    /// sled's copy cannot be opened, but the bytes of every record stand in its file unchanged: the
    /// damage is in what sled itself keeps there. The journal by itself was verified.
    #[error("sled's copy cannot be opened: {reason}")]
    SledUnreadable {
        /// What sled said.
        reason: String,
    },
    /// There is no journal in the directory.
    #[error("{} holds no log", .dir.display())]
    NoLog {
        /// The directory.
        dir: PathBuf,
    },
    /// The machine failed, or the log is in use.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Verifies a log that nobody has open: journal and sled, the whole chain of every ledger.
/// `progress` is told how many records have been verified. sled is read from a copy in the
/// system's temporary directory, which must have room for it: sled writes when it opens.
///
/// # Errors
/// [`VerifyError::Broken`] names the first bad record by ledger, seq, position and copy.
pub fn verify(dir: &Path, progress: impl FnMut(u64)) -> Result<Verified, VerifyError> {
    let journal_dir = dir.join("journal");
    if !journal_dir.is_dir() {
        return Err(VerifyError::NoLog {
            dir: dir.to_path_buf(),
        });
    }
    let _lock = lock(dir)?;
    let copy = TemporaryCopy::of(&dir.join("sled"))?;
    let opened = copy
        .as_ref()
        .map(|copy| Pages::open(&copy.0, Faults::default()))
        .transpose();
    let verified = match opened {
        Ok(Some(pages)) => {
            let mut pages = pages.from(0);
            Audit::new(Sled::new(&mut pages), progress).run(&journal_dir)
        }
        Ok(None) => Audit::new(Sled::new(&mut std::iter::empty()), progress).run(&journal_dir),
        Err(NotOpened::Failed(error)) => Err(error.into()),
        Err(NotOpened::Damaged(reason)) => {
            let mut none = std::iter::empty();
            let unread = Sled {
                absent: true,
                ..Sled::new(&mut none)
            };
            let journal = Audit::new(unread, progress).run(&journal_dir);
            journal.and(Err(VerifyError::SledUnreadable { reason }))
        }
    };
    verified.or_else(|error| Err(traced(error, &dir.join("sled/db"), &journal_dir)?))
}

/// Where sled only said that it cannot read on, names the record whose bytes were changed.
fn traced(error: VerifyError, db: &Path, journal_dir: &Path) -> Result<VerifyError, VerifyError> {
    let reason = match &error {
        VerifyError::SledUnreadable { reason } => reason.clone(),
        VerifyError::Broken(BadRecord {
            copy: Copy::Sled,
            reason,
            ..
        }) => match reason {
            Reason::Missing | Reason::Unreadable(_) => reason.to_string(),
            Reason::Chain(_)
            | Reason::Malformed
            | Reason::Frame
            | Reason::Differ
            | Reason::Unfinished => return Ok(error),
        },
        VerifyError::Broken(_) | VerifyError::NoLog { .. } | VerifyError::Store(_) => {
            return Ok(error);
        }
    };
    if !db.exists() {
        return Ok(error);
    }
    Ok(match trace::first_changed(db, journal_dir)? {
        Some((position, ledger, seq)) => BadRecord {
            copy: Copy::Sled,
            position,
            ledger: Some(ledger),
            seq: Some(seq),
            reason: Reason::Unreadable(reason),
        }
        .into(),
        None => error,
    })
}

/// Keeps a server from opening the log meanwhile, if the lock's file exists; creates nothing.
fn lock(dir: &Path) -> Result<Option<File>, Error> {
    let path = dir.join("LOCK");
    if !path.exists() {
        return Ok(None);
    }
    let file = File::open(&path).map_err(at(&path))?;
    match file.try_lock_shared() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(Error::InUse {
            dir: dir.to_path_buf(),
        }),
        Err(TryLockError::Error(error)) => Err(at(&path)(error)),
    }
}

/// A copy of a folder, removed when it is dropped.
struct TemporaryCopy(PathBuf);

impl TemporaryCopy {
    fn of(dir: &Path) -> Result<Option<TemporaryCopy>, Error> {
        if !dir.join("db").exists() {
            return Ok(None);
        }
        let mut name = [0; 8];
        getrandom::fill(&mut name)
            .map_err(|error| at(dir)(std::io::Error::other(error.to_string())))?;
        let name = format!("fundtrace-verify-{:016x}", u64::from_be_bytes(name));
        let copy = TemporaryCopy(std::env::temp_dir().join(name));
        pages::copy_dir(dir, &copy.0)?;
        Ok(Some(copy))
    }
}

impl Drop for TemporaryCopy {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(path = %self.0.display(), %error, "a temporary copy stays behind");
        }
    }
}

/// A record of one copy as it was found, or what its bytes say it is and what is wrong.
struct Found {
    record: Result<Record, Reason>,
    claimed: Option<(LedgerId, u64)>,
}

impl Found {
    fn bad(reason: Reason) -> Found {
        Found {
            record: Err(reason),
            claimed: None,
        }
    }

    fn of(raw: &Raw<'_>) -> Found {
        let record = raw.record(Vec::new()).map_err(Reason::from);
        Found {
            record,
            claimed: Some((raw.ledger, raw.seq)),
        }
    }

    /// What is wrong with it as the next of its ledger.
    fn fault(&self, audit: &HashMap<LedgerId, State>) -> Option<Reason> {
        let record = match &self.record {
            Ok(record) => record,
            Err(reason) => return Some(reason.clone()),
        };
        let ledger = record.header.ledger;
        let mut state = audit
            .get(&ledger)
            .copied()
            .unwrap_or_else(|| State::genesis(ledger));
        state.take(record).err().map(Reason::from)
    }
}

/// sled's records in the order of position.
struct Sled<'a> {
    pages: &'a mut dyn Iterator<Item = Result<Page, Error>>,
    found: VecDeque<Found>,
    /// sled could not be opened; then nothing is asked of it.
    absent: bool,
}

impl<'a> Sled<'a> {
    fn new(pages: &'a mut dyn Iterator<Item = Result<Page, Error>>) -> Sled<'a> {
        Sled {
            pages,
            found: VecDeque::new(),
            absent: false,
        }
    }

    /// The record at a position, which is the one after the last asked for. `None` after the last.
    fn next(&mut self, position: u64) -> Option<Found> {
        if self.found.is_empty() {
            match self.pages.next()? {
                Err(error) => return Some(Found::bad(Reason::Unreadable(error.to_string()))),
                Ok(page) if page.first > position => return Some(Found::bad(Reason::Missing)),
                Ok(page) if page.first < position => return Some(Found::bad(Reason::Differ)),
                Ok(page) => self.found.extend(page.entries().map(|raw| match raw {
                    Ok(raw) => Found::of(&raw),
                    Err(_) => Found::bad(Reason::Malformed),
                })),
            }
        }
        Some(
            self.found
                .pop_front()
                .unwrap_or_else(|| Found::bad(Reason::Malformed)),
        )
    }
}

struct Audit<'a, P> {
    sled: Sled<'a>,
    progress: P,
    states: HashMap<LedgerId, State>,
    order: Vec<LedgerId>,
    /// The next position.
    next: u64,
    /// Where sled ended before the journal did, and the record it lacks first.
    sled_end: Option<(u64, LedgerId, u64)>,
}

impl<'a, P: FnMut(u64)> Audit<'a, P> {
    fn new(sled: Sled<'a>, progress: P) -> Audit<'a, P> {
        let (states, order) = (HashMap::new(), Vec::new());
        Audit {
            sled,
            progress,
            states,
            order,
            next: 0,
            sled_end: None,
        }
    }

    fn run(mut self, journal_dir: &Path) -> Result<Verified, VerifyError> {
        let mut unfinished_bytes = 0;
        let segments = journal::segments(journal_dir)?;
        for (number, segment) in segments.iter().enumerate() {
            let mut frames = Frames::open(&segment.path)?;
            let is_last = number.checked_add(1) == Some(segments.len());
            while let Some(piece) = frames.next()? {
                // Only the last group can be on its way from the journal to sled.
                if let Some((position, ledger, seq)) = self.sled_end
                    && position < self.next
                {
                    let (ledger, seq, reason) = (Some(ledger), Some(seq), Reason::Missing);
                    let copy = Copy::Sled;
                    return Err(BadRecord {
                        copy,
                        position,
                        ledger,
                        seq,
                        reason,
                    }
                    .into());
                }
                match piece {
                    Piece::Frame(frame) if frame.first == self.next => {
                        self.entries(Decoder::new(frame.entries))?;
                        if self.next.checked_sub(frame.first) != Some(u64::from(frame.count)) {
                            self.pair(Found::bad(Reason::Frame))?;
                        }
                    }
                    Piece::Frame(_) => self.pair(Found::bad(Reason::Missing))?,
                    Piece::Damage(damage) => {
                        let len = fs::metadata(&segment.path)
                            .map_err(at(&segment.path))?
                            .len();
                        if is_last && damage.to == len && self.sled_has_ended() {
                            unfinished_bytes = damage.to.saturating_sub(damage.from);
                            break;
                        }
                        self.damage(&mut frames, damage)?;
                    }
                }
            }
        }
        self.end(unfinished_bytes)
    }

    fn sled_has_ended(&mut self) -> bool {
        if self.sled_end.is_some() || self.sled.absent {
            return true;
        }
        match self.sled.next(self.next) {
            Some(found) => {
                self.sled.found.push_front(found);
                false
            }
            None => true,
        }
    }

    /// Takes the records of a frame that does not have its hash, up to the first that is bad.
    fn damage(&mut self, frames: &mut Frames, damage: Damage) -> Result<(), VerifyError> {
        let bytes = frames.bytes(damage)?;
        let entries = journal::entries_of_damaged(&bytes);
        let bad = Decoder::new(entries).position(|raw| match raw {
            Ok(raw) => raw.record(Vec::new()).is_err(),
            Err(_) => true,
        });
        // If every record is sound, what was changed is the frame itself: name its first.
        let sound = bad.unwrap_or(0);
        self.entries(Decoder::new(entries).take(sound))?;
        let claimed = Decoder::new(entries).nth(sound).and_then(Result::ok);
        let claimed = claimed.map(|raw| (raw.ledger, raw.seq));
        self.pair(Found {
            record: Err(Reason::Frame),
            claimed,
        })
    }

    fn entries<'e>(
        &mut self,
        entries: impl Iterator<Item = Result<Raw<'e>, crate::entry::Malformed>>,
    ) -> Result<(), VerifyError> {
        for raw in entries {
            self.pair(match raw {
                Ok(raw) => Found::of(&raw),
                Err(_) => Found::bad(Reason::Malformed),
            })?;
        }
        Ok(())
    }

    /// Takes what the journal has at the next position, and compares it with what sled has there.
    fn pair(&mut self, journal: Found) -> Result<(), VerifyError> {
        let asks_sled = self.sled_end.is_none() && !self.sled.absent;
        let sled = if asks_sled {
            self.sled.next(self.next)
        } else {
            None
        };
        let fault = journal.fault(&self.states);
        let (copy, reason) = match (fault, &sled) {
            (None, None) => {
                if let (true, Ok(record)) = (asks_sled, &journal.record) {
                    self.sled_end = Some((self.next, record.header.ledger, record.header.seq));
                }
                return self.accept(journal);
            }
            (None, Some(other)) => match other.fault(&self.states) {
                None if hash(&journal) == hash(other) => return self.accept(journal),
                None => (Copy::Both, Reason::Differ),
                Some(reason) => (Copy::Sled, reason),
            },
            (Some(reason), None) => (Copy::Journal, reason),
            (Some(reason), Some(other)) => match other.fault(&self.states) {
                None => (Copy::Journal, reason),
                Some(_) => (Copy::Both, reason),
            },
        };
        // The sound copy says which record it is.
        let claims = match copy {
            Copy::Journal => sled
                .as_ref()
                .and_then(|sled| sled.claimed)
                .or(journal.claimed),
            Copy::Sled => journal.claimed,
            Copy::Both => journal.claimed.or(sled.and_then(|sled| sled.claimed)),
        };
        let (ledger, seq) = claims.unzip();
        Err(BadRecord {
            copy,
            position: self.next,
            ledger,
            seq,
            reason,
        }
        .into())
    }

    fn accept(&mut self, found: Found) -> Result<(), VerifyError> {
        let Ok(record) = found.record else {
            return Ok(());
        };
        let ledger = record.header.ledger;
        let order = &mut self.order;
        let state = self.states.entry(ledger).or_insert_with(|| {
            order.push(ledger);
            State::genesis(ledger)
        });
        // `fault` has said that it can be taken.
        let taken = state.take(&record);
        debug_assert!(taken.is_ok());
        self.next = self.next.saturating_add(1);
        if self.next.is_multiple_of(PROGRESS_EVERY) {
            (self.progress)(self.next);
        }
        Ok(())
    }

    fn end(mut self, unfinished_bytes: u64) -> Result<Verified, VerifyError> {
        if !self.sled_has_ended() {
            self.pair(Found::bad(Reason::Missing))?;
        }
        let heads = self
            .order
            .iter()
            .filter_map(|ledger| self.states.get(ledger));
        if let Some(state) = heads.clone().find(|state| !state.is_whole()) {
            let (ledger, seq) = (Some(state.head.ledger), Some(state.head.seq));
            let (copy, reason) = (Copy::Both, Reason::Unfinished);
            let position = self.next.saturating_sub(1);
            return Err(BadRecord {
                copy,
                position,
                ledger,
                seq,
                reason,
            }
            .into());
        }
        let ledgers = heads.map(|state| LedgerHead {
            id: state.head.ledger,
            seq: state.head.seq,
            hash: state.head.hash,
        });
        let ledgers = ledgers.collect();
        (self.progress)(self.next);
        Ok(Verified {
            records: self.next,
            ledgers,
            not_in_sled: self
                .sled_end
                .map_or(0, |(end, ..)| self.next.saturating_sub(end)),
            unfinished_bytes,
        })
    }
}

fn hash(found: &Found) -> Option<Hash> {
    found.record.as_ref().ok().map(|record| record.hash)
}
