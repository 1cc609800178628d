//! Tiles: where the hashes of the tree stand when it is published (C2SP tlog-tiles).
//!
//! A tile of level `l` holds up to 256 hashes of subtrees of 256^l leaves each. Only full tiles
//! have a hash in the level above, so a full tile never changes.

use std::fmt;
use std::str::FromStr;

use super::{NodeHash, above, node_hash};

/// The hashes, or entries, in a full tile.
pub const TILE_WIDTH: u16 = 256;

/// The highest level that C2SP tlog-tiles lets a path name.
const LEVEL_MAX: u8 = 63;

/// The longest path that is looked at: `63/`, seven elements of `x000/`, and `.p/255`.
const PATH_LEN_MAX: usize = 64;

/// What is in a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Content {
    /// Hashes of subtrees of 256^level leaves; the level is 0 to 63.
    Hashes {
        /// The level.
        level: u8,
    },
    /// The leaves themselves.
    Entries,
}

/// The name of a tile, as text the path below `/tile/`: `0/x001/234`, `1/000.p/17`, `entries/005`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tile {
    content: Content,
    index: u64,
    width: u16,
}

/// Why a text or numbers name no tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TileError {
    /// The text is not the one form of a path.
    #[error("not the path of a tile, as `0/x001/234` or `entries/005.p/17`")]
    Path,
    /// The level is above 63.
    #[error("a tile has a level from 0 to 63, not {level}")]
    Level {
        /// The level that was given.
        level: u8,
    },
    /// The width is 0 or above 256.
    #[error("a tile has 1 to 256 hashes, not {width}")]
    Width {
        /// The width that was given.
        width: u16,
    },
}

impl Tile {
    /// The tile of these numbers; a width of [`TILE_WIDTH`] is a full one.
    ///
    /// # Errors
    /// [`TileError::Level`] or [`TileError::Width`] beyond what a path can name.
    pub fn new(content: Content, index: u64, width: u16) -> Result<Tile, TileError> {
        if let Content::Hashes { level } = content
            && level > LEVEL_MAX
        {
            return Err(TileError::Level { level });
        }
        if width == 0 || width > TILE_WIDTH {
            return Err(TileError::Width { width });
        }
        Ok(Tile {
            content,
            index,
            width,
        })
    }

    /// The tile at `index` as a tree of `size` leaves has it: full, partial, or not at all.
    #[must_use]
    pub fn of_size(content: Content, index: u64, size: u64) -> Option<Tile> {
        let start = index.checked_mul(u64::from(TILE_WIDTH))?;
        let there = hashes(content, size).checked_sub(start)?;
        let width = u16::try_from(there.min(u64::from(TILE_WIDTH))).ok()?;
        Tile::new(content, index, width).ok()
    }

    /// Every partial tile of a tree of `size` leaves: those that a checkpoint of it must come with.
    /// From level 0 up, then the entries.
    pub fn partial(size: u64) -> impl Iterator<Item = Tile> {
        let contents = (0..8).map(|level| Content::Hashes { level });
        contents
            .chain([Content::Entries])
            .filter_map(move |content| {
                let index = hashes(content, size) >> 8;
                Tile::of_size(content, index, size)
            })
    }

    /// What is in it.
    #[must_use]
    pub fn content(&self) -> Content {
        self.content
    }

    /// Its index within its level, from 0.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries it holds, 1 to 256.
    #[must_use]
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Whether it can never change again.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// Whether a tree of `size` leaves has all of its hashes.
    #[must_use]
    pub fn is_within(&self, size: u64) -> bool {
        Tile::of_size(self.content, self.index, size).is_some_and(|there| there.width >= self.width)
    }
}

/// How many hashes or entries a tree of `size` leaves has over all tiles of this content.
fn hashes(content: Content, size: u64) -> u64 {
    match content {
        Content::Hashes { level } => above(size, level.saturating_mul(8)),
        Content::Entries => size,
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.content {
            Content::Hashes { level } => write!(f, "{level}/")?,
            Content::Entries => f.write_str("entries/")?,
        }
        let mut elements = vec![self.index % 1000];
        let mut rest = self.index / 1000;
        while rest > 0 {
            elements.push(rest % 1000);
            rest /= 1000;
        }
        let (last, before) = elements.split_first().unwrap_or((&0, &[]));
        for element in before.iter().rev() {
            write!(f, "x{element:03}/")?;
        }
        write!(f, "{last:03}")?;
        if self.is_full() {
            return Ok(());
        }
        write!(f, ".p/{}", self.width)
    }
}

impl FromStr for Tile {
    type Err = TileError;

    /// # Errors
    /// [`TileError`] for anything but the one path of a tile.
    fn from_str(path: &str) -> Result<Tile, TileError> {
        if path.len() > PATH_LEN_MAX {
            return Err(TileError::Path);
        }
        let (content, rest) = path.split_once('/').ok_or(TileError::Path)?;
        let content = match content {
            "entries" => Content::Entries,
            level => Content::Hashes {
                level: level.parse().map_err(|_| TileError::Path)?,
            },
        };
        let (elements, width) = match rest.split_once(".p/") {
            Some((elements, width)) => (elements, width.parse().map_err(|_| TileError::Path)?),
            None => (rest, TILE_WIDTH),
        };
        let mut index = 0_u64;
        for element in elements.split('/') {
            let digits = element.strip_prefix('x').unwrap_or(element);
            let number: u16 = digits.parse().map_err(|_| TileError::Path)?;
            let moved = index.checked_mul(1000).ok_or(TileError::Path)?;
            index = moved.checked_add(number.into()).ok_or(TileError::Path)?;
        }
        let tile = Tile::new(content, index, width)?;
        // A tile has one path: leading zeroes, signs, missing `x` and the like end here.
        if tile.to_string() == path {
            Ok(tile)
        } else {
            Err(TileError::Path)
        }
    }
}

/// Where the hash of a complete subtree is to be found among the tiles: it is
/// [`complete_root`] of a few hashes of one tile, or one of them itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// The level of the tile.
    pub level: u8,
    /// The index of the tile within its level.
    pub index: u64,
    /// The first of the hashes, 0 to 255.
    pub start: u8,
    /// How many hashes: 1, 2, 4, … 128.
    pub len: u8,
}

impl Cut {
    /// The hashes under the subtree `index` of 2^level leaves.
    #[must_use]
    pub fn of_node(level: u8, index: u64) -> Cut {
        let len = 1_u8.checked_shl(u32::from(level % 8)).unwrap_or(1);
        let first = index.saturating_mul(u64::from(len));
        let [.., start] = first.to_be_bytes();
        Cut {
            level: level / 8,
            index: first >> 8,
            start,
            len,
        }
    }

    /// The hash of the subtree from the hashes of its tile; none if the tile has too few.
    #[must_use]
    pub fn root(&self, tile: &[NodeHash]) -> Option<NodeHash> {
        let start = usize::from(self.start);
        let end = start.checked_add(usize::from(self.len))?;
        complete_root(tile.get(start..end)?)
    }
}

/// The root over 1, 2, 4, … hashes of complete subtrees that stand side by side; none for another
/// number of them.
#[must_use]
pub fn complete_root(hashes: &[NodeHash]) -> Option<NodeHash> {
    if !hashes.len().is_power_of_two() {
        return None;
    }
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        let (pairs, _) = row.as_chunks::<2>();
        row = pairs.iter().map(|[l, r]| node_hash(l, r)).collect();
    }
    row.first().copied()
}
