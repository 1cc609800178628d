//! A seal commits to every record of every subject: whatever is left out, added or altered gives
//! another root; what a crash leaves of its file is ignored; and the paths that it gives lead to
//! the root.

use super::*;
use chain::{Accumulator, Frontier, Hash, NodeHash, leaf_hash, subject_leaf, verify_inclusion};
use ledger::ids::Subject;
use ledger::subjects::Subjects;
use std::collections::{BTreeMap, BTreeSet};

/// Numbers that look like chance, and are the same each time.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// A record, as far as seals care: ledger, subjects, hash.
pub(super) type Named = (chain::LedgerId, Vec<Uuid>, Hash);

pub(super) fn records(rig: &Rig, through: u64) -> Vec<Named> {
    let entries = rig.handle().reader().range(0, usize::MAX).unwrap();
    let entries = entries
        .into_iter()
        .filter(|entry| entry.position <= through);
    let named = entries.map(|entry| {
        let (fact, _) = wire::decode_event(&entry.record.body).unwrap();
        let mut subjects = BTreeSet::new();
        fact.event.each(&mut |subject| {
            subjects.insert(subject.0);
        });
        let ledger = entry.record.header.ledger;
        (ledger, subjects.into_iter().collect(), entry.record.hash)
    });
    named.collect()
}

/// The root as anybody would compute it who has all records and much memory.
pub(super) fn naive(records: &[Named]) -> (NodeHash, u64) {
    let mut all: BTreeMap<(String, String), Vec<Hash>> = BTreeMap::new();
    for (ledger, subjects, hash) in records {
        for subject in subjects {
            let key = (ledger.to_string(), subject.to_string());
            all.entry(key).or_default().push(*hash);
        }
    }
    let mut tree = Frontier::new();
    for ((ledger, subject), hashes) in &all {
        let (ledger, subject): (Uuid, Uuid) = (ledger.parse().unwrap(), subject.parse().unwrap());
        let mut r = blake3::derive_key(
            "fundtrace v1 subject",
            &[*ledger.as_bytes(), *subject.as_bytes()].concat(),
        );
        for hash in hashes {
            r = blake3::derive_key("fundtrace v1 subject", &[r, *hash.as_bytes()].concat());
        }
        let (n, r) = (hashes.len(), Hash::from_bytes(r));
        let leaf = format!("fundtrace-subject/v1\n{ledger}\n{subject}\n{n}\n{r}\n");
        tree.push(leaf_hash(leaf.as_bytes()));
    }
    (tree.root(), tree.size())
}

/// Some commands at random, to two ledgers in turn.
pub(super) fn some(rig: &Rig, chance: &mut Chance, number: &mut u128) {
    // One at least is taken.
    *number += 1;
    rig.accepted(vec![rename(*number, "某县")]);
    for _ in 0..chance.below(12) + 1 {
        *number += 1;
        let who = u128::from(chance.below(40)) + 1;
        let submission = match chance.below(5) {
            0 => register(*number, who, 0),
            1 => register(*number, who, who / 2),
            2 => household(*number, who, "甲某"),
            3 => rename(*number, "某县"),
            _ => observed(household(*number, who, "乙某")),
        };
        let ledger = LedgerId(id(1, 1 + u128::from(chance.below(2))));
        let request = Request {
            ledger,
            ..Rig::request(vec![submission], false)
        };
        // What is refused, as a unit that is there already, leaves no record.
        let _ = rig.handle().submit_blocking(request).unwrap();
    }
}

pub(super) fn two_counties() -> Rig {
    let rig = Rig::with_county();
    let request = Request {
        ledger: LedgerId(id(1, 2)),
        ..Rig::request(vec![open(2)], false)
    };
    rig.handle().submit_blocking(request).unwrap();
    rig
}

fn files(rig: &Rig) -> Vec<std::path::PathBuf> {
    let folder = rig.dir.path().join("subjects");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

/// Damages the last file of subjects.
fn spoil(rig: &Rig, damage: impl FnOnce(&mut Vec<u8>)) {
    let last = files(rig).pop().unwrap();
    let mut bytes = std::fs::read(&last).unwrap();
    damage(&mut bytes);
    std::fs::write(&last, bytes).unwrap();
}

#[test]
fn seals_are_what_anybody_computes_from_the_records() {
    for seed in [1, 42, 20_180_728] {
        println!("seed {seed}");
        let mut chance = Chance(seed);
        let mut number = 1000;
        let mut rig = two_counties();
        // Among them records that name a subject twice.
        rig.accepted(returned_payment());
        for round in 0..12 {
            some(&rig, &mut chance, &mut number);
            let end = rig.handle().reader().next_position();
            let seal = rig.handle().seal_subjects().unwrap().unwrap();
            assert_eq!(seal.through_position, end - 1);
            assert_eq!(seal.position, end, "the seal is the next record");
            let expected = naive(&records(&rig, seal.through_position));
            assert_eq!((seal.root, seal.count), expected, "round {round}");
            assert!(files(&rig).len() <= 2);
            match round % 5 {
                // Nothing but the seal since.
                0 => assert_eq!(rig.handle().seal_subjects().unwrap(), None),
                1 => rig.restart(),
                // The file is gone: only a scan is lost.
                2 => std::fs::remove_dir_all(rig.dir.path().join("subjects")).unwrap(),
                // A crash has torn it.
                3 => spoil(&rig, |bytes| bytes.truncate(bytes.len() / 2)),
                // A bad disk has changed it.
                _ => spoil(&rig, |bytes| {
                    let middle = bytes.len() / 2;
                    bytes[middle] ^= 1;
                }),
            }
        }
        let (seals, more) = rig.handle().seals(0, 100).unwrap();
        assert_eq!((seals.len(), more), (12, false));
        assert_eq!(seals.last().copied(), rig.handle().last_seal());
        assert!(rig.handle().seals(0, 5).unwrap().1);
    }
}

#[test]
fn a_record_left_out_added_or_altered_changes_the_root() {
    let rig = two_counties();
    rig.accepted(vec![
        register(10, 1, 0),
        register(11, 2, 1),
        household(12, 1, "甲某"),
    ]);
    let seal = rig.handle().seal_subjects().unwrap().unwrap();
    let all = records(&rig, seal.through_position);
    assert_eq!(naive(&all).0, seal.root);
    let named = |record: &Named| !record.1.is_empty();
    for place in (0..all.len()).filter(|place| named(&all[*place])) {
        let mut left_out = all.clone();
        left_out.remove(place);
        let mut twice = all.clone();
        twice.insert(place, all[place].clone());
        let mut altered = all.clone();
        altered[place].2 = Hash::from_bytes([1; 32]);
        let mut other_ledger = all.clone();
        other_ledger[place].0 = chain_id(LedgerId(id(1, 2)));
        for changed in [left_out, twice, altered, other_ledger] {
            assert_ne!(naive(&changed).0, seal.root, "record {place}");
        }
    }
}

#[test]
fn every_subject_is_proved_complete() {
    let mut chance = Chance(7);
    let mut number = 1000;
    let mut rig = two_counties();
    assert!(matches!(
        rig.handle().prove_subjects(&[]),
        Err(SealError::NotSealed)
    ));
    for _ in 0..6 {
        some(&rig, &mut chance, &mut number);
    }
    let seal = rig.handle().seal_subjects().unwrap().unwrap();
    // What comes after the seal is not in its proofs.
    some(&rig, &mut chance, &mut number);
    let mut all: BTreeMap<(LedgerId, Subject), Vec<Hash>> = BTreeMap::new();
    for (ledger, subjects, hash) in records(&rig, seal.through_position) {
        for subject in subjects {
            let key = (LedgerId(ledger.0), Subject(subject));
            all.entry(key).or_default().push(hash);
        }
    }
    let mut asked: Vec<_> = all.keys().copied().collect();
    asked.push((county(), Subject(id(99, 99))));
    for lost in [false, true] {
        if lost {
            rig.restart();
            std::fs::remove_dir_all(rig.dir.path().join("subjects")).unwrap();
        }
        let (by, proofs) = rig.handle().prove_subjects(&asked).unwrap();
        assert_eq!((by, proofs.len()), (seal, asked.len()));
        assert_eq!(proofs.last().unwrap(), &None);
        for (proof, ((ledger, subject), hashes)) in proofs.iter().flatten().zip(&all) {
            let none = Accumulator::empty(chain_id(*ledger), subject.0);
            let folded = hashes.iter().copied().fold(none, Accumulator::after);
            assert_eq!(proof.accumulator, folded);
            let leaf = leaf_hash(&subject_leaf(chain_id(*ledger), subject.0, &folded));
            verify_inclusion(leaf, proof.leaf_index, seal.count, seal.root, &proof.path).unwrap();
        }
        assert_eq!(proofs.iter().flatten().count(), all.len());
    }
}

#[test]
fn a_proof_reads_what_it_needs_and_never_gives_what_does_not_lead_to_the_seal() {
    let rig = two_counties();
    rig.accepted(vec![register(10, 1, 0), household(12, 1, "甲某")]);
    let seal = rig.handle().seal_subjects().unwrap().unwrap();
    let known = records(&rig, seal.through_position);
    let (ledger, subjects, _) = known.last().unwrap();
    let asked = [(LedgerId(ledger.0), Subject(subjects[0]))];
    let (_, right) = rig.handle().prove_subjects(&asked).unwrap();
    assert!(right[0].is_some());
    let file = files(&rig).pop().unwrap();
    let sound = std::fs::read(&file).unwrap();
    let change = |byte: usize| {
        let mut bytes = sound.clone();
        bytes[byte] ^= 1;
        std::fs::write(&file, &bytes).unwrap();
        bytes
    };
    // The hash of the whole file is not asked for: what is given leads to the root without it.
    let bytes = change(sound.len() - 1);
    assert_eq!(rig.handle().prove_subjects(&asked).unwrap().1, right);
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    // Whatever is wrong with any row, here each one counts, the records are read instead.
    for byte in (48..sound.len() - 32).step_by(7) {
        change(byte);
        assert_eq!(
            rig.handle().prove_subjects(&asked).unwrap().1,
            right,
            "{byte}"
        );
        assert_eq!(std::fs::read(&file).unwrap(), sound, "{byte}");
    }
}

#[test]
fn a_file_of_another_log_is_not_taken() {
    let other = two_counties();
    other.accepted(vec![register(10, 1, 0), household(12, 1, "甲某")]);
    other.handle().seal_subjects().unwrap().unwrap();
    let rig = two_counties();
    rig.accepted(vec![register(10, 3, 0), household(12, 9, "丙某")]);
    let folder = rig.dir.path().join("subjects");
    std::fs::create_dir(&folder).unwrap();
    for file in files(&other) {
        std::fs::copy(&file, folder.join(file.file_name().unwrap())).unwrap();
    }
    let seal = rig.handle().seal_subjects().unwrap().unwrap();
    let expected = naive(&records(&rig, seal.through_position));
    assert_eq!((seal.root, seal.count), expected);
}

#[test]
fn nobody_but_the_deployment_writes_about_the_log() {
    use ledger::digest::Digest;
    use ledger::log::{LogCommand, SubjectsSeal};
    let rig = Rig::with_county();
    let system = rig.handle().system();
    let seal = Command::Log(LogCommand::SealSubjects(SubjectsSeal {
        root: Digest([1; 32]),
        count: 1,
        through_position: 1,
    }));
    let deployment = Caller {
        actor: Actor::DEPLOYMENT,
        roles: vec![Role::Administrator],
    };
    for (number, ledger, caller) in [
        (20, system, anyone()),
        (21, county(), anyone()),
        (22, county(), deployment),
    ] {
        let request = Request {
            ledger,
            caller,
            submissions: vec![submission(number, seal.clone())],
            atomic: false,
        };
        let answer = rig
            .handle()
            .submit_blocking(request)
            .unwrap()
            .pop()
            .unwrap();
        assert_eq!(rejected(&answer), "FORBIDDEN");
    }
}

#[test]
fn a_key_is_introduced_once_and_after_the_one_before() {
    use ledger::log::{KeyIntroduction, LogCommand, NoteText};
    let mut rig = Rig::with_county();
    let key = |vkey: &str| NoteText::new(vkey).unwrap();
    let introduce = |rig: &Rig, vkey: &str, previous: Option<&str>| {
        let introduction = KeyIntroduction {
            vkey: key(vkey),
            previous: previous.map(key),
            endorsement: None,
        };
        rig.handle()
            .say(vec![LogCommand::IntroduceKey(introduction)])
    };
    introduce(&rig, "a+1+A", None).unwrap();
    assert!(introduce(&rig, "b+2+B", None).is_err());
    introduce(&rig, "b+2+B", Some("a+1+A")).unwrap();
    rig.restart();
    let system = rig.handle().slot(rig.handle().system()).unwrap();
    let introduced = system.view().books.log.key.clone();
    assert_eq!(introduced.map(|(key, _)| key), Some(key("b+2+B")));
    // It says nothing of any subject.
    rig.handle().seal_subjects().unwrap().unwrap();
    introduce(&rig, "c+3+C", Some("b+2+B")).unwrap();
    assert_eq!(rig.handle().seal_subjects().unwrap(), None);
}

#[test]
fn what_is_signed_off_is_noticed() {
    let rig = Rig::with_county();
    assert_eq!(rig.handle().signed_off(), 0);
    let closing = ledger::book::BookClosing {
        successor: None,
        reason: text("撤县设区"),
    };
    let close = Command::Ledger(BookCommand::Close(closing));
    rig.accepted(vec![submission(30, close)]);
    assert_eq!(rig.handle().signed_off(), 1);
    let states = || {
        let system = rig.handle().slot(rig.handle().system()).unwrap();
        let view = system.view();
        view.timeline.of_word("log.state_recorded").len()
    };
    rig.handle().tend(false).unwrap();
    assert!(rig.handle().last_seal().is_none() && states() > 0);
    rig.handle().tend(true).unwrap();
    assert!(rig.handle().last_seal().is_some());
}
