//! The log on the disk. The only crate that knows sled.
//!
//! Every record is kept twice: in the **journal**, a sequence of frames of which one is written and
//! synced per group, and in **pages** in sled, from which readers read. The journal is the commit
//! point: a group is acknowledged when its frame and its pages are both on the disk, and after a
//! crash each copy repairs the other. Everything else is derived, lives in memory and is built
//! anew at each start, or from a snapshot on.
//!
//! ```text
//! <dir>/LOCK                                      one process at a time
//! <dir>/journal/<first position, 20 digits>.journal
//! <dir>/journal/….journal.damaged-<n>             kept aside by a repair, never read
//! <dir>/sled/
//! <dir>/sled.damaged-<n>/                         the same
//! <dir>/keys                                      the subjects' keys, see KeyStore
//! <dir>/files/                                    evidence files, see FileStore
//! <dir>/subjects/<position, 20 digits>.subjects   derived, see SubjectFile
//! <dir>/snapshots/<position, 20 digits>/          derived, see Snapshot
//! <dir>/tree/                                     nodes of the Merkle tree, derived, see Tree
//! ```
//!
//! A *position* is a record's place in the whole deployment, from 0 without gaps.

mod audit;
mod backup;
mod disk;
mod entry;
mod error;
mod faults;
mod files;
mod fingerprints;
mod index;
mod journal;
mod keys;
mod log;
mod lost;
mod mend;
mod outcome;
mod pages;
mod reader;
mod recover;
mod register;
mod repair;
mod replay;
mod scrub;
mod second;
#[cfg(any(test, feature = "faults"))]
pub mod segment;
mod snapshot;
mod subjects;
mod timings;
mod trace;
mod tree;
mod verify;
mod watchdog;

#[cfg(test)]
mod tests;

pub use backup::{BackedUp, BackupError, Restored, backup, is_backup, read_backup, restore};
pub use error::{BadRecord, Copy, Error, OpenError, Position, Reason};
#[cfg(any(test, feature = "faults"))]
pub use faults::{Faults, Step};
pub use files::{
    Download, FILE_LEN_MAX, FileError, FileHash, FileStore, FilesVerified, StoredFile, Upload,
    verify_files,
};
pub use journal::GROUP_LEN_MAX;
pub use keys::KeyStore;
pub use log::Log;
pub use outcome::{Floor, Lost, Outcome, Refusal, Seqs};
pub use reader::Reader;
pub use recover::Recovery;
pub use register::{Register, Standing};
pub use repair::{Repair, repair, repair_above};
pub use scrub::{Rot, Scrub, Scrubbed};
pub use snapshot::{Snapshot, SnapshotFile, SnapshotWriter};
pub use subjects::{SubjectFile, SubjectRow, SubjectRows, SubjectWriter};
pub use timings::{Histogram, MICROS, Observed, Timings};
pub use tree::{Tree, TreeReader};
pub use verify::{LedgerHead, Verified, VerifyError, skim_first_ledger, verify, verify_each};

/// A record and its place in the deployment's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// From 0, no gaps.
    pub position: u64,
    /// The record; its hash has been checked.
    pub record: chain::Record,
}

/// A frame of the journal with a sound hash of its own, whatever is in it: for tests that forge.
///
/// # Errors
/// [`Error::GroupTooLong`].
#[cfg(any(test, feature = "faults"))]
pub fn frame(first: u64, records: &[chain::Record]) -> Result<Vec<u8>, Error> {
    journal::encode(first, records)
}
