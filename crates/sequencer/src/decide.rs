//! Commands against the books as they run ahead: known already, refused, or linked records.
//!
//! A request is decided in stretches, and a stretch in three steps, because the second shares rows
//! with what readers see, and nobody changes those meanwhile: digests; then decisions, and the
//! bodies of what they make happen; then hashes.

use crate::answer::{Answers, Receipt, Refusal, Request};
use crate::clock::Reading;
use crate::files;
use crate::flight::{Wanted, find};
use crate::group::Open;
use crate::link::{self, Asking, Draft, Drafts, digest};
use crate::writer::{Failure, Writer};
use chain::{Hash, Head};
use hashbrown::HashSet;
use ledger::book::BookCommand;
use ledger::ids::LedgerId;
use ledger::{Admission, Books, Command, Context, Event, Rejection, Submission};
use std::ops::Range;
use std::sync::Arc;
use uuid::Uuid;

/// How many commands are decided before the rows are let go of: half a millisecond of work, as long
/// as records are shown at once (`show.rs`). A shorter stretch wakes the other thread more often.
const STRETCH: usize = 256;

/// A command of which is known what only its bytes and the log say.
struct Asked<'a> {
    submission: &'a Submission,
    digest: Hash,
    /// The receipt that the log has of it.
    stored: Option<Receipt>,
}

/// What came of a command, before its records are hashed.
enum Outcome {
    Answered(Result<Receipt, Refusal>),
    Drafted(Draft),
}

impl Writer {
    /// The commands of a request, in their order; with `atomic`, all of them or none.
    pub(crate) fn decide_all(
        &mut self,
        asking: &Asking,
        group: &mut Open,
    ) -> Result<Answers, String> {
        let request = &asking.request;
        let ledger = request.ledger;
        let len = request.submissions.len();
        if self.shown.slot(ledger).is_some_and(|slot| slot.is_newer()) {
            return Ok((0..len).map(|_| Err(Refusal::Newer)).collect());
        }
        group.reserve(len);
        let records_before = group.records.len();
        let mut ahead = self.ahead_of(ledger);
        let (books, head) = &mut *ahead;
        let before = *head;
        books.enter(group.number);
        let trial = request.atomic.then(|| books.begin());
        let mut answers = Answers::with_capacity(len);
        let mut from = 0_usize;
        while let Some(rest) = request
            .submissions
            .get(from..)
            .filter(|rest| !rest.is_empty())
        {
            let to = from.saturating_add(stretch(rest));
            self.decide_stretch(asking, from..to, &mut ahead, &mut answers, group)?;
            from = to;
            if request.atomic
                && group.is_too_long()
                && let Some(last) = answers.last_mut()
                && last.is_ok()
            {
                *last = Err(Refusal::ListTooLong);
            }
            if request.atomic && answers.last().is_some_and(Result::is_err) {
                break;
            }
        }
        let (books, head) = &mut *ahead;
        if let Some(trial) = trial {
            match answers.iter().position(Result::is_err) {
                None => books.keep(trial),
                Some(culprit) => {
                    books.take_back(trial);
                    *head = before;
                    group.shorten(records_before);
                    abort(&mut answers, culprit, len);
                }
            }
        }
        // A ledger whose opening was refused was never there.
        if head.seq > 0 {
            self.ahead.insert(ledger, ahead);
        }
        Ok(answers)
    }

    /// The books of a ledger and its head, taken out as long as a request is decided: they are
    /// changed while the rest of the writer is read. If the machine fails meanwhile they are not
    /// needed any more.
    fn ahead_of(&mut self, ledger: LedgerId) -> Box<(Books, Head)> {
        self.ahead.remove(&ledger).unwrap_or_else(|| {
            let mut books = Books::default();
            books.lead();
            Box::new((books, Head::genesis(chain::LedgerId(ledger.0))))
        })
    }

    /// Commands of a request, no two of them with one id. Of a list that is all or nothing, none
    /// after the first that is refused.
    fn decide_stretch(
        &mut self,
        asking: &Asking,
        places: Range<usize>,
        ahead: &mut (Books, Head),
        answers: &mut Answers,
        group: &mut Open,
    ) -> Result<(), String> {
        let request = &asking.request;
        let ledger = request.ledger;
        let mut asked = Vec::with_capacity(places.len());
        for place in places.clone() {
            asked.extend(self.ask(asking, place, group)?);
        }

        let mut outcomes = Vec::with_capacity(places.len());
        let looked = self.clock.look();
        let slot = self.shown.slot(ledger);
        let view = slot.as_ref().map(|slot| slot.view());
        let (books, head) = ahead;
        let mut drafts = Drafts::after(head, places.len());
        if let Some(view) = &view {
            books.follow(&view.books);
        }
        for asked in asked {
            let outcome = match self.decide(request, asked, looked, books, group, &mut drafts) {
                Ok(outcome) => outcome,
                Err(Failure::Refused(refusal)) => Outcome::Answered(Err(refusal)),
                Err(Failure::Machine(error)) => return Err(error),
            };
            let is_refused = matches!(outcome, Outcome::Answered(Err(_)));
            outcomes.push(outcome);
            if request.atomic && is_refused {
                break;
            }
        }
        if view.is_some() {
            books.let_go();
        }
        drop(view);

        group.facts.append(&mut drafts.facts);
        let mut bodies = drafts.bodies.into_iter();
        for outcome in outcomes {
            answers.push(match outcome {
                Outcome::Answered(answer) => answer,
                Outcome::Drafted(draft) => Ok(link::link(head, &draft, &mut bodies, group)?),
            });
        }
        Ok(())
    }

    /// What can be said of a command without the books.
    fn ask<'a>(
        &mut self,
        asking: &'a Asking,
        place: usize,
        group: &Open,
    ) -> Result<Option<Asked<'a>>, String> {
        let Request { ledger, caller, .. } = &asking.request;
        let Some(submission) = asking.request.submissions.get(place) else {
            return Ok(None);
        };
        let digest = match asking.digests.get(place).copied().flatten() {
            Some(digest) => digest,
            None => digest(*ledger, caller, submission, &mut self.ring)
                .map_err(|error| Failure::from(error).into_line())?,
        };
        let wanted = Wanted::new(*ledger, submission.command_id);
        let on_its_way = group.receipt(&wanted);
        let stored = match on_its_way.or_else(|| self.flight.receipt(&wanted)) {
            Some(receipt) => Some(receipt),
            None => link::stored(&self.reader, *ledger, submission.command_id)
                .map_err(|error| Failure::from(error).into_line())?,
        };
        Ok(Some(Asked {
            submission,
            digest,
            stored,
        }))
    }

    /// One command: known already, refused, or drafts of its records.
    fn decide(
        &mut self,
        request: &Request,
        asked: Asked<'_>,
        looked: Reading,
        books: &mut Books,
        group: &Open,
        drafts: &mut Drafts,
    ) -> Result<Outcome, Failure> {
        let Asked {
            submission,
            digest,
            stored,
        } = asked;
        let (ledger, caller) = (request.ledger, &request.caller);
        if let Some(receipt) = stored {
            if receipt.digest != digest {
                return Err(Refusal::IdempotencyMismatch(submission.command_id).into());
            }
            let repeated = true;
            return Ok(Outcome::Answered(Ok(Receipt {
                repeated,
                ..receipt
            })));
        }
        let now_us = self.clock.now(looked, drafts.recorded_at_us);
        let now_us = now_us.map_err(|_| Refusal::Clock)?;
        self.admit(ledger, drafts.seq > 0, &submission.command)?;
        let look_up = |seq| self.event(ledger, seq, group);
        let command = submission.command.recalled(look_up)?;
        // Nothing but an entry comes with signatures.
        let (signatories, proposed_by) = if let Command::Entry(_) = &*command {
            ledger::entry::rules::paper(books, &command)
        } else {
            (Arc::clone(&group.nobody), None)
        };
        let mut context = Context {
            actor: caller.actor,
            signatories,
            proposed_by,
            intake: submission.intake,
            occurred_on: submission.occurred_on,
            today: drafts.day(now_us),
            seq: drafts.seq.saturating_add(1),
        };
        let admission = Admission {
            roles: &caller.roles,
            expected_version: submission.expected_version,
        };
        let events =
            ledger::decide(books, &admission, &context, &command).map_err(Refusal::Rejected)?;
        files::held(&self.files, ledger, context.intake, &events)?;
        let draft = drafts.add(now_us, submission, &context, digest, events, &mut self.ring)?;

        // After this point the command succeeds.
        for fact in drafts.facts_of(&draft) {
            ledger::apply(books, &context, &fact.event);
            context.seq = context.seq.saturating_add(1);
        }
        Ok(Outcome::Drafted(draft))
    }

    /// What is refused before the books are asked.
    fn admit(&self, ledger: LedgerId, known: bool, command: &Command) -> Result<(), Refusal> {
        if self.misplaced(ledger, command) {
            let command = command.word();
            return Err(Refusal::Rejected(Rejection::Forbidden { command }));
        }
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
            Command::Ledger(
                BookCommand::Close(_)
                | BookCommand::SetPolicy(_)
                | BookCommand::PreparePeriod(_)
                | BookCommand::SignOffPeriod(_)
                | BookCommand::ReopenPeriod(_),
            )
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
            | Command::List(_)
            | Command::Receipt(_)
            | Command::Record(_)
            | Command::Entry(_)
            | Command::Round(_)
            | Command::Item(_)
            | Command::Cycle(_)
            | Command::Campaign(_)
            | Command::Pledge(_)
            | Command::Evidence(_)
            | Command::Import(_) => false,
        };
        system && !own
    }

    /// An event of the ledger: from the group, from one on its way, or from the log.
    fn event(
        &self,
        ledger: LedgerId,
        seq: u64,
        group: &Open,
    ) -> Result<Option<Event>, store::Error> {
        let ahead = find(&group.records, ledger, seq);
        let record = match ahead.or_else(|| self.flight.record(ledger, seq)) {
            Some(record) => Some(record.clone()),
            None => {
                let stored = self.reader.get(chain::LedgerId(ledger.0), seq)?;
                stored.map(|entry| entry.record)
            }
        };
        let fact = record.and_then(|record| wire::decode_event(&record.body).ok());
        Ok(fact.map(|(fact, _)| fact.event))
    }
}

/// How many of these commands make a stretch. Two with one id do not, since the second is answered
/// with the receipt of the first; and one that is about a record stands alone, since that may be
/// the record of the command before it.
fn stretch(submissions: &[Submission]) -> usize {
    let mut ids: HashSet<Uuid> = HashSet::with_capacity(submissions.len().min(STRETCH));
    for submission in submissions.iter().take(STRETCH) {
        let looks_back = matches!(submission.command, Command::Record(_));
        if looks_back && !ids.is_empty() || !ids.insert(submission.command_id) {
            break;
        }
        if looks_back {
            break;
        }
    }
    ids.len()
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
