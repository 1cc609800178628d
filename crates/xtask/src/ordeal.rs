//! `cargo xtask ordeal` and `cargo xtask fuzz`: run the program of `crates/ordeal`, at the root of
//! the workspace.

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

/// Fuzzes a parser, or all of them.
pub(crate) fn fuzz(root: &Path, parser: Option<String>, seconds: u64) -> Result<()> {
    let mut arguments = vec!["--seconds".to_owned(), seconds.to_string()];
    arguments.extend(parser.map(|parser| format!("--parser={parser}")));
    run(root, &arguments)
}
