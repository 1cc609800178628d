//! `cargo xtask bench`: runs the program of `crates/bench`, at the root of the workspace.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::cargo;

/// Hands the arguments on and waits for the end. In release: nothing else is worth measuring.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<()> {
    let status = cargo(root, &["run", "--quiet", "--release", "-p", "bench", "--"])
        .args(arguments)
        .status()
        .context("cannot start cargo")?;
    ensure!(status.success(), "the benchmarks ended with {status}");
    Ok(())
}
