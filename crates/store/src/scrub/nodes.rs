//! The files of the Merkle tree held against the records: a wrong hash would be served to whoever
//! asks for a tile, and kept by them.

use chain::{NodeHash, Record, TILE_WIDTH, complete_root};

use super::Rot;
use crate::TreeReader;
use crate::disk::wide;

/// The tree as it grows from the records, a tile of each level in memory.
pub(super) struct Nodes {
    tree: TreeReader,
    /// How many records the files must have.
    size: u64,
    pushed: u64,
    levels: Vec<Level>,
}

/// One file.
#[derive(Default)]
struct Level {
    /// Which tile of it grows.
    index: u64,
    tile: Vec<NodeHash>,
}

impl Nodes {
    pub(super) fn new(tree: TreeReader, size: u64) -> Nodes {
        Nodes {
            tree,
            size,
            pushed: 0,
            levels: Vec::new(),
        }
    }

    /// Takes the next record; what is wrong with the tiles that it fills.
    pub(super) fn push(&mut self, record: &Record) -> Vec<Rot> {
        let mut found = Vec::new();
        if self.pushed >= self.size {
            return found;
        }
        self.pushed = self.pushed.saturating_add(1);
        let header = &record.header;
        let leaf = chain::leaf_bytes(header.ledger, header.seq, record.hash);
        let mut hash = chain::leaf_hash(&leaf);
        for number in 0_u8.. {
            if self.levels.len() == usize::from(number) {
                self.levels.push(Level::default());
            }
            let Some(level) = self.levels.get_mut(usize::from(number)) else {
                break;
            };
            level.tile.push(hash);
            if level.tile.len() < usize::from(TILE_WIDTH) {
                break;
            }
            found.extend(level.compare(&self.tree, number));
            let Some(root) = complete_root(&level.tile) else {
                break;
            };
            hash = root;
            level.tile.clear();
            level.index = level.index.saturating_add(1);
        }
        found
    }

    /// All records are read: what is wrong with the tiles that are not full. Nothing is said of
    /// them where some record could not be read.
    pub(super) fn end(self) -> Vec<Rot> {
        if self.pushed < self.size {
            return Vec::new();
        }
        let levels = (0_u8..).zip(&self.levels);
        let found = levels.filter_map(|(number, level)| level.compare(&self.tree, number));
        found.collect()
    }
}

impl Level {
    /// The first hash of the tile that the file has not.
    fn compare(&self, tree: &TreeReader, level: u8) -> Option<Rot> {
        let width = u16::try_from(self.tile.len()).ok().filter(|len| *len > 0)?;
        let bytes = match tree.tile(level, self.index, width) {
            Ok(bytes) => bytes,
            Err(error) => return Some(Rot::Unread(error.to_string())),
        };
        let (there, _) = bytes.as_chunks::<32>();
        let should = self.tile.iter();
        let same = should
            .zip(there)
            .take_while(|(should, is)| **should == NodeHash::from_bytes(**is))
            .count();
        let first = self.index.saturating_mul(TILE_WIDTH.into());
        (same < self.tile.len()).then(|| Rot::Tree {
            level,
            hash: first.saturating_add(wide(same)),
        })
    }
}
