//! The scrub reads everything beside the writer, names what is bad, and goes on.

use std::fs;

use super::{A, B, Fixture};
use crate::error::{BadRecord, Reason};
use crate::{Copy, FileStore, Rot, Scrub, Scrubbed, Tree};

fn sample() -> Fixture {
    let mut fixture = Fixture::new();
    for round in 0..6 {
        fixture.append(&[(A, 300 + round); 40]);
        fixture.append(&[(B, 700), (A, 20), (B, 5)]);
    }
    fixture
}

/// Step by step, with the log in use; what came of it and in how many steps.
fn scrub(fixture: &mut Fixture) -> (Scrubbed, usize) {
    let mut scrub = Scrub::begin(&fixture.log().reader()).unwrap();
    let mut steps = 0;
    let mut seen = Vec::new();
    let ended = fixture.all.len();
    loop {
        let step = scrub.step(10_000, &mut |record| seen.push(record.hash));
        steps += 1;
        match step {
            Ok(read) => assert!(read >= 10_000),
            Err(done) => {
                if done.rot.is_empty() {
                    let all = fixture.all[..ended].iter().map(|record| record.hash);
                    assert!(all.eq(seen));
                }
                return (*done, steps);
            }
        }
        if steps < 3 {
            // The writer goes on meanwhile: what comes now is for the next reading.
            fixture.append(&[(B, 10)]);
        }
    }
}

#[test]
fn reads_everything_in_small_steps_while_the_writer_appends() {
    let mut fixture = sample();
    let (done, steps) = scrub(&mut fixture);
    assert_eq!(done.rot, []);
    assert_eq!(done.through, 6 * 43);
    assert_eq!((done.last_verified[&A], done.last_verified[&B]), (246, 12));
    assert!(steps > 5, "{steps}");
    assert_eq!(scrub(&mut fixture).0.through, 6 * 43 + 2);
}

#[test]
fn names_what_is_bad_in_the_journal_and_goes_on_from_sled() {
    let mut fixture = sample();
    let second = crate::journal::encode(0, &fixture.all[..40]).unwrap().len();
    let path = fixture.segment();
    let mut bytes = fs::read(&path).unwrap();
    bytes[second + 100] ^= 1;
    fs::write(&path, bytes).unwrap();
    let (done, _) = scrub(&mut fixture);
    let [Rot::Record(bad)] = &done.rot[..] else {
        panic!("{:?}", done.rot);
    };
    let header = &fixture.all[40].header;
    let named = (bad.copy, bad.position, bad.ledger, bad.seq);
    let expected = (Copy::Journal, 40, Some(header.ledger), Some(header.seq));
    assert_eq!(named, expected);
    assert_eq!((done.through, done.last_verified[&A]), (40, 40));
}

#[test]
fn names_what_is_bad_in_sled() {
    let mut fixture = sample();
    let (shared, _) = fixture.log().parts_for_tests();
    let db = shared.pages.db();
    let page = db.iter().keys().nth(2).unwrap().unwrap();
    db.insert(&page, b"nonsense").unwrap();
    let position = u64::from_be_bytes(page[1..].try_into().unwrap());
    let (done, _) = scrub(&mut fixture);
    let Rot::Record(bad) = &done.rot[0] else {
        panic!("{:?}", done.rot);
    };
    assert_eq!((bad.copy, bad.position), (Copy::Sled, position));
    assert_eq!(
        bad.ledger,
        Some(fixture.all[position as usize].header.ledger)
    );
    assert_eq!(done.through, position);
}

/// Much that is bad in sled hides nothing of the tree.
#[test]
fn names_of_each_kind_the_first_hundred() {
    let mut done = Scrubbed::default();
    for position in 0..150 {
        done.found(Rot::Record(BadRecord {
            copy: Copy::Sled,
            position,
            ledger: None,
            seq: None,
            reason: Reason::Missing,
        }));
    }
    done.found(Rot::Tree { level: 0, hash: 7 });
    assert_eq!((done.rot.len(), done.unnamed), (101, 50));
    assert_eq!(done.rot[100], Rot::Tree { level: 0, hash: 7 });
}

#[test]
fn a_journal_that_is_gone_is_told_and_the_records_are_compared_no_further() {
    let mut fixture = sample();
    fs::remove_file(fixture.segment()).unwrap();
    let (done, _) = scrub(&mut fixture);
    assert!(matches!(&done.rot[..], [Rot::Record(bad)] if bad.copy == Copy::Journal));
}

#[test]
fn hashes_the_evidence_files() {
    let mut fixture = sample();
    let files = FileStore::open(fixture.path()).unwrap();
    let mut places = Vec::new();
    for content in [b"one", b"two"] {
        let mut upload = files.begin(A).unwrap();
        upload.write(content).unwrap();
        let name = upload.finish(None).unwrap().hash.to_string();
        let shelf = fixture.path().join("files").join(A.to_string());
        places.push(shelf.join(&name[..2]).join(&name));
    }
    assert_eq!(scrub(&mut fixture).0.files, 2);
    fs::write(&places[1], b"owt").unwrap();
    let (done, _) = scrub(&mut fixture);
    assert_eq!(done.files, 1);
    assert!(matches!(&done.rot[..], [Rot::File(path, _)] if *path == places[1]));
}

#[test]
fn names_the_hash_of_the_tree_that_is_not_what_the_records_come_to() {
    let mut fixture = sample();
    let mut tree = Tree::at(fixture.path());
    for record in &fixture.all {
        let header = &record.header;
        let leaf = chain::leaf_bytes(header.ledger, header.seq, record.hash);
        tree.push(chain::leaf_hash(&leaf)).unwrap();
    }
    tree.settle().unwrap();
    let size = fixture.all.len() as u64;
    let rot = |fixture: &mut Fixture| {
        let scrub = Scrub::begin(&fixture.log().reader()).unwrap();
        let mut scrub = scrub.with_tree(tree.reader(), size);
        loop {
            if let Err(done) = scrub.step(10_000, &mut |_| ()) {
                return done.rot;
            }
        }
    };
    assert_eq!(rot(&mut fixture), []);
    // The tree may be behind the log: what was not published yet is not asked for.
    fixture.append(&[(A, 3)]);
    assert_eq!(rot(&mut fixture), []);
    for (level, at) in [(0, 5 * 32 + 3), (0, 257 * 32), (1, 9)] {
        let path = fixture.path().join("tree").join(level.to_string());
        let sound = fs::read(&path).unwrap();
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        fs::write(&path, bytes).unwrap();
        let hash = at as u64 / 32;
        assert_eq!(rot(&mut fixture), [Rot::Tree { level, hash }]);
        fs::write(&path, &sound[..at]).unwrap();
        let found = rot(&mut fixture);
        let unread = |rot: &Rot| matches!(rot, Rot::Unread(_));
        assert!(!found.is_empty() && found.iter().all(unread), "{found:?}");
        fs::write(&path, sound).unwrap();
    }
}
