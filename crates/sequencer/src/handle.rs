//! What everybody else has of a running sequencer: asks, waits, reads.

use crate::answer::{Answers, Caller, Request, Unavailable};
use crate::erasure::Sight;
use crate::gauges::Gauges;
use crate::group::Answer;
use crate::link::Asking;
use crate::published::Log as PublishedLog;
use crate::show::Slot;
use crate::signed::Answered;
use crate::threads::Fallen;
use crate::{Handle, WAITING_MAX, files, seal, semaphore_len, writer};
use ledger::ids::{LedgerId, PersonId};
use ledger::person::rules::PersonState;
use ledger::personal::{self, PersonalText};
use ledger::{Actor, Fact};
use std::path::Path;
use std::sync::{Arc, PoisonError};
use store::{FileStore, Reader};
use tokio::sync::{OwnedSemaphorePermit, TryAcquireError, mpsc, watch};
use uuid::Uuid;

impl Handle {
    /// The first record of a deployment: its own ledger, for tokens and keys.
    pub(crate) fn open_system(&self) -> Result<(), String> {
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

    /// How many requests wait for the writer, at most [`QUEUE_LEN_MAX`](crate::QUEUE_LEN_MAX).
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

    /// Which of the server's threads are gone.
    #[must_use]
    pub const fn fallen(&self) -> &Fallen {
        &self.fallen
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
