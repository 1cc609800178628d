//! The nodes of the Merkle tree, in flat files: derived from the records, never synced, and
//! compared with the records at each start.
//!
//! `<dir>/tree/<level>` holds the hashes of all complete subtrees of 256^level records, 32 bytes
//! each, in order: the full tiles of C2SP tlog-tiles one after another, and behind them what the
//! last one has so far. So a tile of any width is a slice of a file, and no file exists twice.

use std::fs::{File, OpenOptions};
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
}

/// The files, for the writer and its readers.
type Files = Arc<RwLock<Vec<Arc<File>>>>;

/// One level of tiles.
#[derive(Debug)]
struct Level {
    path: PathBuf,
    file: Arc<File>,
    /// Bytes that an earlier process left and that have not been compared yet.
    found: u64,
    /// Where the tile begins that is not full yet.
    offset: u64,
    /// What it has so far.
    tile: Vec<NodeHash>,
}

impl Tree {
    /// Opens or creates the files. The tree is empty until its leaves have been pushed: all of
    /// them, from the first on, at each start.
    ///
    /// # Errors
    /// The directory cannot be used.
    pub fn open(dir: &Path) -> Result<Tree, Error> {
        let dir = dir.join("tree");
        disk::create_dir(&dir)?;
        Ok(Tree {
            dir,
            levels: Vec::new(),
            frontier: Frontier::new(),
            files: Files::default(),
            mended: 0,
            parted: None,
        })
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
            let Some(root) = complete_root(&level.tile).filter(|_| full) else {
                break;
            };
            let changed = level.write()?;
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
    ///
    /// # Errors
    /// A file cannot be used.
    pub fn flush(&mut self) -> Result<(), Error> {
        for (number, level) in self.levels.iter_mut().enumerate() {
            let changed = level.write()?;
            self.mended = self.mended.saturating_add(u64::from(changed.is_some()));
            if number == 0 {
                self.parted = self.parted.or(changed);
            }
        }
        Ok(())
    }

    /// The first position at which the files that an earlier process left had another leaf than
    /// was pushed; nothing if there was none, or no file.
    #[must_use]
    pub fn parted(&self) -> Option<u64> {
        self.parted
    }

    /// Ends the comparing of a start: all leaves have been pushed, and what the files have beyond
    /// them is cut. Answers how many tiles were not what the records say.
    ///
    /// # Errors
    /// A file cannot be used.
    pub fn settle(&mut self) -> Result<u64, Error> {
        self.flush()?;
        for level in &mut self.levels {
            let len = level.offset.saturating_add(wide(level.len()));
            if level.found > len {
                level.file.set_len(len).map_err(at(&level.path))?;
                self.mended = self.mended.saturating_add(1);
            }
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
        let mut options = OpenOptions::new();
        let options = options.create(true).truncate(false).read(true).write(true);
        let file = Arc::new(options.open(&path).map_err(at(&path))?);
        let found = file.metadata().map_err(at(&path))?.len();
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        files.push(Arc::clone(&file));
        self.levels.push(Level {
            path,
            file,
            found,
            offset: 0,
            tile: Vec::with_capacity(TILE_WIDTH.into()),
        });
        Ok(())
    }
}

impl Level {
    /// What the last tile has so far, in bytes.
    fn len(&self) -> usize {
        self.tile.len().saturating_mul(HASH_LEN)
    }

    /// Writes the tile, unless the file has it already; which hash was the first that was another.
    fn write(&mut self) -> Result<Option<u64>, Error> {
        let bytes: Vec<u8> = self.tile.iter().flat_map(|hash| *hash.as_bytes()).collect();
        let end = self.offset.saturating_add(wide(bytes.len()));
        let mut changed = None;
        let known = narrow(self.found.min(end).saturating_sub(self.offset));
        if known > 0 {
            let mut there = vec![0; known];
            let read = self.file.read_exact_at(&mut there, self.offset);
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
        self.file
            .write_all_at(&bytes, self.offset)
            .map_err(at(&self.path))?;
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
            return Err(at(&path())(std::io::ErrorKind::NotFound.into()));
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
