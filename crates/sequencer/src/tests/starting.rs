//! Starts: what is found again, what is made once, and what is not served.

use super::*;
use std::convert::Infallible;
use std::fs;
use store::Log;

fn open_log(rig: &Rig) -> Log {
    let (log, _) = Log::open(rig.dir.path(), |_| Ok::<_, Infallible>(())).unwrap();
    log
}

/// Appends a record that no release of ours has written, as a newer one may have.
pub(super) fn append_newer(rig: &Rig, ledger: LedgerId) {
    let mut log = open_log(rig);
    let head = log.head(chain_id(ledger)).unwrap();
    let body = b"\xa0\x06\x01".to_vec();
    let hash = chain::Hash::from_bytes([7; 32]);
    let record = head
        .link(START_US, command_id(77), 1, 1, hash, body)
        .unwrap();
    log.append(&[record]).unwrap();
}

#[test]
fn the_deployments_own_ledger_is_made_once() {
    let mut rig = Rig::new();
    let system = rig.handle().system();
    for _ in 0..2 {
        assert_eq!(
            (rig.handle().system(), rig.handle().ledgers()),
            (system, vec![system])
        );
        let slot = rig.handle().slot(system).unwrap();
        assert_eq!(slot.view().head().unwrap().seq, 1);
        assert_eq!(
            slot.view().books.book.as_ref().unwrap().name.as_str(),
            "系统账本 system"
        );
        drop(slot);
        rig.restart();
    }
}

#[test]
fn a_restart_finds_the_same_heads_and_the_same_books() {
    let mut rig = Rig::with_county();
    rig.accepted(returned_payment());
    rig.accepted(vec![reissue(200, 2)]);
    rig.send(vec![register(201, 9, 99)]);
    let before = rig.picture();
    rig.restart();
    assert_eq!(rig.picture(), before);
    assert!(rig.running.as_ref().unwrap().recovery.is_clean());
    let receipt = rig.send_one(register(202, 9, 1)).unwrap();
    assert_eq!((receipt.first_seq, receipt.first_position), (10, 10));
}

#[test]
fn a_directory_is_used_by_one_at_a_time() {
    let rig = Rig::new();
    let second = start(rig.dir.path(), machine());
    assert!(matches!(
        second,
        Err(StartError::Store(store::Error::InUse { .. }))
    ));
}

#[test]
fn a_log_that_has_lost_its_keys_is_not_opened() {
    let mut rig = Rig::with_county();
    rig.stop();
    let keys = rig.dir.path().join("keys");
    let kept = fs::read(&keys).unwrap();
    fs::remove_file(&keys).unwrap();
    let refused = start(rig.dir.path(), machine());
    assert!(matches!(refused, Err(StartError::KeysMissing { dir }) if dir == rig.dir.path()));
    fs::write(&keys, kept).unwrap();
    rig.start();
}

#[test]
fn a_ledger_with_records_of_a_newer_release_is_neither_served_nor_written_and_others_are() {
    let mut rig = Rig::with_county();
    let other = LedgerId(id(1, 2));
    let elsewhere = |submissions| Request {
        ledger: other,
        ..Rig::request(submissions, false)
    };
    rig.handle()
        .submit_blocking(elsewhere(vec![open(1)]))
        .unwrap();
    rig.stop();
    append_newer(&rig, county());
    rig.start();
    assert!(rig.handle().slot(county()).unwrap().is_newer());
    assert!(!rig.handle().slot(other).unwrap().is_newer());
    let before = rig.handle().reader().heads();
    let answers = rig.send(vec![register(2, 1, 0), open(1)]);
    assert_eq!(answers, [Err(Refusal::Newer), Err(Refusal::Newer)]);
    assert_eq!(
        rig.send_atomic(vec![register(2, 1, 0)]),
        [Err(Refusal::Newer)]
    );
    assert_eq!(rig.handle().reader().heads(), before);
    let written = rig
        .handle()
        .submit_blocking(elsewhere(vec![register(2, 1, 0)]))
        .unwrap();
    assert_eq!(written[0].as_ref().unwrap().first_seq, 2);
}

#[test]
fn the_writer_ends_with_the_last_handle() {
    let mut rig = Rig::with_county();
    let Started { handle, writer, .. } = rig.running.take().unwrap();
    let second = handle.clone();
    drop(handle);
    let receipt = second.submit_blocking(Rig::request(vec![register(2, 1, 0)], false));
    assert_eq!(receipt.unwrap()[0].as_ref().unwrap().first_seq, 2);
    drop(second);
    writer.join().unwrap();
    rig.start();
}
