//! A start from a snapshot knows what a start of everything knows, or does not begin: whatever has
//! become of the snapshot or of the log, it costs a replay. What an insider makes true of a
//! snapshot, hashes included, the scrub finds.

use std::fs;
use std::path::PathBuf;

use chain::Hash;

use super::{A, B, Fixture, command};
use crate::{Entry, Error, Log, OpenError, Recovery, Rot, Scrub, Snapshot, SnapshotWriter, Step};

fn form() -> Hash {
    Hash::from_bytes([5; 32])
}

/// Takes a snapshot, with one file of its owner; its position.
fn take(fixture: &mut Fixture) -> u64 {
    let mut writer = SnapshotWriter::begin(&fixture.log().reader()).unwrap();
    let position = writer.position();
    writer
        .file("a.view", |out| out.write_all(b"what its owner keeps"))
        .unwrap();
    let root = chain::empty_root();
    writer.finish(form(), root, |_| None).unwrap();
    position
}

/// Some groups in segments of their own, a snapshot, and more groups; its position.
fn sample() -> (Fixture, u64) {
    let mut fixture = Fixture::new();
    fixture.log().set_segment_len(2_000);
    for round in 0..6 {
        fixture.append(&[(A, 300 + round), (B, 40), (A, 7)]);
    }
    let position = take(&mut fixture);
    for round in 0..6 {
        fixture.append(&[(B, 200 + round), (A, 300)]);
    }
    (fixture, position)
}

/// Opens from a snapshot: what was mended, and the positions that were read.
fn start(fixture: &mut Fixture, position: u64) -> Result<(Recovery, Vec<u64>), Error> {
    fixture.log = None;
    let snapshot = Snapshot::open(fixture.path(), position)?;
    let mut seen = Vec::new();
    let opened = Log::open_from(fixture.path(), &snapshot, |entry: &Entry| {
        let record = &fixture.all[usize::try_from(entry.position).unwrap()];
        assert_eq!(&entry.record, record);
        seen.push(entry.position);
        Ok::<(), std::convert::Infallible>(())
    });
    match opened {
        Ok((log, recovery)) => {
            fixture.log = Some(log);
            Ok((recovery, seen))
        }
        Err(OpenError::Store(error)) => Err(error),
        Err(OpenError::Each(never)) => match never {},
    }
}

/// What a start refuses costs a replay: everything is there.
#[track_caller]
fn costs_a_replay(fixture: &mut Fixture, position: u64, why: &str) {
    let error = start(fixture, position).unwrap_err().to_string();
    assert!(error.contains(why), "{error}");
    fixture.reopen();
    fixture.check_all();
}

fn folder(fixture: &Fixture, position: u64) -> PathBuf {
    fixture
        .path()
        .join("snapshots")
        .join(format!("{position:020}"))
}

fn rot(fixture: &mut Fixture) -> Vec<Rot> {
    let mut scrub = Scrub::begin(&fixture.log().reader()).unwrap();
    loop {
        if let Err(done) = scrub.step(1 << 20, &mut |_| ()) {
            return done.rot;
        }
    }
}

#[test]
fn a_start_from_a_snapshot_reads_what_came_after_and_knows_everything() {
    let (mut fixture, first) = sample();
    let end = fixture.all.len() as u64;
    let (recovery, seen) = start(&mut fixture, first).unwrap();
    assert!(recovery.is_clean());
    assert_eq!(seen, (first..end).collect::<Vec<_>>());
    assert_eq!(rot(&mut fixture), []);
    // It goes on from there, and so does the next.
    fixture.append(&[(B, 3), (A, 4)]);
    let second = take(&mut fixture);
    let (_, seen) = start(&mut fixture, second).unwrap();
    assert_eq!((second, seen), (end + 2, vec![]));
    let third = take(&mut fixture);
    assert_eq!(third, second);
    fixture.append(&[(B, 9)]);
    let (_, seen) = start(&mut fixture, third).unwrap();
    assert_eq!(seen, [third]);
    fixture.check_all();
    assert!(fixture.reopen().is_clean());
}

#[test]
fn a_snapshot_is_written_beside_a_writer_that_goes_on() {
    let mut fixture = Fixture::new();
    fixture.append(&[(A, 10), (B, 20)]);
    let mut writer = SnapshotWriter::begin(&fixture.log().reader()).unwrap();
    for _ in 0..40 {
        fixture.append(&[(B, 30), (A, 10)]);
    }
    writer.file("a.view", |out| out.write_all(b"1")).unwrap();
    writer
        .finish(form(), chain::empty_root(), |_| None)
        .unwrap();
    let (_, seen) = start(&mut fixture, 2).unwrap();
    assert_eq!(seen.len(), 80);
    fixture.check_all();
}

#[test]
fn what_a_crash_leaves_behind_a_snapshot_is_mended_as_ever() {
    for step in [Step::JournalWrite, Step::JournalSync, Step::PagesApply] {
        let (mut fixture, position) = sample();
        let group = fixture.crash(step, 0, &[(A, 6_000); 3]);
        let is_whole = step != Step::JournalWrite;
        if is_whole {
            fixture.all.extend(group);
        }
        let (recovery, seen) = start(&mut fixture, position).unwrap();
        assert_eq!(recovery.rolled_forward, if is_whole { 3 } else { 0 });
        assert_eq!(recovery.dropped_tail_bytes > 0, !is_whole);
        assert_eq!(seen.last(), Some(&(fixture.all.len() as u64 - 1)));
        fixture.check_all();
        fixture.append(&[(A, 1)]);
        assert!(fixture.reopen().is_clean());
    }
}

#[test]
fn no_flipped_bit_and_no_missing_byte_of_a_snapshot_is_taken_for_it() {
    let (mut fixture, position) = sample();
    fixture.log = None;
    let folder = folder(&fixture, position);
    let whole = Snapshot::open(fixture.path(), position).unwrap();
    for name in ["manifest", "index", "commands", "a.view"] {
        let path = folder.join(name);
        let sound = fs::read(&path).unwrap();
        let flipped = (0..sound.len()).map(|at| {
            let mut bytes = sound.clone();
            bytes[at] ^= 1 << (at % 8);
            bytes
        });
        let cut = (0..sound.len()).step_by(13).map(|at| sound[..at].to_vec());
        for bytes in flipped.chain(cut) {
            fs::write(&path, bytes).unwrap();
            let Ok(snapshot) = Snapshot::open(fixture.path(), position) else {
                continue;
            };
            // The manifest is signed: another one is not what was signed.
            let is_signed = snapshot.hash() == whole.hash();
            let is_whole = ["index", "commands", "a.view"].map(|name| snapshot.read(name).is_ok());
            assert!(!is_signed || is_whole.contains(&false), "{name}");
        }
        fs::remove_file(&path).unwrap();
        let gone = start(&mut fixture, position);
        assert!(gone.is_err() || name == "a.view");
        fixture.log = None;
        fs::write(&path, sound).unwrap();
    }
    start(&mut fixture, position).unwrap();
    fixture.check_all();
}

#[test]
fn a_snapshot_of_another_history_or_of_more_than_there_is_costs_a_replay() {
    // One of a backup's future.
    let mut fixture = Fixture::new();
    fixture.append(&[(A, 10), (B, 20)]);
    let mut earlier = fixture.copy();
    fixture.reopen();
    fixture.append(&[(A, 10)]);
    let position = take(&mut fixture);
    fixture.log = None;
    let carry = |from: &Fixture, to: &Fixture| {
        crate::pages::copy_dir(&from.path().join("snapshots"), &to.path().join("snapshots"))
            .unwrap();
    };
    carry(&fixture, &earlier);
    costs_a_replay(&mut earlier, position, "the journal does not go on");
    // The same place, and another record in it.
    let mut other = Fixture::new();
    other.append(&[(A, 10), (B, 21)]);
    other.append(&[(A, 10)]);
    other.log = None;
    carry(&fixture, &other);
    costs_a_replay(&mut other, position, "the journal does not go on");
    // Another deployment's, of none of these ledgers.
    let mut stranger = Fixture::new();
    stranger.append(&[(B, 10)]);
    stranger.log = None;
    carry(&fixture, &stranger);
    costs_a_replay(&mut stranger, position, "the journal does not go on");
}

#[test]
fn what_is_to_be_repaired_is_left_to_a_start_of_everything() {
    // The frame that the snapshot ends with.
    let (mut fixture, position) = sample();
    fixture.log = None;
    let segments = crate::journal::segments(&fixture.path().join("journal")).unwrap();
    assert!(segments.len() > 3, "{segments:?}");
    let before = |segment: &&crate::journal::Segment| segment.first < position;
    let path = &segments.iter().rfind(before).unwrap().path;
    let sound = fs::read(path).unwrap();
    let mut bytes = sound.clone();
    let last = bytes.len() - 10;
    bytes[last] ^= 1;
    fs::write(path, &bytes).unwrap();
    assert!(start(&mut fixture, position).is_err());
    fs::write(path, sound).unwrap();
    // A segment before it that is gone or longer.
    let first = &segments[0].path;
    let mut bytes = fs::read(first).unwrap();
    bytes.push(0);
    fs::write(first, bytes).unwrap();
    costs_a_replay(&mut fixture, position, "the journal before it has changed");
    // A frame behind it.
    let (mut fixture, position) = sample();
    fixture.log = None;
    let after = segments.iter().find(|segment| segment.first > position);
    let journal = fixture.path().join("journal");
    let path = &crate::journal::segment_path(&journal, after.unwrap().first);
    let mut bytes = fs::read(path).unwrap();
    bytes[100] ^= 1;
    fs::write(path, bytes).unwrap();
    costs_a_replay(&mut fixture, position, "");
}

#[test]
fn a_journal_that_ends_a_snapshot_with_another_record_is_left_to_a_start_of_everything() {
    let mut fixture = Fixture::new();
    fixture.append(&[(A, 10)]);
    let before = fixture.all.clone();
    fixture.append(&[(A, 10)]);
    let position = take(&mut fixture);
    let (from, _) = fixture.last_frame();
    // As long as the one that sled and the snapshot have, and as sound.
    let last = &fixture.all[1];
    let other = super::head(&before, A)
        .link(
            2_000,
            last.header.command_id,
            1,
            1,
            last.header.command_digest,
            last.body.clone(),
        )
        .unwrap();
    let frame = crate::journal::encode(1, &[other]).unwrap();
    fixture.edit_segment(|bytes| bytes[from..].copy_from_slice(&frame));
    let error = start(&mut fixture, position).unwrap_err().to_string();
    assert!(error.contains("the journal does not go on"), "{error}");
    let refused = fixture.try_reopen().unwrap_err();
    assert!(matches!(refused, OpenError::Store(Error::TwoRecords(_))));
}

#[test]
fn a_sled_that_is_not_of_the_snapshot_costs_a_replay() {
    let mut fixture = Fixture::new();
    fixture.append(&[(A, 10), (B, 20)]);
    fixture.reopen();
    let old = fixture.copy();
    fixture.reopen();
    fixture.append(&[(A, 10)]);
    fixture.append(&[(B, 10)]);
    let position = take(&mut fixture);
    fixture.append(&[(A, 10)]);
    fixture.log = None;
    let sled = fixture.path().join("sled");
    fs::remove_dir_all(&sled).unwrap();
    crate::pages::copy_dir(&old.path().join("sled"), &sled).unwrap();
    costs_a_replay(&mut fixture, position, "is another record");
    fixture.log = None;
    fs::remove_dir_all(&sled).unwrap();
    costs_a_replay(&mut fixture, position, "there is no sled");
}

/// Changes a file of a snapshot, and its manifest so that all hashes are right.
fn forge(fixture: &mut Fixture, position: u64, name: &str, edit: impl FnOnce(&mut Vec<u8>)) {
    fixture.log = None;
    let folder = folder(fixture, position);
    let mut bytes = fs::read(folder.join(name)).unwrap();
    edit(&mut bytes);
    let manifest = fs::read_to_string(folder.join("manifest")).unwrap();
    let prefix = format!("file {name} ");
    let lines = manifest.lines().map(|line| {
        if line.starts_with(&prefix) {
            format!("{prefix}{} {}\n", bytes.len(), blake3::hash(&bytes))
        } else {
            format!("{line}\n")
        }
    });
    let manifest = lines.collect::<String>();
    fs::write(folder.join("manifest"), manifest).unwrap();
    fs::write(folder.join(name), bytes).unwrap();
}

#[test]
fn an_edited_index_with_sound_hashes_is_found_by_the_scrub() {
    // A command that the index has forgotten: it would be recorded a second time.
    let (mut fixture, position) = sample();
    forge(&mut fixture, position, "commands", |bytes| {
        bytes.truncate(bytes.len() - 8);
    });
    start(&mut fixture, position).unwrap();
    let found = rot(&mut fixture);
    assert!(matches!(found[..], [Rot::Index { .. }]), "{found:?}");
    // Two ledgers' records exchanged.
    let (mut fixture, position) = sample();
    forge(&mut fixture, position, "index", |bytes| {
        let positions = 8 + 16 + 4 + 2 * 64;
        let (a, b) = (positions + 4, positions + 4 * 12);
        assert_eq!((bytes[a + 3], bytes[b + 3]), (2, 1));
        (bytes[a + 3], bytes[b + 3]) = (1, 2);
    });
    start(&mut fixture, position).unwrap();
    assert!(matches!(
        rot(&mut fixture)[..],
        [Rot::Index { .. }, Rot::Index { .. }]
    ));
    // Another head: it is in no log.
    let (mut fixture, position) = sample();
    forge(&mut fixture, position, "index", |bytes| {
        bytes[28 + 16 + 7] -= 1
    });
    assert!(start(&mut fixture, position).is_err());
}

#[test]
fn two_are_kept_and_nothing_of_one_that_was_not_ended() {
    let mut fixture = Fixture::new();
    for _ in 0..4 {
        fixture.append(&[(A, 10)]);
        take(&mut fixture);
    }
    assert_eq!(Snapshot::list(fixture.path()).unwrap(), [4, 3]);
    fixture.append(&[(A, 10)]);
    drop(SnapshotWriter::begin(&fixture.log().reader()).unwrap());
    assert_eq!(Snapshot::list(fixture.path()).unwrap(), [4, 3]);
    let newest = Snapshot::open(fixture.path(), 4).unwrap();
    assert_eq!((newest.form(), newest.len_of("a.view")), (form(), Some(20)));
    newest.set_aside().unwrap();
    assert_eq!(Snapshot::list(fixture.path()).unwrap(), [3]);
    start(&mut fixture, 3).unwrap();
    assert_eq!(take(&mut fixture), 5);
    Snapshot::remove_all(fixture.path()).unwrap();
    assert_eq!(Snapshot::list(fixture.path()).unwrap(), []);
    assert!(
        fixture
            .log()
            .reader()
            .find(A, command(3))
            .unwrap()
            .is_some()
    );
}
