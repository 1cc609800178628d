//! A backup is made beside the writer and restored whole, or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use chain::Signer;
use tempfile::TempDir;

use super::{A, B, Fixture};
use crate::{BackupError, FileStore, Log, Restored, backup, restore, verify};

fn sample() -> Fixture {
    let mut fixture = Fixture::new();
    for round in 0..4 {
        fixture.log().parts_for_tests().1.set_segment_len(9_000);
        fixture.append(&[(A, 300 + round); 40]);
        fixture.append(&[(B, 700), (A, 20), (B, 5)]);
    }
    fs::write(fixture.path().join("keys"), b"").unwrap();
    fs::write(fixture.path().join("token.key"), [7; 32]).unwrap();
    let files = FileStore::open(fixture.path()).unwrap();
    let mut upload = files.begin(A).unwrap();
    upload.write(b"a photo").unwrap();
    upload.finish(None).unwrap();
    fixture
}

fn back_up(fixture: &Fixture, to: &Path) -> crate::BackedUp {
    backup(fixture.path(), to, None, |_| ()).unwrap()
}

fn bring_back(from: &Path) -> (TempDir, Result<Restored, BackupError>) {
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("data");
    let restored = restore(from, &to, |_| (), |_, _| Ok(()));
    assert_eq!(to.exists(), restored.is_ok());
    let left = fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(left, usize::from(restored.is_ok()), "nothing half stays");
    (dir, restored)
}

#[test]
fn what_is_backed_up_while_the_log_is_in_use_is_restored_whole() {
    let mut fixture = sample();
    let to = tempfile::tempdir().unwrap();
    let done = back_up(&fixture, to.path());
    assert_eq!((done.records, done.files), (172, 1));
    fixture.append(&[(A, 1)]);
    let (dir, restored) = bring_back(to.path());
    assert_eq!(restored.unwrap().heads, done.heads);
    let data = dir.path().join("data");
    let verified = verify(&data, |_| ()).unwrap();
    assert_eq!((verified.records, verified.not_in_sled), (172, 0));
    assert_eq!(crate::verify_files(&data).unwrap().sound.len(), 1);
    assert_eq!(fs::read(data.join("token.key")).unwrap(), [7; 32]);
}

#[test]
fn a_group_that_is_being_written_is_left_out() {
    let mut fixture = sample();
    fixture.crash(crate::Step::JournalWrite, 0, &[(A, 900)]);
    let to = tempfile::tempdir().unwrap();
    // With no server it is what a crash left, and nobody says that it is to be left out.
    let error = backup(fixture.path(), to.path(), None, |_| ()).unwrap_err();
    assert!(error.to_string().contains("not whole"), "{error}");
    let lock = crate::disk::lock(fixture.path()).unwrap();
    assert_eq!(back_up(&fixture, to.path()).records, 172);
    assert_eq!(bring_back(to.path()).1.unwrap().records, 172);
    // No server writes this.
    let last = crate::journal::segments(&fixture.path().join("journal")).unwrap();
    let last = &last.last().unwrap().path;
    let mut bytes = fs::read(last).unwrap();
    bytes.extend([0x5a; 3_000]);
    fs::write(last, bytes).unwrap();
    let error = backup(fixture.path(), to.path(), None, |_| ()).unwrap_err();
    assert!(error.to_string().contains("are no record"), "{error}");
    drop(lock);
}

/// A checkpoint, as a register holds it.
/// A checkpoint that says so many records, over those of the fixture.
fn checkpoint(fixture: &Fixture, size: u64) -> String {
    let mut tree = chain::Frontier::new();
    for record in fixture.all.iter().take(size.try_into().unwrap()) {
        let header = &record.header;
        let leaf = chain::leaf_bytes(header.ledger, header.seq, record.hash);
        tree.push(chain::leaf_hash(&leaf));
    }
    of_root(size, tree.root())
}

fn of_root(size: u64, root: chain::NodeHash) -> String {
    let root = root.to_base64();
    let signer = Signer::new("county.example/log", &[5; 32]).unwrap();
    let text = format!("county.example/log\n{size}\n{root}\n");
    signer.note(text).unwrap().to_string()
}

#[test]
fn a_log_that_has_lost_what_was_published_is_not_backed_up() {
    let fixture = sample();
    let dir = tempfile::tempdir().unwrap();
    let register = dir.path().join("head");
    let to = dir.path().join("backup");
    fs::write(&register, checkpoint(&fixture, 173)).unwrap();
    for _ in 0..2 {
        let error = backup(fixture.path(), &to, Some(&register), |_| ()).unwrap_err();
        assert!(
            matches!(
                error,
                BackupError::Rollback {
                    registered: 173,
                    records: 172,
                    ..
                }
            ),
            "{error}"
        );
        assert!(!to.join("MANIFEST").exists());
    }
    // Of another history, as long or shorter.
    for size in [0, 100, 172] {
        fs::write(
            &register,
            of_root(size, chain::NodeHash::from_bytes([7; 32])),
        )
        .unwrap();
        let error = backup(fixture.path(), &to, Some(&register), |_| ()).unwrap_err();
        assert!(matches!(error, BackupError::Fork { .. }), "{size}: {error}");
    }
    fs::write(&register, checkpoint(&fixture, 100)).unwrap();
    backup(fixture.path(), &to, Some(&register), |_| ()).unwrap();
    fs::write(&register, b"no checkpoint").unwrap();
    assert!(backup(fixture.path(), &to, Some(&register), |_| ()).is_err());
    fs::write(&register, checkpoint(&fixture, 172)).unwrap();
    backup(fixture.path(), &to, Some(&register), |_| ()).unwrap();
}

#[test]
fn what_has_rotted_in_a_backup_is_copied_anew_and_said() {
    let fixture = sample();
    let to = tempfile::tempdir().unwrap();
    back_up(&fixture, to.path());
    let manifest = fs::read_to_string(to.path().join("MANIFEST")).unwrap();
    let photo = manifest
        .lines()
        .find(|line| line.contains("files/"))
        .unwrap();
    let photo = to.path().join(photo.split_once("  ").unwrap().1);
    let segment = to.path().join("journal/00000000000000000000.journal");
    for path in [segment, photo] {
        let mut bytes = fs::read(&path).unwrap();
        bytes[5] ^= 1;
        fs::write(&path, bytes).unwrap();
        let done = back_up(&fixture, to.path());
        assert_eq!(done.mended, [path]);
        assert_eq!(bring_back(to.path()).1.unwrap().records, 172);
        assert_eq!(back_up(&fixture, to.path()).mended, [] as [PathBuf; 0]);
    }
}

#[test]
fn the_next_backup_copies_only_what_is_new() {
    let mut fixture = sample();
    let to = tempfile::tempdir().unwrap();
    let first = back_up(&fixture, to.path());
    assert_eq!(first.kept_bytes, 0);
    fixture.append(&[(B, 9)]);
    let second = back_up(&fixture, to.path());
    assert_eq!(second.records, 173);
    assert!(second.copied_bytes < first.copied_bytes / 3, "{second:?}");
    assert!(second.kept_bytes > first.copied_bytes / 2, "{second:?}");
    assert_eq!(bring_back(to.path()).1.unwrap().heads, second.heads);
}

#[test]
fn a_record_put_in_behind_the_last_of_its_ledger_is_named() {
    let mut fixture = sample();
    fixture.append(&[(B, 3)]);
    let to = tempfile::tempdir().unwrap();
    back_up(&fixture, to.path());
    // All records of the backup are there, and one more of ledger A before the last of B.
    let mut other = Fixture::new();
    let seq = fixture.all.iter().filter(|r| r.header.ledger == A).count() as u64 + 1;
    let (last, before) = fixture.all.split_last().unwrap();
    other.log.as_mut().unwrap().append(before).unwrap();
    other.all.extend_from_slice(before);
    other.append(&[(A, 1)]);
    other
        .log
        .as_mut()
        .unwrap()
        .append(std::slice::from_ref(last))
        .unwrap();
    let error = backup(other.path(), to.path(), None, |_| ()).unwrap_err();
    let named = matches!(
        error,
        BackupError::NotContinued { ledger, seq: at } if (ledger, at) == (A, seq)
    );
    assert!(named, "{error}");
}

#[test]
fn a_log_that_was_taken_back_or_is_another_does_not_replace_a_backup() {
    let mut fixture = sample();
    fixture.log = None;
    let mut other = fixture.copy();
    fixture.reopen();
    fixture.append(&[(A, 5)]);
    let to = tempfile::tempdir().unwrap();
    let done = back_up(&fixture, to.path());
    other.reopen();
    for _ in 0..2 {
        let error = backup(other.path(), to.path(), None, |_| ()).unwrap_err();
        let named = matches!(
            error,
            BackupError::NotContinued { ledger, seq } if (ledger, seq) == (A, 165)
        );
        assert!(named, "{error}");
        assert_eq!(bring_back(to.path()).1.unwrap().heads, done.heads);
        other.append(&[(A, 6)]);
    }
}

#[test]
fn a_damaged_journal_is_not_backed_up_over_a_sound_one() {
    let mut fixture = sample();
    let to = tempfile::tempdir().unwrap();
    let done = back_up(&fixture, to.path());
    fixture.edit_segment(|bytes| bytes[100] ^= 1);
    let error = backup(fixture.path(), to.path(), None, |_| ()).unwrap_err();
    assert!(error.to_string().contains("position 0"), "{error}");
    assert_eq!(bring_back(to.path()).1.unwrap().heads, done.heads);
}

#[test]
fn a_backup_that_was_changed_is_refused_whatever_was_changed() {
    let fixture = sample();
    let to = tempfile::tempdir().unwrap();
    back_up(&fixture, to.path());
    let journal = to.path().join("journal/00000000000000000000.journal");
    for path in [
        journal,
        to.path().join("token.key"),
        to.path().join("HEADS"),
    ] {
        let bytes = fs::read(&path).unwrap();
        let mut changed = bytes.clone();
        changed[3] ^= 1;
        fs::write(&path, changed).unwrap();
        let restored = bring_back(to.path()).1;
        assert!(
            matches!(&restored, Err(BackupError::Damaged { path: named }) if *named == path),
            "{restored:?}"
        );
        fs::write(&path, bytes).unwrap();
    }
    fs::write(to.path().join("INCOMPLETE"), b"").unwrap();
    let restored = bring_back(to.path()).1;
    assert!(matches!(restored, Err(BackupError::Incomplete { .. })));
    fs::remove_file(to.path().join("INCOMPLETE")).unwrap();
    // A name that leads out of the backup.
    let manifest = fs::read_to_string(to.path().join("MANIFEST")).unwrap();
    let hostile = manifest.replace("  token.key", "  ../token.key");
    fs::write(to.path().join("MANIFEST"), hostile).unwrap();
    let restored = bring_back(to.path()).1;
    assert!(matches!(restored, Err(BackupError::Damaged { .. })));
}

#[test]
fn nothing_is_overwritten_and_what_is_not_accepted_is_not_there() {
    let fixture = sample();
    let to = tempfile::tempdir().unwrap();
    back_up(&fixture, to.path());
    let target = tempfile::tempdir().unwrap();
    fs::write(target.path().join("mine"), b"mine").unwrap();
    let restored = restore(to.path(), target.path(), |_| (), |_, _| Ok(()));
    assert!(matches!(restored, Err(BackupError::NotEmpty { .. })));
    let made = backup(fixture.path(), target.path(), None, |_| ());
    assert!(matches!(made, Err(BackupError::NotABackup { .. })));

    let data = target.path().join("data");
    let refuse = |_: &Restored, _: Option<&[u8]>| Err("no".to_owned());
    let restored = restore(to.path(), &data, |_| (), refuse);
    assert!(matches!(restored, Err(BackupError::NotAccepted(_))));
    assert!(!data.exists());
    assert_eq!(fs::read_dir(target.path()).unwrap().count(), 1);
}

#[test]
fn the_register_goes_with_the_backup_and_is_shown_to_whoever_accepts() {
    let fixture = sample();
    let to = tempfile::tempdir().unwrap();
    let register = to.path().join("head");
    fs::write(&register, checkpoint(&fixture, 172)).unwrap();
    let backup_dir = to.path().join("backup");
    backup(fixture.path(), &backup_dir, Some(&register), |_| ()).unwrap();
    let data = to.path().join("data");
    let accept = |_: &Restored, head: Option<&[u8]>| {
        assert_eq!(head, Some(checkpoint(&fixture, 172).as_bytes()));
        Ok(())
    };
    restore(&backup_dir, &data, |_| (), accept).unwrap();
    assert!(!data.join("register").exists() && !data.join("HEADS").exists());
    let (log, recovery) = Log::open(&data, |_| Ok::<(), ()>(())).unwrap();
    assert!(recovery.is_clean());
    drop(log);
}
