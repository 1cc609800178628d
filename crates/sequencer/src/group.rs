//! A commit group: what is decided together, written together and answered together.

use crate::answer::{Answers, Receipt, Request, Unavailable};
use crate::flight::{Commands, Flying, Wanted};
use crate::gauges::{Gauges, Stages};
use crate::leaves::Records;
use crate::signed::{Answered, SignedGroup, Signing, Unsigned};
use crate::spares::{Lent, Spares};
use chain::{Record, Signer};
use ledger::ids::PersonId;
use ledger::person::PersonEvent;
use ledger::{Event, Fact, Signatory};
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

/// How many bytes of records a group may hold with a list that is all or nothing, which is one
/// frame of the journal: a longer one would stop the writer.
pub const LIST_LEN_MAX: usize = store::GROUP_LEN_MAX - (1 << 20);

/// Up to so many receipts are signed while the disk works: a signature and a microsecond for each,
/// where a sync takes some 200.
const SIGNED_BY_WRITER: usize = 256;

pub(crate) static RECORDS: Spares<Record> = Spares::new();
static FACTS: Spares<Fact> = Spares::new();

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
        // Whoever is answered finds the room free.
        drop(self._room);
        // A caller who has gone away will ask again with the same command id.
        let _ = self.sender.send(answer);
    }
}

/// Decided, and not yet on the disk.
pub(crate) struct Group {
    /// Groups are numbered from 1, as they are decided.
    pub(crate) number: u64,
    /// The position of its first record.
    pub(crate) first_position: u64,
    /// Linked records in the order of commit.
    pub(crate) records: Records,
    /// What each of them states, sealed as it is stored.
    pub(crate) facts: Lent<Fact>,
    /// The keys of persons that they are the first to need.
    pub(crate) keys: Vec<(Uuid, [u8; 32])>,
    /// Whose personal data these records erase.
    pub(crate) erased: Vec<PersonId>,
    /// Who waits for what.
    pub(crate) waiting: Vec<(Answer, Answers)>,
    /// Where the signature over their receipts comes, if there will be one.
    signing: Option<Signing>,
    /// What they asked: here only so that the writer need not free it.
    _requests: Vec<Request>,
    /// How far it has come.
    pub(crate) stages: Stages,
    bytes: usize,
    commands: usize,
}

/// A group that is still being decided.
pub(crate) struct Open {
    pub(crate) number: u64,
    pub(crate) first_position: u64,
    pub(crate) records: Lent<Record>,
    pub(crate) facts: Lent<Fact>,
    /// A second copy of a command must find its receipt here, since it is not in the log yet.
    pub(crate) known: Commands,
    /// No signatures: one list for the facts of a group, because its count is counted up and down
    /// for each of them, and a list of all groups would go to and fro between the threads.
    pub(crate) nobody: Arc<[Signatory]>,
    waiting: Vec<(Answer, Answers)>,
    requests: Vec<Request>,
    stages: Stages,
    bytes: usize,
    commands: usize,
}

impl Open {
    pub(crate) fn new(number: u64, first_position: u64) -> Open {
        Open {
            number,
            first_position,
            records: RECORDS.lend(),
            facts: FACTS.lend(),
            known: Commands::default(),
            nobody: Arc::from(Vec::new()),
            waiting: Vec::new(),
            requests: Vec::new(),
            stages: Stages::default(),
            bytes: 0,
            commands: 0,
        }
    }

    /// Makes room for so many commands at once: a group that grows bit by bit is copied again and
    /// again, 7% of the writer's time.
    pub(crate) fn reserve(&mut self, commands: usize) {
        self.records.reserve(commands);
        self.facts.reserve(commands);
        self.known.reserve(commands, &self.records);
    }

    pub(crate) fn is_full(&self) -> bool {
        self.bytes >= BYTES_MAX || self.commands >= COMMANDS_MAX
    }

    /// More than one frame of the journal holds, if one request is all of it.
    pub(crate) fn is_too_long(&self) -> bool {
        self.bytes > LIST_LEN_MAX
    }

    /// The position that its next record will have.
    pub(crate) fn next_position(&self) -> u64 {
        let records = u64::try_from(self.records.len()).unwrap_or(u64::MAX);
        self.first_position.saturating_add(records)
    }

    pub(crate) fn push(&mut self, record: Record) {
        self.bytes = self
            .bytes
            .saturating_add(record.body.len())
            .saturating_add(chain::HEADER_LEN);
        self.records.push(record);
    }

    /// The last records, from this one on, are those of a command.
    pub(crate) fn know(&mut self, first: usize) {
        if first < self.records.len() {
            self.known.insert(first, &self.records);
        }
    }

    /// The receipt of a command, if it is in this group.
    pub(crate) fn receipt(&self, wanted: &Wanted) -> Option<Receipt> {
        self.known
            .receipt(wanted, &self.records, self.first_position)
    }

    pub(crate) fn answer_later(&mut self, answer: Answer, answers: Answers, request: Request) {
        self.requests.push(request);
        self.commands = self.commands.saturating_add(answers.len());
        self.stages.join(&answer.span);
        self.waiting.push((answer, answers));
    }

    /// Takes back records after the first `len`, of a list that is all or nothing.
    pub(crate) fn shorten(&mut self, len: usize) {
        for record in self.records.drain(len..) {
            let len = record.body.len().saturating_add(chain::HEADER_LEN);
            self.bytes = self.bytes.saturating_sub(len);
        }
        self.facts.truncate(len);
        self.known.shorten(len);
    }

    /// Nothing more is added: what goes to the disk, and what is kept of it until it is there.
    pub(crate) fn close(mut self, keys: Vec<(Uuid, [u8; 32])>) -> (Group, Flying) {
        self.stages.decided();
        let records = Arc::new(self.records);
        let flying = Flying {
            number: self.number,
            records: Arc::clone(&records),
            first_position: self.first_position,
            commands: self.known,
        };
        let erased = self.facts.iter().filter_map(|fact| {
            let Event::Subject(PersonEvent::Erased(erasure)) = &fact.event else {
                return None;
            };
            Some(erasure.person)
        });
        let group = Group {
            erased: erased.collect(),
            number: self.number,
            first_position: self.first_position,
            records,
            facts: self.facts,
            keys,
            waiting: self.waiting,
            signing: None,
            _requests: self.requests,
            stages: self.stages,
            bytes: self.bytes,
            commands: self.commands,
        };
        (group, flying)
    }

    /// Tells everybody that the writer has stopped.
    pub(crate) fn abandon(self) {
        self.close(Vec::new()).0.abandon();
    }
}

/// The receipts among answers, in their order.
fn receipts(waiting: &[(Answer, Answers)]) -> impl Iterator<Item = &Receipt> {
    let answers = waiting.iter().flat_map(|(_, answers)| answers);
    answers.filter_map(|answer| answer.as_ref().ok())
}

impl Group {
    /// Counts it: it is on the disk and shown.
    pub(crate) fn count(&self, gauges: &Gauges) {
        gauges.observe(&self.stages, self.commands, self.bytes);
    }

    /// Its receipts, to be signed by whoever has handed it over, while the disk works; nothing of
    /// a large group, which takes longer to sign than the disk does to sync.
    pub(crate) fn unsigned(&mut self) -> Option<Unsigned> {
        if self.commands > SIGNED_BY_WRITER {
            return None;
        }
        let (unsigned, signing) = Unsigned::of(receipts(&self.waiting));
        self.signing = Some(signing);
        Some(unsigned)
    }

    /// Answers everybody: what they asked for is on the disk and shown. Receipts are signed where
    /// the deployment has a key.
    pub(crate) fn answer(self, signer: Option<&Signer>) {
        let signed = match self.signing {
            Some(signing) => signing.recv().ok(),
            None => signer
                .and_then(|signer| SignedGroup::of(receipts(&self.waiting), signer))
                .map(Arc::new),
        };
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
