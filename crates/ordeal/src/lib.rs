//! What the log does when it is broken on purpose: by power cuts, kills, bad disks and hands that
//! should not have been there. Never shipped; nothing depends on it.
//!
//! A **family** is one row of the table in `tests/README.md`: a way to break the log, and how
//! often. A **trial** is one member of it, made from its seed alone: whoever has the seed has the
//! trial. `cargo test -p ordeal` runs the few that a change must pass, `cargo xtask ordeal --full`
//! all of them.
//!
//! To add a family: a file that makes its [`Family`], and its line in [`families`].
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test: a panic is its message, and counts as a failed trial"
)]

pub mod bits;
mod book;
pub mod chance;
pub mod damage;
mod disk;
pub mod edited;
pub mod failing;
pub mod forged;
pub mod fork;
pub mod full;
pub mod fuzz;
pub mod kills;
pub mod power_loss;
pub mod published;
pub mod sectors;
pub mod sim;
pub mod table;
pub mod tamper;
pub mod trial;
pub mod writer;

use std::path::Path;
use std::process::Command;

pub use chance::Chance;
pub use trial::{Family, Outcome, Row, Tools, Trial};

/// The `cargo` that runs us.
fn cargo(dir: &Path) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(dir);
    command
}

/// Every family, in the order of the table.
#[must_use]
pub fn families() -> Vec<Family> {
    let mut families = vec![
        power_loss::family(),
        power_loss::family_in_repair(),
        kills::FAMILY,
        bits::FAMILY,
        sectors::FAMILY,
        full::FAMILY,
        failing::FAMILY,
    ];
    families.extend(tamper::FAMILIES);
    families.extend([published::BOTH, published::ROLLED_BACK, fork::FAMILY]);
    families.extend(forged::FAMILIES);
    families.extend([edited::STATES, edited::ANSWERS, published::BITS]);
    families.extend([sim::FAMILY, fuzz::FAMILY]);
    families
}
