//! `cargo xtask dev`: a server to try things on.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::cargo;

/// Starts the demonstration in an empty temporary directory and waits for it to end.
///
/// The directory is removed when the server ends by itself. After Ctrl-C, which ends this program
/// too, it stays until the system clears its temporary files; its name is printed at the start.
pub(crate) fn run(root: &Path) -> Result<()> {
    let data = tempfile::Builder::new()
        .prefix("fundtrace-dev-")
        .tempdir()
        .context("cannot make a temporary directory for the log")?;
    println!("data directory: {}", data.path().display());

    let status = cargo(root, &["run", "-p", "fundtrace", "--", "demo", "--data"])
        .arg(data.path())
        .status()
        .context("cannot start cargo")?;
    ensure!(status.success(), "the server ended with {status}");
    Ok(())
}
