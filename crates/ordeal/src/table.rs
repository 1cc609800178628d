//! The table of `tests/README.md`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::Row;

/// A table in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// What a change must pass.
    Ci,
    /// What is run before a release.
    OnDemand,
}

impl Place {
    const fn begin(self) -> &'static str {
        match self {
            Place::Ci => "<!-- the ordeal: written by `cargo xtask ordeal --write` -->\n",
            Place::OnDemand => {
                "<!-- the ordeal on demand: written by `cargo xtask ordeal --full --write` -->\n"
            }
        }
    }
}

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
            // What a fuzzer finds is not in its seed but in the input that it has kept.
            let again = match row.name.strip_prefix("fuzz ") {
                Some(parser) => format!("fuzz {parser}"),
                None => format!("ordeal {} --seed {}", row.name, failure.seed),
            };
            format!("{}: {}\n    cargo xtask {again}\n", row.name, failure.what)
        })
    });
    lines.collect()
}

/// Puts the rows into a table of the file. Rows that were not run stay as they are; what is no row
/// any more is left out.
///
/// # Errors
/// The file cannot be read or written, or has no place for it.
pub fn write(path: &Path, place: Place, rows: &[Row]) -> Result<()> {
    let text = fs::read_to_string(path)?;
    let begin = place.begin();
    let (before, rest) = text.split_once(begin).context("no place for the table")?;
    let (table, after) = rest.split_once(END).context("no end of the table")?;
    let table = merged(table, &markdown(rows));
    fs::write(path, [before, begin, &table, END, after].concat())?;
    Ok(())
}

/// The lines of a table with those of another in their places, in the order of the families.
fn merged(old: &str, new: &str) -> String {
    let names = crate::families();
    let family = |line: &str| {
        let name = name(line)?;
        let word = name.split(' ').next()?;
        names.iter().position(|family| family.name == word)
    };
    let mut lines: Vec<&str> = old.lines().filter(|line| family(line).is_some()).collect();
    for line in new.lines().filter(|line| family(line).is_some()) {
        match lines.iter_mut().find(|old| name(old) == name(line)) {
            Some(old) => *old = line,
            None => lines.push(line),
        }
    }
    lines.sort_by_key(|line| family(line));
    let head = new.lines().take(2);
    head.chain(lines).map(|line| format!("{line}\n")).collect()
}

/// The name in a line of a table.
fn name(line: &str) -> Option<&str> {
    Some(line.strip_prefix("| `")?.split_once('`')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_take_the_places_of_their_own_and_the_others_stay() {
        let row = |name: &str, trials: u64| format!("| `{name}` | what | {trials} |\n");
        let head = "| test |\n|---|\n";
        let old = [head, &row("bits", 1), &row("gone", 2), &row("fuzz note", 3)].concat();
        let new = [
            head,
            &row("fuzz note", 4),
            &row("bits-published", 5),
            &row("kill-9", 6),
        ];
        let expected = [
            head,
            &row("kill-9", 6),
            &row("bits", 1),
            &row("bits-published", 5),
            &row("fuzz note", 4),
        ];
        assert_eq!(merged(&old, &new.concat()), expected.concat());
    }
}
