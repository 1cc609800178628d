//! A batch as of a day or a record (B1), against two other ways to the same figures: what the
//! view said when it lived, and sums taken naively over the facts. Seeds are printed.

use super::money::fund;
use super::random::{Chance, FUNDS, command, world};
use super::world::*;
use crate::as_of::{Fold, Moment, records};
use crate::balances::{FundBalance, fund_balance};
use crate::four_ledgers::{FundLedgers, fund_ledgers};
use crate::{Entry, View};
use jiff::civil::Date;
use ledger::date::BusinessDate;
use ledger::fund::{FundEvent, Holder};
use ledger::ids::{FundId, PaymentId};
use ledger::payment::PaymentEvent;
use ledger::record::RecordEvent;
use ledger::{Event, Fact, Intake};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

fn fold(world: &World, id: FundId, moment: Moment) -> Fold {
    let mut fold = Fold::new(&world.view, id, moment);
    for seq in records(&world.view, id).unwrap() {
        let (fact, recorded) = fact(world, seq);
        fold.take_in(&Entry {
            position: seq * 100,
            seq,
            recorded_at_us: noon_us(recorded),
            hash: [7; 32],
            fact,
        });
    }
    fold
}

fn fact(world: &World, seq: u64) -> (&Fact, Date) {
    let place = usize::try_from(seq).unwrap() - 1;
    (&world.facts[place], world.recorded[place])
}

fn then(world: &World, number: u128, moment: Moment) -> FundBalance {
    fold(world, fund(number), moment).balance().unwrap()
}

fn on(day_of: &str) -> Moment {
    Moment {
        on: Some(day(day_of)),
        through_seq: None,
    }
}

/// Without the note on when it is of.
fn shown(view: &View, number: u128) -> (FundBalance, FundLedgers) {
    let id = fund(number);
    (
        fund_balance(view, id).unwrap(),
        fund_ledgers(view, id).unwrap(),
    )
}

fn folded(world: &World, number: u128, moment: Moment) -> (FundBalance, FundLedgers) {
    let id = fund(number);
    let mut balance = fold(world, id, moment).balance().unwrap();
    let mut ledgers = fold(world, id, moment).ledgers().unwrap();
    assert!(balance.as_of.take().is_some() && ledgers.as_of.take().is_some());
    (balance, ledgers)
}

#[test]
fn a_balance_through_a_record_is_what_the_view_said_then() {
    for seed in 1..=4u64 {
        println!("seed {seed}");
        let mut chance = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut world = world();
        let mut lived = Vec::new();
        while world.facts.len() < 260 {
            asks(&mut chance, &mut world, command);
            if chance.below(8) == 0 {
                let number = chance.number(FUNDS);
                let seq = world.view.head().unwrap().seq;
                lived.push((seq, number, shown(&world.view, number)));
            }
        }
        for (seq, number, said) in lived {
            let moment = Moment {
                on: None,
                through_seq: Some(seq),
            };
            assert_eq!(folded(&world, number, moment), said, "through {seq}");
        }
    }
}

/// A random command, of a random day up to two weeks before that of its recording.
fn asks(chance: &mut Chance, world: &mut World, make: fn(&mut Chance, u128) -> Value) {
    let payments = u128::try_from(world.view.links.payments().count()).unwrap();
    let intake = match chance.below(3) {
        0 => Intake::Observation,
        _ => Intake::Control,
    };
    world.today = day("2025-12-01")
        .checked_add(jiff::Span::new().days(i64::try_from(world.facts.len() / 20).unwrap()))
        .unwrap();
    let back = jiff::Span::new().days(i64::try_from(chance.below(14)).unwrap());
    let exact = world.today.checked_sub(back).unwrap();
    world.occurred_on = Some(match chance.below(12) {
        0 => BusinessDate::UNKNOWN,
        1 => "2025-11".parse().unwrap(),
        2 => "2025-Q4".parse().unwrap(),
        3 => "2025".parse().unwrap(),
        _ => BusinessDate::day(exact),
    });
    world.by(chance.number(3), 1);
    let command = make(chance, payments);
    let _ = world.ask(intake, command);
}

/// As [`command`], with one source for each payment, recoveries, and reversals of any record.
fn simple(chance: &mut Chance, payments: u128) -> Value {
    let (number, fen) = (chance.number(payments.max(1) as u64), chance.fen());
    match chance.below(12) {
        0 | 1 => {
            let to = to_person(chance.number(4));
            let sources = [(chance.number(FUNDS), fen)];
            instruction(payments + 1, chance.number(4), to, &sources)
        }
        2 => json!({"payment": {"demand_recovery": {
            "payment": id(Kind::Payment, number), "amount_fen": fen / 3 + 1,
            "document": "追缴", "basis": "多付",
        }}}),
        3 => json!({"payment": {"receive_recovery": {
            "payment": id(Kind::Payment, number), "amount_fen": fen / 4 + 1,
            "bank_reference": "ZJ",
        }}}),
        _ => loop {
            let command = command(chance, payments);
            let many = command["payment"]["instruct"]["sources"].as_array();
            if many.is_none_or(|sources| sources.len() == 1) {
                return command;
            }
        },
    }
}

/// Takes back some earlier record with an amount, if that can be taken back.
fn reverses(chance: &mut Chance, world: &mut World) {
    let seq = chance.below(world.facts.len() as u64) + 1;
    let event = serde_json::to_value(&fact(world, seq).0.event).unwrap();
    let said = event.as_object().unwrap().values().next().unwrap();
    let said = said.as_object().unwrap().values().next().unwrap();
    let subject = ["payment", "fund"].iter().find_map(|key| said.get(key));
    if let (Some(subject), Some(amount)) = (subject, said.get("amount_fen")) {
        let reversal = json!({"record": {"reverse": {
            "subject": subject, "seq": seq, "amount_fen": amount, "reason": "误记",
        }}});
        let _ = world.ask(Intake::Control, reversal);
    }
}

/// What a naive sum over the facts says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sums {
    received: i64,
    reclaimed: i64,
    granted: i64,
    open: i64,
    settled: i64,
    returned: i64,
    recovered: i64,
}

#[derive(Default)]
struct Paid {
    amount: i64,
    settled: i64,
    returned: i64,
    cancelled: i64,
    recovered: i64,
}

/// Every fact once, in its order, if it counts and was never reversed.
fn naive(world: &World, number: u128, on: Date) -> Sums {
    let mut reversed = HashSet::new();
    for fact in &world.facts {
        if let Event::Record(RecordEvent::Reversed(it)) = &fact.event {
            reversed.insert(it.seq);
        }
    }
    let (mut sums, mut payments) = (Sums::default(), HashMap::<PaymentId, Paid>::new());
    for seq in 1..=world.facts.len() as u64 {
        let (fact, recorded) = fact(world, seq);
        let from = fact
            .occurred_on
            .last()
            .map_or(recorded, |it| it.min(recorded));
        if from > on || reversed.contains(&seq) {
            continue;
        }
        if let Event::Fund(event) = &fact.event {
            authority(&mut sums, fund(number), event);
        }
        if let Event::Payment(event) = &fact.event {
            money(&mut payments, fund(number), event);
        }
    }
    for paid in payments.values() {
        sums.open += (paid.amount - paid.settled - paid.cancelled).max(0);
        sums.settled += paid.settled;
        sums.returned += paid.returned;
        sums.recovered += paid.recovered;
    }
    sums
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a naive sum knows what it adds up"
)]
fn authority(sums: &mut Sums, id: FundId, event: &FundEvent) {
    match event {
        FundEvent::Received(it) if it.fund == id => sums.received += it.amount_fen.get(),
        FundEvent::Adjusted(it) if it.fund == id => sums.received += it.delta_fen.get(),
        FundEvent::Allocated(it) if it.fund == id => {
            if let Holder::Project(_) = it.to {
                sums.granted += it.amount_fen.get();
            }
        }
        FundEvent::Reclaimed(it) if it.fund == id => match (it.from, it.to) {
            (_, None) => sums.reclaimed += it.amount_fen.get(),
            (Holder::Project(_), Some(_)) => sums.granted -= it.amount_fen.get(),
            (Holder::Organisation(_), Some(_)) => {}
        },
        _ => {}
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a naive sum knows what it adds up"
)]
fn money(payments: &mut HashMap<PaymentId, Paid>, id: FundId, event: &PaymentEvent) {
    match event {
        PaymentEvent::Instructed(it) if it.sources[0].fund == id => {
            let amount = it.amount_fen.get();
            let paid = Paid {
                amount,
                ..Paid::default()
            };
            payments.insert(it.payment, paid);
        }
        PaymentEvent::Settled(it) => {
            if let Some(paid) = payments.get_mut(&it.payment) {
                paid.settled += it.amount_fen.get();
            }
        }
        PaymentEvent::Returned(it) => {
            if let Some(paid) = payments.get_mut(&it.payment) {
                let net = (paid.settled - paid.returned - paid.recovered).max(0);
                let back = it.amount_fen.get();
                paid.returned += back.min(net);
                paid.cancelled += back - back.min(net);
            }
        }
        PaymentEvent::RecoveryReceived(it) => {
            if let Some(paid) = payments.get_mut(&it.payment) {
                paid.recovered += it.amount_fen.get();
            }
        }
        _ => {}
    }
}

fn said(balance: &FundBalance) -> Sums {
    let totals = &balance.totals;
    Sums {
        received: balance.received_fen.get(),
        reclaimed: balance.reclaimed_from_top_fen.get(),
        granted: totals.granted_fen.get(),
        open: totals.committed_unpaid_fen.get(),
        settled: totals.settled_fen.get(),
        returned: totals.returned_fen.get(),
        recovered: totals.recovered_fen.get(),
    }
}

#[test]
fn a_balance_of_any_day_is_the_sum_of_what_had_happened_by_then() {
    let (mut moved, mut reversals) = (0, 0);
    for seed in 1..=6u64 {
        println!("seed {seed}");
        let mut chance = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut world = world();
        for _ in 0..400 {
            asks(&mut chance, &mut world, simple);
            if chance.below(6) == 0 {
                reverses(&mut chance, &mut world);
            }
        }
        reversals += world.view.books.reversed.len();
        for number in 1..=FUNDS.into() {
            let mut before = None;
            for offset in 0..40 {
                let on = day("2025-11-20")
                    .checked_add(jiff::Span::new().days(offset))
                    .unwrap();
                let moment = Moment {
                    on: Some(on),
                    through_seq: None,
                };
                let balance = then(&world, number, moment);
                // The last batch was there before the book: what it began with is its opening's.
                if number < FUNDS.into() {
                    let summed = naive(&world, number, on);
                    assert_eq!(said(&balance), summed, "{number} on {on}");
                }
                assert!(balance.balanced, "{balance:#?}");
                let ledgers = fold(&world, fund(number), moment).ledgers().unwrap();
                assert!(ledgers.holds, "{ledgers:#?}");
                let sums = said(&balance);
                moved += usize::from(before.replace(balance).is_some_and(|it| said(&it) != sums));
            }
            let all = Moment {
                on: Some(day("2026-12-31")),
                through_seq: None,
            };
            assert_eq!(folded(&world, number, all), shown(&world.view, number));
        }
    }
    assert!(moved > 100 && reversals > 50, "{moved} {reversals}");
}

/// County 1 received 1,000 on the 1st; the rest of the story is each test's.
fn county() -> World {
    let mut world = World::new();
    world.registers_unit(1, "county", 0);
    world.registers_unit(2, "village", 1);
    world.registers_person(1);
    world.on("2025-03-01").announces(1, 1, "county", 1_000);
    world.receives(1, 1_000);
    world.enters_project(1, &[("county", 1_000)]);
    world.starts_project(1);
    world.does(allocation(1, 1, to_project(1), 1_000));
    world
}

#[test]
fn a_day_counts_what_happened_on_it_and_not_the_day_after() {
    let mut world = county();
    world.on("2025-03-10");
    world.does(instruction(1, 1, to_person(1), &[(1, 700)]));
    world.on("2025-03-11").does(settlement(1, 700));
    world.on("2025-03-12").does(return_of(1, 300));
    let figures = |on_day: &str| {
        let totals = then(&world, 1, on(on_day)).totals;
        [
            totals.committed_unpaid_fen,
            totals.paid_net_fen,
            totals.available_fen,
        ]
        .map(|it| it.get())
    };
    assert_eq!(figures("2025-03-09"), [0, 0, 1_000]);
    assert_eq!(figures("2025-03-10"), [700, 0, 300]);
    assert_eq!(figures("2025-03-11"), [0, 700, 300]);
    assert_eq!(figures("2025-03-12"), [0, 400, 600]);
    let before = then(&world, 1, on("2025-02-28"));
    assert_eq!(before.announced_fen.get(), 0);
    assert_eq!(before.received_fen.get(), 0);
    assert!(!before.as_of.unwrap().announced);
}

#[test]
fn a_month_counts_from_its_last_day_and_the_answer_says_so() {
    let mut world = county();
    world.on("2025-05-20");
    world.occurred_on = Some("2025-03".parse().unwrap());
    world.sees(json!({"fund": {"receive": {
        "fund": id(Kind::Fund, 1), "amount_fen": 5, "document": "补记",
    }}}));
    world.occurred_on = Some("2025".parse().unwrap());
    world.sees(json!({"fund": {"receive": {
        "fund": id(Kind::Fund, 1), "amount_fen": 70, "document": "补记",
    }}}));
    let received = |on_day: &str| then(&world, 1, on(on_day)).received_fen.get();
    assert_eq!(
        (received("2025-03-30"), received("2025-03-31")),
        (1_000, 1_005)
    );
    // The year has not ended: it was recorded on 20 May, so it had happened by then.
    assert_eq!(
        (received("2025-05-19"), received("2025-05-20")),
        (1_005, 1_075)
    );
    let said = then(&world, 1, on("2025-03-30")).as_of.unwrap();
    assert_eq!((said.coarse, said.uncertain, said.later), (2, 2, 2));
    let first = &said.coarse_records[0];
    assert_eq!(
        (first.counts_from.to_string(), first.counted),
        ("2025-03-31".into(), false)
    );
    let said = then(&world, 1, on("2024-12-31")).as_of.unwrap();
    assert_eq!((said.coarse, said.uncertain), (2, 0));
}

#[test]
fn what_was_reversed_later_is_as_if_it_had_never_been_but_was_known_then() {
    let mut world = county();
    world.on("2025-03-10");
    world.does(instruction(1, 1, to_person(1), &[(1, 700)]));
    world.does(settlement(1, 700));
    let settled = world.facts.len();
    world.on("2025-06-01").does(json!({"record": {"reverse": {
        "subject": id(Kind::Payment, 1), "seq": settled, "amount_fen": 700, "reason": "误记",
    }}}));
    let paid = |moment| then(&world, 1, moment).totals.paid_net_fen.get();
    assert_eq!(paid(on("2025-03-10")), 0);
    let known = Moment {
        through_seq: Some(settled as u64),
        ..on("2025-03-10")
    };
    assert_eq!(paid(known), 700);
}
