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
    let files = dir.join(FILES);
    for shelf in children(&files)? {
        let name = shelf.file_name().and_then(|name| name.to_str());
        let Some(name) = name.filter(|name| *name != INCOMING) else {
            continue;
        };
        let Ok(ledger) = Uuid::parse_str(name) else {
            continue;
        };
        for (hash, path) in self::shelf(&shelf)? {
            let (actual, len) = hash_of(&path)?;
            if actual == hash {
                let key = (LedgerId::from_bytes(ledger.into_bytes()), hash);
                verified.sound.insert(key, len);
            } else {
                verified.damaged.push(path);
            }
        }
    }
    Ok(verified)
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
    let mut file = File::open(path).map_err(at(path))?;
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; CHUNK_LEN];
    let mut len = 0_u64;
    loop {
        let read = match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(at(path)(error)),
        };
        hasher.update(chunk.get(..read).unwrap_or_default());
        len = len.saturating_add(wide(read));
    }
    Ok((FileHash(hasher.finalize().into()), len))
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
fn parse(name: &str) -> Option<FileHash> {
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
