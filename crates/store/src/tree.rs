//! The nodes of the Merkle tree, in flat files: derived from the records, never synced, and
//! compared with the records at each start; of a start from a snapshot the right edge is read, and
//! the rest is compared later. Until a start is settled no file is touched: a log that
//! its register refuses leaves them as they were, and they say the same to the next start.
//!
//! `<dir>/tree/<level>` holds the hashes of all complete subtrees of 256^level records, 32 bytes
//! each, in order: the full tiles of C2SP tlog-tiles one after another, and behind them what the
//! last one has so far. So a tile of any width is a slice of a file, and no file exists twice.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use chain::{Cut, Frontier, NodeHash, TILE_WIDTH, complete_root};

use crate::Error;
use crate::disk::{self, narrow, wide};
use crate::error::at;

const HASH_LEN: usize = 32;
/// A full tile, in bytes.
const TILE_LEN: usize = 256 * HASH_LEN;

/// The tree as it grows. There is one at a time.
#[derive(Debug)]
pub struct Tree {
    dir: PathBuf,
    levels: Vec<Level>,
    frontier: Frontier,
    files: Files,
    mended: u64,
    /// The first leaf of which the files said something else.
    parted: Option<u64>,
    /// The start has ended: what comes is written.
    settled: bool,
}

/// The files, for the writer and its readers.
type Files = Arc<RwLock<Vec<Arc<File>>>>;

/// One level of tiles.
#[derive(Debug)]
struct Level {
    path: PathBuf,
    /// None while a start has found none.
    file: Option<Arc<File>>,
    /// Bytes that an earlier process left and that have not been compared yet.
    found: u64,
    /// What a start has to write when it is settled: offsets and bytes. As much as the tree, if all
    /// of it is gone.
    due: Vec<(u64, Vec<u8>)>,
    /// Where the tile begins that is not full yet.
    offset: u64,
    /// What it has so far.
    tile: Vec<NodeHash>,
}

impl Tree {
    /// The tree of a directory, of which nothing is read yet. It is empty until its leaves have
    /// been pushed: all of them, from the first on, at each start.
    #[must_use]
    pub fn at(dir: &Path) -> Tree {
        Tree {
            dir: dir.join("tree"),
            levels: Vec::new(),
            frontier: Frontier::new(),
            files: Files::default(),
            mended: 0,
            parted: None,
            settled: false,
        }
    }

    /// The tree of so many leaves, from what the files have of its right edge. Whether these were
    /// the right hashes only the root can tell.
    ///
    /// # Errors
    /// A file is not there or too short.
    pub fn resume(dir: &Path, size: u64) -> Result<Tree, Error> {
        let mut tree = Tree::at(dir);
        let mut count = size;
        for number in 0_usize.. {
            if count == 0 {
                break;
            }
            tree.add_level(number)?;
            if let Some(level) = tree.levels.last_mut() {
                level.resume(count)?;
            }
            count = count.checked_div(TILE_WIDTH.into()).unwrap_or(0);
        }
        let from_large_to_small = tree.levels.iter().rev();
        let peaks = from_large_to_small.flat_map(|level| peaks(&level.tile));
        let frontier = Frontier::from_peaks(size, peaks.collect());
        // There is a hash for each bit of the size, as it was read.
        let wrong = |_| at(&tree.dir)(ErrorKind::InvalidData.into());
        tree.frontier = frontier.map_err(wrong)?;
        Ok(tree)
    }

    /// Adds the next leaf.
    ///
    /// # Errors
    /// A file cannot be used; the tree is then to be opened anew.
    pub fn push(&mut self, leaf: NodeHash) -> Result<(), Error> {
        self.frontier.push(leaf);
        let mut hash = leaf;
        for number in 0_usize.. {
            if number == self.levels.len() {
                self.add_level(number)?;
            }
            let Some(level) = self.levels.get_mut(number) else {
                break;
            };
            level.tile.push(hash);
            let full = level.tile.len() == usize::from(TILE_WIDTH);
            // Only then: a root over 1, 2, 4, … would be made and thrown away.
            let root = full.then(|| complete_root(&level.tile)).flatten();
            let Some(root) = root else {
                break;
            };
            let changed = level.write(self.settled)?;
            self.mended = self.mended.saturating_add(u64::from(changed.is_some()));
            if number == 0 {
                self.parted = self.parted.or(changed);
            }
            hash = root;
            level.offset = level.offset.saturating_add(wide(TILE_LEN));
            level.tile.clear();
        }
        Ok(())
    }

    /// Writes what the last tiles have so far: readers then find every node of [`Tree::size`].
    /// Before the start is settled it compares only.
    ///
    /// # Errors
    /// A file cannot be used.
    pub fn flush(&mut self) -> Result<(), Error> {
        for (number, level) in self.levels.iter_mut().enumerate() {
            let changed = level.write(self.settled)?;
            self.mended = self.mended.saturating_add(u64::from(changed.is_some()));
            if number == 0 {
                self.parted = self.parted.or(changed);
            }
        }
        Ok(())
    }

    /// Whether the files that an earlier process left had what was pushed, as far as was compared:
    /// after [`Tree::flush`] everything.
    #[must_use]
    pub fn was_there(&self) -> bool {
        self.mended == 0 && self.levels.iter().all(|level| level.due.is_empty())
    }

    /// Whether the files that an earlier process left have more leaves than were pushed, or others:
    /// they are of another log, or of a longer one. After [`Tree::flush`].
    #[must_use]
    pub fn contradicts(&self) -> bool {
        let beyond = match self.levels.first() {
            Some(leaves) => {
                let len = leaves.offset.saturating_add(wide(leaves.len()));
                leaves.found > len
            }
            // Nothing was pushed, so nothing was looked at.
            None => std::fs::metadata(self.dir.join("0")).is_ok_and(|file| file.len() > 0),
        };
        beyond || self.parted.is_some()
    }

    /// The first position at which the files that an earlier process left had another leaf than
    /// was pushed; nothing if there was none, or no file.
    #[must_use]
    pub fn parted(&self) -> Option<u64> {
        self.parted
    }

    /// Ends the comparing of a start: all leaves have been pushed, and they are the right ones.
    /// What the files lack is written, and what they have beyond is cut. Answers how many tiles
    /// were not what the records say.
    ///
    /// # Errors
    /// A file cannot be used.
    pub fn settle(&mut self) -> Result<u64, Error> {
        if !self.settled {
            self.flush()?;
            disk::create_dir(&self.dir)?;
        }
        self.settled = true;
        for level in &mut self.levels {
            let file = level.settle()?;
            let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
            files.push(file);
            let len = level.offset.saturating_add(wide(level.len()));
            self.mended = self.mended.saturating_add(u64::from(level.found > len));
            level.found = 0;
        }
        Ok(std::mem::take(&mut self.mended))
    }

    /// How many leaves it has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root over all leaves.
    #[must_use]
    pub fn root(&self) -> NodeHash {
        self.frontier.root()
    }

    /// For other threads; cheap. It sees what has been flushed.
    #[must_use]
    pub fn reader(&self) -> TreeReader {
        TreeReader {
            dir: self.dir.clone(),
            files: Arc::clone(&self.files),
        }
    }

    fn add_level(&mut self, number: usize) -> Result<(), Error> {
        let path = self.dir.join(number.to_string());
        let opened = File::options().read(true).write(true).open(&path);
        let file = match opened {
            Ok(file) => Some(Arc::new(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(at(&path)(error)),
        };
        let mut found = 0;
        if let Some(file) = &file {
            found = file.metadata().map_err(at(&path))?.len();
        }
        let mut level = Level {
            path,
            file,
            found,
            due: Vec::new(),
            offset: 0,
            tile: Vec::with_capacity(TILE_WIDTH.into()),
        };
        if self.settled {
            let file = level.settle()?;
            let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
            files.push(file);
        }
        self.levels.push(level);
        Ok(())
    }
}

/// The roots of the complete subtrees over the hashes of a tile, from left to right.
fn peaks(mut tile: &[NodeHash]) -> Vec<NodeHash> {
    let mut peaks = Vec::new();
    while let Some(len) = tile.len().checked_ilog2() {
        let (left, rest) = tile.split_at(1 << len);
        peaks.extend(complete_root(left));
        tile = rest;
    }
    peaks
}

impl Level {
    /// Goes on behind so many hashes, of which the last tile is read.
    fn resume(&mut self, count: u64) -> Result<(), Error> {
        let width = u64::from(TILE_WIDTH);
        let rest = count.checked_rem(width).unwrap_or(0);
        self.offset = count.saturating_sub(rest).saturating_mul(wide(HASH_LEN));
        let mut bytes = vec![0; narrow(rest).saturating_mul(HASH_LEN)];
        let missing = || at(&self.path)(ErrorKind::NotFound.into());
        let file = self.file.as_ref().ok_or_else(missing)?;
        file.read_exact_at(&mut bytes, self.offset)
            .map_err(at(&self.path))?;
        let (hashes, _) = bytes.as_chunks::<HASH_LEN>();
        self.tile = hashes.iter().copied().map(NodeHash::from_bytes).collect();
        Ok(())
    }

    /// What the last tile has so far, in bytes.
    fn len(&self) -> usize {
        self.tile.len().saturating_mul(HASH_LEN)
    }

    /// Makes the file what the records say, and what it has beyond them is cut.
    fn settle(&mut self) -> Result<Arc<File>, Error> {
        let file = if let Some(file) = &self.file {
            Arc::clone(file)
        } else {
            let mut options = File::options();
            let options = options.create(true).truncate(false).read(true).write(true);
            let file = Arc::new(options.open(&self.path).map_err(at(&self.path))?);
            self.file = Some(Arc::clone(&file));
            file
        };
        for (offset, bytes) in std::mem::take(&mut self.due) {
            let written = file.write_all_at(&bytes, offset);
            written.map_err(at(&self.path))?;
        }
        let len = self.offset.saturating_add(wide(self.len()));
        if self.found > len {
            file.set_len(len).map_err(at(&self.path))?;
        }
        Ok(file)
    }

    /// Writes the tile, unless the file has it already, or notes it as due before the start is
    /// settled; which hash was the first that was another.
    fn write(&mut self, settled: bool) -> Result<Option<u64>, Error> {
        let bytes: Vec<u8> = self.tile.iter().flat_map(|hash| *hash.as_bytes()).collect();
        let end = self.offset.saturating_add(wide(bytes.len()));
        let mut changed = None;
        let known = narrow(self.found.min(end).saturating_sub(self.offset));
        if known > 0 {
            let mut there = vec![0; known];
            let file = self.file.as_ref();
            let read = file.map_or(Ok(()), |file| file.read_exact_at(&mut there, self.offset));
            let same = there.iter().zip(&bytes).take_while(|(a, b)| a == b).count();
            if read.is_ok() && same == bytes.len() {
                return Ok(None);
            }
            // Longer is no difference: the log may be ahead of its tree.
            if read.is_err() || same < known {
                let at = self.offset.saturating_add(wide(same));
                changed = at.checked_div(wide(HASH_LEN));
            }
        }
        match &self.file {
            Some(file) if settled => {
                let written = file.write_all_at(&bytes, self.offset);
                written.map_err(at(&self.path))?;
            }
            Some(_) | None => self.due.push((self.offset, bytes)),
        }
        Ok(changed)
    }
}

/// Reads nodes, from any thread, while the tree grows.
#[derive(Debug, Clone)]
pub struct TreeReader {
    dir: PathBuf,
    files: Files,
}

impl TreeReader {
    /// The first `width` hashes of a tile, as the bytes that C2SP tlog-tiles serves. The caller
    /// asks only for what a published tree has.
    ///
    /// # Errors
    /// The file cannot be read that far.
    pub fn tile(&self, level: u8, index: u64, width: u16) -> Result<Vec<u8>, Error> {
        self.hashes(level, index, 0, width)
    }

    /// The hash of a complete subtree of 2^`level` leaves, the `index`th of them from 0.
    ///
    /// # Errors
    /// The file cannot be read that far.
    pub fn node(&self, level: u8, index: u64) -> Result<NodeHash, Error> {
        let cut = Cut::of_node(level, index);
        let bytes = self.hashes(cut.level, cut.index, cut.start.into(), cut.len.into())?;
        let (hashes, _) = bytes.as_chunks::<HASH_LEN>();
        let hashes: Vec<_> = hashes.iter().copied().map(NodeHash::from_bytes).collect();
        Ok(complete_root(&hashes).unwrap_or_else(chain::empty_root))
    }

    /// `len` hashes of a tile, from the one at `start` on.
    fn hashes(&self, level: u8, tile: u64, start: u16, len: u16) -> Result<Vec<u8>, Error> {
        let path = || self.dir.join(level.to_string());
        let file = {
            let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
            files.get(usize::from(level)).map(Arc::clone)
        };
        let Some(file) = file else {
            return Err(at(&path())(ErrorKind::NotFound.into()));
        };
        let mut bytes = vec![0; usize::from(len).saturating_mul(HASH_LEN)];
        let first = tile
            .saturating_mul(TILE_WIDTH.into())
            .saturating_add(start.into());
        let offset = first.saturating_mul(wide(HASH_LEN));
        file.read_exact_at(&mut bytes, offset)
            .map_err(|error| at(&path())(error))?;
        Ok(bytes)
    }
}
