//! The directory of a witness: a lock, and files that are replaced whole.

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

#[derive(Debug)]
pub(crate) struct Directory {
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

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.dir.join(file)
    }

    /// The bytes of a file, if it is there.
    pub(crate) fn read(&self, file: &str) -> Result<Option<Vec<u8>>, OpenError> {
        let path = self.path(file);
        let open = match File::open(&path) {
            Ok(open) => open,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(OpenError::Io { path, error }),
        };
        let mut bytes = Vec::new();
        // One more than the most: a longer file has another checksum.
        match open.take(FILE_LEN_MAX).read_to_end(&mut bytes) {
            Ok(_) => Ok(Some(bytes)),
            Err(error) => Err(OpenError::Io { path, error }),
        }
    }

    /// Compares a file with the mark that it was there, and makes the mark if a crash came between.
    pub(crate) fn expect(&self, file: &str, is_there: bool) -> Result<(), OpenError> {
        let path = self.path(&format!("{file}{SEEN}"));
        let marked = path.try_exists();
        let marked = marked.map_err(|error| OpenError::Io {
            path: path.clone(),
            error,
        })?;
        if marked && !is_there {
            let path = self.path(file);
            let why = "it is gone, though this witness has cosigned this log";
            return Err(OpenError::Damaged { path, why });
        }
        if is_there && !marked {
            self.mark(file)
                .map_err(|error| OpenError::Io { path, error })?;
        }
        Ok(())
    }

    /// Puts these bytes in the place of a file: after this, or a crash, the file is the old one or
    /// the new one, and after this it is the new one.
    pub(crate) fn replace(&self, file: &str, bytes: &[u8]) -> io::Result<()> {
        let new = self.path(&format!("{file}.new"));
        let mut open = OpenOptions::new();
        let open = open.write(true).create(true).truncate(true).mode(0o600);
        let mut written = open.open(&new)?;
        written.write_all(bytes)?;
        written.sync_all()?;
        fs::rename(&new, self.path(file))?;
        // The name is on the disk only with its directory.
        sync(&self.dir)?;
        self.mark(file)
    }

    /// Takes a file away under another name, which is never read again.
    pub(crate) fn set_aside(&self, file: &str) -> Result<(), OpenError> {
        let path = self.path(file);
        let mut free = (1..=u32::MAX).map(|n| self.path(&format!("{file}.{n}")));
        let free = free.find(|path| !path.exists());
        let moved = match free {
            // The mark first: a file without its mark gets one again.
            Some(free) => fs::remove_file(self.path(&format!("{file}{SEEN}")))
                .and_then(|()| fs::rename(&path, free))
                .and_then(|()| sync(&self.dir)),
            None => Err(io::ErrorKind::AlreadyExists.into()),
        };
        moved.map_err(|error| OpenError::Io { path, error })
    }

    fn mark(&self, file: &str) -> io::Result<()> {
        let path = self.path(&format!("{file}{SEEN}"));
        if path.try_exists()? {
            return Ok(());
        }
        File::create(&path)?.sync_all()?;
        sync(&self.dir)
    }
}

fn sync(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}
