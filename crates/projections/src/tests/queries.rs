//! What the finance bureau asks: the four ledgers side by side, and what is due, late, idle or
//! back on a day; each with figures worked out by hand.

use super::money::{fen, fund, project};
use super::world::*;
use crate::deadlines::allocation_deadlines;
use crate::entries::entry_lines;
use crate::four_ledgers::{fund_ledgers, project_ledgers};
use crate::idle::idle;
use crate::progress::spending_progress;
use crate::purposes::purposes;
use crate::retention::retention;
use crate::returned::returned;
use ledger::entry::rules::EntryState;
use ledger::money::Fen;
use serde_json::{Value, json};
use uuid::Uuid;

/// A batch of 1,000,000 of which 800,000 came on 2018-01-10 and 500,000 went into project 1 on
/// 2018-02-01.
fn world() -> World {
    let mut world = World::new();
    world.on("2018-01-10");
    world.registers_unit(1, "county", 0);
    world.registers_unit(2, "town", 1);
    world.registers_person(9);
    world.announces(1, 1, "county", 1_000_000);
    world.receives(1, 800_000);
    world.enters_project(1, &[("county", 500_000)]);
    world.starts_project(1);
    world.on("2018-02-01");
    world.does(allocation(1, 1, to_project(1), 500_000));
    world
}

fn pays(world: &mut World, payment: u128, fen: i64) {
    world.does(instruction(payment, 1, to_person(9), &[(1, fen)]));
    world.does(settlement(payment, fen));
}

fn payment(word: &str, mut facts: Value) -> Value {
    facts["payment"] = json!(id(Kind::Payment, 1));
    json!({"payment": {word: facts}})
}

fn cash(word: &str, movement: u128, mut facts: Value) -> Value {
    facts["account"] = json!(id(Kind::Account, 1));
    facts["movement"] = json!(id(Kind::Movement, movement));
    facts["fund"] = json!(fund(1));
    facts["bank_reference"] = json!(format!("流水{movement}"));
    json!({"account": {word: facts}})
}

/// 100,000 paid, 10,000 of it recovered, 50,000 instructed; a contract of 300,000 and a claim of
/// 80,000; 700,000 in cash, of which the payment went out and the recovery came back.
fn spent() -> World {
    let mut world = world();
    pays(&mut world, 1, 100_000);
    world.by(2, 1).does(receipt(1, 9, "received", 60_000));
    world.by(1, 1);
    let demand = json!({"amount_fen": 10_000, "basis": "重复发放", "document": "追缴1号"});
    world.does(payment("demand_recovery", demand));
    let back = json!({"amount_fen": 10_000, "bank_reference": "追回1"});
    world.does(payment("receive_recovery", back));
    world.does(instruction(2, 1, to_person(9), &[(1, 50_000)]));
    world.sees(json!({"contract": {"sign": {
        "contract": Uuid::from_u128(1 << 80), "project": project(1), "number": "合同1",
        "name": "施工合同", "supplier": unit(2), "price_fen": 300_000, "retention_bp": 0,
        "document": "合同1", "stages": [{"trigger": "signing", "cumulative_cap_bp": 10_000}],
    }}}));
    world.sees(json!({"claim": {"submit": {
        "claim": Uuid::from_u128(2 << 80), "number": "报账1", "project": project(1),
        "amount_fen": 80_000, "sources": [{"fund": fund(1), "amount_fen": 80_000}],
        "vouchers": ["发票1"], "payee": to_person(9),
    }}}));
    world.does(json!({"account": {"open": {
        "account": id(Kind::Account, 1), "kind": "unit", "owner": unit(1), "bank": "银行",
        "masked_number": "****0001",
    }}}));
    let nature = |nature: &str, fen: i64| json!({"nature": nature, "amount_fen": fen});
    world.does(cash("receive_cash", 1, nature("received", 700_000)));
    let out = json!({"amount_fen": 100_000, "payment": id(Kind::Payment, 1)});
    world.does(cash("pay_cash", 2, out));
    world.does(cash("receive_cash", 3, nature("recovered", 10_000)));
    world
}

#[test]
fn the_four_ledgers_of_a_batch_stand_side_by_side() {
    let world = spent();
    let view = fund_ledgers(&world.view, fund(1)).unwrap();
    let authority = view.authority;
    assert_eq!(authority.announced_fen, fen(1_000_000));
    assert_eq!(authority.received_fen, fen(800_000));
    assert_eq!(authority.allocated_fen, fen(500_000));
    assert_eq!(authority.unallocated_fen, fen(300_000));
    assert_eq!(authority.own_budget_fen, fen(500_000));
    assert_eq!(authority.available_fen, fen(360_000));
    assert_eq!(authority.reclaimable_fen, fen(300_000));
    let commitment = view.commitment;
    assert_eq!(commitment.contracts, 1);
    assert_eq!(commitment.contract_price_fen, fen(300_000));
    assert_eq!(commitment.claimed_fen, fen(80_000));
    assert_eq!(commitment.approved_fen, Fen::ZERO);
    assert_eq!(commitment.committed_unpaid_fen, fen(50_000));
    let cash = view.cash.totals;
    assert_eq!(view.cash.accounts.len(), 1);
    assert_eq!(
        (cash.received_fen, cash.paid_fen),
        (fen(700_000), fen(100_000))
    );
    assert_eq!(
        (cash.recovered_fen, cash.balance_fen),
        (fen(10_000), fen(610_000))
    );
    assert_eq!(view.benefit.confirmed_fen, fen(60_000));
    assert_eq!(view.benefit.unconfirmed_fen, fen(30_000));
    let equations = view.equations.iter();
    let equations: Vec<_> = equations
        .map(|it| (it.number, it.left_fen.get(), it.right_fen.get(), it.holds))
        .collect();
    assert_eq!(
        equations,
        [
            (1, 800_000, 800_000, true),
            (2, 800_000, 800_000, true),
            (3, 500_000, 500_000, true),
            (4, 610_000, 610_000, true),
            (5, 90_000, 90_000, true),
        ]
    );
    assert!(view.holds);
}

#[test]
fn the_four_ledgers_of_a_project_stand_side_by_side() {
    let mut world = spent();
    let view = project_ledgers(&world.view, project(1)).unwrap();
    let totals = view.authority.totals;
    assert_eq!(
        (totals.granted_fen, totals.recovered_fen),
        (fen(500_000), fen(10_000))
    );
    assert_eq!(
        (totals.settled_fen, totals.paid_net_fen),
        (fen(100_000), fen(90_000))
    );
    assert_eq!(view.commitment.claimed_fen, fen(80_000));
    assert_eq!(
        (view.cash.paid_fen, view.cash.net_fen),
        (fen(100_000), fen(100_000))
    );
    assert_eq!(view.cash.without_movement_fen, Fen::ZERO);
    assert_eq!(view.benefit.settled_net_fen, fen(90_000));
    let numbers: Vec<_> = view
        .equations
        .iter()
        .map(|it| (it.number, it.holds))
        .collect();
    assert_eq!(numbers, [(2, true), (3, true), (4, true), (5, true)]);

    // Settled, and no account's movements show it.
    world.does(settlement(2, 50_000));
    let view = project_ledgers(&world.view, project(1)).unwrap();
    assert_eq!(view.cash.without_movement_fen, fen(50_000));
    assert!(view.holds);
}

#[test]
fn what_came_back_waits_until_it_is_paid_again() {
    let mut world = world();
    pays(&mut world, 1, 70_000);
    pays(&mut world, 2, 30_000);
    world.on("2018-03-01").does(return_of(1, 70_000));
    world.on("2018-03-05").does(return_of(2, 30_000));
    let view = returned(&world.view, day("2018-03-31"), 0, 100);
    assert_eq!(view.total_fen, fen(100_000));
    let ages: Vec<_> = view.payments.entries.iter().map(|it| it.days).collect();
    assert_eq!(ages, [Some(30), Some(26)]);

    world.does(json!({"payment": {"reissue": {
        "payment": id(Kind::Payment, 3), "of": id(Kind::Payment, 1), "voucher": "补1",
        "reason": "账号已改",
    }}}));
    let view = returned(&world.view, day("2018-03-31"), 0, 100);
    assert_eq!((view.total_fen, view.payments.total), (fen(30_000), 1));
}

#[test]
fn retention_is_shown_from_the_day_on_which_it_is_due() {
    let mut world = world();
    pays(&mut world, 1, 100_000);
    let hold = json!({"amount_fen": 5_000, "due_on": "2019-02-01"});
    world.sees(payment("withhold_retention", hold));
    let before = retention(&world.view, day("2019-01-31"), 0, 100);
    assert_eq!(
        (before.due_fen, before.not_due_fen),
        (Fen::ZERO, fen(5_000))
    );
    assert_eq!(before.due.total, 0);
    let after = retention(&world.view, day("2019-02-11"), 0, 100);
    assert_eq!((after.due_fen, after.not_due_fen), (fen(5_000), Fen::ZERO));
    let line = after.due.entries.first().unwrap();
    assert_eq!((line.retained_fen, line.overdue_days), (fen(5_000), 10));
}

#[test]
fn authority_must_be_passed_on_in_time_and_the_first_comes_first() {
    let mut world = world();
    // Received on 2018-01-10: 500,000 went out on day 22.
    world.on("2018-03-01").receives(1, 200_000);
    world.does(allocation(1, 1, to_unit(2), 310_000));
    let lines = allocation_deadlines(&world.view, day("2018-03-20"));
    let figures: Vec<_> = lines
        .iter()
        .map(|line| {
            let deadlines = line.deadlines.iter();
            let deadlines: Vec<_> = deadlines
                .map(|it| (it.days, it.passed, it.unallocated_fen.get()))
                .collect();
            (
                line.received_fen.get(),
                line.unallocated_fen.get(),
                deadlines,
            )
        })
        .collect();
    assert_eq!(
        figures,
        [
            (
                200_000,
                190_000,
                vec![
                    (20, false, 190_000),
                    (30, false, 190_000),
                    (60, false, 190_000)
                ]
            ),
            (
                800_000,
                0,
                vec![(20, true, 800_000), (30, true, 300_000), (60, true, 0)]
            ),
        ]
    );
    let due: Vec<_> = lines
        .iter()
        .map(|it| it.deadlines[0].due_on.exact())
        .collect();
    assert_eq!(due, [Some(day("2018-03-21")), Some(day("2018-01-30"))]);

    // A receipt that is reversed has no deadline.
    let receipt = world
        .facts
        .iter()
        .rposition(|fact| fact.event.word() == "fund.received");
    world.sees(json!({"record": {"reverse": {
        "subject": fund(1), "seq": receipt.unwrap() + 1, "amount_fen": 200_000,
        "reason": "重复登记",
    }}}));
    assert_eq!(
        allocation_deadlines(&world.view, day("2018-03-20")).len(),
        1
    );
}

#[test]
fn spending_stands_beside_the_days_of_the_year() {
    let mut world = world();
    pays(&mut world, 1, 100_000);
    let lines = spending_progress(&world.view, day("2018-03-14"));
    let line = lines.first().unwrap();
    assert_eq!((line.days, line.of_days), (73, 365));
    assert_eq!(line.share.paid_net_fen, fen(100_000));
    assert_eq!(line.share.own_budget_fen, fen(500_000));
    // A fifth of the year and a fifth of the money; the day after, it is behind.
    assert!(!line.share.behind);
    assert_eq!(line.projects.len(), 1);
    let later = spending_progress(&world.view, day("2018-03-15"));
    assert!(later.first().unwrap().share.behind);
    let past = spending_progress(&world.view, day("2020-01-01"));
    assert_eq!(past.first().unwrap().days, 365);
    let early = spending_progress(&world.view, day("2017-12-31"));
    assert_eq!(early.first().unwrap().days, 0);
}

#[test]
fn idle_money_is_counted_from_the_day_on_which_it_came() {
    let mut world = world();
    pays(&mut world, 1, 100_000);
    world.on("2019-06-01").receives(1, 200_000);
    let none = idle(&world.view, day("2019-01-10"));
    assert_eq!((none.over_1_year_fen, none.parts.len()), (Fen::ZERO, 0));
    let one = idle(&world.view, day("2019-02-02"));
    assert_eq!(one.over_1_year_fen, fen(300_000 + 400_000));
    let days: Vec<_> = one
        .parts
        .iter()
        .map(|it| (it.days, it.amount_fen.get()))
        .collect();
    assert_eq!(days, [(388, 300_000), (366, 400_000)]);
    let two = idle(&world.view, day("2020-01-11"));
    assert_eq!(two.over_2_years_fen, fen(300_000));
    assert_eq!(two.over_1_year_fen, fen(400_000));
}

#[test]
fn every_purpose_has_its_share_of_the_whole() {
    let mut world = world();
    world.announces(2, 1, "province", 400_000);
    world.receives(2, 200_000);
    let shares = purposes(&world.view, Some(2018));
    let share = shares.first().unwrap();
    assert_eq!((shares.len(), share.funds), (1, 2));
    assert_eq!(
        (share.received_fen, share.of_fen),
        (fen(1_000_000), fen(1_000_000))
    );
    let sources: Vec<_> = share
        .sources
        .iter()
        .map(|it| it.received_fen.get())
        .collect();
    assert_eq!(sources, [200_000, 800_000]);
    assert!(purposes(&world.view, Some(2019)).is_empty());
}

#[test]
fn an_entry_waits_until_somebody_else_confirms_it() {
    let mut world = world();
    let entry = Uuid::from_u128(3 << 80);
    world.does(json!({"entry": {"propose": {"entry": entry, "command": {
        "fund": {"receive": {"fund": fund(1), "amount_fen": 100_000, "document": "到位"}},
    }}}}));
    let waiting = |world: &World, state| entry_lines(&world.view, Some(state), 0, 100);
    let page = waiting(&world, EntryState::Proposed);
    let line = page.entries.first().unwrap();
    assert_eq!((page.total, line.command), (1, "fund.receive"));
    assert_eq!(line.proposed_by, world.actor);
    assert_eq!(line.seq, world.view.head().map(|head| head.seq));
    world.by(2, 1);
    world.does(json!({"entry": {"confirm": {"entry": entry}}}));
    assert_eq!(waiting(&world, EntryState::Proposed).total, 0);
    assert_eq!(waiting(&world, EntryState::Confirmed).total, 1);
}
