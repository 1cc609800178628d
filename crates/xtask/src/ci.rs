//! `cargo xtask ci`: what a change must pass, in the order that fails soonest.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::{cargo, codegen, ordeal, tidy};

struct Step {
    name: &'static str,
    action: Action,
}

enum Action {
    /// A function of this program: it is already built, so the step costs no second start.
    Here(fn(&Path) -> Result<()>),
    /// `cargo` with these arguments and environment variables; it writes straight to the terminal.
    Cargo(
        &'static [&'static str],
        &'static [(&'static str, &'static str)],
    ),
}

/// Cheapest first. No release build: it takes minutes and shows nothing the others do not.
const STEPS: &[Step] = &[
    Step {
        name: "cargo fmt --all --check",
        action: Action::Cargo(&["fmt", "--all", "--check"], &[]),
    },
    Step {
        name: "cargo xtask codegen --check",
        action: Action::Here(codegen::check),
    },
    Step {
        name: "cargo xtask tidy",
        action: Action::Here(tidy::run),
    },
    Step {
        name: "cargo clippy --workspace --all-targets -- -D warnings",
        action: Action::Cargo(
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ],
            &[],
        ),
    },
    // No examples in comments: rustdoc would check every library once more to find none, which
    // `tidy` sees to.
    Step {
        name: "cargo test --workspace --lib --bins --tests",
        action: Action::Cargo(&["test", "--workspace", "--lib", "--bins", "--tests"], &[]),
    },
    // Half a minute each, from sound inputs; minutes before a release, by `cargo xtask fuzz`.
    Step {
        name: "cargo xtask fuzz --seconds 30",
        action: Action::Here(|_| ordeal::fuzz_as_tested(30)),
    },
    Step {
        name: "RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace --no-deps",
        action: Action::Cargo(
            &["doc", "--workspace", "--no-deps"],
            &[("RUSTDOCFLAGS", "-D warnings")],
        ),
    },
];

/// Runs every step, stops at the first that fails, and closes with one line for each.
pub(crate) fn run(root: &Path) -> Result<()> {
    run_steps(root, STEPS)
}

fn run_steps(root: &Path, steps: &[Step]) -> Result<()> {
    let started = Instant::now();
    let mut summary = Vec::new();
    let mut failure = None;
    for (number, step) in (1_usize..).zip(steps) {
        if failure.is_some() {
            summary.push(format!("  not run           {}", step.name));
            continue;
        }
        println!("==> {number}/{}  {}", steps.len(), step.name);
        let step_started = Instant::now();
        let outcome = perform(root, &step.action);
        let took = seconds(step_started.elapsed());
        match outcome {
            Ok(()) => {
                println!("    ok, {took}\n");
                summary.push(format!("  ok      {took}  {}", step.name));
            }
            Err(error) => {
                println!("    failed, {took}: {error:#}\n");
                summary.push(format!("  FAILED  {took}  {}", step.name));
                failure = Some(step.name);
            }
        }
    }

    println!("ci, {} in all:", seconds(started.elapsed()).trim_start());
    for line in summary {
        println!("{line}");
    }
    if let Some(name) = failure {
        bail!("`{name}` failed");
    }
    Ok(())
}

fn perform(root: &Path, action: &Action) -> Result<()> {
    match action {
        Action::Here(chore) => chore(root),
        Action::Cargo(arguments, environment) => {
            let status = cargo(root, arguments)
                .envs(environment.iter().copied())
                .status()
                .context("cannot start cargo")?;
            ensure!(status.success(), "cargo ended with {status}");
            Ok(())
        }
    }
}

/// Seconds with one decimal, wide enough that a column of them lines up below an hour.
fn seconds(duration: Duration) -> String {
    format!("{:>6.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSES: Step = Step {
        name: "passes",
        action: Action::Here(|_| Ok(())),
    };
    const FAILS: Step = Step {
        name: "fails",
        action: Action::Here(|_| bail!("no")),
    };
    const MUST_NOT_RUN: Step = Step {
        name: "later",
        action: Action::Here(|_| panic!("ran after a failure")),
    };

    #[test]
    fn stops_at_the_first_failure_and_names_it() {
        let error = run_steps(Path::new("."), &[PASSES, FAILS, MUST_NOT_RUN]).unwrap_err();
        assert_eq!(error.to_string(), "`fails` failed");
    }

    #[test]
    fn passes_when_every_step_does() {
        run_steps(Path::new("."), &[PASSES, PASSES]).unwrap();
    }
}
