//! The second stage of the write path: what was decided goes to the disk.
//!
//! The writer decides the next group meanwhile, and the one before is shown and answered
//! (`announce.rs`). Groups come in the order in which they were decided
//! and none overtakes another: whatever an answer rests on, in its own group or in one before, is
//! on the disk before it goes out.

use crate::announce::Announcing;
use crate::group::Group;
use crate::writer::{Message, chain_of};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, PoisonError, RwLock};
use store::{KeyStore, Log};
use tokio::sync::{mpsc, watch};

/// Whose turn it is. While the persister writes, the writer goes on to decide what comes, and hands
/// its group over when this is done: a group that is cut before has fewer commands, and every group
/// has the same syncs to wait for.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    /// The persister has a group.
    is_taken: AtomicBool,
    /// The writer sleeps, with a group that waits for its turn.
    is_wanted: AtomicBool,
}

impl Turn {
    /// The writer hands a group over.
    pub(crate) fn take(&self) {
        self.is_taken.store(true, Ordering::SeqCst);
    }

    /// True if a group that is handed over now is written at once.
    pub(crate) fn is_free(&self) -> bool {
        !self.is_taken.load(Ordering::SeqCst)
    }

    /// The writer is about to sleep until it is its turn; false if it is by now.
    pub(crate) fn want(&self) -> bool {
        self.is_wanted.store(true, Ordering::SeqCst);
        // Either it is seen here that the persister is done, or the persister sees that it is
        // waited for: each first says its own and then looks.
        let waits = !self.is_free();
        if !waits {
            self.is_wanted.store(false, Ordering::SeqCst);
        }
        waits
    }

    /// The persister is done with its group; true if the writer is to be woken.
    fn give(&self) -> bool {
        self.is_taken.store(false, Ordering::SeqCst);
        self.is_wanted.swap(false, Ordering::SeqCst)
    }
}

/// The thread that writes.
pub(crate) struct Persister {
    pub(crate) log: Log,
    pub(crate) keys: Arc<RwLock<KeyStore>>,
    /// To whom goes what is on the disk.
    pub(crate) announcing: Announcing,
    /// Whether the next group may come.
    pub(crate) turn: Arc<Turn>,
    pub(crate) stop: watch::Sender<bool>,
    /// Wakes the writer.
    pub(crate) writer: mpsc::WeakSender<Message>,
}

impl Persister {
    /// Until the writer is gone, or the machine fails.
    pub(crate) fn run(mut self, groups: &Receiver<Group>) {
        while let Ok(group) = groups.recv() {
            self.turn.take();
            if let Err(error) = self.commit(group) {
                // Final: nobody knows what is on the disk until a restart has looked. Nothing that
                // was decided since may be written, for it rests on what may not be there.
                self.stop.send_replace(true);
                tracing::error!(%error, "storage failed; the writer stops");
                while let Ok(group) = groups.try_recv() {
                    group.abandon();
                }
                return;
            }
            if self.turn.give() {
                self.tell(Message::Free);
            }
        }
    }

    /// Wakes the writer. A full queue needs no word: the writer is not asleep, and will look.
    fn tell(&self, message: Message) {
        if let Some(writer) = self.writer.upgrade() {
            let _ = writer.try_send(message);
        }
    }

    /// Puts all of a group on the disk at once; only then is it shown and answered, refusals
    /// included.
    fn commit(&mut self, mut group: Group) -> Result<(), String> {
        let persisting = group.stages.persisting();
        if let Err(error) = self.store(&group) {
            group.abandon();
            return Err(error);
        }
        group.stages.persisted(persisting);
        self.announcing.announce(group, self.log.next_position())
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

impl Drop for Persister {
    /// The writer finds this thread gone when it hands over what it has, which it must not wait
    /// with for ever.
    fn drop(&mut self) {
        self.turn.give();
        self.tell(Message::Stopped);
    }
}
