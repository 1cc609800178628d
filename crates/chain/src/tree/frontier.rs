//! The right edge of the tree: all that is needed to add leaves and to know the root.

use super::{NodeHash, ProofError, TREE_SIZE_MAX, empty_root, node_hash};

/// A tree of `size` leaves, kept as the roots of its complete subtrees.
///
/// There is one of them for each bit of `size`, so at most 63, and no leaf need be kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    /// From left to right, so from large to small.
    peaks: Vec<NodeHash>,
}

impl Frontier {
    /// The tree without leaves.
    #[must_use]
    pub fn new() -> Frontier {
        Frontier::default()
    }

    /// The tree of which [`Frontier::size`] and [`Frontier::peaks`] were kept.
    ///
    /// # Errors
    /// [`ProofError::Peaks`] if there is not one hash per bit of `size`, [`ProofError::Size`] above
    /// [`TREE_SIZE_MAX`]. Whether the hashes are the right ones only the root can tell.
    pub fn from_peaks(size: u64, peaks: Vec<NodeHash>) -> Result<Frontier, ProofError> {
        if size > TREE_SIZE_MAX {
            return Err(ProofError::Size { size });
        }
        if usize::try_from(size.count_ones()) != Ok(peaks.len()) {
            let len = peaks.len();
            return Err(ProofError::Peaks { size, len });
        }
        Ok(Frontier { size, peaks })
    }

    /// How many leaves there are; the next one has this index.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, from left to right.
    #[must_use]
    pub fn peaks(&self) -> &[NodeHash] {
        &self.peaks
    }

    /// Adds a leaf, given its [`super::leaf_hash`].
    pub fn push(&mut self, leaf: NodeHash) {
        self.push_each(leaf, |_, _, _| ());
    }

    /// Adds a leaf, and shows each subtree that it completes: level, index within the level, hash;
    /// the leaf itself first, as level 0. Whoever keeps these can prove everything later.
    pub fn push_each(&mut self, leaf: NodeHash, mut made: impl FnMut(u8, u64, NodeHash)) {
        let mut hash = leaf;
        let mut index = self.size;
        let mut level = 0_u8;
        made(level, index, hash);
        // Every one at the end of `size` in binary is a peak that this leaf completes a pair of.
        while index & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            hash = node_hash(&left, &hash);
            index >>= 1;
            level = level.saturating_add(1);
            made(level, index, hash);
        }
        self.peaks.push(hash);
        // `from_peaks` takes at most 2^62, and nobody adds another 2^63 leaves.
        self.size = self.size.saturating_add(1);
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> NodeHash {
        let right_to_left = self.peaks.iter().rev().copied();
        right_to_left
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or_else(empty_root)
    }
}
