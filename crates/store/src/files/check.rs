//! Every file hashed anew. Reads only, and believes no name.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use chain::LedgerId;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{FILES, FileHash, INCOMING};
use crate::Error;
use crate::disk::wide;
use crate::error::at;

/// How many bytes are read and hashed at once.
const CHUNK_LEN: usize = 256 << 10;

/// What the evidence files of a data directory are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilesVerified {
    /// Every file by its ledger and name, with its length in bytes: those that have their hash.
    pub sound: HashMap<(LedgerId, FileHash), u64>,
    /// Files whose bytes do not have the hash of their name, in the order of their paths.
    pub damaged: Vec<PathBuf>,
}

/// Hashes every evidence file of a data directory. Blocks, and reads all of them once.
///
/// # Errors
/// A directory or a file cannot be read.
pub fn verify_files(dir: &Path) -> Result<FilesVerified, Error> {
    let mut verified = FilesVerified::default();
    for (hash, path) in shelves(dir)? {
        let (actual, len) = hash_of(&path)?;
        match ledger_of(&path).filter(|_| actual == hash) {
            Some(ledger) => drop(verified.sound.insert((ledger, hash), len)),
            None => verified.damaged.push(path),
        }
    }
    Ok(verified)
}

/// Every evidence file of a data directory by the hash of its name, in the order of their paths.
pub(crate) fn shelves(dir: &Path) -> Result<Vec<(FileHash, PathBuf)>, Error> {
    let mut all = Vec::new();
    for shelf in children(&dir.join(FILES))? {
        let name = shelf.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name != INCOMING && Uuid::parse_str(name).is_ok()) {
            all.extend(self::shelf(&shelf)?);
        }
    }
    Ok(all)
}

/// The ledger on whose shelf a file stands.
pub(crate) fn ledger_of(path: &Path) -> Option<LedgerId> {
    let name = path.parent()?.parent()?.file_name()?.to_str()?;
    let ledger = Uuid::parse_str(name).ok()?;
    Some(LedgerId::from_bytes(ledger.into_bytes()))
}

/// The files of a ledger's shelf, in the order of their names; none where there is no shelf.
/// What has another form of name is not ours.
pub(super) fn shelf(shelf: &Path) -> Result<Vec<(FileHash, PathBuf)>, Error> {
    let mut files = Vec::new();
    for row in children(shelf)? {
        for path in children(&row)? {
            let name = path.file_name().and_then(|name| name.to_str());
            if let Some(hash) = name.and_then(parse) {
                files.push((hash, path));
            }
        }
    }
    Ok(files)
}

fn hash_of(path: &Path) -> Result<(FileHash, u64), Error> {
    let mut hashing = Hashing::begin(FileHash([0; 32]), path)?;
    let mut len = 0_u64;
    while let Some(read) = hashing.next_chunk()? {
        len = len.saturating_add(read);
    }
    Ok((hashing.actual(), len))
}

/// A file that is hashed in steps.
pub(crate) struct Hashing {
    path: PathBuf,
    file: File,
    hasher: Sha256,
    hash: FileHash,
}

impl Hashing {
    pub(crate) fn begin(hash: FileHash, path: &Path) -> Result<Hashing, Error> {
        Ok(Hashing {
            path: path.to_path_buf(),
            file: File::open(path).map_err(at(path))?,
            hasher: Sha256::new(),
            hash,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads on; answers how many bytes, and nothing at the end.
    pub(crate) fn next_chunk(&mut self) -> Result<Option<u64>, Error> {
        let mut chunk = vec![0; CHUNK_LEN];
        loop {
            match self.file.read(&mut chunk) {
                Ok(0) => return Ok(None),
                Ok(read) => {
                    self.hasher.update(chunk.get(..read).unwrap_or_default());
                    return Ok(Some(wide(read)));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(at(&self.path)(error)),
            }
        }
    }

    pub(crate) fn actual(self) -> FileHash {
        FileHash(self.hasher.finalize().into())
    }

    /// After the end: whether it has the hash of its name.
    pub(crate) fn is_sound(&self) -> bool {
        FileHash(self.hasher.clone().finalize().into()) == self.hash
    }
}

/// What is in a directory, sorted; nothing where there is none.
fn children(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(Vec::new());
        }
        Err(error) => return Err(at(dir)(error)),
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<Result<Vec<_>, _>>().map_err(at(dir))?;
    paths.sort();
    Ok(paths)
}

/// 64 lower-case hexadecimal digits.
pub(crate) fn parse(name: &str) -> Option<FileHash> {
    let mut hash = [0; 32];
    let (pairs, []) = name.as_bytes().as_chunks::<2>() else {
        return None;
    };
    if pairs.len() != hash.len() {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(pairs) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    // `+f` and `AB` are numbers too.
    let hash = FileHash(hash);
    (hash.to_string() == name).then_some(hash)
}
