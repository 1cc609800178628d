//! What is published of the log: checkpoints, tiles and proofs, for any thread.

use crate::publish::Published;
use chain::{Content, NodeHash, ProofError, Tile};
use std::sync::Arc;
use store::{Reader, Register, TreeReader};
use tokio::sync::watch;

/// Why a proof cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The tree has no such leaf, or the sizes are the wrong way round.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The files of the tree cannot be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// What the files of the tree hold does not lead to the published root.
    #[error("the tree's files do not lead to the published root; a restart builds them anew: {0}")]
    Damaged(ProofError),
}

/// The published side of a deployment's log. Everything here may be shown to anybody: it names
/// ledgers, seqs and hashes, and no content.
#[derive(Clone)]
pub struct Log {
    pub(crate) origin: String,
    pub(crate) vkey: String,
    pub(crate) shown: watch::Receiver<Option<Arc<Published>>>,
    pub(crate) failing: watch::Receiver<bool>,
    pub(crate) tree: TreeReader,
    pub(crate) register: Register,
    pub(crate) reader: Reader,
}

impl Log {
    /// The log's name in its checkpoints.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The log's public key, in the text form of C2SP signed-note.
    #[must_use]
    pub fn vkey(&self) -> &str {
        &self.vkey
    }

    /// The newest checkpoint; none before the first record was published.
    #[must_use]
    pub fn latest(&self) -> Option<Arc<Published>> {
        self.shown.borrow().clone()
    }

    /// Changes whenever a checkpoint is published.
    #[must_use]
    pub fn checkpoints(&self) -> watch::Receiver<Option<Arc<Published>>> {
        self.shown.clone()
    }

    /// True while checkpoints cannot be published, because the register or the tree's files fail.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        *self.failing.borrow()
    }

    /// The head register.
    #[must_use]
    pub const fn register(&self) -> &Register {
        &self.register
    }

    /// The inclusion proof of the record at a position under a published checkpoint. It has been
    /// checked: what is wrong on the disk is an error here and never a wrong proof.
    ///
    /// # Errors
    /// The checkpoint does not cover the position, or the files cannot be read or trusted.
    pub fn inclusion(
        &self,
        position: u64,
        leaf: NodeHash,
        under: &Published,
    ) -> Result<Vec<NodeHash>, ProveError> {
        let Published {
            size,
            root,
            note: _,
        } = *under;
        let nodes = |level, index| self.tree.node(level, index).map_err(ProveError::from);
        let proof = chain::inclusion(position, size, nodes)?;
        chain::verify_inclusion(leaf, position, size, root, &proof).map_err(ProveError::Damaged)?;
        Ok(proof)
    }

    /// The proof that the tree of `to` records begins with that of `from`. `to` must not be beyond
    /// the newest checkpoint.
    ///
    /// # Errors
    /// `from` is above `to`, or the files cannot be read.
    pub fn consistency(&self, from: u64, to: u64) -> Result<Vec<NodeHash>, ProveError> {
        chain::consistency(from, to, |level, index| {
            self.tree.node(level, index).map_err(ProveError::from)
        })
    }

    /// The root of the tree as it was at `size` records, at most those of the newest checkpoint.
    ///
    /// # Errors
    /// The files cannot be read.
    pub fn root_at(&self, size: u64) -> Result<NodeHash, store::Error> {
        chain::root_at(size, |level, index| self.tree.node(level, index))
    }

    /// A tile; nothing where the newest checkpoint does not have it.
    ///
    /// # Errors
    /// The files cannot be read.
    pub fn tile(&self, tile: &Tile) -> Result<Option<Vec<u8>>, store::Error> {
        let size = self.latest().map_or(0, |latest| latest.size);
        if !tile.is_within(size) {
            return Ok(None);
        }
        match tile.content() {
            Content::Hashes { level } => {
                let bytes = self.tree.tile(level, tile.index(), tile.width())?;
                Ok(Some(bytes))
            }
            Content::Entries => self.entries(tile).map(Some),
        }
    }

    /// Entry bundles are made when they are asked for: they say nothing that the log does not hold.
    fn entries(&self, tile: &Tile) -> Result<Vec<u8>, store::Error> {
        let first = tile.index().saturating_mul(chain::TILE_WIDTH.into());
        let entries = self.reader.range(first, tile.width().into())?;
        let leaves = entries.iter().map(|entry| {
            let header = &entry.record.header;
            chain::leaf_bytes(header.ledger, header.seq, entry.record.hash)
        });
        // A leaf has some 140 bytes and a tile at most 256 of them.
        Ok(chain::encode_entries(leaves).unwrap_or_default())
    }
}
