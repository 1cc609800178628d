//! When snapshots are taken.

use crate::Handle;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// How soon after a start that has read much: the next start shall not read it again, and those who
/// have waited for this one go first.
const AFTER_MUCH: Duration = Duration::from_mins(1);

/// Takes snapshots on a thread of its own until it is dropped. It holds a handle: drop it before
/// waiting for the writer to end.
#[derive(Debug)]
pub struct SnapshotTimer {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl SnapshotTimer {
    /// Starts it. `read` is how many records the start has read.
    ///
    /// # Errors
    /// The thread cannot be made.
    pub fn start(handle: Handle, read: u64) -> std::io::Result<SnapshotTimer> {
        let (stop, stopped) = mpsc::channel();
        let settings = handle.taking.as_ref().map(|taking| taking.settings);
        let fallen = handle.fallen().clone();
        let thread = fallen.spawn("snapshots", move || {
            let Some(settings) = settings else {
                return;
            };
            let much = read >= settings.records_min;
            let mut wait = settings.every;
            if much {
                wait = wait.min(AFTER_MUCH);
            }
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(wait) {
                wait = settings.every;
                if let Err(error) = handle.take_snapshot() {
                    let error = crate::writer::chain_of(&error);
                    tracing::warn!(error, "no snapshot was taken");
                }
            }
        })?;
        Ok(SnapshotTimer {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for SnapshotTimer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there was told already.
            let _ = thread.join();
        }
    }
}
