//! Power loss at recorded system calls.
//!
//! A writer is recorded once: every system call by which it changes files or names, with the two
//! moments between which it ran, and what it acknowledged when. A trial cuts the power at a moment
//! that its seed names, makes a directory of what then is on the disk (see [`disk`]), opens it and
//! looks for what had been acknowledged.
//!
//! The recorder is shown to work in two ways: at the end of each recording its own idea of the
//! directory is compared with the directory, and with the syncs taken out it finds losses
//! (`tests/power_loss.rs`).

mod disk;
mod recorder;
mod recording;
mod tracer;

use std::convert::Infallible;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use chain::Record;
use store::{Entry, Log};

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
        how: How::Trials(|tools| prepare(tools, |_| false)),
    }
}

/// Records, and gives the trials. The syncs of the files that `ignored` names by their paths below
/// the data directory are left out, as if the writer had never called them.
///
/// # Errors
/// The writer could not be recorded.
pub fn prepare(tools: &Tools, ignored: fn(&str) -> bool) -> Result<Trial> {
    let recorded: Vec<Recorded> = LIVES
        .iter()
        .map(|life| life.record(tools, ignored))
        .collect::<Result<_>>()?;
    Ok(Box::new(move |seed| {
        let mut chance = Chance::of(seed);
        let recorded = chance.pick(&recorded);
        recorded.trial(&mut chance)
    }))
}

/// A life of the writer: killed now and then, it goes on where it was.
struct Life {
    seed: u64,
    groups: usize,
    /// Small, so that segments begin and end.
    segment_len: u64,
    /// After how many groups it is killed, in the middle of so many more changes.
    kills: &'static [(usize, usize)],
}

const LIVES: &[Life] = &[
    Life {
        seed: 1,
        groups: 120,
        segment_len: 256 * 1024,
        kills: &[],
    },
    Life {
        seed: 2,
        groups: 40,
        segment_len: 64 * 1024,
        kills: &[(3, 1), (7, 2), (11, 3), (15, 4), (19, 5), (23, 6), (27, 7)],
    },
];

#[derive(Debug)]
struct Recorded {
    recording: Recording,
    sure: Sure,
    script: Script,
}

impl Life {
    fn record(&self, tools: &Tools, ignored: fn(&str) -> bool) -> Result<Recorded> {
        let dir = tempfile::tempdir()?;
        let root = dir.path().canonicalize()?;
        let mut recorder = Recorder::new(&root);
        let script = Script::of(self.seed, self.groups);
        let killed = self
            .kills
            .iter()
            .map(|(groups, more)| Some((script.ends[groups - 1], *more)));
        for kill in killed.chain([None]) {
            let mut command = Command::new(&tools.program);
            command
                .arg(writer::ARGUMENT)
                .arg(root.join("data"))
                .args([self.seed, self.groups as u64, self.segment_len].map(|n| n.to_string()));
            recorder.run(&mut command, kill).context("recording")?;
        }
        let recording = recorder.finish();
        let sure = recording.sure(ignored);
        Ok(Recorded {
            recording,
            sure,
            script,
        })
    }
}

impl Recorded {
    fn trial(&self, chance: &mut Chance) -> Outcome {
        let at = self.recording.moment(chance);
        let disk = self.recording.cut(at, &self.sure, chance);
        let dir = tempfile::tempdir().expect("a temporary directory");
        disk.write_to(dir.path()).expect("written");
        let acknowledged = self.recording.acknowledged(at);
        check(&dir.path().join("data"), acknowledged, &self.script)
    }
}

/// Opens what is left, and looks whether it is what was acknowledged, and nothing else but what
/// comes next.
fn check(dir: &Path, acknowledged: usize, script: &Script) -> Outcome {
    let mut seen: Vec<Record> = Vec::new();
    let each = |entry: &Entry| {
        seen.push(entry.record.clone());
        Ok::<(), Infallible>(())
    };
    let (mut log, recovery) = match Log::open(dir, each) {
        Ok(opened) => opened,
        Err(error) => return Outcome::Failed(format!("refused: {error}, {error:?}")),
    };
    if seen.len() < acknowledged {
        let has = seen.len();
        return Outcome::Lost(format!("{has} of {acknowledged} records are there"));
    }
    if script.records.get(..seen.len()) != Some(&seen) {
        return Outcome::Silent("there are other records than were written".to_owned());
    }
    let pages = log.reader().range(0, usize::MAX).expect("pages");
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
