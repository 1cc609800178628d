//! A simulated world: one server with its writer, journal, pages and register, three witnesses, a
//! network that loses and delays, clocks that are set, crashes between any two steps, and an
//! insider who takes disks back and rewrites them. Every choice comes from the seed, so a seed is a
//! world, and happens again exactly.
//!
//! **Real** in it: the chain, the tree and its proofs, checkpoints, notes and cosignatures (crate
//! `chain`), the witnesses (crate `witness`, over a simulated disk), and the journal's frames,
//! written and read by `store`'s own code. **Simulated**: the disks (as in `power-loss`: what is
//! not synced is dropped, kept or torn), the clock, the network, sled (a second file of frames,
//! that becomes unreadable when a write of it is torn), and the order of steps in the write path,
//! the start and the publishing, which follows `store` and `sequencer` but is not their code. What
//! is found here is a fault of the protocol; faults of the code are for `power-loss`, `kill-9` and
//! `bits`.
//!
//! `FUNDTRACE_ORDEAL_TRACE=1` tells what happens.

mod disk;
mod env;
mod server;
mod tree;
mod witness;
mod world;

use crate::trial::How;
use crate::{Family, Outcome};

pub use env::{DEFECTS, Defect};
use world::World;

/// The row of the table.
pub const FAMILY: Family = Family {
    name: "simulation",
    what: "writer, journal, register and witnesses over simulated disks, clock and network",
    in_ci: 1_000,
    full: 20_000,
    repaired_percent_min: 0,
    how: How::Trials(|_| Ok(Box::new(|seed| run(seed, None).0))),
};

/// The world of a seed, with a defect built in or none: what came of it, and the hash of all that
/// happened.
///
/// # Panics
/// When something does not hold that must.
#[must_use]
pub fn run(seed: u64, defect: Option<Defect>) -> (Outcome, blake3::Hash) {
    let mut world = World::new(seed, defect);
    world.run();
    let outcome = match (world.refused, world.crashes) {
        (0, 0) => Outcome::Unharmed,
        (0, _) => Outcome::Repaired,
        (_, _) => Outcome::Detected,
    };
    (outcome, world.env.trace_hash())
}
