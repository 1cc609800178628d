//! A disk that is full or fails, at each step of the write path and each time that it is taken.

use std::convert::Infallible;
use std::io::ErrorKind;

use anyhow::Result;
use store::{Faults, Log, Step};

use crate::damage::{judge, link};
use crate::trial::How;
use crate::{Chance, Family, Outcome, Tools, Trial};

/// The row of the table. A seed is a site, an occurrence and a kind of failure.
pub const FAMILY: Family = Family {
    name: "full",
    what: "ENOSPC and EIO on write, EIO on sync, at each occurrence of each step of an append",
    in_ci: SITES.len() as u64 * OCCURRENCES,
    full: SITES.len() as u64 * OCCURRENCES * 20,
    repaired_percent_min: 100,
    how: How::Trials(prepare),
};

/// How often each step is taken in a trial, at the least: once for each group.
const OCCURRENCES: u64 = 8;

const SITES: [(Step, ErrorKind); 8] = [
    (Step::JournalCreate, ErrorKind::StorageFull),
    (Step::JournalWrite, ErrorKind::StorageFull),
    (Step::JournalWrite, ErrorKind::Other),
    (Step::JournalSync, ErrorKind::Other),
    (Step::PagesApply, ErrorKind::Other),
    (Step::PagesFlush, ErrorKind::StorageFull),
    (Step::PagesFlush, ErrorKind::Other),
    (Step::PagesSync, ErrorKind::Other),
];

fn prepare(_: &Tools) -> Result<Trial> {
    Ok(Box::new(trial))
}

fn trial(seed: u64) -> Outcome {
    let site = seed % SITES.len() as u64;
    let occurrence = seed / SITES.len() as u64 % OCCURRENCES;
    let (step, kind) = SITES[site as usize];
    let mut chance = Chance::of(seed);
    let dir = tempfile::tempdir().expect("a directory");
    let faults = Faults::default();
    let opened = Log::open_with_faults(dir.path(), faults.clone(), |_| Ok::<(), Infallible>(()));
    let (mut log, _) = opened.expect("a new log");
    // Each group begins a segment of its own, so that each step comes in each of them.
    log.set_segment_len(1);
    faults.fail_with(step, occurrence as u32, kind);

    let mut all = Vec::new();
    let mut failed = None;
    for number in 0..=OCCURRENCES as usize {
        // Groups of several batches, so that a failure may stand between two.
        let count = if chance.one_in(3) { 400 } else { 1 + number };
        let group = link(&all, &mut chance, count);
        match log.append(&group) {
            Ok(_) if failed.is_some() => return Outcome::Silent("it went on".to_owned()),
            Ok(_) => all.extend(group),
            Err(_) if failed.is_some() => {}
            Err(_) => failed = Some(group),
        }
    }
    drop(log);
    let Some(group) = failed else {
        return Outcome::Failed(format!("{step:?} was never taken {occurrence} times"));
    };
    // The group was not acknowledged: it is there as a whole, or not at all.
    let mut seen = 0;
    let opened = Log::open(dir.path(), |_| {
        seen += 1;
        Ok::<(), Infallible>(())
    });
    let is_mended = match opened {
        Ok((log, recovery)) => {
            drop(log);
            !recovery.is_clean()
        }
        Err(error) => return Outcome::Lost(format!("it does not open: {error}")),
    };
    if seen == all.len() + group.len() {
        all.extend(group);
    }
    let outcome = judge(dir.path(), &all, true);
    if is_mended && outcome == Outcome::Unharmed {
        return Outcome::Repaired;
    }
    outcome
}
