//! Checking proofs: RFC 9162 sections 2.1.3.2 and 2.1.4.2, which check what RFC 6962 proves.
//!
//! Exact and total: a proof that is too short, too long, or for other numbers than stated is
//! refused, whatever its bytes.

use super::{NodeHash, empty_root, node_hash};

/// The most hashes in a proof that is looked at; C2SP tlog-witness allows no more.
pub const PROOF_LEN_MAX: usize = 63;

/// Why something is not proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The tree has no such leaf.
    #[error("a tree of {size} leaves has no leaf {index}")]
    Index {
        /// The leaf that was asked for, from 0.
        index: u64,
        /// The leaves of the tree.
        size: u64,
    },
    /// The older tree has more leaves than the newer.
    #[error("a tree of {to} leaves cannot begin with one of {from}")]
    Backwards {
        /// The leaves of the older tree.
        from: u64,
        /// The leaves of the newer tree.
        to: u64,
    },
    /// The tree is larger than any that is built.
    #[error("a tree has at most 2^62 leaves, not {size}")]
    Size {
        /// The leaves that were stated.
        size: u64,
    },
    /// The right edge has another number of hashes than the size has bits.
    #[error("the right edge of a tree of {size} leaves does not have {len} hashes")]
    Peaks {
        /// The leaves that were stated.
        size: u64,
        /// The hashes that were given.
        len: usize,
    },
    /// A proof for these numbers has more or fewer hashes.
    #[error("a proof for these sizes does not have {len} hashes")]
    Length {
        /// The hashes that were given.
        len: usize,
    },
    /// The proof leads to another root of the (newer) tree.
    #[error("the proof leads to root {made}, not to {stated}")]
    Root {
        /// The root that the proof leads to.
        made: NodeHash,
        /// The root that was stated.
        stated: NodeHash,
    },
    /// The proof leads to another root of the older tree.
    #[error("the proof leads to root {made} of the older tree, not to {stated}")]
    OldRoot {
        /// The root that the proof leads to.
        made: NodeHash,
        /// The root that was stated.
        stated: NodeHash,
    },
}

/// Checks that the tree of `size` leaves under `root` has `leaf` at `index`.
///
/// # Errors
/// [`ProofError`] says what does not fit.
pub fn verify_inclusion(
    leaf: NodeHash,
    index: u64,
    size: u64,
    root: NodeHash,
    proof: &[NodeHash],
) -> Result<(), ProofError> {
    let length = ProofError::Length { len: proof.len() };
    let Some(last) = size.checked_sub(1).filter(|last| index <= *last) else {
        return Err(ProofError::Index { index, size });
    };
    if proof.len() > PROOF_LEN_MAX {
        return Err(length);
    }
    let mut way = Way { at: index, last };
    let mut made = leaf;
    for hash in proof {
        made = match way.step().ok_or(length)? {
            Side::Left => node_hash(hash, &made),
            Side::Right => node_hash(&made, hash),
        };
    }
    way.arrived(length)?;
    same(made, root)
}

/// Checks that the tree of `to` leaves under `to_root` begins with the tree of `from` leaves under
/// `from_root`.
///
/// # Errors
/// [`ProofError`] says what does not fit.
pub fn verify_consistency(
    from: u64,
    from_root: NodeHash,
    to: u64,
    to_root: NodeHash,
    proof: &[NodeHash],
) -> Result<(), ProofError> {
    let length = ProofError::Length { len: proof.len() };
    if from > to {
        return Err(ProofError::Backwards { from, to });
    }
    if proof.len() > PROOF_LEN_MAX {
        return Err(length);
    }
    if from == 0 || from == to {
        return unchanged(from, from_root, to, to_root, proof);
    }
    let mut way = Way {
        at: from.saturating_sub(1),
        last: to.saturating_sub(1),
    };
    // Up to the last complete subtree of the older tree, which is in both.
    while way.at & 1 == 1 {
        way.up();
    }
    // If that is the whole of the older tree, its hash is not in the proof.
    let (start, rest) = if from.is_power_of_two() {
        (from_root, proof)
    } else {
        let (first, rest) = proof.split_first().ok_or(length)?;
        (*first, rest)
    };
    let (mut old, mut new) = (start, start);
    for hash in rest {
        match way.step().ok_or(length)? {
            Side::Left => {
                old = node_hash(hash, &old);
                new = node_hash(hash, &new);
            }
            Side::Right => new = node_hash(&new, hash),
        }
    }
    way.arrived(length)?;
    if old != from_root {
        return Err(ProofError::OldRoot {
            made: old,
            stated: from_root,
        });
    }
    same(new, to_root)
}

/// The tree without leaves begins every tree, and every tree itself: nothing is left to prove.
fn unchanged(
    from: u64,
    from_root: NodeHash,
    to: u64,
    to_root: NodeHash,
    proof: &[NodeHash],
) -> Result<(), ProofError> {
    if !proof.is_empty() {
        return Err(ProofError::Length { len: proof.len() });
    }
    if from == 0 && from_root != empty_root() {
        return Err(ProofError::OldRoot {
            made: empty_root(),
            stated: from_root,
        });
    }
    if from == to {
        same(from_root, to_root)
    } else {
        Ok(())
    }
}

fn same(made: NodeHash, stated: NodeHash) -> Result<(), ProofError> {
    if made == stated {
        Ok(())
    } else {
        Err(ProofError::Root { made, stated })
    }
}

/// A node on its way to the root: its index within its level, and that of the level's last node.
struct Way {
    at: u64,
    last: u64,
}

/// On which side of the node its sibling stands.
enum Side {
    Left,
    Right,
}

impl Way {
    fn up(&mut self) {
        self.at >>= 1;
        self.last >>= 1;
    }

    /// To the parent of the node: where the next hash of the proof belongs; none at the root.
    fn step(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        let side = if self.at & 1 == 1 || self.at == self.last {
            // The last node of a level may have no sibling, and then stands for its parents too.
            while self.at & 1 == 0 && self.at != 0 {
                self.up();
            }
            Side::Left
        } else {
            Side::Right
        };
        self.up();
        Some(side)
    }

    fn arrived(&self, length: ProofError) -> Result<(), ProofError> {
        if self.last == 0 { Ok(()) } else { Err(length) }
    }
}
