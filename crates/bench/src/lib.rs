//! The whole system measured against its own floor. Never shipped; nothing depends on it.
//!
//! A **benchmark** makes one or more rows of the table in `crates/PERFORMANCE.md`, each with what
//! it was measured under. It runs in a process of its own, so that what it keeps in memory is not
//! counted with another's, and servers run in a process of theirs. What is loaded is a county's
//! year, made from a seed by [`county`], and nothing is turned off for a benchmark: both copies,
//! the chain, the tree and its checkpoints are there, and everything is on the disk before it is
//! acknowledged.
//!
//! To add a benchmark: a file in `rows/` with its [`Benchmark`], and its line in [`benchmarks`].
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a measurement that cannot go on stops, and says where"
)]

pub mod book;
pub mod chance;
pub mod child;
pub mod county;
pub mod floor;
pub mod folder;
pub mod http;
pub mod latency;
pub mod load;
pub mod machine;
pub mod profile;
pub mod row;
pub mod rows;
pub mod sizes;
pub mod table;

pub use row::{Benchmark, Place, Row};
pub use sizes::Sizes;

/// Every benchmark, in the order of the table.
#[must_use]
pub fn benchmarks() -> Vec<Benchmark> {
    vec![
        rows::disk::SYNC,
        rows::append::IN_PROCESS,
        rows::lists::LISTS,
        rows::single::SINGLE,
        rows::queries::POINTS,
        rows::pages::TRACE,
        rows::pages::TASKS,
        rows::bulk::BULK,
        rows::bulk::IDLE,
    ]
}
