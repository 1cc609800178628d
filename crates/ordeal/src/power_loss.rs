//! Power loss at recorded system calls.
//!
//! A writer is recorded once: every system call by which it changes files or names, with the two
//! moments between which it ran, and what it acknowledged when. A trial cuts the power at a moment
//! that its seed names, makes a directory of what then is on the disk (see `disk.rs`), opens it and
//! looks for what had been acknowledged.
//!
//! The recorder is shown to work in two ways: at the end of each recording its own idea of the
//! directory is compared with the directory, and with the syncs taken out it finds losses
//! (`tests/power_loss.rs`).

mod recorder;
mod recording;
pub(crate) mod tracer;

use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use chain::Record;
use store::{Entry, Error, Log, OpenError};

use crate::disk::Disk;
use crate::trial::How;
use crate::writer::{self, Script};
use crate::{Chance, Family, Outcome, Tools, Trial};

pub use recorder::Recorder;
pub use recording::{Recording, Sure};

/// The row of the table.
#[must_use]
pub fn family() -> Family {
    Family {
        name: "power-loss",
        what: "power cut at a recorded system call; sectors not yet synced dropped, kept or torn",
        in_ci: 300,
        full: 10_000,
        repaired_percent_min: 100,
        how: How::Trials(|tools| prepare(tools, LIVES, |_| false)),
    }
}

/// The same while a copy is repaired. What the cut leaves of the other may then be all there is,
/// so a refusal that names what is lost is not a failure, but must be rare.
#[must_use]
pub fn family_in_repair() -> Family {
    Family {
        name: "repair-power-loss",
        what: "a bit flipped in the journal or sled, and a power cut while or after it is mended",
        in_ci: 100,
        full: 2_000,
        repaired_percent_min: 97,
        how: How::Trials(|tools| prepare(tools, DAMAGED_LIVES, |_| false)),
    }
}

/// Records, and gives the trials. The syncs of the files that `ignored` names by their paths below
/// the data directory are left out, as if the writer had never called them.
///
/// # Errors
/// The writer could not be recorded.
pub fn prepare(tools: &Tools, lives: &[Life], ignored: fn(&str) -> bool) -> Result<Trial> {
    let recorded: Vec<Recorded> = lives
        .iter()
        .map(|life| life.record(tools, ignored))
        .collect::<Result<_>>()?;
    Ok(Box::new(move |seed| {
        let mut chance = Chance::of(seed);
        let recorded = chance.pick(&recorded);
        recorded.trial(seed, &mut chance)
    }))
}

/// A life of the writer: killed now and then, it goes on where it was.
#[derive(Debug)]
pub struct Life {
    seed: u64,
    groups: usize,
    /// In bytes; small, so that segments begin and end.
    segment_len: u64,
    ends: &'static [End],
}

/// The end of a process of the writer.
#[derive(Debug)]
struct End {
    /// After how many groups it is killed,
    groups: usize,
    /// at the beginning of which of its further changes,
    change: usize,
    /// and the file of which a byte in the middle is then flipped.
    damaged: Option<&'static str>,
}

const fn killed(groups: usize, change: usize) -> End {
    End {
        groups,
        change,
        damaged: None,
    }
}

const fn damaged(groups: usize, change: usize, path: &'static str) -> End {
    End {
        groups,
        change,
        damaged: Some(path),
    }
}

const JOURNAL: &str = "data/journal/00000000000000000000.journal";
const SLED: &str = "data/sled/db";

/// One that is never killed, and one that is killed often, after each of the changes that a group
/// makes.
pub const LIVES: &[Life] = &[
    Life {
        seed: 1,
        groups: 120,
        segment_len: 256 * 1024,
        ends: &[],
    },
    Life {
        seed: 2,
        groups: 40,
        segment_len: 64 * 1024,
        ends: &[
            killed(3, 1),
            killed(7, 2),
            killed(11, 3),
            killed(15, 4),
            killed(19, 5),
            killed(23, 6),
            killed(27, 7),
        ],
    },
];

const DAMAGED_LIVES: &[Life] = &[
    Life {
        seed: 3,
        groups: 24,
        segment_len: 1024 * 1024,
        ends: &[damaged(10, 2, JOURNAL), damaged(18, 3, SLED)],
    },
    Life {
        seed: 4,
        groups: 24,
        segment_len: 64 * 1024,
        ends: &[damaged(10, 4, SLED), damaged(18, 1, JOURNAL)],
    },
];

#[derive(Debug)]
struct Recorded {
    recording: Recording,
    sure: Sure,
    script: Script,
    /// One copy was, before the power was cut.
    was_damaged: bool,
}

impl Life {
    fn record(&self, tools: &Tools, ignored: fn(&str) -> bool) -> Result<Recorded> {
        let dir = tempfile::tempdir()?;
        let root = dir.path().canonicalize()?;
        let mut recorder = Recorder::new(&root);
        let script = Script::of(self.seed, self.groups);
        for end in self.ends.iter().map(Some).chain([None]) {
            let mut command = Command::new(&tools.program);
            command
                .arg(writer::ARGUMENT)
                .arg(root.join("data"))
                .args([self.seed, self.groups as u64, self.segment_len].map(|n| n.to_string()));
            let kill = end.map(|end| (script.ends[end.groups - 1], end.change));
            recorder.run(&mut command, kill).context("recording")?;
            if let Some(path) = end.and_then(|end| end.damaged) {
                recorder.damage(path, |bytes| {
                    let middle = bytes.len() / 2;
                    bytes[middle] ^= 1;
                })?;
            }
        }
        let recording = recorder.finish();
        let sure = recording.sure(ignored);
        Ok(Recorded {
            recording,
            sure,
            script,
            was_damaged: self.ends.iter().any(|end| end.damaged.is_some()),
        })
    }
}

impl Recorded {
    fn trial(&self, seed: u64, chance: &mut Chance) -> Outcome {
        let at = self.recording.moment(chance);
        let disk = self.recording.cut(at, &self.sure, chance);
        let dir = tempfile::tempdir().expect("a temporary directory");
        disk.write_to(dir.path()).expect("written");
        let acknowledged = self.recording.acknowledged(at);
        let data = dir.path().join("data");
        let outcome = check(&data, acknowledged, &self.script, self.was_damaged);
        if outcome.is_failure() {
            keep(seed, &disk);
        }
        outcome
    }
}

/// Keeps what was on the disk when a trial went wrong: sled's threads are not always equally quick,
/// so another recording has the same moments, mostly, but not the same bytes.
fn keep(seed: u64, disk: &Disk) {
    let Some(dir) = std::env::var_os("FUNDTRACE_ORDEAL_KEEP") else {
        return;
    };
    let dir = Path::new(&dir).join(format!("power-loss-{seed}"));
    fs::create_dir_all(&dir)
        .map_err(Into::into)
        .and_then(|()| disk.write_to(&dir))
        .expect("kept");
}

/// Opens what is left, and looks whether it is what was acknowledged, and nothing else but what
/// comes next.
fn check(dir: &Path, acknowledged: usize, script: &Script, was_damaged: bool) -> Outcome {
    let mut seen: Vec<Record> = Vec::new();
    let each = |entry: &Entry| {
        seen.push(entry.record.clone());
        Ok::<(), Infallible>(())
    };
    let (mut log, recovery) = match Log::open(dir, each) {
        Ok(opened) => opened,
        // Both copies are bad: then at least it says which records are gone.
        Err(OpenError::Store(Error::Lost(lost))) if was_damaged && !lost.seqs.is_empty() => {
            return Outcome::Detected;
        }
        Err(error) => return Outcome::Failed(format!("refused: {error}")),
    };
    if seen.len() < acknowledged {
        let has = seen.len();
        return Outcome::Lost(format!("{has} of {acknowledged} records are there"));
    }
    if script.records.get(..seen.len()) != Some(&seen) {
        return Outcome::Silent("there are other records than were written".to_owned());
    }
    let registered = writer::register(dir).read().expect("a register");
    let registered = registered.and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
    let registered: usize = registered.unwrap_or_default();
    if registered < acknowledged || registered > seen.len() {
        let has = seen.len();
        return Outcome::Failed(format!("the register says {registered}, the log has {has}"));
    }
    let pages = match log.reader().range(0, usize::MAX) {
        Ok(pages) => pages,
        Err(error) => return Outcome::Failed(format!("the pages cannot be read: {error}")),
    };
    if !pages.iter().map(|entry| &entry.record).eq(&seen) {
        return Outcome::Silent("the pages say other than the journal".to_owned());
    }
    // It goes on, and finds it all again.
    let end = script.ends.iter().find(|end| **end > seen.len());
    let next = end.map_or(&[][..], |end| &script.records[seen.len()..*end]);
    log.append(next).expect("appended");
    drop(log);
    let (log, again) = Log::open(dir, |_| Ok::<(), Infallible>(())).expect("opened again");
    if log.next_position() != (seen.len() + next.len()) as u64 || !again.is_clean() {
        return Outcome::Failed(format!("not as it was left: {again}"));
    }
    if recovery.is_clean() {
        Outcome::Unharmed
    } else {
        Outcome::Repaired
    }
}
