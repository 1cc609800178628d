//! Random commands, right and wrong, in both ways in and with restarts among them: a naive model
//! says beforehand what becomes of each, with which code, and afterwards what every balance,
//! payment, item and task list must say. The seed is printed; `FUNDTRACE_SEED` repeats a run and
//! `FUNDTRACE_MODEL_COMMANDS` makes it longer.
//!
//! At the end the log is replayed record by record, and at every prefix the sum of every batch
//! over all its holders is what was received.

use crate::harness::*;
use ledger::ids::LedgerId;
use serde_json::{Value, json};
use std::collections::BTreeMap;

mod cash;
mod contributions;
mod items;
mod money;
mod packed;

/// Days as numbers, so that they can be added.
mod day {
    use jiff::civil::{Date, date};
    use jiff::{ToSpan, Unit};

    const FIRST: Date = date(2018, 1, 1);

    pub(super) fn number(day: Date) -> i64 {
        FIRST.until((Unit::Day, day)).unwrap().get_days().into()
    }

    pub(super) fn of(text: &str) -> i64 {
        number(text.parse().unwrap())
    }

    pub(super) fn date_of(number: i64) -> Date {
        FIRST.checked_add(number.days()).unwrap()
    }

    pub(super) fn text(number: i64) -> String {
        date_of(number).to_string()
    }
}

enum Ask {
    Money(money::Ask),
    Cash(cash::Ask),
    Contribution(contributions::Ask),
    Item(items::Ask),
}

struct Model {
    money: money::Money,
    cash: cash::Cash,
    contributions: contributions::Contributions,
    items: items::Items,
    /// How many questions each rule has raised.
    alerts: BTreeMap<String, usize>,
}

/// A run in which these did not happen shows nothing.
const OFTEN: [&str; 15] = [
    "record.reverse",
    "payment.reclassify",
    "payment.return",
    "payment.reissue",
    "payment.receive_recovery",
    "payment.offset_recovery",
    "payment.waive_recovery",
    "payment.release_retention",
    "claim.approve",
    "contract.change",
    "account.pay_cash",
    "account.transfer",
    "account.release_custody",
    "contribution.arrive",
    "fund.reclaim",
];

/// What those who build may ask of money.
const BUILDERS_ASK: [&str; 5] = [
    "claim.submit",
    "claim.review_technically",
    "claim.withdraw",
    "contract.change",
    "contract.reach_stage",
];

/// A command as it will be sent.
struct Step {
    who: &'static str,
    day: i64,
    observed: bool,
    version: Option<u64>,
    ask: Ask,
}

impl Step {
    fn json(&self, model: &Model) -> Value {
        let (word, data) = match &self.ask {
            Ask::Money(ask) => {
                let data = ask.data(|place| model.money.place(place));
                (ask.word().to_owned(), data)
            }
            Ask::Cash(ask) => (ask.word().to_owned(), model.cash.data(ask)),
            Ask::Contribution(ask) => (ask.word().to_owned(), model.contributions.data(ask)),
            Ask::Item(ask) => (ask.word(), ask.data(self.day)),
        };
        let mut command = command(&word, &day::text(self.day), data);
        if let Some(version) = self.version {
            command["expected_version"] = json!(version);
        }
        if self.observed {
            observed(command)
        } else {
            command
        }
    }
}

impl Model {
    /// What becomes of a command; if it is recorded, the model has taken it in.
    fn judge(&mut self, step: &Step) -> Result<(), &'static str> {
        let allowed = match &step.ask {
            Ask::Money(money::Ask::Confirm { .. }) => step.who != "reader",
            Ask::Money(ask) if BUILDERS_ASK.contains(&ask.word()) => true,
            Ask::Money(_) | Ask::Cash(_) | Ask::Contribution(_) => {
                ["finance", "finance2"].contains(&step.who)
            }
            Ask::Item(_) => !["finance", "finance2", "reader"].contains(&step.who),
        };
        if !allowed {
            return Err("FORBIDDEN");
        }
        if step.day > day::of("2100-01-01") {
            return Err("BAD_DATE");
        }
        let day = day::text(step.day);
        let (integrity, policy) = match &step.ask {
            Ask::Money(ask) => {
                if step
                    .version
                    .is_some_and(|version| version != self.money.version(ask))
                {
                    return Err("CONFLICT");
                }
                match self.money.integrity(ask, step.observed) {
                    None => (None, self.money.policy(ask, step.who, &day)),
                    refused => (refused, Vec::new()),
                }
            }
            Ask::Cash(ask) => match self.cash.integrity(ask, &self.money) {
                None => (None, self.cash.policy(ask, &self.money)),
                refused => (refused, Vec::new()),
            },
            Ask::Contribution(ask) => (
                self.contributions.integrity(ask),
                self.contributions.policy(ask),
            ),
            Ask::Item(ask) => (
                self.items.integrity(ask, step.who, step.day),
                self.items.policy(ask, step.day),
            ),
        };
        if let Some(code) = integrity {
            return Err(code);
        }
        if let (false, Some(code)) = (step.observed, policy.first()) {
            return Err(code);
        }
        let more = match &step.ask {
            Ask::Money(ask) => self.money.happens(ask, step.who, &day),
            Ask::Cash(ask) => {
                self.cash.happens(ask);
                Vec::new()
            }
            Ask::Contribution(ask) => {
                self.contributions.happens(ask);
                Vec::new()
            }
            Ask::Item(ask) => {
                self.items.happens(ask, step.who, step.day);
                Vec::new()
            }
        };
        for code in policy.into_iter().chain(more) {
            let code = if code == "BAD_TRANSITION" {
                "STEP_SKIPPED"
            } else {
                code
            };
            *self.alerts.entry(code.to_owned()).or_default() += 1;
        }
        Ok(())
    }

    fn step(&self, chance: &mut Chance, who: Option<&'static str>, today: i64) -> Step {
        let strange = *chance.pick(&["reader", "overseer", "finance2", "worker"]);
        let (by, ask) = match who {
            Some(who) if who.starts_with("worker") => {
                let fen = 1 + i64::try_from(chance.below(1_500)).unwrap();
                (who, Ask::Money(self.money.claim_ask(chance, fen, true)))
            }
            Some(who) if chance.one_in(6) => (who, Ask::Cash(self.cash.ask(chance, &self.money))),
            Some(who) if chance.one_in(12) => {
                (who, Ask::Contribution(self.contributions.ask(chance)))
            }
            Some(who) => (who, Ask::Money(self.money.ask(chance))),
            None => {
                let (who, ask) = self.items.ask(chance);
                (who, Ask::Item(ask))
            }
        };
        let version = match &ask {
            Ask::Money(ask) if chance.one_in(6) => Some(self.money.version(ask)),
            Ask::Money(_) if chance.one_in(30) => Some(chance.below(3)),
            _ => None,
        };
        let day = match chance.below(60) {
            0 => day::of("2999-01-01"),
            1 | 2 => today - 20,
            _ => today,
        };
        Step {
            who: if who.is_none() && chance.one_in(40) {
                strange
            } else {
                by
            },
            day,
            observed: chance.one_in(5),
            version,
            ask,
        }
    }

    fn compare(&self, world: &Client, chance: &mut Chance, today: i64) {
        self.money.compare(world);
        self.money.compare_ledgers(world, &self.cash);
        self.cash.compare(world);
        self.contributions.compare(world);
        let day = today + i64::try_from(chance.below(40)).unwrap();
        self.items.compare(world, day::date_of(day));
        let mut alerts = BTreeMap::new();
        let (mut offset, mut more) = (0, true);
        while more {
            let page = world.data("reader", &format!("alerts?limit=1000&offset={offset}"));
            let entries = page["entries"].as_array().unwrap();
            for alert in entries {
                *alerts
                    .entry(alert["code"].as_str().unwrap().to_owned())
                    .or_default() += 1;
            }
            offset += entries.len();
            more = page["more"] == true;
        }
        assert_eq!(alerts, self.alerts);
    }
}

#[test]
fn random_commands_come_out_as_a_naive_model_says() {
    let mut chance = Chance::seeded("model");
    let count = std::env::var("FUNDTRACE_MODEL_COMMANDS");
    let count: u64 = count.map_or(6_000, |text| text.parse().unwrap());
    let mut world = spawn();
    world.register_units();
    let mut model = Model {
        money: money::Money::found(&world),
        cash: cash::Cash::found(&world),
        contributions: contributions::Contributions::default(),
        items: items::Items::found(&world),
        alerts: BTreeMap::new(),
    };
    let mut outcomes: BTreeMap<&str, u64> = BTreeMap::new();
    let mut words: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut sent, mut today) = (0, day::of("2018-08-01"));
    while sent < count {
        today += i64::from(chance.one_in(20));
        // One bearer to a request, so items one by one and money in lists.
        let (who, len) = match chance.below(10) {
            0 | 1 => (
                Some(*chance.pick(&["finance", "finance2"])),
                1 + chance.below(14),
            ),
            2 => (
                Some(*chance.pick(&["worker", "worker2"])),
                1 + chance.below(3),
            ),
            _ => (None, 1),
        };
        let mut expected = Vec::new();
        let steps: Vec<Step> = (0..len)
            .map(|_| {
                let step = model.step(&mut chance, who, today);
                expected.push(model.judge(&step));
                step
            })
            .collect();
        let commands: Vec<Value> = steps.iter().map(|step| step.json(&model)).collect();
        let replies = world.post(steps[0].who, &json!(commands)).json();
        for (((step, command), expected), outcome) in steps
            .iter()
            .zip(&commands)
            .zip(&expected)
            .zip(replies.as_array().unwrap())
        {
            let got = match outcome["problem"]["code"].as_str() {
                Some(code) => Err(code),
                None => Ok(()),
            };
            assert_eq!(got, *expected, "{}: {command:#}\n{outcome:#}", steps[0].who);
            if let Ok(()) = got {
                let seq = outcome["receipt"]["first_seq"].as_u64().unwrap();
                let word = match &step.ask {
                    Ask::Money(ask) => {
                        model.money.recorded(ask, seq);
                        ask.word()
                    }
                    Ask::Cash(ask) => {
                        model.cash.recorded(ask, seq);
                        ask.word()
                    }
                    Ask::Contribution(ask) => {
                        model.contributions.recorded(ask, seq);
                        ask.word()
                    }
                    Ask::Item(_) => "item",
                };
                *words.entry(word).or_default() += 1;
            }
            *outcomes
                .entry(expected.err().unwrap_or("recorded"))
                .or_default() += 1;
        }
        sent += len;
        for line in world.data("reader", "funds").as_array().unwrap() {
            let [received, left, top] =
                ["received_fen", "unallocated_fen", "reclaimed_from_top_fen"]
                    .map(|field| line[field].as_i64().unwrap());
            let budgets = line["totals"]["granted_fen"].as_i64().unwrap();
            assert_eq!(received, left + budgets + top, "{line}");
        }
        if chance.one_in(100) {
            model.compare(&world, &mut chance, today);
        }
        if chance.one_in(400) {
            world.restart();
            model.compare(&world, &mut chance, today);
        }
    }
    world.restart();
    model.compare(&world, &mut chance, today);
    println!("model: {outcomes:?}");
    println!("model: {words:?}");
    for word in OFTEN {
        assert!(words.get(word).is_some_and(|count| *count > 3), "{words:?}");
    }
    let paid = model.money.summary();
    println!("model: {paid:?}");
    assert!(paid.values().all(|count| *count > 3), "{paid:?}");
    let items = model.items.summary();
    println!("model: {items:?}");
    assert!(
        items["closings"] > 0 && items["reopenings"] > 0,
        "{items:?}"
    );
    assert!(outcomes["recorded"] > count / 5, "{outcomes:?}");

    packed::packages(&world);

    // Every prefix, not only those at which somebody asked.
    let ledger = LedgerId(world.ledger);
    world.stop();
    let mut view = projections::View::default();
    let each = |entry: &store::Entry| {
        if entry.record.header.ledger.0 != ledger.0 {
            return Ok::<_, std::convert::Infallible>(());
        }
        let (fact, _) = wire::decode_event(&entry.record.body).unwrap();
        view.apply(&projections::Entry {
            position: entry.position,
            seq: entry.record.header.seq,
            recorded_at_us: entry.record.header.recorded_at_us,
            hash: *entry.record.hash.as_bytes(),
            fact: &fact,
        });
        for number in 1..=money::FUNDS {
            let id = ledger::ids::FundId(fund(number));
            if let Some(balance) = projections::balances::fund_balance(&view, id) {
                let seq = entry.record.header.seq;
                assert!(balance.balanced, "fund {number} after {seq}: {balance:?}");
                assert_eq!(balance.holders_sum_fen, balance.received_fen);
            }
        }
        Ok(())
    };
    store::Log::open(&world.dir, each).map(drop).unwrap();
}
