//! Evidence files: content under its own hash, durable before a record may name it.
//!
//! ```text
//! <dir>/files/incoming/<16 hex digits>     an upload under way; a start removes what a crash left
//! <dir>/files/<ledger>/ab/abcd…            a file by its SHA-256, 64 hex digits
//! ```
//!
//! Each ledger has a shelf of its own. Who may read a file follows from the records that name it,
//! and whoever knows a hash can name it: so a ledger may name only what was sent to it whole.

mod check;
mod download;

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use chain::LedgerId;
use sha2::{Digest, Sha256};

use crate::Error;
use crate::disk::{self, wide};
use crate::error::at;
use crate::faults::{Faults, Step};

pub use check::{FilesVerified, verify_files};
pub(crate) use check::{Hashing, parse as parse_hash, shelves};
pub use download::Download;

/// The longest evidence file, in bytes: 200 MiB, some minutes of video from a telephone.
pub const FILE_LEN_MAX: u64 = 200 << 20;

/// The SHA-256 of a file's bytes. Shown as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileHash(pub [u8; 32]);

impl fmt::Display for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Why a file was not taken. Nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is longer than a file may be.
    #[error("the file is longer than {len_max} bytes")]
    TooLarge {
        /// The most it may have.
        len_max: u64,
    },
    /// Its bytes are not those that were announced.
    #[error("the bytes that came have the hash {actual}, announced was {announced}")]
    Mismatch {
        /// What was announced.
        announced: FileHash,
        /// What came.
        actual: FileHash,
    },
    /// The disk is full, or a limit on the size of files is reached.
    #[error("there is no room for the file")]
    Full(#[source] Error),
    /// The machine failed.
    #[error(transparent)]
    Store(Error),
}

impl From<Error> for FileError {
    fn from(error: Error) -> FileError {
        let full = matches!(&error, Error::Io { source, .. } if matches!(
            source.kind(),
            io::ErrorKind::StorageFull
                | io::ErrorKind::QuotaExceeded
                | io::ErrorKind::FileTooLarge
        ));
        if full {
            FileError::Full(error)
        } else {
            FileError::Store(error)
        }
    }
}

/// A file that is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredFile {
    /// Its name.
    pub hash: FileHash,
    /// Its length in bytes.
    pub len: u64,
}

/// The evidence files of a deployment. Clones are the same store. Open it only while the log is
/// open: the log's lock keeps others out.
#[derive(Debug, Clone)]
pub struct FileStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// `<dir>`.
    dir: PathBuf,
    len_max: u64,
    faults: Faults,
    /// Held from a rename until it is on the disk, so that nobody sees a file that may still go.
    publishing: Mutex<()>,
}

impl FileStore {
    /// Opens the store of a data directory, and removes what a crash left of uploads.
    ///
    /// # Errors
    /// The directory cannot be read, or a leftover cannot be removed.
    pub fn open(dir: &Path) -> Result<FileStore, Error> {
        FileStore::with(dir, FILE_LEN_MAX, Faults::default())
    }

    /// [`FileStore::open`] with another limit, and with steps that can be made to fail.
    ///
    /// # Errors
    /// Those of [`FileStore::open`].
    #[cfg(any(test, feature = "faults"))]
    pub fn open_with_faults(dir: &Path, len_max: u64, faults: Faults) -> Result<FileStore, Error> {
        FileStore::with(dir, len_max, faults)
    }

    fn with(dir: &Path, len_max: u64, faults: Faults) -> Result<FileStore, Error> {
        let store = FileStore(Arc::new(Inner {
            dir: dir.to_path_buf(),
            len_max,
            faults,
            publishing: Mutex::new(()),
        }));
        let incoming = store.incoming();
        if incoming.is_dir() {
            for entry in fs::read_dir(&incoming).map_err(at(&incoming))? {
                let path = entry.map_err(at(&incoming))?.path();
                tracing::warn!(path = %path.display(), "removing an upload that a crash cut off");
                fs::remove_file(&path).map_err(at(&path))?;
            }
        }
        Ok(store)
    }

    /// The longest file that is taken, in bytes.
    #[must_use]
    pub fn len_max(&self) -> u64 {
        self.0.len_max
    }

    /// Begins an upload to a ledger's shelf. Blocks.
    ///
    /// # Errors
    /// The temporary file cannot be made.
    pub fn begin(&self, ledger: LedgerId) -> Result<Upload, FileError> {
        let incoming = self.incoming();
        make_dir(&incoming)?;
        let mut name = [0; 8];
        getrandom::fill(&mut name)
            .map_err(|error| at(&incoming)(io::Error::other(error.to_string())))?;
        let path = incoming.join(format!("{:016x}", u64::from_be_bytes(name)));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(at(&path))?;
        Ok(Upload {
            store: self.clone(),
            ledger,
            temporary: Temporary { path, moved: false },
            file,
            hasher: Sha256::new(),
            len: 0,
        })
    }

    /// The length of a file in bytes; `None` if the ledger does not hold it. What is answered here
    /// is on the disk. Blocks for as long as another file is being put in its place.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn len(&self, ledger: LedgerId, hash: FileHash) -> Result<Option<u64>, Error> {
        let _settled = self.publishing();
        let path = self.place(ledger, hash);
        match fs::metadata(&path) {
            Ok(found) => Ok(found.is_file().then_some(found.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at(&path)(error)),
        }
    }

    /// A file to be read; `None` if the ledger does not hold it.
    ///
    /// # Errors
    /// It is there and cannot be opened.
    pub fn read(&self, ledger: LedgerId, hash: FileHash) -> Result<Option<Download>, Error> {
        let path = self.place(ledger, hash);
        match File::open(&path) {
            Ok(file) => Download::new(path, file, hash).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at(&path)(error)),
        }
    }

    /// Removes the files of a ledger that nothing names and that came before `before`; answers how
    /// many. Call it at a start, before anything is uploaded or named.
    ///
    /// # Errors
    /// A directory cannot be read, or a file cannot be removed.
    pub fn remove_orphans(
        &self,
        ledger: LedgerId,
        before: SystemTime,
        is_named: impl Fn(FileHash) -> bool,
    ) -> Result<usize, Error> {
        let mut removed = 0_usize;
        for (hash, path) in check::shelf(&self.shelf(ledger))? {
            let came = fs::metadata(&path).and_then(|found| found.modified());
            if is_named(hash) || came.map_err(at(&path))? >= before {
                continue;
            }
            fs::remove_file(&path).map_err(at(&path))?;
            removed = removed.saturating_add(1);
        }
        Ok(removed)
    }

    fn publishing(&self) -> MutexGuard<'_, ()> {
        self.0
            .publishing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn incoming(&self) -> PathBuf {
        self.0.dir.join(FILES).join(INCOMING)
    }

    fn shelf(&self, ledger: LedgerId) -> PathBuf {
        self.0.dir.join(FILES).join(ledger.to_string())
    }

    fn place(&self, ledger: LedgerId, hash: FileHash) -> PathBuf {
        let name = hash.to_string();
        let row = name.get(..2).unwrap_or_default();
        self.shelf(ledger).join(row).join(&name)
    }
}

/// The folder of all files in the data directory.
const FILES: &str = "files";
/// The folder of uploads under way: in `files`, because a rename does not leave a file system.
const INCOMING: &str = "incoming";

/// A file on its way in. Dropped before it is finished, it leaves nothing.
#[derive(Debug)]
pub struct Upload {
    store: FileStore,
    ledger: LedgerId,
    temporary: Temporary,
    file: File,
    hasher: Sha256,
    len: u64,
}

impl Upload {
    /// Takes the next bytes. Blocks.
    ///
    /// # Errors
    /// The file becomes too long, or the disk does not take it. Then the upload can only be
    /// dropped.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        let (len, len_max) = (
            self.len.saturating_add(wide(bytes.len())),
            self.store.0.len_max,
        );
        if len > len_max {
            return Err(FileError::TooLarge { len_max });
        }
        let written = self.store.0.faults.check(Step::FileWrite);
        written
            .and_then(|()| self.file.write_all(bytes))
            .map_err(at(&self.temporary.path))?;
        self.hasher.update(bytes);
        self.len = len;
        Ok(())
    }

    /// Puts the file in its place, on the disk. The same content twice is stored once. Blocks.
    ///
    /// # Errors
    /// The hash is not the one announced, or the disk fails; then nothing is kept.
    pub fn finish(self, announced: Option<FileHash>) -> Result<StoredFile, FileError> {
        let Upload {
            store,
            ledger,
            mut temporary,
            file,
            hasher,
            len,
        } = self;
        let actual = FileHash(hasher.finalize().into());
        if let Some(announced) = announced.filter(|announced| *announced != actual) {
            return Err(FileError::Mismatch { announced, actual });
        }
        let faults = &store.0.faults;
        faults
            .check(Step::FileSync)
            .and_then(|()| file.sync_all())
            .map_err(at(&temporary.path))?;
        let place = store.place(ledger, actual);
        let row = place.parent().unwrap_or(&store.0.dir);
        make_dir(row)?;

        let _settled = store.publishing();
        let held_before = place.is_file();
        // An old copy gives way to the new one, whose bytes have just been hashed.
        fs::rename(&temporary.path, &place).map_err(at(&place))?;
        temporary.moved = true;
        let synced = faults.check(Step::FileName).map_err(at(row));
        if let Err(error) = synced.and_then(|()| sync_upwards(row, &store.0.dir)) {
            // Its name may be gone after a power cut: nobody may name it. One that was there
            // before is named perhaps, and is as safe as it was.
            if !held_before && let Err(error) = fs::remove_file(&place) {
                tracing::error!(path = %place.display(), %error, "a file that may not be kept");
            }
            return Err(error.into());
        }
        Ok(StoredFile { hash: actual, len })
    }
}

/// A temporary file, removed when it is dropped where it is.
#[derive(Debug)]
struct Temporary {
    path: PathBuf,
    moved: bool,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.moved
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!(path = %self.path.display(), %error, "a cut-off upload stays behind");
        }
    }
}

/// Makes a directory and those above it, for the service's user alone.
fn make_dir(dir: &Path) -> Result<(), Error> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(at(dir))
}

/// Syncs a directory and those above it up to `top`: each may be new, and whoever made it may not
/// have synced it yet.
fn sync_upwards(dir: &Path, top: &Path) -> Result<(), Error> {
    for dir in dir.ancestors() {
        disk::sync(dir)?;
        if dir == top {
            break;
        }
    }
    Ok(())
}
