//! Commands about money, thrown with dice that prefer what could be right.

use super::*;

impl Money {
    /// A command, more often right than wrong.
    pub fn ask(&self, chance: &mut Chance) -> Ask {
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
        if let Some(later) = self.later(chance, id, fen) {
            return later;
        }
        if chance.one_in(5) {
            return self.claim_ask(chance, fen, false);
        }
        match chance.below(28) {
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
            10..=16 => {
                let project = if chance.one_in(2) {
                    *chance.pick(&[1, 5])
                } else {
                    project
                };
                self.order(chance, fen, project)
            }
            17..=20 => Ask::Settle {
                id,
                fen: self.likely(chance, id, fen),
            },
            21 | 22 => Ask::Return {
                id,
                fen: self.likely(chance, id, fen),
            },
            23 | 24 => Ask::Reissue {
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

    /// Now and then something that comes long after a payment.
    fn later(&self, chance: &mut Chance, id: u64, fen: i64) -> Option<Ask> {
        let funds = FUNDS + u64::from(chance.one_in(20));
        let other = self.fresh.saturating_sub(1 + chance.below(12));
        match chance.below(30) {
            0 | 1 => {
                let payment = self.payments.get(&id);
                let sources = payment.map(|row| row.order.sources.clone());
                let sources = sources.filter(|sources| !sources.is_empty());
                let (from, share) = match sources {
                    Some(sources) if !chance.one_in(8) => *chance.pick(&sources),
                    _ => (1 + chance.below(FUNDS), fen),
                };
                Some(Ask::Reclassify {
                    id,
                    from,
                    to: 1 + chance.below(funds),
                    fen: if chance.one_in(2) { share } else { fen },
                })
            }
            2 => Some(Ask::Demand { id, fen }),
            3 => Some(Ask::Recover { id, fen }),
            4 => Some(Ask::Offset {
                id,
                against: (self.alike(id, |row| row.open() > 0))
                    .or_else(|| self.alike(id, |_| true))
                    .unwrap_or(other),
                fen: 1 + fen / 4,
            }),
            5 => Some(Ask::Waive {
                id,
                fen: 1 + fen / 4,
            }),
            6 => Some(Ask::Withhold {
                id,
                fen,
                due_on: chance.pick::<&str>(&["2018-07-01", "2018-09-15", "2019-06-01"]),
            }),
            7 => {
                let by = self.alike(id, |row| row.order.kind == "retention");
                Some(Ask::Release {
                    id,
                    by: by.unwrap_or(other),
                    fen: 1 + fen / 2,
                })
            }
            8 | 9 => {
                // One that the server has numbered, and mostly a recent one.
                let known = self.stated.iter().filter(|row| row.seq.is_some()).count();
                let back = 1 + usize::try_from(chance.below(12)).unwrap();
                let place = known.checked_sub(back)?;
                let fen = self.stated[place].ask.amount().unwrap();
                let fen = fen + i64::from(chance.one_in(12));
                Some(Ask::Reverse { place, fen })
            }
            _ => None,
        }
    }

    /// The latest other payment to the same payee.
    fn alike(&self, id: u64, wanted: fn(&Payment) -> bool) -> Option<u64> {
        let payee = self.payments.get(&id)?.order.payee;
        let mut others = self.payments.iter().rev();
        let other = others.find(|it| *it.0 != id && it.1.order.payee == payee && wanted(it.1));
        other.map(|(other, _)| *other)
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

    pub(super) fn order(&self, chance: &mut Chance, fen: i64, project: u64) -> Ask {
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
        let kind = *chance.pick(&["subsidy", "subsidy", "progress", "retention"]);
        let id = if chance.one_in(12) {
            self.fresh.saturating_sub(1)
        } else {
            self.fresh
        };
        let contract = match project {
            1 if chance.one_in(3) => Some(1),
            5 if chance.one_in(2) => Some(2),
            _ if chance.one_in(60) => Some(*chance.pick(&[1, 2, 9])),
            _ => None,
        };
        let mut order = Order {
            project,
            payee,
            fen,
            sources,
            kind,
            contract,
            claim: None,
        };
        if chance.one_in(3) {
            self.on_a_claim(chance, &mut order);
        }
        Ask::Instruct {
            id: id.max(1),
            order,
        }
    }

    /// Mostly what the last approved claim asks for.
    fn on_a_claim(&self, chance: &mut Chance, order: &mut Order) {
        let mut approved = self.claims.iter().rev();
        let Some((id, claim)) = approved.find(|it| it.1.is_approved() || chance.one_in(30)) else {
            return;
        };
        let open = self.payable(*id);
        if open <= 0 && !chance.one_in(4) {
            return;
        }
        order.claim = Some(*id);
        if !chance.one_in(20) {
            order.project = claim.order.project;
            order.contract = claim.order.contract;
        }
        if !chance.one_in(20) {
            order.payee = claim.order.payee;
            order.fen = if chance.one_in(2) { open } else { order.fen };
            order.sources = vec![(claim.order.sources[0].0, order.fen)];
        }
    }
}
