//! What a log sends to a witness: `add-checkpoint` of C2SP tlog-witness.
//!
//! ```text
//! old <size of the last checkpoint that the witness cosigned, decimal>
//! <hash of the consistency proof, base64>
//!
//! <the signed checkpoint>
//! ```

use std::fmt;

use crate::proof::read_path;
use crate::text::from_decimal;
use crate::{Checkpoint, CheckpointError, NOTE_LEN_MAX, NodeHash, Note, NoteError};

/// The longest request that is read, in bytes: a note, and 63 hashes with room to spare.
pub const SUBMISSION_LEN_MAX: usize = NOTE_LEN_MAX + 4096;

/// A checkpoint, and the proof that its tree begins with that of an older one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The size of the older tree.
    pub old: u64,
    /// The consistency proof.
    pub proof: Vec<NodeHash>,
    /// The checkpoint, signed.
    pub note: Note,
    /// What the note says.
    pub checkpoint: Checkpoint,
}

/// Why bytes are no submission.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubmissionError {
    /// It is longer than [`SUBMISSION_LEN_MAX`].
    #[error("a submission has at most 266240 bytes, not {len}")]
    TooLong {
        /// The length that was given, in bytes.
        len: usize,
    },
    /// It is no text, or ends before its checkpoint.
    #[error("a submission is lines of UTF-8, an empty line, and a signed checkpoint")]
    Form,
    /// The first line is not `old` and a number.
    #[error("a submission begins with `old` and a decimal without leading zeroes")]
    Old,
    /// A line of the proof is not a hash, or there are more than 63.
    #[error("line {line} of the proof is not one of at most 63 hashes in base64")]
    Proof {
        /// Which, from 1.
        line: usize,
    },
    /// The checkpoint is no note.
    #[error("the checkpoint is not a signed note")]
    Note(#[source] NoteError),
    /// The note is no checkpoint.
    #[error("the note is not a checkpoint")]
    Checkpoint(#[source] CheckpointError),
}

impl Submission {
    /// Puts a submission together.
    ///
    /// # Errors
    /// [`SubmissionError::Checkpoint`] if the note is none.
    pub fn new(old: u64, proof: Vec<NodeHash>, note: Note) -> Result<Submission, SubmissionError> {
        let checkpoint = note.text().parse().map_err(SubmissionError::Checkpoint)?;
        Ok(Submission {
            old,
            proof,
            note,
            checkpoint,
        })
    }

    /// Reads a submission. Nothing is verified.
    ///
    /// # Errors
    /// [`SubmissionError`] says what of the form is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Submission, SubmissionError> {
        if bytes.len() > SUBMISSION_LEN_MAX {
            return Err(SubmissionError::TooLong { len: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| SubmissionError::Form)?;
        let (head, note) = text.split_once("\n\n").ok_or(SubmissionError::Form)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old "));
        let old = old.and_then(from_decimal).ok_or(SubmissionError::Old)?;
        let proof = read_path(lines).map_err(|line| SubmissionError::Proof { line })?;
        let note = Note::parse(note.as_bytes()).map_err(SubmissionError::Note)?;
        Submission::new(old, proof, note)
    }
}

impl fmt::Display for Submission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        for hash in &self.proof {
            writeln!(f, "{}", hash.to_base64())?;
        }
        write!(f, "\n{}", self.note)
    }
}
