//! What a witness remembers of one log, in memory and as a file.
//!
//! The file is text: a line with the format, a line with the SHA-256 of the rest in hexadecimal,
//! then the checkpoint with the signature of its log and the cosignature, as it was answered. A log
//! that is refused has a second file of the same form, with the reason.

use std::fmt::Write;

use chain::{Checkpoint, Note, NoteError, Submission, VerifierKey, empty_root, verify_consistency};
use sha2::{Digest, Sha256};

use crate::disk::{self, Storage};
use crate::{OpenError, Refused};

const FORMAT: &str = "fundtrace-witness/v1\n";

/// What is remembered of a log.
#[derive(Debug)]
pub(crate) struct Memory {
    file: String,
    /// What was found false in the records of this log.
    pub(crate) refused: Option<String>,
    pub(crate) latest: Option<Latest>,
    /// A write has failed, so that the disk may hold this checkpoint or the one before.
    stopped: bool,
}

/// The checkpoint that was cosigned last.
#[derive(Debug)]
pub(crate) struct Latest {
    pub(crate) checkpoint: Checkpoint,
    pub(crate) cosigned_at_s: u64,
    /// The checkpoint with its signatures.
    pub(crate) note: Note,
}

/// The SHA-256 of a log's origin, in lower-case hexadecimal.
#[must_use]
pub fn origin_hash(origin: &str) -> String {
    hex(origin.as_bytes())
}

impl Memory {
    pub(crate) fn read(
        storage: &impl Storage,
        origin: &str,
        witness: &VerifierKey,
    ) -> Result<Memory, OpenError> {
        let file = format!("{}.checkpoint", origin_hash(origin));
        let latest = match disk::read(storage, &file)? {
            Some(bytes) => Some(latest(&bytes, origin, witness).map_err(|why| {
                let path = storage.path(&file);
                OpenError::Damaged { path, why }
            })?),
            None => None,
        };
        disk::expect(storage, &file, latest.is_some())?;
        let refusal = refusal_of(&file);
        let refused = match disk::read(storage, &refusal)? {
            Some(bytes) => {
                let why = sound(&bytes).map_err(|why| OpenError::Damaged {
                    path: storage.path(&refusal),
                    why,
                })?;
                Some(why.trim_end().to_owned())
            }
            None => None,
        };
        disk::expect(storage, &refusal, refused.is_some())?;
        Ok(Memory {
            file,
            refused,
            latest,
            stopped: false,
        })
    }

    /// Checks that a checkpoint follows the last one, cosigns it, and remembers it: on the disk
    /// first, then here. All of it is one step that nobody comes between: it has `self` alone.
    /// `cosign` is told the earliest time that may be stated, and gives the note and its time.
    pub(crate) fn advance(
        &mut self,
        storage: &impl Storage,
        submission: &Submission,
        cosign: impl FnOnce(u64) -> Result<(Note, u64), Refused>,
    ) -> Result<(), Refused> {
        if self.stopped {
            return Err(Refused::Stopped);
        }
        if let Some(why) = &self.refused {
            return Err(Refused::NotBorneOut { why: why.clone() });
        }
        self.precedes(submission)?;
        let earliest_s = self.latest.as_ref().map_or(1, |last| last.cosigned_at_s);
        let (note, cosigned_at_s) = cosign(earliest_s)?;
        let text = note.to_string();
        if disk::replace(storage, &self.file, &summed(&text)).is_err() {
            self.stopped = true;
            return Err(Refused::Stopped);
        }
        self.latest = Some(Latest {
            checkpoint: submission.checkpoint.clone(),
            cosigned_at_s,
            note,
        });
        Ok(())
    }

    pub(crate) fn refuse(&mut self, storage: &impl Storage, why: &str) -> Result<(), Refused> {
        if self.refused.is_some() {
            return Ok(());
        }
        // From here on, whatever becomes of the disk.
        self.refused = Some(why.to_owned());
        let bytes = summed(&format!("{why}\n"));
        let kept = disk::replace(storage, &refusal_of(&self.file), &bytes);
        kept.map_err(|_| {
            self.stopped = true;
            Refused::Stopped
        })
    }

    pub(crate) fn reconsider(&mut self, storage: &impl Storage) -> Result<(), OpenError> {
        if self.refused.is_some() {
            disk::set_aside(storage, &refusal_of(&self.file))?;
            self.refused = None;
        }
        Ok(())
    }

    /// Whether the submission is from the last checkpoint, and begins with it.
    fn precedes(&self, submission: &Submission) -> Result<(), Refused> {
        let nothing = (0, empty_root());
        let (size, root) = self.latest.as_ref().map_or(nothing, |latest| {
            (latest.checkpoint.size(), latest.checkpoint.root())
        });
        if submission.old != size {
            return Err(Refused::Conflict { size });
        }
        let (new, new_root) = (submission.checkpoint.size(), submission.checkpoint.root());
        if new == size && new_root != root && submission.proof.is_empty() {
            return Err(Refused::OtherRoot { size });
        }
        verify_consistency(size, root, new, new_root, &submission.proof)
            .map_err(Refused::Inconsistent)
    }
}

/// Beside the checkpoint of a log, what was found false in it.
fn refusal_of(file: &str) -> String {
    let name = file.strip_suffix(".checkpoint").unwrap_or(file);
    format!("{name}.refused")
}

fn summed(text: &str) -> Vec<u8> {
    format!("{FORMAT}{}\n{text}", hex(text.as_bytes())).into_bytes()
}

fn sound(bytes: &[u8]) -> Result<&str, &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not text")?;
    let rest = text.strip_prefix(FORMAT).ok_or("its format is unknown")?;
    let (sum, rest) = rest.split_once('\n').ok_or("it is cut off")?;
    if hex(rest.as_bytes()) != sum {
        return Err("its checksum does not fit");
    }
    Ok(rest)
}

fn latest(bytes: &[u8], origin: &str, witness: &VerifierKey) -> Result<Latest, &'static str> {
    let note = sound(bytes)?;
    let note = Note::parse(note.as_bytes()).map_err(|_| "it holds no note")?;
    let checkpoint: Checkpoint = note.text().parse().map_err(|_| "it holds no checkpoint")?;
    if checkpoint.origin() != origin {
        return Err("it is of another log");
    }
    let cosigned_at_s = match note.verify([witness]) {
        Ok(signed) => signed.into_iter().find_map(|(_, time_s)| time_s),
        // Cosigned with an earlier key of this witness; what it saw still holds.
        Err(NoteError::Unsigned) => None,
        Err(_) => return Err("its cosignature is wrong"),
    };
    Ok(Latest {
        checkpoint,
        cosigned_at_s: cosigned_at_s.unwrap_or(1),
        note,
    })
}

fn hex(bytes: &[u8]) -> String {
    let hash: [u8; 32] = Sha256::digest(bytes).into();
    hash.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
