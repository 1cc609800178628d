//! Authority that must be passed on within 20, 30 and 60 days of its receipt (B2).
//!
//! What is passed on is taken from what was received first (first in, first out), so that every
//! receipt has a rest of its own.

use crate::View;
use crate::days::{Grant, days_between};
use crate::references::{self, FundReference, UnitReference, total};
use jiff::ToSpan;
use jiff::civil::Date;
use ledger::date::BusinessDate;
use ledger::fund::Holder;
use ledger::fund::rules::Fund;
use ledger::ids::FundId;
use ledger::money::Fen;

/// The days after a receipt until which it must be passed on.
const LIMITS: [i32; 3] = [20, 30, 60];

/// One receipt of authority, and how much of it was passed on when.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReceiptDeadlines {
    /// The batch.
    pub fund: FundReference,
    /// Who received it, and must pass it on.
    pub receiver: UnitReference,
    /// The record of the receipt, or of the adjustment that added it.
    pub seq: u64,
    /// When it was received.
    pub received_on: BusinessDate,
    /// How much.
    pub received_fen: Fen,
    /// How much of it was not passed on by the day of the question.
    pub unallocated_fen: Fen,
    /// How many days have gone by.
    pub days: i32,
    /// The limits, the first one first.
    pub deadlines: Vec<Deadline>,
}

/// One limit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Deadline {
    /// How many days after the receipt.
    pub days: i32,
    /// The last day.
    pub due_on: BusinessDate,
    /// It has gone by.
    pub passed: bool,
    /// How much was not passed on at its end, or is not on the day of the question if that is
    /// earlier.
    pub unallocated_fen: Fen,
}

/// B2: the receipts of which something is not passed on, or was not in time; those of which
/// something is still to be passed on first, and of them the oldest.
#[must_use]
pub fn allocation_deadlines(view: &View, on: Date) -> Vec<ReceiptDeadlines> {
    let funds = view.books.funds.iter();
    let mut lines: Vec<_> = funds
        .flat_map(|(id, fund)| receipts(view, on, id, fund))
        .filter(|line| {
            let missed = |it: &Deadline| it.passed && it.unallocated_fen > Fen::ZERO;
            line.unallocated_fen > Fen::ZERO || line.deadlines.iter().any(missed)
        })
        .collect();
    lines.sort_by_key(|line| {
        let done = line.unallocated_fen == Fen::ZERO;
        (done, std::cmp::Reverse(line.days), line.seq)
    });
    lines
}

fn receipts(view: &View, on: Date, id: FundId, fund: &Fund) -> Vec<ReceiptDeadlines> {
    let receiver = Holder::Organisation(fund.announcement.receiver);
    let grants = view.days.grants(&view.books, id);
    let grants: Vec<&Grant> = grants.filter(|it| it.on <= on).collect();
    let is_receipt = |it: &&&Grant| it.from.is_none() && it.amount > Fen::ZERO;
    let mut received: Vec<&Grant> = grants.iter().filter(is_receipt).copied().collect();
    received.sort_by_key(|it| (it.on, it.seq));
    // What left the receiver until a day, less what came back to it.
    let gone = |day: Date| {
        let until = grants.iter().filter(|it| it.on <= day && !is_receipt(it));
        total(until.map(|it| match (it.from, it.to) {
            (Some(from), to) if from == receiver && to != Some(receiver) => it.amount,
            (Some(_), Some(to)) if to == receiver => it.amount.negated(),
            (None, Some(_)) => it.amount.negated(),
            (Some(_) | None, Some(_) | None) => Fen::ZERO,
        }))
    };
    let mut before = Fen::ZERO;
    let mut lines = Vec::new();
    for receipt in received {
        let start = before;
        before = before.add(receipt.amount);
        let end = before;
        let rest = |day: Date| end.sub(gone(day).max(start)).max(Fen::ZERO);
        let deadline = |days: &i32| {
            let due = receipt.on.saturating_add(days.days());
            Deadline {
                days: *days,
                due_on: BusinessDate::day(due),
                passed: due < on,
                unallocated_fen: rest(due.min(on)),
            }
        };
        lines.push(ReceiptDeadlines {
            fund: references::fund(&view.books, id),
            receiver: references::unit(&view.books, fund.announcement.receiver),
            seq: receipt.seq,
            received_on: BusinessDate::day(receipt.on),
            received_fen: receipt.amount,
            unallocated_fen: rest(on),
            days: days_between(receipt.on, on),
            deadlines: LIMITS.iter().map(deadline).collect(),
        });
    }
    lines
}
