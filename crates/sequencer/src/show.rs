//! What readers see: durable records only, put there by one function.

use crate::gauges::Gauges;
use crate::lines::Line;
use chain::{Record, VerifierKey};
use ledger::Fact;
use ledger::ids::LedgerId;
use projections::{Entry, View};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use tokio::sync::watch;

/// How many records are shown before whoever reads gets a turn: some 0.4 ms of work.
const SHOWN_AT_ONCE: usize = 256;

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

    /// All of a start: durable records become visible, read and decoded elsewhere, in their order.
    /// Cannot fail: what is on the disk has happened.
    pub(crate) fn show_all(&self, lines: &[Line]) {
        for lines in lines.chunk_by(|one, next| one.ledger == next.ledger) {
            let Some(Line { ledger, .. }) = lines.first() else {
                continue;
            };
            let slot = self.slot_of(*ledger);
            let mut view = slot.view.write().unwrap_or_else(PoisonError::into_inner);
            for line in lines {
                match &line.fact {
                    Ok(fact) => take_in(&mut view, &line.entry(fact)),
                    Err(error) => {
                        let seq = line.seq;
                        tracing::error!(
                            %ledger, seq, %error,
                            "a record cannot be read; ledger not served"
                        );
                        slot.newer.store(true, Ordering::Release);
                    }
                }
            }
        }
    }

    /// A view as it was kept.
    pub(crate) fn put(&self, ledger: LedgerId, view: View) {
        let slot = self.slot_of(ledger);
        *slot.view.write().unwrap_or_else(PoisonError::into_inner) = view;
    }

    /// [`Shown::show_all`] behind views that were kept, each as of a record of its own: what they
    /// hold already is passed over, if it is what they hold.
    ///
    /// # Errors
    /// A view is not of these records.
    pub(crate) fn show_behind(&self, lines: &[Line]) -> Result<(), String> {
        for lines in lines.chunk_by(|one, next| one.ledger == next.ledger) {
            let Some(Line { ledger, .. }) = lines.first() else {
                continue;
            };
            let head = self.slot(*ledger).and_then(|slot| slot.view().head());
            let head = head.map(|head| (head.seq, head.hash));
            let (at, hash) = head.unwrap_or((0, [0; 32]));
            let other = |seq| {
                Err(format!(
                    "the view of ledger {ledger} does not fit seq {seq}"
                ))
            };
            let known = lines.partition_point(|line| line.seq <= at);
            let (known, new) = lines.split_at(known);
            if let Some(last) = known.last().filter(|line| line.seq == at)
                && *last.hash.as_bytes() != hash
            {
                return other(at);
            }
            let is_newer = self.slot(*ledger).is_some_and(|slot| slot.is_newer());
            if let Some(first) = new.first()
                && Some(first.seq) != at.checked_add(1)
                && !is_newer
            {
                return other(first.seq);
            }
            self.show_all(new);
        }
        Ok(())
    }

    /// Whether every view stands where the log does. Of a ledger that is not served nobody asks.
    pub(crate) fn stand_at(&self, heads: &[chain::Head]) -> Result<(), String> {
        for head in heads {
            let slot = self.slot(LedgerId(head.ledger.0));
            let stands = slot.is_some_and(|slot| {
                let at = slot.view().head();
                let is_it =
                    |at: projections::Head| (at.seq, at.hash) == (head.seq, *head.hash.as_bytes());
                slot.is_newer() || at.is_some_and(is_it)
            });
            if !stands {
                let (ledger, seq) = (head.ledger, head.seq);
                return Err(format!(
                    "the view of ledger {ledger} does not stand at seq {seq}"
                ));
            }
        }
        Ok(())
    }

    /// The same for records of which it is known what they state, because they were encoded a
    /// moment ago.
    pub(crate) fn show_group(&self, first_position: u64, records: &[Record], facts: &[Fact]) {
        debug_assert_eq!(records.len(), facts.len());
        let mut lines = (first_position..).zip(records.iter().zip(facts));
        let of_one_ledger = records.chunk_by(|one, next| one.header.ledger == next.header.ledger);
        for records in of_one_ledger.flat_map(|records| records.chunks(SHOWN_AT_ONCE)) {
            let Some(first) = records.first() else {
                continue;
            };
            let slot = self.slot_of(LedgerId(first.header.ledger.0));
            let mut view = slot.view.write().unwrap_or_else(PoisonError::into_inner);
            for (position, (record, fact)) in lines.by_ref().take(records.len()) {
                debug_assert_eq!(
                    wire::decode_event(&record.body)
                        .map(|(fact, _salt)| fact)
                        .as_ref(),
                    Ok(fact),
                    "what is shown is not what a start will read"
                );
                take_in(&mut view, &line(position, record, fact));
            }
        }
    }

    fn slot_of(&self, ledger: LedgerId) -> Arc<Slot> {
        self.slot(ledger).unwrap_or_else(|| {
            let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(ledger).or_default())
        })
    }
}

/// One function for both: what living a record shows is what a start makes of it.
fn take_in(view: &mut View, entry: &Entry<'_>) {
    view.apply(entry);
}

pub(crate) fn line<'a>(position: u64, record: &Record, fact: &'a Fact) -> Entry<'a> {
    Entry {
        position,
        seq: record.header.seq,
        recorded_at_us: record.header.recorded_at_us,
        hash: *record.hash.as_bytes(),
        fact,
    }
}
