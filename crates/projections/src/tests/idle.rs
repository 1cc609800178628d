//! How old the cash in the accounts is (B9), first in, first out, with the day on each side of one
//! and two years.

use super::world::*;
use crate::idle::{IdleCash, idle};
use serde_json::json;

fn opens(world: &mut World, number: u128) {
    world.does(json!({"account": {"open": {
        "account": id(Kind::Account, number), "kind": "fiscal_special", "owner": unit(1),
        "bank": "农商行", "masked_number": format!("****000{number}"),
    }}}));
}

fn receives(world: &mut World, number: u128, fund: Option<u128>, fen: i64) {
    let mut cash = json!({
        "account": id(Kind::Account, 1), "movement": id(Kind::Movement, number),
        "nature": "received", "amount_fen": fen, "bank_reference": "SK",
    });
    if let Some(fund) = fund {
        cash["fund"] = json!(id(Kind::Fund, fund));
    }
    world.does(json!({"account": {"receive_cash": cash}}));
}

fn county() -> World {
    let mut world = World::new();
    world.on("2022-01-01");
    world.registers_unit(1, "county", 0);
    world.announces(1, 1, "county", 1_000);
    opens(&mut world, 1);
    opens(&mut world, 2);
    world
}

fn cash(world: &World, on: &str) -> IdleCash {
    idle(&world.view, day(on)).cash
}

fn sums(world: &World, on: &str) -> [i64; 2] {
    let cash = cash(world, on);
    [cash.from_365_days_fen, cash.from_730_days_fen].map(|it| it.get())
}

#[test]
fn cash_is_idle_from_the_365th_day_and_for_long_from_the_730th() {
    let mut world = county();
    receives(world.on("2022-01-01"), 1, Some(1), 700);
    assert_eq!(sums(&world, "2022-12-31"), [0, 0]);
    assert_eq!(sums(&world, "2023-01-01"), [700, 0]);
    assert_eq!(sums(&world, "2023-12-31"), [700, 0]);
    assert_eq!(sums(&world, "2024-01-01"), [0, 700]);
    let idle = cash(&world, "2024-01-01");
    assert_eq!((idle.balance_fen.get(), idle.parts.len()), (700, 1));
    assert_eq!((idle.parts[0].days, idle.parts[0].from_days), (730, 730));
}

#[test]
fn what_went_out_is_taken_from_what_came_first_and_a_transfer_makes_nothing_young() {
    let mut world = county();
    receives(world.on("2022-01-01"), 1, Some(1), 700);
    receives(world.on("2023-01-01"), 2, Some(1), 200);
    receives(world.on("2022-01-01"), 3, None, 40);
    world.on("2023-06-01").does(json!({"account": {"pay_cash": {
        "account": id(Kind::Account, 1), "movement": id(Kind::Movement, 4),
        "fund": id(Kind::Fund, 1), "amount_fen": 600, "bank_reference": "FK",
    }}}));
    world.on("2023-12-01").does(json!({"account": {"transfer": {
        "from": id(Kind::Account, 1), "to": id(Kind::Account, 2),
        "movement": id(Kind::Movement, 5), "fund": id(Kind::Fund, 1), "amount_fen": 300,
        "bank_reference": "HZ",
    }}}));
    let idle = cash(&world, "2024-01-01");
    let parts = idle.parts.iter().map(|part| {
        let known = part.fund.is_some();
        (known, part.amount_fen.get(), part.days)
    });
    let parts: Vec<_> = parts.collect();
    assert_eq!(
        parts,
        [(false, 40, 730), (true, 100, 730), (true, 200, 365)]
    );
    assert_eq!(idle.balance_fen.get(), 340);

    // Cash of nobody knows which day is taken for the oldest, and in no class.
    world.occurred_on = Some(ledger::date::BusinessDate::UNKNOWN);
    receives(&mut world, 6, None, 5);
    let idle = cash(&world, "2024-01-01");
    assert_eq!((idle.undated_fen.get(), idle.balance_fen.get()), (5, 345));
}
