//! The roots that a log has at the sizes that are known elsewhere.

use chain::{Frontier, NodeHash, Record};

/// The tree of the records that are read, and its roots at the sizes that are asked about.
pub(super) struct Roots {
    tree: Frontier,
    found: Vec<(u64, Option<NodeHash>)>,
}

impl Roots {
    pub(super) fn new(sizes: impl IntoIterator<Item = u64>) -> Roots {
        let tree = Frontier::new();
        let root = |size| (size == tree.size()).then(|| tree.root());
        let found = sizes.into_iter().map(|size| (size, root(size))).collect();
        Roots { tree, found }
    }

    /// The next record of the log.
    pub(super) fn push(&mut self, record: &Record) {
        let header = &record.header;
        let leaf = chain::leaf_bytes(header.ledger, header.seq, record.hash);
        self.tree.push(chain::leaf_hash(&leaf));
        let size = self.tree.size();
        for (wanted, root) in &mut self.found {
            if *wanted == size {
                *root = Some(self.tree.root());
            }
        }
    }

    /// The root of so many records; nothing where there are fewer.
    pub(super) fn at(&self, size: u64) -> Option<NodeHash> {
        let mut found = self.found.iter();
        found.find_map(|(wanted, root)| (*wanted == size).then_some(*root)?)
    }
}
