//! The table of `crates/PERFORMANCE.md`.

use crate::Row;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

const BEGIN: &str = "<!-- the rows: written by `cargo xtask bench --write` -->\n";
const END: &str = "<!-- end of the rows -->\n";

/// The rows as a table in Markdown.
#[must_use]
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::from(
        "| name | rate a second | p50 ms | p99 ms | RSS MB | bytes a record | floor a second | \
         ratio | goal | met |\n|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let rate = row.rate.map(|rate| format!("{} {}", whole(rate), row.of));
        let met = row
            .met
            .map_or("–", |met| if met { "yes" } else { "**no**" });
        let line = format!(
            "| `{}` | {} | {} | {} | {} | {} | {} | {} | {} | {met} |\n",
            row.name,
            rate.unwrap_or_default(),
            digits(row.p50_ms, 2),
            digits(row.p99_ms, 2),
            digits(row.rss_mb, 0),
            digits(row.bytes_per_record, 0),
            row.floor_rate.map(whole).unwrap_or_default(),
            digits(row.floor_ratio, 3),
            row.goal,
        );
        text.push_str(&line);
    }
    text.push('\n');
    for row in rows {
        text.push_str(&format!("- `{}`: {}.\n", row.name, row.conditions));
    }
    text
}

/// Puts machine and table in their place in the file.
///
/// # Errors
/// The file cannot be read or written, or has no place for them.
pub fn write(path: &Path, machine: &str, rows: &[Row]) -> Result<()> {
    let text = fs::read_to_string(path)?;
    let (before, rest) = text.split_once(BEGIN).context("no place for the rows")?;
    let (_, after) = rest.split_once(END).context("no end of the rows")?;
    let table = markdown(rows);
    let text = format!("{before}{BEGIN}{machine}\n\n{table}{END}{after}");
    fs::write(path, text)?;
    Ok(())
}

fn digits(number: Option<f64>, after: usize) -> String {
    number.map_or(String::new(), |number| format!("{number:.after$}"))
}

/// Whole, with commas.
fn whole(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
