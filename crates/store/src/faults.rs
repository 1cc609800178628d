//! Failures on purpose, for tests. In a release this is nothing at all.

use std::io;
#[cfg(any(test, feature = "faults"))]
use std::sync::{Arc, Mutex, PoisonError};

/// A step of the write path that can be made to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(any(test, feature = "faults")),
    expect(unreachable_pub, reason = "for tests")
)]
pub enum Step {
    /// Making a new segment of the journal.
    JournalCreate,
    /// Writing a frame: half of it is written.
    JournalWrite,
    /// Syncing the journal.
    JournalSync,
    /// Giving a batch of pages to sled.
    PagesApply,
    /// Flushing sled.
    PagesFlush,
    /// Syncing sled's file.
    PagesSync,
    /// Writing bytes of an evidence file.
    FileWrite,
    /// Syncing an evidence file.
    FileSync,
    /// Syncing the directory that holds its name.
    FileName,
}

/// Which step fails next. Clones share it.
#[derive(Debug, Clone, Default)]
#[cfg_attr(
    not(any(test, feature = "faults")),
    expect(unreachable_pub, reason = "for tests")
)]
pub struct Faults {
    #[cfg(any(test, feature = "faults"))]
    next: Arc<Mutex<Option<(Step, u32, io::ErrorKind)>>>,
}

impl Faults {
    /// Makes a step fail as on a full disk, once, after it has gone well `times` times.
    #[cfg(any(test, feature = "faults"))]
    pub fn fail(&self, step: Step, times: u32) {
        self.fail_with(step, times, io::ErrorKind::StorageFull);
    }

    /// [`Faults::fail`] with another failure than a full disk.
    #[cfg(any(test, feature = "faults"))]
    pub fn fail_with(&self, step: Step, times: u32, kind: io::ErrorKind) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = Some((step, times, kind));
    }

    #[cfg(any(test, feature = "faults"))]
    pub(crate) fn check(&self, step: Step) -> io::Result<()> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *next {
            Some((planned, 0, kind)) if *planned == step => {
                let error = (*kind).into();
                *next = None;
                Err(error)
            }
            Some((planned, times, _)) if *planned == step => {
                *times = times.saturating_sub(1);
                Ok(())
            }
            Some(_) | None => Ok(()),
        }
    }

    #[cfg(not(any(test, feature = "faults")))]
    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "as the one for tests"
    )]
    pub(crate) fn check(&self, _: Step) -> io::Result<()> {
        Ok(())
    }
}
