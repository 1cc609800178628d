//! Random commands in both intakes: after every single record the equations hold for every
//! batch, and every trace adds up to what was received. The seed is printed.

mod added;
mod later;
mod naive;

use super::money::{fund, project};
use super::world::*;
use crate::balances::{fund_balance, unit_balance};
use crate::benefit::benefit;
use crate::four_ledgers::{fund_ledgers, project_ledgers};
use crate::project_view::project_view;
use crate::references::total;
use crate::trace::{fund_trace, payee_trace, payment_trace};
use crate::{Entry, View};
use ledger::ids::PersonId;
use ledger::money::Fen;
use ledger::payment::Payee;
use ledger::{Intake, Rejection};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// xorshift64*: chance that can be repeated.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % end
    }

    pub(super) fn number(&mut self, end: u64) -> u128 {
        u128::from(self.below(end)) + 1
    }

    pub(super) fn fen(&mut self) -> i64 {
        i64::try_from(self.below(1_000)).unwrap() + 1
    }
}

const UNITS: u64 = 5;
/// The last of them was there before the book.
pub(super) const FUNDS: u64 = 4;
const PROJECTS: u64 = 4;
const PERSONS: u64 = 4;

pub(super) fn world() -> World {
    let mut world = World::new();
    for number in 1..=u128::from(UNITS) {
        world.registers_unit(number, "county", 0);
    }
    for number in 1..=u128::from(PERSONS) {
        world.registers_person(number);
    }
    for number in 1..u128::from(FUNDS) {
        world.announces(number, number, "county", 20_000);
    }
    for number in 1..=u128::from(PROJECTS) {
        world.enters_project(number, &[("county", 1_000)]);
        world.starts_project(number);
    }
    later::world(&mut world);
    world
}

pub(super) fn command(chance: &mut Chance, payments: u128) -> Value {
    let fen = chance.fen();
    let (batch, payment) = (
        chance.number(FUNDS),
        chance.number(12) % 12 + payments.max(6) - 6,
    );
    let holder = match chance.below(2) {
        0 => to_unit(chance.number(UNITS)),
        _ => to_project(chance.number(PROJECTS)),
    };
    let number = id(Kind::Fund, batch);
    match chance.below(16) {
        0 | 1 => json!({"fund": {"receive": {
            "fund": number, "amount_fen": fen * 5, "document": "到位",
        }}}),
        2..=5 => allocation(batch, chance.number(UNITS), holder, fen),
        6 => json!({"fund": {"adjust": {
            "fund": number, "delta_fen": 500 - fen, "reason": "调剂", "document": "调剂文",
        }}}),
        7 => {
            let to = (chance.below(3) > 0).then(|| unit(chance.number(UNITS)));
            json!({"fund": {"reclaim": {
                "fund": number, "from": holder, "to": to, "amount_fen": fen,
                "reason": "surplus", "document": "收回",
            }}})
        }
        8..=10 => {
            let other = (batch % u128::from(FUNDS)) + 1;
            let both = [(batch, fen), (other, chance.fen())];
            let sources = if chance.below(2) == 0 {
                &both[..1]
            } else {
                &both[..]
            };
            let payee = match chance.below(4) {
                0 => to_unit(chance.number(UNITS + 2)),
                _ => to_person(chance.number(PERSONS)),
            };
            let number = payments + 1;
            let mut command = instruction(number, chance.number(PROJECTS), payee, sources);
            if number % 4 == 0 {
                command["payment"]["instruct"]["kind"] = json!("management_fee");
            }
            command
        }
        11 | 12 => settlement(payment, fen),
        13 => return_of(payment, fen / 2 + 1),
        14 => json!({"payment": {"reissue": {
            "payment": id(Kind::Payment, payments + 1), "of": id(Kind::Payment, payment),
            "voucher": "V补", "reason": "更正账号",
        }}}),
        _ => {
            let result = ["received", "not_received", "wrong_amount", "collected_back"];
            let result = result[usize::try_from(chance.below(4)).unwrap()];
            let said = if result == "not_received" { 0 } else { fen };
            receipt(payment, chance.number(PERSONS), result, said)
        }
    }
}

/// A ledger in which what the model knows has happened in some order.
pub(super) fn history(seed: u64, commands: u32) -> World {
    println!("seed {seed}");
    let mut chance = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut world = world();
    for _ in 0..commands {
        // What is refused leaves nothing.
        let _ = step(&mut chance, &mut world);
    }
    world
}

/// Asks the next thing, in one of the intakes.
fn step(chance: &mut Chance, world: &mut World) -> Result<(), Rejection> {
    let payments = u128::try_from(world.view.links.payments().count()).unwrap();
    let intake = if chance.below(3) == 0 {
        Intake::Observation
    } else {
        Intake::Control
    };
    world.by(chance.number(3), 1);
    let command = match chance.below(2) {
        0 => later::command(chance, payments, &world.facts),
        _ => command(chance, payments),
    };
    world.ask(intake, command)
}

/// What must hold after every record: every equation of the four ledgers, of every batch and
/// project; and what a naive reader of the records adds up is what the ledgers say.
fn check_ledgers(world: &World) {
    let view = &world.view;
    for number in 1..=u128::from(FUNDS) {
        let ledgers = fund_ledgers(view, fund(number)).unwrap();
        assert!(ledgers.holds, "{:#?}", ledgers.equations);
        let cash = ledgers.cash.totals;
        let shown = naive::Sums {
            received: ledgers.authority.received_fen.get(),
            own_budget: ledgers.authority.own_budget_fen.get(),
            cash: cash.balance_fen.get(),
            cash_paid_net: cash.paid_fen.sub(cash.returned_fen).get(),
        };
        assert_eq!(shown, naive::sums(&world.facts, fund(number)));
    }
    for number in 1..=u128::from(PROJECTS) {
        let ledgers = project_ledgers(view, project(number)).unwrap();
        assert!(ledgers.holds, "{:#?}", ledgers.equations);
    }
}

/// What must hold after every record of balances and traces.
fn check(view: &View) {
    let mut granted = Vec::new();
    for number in 1..=u128::from(FUNDS) {
        let balance = fund_balance(view, fund(number)).unwrap();
        assert!(balance.balanced, "{balance:#?}");
        granted.extend(balance.nodes.iter().map(|node| node.unallocated_fen));
        let trace = fund_trace(view, fund(number), 0, 2).unwrap();
        assert!(trace.adds_up, "{trace:#?}");
        assert_eq!(
            trace.unexplained.instructed_fen,
            balance.totals.committed_unpaid_fen
        );
        let whole = fund_trace(view, fund(number), 0, usize::MAX).unwrap();
        assert_eq!(
            (trace.explained, trace.unexplained),
            (whole.explained, whole.unexplained)
        );
        let settled = total(whole.payments.entries.iter().map(|line| line.settled_fen));
        let before = if number == u128::from(FUNDS) {
            later::SETTLED_BEFORE
        } else {
            0
        };
        let settled = settled.add(Fen::new(before).unwrap());
        assert_eq!(settled, balance.totals.settled_fen);
    }
    let units = (1..=u128::from(UNITS)).map(|number| unit_balance(view, unit(number)).unwrap());
    assert_eq!(
        total(units.map(|unit| unit.unallocated_fen)),
        total(granted)
    );
    let benefit = benefit(view);
    assert!(benefit.holds, "{benefit:#?}");
    let persons = (1..=u128::from(PERSONS)).map(|number| {
        let payee = Payee::Subject(PersonId(id(Kind::Person, number)));
        payee_trace(view, payee, 0, 1).benefit.unwrap()
    });
    let net = total(persons.map(|benefit| benefit.settled_net_fen));
    assert_eq!(net, benefit.total.settled_net_fen);
    for payment in view.links.payments() {
        let trace = payment_trace(view, payment).unwrap();
        assert_eq!(
            total(trace.sources.iter().map(|it| it.amount_fen)),
            trace.payment.amount_fen
        );
    }
}

#[test]
fn equations_hold_and_traces_add_up_after_every_record() {
    let mut words = BTreeMap::new();
    for seed in 1..=12u64 {
        println!("seed {seed}");
        let mut chance = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut world = world();
        let (mut stored, mut overdrawn) = (0, false);
        for _ in 0..500 {
            let alerts = world.view.alerts.len();
            let seq = world.facts.len();
            if step(&mut chance, &mut world).is_err() {
                assert_eq!((world.facts.len(), world.view.alerts.len()), (seq, alerts));
                continue;
            }
            stored += 1;
            let last = &world.facts.last().unwrap().event;
            *words.entry(last.word()).or_insert(0u32) += 1;
            check(&world.view);
            added::check(&world.view);
            check_ledgers(&world);
            overdrawn |= (1..=u128::from(PROJECTS)).any(|number| {
                let view = project_view(&world.view, project(number)).unwrap();
                view.totals.available_fen < Fen::ZERO
            });
        }
        assert!(stored > 100, "only {stored} commands were stored");
        assert!(overdrawn, "no observation overspent");
        same_after_a_replay(&world);
    }
    println!("{words:?}");
    // The seeds are fixed, and so is what they bring.
    for word in OFTEN {
        assert!(words.contains_key(word), "{word}");
    }
}

/// A run without these shows nothing.
const OFTEN: [&str; 13] = [
    "record.reversed",
    "payment.returned",
    "payment.reissued",
    "payment.reissued",
    "payment.reclassified",
    "payment.recovery_received",
    "payment.recovery_offset",
    "payment.recovery_waived",
    "payment.retention_released",
    "contract.changed",
    "claim.approved",
    "account.cash_paid",
    "account.transferred",
];

fn same_after_a_replay(world: &World) {
    let mut again = View::default();
    for (seq, fact) in (1..).zip(&world.facts) {
        again.apply(&Entry {
            position: seq * 100,
            seq,
            recorded_at_us: noon_us(world.today),
            hash: [7; 32],
            fact,
        });
    }
    let show = |view: &View| {
        let traces: Vec<_> = (1..=u128::from(FUNDS))
            .map(|number| fund_trace(view, fund(number), 0, usize::MAX).unwrap())
            .collect();
        let balances: Vec<_> = (1..=u128::from(FUNDS))
            .map(|number| fund_balance(view, fund(number)).unwrap())
            .collect();
        let alerts = view
            .alerts
            .list(&view.timeline, crate::alerts::Filter::default(), 0, 9_999);
        serde_json::to_string(&(traces, balances, alerts, benefit(view))).unwrap()
    };
    assert_eq!(show(&world.view), show(&again));
    assert_eq!(world.view.head(), again.head());
}
