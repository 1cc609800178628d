//! What the books should say of money: lists of what was granted and paid, added up anew for every
//! question. Slow, plain, and written from the rules V5 to V14, not from the code.

mod books;
mod chance;
mod claims;
mod commands;
mod compare;
mod contracts;
mod happens;
mod ledgers;
mod opening;
mod reversals;
mod rules;

use crate::harness::*;
pub(super) use opening::take_over;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The last of them was there before the book.
pub(super) const FUNDS: u64 = 4;
const UNITS: [u64; 4] = [COUNTY, TOWN, VILLAGE, VILLAGE + 1];
/// The last of them was there before the book.
const PROJECTS: [u64; 5] = [1, 2, 3, 4, 5];
const HOUSES: [u64; 3] = [HOUSEHOLDS + 1, HOUSEHOLDS + 2, HOUSEHOLDS + 3];
/// Stands for something that nobody has registered.
const NOBODY: u64 = 999_999;
/// V5: no command may name more.
const FEN_MAX: i64 = 1_000_000_000_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    Unit(u64),
    Project(u64),
}

impl Holder {
    fn json(self) -> Value {
        match self {
            Holder::Unit(number) => to_unit(number),
            Holder::Project(number) => to_project(number),
        }
    }

    fn exists(self) -> bool {
        match self {
            Holder::Unit(number) => UNITS.contains(&number),
            Holder::Project(number) => PROJECTS.contains(&number),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Payee {
    House(u64),
    Unit(u64),
}

#[derive(Debug, Clone)]
pub(super) enum Ask {
    Receive {
        fund: u64,
        fen: i64,
    },
    Allocate {
        fund: u64,
        from: u64,
        to: Holder,
        fen: i64,
    },
    Adjust {
        fund: u64,
        fen: i64,
    },
    Reclaim {
        fund: u64,
        from: Holder,
        to: Option<u64>,
        fen: i64,
    },
    Carry {
        fund: u64,
        unit: u64,
        fen: i64,
        year: u64,
    },
    Instruct {
        id: u64,
        order: Order,
    },
    Settle {
        id: u64,
        fen: i64,
    },
    Return {
        id: u64,
        fen: i64,
    },
    Reissue {
        id: u64,
        of: u64,
    },
    Confirm {
        id: u64,
        house: u64,
        result: &'static str,
        fen: i64,
    },
    Reclassify {
        id: u64,
        from: u64,
        to: u64,
        fen: i64,
    },
    Demand {
        id: u64,
        fen: i64,
    },
    Recover {
        id: u64,
        fen: i64,
    },
    Offset {
        id: u64,
        against: u64,
        fen: i64,
    },
    Waive {
        id: u64,
        fen: i64,
    },
    Withhold {
        id: u64,
        fen: i64,
        due_on: &'static str,
    },
    Release {
        id: u64,
        by: u64,
        fen: i64,
    },
    Contract(contracts::Ask),
    Claim(claims::Ask),
    /// Takes back what stands at a place of the list of amounts.
    Reverse {
        place: usize,
        fen: i64,
    },
}

#[derive(Debug, Clone)]
pub(super) struct Order {
    project: u64,
    payee: Payee,
    fen: i64,
    sources: Vec<(u64, i64)>,
    kind: &'static str,
    contract: Option<u64>,
    claim: Option<u64>,
}

#[derive(Clone)]
struct Grant {
    fund: u64,
    from: u64,
    to: Holder,
    fen: i64,
}

#[derive(Clone)]
struct Payment {
    order: Order,
    by: &'static str,
    day: String,
    settled: i64,
    returned: i64,
    /// Came back before it was settled.
    cancelled: i64,
    demanded: i64,
    /// Came back on demand.
    recovered: i64,
    /// Kept back from another payment instead.
    offset: i64,
    waived: i64,
    withheld: i64,
    released: i64,
    /// The latest day on which something withheld is due.
    due_on: &'static str,
    of: Option<u64>,
    again: Option<u64>,
    said: Option<(&'static str, i64)>,
    version: u64,
}

/// What an amount is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Fund(u64),
    Payment(u64),
}

/// An amount that was recorded of a batch or a payment, and may be taken back.
#[derive(Clone)]
struct Stated {
    of: Of,
    ask: Ask,
    /// Of a return: what it took of settled and of open money.
    split: (i64, i64),
    /// Of a return: what was left just before it.
    room: Room,
    /// Its place in the log, once the server has told.
    seq: Option<u64>,
    reversed: bool,
}

/// What was left of what a payment draws on; below nothing where observed payments took more.
#[derive(Clone, Default)]
struct Room {
    budgets: Vec<(u64, i64)>,
    claim: i64,
    contract: i64,
}

#[derive(Default)]
struct Fund {
    received: i64,
    /// How much of it was added, or taken away, by adjustments.
    adjusted: i64,
    to_top: i64,
    version: u64,
}

/// What was announced of each batch, all to the county.
const ANNOUNCED: i64 = 100_000;

pub(super) struct Money {
    funds: BTreeMap<u64, Fund>,
    grants: Vec<Grant>,
    /// What was carried over: batch, unit, year, amount.
    carried: Vec<(u64, u64, u64, i64)>,
    payments: BTreeMap<u64, Payment>,
    /// What was settled and returned before the book: by batch and project.
    before: BTreeMap<(u64, u64), (i64, i64)>,
    contracts: BTreeMap<u64, contracts::Contract>,
    claims: BTreeMap<u64, claims::Claim>,
    stated: Vec<Stated>,
    /// The next number of a payment that there is not.
    fresh: u64,
}

/// What a project may spend of a batch, and what became of it.
struct Budget {
    granted: i64,
    committed: i64,
    settled: i64,
    returned: i64,
    recovered: i64,
}

impl Money {
    /// The version of what a command is mainly about.
    pub(super) fn version(&self, ask: &Ask) -> u64 {
        match ask {
            Ask::Receive { fund, .. }
            | Ask::Allocate { fund, .. }
            | Ask::Adjust { fund, .. }
            | Ask::Reclaim { fund, .. }
            | Ask::Carry { fund, .. } => self.funds.get(fund).map_or(0, |row| row.version),
            Ask::Instruct { id, .. }
            | Ask::Settle { id, .. }
            | Ask::Return { id, .. }
            | Ask::Reissue { of: id, .. }
            | Ask::Confirm { id, .. }
            | Ask::Reclassify { id, .. }
            | Ask::Demand { id, .. }
            | Ask::Offset { id, .. }
            | Ask::Waive { id, .. }
            | Ask::Withhold { id, .. }
            | Ask::Release { id, .. }
            | Ask::Recover { id, .. } => self.payments.get(id).map_or(0, |row| row.version),
            Ask::Contract(ask) => self.contract_version(ask),
            Ask::Claim(ask) => self.claim_version(ask),
            Ask::Reverse { place, .. } => match self.stated[*place].of {
                Of::Fund(fund) => self.funds[&fund].version,
                Of::Payment(id) => self.payments[&id].version,
            },
        }
    }

    /// Where an amount stands in the log, and what it is about.
    pub(super) fn place(&self, place: usize) -> (u64, Of) {
        let stated = &self.stated[place];
        (stated.seq.unwrap(), stated.of)
    }

    /// The server has recorded it there.
    pub(super) fn recorded(&mut self, ask: &Ask, seq: u64) {
        if ask.amount().is_some() {
            let mut waiting = self.stated.iter_mut();
            waiting.find(|row| row.seq.is_none()).unwrap().seq = Some(seq);
        }
    }

    /// How many contracts and claims have been paid on, for a run that shows nothing.
    pub(super) fn summary(&self) -> BTreeMap<&'static str, usize> {
        let on_contract = |it: &&Payment| self.contract_of(&it.order).is_some();
        let on_claim = |it: &&Payment| it.order.claim.is_some();
        let paid = || self.payments.values().filter(|it| it.settled > 0);
        BTreeMap::from([
            ("paid on contracts", paid().filter(on_contract).count()),
            ("paid on claims", paid().filter(on_claim).count()),
        ])
    }
}
