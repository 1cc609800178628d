//! After a crash or on a bad disk: each copy repairs the other, and what neither can repair is
//! refused by name.

use std::convert::Infallible;
use std::fs;

use super::{A, B, Fixture, open_with};
use crate::{Error, Floor, Log, OpenError, Outcome, Reason, Recovery, Step};

fn three_groups() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.append(&[(A, 40), (B, 50)]);
    fixture.append(&[(B, 60), (A, 0)]);
    fixture.append(&[(A, 7)]);
    fixture.log = None;
    fixture
}

#[test]
fn a_cut_last_frame_that_sled_has_not_is_dropped_wherever_it_was_cut() {
    let mut fixture = three_groups();
    fixture.reopen();
    fixture.crash(Step::PagesApply, 0, &[(A, 3)]);
    let (from, to) = fixture.last_frame();
    for cut in from + 1..to {
        let mut copy = fixture.copy();
        copy.edit_segment(|bytes| bytes.truncate(cut));
        let recovery = copy.try_reopen().unwrap();
        assert_eq!(recovery.dropped_tail_bytes, (cut - from) as u64);
        let whole = fs::read(fixture.segment()).unwrap();
        let kept = fs::read(&recovery.kept_aside[0]).unwrap();
        assert!(kept == whole[from..cut], "what is cut is kept");
        assert!(!recovery.dropped_is_doubtful);
        assert_eq!(
            (recovery.restored_to_journal, recovery.rolled_forward),
            (0, 0)
        );
        assert_eq!(fs::metadata(copy.segment()).unwrap().len(), from as u64);
        if cut % 50 == 0 {
            copy.check_all();
            copy.append(&[(B, 1)]);
            assert!(copy.reopen().is_clean());
        }
    }
}

/// A start of a copy above a floor: what it mended, or why it was refused and changed nothing.
fn open_above(
    fixture: &mut Fixture,
    published: Option<u64>,
    given_up: Option<u64>,
) -> Result<Recovery, Error> {
    let before = fs::read(fixture.segment()).unwrap();
    let had_sled = fixture.path().join("sled").exists();
    let floor = Floor {
        published,
        given_up,
    };
    match Log::open_above(fixture.path(), floor, |_| Ok::<(), Infallible>(())) {
        Ok((_, recovery)) => Ok(recovery),
        Err(OpenError::Store(error)) => {
            assert!(fs::read(fixture.segment()).unwrap() == before);
            assert_eq!(fixture.path().join("sled").exists(), had_sled);
            Err(error)
        }
        Err(OpenError::Each(never)) => match never {},
    }
}

#[test]
fn an_end_that_no_sled_speaks_for_is_cut_only_if_nothing_published_stands_there() {
    let mut fixture = three_groups();
    let (from, to) = fixture.last_frame();
    let mut behind = fixture.copy();
    fs::remove_dir_all(fixture.path().join("sled")).unwrap();
    fixture.edit_segment(|bytes| bytes.truncate(to - 3));
    // Once more: the first refusal left nothing that the second could take for an answer.
    for _ in 0..2 {
        let error = open_above(&mut fixture, None, None).unwrap_err();
        assert!(
            matches!(&error, Error::Lost(lost) if (lost.from, lost.to) == (4, None)
                && lost.sled.as_deref() == Some("there is none") && lost.seqs[0].ledger == A),
            "{error}"
        );
        assert!(Outcome::of(Err(&error)).to_string().contains("--cut-from"));
    }
    for given_up in [None, Some(4)] {
        let error = open_above(&mut fixture, Some(5), given_up).unwrap_err();
        assert!(
            matches!(&error, Error::Published { size: 4, registered: 5, seqs } if !seqs.is_empty()),
            "{error}"
        );
    }
    assert!(open_above(&mut fixture, None, Some(3)).is_err());
    for (published, given_up) in [(Some(4), None), (None, Some(4))] {
        let mut copy = fixture.copy();
        let recovery = open_above(&mut copy, published, given_up).unwrap();
        assert!(recovery.dropped_is_doubtful);
        assert_eq!(recovery.dropped_tail_bytes, (to - 3 - from) as u64);
        let kept = fs::metadata(&recovery.kept_aside[0]).unwrap().len();
        assert_eq!(kept, recovery.dropped_tail_bytes);
    }

    // A sled that has forgotten what came before the end does not speak for it either.
    let old = Fixture::new();
    let sled = behind.path().join("sled");
    fs::remove_dir_all(&sled).unwrap();
    crate::pages::copy_dir(&old.path().join("sled"), &sled).unwrap();
    behind.edit_segment(|bytes| bytes.truncate(to - 3));
    let error = open_above(&mut behind, None, None).unwrap_err();
    assert!(error.to_string().contains("it has 0 records"), "{error}");
}

#[test]
fn what_the_register_covers_is_not_cut_whatever_sled_says() {
    let mut fixture = three_groups();
    fixture.reopen();
    fixture.crash(Step::PagesApply, 0, &[(A, 3)]);
    fixture.edit_segment(|bytes| bytes.truncate(bytes.len() - 3));
    let error = open_above(&mut fixture, Some(6), None).unwrap_err();
    assert!(matches!(error, Error::Published { .. }), "{error}");
    let done = crate::repair_above(
        fixture.path(),
        crate::Repair::Do,
        Floor {
            published: Some(6),
            given_up: None,
        },
        |_| (),
    );
    assert!(matches!(done, Err(Error::Published { .. })));
    let recovery = open_above(&mut fixture, Some(5), None).unwrap();
    assert!(!recovery.dropped_is_doubtful && recovery.dropped_tail_bytes > 0);
}

#[test]
fn a_cut_last_frame_that_sled_has_is_restored_wherever_it_was_cut() {
    let mut fixture = three_groups();
    let (from, to) = fixture.last_frame();
    for cut in from..to {
        let mut copy = fixture.copy();
        copy.edit_segment(|bytes| bytes.truncate(cut));
        let recovery = copy.try_reopen().unwrap();
        assert_eq!(
            (recovery.restored_to_journal, recovery.dropped_tail_bytes),
            (1, 0)
        );
        assert_eq!(
            fs::metadata(&recovery.kept_aside[0]).unwrap().len(),
            cut as u64
        );
        if cut % 50 == 0 {
            copy.check_all();
            copy.append(&[(B, 1)]);
            assert!(copy.reopen().is_clean());
        }
    }
}

#[test]
fn a_complete_frame_that_sled_has_not_is_rolled_forward() {
    for (step, times) in [
        (Step::JournalSync, 0),
        (Step::PagesApply, 0),
        (Step::PagesApply, 1),
    ] {
        let mut fixture = three_groups();
        fixture.reopen();
        let group = fixture.crash(step, times, &[(A, 6_000); 60]);
        fixture.all.extend(group);
        let recovery = fixture.reopen();
        assert!(recovery.rolled_forward > 0 && recovery.rolled_forward <= 60);
        assert!(recovery.kept_aside.is_empty());
    }
}

#[test]
fn sled_is_rebuilt_from_the_journal() {
    let mut fixture = three_groups();
    fs::remove_dir_all(fixture.path().join("sled")).unwrap();
    assert_eq!(fixture.reopen().rolled_forward, 5);
    fixture.log = None;
    fs::remove_dir_all(fixture.path().join("sled")).unwrap();
    fs::create_dir(fixture.path().join("sled")).unwrap();
    assert_eq!(fixture.reopen().rolled_forward, 5);
    assert!(fixture.reopen().is_clean());
}

#[test]
fn a_sled_that_cannot_be_read_is_kept_aside_and_rebuilt_if_the_journal_is_intact() {
    let mut fixture = three_groups();
    fixture.reopen();
    let (shared, _) = fixture.log().parts_for_tests();
    shared
        .pages
        .db()
        .insert(crate::pages::key(4), b"nonsense")
        .unwrap();
    shared.pages.db().flush().unwrap();
    let mut cut = fixture.copy();
    let recovery = fixture.reopen();
    assert_eq!((recovery.rolled_forward, recovery.kept_aside.len()), (5, 1));
    assert!(fixture.reopen().is_clean());

    cut.edit_segment(|bytes| bytes.truncate(bytes.len() - 1));
    assert!(matches!(
        cut.try_reopen(),
        Err(OpenError::Store(Error::Lost(_)))
    ));
}

#[test]
fn the_journal_is_restored_from_sled() {
    let mut fixture = three_groups();
    fs::remove_file(fixture.segment()).unwrap();
    let recovery = fixture.reopen();
    assert_eq!(
        (recovery.restored_to_journal, recovery.kept_aside.len()),
        (5, 0)
    );
    fixture.edit_segment(Vec::clear);
    let recovery = fixture.reopen();
    assert_eq!(
        (recovery.restored_to_journal, recovery.kept_aside.len()),
        (5, 1)
    );
    assert!(fixture.reopen().is_clean());
}

#[test]
fn a_flipped_byte_in_any_frame_is_repaired_from_sled() {
    let mut fixture = three_groups();
    let len = fs::metadata(fixture.segment()).unwrap().len() as usize;
    for at in (0..len).step_by(7) {
        let mut copy = fixture.copy();
        copy.edit_segment(|bytes| bytes[at] ^= 0x10);
        let recovery = copy.try_reopen().unwrap();
        assert!(
            (1..=2).contains(&recovery.restored_to_journal),
            "byte {at}: {recovery}"
        );
        assert_eq!(recovery.kept_aside.len(), 1, "byte {at}");
        if at % 50 == 0 {
            copy.check_all();
            copy.append(&[(B, 1)]);
            assert!(copy.reopen().is_clean(), "byte {at}");
        }
    }
}

#[test]
fn a_lost_segment_is_restored_wherever_it_was() {
    let mut fixture = Fixture::new();
    for _ in 0..3 {
        fixture.log().parts_for_tests().1.set_segment_len(1);
        fixture.append(&[(A, 300), (B, 3)]);
    }
    for first in [0, 2, 4] {
        let mut copy = fixture.copy();
        let journal = copy.path().join("journal");
        fs::remove_file(crate::journal::segment_path(&journal, first)).unwrap();
        assert_eq!(copy.reopen().restored_to_journal, 2, "{first}");
        copy.append(&[(B, 1)]);
        assert!(copy.reopen().is_clean(), "{first}");
    }
}

#[test]
fn refuses_and_names_what_neither_copy_has() {
    let mut fixture = three_groups();
    fs::remove_dir_all(fixture.path().join("sled")).unwrap();
    let first = fs::read(fixture.segment()).unwrap();
    fixture.edit_segment(|bytes| bytes[60] ^= 1);
    let before = fs::read(fixture.segment()).unwrap();
    let error = fixture.try_reopen().unwrap_err();
    assert!(
        matches!(&error, OpenError::Store(Error::Lost(lost))
            if (lost.from, lost.to) == (0, Some(2))),
        "{error}"
    );
    assert_eq!(
        fs::read(fixture.segment()).unwrap(),
        before,
        "nothing was cut"
    );
    // With the byte back, everything is.
    fs::write(fixture.segment(), first).unwrap();
    assert_eq!(fixture.reopen().rolled_forward, 5);
}

#[test]
fn refuses_two_different_records_at_one_position() {
    let mut one = three_groups();
    let mut other = one.copy();
    for (fixture, len) in [(&mut one, 10), (&mut other, 11)] {
        fixture.reopen();
        fixture.append(&[(A, len)]);
        fixture.log = None;
    }
    fs::copy(other.segment(), one.segment()).unwrap();
    let error = one.try_reopen().unwrap_err();
    assert!(
        matches!(&error, OpenError::Store(Error::TwoRecords(at)) if at.position == 5),
        "{error}"
    );
}

#[test]
fn a_frame_that_comes_twice_is_left_out_and_another_in_its_place_is_refused() {
    let mut fixture = three_groups();
    let mut other = fixture.copy();
    fixture.edit_segment(|bytes| bytes.extend_from_within(..));
    let recovery = fixture.reopen();
    assert_eq!(recovery.kept_aside.len(), 1);
    assert_eq!(recovery.found[0].reason, Reason::Repeated);
    assert!(fixture.reopen().is_clean());

    let digest = chain::Hash::from_bytes([4; 32]);
    let forged = chain::Head::genesis(A)
        .link(1_000, super::command(0), 1, 1, digest, b"forged".to_vec())
        .unwrap();
    let frame = crate::journal::encode(0, &[forged]).unwrap();
    other.edit_segment(|bytes| bytes.extend(frame));
    let error = other.try_reopen().unwrap_err();
    assert!(
        matches!(&error, OpenError::Store(Error::Repeated(at)) if (at.ledger, at.seq) == (A, 1)),
        "{error}"
    );
}

#[test]
fn a_frame_inside_a_body_is_not_taken_for_one_when_its_own_frame_was_cut() {
    let mut fixture = three_groups();
    fixture.reopen();
    // Somebody who knows the head of ledger B puts a frame with a record of B into a body.
    let forged = fixture.link(&[(B, 5)]);
    let frame = crate::journal::encode(5, &forged).unwrap();
    let head = super::head(&fixture.all, A);
    let digest = chain::Hash::from_bytes([0; 32]);
    let bait = head
        .link(1_000, super::command(99), 1, 1, digest, frame)
        .unwrap();
    fixture.faults.fail(Step::PagesApply, 0);
    fixture.log().append(&[bait]).unwrap_err();
    fixture.edit_segment(|bytes| bytes.truncate(bytes.len() - 1));
    let recovery = fixture.reopen();
    assert!(recovery.dropped_tail_bytes > 0);
    assert_eq!(recovery.kept_aside.len(), 1);
}

/// sled takes a snapshot that it was writing for its newest one, and then cannot be read: together
/// with a damaged journal that would be a loss.
#[test]
fn a_snapshot_that_sled_did_not_finish_damages_nothing() {
    let mut fixture = Fixture::new();
    fixture.append(&[(A, 20), (B, 7)]);
    fixture.log = None;
    for bytes in [&b""[..], b"half of it"] {
        let unfinished = "sled/snap.0000000000FFFFFF.generating";
        fs::write(fixture.path().join(unfinished), bytes).unwrap();
        let (log, recovery) = open_with(fixture.path(), &fixture.faults, |_| Ok(())).unwrap();
        assert!(recovery.is_clean(), "{recovery}");
        assert_eq!(log.next_position(), fixture.all.len() as u64);
    }
}
