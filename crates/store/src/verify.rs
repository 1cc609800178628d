//! The audit: both copies, every record, against each other and against the chain. Writes nothing
//! into the directory and believes nothing in it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use chain::{Hash, LedgerId, Record};

use crate::audit::Audit;
use crate::entry::Decoder;
use crate::error::{BadRecord, Copy, Reason, at};
use crate::faults::Faults;
use crate::journal::{self, Frames, Piece};
use crate::pages::{self, NotOpened, Pages};
use crate::second::InOrder;
use crate::{Error, trace};

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
    /// Bytes of a last group that a crash cut off; never acknowledged, as sled says, and the next
    /// start cuts them and keeps a copy.
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
    verify_each(dir, progress, |_| ())
}

/// [`verify`], with every record that is sound given to `each` in the order of position.
///
/// # Errors
/// Those of [`verify`].
pub fn verify_each(
    dir: &Path,
    progress: impl FnMut(u64),
    each: impl FnMut(&Record),
) -> Result<Verified, VerifyError> {
    let journal_dir = dir.join("journal");
    if !journal_dir.is_dir() {
        return Err(VerifyError::NoLog {
            dir: dir.to_path_buf(),
        });
    }
    let _lock = lock(dir)?;
    let sled = dir.join("sled");
    // Removed after sled has let go of it.
    let copy;
    let opened = if sled.join("db").exists() {
        copy = TemporaryCopy::of(&sled)?;
        Pages::open(&copy.0, Faults::default()).map(Some)
    } else {
        Ok(None)
    };
    let verified = match opened {
        Ok(Some(pages)) => {
            let mut pages = pages.from(0);
            Audit::new(InOrder::new(&mut pages), progress, each).run(&journal_dir)
        }
        Ok(None) => {
            let mut nothing = std::iter::empty();
            let audit = Audit::new(InOrder::new(&mut nothing), progress, each);
            audit.without_sled().run(&journal_dir)
        }
        Err(NotOpened::Failed(error)) => Err(error.into()),
        Err(NotOpened::Damaged(reason)) => {
            let journal = Audit::new(InOrder::absent(), progress, each).run(&journal_dir);
            journal.and(Err(VerifyError::SledUnreadable { reason }))
        }
    };
    verified.or_else(|error| Err(traced(error, &sled.join("db"), &journal_dir)?))
}

/// Gives `each` the records of the first ledger in the journal, in their order, up to the first
/// thing that is not sound: [`verify`] names that. Only their own hashes are checked here.
///
/// # Errors
/// [`VerifyError::NoLog`]; the files cannot be read, or the log is in use.
pub fn skim_first_ledger(dir: &Path, mut each: impl FnMut(&Record)) -> Result<(), VerifyError> {
    let journal_dir = dir.join("journal");
    if !journal_dir.is_dir() {
        return Err(VerifyError::NoLog {
            dir: dir.to_path_buf(),
        });
    }
    let _lock = lock(dir)?;
    let mut first = None;
    for segment in journal::segments(&journal_dir)? {
        let mut frames = Frames::open(&segment.path)?;
        while let Some(piece) = frames.next()? {
            let Piece::Frame(frame) = piece else {
                return Ok(());
            };
            for raw in Decoder::new(frame.entries) {
                let Ok(raw) = raw else {
                    return Ok(());
                };
                if *first.get_or_insert(raw.ledger) != raw.ledger {
                    continue;
                }
                match raw.record(Vec::new()) {
                    Ok(record) => each(&record),
                    Err(_) => return Ok(()),
                }
            }
        }
    }
    Ok(())
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
            | Reason::InFrame { .. }
            | Reason::Differ
            | Reason::Repeated
            | Reason::Tail { .. }
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
pub(crate) fn lock(dir: &Path) -> Result<Option<File>, Error> {
    let path = dir.join("LOCK");
    if !path.exists() {
        return Ok(None);
    }
    let file = File::open(&path).map_err(at(&path))?;
    crate::disk::patiently(|| file.try_lock_shared(), dir, &path)?;
    Ok(Some(file))
}

/// A copy of a folder, removed when it is dropped.
pub(crate) struct TemporaryCopy(pub(crate) PathBuf);

impl TemporaryCopy {
    /// Of a folder that need not be there.
    pub(crate) fn of(dir: &Path) -> Result<TemporaryCopy, Error> {
        let mut name = [0; 8];
        getrandom::fill(&mut name)
            .map_err(|error| at(dir)(std::io::Error::other(error.to_string())))?;
        let name = format!("fundtrace-verify-{:016x}", u64::from_be_bytes(name));
        let copy = TemporaryCopy(std::env::temp_dir().join(name));
        if dir.is_dir() {
            pages::copy_dir(dir, &copy.0)?;
        }
        Ok(copy)
    }
}

impl Drop for TemporaryCopy {
    fn drop(&mut self) {
        if self.0.exists()
            && let Err(error) = fs::remove_dir_all(&self.0)
        {
            tracing::warn!(path = %self.0.display(), %error, "a temporary copy stays behind");
        }
    }
}
