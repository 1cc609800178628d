//! A witness remembers the newest checkpoint of each log and cosigns a newer one only if that
//! begins with what it remembers (C2SP tlog-witness). So a log that shows two histories, or takes
//! one back, has to do without its witnesses.
//!
//! That is all it does by itself: it reads no records and needs to trust nobody. What it remembers
//! is on its disk before it answers; what it cannot read again, it does not start with.
//!
//! A *replaying* witness cosigns only what somebody beside it has read and found true
//! ([`Witness::add_replayed`]), and remembers for ever what was found false ([`Witness::refuse`]).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use chain::{
    Checkpoint, Cosigner, Note, NoteError, ProofError, Submission, SubmissionError, VerifierKey,
};

mod disk;
mod memory;

pub use disk::{Directory, Storage};
use memory::Memory;
pub use memory::origin_hash;

/// A running witness over its directory, which no other process may have.
#[derive(Debug)]
pub struct Witness<S = Directory> {
    key: Cosigner,
    /// By origin.
    logs: BTreeMap<String, Log>,
    replays: bool,
    storage: S,
}

/// The file that says that a directory is of a witness that replays.
const REPLAYS: &str = "replays";

#[derive(Debug)]
struct Log {
    keys: Vec<VerifierKey>,
    /// Checking and remembering is one step: whoever holds this is the only one at it.
    memory: Mutex<Memory>,
}

/// Why a witness does not cosign.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// What was sent is no submission.
    #[error("the request is not a submission of C2SP tlog-witness")]
    Malformed(#[source] SubmissionError),
    /// The checkpoint is of a log that it does not know.
    #[error("the log {origin} is not known here")]
    UnknownLog {
        /// The origin of the checkpoint.
        origin: String,
    },
    /// The log has not signed it, or not rightly.
    #[error("the checkpoint is not signed by its log")]
    Unsigned(#[source] NoteError),
    /// The old size is above that of the checkpoint.
    #[error("the old size {old} is above that of the checkpoint, {size}")]
    Backwards {
        /// The old size that was stated.
        old: u64,
        /// The size of the checkpoint.
        size: u64,
    },
    /// The old size is not that of the checkpoint that it cosigned last.
    #[error("the last checkpoint that was cosigned has size {size}")]
    Conflict {
        /// The size of that checkpoint; 0 if there is none.
        size: u64,
    },
    /// The checkpoint has the size of the one that it cosigned last, and another root: with what
    /// the log has signed, this is the proof that it showed two histories.
    #[error("the last checkpoint that was cosigned has the same size {size}, and another root")]
    OtherRoot {
        /// The size of both.
        size: u64,
    },
    /// The checkpoint does not begin with the one that it cosigned last. Of a log that has sent
    /// what it signed and made its proof rightly, this is the proof that it rewrote its history.
    #[error("the checkpoint is not proved to begin with the last that was cosigned")]
    Inconsistent(#[source] ProofError),
    /// The records do not bear out the log, and never will: nothing of this log is cosigned any
    /// more until an operator has it read again from its first record.
    #[error("this log is refused for good: {why}")]
    NotBorneOut {
        /// What was found, for people.
        why: String,
    },
    /// The records up to this checkpoint have not been read yet; the next time may be better.
    #[error("the records are not replayed yet: {why}")]
    NotReplayed {
        /// How far it is, or what keeps it back, for people.
        why: String,
    },
    /// Its disk has failed, now or before; it says no more until it is started again.
    #[error("the witness cannot remember: its disk failed")]
    Stopped,
}

/// Why a witness does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process has the directory.
    #[error("the directory {} is in use by another witness", dir.display())]
    InUse {
        /// The directory.
        dir: PathBuf,
    },
    /// The file system failed.
    #[error("cannot use {}", path.display())]
    Io {
        /// What could not be read or written.
        path: PathBuf,
        /// Why.
        #[source]
        error: std::io::Error,
    },
    /// What it remembered cannot be read again. Nothing is reset: with an empty memory it would
    /// cosign another history.
    #[error("{} is not what this witness wrote: {why}; restore it from a copy", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The directory is that of a witness that replays, or the other way round. A key that vouches
    /// for what was replayed must never have cosigned anything else.
    #[error(
        "{} is the directory of {is}; give the other kind a directory and a key of its own",
        dir.display()
    )]
    OtherKind {
        /// The directory.
        dir: PathBuf,
        /// What it is the directory of.
        is: &'static str,
    },
    /// It was told of no log.
    #[error("a witness needs the key of at least one log")]
    NoLogs,
}

impl Witness {
    /// Starts with what is remembered in the directory, which is made if it is not there. `logs`
    /// are the keys of the logs; a log with several keys, as when it changes them, comes with each.
    ///
    /// # Errors
    /// [`OpenError`]; above all [`OpenError::Damaged`].
    pub fn open(
        dir: &Path,
        key: Cosigner,
        logs: impl IntoIterator<Item = VerifierKey>,
    ) -> Result<Witness, OpenError> {
        Witness::open_as(dir, key, logs, false)
    }

    /// The same for a witness that replays: it takes checkpoints by [`Witness::add_replayed`]
    /// alone.
    ///
    /// # Errors
    /// [`OpenError`]; [`OpenError::OtherKind`] where this directory has cosigned without replaying.
    pub fn open_replaying(
        dir: &Path,
        key: Cosigner,
        logs: impl IntoIterator<Item = VerifierKey>,
    ) -> Result<Witness, OpenError> {
        Witness::open_as(dir, key, logs, true)
    }

    fn open_as(
        dir: &Path,
        key: Cosigner,
        logs: impl IntoIterator<Item = VerifierKey>,
        replays: bool,
    ) -> Result<Witness, OpenError> {
        Witness::over_as(Directory::open(dir)?, key, logs, replays)
    }
}

impl<S: Storage> Witness<S> {
    /// [`Witness::open`] over files that may be anywhere.
    ///
    /// # Errors
    /// [`OpenError`]; above all [`OpenError::Damaged`].
    pub fn over(
        storage: S,
        key: Cosigner,
        logs: impl IntoIterator<Item = VerifierKey>,
    ) -> Result<Witness<S>, OpenError> {
        Witness::over_as(storage, key, logs, false)
    }

    fn over_as(
        storage: S,
        key: Cosigner,
        logs: impl IntoIterator<Item = VerifierKey>,
        replays: bool,
    ) -> Result<Witness<S>, OpenError> {
        let mut keys: BTreeMap<String, Vec<VerifierKey>> = BTreeMap::new();
        for log in logs {
            keys.entry(log.name().to_owned()).or_default().push(log);
        }
        if keys.is_empty() {
            return Err(OpenError::NoLogs);
        }
        let mut logs = BTreeMap::new();
        for (origin, keys) in keys {
            let memory = Mutex::new(Memory::read(&storage, &origin, key.verifier())?);
            logs.insert(origin, Log { keys, memory });
        }
        let witness = Witness {
            key,
            logs,
            replays,
            storage,
        };
        witness.is_of_this_kind()?;
        Ok(witness)
    }

    /// The first start says which kind of witness a directory is of.
    fn is_of_this_kind(&self) -> Result<(), OpenError> {
        let marked = disk::read(&self.storage, REPLAYS)?.is_some();
        disk::expect(&self.storage, REPLAYS, marked)?;
        let other = |is| OpenError::OtherKind {
            dir: self.storage.path(""),
            is,
        };
        if marked && !self.replays {
            return Err(other("a witness that replays"));
        }
        if self.replays && !marked {
            let mut memories = self.logs.values().map(|log| log.memory.lock());
            if memories.any(|memory| memory.is_ok_and(|memory| memory.latest.is_some())) {
                return Err(other("a witness that has cosigned without replaying"));
            }
            let mark = b"fundtrace witness --replay\n";
            let error = disk::replace(&self.storage, REPLAYS, mark);
            let path = self.storage.path(REPLAYS);
            error.map_err(|error| OpenError::Io { path, error })?;
        }
        Ok(())
    }

    /// What others verify its cosignatures with.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        self.key.verifier()
    }

    /// Takes the body of `add-checkpoint` and gives the line that answers it. Blocks until the
    /// checkpoint is on the disk. `now_s` is asked for the time, in UTC seconds, when it is this
    /// request's turn.
    ///
    /// # Errors
    /// [`Refused`], in the order in which C2SP tlog-witness states its checks.
    pub fn add_checkpoint(
        &self,
        body: &[u8],
        now_s: impl FnOnce() -> u64,
    ) -> Result<String, Refused> {
        let why = "this witness replays, and was not told".to_owned();
        let replays = self.replays;
        self.add_replayed(body, now_s, |_| match replays {
            true => Err(Refused::NotReplayed { why }),
            false => Ok(()),
        })
    }

    /// The same, if `replayed` says so of the checkpoint. It is asked when all else holds, with the
    /// memory of this log locked: so it must not wait, and what it says is about this checkpoint.
    ///
    /// # Errors
    /// [`Refused`]; that of `replayed` comes last.
    pub fn add_replayed(
        &self,
        body: &[u8],
        now_s: impl FnOnce() -> u64,
        replayed: impl FnOnce(&Checkpoint) -> Result<(), Refused>,
    ) -> Result<String, Refused> {
        let submission = Submission::parse(body).map_err(Refused::Malformed)?;
        let checkpoint = &submission.checkpoint;
        let origin = checkpoint.origin();
        let Some(log) = self.logs.get(origin) else {
            let origin = origin.to_owned();
            return Err(Refused::UnknownLog { origin });
        };
        let signed = submission.note.verify(&log.keys);
        let signed = signed.map_err(Refused::Unsigned)?;
        let (old, size) = (submission.old, checkpoint.size());
        if old > size {
            return Err(Refused::Backwards { old, size });
        }
        // Of all that was sent along, only what a key that is known here signed is kept.
        let known = submission.note.signatures().iter();
        let known = known.filter(|made| signed.iter().any(|(key, _)| key.has_made(made)));
        let mut signatures: Vec<_> = known.cloned().collect();

        // A panic while somebody remembered: nobody knows what is on the disk.
        let mut memory = log.memory.lock().map_err(|_| Refused::Stopped)?;
        let mut line = String::new();
        memory.advance(&self.storage, &submission, |earliest_s| {
            replayed(checkpoint)?;
            // Time never goes back: a larger tree cannot have been the largest before a smaller.
            let time_s = now_s().max(earliest_s);
            let text = submission.note.text();
            let cosignature = self.key.cosign(text, time_s);
            line = format!("{cosignature}\n");
            signatures.push(cosignature);
            let note = Note::new(text.to_owned(), signatures);
            Ok((note.map_err(Refused::Unsigned)?, time_s))
        })?;
        Ok(line)
    }

    /// Remembers for ever that the records of a log do not bear it out; the first reason stays.
    /// Blocks until it is on the disk.
    ///
    /// # Errors
    /// [`Refused::Stopped`] where it cannot be remembered, [`Refused::UnknownLog`].
    pub fn refuse(&self, origin: &str, why: &str) -> Result<(), Refused> {
        let Some(log) = self.logs.get(origin) else {
            let origin = origin.to_owned();
            return Err(Refused::UnknownLog { origin });
        };
        let mut memory = log.memory.lock().map_err(|_| Refused::Stopped)?;
        memory.refuse(&self.storage, why)
    }

    /// Why a log is refused, if it is.
    #[must_use]
    pub fn refused(&self, origin: &str) -> Option<String> {
        let memory = self.logs.get(origin)?.memory.lock().ok()?;
        memory.refused.clone()
    }

    /// Takes a refusal back, on the word of an operator: whoever calls this has the log read again
    /// from its first record. The reason stays in a file beside the others.
    ///
    /// # Errors
    /// [`OpenError::Io`].
    pub fn reconsider(&self, origin: &str) -> Result<(), OpenError> {
        let Some(log) = self.logs.get(origin) else {
            return Ok(());
        };
        let Ok(mut memory) = log.memory.lock() else {
            return Ok(());
        };
        memory.reconsider(&self.storage)
    }

    /// The size of the newest checkpoint of a log that was cosigned; 0 if none was.
    #[must_use]
    pub fn cosigned(&self, origin: &str) -> u64 {
        let memory = self.logs.get(origin).and_then(|log| log.memory.lock().ok());
        let memory = memory.as_ref();
        let latest = memory.and_then(|memory| memory.latest.as_ref());
        latest.map_or(0, |latest| latest.checkpoint.size())
    }

    /// The newest checkpoint of a log, with its signature and the cosignature, by the SHA-256 of
    /// its origin in lower-case hexadecimal; none if nothing was cosigned yet.
    #[must_use]
    pub fn latest(&self, hash: &str) -> Option<String> {
        let (_, log) = self
            .logs
            .iter()
            .find(|(origin, _)| origin_hash(origin) == hash)?;
        let memory = log.memory.lock().ok()?;
        memory.latest.as_ref().map(|latest| latest.note.to_string())
    }
}
