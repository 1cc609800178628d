//! Fuzzing: builds `crates/fuzz` with the compiler's coverage pass, and runs it for each parser.
//!
//! On stable Rust the pass is switched on by flags of LLVM. The flags are given to our own crates
//! and their dependencies, and not to build scripts, because a target is named.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use crate::trial::{Failure, How};
use crate::{Family, Row};

pub mod entries;
mod seeds;

/// The row of each parser; a trial is a second, and in the table an execution.
pub const FAMILY: Family = Family {
    name: "fuzz",
    what: "coverage-guided fuzzing of a parser; trials are executions",
    in_ci: 30,
    full: 60,
    repaired_percent_min: 0,
    how: How::Elsewhere(|_, seed, seconds| run(None, seconds, seed)),
};

/// What `crates/fuzz/src/main.rs` has by these names.
const TARGETS: &[&str] = &[
    "record-header",
    "event-body",
    "journal-segment",
    "note",
    "checkpoint",
    "tlog-proof",
    "policy",
    "tile-path",
    "entry-bundle",
    "submission",
    "package",
    "package-entries",
    "receipts",
    "command-json",
    "backup-texts",
    "view-form",
    "store-files",
    "witness-memory",
    "working-file",
    "working-file-parts",
    "working-file-xls",
];

/// The longest input, in bytes: a package of some records, not the largest that a parser takes.
const INPUT_LEN_MAX: u64 = 64 * 1024;
/// An input that takes longer is a hang, in seconds.
const INPUT_TIME_MAX: u64 = 10;
/// More memory than this is a failure, in MiB.
const MEMORY_MAX: u64 = 1_024;

const FLAGS: &str = "-Cpasses=sancov-module \
                     -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                     -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares \
                     --cfg fuzzing";

/// Below the root of the workspace, where nothing is committed.
const DIR: &str = "target/fuzz";

/// Fuzzes one parser, or all of them, two at a time, each for so many seconds; at the root of the
/// workspace. Answers a row for each.
///
/// # Errors
/// The parser is not known, or nothing could be built. What was found is in the rows.
pub fn run(target: Option<&str>, seconds: u64, seed: u64) -> Result<Vec<Row>> {
    let chosen = |name: &&str| target.is_none_or(|target| target == *name);
    let targets: Vec<&str> = TARGETS.iter().copied().filter(chosen).collect();
    ensure!(
        !targets.is_empty(),
        "no such parser; there are {}",
        TARGETS.join(", ")
    );
    let program = build()?;
    let waiting = Mutex::new(targets.iter());
    let rows = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().expect("only names").next();
                    let Some(name) = next else { break };
                    let row = fuzz(&program, name, seconds, seed);
                    rows.lock().expect("only rows").push(row);
                }
            });
        }
    });
    let rows = rows.into_inner().expect("only rows");
    let mut rows: Vec<Row> = rows.into_iter().collect::<Result<_>>()?;
    let place = |row: &Row| TARGETS.iter().position(|name| row.name.ends_with(name));
    rows.sort_by_key(place);
    Ok(rows)
}

/// Builds the program, by itself and with its own flags.
fn build() -> Result<PathBuf> {
    let host = Command::new("rustc").arg("-vV").output()?;
    let host = String::from_utf8(host.stdout)?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc does not say where it runs")?;
    let status = crate::cargo(Path::new("crates/fuzz"))
        .args(["build", "--quiet", "--locked", "--target", host])
        .args(["--target-dir", "../../target/fuzz"])
        .env("RUSTFLAGS", FLAGS)
        // What cargo tells the program that it runs is not for the one that this one runs.
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .context("cannot start cargo")?;
    ensure!(status.success(), "the fuzz targets do not build: {status}");
    Ok(Path::new(DIR).join(host).join("debug/fuzz"))
}

fn fuzz(program: &Path, name: &str, seconds: u64, seed: u64) -> Result<Row> {
    let dir = |what: &str| -> Result<String> {
        let dir = Path::new(DIR).join(what).join(name);
        fs::create_dir_all(&dir)?;
        Ok(dir.to_str().context("a path in UTF-8")?.to_owned())
    };
    let (corpus, given, found) = (dir("corpus")?, dir("seeds")?, dir("artifacts")?);
    for (number, bytes) in seeds::of(name).iter().enumerate() {
        fs::write(Path::new(&given).join(number.to_string()), bytes)?;
    }
    let started = Instant::now();
    let output = Command::new(program)
        .args([&corpus, &given])
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-seed={}", seed.max(1)))
        .arg(format!("-max_len={INPUT_LEN_MAX}"))
        .arg(format!("-timeout={INPUT_TIME_MAX}"))
        .arg(format!("-rss_limit_mb={MEMORY_MAX}"))
        .arg(format!("-artifact_prefix={found}/"))
        .arg("-print_final_stats=1")
        .env("FUNDTRACE_FUZZ", name)
        .stdout(Stdio::null())
        .output()
        .context("cannot start the fuzzer")?;
    let told = String::from_utf8_lossy(&output.stderr);
    let mut row = FAMILY.empty_row(seed, 1);
    row.name = format!("fuzz {name}");
    row.seconds = started.elapsed().as_secs_f64();
    let count = told
        .lines()
        .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    row.trials = match count {
        Some(count) => count.trim().parse()?,
        None if output.status.success() => bail!("{name}: the fuzzer says nothing:\n{told}"),
        None => 0,
    };
    if !output.status.success() {
        let last: Vec<&str> = told.lines().rev().take(40).collect();
        let what = last.into_iter().rev().collect::<Vec<_>>().join("\n");
        row.failures.push(Failure { seed, what });
    }
    Ok(row)
}
