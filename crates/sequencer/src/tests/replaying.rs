//! Whoever replays a log computes every seal of it again, names the first that is false, goes on
//! where it stopped, and never takes damage of its own files for a fault of the log.

use super::seals::{Chance, naive, records, some, two_counties};
use super::*;
use chain::{Frontier, Head, NodeHash, Record, leaf_bytes, leaf_hash};
use ledger::digest::Digest;
use ledger::log::{LogCommand, LogEvent, SubjectsSeal};
use ledger::{Event, Fact};
use std::path::Path;

fn all(rig: &Rig) -> Vec<Record> {
    let entries = rig.handle().reader().range(0, usize::MAX).unwrap();
    entries.into_iter().map(|entry| entry.record).collect()
}

fn root_of(records: &[Record]) -> NodeHash {
    let mut tree = Frontier::new();
    for record in records {
        let leaf = leaf_bytes(record.header.ledger, record.header.seq, record.hash);
        tree.push(leaf_hash(&leaf));
    }
    tree.root()
}

fn replayed(dir: &Path, records: &[Record]) -> Replay {
    let mut replay = Replay::open(dir).unwrap();
    let from = usize::try_from(replay.size()).unwrap();
    for record in &records[from..] {
        replay.take(record).unwrap();
    }
    replay.keep().unwrap();
    replay
}

fn seal(root: NodeHash, count: u64, through_position: u64) -> LogCommand {
    LogCommand::SealSubjects(SubjectsSeal {
        root: Digest(*root.as_bytes()),
        count,
        through_position,
    })
}

/// The log with one more record, which nobody asked the sequencer for.
fn with(mut records: Vec<Record>, ledger: chain::LedgerId, event: Event) -> Vec<Record> {
    let last = records.iter().rev().find(|it| it.header.ledger == ledger);
    let head = last.map_or_else(|| Head::genesis(ledger), Head::of);
    let (mut fact, salt) = wire::decode_event(&records[0].body).unwrap();
    fact = Fact { event, ..fact };
    let body = wire::encode_event(salt, &fact);
    let digest = records[0].header.command_digest;
    let record = head.link(head.recorded_at_us, command_id(77), 1, 1, digest, body);
    records.push(record.unwrap());
    records
}

#[test]
fn every_seal_is_computed_again_however_often_it_is_broken_off() {
    for seed in [1, 42, 20_180_728] {
        println!("seed {seed}");
        let mut chance = Chance(seed);
        let (mut number, mut sealed) = (1000, 0);
        let rig = two_counties();
        rig.accepted(returned_payment());
        let dir = tempfile::tempdir().unwrap();
        let mut replay = Replay::open(dir.path()).unwrap();
        for _ in 0..12 {
            for _ in 0..chance.below(3) {
                some(&rig, &mut chance, &mut number);
            }
            // Some records come between what a seal counts and the seal.
            let through = rig.handle().reader().next_position() - 1;
            let (root, count) = naive(&records(&rig, through));
            if chance.below(2) == 0 {
                some(&rig, &mut chance, &mut number);
            }
            rig.handle().say(vec![seal(root, count, through)]).unwrap();
            sealed += 1;
            let all = all(&rig);
            let mut taken = usize::try_from(replay.size()).unwrap();
            while taken < all.len() {
                replay.take(&all[taken]).unwrap();
                taken += 1;
                match chance.below(6) {
                    0 => replay.keep().unwrap(),
                    1 => {
                        // Killed: what was kept last is what it goes on from.
                        drop(replay);
                        replay = Replay::open(dir.path()).unwrap();
                        let at = usize::try_from(replay.size()).unwrap();
                        assert!(at <= taken);
                        taken = at;
                    }
                    _ => {}
                }
            }
            assert_eq!(replay.fault(), None);
            assert_eq!((replay.root(), replay.seals()), (root_of(&all), sealed));
        }
        replay.keep().unwrap();
        let size = replay.size();
        drop(replay);
        let again = Replay::open(dir.path()).unwrap();
        assert_eq!((again.size(), again.seals()), (size, sealed));
        for folder in ["subjects", "pairs"] {
            let files = std::fs::read_dir(dir.path().join(folder)).unwrap();
            assert_eq!(files.count(), 1, "{folder}");
        }
    }
}

#[test]
fn a_seal_that_leaves_one_record_out_is_named_with_both_roots() {
    let rig = two_counties();
    rig.accepted(returned_payment());
    rig.handle().seal_subjects().unwrap().unwrap();
    rig.accepted(vec![rename(500, "某县")]);
    let through = rig.handle().reader().next_position() - 1;
    let honest = records(&rig, through);
    let mut short = honest.clone();
    let position = short.iter().rposition(|(_, names, _)| !names.is_empty());
    short[position.unwrap()].1.pop();
    let ((root, count), (right, _)) = (naive(&short), naive(&honest));
    rig.handle().say(vec![seal(root, count, through)]).unwrap();
    rig.accepted(vec![rename(501, "某县")]);
    let (dir, all) = (tempfile::tempdir().unwrap(), all(&rig));
    let replay = replayed(dir.path(), &all);
    let fault = replay.fault().unwrap().to_owned();
    let at = format!("position {}, through position {through}", through + 1);
    for named in [at, root.to_string(), right.to_string()] {
        assert!(fault.contains(&named), "{fault}");
    }
    // The tree is computed on: these are the records of that log. And it is not forgotten.
    assert_eq!((replay.size(), replay.root()), (len(&all), root_of(&all)));
    drop(replay);
    let replay = Replay::open(dir.path()).unwrap();
    assert_eq!(replay.fault(), Some(fault.as_str()));
}

#[test]
fn a_seal_is_false_in_whatever_ledger_it_stands_and_however_far_it_goes() {
    let rig = two_counties();
    rig.accepted(returned_payment());
    rig.handle().seal_subjects().unwrap().unwrap();
    let all = all(&rig);
    let end = len(&all);
    let (root, count) = naive(&records(&rig, end - 1));
    let counting = |root: NodeHash, count, through_position| {
        Event::Log(LogEvent::SubjectsSealed(SubjectsSeal {
            root: Digest(*root.as_bytes()),
            count,
            through_position,
        }))
    };
    let event = |root, through| counting(root, count, through);
    let other = leaf_hash(b"another");
    for (ledger, event, said) in [
        (county(), event(root, end - 1), None),
        (
            county(),
            event(other, end - 1),
            Some("the records give root"),
        ),
        (
            LedgerId(id(1, 2)),
            event(other, end - 1),
            Some("the records give root"),
        ),
        (
            county(),
            counting(root, count + 1, end - 1),
            Some("the records give root"),
        ),
        (
            county(),
            event(root, end),
            Some("counts records that come after it"),
        ),
        (
            county(),
            event(root, u64::MAX),
            Some("counts records that come after it"),
        ),
        (
            county(),
            event(root, 0),
            Some("a seal before it goes through"),
        ),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let replay = replayed(dir.path(), &with(all.clone(), chain_id(ledger), event));
        match (replay.fault(), said) {
            (None, None) => assert_eq!(replay.seals(), 2),
            (Some(fault), Some(said)) => assert!(fault.contains(said), "{fault}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_broken_chain_is_a_fault_and_a_newer_record_is_none() {
    let rig = two_counties();
    rig.accepted(returned_payment());
    let mut all = all(&rig);
    let dir = tempfile::tempdir().unwrap();
    let newer = Head::of(all.last().unwrap());
    let newer = newer.link(u64::MAX, command_id(1), 1, 1, newer.hash, vec![0xff; 9]);
    let mut replay = replayed(dir.path(), &all);
    let error = replay.take(&newer.unwrap()).unwrap_err();
    assert!(matches!(error, ReplayError::Newer { .. }), "{error}");
    assert!(!error.is_damage());
    // It goes on from before, with a release that knows it.
    drop(replay);
    assert_eq!(Replay::open(dir.path()).unwrap().size(), len(&all));

    let dir = tempfile::tempdir().unwrap();
    let county = chain_id(county());
    let second = |it: &Record| it.header.ledger == county && it.header.seq == 2;
    let at = all.iter().position(second).unwrap();
    all.remove(at);
    let fault = replayed(dir.path(), &all).fault().unwrap().to_owned();
    let named = format!("ledger {county} is broken at seq 2");
    assert!(fault.contains(&named), "{fault}");
}

#[test]
fn damage_of_its_own_files_is_never_a_fault_of_the_log() {
    let mut chance = Chance(7);
    let mut number = 1000;
    let rig = two_counties();
    rig.accepted(returned_payment());
    rig.handle().seal_subjects().unwrap().unwrap();
    for _ in 0..4 {
        some(&rig, &mut chance, &mut number);
    }
    let dir = tempfile::tempdir().unwrap();
    drop(replayed(dir.path(), &all(&rig)));
    some(&rig, &mut chance, &mut number);
    rig.handle().seal_subjects().unwrap().unwrap();
    let all = all(&rig);
    let mut files = vec![dir.path().join("state")];
    for folder in ["subjects", "pairs"] {
        let entries = std::fs::read_dir(dir.path().join(folder)).unwrap();
        files.extend(entries.map(|entry| entry.unwrap().path()));
    }
    assert_eq!(files.len(), 3);
    for file in files {
        let sound = std::fs::read(&file).unwrap();
        for round in 0..40_u64 {
            let at = usize::try_from(chance.below(len(&sound))).unwrap();
            let mut bytes = sound.clone();
            match round % 3 {
                0 => bytes[at] ^= 1 << chance.below(8),
                1 => bytes.truncate(at),
                _ => std::fs::remove_file(&file).unwrap(),
            }
            if round % 3 != 2 {
                std::fs::write(&file, &bytes).unwrap();
            }
            let work = tempfile::tempdir().unwrap();
            copy(dir.path(), work.path());
            let gone_on = Replay::open(work.path()).and_then(|mut replay| {
                let from = usize::try_from(replay.size()).unwrap();
                let taken = all[from..]
                    .iter()
                    .try_for_each(|record| replay.take(record));
                taken.map(|()| (replay.fault().map(str::to_owned), replay.root()))
            });
            match gone_on {
                Ok(found) => assert_eq!(found, (None, root_of(&all)), "{file:?} {at}"),
                Err(error) => assert!(error.is_damage(), "{error}"),
            }
            Replay::clear(work.path()).unwrap();
            assert_eq!(replayed(work.path(), &all).seals(), 2);
        }
        std::fs::write(&file, &sound).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|it| (it.path(), it.file_name())).unwrap();
        if path.is_dir() {
            std::fs::create_dir_all(to.join(&name)).unwrap();
            copy(&path, &to.join(&name));
        } else {
            std::fs::copy(&path, to.join(&name)).unwrap();
        }
    }
}

fn len<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap()
}
