//! The subjects' keys: the one thing in a deployment that can be forgotten.
//!
//! `<dir>/keys`, mode 0600, entries of 56 bytes, in the order they came; free to change:
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 16 | subject |
//! | 16 | 32 | key |
//! | 48 | 8 | the first bytes of BLAKE3 over all before |

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::Error;
use crate::disk::{self, wide};
use crate::entry::take;
use crate::error::at;

const ENTRY_LEN: usize = 56;

/// The keys of all subjects, in memory and on the disk. Open it only while the log is open: the
/// log's lock keeps others out.
pub struct KeyStore {
    path: PathBuf,
    file: File,
    keys: HashMap<Uuid, [u8; 32]>,
    stopped: bool,
}

impl fmt::Debug for KeyStore {
    /// Shows no key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl KeyStore {
    /// Opens or creates `<dir>/keys`. A last entry that a crash cut off is dropped: no record can
    /// need it, because keys are synced before their records are written.
    ///
    /// # Errors
    /// The file cannot be used, or an entry before the last is damaged.
    pub fn open(dir: &Path) -> Result<KeyStore, Error> {
        let path = dir.join("keys");
        let is_new = !path.exists();
        let mut file = private(
            OpenOptions::new().create(true).read(true).append(true),
            &path,
        )?;
        if is_new {
            disk::sync(dir)?;
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(at(&path))?;
        let (entries, rest) = bytes.as_chunks::<ENTRY_LEN>();
        let mut keys = HashMap::new();
        let mut sound = 0_usize;
        for (number, bytes) in entries.iter().enumerate() {
            let Some((subject, key)) = decode(bytes) else {
                // A cut-off write of several entries can leave bad ones at the end only.
                if entries
                    .iter()
                    .skip(number)
                    .any(|bytes| decode(bytes).is_some())
                {
                    let source = std::io::ErrorKind::InvalidData.into();
                    return Err(at(&path)(source));
                }
                break;
            };
            keys.insert(subject, key);
            sound = sound.saturating_add(1);
        }
        if sound < entries.len() || !rest.is_empty() {
            let len = wide(sound.saturating_mul(ENTRY_LEN));
            tracing::warn!(path = %path.display(), len, "dropping a key that was cut off");
            // Torn by a crash, or damaged by a bad disk: nobody can tell, so a copy is kept.
            std::fs::copy(&path, path.with_extension("damaged")).map_err(at(&path))?;
            file.set_len(len)
                .and_then(|()| file.sync_all())
                .map_err(at(&path))?;
        }
        Ok(KeyStore {
            path,
            file,
            keys,
            stopped: false,
        })
    }

    /// The key of a subject; `None` if it never had one or it was erased.
    #[must_use]
    pub fn get(&self, subject: Uuid) -> Option<[u8; 32]> {
        self.keys.get(&subject).copied()
    }

    /// Adds keys and syncs them, once for all. Call it before the records that need them are
    /// appended. Blocks.
    ///
    /// # Errors
    /// After an error every later call answers [`Error::Stopped`] until a restart.
    pub fn put_all(&mut self, keys: &[(Uuid, [u8; 32])]) -> Result<(), Error> {
        if self.stopped {
            return Err(Error::Stopped);
        }
        if keys.is_empty() {
            return Ok(());
        }
        self.stopped = true;
        let bytes: Vec<u8> = keys
            .iter()
            .flat_map(|(subject, key)| encode(*subject, key))
            .collect();
        self.file.write_all(&bytes).map_err(at(&self.path))?;
        self.file.sync_data().map_err(at(&self.path))?;
        self.stopped = false;
        self.keys.extend(keys.iter().copied());
        Ok(())
    }

    /// Forgets a subject's key: the file is written anew without it. Answers whether there was
    /// one. Copies of the file, backups and the disk's own spare blocks are not reached.
    ///
    /// # Errors
    /// After an error every later call answers [`Error::Stopped`] until a restart.
    pub fn erase(&mut self, subject: Uuid) -> Result<bool, Error> {
        if self.stopped {
            return Err(Error::Stopped);
        }
        if !self.keys.contains_key(&subject) {
            return Ok(false);
        }
        self.stopped = true;
        let new = self.path.with_extension("new");
        if new.exists() {
            fs::remove_file(&new).map_err(at(&new))?;
        }
        let mut file = private(OpenOptions::new().create_new(true).append(true), &new)?;
        let others = self.keys.iter().filter(|(other, _)| **other != subject);
        let bytes: Vec<u8> = others
            .flat_map(|(subject, key)| encode(*subject, key))
            .collect();
        file.write_all(&bytes)
            .and_then(|()| file.sync_all())
            .map_err(at(&new))?;
        fs::rename(&new, &self.path).map_err(at(&self.path))?;
        disk::sync(self.path.parent().unwrap_or(&self.path))?;
        self.file = file;
        self.keys.remove(&subject);
        self.stopped = false;
        Ok(true)
    }
}

fn private(options: &mut OpenOptions, path: &Path) -> Result<File, Error> {
    options.mode(0o600).open(path).map_err(at(path))
}

fn encode(subject: Uuid, key: &[u8; 32]) -> Vec<u8> {
    let mut entry = Vec::with_capacity(ENTRY_LEN);
    entry.extend_from_slice(subject.as_bytes());
    entry.extend_from_slice(key);
    let check = check(&entry);
    entry.extend_from_slice(&check);
    entry
}

fn decode(entry: &[u8; ENTRY_LEN]) -> Option<(Uuid, [u8; 32])> {
    let (fields, stated) = entry.split_last_chunk::<8>()?;
    let mut rest = fields;
    let subject = Uuid::from_bytes(take(&mut rest)?);
    let key = take(&mut rest)?;
    (check(fields) == *stated).then_some((subject, key))
}

fn check(fields: &[u8]) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = *blake3::hash(fields).as_bytes();
    [a, b, c, d, e, f, g, h]
}
