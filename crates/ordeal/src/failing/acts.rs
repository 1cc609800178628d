//! What is done while the disk fails. Each stops at its first error, and then says how much of it
//! was acknowledged before.

use std::convert::Infallible;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use chain::{Checkpoint, Cosigner, Hash, LedgerId, NodeHash, Signer, leaf_hash};
use store::{FileStore, KeyStore, Log, Register, Repair, SubjectRow, SubjectWriter, Tree};
use uuid::Uuid;
use witness::Witness;

/// What is done, by its name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Act {
    pub(super) name: &'static str,
}

const fn named(name: &'static str) -> Act {
    Act { name }
}

/// All of them. What each needs is set up, and what comes of it judged, in `judged.rs`.
pub(super) const ACTS: [Act; 13] = [
    named("mend-journal"),
    named("mend-sled"),
    named("repair"),
    named("backup"),
    named("restore"),
    named("snapshot"),
    named("keys"),
    named("register"),
    named("tree"),
    named("subjects"),
    named("files"),
    named("witness"),
    named("replaying-witness"),
];

/// The exit code of an act that has failed, and before that acknowledged nothing; one more for
/// each acknowledgement.
pub(super) const REFUSED: i32 = 200;

/// How often an act with acknowledgements acknowledges.
pub(super) const ROUNDS: u64 = 4;

/// How many checkpoints a witness that replays cosigns before it refuses.
pub(super) const REPLAYED: u64 = 2;

/// Why it refuses then.
pub(super) const FALSE: &str = "a false seal";

pub(super) const LEAVES: u64 = 600;

/// Does what an act is, in a directory, after a line from whoever follows.
///
/// # Errors
/// There is no such act. What fails in an act is its exit code.
pub fn act(name: &str, dir: &Path) -> Result<ExitCode> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let mut acknowledged = 0_u8;
    let done = perform(name, dir, &mut || acknowledged += 1);
    Ok(match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(REFUSED as u8 + acknowledged),
    })
}

fn perform(name: &str, dir: &Path, acknowledge: &mut dyn FnMut()) -> Result<()> {
    let data = dir.join("data");
    match name {
        "mend-journal" | "mend-sled" => {
            Log::open(&data, |_| Ok::<(), Infallible>(()))?;
        }
        "repair" => {
            store::repair(&data, Repair::Do, |_| ())?;
        }
        "backup" => {
            store::backup(&data, &dir.join("backup"), None, |_| ())?;
        }
        "restore" => {
            let to = dir.join("restored");
            store::restore(&dir.join("backup"), &to, |_| (), |_, _| Ok(()))?;
        }
        "snapshot" => {
            let (log, _) = Log::open(&data, |_| Ok::<(), Infallible>(()))?;
            crate::damage::snapshot(&log)?;
        }
        "keys" => {
            let mut keys = KeyStore::open(dir)?;
            for round in 0..ROUNDS {
                keys.put_all(&[key(round)])?;
                acknowledge();
            }
            ensure!(keys.erase(key(0).0)?, "it was there");
            acknowledge();
        }
        "register" => {
            for round in 1..=ROUNDS {
                Register::at(&dir.join("head")).write(round.to_string().as_bytes())?;
                acknowledge();
            }
        }
        "tree" => {
            let mut tree = Tree::at(dir);
            (0..LEAVES).try_for_each(|number| tree.push(leaf(number)))?;
            tree.settle()?;
            (LEAVES..2 * LEAVES).try_for_each(|number| tree.push(leaf(number)))?;
            tree.flush()?;
        }
        "subjects" => subjects(dir)?,
        "files" => upload(dir)?,
        "witness" => {
            let witness = witness(dir)?;
            for round in 1..=ROUNDS {
                witness.add_checkpoint(submission(round).as_bytes(), || round)?;
                acknowledge();
            }
        }
        "replaying-witness" => replay(dir, acknowledge)?,
        other => anyhow::bail!("no act {other}"),
    }
    Ok(())
}

/// Cosigns what it has replayed, finds something that the records do not bear out, and is told to
/// look again: four acknowledgements.
fn replay(dir: &Path, acknowledge: &mut dyn FnMut()) -> Result<()> {
    let witness = replaying_witness(dir)?;
    for round in 1..=REPLAYED {
        witness.add_replayed(submission(round).as_bytes(), || round, |_| Ok(()))?;
        acknowledge();
    }
    witness.refuse(ORIGIN, FALSE)?;
    acknowledge();
    witness.reconsider(ORIGIN)?;
    acknowledge();
    Ok(())
}

pub(super) fn key(number: u64) -> (Uuid, [u8; 32]) {
    (Uuid::from_u128(u128::from(number) + 1), [number as u8; 32])
}

pub(super) fn leaf(number: u64) -> NodeHash {
    leaf_hash(&number.to_be_bytes())
}

pub(super) const LEDGER: LedgerId = LedgerId::from_bytes([1; 16]);

pub(super) fn subjects(dir: &Path) -> Result<()> {
    let mut writer = SubjectWriter::create(dir, 9, Hash::from_bytes([5; 32]))?;
    for number in 0..400 {
        let subject = Uuid::from_u128(number + 1);
        let accumulator = chain::Accumulator::empty(LEDGER, subject);
        writer.push(&SubjectRow {
            key: (LEDGER, subject),
            accumulator,
        })?;
    }
    writer.finish()?;
    Ok(())
}

/// The bytes of an evidence file.
pub(super) fn content() -> Vec<u8> {
    crate::Chance::of(3).bytes(300_000)
}

pub(super) fn upload(dir: &Path) -> Result<()> {
    let store = FileStore::open(dir)?;
    let mut upload = store.begin(LEDGER)?;
    for chunk in content().chunks(50_000) {
        upload.write(chunk)?;
    }
    upload.finish(None)?;
    Ok(())
}

/// The name of the log that the witnesses know.
pub(super) const ORIGIN: &str = "ordeal.example/log";

fn signer() -> Signer {
    Signer::new(ORIGIN, &[7; 32]).expect("a key")
}

pub(super) fn witness(dir: &Path) -> Result<Witness> {
    let key = Cosigner::new("witness.example", &[8; 32]).context("a key")?;
    Ok(Witness::open(
        &dir.join("witness"),
        key,
        [signer().verifier().clone()],
    )?)
}

pub(super) fn replaying_witness(dir: &Path) -> Result<Witness> {
    let key = Cosigner::new("replaying.example", &[9; 32]).context("a key")?;
    Ok(Witness::open_replaying(
        &dir.join("witness"),
        key,
        [signer().verifier().clone()],
    )?)
}

/// Round by round a log with one more record; from the size of the round before.
pub(super) fn submission(round: u64) -> String {
    let nodes = |level: u8, index: u64| {
        let from = index << level;
        let leaves: Vec<NodeHash> = (from..from + (1 << level)).map(leaf).collect();
        Ok::<_, chain::ProofError>(chain::complete_root(&leaves).expect("a whole subtree"))
    };
    let root = chain::root_at(round, nodes).expect("a tree");
    let proof = chain::consistency(round - 1, round, nodes).expect("a tree");
    let checkpoint = Checkpoint::new(ORIGIN, round, root).expect("an origin");
    let note = checkpoint.sign(&signer()).expect("a note");
    let submission = chain::Submission::new(round - 1, proof, note);
    submission.expect("a submission").to_string()
}
