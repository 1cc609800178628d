//! A batch as of a day, or as of a record (B1): the same balance and the same four ledgers, folded
//! again from the batch's own records. Nothing is kept for it between two questions.
//!
//! Two questions, which may be asked together. *As of a day*: what had happened by then, by
//! everything that is known now. *As of a record*: what the book said when that record was its
//! last. Names are those of today.

mod records;

pub use records::records;

use crate::balances::{FundBalance, fund_balance};
use crate::four_ledgers::{FundLedgers, fund_ledgers};
use crate::{Entry, View};
use hashbrown::HashSet;
use jiff::civil::Date;
use ledger::account::AccountEvent;
use ledger::claim::ClaimEvent;
use ledger::contract::ContractEvent;
use ledger::date::{BusinessDate, Precision};
use ledger::fund::FundEvent;
use ledger::ids::FundId;
use ledger::money::Fen;
use ledger::opening::CutOver;
use ledger::project::ProjectEvent;
use ledger::record::RecordEvent;
use ledger::{Event, Fact};

/// How dates count, as every answer says.
pub const RULE: &str = "a record counts from its business date; where that is no exact day, from \
    the last day that it can have been: the end of its month, quarter or year, or the day of \
    recording if that is earlier or the date is unknown; an opening from its cut-over day; a \
    reversal from the day of what it reverses, as if that had never been";

/// The same in Chinese.
pub const RULE_ZH: &str = "记录自业务日期起计入;日期不精确到日的,自其可能的最后一日起计入:所在月、季、年的最后一日,\
    登记日更早或日期不明的按登记日;期初自建账日起计入;冲销与被冲销的记录同日计入,视同从未发生";

/// How many records without an exact day an answer lists; it counts them all.
pub const COARSE_MAX: usize = 100;

/// As of when.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment {
    /// What had happened by the end of this day; none for whatever day.
    pub on: Option<Date>,
    /// As the book was known when this record was its last; none for all records.
    pub through_seq: Option<u64>,
}

/// As of when an answer is, and how it was counted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AsOf {
    /// What had happened by the end of this day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<BusinessDate>,
    /// As the book was known when this record was its last.
    pub through_seq: u64,
    /// True if the batch had been announced, or taken over.
    pub announced: bool,
    /// True if the day lies before the batch's cut-over day 建账前: what was there then is not in
    /// the book, and every figure is nothing.
    pub before_book: bool,
    /// How many records about the batch count.
    pub counted: usize,
    /// How many do not, because they are of a later day.
    pub later: usize,
    /// How many of the records have no exact day.
    pub coarse: usize,
    /// How many of those do not count although they may have happened by the day.
    pub uncertain: usize,
    /// The records without an exact day, in their order; the first 100.
    pub coarse_records: Vec<CoarseRecord>,
    /// How dates count.
    pub rule: &'static str,
    /// How dates count, in Chinese.
    pub rule_zh: &'static str,
}

/// A record that has no exact day.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CoarseRecord {
    /// Which one.
    pub seq: u64,
    /// What it says has happened.
    pub word: &'static str,
    /// When, as far as anybody knows.
    pub occurred_on: BusinessDate,
    /// From which day on it counts.
    pub counts_from: BusinessDate,
    /// True if it counts in this answer.
    pub counted: bool,
}

/// Folds the records of a batch into what it was at a moment.
#[derive(Debug)]
pub struct Fold {
    fund: FundId,
    moment: Moment,
    then: View,
    /// Records of a later day: what puts them right does not count either.
    left_out: HashSet<u64>,
    as_of: AsOf,
}

impl Fold {
    /// Begins; `view` lends the names of units.
    #[must_use]
    pub fn new(view: &View, fund: FundId, moment: Moment) -> Fold {
        let mut then = View::default();
        then.books.organisations = view.books.organisations.clone();
        let head = view.head().map_or(0, |head| head.seq);
        Fold {
            fund,
            moment,
            then,
            left_out: HashSet::new(),
            as_of: AsOf {
                on: moment.on.map(BusinessDate::day),
                through_seq: moment.through_seq.map_or(head, |seq| seq.min(head)),
                announced: false,
                before_book: false,
                counted: 0,
                later: 0,
                coarse: 0,
                uncertain: 0,
                coarse_records: Vec::new(),
                rule: RULE,
                rule_zh: RULE_ZH,
            },
        }
    }

    /// Takes in one of [`records`]; they come in their order.
    pub fn take_in(&mut self, entry: &Entry<'_>) {
        if entry.seq > self.as_of.through_seq || !concerns(&entry.fact.event) {
            return;
        }
        let counts = self.counts(entry);
        if counts {
            self.as_of.counted = self.as_of.counted.saturating_add(1);
        } else {
            self.as_of.later = self.as_of.later.saturating_add(1);
            self.left_out.insert(entry.seq);
        }
        let Some(event) = self.known(&entry.fact.event, counts) else {
            return;
        };
        let context = entry.fact.context(entry.recorded_on(), entry.seq);
        let View { books, links, .. } = &mut self.then;
        crate::take_in(books, links, &context, &event);
    }

    /// True if the record had happened by the day.
    fn counts(&mut self, entry: &Entry<'_>) -> bool {
        if let Event::Record(event) = &entry.fact.event {
            let (RecordEvent::Reversed(_) | RecordEvent::Corrected(_)) = event;
            return !self.left_out.contains(&put_right(event));
        }
        let from = counts_from(entry);
        let counts = self.moment.on.is_none_or(|on| from <= on);
        self.note_coarse(entry, from, counts);
        counts
    }

    fn note_coarse(&mut self, entry: &Entry<'_>, counts_from: Date, counted: bool) {
        let occurred_on = occurred_on(entry.fact);
        if occurred_on.precision() == Precision::Day {
            return;
        }
        self.as_of.coarse = self.as_of.coarse.saturating_add(1);
        let first = occurred_on.first();
        let perhaps = |on| first.is_none_or(|first| first <= on);
        if !counted && self.moment.on.is_some_and(perhaps) {
            self.as_of.uncertain = self.as_of.uncertain.saturating_add(1);
        }
        if self.as_of.coarse_records.len() < COARSE_MAX {
            self.as_of.coarse_records.push(CoarseRecord {
                seq: entry.seq,
                word: entry.fact.event.word(),
                occurred_on,
                counts_from: BusinessDate::day(counts_from),
                counted,
            });
        }
    }

    /// What to take in of an event. Who a batch, an account and a project are is known at any day;
    /// nothing is left of any other event that does not count.
    fn known(&mut self, event: &Event, counts: bool) -> Option<Event> {
        if let Event::Fund(FundEvent::Announced(_) | FundEvent::TakenOver(_)) = event {
            // Of this batch: others' are not among its records.
            self.as_of.announced = counts;
            self.as_of.before_book = !counts && cut_over(event).is_some();
        }
        if counts {
            return Some(event.clone());
        }
        if let Event::Fund(FundEvent::TakenOver(it)) = event {
            let announcement = it.announcement.clone();
            return Some(Event::Fund(FundEvent::Announced(announcement)));
        }
        if let Event::Account(AccountEvent::TakenOver(it)) = event {
            return Some(Event::Account(AccountEvent::Opened(it.opening.clone())));
        }
        let identity = matches!(
            event,
            Event::Fund(FundEvent::Announced(_))
                | Event::Account(AccountEvent::Opened(_))
                | Event::Project(
                    ProjectEvent::Declared(_)
                        | ProjectEvent::EnteredLibrary(_)
                        | ProjectEvent::TakenOver(_)
                )
        );
        identity.then(|| event.clone())
    }

    /// The balance at that moment; nothing for a batch of which the records say nothing.
    #[must_use]
    pub fn balance(self) -> Option<FundBalance> {
        let mut balance = fund_balance(&self.then, self.fund)?;
        if !self.as_of.announced {
            balance.announced_fen = Fen::ZERO;
        }
        balance.as_of = Some(self.as_of);
        Some(balance)
    }

    /// The four ledgers at that moment; nothing for a batch of which the records say nothing.
    #[must_use]
    pub fn ledgers(self) -> Option<FundLedgers> {
        let mut ledgers = fund_ledgers(&self.then, self.fund)?;
        if !self.as_of.announced {
            ledgers.authority.announced_fen = Fen::ZERO;
        }
        ledgers.as_of = Some(self.as_of);
        Some(ledgers)
    }
}

/// The record that is reversed or corrected.
const fn put_right(event: &RecordEvent) -> u64 {
    match event {
        RecordEvent::Reversed(it) => it.seq,
        RecordEvent::Corrected(it) => it.seq,
    }
}

/// The day from which a record counts.
fn counts_from(entry: &Entry<'_>) -> Date {
    let recorded = entry.recorded_on();
    let last = occurred_on(entry.fact).last();
    last.map_or(recorded, |last| last.min(recorded))
}

/// When it happened: of an opening, the last day that its figures cover.
fn occurred_on(fact: &Fact) -> BusinessDate {
    cut_over(&fact.event).map_or(fact.occurred_on, |it| it.on)
}

fn cut_over(event: &Event) -> Option<&CutOver> {
    if let Event::Fund(FundEvent::TakenOver(it)) = event {
        Some(&it.cut_over)
    } else if let Event::Account(AccountEvent::TakenOver(it)) = event {
        Some(&it.cut_over)
    } else if let Event::Contract(ContractEvent::TakenOver(it)) = event {
        Some(&it.cut_over)
    } else if let Event::Claim(ClaimEvent::TakenOver(it)) = event {
        Some(&it.cut_over)
    } else if let Event::Project(ProjectEvent::TakenOver(it)) = event {
        Some(&it.cut_over)
    } else {
        None
    }
}

/// True for what the balance and the four ledgers of a batch are made of.
const fn concerns(event: &Event) -> bool {
    match event {
        Event::Fund(_)
        | Event::Project(_)
        | Event::Contract(_)
        | Event::Claim(_)
        | Event::Payment(_)
        | Event::Account(_)
        | Event::Receipt(_)
        | Event::Record(_) => true,
        Event::Ledger(_)
        | Event::Token(_)
        | Event::Organisation(_)
        | Event::Overlay(_)
        | Event::Subject(_)
        | Event::Milestone(_)
        | Event::Contribution(_)
        | Event::BankLine(_)
        | Event::List(_)
        | Event::Entry(_)
        | Event::Round(_)
        | Event::Item(_)
        | Event::Log(_)
        | Event::Evidence(_)
        | Event::Import(_) => false,
    }
}
