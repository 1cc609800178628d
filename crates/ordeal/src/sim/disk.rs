//! A disk with one directory, as a program sees it and as a crash would leave it.

use std::collections::BTreeMap;

use crate::Chance;
use crate::disk::{Disk, Inode, Node, Op, ROOT, What};

/// What is written, what of it is sure, and what was done since.
#[derive(Debug, Clone)]
pub(super) struct SimDisk {
    now: Disk,
    sure: Disk,
    unsure: BTreeMap<Inode, Vec<Op>>,
}

impl SimDisk {
    pub(super) fn new() -> SimDisk {
        let empty = Disk(vec![Node::Dir(BTreeMap::new())]);
        SimDisk {
            now: empty.clone(),
            sure: empty,
            unsure: BTreeMap::new(),
        }
    }

    pub(super) fn read(&self, name: &str) -> Option<Vec<u8>> {
        let inode = self.now.find(ROOT, name)?;
        Some(self.now.file(inode).to_vec())
    }

    /// What of a file is sure.
    pub(super) fn read_sure(&self, name: &str) -> Option<Vec<u8>> {
        let inode = self.sure.find(ROOT, name)?;
        Some(self.sure.file(inode).to_vec())
    }

    /// Appends to a file, which is made if it is not there.
    pub(super) fn append(&mut self, name: &str, data: &[u8]) {
        let inode = self.open(name);
        let offset = self.now.file(inode).len();
        let data = data.to_vec();
        self.act(inode, What::Write { offset, data });
    }

    /// Cuts a file, or makes it empty.
    pub(super) fn set_len(&mut self, name: &str, len: usize) {
        let inode = self.open(name);
        self.act(inode, What::SetLen(len));
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) {
        let (from, to) = (from.to_owned(), to.to_owned());
        self.act(ROOT, What::Rename { from, to });
    }

    pub(super) fn remove(&mut self, name: &str) {
        let name = name.to_owned();
        self.act(ROOT, What::Unname { name });
    }

    /// Makes sure of what a file holds.
    pub(super) fn sync(&mut self, name: &str) {
        let inode = self.open(name);
        self.sync_inode(inode);
    }

    /// Makes sure of the names.
    pub(super) fn sync_names(&mut self) {
        self.sync_inode(ROOT);
    }

    /// Writes nothing into a file, as a program that writes what nobody asked for.
    pub(super) fn touch(&mut self, name: &str) {
        self.append(name, &[]);
    }

    /// Whether something was done to a file that is not sure.
    pub(super) fn is_unsure(&self, name: &str) -> bool {
        let inode = self.now.find(ROOT, name);
        inode.is_some_and(|inode| self.unsure.contains_key(&inode))
    }

    /// The power is cut: of what is not sure some is there and some is not.
    pub(super) fn crash(&mut self, chance: &mut Chance) {
        for (inode, ops) in std::mem::take(&mut self.unsure) {
            let ops: Vec<&Op> = ops.iter().collect();
            self.sure.settle(inode, &ops, chance);
        }
        self.now = self.sure.clone();
    }

    /// Everything that is written is sure: what a copy of a running disk, put back, would be.
    pub(super) fn settled(&self) -> SimDisk {
        SimDisk {
            now: self.now.clone(),
            sure: self.now.clone(),
            unsure: BTreeMap::new(),
        }
    }

    fn sync_inode(&mut self, inode: Inode) {
        for op in self.unsure.remove(&inode).unwrap_or_default() {
            self.sure.apply(inode, &op.what);
        }
    }

    fn open(&mut self, name: &str) -> Inode {
        if let Some(inode) = self.now.find(ROOT, name) {
            return inode;
        }
        let inode = self.now.0.len();
        self.now.0.push(Node::File(Vec::new()));
        self.sure.0.push(Node::File(Vec::new()));
        let name = name.to_owned();
        self.act(ROOT, What::Name { name, inode });
        inode
    }

    fn act(&mut self, inode: Inode, what: What) {
        self.now.apply(inode, &what);
        let (entered, exited) = (0, 0);
        self.unsure.entry(inode).or_default().push(Op {
            entered,
            exited,
            inode,
            what,
        });
    }
}
