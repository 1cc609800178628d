//! The tree over all records of a deployment: RFC 6962, SHA-256, one leaf per record, in the order
//! of position.
//!
//! What is proved to strangers is proved here, never by the chain: an inclusion proof says that a
//! record is under a root, a consistency proof that one tree begins with another. Both are pure
//! RFC 6962, so that whoever has a verifier already needs none of ours.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::text::{Lines, from_base64, to_base64};
use crate::{Hash, LedgerId};

mod bundle;
mod frontier;
mod prove;
mod tile;
mod verify;

pub use bundle::{BundleError, ENTRY_LEN_MAX, decode_entries, encode_entries};
pub use frontier::Frontier;
pub use prove::{consistency, inclusion, root_at};
pub use tile::{Content, Cut, TILE_WIDTH, Tile, TileError, complete_root};
pub use verify::{PROOF_LEN_MAX, ProofError, verify_consistency, verify_inclusion};

/// The most leaves a tree has. C2SP tlog-witness allows 63 hashes in a consistency proof, which is
/// what trees up to this size need.
pub const TREE_SIZE_MAX: u64 = 1 << 62;

/// The SHA-256 hash of a leaf or of a subtree. A [`struct@Hash`] is another thing: BLAKE3, of a
/// record.
///
/// As text 64 lower-case hexadecimal digits; in checkpoints and proofs base64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeHash([u8; 32]);

impl NodeHash {
    /// Takes 32 bytes for a hash, from a store or a message.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> NodeHash {
        NodeHash(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 44 characters of base64 (RFC 4648 section 4) that C2SP's texts hold.
    #[must_use]
    pub fn to_base64(&self) -> String {
        to_base64(self.0)
    }

    /// Reads what [`NodeHash::to_base64`] wrote; one hash has one text.
    ///
    /// # Errors
    /// [`NodeHashText`] for any other text.
    pub fn from_base64(text: &str) -> Result<NodeHash, NodeHashText> {
        // Anything longer is not decoded at all: a hostile line costs nothing.
        if text.len() != 44 {
            return Err(NodeHashText);
        }
        let bytes = from_base64(text).ok_or(NodeHashText)?;
        bytes.try_into().map(NodeHash).map_err(|_| NodeHashText)
    }
}

/// A text is not a hash of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash of the tree is 32 bytes: 44 characters of base64, or 64 hexadecimal digits")]
pub struct NodeHashText;

impl fmt::Display for NodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for NodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeHash({self})")
    }
}

impl FromStr for NodeHash {
    type Err = NodeHashText;

    /// # Errors
    /// [`NodeHashText`] for anything but 64 lower-case hexadecimal digits.
    fn from_str(text: &str) -> Result<NodeHash, NodeHashText> {
        let hash: Hash = text.parse().map_err(|_| NodeHashText)?;
        Ok(NodeHash(*hash.as_bytes()))
    }
}

/// What is hashed of a record for the tree: its ledger, its place there and its hash, as four lines
/// that anybody can type.
///
/// ```text
/// fundtrace-leaf/v1
/// <UUID of the ledger, lower case>
/// <seq, decimal>
/// <hash of the record, 64 lower-case hexadecimal digits>
/// ```
#[must_use]
pub fn leaf_bytes(ledger: LedgerId, seq: u64, hash: Hash) -> Vec<u8> {
    let mut lines = Lines::of("fundtrace-leaf/v1");
    lines.uuid(ledger.0).number(seq).hash(hash);
    lines.into_bytes()
}

/// The hash of a leaf: SHA-256 of 0x00 and its bytes (RFC 6962 section 2.1).
#[must_use]
pub fn leaf_hash(bytes: &[u8]) -> NodeHash {
    digest(&[&[0], bytes])
}

/// The hash over two subtrees: SHA-256 of 0x01, the left hash and the right (RFC 6962 section 2.1).
#[must_use]
pub fn node_hash(left: &NodeHash, right: &NodeHash) -> NodeHash {
    digest(&[&[1], &left.0, &right.0])
}

/// The root of a tree without leaves: SHA-256 of nothing (RFC 6962 section 2.1).
#[must_use]
pub fn empty_root() -> NodeHash {
    digest(&[])
}

fn digest(parts: &[&[u8]]) -> NodeHash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    NodeHash(hasher.finalize().into())
}

/// `index` in units of subtrees of 2^level leaves.
fn above(index: u64, level: u8) -> u64 {
    index.checked_shr(u32::from(level)).unwrap_or(0)
}

/// The level of the last complete subtree of a tree of `leaves` leaves.
fn level_of(leaves: u64) -> u8 {
    u8::try_from(leaves.trailing_zeros()).unwrap_or(u8::MAX)
}
