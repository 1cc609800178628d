//! The file system: locks, and what must be synced so that a file is still there after a power cut.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::error::at;

/// Syncs a file or a directory. A new file's name is on the disk only when its directory is synced.
pub(crate) fn sync(path: &Path) -> Result<(), Error> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(at(path))
}

/// Creates a directory if it is not there, and syncs the one that holds it.
pub(crate) fn create_dir(path: &Path) -> Result<(), Error> {
    if path.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(path).map_err(at(path))?;
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync(parent),
        Some(_) | None => sync(Path::new(".")),
    }
}

/// Takes `<dir>/LOCK` for as long as the file lives.
pub(crate) fn lock(dir: &Path) -> Result<File, Error> {
    let path = dir.join("LOCK");
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(at(&path))?;
    patiently(|| file.try_lock(), dir, &path)?;
    Ok(file)
}

/// How often a lock that somebody has is tried again, 20 ms apart. A process that starts another
/// program has, until that runs, a twin that holds its locks: a lock just given back may be held
/// for some milliseconds more.
const LOCK_TRIES: u32 = 50;

/// Takes a lock, or says that the directory is in use.
pub(crate) fn patiently(
    lock: impl Fn() -> Result<(), TryLockError>,
    dir: &Path,
    path: &Path,
) -> Result<(), Error> {
    for _ in 0..LOCK_TRIES {
        match lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            Err(TryLockError::Error(error)) => return Err(at(path)(error)),
        }
    }
    Err(Error::InUse {
        dir: dir.to_path_buf(),
    })
}

/// Whether a server has a directory open now.
pub(crate) fn is_locked(dir: &Path) -> Result<bool, Error> {
    let path = dir.join("LOCK");
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(at(&path)(error)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(at(&path)(error)),
    }
}

/// The first `<path>.damaged-<n>` that does not exist.
pub(crate) fn aside(path: &Path) -> PathBuf {
    let name = |n: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".damaged-{n}"));
        PathBuf::from(name)
    };
    (1..)
        .map(name)
        .find(|path| !path.exists())
        .unwrap_or_else(|| name(0))
}

/// A length or count as the `u64` that positions and offsets are.
pub(crate) fn wide(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// A length or count from a file; what does not fit in memory is refused by the limit that follows.
pub(crate) fn narrow(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
