//! The tree of a server, with every node that a proof may need.

use std::collections::HashMap;

use chain::{Frontier, NodeHash, ProofError, Record, consistency, leaf_bytes, leaf_hash, root_at};

#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    frontier: Frontier,
    nodes: HashMap<(u8, u64), NodeHash>,
}

impl Tree {
    pub(super) fn of(records: &[Record]) -> Tree {
        let mut tree = Tree::default();
        tree.push(records);
        tree
    }

    pub(super) fn push(&mut self, records: &[Record]) {
        for record in records {
            let header = &record.header;
            let leaf = leaf_hash(&leaf_bytes(header.ledger, header.seq, record.hash));
            let nodes = &mut self.nodes;
            self.frontier.push_each(leaf, |level, index, hash| {
                nodes.insert((level, index), hash);
            });
        }
    }

    pub(super) fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root as it was at a size that the tree has reached.
    pub(super) fn root_at(&self, size: u64) -> NodeHash {
        root_at(size, |level, index| self.node(level, index)).expect("a node within the tree")
    }

    pub(super) fn proof(&self, from: u64) -> Vec<NodeHash> {
        let node = |level, index| self.node(level, index);
        consistency(from, self.size(), node).expect("from a size that the tree has reached")
    }

    fn node(&self, level: u8, index: u64) -> Result<NodeHash, ProofError> {
        let size = self.size();
        let node = self.nodes.get(&(level, index)).copied();
        node.ok_or(ProofError::Index { index, size })
    }
}
