//! The head register: the newest signed checkpoint, in a file outside the data directory.
//!
//! A log cannot know that its own tail was cut, or that all of it was taken back to last week. The
//! register can: it is written after the records are durable and before their checkpoint is shown
//! to anybody, so at each start the log must hold at least what the register says.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use chain::{Checkpoint, Note};

use crate::Error;
use crate::disk;
use crate::error::at;

/// A checkpoint with its signatures is some hundred bytes; a hostile file is not read further.
const LEN_MAX: u64 = 64 << 10;

/// The file of the register. Whoever clones it shares what is known of it.
#[derive(Debug, Clone)]
pub struct Register {
    path: PathBuf,
    /// The file itself, if the path is a symbolic link; nothing where that leads nowhere.
    file: Option<PathBuf>,
    /// What it may hold, by what was read from it and written to it here; nothing before that.
    known: Arc<Mutex<Vec<Option<Vec<u8>>>>>,
}

/// Whether a register is what it was when it was last read or written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Kept,
    /// It is not there any more, or cannot be read.
    Gone,
    /// Somebody else has written to it.
    Another,
}

impl Register {
    /// The register at a path. Changes nothing. A symbolic link is followed here and never again:
    /// what is read, written and locked is the one file that it leads to.
    #[must_use]
    pub fn at(path: &Path) -> Register {
        Register {
            path: path.to_path_buf(),
            file: followed(path),
            known: Arc::default(),
        }
    }

    /// Where it is, by the name that it was given.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where it is, links followed.
    ///
    /// # Errors
    /// [`Error::LeadsNowhere`].
    pub fn file(&self) -> Result<&Path, Error> {
        self.file.as_deref().ok_or_else(|| Error::LeadsNowhere {
            path: self.path.clone(),
        })
    }

    /// What it holds; nothing if there is no file. On the disk when this returns: a process that
    /// was killed may have left a name that no sync has covered, and whoever believed that could
    /// find an older head, or none, after the next power cut.
    ///
    /// # Errors
    /// It cannot be read, or is longer than any checkpoint.
    pub fn read(&self) -> Result<Option<Vec<u8>>, Error> {
        let read = self.look()?;
        if read.is_some() {
            disk::sync(directory_of(self.file()?))?;
        }
        self.know(vec![read.clone()]);
        Ok(read)
    }

    /// What it holds, on the disk or not yet.
    fn look(&self) -> Result<Option<Vec<u8>>, Error> {
        let path = self.file()?;
        let len = match fs::metadata(path) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(at(path)(error)),
        };
        if len > LEN_MAX {
            return Err(at(path)(ErrorKind::InvalidData.into()));
        }
        fs::read(path).map(Some).map_err(at(path))
    }

    fn know(&self, known: Vec<Option<Vec<u8>>>) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
    }

    fn is_known(&self, held: &Option<Vec<u8>>) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.is_empty() || known.contains(held)
    }

    /// Whether it is what was last read from it or written to it here. Reads it.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let mut standing = Standing::Kept;
        // What is written between the look and the comparison is there at the second look.
        for _ in 0..2 {
            standing = match self.look() {
                Ok(held) if self.is_known(&held) => return Standing::Kept,
                Ok(None) | Err(_) => Standing::Gone,
                Ok(Some(_)) => Standing::Another,
            };
        }
        standing
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
        let file = self.file()?;
        let mut name = file.as_os_str().to_owned();
        name.push(".new");
        let new = PathBuf::from(name);
        let mut options = File::options();
        let options = options.create(true).truncate(true).write(true).mode(0o600);
        let written = options.open(&new).and_then(|mut file| {
            file.write_all(checkpoint)?;
            file.sync_all()
        });
        written.map_err(at(&new))?;
        fs::rename(&new, file).map_err(at(file))?;
        disk::sync(directory_of(file))?;
        self.know(vec![Some(checkpoint.to_vec())]);
        Ok(())
    }

    /// [`Register::write`], if it still holds what was last read from it or written to it here:
    /// who else writes to it publishes another history, and a file that is gone may have been on a
    /// disk that is gone with it.
    ///
    /// # Errors
    /// Those of [`Register::write`], [`Error::RegisterGone`] and [`Error::RegisterChanged`].
    pub fn advance(&self, checkpoint: &[u8]) -> Result<(), Error> {
        let held = self.look()?;
        if !self.is_known(&held) {
            let path = self.path.clone();
            return Err(match held {
                None => Error::RegisterGone { path },
                Some(_) => Error::RegisterChanged { path },
            });
        }
        // A write that fails may have come as far as the name.
        self.know(vec![held, Some(checkpoint.to_vec())]);
        self.write(checkpoint)
    }

    /// Keeps it for one server, until what comes back is dropped: two on copies of one log would
    /// both sign, and each overwrite what the other has shown.
    ///
    /// # Errors
    /// [`Error::InUse`]; the file beside it, whose name ends in `.lock`, cannot be made.
    pub fn lock(&self) -> Result<File, Error> {
        let mut name = self.file()?.as_os_str().to_owned();
        name.push(".lock");
        let path = PathBuf::from(name);
        let mut options = File::options();
        let options = options.create(true).truncate(false).write(true).mode(0o600);
        let file = options.open(&path).map_err(at(&path))?;
        disk::patiently(|| file.try_lock(), &self.path, &path)?;
        Ok(file)
    }

    /// True if it is on the same file system as a directory: whoever takes that disk back to last
    /// week takes the register with it. Where it is gone, if its own directory is.
    #[must_use]
    pub fn shares_disk(&self, dir: &Path) -> bool {
        let device = |path: &Path| fs::metadata(path).map(|metadata| metadata.dev()).ok();
        let file = self.file().unwrap_or(&self.path);
        let of = device(file).or_else(|| device(directory_of(file)));
        of.is_some_and(|of| Some(of) == device(dir))
    }
}

fn directory_of(file: &Path) -> &Path {
    let parent = file.parent();
    let parent = parent.filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// The file that a path leads to, which need not be there yet; nothing for a link that leads to
/// none.
fn followed(path: &Path) -> Option<PathBuf> {
    if let Ok(file) = path.canonicalize() {
        return Some(file);
    }
    if path.is_symlink() {
        return None;
    }
    let directory = directory_of(path).canonicalize().ok();
    let file = directory.zip(path.file_name());
    Some(file.map_or_else(
        || path.to_path_buf(),
        |(directory, name)| directory.join(name),
    ))
}
