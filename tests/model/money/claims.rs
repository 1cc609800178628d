//! Claims: submitted, reviewed twice, approved, each by another hand (V11, V12), and then paid.

use super::*;

/// How far a claim's signatures have come, in this order.
const STATES: [&str; 6] = [
    "submitted",
    "tech_reviewed",
    "finance_reviewed",
    "approved",
    "rejected",
    "withdrawn",
];
const STEPS: [&str; 5] = [
    "claim.review_technically",
    "claim.review_finances",
    "claim.approve",
    "claim.reject",
    "claim.withdraw",
];

#[derive(Debug, Clone)]
pub(in super::super) enum Ask {
    Submit {
        id: u64,
        stage: Option<usize>,
        order: Order,
    },
    /// By its place among the steps.
    Step { id: u64, step: usize },
}

pub(super) struct Claim {
    pub order: Order,
    by: &'static str,
    day: String,
    technical: Option<&'static str>,
    finances: Option<&'static str>,
    approved: Option<&'static str>,
    /// What had been paid on it before the book.
    paid_before: i64,
    /// Its place among the states.
    state: usize,
    version: u64,
}

impl Claim {
    /// Approved and paid in part before the book, and taken over by this person.
    pub fn before(order: Order, paid_before: i64, by: &'static str) -> Claim {
        Claim {
            state: 3,
            paid_before,
            ..Claim::submitted(order, by, "2017-12-31")
        }
    }

    fn submitted(order: Order, by: &'static str, day: &str) -> Claim {
        Claim {
            order,
            by,
            day: day.to_owned(),
            technical: None,
            finances: None,
            approved: None,
            paid_before: 0,
            state: 0,
            version: 1,
        }
    }

    pub fn is_live(&self) -> bool {
        self.state < 4
    }

    pub fn is_approved(&self) -> bool {
        self.state == 3
    }
}

/// Those of one house.
fn house(who: &str) -> &str {
    who.trim_end_matches('2')
}

impl Ask {
    pub fn word(&self) -> &'static str {
        match self {
            Ask::Submit { .. } => "claim.submit",
            Ask::Step { step, .. } => STEPS[*step],
        }
    }

    pub fn data(&self) -> Value {
        match self {
            Ask::Submit { id, stage, order } => {
                let mut data = super::commands::ordered(order);
                data["claim"] = json!(claim(*id));
                data["number"] = json!(format!("BZ-{id}"));
                data["vouchers"] = json!(["FP-1"]);
                if let Some(stage) = stage {
                    data["stage"] = json!(stage);
                }
                data
            }
            Ask::Step { id, step } => {
                let mut data = json!({"claim": claim(*id)});
                match step {
                    0 => {
                        data["progress"] = json!("JD-1");
                        data["finding"] = json!("属实");
                    }
                    1 => data["finding"] = json!("齐全"),
                    2 => data["document"] = json!("SP-1"),
                    3 => {
                        data["code"] = json!("vouchers_incomplete");
                        data["reason"] = json!("缺验收单");
                    }
                    _ => data["reason"] = json!("重新计量"),
                }
                data
            }
        }
    }

    fn id(&self) -> u64 {
        match self {
            Ask::Submit { id, .. } | Ask::Step { id, .. } => *id,
        }
    }
}

impl Money {
    pub fn claim_version(&self, ask: &Ask) -> u64 {
        self.claims.get(&ask.id()).map_or(0, |row| row.version)
    }

    fn on_claim(&self, id: u64) -> impl Iterator<Item = &Payment> {
        let payments = self.payments.values();
        payments.filter(move |it| it.order.claim == Some(id))
    }

    /// What may still be instructed on a claim.
    pub fn payable(&self, id: u64) -> i64 {
        let used: i64 = self.on_claim(id).map(|it| it.net() + it.open()).sum();
        let row = &self.claims[&id];
        row.order.fen - row.paid_before - used
    }

    pub fn beyond_claim(&self, id: u64, order: &Order, who: &str) -> Vec<&'static str> {
        let row = &self.claims[&id];
        let checks = [
            (row.is_approved(), "BAD_TRANSITION"),
            (row.approved != Some(who), "SAME_PERSON"),
            (row.order.payee == order.payee, "BAD_FIELD"),
            (order.fen <= self.payable(id), "OVER_PAID"),
        ];
        broken(&checks)
    }

    pub fn claim_state(&self, id: u64) -> &'static str {
        let row = &self.claims[&id];
        let paid: i64 = self.on_claim(id).map(Payment::net).sum();
        let paid = paid + row.paid_before;
        let open: i64 = self.on_claim(id).map(Payment::open).sum();
        let named = row.paid_before > 0 || self.on_claim(id).next().is_some();
        if !row.is_approved() || !named {
            STATES[row.state]
        } else if paid >= row.order.fen {
            "settled"
        } else if paid + open > 0 {
            "instructed"
        } else {
            "returned"
        }
    }

    pub fn claim_integrity(&self, ask: &Ask, observed: bool) -> Vec<(bool, &'static str)> {
        match ask {
            Ask::Submit { id, stage, order } => {
                let row = order.contract.map(|id| self.contracts.get(&id));
                let ours = row.flatten().is_none_or(|it| it.project == order.project);
                let mut checks = vec![
                    (!self.claims.contains_key(id), "ALREADY_EXISTS"),
                    (PROJECTS.contains(&order.project), "NOT_FOUND"),
                    (row.is_none_or(|row| row.is_some()), "NOT_FOUND"),
                    (ours, "BAD_FIELD"),
                    (stage.is_none_or(|it| (1..=3).contains(&it)), "BAD_FIELD"),
                    (order.payee.is_known(observed), "NOT_FOUND"),
                ];
                checks.extend(self.split(order));
                checks
            }
            Ask::Step { id, .. } => vec![(self.claims.contains_key(id), "NOT_FOUND")],
        }
    }

    pub fn claim_policy(&self, ask: &Ask, who: &str, day: &str) -> Vec<&'static str> {
        match ask {
            Ask::Submit { stage, order, .. } => {
                let checks = [
                    (order.project != 4, "BAD_TRANSITION"),
                    (order.payee != Payee::Unit(NOBODY), "UNKNOWN_PARTY"),
                ];
                let mut all = broken(&checks);
                if let (Some(id), Some(stage)) = (order.contract, stage) {
                    let row = &self.contracts[&id];
                    let asked = self.contract_claimed(id) + order.fen;
                    let reached = row.reached.contains(stage);
                    // A stage that is not reached allows nothing.
                    let allowed = if reached {
                        row.cap_of(*stage)
                    } else {
                        i64::MIN
                    };
                    all.extend(row.beyond(asked, allowed));
                }
                all
            }
            Ask::Step { id, step } => {
                let row = &self.claims[id];
                let turn = match step {
                    0..=2 => row.state == *step,
                    _ => row.state < 3,
                };
                let seen = [row.technical, row.finances].contains(&Some(who));
                let hand = match step {
                    0 | 1 => row.by != who,
                    2 => row.by != who && !seen,
                    _ => true,
                };
                let checks = [
                    (turn, "BAD_TRANSITION"),
                    (day >= row.day.as_str(), "BAD_DATE"),
                    (hand, "SAME_PERSON"),
                    (*step != 4 || house(who) == house(row.by), "BAD_FIELD"),
                    (*step != 2 || row.order.project != 4, "BAD_TRANSITION"),
                ];
                let mut all = broken(&checks);
                if let (2, Some(contract)) = (*step, row.order.contract) {
                    let own = if row.is_live() { 0 } else { row.order.fen };
                    let it = &self.contracts[&contract];
                    all.extend(it.beyond(self.contract_claimed(contract) + own, it.cap()));
                }
                all
            }
        }
    }

    pub fn claim_happens(&mut self, ask: &Ask, who: &'static str, day: &str) {
        match ask {
            Ask::Submit { id, order, .. } => {
                let row = Claim::submitted(order.clone(), who, day);
                self.claims.insert(*id, row);
            }
            Ask::Step { id, step } => {
                let row = self.claims.get_mut(id).unwrap();
                row.version += 1;
                match step {
                    0 => row.technical = Some(who),
                    1 => row.finances = Some(who),
                    2 => row.approved = Some(who),
                    _ => {}
                }
                // A review that comes late does not take an approval back; an end ends it.
                let reached = step + 1;
                row.state = if *step < 2 {
                    row.state.max(reached)
                } else {
                    reached
                };
            }
        }
    }

    /// What those who build ask of claims and contracts, and what finance adds to it.
    pub fn claim_ask(&self, chance: &mut Chance, fen: i64, builds: bool) -> super::Ask {
        let fresh = 1 + self.claims.len() as u64;
        let waits = |row: &Claim| match row.state {
            0 => builds,
            1 | 2 => !builds,
            _ => false,
        };
        let mut waiting = self.claims.iter().rev().filter(|(_, row)| waits(row));
        let next = waiting.nth(usize::try_from(chance.below(3)).unwrap());
        match chance.below(12) {
            0 => super::Ask::Contract(Ask::change(chance, fen)),
            1 => super::Ask::Contract(Ask::reach(chance)),
            2 => super::Ask::Claim(Ask::Step {
                id: fresh - chance.below(3).min(fresh - 1),
                step: usize::try_from(chance.below(5)).unwrap(),
            }),
            3..=8 if next.is_some() => {
                let (id, row) = next.unwrap();
                let step = row.state;
                super::Ask::Claim(Ask::Step { id: *id, step })
            }
            _ => {
                let project = *chance.pick(&[1, 1, 5, 2]);
                let super::Ask::Instruct { mut order, .. } = self.order(chance, fen, project)
                else {
                    panic!("no order")
                };
                order.kind = "progress";
                order.claim = None;
                let stage = order.contract.map(|_| 1 + usize::from(!chance.one_in(3)));
                let id = fresh - u64::from(chance.one_in(12)).min(fresh - 1);
                super::Ask::Claim(Ask::Submit { id, stage, order })
            }
        }
    }
}

impl Ask {
    fn change(chance: &mut Chance, fen: i64) -> contracts::Ask {
        let contract = *chance.pick(&[1, 1, 2, 2, 9]);
        let fen = if chance.one_in(3) { -fen } else { fen };
        contracts::Ask::Change { contract, fen }
    }

    fn reach(chance: &mut Chance) -> contracts::Ask {
        let contract = *chance.pick(&[1, 2]);
        let stage = *chance.pick(&[2, 2, 3, 1, 4]);
        contracts::Ask::Reach { contract, stage }
    }
}

/// The codes of what is not so.
fn broken(checks: &[(bool, &'static str)]) -> Vec<&'static str> {
    let broken = checks.iter().filter(|(good, _)| !good);
    broken.map(|(_, code)| *code).collect()
}
