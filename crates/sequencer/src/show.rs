//! What readers see: durable records only, put there by one function.

use crate::gauges::Gauges;
use chain::VerifierKey;
use ledger::Fact;
use ledger::ids::LedgerId;
use projections::{Entry, View};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use tokio::sync::watch;

/// What can be asked of one ledger.
#[derive(Default)]
pub struct Slot {
    view: RwLock<View>,
    newer: AtomicBool,
}

impl Slot {
    /// The view, for reading. Let go of it before anything is awaited.
    pub fn view(&self) -> RwLockReadGuard<'_, View> {
        self.view.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what readers see behind the log's back.
    #[cfg(test)]
    pub(crate) fn edit(&self, edit: impl FnOnce(&mut View)) {
        edit(&mut self.view.write().unwrap());
    }

    /// True if the ledger holds records that this release cannot read: they verify, but a view
    /// without them would be wrong, so nothing is served.
    pub fn is_newer(&self) -> bool {
        self.newer.load(Ordering::Acquire)
    }
}

/// All ledgers.
pub(crate) struct Shown {
    slots: RwLock<HashMap<LedgerId, Arc<Slot>>>,
    next_position: watch::Sender<u64>,
    /// What the writer does, in numbers.
    pub(crate) gauges: Gauges,
}

impl Shown {
    pub(crate) fn new() -> Shown {
        Shown {
            slots: RwLock::default(),
            next_position: watch::Sender::new(0),
            gauges: Gauges::default(),
        }
    }

    pub(crate) fn slot(&self, ledger: LedgerId) -> Option<Arc<Slot>> {
        self.slots
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&ledger)
            .cloned()
    }

    /// What can be asked of every ledger.
    pub(crate) fn slots(&self) -> Vec<Arc<Slot>> {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        slots.values().cloned().collect()
    }

    /// The key that the `system` ledger says signs checkpoints.
    pub(crate) fn recorded_key(&self, system: Option<&chain::LedgerId>) -> Option<VerifierKey> {
        let slot = self.slot(LedgerId(system?.0))?;
        let view = slot.view();
        let (key, _) = view.books.log.key.as_ref()?;
        key.as_str().parse().ok()
    }

    pub(crate) fn published(&self) -> watch::Receiver<u64> {
        self.next_position.subscribe()
    }

    /// Tells everybody who waits.
    pub(crate) fn publish(&self, next_position: u64) {
        self.next_position.send_replace(next_position);
    }

    /// The second half of the write path, and all of a start: a durable record becomes visible.
    /// Cannot fail: what is on the disk has happened.
    pub(crate) fn show(&self, entry: &store::Entry) -> Result<(), Infallible> {
        let ledger = LedgerId(entry.record.header.ledger.0);
        let slot = self.slot(ledger).unwrap_or_else(|| {
            let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(ledger).or_default())
        });
        match wire::decode_event(&entry.record.body) {
            Ok((fact, _salt)) => {
                let mut view = slot.view.write().unwrap_or_else(PoisonError::into_inner);
                view.apply(&line(entry.position, &entry.record, &fact));
            }
            Err(error) => {
                let seq = entry.record.header.seq;
                tracing::error!(%ledger, seq, %error, "a record cannot be read; ledger not served");
                slot.newer.store(true, Ordering::Release);
            }
        }
        Ok(())
    }
}

pub(crate) fn line<'a>(position: u64, record: &chain::Record, fact: &'a Fact) -> Entry<'a> {
    Entry {
        position,
        seq: record.header.seq,
        recorded_at_us: record.header.recorded_at_us,
        hash: *record.hash.as_bytes(),
        fact,
    }
}
