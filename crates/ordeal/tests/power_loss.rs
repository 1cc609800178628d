//! The recorder of system calls finds what it is for: with the `fdatasync` taken out, a power cut
//! loses what was acknowledged. With both in place nothing is lost, which `ci.rs` shows.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::PathBuf;

use ordeal::{Outcome, Tools, power_loss};

/// What comes of the first trials when the syncs of some files are left out.
fn without_syncs(ignored: fn(&str) -> bool) -> Vec<Outcome> {
    let tools = Tools {
        program: PathBuf::from(env!("CARGO_BIN_EXE_ordeal")),
    };
    let trial = power_loss::prepare(&tools, power_loss::LIVES, ignored).unwrap();
    (1..=60).map(trial).collect()
}

fn is_journal(path: &str) -> bool {
    path.starts_with("data/journal/")
}

fn is_sled(path: &str) -> bool {
    path == "data/sled/db"
}

#[test]
fn without_the_syncs_of_both_copies_it_finds_losses() {
    let outcomes = without_syncs(|path| is_journal(path) || is_sled(path));
    // Refused, when there were records before, is as much of a loss.
    let is_loss = |outcome: &&Outcome| outcome.is_failure();
    let lost = outcomes.iter().filter(is_loss).count();
    assert!(lost >= 10, "{lost} losses: {outcomes:?}");
    let found = |outcome: &Outcome| matches!(outcome, Outcome::Lost(_));
    assert!(outcomes.iter().any(found), "{outcomes:?}");
}

/// The journal's sync is the commit point: whatever sled then forgets, nothing acknowledged is
/// lost. It may be refused, when the cut tears the journal's last frame too.
#[test]
fn without_the_syncs_of_sled_the_journal_makes_up_for_it() {
    let outcomes = without_syncs(is_sled);
    let gone = |outcome: &&Outcome| matches!(outcome, Outcome::Lost(_) | Outcome::Silent(_));
    assert_eq!(outcomes.iter().find(gone), None, "{outcomes:?}");
}
