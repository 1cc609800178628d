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
            Ask::Settle { id, fen }
            | Ask::Return { id, fen }
            | Ask::Demand { id, fen }
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
            Ask::Reverse { place, fen } => {
                let stated = &self.stated[*place];
                let exact = match stated.ask {
                    Ask::Settle { fen, .. }
                    | Ask::Return { fen, .. }
                    | Ask::Reclassify { fen, .. }
                    | Ask::Demand { fen, .. }
                    | Ask::Recover { fen, .. } => fen,
                    ref other => panic!("{other:?}"),
                };
                vec![(!stated.reversed && *fen == exact, "BAD_REVERSAL")]
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
                let net = payment.net();
                let settles = matches!(ask, Ask::Settle { .. });
                let most = payment.open() + if settles { 0 } else { net };
                let early = (day < payment.day.as_str()).then_some("BAD_DATE");
                early
                    .into_iter()
                    .chain((*fen > most).then_some("OVER_PAID"))
                    .collect()
            }
            Ask::Reclassify { id, from, to, fen } => {
                let mut then = self.payments[id].clone();
                then.reclassify(*from, *to, *fen);
                match self.overdrawn(*id, &then) {
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

    /// Something that came later needs what is to be taken back.
    fn rests(&self, stated: &Stated) -> bool {
        let row = &self.payments[&stated.id];
        let mut then = row.clone();
        then.undo(stated);
        let confirmed = row.said.map_or(0, |said| said.1);
        let overdrawn = || self.overdrawn(stated.id, &then) > 0;
        match stated.ask {
            Ask::Settle { .. } => then.net() < 0 || confirmed > then.net(),
            Ask::Return { .. } => row.again.is_some() || overdrawn(),
            Ask::Reclassify { to, fen, .. } => row.share(to) < fen || overdrawn(),
            Ask::Demand { .. } => then.outstanding() < 0,
            Ask::Recover { .. } => overdrawn(),
            ref other => panic!("{other:?}"),
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
            if *fen > 0 && *fen > self.budget(*fund, order.project).available() {
                broken.push("INSUFFICIENT");
            }
        }
        broken
    }
}
