//! What the books should say of money: lists of what was granted and paid, added up anew for every
//! question. Slow, plain, and written from the rules V5 to V14, not from the code.

use crate::harness::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const FUNDS: u64 = 3;
const UNITS: [u64; 4] = [COUNTY, TOWN, VILLAGE, VILLAGE + 1];
const PROJECTS: [u64; 4] = [1, 2, 3, 4];
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
}

#[derive(Debug, Clone)]
pub(super) struct Order {
    project: u64,
    payee: Payee,
    fen: i64,
    sources: Vec<(u64, i64)>,
    kind: &'static str,
}

struct Grant {
    fund: u64,
    from: u64,
    to: Holder,
    fen: i64,
}

struct Payment {
    order: Order,
    by: &'static str,
    day: String,
    settled: i64,
    returned: i64,
    /// Came back before it was settled.
    cancelled: i64,
    of: Option<u64>,
    again: Option<u64>,
    said: Option<(&'static str, i64)>,
    version: u64,
}

impl Payment {
    fn open(&self) -> i64 {
        (self.order.fen - self.settled - self.cancelled).max(0)
    }

    fn state(&self) -> &'static str {
        if self.again.is_some() {
            "reissued"
        } else if self.returned + self.cancelled >= self.order.fen {
            "returned"
        } else if self.settled == 0 {
            "instructed"
        } else if self.open() > 0 {
            "partly_settled"
        } else {
            "settled"
        }
    }

    /// What a batch bears of an amount: the one named first pays first, the last pays the rest.
    fn borne(&self, amount: i64, fund: u64) -> i64 {
        let (mut rest, mut borne) = (amount, 0);
        for (place, (source, fen)) in self.order.sources.iter().enumerate() {
            let last = place + 1 == self.order.sources.len();
            let share = if last { rest } else { rest.min(*fen) };
            rest -= share;
            if *source == fund {
                borne = share;
            }
        }
        borne
    }

    /// What could not be paid, taken from the batch named last, and then from the one before it.
    fn cancelled_of(&self, fund: u64) -> i64 {
        let mut rest = self.cancelled;
        for (source, fen) in self.order.sources.iter().rev() {
            let share = rest.min(*fen);
            rest -= share;
            if *source == fund {
                return share;
            }
        }
        0
    }
}

#[derive(Default)]
struct Fund {
    received: i64,
    to_top: i64,
    version: u64,
}

/// What was announced of each batch, all to the county.
const ANNOUNCED: i64 = 100_000;

pub(super) struct Money {
    funds: BTreeMap<u64, Fund>,
    grants: Vec<Grant>,
    payments: BTreeMap<u64, Payment>,
    /// The next number of a payment that there is not.
    fresh: u64,
}

/// What a project may spend of a batch, and what became of it.
struct Budget {
    granted: i64,
    committed: i64,
    settled: i64,
    returned: i64,
}

impl Budget {
    fn available(&self) -> i64 {
        self.granted - self.committed - self.settled + self.returned
    }
}

impl Money {
    /// The batches announced and four projects: two started, one approved, one in the library.
    pub(super) fn found(world: &Client) -> Money {
        for number in 1..=FUNDS {
            let announcement = announcement(number, ANNOUNCED);
            world.record_on("finance", "2018-03-01", "fund.announce", announcement);
        }
        world.project_started(1, 1_000_000);
        world.project_started(2, 1_000_000);
        world.project_approved(3, 1_000_000);
        world.project_entered(4, 1_000_000);
        for house in HOUSES {
            world.register_household(house, "禾苗丁");
        }
        let fund = |number| {
            (
                number,
                Fund {
                    version: 1,
                    ..Fund::default()
                },
            )
        };
        Money {
            funds: (1..=FUNDS).map(fund).collect(),
            grants: Vec::new(),
            payments: BTreeMap::new(),
            fresh: 1,
        }
    }

    fn granted(&self, fund: u64, to: Holder) -> i64 {
        let along = self
            .grants
            .iter()
            .filter(|grant| grant.fund == fund && grant.to == to);
        let top = self
            .funds
            .get(&fund)
            .map_or(0, |row| row.received - row.to_top);
        let top = if to == Holder::Unit(COUNTY) { top } else { 0 };
        top + along.map(|grant| grant.fen).sum::<i64>()
    }

    fn left(&self, fund: u64, unit: u64) -> i64 {
        let given = self
            .grants
            .iter()
            .filter(|grant| grant.fund == fund && grant.from == unit);
        self.granted(fund, Holder::Unit(unit)) - given.map(|grant| grant.fen).sum::<i64>()
    }

    fn budget(&self, fund: u64, project: u64) -> Budget {
        let mut budget = Budget {
            granted: self.granted(fund, Holder::Project(project)),
            committed: 0,
            settled: 0,
            returned: 0,
        };
        for payment in self
            .payments
            .values()
            .filter(|row| row.order.project == project)
        {
            let bears = payment
                .order
                .sources
                .iter()
                .find(|(source, _)| *source == fund);
            if let Some((_, share)) = bears {
                let used = payment.borne(payment.settled, fund) + payment.cancelled_of(fund);
                budget.committed += (share - used).max(0);
                budget.settled += payment.borne(payment.settled, fund);
                budget.returned += payment.borne(payment.returned, fund);
            }
        }
        budget
    }

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
            | Ask::Reissue { id, .. }
            | Ask::Confirm { id, .. } => self.payments.get(id).map_or(0, |row| row.version),
        }
    }

    /// What is wrong whatever the way in.
    pub(super) fn integrity(&self, ask: &Ask, observed: bool) -> Option<&'static str> {
        let payable = |fen: i64| (1..=FEN_MAX).contains(&fen);
        let fund_exists = |fund: &u64| self.funds.contains_key(fund);
        let checks: Vec<(bool, &'static str)> = match ask {
            Ask::Receive { fund, fen } => {
                vec![
                    (fund_exists(fund), "NOT_FOUND"),
                    (payable(*fen), "BAD_AMOUNT"),
                ]
            }
            Ask::Adjust { fund, fen } => {
                vec![
                    (fund_exists(fund), "NOT_FOUND"),
                    (payable(fen.abs()), "BAD_AMOUNT"),
                ]
            }
            Ask::Allocate {
                fund,
                from,
                to,
                fen,
            } => vec![
                (fund_exists(fund), "NOT_FOUND"),
                (UNITS.contains(from) && to.exists(), "NOT_FOUND"),
                (payable(*fen), "BAD_AMOUNT"),
                (*to != Holder::Unit(*from), "BAD_FIELD"),
            ],
            Ask::Reclaim {
                fund,
                from,
                to,
                fen,
            } => vec![
                (fund_exists(fund) && from.exists(), "NOT_FOUND"),
                (payable(*fen), "BAD_AMOUNT"),
                (to.is_none_or(|unit| UNITS.contains(&unit)), "NOT_FOUND"),
                (to.is_some() || *from == Holder::Unit(COUNTY), "BAD_FIELD"),
            ],
            Ask::Carry {
                fund,
                unit,
                fen,
                year,
            } => vec![
                (fund_exists(fund) && UNITS.contains(unit), "NOT_FOUND"),
                (payable(*fen), "BAD_AMOUNT"),
                (*year > 2018, "BAD_FIELD"),
            ],
            Ask::Instruct { id, order } => {
                let known = match order.payee {
                    Payee::House(house) => HOUSES.contains(&house),
                    Payee::Unit(unit) => observed || unit != NOBODY,
                };
                let mut checks = vec![
                    (!self.payments.contains_key(id), "ALREADY_EXISTS"),
                    (PROJECTS.contains(&order.project) && known, "NOT_FOUND"),
                    (payable(order.fen), "BAD_AMOUNT"),
                ];
                for (place, (fund, fen)) in order.sources.iter().enumerate() {
                    let before = &order.sources[..place];
                    checks.push((fund_exists(fund), "NOT_FOUND"));
                    checks.push((payable(*fen), "BAD_AMOUNT"));
                    checks.push((before.iter().all(|(other, _)| other != fund), "BAD_FIELD"));
                }
                let sum: i64 = order.sources.iter().map(|(_, fen)| fen).sum();
                checks.push((sum == order.fen, "SPLIT_MISMATCH"));
                checks
            }
            Ask::Settle { id, fen } | Ask::Return { id, fen } => vec![
                (self.payments.contains_key(id), "NOT_FOUND"),
                (payable(*fen), "BAD_AMOUNT"),
            ],
            Ask::Reissue { id, of } => {
                let old = self.payments.get(of);
                vec![
                    (old.is_some(), "NOT_FOUND"),
                    (!self.payments.contains_key(id), "ALREADY_EXISTS"),
                    (
                        old.is_some_and(|row| row.state() == "returned"),
                        "BAD_TRANSITION",
                    ),
                ]
            }
            Ask::Confirm {
                id,
                house,
                result,
                fen,
            } => {
                let payee = self.payments.get(id).map(|row| row.order.payee);
                let fits = match *result {
                    "not_received" => *fen == 0,
                    "wrong_amount" => *fen == 0 || payable(*fen),
                    _ => payable(*fen),
                };
                vec![
                    (payee.is_some() && HOUSES.contains(house), "NOT_FOUND"),
                    (payee == Some(Payee::House(*house)), "BAD_FIELD"),
                    (fits, "BAD_AMOUNT"),
                ]
            }
        };
        checks
            .into_iter()
            .find(|(good, _)| !good)
            .map(|(_, code)| code)
    }

    /// The policy that it breaks, first things first.
    pub(super) fn policy(&self, ask: &Ask, who: &str, day: &str) -> Vec<&'static str> {
        let over = |asked: i64, most: i64| {
            if asked > most {
                vec!["OVER_ALLOCATED"]
            } else {
                vec![]
            }
        };
        match ask {
            Ask::Receive { fund, fen } => over(*fen, ANNOUNCED - self.funds[fund].received),
            Ask::Allocate {
                fund, from, fen, ..
            } => over(*fen, self.left(*fund, *from)),
            // What adds to a batch is no shortage.
            Ask::Adjust { fen, .. } if *fen > 0 => vec![],
            Ask::Adjust { fund, fen } => over(-fen, self.left(*fund, COUNTY)),
            Ask::Carry {
                fund, unit, fen, ..
            } => {
                let own = |grant: &&Grant| {
                    grant.fund == *fund
                        && grant.from == *unit
                        && matches!(grant.to, Holder::Project(_))
                };
                let budgets: i64 = self.grants.iter().filter(own).map(|grant| grant.fen).sum();
                over(*fen, self.left(*fund, *unit) + budgets)
            }
            Ask::Reclaim {
                fund,
                from,
                to,
                fen,
            } => {
                let free = match from {
                    Holder::Unit(unit) => self.left(*fund, *unit),
                    Holder::Project(project) => self.budget(*fund, *project).available(),
                };
                let along = |unit: u64| -> i64 {
                    let line = |g: &&Grant| g.fund == *fund && g.from == unit && g.to == *from;
                    self.grants.iter().filter(line).map(|grant| grant.fen).sum()
                };
                over(*fen, to.map_or(free, |unit| free.min(along(unit))))
            }
            Ask::Instruct { order, .. } => self.unfunded(order),
            Ask::Reissue { of, .. } => self.unfunded(&self.payments[of].order),
            Ask::Settle { id, fen } | Ask::Return { id, fen } => {
                let payment = &self.payments[id];
                let net = payment.settled - payment.returned;
                let settles = matches!(ask, Ask::Settle { .. });
                let most = payment.open() + if settles { 0 } else { net };
                let early = (day < payment.day.as_str()).then_some("BAD_DATE");
                early
                    .into_iter()
                    .chain((*fen > most).then_some("OVER_PAID"))
                    .collect()
            }
            Ask::Confirm { id, .. } => {
                let payment = &self.payments[id];
                let idle = ["instructed", "reissued"].contains(&payment.state());
                let own = payment.by == who;
                let idle = idle.then_some("BAD_TRANSITION");
                idle.into_iter()
                    .chain(own.then_some("SAME_PERSON"))
                    .collect()
            }
        }
    }

    fn unfunded(&self, order: &Order) -> Vec<&'static str> {
        let mut broken = Vec::new();
        let idle = match order.kind {
            "subsidy" => order.project == 4,
            _ => order.project == 3 || order.project == 4,
        };
        if idle {
            broken.push("BAD_TRANSITION");
        }
        if order.payee == Payee::Unit(NOBODY) {
            broken.push("UNKNOWN_PARTY");
        }
        for (fund, fen) in &order.sources {
            if *fen > self.budget(*fund, order.project).available() {
                broken.push("INSUFFICIENT");
            }
        }
        broken
    }

    /// It has happened. The questions that it raises in either way in.
    pub(super) fn happens(&mut self, ask: &Ask, who: &'static str, day: &str) -> Vec<&'static str> {
        match ask.clone() {
            Ask::Receive { fund, fen } | Ask::Adjust { fund, fen } => {
                self.touch(fund).received += fen;
            }
            Ask::Allocate {
                fund,
                from,
                to,
                fen,
            } => {
                self.touch(fund);
                self.grants.push(Grant {
                    fund,
                    from,
                    to,
                    fen,
                });
            }
            Ask::Reclaim {
                fund,
                to: None,
                fen,
                ..
            } => self.touch(fund).to_top += fen,
            Ask::Reclaim {
                fund,
                from,
                to: Some(unit),
                fen,
            } => {
                self.touch(fund);
                self.grants.push(Grant {
                    fund,
                    from: unit,
                    to: from,
                    fen: -fen,
                });
            }
            Ask::Carry { fund, .. } => {
                self.touch(fund);
            }
            Ask::Instruct { id, order } => self.instruct(id, order, who, day),
            Ask::Settle { id, fen } => self.change(id, |row| row.settled += fen),
            Ask::Return { id, fen } => self.change(id, |row| {
                let of_settled = fen.min(row.settled - row.returned);
                row.returned += of_settled;
                row.cancelled += fen - of_settled;
            }),
            Ask::Reissue { id, of } => {
                self.instruct(id, self.payments[&of].order.clone(), who, day);
                self.change(id, |row| row.of = Some(of));
                self.change(of, |row| row.again = Some(id));
            }
            Ask::Confirm {
                id, result, fen, ..
            } => {
                self.change(id, |row| row.said = Some((result, fen)));
                if result != "received" {
                    return vec!["RECEIPT_DISPUTED"];
                }
            }
        }
        Vec::new()
    }

    fn touch(&mut self, fund: u64) -> &mut Fund {
        let row = self.funds.get_mut(&fund).unwrap();
        row.version += 1;
        row
    }

    fn change(&mut self, id: u64, change: impl FnOnce(&mut Payment)) {
        let row = self.payments.get_mut(&id).unwrap();
        row.version += 1;
        change(row);
    }

    fn instruct(&mut self, id: u64, order: Order, by: &'static str, day: &str) {
        let day = day.to_owned();
        let row = Payment {
            order,
            by,
            day,
            settled: 0,
            returned: 0,
            cancelled: 0,
            of: None,
            again: None,
            said: None,
            version: 1,
        };
        self.payments.insert(id, row);
        self.fresh = self.fresh.max(id + 1);
    }

    /// A command, more often right than wrong.
    pub(super) fn ask(&self, chance: &mut Chance) -> Ask {
        let fund = if chance.one_in(40) {
            NOBODY
        } else {
            1 + chance.below(FUNDS)
        };
        let fen = match chance.below(25) {
            0 => 0,
            1 => -5,
            2 => FEN_MAX + 1,
            3 => 30_000,
            _ => 1 + i64::try_from(chance.below(1_500)).unwrap(),
        };
        let unit = if chance.one_in(40) {
            NOBODY
        } else {
            *chance.pick(&UNITS)
        };
        let project = if chance.one_in(40) {
            NOBODY
        } else {
            *chance.pick(&PROJECTS)
        };
        let holder = if chance.one_in(2) {
            Holder::Unit(unit)
        } else {
            Holder::Project(project)
        };
        let from = if chance.one_in(3) {
            *chance.pick(&UNITS)
        } else {
            COUNTY
        };
        // Mostly a recent payment: the old ones are at their end.
        let recent = self.fresh.saturating_sub(1 + chance.below(12));
        let id = if chance.one_in(40) { NOBODY } else { recent };
        match chance.below(20) {
            0 | 1 => Ask::Receive { fund, fen: fen * 4 },
            2..=5 => Ask::Allocate {
                fund,
                from,
                to: holder,
                fen,
            },
            6 => Ask::Adjust {
                fund,
                fen: if chance.one_in(2) { fen } else { -fen },
            },
            7 | 8 => {
                let top = chance.one_in(4);
                let from = if top { Holder::Unit(COUNTY) } else { holder };
                let to = (!top && !chance.one_in(10)).then_some(*chance.pick(&UNITS));
                Ask::Reclaim {
                    fund,
                    from,
                    to,
                    fen,
                }
            }
            9 => Ask::Carry {
                fund,
                unit,
                fen,
                year: 2018 + chance.below(3),
            },
            10..=12 => self.order(chance, fen, project),
            13 | 14 => Ask::Settle {
                id,
                fen: self.likely(chance, id, fen),
            },
            15 | 16 => Ask::Return {
                id,
                fen: self.likely(chance, id, fen),
            },
            17 => Ask::Reissue {
                id: if chance.one_in(8) { recent } else { self.fresh },
                of: self.returned(chance).unwrap_or(id),
            },
            _ => {
                let payee = self.payments.get(&id).map(|row| row.order.payee);
                let house = match payee {
                    Some(Payee::House(house)) if !chance.one_in(8) => house,
                    _ => *chance.pick(&[HOUSES[0], NOBODY]),
                };
                let result = *chance.pick(&[
                    "received",
                    "received",
                    "not_received",
                    "wrong_amount",
                    "collected_back",
                ]);
                let fen = if result == "not_received" && !chance.one_in(4) {
                    0
                } else {
                    fen
                };
                Ask::Confirm {
                    id,
                    house,
                    result,
                    fen,
                }
            }
        }
    }

    /// Half of the time what would bring a payment to its end.
    fn likely(&self, chance: &mut Chance, id: u64, otherwise: i64) -> i64 {
        match self.payments.get(&id) {
            Some(payment) if chance.one_in(2) => payment.order.fen,
            _ => otherwise,
        }
    }

    fn returned(&self, chance: &mut Chance) -> Option<u64> {
        let mut all = self
            .payments
            .iter()
            .filter(|(_, row)| row.state() == "returned");
        all.next_back()
            .map(|(id, _)| *id)
            .filter(|_| !chance.one_in(6))
    }

    fn order(&self, chance: &mut Chance, fen: i64, project: u64) -> Ask {
        let first = 1 + chance.below(FUNDS);
        let second = 1 + (first + chance.below(FUNDS)) % FUNDS;
        let part = fen / 3;
        let sources = match chance.below(12) {
            0 => vec![],
            1 => vec![(first, fen + 1)],
            2 => vec![(NOBODY, fen)],
            3..=5 => vec![(first, fen - part), (second, part)],
            _ => vec![(first, fen)],
        };
        let payee = match chance.below(10) {
            0 => Payee::Unit(NOBODY),
            1 => Payee::House(NOBODY),
            2..=4 => Payee::Unit(BUILDER),
            _ => Payee::House(*chance.pick(&HOUSES)),
        };
        let kind = *chance.pick(&["subsidy", "progress"]);
        let id = if chance.one_in(12) {
            self.fresh.saturating_sub(1)
        } else {
            self.fresh
        };
        let order = Order {
            project,
            payee,
            fen,
            sources,
            kind,
        };
        Ask::Instruct {
            id: id.max(1),
            order,
        }
    }

    /// Compares all balances and all payments with what the server says.
    pub(super) fn compare(&self, world: &Client) {
        for (number, row) in &self.funds {
            let shown = world.data("reader", &format!("funds/{}", fund(*number)));
            let context = || format!("fund {number}: {shown:#}");
            assert_eq!(shown["balanced"], true, "{}", context());
            assert_eq!(shown["received_fen"], row.received, "{}", context());
            assert_eq!(shown["holders_sum_fen"], row.received, "{}", context());
            assert_eq!(shown["reclaimed_from_top_fen"], row.to_top, "{}", context());
            assert_eq!(
                shown["unallocated_fen"],
                self.left(*number, COUNTY),
                "{}",
                context()
            );
            for unit in UNITS {
                let node = of(&shown["nodes"], "/unit/organisation", &json!(org(unit)));
                let granted = self.granted(*number, Holder::Unit(unit));
                assert_eq!(
                    fen(&node, "granted_fen"),
                    granted,
                    "unit {unit}, {}",
                    context()
                );
                let left = fen(&node, "unallocated_fen");
                assert_eq!(left, self.left(*number, unit), "unit {unit}, {}", context());
            }
            for number_of_project in PROJECTS {
                let id = json!(project(number_of_project));
                let shown = of(&shown["budgets"], "/project/project", &id);
                let budget = self.budget(*number, number_of_project);
                let all = [
                    ("granted_fen", budget.granted),
                    ("committed_unpaid_fen", budget.committed),
                    ("settled_fen", budget.settled),
                    ("returned_fen", budget.returned),
                    ("available_fen", budget.available()),
                ];
                for (field, expected) in all {
                    let what = format!("{field} of project {number_of_project}");
                    assert_eq!(fen(&shown, field), expected, "{what}, {}", context());
                }
            }
        }
        for (id, row) in &self.payments {
            let shown = world.data("reader", &format!("payments/{}", payment(*id)));
            assert_eq!(shown["state"]["word"], row.state(), "{shown}");
            assert_eq!(shown["open_fen"], row.open(), "{shown}");
            assert_eq!(shown["settled_fen"], row.settled, "{shown}");
            assert_eq!(shown["returned_fen"], row.returned, "{shown}");
            assert_eq!(shown["reissue_of"], json!(row.of.map(payment)), "{shown}");
            assert_eq!(
                shown["reissued_by"],
                json!(row.again.map(payment)),
                "{shown}"
            );
            assert_eq!(
                shown["receipt"]["result"]["word"],
                json!(row.said.map(|said| said.0))
            );
            assert_eq!(
                shown["receipt"]["amount_fen"],
                json!(row.said.map(|said| said.1))
            );
        }
        assert_eq!(world.data("reader", "benefit")["holds"], true);
    }
}

/// The row of a list that names this; nothing there is the same as nothing held.
fn of(rows: &Value, pointer: &str, id: &Value) -> Value {
    let found = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row.pointer(pointer) == Some(id));
    found.cloned().unwrap_or_default()
}

fn fen(row: &Value, field: &str) -> i64 {
    row[field].as_i64().unwrap_or_default()
}

impl Ask {
    pub(super) fn word(&self) -> &'static str {
        match self {
            Ask::Receive { .. } => "fund.receive",
            Ask::Allocate { .. } => "fund.allocate",
            Ask::Adjust { .. } => "fund.adjust",
            Ask::Reclaim { .. } => "fund.reclaim",
            Ask::Carry { .. } => "fund.carry_over",
            Ask::Instruct { .. } => "payment.instruct",
            Ask::Settle { .. } => "payment.settle",
            Ask::Return { .. } => "payment.return",
            Ask::Reissue { .. } => "payment.reissue",
            Ask::Confirm { .. } => "receipt.confirm",
        }
    }

    pub(super) fn data(&self) -> Value {
        let document = "青财农〔2018〕9号";
        match self {
            Ask::Receive { fund: number, fen } => {
                json!({"fund": fund(*number), "amount_fen": fen, "document": document})
            }
            Ask::Allocate {
                fund,
                from,
                to,
                fen,
            } => allocation(*fund, *from, to.json(), *fen),
            Ask::Adjust { fund: number, fen } => json!({"fund": fund(*number), "delta_fen": fen,
                "reason": "调剂", "document": document}),
            Ask::Reclaim {
                fund: number,
                from,
                to,
                fen,
            } => {
                let mut data = json!({"fund": fund(*number), "from": from.json(),
                    "amount_fen": fen, "reason": "idle", "document": document});
                if let Some(unit) = to {
                    data["to"] = json!(org(*unit));
                }
                data
            }
            Ask::Carry {
                fund: number,
                unit,
                fen,
                year,
            } => json!({"fund": fund(*number),
                "holder": org(*unit), "amount_fen": fen, "to_year": year, "document": document}),
            Ask::Instruct { id, order } => {
                let payee = match order.payee {
                    Payee::House(house) => json!({"subject": person(house)}),
                    Payee::Unit(unit) => to_unit(unit),
                };
                let source =
                    |(number, fen): &(u64, i64)| json!({"fund": fund(*number), "amount_fen": fen});
                let sources: Vec<Value> = order.sources.iter().map(source).collect();
                json!({"payment": payment(*id), "project": project(order.project), "payee": payee,
                    "amount_fen": order.fen, "sources": sources, "kind": order.kind,
                    "voucher": format!("PZ-{id}")})
            }
            Ask::Settle { id, fen } => settlement(*id, *fen),
            Ask::Return { id, fen } => payment_return(*id, *fen),
            Ask::Reissue { id, of } => reissue(*id, *of),
            Ask::Confirm {
                id,
                house,
                result,
                fen,
            } => receipt(*id, *house, result, *fen),
        }
    }
}
