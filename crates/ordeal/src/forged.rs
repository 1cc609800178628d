//! A forged approval: in a real book, an approval by another person than gave it, a proposal by
//! another than made it, or a confirmation that nobody gave; all records after it hashed anew.
//!
//! Behind the last record that was published such a record would not be a forgery but the next
//! record: whoever is the server can write it, and it says who wrote it. What is forged here lies
//! before that.

use std::fs;
use std::path::Path;

use anyhow::Result;
use chain::{Checkpoint, LedgerId, Record, Signer};
use ledger::entry::{EntryConfirmation, EntryEvent};
use ledger::{Event, Fact};
use sequencer::{PublishError, StartError};
use store::BackupError;
use uuid::Uuid;

use crate::book::{Book, backup, person};
use crate::damage::{copy_dir, judge_named};
use crate::published::{ORIGIN, judge, rebuild_tree, replace_logs, start};
use crate::tamper::{chained, first_changed, write_log};
use crate::trial::How;
use crate::{Chance, Family, Outcome, Tools, Trial};

/// The rows of the table: how far the forger reached.
pub const FAMILIES: [Family; 4] = [
    family(
        "forged-approval-copy",
        "an approval forged or inserted, all after it hashed anew, in one copy",
        |_| trial(in_one_copy),
    ),
    family(
        "forged-approval-both",
        "the same in both copies; register and tree stay",
        |_| trial(in_both),
    ),
    family(
        "forged-approval-register",
        "the same in both copies, and the register signed with a key of the forger's own",
        |_| trial(with_register),
    ),
    family(
        "forged-approval-directory",
        "the same in the whole data directory, tree too; the register tells, and a backup where",
        |_| trial(whole_directory),
    ),
];

const fn family(
    name: &'static str,
    what: &'static str,
    prepare: fn(&Tools) -> Result<Trial>,
) -> Family {
    Family {
        name,
        what,
        in_ci: 20,
        full: 1_000,
        repaired_percent_min: 0,
        how: How::Trials(prepare),
    }
}

type Names = [(LedgerId, u64)];

/// Puts the forged records into a copy of `<dir>`, and says what came of it.
type Reach = fn(&Path, &Book, &[Record], &Names, &mut Chance) -> Outcome;

fn trial(reach: Reach) -> Result<Trial> {
    let book = Book::make()?;
    Ok(Box::new(move |seed| {
        let mut chance = Chance::of(seed);
        let all = &book.published.all;
        let mut forged = all.clone();
        forge(&mut forged, &mut chance);
        let forged = chained(&forged);
        let names = first_changed(all, &forged).expect("a forgery");
        let copy = book.published.copy();
        reach(copy.path(), &book, &forged, &names, &mut chance)
    }))
}

/// What the records say, of those that are entries of two persons.
fn entries(all: &[Record]) -> Vec<(usize, Fact, [u8; 16], EntryEvent)> {
    let decode = |(at, record): (usize, &Record)| {
        let (fact, salt) = wire::decode_event(&record.body).ok()?;
        let Event::Entry(event) = fact.event.clone() else {
            return None;
        };
        Some((at, fact, salt, event))
    };
    all.iter().enumerate().filter_map(decode).collect()
}

/// Another person's approval, or one that nobody gave.
fn forge(all: &mut Vec<Record>, chance: &mut Chance) {
    let entries = entries(all);
    let stranger = person(40 + u128::from(chance.below(1_000)));
    if chance.one_in(2) {
        let (at, fact, salt, _) = chance.pick(&entries);
        let mut fact = fact.clone();
        fact.actor.person = stranger;
        all[*at].body = wire::encode_event(*salt, &fact);
        return;
    }
    let confirmed = |id| {
        entries.iter().any(|(.., event)| {
            matches!(event, EntryEvent::Confirmed(confirmation) if confirmation.entry == id)
        })
    };
    let pending: Vec<_> = entries
        .iter()
        .filter_map(|(at, fact, _, event)| match event {
            EntryEvent::Proposed(proposal) if !confirmed(proposal.entry) => {
                Some((*at, fact, proposal.entry))
            }
            EntryEvent::Proposed(_) | EntryEvent::Confirmed(_) | EntryEvent::Withdrawn(_) => None,
        })
        .collect();
    let (at, fact, entry) = *chance.pick(&pending);
    let mut fact = fact.clone();
    fact.actor.person = stranger;
    fact.event = Event::Entry(EntryEvent::Confirmed(EntryConfirmation { entry }));
    let mut record = all[at].clone();
    record.header.command_id = Uuid::from_u128(u128::from(chance.any()));
    let salt = chance.bytes(16).try_into().expect("sixteen");
    record.body = wire::encode_event(salt, &fact);
    // Somewhere before the end, at which it would be the next record, and between two commands.
    let places: Vec<usize> = (at + 1..all.len())
        .filter(|place| all[place - 1].header.part == all[place - 1].header.parts)
        .collect();
    let place = *chance.pick(&places);
    let before = all[..place].iter().rev();
    let mut before = before.filter(|other| other.header.ledger == record.header.ledger);
    let before = before.next().expect("the proposal");
    record.header.recorded_at_us = before.header.recorded_at_us;
    all.insert(place, record);
}

fn in_one_copy(
    dir: &Path,
    book: &Book,
    forged: &[Record],
    names: &Names,
    chance: &mut Chance,
) -> Outcome {
    let name = *chance.pick(&["journal", "sled"]);
    let other = tempfile::tempdir().expect("a directory");
    write_log(forged, other.path(), chance);
    let data = dir.join("data");
    fs::remove_dir_all(data.join(name)).expect("a copy to replace");
    copy_dir(&other.path().join(name), &data.join(name));
    judge_named(&data, &book.published.all, chance.one_in(2), names)
}

fn in_both(dir: &Path, _: &Book, forged: &[Record], names: &Names, chance: &mut Chance) -> Outcome {
    replace_logs(dir, forged, chance);
    judge(dir, names)
}

fn with_register(
    dir: &Path,
    _: &Book,
    forged: &[Record],
    names: &Names,
    chance: &mut Chance,
) -> Outcome {
    replace_logs(dir, forged, chance);
    let own = Signer::new(ORIGIN, &[chance.any() as u8 | 0x80; 32]).expect("a key");
    let (size, root) = crate::fork::tree_of(forged);
    let checkpoint = Checkpoint::new(ORIGIN, size, root).expect("an origin");
    let head = dir.join("head");
    let true_head = fs::read(&head).expect("a register");
    let signed = checkpoint.sign(&own).expect("a note").to_string();
    fs::write(&head, signed).expect("a register");
    match start(dir) {
        Err(StartError::Publish(PublishError::Foreign { .. })) => {}
        Err(error) => return Outcome::Failed(format!("refused: {error}")),
        Ok(()) => return Outcome::Silent("it started".to_owned()),
    }
    // The operator puts the register back, which names the record.
    fs::write(&head, true_head).expect("a register");
    judge(dir, names)
}

fn whole_directory(
    dir: &Path,
    _: &Book,
    forged: &[Record],
    names: &Names,
    chance: &mut Chance,
) -> Outcome {
    replace_logs(dir, forged, chance);
    rebuild_tree(dir);
    let first = match start(dir) {
        Err(StartError::Publish(PublishError::Fork { first, .. })) => first,
        Err(error) => return Outcome::Failed(format!("refused: {error}")),
        Ok(()) => return Outcome::Silent("it started".to_owned()),
    };
    if !first.is_empty() {
        return Outcome::Failed(format!("how does it know of {first:?}?"));
    }
    named_by_backup(dir, names)
}

/// The tree is the forger's too: an earlier backup tells where they part.
pub(crate) fn named_by_backup(dir: &Path, names: &Names) -> Outcome {
    let data = dir.join("data");
    match store::backup(&data, &backup(dir), None, |_| ()) {
        Err(BackupError::NotContinued { ledger, seq }) if names.contains(&(ledger, seq)) => {
            Outcome::Detected
        }
        Err(error) => Outcome::Failed(format!("{error}, not {names:?}")),
        Ok(_) => Outcome::Silent("the backup went on".to_owned()),
    }
}
