//! From the announcer to the publisher: groups of durable records, at most so many.
//!
//! The publisher makes their leaves, in its own time: it takes all that waits when a checkpoint is
//! due, and is not woken for every group. It is only behind when the disk of the register does not
//! answer. Then the announcer waits here, instead of filling memory: whoever asks is told that the
//! queue is full.

use crate::spares::Lent;
use chain::Record;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many records may wait before the announcer does: up to a kilobyte each, and two seconds of
/// the fastest load. A group is taken whole, so it may be one group more.
pub(crate) const WAITING_MAX: usize = 1 << 17;

/// How many records wake the publisher before a checkpoint is due: two of the largest groups, of
/// which it makes leaves while the next are written.
const WAKING: usize = 1 << 14;

/// Records of a group, shared with whoever still needs them.
pub(crate) type Records = Arc<Lent<Record>>;

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    groups: Vec<Records>,
    /// How many records they have.
    len: usize,
    /// With how many the publisher wants to be woken.
    waking: usize,
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

/// The announcer's end.
pub(crate) struct Inlet {
    shared: Arc<Shared>,
    waiting_max: usize,
}

/// The publisher's end.
pub(crate) struct Outflow {
    shared: Arc<Shared>,
    waking: usize,
}

/// There is nobody at the other end any more.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Closed;

pub(crate) fn channel(waiting_max: usize) -> (Inlet, Outflow) {
    let shared = Arc::new(Shared::default());
    let inlet = Inlet {
        shared: Arc::clone(&shared),
        waiting_max,
    };
    let waking = WAKING.min(waiting_max);
    (inlet, Outflow { shared, waking })
}

impl Inlet {
    /// Hands over the records of a group; waits while too many wait.
    pub(crate) fn send(&self, group: Records) -> Result<(), Closed> {
        let mut waiting = self.shared.lock();
        while !waiting.is_closed && waiting.len >= self.waiting_max {
            let next = self.shared.changed.wait(waiting);
            waiting = next.unwrap_or_else(PoisonError::into_inner);
        }
        if waiting.is_closed {
            return Err(Closed);
        }
        waiting.len = waiting.len.saturating_add(group.len());
        waiting.groups.push(group);
        let wakes = waiting.len >= waiting.waking;
        drop(waiting);
        if wakes {
            self.shared.changed.notify_all();
        }
        Ok(())
    }
}

impl Outflow {
    /// All that waits: as soon as there is something, or, where a time is given, when it is over
    /// or much has come.
    pub(crate) fn take(&self, time: Option<Duration>) -> Result<Vec<Records>, Closed> {
        let idle = |waiting: &mut Waiting| waiting.len < waiting.waking && !waiting.is_closed;
        let mut waiting = self.shared.lock();
        waiting.waking = if time.is_some() { self.waking } else { 1 };
        let mut waiting = match time {
            Some(time) => {
                let next = self.shared.changed.wait_timeout_while(waiting, time, idle);
                next.unwrap_or_else(PoisonError::into_inner).0
            }
            None => {
                let next = self.shared.changed.wait_while(waiting, idle);
                next.unwrap_or_else(PoisonError::into_inner)
            }
        };
        let groups = std::mem::take(&mut waiting.groups);
        if groups.is_empty() && waiting.is_closed {
            return Err(Closed);
        }
        waiting.len = 0;
        drop(waiting);
        self.shared.changed.notify_all();
        Ok(groups)
    }
}

impl Drop for Inlet {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl Drop for Outflow {
    fn drop(&mut self) {
        self.shared.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chain::{Hash, Head, LedgerId};
    use uuid::Uuid;

    fn records(count: usize) -> Records {
        let mut head = Head::genesis(LedgerId(Uuid::nil()));
        let mut next = || {
            let digest = Hash::from_bytes([0; 32]);
            let record = head.link(0, Uuid::nil(), 1, 1, digest, vec![0]).unwrap();
            head = Head::of(&record);
            record
        };
        let mut records = crate::group::RECORDS.lend();
        records.extend((0..count).map(|_| next()));
        Arc::new(records)
    }

    fn len(taken: Result<Vec<Records>, Closed>) -> Result<usize, Closed> {
        taken.map(|groups| groups.iter().map(|group| group.len()).sum())
    }

    #[test]
    fn whoever_writes_waits_while_too_many_records_wait() {
        let (inlet, outflow) = channel(2);
        inlet.send(records(2)).unwrap();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| inlet.send(records(1)));
            // The third can only come after the first two were taken.
            assert_eq!(len(outflow.take(None)), Ok(2));
            assert_eq!(len(outflow.take(None)), Ok(1));
            writer.join().unwrap().unwrap();
        });
        assert_eq!(len(outflow.take(Some(Duration::ZERO))), Ok(0));
    }

    #[test]
    fn while_a_checkpoint_is_not_due_only_much_wakes_the_publisher() {
        let (inlet, outflow) = channel(8);
        inlet.send(records(3)).unwrap();
        assert_eq!(len(outflow.take(Some(Duration::ZERO))), Ok(3));
        std::thread::scope(|scope| {
            let publisher = scope.spawn(|| outflow.take(Some(Duration::from_secs(600))));
            for _ in 0..4 {
                assert!(!publisher.is_finished());
                inlet.send(records(2)).unwrap();
            }
            assert_eq!(len(publisher.join().unwrap()), Ok(8));
        });
    }

    #[test]
    fn nobody_waits_for_an_end_that_is_gone() {
        let (inlet, outflow) = channel(1);
        inlet.send(records(1)).unwrap();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| inlet.send(records(1)));
            drop(outflow);
            assert_eq!(writer.join().unwrap(), Err(Closed));
        });
        let (inlet, outflow) = channel(1);
        inlet.send(records(1)).unwrap();
        drop(inlet);
        assert_eq!(len(outflow.take(None)), Ok(1), "what came still counts");
        assert_eq!(len(outflow.take(None)), Err(Closed));
    }
}
