//! Appending and reading.

use chain::{Hash, LedgerId};
use uuid::Uuid;

use super::{A, B, Fixture, command, head};
use crate::pages::PAGE_LEN_MAX;
use crate::{Error, Log, OpenError, Step};

#[test]
fn what_was_appended_is_read_now_and_after_a_restart() {
    let mut fixture = Fixture::new();
    fixture.append(&[(A, 10)]);
    fixture.append(&[(B, 0), (A, 200), (A, 6_144), (B, 1)]);
    fixture.append(&[(B, 30); 100]);
    fixture.check_all();
    assert!(fixture.reopen().is_clean());
    let log = fixture.log.as_ref().unwrap();
    assert_eq!(log.ledgers(), [A, B]);
    assert_eq!(log.next_position(), 105);
    assert_eq!(log.head(A), Some(head(&fixture.all, A)));
    assert_eq!(log.head(LedgerId(Uuid::nil())), None);

    let reader = log.reader();
    assert_eq!(
        reader.heads(),
        [head(&fixture.all, A), head(&fixture.all, B)]
    );
    assert_eq!(reader.positions(A, 2, 5), [2, 3]);
    assert_eq!(reader.positions(B, 0, 2), [1, 4]);
    assert_eq!(reader.scan(B, 100, 10).unwrap().len(), 2);
    assert_eq!(reader.at(105).unwrap(), None);
    assert_eq!(
        (reader.get(A, 0).unwrap(), reader.get(A, 4).unwrap()),
        (None, None)
    );
    assert_eq!(reader.find(B, command(0)).unwrap(), None);
    fixture.append(&[(A, 5)]);
    assert_eq!(reader.next_position(), 106);
    assert!(reader.at(105).unwrap().is_some());
}

#[test]
fn pages_stay_within_7_kib_and_groups_may_be_larger_than_a_batch() {
    let mut fixture = Fixture::new();
    fixture.append(&[(A, 6_144); 100]);
    fixture.append(&[(A, 700), (B, 6_144), (A, 1), (B, 3_000), (B, 3_000)]);
    fixture.append(&vec![(A, 250); 2_000]);
    let (shared, _) = fixture.log().parts_for_tests();
    let lens: Vec<usize> = shared
        .pages
        .from(0)
        .map(|page| page.unwrap().len())
        .collect();
    assert!(lens.iter().all(|len| *len <= PAGE_LEN_MAX));
    assert!(lens.iter().sum::<usize>() > 1_000_000);
    let blobs = fixture.path().join("sled/blobs");
    assert_eq!(std::fs::read_dir(blobs).unwrap().count(), 0);
    assert!(fixture.reopen().is_clean());
}

#[test]
fn a_new_segment_begins_when_the_last_is_full() {
    let mut fixture = Fixture::new();
    for _ in 0..5 {
        fixture.log().parts_for_tests().1.set_segment_len(500);
        fixture.append(&[(A, 300), (B, 3)]);
    }
    let segments = crate::journal::segments(&fixture.path().join("journal")).unwrap();
    assert_eq!(
        segments
            .iter()
            .map(|segment| segment.first)
            .collect::<Vec<_>>(),
        [0, 2, 4, 6, 8]
    );
    assert!(fixture.reopen().is_clean());
}

#[test]
fn refuses_records_that_do_not_continue_their_ledger_and_then_everything() {
    let wrong: [fn(&mut Fixture) -> Vec<chain::Record>; 5] = [
        |fixture| fixture.link(&[(A, 1), (A, 1)]).split_off(1),
        |fixture| fixture.all.clone(),
        |fixture| {
            let mut group = fixture.link(&[(A, 1)]);
            group[0].header.parent = Hash::from_bytes([0; 32]);
            group
        },
        |fixture| {
            let head = head(&fixture.all, A);
            let digest = Hash::from_bytes([0; 32]);
            vec![head.link(1_000, command(9), 1, 2, digest, vec![]).unwrap()]
        },
        |fixture| {
            let head = head(&fixture.all, A);
            let digest = Hash::from_bytes([0; 32]);
            vec![head.link(1_000, command(9), 2, 2, digest, vec![]).unwrap()]
        },
    ];
    for make in wrong {
        let mut fixture = Fixture::new();
        fixture.append(&[(A, 1)]);
        let group = make(&mut fixture);
        let error = fixture.log().append(&group).unwrap_err();
        assert!(
            matches!(error, Error::NotNext(_) | Error::Unfinished { .. }),
            "{error}"
        );
        let sound = fixture.link(&[(A, 1)]);
        assert!(matches!(fixture.log().append(&sound), Err(Error::Stopped)));
        assert!(fixture.reopen().is_clean());
        fixture.append(&[(A, 1)]);
    }
}

#[test]
fn a_command_of_several_parts_is_found_by_its_first() {
    let mut fixture = Fixture::new();
    let digest = Hash::from_bytes([5; 32]);
    let mut head = head(&[], A);
    let mut group = Vec::new();
    for part in 1..=3 {
        let record = head
            .link(1, command(7), part, 3, digest, vec![part as u8])
            .unwrap();
        head = head.after(&record).unwrap();
        group.push(record);
    }
    fixture.log().append(&group).unwrap();
    let reader = fixture.log().reader();
    assert_eq!(reader.find(A, command(7)).unwrap().unwrap().position, 0);
    assert_eq!(reader.find(B, command(7)).unwrap(), None);
}

#[test]
fn commands_that_share_a_fingerprint_are_told_apart() {
    let mut fixture = Fixture::new();
    fixture
        .log()
        .parts_for_tests()
        .0
        .index_mut()
        .one_fingerprint = true;
    fixture.append(&[(A, 5), (B, 6), (A, 7)]);
    let reader = fixture.log().reader();
    for (position, record) in fixture.all.iter().enumerate() {
        let found = reader
            .find(record.header.ledger, record.header.command_id)
            .unwrap();
        assert_eq!(found.unwrap().position, position as u64);
    }
    assert_eq!(reader.find(A, command(1)).unwrap(), None);
}

#[test]
fn one_process_one_log() {
    let mut fixture = Fixture::new();
    fixture.append(&[(A, 5)]);
    let again = |fixture: &Fixture| super::open_with(fixture.path(), &fixture.faults, |_| Ok(()));
    let is_in_use = |result| matches!(result, Err(OpenError::Store(Error::InUse { .. })));
    assert!(is_in_use(again(&fixture)));
    let reader = fixture.log().reader();
    fixture.log = None;
    assert!(is_in_use(again(&fixture)));
    assert!(matches!(
        crate::verify(fixture.path(), |_| ()),
        Err(crate::VerifyError::Store(Error::InUse { .. }))
    ));
    drop(reader);
    assert!(again(&fixture).is_ok());
}

#[test]
fn an_error_of_the_caller_ends_the_replay() {
    let mut fixture = Fixture::new();
    fixture.append(&[(A, 5), (A, 6)]);
    fixture.log = None;
    let mut seen = 0;
    let opened = Log::open(fixture.path(), |_| {
        seen += 1;
        Err("no")
    });
    assert!(matches!(opened, Err(OpenError::Each("no"))));
    assert_eq!(seen, 1);
}

#[test]
fn a_failure_of_any_step_stops_the_log_and_loses_nothing_acknowledged() {
    use Step::{JournalSync, JournalWrite, PagesApply, PagesFlush, PagesSync};
    for (step, times) in [
        (JournalWrite, 0),
        (JournalSync, 0),
        (PagesApply, 0),
        (PagesApply, 1),
        (PagesFlush, 0),
        (PagesFlush, 1),
        (PagesSync, 0),
    ] {
        let mut fixture = Fixture::new();
        fixture.append(&[(A, 100), (B, 100)]);
        let reader = fixture.log().reader();
        let group = fixture.link(&[(A, 5_000); 60]);
        fixture.faults.fail(step, times);
        let error = fixture.log().append(&group).unwrap_err();
        assert!(!matches!(error, Error::Stopped), "{step:?}");
        assert!(
            matches!(fixture.log().append(&group), Err(Error::Stopped)),
            "{step:?}"
        );
        assert_eq!(reader.next_position(), 2, "readers see nothing of it");
        assert_eq!(reader.find(A, group[0].header.command_id).unwrap(), None);
        drop(reader);
        fixture.log = None;
        // Whole or not at all: the frame was written whole in every case but the first.
        if step != JournalWrite {
            fixture.all.extend(group);
        }
        fixture.reopen();
        fixture.append(&[(B, 1)]);
        assert!(fixture.reopen().is_clean(), "{step:?}");
    }
}

#[test]
fn readers_see_groups_whole_while_the_writer_appends() {
    let mut fixture = Fixture::new();
    fixture.append(&[(A, 50); 10]);
    let reader = fixture.log().reader();
    std::thread::scope(|scope| {
        let watch = scope.spawn(move || {
            loop {
                let seen = reader.next_position();
                assert_eq!(seen % 10, 0);
                let entries = reader.scan(A, seen - 10, 10).unwrap();
                assert_eq!(entries.len(), 10);
                assert_eq!(entries[9].position, seen - 1);
                if seen == 300 {
                    return;
                }
            }
        });
        for _ in 1..30 {
            fixture.append(&[(A, 50); 10]);
        }
        watch.join().unwrap();
    });
}
