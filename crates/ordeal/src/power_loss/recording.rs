//! What a writer did to a directory, and what a power cut at any moment of it may leave.

use crate::Chance;
use crate::disk::{Disk, Inode, Op, What};

/// What was done, in the order in which it ended, and what was acknowledged meanwhile.
#[derive(Debug)]
pub struct Recording {
    pub(crate) ops: Vec<Op>,
    /// From which moment on how many records were acknowledged.
    pub(crate) acknowledged: Vec<(u64, usize)>,
    /// The disk at the end.
    pub(crate) disk: Disk,
    /// The first path of each inode, below the recorded directory.
    pub(crate) paths: Vec<String>,
    /// Moments run from 0 to this one.
    pub(crate) end: u64,
}

/// From which moment on each change is sure.
#[derive(Debug)]
pub struct Sure(Vec<u64>);

impl Recording {
    /// What is sure when, if the syncs of the files that `ignored` names by their paths are left
    /// out. For a path of `""` it is asked about the recorded directory itself.
    pub fn sure(&self, ignored: impl Fn(&str) -> bool) -> Sure {
        let syncs: Vec<&Op> = self
            .ops
            .iter()
            .filter(|op| matches!(op.what, What::Sync) && !ignored(&self.paths[op.inode]))
            .collect();
        let mut of: Vec<Vec<(u64, u64)>> = vec![Vec::new(); self.paths.len()];
        for sync in syncs {
            of[sync.inode].push((sync.entered, sync.exited));
        }
        let from = |op: &Op| {
            let later = of[op.inode]
                .iter()
                .filter(|(entered, _)| *entered > op.exited);
            later.map(|(_, exited)| *exited).min()
        };
        let sure = self.ops.iter().map(|op| from(op).unwrap_or(u64::MAX));
        Sure(sure.collect())
    }

    /// How many records had been acknowledged at a moment.
    #[must_use]
    pub fn acknowledged(&self, at: u64) -> usize {
        let before = self.acknowledged.partition_point(|(from, _)| *from <= at);
        before
            .checked_sub(1)
            .map_or(0, |last| self.acknowledged[last].1)
    }

    /// A moment: mostly between two system calls, sometimes in the middle of one.
    pub(crate) fn moment(&self, chance: &mut Chance) -> u64 {
        1 + chance.below(self.end)
    }

    /// What is on the disk when the power is cut at a moment.
    pub(crate) fn cut(&self, at: u64, sure: &Sure, chance: &mut Chance) -> Disk {
        let mut disk = Disk::empty(&self.disk);
        let mut unsure: Vec<Vec<&Op>> = vec![Vec::new(); self.paths.len()];
        let begun = self
            .ops
            .iter()
            .zip(&sure.0)
            .filter(|(op, _)| op.entered <= at);
        for (op, sure_from) in begun {
            if matches!(op.what, What::Sync) {
                continue;
            }
            if *sure_from <= at {
                disk.apply(op.inode, &op.what);
            } else {
                unsure[op.inode].push(op);
            }
        }
        for (inode, ops) in unsure.iter().enumerate() {
            if !ops.is_empty() {
                disk.settle(inode as Inode, ops, chance);
            }
        }
        disk
    }
}
