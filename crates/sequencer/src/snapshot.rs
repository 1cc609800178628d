//! Snapshots of what readers see, so that a start reads the end of the log only.
//!
//! A snapshot is the index of the store, the views of all ledgers, each as of a record of its own
//! at or behind the index's position, and the root of the tree there: signed with the log's key,
//! under a first line of its own. A start believes it only if the log says the same of every head;
//! then the records behind it are read, checked and applied, as ever. What comes before it is
//! verified while the server serves, both copies and the whole chain, and every view is built
//! again from its records ([`Verification`]): until then no snapshot is taken, and a difference
//! stops everything that writes.

mod form;
mod load;
mod take;
mod timer;
mod trust;
mod verification;

pub(crate) use load::{load, unusable};
pub(crate) use take::Taking;
pub use take::{SnapshotError, Taken};
pub use timer::SnapshotTimer;
pub(crate) use trust::Basis;
pub use trust::Trust;
pub use verification::{Verification, Wrong};

use std::time::Duration;

/// When snapshots are taken, and of how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshots {
    /// How long after the last one, if anything was recorded since.
    pub every: Duration,
    /// A log of fewer records is read faster than it is worth a word: a start then verifies
    /// everything before it serves.
    pub records_min: u64,
}

impl Default for Snapshots {
    fn default() -> Snapshots {
        Snapshots {
            every: Duration::from_hours(1),
            // Read and verified in about a second.
            records_min: 100_000,
        }
    }
}
