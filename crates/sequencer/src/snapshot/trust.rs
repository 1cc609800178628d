//! How far what is served has been held against the records.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use store::Snapshot;

/// How far what is served has been held against the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// All of it, by this process: it read everything when it started, or has caught up since.
    Verified,
    /// It rests on a snapshot of so many records, which are being verified. What came after them
    /// was verified by the start.
    Unverified {
        /// The position after the snapshot's last record.
        position: u64,
    },
    /// It rests on a snapshot that the records do not bear out. Nothing is written any more.
    Wrong {
        /// The position after the snapshot's last record.
        position: u64,
        /// What was found.
        why: String,
    },
}

/// What a start began from, and what has become of it.
#[derive(Debug)]
pub(crate) struct Basis {
    pub(crate) snapshot: Option<Snapshot>,
    verified: AtomicBool,
    trust: Mutex<Trust>,
}

impl Basis {
    pub(crate) fn of(snapshot: Option<Snapshot>) -> Arc<Basis> {
        let trust = snapshot.as_ref().map_or(Trust::Verified, |snapshot| {
            let position = snapshot.position();
            Trust::Unverified { position }
        });
        Arc::new(Basis {
            snapshot,
            verified: AtomicBool::new(trust == Trust::Verified),
            trust: Mutex::new(trust),
        })
    }

    pub(crate) fn trust(&self) -> Trust {
        self.trust
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn is_verified(&self) -> bool {
        self.verified.load(Ordering::Acquire)
    }

    /// What was found stays found.
    pub(crate) fn becomes(&self, now: Trust) {
        let mut trust = self.trust.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*trust, Trust::Wrong { .. }) {
            self.verified
                .store(now == Trust::Verified, Ordering::Release);
            *trust = now;
        }
    }
}
