//! What the rules say of rows before anything is sent: each is decided as the writer would, on
//! books of its own, after all rows before it.

use super::Place;
use super::plan::{Planned, Verdict};
use super::report::RowRefusal;
use crate::problem::Problem;
use ledger::{Admission, Books, Event, Rejection, Submission};

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
}

impl<'a> Trial<'a> {
    pub(super) fn new(place: &'a Place, mut books: Books) -> Trial<'a> {
        books.lead();
        let head = place.slot.view().head().map_or(0, |head| head.seq);
        let seq = head.saturating_add(1);
        Trial { place, books, seq }
    }

    pub(super) fn books(&self) -> &Books {
        &self.books
    }

    /// Commands that belong together: all of them, or none.
    ///
    /// # Errors
    /// Why the first of them would be refused.
    pub(super) fn take(&mut self, submissions: &[Submission]) -> Result<(), Refused> {
        let trial = self.books.begin();
        for submission in submissions {
            if let Err(refused) = self.one(submission) {
                self.books.take_back(trial);
                return Err(refused);
            }
        }
        self.books.keep(trial);
        Ok(())
    }

    fn one(&mut self, submission: &Submission) -> Result<(), Refused> {
        let look_up = |seq| self.event(seq);
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
            self.seq = self.seq.saturating_add(1);
            context.seq = self.seq;
        }
        Ok(())
    }

    fn event(&self, seq: u64) -> Result<Option<Event>, Problem> {
        let fact = self.place.fact(seq)?;
        Ok(fact.map(|(_, fact)| fact.event))
    }
}

/// Tries every new row, and notes which would be refused and why.
///
/// # Errors
/// 403: the caller may not record such rows; nothing else about them is told.
pub(super) fn run(place: &Place, planned: &mut Planned, books: Books) -> Result<(), Problem> {
    let mut trial = Trial::new(place, books);
    for index in planned.order.clone() {
        let Some(line) = planned.lines.get_mut(index) else {
            continue;
        };
        let Verdict::New(submissions) = &line.verdict else {
            continue;
        };
        match trial.take(submissions) {
            Ok(()) => {}
            Err(Refused::Rejected(rejection @ Rejection::Forbidden { .. })) => {
                return Err((&rejection).into());
            }
            Err(Refused::Rejected(rejection)) => {
                let problem = Problem::from(&rejection);
                let refusal = RowRefusal::said(&line.sheet, line.row, &problem);
                line.verdict = Verdict::Refused(vec![refusal]);
            }
            Err(Refused::Machine(problem)) => return Err(problem),
        }
    }
    Ok(())
}
