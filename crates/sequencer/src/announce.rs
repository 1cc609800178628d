//! The last stage of the write path: what is on the disk is shown, answered and published.
//!
//! A thread of its own does it for larger groups, while the persister writes the next: showing
//! takes nearly as long as writing. Where a group is a few records, waking a thread would take
//! longer than showing them, and the persister does it itself if nothing is before them.

use crate::erasure;
use crate::group::Group;
use crate::leaves::Inlet;
use crate::show::Shown;
use crate::writer::chain_of;
use chain::Signer;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, RwLock};
use store::KeyStore;
use tokio::sync::watch;

/// Up to so many records are shown by whoever wrote them: some 50 µs of work, where waking a
/// thread takes 5 to 50.
const FEW: usize = 16;

/// What is done with a group that is on the disk, by whichever thread.
pub(crate) struct Announcer {
    pub(crate) shown: Arc<Shown>,
    pub(crate) keys: Arc<RwLock<KeyStore>>,
    /// To the publisher, if there is one.
    pub(crate) records: Option<Inlet>,
    /// The last group that was shown, for the writer.
    pub(crate) done: Arc<AtomicU64>,
    /// What signs receipts, where the deployment does.
    pub(crate) signer: Option<Arc<Signer>>,
    pub(crate) stop: watch::Sender<bool>,
}

/// A group that is on the disk.
pub(crate) struct Stored {
    group: Group,
    /// The position after it.
    next_position: u64,
    /// Where it is said that this is done, if somebody waits for it.
    announced: Option<Sender<()>>,
}

/// The persister's end.
pub(crate) struct Announcing {
    announcer: Arc<Announcer>,
    stored: SyncSender<Stored>,
    /// The last group that was handed over.
    last: u64,
}

impl Announcer {
    /// The persister's end, and where the thread finds what it has handed over: one group at most,
    /// beside the one that is being announced.
    pub(crate) fn channel(self) -> (Announcing, Arc<Announcer>, Receiver<Stored>) {
        let (stored, groups) = sync_channel(1);
        let announcer = Arc::new(self);
        let announcing = Announcing {
            announcer: Arc::clone(&announcer),
            stored,
            last: 0,
        };
        (announcing, announcer, groups)
    }

    /// The thread: until the persister is gone, or the machine fails.
    pub(crate) fn run(&self, groups: &Receiver<Stored>) {
        while let Ok(stored) = groups.recv() {
            if let Err(error) = self.announce(stored) {
                self.stop.send_replace(true);
                tracing::error!(%error, "what is recorded is not carried out; the writer stops");
                while let Ok(stored) = groups.try_recv() {
                    stored.group.abandon();
                }
                return;
            }
        }
    }

    /// Shows a group, and only then answers, refusals included. What it does is what a start does
    /// too.
    fn announce(&self, stored: Stored) -> Result<(), String> {
        let Stored {
            group,
            next_position,
            announced,
        } = stored;
        let _showing = group.stages.showing();
        let first = group.first_position;
        self.shown.show_group(first, &group.records, &group.facts);
        self.shown.publish(next_position);
        if let Err(error) = erasure::carry_out(&self.keys, &self.shown, &group.erased) {
            // Recorded, and not carried out: the next start goes on with it.
            group.abandon();
            return Err(chain_of(&error));
        }
        group.count(&self.shown.gauges);
        let records = Arc::clone(&group.records);
        let number = group.number;
        group.answer(self.signer.as_deref());
        if let Some(publisher) = &self.records
            && !records.is_empty()
        {
            // A publisher that failed has said so; the records are no less recorded.
            let _ = publisher.send(records);
        }
        self.done.store(number, Ordering::Release);
        if let Some(announced) = announced {
            // A persister that is gone needs no word.
            let _ = announced.send(());
        }
        Ok(())
    }
}

impl Announcing {
    /// Sees to it that a group is shown and answered, here or by the thread; after all those
    /// before.
    ///
    /// # Errors
    /// The machine fails, or has failed for a group before.
    pub(crate) fn announce(&mut self, group: Group, next_position: u64) -> Result<(), String> {
        let mut stored = Stored {
            group,
            next_position,
            announced: None,
        };
        let none_before = self.announcer.done.load(Ordering::Acquire) >= self.last;
        if none_before && stored.group.records.len() <= FEW {
            return self.announcer.announce(stored);
        }
        self.last = stored.group.number;
        // Whoever waits until an erasure is carried out waits until the persister is free.
        let waits = (!stored.group.erased.is_empty()).then(channel);
        let (announced, shown) = waits.unzip();
        stored.announced = announced;
        if let Err(ended) = self.stored.send(stored) {
            ended.0.group.abandon();
            return Err("what was recorded before is not carried out".to_owned());
        }
        match shown.map(|shown| shown.recv()) {
            None | Some(Ok(())) => Ok(()),
            Some(Err(_)) => Err("an erasure is recorded and not carried out".to_owned()),
        }
    }
}
