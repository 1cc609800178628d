//! `cargo xtask ordeal`: runs the program of `crates/ordeal`, at the root of the workspace.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::cargo;

/// Hands the arguments on and waits for the end.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<()> {
    let status = cargo(root, &["run", "--quiet", "-p", "ordeal", "--"])
        .args(arguments)
        .status()
        .context("cannot start cargo")?;
    ensure!(status.success(), "the ordeal ended with {status}");
    Ok(())
}
