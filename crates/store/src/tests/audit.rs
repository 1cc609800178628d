//! `verify` names the first changed record, and changes nothing itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{A, B, Fixture};
use crate::{BadRecord, Copy, Reason, Repair, Step, VerifyError, backup, repair, verify};

fn bad(fixture: &Fixture) -> BadRecord {
    match verify(fixture.path(), |_| ()) {
        Err(VerifyError::Broken(bad)) => bad,
        other => panic!("{other:?}"),
    }
}

fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for file in fs::read_dir(dir).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.insert(path.clone(), fs::read(path).unwrap());
        }
    }
    files
}

fn sample() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.append(&[(A, 40), (B, 50), (A, 60)]);
    fixture.append(&[(B, 60), (A, 33)]);
    fixture.log = None;
    fixture
}

#[test]
fn names_the_record_of_a_flipped_byte_in_the_journal_and_leaves_the_evidence_alone() {
    let mut fixture = sample();
    let bytes = fs::read(fixture.segment()).unwrap();
    for at in (0..bytes.len()).step_by(5) {
        let mut copy = fixture.copy();
        copy.edit_segment(|bytes| bytes[at] ^= 1);
        let before = files(copy.path());
        let bad = bad(&copy);
        assert_eq!(files(copy.path()), before);
        // The entries of the first frame hold 24 + 151 + 40, 151 + 50 and 95 + 60 bytes.
        let position = match at {
            0..215 => 0,
            215..416 => 1,
            416..571 => 2,
            571..603 => 0,
            603..838 => 3,
            838..1022 => 4,
            _ => 3,
        };
        let header = &fixture.all[position as usize].header;
        let named = (bad.copy, bad.position, bad.ledger, bad.seq);
        let expected = (
            Copy::Journal,
            position,
            Some(header.ledger),
            Some(header.seq),
        );
        assert_eq!(named, expected, "byte {at}: {bad}");
        // What a repair, a start and the daily reading name is the frame's first.
        let reason = match position {
            1 | 2 => Reason::InFrame { first: 0 },
            4 => Reason::InFrame { first: 3 },
            _ => Reason::Frame,
        };
        assert_eq!(bad.reason, reason, "byte {at}");
    }
}

#[test]
fn names_the_record_that_was_changed_in_sled() {
    let mut fixture = sample();
    fixture.reopen();
    let page = {
        let (shared, _) = fixture.log().parts_for_tests();
        let (key, page) = shared.pages.db().iter().next().unwrap().unwrap();
        assert_eq!(key, crate::pages::key(0).as_slice());
        page.to_vec()
    };
    for at in (0..page.len()).step_by(11) {
        let mut copy = fixture.copy();
        copy.reopen();
        let mut changed = page.clone();
        changed[at] ^= 1;
        let (shared, _) = copy.log().parts_for_tests();
        shared
            .pages
            .db()
            .insert(crate::pages::key(0), changed)
            .unwrap();
        shared.pages.db().flush().unwrap();
        copy.log = None;
        let bad = bad(&copy);
        let position = match at {
            0..191 => 0,
            191..392 => 1,
            _ => 2,
        };
        let header = &fixture.all[position as usize].header;
        let named = (bad.copy, bad.position, bad.ledger, bad.seq);
        let expected = (Copy::Sled, position, Some(header.ledger), Some(header.seq));
        assert_eq!(named, expected, "byte {at}: {bad}");
    }
}

#[test]
fn a_flipped_byte_in_a_file_of_sled_is_found_or_changes_no_record() {
    let mut fixture = sample();
    let (mut found, mut harmless) = (0, 0);
    for file in files(&fixture.path().join("sled")).into_keys() {
        let name = file.strip_prefix(fixture.path()).unwrap().to_path_buf();
        let bytes = fs::read(&file).unwrap();
        let written: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
        for at in written.iter().step_by(1 + written.len() / 40) {
            let copy = fixture.copy();
            let mut changed = bytes.clone();
            changed[*at] ^= 1;
            fs::write(copy.path().join(&name), changed).unwrap();
            match verify(copy.path(), |_| ()) {
                // sled keeps old pages and padding; what it reads is covered.
                Ok(verified) => {
                    assert_eq!(verified.records, 5);
                    harmless += 1;
                }
                Err(VerifyError::Broken(bad)) => {
                    assert_eq!(bad.copy, Copy::Sled);
                    assert!(bad.ledger.is_some() && bad.seq.is_some(), "{bad}");
                    found += 1;
                }
                Err(VerifyError::SledUnreadable { .. }) => found += 1,
                Err(other) => panic!("{name:?} {at}: {other}"),
            }
        }
    }
    assert!(found > 0, "{found} found, {harmless} harmless");
}

#[test]
fn names_the_record_whose_bytes_were_changed_in_the_file_of_sled() {
    let mut fixture = Fixture::new();
    fixture.append(&[(A, 300); 100]);
    fixture.append(&[(A, 40), (B, 50), (A, 60)]);
    fixture.append(&[(B, 300); 100]);
    fixture.append(&[(A, 300); 30]);
    for position in [0, 50, 101, 150, 202] {
        let copy = fixture.copy();
        let record = &copy.all[position];
        let db = copy.path().join("sled/db");
        let mut bytes = fs::read(&db).unwrap();
        // sled may keep older copies of a page: change the record's body in all of them.
        let hash = record.hash.as_bytes();
        let body = [hash, &(record.body.len() as u16).to_be_bytes()[..]].concat();
        let places = bytes
            .windows(body.len())
            .enumerate()
            .filter(|(_, bytes)| *bytes == body);
        let places: Vec<usize> = places.map(|(at, _)| at + body.len()).collect();
        assert!(!places.is_empty());
        for at in places {
            bytes[at] ^= 1;
        }
        fs::write(&db, bytes).unwrap();
        let before = files(copy.path());
        let bad = bad(&copy);
        assert_eq!(files(copy.path()), before);
        let header = &copy.all[position].header;
        let named = (bad.copy, bad.position, bad.ledger, bad.seq);
        let expected = (
            Copy::Sled,
            position as u64,
            Some(header.ledger),
            Some(header.seq),
        );
        assert_eq!(named, expected, "{bad}");
    }
}

#[test]
fn finds_a_rewritten_record_with_a_sound_hash_of_its_own() {
    let mut fixture = sample();
    let mut forged = fixture.copy();
    // The last record of A, made anew with another body, and the frame with a hash that fits.
    let before = super::head(&fixture.all[..4], A);
    let digest = chain::Hash::from_bytes([4; 32]);
    let last = before
        .link(1_000, super::command(4), 1, 1, digest, b"forged".to_vec())
        .unwrap();
    let (from, _) = forged.last_frame();
    let group = [fixture.all[3].clone(), last];
    forged.edit_segment(|bytes| {
        bytes.truncate(from);
        bytes.extend(crate::journal::encode(3, &group).unwrap());
    });
    let bad = bad(&forged);
    assert_eq!(
        (bad.copy, bad.position, bad.ledger, bad.seq),
        (Copy::Both, 4, Some(A), Some(3))
    );
}

#[test]
fn finds_records_that_one_copy_has_lost() {
    let mut fixture = sample();
    let named = |bad: BadRecord| (bad.copy, bad.position, bad.ledger, bad.seq);
    let mut cut = fixture.copy();
    let (from, _) = cut.last_frame();
    cut.edit_segment(|bytes| bytes.truncate(from));
    assert_eq!(named(bad(&cut)), (Copy::Journal, 3, Some(B), Some(2)));
    cut.edit_segment(|bytes| drop(bytes.drain(..from)));
    assert_eq!(named(bad(&cut)), (Copy::Journal, 0, Some(A), Some(1)));

    let without = fixture.copy();
    fs::remove_dir_all(without.path().join("sled")).unwrap();
    assert_eq!(named(bad(&without)), (Copy::Sled, 0, Some(A), Some(1)));
}

#[test]
fn what_a_crash_leaves_is_no_breach() {
    let mut fixture = sample();
    fixture.reopen();
    fixture.crash(Step::PagesApply, 0, &[(A, 30), (A, 30)]);
    let verified = verify(fixture.path(), |_| ()).unwrap();
    assert_eq!((verified.records, verified.not_in_sled), (7, 2));
    fixture.edit_segment(|bytes| bytes.truncate(bytes.len() - 5));
    let verified = verify(fixture.path(), |_| ()).unwrap();
    assert_eq!((verified.records, verified.not_in_sled), (5, 0));
    assert!(verified.unfinished_bytes > 0);
    let heads: Vec<_> = verified
        .ledgers
        .iter()
        .map(|head| (head.id, head.seq))
        .collect();
    assert_eq!(heads, [(A, 3), (B, 2)]);
}

#[test]
fn what_is_no_group_at_the_end_does_not_verify_and_a_cut_one_only_if_sled_speaks_for_it() {
    let mut fixture = sample();
    let tail = |fixture: &Fixture| {
        let reason = bad(fixture).reason;
        let Reason::Tail { bytes, is_cut } = reason else {
            panic!("{reason}");
        };
        (bytes, is_cut)
    };
    let mut garbage = fixture.copy();
    let noise: Vec<u8> = (0..200_000_u32)
        .map(|n| (n.wrapping_mul(n) >> 7) as u8)
        .collect();
    garbage.edit_segment(|bytes| bytes.extend(&noise));
    assert_eq!(tail(&garbage), (200_000, false));
    for few in [1, 20] {
        let mut garbage = fixture.copy();
        garbage.edit_segment(|bytes| bytes.extend(&noise[..few]));
        assert_eq!(tail(&garbage), (few as u64, false));
    }
    let mut cut = fixture.copy();
    cut.edit_segment(|bytes| bytes.extend_from_slice(b"FTFRA"));
    assert_eq!(verify(cut.path(), |_| ()).unwrap().unfinished_bytes, 5);

    // Nothing but noise, and no sled: that is no empty log.
    let noise_alone = fixture.copy();
    fs::write(noise_alone.segment(), &noise).unwrap();
    fs::remove_dir_all(noise_alone.path().join("sled")).unwrap();
    assert_eq!(tail(&noise_alone), (200_000, false));
    fixture.edit_segment(|bytes| bytes.truncate(30));
    fs::remove_dir_all(fixture.path().join("sled")).unwrap();
    assert_eq!(tail(&fixture), (30, true));
}

fn says_newer(error: &dyn std::error::Error) {
    let error = error.to_string();
    let named = error.contains("written by a newer release") && error.contains("FTFRAME2");
    assert!(named, "{error}");
}

#[test]
fn a_journal_of_another_format_is_named_and_left_alone() {
    for has_sled in [true, false] {
        let mut fixture = sample();
        fixture.edit_segment(|bytes| {
            for at in 0..bytes.len() - 8 {
                if bytes[at..].starts_with(b"FTFRAME1") {
                    bytes[at + 7] = b'2';
                }
            }
        });
        if !has_sled {
            fs::remove_dir_all(fixture.path().join("sled")).unwrap();
        }
        let before = fs::read(fixture.segment()).unwrap();
        says_newer(&verify(fixture.path(), |_| ()).unwrap_err());
        says_newer(&fixture.try_reopen().unwrap_err());
        for mode in [Repair::Plan, Repair::Do] {
            says_newer(&repair(fixture.path(), mode, |_| ()).unwrap_err());
        }
        let to = tempfile::tempdir().unwrap();
        says_newer(&backup(fixture.path(), to.path(), None, |_| ()).unwrap_err());
        assert!(fs::read(fixture.segment()).unwrap() == before);
    }
}

#[test]
fn one_frame_of_another_format_is_a_flipped_bit_if_it_has_its_hash_and_newer_if_not() {
    let mut fixture = sample();
    let (from, _) = fixture.last_frame();
    fixture.edit_segment(|bytes| bytes[from + 7] = b'3');
    let mut newer = fixture.copy();
    let recovery = fixture.reopen();
    assert_eq!(recovery.restored_to_journal, 2);
    // A frame of a newer release stands behind those of this one.
    newer.edit_segment(|bytes| {
        bytes[from + 7] = b'2';
        bytes[from + 60] ^= 1;
    });
    says_newer(&newer.try_reopen().unwrap_err());
}

#[test]
fn an_empty_log_verifies_and_no_log_is_named() {
    let mut fixture = Fixture::new();
    fixture.log = None;
    assert_eq!(verify(fixture.path(), |_| ()).unwrap().records, 0);
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(
        verify(empty.path(), |_| ()),
        Err(VerifyError::NoLog { .. })
    ));
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
}
