//! The first half of the write path: takes what waits, decides it, and hands it over to be written.
//!
//! One thread decides and another persists (`persist.rs`): while a group is on its way to the disk
//! the next is decided, against books that run ahead of both.

use crate::Ahead;
use crate::answer::Refusal;
use crate::clock::{Clock, Source};
use crate::flight::Flight;
use crate::group::{Answer, Group, Open};
use crate::leaves::Inlet;
use crate::link::Asking;
use crate::persist::Turn;
use crate::seal::{self, KeyRing};
use crate::show::Shown;
use chain::Signer;
use ledger::ids::LedgerId;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use store::{FileStore, Log, Reader};
use tokio::sync::{mpsc, watch};

/// What reaches the writer.
pub(crate) enum Message {
    Commands(Asking, Answer),
    ConfirmClock,
    /// The persister is done with a group, and the next may come.
    Free,
    /// The persister has stopped: to be found out when something is handed over to it.
    Stopped,
}

/// Where durable records go to be published, and what signs receipts.
pub(crate) struct Outlet {
    pub(crate) signer: Arc<Signer>,
    pub(crate) records: Inlet,
}

/// The one writer. Its books run ahead of the disk and belong to it alone.
pub(crate) struct Writer {
    pub(crate) shown: Arc<Shown>,
    pub(crate) reader: Reader,
    pub(crate) files: FileStore,
    pub(crate) ring: KeyRing,
    pub(crate) clock: Clock,
    pub(crate) ahead: Ahead,
    pub(crate) system: LedgerId,
    /// Groups that are not known to be shown.
    pub(crate) flight: Flight,
    number: u64,
    next_position: u64,
    done: Arc<AtomicU64>,
    turn: Arc<Turn>,
    signer: Option<Arc<Signer>>,
    stop: watch::Sender<bool>,
    inbox: mpsc::Receiver<Message>,
}

/// How the writer hears of the world, and the world of it.
pub(crate) struct Wires {
    pub(crate) inbox: mpsc::Receiver<Message>,
    pub(crate) stop: watch::Sender<bool>,
    /// The last group that was shown, from the persister.
    pub(crate) done: Arc<AtomicU64>,
    /// Whether the persister takes the next group at once.
    pub(crate) turn: Arc<Turn>,
    /// What signs receipts, where the deployment does.
    pub(crate) signer: Option<Arc<Signer>>,
}

/// Why a command does not come through: a refusal, or a machine that fails.
pub(crate) enum Failure {
    Refused(Refusal),
    Machine(String),
}

impl Failure {
    /// In one line.
    pub(crate) fn into_line(self) -> String {
        match self {
            Failure::Refused(refusal) => refusal.to_string(),
            Failure::Machine(error) => error,
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Refused(refusal)
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Failure {
        Failure::Machine(chain_of(&error))
    }
}

/// An error with its causes, in one line.
pub(crate) fn chain_of(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}

impl From<seal::NoRandomness> for Failure {
    fn from(_: seal::NoRandomness) -> Failure {
        Failure::Machine("the operating system gives no random numbers".to_owned())
    }
}

impl Writer {
    pub(crate) fn new(
        log: &Log,
        shown: Arc<Shown>,
        files: FileStore,
        ring: KeyRing,
        system: LedgerId,
        clock: Source,
        wires: Wires,
    ) -> Writer {
        let ahead = log
            .ledgers()
            .into_iter()
            .filter_map(|id| {
                let ledger = LedgerId(id.0);
                let mut books = shown.slot(ledger)?.view().books.clone();
                books.lead();
                books.let_go();
                Some((ledger, Box::new((books, log.head(id)?))))
            })
            .collect();
        let Wires {
            inbox,
            stop,
            done,
            turn,
            signer,
        } = wires;
        Writer {
            reader: log.reader(),
            next_position: log.next_position(),
            shown,
            files,
            ring,
            clock: Clock::new(clock),
            ahead,
            system,
            flight: Flight::default(),
            number: 0,
            done,
            turn,
            signer,
            stop,
            inbox,
        }
    }

    /// Until every handle is gone, or the machine fails. While the persister is busy a group grows
    /// here; once it is full, what comes waits in the queue.
    pub(crate) fn run(mut self, persister: &SyncSender<Group>) {
        while let Some(first) = self.inbox.blocking_recv() {
            self.retire();
            if matches!(first, Message::Free) {
                continue;
            }
            let group = match self.gather(first) {
                Ok(group) => group,
                Err(error) => {
                    self.stop.send_replace(true);
                    tracing::error!(%error, "the writer cannot go on and stops");
                    return;
                }
            };
            let keys = self.ring.close(group.number);
            let (mut group, flying) = group.close(keys);
            self.flight.push(flying);
            let erases = !group.erased.is_empty();
            let unsigned = self.signer.as_ref().and_then(|_| group.unsigned());
            self.turn.take();
            let mut sent = persister.send(group);
            if let (Some(signer), Some(unsigned)) = (&self.signer, unsigned) {
                // While the disk works: signing takes a quarter of the time that a sync does.
                unsigned.sign(signer);
            }
            if erases && sent.is_ok() {
                // The key of a person is destroyed when no ledger that is shown needs it, so no
                // record may be sealed with it that is not shown. The persister takes what is
                // empty only when it is done with what it has.
                let nothing = Open::new(self.number, self.next_position).close(Vec::new());
                self.turn.take();
                sent = persister.send(nothing.0);
            }
            if let Err(stopped) = sent {
                // It has said why. What still waits is answered by the closing of its channel.
                stopped.0.abandon();
                return;
            }
        }
    }

    /// Forgets what is shown by now.
    fn retire(&mut self) {
        let done = self.done.load(Ordering::Acquire);
        let mut ledgers = BTreeSet::new();
        while let Some(flying) = self.flight.pop(done) {
            let runs = flying
                .records
                .chunk_by(|one, next| one.header.ledger == next.header.ledger);
            ledgers.extend(runs.filter_map(|run| Some(LedgerId(run.first()?.header.ledger.0))));
        }
        for ledger in ledgers {
            if let Some(ahead) = self.ahead.get_mut(&ledger) {
                ahead.0.retire(done);
            }
        }
        self.ring.retire(done);
    }

    /// Takes what waits and decides each against the books as they then are; and, while the
    /// persister has its hands full, what comes until then.
    fn gather(&mut self, first: Message) -> Result<Open, String> {
        self.number = self.number.saturating_add(1);
        let mut group = Open::new(self.number, self.next_position);
        let mut next = Some(first);
        while let Some(message) = next.take() {
            match message {
                Message::ConfirmClock => {
                    let heads = self.ahead.values().map(|ahead| ahead.1.recorded_at_us);
                    self.clock.confirm(heads.max().unwrap_or_default());
                }
                Message::Commands(asking, answer) => {
                    let _deciding = answer.deciding();
                    match self.decide_all(&asking, &mut group) {
                        Ok(answers) => group.answer_later(answer, answers, asking.request),
                        Err(error) => {
                            group.abandon();
                            return Err(error);
                        }
                    }
                }
                Message::Free | Message::Stopped => {}
            }
            if !group.is_full() {
                next = self.next();
            }
        }
        self.next_position = group.next_position();
        Ok(group)
    }

    /// What else belongs to the group that is being decided; nothing when it is its turn.
    fn next(&mut self) -> Option<Message> {
        if let Ok(message) = self.inbox.try_recv() {
            return Some(message);
        }
        if self.turn.want() {
            return self.inbox.blocking_recv();
        }
        None
    }
}
