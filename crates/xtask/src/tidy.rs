//! `cargo xtask tidy`: what the project has promised and the compiler does not check.
//!
//! A check is a function from the files to the violations, so that its tests are small strings. A
//! new check is one new file and its line in [`CHECKS`]. A message says what is wrong and why it
//! matters; whoever reads it has not read this crate.

mod dead_files;
mod dependencies;
mod doc_examples;
mod leftovers;
mod markdown;
mod proto;
mod purity;
mod root;
mod size;
mod traces;

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

type Check = fn(&[SourceFile]) -> Vec<Violation>;

/// Every check that needs only the text of the files, in no particular order.
const CHECKS: &[Check] = &[
    dead_files::check,
    doc_examples::check,
    leftovers::check,
    markdown::check,
    proto::check,
    purity::check,
    root::check,
    size::check_lines,
    size::check_files,
    traces::check,
    traces::check_lock,
];

/// Prints every violation, and fails when there is one.
pub(crate) fn run(root: &Path) -> Result<()> {
    let files = project_files(root)?;
    let mut violations: Vec<Violation> = CHECKS.iter().flat_map(|check| check(&files)).collect();
    // A manifest that cargo cannot read is one violation more, and no reason to hide the others.
    match dependencies::Metadata::read(root) {
        Ok(metadata) => violations.extend(dependencies::check(&metadata)),
        Err(error) => violations.push(Violation::of_file("Cargo.toml", format!("{error:#}"))),
    }

    violations.sort();
    for violation in &violations {
        println!("{violation}");
    }
    ensure!(
        violations.is_empty(),
        "tidy found {} in {}",
        violations.len(),
        root.display()
    );
    println!("tidy: {} files, nothing to complain about", files.len());
    Ok(())
}

/// A text file of the project; the path is relative to the root and uses `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SourceFile {
    path: String,
    text: String,
}

impl SourceFile {
    #[cfg(test)]
    fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// The lines with their numbers, from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1_usize..).zip(self.text.lines())
    }

    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs") && !self.is_generated()
    }

    /// Whether the file comes from `cargo xtask codegen`, and nobody can tidy it by hand.
    fn is_generated(&self) -> bool {
        self.path.contains("/src/generated/")
    }

    /// Whether the file is compiled into a crate or into the tests of the whole.
    fn is_compiled(&self) -> bool {
        self.crate_dir().is_some() || self.path.starts_with("tests/")
    }

    /// The crate whose `src` holds this file: `crates/ledger/src/money.rs` is in `ledger`.
    fn crate_dir(&self) -> Option<&str> {
        let (name, rest) = self.path.strip_prefix("crates/")?.split_once('/')?;
        rest.starts_with("src/").then_some(name)
    }
}

/// Something that stands in the project and must not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    path: String,
    line: Option<usize>,
    message: String,
}

impl Violation {
    fn of_file(path: &str, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line: None,
            message: message.into(),
        }
    }

    fn of_line(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line: Some(line),
            message: message.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.message),
            None => write!(f, "{}: {}", self.path, self.message),
        }
    }
}

/// The files git knows or would take, without those it ignores and those that are no text.
fn project_files(root: &Path) -> Result<Vec<SourceFile>> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "--deduplicate",
        ])
        .current_dir(root)
        .output()
        .context("cannot start git, which knows the files of the project")?;
    ensure!(
        output.status.success(),
        "git ls-files ended with {}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    );
    let listing = String::from_utf8(output.stdout).context("a file name is not UTF-8")?;

    let mut files = Vec::new();
    for path in listing.split_terminator('\0') {
        let on_disk = root.join(path);
        // Deleted but still in the index, or a submodule or link to a directory.
        if !on_disk.is_file() {
            continue;
        }
        let bytes = fs::read(&on_disk).with_context(|| format!("cannot read {path}"))?;
        // What is no text still has a name, and `root::check` looks at names.
        let text = String::from_utf8(bytes).unwrap_or_default();
        files.push(SourceFile {
            path: path.to_owned(),
            text,
        });
    }
    Ok(files)
}

/// The messages of `violations`, for tests that show whole answers.
#[cfg(test)]
fn shown(violations: &[Violation]) -> Vec<String> {
    violations.iter().map(Violation::to_string).collect()
}
