//! The chores of this repository, run as `cargo xtask <command>`.
//!
//! They are Rust so that they run wherever the product builds, are checked like the rest of the
//! code, and need no tool that `cargo` has not already fetched.

#![allow(
    clippy::print_stdout,
    reason = "a command-line tool speaks through stdout"
)]

mod bench;
mod ci;
mod codegen;
mod dev;
mod ordeal;
mod tidy;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

/// The chores of this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Run everything a change must pass: fmt, codegen --check, tidy, clippy, test, fuzz, doc
    Ci,
    /// Write crates/wire/src/generated/fundtrace.v1.rs from proto/fundtrace/v1/*.proto
    Codegen {
        /// Write nothing; fail when the committed file is not what proto/ says
        #[arg(long)]
        check: bool,
    },
    /// Check what the compiler cannot: who depends on whom, dead files, leftovers, field numbers
    Tidy,
    /// Start the server with its demonstration data in a temporary directory
    Dev,
    /// Break the log on purpose and count what it does about it; `-- --help` says more
    Ordeal {
        /// What the program of `crates/ordeal` is given
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Measure the whole system against its own floor, in release; `-- --help` says more
    Bench {
        /// What the program of `crates/bench` is given
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Fuzz one parser, or each of them
    Fuzz {
        /// Its name, as in crates/fuzz/src/main.rs; all of them if none is given
        parser: Option<String>,
        /// For how long, each
        #[arg(long, default_value_t = 30)]
        seconds: u64,
    },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let root = workspace_root(&env::current_dir().context("the current directory is gone")?)?;
    match arguments.chore {
        Chore::Ci => ci::run(&root),
        Chore::Codegen { check: false } => codegen::write(&root),
        Chore::Codegen { check: true } => codegen::check(&root),
        Chore::Tidy => tidy::run(&root),
        Chore::Dev => dev::run(&root),
        Chore::Ordeal { arguments } => ordeal::run(&root, &arguments),
        Chore::Bench { arguments } => bench::run(&root, &arguments),
        Chore::Fuzz { parser, seconds } => ordeal::fuzz(&root, parser, seconds),
    }
}

/// The nearest directory, from `start` upwards, that holds this workspace.
///
/// Taken from where the command is given, not from where this crate was compiled: a build directory
/// shared by two checkouts must not make the chores of one work on the other.
fn workspace_root(start: &Path) -> Result<PathBuf> {
    start
        .ancestors()
        .find(|dir| dir.join("Cargo.toml").is_file() && dir.join("crates/xtask").is_dir())
        .map(Path::to_path_buf)
        .with_context(|| format!("{} is not inside the workspace", start.display()))
}

/// The `cargo` that runs us, at the root of the workspace, with `arguments`.
fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.current_dir(root).args(arguments);
    command
}
