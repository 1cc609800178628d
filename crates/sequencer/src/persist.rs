//! The second half of the write path: what was decided goes to the disk, is shown and answered.
//!
//! The writer decides the next group meanwhile. Groups come in the order in which they were decided
//! and none overtakes another: whatever an answer rests on, in its own group or in one before, is
//! on the disk before it goes out.

use crate::erasure;
use crate::group::Group;
use crate::publish::Leaf;
use crate::show::Shown;
use crate::writer::{Message, Outlet, chain_of};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, PoisonError, RwLock};
use store::{KeyStore, Log};
use tokio::sync::{mpsc, watch};

/// The thread that writes.
pub(crate) struct Persister {
    pub(crate) log: Log,
    pub(crate) shown: Arc<Shown>,
    pub(crate) keys: Arc<RwLock<KeyStore>>,
    pub(crate) outlet: Option<Outlet>,
    /// The last group that was shown, for the writer.
    pub(crate) done: Arc<AtomicU64>,
    pub(crate) stop: watch::Sender<bool>,
    /// Wakes the writer.
    pub(crate) writer: mpsc::WeakSender<Message>,
}

impl Persister {
    /// Until the writer is gone, or the machine fails.
    pub(crate) fn run(mut self, groups: &Receiver<Group>) {
        while let Ok(group) = groups.recv() {
            if let Err(error) = self.commit(group) {
                // Final: nobody knows what is on the disk until a restart has looked. Nothing that
                // was decided since may be written, for it rests on what may not be there.
                tracing::error!(%error, "storage failed; the writer stops");
                self.stop.send_replace(true);
                while let Ok(group) = groups.try_recv() {
                    group.abandon();
                }
                // A full queue needs no word: the writer will find this thread gone.
                if let Some(writer) = self.writer.upgrade() {
                    let _ = writer.try_send(Message::Stopped);
                }
                return;
            }
        }
    }

    /// Puts all of a group on the disk at once, shows it, and only then answers, refusals included.
    fn commit(&mut self, mut group: Group) -> Result<(), String> {
        let persisting = group.stages.persisting();
        if let Err(error) = self.store(&group) {
            group.abandon();
            return Err(error);
        }

        // Durable from here: what follows is what a start does too.
        let _showing = group.stages.persisted(persisting);
        let first = group.first_position;
        self.shown.show_group(first, &group.records, &group.facts);
        self.shown.publish(self.log.next_position());
        if let Err(error) = erasure::carry_out(&self.keys, &self.shown, &group.erased) {
            // Recorded, and not carried out: the next start goes on with it.
            group.abandon();
            return Err(chain_of(&error));
        }
        group.count(&self.shown.gauges);
        self.done.store(group.number, Ordering::Release);
        let outlet = self.outlet.as_ref();
        let records = Arc::clone(&group.records);
        group.answer(outlet.map(|outlet| &*outlet.signer));
        if let Some(outlet) = outlet
            && !records.is_empty()
        {
            // A publisher that failed has said so; the records are no less recorded.
            let leaves = records.iter().map(Leaf::of).collect();
            let _ = outlet.leaves.send(leaves);
        }
        Ok(())
    }

    /// New keys first, then the records that need them.
    fn store(&mut self, group: &Group) -> Result<(), String> {
        let (decided, next) = (group.first_position, self.log.next_position());
        if decided != next {
            return Err(format!(
                "a group was decided for position {decided}, and {next} comes next"
            ));
        }
        if !group.keys.is_empty() {
            let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
            keys.put_all(&group.keys)
                .map_err(|error| chain_of(&error))?;
        }
        self.log
            .append(&group.records)
            .map_err(|error| chain_of(&error))?;
        Ok(())
    }
}
