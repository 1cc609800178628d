//! Checkpoints: the size and the root of a log's tree, to be signed (C2SP tlog-checkpoint).
//!
//! ```text
//! <origin>
//! <size, decimal>
//! <root, base64>
//! <lines of extension, if any>
//! ```

use std::fmt;
use std::str::FromStr;

use crate::text::from_decimal;
use crate::{NodeHash, Note, NoteError, Signer};

/// What a log was at some time. As text the text of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: NodeHash,
    extensions: Vec<String>,
}

/// Why a text is no checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// There are fewer than three lines, an empty one, or no newline at the end.
    #[error("a checkpoint has three or more lines, none empty, each with a newline")]
    Lines,
    /// The second line is no number, or written otherwise than numbers are.
    #[error("the second line of a checkpoint is its size: a decimal without leading zeroes")]
    Size,
    /// The third line is no hash.
    #[error("the third line of a checkpoint is its root: 32 bytes in base64")]
    Root,
}

impl Checkpoint {
    /// A checkpoint without extensions, which C2SP advises against.
    ///
    /// # Errors
    /// [`CheckpointError::Lines`] if the origin is empty or has a newline.
    pub fn new(origin: &str, size: u64, root: NodeHash) -> Result<Checkpoint, CheckpointError> {
        if origin.is_empty() || origin.contains('\n') {
            return Err(CheckpointError::Lines);
        }
        Ok(Checkpoint {
            origin: origin.to_owned(),
            size,
            root,
            extensions: Vec::new(),
        })
    }

    /// Which log this is.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> NodeHash {
        self.root
    }

    /// The lines below the root. What they mean is between a log and its readers.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// Signs the checkpoint.
    ///
    /// # Errors
    /// [`NoteError`] if the origin cannot stand in a note.
    pub fn sign(&self, signer: &Signer) -> Result<Note, NoteError> {
        signer.note(self.to_string())
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}\n{}\n{}",
            self.origin,
            self.size,
            self.root.to_base64()
        )?;
        self.extensions
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    /// # Errors
    /// [`CheckpointError`] for anything but the form above.
    fn from_str(text: &str) -> Result<Checkpoint, CheckpointError> {
        let text = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let mut lines = text.split('\n');
        if lines.clone().any(str::is_empty) {
            return Err(CheckpointError::Lines);
        }
        let mut line = || lines.next().ok_or(CheckpointError::Lines);
        let (origin, size, root) = (line()?, line()?, line()?);
        Ok(Checkpoint {
            origin: origin.to_owned(),
            size: from_decimal(size).ok_or(CheckpointError::Size)?,
            root: NodeHash::from_base64(root).map_err(|_| CheckpointError::Root)?,
            extensions: lines.map(str::to_owned).collect(),
        })
    }
}
