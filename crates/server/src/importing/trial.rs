//! What the rules say of rows before anything is sent: each is decided as the writer would, on
//! books of its own, after all rows before it.

use super::Place;
use super::plan::{self, Line, Planned, Verdict};
use super::report::RowRefusal;
use crate::problem::Problem;
use ledger::payment::{PaymentEvent, Settlement};
use ledger::record::RecordCommand;
use ledger::{Admission, Books, Command, Event, Rejection, Submission};
use sheets::Mapping;
use std::collections::HashMap;
use uuid::Uuid;

/// Why a command would be refused.
pub(super) enum Refused {
    Rejected(Rejection),
    Machine(Problem),
}

/// Books to try commands on: a copy that shares what neither changes.
pub(super) struct Trial<'a> {
    place: &'a Place,
    books: Books,
    seq: u64,
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
        let mut settled = Vec::new();
        for submission in submissions {
            if let Err(refused) = self.one(submission, &mut settled) {
                self.books.take_back(trial);
                self.seq = seq;
                return Err(refused);
            }
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

    fn one(
        &mut self,
        submission: &Submission,
        settled: &mut Vec<(u64, Settlement)>,
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
        for event in events.map_err(Refused::Rejected)? {
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

/// Tries every new row, and notes which would be refused and why; those that take back what another
/// one records last.
///
/// # Errors
/// 403: the caller may not record such rows; nothing else about them is told.
pub(super) fn run(place: &Place, planned: &mut Planned, books: &Books) -> Result<(), Problem> {
    let mut trial = Trial::new(place, books.clone());
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
    match trial.take(submissions) {
        Ok(()) => Ok(()),
        Err(Refused::Rejected(rejection @ Rejection::Forbidden { .. })) => Err((&rejection).into()),
        Err(Refused::Rejected(rejection)) => {
            let problem = Problem::from(&rejection);
            let refusal = RowRefusal::said(line, mapping, &problem);
            line.verdict = Verdict::Refused(vec![refusal]);
            Ok(())
        }
        Err(Refused::Machine(problem)) => Err(problem),
    }
}
