//! What becomes of a command about money, beforehand: V5 to V14 written out again.

use super::*;

fn too_much(asked: i64, most: i64) -> Vec<&'static str> {
    if asked > most {
        vec!["OVER_PAID"]
    } else {
        vec![]
    }
}

impl Money {
    /// What is wrong whatever the way in.
    pub fn integrity(&self, ask: &Ask, observed: bool) -> Option<&'static str> {
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
                let mut checks = vec![
                    (!self.payments.contains_key(id), "ALREADY_EXISTS"),
                    (PROJECTS.contains(&order.project), "NOT_FOUND"),
                ];
                checks.extend(self.basis(order));
                checks.push((order.payee.is_known(observed), "NOT_FOUND"));
                checks.extend(self.split(order));
                checks
            }
            Ask::Settle { id, fen }
            | Ask::Return { id, fen }
            | Ask::Demand { id, fen }
            | Ask::Waive { id, fen }
            | Ask::Withhold { id, fen, .. }
            | Ask::Recover { id, fen } => vec![
                (self.payments.contains_key(id), "NOT_FOUND"),
                (payable(*fen), "BAD_AMOUNT"),
            ],
            Ask::Reclassify { id, from, to, fen } => {
                let share = self.payments.get(id).map_or(0, |row| row.share(*from));
                vec![
                    (self.payments.contains_key(id), "NOT_FOUND"),
                    (fund_exists(to), "NOT_FOUND"),
                    (payable(*fen), "BAD_AMOUNT"),
                    (share > 0 && from != to, "BAD_FIELD"),
                    (*fen <= share, "OVER_PAID"),
                ]
            }
            Ask::Offset { id, against, fen } => {
                let row = self.payments.get(id);
                let other = self.payments.get(against).filter(|_| against != id);
                let same = |it: &Payment| row.is_some_and(|row| row.order.payee == it.order.payee);
                vec![
                    (row.is_some(), "NOT_FOUND"),
                    (payable(*fen), "BAD_AMOUNT"),
                    (self.payments.contains_key(against), "NOT_FOUND"),
                    (other.is_some_and(same), "BAD_FIELD"),
                ]
            }
            Ask::Release { id, by, fen } => {
                let (row, by) = (self.payments.get(id), self.payments.get(by));
                let payee = |row: Option<&Payment>| row.map(|it| it.order.payee);
                let kind = by.is_some_and(|it| it.order.kind == "retention");
                vec![
                    (row.is_some(), "NOT_FOUND"),
                    (payable(*fen), "BAD_AMOUNT"),
                    (by.is_some(), "NOT_FOUND"),
                    (kind && payee(row) == payee(by), "BAD_FIELD"),
                ]
            }
            Ask::Contract(ask) => self.contract_integrity(ask),
            Ask::Claim(ask) => self.claim_integrity(ask, observed),
            Ask::Reverse { place, fen } => {
                let stated = &self.stated[*place];
                let exact = stated.ask.amount() == Some(*fen);
                vec![(!stated.reversed && exact, "BAD_REVERSAL")]
            }
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

    /// A contract and a claim that are named are of the same project, and of each other.
    fn basis(&self, order: &Order) -> Vec<(bool, &'static str)> {
        let mut checks = Vec::new();
        if let Some(claim) = order.claim.and_then(|id| self.claims.get(&id)) {
            let claimed = &claim.order;
            let other = order.contract.is_some() && order.contract != claimed.contract;
            checks.push((claimed.project == order.project && !other, "BAD_FIELD"));
        }
        if let Some(id) = self.contract_of(order) {
            let row = self.contracts.get(&id);
            let ours = row.is_some_and(|row| row.project == order.project);
            checks.push((row.is_some(), "NOT_FOUND"));
            checks.push((ours, "BAD_FIELD"));
        }
        checks
    }

    /// The parts can be stated, are of batches that there are, and add up.
    pub(super) fn split(&self, order: &Order) -> Vec<(bool, &'static str)> {
        let payable = |fen: i64| (1..=FEN_MAX).contains(&fen);
        let mut checks = vec![(payable(order.fen), "BAD_AMOUNT")];
        for (place, (fund, fen)) in order.sources.iter().enumerate() {
            let before = &order.sources[..place];
            checks.push((self.funds.contains_key(fund), "NOT_FOUND"));
            checks.push((payable(*fen), "BAD_AMOUNT"));
            checks.push((before.iter().all(|(other, _)| other != fund), "BAD_FIELD"));
        }
        let sum: i64 = order.sources.iter().map(|(_, fen)| fen).sum();
        checks.push((sum == order.fen, "SPLIT_MISMATCH"));
        checks
    }

    /// The policy that it breaks, first things first.
    pub fn policy(&self, ask: &Ask, who: &str, day: &str) -> Vec<&'static str> {
        let over = |asked: i64, most: i64| {
            if asked > most {
                vec!["OVER_ALLOCATED"]
            } else {
                vec![]
            }
        };
        match ask {
            Ask::Receive { fund, fen } => {
                let row = &self.funds[fund];
                over(*fen, ANNOUNCED - (row.received - row.adjusted))
            }
            Ask::Allocate {
                fund, from, fen, ..
            } => over(*fen, self.left(*fund, *from)),
            // What adds to a batch is no shortage.
            Ask::Adjust { fen, .. } if *fen > 0 => vec![],
            Ask::Adjust { fund, fen } => over(-fen, self.left(*fund, COUNTY)),
            Ask::Carry {
                fund,
                unit,
                fen,
                year,
            } => {
                let before = self.carried.iter();
                let before = before.filter(|row| (row.0, row.1, row.2) == (*fund, *unit, *year));
                let before: i64 = before.map(|row| row.3).sum();
                let own = |grant: &&Grant| {
                    grant.fund == *fund
                        && grant.from == *unit
                        && matches!(grant.to, Holder::Project(_))
                };
                let budgets: i64 = self.grants.iter().filter(own).map(|grant| grant.fen).sum();
                over(*fen, self.left(*fund, *unit) + budgets - before)
            }
            Ask::Reclaim {
                fund,
                from,
                to,
                fen,
            } => over(*fen, self.reclaimable(*fund, *from, *to)),
            Ask::Instruct { order, .. } => self.order_breaks(order, who),
            Ask::Reissue { of, .. } => self.order_breaks(&self.payments[of].order, who),
            Ask::Contract(ask) => self.contract_policy(ask, who),
            Ask::Claim(ask) => self.claim_policy(ask, who, day),
            Ask::Settle { id, fen } | Ask::Return { id, fen } => {
                let payment = &self.payments[id];
                let net = payment.net();
                let settles = matches!(ask, Ask::Settle { .. });
                let most = self.left_to_pay(*id) + if settles { 0 } else { net };
                let early = (day < payment.day.as_str()).then_some("BAD_DATE");
                let over = (*fen > most).then_some("OVER_PAID");
                let mut broken: Vec<_> = early.into_iter().chain(over).collect();
                if let (true, Some(contract)) = (settles, self.contract_of(&payment.order)) {
                    let row = &self.contracts[&contract];
                    broken.extend(row.beyond(self.contract_paid(contract) + fen, row.cap()));
                }
                broken
            }
            Ask::Reclassify { id, from, to, fen } => {
                let mut then = self.payments[id].clone();
                then.reclassify(*from, *to, *fen);
                match self.overdrawn(*id, &then, &Room::default()) {
                    0 => vec![],
                    _ => vec!["INSUFFICIENT"],
                }
            }
            Ask::Demand { id, fen } => {
                let payment = &self.payments[id];
                too_much(*fen, payment.net() - payment.outstanding())
            }
            Ask::Recover { id, fen } => {
                let payment = &self.payments[id];
                too_much(*fen, payment.net().min(payment.outstanding()))
            }
            Ask::Offset { id, against, fen } => {
                let payment = &self.payments[id];
                let most = payment.net().min(payment.outstanding());
                too_much(*fen, most.min(self.left_to_pay(*against)))
            }
            Ask::Waive { id, fen } => {
                let payment = &self.payments[id];
                let own = (payment.by == who).then_some("SAME_PERSON");
                let more = too_much(*fen, payment.outstanding());
                own.into_iter().chain(more).collect()
            }
            Ask::Withhold { id, fen, .. } => too_much(*fen, self.withholdable(*id)),
            Ask::Release { id, fen, .. } => {
                let payment = &self.payments[id];
                let early = (day < payment.due_on).then_some("BAD_DATE");
                let more = too_much(*fen, payment.retained());
                early.into_iter().chain(more).collect()
            }
            Ask::Reverse { place, .. } => match self.rests(&self.stated[*place]) {
                true => vec!["BAD_REVERSAL"],
                false => vec![],
            },
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

    /// What of a payment is neither paid nor sent back, and has not recovered another.
    pub(super) fn left_to_pay(&self, id: u64) -> i64 {
        let set_off = |stated: &Stated| match stated.ask {
            Ask::Offset { against, fen, .. } if against == id && !stated.reversed => fen,
            _ => 0,
        };
        let set_off = self.stated.iter().map(set_off).sum::<i64>();
        (self.payments[&id].open() - set_off).max(0)
    }

    /// What a holder could give back to a unit, or to the top.
    pub(super) fn reclaimable(&self, fund: u64, from: Holder, to: Option<u64>) -> i64 {
        let free = match from {
            Holder::Unit(unit) => self.left(fund, unit),
            Holder::Project(project) => self.budget(fund, project).available(),
        };
        let along = |unit: u64| -> i64 {
            let line = |g: &&Grant| g.fund == fund && g.from == unit && g.to == from;
            self.grants.iter().filter(line).map(|grant| grant.fen).sum()
        };
        to.map_or(free, |unit| free.min(along(unit)))
    }

    fn order_breaks(&self, order: &Order, who: &str) -> Vec<&'static str> {
        let mut broken = self.unfunded(order);
        broken.extend(self.beyond_basis(order, who));
        broken
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
            if *fen > 0 && *fen > self.budget(*fund, order.project).available() {
                broken.push("INSUFFICIENT");
            }
        }
        broken
    }
}

impl Payee {
    /// History may name any unit.
    pub(super) fn is_known(self, observed: bool) -> bool {
        match self {
            Payee::House(house) => HOUSES.contains(&house),
            Payee::Unit(unit) => observed || unit != NOBODY,
        }
    }
}
