//! Two histories of one log, which begin alike and are both signed by its key, as when a machine
//! was copied: the register refuses the one that it does not hold, and a real witness cosigns
//! nothing but what continues the one that it has seen.

use std::fs;
use std::path::Path;

use anyhow::Result;
use chain::{Checkpoint, Cosigner, NodeHash, Note, Record, Submission, complete_root};
use sequencer::{PublishError, StartError};
use witness::{Refused, Witness};

use crate::damage::link;
use crate::forged::named_by_backup;
use crate::published::{Published, judge, rebuild_tree, replace_logs, signer, start};
use crate::tamper::{chained, first_changed};
use crate::trial::How;
use crate::{Chance, Family, Outcome, Tools, Trial};

/// The row of the table.
pub const FAMILY: Family = Family {
    name: "tamper-fork",
    what: "two signed histories that begin alike: the register and a witness know one of them",
    in_ci: 20,
    full: 1_000,
    repaired_percent_min: 0,
    how: How::Trials(prepare),
};

/// The roots of a log that tells one history to one, and another to others.
struct Leaves(Vec<NodeHash>);

impl Leaves {
    fn of(records: &[Record]) -> Leaves {
        let leaf = |record: &Record| {
            let header = &record.header;
            let bytes = chain::leaf_bytes(header.ledger, header.seq, record.hash);
            chain::leaf_hash(&bytes)
        };
        Leaves(records.iter().map(leaf).collect())
    }

    fn node(&self, level: u8, index: u64) -> NodeHash {
        let from = (index as usize) << level;
        let of = &self.0[from..from + (1 << level)];
        complete_root(of).expect("a whole subtree")
    }

    fn root(&self, size: u64) -> NodeHash {
        let node = |level, index| Ok::<_, chain::ProofError>(self.node(level, index));
        chain::root_at(size, node).expect("a tree that large")
    }

    fn proof(&self, from: u64, to: u64) -> Vec<NodeHash> {
        let node = |level, index| Ok::<_, chain::ProofError>(self.node(level, index));
        chain::consistency(from, to, node).expect("a tree that large")
    }
}

/// The size and the root of the tree over these records.
pub(crate) fn tree_of(records: &[Record]) -> (u64, NodeHash) {
    let size = records.len() as u64;
    (size, Leaves::of(records).root(size))
}

fn prepare(_: &Tools) -> Result<Trial> {
    let published = Published::make()?;
    let backup = published.path().join("backup");
    store::backup(&published.path().join("data"), &backup, None, |_| ())?;
    Ok(Box::new(move |seed| {
        let mut chance = Chance::of(seed);
        let all = &published.all;
        // Alike up to here; then others, fewer or more.
        let alike = published.own + 1 + chance.index(all.len() - published.own - 1);
        let mut other = all[..alike].to_vec();
        let count = 1 + chance.index(2 * (all.len() - alike));
        other.extend(link(&other, &mut chance, count));
        if other[..].get(alike) == all.get(alike) {
            return Outcome::Failed("the same history".to_owned());
        }
        let other = chained(&other);
        let seen = witnessed(all, &other, alike, &mut chance);
        if let Some(outcome) = seen {
            return outcome;
        }
        let copy = published.copy();
        replace_logs(copy.path(), &other, &mut chance);
        let names = first_changed(all, &other).unwrap_or_default();
        if chance.one_in(2) {
            return judge(copy.path(), &names);
        }
        rebuild_tree(copy.path());
        match start(copy.path()) {
            Err(StartError::Publish(PublishError::Fork { .. } | PublishError::Rollback { .. })) => {
                named_by_backup(copy.path(), &names)
            }
            Err(error) => Outcome::Failed(format!("refused: {error}")),
            Ok(()) => Outcome::Silent("it started".to_owned()),
        }
    }))
}

/// A witness that has seen the one history is shown the other; what it did wrong.
fn witnessed(
    all: &[Record],
    other: &[Record],
    alike: usize,
    chance: &mut Chance,
) -> Option<Outcome> {
    let dir = tempfile::tempdir().expect("a directory");
    let (ours, theirs) = (Leaves::of(all), Leaves::of(other));
    let first = alike as u64 / 2;
    let seen = alike as u64 + 1 + chance.below((all.len() - alike) as u64);
    let witness = open(dir.path());
    let sent = |witness: &Witness, leaves: &Leaves, old: u64, size: u64| {
        let proof = if old <= size {
            leaves.proof(old, size)
        } else {
            Vec::new()
        };
        let submission = Submission::new(old, proof, note(leaves, size)).expect("a submission");
        witness.add_checkpoint(submission.to_string().as_bytes(), || 1_000)
    };
    for (old, size) in [(0, first), (first, seen)] {
        if let Err(refused) = sent(&witness, &ours, old, size) {
            return Some(Outcome::Failed(format!("the true history: {refused}")));
        }
    }
    // Started again, it has forgotten nothing.
    drop(witness);
    let witness = open(dir.path());
    for size in [seen, other.len() as u64, alike as u64 + 1] {
        for old in [seen, first, 0] {
            if size > other.len() as u64 || old > other.len() as u64 {
                continue;
            }
            match sent(&witness, &theirs, old, size) {
                Err(
                    Refused::Inconsistent(_)
                    | Refused::OtherRoot { .. }
                    | Refused::Backwards { .. }
                    | Refused::Conflict { .. },
                ) => {}
                Err(refused) => return Some(Outcome::Failed(refused.to_string())),
                Ok(_) => return Some(Outcome::Silent(format!("cosigned {size} from {old}"))),
            }
        }
    }
    let goes_on = sent(&witness, &ours, seen, all.len() as u64);
    goes_on
        .err()
        .map(|refused| Outcome::Failed(format!("the true history: {refused}")))
}

fn open(dir: &Path) -> Witness {
    fs::create_dir_all(dir).expect("a directory");
    let key = Cosigner::new("witness.example", &[9; 32]).expect("a key");
    Witness::open(dir, key, [signer().verifier().clone()]).expect("a witness")
}

fn note(leaves: &Leaves, size: u64) -> Note {
    let checkpoint = Checkpoint::new(crate::published::ORIGIN, size, leaves.root(size));
    checkpoint
        .expect("an origin")
        .sign(&signer())
        .expect("a note")
}
