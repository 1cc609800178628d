//! What the rules say of rows before anything is sent: each is decided as the writer would, on
//! books of its own, after all rows before it.

use super::Place;
use super::plan::{self, Line, Planned, Verdict};
use super::report::RowRefusal;
use crate::problem::Problem;
use ledger::payment::{PaymentEvent, Settlement};
use ledger::record::RecordCommand;
use ledger::{Admission, Books, Command, Context, Event, Fact, Rejection, Submission};
use sequencer::{BODY_LEN_MAX, LIST_LEN_MAX, Refusal, body_len};
use sheets::Mapping;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// How many bytes of records the rows of a file may have that is recorded as one list: beside them
/// its import is begun and completed.
const ROWS_LEN_MAX: usize = LIST_LEN_MAX - 2 * (chain::HEADER_LEN + BODY_LEN_MAX);

/// Why a command would be refused.
pub(super) enum Refused {
    Rejected(Rejection),
    /// It cannot be written as it is.
    TooLong(Refusal),
    Machine(Problem),
}

impl Refused {
    /// What is said of the row.
    ///
    /// # Errors
    /// It is no fault of the row: the log cannot be read, or the caller may not record such rows.
    pub(super) fn of_row(self) -> Result<Problem, Problem> {
        match self {
            Refused::Machine(problem) => Err(problem),
            Refused::Rejected(rejection @ Rejection::Forbidden { .. }) => Err((&rejection).into()),
            Refused::Rejected(rejection) => Ok((&rejection).into()),
            Refused::TooLong(refusal) => Ok((&refusal).into()),
        }
    }
}

/// Books to try commands on: a copy that shares what neither changes.
pub(super) struct Trial<'a> {
    place: &'a Place,
    books: Books,
    seq: u64,
    /// How many bytes of records are left of what is written at once, until they were too many;
    /// none where each row is written by itself.
    room: Option<usize>,
    /// Whether settlements are kept: a row of the same file takes one back.
    keeps: bool,
    /// Settlements that no log has, by payment, with the numbers that they would have.
    settled: HashMap<Uuid, Vec<(u64, Settlement)>>,
}

impl<'a> Trial<'a> {
    pub(super) fn new(place: &'a Place, mut books: Books) -> Trial<'a> {
        books.lead();
        let head = place.slot.view().head().map_or(0, |head| head.seq);
        let seq = head.saturating_add(1);
        Trial {
            place,
            books,
            seq,
            room: None,
            keeps: false,
            settled: HashMap::new(),
        }
    }

    pub(super) fn books(&self) -> &Books {
        &self.books
    }

    /// Commands that belong together: all of them, or none.
    ///
    /// # Errors
    /// Why the first of them would be refused.
    pub(super) fn take(&mut self, submissions: &[Submission]) -> Result<(), Refused> {
        let (trial, seq) = (self.books.begin(), self.seq);
        let (mut settled, mut len) = (Vec::new(), 0_usize);
        let mut submissions = submissions.iter();
        let refused = submissions.find_map(|it| self.one(it, &mut settled, &mut len).err());
        if let Some(refused) = refused.or_else(|| self.too_long(len)) {
            self.books.take_back(trial);
            self.seq = seq;
            return Err(refused);
        }
        self.books.keep(trial);
        for (seq, it) in settled {
            let of_payment = self.settled.entry(it.payment.0).or_default();
            of_payment.push((seq, it));
        }
        Ok(())
    }

    /// A settlement of a payment, and of this amount, that no log has and that still stands.
    pub(super) fn settled(&self, payment: Uuid, amount: i64) -> Option<u64> {
        let of_payment = self.settled.get(&payment)?.iter();
        let mut standing = of_payment.filter(|(seq, it)| {
            it.amount_fen.get() == amount && !self.books.reversed.contains(*seq)
        });
        standing.next().map(|(seq, _)| *seq)
    }

    /// More than is left of what is written at once. It is said of one row, and what comes after it
    /// is tried for whatever else may be wrong.
    fn too_long(&mut self, len: usize) -> Option<Refused> {
        let room = self.room?;
        self.room = room.checked_sub(len);
        let over = self.room.is_none();
        over.then_some(Refused::TooLong(Refusal::ListTooLong))
    }

    fn one(
        &mut self,
        submission: &Submission,
        settled: &mut Vec<(u64, Settlement)>,
        written: &mut usize,
    ) -> Result<(), Refused> {
        let look_up = |seq| self.event(seq, &submission.command);
        let command = submission.command.recalled(look_up);
        let command = command.map_err(Refused::Machine)?;
        let mut context = self.place.context(submission, self.seq);
        let admission = Admission {
            roles: &self.place.caller.roles,
            expected_version: submission.expected_version,
        };
        let events = ledger::decide(&self.books, &admission, &context, &command);
        let events = events.map_err(Refused::Rejected)?;
        for event in &events {
            let len = body_len(fact(submission, &context, event.clone()));
            if len > BODY_LEN_MAX {
                return Err(Refused::TooLong(Refusal::BodyTooLarge { len }));
            }
            *written = written
                .saturating_add(chain::HEADER_LEN)
                .saturating_add(len);
        }
        for event in events {
            ledger::apply(&mut self.books, &context, &event);
            if let (true, Event::Payment(PaymentEvent::Settled(it))) = (self.keeps, event) {
                settled.push((context.seq, it));
            }
            self.seq = self.seq.saturating_add(1);
            context.seq = self.seq;
        }
        Ok(())
    }

    /// The record that a command is about.
    fn event(&self, seq: u64, command: &Command) -> Result<Option<Event>, Problem> {
        if let Command::Record(RecordCommand::Reverse(asked)) = command
            && let Some(of_payment) = self.settled.get(&asked.subject.0)
            && let Some((_, it)) = of_payment.iter().find(|(at, _)| *at == seq)
        {
            return Ok(Some(Event::Payment(PaymentEvent::Settled(it.clone()))));
        }
        let fact = self.place.fact(seq)?;
        Ok(fact.map(|(_, fact)| fact.event))
    }
}

fn fact(submission: &Submission, context: &Context, event: Event) -> Fact {
    Fact {
        actor: context.actor,
        intake: context.intake,
        occurred_on: context.occurred_on,
        documents: submission.documents.clone(),
        correlation_id: submission.correlation_id,
        signatories: Arc::clone(&context.signatories),
        event,
    }
}

/// Tries every new row, and notes which would be refused and why; those that take back what another
/// one records last.
///
/// # Errors
/// 403: the caller may not record such rows; nothing else about them is told.
pub(super) fn run(place: &Place, planned: &mut Planned, books: &Books) -> Result<(), Problem> {
    let mut trial = Trial::new(place, books.clone());
    trial.room = planned.file.whole.then_some(ROWS_LEN_MAX);
    trial.keeps = !planned.later().is_empty();
    planned.first_seq = trial.seq;
    for index in planned.order.clone() {
        if let Some(line) = planned.lines.get_mut(index) {
            one(&mut trial, line, &planned.file.mapping)?;
        }
    }
    plan::rest(place, planned, books, &mut trial)
}

/// Tries a row.
///
/// # Errors
/// As [`run`].
pub(super) fn one(
    trial: &mut Trial<'_>,
    line: &mut Line,
    mapping: &Mapping,
) -> Result<(), Problem> {
    let Verdict::New(submissions) = &line.verdict else {
        return Ok(());
    };
    if let Err(refused) = trial.take(submissions) {
        let refusal = RowRefusal::said(line, mapping, &refused.of_row()?);
        line.verdict = Verdict::Refused(vec![refusal]);
    }
    Ok(())
}
