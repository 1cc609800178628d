//! The one writer: decides and links on one thread, stores, shows and answers on another.
//!
//! Everything is acknowledged only after it is on the disk, and only with what readers can already
//! see. What start-up replays is what the live path runs: `show::Shown`.

mod answer;
mod canon;
mod clock;
mod decide;
mod erasure;
mod files;
mod flight;
mod gauges;
mod group;
mod introduce;
mod leaves;
mod lines;
mod link;
mod persist;
mod publish;
mod published;
mod queued;
mod rebuild;
mod replay;
mod seal;
mod seals;
mod show;
mod signed;
mod snapshot;
mod spares;
mod starting;
mod states;
mod timer;
mod writer;

#[cfg(test)]
mod tests;

pub use answer::{Answers, Caller, Receipt, Refusal, Request, Unavailable};
pub use canon::Unhashable;
pub use chain::BODY_LEN_MAX;
pub use clock::{Reading, Source, machine, wall_us};
pub use erasure::Sight;
pub use gauges::Gauges;
pub use introduce::Rotation;
pub use publish::{Publication, PublishError, Published};
pub use published::{Log as PublishedLog, ProveError};
pub use queued::Queued;
pub use rebuild::{Finding, Rebuilt, rebuild};
pub use replay::{Replay, ReplayError, ReplayFault};
pub use seals::{SealError, Sealed, SubjectProof};
pub use show::Slot;
pub use signed::{Answered, SignedGroup};
pub use snapshot::{SnapshotError, SnapshotTimer, Snapshots, Taken, Trust, Verification, Wrong};
pub use starting::{StartError, start, start_published};
pub use states::state_hash;
pub use timer::Timer;

use group::Answer;
use ledger::Fact;
use ledger::ids::{LedgerId, PersonId};
use ledger::person::rules::PersonState;
use ledger::personal::{self, PersonalText};
use ledger::{Actor, Books};
use link::Asking;
use show::Shown;
use snapshot::{Basis, Taking};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use store::{FileStore, KeyStore, Reader, Recovery};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, mpsc, watch};
use uuid::Uuid;

/// How many requests may wait for the writer. One more is told so, with 503: about half a second
/// of work at 4,000 groups a second.
pub const QUEUE_LEN_MAX: usize = 2048;

/// How many commands may wait in all requests together: they are held in memory, up to a kilobyte
/// each. About half a second of the writer's time, and four requests of the largest size. A request
/// with more of them waits alone.
pub const WAITING_MAX: u32 = 131_072;

/// A running sequencer, to be shared between threads.
#[derive(Clone)]
pub struct Handle {
    shown: Arc<Shown>,
    reader: Reader,
    keys: Arc<RwLock<KeyStore>>,
    files: FileStore,
    stopped: watch::Receiver<bool>,
    system: LedgerId,
    dir: PathBuf,
    /// Held by whoever seals: there is one file of subjects at a time.
    sealing: Arc<Mutex<()>>,
    published: Option<PublishedLog>,
    /// Room for commands that wait. Closed, nothing is written any more.
    room: Arc<Semaphore>,
    /// What the start began from.
    basis: Arc<Basis>,
    /// What snapshots are taken with; nothing where there are none.
    taking: Option<Arc<Taking>>,
    /// Last, because fields are dropped in order: when the writer sees that every handle is gone
    /// and ends, no reader of theirs may still hold the log's lock.
    queue: mpsc::Sender<writer::Message>,
}

/// What came of starting.
pub struct Started {
    /// The running sequencer.
    pub handle: Handle,
    /// What opening had to mend.
    pub recovery: Recovery,
    /// The position after the last record of the snapshot that the start began from; nothing where
    /// it has read everything.
    pub began_from: Option<u64>,
    /// Ends when every handle is gone and the writer has let go of the log; before that it has
    /// seen to it that what it wrote is published.
    pub writer: std::thread::JoinHandle<()>,
}

impl Handle {
    /// The first record of a deployment: its own ledger, for tokens and keys.
    fn open_system(&self) -> Result<(), String> {
        use ledger::book::{BookCommand, BookOpening};
        let text = |error: ledger::text::BadText| error.to_string();
        let opening = BookOpening {
            name: ledger::text::Name::new("系统账本 system").map_err(text)?,
            area: ledger::text::Reference::new("system").map_err(text)?,
            predecessors: Vec::new(),
        };
        let submission = ledger::Submission {
            command_id: Uuid::new_v4(),
            expected_version: None,
            intake: ledger::Intake::Control,
            occurred_on: ledger::date::BusinessDate::UNKNOWN,
            documents: Vec::new(),
            correlation_id: None,
            command: ledger::Command::Ledger(BookCommand::Open(opening)),
        };
        let caller = Caller {
            actor: Actor::DEPLOYMENT,
            roles: vec![ledger::token::Role::Administrator],
        };
        let request = Request {
            ledger: self.system,
            caller,
            submissions: vec![submission],
            atomic: false,
        };
        let answers = self
            .submit_blocking(request)
            .map_err(|error| error.to_string())?;
        match answers.into_iter().next() {
            Some(Err(refusal)) => Err(refusal.to_string()),
            Some(Ok(_)) | None => Ok(()),
        }
    }

    /// Puts commands into the queue and waits until they are on the disk, or refused.
    ///
    /// # Errors
    /// The queue is full, or the writer has stopped.
    pub async fn submit(&self, request: Request) -> Result<Answered, Unavailable> {
        let (answer, answered) = Answer::channel(Some(self.room(&request)?));
        self.send(writer::Message::Commands(Asking::new(request), answer))?;
        let answered = answered.await.map_err(|_| Unavailable::Stopped)??;
        self.gauges().count_refused(&answered.answers);
        Ok(answered)
    }

    /// [`Handle::submit`] for threads that may block, and need no signature.
    ///
    /// # Errors
    /// The queue is full, or the writer has stopped.
    pub fn submit_blocking(&self, request: Request) -> Result<Answers, Unavailable> {
        let (answer, answered) = Answer::channel(Some(self.room(&request)?));
        self.send(writer::Message::Commands(Asking::new(request), answer))?;
        let answered = answered.blocking_recv();
        let answered = answered.map_err(|_| Unavailable::Stopped)??;
        self.gauges().count_refused(&answered.answers);
        Ok(answered.answers)
    }

    /// Room for the commands of a request, until it is answered.
    fn room(&self, request: &Request) -> Result<OwnedSemaphorePermit, Unavailable> {
        let len = u32::try_from(request.submissions.len()).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room).try_acquire_many_owned(len.min(WAITING_MAX));
        room.map_err(|error| match error {
            TryAcquireError::NoPermits => Unavailable::Overloaded,
            TryAcquireError::Closed => Unavailable::Stopped,
        })
    }

    /// How many requests wait for the writer, at most [`QUEUE_LEN_MAX`].
    #[must_use]
    pub fn queue_len(&self) -> usize {
        let capacity = self.queue.capacity();
        self.queue.max_capacity().saturating_sub(capacity)
    }

    /// How many commands wait for the writer or are on their way to the disk, at most
    /// [`WAITING_MAX`].
    #[must_use]
    pub fn commands_waiting(&self) -> usize {
        semaphore_len(WAITING_MAX).saturating_sub(self.room.available_permits())
    }

    /// What the writer does, in numbers.
    #[must_use]
    pub fn gauges(&self) -> &Gauges {
        &self.shown.gauges
    }

    fn send(&self, message: writer::Message) -> Result<(), Unavailable> {
        self.queue.try_send(message).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Unavailable::Overloaded,
            mpsc::error::TrySendError::Closed(_) => Unavailable::Stopped,
        })
    }

    /// An operator says that the machine's clock is right.
    ///
    /// # Errors
    /// The queue is full, or the writer has stopped.
    pub fn confirm_clock(&self) -> Result<(), Unavailable> {
        self.send(writer::Message::ConfirmClock)
    }

    /// What can be asked of a ledger; nothing for one without records.
    #[must_use]
    pub fn slot(&self, ledger: LedgerId) -> Option<Arc<Slot>> {
        self.shown.slot(ledger)
    }

    /// The ledgers, in the order of their first records.
    #[must_use]
    pub fn ledgers(&self) -> Vec<LedgerId> {
        self.reader
            .heads()
            .into_iter()
            .map(|head| LedgerId(head.ledger.0))
            .collect()
    }

    /// The deployment's own ledger.
    #[must_use]
    pub const fn system(&self) -> LedgerId {
        self.system
    }

    /// The log, for reading.
    #[must_use]
    pub const fn reader(&self) -> &Reader {
        &self.reader
    }

    /// What is published of the log; nothing where it publishes nothing.
    #[must_use]
    pub const fn published_log(&self) -> Option<&PublishedLog> {
        self.published.as_ref()
    }

    /// The evidence files.
    #[must_use]
    pub const fn files(&self) -> &FileStore {
        &self.files
    }

    /// True if the file of a hash can be downloaded from a ledger's shelf.
    #[must_use]
    pub fn holds(&self, ledger: LedgerId, file: ledger::digest::Digest) -> bool {
        files::len(&self.files, ledger, file).is_some()
    }

    /// The data directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Changes whenever records become visible; holds the position that comes next.
    #[must_use]
    pub fn published(&self) -> watch::Receiver<u64> {
        self.shown.published()
    }

    /// Becomes true when the writer has stopped because the disk failed.
    #[must_use]
    pub fn stopped(&self) -> watch::Receiver<bool> {
        self.stopped.clone()
    }

    /// The fact that a record's body states. Sealed texts that the asker may see are opened, if
    /// their key still exists.
    ///
    /// # Errors
    /// The body was written by a newer release.
    pub fn fact(
        &self,
        ledger: LedgerId,
        body: &[u8],
        sight: Sight,
    ) -> Result<Fact, wire::WireError> {
        let (mut fact, salt) = wire::decode_event(body)?;
        if sight != Sight::Nothing {
            let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
            personal::visit(&mut fact.event, &mut |person, field, text| {
                if let Some(PersonalText::Sealed(sealed)) = text
                    && sight.opens(self.person_state(ledger, person))
                    && let Some(opened) = seal::open(&keys, salt, field, sealed)
                {
                    *text = Some(PersonalText::Clear(opened));
                }
            });
        }
        Ok(fact)
    }
}

impl Handle {
    /// The field keys that open the sealed texts of a record which the asker may see and whose
    /// person still has a key, with their fields. Each opens one text of one record, and nothing
    /// else.
    ///
    /// # Errors
    /// The body was written by a newer release.
    pub fn field_keys(
        &self,
        ledger: LedgerId,
        body: &[u8],
        sight: Sight,
    ) -> Result<Vec<(u32, [u8; 32])>, wire::WireError> {
        let (mut fact, salt) = wire::decode_event(body)?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let mut found = Vec::new();
        personal::visit(&mut fact.event, &mut |person, field, text| {
            if let Some(PersonalText::Sealed(sealed)) = text
                && sight.opens(self.person_state(ledger, person))
                && let Some(key) = seal::key_of(&keys, salt, field, sealed)
            {
                found.push((field, key));
            }
        });
        Ok(found)
    }

    fn person_state(&self, ledger: LedgerId, person: PersonId) -> Option<PersonState> {
        let slot = self.shown.slot(ledger)?;
        let row = slot.view().books.persons.get(person).copied();
        row.map(|row| row.state)
    }

    /// True if what is sealed of a person can still be opened by somebody.
    #[must_use]
    pub fn has_key(&self, person: PersonId) -> bool {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(person.0).is_some()
    }
}

fn semaphore_len(len: u32) -> usize {
    usize::try_from(len).unwrap_or(Semaphore::MAX_PERMITS)
}

/// The books as the writer has them: they run ahead of the disk and belong to it alone.
type Ahead = std::collections::HashMap<LedgerId, Box<(Books, chain::Head)>>;
