//! A file on its way out.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::FileHash;
use crate::Error;
use crate::disk::{narrow, wide};
use crate::error::at;

/// How many bytes are read at once.
const CHUNK_LEN: usize = 128 << 10;

/// A file that is read from its beginning to its end. Its last bytes come only if all of them have
/// the hash of its name: who gets the whole length gets the right bytes.
#[derive(Debug)]
pub struct Download {
    path: PathBuf,
    file: File,
    hash: FileHash,
    hasher: Sha256,
    len: u64,
    left: u64,
}

impl Download {
    pub(super) fn new(path: PathBuf, file: File, hash: FileHash) -> Result<Download, Error> {
        let len = file.metadata().map_err(at(&path))?.len();
        Ok(Download {
            path,
            file,
            hash,
            hasher: Sha256::new(),
            len,
            left: len,
        })
    }

    /// The length of the whole file in bytes.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.len
    }

    /// The next bytes; `None` after the last. Blocks.
    ///
    /// # Errors
    /// The disk fails, or the file is not what it was.
    pub fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        let mut chunk = vec![0; CHUNK_LEN.min(narrow(self.left))];
        self.file.read_exact(&mut chunk).map_err(at(&self.path))?;
        self.hasher.update(&chunk);
        self.left = self.left.saturating_sub(wide(chunk.len()));
        if self.left == 0 && FileHash(self.hasher.finalize_reset().into()) != self.hash {
            let changed = io::Error::new(
                io::ErrorKind::InvalidData,
                "the bytes do not have the hash of the file's name",
            );
            return Err(at(&self.path)(changed));
        }
        Ok(Some(chunk))
    }
}
