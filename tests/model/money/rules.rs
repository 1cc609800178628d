//! What becomes of a command about money, beforehand: V5 to V14 written out again.

use super::*;

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
    pub fn policy(&self, ask: &Ask, who: &str, day: &str) -> Vec<&'static str> {
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
}
