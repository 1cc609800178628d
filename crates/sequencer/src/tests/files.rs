//! Files beside the log: a record names what is on this ledger's shelf and nothing else; a start
//! removes what nobody named in time, and only where it knows all the names.

use super::starting::append_newer;
use super::*;
use ledger::digest::Digest;
use ledger::evidence::{EvidenceCommand, EvidenceRegistration};
use std::time::SystemTime;
use store::{FileHash, StoredFile};

fn upload(rig: &Rig, ledger: LedgerId, bytes: &[u8]) -> StoredFile {
    let mut upload = rig.handle().files().begin(chain_id(ledger)).unwrap();
    upload.write(bytes).unwrap();
    upload.finish(None).unwrap()
}

/// Evidence about unit 1.
fn add(number: u128, file: FileHash, size: u64) -> Submission {
    let registration = EvidenceRegistration {
        evidence: EvidenceId(id(10, number)),
        subject: unit(1).into(),
        sha256: Digest(file.0),
        size,
        media_type: Reference::new("text/plain").unwrap(),
        captured_on: "2018-07-28".parse().unwrap(),
        captured_by: person(1),
        description: text("说明"),
    };
    submission(
        number,
        Command::Evidence(EvidenceCommand::Add(registration)),
    )
}

fn with_unit() -> Rig {
    let rig = Rig::with_county();
    rig.accepted(vec![register(2, 1, 0)]);
    rig
}

/// Where the store keeps a file, to be looked at from outside.
fn place(rig: &Rig, ledger: LedgerId, file: FileHash) -> PathBuf {
    let name = file.to_string();
    let row = rig.dir.path().join("files").join(ledger.to_string());
    row.join(&name[..2]).join(name)
}

#[test]
fn a_record_names_only_a_file_that_its_ledger_holds_whole() {
    let rig = with_unit();
    let elsewhere = LedgerId(id(1, 2));
    let file = upload(&rig, elsewhere, b"photo").hash;
    let missing = Err(Refusal::FileMissing(Digest(file.0)));
    assert_eq!(rig.send_one(add(10, file, 5)), missing);
    assert_eq!(upload(&rig, county(), b"photo").hash, file);
    assert_eq!(rejected(&rig.send_one(add(11, file, 4))), "BAD_FIELD");
    assert_eq!(rig.send_one(add(10, file, 5)).unwrap().first_seq, 3);
    assert!(rig.handle().holds(county(), Digest(file.0)));
    // The domain refuses first: whether a file is held says nothing to who may not ask.
    let unknown = FileHash([9; 32]);
    assert_eq!(rejected(&rig.send_one(add(12, unknown, 0))), "BAD_FIELD");
}

#[test]
fn a_list_that_is_all_or_nothing_is_nothing_without_the_file() {
    let rig = with_unit();
    let before = rig.picture();
    let file = FileHash([9; 32]);
    let answers = rig.send_atomic(vec![register(10, 5, 1), add(11, file, 5)]);
    assert_eq!(answers[0], Err(Refusal::AtomicAborted(1)));
    assert_eq!(answers[1], Err(Refusal::FileMissing(Digest(file.0))));
    assert_eq!(rig.picture(), before);
}

/// Whatever has become of the disk since.
#[test]
fn a_retry_gets_its_first_receipt_even_if_the_file_is_lost() {
    let rig = with_unit();
    let file = upload(&rig, county(), b"photo").hash;
    let first = rig.send_one(add(10, file, 5)).unwrap();
    std::fs::remove_file(place(&rig, county(), file)).unwrap();
    let again = rig.send_one(add(10, file, 5)).unwrap();
    assert_eq!((again.hash, again.repeated), (first.hash, true));
    assert!(!rig.handle().holds(county(), Digest(file.0)));
}

/// Uploads three files: one named, one old and one new that are not; and starts again.
fn restarted_with_orphans(before_start: impl FnOnce(&Rig)) -> [bool; 3] {
    let mut rig = with_unit();
    let files = [&b"named"[..], b"old", b"new"].map(|bytes| upload(&rig, county(), bytes).hash);
    rig.accepted(vec![add(10, files[0], 5)]);
    let two_days_ago = SystemTime::now() - Duration::from_secs(2 * 24 * 60 * 60);
    for file in &files[..2] {
        let file = std::fs::File::open(place(&rig, county(), *file)).unwrap();
        file.set_modified(two_days_ago).unwrap();
    }
    rig.stop();
    before_start(&rig);
    rig.start();
    files.map(|file| rig.handle().holds(county(), Digest(file.0)))
}

#[test]
fn a_start_removes_what_nobody_has_named_within_a_day() {
    assert_eq!(restarted_with_orphans(|_| ()), [true, false, true]);
}

/// The record that cannot be read may name the file.
#[test]
fn nothing_is_removed_from_a_ledger_with_records_of_a_newer_release() {
    let newer = restarted_with_orphans(|rig| append_newer(rig, county()));
    assert_eq!(newer, [true, true, true]);
}
