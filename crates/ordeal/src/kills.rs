//! kill -9 under 16 writers, over HTTP, with the real binary: `tests/crash.rs`, run as often as the
//! table wants. That test kills fifty times over one directory, so that a start never reads much.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::trial::{Failure, How};
use crate::{Family, Row};

/// How often one run of the test kills.
const ROUNDS: u64 = 50;

const TEST: &str = "crash::fifty_kills_under_sixteen_writers_lose_nothing_and_double_nothing";

/// The row of the table.
pub const FAMILY: Family = Family {
    name: "kill-9",
    what: "kill -9 of the server under 16 writers over HTTP; a seed is fifty rounds",
    in_ci: ROUNDS,
    full: 1_000,
    repaired_percent_min: 0,
    how: How::Elsewhere(run),
};

fn run(family: &Family, first_seed: u64, rounds: u64) -> Result<Vec<Row>> {
    let started = Instant::now();
    let runs = rounds.div_ceil(ROUNDS);
    let mut row = family.empty_row(first_seed, runs);
    row.trials = runs * ROUNDS;
    for seed in first_seed..first_seed + runs {
        let output = crate::cargo(Path::new("."))
            .args(["test", "-p", "fundtrace", "--test", "promises", "--"])
            .args(["--exact", TEST, "--nocapture"])
            .env("FUNDTRACE_SEED", seed.to_string())
            .output()
            .context("cannot start cargo")?;
        let told = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() || !told.contains("1 passed") {
            let what = told.lines().chain(["nothing was said"]).next_back();
            let errors = String::from_utf8_lossy(&output.stderr);
            row.failures.push(Failure {
                seed,
                what: format!("{}\n{errors}", what.unwrap_or_default()),
            });
        }
    }
    row.seconds = started.elapsed().as_secs_f64();
    Ok(vec![row])
}
