//! Idle cash: by how long the cash of a batch has lain in the accounts (RR02).
//!
//! All accounts together, so that a transfer from one to the other makes no money young again.
//! What went out is taken from what came in first (first in, first out).

use crate::View;
use crate::days::days_between;
use crate::references::{self, FundReference, total};
use hashbrown::HashMap;
use jiff::civil::Date;
use ledger::account::rules::{Cash, MovementKind};
use ledger::date::BusinessDate;
use ledger::ids::FundId;
use ledger::money::Fen;

/// From how many days on cash is idle, and idle for long: the audit's classes of one and two years.
const IDLE_DAYS: [i32; 2] = [365, 730];

/// Cash of a batch that came in on one day and is still there.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdleCashPart {
    /// The batch; none for cash of which nobody knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fund: Option<FundReference>,
    /// How much of it.
    pub amount_fen: Fen,
    /// Since when; of cash from before the book, since the cut-over day.
    pub since: BusinessDate,
    /// For how many days.
    pub days: i32,
    /// From how many days on it counts as idle: 365 or 730.
    pub from_days: i32,
}

/// Idle cash.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdleCash {
    /// All cash in the accounts; what is overdrawn is not set against others' balances.
    pub balance_fen: Fen,
    /// For 365 days or more, and less than 730.
    pub from_365_days_fen: Fen,
    /// For 730 days or more.
    pub from_730_days_fen: Fen,
    /// Of which nobody knows the day on which it came.
    pub undated_fen: Fen,
    /// The parts, the oldest first.
    pub parts: Vec<IdleCashPart>,
}

/// What came in, and when; no day where nobody knows.
type Lot = (Option<Date>, Fen);

pub(super) fn cash(view: &View, on: Date) -> IdleCash {
    let mut lots = lots(view);
    let mut balances: HashMap<Option<FundId>, Vec<Fen>> = HashMap::new();
    for ((_, fund), row) in view.books.cash.iter() {
        balances.entry(fund).or_default().push(Cash::balance(row));
    }
    let (mut balance, mut undated, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for (fund, sums) in balances {
        let rest = total(sums).max(Fen::ZERO);
        balance.push(rest);
        for (day, amount_fen) in left(lots.remove(&fund).unwrap_or_default(), rest) {
            let Some(day) = day else {
                undated.push(amount_fen);
                continue;
            };
            let days = days_between(day, on);
            let class = IDLE_DAYS.into_iter().rfind(|from| days >= *from);
            parts.extend(class.map(|from_days| IdleCashPart {
                fund: fund.map(|fund| references::fund(&view.books, fund)),
                amount_fen,
                since: BusinessDate::day(day),
                days,
                from_days,
            }));
        }
    }
    parts.sort_by(|a, b| {
        let key = |it: &IdleCashPart| (std::cmp::Reverse(it.days), it.fund.clone());
        key(a).cmp(&key(b)).then(a.amount_fen.cmp(&b.amount_fen))
    });
    let sum = |from: i32| {
        let parts = parts.iter().filter(|part| part.from_days == from);
        total(parts.map(|part| part.amount_fen))
    };
    let [year, two_years] = IDLE_DAYS;
    IdleCash {
        balance_fen: total(balance),
        from_365_days_fen: sum(year),
        from_730_days_fen: sum(two_years),
        undated_fen: total(undated),
        parts,
    }
}

/// What came into the accounts from outside, batch by batch.
fn lots(view: &View) -> HashMap<Option<FundId>, Vec<Lot>> {
    let books = &view.books;
    let mut lots: HashMap<Option<FundId>, Vec<Lot>> = HashMap::new();
    for row in books.movements.values().filter(|row| !row.reversed) {
        match row.kind {
            MovementKind::Received
            | MovementKind::Returned
            | MovementKind::Recovered
            | MovementKind::Interest => {
                let lot = (row.value_date.last(), row.amount);
                lots.entry(row.fund).or_default().push(lot);
            }
            MovementKind::Paid | MovementKind::Transferred => {}
        }
    }
    for ((account, fund), row) in books.cash.iter() {
        let opening = books.accounts.get(account);
        let opening = opening.and_then(|row| row.opening.as_ref());
        if let Some(opening) = opening.filter(|_| row.opening > Fen::ZERO) {
            let lot = (opening.on.last(), row.opening);
            lots.entry(fund).or_default().push(lot);
        }
    }
    lots
}

/// What of the lots is left when `rest` is: the youngest of them; one without a day is the oldest.
/// Lots of one day are one.
fn left(mut lots: Vec<Lot>, mut rest: Fen) -> Vec<Lot> {
    lots.sort_unstable_by_key(|(day, _)| std::cmp::Reverse(*day));
    let mut left: Vec<Lot> = Vec::new();
    for (day, amount) in lots {
        let part = rest.min(amount);
        rest = rest.sub(part);
        match left.last_mut().filter(|(last, _)| *last == day) {
            Some((_, sum)) => *sum = sum.add(part),
            None if part > Fen::ZERO => left.push((day, part)),
            None => {}
        }
    }
    left
}
