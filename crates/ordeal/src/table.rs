//! The table of `tests/README.md`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::Row;

const BEGIN: &str = "<!-- the ordeal: written by `cargo xtask ordeal --write` -->\n";
const END: &str = "<!-- end of the ordeal -->\n";

/// The rows as a table in Markdown.
#[must_use]
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::from(
        "| test | what is done | trials | seeds | lost | silent | detected | repaired | failed | \
         seconds |\n|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let failed = row.failures.len() as u64;
        let line = format!(
            "| `{}` | {} | {} | {}–{} | {} | {} | {} | {} | {} | {:.0} |\n",
            row.name,
            row.what,
            row.trials,
            row.first_seed,
            row.last_seed,
            row.lost,
            row.silent,
            row.detected,
            row.repaired,
            failed.saturating_sub(row.lost + row.silent),
            row.seconds,
        );
        text.push_str(&line);
    }
    text
}

/// What went wrong, a line each, with the command that repeats it.
#[must_use]
pub fn failures(rows: &[Row]) -> String {
    let lines = rows.iter().flat_map(|row| {
        row.failures.iter().map(|failure| {
            format!(
                "{}: {}\n    cargo xtask ordeal {} --seed {}\n",
                row.name, failure.what, row.name, failure.seed
            )
        })
    });
    lines.collect()
}

/// Puts the table in its place in the file.
///
/// # Errors
/// The file cannot be read or written, or has no place for it.
pub fn write(path: &Path, rows: &[Row]) -> Result<()> {
    let text = fs::read_to_string(path)?;
    let (before, rest) = text.split_once(BEGIN).context("no place for the table")?;
    let (_, after) = rest.split_once(END).context("no end of the table")?;
    fs::write(path, [before, BEGIN, &markdown(rows), END, after].concat())?;
    Ok(())
}
