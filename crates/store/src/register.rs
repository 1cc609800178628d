//! The head register: the newest signed checkpoint, in a file outside the data directory.
//!
//! A log cannot know that its own tail was cut, or that all of it was taken back to last week. The
//! register can: it is written after the records are durable and before their checkpoint is shown
//! to anybody, so at each start the log must hold at least what the register says.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chain::{Checkpoint, Note};

use crate::Error;
use crate::disk;
use crate::error::at;

/// A checkpoint with its signatures is some hundred bytes; a hostile file is not read further.
const LEN_MAX: u64 = 64 << 10;

/// The file of the register.
#[derive(Debug, Clone)]
pub struct Register {
    path: PathBuf,
}

impl Register {
    /// The register at a path. Touches nothing.
    #[must_use]
    pub fn at(path: &Path) -> Register {
        Register {
            path: path.to_path_buf(),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it holds; nothing if there is no file. On the disk when this returns: a process that
    /// was killed may have left a name that no sync has covered, and whoever believed that could
    /// find an older head, or none, after the next power cut.
    ///
    /// # Errors
    /// It cannot be read, or is longer than any checkpoint.
    pub fn read(&self) -> Result<Option<Vec<u8>>, Error> {
        let len = match fs::metadata(&self.path) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(at(&self.path)(error)),
        };
        if len > LEN_MAX {
            return Err(at(&self.path)(ErrorKind::InvalidData.into()));
        }
        self.sync_name()?;
        fs::read(&self.path).map(Some).map_err(at(&self.path))
    }

    /// The checkpoint that it holds; nothing if there is no file. Who signed it is not asked here.
    ///
    /// # Errors
    /// Those of [`Register::read`]; what it holds is no checkpoint.
    pub fn checkpoint(&self) -> Result<Option<Checkpoint>, Error> {
        let read = self.read()?;
        read.map(|bytes| self.checkpoint_in(&bytes)).transpose()
    }

    /// The checkpoint in what was read from it.
    pub(crate) fn checkpoint_in(&self, bytes: &[u8]) -> Result<Checkpoint, Error> {
        let wrong = |why: String| Error::NoCheckpoint {
            path: self.path.clone(),
            why,
        };
        let note = Note::parse(bytes).map_err(|error| wrong(error.to_string()))?;
        let checkpoint = note.text().parse::<Checkpoint>();
        checkpoint.map_err(|error| wrong(error.to_string()))
    }

    /// Replaces what it holds; on the disk when this returns, and never half of it.
    ///
    /// # Errors
    /// It cannot be written; what it held before is still there.
    pub fn write(&self, checkpoint: &[u8]) -> Result<(), Error> {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".new");
        let new = PathBuf::from(name);
        let mut options = File::options();
        let options = options.create(true).truncate(true).write(true).mode(0o600);
        let written = options.open(&new).and_then(|mut file| {
            file.write_all(checkpoint)?;
            file.sync_all()
        });
        written.map_err(at(&new))?;
        fs::rename(&new, &self.path).map_err(at(&self.path))?;
        self.sync_name()
    }

    fn sync_name(&self) -> Result<(), Error> {
        match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => disk::sync(parent),
            Some(_) | None => disk::sync(Path::new(".")),
        }
    }

    /// Keeps it for one server, until what comes back is dropped: two on copies of one log would
    /// both sign, and each overwrite what the other has shown.
    ///
    /// # Errors
    /// [`Error::InUse`]; the file beside it, whose name ends in `.lock`, cannot be made.
    pub fn lock(&self) -> Result<File, Error> {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".lock");
        let path = PathBuf::from(name);
        let mut options = File::options();
        let options = options.create(true).truncate(false).write(true).mode(0o600);
        let file = options.open(&path).map_err(at(&path))?;
        disk::patiently(|| file.try_lock(), &self.path, &path)?;
        Ok(file)
    }

    /// True if it is on the same file system as a directory: whoever takes that disk back to last
    /// week takes the register with it.
    #[must_use]
    pub fn shares_disk(&self, dir: &Path) -> bool {
        let device = |path: &Path| fs::metadata(path).map(|metadata| metadata.dev()).ok();
        device(&self.path).is_some_and(|of| Some(of) == device(dir))
    }
}
