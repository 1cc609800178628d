//! What a witness keeps: files that are replaced whole, in a directory that it has alone.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::OpenError;

/// The longest file that is read, in bytes: twice the longest note.
const FILE_LEN_MAX: u64 = 512 * 1024;

/// How often a lock that somebody has is tried again: a witness that was just stopped may hold it
/// for some milliseconds more.
const LOCK_TRIES: u32 = 25;
const PAUSE: Duration = Duration::from_millis(20);

/// Beside each file stands an empty one of this name from the first checkpoint on, so that a file
/// that is gone is not taken for a log that was never seen.
const SEEN: &str = ".seen";

/// Where the files of a witness are: a directory, or in a simulation a disk that may fail at each
/// of these. Nobody else writes there.
pub trait Storage: std::fmt::Debug {
    /// The name of a file, for messages.
    fn path(&self, file: &str) -> PathBuf;

    /// The bytes of a file, if it is there.
    ///
    /// # Errors
    /// It cannot be read.
    fn read(&self, file: &str) -> io::Result<Option<Vec<u8>>>;

    /// Whether a file is there.
    ///
    /// # Errors
    /// Nobody can tell.
    fn exists(&self, file: &str) -> io::Result<bool>;

    /// Makes a file of these bytes, which are on the disk after this; its name need not be.
    ///
    /// # Errors
    /// It cannot be written; some of the bytes may be there.
    fn write(&self, file: &str, bytes: &[u8]) -> io::Result<()>;

    /// Gives a file the name of another, whose place it takes.
    ///
    /// # Errors
    /// It cannot.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Sees to it that all names are on the disk.
    ///
    /// # Errors
    /// They may not be.
    fn sync_names(&self) -> io::Result<()>;
}

/// A directory, locked for as long as this lives.
#[derive(Debug)]
pub struct Directory {
    dir: PathBuf,
    /// Locked for as long as it is open.
    _lock: File,
}

impl Directory {
    /// Makes the directory, readable for its owner alone, and locks it.
    pub(crate) fn open(dir: &Path) -> Result<Directory, OpenError> {
        let at = |error| OpenError::Io {
            path: dir.to_path_buf(),
            error,
        };
        let mut make = fs::DirBuilder::new();
        make.recursive(true).mode(0o700).create(dir).map_err(at)?;
        let lock = File::create(dir.join("LOCK")).map_err(at)?;
        let mut tries = 0..LOCK_TRIES;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if tries.next().is_some() => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => {
                    let dir = dir.to_path_buf();
                    return Err(OpenError::InUse { dir });
                }
                Err(TryLockError::Error(error)) => return Err(at(error)),
            }
        }
        sync(dir).map_err(at)?;
        if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            sync(parent).map_err(at)?;
        }
        let dir = dir.to_path_buf();
        Ok(Directory { dir, _lock: lock })
    }
}

impl Storage for Directory {
    fn path(&self, file: &str) -> PathBuf {
        self.dir.join(file)
    }

    fn read(&self, file: &str) -> io::Result<Option<Vec<u8>>> {
        let open = match File::open(self.path(file)) {
            Ok(open) => open,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        // One more than the most: a longer file has another checksum.
        open.take(FILE_LEN_MAX).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn exists(&self, file: &str) -> io::Result<bool> {
        self.path(file).try_exists()
    }

    fn write(&self, file: &str, bytes: &[u8]) -> io::Result<()> {
        let mut open = OpenOptions::new();
        let open = open.write(true).create(true).truncate(true).mode(0o600);
        let mut written = open.open(self.path(file))?;
        written.write_all(bytes)?;
        written.sync_all()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path(from), self.path(to))
    }

    fn sync_names(&self) -> io::Result<()> {
        sync(&self.dir)
    }
}

/// Compares a file with the mark that it was there, and makes the mark if a crash came between.
pub(crate) fn expect(storage: &impl Storage, file: &str, is_there: bool) -> Result<(), OpenError> {
    let mark = seen(file);
    let at = |error| OpenError::Io {
        path: storage.path(&mark),
        error,
    };
    let marked = storage.exists(&mark).map_err(at)?;
    if marked && !is_there {
        let path = storage.path(file);
        let why = "it is gone, though this witness has cosigned this log";
        return Err(OpenError::Damaged { path, why });
    }
    if is_there && !marked {
        make_mark(storage, file).map_err(at)?;
    }
    Ok(())
}

/// Puts these bytes in the place of a file: after this, or a crash, the file is the old one or the
/// new one, and after this it is the new one.
pub(crate) fn replace(storage: &impl Storage, file: &str, bytes: &[u8]) -> io::Result<()> {
    let new = format!("{file}.new");
    storage.write(&new, bytes)?;
    storage.rename(&new, file)?;
    // The name is on the disk only with its directory.
    storage.sync_names()?;
    make_mark(storage, file)
}

/// Takes a file away under another name, which is never read again.
pub(crate) fn set_aside(storage: &impl Storage, file: &str) -> Result<(), OpenError> {
    let at = |error| OpenError::Io {
        path: storage.path(file),
        error,
    };
    let mut number = 1_u32;
    let aside = loop {
        let aside = format!("{file}.{number}");
        if !storage.exists(&aside).map_err(at)? {
            break aside;
        }
        let next = number.checked_add(1);
        number = next.ok_or_else(|| at(io::ErrorKind::AlreadyExists.into()))?;
    };
    // The mark first: a file without its mark gets one again.
    storage
        .rename(&seen(file), &seen(&aside))
        .and_then(|()| storage.rename(file, &aside))
        .and_then(|()| storage.sync_names())
        .map_err(at)
}

/// The bytes of a file, if it is there.
pub(crate) fn read(storage: &impl Storage, file: &str) -> Result<Option<Vec<u8>>, OpenError> {
    storage.read(file).map_err(|error| OpenError::Io {
        path: storage.path(file),
        error,
    })
}

fn seen(file: &str) -> String {
    format!("{file}{SEEN}")
}

fn make_mark(storage: &impl Storage, file: &str) -> io::Result<()> {
    let mark = seen(file);
    if storage.exists(&mark)? {
        return Ok(());
    }
    storage.write(&mark, b"")?;
    storage.sync_names()
}

fn sync(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}
