//! A ledger without a log: commands decided and taken in by memory alone, for what is measured by
//! itself.

use crate::county::{County, Turn};
use jiff::civil::Date;
use ledger::{Admission, Books, Context, Fact, Submission};
use std::sync::Arc;

/// The books, and the place that the next record takes.
#[derive(Debug, Default)]
pub struct Book {
    /// As the writer has them.
    pub books: Books,
    seq: u64,
}

/// The day on which everything is recorded.
pub const TODAY: Date = jiff::civil::date(2019, 1, 2);

impl Book {
    /// The county as its year begins, with what happened until then.
    #[must_use]
    pub fn set_up(county: &County) -> (Book, Vec<Fact>) {
        let mut book = Book::default();
        let facts = book.take(&county.set_up());
        (book, facts)
    }

    /// Decides and takes in.
    ///
    /// # Panics
    /// One of them is refused.
    pub fn take(&mut self, turns: &[Turn]) -> Vec<Fact> {
        let mut facts = Vec::new();
        for turn in turns {
            for submission in &turn.submissions {
                facts.extend(self.one(turn, submission));
            }
        }
        facts
    }

    /// Decides one command and takes in what happens.
    ///
    /// # Panics
    /// It is refused.
    pub fn one(&mut self, turn: &Turn, submission: &Submission) -> Vec<Fact> {
        let context = Context {
            actor: turn.hand.actor(),
            signatories: Arc::default(),
            proposed_by: None,
            intake: submission.intake,
            occurred_on: submission.occurred_on,
            today: TODAY,
            seq: self.seq + 1,
        };
        let roles = turn.hand.roles();
        let admission = Admission {
            roles: &roles,
            expected_version: None,
        };
        let decided = ledger::decide(&self.books, &admission, &context, &submission.command);
        let events = decided.unwrap_or_else(|no| panic!("{}: {no}", submission.command.word()));
        let facts = events.into_iter().map(|event| {
            self.seq += 1;
            let seq = self.seq;
            let context = Context {
                seq,
                ..context.clone()
            };
            ledger::apply(&mut self.books, &context, &event);
            Fact {
                actor: context.actor,
                intake: context.intake,
                occurred_on: context.occurred_on,
                documents: Vec::new(),
                correlation_id: None,
                signatories: Arc::default(),
                event,
            }
        });
        facts.collect()
    }
}
