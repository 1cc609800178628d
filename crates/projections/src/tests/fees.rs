//! What of a batch went into management and preliminary work (B13), to the fen: paid less what
//! came back over received less what the top took back, and beside it what is only instructed.

use super::money::{balance, fund};
use super::world::*;
use crate::fees::Fees;
use crate::purposes::purposes;
use ledger::money::Fen;
use serde_json::{Value, json};

fn fee(payment: u128, kind: &str, sources: &[(u128, i64)]) -> Value {
    let mut command = instruction(payment, 1, to_unit(2), sources);
    command["payment"]["instruct"]["kind"] = json!(kind);
    command
}

/// Batches 1 and 2 of 1,000 fen each, all of it in the budget of project 1.
fn county() -> World {
    let mut world = World::new();
    world.registers_unit(1, "county", 0);
    world.registers_unit(2, "town", 1);
    for number in [1, 2] {
        world.announces(number, 1, "county", 1_000);
        world.receives(number, 1_000);
    }
    world.enters_project(1, &[("county", 2_000)]);
    for number in [1, 2] {
        world.does(allocation(number, 1, to_project(1), 900));
    }
    world
}

fn parts(fees: Fees) -> [i64; 5] {
    let Fees {
        management_fen,
        preliminary_fen,
        paid_fen,
        of_fen,
        open_fen,
    } = fees;
    [management_fen, preliminary_fen, paid_fen, of_fen, open_fen].map(Fen::get)
}

#[test]
fn a_fee_counts_once_it_is_paid_and_for_the_batches_that_bear_it() {
    let mut world = county();
    // Preliminary work comes before the approval; the management of a project does not.
    let management = fee(2, "management_fee", &[(1, 10), (2, 5)]);
    assert_eq!(world.refused(management.clone()), "BAD_TRANSITION");
    world.does(fee(1, "preliminary_cost", &[(1, 20)]));
    world.starts_project(1);
    world.does(management);
    world.does(instruction(3, 1, to_unit(2), &[(1, 300)]));
    world.does(settlement(3, 300));
    assert_eq!(parts(balance(&world, 1).fees), [0, 0, 0, 1_000, 30]);
    world.does(settlement(1, 20));
    world.does(settlement(2, 12));
    assert_eq!(parts(balance(&world, 1).fees), [10, 20, 30, 1_000, 0]);
    assert_eq!(parts(balance(&world, 2).fees), [2, 0, 2, 1_000, 3]);
    world.does(return_of(1, 1));
    world.does(json!({"fund": {"reclaim": {
        "fund": fund(1), "from": to_unit(1), "amount_fen": 100, "reason": "surplus",
        "document": "上缴",
    }}}));
    assert_eq!(parts(balance(&world, 1).fees), [10, 19, 29, 900, 0]);
    let all = purposes(&world.view, None);
    assert_eq!((all.len(), all[0].received_fen.get()), (1, 1_900));
    assert_eq!(parts(all[0].fees), [12, 19, 31, 1_900, 3]);
}
