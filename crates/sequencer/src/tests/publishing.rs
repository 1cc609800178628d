//! What is published continues what was published before, covers what is on the disk, and is in
//! the register before anybody sees it; a log that does not go together with its register does not
//! start.

use super::*;
use crate::publish::Publisher;
use crate::starting::Opened;
use chain::{Checkpoint, Note, VerifierKey};
use ledger::Event;
use ledger::log::LogEvent;
use std::fs;
use std::path::PathBuf;
use store::{Faults, Log, Step};

pub(super) fn register_of(rig: &Rig) -> PathBuf {
    rig.publishes.as_ref().unwrap().0.path().join("head")
}

pub(super) fn log(rig: &Rig) -> &PublishedLog {
    rig.handle().published_log().unwrap()
}

pub(super) fn key(rig: &Rig) -> VerifierKey {
    log(rig).vkey().parse().unwrap()
}

pub(super) fn block_on<F: Future>(future: F) -> F::Output {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.build().unwrap().block_on(future)
}

/// The newest checkpoint, once it covers everything.
pub(super) fn covering(rig: &Rig) -> Arc<Published> {
    let size = rig.handle().reader().next_position();
    let mut newest = log(rig).checkpoints();
    let covered = |newest: &Option<Arc<Published>>| newest.as_ref().is_some_and(|n| n.size == size);
    let wait = async { newest.wait_for(covered).await.unwrap().clone().unwrap() };
    block_on(wait)
}

pub(super) fn units(rig: &Rig, from: u128, count: u128) -> Vec<Receipt> {
    rig.accepted((from..from + count).map(|n| register(n, n, 0)).collect())
}

/// Copies a directory of files and directories.
pub(super) fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = (
            entry.as_ref().unwrap().path(),
            to.join(entry.unwrap().file_name()),
        );
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

#[test]
fn every_record_is_covered_and_every_checkpoint_continues_the_last() {
    let mut rig = Rig::publishing();
    let mut seen = vec![covering(&rig)];
    for round in 0..6_u128 {
        units(&rig, 10 + round * 100, 1 + round * 17);
        if round == 3 {
            rig.restart();
        }
        seen.push(covering(&rig));
    }
    let log = log(&rig);
    let newest = seen.last().unwrap();
    for old in &seen {
        assert!(old.note.verify([&key(&rig)]).is_ok());
        let text: Checkpoint = old.note.text().parse().unwrap();
        assert_eq!(
            (text.origin(), text.size(), text.root()),
            (ORIGIN, old.size, old.root)
        );
        let proof = log.consistency(old.size, newest.size).unwrap();
        chain::verify_consistency(old.size, old.root, newest.size, newest.root, &proof).unwrap();
    }
    for position in 0..newest.size {
        let entry = rig.handle().reader().at(position).unwrap().unwrap();
        let header = &entry.record.header;
        let leaf = chain::leaf_bytes(header.ledger, header.seq, entry.record.hash);
        let leaf = chain::leaf_hash(&leaf);
        let proof = log.inclusion(position, leaf, newest).unwrap();
        chain::verify_inclusion(leaf, position, newest.size, newest.root, &proof).unwrap();
    }
}

#[test]
fn the_register_holds_the_checkpoint_that_is_shown() {
    let rig = Rig::publishing();
    units(&rig, 10, 3);
    let shown = covering(&rig);
    assert_eq!(
        fs::read_to_string(register_of(&rig)).unwrap(),
        shown.note.to_string()
    );
}

#[test]
fn what_cannot_be_registered_is_not_shown_and_the_records_stand() {
    let rig = Rig::publishing();
    let before = covering(&rig);
    // A directory in the place of the new file: nobody can write there, not even root.
    fs::create_dir(register_of(&rig).with_extension("new")).unwrap();
    let receipts = units(&rig, 10, 3);
    let mut failing = log(&rig).failing.clone();
    block_on(failing.wait_for(|failing| *failing)).unwrap();
    assert_eq!(log(&rig).latest().unwrap().size, before.size);
    assert!(
        rig.handle()
            .reader()
            .at(receipts[2].first_position)
            .unwrap()
            .is_some()
    );
    fs::remove_dir(register_of(&rig).with_extension("new")).unwrap();
    assert_eq!(covering(&rig).size, before.size + 3);
    block_on(failing.wait_for(|failing| !failing)).unwrap();
}

#[test]
fn what_the_disk_did_not_take_is_in_no_checkpoint() {
    let mut rig = Rig::publishing();
    let before = covering(&rig);
    rig.stop();
    let (dir, faults) = (rig.dir.path(), Faults::default());
    let signer = Arc::new(chain::Signer::new(ORIGIN, &[7; 32]).unwrap());
    let head = store::Register::at(&register_of(&rig));
    let mut publisher = Publisher::new(store::Tree::at(dir), signer, head).unwrap();
    let shown = Arc::new(Shown::new());
    let opened = Log::open_with_faults(dir, faults.clone(), |entry| {
        shown.show_all(&[crate::lines::Line::of(entry.position, &entry.record)]);
        publisher.replay(entry)
    });
    let (log, recovery) = opened.unwrap();
    let recorded = crate::introduce::Recorded::default();
    publisher.begin(false, &recorded, &log.reader()).unwrap();
    let time = *rig.time.lock().unwrap();
    let clock = Box::new(move || time);
    let opened = Opened::of(log, recovery, shown).publishing(publisher);
    let started = crate::starting::run(dir, clock, opened, None).unwrap();

    faults.fail(Step::JournalWrite, 0);
    let request = Rig::request(vec![register(10, 10, 0)], false);
    let answer = started.handle.submit_blocking(request);
    assert_eq!(answer, Err(Unavailable::Stopped));
    // What it was given to publish it publishes before it ends.
    drop(started.handle);
    started.writer.join().unwrap();
    let note = Note::parse(&fs::read(register_of(&rig)).unwrap()).unwrap();
    let published: Checkpoint = note.text().parse().unwrap();
    assert_eq!(published.size(), before.size);
    rig.start();
    assert_eq!(covering(&rig).size, before.size);
}

#[test]
fn a_log_that_was_taken_back_does_not_start() {
    let mut rig = Rig::publishing();
    units(&rig, 10, 3);
    rig.stop();
    let backup = tempfile::tempdir().unwrap();
    copy(rig.dir.path(), backup.path());
    rig.start();
    units(&rig, 20, 2);
    let size = covering(&rig).size;
    rig.stop();

    fs::remove_dir_all(rig.dir.path()).unwrap();
    copy(backup.path(), rig.dir.path());
    let Err(StartError::Publish(error)) = rig.try_start(true) else {
        panic!("it started");
    };
    let PublishError::Rollback {
        registered,
        size: found,
        ..
    } = &error
    else {
        panic!("{error}");
    };
    assert_eq!((*registered, *found), (size, size - 2));
    assert!(
        error
            .to_string()
            .contains(&format!("Records {} to {}", size - 2, size - 1)),
        "{error}"
    );
}

/// Everything in a directory but sled's files, which change when they are opened.
fn contents(dir: &std::path::Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("sled") {
            found.extend(contents(&path));
        } else if path.is_file() {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn a_refused_start_changes_nothing_and_is_refused_again_in_the_same_words() {
    let mut rig = Rig::publishing();
    units(&rig, 10, 400);
    rig.stop();
    let backup = tempfile::tempdir().unwrap();
    copy(rig.dir.path(), backup.path());
    rig.start();
    units(&rig, 1_000, 200);
    covering(&rig);
    rig.stop();
    let tree = tempfile::tempdir().unwrap();
    copy(&rig.dir.path().join("tree"), tree.path());

    for other_history in [false, true] {
        fs::remove_dir_all(rig.dir.path()).unwrap();
        copy(backup.path(), rig.dir.path());
        if other_history {
            let publishes = rig.publishes.take();
            rig.start();
            units(&rig, 2_000, 300);
            rig.stop();
            rig.publishes = publishes;
        }
        // The records are others, the tree is still that of the true ones.
        fs::remove_dir_all(rig.dir.path().join("tree")).unwrap();
        copy(tree.path(), &rig.dir.path().join("tree"));
        let refused = || rig.try_start(true).err().unwrap().to_string();
        let before = contents(rig.dir.path());
        let first = refused();
        let seq = if other_history {
            "seq 402"
        } else {
            "from seq 402"
        };
        assert!(first.contains(seq), "{first}");
        for _ in 0..2 {
            assert_eq!(refused(), first);
        }
        assert!(contents(rig.dir.path()) == before, "something was changed");
    }
}

#[test]
fn a_log_with_another_history_does_not_start() {
    let mut rig = Rig::publishing();
    rig.stop();
    let backup = tempfile::tempdir().unwrap();
    copy(rig.dir.path(), backup.path());
    rig.start();
    units(&rig, 10, 3);
    covering(&rig);
    rig.stop();
    // The same number of records and more, and not the same ones.
    fs::remove_dir_all(rig.dir.path()).unwrap();
    copy(backup.path(), rig.dir.path());
    let publishes = rig.publishes.take();
    rig.start();
    units(&rig, 20, 5);
    rig.stop();
    rig.publishes = publishes;
    let result = rig.try_start(true);
    let fork = matches!(
        result,
        Err(StartError::Publish(PublishError::Fork { size: 6, .. }))
    );
    assert!(fork, "{:?}", result.err());
}

#[test]
fn a_register_that_is_gone_or_of_another_log_is_not_passed_over() {
    let mut rig = Rig::publishing();
    covering(&rig);
    rig.stop();
    let sound = fs::read(register_of(&rig)).unwrap();
    fs::remove_file(register_of(&rig)).unwrap();
    let missing = rig.try_start(false);
    assert!(matches!(
        missing,
        Err(StartError::Publish(PublishError::Missing { size: 3, .. }))
    ));

    // Every flipped bit, the signature's own included.
    for bit in (0..sound.len() * 8).step_by(7) {
        let mut bytes = sound.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(register_of(&rig), bytes).unwrap();
        let result = rig.try_start(true);
        let foreign = matches!(
            result,
            Err(StartError::Publish(PublishError::Foreign { .. }))
        );
        assert!(foreign, "bit {bit}: {:?}", result.err());
    }
    fs::write(register_of(&rig), &sound).unwrap();
    rig.publishes.as_mut().unwrap().1 = 8;
    let other_key = rig.try_start(true);
    let refused = matches!(
        other_key,
        Err(StartError::Publish(PublishError::OtherKey { .. }))
    );
    assert!(refused, "{:?}", other_key.err());
    rig.publishes.as_mut().unwrap().1 = 7;
    rig.start();
    assert_eq!(covering(&rig).size, 3);
}

/// The key that the log has recorded last, and whether the one before stands for it.
fn recorded(rig: &Rig) -> (String, bool) {
    let system = rig.handle().system();
    let slot = rig.handle().slot(system).unwrap();
    let seq = slot.view().books.log.key.as_ref().unwrap().1;
    let reader = rig.handle().reader();
    let entry = reader.get(chain_id(system), seq);
    let fact = rig
        .handle()
        .fact(system, &entry.unwrap().unwrap().record.body, Sight::Nothing);
    let Event::Log(LogEvent::KeyIntroduced(key)) = fact.unwrap().event else {
        panic!("another event at seq {seq}");
    };
    let endorsed = key.endorsement.is_some_and(|endorsement| {
        let (old, new) = (key.previous.unwrap(), &key.vkey);
        let old: VerifierKey = old.as_str().parse().unwrap();
        let text = format!("fundtrace-key/v1\n{new}\n");
        let line = format!("— {} {endorsement}", old.name());
        old.verify(&text, &line.parse().unwrap()).is_ok()
    });
    (key.vkey.to_string(), endorsed)
}

#[test]
fn a_key_is_exchanged_only_when_asked_for_and_leaves_a_record() {
    let mut rig = Rig::publishing();
    let first = covering(&rig);
    assert_eq!(recorded(&rig), (log(&rig).vkey().to_owned(), false));
    for (seed, old) in [(8, true), (9, false)] {
        rig.stop();
        let before = rig.publishes.as_ref().unwrap().1;
        rig.publishes.as_mut().unwrap().1 = seed;
        assert!(rig.try_start(false).is_err(), "not asked for");
        let another = Some(chain::Signer::new(ORIGIN, &[77; 32]).unwrap());
        let refused = rig.start_with(false, Some(Rotation { old: another })).err();
        assert!(matches!(
            refused,
            Some(StartError::Publish(PublishError::OtherOldKey { .. }))
        ));
        let old_signer = chain::Signer::new(ORIGIN, &[before; 32]).unwrap();
        let rotation = Rotation {
            old: old.then_some(old_signer),
        };
        rig.running = Some(rig.start_with(false, Some(rotation)).unwrap());
        assert_eq!(recorded(&rig), (log(&rig).vkey().to_owned(), old));
        let newest = covering(&rig);
        assert!(
            newest.note.verify([&key(&rig)]).is_ok(),
            "the new key signs"
        );
        let proof = log(&rig).consistency(first.size, newest.size).unwrap();
        let (from, to) = ((first.size, first.root), (newest.size, newest.root));
        chain::verify_consistency(from.0, from.1, to.0, to.1, &proof).unwrap();
        rig.restart();
        assert_eq!(covering(&rig).size, newest.size, "recorded once");
    }
}

#[test]
fn a_damaged_tree_gives_no_wrong_proof_and_is_put_right_by_a_start() {
    let mut rig = Rig::publishing();
    units(&rig, 10, 40);
    let newest = covering(&rig);
    let file = rig.dir.path().join("tree/0");
    let mut bytes = fs::read(&file).unwrap();
    bytes[33] ^= 1;
    fs::write(&file, bytes).unwrap();
    let entry = rig.handle().reader().at(0).unwrap().unwrap();
    let leaf = chain::leaf_bytes(entry.record.header.ledger, 1, entry.record.hash);
    let leaf = chain::leaf_hash(&leaf);
    let wrong = log(&rig).inclusion(0, leaf, &newest);
    assert!(matches!(wrong, Err(ProveError::Damaged(_))), "{wrong:?}");
    rig.restart();
    assert_eq!(covering(&rig).root, newest.root);
    log(&rig).inclusion(0, leaf, &newest).unwrap();
}

#[test]
fn receipts_of_a_group_are_signed_together_and_each_proves_itself() {
    let rig = Rig::publishing();
    let send = |submissions| {
        let request = Rig::request(submissions, false);
        let answer = rig.handle().submit(request);
        block_on(answer).unwrap()
    };
    for (from, count) in [(10, 1), (20, 2), (30, 5), (40, 33)] {
        // One in between is refused: it has no receipt, and no leaf.
        let mut submissions: Vec<_> = (from..from + count).map(|n| register(n, n, 0)).collect();
        submissions.insert(1, register(from + 1_000, from, 0));
        let Answered { answers, signed } = send(submissions);
        let (group, first) = signed.unwrap();
        let note = Note::parse(group.note().as_bytes()).unwrap();
        let receipts: Vec<_> = answers.iter().filter_map(|a| a.as_ref().ok()).collect();
        assert_eq!(receipts.len(), usize::try_from(count).unwrap());
        for (index, receipt) in (first..).zip(&receipts) {
            let path = group.path(index);
            let key = key(&rig);
            let holds = |receipt: &Receipt, note: &Note| {
                chain::receipt::verify(&receipt.statement(), index, &path, note, &key).is_ok()
            };
            assert!(holds(receipt, &note));
            let mut other = **receipt;
            other.first_position += 1;
            assert!(!holds(&other, &note), "another position");
            let checkpoint = covering(&rig).note.clone();
            assert!(
                !holds(receipt, &checkpoint),
                "a checkpoint is no note over receipts"
            );
        }
    }
}

#[test]
fn tiles_are_served_for_every_published_size_and_no_further() {
    let rig = Rig::publishing();
    units(&rig, 1_000, 300);
    let newest = covering(&rig);
    let tile = |path: &str| log(&rig).tile(&path.parse().unwrap()).unwrap();
    assert_eq!(newest.size, 303);
    assert_eq!(tile("0/000").unwrap().len(), 256 * 32);
    assert_eq!(tile("0/001.p/47").unwrap().len(), 47 * 32);
    assert_eq!(tile("0/001.p/48"), None);
    assert_eq!(tile("1/000.p/1").unwrap().len(), 32);
    assert_eq!(tile("1/000.p/2"), None);
    let bundle = tile("entries/001.p/47").unwrap();
    let leaves = chain::decode_entries(&bundle).unwrap();
    let hashes: Vec<u8> = leaves
        .iter()
        .flat_map(|leaf| *chain::leaf_hash(leaf).as_bytes())
        .collect();
    assert_eq!(hashes, tile("0/001.p/47").unwrap());
}

#[test]
fn what_the_trees_files_have_wrong_is_neither_proved_nor_served() {
    let rig = Rig::publishing();
    for round in 0..4 {
        units(&rig, 10 + round * 100, 80);
    }
    let newest = covering(&rig);
    let (log, size) = (log(&rig), newest.size);
    let roots: Vec<_> = (0..=size).map(|size| log.root_at(size).unwrap()).collect();
    let last = format!("0/001.p/{}", size - 256);
    let tiles = ["0/000", "0/000.p/7", &last, "1/000.p/1"];
    let tile = |text: &str| log.tile(&text.parse().unwrap());
    for text in tiles {
        assert!(tile(text).unwrap().is_some(), "{text}");
    }
    for (level, at, wrong) in [
        (0, 5, vec!["0/000", "0/000.p/7"]),
        (0, 258, vec![&*last]),
        // A sound tile may be refused for what stands beside it, never the other way round.
        (1, 0, vec!["1/000.p/1", &last]),
    ] {
        let path = rig.dir.path().join("tree").join(level.to_string());
        let sound = fs::read(&path).unwrap();
        let mut bytes = sound.clone();
        bytes[at * 32 + 9] ^= 1;
        fs::write(&path, bytes).unwrap();
        for text in &wrong {
            assert!(matches!(tile(text), Err(ProveError::Damaged(_))), "{text}");
        }
        let mut refused = 0;
        for (from, root) in (0..).zip(&roots) {
            match log.consistency(from, size) {
                Ok(proof) => {
                    chain::verify_consistency(from, *root, size, newest.root, &proof).unwrap();
                }
                Err(ProveError::Damaged(_)) => refused += 1,
                Err(error) => panic!("{from}: {error}"),
            }
            if let Ok(found) = log.root_at(from) {
                assert_eq!(found, *root);
            }
        }
        assert!(refused > 0);
        fs::write(&path, sound).unwrap();
    }
    assert!(tile("0/000").unwrap().is_some());
}

#[test]
fn no_command_writes_to_a_log_that_was_taken_back() {
    let mut rig = Rig::publishing();
    units(&rig, 10, 2);
    covering(&rig);
    rig.stop();
    let old = tempfile::tempdir().unwrap();
    copy(rig.dir.path(), old.path());
    rig.start();
    units(&rig, 100, 3);
    covering(&rig);
    rig.stop();
    let register = register_of(&rig);
    let begin = |dir: &std::path::Path, register: &std::path::Path, may_lack| {
        let time = Arc::clone(&rig.time);
        let clock = Box::new(move || *time.lock().unwrap());
        let register = store::Register::at(register);
        let Started { handle, writer, .. } = start_beside(dir, clock, register, may_lack)?;
        drop(handle);
        writer.join().unwrap();
        Ok(())
    };
    begin(rig.dir.path(), &register, false).unwrap();
    let journal = || fs::read(old.path().join("journal/00000000000000000000.journal")).unwrap();
    let before = journal();
    for may_lack in [false, true] {
        let refused: Result<(), StartError> = begin(old.path(), &register, may_lack);
        assert!(matches!(
            refused,
            Err(StartError::Publish(PublishError::Rollback { .. }))
        ));
    }
    assert!(journal() == before);
    let nowhere = old.path().join("nowhere");
    let refused = begin(rig.dir.path(), &nowhere, false);
    assert!(matches!(
        refused,
        Err(StartError::Publish(PublishError::Missing { .. }))
    ));
    begin(rig.dir.path(), &nowhere, true).unwrap();
    // Another log's records under as many.
    fs::write(&register, b"no checkpoint").unwrap();
    let refused = begin(rig.dir.path(), &register, true);
    assert!(matches!(
        refused,
        Err(StartError::Publish(PublishError::Foreign { .. }))
    ));
}
