//! Subjects on the disk: what each subject of each ledger has come to, as of a position.
//!
//! Derived from the log and free to be lost: a missing or damaged file costs a scan of the log. It
//! is a file and not a table in memory because a million subjects are 72 MB.
//!
//! `<dir>/subjects/<position, 20 digits>.subjects`, big-endian, written whole and never changed;
//! free to change:
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 8 | `FTSUBJ02` |
//! | 8 | 8 | position of the last record that counts |
//! | 16 | 32 | hash of that record: another log's file is not taken for this one's |
//! | 48 | 72 × n | rows of ledger (16), subject (16), number of records (8), hash (32), in order |
//! | 48 + 72 × n | 32 × ⌊n / 256⌋ | the RFC 6962 root of every 256 rows |
//! | end − 32 | 32 | BLAKE3 of all before |
//!
//! The roots are there so that the path of one subject costs some reads, and not the whole file.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chain::{Accumulator, Frontier, Hash, LedgerId, NodeHash, leaf_hash, subject_leaf};
use uuid::Uuid;

use crate::Error;
use crate::disk::{self, wide};
use crate::error::at;

const MAGIC: &[u8; 8] = b"FTSUBJ02";
const HEADER_LEN: usize = 48;
const ROW_LEN: usize = 72;
const TRAILER_LEN: usize = 32;
/// A subtree whose root is kept has `2^8` rows: 18 KiB are read at the most where one is not.
const KEPT_LEVEL: u8 = 8;
const KEPT_ROWS: usize = 1 << KEPT_LEVEL;
const NODE_LEN: usize = 32;
/// How many rows are read at once: 288 KiB.
const ROWS_AT_ONCE: usize = 4096;

/// What a subject has come to in a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubjectRow {
    /// The ledger, and the subject: the order of rows.
    pub key: (LedgerId, Uuid),
    /// Its records there.
    pub accumulator: Accumulator,
}

impl SubjectRow {
    /// The hash of its leaf in the tree that a seal signs.
    #[must_use]
    pub fn leaf(&self) -> NodeHash {
        let (ledger, subject) = self.key;
        leaf_hash(&subject_leaf(ledger, subject, &self.accumulator))
    }

    fn encode(&self) -> [u8; ROW_LEN] {
        let mut row = [0; ROW_LEN];
        let Accumulator { records, hash } = self.accumulator;
        let parts = [self.key.0.as_bytes(), self.key.1.as_bytes().as_slice()].into_iter();
        let (records, hash) = (records.to_be_bytes(), hash);
        let parts = parts.chain([records.as_slice(), hash.as_bytes()]).flatten();
        for (to, from) in row.iter_mut().zip(parts) {
            *to = *from;
        }
        row
    }

    fn decode(row: &[u8; ROW_LEN]) -> Option<SubjectRow> {
        let (ledger, rest) = row.split_first_chunk()?;
        let (subject, rest) = rest.split_first_chunk()?;
        let (records, hash) = rest.split_first_chunk()?;
        Some(SubjectRow {
            key: (LedgerId::from_bytes(*ledger), Uuid::from_bytes(*subject)),
            accumulator: Accumulator {
                records: u64::from_be_bytes(*records),
                hash: Hash::from_bytes(hash.try_into().ok()?),
            },
        })
    }
}

/// A file of subjects. Its rows are checked when they are read to the end, not when it is opened.
#[derive(Debug)]
pub struct SubjectFile {
    path: PathBuf,
    file: File,
    /// The position of the last record that counts.
    pub through: u64,
    /// The hash of that record.
    pub last: Hash,
    /// How many rows there are.
    pub count: u64,
}

fn folder(dir: &Path) -> PathBuf {
    dir.join("subjects")
}

fn named(dir: &Path, through: u64) -> PathBuf {
    folder(dir).join(format!("{through:020}.subjects"))
}

fn damaged(path: &Path) -> Error {
    at(path)(std::io::ErrorKind::InvalidData.into())
}

impl SubjectFile {
    /// The positions of the files that there are, the latest first.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn list(dir: &Path) -> Result<Vec<u64>, Error> {
        let folder = folder(dir);
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for entry in fs::read_dir(&folder).map_err(at(&folder))? {
            let name = entry.map_err(at(&folder))?.file_name();
            let name = name
                .to_str()
                .and_then(|name| name.strip_suffix(".subjects"));
            found.extend(name.and_then(|digits| digits.parse::<u64>().ok()));
        }
        found.sort_unstable_by(|a, b| b.cmp(a));
        Ok(found)
    }

    /// The file of a position.
    ///
    /// # Errors
    /// It is not there, or not of this form.
    pub fn open(dir: &Path, through: u64) -> Result<SubjectFile, Error> {
        let path = named(dir, through);
        let mut file = File::open(&path).map_err(at(&path))?;
        let len = file.metadata().map_err(at(&path))?.len();
        let count = rows_of(len).ok_or_else(|| damaged(&path))?;
        let mut header = [0; HEADER_LEN];
        file.read_exact(&mut header).map_err(at(&path))?;
        let stamp = stamp(&header).filter(|(stamped, _)| *stamped == through);
        let (_, last) = stamp.ok_or_else(|| damaged(&path))?;
        Ok(SubjectFile {
            path,
            file,
            through,
            last,
            count,
        })
    }

    /// All rows in their order, given to `each`. That they are what was written is known only when
    /// this has come back: what was made of them by then is worth nothing if it fails.
    ///
    /// # Errors
    /// The file cannot be read or is damaged; an error of `each`.
    pub fn each<E: From<Error>>(
        &self,
        mut each: impl FnMut(SubjectRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rows = self.rows()?;
        while let Some(row) = rows.next()? {
            each(row)?;
        }
        Ok(())
    }

    /// All rows in their order, one by one.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn rows(&self) -> Result<SubjectRows<'_>, Error> {
        let mut header = [0; HEADER_LEN];
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))
            .and_then(|_| file.read_exact(&mut header))
            .map_err(at(&self.path))?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&header);
        Ok(SubjectRows {
            of: self,
            hasher,
            left: self.count,
            buffer: Vec::new(),
            taken: 0,
            before: None,
        })
    }

    /// The row of a subject and its place, found by halving.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn find(&self, key: (LedgerId, Uuid)) -> Result<Option<(u64, SubjectRow)>, Error> {
        let (mut from, mut to) = (0, self.count);
        while from < to {
            let middle = from.midpoint(to);
            let row = self.row(middle)?;
            match row.key.cmp(&key) {
                std::cmp::Ordering::Equal => return Ok(Some((middle, row))),
                std::cmp::Ordering::Less => from = middle.saturating_add(1),
                std::cmp::Ordering::Greater => to = middle,
            }
        }
        Ok(None)
    }

    /// The root of the complete subtree over the rows `index * 2^level` to `(index + 1) * 2^level`,
    /// from what the file keeps of it. Nothing is checked here: a path that was made of such nodes
    /// leads to the sealed root, or is worth nothing.
    ///
    /// # Errors
    /// The file cannot be read, or has no such rows.
    pub fn node(&self, level: u8, index: u64) -> Result<NodeHash, Error> {
        let Some(above) = level.checked_sub(KEPT_LEVEL) else {
            let len = 1_u64 << level.min(KEPT_LEVEL);
            let first = index.saturating_mul(len);
            let mut tree = Frontier::new();
            for place in first..first.saturating_add(len) {
                tree.push(self.row(place)?.leaf());
            }
            return Ok(tree.root());
        };
        let rows = self.count.saturating_mul(wide(ROW_LEN));
        let kept = rows.saturating_add(wide(HEADER_LEN));
        let size = 1_u64.checked_shl(above.into()).unwrap_or(u64::MAX);
        let first = index.saturating_mul(size);
        if first.saturating_add(size) > full_rows(self.count) {
            return Err(damaged(&self.path));
        }
        let mut bytes = vec![0; disk::narrow(size).saturating_mul(NODE_LEN)];
        let offset = kept.saturating_add(first.saturating_mul(wide(NODE_LEN)));
        self.file
            .read_exact_at(&mut bytes, offset)
            .map_err(at(&self.path))?;
        // A subtree over subtrees folds as one over leaves does.
        let mut tree = Frontier::new();
        let (nodes, _) = bytes.as_chunks::<NODE_LEN>();
        nodes
            .iter()
            .for_each(|node| tree.push(NodeHash::from_bytes(*node)));
        Ok(tree.root())
    }

    fn row(&self, place: u64) -> Result<SubjectRow, Error> {
        if place >= self.count {
            return Err(damaged(&self.path));
        }
        let mut row = [0; ROW_LEN];
        let offset = place.saturating_mul(wide(ROW_LEN));
        let offset = offset.saturating_add(wide(HEADER_LEN));
        self.file
            .read_exact_at(&mut row, offset)
            .map_err(at(&self.path))?;
        SubjectRow::decode(&row).ok_or_else(|| damaged(&self.path))
    }

    /// Removes every file but those of the positions to `keep`, and what a crash left unfinished.
    ///
    /// # Errors
    /// The folder cannot be read or changed.
    pub fn remove_others(dir: &Path, keep: &[u64]) -> Result<(), Error> {
        let folder = folder(dir);
        if !folder.is_dir() {
            return Ok(());
        }
        let keep: Vec<PathBuf> = keep.iter().map(|through| named(dir, *through)).collect();
        for entry in fs::read_dir(&folder).map_err(at(&folder))? {
            let path = entry.map_err(at(&folder))?.path();
            if !keep.contains(&path) {
                fs::remove_file(&path).map_err(at(&path))?;
            }
        }
        Ok(())
    }
}

/// How many hashes of [`KEPT_ROWS`] rows are kept of so many rows.
fn full_rows(count: u64) -> u64 {
    count.checked_div(wide(KEPT_ROWS)).unwrap_or_default()
}

/// How many rows a file of a length has, if it can be one.
fn rows_of(len: u64) -> Option<u64> {
    let rest = len.checked_sub(wide(HEADER_LEN.saturating_add(TRAILER_LEN)))?;
    let of_kept = KEPT_ROWS.saturating_mul(ROW_LEN).saturating_add(NODE_LEN);
    let of_kept = wide(of_kept);
    let (kept, last) = (rest.checked_div(of_kept)?, rest.checked_rem(of_kept)?);
    let row = wide(ROW_LEN);
    let last = last.checked_div(row).filter(|_| last.is_multiple_of(row))?;
    let is_short = last < wide(KEPT_ROWS);
    is_short.then(|| kept.saturating_mul(wide(KEPT_ROWS)).saturating_add(last))
}

fn stamp(header: &[u8; HEADER_LEN]) -> Option<(u64, Hash)> {
    let (magic, rest) = header.split_first_chunk::<8>()?;
    let (through, last) = rest.split_first_chunk()?;
    let last = Hash::from_bytes(last.try_into().ok()?);
    (magic == MAGIC).then_some((u64::from_be_bytes(*through), last))
}

/// The rows of a file, read from front to back.
#[derive(Debug)]
pub struct SubjectRows<'a> {
    of: &'a SubjectFile,
    hasher: blake3::Hasher,
    left: u64,
    buffer: Vec<u8>,
    taken: usize,
    before: Option<(LedgerId, Uuid)>,
}

impl SubjectRows<'_> {
    /// The next row; nothing after the last, once the whole file has been found sound.
    ///
    /// # Errors
    /// The file cannot be read, is out of order, or does not have its hash.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator would go on after an error"
    )]
    pub fn next(&mut self) -> Result<Option<SubjectRow>, Error> {
        let path = &self.of.path;
        if self.taken >= self.buffer.len() && !self.fill()? {
            return Ok(None);
        }
        let row = self.buffer.get(self.taken..).and_then(<[u8]>::first_chunk);
        let row = row.and_then(SubjectRow::decode);
        let row = row.ok_or_else(|| damaged(path))?;
        if self.before.is_some_and(|before| before >= row.key) {
            return Err(damaged(path));
        }
        self.before = Some(row.key);
        self.taken = self.taken.saturating_add(ROW_LEN);
        Ok(Some(row))
    }

    /// Reads the next rows, or the hash at the end.
    fn fill(&mut self) -> Result<bool, Error> {
        let path = &self.of.path;
        let mut file = &self.of.file;
        if self.left == 0 {
            let kept = disk::narrow(full_rows(self.of.count));
            self.buffer.clear();
            self.buffer.resize(kept.saturating_mul(NODE_LEN), 0);
            file.read_exact(&mut self.buffer).map_err(at(path))?;
            self.hasher.update(&self.buffer);
            self.buffer.clear();
            let mut trailer = [0; TRAILER_LEN];
            file.read_exact(&mut trailer).map_err(at(path))?;
            let sound = self.hasher.finalize() == trailer;
            return if sound { Ok(false) } else { Err(damaged(path)) };
        }
        let rows = disk::narrow(self.left).min(ROWS_AT_ONCE);
        self.buffer.resize(rows.saturating_mul(ROW_LEN), 0);
        file.read_exact(&mut self.buffer).map_err(at(path))?;
        self.hasher.update(&self.buffer);
        self.left = self.left.saturating_sub(wide(rows));
        self.taken = 0;
        Ok(true)
    }
}

/// Writes a file of subjects, row by row. Until it is finished there is none.
#[derive(Debug)]
pub struct SubjectWriter {
    dir: PathBuf,
    temporary: PathBuf,
    file: BufWriter<File>,
    hasher: blake3::Hasher,
    through: u64,
    tree: Frontier,
    /// The roots of every 256 rows: 125 KB for a million.
    kept: Vec<u8>,
}

impl SubjectWriter {
    /// Begins the file of a position, given the hash of the record there. One at a time.
    ///
    /// # Errors
    /// The folder or the file cannot be made.
    pub fn create(dir: &Path, through: u64, last: Hash) -> Result<SubjectWriter, Error> {
        disk::create_dir(&folder(dir))?;
        let temporary = folder(dir).join("unfinished");
        let file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .mode(0o600)
            .open(&temporary)
            .map_err(at(&temporary))?;
        let mut writer = SubjectWriter {
            dir: dir.to_owned(),
            temporary,
            file: BufWriter::with_capacity(ROWS_AT_ONCE.saturating_mul(ROW_LEN), file),
            hasher: blake3::Hasher::new(),
            through,
            tree: Frontier::new(),
            kept: Vec::new(),
        };
        writer.write(MAGIC)?;
        writer.write(&through.to_be_bytes())?;
        writer.write(last.as_bytes())?;
        Ok(writer)
    }

    /// The next row; its key is above that of the row before.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn push(&mut self, row: &SubjectRow) -> Result<(), Error> {
        let kept = &mut self.kept;
        self.tree.push_each(row.leaf(), |level, _, node| {
            if level == KEPT_LEVEL {
                kept.extend_from_slice(node.as_bytes());
            }
        });
        self.write(&row.encode())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.hasher.update(bytes);
        self.file.write_all(bytes).map_err(at(&self.temporary))
    }

    /// Puts the whole file in its place, synced.
    ///
    /// # Errors
    /// It cannot be written, synced or renamed.
    pub fn finish(mut self) -> Result<SubjectFile, Error> {
        let kept = std::mem::take(&mut self.kept);
        self.write(&kept)?;
        let hash = *self.hasher.finalize().as_bytes();
        self.write(&hash)?;
        self.file.flush().map_err(at(&self.temporary))?;
        self.file
            .get_ref()
            .sync_all()
            .map_err(at(&self.temporary))?;
        let path = named(&self.dir, self.through);
        fs::rename(&self.temporary, &path).map_err(at(&path))?;
        disk::sync(&folder(&self.dir))?;
        SubjectFile::open(&self.dir, self.through)
    }
}
