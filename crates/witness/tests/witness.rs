//! What a witness promises: one history per log, whoever asks, in whatever order, and whatever
//! happens to its process or its disk.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "in a test a panic is the message"
)]

use std::path::{Path, PathBuf};
use std::sync::Barrier;

use chain::{
    Checkpoint, Cosigner, Frontier, NodeHash, Note, NoteSignature, ProofError, Signer, Submission,
    VerifierKey, consistency, empty_root, leaf_hash,
};
use tempfile::TempDir;
use witness::{OpenError, Refused, Witness, origin_hash};

const ORIGIN: &str = "log.example/a";

fn signer() -> Signer {
    Signer::new(ORIGIN, &[1; 32]).unwrap()
}

fn cosigner() -> Cosigner {
    Cosigner::new("witness.example/a", &[2; 32]).unwrap()
}

fn open(dir: &Path) -> Result<Witness, OpenError> {
    Witness::open(dir, cosigner(), [signer().verifier().clone()])
}

/// A log that holds back nothing: every complete subtree of each of its trees.
struct Log {
    frontier: Frontier,
    nodes: Vec<Vec<NodeHash>>,
}

impl Log {
    /// Leaves that begin like those of every other log, up to where its own begin.
    fn new(size: u64, own_from: u64) -> Log {
        let mut log = Log {
            frontier: Frontier::new(),
            nodes: vec![vec![]; 64],
        };
        for at in 0..size {
            let own = if at < own_from { "" } else { "own" };
            let nodes = &mut log.nodes;
            log.frontier
                .push_each(leaf_hash(format!("{own}{at}").as_bytes()), |l, _, hash| {
                    nodes[usize::from(l)].push(hash);
                });
        }
        log
    }

    fn checkpoint(&self, size: u64) -> Checkpoint {
        let root = chain::root_at(size, |l, i| self.node(l, i)).unwrap();
        Checkpoint::new(ORIGIN, size, root).unwrap()
    }

    fn node(&self, level: u8, index: u64) -> Result<NodeHash, ProofError> {
        Ok(self.nodes[usize::from(level)][usize::try_from(index).unwrap()])
    }

    fn submission(&self, old: u64, size: u64) -> Vec<u8> {
        let proof = consistency(old, size, |l, i| self.node(l, i)).unwrap_or_default();
        let note = self.checkpoint(size).sign(&signer()).unwrap();
        let submission = Submission::new(old, proof, note).unwrap();
        submission.to_string().into_bytes()
    }
}

fn conflict(refused: Result<String, Refused>) -> u64 {
    match refused {
        Err(Refused::Conflict { size }) => size,
        other => panic!("{other:?}"),
    }
}

#[test]
fn cosigns_what_grows() {
    let dir = TempDir::new().unwrap();
    let witness = open(dir.path()).unwrap();
    let log = Log::new(40, 40);
    let mut old = 0;
    for (at, size) in [0, 1, 1, 7, 8, 40, 40].into_iter().enumerate() {
        let now_s = 1000 + u64::try_from(at).unwrap();
        let line = witness
            .add_checkpoint(&log.submission(old, size), || now_s)
            .unwrap();
        let signatures = NoteSignature::parse_lines(&line).unwrap();
        assert_eq!(signatures.len(), 1);
        let text = log.checkpoint(size).to_string();
        let time_s = witness.verifier().verify(&text, &signatures[0]);
        assert_eq!(time_s, Ok(Some(now_s)));
        old = size;
    }
    // What it serves is what it answered, and what the log signed.
    let latest = witness.latest(&origin_hash(ORIGIN)).unwrap();
    let latest = Note::parse(latest.as_bytes()).unwrap();
    let keys = [signer().verifier().clone(), witness.verifier().clone()];
    assert_eq!(
        latest.verify(&keys).unwrap(),
        [(&keys[0], None), (&keys[1], Some(1006))]
    );
    assert_eq!(witness.latest(&origin_hash("other")), None);
}

#[test]
fn refuses_in_the_order_of_the_specification() {
    let dir = TempDir::new().unwrap();
    let witness = open(dir.path()).unwrap();
    let log = Log::new(20, 20);
    let add = |bytes: &[u8]| witness.add_checkpoint(bytes, || 1);
    add(&log.submission(0, 8)).unwrap();

    for malformed in [
        &b""[..],
        b"old 8\n\n",
        b"\xff",
        &log.submission(8, 9)[1..],
        &[b'a'; 300_000],
    ] {
        assert!(matches!(add(malformed), Err(Refused::Malformed(_))));
    }
    // From here on each is wrong in all the later ways as well.
    let with = |old, size, proof: &[NodeHash], origin: &str, by: &Signer| {
        let checkpoint = Checkpoint::new(origin, size, empty_root()).unwrap();
        let note = checkpoint.sign(by).unwrap();
        let submission = Submission::new(old, proof.to_vec(), note).unwrap();
        add(submission.to_string().as_bytes())
    };
    let junk = [empty_root(); 3];
    let stranger = Signer::new(ORIGIN, &[9; 32]).unwrap();
    let unknown = with(9, 7, &junk, "log.example/b", &stranger);
    assert!(matches!(unknown, Err(Refused::UnknownLog { .. })));
    assert!(matches!(
        with(9, 7, &junk, ORIGIN, &stranger),
        Err(Refused::Unsigned(_))
    ));
    let backwards = with(9, 7, &junk, ORIGIN, &signer());
    assert!(matches!(
        backwards,
        Err(Refused::Backwards { old: 9, size: 7 })
    ));
    assert_eq!(conflict(with(7, 7, &junk, ORIGIN, &signer())), 8);
    assert_eq!(conflict(with(0, 9, &junk, ORIGIN, &signer())), 8);
    assert!(matches!(
        with(8, 9, &junk, ORIGIN, &signer()),
        Err(Refused::Inconsistent(_))
    ));

    // A wrong signature under the right name and id, beside a right one.
    let bytes = String::from_utf8(log.submission(8, 9)).unwrap();
    let wrong = log.checkpoint(10).sign(&signer()).unwrap().signatures()[0].to_string();
    let both = add(format!("{bytes}{wrong}\n").as_bytes());
    assert!(matches!(both, Err(Refused::Unsigned(_))));
    // What unknown keys signed means nothing, and is not kept.
    let strange = stranger.sign(&log.checkpoint(9).to_string());
    add(format!("{bytes}{strange}\n").as_bytes()).unwrap();
    let latest = witness.latest(&origin_hash(ORIGIN)).unwrap();
    assert_eq!(
        Note::parse(latest.as_bytes()).unwrap().signatures().len(),
        2
    );
}

#[test]
fn a_log_that_takes_back_or_forks_is_refused_for_ever() {
    let dir = TempDir::new().unwrap();
    let witness = open(dir.path()).unwrap();
    let add = |bytes: &[u8]| witness.add_checkpoint(bytes, || 1);
    let (log, fork) = (Log::new(20, 20), Log::new(20, 5));
    add(&log.submission(0, 10)).unwrap();
    // Rolled back.
    assert_eq!(conflict(add(&log.submission(0, 6))), 10);
    assert_eq!(conflict(add(&log.submission(6, 6))), 10);
    // Another history, of the same size and of larger ones.
    let refused = add(&fork.submission(10, 10));
    assert!(matches!(refused, Err(Refused::OtherRoot { size: 10 })));
    for size in [11, 20] {
        let refused = add(&fork.submission(10, size));
        assert!(matches!(refused, Err(Refused::Inconsistent(_))), "{size}");
    }
    // Nothing of it has changed what is remembered.
    add(&log.submission(10, 20)).unwrap();
}

#[test]
fn the_tree_without_leaves_has_one_root_and_no_proof() {
    let dir = TempDir::new().unwrap();
    let witness = open(dir.path()).unwrap();
    let send = |root, proof: &[NodeHash]| {
        let note = Checkpoint::new(ORIGIN, 0, root)
            .unwrap()
            .sign(&signer())
            .unwrap();
        let submission = Submission::new(0, proof.to_vec(), note).unwrap();
        witness.add_checkpoint(submission.to_string().as_bytes(), || 1)
    };
    let other = NodeHash::from_bytes([1; 32]);
    assert!(matches!(
        send(other, &[]),
        Err(Refused::OtherRoot { size: 0 })
    ));
    assert!(matches!(
        send(empty_root(), &[other]),
        Err(Refused::Inconsistent(_))
    ));
    assert!(send(empty_root(), &[]).is_ok());
}

/// A race is caught by chance: so it is run often.
#[test]
fn of_many_at_once_from_one_size_only_one_wins() {
    let dir = TempDir::new().unwrap();
    let witness = open(dir.path()).unwrap();
    let log = Log::new(200, 200);
    let mut old = 0;
    for _ in 0..50 {
        let barrier = Barrier::new(6);
        let won: Vec<u64> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..6)
                .map(|at| {
                    let size = old + 1 + at % 3;
                    let (witness, barrier) = (&witness, &barrier);
                    let bytes = log.submission(old, size);
                    scope.spawn(move || {
                        barrier.wait();
                        let added = witness.add_checkpoint(&bytes, || 1);
                        added.ok().map(|_| size)
                    })
                })
                .collect();
            let threads = threads.into_iter();
            threads
                .filter_map(|thread| thread.join().unwrap())
                .collect()
        });
        // The others come too late with that old size, those with the same checkpoint too.
        assert_eq!(won.len(), 1, "from {old} to {won:?}");
        old = won[0];
    }
}

#[test]
fn a_clock_that_goes_back_does_not_take_a_statement_back() {
    let dir = TempDir::new().unwrap();
    let log = Log::new(9, 9);
    let time = |witness: &Witness, old, size, now_s| {
        let line = witness
            .add_checkpoint(&log.submission(old, size), || now_s)
            .unwrap();
        let signature = NoteSignature::parse_lines(&line).unwrap().remove(0);
        let text = log.checkpoint(size).to_string();
        witness.verifier().verify(&text, &signature).unwrap()
    };
    let witness = open(dir.path()).unwrap();
    assert_eq!(time(&witness, 0, 1, 0), Some(1));
    assert_eq!(time(&witness, 1, 2, 5000), Some(5000));
    assert_eq!(time(&witness, 2, 3, 4000), Some(5000));
    drop(witness);
    assert_eq!(time(&open(dir.path()).unwrap(), 3, 4, 10), Some(5000));
}

#[test]
fn remembers_over_a_restart_and_shares_with_nobody() {
    let dir = TempDir::new().unwrap();
    let log = Log::new(9, 9);
    let witness = open(dir.path()).unwrap();
    witness.add_checkpoint(&log.submission(0, 5), || 1).unwrap();
    assert!(matches!(open(dir.path()), Err(OpenError::InUse { .. })));
    let latest = witness.latest(&origin_hash(ORIGIN));
    drop(witness);
    let witness = open(dir.path()).unwrap();
    assert_eq!(witness.latest(&origin_hash(ORIGIN)), latest);
    assert_eq!(
        conflict(witness.add_checkpoint(&log.submission(0, 9), || 1)),
        5
    );
    drop(witness);
    // With a new key of its own it still knows.
    let key = Cosigner::new("witness.example/new", &[3; 32]).unwrap();
    let witness = Witness::open(dir.path(), key, [signer().verifier().clone()]).unwrap();
    assert_eq!(
        conflict(witness.add_checkpoint(&log.submission(0, 9), || 1)),
        5
    );
    witness.add_checkpoint(&log.submission(5, 9), || 1).unwrap();
}

#[test]
fn a_log_may_change_its_key() {
    let dir = TempDir::new().unwrap();
    let log = Log::new(9, 9);
    let new = Signer::new(ORIGIN, &[8; 32]).unwrap();
    let keys = || [signer(), new.clone()].map(|key| key.verifier().clone());
    let witness = Witness::open(dir.path(), cosigner(), keys()).unwrap();
    witness.add_checkpoint(&log.submission(0, 5), || 1).unwrap();
    let proof = consistency(5, 9, |l, i| log.node(l, i)).unwrap();
    let note = log.checkpoint(9).sign(&new).unwrap();
    let submission = Submission::new(5, proof, note).unwrap().to_string();
    witness.add_checkpoint(submission.as_bytes(), || 1).unwrap();
    let none: [VerifierKey; 0] = [];
    drop(witness);
    let opened = Witness::open(dir.path(), cosigner(), none);
    assert!(matches!(opened, Err(OpenError::NoLogs)));
}

/// The file of the log after one checkpoint.
fn remembered(dir: &Path) -> PathBuf {
    let witness = open(dir).unwrap();
    witness
        .add_checkpoint(&Log::new(5, 5).submission(0, 5), || 1)
        .unwrap();
    dir.join(format!("{}.checkpoint", origin_hash(ORIGIN)))
}

#[test]
fn damaged_memory_is_never_taken_for_an_empty_one() {
    let dir = TempDir::new().unwrap();
    let file = remembered(dir.path());
    let bytes = std::fs::read(&file).unwrap();
    let damaged = |what: &str| {
        let opened = open(dir.path());
        assert!(
            matches!(opened, Err(OpenError::Damaged { .. })),
            "{what}: {opened:?}"
        );
    };
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        std::fs::write(&file, &changed).unwrap();
        damaged(&format!("byte {at}"));
        std::fs::write(&file, &bytes[..at]).unwrap();
        damaged(&format!("cut at {at}"));
    }
    std::fs::write(&file, vec![b'a'; 1_000_000]).unwrap();
    damaged("too long");
    std::fs::remove_file(&file).unwrap();
    damaged("gone");
    // In the place of another log's memory.
    let other = dir
        .path()
        .join(format!("{}.checkpoint", origin_hash("log.example/b")));
    std::fs::write(other, &bytes).unwrap();
    let log = Signer::new("log.example/b", &[1; 32]).unwrap();
    let opened = Witness::open(dir.path(), cosigner(), [log.verifier().clone()]);
    assert!(matches!(opened, Err(OpenError::Damaged { .. })));
    std::fs::write(&file, &bytes).unwrap();
    assert!(open(dir.path()).is_ok());
}

#[test]
fn a_crash_between_any_two_steps_leaves_the_old_or_the_new() {
    let dir = TempDir::new().unwrap();
    let file = remembered(dir.path());
    // Before the rename: a half-written file beside it.
    std::fs::write(file.with_extension("checkpoint.new"), b"fundtrace-wit").unwrap();
    drop(open(dir.path()).unwrap());
    // Before the mark.
    let mark = file.with_extension("checkpoint.seen");
    std::fs::remove_file(&mark).unwrap();
    let witness = open(dir.path()).unwrap();
    assert!(mark.exists());
    let log = Log::new(9, 9);
    witness.add_checkpoint(&log.submission(5, 9), || 1).unwrap();
}

#[test]
fn says_no_more_when_its_disk_fails() {
    let dir = TempDir::new().unwrap();
    let file = remembered(dir.path());
    let witness = open(dir.path()).unwrap();
    // Nothing can be written there.
    let new = file.with_extension("checkpoint.new");
    std::fs::create_dir(&new).unwrap();
    let log = Log::new(9, 9);
    let add = || witness.add_checkpoint(&log.submission(5, 9), || 1);
    assert!(matches!(add(), Err(Refused::Stopped)));
    std::fs::remove_dir(&new).unwrap();
    assert!(matches!(add(), Err(Refused::Stopped)));
    drop(witness);
    open(dir.path())
        .unwrap()
        .add_checkpoint(&log.submission(5, 9), || 1)
        .unwrap();
}

fn open_replaying(dir: &Path) -> Result<Witness, OpenError> {
    Witness::open_replaying(dir, cosigner(), [signer().verifier().clone()])
}

#[test]
fn a_log_that_was_found_false_is_never_cosigned_again_until_an_operator_acts() {
    let dir = TempDir::new().unwrap();
    let log = Log::new(20, 20);
    let add = |witness: &Witness, old, size| {
        witness.add_replayed(&log.submission(old, size), || 1, |_| Ok(()))
    };
    let witness = open_replaying(dir.path()).unwrap();
    add(&witness, 0, 5).unwrap();
    witness.refuse(ORIGIN, "the seal is false").unwrap();
    witness.refuse(ORIGIN, "another reason").unwrap();
    for _ in 0..2 {
        let refused = add(&witness, 5, 9).unwrap_err();
        assert!(
            matches!(&refused, Refused::NotBorneOut { why } if why == "the seal is false"),
            "{refused:?}"
        );
    }
    drop(witness);
    let witness = open_replaying(dir.path()).unwrap();
    assert!(matches!(
        add(&witness, 5, 9),
        Err(Refused::NotBorneOut { .. })
    ));
    drop(witness);

    // A refusal that is gone is damage, and not forgiveness.
    let file = format!("{}.refused", origin_hash(ORIGIN));
    let file = dir.path().join(file);
    let bytes = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert!(matches!(
        open_replaying(dir.path()),
        Err(OpenError::Damaged { .. })
    ));
    std::fs::write(&file, &bytes[..bytes.len() - 3]).unwrap();
    assert!(matches!(
        open_replaying(dir.path()),
        Err(OpenError::Damaged { .. })
    ));
    std::fs::write(&file, &bytes).unwrap();

    let witness = open_replaying(dir.path()).unwrap();
    witness.reconsider(ORIGIN).unwrap();
    // What it has cosigned it has not forgotten.
    assert_eq!(conflict(add(&witness, 0, 9)), 5);
    add(&witness, 5, 9).unwrap();
    drop(witness);
    let witness = open_replaying(dir.path()).unwrap();
    add(&witness, 9, 20).unwrap();
}

#[test]
fn a_witness_that_replays_cosigns_nothing_that_was_not_replayed() {
    let dir = TempDir::new().unwrap();
    let log = Log::new(20, 20);
    let witness = open_replaying(dir.path()).unwrap();
    let no = |_: &Checkpoint| {
        let why = "behind".to_owned();
        Err(Refused::NotReplayed { why })
    };
    let body = log.submission(0, 5);
    let refused = witness.add_replayed(&body, || 1, no);
    assert!(matches!(refused, Err(Refused::NotReplayed { .. })));
    let refused = witness.add_checkpoint(&body, || 1);
    assert!(matches!(refused, Err(Refused::NotReplayed { .. })));
    assert_eq!(witness.latest(&origin_hash(ORIGIN)), None);
    let seen = |checkpoint: &Checkpoint| {
        assert_eq!(checkpoint.size(), 5);
        Ok(())
    };
    witness.add_replayed(&body, || 1, seen).unwrap();
    drop(witness);
    // Neither kind takes over the directory of the other.
    let other = open(dir.path());
    assert!(matches!(other, Err(OpenError::OtherKind { .. })));
    let plain = TempDir::new().unwrap();
    let witness = open(plain.path()).unwrap();
    witness.add_checkpoint(&body, || 1).unwrap();
    drop(witness);
    let other = open_replaying(plain.path());
    assert!(matches!(other, Err(OpenError::OtherKind { .. })));
}
