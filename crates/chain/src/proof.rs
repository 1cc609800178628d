//! Proofs as files: where a leaf stands, its path, and the checkpoint with all who signed it (C2SP
//! tlog-proof). With the leaf and a policy nothing else is needed, and no network.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64, if any>
//! index <decimal>
//! <hash, base64, from the leaf's sibling upwards>
//!
//! <the signed checkpoint>
//! ```

use std::fmt;

use crate::text::{from_base64, from_decimal, to_base64};
use crate::{
    CheckpointError, NOTE_LEN_MAX, NodeHash, NodeHashText, Note, NoteError, PROOF_LEN_MAX, Policy,
    PolicyFault, ProofError, Witnessed, verify_inclusion,
};

/// The longest proof that is read, in bytes: a note, 63 hashes, and 128 KiB of extra.
pub const TLOG_PROOF_LEN_MAX: usize = NOTE_LEN_MAX + 192 * 1024;

const FIRST: &str = "c2sp.org/tlog-proof@v1";

/// A proof that a leaf is in a log. Nothing of it is verified until [`TlogProof::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// What an application sends along. Nobody has signed it.
    pub extra: Option<Vec<u8>>,
    /// The index of the leaf, from 0.
    pub index: u64,
    /// The inclusion proof, from the leaf's sibling upwards.
    pub path: Vec<NodeHash>,
    /// The checkpoint of the tree that the path leads to.
    pub checkpoint: Note,
}

/// Why a text is no proof, or proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlogProofError {
    /// It is longer than [`TLOG_PROOF_LEN_MAX`].
    #[error("a proof has at most 458752 bytes, not {len}")]
    TooLong {
        /// The length that was given, in bytes.
        len: usize,
    },
    /// It is no text, or ends before its checkpoint.
    #[error("a proof is lines of UTF-8, an empty line, and a signed checkpoint")]
    Form,
    /// The first line is another: another format, or a later version of this.
    #[error("the first line of a proof is `c2sp.org/tlog-proof@v1`")]
    Version,
    /// The line of extra data is not base64.
    #[error("the extra data of a proof is not base64")]
    Extra,
    /// There is no line `index` with a number.
    #[error("a proof says `index` and a decimal without leading zeroes")]
    Index,
    /// A line of the path is not a hash, or there are more than [`PROOF_LEN_MAX`].
    #[error("line {line} of the path is not one of at most 63 hashes in base64")]
    Path {
        /// Which, from 1.
        line: usize,
    },
    /// The checkpoint is no note.
    #[error("the checkpoint of the proof is not a signed note")]
    Note(#[source] NoteError),
    /// The note is no checkpoint.
    #[error("the note of the proof is not a checkpoint")]
    Checkpoint(#[source] CheckpointError),
    /// The policy does not accept the checkpoint.
    #[error("the policy does not accept the checkpoint of the proof")]
    Policy(#[source] PolicyFault),
    /// The path does not lead from the leaf to the checkpoint's root.
    #[error("the leaf is not in the tree of the checkpoint")]
    Leaf(#[source] ProofError),
}

impl TlogProof {
    /// Reads a proof. Nothing is verified.
    ///
    /// # Errors
    /// [`TlogProofError`] says what of the form is wrong.
    pub fn parse(bytes: &[u8]) -> Result<TlogProof, TlogProofError> {
        if bytes.len() > TLOG_PROOF_LEN_MAX {
            return Err(TlogProofError::TooLong { len: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| TlogProofError::Form)?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(TlogProofError::Form)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST) {
            return Err(TlogProofError::Version);
        }
        let extra = lines
            .next_if(|line| line.starts_with("extra"))
            .map(|line| {
                let encoded = line.strip_prefix("extra ")?;
                from_base64(encoded)
            })
            .map(|extra| extra.ok_or(TlogProofError::Extra))
            .transpose()?;
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index = index.and_then(from_decimal).ok_or(TlogProofError::Index)?;
        let path = read_path(lines).map_err(|line| TlogProofError::Path { line })?;
        Ok(TlogProof {
            extra,
            index,
            path,
            checkpoint: Note::parse(checkpoint.as_bytes()).map_err(TlogProofError::Note)?,
        })
    }

    /// Checks everything: that the policy accepts the checkpoint, and that the leaf, given its
    /// [`crate::leaf_hash`], is in its tree. Gives who has seen it.
    ///
    /// # Errors
    /// [`TlogProofError::Policy`], [`TlogProofError::Leaf`].
    pub fn verify(&self, leaf: NodeHash, policy: &Policy) -> Result<Witnessed, TlogProofError> {
        let witnessed = policy
            .verify(&self.checkpoint)
            .map_err(TlogProofError::Policy)?;
        let (size, root) = (witnessed.checkpoint.size(), witnessed.checkpoint.root());
        verify_inclusion(leaf, self.index, size, root, &self.path).map_err(TlogProofError::Leaf)?;
        Ok(witnessed)
    }
}

/// The hashes, or which line is none.
pub(crate) fn read_path<'t>(lines: impl Iterator<Item = &'t str>) -> Result<Vec<NodeHash>, usize> {
    let mut path = Vec::new();
    for line in lines {
        let hash = if path.len() < PROOF_LEN_MAX {
            NodeHash::from_base64(line)
        } else {
            Err(NodeHashText)
        };
        let line_no = path.len().saturating_add(1);
        path.push(hash.map_err(|_| line_no)?);
    }
    Ok(path)
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", to_base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", hash.to_base64())?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}
