//! The write path, whole: decide, encode, link, append, show, answer.

use crate::Ahead;
use crate::answer::{Answers, Caller, Receipt, Refusal, Request};
use crate::clock::{Clock, Source};
use crate::erasure;
use crate::files;
use crate::group::{Answer, Group};
use crate::leaves::Inlet;
use crate::link::{digest, link, receipt};
use crate::publish::Leaf;
use crate::seal::{self, KeyRing};
use crate::show::Shown;
use chain::{Head, Record, Signer};
use ledger::book::BookCommand;
use ledger::ids::LedgerId;
use ledger::person::PersonEvent;
use ledger::{Admission, Books, Command, Context, Event, Rejection, Submission};
use std::collections::BTreeSet;
use std::sync::{Arc, RwLock};
use store::{FileStore, KeyStore, Log};
use tokio::sync::{mpsc, watch};

/// What reaches the writer.
pub(crate) enum Message {
    Commands(Request, Answer),
    ConfirmClock,
}

/// What stands beside the log.
pub(crate) struct Beside {
    pub(crate) keys: Arc<RwLock<KeyStore>>,
    pub(crate) files: FileStore,
    pub(crate) outlet: Option<Outlet>,
}

/// Where durable records go to be published, and what signs receipts.
pub(crate) struct Outlet {
    pub(crate) signer: Arc<Signer>,
    pub(crate) leaves: Inlet,
}

/// The one writer. Its books run ahead of the disk and belong to it alone.
pub(crate) struct Writer {
    log: Log,
    shown: Arc<Shown>,
    beside: Beside,
    clock: Clock,
    ahead: Ahead,
    system: LedgerId,
    stop: watch::Sender<bool>,
    inbox: mpsc::Receiver<Message>,
}

/// Why a command does not come through: a refusal, or a machine that fails.
pub(crate) enum Failure {
    Refused(Refusal),
    Machine(String),
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
        log: Log,
        shown: Arc<Shown>,
        beside: Beside,
        system: LedgerId,
        clock: Source,
        stop: watch::Sender<bool>,
        inbox: mpsc::Receiver<Message>,
    ) -> Writer {
        let ahead = log
            .ledgers()
            .into_iter()
            .filter_map(|id| {
                let ledger = LedgerId(id.0);
                let mut books = shown.slot(ledger)?.view().books.clone();
                books.lead();
                Some((ledger, (books, log.head(id)?)))
            })
            .collect();
        Writer {
            log,
            shown,
            beside,
            clock: Clock::new(clock),
            ahead,
            system,
            stop,
            inbox,
        }
    }

    /// Until every handle is gone, or the machine fails.
    pub(crate) fn run(mut self) {
        while let Some(first) = self.inbox.blocking_recv() {
            if let Err(error) = self.commit(first) {
                // Final: nobody knows what is on the disk until a restart has looked. What still
                // waits is answered by the closing of its channel.
                tracing::error!(%error, "storage failed; the writer stops");
                self.stop.send_replace(true);
                return;
            }
        }
    }

    /// Takes what waits, decides each against the books as they then are, puts all of it on the
    /// disk at once, shows it, and only then answers, refusals included.
    fn commit(&mut self, first: Message) -> Result<(), String> {
        let keys = Arc::clone(&self.beside.keys);
        let mut ring = KeyRing::new(&keys);
        let mut group = Group::default();
        let mut next = Some(first);
        while let Some(message) = next.take() {
            match message {
                Message::ConfirmClock => {
                    let heads = self.ahead.values().map(|(_, head)| head.recorded_at_us);
                    self.clock.confirm(heads.max().unwrap_or_default());
                }
                Message::Commands(request, answer) => {
                    let _deciding = answer.deciding();
                    match self.decide_all(&request, &mut group, &mut ring) {
                        Ok(answers) => group.answer_later(answer, answers),
                        Err(error) => {
                            group.abandon();
                            return Err(error);
                        }
                    }
                }
            }
            if !group.is_full() {
                next = self.inbox.try_recv().ok();
            }
        }
        let persisting = group.stages.decided();
        let stored = ring.sync().and_then(|()| self.log.append(&group.records));
        let first_position = match stored {
            Ok(first_position) => first_position,
            Err(error) => {
                group.abandon();
                return Err(chain_of(&error));
            }
        };

        // Durable from here: what follows cannot fail, and is what a start does too.
        let _showing = group.stages.persisted(persisting);
        let ledgers = self.let_go(&group.records);
        let mut leaves = Vec::new();
        for (position, record) in (first_position..).zip(std::mem::take(&mut group.records)) {
            leaves.extend(self.beside.outlet.as_ref().map(|_| Leaf::of(&record)));
            let Ok(()) = self.shown.show(&store::Entry { position, record });
        }
        self.follow(&ledgers);
        self.shown.publish(self.log.next_position());
        if let Err(error) = erasure::carry_out(&keys, &self.shown, &group.erased) {
            // Recorded, and not carried out: the next start goes on with it.
            group.abandon();
            return Err(chain_of(&error));
        }
        group.count(&self.shown.gauges);
        let outlet = self.beside.outlet.as_ref();
        group.answer(outlet.map(|outlet| &*outlet.signer));
        if let Some(outlet) = outlet
            && !leaves.is_empty()
        {
            // A publisher that failed has said so; the records are no less recorded.
            let _ = outlet.leaves.send(leaves);
        }
        Ok(())
    }

    /// The views are about to change what the writer's books share with them: of the ledgers that
    /// these records belong to.
    fn let_go(&mut self, records: &[Record]) -> BTreeSet<LedgerId> {
        let ledgers = records.iter().map(|record| record.header.ledger.0);
        let ledgers: BTreeSet<LedgerId> = ledgers.map(LedgerId).collect();
        for ledger in &ledgers {
            if let Some((books, _)) = self.ahead.get_mut(ledger) {
                books.let_go();
            }
        }
        ledgers
    }

    /// The views have now come to where the writer's books ran ahead, and those go on from there.
    fn follow(&mut self, ledgers: &BTreeSet<LedgerId>) {
        for ledger in ledgers {
            if let (Some((books, _)), Some(slot)) =
                (self.ahead.get_mut(ledger), self.shown.slot(*ledger))
            {
                books.follow(&slot.view().books);
            }
        }
    }

    /// The commands of a request, in their order; with `atomic`, all of them or none.
    fn decide_all(
        &mut self,
        request: &Request,
        group: &mut Group,
        ring: &mut KeyRing<'_>,
    ) -> Result<Answers, String> {
        let ledger = request.ledger;
        if self.shown.slot(ledger).is_some_and(|slot| slot.is_newer()) {
            return Ok(request
                .submissions
                .iter()
                .map(|_| Err(Refusal::Newer))
                .collect());
        }
        let before = self.ahead.get(&ledger).map(|(_, head)| *head);
        let (records_before, cut) = (group.records.len(), self.next_position(group));
        let mut trial = None;
        if request.atomic {
            let (books, _) = self.ahead_of(ledger);
            trial = Some(books.begin());
        }
        let mut answers = Answers::with_capacity(request.submissions.len());
        let mut refused = None;
        for (place, submission) in request.submissions.iter().enumerate() {
            match self.decide(ledger, &request.caller, submission, group, ring) {
                Ok(receipt) => answers.push(Ok(receipt)),
                Err(Failure::Refused(refusal)) => {
                    answers.push(Err(refusal));
                    refused = refused.or(Some(place));
                    if request.atomic {
                        break;
                    }
                }
                Err(Failure::Machine(error)) => return Err(error),
            }
        }
        if let Some(trial) = trial {
            let (books, head) = self.ahead_of(ledger);
            match refused {
                None => books.keep(trial),
                Some(culprit) => {
                    books.take_back(trial);
                    *head = before.unwrap_or(Head::genesis(chain::LedgerId(ledger.0)));
                    group.shorten(records_before, cut);
                    abort(&mut answers, culprit, request.submissions.len());
                }
            }
        }
        // A ledger whose opening was refused was never there.
        if self
            .ahead
            .get(&ledger)
            .is_some_and(|(_, head)| head.seq == 0)
        {
            self.ahead.remove(&ledger);
        }
        Ok(answers)
    }

    fn ahead_of(&mut self, ledger: LedgerId) -> &mut (Books, Head) {
        self.ahead.entry(ledger).or_insert_with(|| {
            let mut books = Books::default();
            books.lead();
            (books, Head::genesis(chain::LedgerId(ledger.0)))
        })
    }

    /// One command: known already, refused, or linked records in the group.
    fn decide(
        &mut self,
        ledger: LedgerId,
        caller: &Caller,
        submission: &Submission,
        group: &mut Group,
        ring: &mut KeyRing<'_>,
    ) -> Result<Receipt, Failure> {
        let digest = digest(ledger, caller, submission, ring)?;
        if let Some(receipt) = self.known(ledger, submission, group)? {
            if receipt.digest != digest {
                return Err(Refusal::IdempotencyMismatch(submission.command_id).into());
            }
            return Ok(Receipt {
                repeated: true,
                ..receipt
            });
        }
        let next_position = self.next_position(group);
        let last_us = self
            .ahead
            .get(&ledger)
            .map_or(0, |(_, head)| head.recorded_at_us);
        let now_us = self.clock.now(last_us).map_err(|_| Refusal::Clock)?;
        self.admit(ledger, &submission.command)?;
        let files = self.beside.files.clone();
        let look_up = |seq| self.event(ledger, seq, group);
        let command = submission.command.recalled(look_up)?;
        let (books, head) = self.ahead_of(ledger);

        let (signatories, proposed_by) = ledger::entry::rules::paper(books, &command);
        let context = Context {
            actor: caller.actor,
            signatories,
            proposed_by,
            intake: submission.intake,
            occurred_on: submission.occurred_on,
            today: ledger::date::civil_day(now_us),
            seq: head.seq.saturating_add(1),
        };
        let admission = Admission {
            roles: &caller.roles,
            expected_version: submission.expected_version,
        };
        let events =
            ledger::decide(books, &admission, &context, &command).map_err(Refusal::Rejected)?;
        files::held(&files, ledger, &events)?;
        let records = link(head, now_us, submission, &context, digest, &events, ring)?;

        // After this point the command succeeds.
        for (seq, event) in (context.seq..).zip(&events) {
            let context = Context {
                seq,
                ..context.clone()
            };
            ledger::apply(books, &context, event);
            if let Event::Subject(PersonEvent::Erased(erasure)) = event {
                group.erased.push(erasure.person);
            }
        }
        let receipt = receipt(ledger, next_position, &records);
        if let Some(last) = records.last() {
            *head = Head::of(last);
        }
        records.into_iter().for_each(|record| group.push(record));
        group
            .receipts
            .insert((ledger, submission.command_id), receipt);
        Ok(receipt)
    }

    /// What is refused before the books are asked.
    fn admit(&self, ledger: LedgerId, command: &Command) -> Result<(), Refusal> {
        if self.misplaced(ledger, command) {
            let command = command.word();
            return Err(Refusal::Rejected(Rejection::Forbidden { command }));
        }
        // A list that is all or nothing has an entry before its first record.
        let known = self.ahead.get(&ledger);
        let known = known.is_some_and(|(_, head)| head.seq > 0);
        if !known && !matches!(command, Command::Ledger(BookCommand::Open(_))) {
            return Err(Refusal::UnknownLedger(ledger));
        }
        // Unread, it would still be in the digest, personal text in the clear included.
        if let Command::Record(asked) = command
            && asked.original().is_some()
        {
            return Err(Refusal::Rejected(Rejection::BadField {
                field: "original",
                why: "the server fills it in from its own log",
                why_zh: "原记录由系统从账本取得,不得填写",
            }));
        }
        Ok(())
    }

    /// The deployment's own ledger holds tokens and what the log says of itself, and is never
    /// closed, or nobody could come in any more; no other ledger holds any.
    fn misplaced(&self, ledger: LedgerId, command: &Command) -> bool {
        let system = ledger == self.system;
        let own = match command {
            Command::Token(_) | Command::Log(_) => return !system,
            Command::Ledger(BookCommand::Open(_) | BookCommand::Rename(_)) => true,
            Command::Ledger(BookCommand::Close(_) | BookCommand::SetPolicy(_))
            | Command::Organisation(_)
            | Command::Overlay(_)
            | Command::Subject(_)
            | Command::Fund(_)
            | Command::Project(_)
            | Command::Milestone(_)
            | Command::Contract(_)
            | Command::Claim(_)
            | Command::Payment(_)
            | Command::Account(_)
            | Command::Contribution(_)
            | Command::BankLine(_)
            | Command::Receipt(_)
            | Command::Record(_)
            | Command::Entry(_)
            | Command::Round(_)
            | Command::Item(_)
            | Command::Evidence(_) => false,
        };
        system && !own
    }

    /// An event of the ledger, from the group or from the log.
    fn event(
        &self,
        ledger: LedgerId,
        seq: u64,
        group: &Group,
    ) -> Result<Option<Event>, store::Error> {
        let of = |record: &&Record| {
            let header = &record.header;
            (header.ledger.0, header.seq) == (ledger.0, seq)
        };
        let record = match group.records.iter().rev().find(of) {
            Some(record) => Some(record.clone()),
            None => {
                let stored = self.log.reader().get(chain::LedgerId(ledger.0), seq)?;
                stored.map(|entry| entry.record)
            }
        };
        let fact = record.and_then(|record| wire::decode_event(&record.body).ok());
        Ok(fact.map(|(fact, _)| fact.event))
    }

    fn next_position(&self, group: &Group) -> u64 {
        let waiting = u64::try_from(group.records.len()).unwrap_or(u64::MAX);
        self.log.next_position().saturating_add(waiting)
    }

    /// The first receipt of a command that is in this group or in the log.
    fn known(
        &self,
        ledger: LedgerId,
        submission: &Submission,
        group: &Group,
    ) -> Result<Option<Receipt>, store::Error> {
        let id = submission.command_id;
        if let Some(receipt) = group.receipts.get(&(ledger, id)) {
            return Ok(Some(*receipt));
        }
        let reader = self.log.reader();
        let Some(first) = reader.find(chain::LedgerId(ledger.0), id)? else {
            return Ok(None);
        };
        let more = u64::from(first.record.header.parts).saturating_sub(1);
        let mut records = vec![first.record];
        if more > 0 {
            let last = reader.at(first.position.saturating_add(more))?;
            records.extend(last.map(|entry| entry.record));
        }
        Ok(Some(receipt(ledger, first.position, &records)))
    }
}

/// The culprit keeps its own refusal; the others learn who it was.
fn abort(answers: &mut Answers, culprit: usize, len: usize) {
    for (place, answer) in answers.iter_mut().enumerate() {
        if place != culprit {
            *answer = Err(Refusal::AtomicAborted(culprit));
        }
    }
    answers.resize(len, Err(Refusal::AtomicAborted(culprit)));
}
