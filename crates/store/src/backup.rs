//! Backups: the journal up to a whole frame, the keys, the evidence files, and what else is asked.
//!
//! ```text
//! <backup>/MANIFEST             SHA-256 and path of each file below: `sha256sum -c MANIFEST`
//! <backup>/HEADS                how many records, and every ledger's last: ledger, seq, hash
//! <backup>/INCOMPLETE           only while a backup is being made, or after one was broken off
//! <backup>/register             the head register as it was before the journal was read
//! <backup>/journal/…, keys, token.key, files/…      as in the data directory
//! ```
//!
//! sled, the tree and the lock are derived or made again. A backup may be made while the server
//! runs: the journal only grows, keys and files are on the disk before a record names them. So the
//! register is copied first, then the journal, then what records name.

pub(crate) mod manifest;
mod reading;
mod restore;

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chain::{Frontier, LedgerId, Record};
use sha2::{Digest, Sha256};

use crate::disk::{self, wide};
use crate::error::{BadRecord, at};
use crate::files::shelves;
use crate::journal;
use crate::{Error, FileHash, LedgerHead};
use reading::Reading;

pub use reading::{is_backup, read_backup};
pub use restore::{Restored, restore};

const MANIFEST: &str = "MANIFEST";
const HEADS: &str = "HEADS";
const INCOMPLETE: &str = "INCOMPLETE";
const REGISTER: &str = "register";

/// How much of a file is in memory at once.
const CHUNK_LEN: usize = 1 << 20;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUp {
    /// How many records.
    pub records: u64,
    /// The last record of every ledger, in the order of their first records.
    pub heads: Vec<LedgerHead>,
    /// How many evidence files.
    pub files: u64,
    /// Bytes that were copied now.
    pub copied_bytes: u64,
    /// Bytes that an earlier backup had copied already.
    pub kept_bytes: u64,
    /// Files of the earlier backup that were not what they had been: they were copied anew.
    pub mended: Vec<PathBuf>,
    /// Evidence files that do not have the hash of their name: they are not in the backup.
    pub damaged: Vec<PathBuf>,
}

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The directory holds other things.
    #[error("{} is not empty, and no backup", .dir.display())]
    NotABackup {
        /// The directory.
        dir: PathBuf,
    },
    /// A backup was begun there and not ended.
    #[error("the backup in {} is not complete: make it again", .dir.display())]
    Incomplete {
        /// The directory.
        dir: PathBuf,
    },
    /// A file of the backup is not what it was, or is missing.
    #[error("{}: the bytes do not have the hash that the manifest says", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The log does not continue what the backup holds: here the two part, or, where the log is
    /// the shorter one, this it lacks.
    #[error(
        "the log does not continue the backup: ledger {ledger}, seq {seq} is not in it or is \
         another record; the backup was left as it was"
    )]
    NotContinued {
        /// The ledger.
        ledger: LedgerId,
        /// The seq of its last record in the backup.
        seq: u64,
    },
    /// The log has lost records that were published.
    #[error(
        "日志 {records} 条记录,少于链头登记 {} 所载的 {registered} 条,未作备份 · rollback: the head register \
         says {registered} records, and the log has {records}; the backup was left as it was",
        .register.display()
    )]
    Rollback {
        /// The register.
        register: PathBuf,
        /// How many records it says.
        registered: u64,
        /// How many the log has.
        records: u64,
    },
    /// The log's first records are not those that were published.
    #[error(
        "日志前 {size} 条记录与链头登记 {} 所载不同,未作备份 · fork: the first {size} records of the log are \
         not those that the head register covers; the backup was left as it was",
        .register.display()
    )]
    Fork {
        /// The register.
        register: PathBuf,
        /// How many records it covers.
        size: u64,
    },
    /// A file changed under the hands: somebody repairs the log, for one.
    #[error("{} changed while it was copied: try again", .path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The target of a restore holds something.
    #[error("{} is not empty: restore into a new directory", .dir.display())]
    NotEmpty {
        /// The directory.
        dir: PathBuf,
    },
    /// What was restored is not what the backup says it is.
    #[error("the restored log ends elsewhere than the backup says: {records} records")]
    OtherHeads {
        /// How many records were restored.
        records: u64,
    },
    /// Whoever asked for the restore does not accept it.
    #[error("{0}")]
    NotAccepted(String),
    /// The log, or the machine.
    #[error(transparent)]
    Store(#[from] Error),
}

impl From<BadRecord> for BackupError {
    fn from(bad: BadRecord) -> BackupError {
        BackupError::Store(bad.into())
    }
}

/// Copies a data directory, which a server may have open, so that it can be restored to the last
/// whole group. Into an earlier backup of the same log only what is new is copied. Every record
/// is checked, hash and chain, and given to `each`. Blocks; reads the whole journal.
///
/// # Errors
/// The log is damaged, or does not continue the backup; then nothing was copied.
pub fn backup(
    dir: &Path,
    to: &Path,
    register: Option<&Path>,
    mut each: impl FnMut(&Record),
) -> Result<BackedUp, BackupError> {
    let Compared {
        before,
        newest,
        journal,
    } = compared(dir, to, register, &mut each)?;
    let heads = journal.heads();

    // From here the backup is changed.
    mark_incomplete(to)?;
    let mut copy = Copying {
        from: dir,
        to,
        before: before.unwrap_or_default(),
        entries: BTreeMap::new(),
        copied: 0,
        kept: 0,
        mended: Vec::new(),
    };
    if let Some(newest) = newest {
        copy.put(REGISTER, &newest)?;
    }
    for part in &journal.parts {
        if !copy.file(&part.path, part.len, Some(part.hash))? {
            let path = part.path.clone();
            return Err(BackupError::Changed { path });
        }
    }
    copy.forget_old_segments()?;
    for name in ["keys", "token.key"] {
        let path = dir.join(name);
        if path.exists() {
            copy.file(&path, u64::MAX, None)?;
        }
    }
    let (files, damaged) = copy.evidence()?;
    copy.put(HEADS, &manifest::write_heads(journal.next, &heads))?;
    let Copying {
        entries,
        copied,
        kept,
        mended,
        ..
    } = copy;
    write(&to.join(MANIFEST), &manifest::write(&entries))?;
    let marker = to.join(INCOMPLETE);
    fs::remove_file(&marker).map_err(at(&marker))?;
    disk::sync(to)?;
    Ok(BackedUp {
        records: journal.next,
        heads,
        files,
        copied_bytes: copied,
        kept_bytes: kept,
        mended,
        damaged,
    })
}

/// What is known before a backup is changed.
struct Compared {
    /// What the earlier backup has; nothing where there is none.
    before: Option<BTreeMap<String, [u8; 32]>>,
    /// What the register holds.
    newest: Option<Vec<u8>>,
    journal: Reading,
}

/// Reads the log, and sees that it continues the earlier backup and the register.
fn compared(
    dir: &Path,
    to: &Path,
    register: Option<&Path>,
    each: &mut impl FnMut(&Record),
) -> Result<Compared, BackupError> {
    private_dir(to)?;
    let before = manifest::read(to)?;
    if before.is_none() && !to.join(INCOMPLETE).exists() && !is_empty(to)? {
        let dir = to.to_path_buf();
        return Err(BackupError::NotABackup { dir });
    }
    // Read before the journal: what it says then stands there.
    let newest = match register {
        Some(path) => crate::Register::at(path).read()?,
        None => None,
    };
    let registered = match (register, &newest) {
        (Some(path), Some(bytes)) => Some((path, crate::Register::at(path).checkpoint_in(bytes)?)),
        (Some(_) | None, _) => None,
    };
    let mut tree = Frontier::new();
    let mut found = Some(tree.root());
    let size = registered.as_ref().map_or(0, |(_, head)| head.size());
    let sought = match before {
        Some(_) => manifest::heads(to)?,
        None => Vec::new(),
    };
    let sought = sought.into_iter().map(|old| (old.id, old)).collect();
    let journal = Reading::of(&dir.join("journal"), sought, &mut |record| {
        if tree.size() < size {
            let header = &record.header;
            let leaf = chain::leaf_bytes(header.ledger, header.seq, record.hash);
            tree.push(chain::leaf_hash(&leaf));
            found = (tree.size() == size).then(|| tree.root());
        }
        each(record);
    })?;
    let records = journal.next;
    if let Some((path, head)) = registered {
        let register = path.to_path_buf();
        if size > records {
            return Err(BackupError::Rollback {
                register,
                registered: size,
                records,
            });
        }
        if found != Some(head.root()) {
            return Err(BackupError::Fork { register, size });
        }
    }
    // The last records of all ledgers may be there, and not at their places: then it is another
    // log too.
    let parted = before.as_ref().map_or(Ok(None), |_| parted(dir, to))?;
    let sought = journal.sought.values().next().map(|old| (old.id, old.seq));
    if let Some((ledger, seq)) = parted.or(sought) {
        return Err(BackupError::NotContinued { ledger, seq });
    }
    Ok(Compared {
        before,
        newest,
        journal,
    })
}

/// The first record of the log that is another than the one at its position in the backup, as far
/// as the backup can be read: what is damaged there is about to be copied anew. Holds the hashes
/// of the backup's records meanwhile, 32 bytes each.
fn parted(dir: &Path, backup: &Path) -> Result<Option<(LedgerId, u64)>, BackupError> {
    let journal = |dir: &Path, mut each: &mut dyn FnMut(&Record)| {
        Reading::of(&dir.join("journal"), HashMap::new(), &mut each).map(|_| ())
    };
    let mut hashes = Vec::new();
    let _damage = journal(backup, &mut |record| hashes.push(record.hash));
    let mut expected = hashes.into_iter();
    let mut first = None;
    journal(dir, &mut |record| {
        let same = expected.next().is_none_or(|hash| hash == record.hash);
        if !same && first.is_none() {
            first = Some((record.header.ledger, record.header.seq));
        }
    })?;
    Ok(first)
}

/// A backup being written.
struct Copying<'a> {
    from: &'a Path,
    to: &'a Path,
    before: BTreeMap<String, [u8; 32]>,
    entries: BTreeMap<String, [u8; 32]>,
    copied: u64,
    kept: u64,
    mended: Vec<PathBuf>,
}

impl Copying<'_> {
    /// What the manifest calls a file, and where it stands in the backup.
    fn place(&self, path: &Path) -> (String, PathBuf) {
        let name = path.strip_prefix(self.from).unwrap_or(path);
        (name.to_string_lossy().into_owned(), self.to.join(name))
    }

    /// Copies the first `len` bytes of a file, unless an earlier backup has them. `known` is their
    /// hash, if they were read before; false if it is another now.
    fn file(
        &mut self,
        path: &Path,
        len: u64,
        known: Option<[u8; 32]>,
    ) -> Result<bool, BackupError> {
        let (name, target) = self.place(path);
        let there = fs::metadata(&target).map_or(0, |found| found.len());
        if let Some(hash) = known
            && self.before.get(&name) == Some(&hash)
            && (len == u64::MAX || there == len)
            && there > 0
        {
            // A backup lies for years where nobody reads: what it keeps it must still have.
            if hash_of(&target)? != hash {
                self.mended.push(target);
                return self.copy_anew(path, len, known);
            }
            self.kept = self.kept.saturating_add(there);
            self.entries.insert(name, hash);
            return Ok(true);
        }
        self.copy_anew(path, len, known)
    }

    fn copy_anew(
        &mut self,
        path: &Path,
        len: u64,
        known: Option<[u8; 32]>,
    ) -> Result<bool, BackupError> {
        let (name, target) = self.place(path);
        if let Some(parent) = target.parent() {
            private_dir(parent)?;
        }
        let new = target.with_extension("copying");
        let (hash, copied) = copy_part(path, &new, len)?;
        if known.is_some_and(|known| known != hash) {
            fs::remove_file(&new).map_err(at(&new))?;
            return Ok(false);
        }
        fs::rename(&new, &target).map_err(at(&target))?;
        disk::sync(target.parent().unwrap_or(self.to))?;
        self.copied = self.copied.saturating_add(copied);
        self.entries.insert(name, hash);
        Ok(true)
    }

    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), BackupError> {
        write(&self.to.join(name), bytes)?;
        self.copied = self.copied.saturating_add(wide(bytes.len()));
        let hash = Sha256::digest(bytes).into();
        self.entries.insert(name.to_owned(), hash);
        Ok(())
    }

    /// Removes segments that an earlier backup had and a repair has cut otherwise since: their
    /// records have just been copied again.
    fn forget_old_segments(&self) -> Result<(), BackupError> {
        let dir = self.to.join("journal");
        if !dir.is_dir() {
            return Ok(());
        }
        for segment in journal::segments(&dir)? {
            let name = segment.path.strip_prefix(self.to).unwrap_or(&segment.path);
            if !self.entries.contains_key(&*name.to_string_lossy()) {
                fs::remove_file(&segment.path).map_err(at(&segment.path))?;
            }
        }
        Ok(())
    }

    /// Copies the evidence files: how many, and which are not what they were.
    fn evidence(&mut self) -> Result<(u64, Vec<PathBuf>), BackupError> {
        let mut files = 0_u64;
        let mut damaged = Vec::new();
        for (FileHash(hash), path) in shelves(self.from)? {
            if self.file(&path, u64::MAX, Some(hash))? {
                files = files.saturating_add(1);
            } else {
                damaged.push(path);
            }
        }
        Ok((files, damaged))
    }
}

/// Copies the first bytes of a file into a new one, and syncs it.
fn copy_part(from: &Path, to: &Path, len: u64) -> Result<([u8; 32], u64), Error> {
    let mut source = File::open(from).map_err(at(from))?.take(len);
    let mut file = private_file(to)?;
    let done = hashed(&mut source, from, |bytes| {
        file.write_all(bytes).map_err(at(to))
    })?;
    file.sync_all().map_err(at(to))?;
    Ok(done)
}

/// The hash of a whole file.
fn hash_of(path: &Path) -> Result<[u8; 32], Error> {
    let mut file = File::open(path).map_err(at(path))?;
    hashed(&mut file, path, |_| Ok(())).map(|(hash, _)| hash)
}

/// The hash of what is read, and how much that is; each part of it is given to `each`.
fn hashed(
    source: &mut impl Read,
    path: &Path,
    mut each: impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<([u8; 32], u64), Error> {
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; CHUNK_LEN];
    let mut len = 0_u64;
    loop {
        let read = source.read(&mut chunk).map_err(at(path))?;
        let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        hasher.update(bytes);
        each(bytes)?;
        len = len.saturating_add(wide(read));
    }
    Ok((hasher.finalize().into(), len))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let new = path.with_extension("new");
    let mut file = private_file(&new)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(at(&new))?;
    fs::rename(&new, path).map_err(at(path))?;
    disk::sync(path.parent().unwrap_or(path))
}

/// From its first moment on the file says what the directory is: nothing else may come before it,
/// or after a failure here the directory would be neither empty nor a backup.
fn mark_incomplete(dir: &Path) -> Result<(), Error> {
    let path = dir.join(INCOMPLETE);
    let synced = private_file(&path)?.sync_all();
    synced.map_err(at(&path))?;
    disk::sync(dir)
}

/// For the service's user alone: a backup has the keys.
fn private_file(path: &Path) -> Result<File, Error> {
    let mut options = File::options();
    let options = options.create(true).truncate(true).write(true).mode(0o600);
    options.open(path).map_err(at(path))
}

fn private_dir(dir: &Path) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder.create(dir).map_err(at(dir))
}

fn is_empty(dir: &Path) -> Result<bool, Error> {
    let mut files = fs::read_dir(dir).map_err(at(dir))?;
    Ok(files.next().is_none())
}
