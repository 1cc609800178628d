//! Hands that should not have been there, in one copy: records rewritten and hashed anew, swapped,
//! deleted, inserted, cut off, or brought from another ledger.
//!
//! Whoever writes to one copy is found by the other. What is changed alike in both copies only the
//! register, receipts and witnesses show.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;
use std::path::Path;

use anyhow::Result;
use chain::{Head, LedgerId, Record};
use store::Log;

use crate::damage::{LEDGERS, Sample, copy_dir, judge_named};
use crate::trial::How;
use crate::{Chance, Family, Outcome, Tools, Trial};

/// The rows of the table, one for each way of the catalogue.
pub const FAMILIES: [Family; 6] = [
    family(
        "tamper-rewrite",
        "a record rewritten, all after it hashed anew, in one copy",
        |_| Ok(trial(rewrite)),
    ),
    family(
        "tamper-swap",
        "two records swapped, chained or not, in one copy",
        |_| Ok(trial(swap)),
    ),
    family(
        "tamper-delete",
        "a record deleted, chained or not, in one copy",
        |_| Ok(trial(delete)),
    ),
    family(
        "tamper-insert",
        "a record inserted, chained or not, in one copy",
        |_| Ok(trial(insert)),
    ),
    family(
        "tamper-cut",
        "the tail of one copy cut off between two groups",
        |_| Ok(trial(cut)),
    ),
    family(
        "tamper-splice",
        "a record of one ledger in another's place, in one copy",
        |_| Ok(trial(splice)),
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

/// A way of the catalogue.
pub type Edit = fn(&mut Vec<Record>, &mut Chance);

/// All of them.
pub const EDITS: [Edit; 6] = [rewrite, swap, delete, insert, cut, splice];

fn trial(edit: Edit) -> Trial {
    let sample = Sample::make().expect("a log to break");
    Box::new(move |seed| {
        let mut chance = Chance::of(seed);
        let mut forged = sample.all.clone();
        edit(&mut forged, &mut chance);
        let copy = sample.copy();
        match chance.below(3) {
            0 => {
                // Frames whose own hashes are right, around records that do not chain.
                write_journal(&forged, copy.path(), &mut chance);
            }
            into => {
                forged = chained(&forged);
                let name = if into == 1 { "journal" } else { "sled" };
                let other = tempfile::tempdir().expect("a directory");
                write_log(&forged, other.path(), &mut chance);
                fs::remove_dir_all(copy.path().join(name)).expect("a copy to replace");
                copy_dir(&other.path().join(name), &copy.path().join(name));
            }
        }
        let named = first_changed(&sample.all, &forged);
        match named {
            Some(named) => judge_named(copy.path(), &sample.all, seed % 2 == 0, &named),
            None => Outcome::Failed("nothing was changed".to_owned()),
        }
    })
}

/// The names of the first record that is another: as it was, and as it was made.
pub fn first_changed(all: &[Record], forged: &[Record]) -> Option<Vec<(LedgerId, u64)>> {
    let same = all
        .iter()
        .zip(forged)
        .take_while(|(one, other)| one == other)
        .count();
    let name = |record: &Record| (record.header.ledger, record.header.seq);
    let names: Vec<_> = [all.get(same), forged.get(same)]
        .into_iter()
        .flatten()
        .map(name)
        .collect();
    (!names.is_empty()).then_some(names)
}

#[expect(clippy::ptr_arg, reason = "an `Edit`")]
fn rewrite(all: &mut Vec<Record>, chance: &mut Chance) {
    let at = chance.index(all.len());
    let len = 1 + chance.index(200);
    all[at].body = chance.bytes(len);
}

#[expect(clippy::ptr_arg, reason = "an `Edit`")]
fn swap(all: &mut Vec<Record>, chance: &mut Chance) {
    let at = chance.index(all.len() - 1);
    let other = at + 1 + chance.index((all.len() - at - 1).min(50));
    all.swap(at, other);
}

fn delete(all: &mut Vec<Record>, chance: &mut Chance) {
    // The last one deleted is the tail cut off.
    let at = chance.index(all.len() - 1);
    all.remove(at);
}

fn insert(all: &mut Vec<Record>, chance: &mut Chance) {
    let at = chance.index(all.len());
    let mut more = chance.pick(all).clone();
    more.header.command_id = uuid::Uuid::from_u128(u128::from(chance.any()));
    all.insert(at, more);
}

/// The tail cut off.
pub fn cut(all: &mut Vec<Record>, chance: &mut Chance) {
    let left = chance.index(all.len());
    all.truncate(left);
}

#[expect(clippy::ptr_arg, reason = "an `Edit`")]
fn splice(all: &mut Vec<Record>, chance: &mut Chance) {
    let at = chance.index(all.len());
    let here = all[at].header.ledger;
    let others: Vec<LedgerId> = LEDGERS.into_iter().filter(|one| *one != here).collect();
    all[at].header.ledger = *chance.pick(&others);
}

/// The same contents as chains that verify.
pub fn chained(records: &[Record]) -> Vec<Record> {
    let mut heads: BTreeMap<LedgerId, Head> = BTreeMap::new();
    let link = |record: &Record| {
        let header = &record.header;
        let ledger = header.ledger;
        let head = heads.entry(ledger).or_insert_with(|| Head::genesis(ledger));
        let linked = head.link(
            header.recorded_at_us,
            header.command_id,
            header.part,
            header.parts,
            header.command_digest,
            record.body.clone(),
        );
        let linked = linked.expect("a record that fits");
        *head = Head::of(&linked);
        linked
    };
    records.iter().map(link).collect()
}

/// A log of these records.
pub fn write_log(records: &[Record], dir: &Path, chance: &mut Chance) {
    let (mut log, _) = Log::open(dir, |_| Ok::<(), Infallible>(())).expect("a new log");
    let mut rest = records;
    while !rest.is_empty() {
        let mut count = (1 + chance.index(40)).min(rest.len());
        // No command in two groups.
        while count < rest.len() && rest[count].header.part > 1 {
            count += 1;
        }
        let (group, after) = rest.split_at(count);
        log.append(group).expect("a group");
        rest = after;
    }
}

fn write_journal(records: &[Record], dir: &Path, chance: &mut Chance) {
    let journal = dir.join("journal");
    fs::remove_dir_all(&journal).expect("a journal");
    fs::create_dir(&journal).expect("a directory");
    let mut bytes = Vec::new();
    let mut rest = records;
    while !rest.is_empty() {
        let (group, after) = rest.split_at((1 + chance.index(40)).min(rest.len()));
        let first = (records.len() - rest.len()) as u64;
        bytes.extend(store::frame(first, group).expect("a frame"));
        rest = after;
    }
    let name = format!("{:020}.journal", 0);
    fs::write(journal.join(name), bytes).expect("a journal");
}
