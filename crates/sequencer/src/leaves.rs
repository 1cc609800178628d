//! From the writer to the publisher: leaves of durable records, at most so many.
//!
//! The publisher takes all that waits at once, so it is only behind when the disk of the register
//! does not answer. Then the writer waits here, instead of filling memory: whoever asks is told
//! that the queue is full.

use crate::publish::Leaf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many leaves may wait before the writer does: 32 bytes each, and two seconds of the fastest
/// load. A group is taken whole, so it may be one group more.
pub(crate) const WAITING_MAX: usize = 1 << 20;

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    leaves: Vec<Leaf>,
    is_closed: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }
}

/// The writer's end.
pub(crate) struct Inlet {
    shared: Arc<Shared>,
    waiting_max: usize,
}

/// The publisher's end.
pub(crate) struct Outflow(Arc<Shared>);

/// There is nobody at the other end any more.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Closed;

pub(crate) fn channel(waiting_max: usize) -> (Inlet, Outflow) {
    let shared = Arc::new(Shared::default());
    let inlet = Inlet {
        shared: Arc::clone(&shared),
        waiting_max,
    };
    (inlet, Outflow(shared))
}

impl Inlet {
    /// Hands over the leaves of a group; waits while too many wait.
    pub(crate) fn send(&self, leaves: Vec<Leaf>) -> Result<(), Closed> {
        let mut waiting = self.shared.lock();
        while !waiting.is_closed && waiting.leaves.len() >= self.waiting_max {
            let next = self.shared.changed.wait(waiting);
            waiting = next.unwrap_or_else(PoisonError::into_inner);
        }
        if waiting.is_closed {
            return Err(Closed);
        }
        waiting.leaves.extend(leaves);
        drop(waiting);
        self.shared.changed.notify_all();
        Ok(())
    }
}

impl Outflow {
    /// All that waits, as soon as there is something; nothing after `time`, if there is one.
    pub(crate) fn take(&self, time: Option<Duration>) -> Result<Vec<Leaf>, Closed> {
        let idle = |waiting: &mut Waiting| waiting.leaves.is_empty() && !waiting.is_closed;
        let waiting = self.0.lock();
        let mut waiting = match time {
            Some(time) => {
                let next = self.0.changed.wait_timeout_while(waiting, time, idle);
                next.unwrap_or_else(PoisonError::into_inner).0
            }
            None => {
                let next = self.0.changed.wait_while(waiting, idle);
                next.unwrap_or_else(PoisonError::into_inner)
            }
        };
        let leaves = std::mem::take(&mut waiting.leaves);
        if leaves.is_empty() && waiting.is_closed {
            return Err(Closed);
        }
        drop(waiting);
        self.0.changed.notify_all();
        Ok(leaves)
    }
}

impl Drop for Inlet {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl Drop for Outflow {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: usize) -> Vec<Leaf> {
        (0..count).map(|_| Leaf::of_nothing()).collect()
    }

    #[test]
    fn whoever_writes_waits_while_too_many_leaves_wait() {
        let (inlet, outflow) = channel(2);
        inlet.send(leaves(2)).unwrap();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| inlet.send(leaves(1)));
            // The third can only come after the first two were taken.
            assert_eq!(outflow.take(None).unwrap().len(), 2);
            assert_eq!(outflow.take(None).unwrap().len(), 1);
            writer.join().unwrap().unwrap();
        });
        assert_eq!(outflow.take(Some(Duration::ZERO)).unwrap().len(), 0);
    }

    #[test]
    fn nobody_waits_for_an_end_that_is_gone() {
        let (inlet, outflow) = channel(1);
        inlet.send(leaves(1)).unwrap();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| inlet.send(leaves(1)));
            drop(outflow);
            assert_eq!(writer.join().unwrap(), Err(Closed));
        });
        let (inlet, outflow) = channel(1);
        inlet.send(leaves(1)).unwrap();
        drop(inlet);
        assert_eq!(
            outflow.take(None).unwrap().len(),
            1,
            "what came still counts"
        );
        assert_eq!(outflow.take(None).map(|leaves| leaves.len()), Err(Closed));
    }
}
