//! Read models: what can be asked of one ledger.
//!
//! [`View`] is a fold over the records of a ledger; it is rebuilt at every start by the same
//! [`View::apply`] that takes in the live records. Everything else here is a pure function of a
//! view: the day on which a question is asked is an argument.
//!
//! Identifiers stand beside names, money is whole fen, and every list has one order, so that the
//! same records give the same answer to the byte.

pub mod accounts;
pub mod alerts;
pub mod as_of;
pub mod balances;
pub mod bank_lines;
pub mod benefit;
pub mod claims;
pub mod common;
pub mod conduct;
pub mod contracts;
pub mod contributions;
pub mod days;
pub mod deadlines;
pub mod entries;
pub mod evidence;
pub mod fees;
pub mod form;
pub mod four_ledgers;
pub mod idle;
pub mod imports;
pub mod items;
pub mod links;
pub mod lists;
mod names;
pub mod numbers;
pub mod page;
pub mod parts;
pub mod progress;
pub mod project_view;
pub mod purposes;
pub mod recoveries;
pub mod references;
pub mod retention;
pub mod returned;
pub mod search;
pub mod steps;
mod sums;
pub mod tasks;
pub mod timeline;
pub mod trace;

#[cfg(test)]
mod tests;

pub use ledger::fraction::Fraction;
pub use page::Page;

use alerts::Alerts;
use days::Days;
use evidence::EvidenceFiles;
use jiff::civil::Date;
use ledger::{Books, Context, Event, Fact};
use links::Links;
use search::Search;
use tasks::Plans;
use timeline::Timeline;

/// A durable record, decoded.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Where its frame stands in the log.
    pub position: u64,
    /// Its place in the ledger's chain.
    pub seq: u64,
    /// When the log took it: microseconds since 1970 in UTC.
    pub recorded_at_us: u64,
    /// Its hash in the chain.
    pub hash: [u8; 32],
    /// What it says.
    pub fact: &'a Fact,
}

impl Entry<'_> {
    /// The day of recording.
    #[must_use]
    pub fn recorded_on(&self) -> Date {
        beijing_day(self.recorded_at_us)
    }
}

/// The civil day in UTC+08:00 of a moment in microseconds since 1970. The offset is fixed: the
/// log counts days as 北京时间 does since 1992, whatever a time zone database may say.
#[must_use]
pub fn beijing_day(us: u64) -> Date {
    ledger::date::civil_day(us)
}

/// The last record that a view has taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ledger::form::Form)]
pub struct Head {
    /// Its place in the chain.
    pub seq: u64,
    /// Its hash.
    pub hash: [u8; 32],
    /// Where its frame stands in the log.
    pub position: u64,
    /// When the log took it.
    pub recorded_at_us: u64,
}

/// Everything that can be asked of one ledger; a fold over its records.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// The state that decisions read, as of the head.
    pub books: Books,
    head: Option<Head>,
    /// Which records name a subject or bear a word.
    pub timeline: Timeline,
    /// The questions that broken rules have raised.
    pub alerts: Alerts,
    /// Who holds what, found without a search.
    pub links: Links,
    /// The plans that were returned.
    pub plans: Plans,
    /// The days and counts that the books forget.
    pub days: Days,
    /// What records say, to be looked for.
    pub search: Search,
    /// Which evidence there is, and what names a file.
    pub evidence: EvidenceFiles,
}

impl View {
    /// Takes in the next record.
    pub fn apply(&mut self, entry: &Entry<'_>) {
        // Destructured, so that a projection that is forgotten here does not compile.
        let View {
            books,
            head,
            timeline,
            alerts,
            links,
            plans,
            days,
            search,
            evidence,
        } = self;
        let context = entry.fact.context(entry.recorded_on(), entry.seq);
        // Rules and new links are both judged by the books before the event.
        alerts.take_in(books, &context, entry);
        take_in(books, links, &context, &entry.fact.event);
        timeline.take_in(entry);
        plans.take_in(entry);
        days.take_in(books, entry);
        search.take_in(&mut timeline.names, entry);
        evidence.take_in(&entry.fact.event);
        *head = Some(Head {
            seq: entry.seq,
            hash: entry.hash,
            position: entry.position,
            recorded_at_us: entry.recorded_at_us,
        });
    }

    /// The last record taken in; nothing before the first.
    #[must_use]
    pub fn head(&self) -> Option<Head> {
        self.head
    }
}

/// Takes an event into the books, and into what is told from them before and after it.
pub(crate) fn take_in(books: &mut Books, links: &mut Links, context: &Context, event: &Event) {
    links.before(books, event);
    ledger::apply(books, context, event);
    links.after(books, event);
}
