//! Contracts: a price that changes, stages that are reached, and what is paid on them, added up
//! from the payments (V9).

use super::*;

/// The cumulative caps of the three stages, of 10,000 parts of the price.
const CAPS: [i64; 3] = [4_000, 9_000, 10_000];

#[derive(Debug, Clone)]
pub(in super::super) enum Ask {
    Change { contract: u64, fen: i64 },
    Reach { contract: u64, stage: usize },
}

pub(super) struct Contract {
    pub project: u64,
    pub signed: i64,
    pub price: i64,
    pub paid_before: i64,
    /// The first stage is reached by the signing.
    pub reached: Vec<usize>,
    pub version: u64,
}

impl Contract {
    pub fn new(project: u64, signed: i64) -> Contract {
        Contract {
            project,
            signed,
            price: signed,
            paid_before: 0,
            reached: vec![1],
            version: 1,
        }
    }

    pub fn cap_of(&self, stage: usize) -> i64 {
        self.price * CAPS[stage - 1] / 10_000
    }

    pub fn cap(&self) -> i64 {
        let caps = self.reached.iter().map(|stage| self.cap_of(*stage));
        caps.max().unwrap()
    }

    /// What asking for so much in all breaks.
    pub fn beyond(&self, asked: i64, allowed: i64) -> Vec<&'static str> {
        let dear = (asked > self.price).then_some("OVER_CONTRACT");
        let early = (asked > allowed).then_some("STAGE_CAP");
        dear.into_iter().chain(early).collect()
    }
}

impl Ask {
    pub fn word(&self) -> &'static str {
        match self {
            Ask::Change { .. } => "contract.change",
            Ask::Reach { .. } => "contract.reach_stage",
        }
    }

    pub fn data(&self) -> Value {
        match self {
            Ask::Change { contract: it, fen } => json!({"contract": contract(*it), "kind": "price",
                "delta_fen": fen, "document": "补充协议", "reason": "变更"}),
            Ask::Reach {
                contract: it,
                stage,
            } => {
                json!({"contract": contract(*it), "stage": stage, "basis": "验收合格"})
            }
        }
    }

    fn contract(&self) -> u64 {
        match self {
            Ask::Change { contract, .. } | Ask::Reach { contract, .. } => *contract,
        }
    }
}

impl Money {
    pub fn contract_version(&self, ask: &Ask) -> u64 {
        let row = self.contracts.get(&ask.contract());
        row.map_or(0, |row| row.version)
    }

    /// Which contract an order is on: its own, or that of its claim.
    pub fn contract_of(&self, order: &Order) -> Option<u64> {
        let claim = order.claim.and_then(|id| self.claims.get(&id));
        order.contract.or(claim.and_then(|it| it.order.contract))
    }

    fn on_contract(&self, id: u64) -> impl Iterator<Item = &Payment> {
        let payments = self.payments.values();
        payments.filter(move |it| self.contract_of(&it.order) == Some(id))
    }

    /// What may still be kept back from a payment: of itself, and of a tenth of its contract.
    pub fn withholdable(&self, id: u64) -> i64 {
        let payment = &self.payments[&id];
        let own = payment.order.fen - payment.withheld;
        self.contract_of(&payment.order).map_or(own, |contract| {
            let kept: i64 = self.on_contract(contract).map(|it| it.withheld).sum();
            own.min(self.contracts[&contract].price / 10 - kept)
        })
    }

    pub fn contract_paid(&self, id: u64) -> i64 {
        let paid: i64 = self.on_contract(id).map(Payment::net).sum();
        self.contracts[&id].paid_before + paid
    }

    pub fn contract_open(&self, id: u64) -> i64 {
        self.on_contract(id).map(Payment::open).sum()
    }

    /// Claimed, and paid without a claim.
    pub fn contract_claimed(&self, id: u64) -> i64 {
        let claims = self.claims.values();
        let claims = claims.filter(|it| it.order.contract == Some(id) && it.is_live());
        let claimed: i64 = claims.map(|it| it.order.fen).sum();
        let unclaimed = self.on_contract(id).filter(|it| it.order.claim.is_none());
        let unclaimed: i64 = unclaimed.map(|it| it.net() + it.open()).sum();
        claimed + self.contracts[&id].paid_before + unclaimed
    }

    pub fn contract_integrity(&self, ask: &Ask) -> Vec<(bool, &'static str)> {
        let row = self.contracts.get(&ask.contract());
        let price = row.map_or(0, |row| row.price);
        match ask {
            Ask::Change { fen, .. } => vec![
                (row.is_some(), "NOT_FOUND"),
                ((1..=FEN_MAX).contains(&fen.abs()), "BAD_AMOUNT"),
                (price + fen > 0, "BAD_AMOUNT"),
            ],
            Ask::Reach { stage, .. } => vec![
                (row.is_some(), "NOT_FOUND"),
                ((1..=3).contains(stage), "BAD_FIELD"),
            ],
        }
    }

    pub fn contract_policy(&self, ask: &Ask, who: &str) -> Vec<&'static str> {
        let id = ask.contract();
        let row = &self.contracts[&id];
        match ask {
            Ask::Change { fen, .. } => {
                let asked = self.contract_paid(id) + self.contract_open(id);
                let over = *fen < 0 && asked > row.price + fen;
                over.then_some("OVER_CONTRACT").into_iter().collect()
            }
            Ask::Reach { stage, .. } => {
                let again = row.reached.contains(stage);
                let early = *stage > 1 && !row.reached.contains(&(stage - 1));
                let turn = (again || early).then_some("BAD_TRANSITION");
                // Who builds does not say that it was accepted.
                let own = *stage == 2 && who.starts_with("worker");
                let own = own.then_some("SAME_ORG");
                turn.into_iter().chain(own).collect()
            }
        }
    }

    pub fn contract_happens(&mut self, ask: &Ask) {
        let row = self.contracts.get_mut(&ask.contract()).unwrap();
        row.version += 1;
        match ask {
            Ask::Change { fen, .. } => row.price += fen,
            Ask::Reach { stage, .. } => row.reached.push(*stage),
        }
    }

    /// What its contract and its claim ask of a payment that is instructed.
    pub fn beyond_basis(&self, order: &Order, who: &str) -> Vec<&'static str> {
        let mut broken = Vec::new();
        if let Some(claim) = order.claim {
            broken.extend(self.beyond_claim(claim, order, who));
        }
        if let Some(id) = self.contract_of(order) {
            let row = &self.contracts[&id];
            let asked = self.contract_paid(id) + self.contract_open(id) + order.fen;
            broken.extend(row.beyond(asked, row.cap()));
        }
        broken
    }

    /// Whether claim or contract have no room for what would be paid again, and had more before.
    pub(super) fn filled(&self, order: &Order, more: i64, before: &Room) -> bool {
        let now = self.room(order);
        let claim = order.claim.is_some();
        let contract = self.contract_of(order).is_some();
        (claim && now.claim - more < before.claim.min(0))
            || (contract && now.contract - more < before.contract.min(0))
    }

    /// What is left of all that a payment draws on.
    pub(super) fn room(&self, order: &Order) -> Room {
        let budgets = order.sources.iter();
        let budget = |fund| self.budget(fund, order.project).available();
        let contract = self.contract_of(order);
        Room {
            budgets: budgets.map(|row| (row.0, budget(row.0))).collect(),
            claim: order.claim.map_or(0, |id| self.payable(id)),
            contract: contract.map_or(0, |id| {
                self.contracts[&id].price - self.contract_paid(id) - self.contract_open(id)
            }),
        }
    }
}
