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
    #[error(
        "the tree's files do not lead to the published root; stop the server, remove the folder \
         tree, and start: it is built anew: {0}"
    )]
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
    /// `from` is above `to`, or the files cannot be read or trusted.
    pub fn consistency(&self, from: u64, to: u64) -> Result<Vec<NodeHash>, ProveError> {
        let proof = self.path_from(from, to)?;
        // What leads to a root that is right leads from one that is.
        let (old, new) = (self.read_root(from)?, self.root_at(to)?);
        chain::verify_consistency(from, old, to, new, &proof).map_err(ProveError::Damaged)?;
        Ok(proof)
    }

    fn path_from(&self, from: u64, to: u64) -> Result<Vec<NodeHash>, ProveError> {
        chain::consistency(from, to, |level, index| {
            self.tree.node(level, index).map_err(ProveError::from)
        })
    }

    fn read_root(&self, size: u64) -> Result<NodeHash, ProveError> {
        let root = chain::root_at(size, |level, index| self.tree.node(level, index));
        Ok(root?)
    }

    /// The root of the tree as it was at `size` records, at most those of the newest checkpoint.
    ///
    /// # Errors
    /// The files cannot be read, or do not lead to the published root.
    pub fn root_at(&self, size: u64) -> Result<NodeHash, ProveError> {
        let (newest, published) = match self.latest() {
            Some(latest) => (latest.size, latest.root),
            None => (0, chain::empty_root()),
        };
        let root = self.read_root(size)?;
        let proof = self.path_from(size, newest)?;
        chain::verify_consistency(size, root, newest, published, &proof)
            .map_err(ProveError::Damaged)?;
        Ok(root)
    }

    /// A tile; nothing where the newest checkpoint does not have it. It has been checked: whoever
    /// gets it may keep it for ever.
    ///
    /// # Errors
    /// The files cannot be read or trusted.
    pub fn tile(&self, tile: &Tile) -> Result<Option<Vec<u8>>, ProveError> {
        let latest = self.latest();
        let Some(latest) = latest.filter(|latest| tile.is_within(latest.size)) else {
            return Ok(None);
        };
        match tile.content() {
            Content::Hashes { level } => {
                let bytes = self.tree.tile(level, tile.index(), tile.width())?;
                self.leads_to(&latest, level, tile.index(), &bytes)?;
                Ok(Some(bytes))
            }
            Content::Entries => Ok(Some(self.entries(tile)?)),
        }
    }

    /// Whether the hashes of a tile lead to the published root: each 128, 64, … of them are the
    /// hash of one complete subtree, which has its place in the tree of all subtrees as large.
    fn leads_to(
        &self,
        latest: &Published,
        level: u8,
        index: u64,
        tile: &[u8],
    ) -> Result<(), ProveError> {
        let (hashes, _) = tile.as_chunks::<32>();
        let hashes: Vec<NodeHash> = hashes.iter().copied().map(NodeHash::from_bytes).collect();
        let mut rest = &hashes[..];
        let mut at = index.saturating_mul(chain::TILE_WIDTH.into());
        while let Some(height) = rest.len().checked_ilog2() {
            let (some, others) = rest.split_at(1_usize.checked_shl(height).unwrap_or(rest.len()));
            let Some(node) = chain::complete_root(some) else {
                break;
            };
            let above = height.saturating_add(u32::from(level).saturating_mul(8));
            let place = at.checked_shr(height).unwrap_or(0);
            let first = place.checked_shl(above).unwrap_or(0);
            let last = latest.size.saturating_sub(1);
            let nodes = last.checked_shr(above).unwrap_or(0).saturating_add(1);
            let path = chain::inclusion(first, latest.size, |level, index| {
                self.tree.node(level, index).map_err(ProveError::from)
            })?;
            // Below the subtree's own hash the path is its own affair.
            let within = usize::try_from(above).unwrap_or(usize::MAX);
            let path = path.get(within..).unwrap_or_default();
            chain::verify_inclusion(node, place, nodes, latest.root, path)
                .map_err(ProveError::Damaged)?;
            at = at.saturating_add(u64::try_from(some.len()).unwrap_or(u64::MAX));
            rest = others;
        }
        Ok(())
    }

    /// What the scrub holds the tree's files against the records with: the files, and how many
    /// records they must have by now.
    #[must_use]
    pub fn nodes(&self) -> (TreeReader, u64) {
        let size = self.latest().map_or(0, |latest| latest.size);
        (self.tree.clone(), size)
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
