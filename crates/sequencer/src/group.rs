//! A commit group: what is decided together, written together and answered together.

use crate::answer::{Answers, Receipt, Unavailable};
use crate::gauges::{Gauges, Stages};
use crate::signed::{Answered, SignedGroup};
use chain::{Record, Signer};
use ledger::ids::{LedgerId, PersonId};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tracing::Span;
use tracing::span::EnteredSpan;
use uuid::Uuid;

/// How many bytes of records a group may hold before no further request joins it. Eight of the
/// 256 KiB batches that sled takes between two flushes: one journal sync is shared by as many.
pub(crate) const BYTES_MAX: usize = 2 << 20;
/// How many commands a group may hold before no further request joins it.
pub(crate) const COMMANDS_MAX: usize = 8192;

/// Where an answer comes.
type Answering = oneshot::Receiver<Result<Answered, Unavailable>>;

/// Where an answer goes.
pub(crate) struct Answer {
    sender: oneshot::Sender<Result<Answered, Unavailable>>,
    /// The request, so that what becomes of it stands in its trace.
    span: Span,
    /// The room that its commands take, whether or not somebody still waits for them; none where
    /// whoever asks has room of their own.
    _room: Option<OwnedSemaphorePermit>,
}

impl Answer {
    /// An answer to whoever asks now, and where they wait for it.
    pub(crate) fn channel(room: Option<OwnedSemaphorePermit>) -> (Answer, Answering) {
        let (sender, answered) = oneshot::channel();
        let span = tracing::debug_span!("queue");
        let _room = room;
        (
            Answer {
                sender,
                span,
                _room,
            },
            answered,
        )
    }

    /// The span in which its request is decided.
    pub(crate) fn deciding(&self) -> EnteredSpan {
        tracing::debug_span!(parent: &self.span, "decide").entered()
    }

    fn send(self, answer: Result<Answered, Unavailable>) {
        // A caller who has gone away will ask again with the same command id.
        let _ = self.sender.send(answer);
    }
}

/// Decided, and not yet on the disk.
#[derive(Default)]
pub(crate) struct Group {
    /// Linked records in the order of commit.
    pub(crate) records: Vec<Record>,
    /// Receipts of this group's commands: a second copy of one must find it here, since it is not
    /// in the log yet.
    pub(crate) receipts: HashMap<(LedgerId, Uuid), Receipt>,
    /// Whose personal data these records erase.
    pub(crate) erased: Vec<PersonId>,
    /// Who waits for what.
    pub(crate) waiting: Vec<(Answer, Answers)>,
    /// How far it has come.
    pub(crate) stages: Stages,
    bytes: usize,
    commands: usize,
}

impl Group {
    pub(crate) fn is_full(&self) -> bool {
        self.bytes >= BYTES_MAX || self.commands >= COMMANDS_MAX
    }

    pub(crate) fn push(&mut self, record: Record) {
        self.bytes = self
            .bytes
            .saturating_add(record.body.len())
            .saturating_add(chain::HEADER_LEN);
        self.records.push(record);
    }

    pub(crate) fn answer_later(&mut self, answer: Answer, answers: Answers) {
        self.commands = self.commands.saturating_add(answers.len());
        self.stages.join(&answer.span);
        self.waiting.push((answer, answers));
    }

    /// Takes back records after the first `len`, of a list that is all or nothing; the first of
    /// them would have had the position `cut`.
    pub(crate) fn shorten(&mut self, len: usize, cut: u64) {
        for record in self.records.drain(len..) {
            let len = record.body.len().saturating_add(chain::HEADER_LEN);
            self.bytes = self.bytes.saturating_sub(len);
        }
        self.receipts
            .retain(|_, receipt| receipt.first_position < cut);
    }

    /// Counts it: it is on the disk and shown.
    pub(crate) fn count(&self, gauges: &Gauges) {
        gauges.observe(&self.stages, self.commands, self.bytes);
    }

    /// Answers everybody: what they asked for is on the disk and shown. Receipts are signed where
    /// the deployment has a key.
    pub(crate) fn answer(self, signer: Option<&Signer>) {
        let receipts = self.waiting.iter().flat_map(|(_, answers)| answers);
        let receipts = receipts.filter_map(|answer| answer.as_ref().ok());
        let signed = signer.and_then(|signer| SignedGroup::of(receipts, signer));
        let signed = signed.map(Arc::new);
        let mut first = 0_u64;
        for (answer, answers) in self.waiting {
            let recorded = answers.iter().filter(|answer| answer.is_ok()).count();
            let signed = signed.as_ref().map(|group| (Arc::clone(group), first));
            first = first.saturating_add(u64::try_from(recorded).unwrap_or(u64::MAX));
            answer.send(Ok(Answered { answers, signed }));
        }
    }

    /// Tells everybody that the writer has stopped.
    pub(crate) fn abandon(self) {
        for (answer, _) in self.waiting {
            answer.send(Err(Unavailable::Stopped));
        }
    }
}
