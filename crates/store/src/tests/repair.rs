//! The thorough repair: whatever one copy has lost anywhere, it gets back from the other, and what
//! it will do is said before.

use std::fs;
use std::path::PathBuf;

use super::{A, B, Fixture};
use crate::{Copy, Error, Outcome, Recovery, Repair, Seqs, repair};

/// Several hundred records in several leaves of sled and several segments.
fn sample() -> Fixture {
    let mut fixture = Fixture::new();
    for round in 0..6 {
        fixture.log().parts_for_tests().1.set_segment_len(60_000);
        fixture.append(&[(A, 300 + round); 60]);
        fixture.append(&[(B, 700), (A, 20), (B, 5)]);
    }
    fixture.log = None;
    fixture
}

fn mend(fixture: &mut Fixture) -> Outcome {
    let planned = repair(fixture.path(), Repair::Plan, |_| ());
    let done = repair(fixture.path(), Repair::Do, |_| ());
    let strip = |outcome: Outcome| match outcome {
        Outcome::Repaired(recovery) => Outcome::Repaired(Recovery {
            found: Vec::new(),
            ..recovery
        }),
        Outcome::Clean | Outcome::Refused(_) => outcome,
    };
    let outcome = Outcome::of(done.as_ref());
    assert_eq!(
        strip(Outcome::of(planned.as_ref())),
        strip(outcome.clone()),
        "it does what it said"
    );
    if done.is_ok() {
        assert!(fixture.reopen().is_clean());
        fixture.log = None;
    }
    outcome
}

fn sled_files(fixture: &Fixture) -> Vec<PathBuf> {
    let files = fs::read_dir(fixture.path().join("sled")).unwrap();
    let mut files: Vec<PathBuf> = files
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

#[test]
fn a_sound_log_is_left_alone() {
    let mut fixture = sample();
    assert_eq!(mend(&mut fixture), Outcome::Clean);
}

#[test]
fn a_flipped_bit_in_a_file_of_sled_is_repaired_from_the_journal() {
    let mut fixture = sample();
    for file in sled_files(&fixture) {
        let name = file.file_name().unwrap().to_owned();
        let bytes = fs::read(&file).unwrap();
        let written: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
        for at in written.iter().step_by(1 + written.len() / 40) {
            let mut copy = fixture.copy();
            let mut changed = bytes.clone();
            changed[*at] ^= 4;
            fs::write(copy.path().join("sled").join(&name), changed).unwrap();
            match mend(&mut copy) {
                Outcome::Clean => {}
                Outcome::Repaired(recovery) => {
                    assert!(recovery.found.iter().all(|bad| bad.copy == Copy::Sled));
                    for aside in &recovery.kept_aside {
                        assert!(aside.is_dir(), "{}", aside.display());
                    }
                }
                Outcome::Refused(refusal) => panic!("{name:?} {at}: {refusal}"),
            }
        }
    }
}

#[test]
fn a_record_in_the_middle_of_sled_is_missed_by_a_repair_and_rebuilt() {
    let mut fixture = sample();
    fixture.reopen();
    let (shared, _) = fixture.log().parts_for_tests();
    let db = shared.pages.db();
    let middle = db.iter().keys().nth(3).unwrap().unwrap();
    db.remove(&middle).unwrap();
    db.flush().unwrap();
    let position = u64::from_be_bytes(middle[1..].try_into().unwrap());
    let header = fixture.all[position as usize].header;
    fixture.log = None;
    let Outcome::Repaired(recovery) = mend(&mut fixture) else {
        panic!();
    };
    let bad = &recovery.found[0];
    let named = (bad.copy, bad.position, bad.ledger, bad.seq);
    let expected = (Copy::Sled, position, Some(header.ledger), Some(header.seq));
    assert_eq!(named, expected);
    assert_eq!(mend(&mut fixture), Outcome::Clean);
}

#[test]
fn each_copy_mends_the_other_when_both_are_damaged_in_different_places() {
    let mut fixture = sample();
    fixture.reopen();
    let (shared, _) = fixture.log().parts_for_tests();
    let db = shared.pages.db();
    let last = db.iter().keys().next_back().unwrap().unwrap();
    db.insert(last, b"nonsense").unwrap();
    db.flush().unwrap();
    fixture.edit_segment(|bytes| bytes[5_000] ^= 1);
    let Outcome::Repaired(recovery) = mend(&mut fixture) else {
        panic!();
    };
    assert_eq!(recovery.restored_to_journal, 60);
    assert_eq!(recovery.rolled_forward, fixture.all.len() as u64);
    assert_eq!(recovery.kept_aside.len(), 2);
    assert_eq!(mend(&mut fixture), Outcome::Clean);
}

#[test]
fn both_copies_damaged_at_one_record_is_refused_by_ledger_and_seq_and_changes_nothing() {
    let mut fixture = sample();
    fixture.reopen();
    let (shared, _) = fixture.log().parts_for_tests();
    let db = shared.pages.db();
    // The page that holds position 61, the first of the three.
    let page = db.get_lt(crate::pages::key(61)).unwrap().unwrap().0;
    db.insert(page, b"nonsense").unwrap();
    db.flush().unwrap();
    let second = crate::journal::encode(60, &fixture.all[60..63])
        .unwrap()
        .len();
    let first = crate::journal::encode(0, &fixture.all[..60]).unwrap().len();
    fixture.edit_segment(|bytes| bytes[first + second / 2] ^= 1);
    let before = fs::read(fixture.segment()).unwrap();
    let Outcome::Refused(refusal) = mend(&mut fixture) else {
        panic!();
    };
    let seqs = |ledger, first, last| Seqs {
        ledger,
        first,
        last: Some(last),
    };
    assert_eq!(refusal.seqs, [seqs(A, 61, 61), seqs(B, 1, 2)], "{refusal}");
    assert_eq!(fs::read(fixture.segment()).unwrap(), before);
    assert!(!refusal.advice.0.is_empty() && !refusal.advice.1.is_empty());
}

#[test]
fn a_rewritten_frame_is_repaired_if_it_does_not_fit_and_refused_if_it_does() {
    let mut fixture = sample();
    let head = crate::tests::head(&fixture.all[..61], A);
    let record = &fixture.all[61].header;
    let link = |time, head: chain::Head| {
        let digest = record.command_digest;
        head.link(time, record.command_id, 1, 1, digest, b"forged".to_vec())
            .unwrap()
    };
    let stranger = link(1, chain::Head::genesis(A));
    let twin = link(record.recorded_at_us, head);
    let first = crate::journal::encode(0, &fixture.all[..60]).unwrap().len();
    let old = crate::journal::encode(60, &fixture.all[60..63])
        .unwrap()
        .len();
    for (forged, fits) in [(stranger, false), (twin, true)] {
        let mut copy = fixture.copy();
        let group = [fixture.all[60].clone(), forged, fixture.all[62].clone()];
        let frame = crate::journal::encode(60, &group).unwrap();
        copy.edit_segment(|bytes| {
            bytes.splice(first..first + old, frame);
        });
        let named = match mend(&mut copy) {
            Outcome::Repaired(recovery) if !fits => {
                let bad = &recovery.found[0];
                assert_eq!(recovery.restored_to_journal, 2);
                (bad.ledger.unwrap(), bad.seq.unwrap())
            }
            Outcome::Refused(refusal) if fits => (refusal.seqs[0].ledger, refusal.seqs[0].first),
            other @ (Outcome::Clean | Outcome::Repaired(_) | Outcome::Refused(_)) => {
                panic!("{other}")
            }
        };
        assert_eq!(named, (A, 61));
    }
}

#[test]
fn a_swapped_pair_of_segments_is_put_in_order() {
    let mut fixture = sample();
    let segments = crate::journal::segments(&fixture.path().join("journal")).unwrap();
    let [one, two] = [&segments[1].path, &segments[2].path];
    let bytes = (fs::read(one).unwrap(), fs::read(two).unwrap());
    fs::write(one, bytes.1).unwrap();
    fs::write(two, bytes.0).unwrap();
    assert!(matches!(mend(&mut fixture), Outcome::Repaired(_)));
    assert_eq!(mend(&mut fixture), Outcome::Clean);
}

#[test]
fn what_is_no_log_and_what_is_in_use_are_refused() {
    let empty = tempfile::tempdir().unwrap();
    for mode in [Repair::Plan, Repair::Do] {
        assert!(matches!(
            repair(empty.path(), mode, |_| ()),
            Err(Error::Io { .. })
        ));
    }
    let mut fixture = sample();
    fixture.reopen();
    for mode in [Repair::Plan, Repair::Do] {
        assert!(matches!(
            repair(fixture.path(), mode, |_| ()),
            Err(Error::InUse { .. })
        ));
    }
}
