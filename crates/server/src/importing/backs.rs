//! What rows of files have brought back before. Such a row is known again by its own voucher
//! number, which stands in the reason of what it recorded: whatever else of it changes, the same
//! money does not come back twice.

use super::Place;
use super::known::{By, Numbers, reversal};
use super::lookup::shape;
use super::words::Words;
use crate::importing::Difference;
use crate::problem::Problem;
use ledger::payment::PaymentEvent;
use ledger::record::RecordEvent;
use ledger::{Books, Event, Fact};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// With this the reason of what a row with 退票 or 部分退回 gives back begins.
const RETURNED: &str = "退回(凭证 ";
/// With this the reason of what a row with 冲销 takes back begins.
pub(super) const REVERSED: &str = "冲销(凭证 ";

/// How money comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// 退票, 部分退回
    Return,
    /// 冲销
    Reverse,
}

impl Way {
    const fn prefix(self) -> &'static str {
        match self {
            Way::Return => RETURNED,
            Way::Reverse => REVERSED,
        }
    }

    /// As the table's column says it.
    const fn word(self) -> &'static str {
        match self {
            Way::Return => "return",
            Way::Reverse => "reverse",
        }
    }

    /// Why money came back: by which row, and what that says of it.
    pub(super) fn reason(self, number: &str, remark: Option<&str>) -> String {
        let remark = remark.map(|remark| format!(":{remark}"));
        let reason = format!("{}{number}){}", self.prefix(), remark.unwrap_or_default());
        reason.chars().take(500).collect()
    }

    /// The number of the row that gave a reason, and its remark.
    fn read(self, reason: &str) -> Option<(&str, Option<&str>)> {
        let rest = reason.strip_prefix(self.prefix())?;
        match rest.split_once("):") {
            Some((number, remark)) => Some((number, Some(remark))),
            None => Some((rest.strip_suffix(')')?, None)),
        }
    }
}

/// What one row brought back, or brings back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Back {
    pub(super) payment: Uuid,
    pub(super) way: Way,
    pub(super) amount: i64,
    pub(super) day: String,
    pub(super) reason: String,
}

/// What is recorded of rows that brought something back, by their numbers.
pub(super) struct Backs(HashMap<String, Vec<(Back, Option<u64>)>>);

impl Backs {
    /// Those of the books: returns, and records that were reversed. What went with the import of
    /// its payment is as if it had never been.
    pub(super) fn of(place: &Place, books: &Books, numbers: &Numbers) -> Result<Backs, Problem> {
        let mut backs = Backs(HashMap::new());
        let payments = books.payments.iter();
        for (id, row) in payments.filter(|(id, _)| !numbers.is_gone(id.0)) {
            for split in row.returns.iter() {
                if let Some((_, fact)) = place.fact(split.seq)? {
                    backs.put_return(id.0, &fact, None);
                }
            }
        }
        for (seq, by) in books.reversed.iter() {
            let Some((_, fact)) = place.fact(*by)? else {
                continue;
            };
            match reversal(books, &fact) {
                By::Import => {}
                By::Row => backs.put_reversal(numbers, &fact),
                By::Hand => {
                    let returned = place.fact(seq)?.map(|(_, fact)| fact);
                    if let Some(returned) = returned {
                        backs.put_returned(numbers, &returned, *by);
                    }
                }
            }
        }
        Ok(backs)
    }

    fn put_return(&mut self, payment: Uuid, fact: &Fact, reversed_by: Option<u64>) {
        let Event::Payment(PaymentEvent::Returned(it)) = &fact.event else {
            return;
        };
        let amount = it.amount_fen.get();
        self.put(
            payment,
            Way::Return,
            amount,
            fact,
            it.reason.as_str(),
            reversed_by,
        );
    }

    /// A return that somebody has reversed.
    fn put_returned(&mut self, numbers: &Numbers, fact: &Fact, by: u64) {
        if let Event::Payment(PaymentEvent::Returned(it)) = &fact.event
            && !numbers.is_gone(it.payment.0)
        {
            self.put_return(it.payment.0, fact, Some(by));
        }
    }

    fn put_reversal(&mut self, numbers: &Numbers, fact: &Fact) {
        if let Event::Record(RecordEvent::Reversed(it)) = &fact.event
            && !numbers.is_gone(it.subject.0)
        {
            let amount = it.amount_fen.get();
            self.put(
                it.subject.0,
                Way::Reverse,
                amount,
                fact,
                it.reason.as_str(),
                None,
            );
        }
    }

    fn put(
        &mut self,
        payment: Uuid,
        way: Way,
        amount: i64,
        fact: &Fact,
        reason: &str,
        reversed_by: Option<u64>,
    ) {
        let Some((number, _)) = way.read(reason) else {
            return;
        };
        let back = Back {
            payment,
            way,
            amount,
            day: fact.occurred_on.to_string(),
            reason: reason.to_owned(),
        };
        let of_number = self.0.entry(shape(number)).or_default();
        of_number.push((back, reversed_by));
    }

    /// What a row of this number recorded: the same as it says now where there is that, else the
    /// first; and who has reversed it.
    pub(super) fn of_row(&self, number: &str, now: &Back) -> Option<(&Back, Option<u64>)> {
        let of_number = self.0.get(&shape(number))?;
        let standing = |it: &&(Back, Option<u64>)| it.1.is_none();
        let same = of_number.iter().find(|it| standing(it) && it.0.is(now));
        let any = same.or_else(|| of_number.iter().find(standing));
        let (back, by) = any.or_else(|| of_number.first())?;
        Some((back, *by))
    }
}

impl Back {
    /// True for the same money for the same reason, however the number is written.
    pub(super) fn is(&self, other: &Back) -> bool {
        let same =
            (self.payment, self.way, self.amount) == (other.payment, other.way, other.amount);
        same && self.day == other.day && self.remark() == other.remark()
    }

    fn remark(&self) -> Option<&str> {
        self.way.read(&self.reason)?.1
    }

    /// In what a row is other than what it recorded.
    pub(super) fn differences(&self, now: &Back, words: &Words<'_>) -> Vec<Difference> {
        let original = |back: &Back| words.voucher(back.payment).map(Value::from);
        let told = |back: &Back| {
            [
                ("amount_fen", Some(json!(back.amount.saturating_neg()))),
                ("occurred_on", Some(json!(back.day))),
                ("original", original(back)),
                ("back_by", Some(json!(back.way.word()))),
                ("remark", back.remark().map(Value::from)),
            ]
        };
        let pairs = told(self).into_iter().zip(told(now));
        let other = pairs.filter(|((_, was), (_, is))| was != is);
        let other =
            other.map(|((name, was), (_, is))| words.difference(name, was.as_ref(), is.as_ref()));
        other.collect()
    }
}
