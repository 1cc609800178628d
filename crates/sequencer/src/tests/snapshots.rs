//! A start from a snapshot shows, decides and refuses what a start of everything does; what is
//! wrong with a snapshot costs a replay, or is found by the verification behind the start, which
//! then stops everything that writes.

use super::*;
use chain::Signer;
use projections::parts::Part;
use std::fs;
use std::path::{Path, PathBuf};
use store::{Scrub, Snapshot};

/// A rig that publishes, with a county that knows money and somebody by a sealed name.
fn sample() -> Rig {
    let rig = Rig::publishing();
    rig.accepted(returned_payment());
    rig
}

fn take(rig: &Rig) -> u64 {
    let taken = rig.handle().take_snapshot().unwrap();
    taken.expect("it was due").position
}

fn began_from(rig: &Rig) -> Option<u64> {
    rig.running.as_ref().unwrap().began_from
}

/// Every part of every ledger by its hash.
fn states(rig: &Rig) -> Vec<(LedgerId, &'static str, String)> {
    let mut states = Vec::new();
    for ledger in rig.handle().ledgers() {
        let slot = rig.handle().slot(ledger).unwrap();
        for part in Part::ALL {
            let hash = state_hash(&slot.view(), part).unwrap();
            states.push((ledger, part.name(), format!("{hash:?}")));
        }
    }
    states
}

/// What the server does behind a start from a snapshot.
fn verify(rig: &Rig) -> Result<(), Wrong> {
    let mut owed = rig
        .handle()
        .verification()
        .expect("there is something to do");
    let mut scrub = Scrub::begin(rig.handle().reader()).unwrap();
    let done = loop {
        if let Err(done) = scrub.step(10_000, &mut |record| owed.take(record)) {
            break done;
        }
    };
    assert_eq!(done.rot, []);
    owed.end_of_records()?;
    while !owed.step()? {}
    Ok(())
}

fn folder(rig: &Rig, position: u64) -> PathBuf {
    let snapshots = rig.dir.path().join("snapshots");
    snapshots.join(format!("{position:020}"))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn a_start_from_a_snapshot_shows_and_decides_what_a_start_of_everything_does() {
    let mut rig = sample();
    let position = take(&rig);
    assert_eq!(
        rig.handle().take_snapshot().unwrap(),
        None,
        "nothing is new"
    );
    let receipts = rig.accepted(vec![reissue(200, 2), household(201, 7, "乙某")]);
    // A ledger that the snapshot does not know.
    let other = LedgerId(id(1, 2));
    let elsewhere = |submissions| Request {
        ledger: other,
        ..Rig::request(submissions, false)
    };
    rig.handle()
        .submit_blocking(elsewhere(vec![open(1)]))
        .unwrap();
    let (picture, hashes) = (rig.picture(), states(&rig));
    rig.restart();
    assert_eq!(began_from(&rig), Some(position));
    assert_eq!((rig.picture(), states(&rig)), (picture, hashes));
    assert_eq!(rig.handle().trust(), Trust::Unverified { position });
    // What was recorded before the snapshot and after it is known by its command.
    let known = |receipt: Receipt| Receipt {
        repeated: true,
        ..receipt
    };
    let again = rig.accepted(vec![reissue(200, 2), household(201, 7, "乙某")]);
    assert_eq!(again, receipts.into_iter().map(known).collect::<Vec<_>>());
    assert!(
        rig.accepted(returned_payment())
            .iter()
            .all(|it| it.repeated)
    );
    let new = rig.send_one(register(300, 9, 1)).unwrap();
    assert_eq!(rig.accepted(vec![register(300, 9, 1)]), [known(new)]);
    // Until it is verified it begets no other.
    assert_eq!(rig.handle().take_snapshot().unwrap(), None);
    verify(&rig).unwrap();
    assert_eq!(rig.handle().trust(), Trust::Verified);
    assert!(rig.handle().verification().is_none());
    let second = take(&rig);
    let (picture, hashes) = (rig.picture(), states(&rig));
    rig.restart();
    assert_eq!(began_from(&rig), Some(second));
    assert_eq!(
        (rig.picture(), states(&rig)),
        (picture.clone(), hashes.clone())
    );
    rig.stop();
    Snapshot::remove_all(rig.dir.path()).unwrap();
    rig.start();
    assert_eq!(began_from(&rig), None);
    assert_eq!((rig.picture(), states(&rig)), (picture, hashes));
    assert_eq!(rig.handle().trust(), Trust::Verified);
}

#[test]
fn a_wrong_view_that_is_signed_is_found_and_stops_everything_that_writes() {
    let mut rig = sample();
    let sound = (rig.picture(), states(&rig));
    let slot = rig.handle().slot(county()).unwrap();
    slot.edit(|view| {
        let renamed = view.books.book.as_mut().unwrap();
        renamed.name = name("另一县账本");
    });
    drop(slot);
    let position = take(&rig);
    rig.restart();
    assert_eq!(began_from(&rig), Some(position));
    assert_ne!((rig.picture(), states(&rig)), sound);
    let wrong = verify(&rig).unwrap_err();
    assert!(
        wrong.is_served && wrong.what.contains("\"books\""),
        "{wrong}"
    );
    rig.handle().distrust(&wrong.to_string());
    assert!(matches!(rig.handle().trust(), Trust::Wrong { .. }));
    let refused = rig
        .handle()
        .submit_blocking(Rig::request(vec![register(300, 9, 1)], false));
    assert!(matches!(refused, Err(Unavailable::Stopped)));
    assert_eq!(rig.handle().take_snapshot().unwrap(), None);
    assert!(!folder(&rig, position).exists());
    rig.restart();
    assert_eq!(began_from(&rig), None);
    assert_eq!((rig.picture(), states(&rig)), sound);
    rig.accepted(vec![register(300, 9, 1)]);
}

#[test]
fn what_is_not_signed_not_whole_or_of_another_form_costs_a_replay() {
    let mut rig = sample();
    let position = take(&rig);
    rig.accepted(vec![reissue(200, 2)]);
    let sound = (rig.picture(), states(&rig));
    rig.stop();
    let folder = folder(&rig, position);
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    paths.sort();
    assert_eq!(paths.len(), 4 + 2 * (1 + Part::ALL.len()), "{paths:?}");
    for path in paths {
        let bytes = fs::read(&path).unwrap();
        let flipped = |at: usize| {
            let mut bytes = bytes.clone();
            bytes[at] ^= 4;
            Some(bytes)
        };
        let middle = bytes.len() / 2;
        for broken in [flipped(middle), Some(bytes[..middle].to_vec()), None] {
            match broken {
                Some(broken) => fs::write(&path, broken).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            rig.start();
            assert_eq!(began_from(&rig), None, "{}", path.display());
            assert_eq!((rig.picture(), states(&rig)), sound);
            rig.stop();
        }
        fs::write(&path, bytes).unwrap();
    }
    // Another key's, over the right manifest.
    let snapshot = Snapshot::open(rig.dir.path(), position).unwrap();
    let stranger = Signer::new(ORIGIN, &[9; 32]).unwrap();
    let note = stranger
        .note(chain::snapshot::text(ORIGIN, snapshot.hash()))
        .unwrap();
    let signature = fs::read(folder.join("signature")).unwrap();
    fs::write(folder.join("signature"), note.to_string()).unwrap();
    rig.restart_from(None);
    // Another release's, signed.
    let manifest = fs::read_to_string(folder.join("manifest")).unwrap();
    let (before, after) = manifest.split_once("form ").unwrap();
    let other = format!("{before}form {}{}", "0".repeat(64), &after[64..]);
    fs::write(folder.join("manifest"), &other).unwrap();
    let changed = Snapshot::open(rig.dir.path(), position).unwrap();
    let signer = Signer::new(ORIGIN, &[7; 32]).unwrap();
    let note = signer
        .note(chain::snapshot::text(ORIGIN, changed.hash()))
        .unwrap();
    fs::write(folder.join("signature"), note.to_string()).unwrap();
    rig.restart_from(None);
    fs::write(folder.join("manifest"), manifest).unwrap();
    fs::write(folder.join("signature"), signature).unwrap();
    rig.restart_from(Some(position));
}

impl Rig {
    /// Starts, and sees from where; then it is stopped again.
    fn restart_from(&mut self, position: Option<u64>) {
        self.start();
        assert_eq!(began_from(self), position);
        self.stop();
    }
}

#[test]
fn a_snapshot_makes_no_start_accept_what_a_start_of_everything_refuses() {
    let mut rig = sample();
    let earlier = tempfile::tempdir().unwrap();
    rig.stop();
    copy(rig.dir.path(), earlier.path());
    rig.start();
    rig.accepted(vec![reissue(200, 2)]);
    take(&rig);
    rig.accepted(vec![register(300, 9, 1)]);
    let register = rig.publishes.as_ref().unwrap().0.path().join("head");
    rig.stop();
    // Taken back to before the snapshot, and to just behind it, with the snapshot of later.
    let latest = tempfile::tempdir().unwrap();
    copy(rig.dir.path(), latest.path());
    for name in ["journal", "sled"] {
        fs::remove_dir_all(rig.dir.path().join(name)).unwrap();
        copy(&earlier.path().join(name), &rig.dir.path().join(name));
    }
    let refused = rig.try_start(false).err();
    let is_rollback =
        |error: &StartError| matches!(error, StartError::Publish(PublishError::Rollback { .. }));
    assert!(refused.as_ref().is_some_and(is_rollback), "{refused:?}");
    for name in ["journal", "sled"] {
        fs::remove_dir_all(rig.dir.path().join(name)).unwrap();
        copy(&latest.path().join(name), &rig.dir.path().join(name));
    }
    // Another head of the same size in the register, which the same key has signed.
    let kept = fs::read(&register).unwrap();
    let text = String::from_utf8(kept.clone()).unwrap();
    let size = text.lines().nth(1).unwrap().to_owned();
    let signer = Signer::new(ORIGIN, &[7; 32]).unwrap();
    let forked = |size: &str| {
        let root = chain::leaf_hash(b"another").to_base64();
        signer
            .note(format!("{ORIGIN}\n{size}\n{root}\n"))
            .unwrap()
            .to_string()
    };
    for size in [size, "3".to_owned()] {
        fs::write(&register, forked(&size)).unwrap();
        let refused = rig.try_start(false).err();
        let is_fork =
            |error: &StartError| matches!(error, StartError::Publish(PublishError::Fork { .. }));
        assert!(refused.as_ref().is_some_and(is_fork), "{refused:?}");
    }
    fs::remove_file(&register).unwrap();
    let refused = rig.try_start(false).err();
    let is_missing =
        |error: &StartError| matches!(error, StartError::Publish(PublishError::Missing { .. }));
    assert!(refused.as_ref().is_some_and(is_missing), "{refused:?}");
    fs::write(&register, kept).unwrap();
    rig.start();
    assert!(began_from(&rig).is_some());
    verify(&rig).unwrap();
}

#[test]
fn a_damaged_tree_behind_a_snapshot_is_found_and_put_right_by_the_next_start() {
    let mut rig = sample();
    let position = take(&rig);
    rig.stop();
    let path = rig.dir.path().join("tree/0");
    let sound = fs::read(&path).unwrap();
    let mut bytes = sound.clone();
    // Its right edge leads to another root: everything is read.
    bytes[sound.len() - 1] ^= 1;
    fs::write(&path, &bytes).unwrap();
    rig.restart_from(None);
    assert_eq!(fs::read(&path).unwrap(), sound);
    rig.restart_from(Some(position));
}

#[test]
fn a_ledger_with_records_of_a_newer_release_is_in_no_snapshot_and_not_served_behind_one() {
    let mut rig = sample();
    let position = take(&rig);
    rig.stop();
    starting::append_newer(&rig, county());
    rig.start();
    assert_eq!(began_from(&rig), Some(position));
    assert!(rig.handle().slot(county()).unwrap().is_newer());
    assert_eq!(rig.send(vec![register(300, 9, 1)]), [Err(Refusal::Newer)]);
    verify(&rig).unwrap();
    let none = rig.handle().take_snapshot();
    assert!(matches!(none, Err(SnapshotError::Newer { ledger }) if ledger == county()));
}

#[test]
fn erased_persons_stay_erased_behind_a_snapshot() {
    let mut rig = Rig::publishing();
    rig.accepted(vec![household(2, 1, "甲某")]);
    take(&rig);
    rig.stop();
    let keys = fs::read(rig.dir.path().join("keys")).unwrap();
    rig.start();
    assert!(rig.handle().has_key(person(1)));
    erasure::erase(&rig, county(), 400, 1);
    assert!(!rig.handle().has_key(person(1)));
    rig.stop();
    // An older copy of the keys is put back.
    fs::write(rig.dir.path().join("keys"), keys).unwrap();
    rig.start();
    assert!(began_from(&rig).is_some());
    assert!(!rig.handle().has_key(person(1)));
}
