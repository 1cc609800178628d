//! Which records name whom, in the order of positions, on the disk until a seal counts them.
//!
//! `<dir>/pairs/<first position, 20 digits>.pairs` is a sequence of blocks, big-endian;
//! free to change:
//!
//! | bytes | field |
//! |---|---|
//! | 4 | n, how many pairs |
//! | 32 | BLAKE3 of the pairs |
//! | 72 × n | ledger (16), subject (16), position (8), hash of the record (32) |

use super::ReplayError;
use crate::seals::Pair;
use chain::{Hash, LedgerId};
use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use uuid::Uuid;

const PAIR_LEN: usize = 72;
/// How many pairs are written at once: 288 KiB.
#[cfg(not(test))]
const BLOCK_LEN: usize = 4096;
/// Few, so that tests have many blocks.
#[cfg(test)]
const BLOCK_LEN: usize = 16;
/// The pairs since a seal.
#[derive(Debug)]
pub(super) struct Pairs {
    path: PathBuf,
    file: File,
    from: u64,
    len: u64,
    waiting: Vec<Pair>,
}

fn failed(path: &Path, source: std::io::Error) -> ReplayError {
    let path = path.to_owned();
    if source.kind() == ErrorKind::UnexpectedEof {
        let why = "it is cut off";
        return ReplayError::Damaged { path, why };
    }
    store::Error::Io { path, source }.into()
}

fn folder(dir: &Path) -> PathBuf {
    dir.join("pairs")
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    options
}

impl Pairs {
    /// An empty file, in the place of one that a crash may have left.
    pub(super) fn create(dir: &Path, from: u64) -> Result<Pairs, ReplayError> {
        let folder = folder(dir);
        let mut make = fs::DirBuilder::new();
        let made = make.recursive(true).mode(0o700).create(&folder);
        made.map_err(|error| failed(&folder, error))?;
        let path = folder.join(format!("{from:020}.pairs"));
        let file = options().create(true).truncate(true).open(&path);
        let file = file.map_err(|error| failed(&path, error))?;
        Ok(Pairs {
            path,
            file,
            from,
            len: 0,
            waiting: Vec::new(),
        })
    }

    /// The file as it was kept; what was written after that is cut off.
    pub(super) fn open(dir: &Path, from: u64, len: u64) -> Result<Pairs, ReplayError> {
        let path = folder(dir).join(format!("{from:020}.pairs"));
        let opened = options().open(&path).and_then(|mut file| {
            if file.metadata()?.len() < len {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            file.set_len(len)?;
            file.seek(SeekFrom::End(0))?;
            Ok(file)
        });
        let file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let why = "it is gone";
                return Err(ReplayError::Damaged { path, why });
            }
            Err(error) => return Err(failed(&path, error)),
        };
        Ok(Pairs {
            path,
            file,
            from,
            len,
            waiting: Vec::new(),
        })
    }

    pub(super) fn push(&mut self, pair: Pair) -> Result<(), ReplayError> {
        self.waiting.push(pair);
        if self.waiting.len() >= BLOCK_LEN {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), ReplayError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let mut pairs = Vec::with_capacity(self.waiting.len().saturating_mul(PAIR_LEN));
        for ((ledger, subject), position, hash) in &self.waiting {
            pairs.extend_from_slice(ledger.as_bytes());
            pairs.extend_from_slice(subject.as_bytes());
            pairs.extend_from_slice(&position.to_be_bytes());
            pairs.extend_from_slice(hash.as_bytes());
        }
        let count = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
        let mut block = count.to_be_bytes().to_vec();
        block.extend_from_slice(blake3::hash(&pairs).as_bytes());
        block.append(&mut pairs);
        let written = self.file.write_all(&block);
        written.map_err(|error| failed(&self.path, error))?;
        let len = u64::try_from(block.len()).unwrap_or(u64::MAX);
        self.len = self.len.saturating_add(len);
        self.waiting.clear();
        Ok(())
    }

    /// Puts everything on the disk; says which file it is, and how long.
    pub(super) fn sync(&mut self) -> Result<(u64, u64), ReplayError> {
        self.flush()?;
        let synced = self.file.sync_all().and_then(|()| {
            let folder = self.path.parent().unwrap_or(Path::new("."));
            File::open(folder)?.sync_all()
        });
        synced.map_err(|error| failed(&self.path, error))?;
        Ok((self.from, self.len))
    }

    /// The pairs of records through a position.
    pub(super) fn through(&mut self, through: u64) -> Result<Blocks, ReplayError> {
        self.blocks(move |position| position <= through)
    }

    /// The pairs of records after a position, in a file of their own.
    pub(super) fn rest(&mut self, dir: &Path, through: u64) -> Result<Pairs, ReplayError> {
        let mut rest = Pairs::create(dir, through.saturating_add(1))?;
        let mut blocks = self.blocks(move |position| position > through)?;
        let mut pairs = Vec::new();
        while blocks.next_into(&mut pairs)? {
            for pair in pairs.drain(..) {
                rest.push(pair)?;
            }
        }
        Ok(rest)
    }

    fn blocks<F: Fn(u64) -> bool + 'static>(&mut self, counts: F) -> Result<Blocks, ReplayError> {
        self.flush()?;
        let file = File::open(&self.path).map_err(|error| failed(&self.path, error))?;
        Ok(Blocks {
            path: self.path.clone(),
            file: BufReader::new(file),
            left: self.len,
            counts: Box::new(counts),
        })
    }

    /// Removes the files of earlier seals.
    pub(super) fn remove_others(&self, dir: &Path) -> Result<(), ReplayError> {
        let folder = folder(dir);
        let at = |error| failed(&folder, error);
        for entry in fs::read_dir(&folder).map_err(at)? {
            let path = entry.map_err(at)?.path();
            if path != self.path {
                fs::remove_file(&path).map_err(at)?;
            }
        }
        Ok(())
    }
}

/// Blocks, read from front to back.
pub(super) struct Blocks {
    path: PathBuf,
    file: BufReader<File>,
    left: u64,
    counts: Box<dyn Fn(u64) -> bool>,
}

impl Blocks {
    /// Adds the pairs of the next block that count; false after the last.
    pub(super) fn next_into(&mut self, pairs: &mut Vec<Pair>) -> Result<bool, ReplayError> {
        if self.left == 0 {
            return Ok(false);
        }
        let path = &self.path;
        let damaged = |why| ReplayError::Damaged {
            path: path.clone(),
            why,
        };
        let (mut count, mut sum) = ([0; 4], [0; 32]);
        let read = self.file.read_exact(&mut count);
        read.and_then(|()| self.file.read_exact(&mut sum))
            .map_err(|error| failed(path, error))?;
        let count = usize::try_from(u32::from_be_bytes(count)).unwrap_or(usize::MAX);
        if count > BLOCK_LEN {
            return Err(damaged("a block is too long"));
        }
        let mut bytes = vec![0; count.saturating_mul(PAIR_LEN)];
        let read = self.file.read_exact(&mut bytes);
        read.map_err(|error| failed(path, error))?;
        if blake3::hash(&bytes) != sum {
            return Err(damaged("a block does not have its hash"));
        }
        let (rows, _) = bytes.as_chunks::<PAIR_LEN>();
        let decoded = rows.iter().filter_map(decode);
        pairs.extend(decoded.filter(|(_, position, _)| (self.counts)(*position)));
        let len = bytes.len().saturating_add(36);
        let len = u64::try_from(len).unwrap_or(u64::MAX);
        self.left = self.left.saturating_sub(len);
        Ok(true)
    }
}

fn decode(row: &[u8; PAIR_LEN]) -> Option<Pair> {
    let (ledger, rest) = row.split_first_chunk()?;
    let (subject, rest) = rest.split_first_chunk()?;
    let (position, hash) = rest.split_first_chunk()?;
    let key = (LedgerId::from_bytes(*ledger), Uuid::from_bytes(*subject));
    let hash = Hash::from_bytes(hash.try_into().ok()?);
    Some((key, u64::from_be_bytes(*position), hash))
}
