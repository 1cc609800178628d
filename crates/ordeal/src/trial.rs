//! Families of trials, what comes of a trial, and the row that a family makes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::Result;
use serde::{Deserialize, Serialize};

/// A row of the table.
pub struct Family {
    /// Short, lower case, with hyphens: what is given to `cargo xtask ordeal NAME`.
    pub name: &'static str,
    /// What is done to the log, as the table says it.
    pub what: &'static str,
    /// How many trials a change must pass.
    pub in_ci: u64,
    /// How many `--full` runs.
    pub full: u64,
    /// The least share of trials, in percent, that must end repaired or unharmed; 0 if a refusal
    /// that names the place is as good.
    pub repaired_percent_min: u64,
    /// How its trials are made.
    pub how: How,
}

/// How the trials of a family are made.
pub enum How {
    /// Prepares once what all of them need, such as a recording, and gives the function from a
    /// seed to what came of it. Trials run side by side.
    Trials(fn(&Tools) -> Result<Trial>),
    /// Runs as many elsewhere, in a program of its own, from a seed on, and answers its row or
    /// rows. `cargo test` leaves it out: `cargo xtask ci` has a step or a test for it.
    Elsewhere(fn(&Family, u64, u64) -> Result<Vec<Row>>),
}

/// From a seed to what came of it.
pub type Trial = Box<dyn Fn(u64) -> Outcome + Send + Sync>;

/// What a family may need to prepare its trials.
#[derive(Debug, Clone)]
pub struct Tools {
    /// This crate's program, which is also the writer that is recorded.
    pub program: PathBuf,
}

/// What came of one trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Everything acknowledged is there, and there was nothing to mend.
    Unharmed,
    /// Everything acknowledged is there, because it was mended: the head is the identical one.
    Repaired,
    /// It was refused or reported, with the place named.
    Detected,
    /// Something acknowledged is gone.
    Lost(String),
    /// Something is wrong, and nobody said so.
    Silent(String),
    /// Another promise did not hold: a panic, a wrong place named.
    Failed(String),
}

impl Outcome {
    /// Whether something is wrong with the log, or with the trial.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        match self {
            Outcome::Unharmed | Outcome::Repaired | Outcome::Detected => false,
            Outcome::Lost(_) | Outcome::Silent(_) | Outcome::Failed(_) => true,
        }
    }
}

/// What came of the trials of a family.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    /// The family's name.
    pub name: String,
    /// What is done to the log.
    pub what: String,
    /// How many were run.
    pub trials: u64,
    /// The first seed; they are consecutive.
    pub first_seed: u64,
    /// The last seed.
    pub last_seed: u64,
    /// Trials in which something acknowledged was lost: there must be none.
    pub lost: u64,
    /// Trials in which something was wrong without a word: there must be none.
    pub silent: u64,
    /// Trials that were refused or reported, with the place named.
    pub detected: u64,
    /// Trials that were mended.
    pub repaired: u64,
    /// What went wrong, by seed.
    pub failures: Vec<Failure>,
    /// How long they took, in seconds.
    pub seconds: f64,
}

/// A trial that went wrong.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Failure {
    /// `cargo xtask ordeal NAME --seed N` runs it again.
    pub seed: u64,
    /// What happened.
    pub what: String,
}

impl Row {
    /// Whether nothing went wrong.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.lost == 0 && self.silent == 0 && self.failures.is_empty()
    }
}

impl Family {
    /// Runs `trials` of them, with the seeds from `first_seed` on, on all processors.
    ///
    /// # Errors
    /// The trials could not be prepared. What they find is in the row.
    pub fn run(&self, tools: &Tools, first_seed: u64, trials: u64) -> Result<Vec<Row>> {
        let started = Instant::now();
        let mut row = match self.how {
            How::Trials(prepare) => {
                let trial = prepare(tools)?;
                self.count(&*trial, first_seed, trials)
            }
            How::Elsewhere(run) => return run(self, first_seed, trials),
        };
        let mended = row.trials - row.detected - row.lost - row.silent;
        if mended * 100 < row.trials * self.repaired_percent_min {
            let what = format!(
                "{mended} of {} are as they were, at least {} % must be",
                row.trials, self.repaired_percent_min
            );
            row.failures.push(Failure {
                seed: first_seed,
                what,
            });
        }
        row.seconds = started.elapsed().as_secs_f64();
        Ok(vec![row])
    }

    fn count(
        &self,
        trial: &(dyn Fn(u64) -> Outcome + Send + Sync),
        first_seed: u64,
        trials: u64,
    ) -> Row {
        let end = first_seed + trials;
        let next = AtomicU64::new(first_seed);
        let row = Mutex::new(self.empty_row(first_seed, trials));
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(|| {
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= end {
                            break;
                        }
                        let outcome = catch_unwind(AssertUnwindSafe(|| trial(seed)));
                        let outcome =
                            outcome.unwrap_or_else(|panic| Outcome::Failed(told(&*panic)));
                        row.lock().expect("only counts").add(seed, outcome);
                    }
                });
            }
        });
        let mut row = row.into_inner().expect("only counts");
        row.failures.sort_by_key(|failure| failure.seed);
        row
    }

    /// A row of this family in which nothing has happened yet.
    #[must_use]
    pub fn empty_row(&self, first_seed: u64, trials: u64) -> Row {
        Row {
            name: self.name.to_owned(),
            what: self.what.to_owned(),
            trials,
            first_seed,
            last_seed: (first_seed + trials).saturating_sub(1),
            lost: 0,
            silent: 0,
            detected: 0,
            repaired: 0,
            failures: Vec::new(),
            seconds: 0.0,
        }
    }
}

impl Row {
    fn add(&mut self, seed: u64, outcome: Outcome) {
        let what = match outcome {
            Outcome::Unharmed => return,
            Outcome::Repaired => {
                self.repaired += 1;
                return;
            }
            Outcome::Detected => {
                self.detected += 1;
                return;
            }
            Outcome::Lost(what) => {
                self.lost += 1;
                format!("lost: {what}")
            }
            Outcome::Silent(what) => {
                self.silent += 1;
                format!("silent: {what}")
            }
            Outcome::Failed(what) => format!("failed: {what}"),
        };
        self.failures.push(Failure { seed, what });
    }
}

/// The words of a panic.
fn told(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("panicked: {}", text.unwrap_or("without a message"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILY: Family = Family {
        name: "one-of-each",
        what: "every outcome in turn",
        in_ci: 6,
        full: 60,
        repaired_percent_min: 0,
        how: How::Trials(|_| {
            Ok(Box::new(|seed| match seed % 6 {
                0 => Outcome::Unharmed,
                1 => Outcome::Repaired,
                2 => Outcome::Detected,
                3 => Outcome::Lost("three".to_owned()),
                4 => Outcome::Silent("four".to_owned()),
                _ => panic!("five"),
            }))
        }),
    };

    fn row(family: &Family) -> Row {
        let tools = Tools {
            program: PathBuf::new(),
        };
        family.run(&tools, 6, 6).unwrap().remove(0)
    }

    #[test]
    fn counts_each_outcome_and_names_the_seeds_that_went_wrong() {
        let row = row(&FAMILY);
        assert_eq!((row.trials, row.first_seed, row.last_seed), (6, 6, 11));
        assert_eq!(
            (row.lost, row.silent, row.detected, row.repaired),
            (1, 1, 1, 1)
        );
        let failures: Vec<(u64, &str)> = row
            .failures
            .iter()
            .map(|failure| (failure.seed, failure.what.as_str()))
            .collect();
        let expected = [
            (9, "lost: three"),
            (10, "silent: four"),
            (11, "failed: panicked: five"),
        ];
        assert_eq!(failures, expected);
        assert!(!row.passes());
    }

    #[test]
    fn a_family_that_must_repair_fails_when_it_only_reports() {
        let family = Family {
            repaired_percent_min: 99,
            how: How::Trials(|_| Ok(Box::new(|_| Outcome::Detected))),
            ..FAMILY
        };
        assert!(!row(&family).passes());
        let family = Family {
            how: How::Trials(|_| Ok(Box::new(|_| Outcome::Repaired))),
            ..family
        };
        assert!(row(&family).passes());
    }
}
