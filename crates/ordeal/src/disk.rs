//! A disk as far as a power cut must know it: which bytes and names were written, and which of
//! them are sure to be there afterwards.
//!
//! What is taken for granted is only what POSIX grants. The bytes and the length of a file are
//! sure when an `fsync` or `fdatasync` of this file, begun after they were written, has ended;
//! names, when the same was done to their directory. Everything else may be there or not, sector
//! by sector. `sync_file_range` grants nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};

use crate::Chance;

/// The unit that a disk writes at once, though even this may tear here.
const SECTOR: usize = 512;

/// A file or directory, whatever its names.
pub(crate) type Inode = usize;

/// The directory that is recorded.
pub(crate) const ROOT: Inode = 0;

/// Something that was done to a file or directory.
#[derive(Debug, Clone)]
pub(crate) enum What {
    Write { offset: usize, data: Vec<u8> },
    SetLen(usize),
    Name { name: String, inode: Inode },
    Unname { name: String },
    Rename { from: String, to: String },
    Sync,
}

/// What was done, and between which two moments: until the second nobody knows whether it was.
#[derive(Debug, Clone)]
pub(crate) struct Op {
    pub(crate) entered: u64,
    pub(crate) exited: u64,
    pub(crate) inode: Inode,
    pub(crate) what: What,
}

#[derive(Debug, Clone)]
pub(crate) enum Node {
    File(Vec<u8>),
    Dir(BTreeMap<String, Inode>),
}

/// Files and directories by number.
#[derive(Debug, Clone)]
pub(crate) struct Disk(pub(crate) Vec<Node>);

impl Disk {
    /// As many nodes, all empty.
    pub(crate) fn empty(like: &Disk) -> Disk {
        let empty = |node: &Node| match node {
            Node::File(_) => Node::File(Vec::new()),
            Node::Dir(_) => Node::Dir(BTreeMap::new()),
        };
        Disk(like.0.iter().map(empty).collect())
    }

    pub(crate) fn file(&self, inode: Inode) -> &[u8] {
        match &self.0[inode] {
            Node::File(bytes) => bytes,
            Node::Dir(_) => &[],
        }
    }

    /// The inode of a name in a directory.
    pub(crate) fn find(&self, dir: Inode, name: &str) -> Option<Inode> {
        match &self.0[dir] {
            Node::Dir(names) => names.get(name).copied(),
            Node::File(_) => None,
        }
    }

    /// Does what was done. A name that is not there is no error: a part of a history may lack it.
    pub(crate) fn apply(&mut self, inode: Inode, what: &What) {
        match (&mut self.0[inode], what) {
            (Node::File(bytes), What::Write { offset, data }) => put(bytes, *offset, data),
            (Node::File(bytes), What::SetLen(len)) => bytes.resize(*len, 0),
            (Node::Dir(names), What::Name { name, inode }) => {
                names.insert(name.clone(), *inode);
            }
            (Node::Dir(names), What::Unname { name }) => {
                names.remove(name);
            }
            (Node::Dir(names), What::Rename { from, to }) => {
                if let Some(inode) = names.remove(from) {
                    names.insert(to.clone(), inode);
                }
            }
            (_, What::Sync) => {}
            (node, what) => panic!("{what:?} was done to {node:?}"),
        }
    }

    /// Does some of what is not sure, as the fate wills it.
    pub(crate) fn settle(&mut self, inode: Inode, ops: &[&Op], chance: &mut Chance) {
        let fate = Fate::of(chance, ops.len());
        match &mut self.0[inode] {
            Node::File(bytes) => settle_file(bytes, ops, fate, chance),
            Node::Dir(_) => {
                for (at, op) in ops.iter().enumerate() {
                    if fate.names(at, chance) {
                        self.apply(inode, &op.what);
                    }
                }
            }
        }
    }

    /// Makes the files and directories in an empty directory.
    pub(crate) fn write_to(&self, path: &Path) -> Result<()> {
        self.write_dir(ROOT, path)
    }

    fn write_dir(&self, dir: Inode, path: &Path) -> Result<()> {
        let Node::Dir(names) = &self.0[dir] else {
            return Ok(());
        };
        for (name, inode) in names {
            let path = path.join(name);
            match &self.0[*inode] {
                Node::File(bytes) => fs::write(&path, bytes)?,
                Node::Dir(_) => {
                    fs::create_dir(&path)?;
                    self.write_dir(*inode, &path)?;
                }
            }
        }
        Ok(())
    }

    /// Checks that a directory holds exactly this: then nothing was missed that was done to it.
    pub(crate) fn check(&self, path: &Path) -> Result<()> {
        self.check_dir(ROOT, path)
    }

    fn check_dir(&self, dir: Inode, path: &Path) -> Result<()> {
        let Node::Dir(names) = &self.0[dir] else {
            return Ok(());
        };
        let count = fs::read_dir(path)?.count();
        ensure!(count == names.len(), "{}: {count} names", path.display());
        for (name, inode) in names {
            let path = path.join(name);
            match &self.0[*inode] {
                Node::File(bytes) => {
                    ensure!(fs::read(&path)? == *bytes, "{} differs", path.display());
                }
                Node::Dir(_) => self.check_dir(*inode, &path)?,
            }
        }
        Ok(())
    }
}

/// What becomes of that which is not sure, in one file or directory.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// The first so many, and a part of the next.
    Prefix(usize),
    /// Each whole or not at all.
    Some,
    /// Each sector, with so many chances in 16 to be dropped, and as many to be torn.
    Sectors { dropped: u64, len: usize },
}

impl Fate {
    fn of(chance: &mut Chance, ops: usize) -> Fate {
        match chance.below(8) {
            0 => Fate::Prefix(0),
            1 => Fate::Prefix(ops),
            2 | 3 => Fate::Prefix(chance.index(ops + 1)),
            4 => Fate::Some,
            5 => Fate::Sectors {
                dropped: 1,
                len: ops,
            },
            _ => Fate::Sectors {
                dropped: 1 + chance.below(15),
                len: chance.index(ops + 1),
            },
        }
    }

    /// Whether a change of names is there.
    fn names(self, at: usize, chance: &mut Chance) -> bool {
        match self {
            Fate::Prefix(len) | Fate::Sectors { len, .. } => at < len,
            Fate::Some => chance.one_in(2),
        }
    }

    /// Whether the length that a change gave its file is there.
    fn length(self, at: usize, kept: bool) -> bool {
        match self {
            Fate::Prefix(len) | Fate::Sectors { len, .. } => at < len,
            Fate::Some => kept,
        }
    }
}

fn settle_file(bytes: &mut Vec<u8>, ops: &[&Op], fate: Fate, chance: &mut Chance) {
    let mut len = bytes.len();
    for (at, op) in ops.iter().enumerate() {
        let kept = match fate {
            Fate::Prefix(whole) => at < whole,
            Fate::Some => chance.one_in(2),
            Fate::Sectors { .. } => false,
        };
        match &op.what {
            What::SetLen(to) if fate.length(at, kept) => {
                bytes.resize(*to, 0);
                len = *to;
            }
            What::Write { offset, data } => {
                if fate.length(at, kept) {
                    len = len.max(offset + data.len());
                }
                if kept {
                    put(bytes, *offset, data);
                    continue;
                }
                let dropped = match fate {
                    Fate::Sectors { dropped, .. } => dropped,
                    Fate::Prefix(whole) if at == whole => 8,
                    Fate::Prefix(_) | Fate::Some => continue,
                };
                if matches!(fate, Fate::Prefix(_)) && chance.one_in(2) {
                    len = len.max(offset + chance.index(data.len() + 1));
                }
                put_sectors(bytes, *offset, data, dropped, chance);
            }
            What::SetLen(_)
            | What::Sync
            | What::Name { .. }
            | What::Unname { .. }
            | What::Rename { .. } => {}
        }
    }
    bytes.resize(len, 0);
}

/// Writes some of the sectors of a write, and of some only the beginning or the end.
fn put_sectors(bytes: &mut Vec<u8>, offset: usize, data: &[u8], dropped: u64, chance: &mut Chance) {
    let mut at = 0;
    while at < data.len() {
        let end = data.len().min(at + SECTOR - (offset + at) % SECTOR);
        match chance.below(16) {
            n if n < dropped => {}
            n if n < dropped + 1 => {
                let tear = at + chance.index(end - at);
                let (from, to) = if chance.one_in(2) {
                    (at, tear)
                } else {
                    (tear, end)
                };
                put(bytes, offset + from, &data[from..to]);
            }
            _ => put(bytes, offset + at, &data[at..end]),
        }
        at = end;
    }
}

fn put(bytes: &mut Vec<u8>, offset: usize, data: &[u8]) {
    let end = offset + data.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(data);
}
