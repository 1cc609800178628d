//! `cargo xtask ordeal` and `cargo xtask fuzz`: run the program of `crates/ordeal`, at the root of
//! the workspace.

use std::path::Path;
use std::process::Command;

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

/// Fuzzes every parser with the program that `cargo test --workspace` has just built, which lies
/// beside this one. Asked for by itself, cargo would build it and nearly all below it anew: in the
/// workspace the libraries have features that other crates want of them.
pub(crate) fn fuzz_as_tested(seconds: u64) -> Result<()> {
    let program = std::env::current_exe().context("this program has no path")?;
    let program = program.with_file_name("ordeal");
    let status = Command::new(&program)
        .args(["--seconds", &seconds.to_string()])
        .status()
        .with_context(|| format!("cannot start {}; `cargo test` builds it", program.display()))?;
    ensure!(status.success(), "the ordeal ended with {status}");
    Ok(())
}
