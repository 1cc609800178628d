//! What fundtrace promises to those who use it, shown from outside: over HTTP, by the command
//! line, and with the process killed. Rules of the domain are tested beside the rules; here is
//! what only the whole can show. `README.md` beside this file says what is promised where.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a test that cannot go on stops, and says where; its numbers are small"
)]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "what a test does not expect, it fails on"
)]
#![allow(
    unreachable_pub,
    reason = "one binary: everything is within reach, and nothing outside"
)]
#![allow(
    clippy::too_many_lines,
    reason = "a story is told from its beginning to its end, and a table of cases has one line each"
)]
#![allow(
    clippy::print_stdout,
    reason = "seeds and measurements are for whoever reads the log of a run"
)]

mod accounts;
mod api;
mod as_of;
mod bulk;
mod claims;
mod cli;
mod crash;
mod disk;
mod entries;
mod erasure;
mod evidence;
mod harness;
mod idempotency;
mod import;
mod journey;
mod keeping;
mod ladder;
mod lists;
mod long_lists;
mod metrics;
mod model;
mod openings;
mod overload;
mod packages;
mod periods;
mod printouts;
mod projects;
mod published;
mod queries;
mod reading;
mod receipts;
mod records;
mod replaying;
mod scenarios;
mod seals;
mod search;
mod snapshots;
mod stream;
mod witness;
mod witnesses;

/// The allocator of the real binary: what `bulk` measures is then what an operator sees.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
