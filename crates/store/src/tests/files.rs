//! Promised: a file is on the disk under its own hash before anybody may name it, once however
//! often it comes; whatever goes wrong on the way leaves nothing; and a changed byte is found.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{A, B};
use crate::{Error, Faults, FileError, FileHash, FileStore, Step, StoredFile, verify_files};

/// SHA-256 of `abc`, as FIPS 180-4 has it.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

const LEN_MAX: u64 = 1000;

fn open(dir: &Path) -> (FileStore, Faults) {
    let faults = Faults::default();
    let store = FileStore::open_with_faults(dir, LEN_MAX, faults.clone()).unwrap();
    (store, faults)
}

fn put(store: &FileStore, bytes: &[u8]) -> Result<StoredFile, FileError> {
    let mut upload = store.begin(A)?;
    for part in bytes.chunks(100) {
        upload.write(part)?;
    }
    upload.finish(None)
}

fn read(store: &FileStore, hash: FileHash) -> Result<Vec<u8>, Error> {
    let mut download = store.read(A, hash)?.unwrap();
    let (mut bytes, size) = (Vec::new(), download.size());
    while let Some(chunk) = download.next_chunk()? {
        bytes.extend(chunk);
    }
    assert_eq!(bytes.len() as u64, size);
    Ok(bytes)
}

/// Every file below a directory.
fn files(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn a_file_stands_under_its_hash_and_reads_as_it_came() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    let stored = put(&store, b"abc").unwrap();
    assert_eq!((stored.hash.to_string().as_str(), stored.len), (ABC, 3));
    let place = dir.path().join(format!("files/{A}/ba/{ABC}"));
    assert_eq!(files(dir.path()), [place]);
    assert_eq!(read(&store, stored.hash).unwrap(), b"abc");
    assert_eq!(store.len(A, stored.hash).unwrap(), Some(3));
    assert_eq!(store.len(A, FileHash([0; 32])).unwrap(), None);
}

/// Or a ledger could name, and so read, whatever another one holds.
#[test]
fn a_ledger_holds_only_what_was_sent_to_it() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    let stored = put(&store, b"abc").unwrap();
    assert_eq!(store.len(B, stored.hash).unwrap(), None);
    assert!(store.read(B, stored.hash).unwrap().is_none());
}

#[test]
fn the_same_content_is_stored_once_and_by_many_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    let bytes = [7; 900];
    let first = put(&store, &bytes).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(put(&store, &bytes).unwrap(), first));
        }
    });
    assert_eq!(files(dir.path()).len(), 1);
    assert_eq!(verify_files(dir.path()).unwrap().sound.len(), 1);
}

#[test]
fn other_bytes_than_announced_are_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    let announced = put(&store, b"abc").unwrap().hash;
    let mut upload = store.begin(A).unwrap();
    upload.write(b"abd").unwrap();
    let refused = upload.finish(Some(announced)).unwrap_err();
    let FileError::Mismatch { actual, .. } = refused else {
        panic!("{refused}");
    };
    assert_ne!(actual, announced);
    assert!(refused.to_string().contains(ABC) && refused.to_string().contains(&actual.to_string()));
    assert_eq!(files(dir.path()).len(), 1);
    let mut upload = store.begin(A).unwrap();
    upload.write(b"abc").unwrap();
    assert_eq!(upload.finish(Some(announced)).unwrap().hash, announced);
}

#[test]
fn the_longest_file_is_taken_and_one_byte_more_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    assert_eq!(put(&store, &[1; 1000]).unwrap().len, LEN_MAX);
    let refused = put(&store, &[1; 1001]).unwrap_err();
    assert!(
        matches!(refused, FileError::TooLarge { len_max: LEN_MAX }),
        "{refused}"
    );
    assert_eq!(files(dir.path()).len(), 1);
}

#[test]
fn an_upload_that_is_dropped_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    let mut upload = store.begin(A).unwrap();
    upload.write(b"ab").unwrap();
    assert_eq!(files(dir.path()).len(), 1);
    drop(upload);
    assert!(files(dir.path()).is_empty());
}

#[test]
fn what_a_crash_leaves_of_an_upload_is_removed_by_a_start() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    put(&store, b"abc").unwrap();
    let mut upload = store.begin(A).unwrap();
    upload.write(b"ab").unwrap();
    // A crash runs no destructor.
    std::mem::forget(upload);
    assert_eq!(files(dir.path()).len(), 2);
    let _ = open(dir.path());
    assert_eq!(files(dir.path()).len(), 1);
    assert!(files(dir.path())[0].ends_with(ABC));
}

#[test]
fn a_disk_that_is_full_at_any_step_keeps_nothing_and_the_next_upload_succeeds() {
    for (step, times) in [
        (Step::FileWrite, 0),
        (Step::FileWrite, 1),
        (Step::FileSync, 0),
        (Step::FileName, 0),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (store, faults) = open(dir.path());
        faults.fail(step, times);
        let bytes = [9; 300];
        let refused = put(&store, &bytes).unwrap_err();
        assert!(matches!(refused, FileError::Full(_)), "{step:?}: {refused}");
        assert!(files(dir.path()).is_empty(), "{step:?}");
        let stored = put(&store, &bytes).unwrap();
        assert_eq!(store.len(A, stored.hash).unwrap(), Some(300), "{step:?}");
    }
}

/// It may be named already: a failure of its second coming may not take it away.
#[test]
fn a_failure_does_not_remove_what_was_there_before() {
    for step in [Step::FileWrite, Step::FileSync, Step::FileName] {
        let dir = tempfile::tempdir().unwrap();
        let (store, faults) = open(dir.path());
        let stored = put(&store, b"abc").unwrap();
        faults.fail(step, 0);
        put(&store, b"abc").unwrap_err();
        assert_eq!(store.len(A, stored.hash).unwrap(), Some(3), "{step:?}");
        assert_eq!(files(dir.path()).len(), 1, "{step:?}");
    }
}

#[test]
fn orphans_go_when_they_are_old_and_nothing_names_them() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    let named = put(&store, b"named").unwrap().hash;
    let orphan = put(&store, b"orphan").unwrap().hash;
    let now = SystemTime::now();
    let (earlier, later) = (now - Duration::from_secs(60), now + Duration::from_secs(60));
    let is_named = |hash| hash == named;
    assert_eq!(store.remove_orphans(A, earlier, is_named).unwrap(), 0);
    assert_eq!(store.remove_orphans(B, later, is_named).unwrap(), 0);
    assert_eq!(store.remove_orphans(A, later, is_named).unwrap(), 1);
    assert_eq!(store.len(A, named).unwrap(), Some(5));
    assert_eq!(store.len(A, orphan).unwrap(), None);
}

#[test]
fn verification_finds_every_changed_byte_and_passes_over_what_is_not_ours() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(
        verify_files(dir.path()).unwrap(),
        crate::FilesVerified::default()
    );
    let (store, _) = open(dir.path());
    let sound = put(&store, b"sound").unwrap();
    let stored = put(&store, b"abc").unwrap();
    let place = dir.path().join(format!("files/{A}/ba/{ABC}"));
    fs::write(dir.path().join(format!("files/{A}/ba/note.txt")), "x").unwrap();
    std::mem::forget(store.begin(A).unwrap());
    for at in 0..3 {
        let mut bytes = *b"abc";
        bytes[at] ^= 1;
        fs::write(&place, bytes).unwrap();
        let verified = verify_files(dir.path()).unwrap();
        assert_eq!(verified.damaged, std::slice::from_ref(&place));
        assert_eq!(verified.sound.len(), 1);
        assert_eq!(verified.sound[&(A, sound.hash)], 5);
    }
    fs::write(&place, b"abcd").unwrap();
    assert_eq!(verify_files(dir.path()).unwrap().damaged.len(), 1);
    // Sent once more, it is whole again.
    assert_eq!(put(&store, b"abc").unwrap(), stored);
    assert!(verify_files(dir.path()).unwrap().damaged.is_empty());
}

#[test]
fn a_file_that_was_changed_is_never_read_to_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let store = FileStore::open(dir.path()).unwrap();
    let bytes: Vec<u8> = (0..300_000_u32).flat_map(u32::to_be_bytes).collect();
    let hash = put(&store, &bytes).unwrap().hash;
    assert_eq!(read(&store, hash).unwrap(), bytes);
    let place = files(dir.path()).remove(0);
    for at in [0, 1_199_999] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        fs::write(&place, changed).unwrap();
        let mut download = store.read(A, hash).unwrap().unwrap();
        let mut came = 0;
        let error = loop {
            match download.next_chunk() {
                Ok(chunk) => came += chunk.unwrap().len(),
                Err(error) => break error,
            }
        };
        assert!(came < bytes.len(), "{error}");
    }
}
