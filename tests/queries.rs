//! Every question of the finance bureau and of the rectification teams, asked once over HTTP.

use crate::harness::*;
use serde_json::{Value, json};
use uuid::Uuid;

/// 1,000.00 yuan paid to a household and sent back, 2,000.00 paid with 50.00 kept back, and an
/// item by which 300.00 must come back.
fn county() -> World {
    let world = spawn();
    world.found_county();
    let household = json!({"subject": person(HOUSEHOLDS + 1)});
    for (number, amount_fen) in [(1, 100_000), (2, 200_000)] {
        let instruction = instruction(number, household.clone(), amount_fen);
        world.record_on("finance", "2018-05-01", "payment.instruct", instruction);
        let settlement = settlement(number, amount_fen);
        world.record_on("finance", "2018-05-02", "payment.settle", settlement);
    }
    let back = payment_return(1, 100_000);
    world.record_on("finance", "2018-05-10", "payment.return", back);
    let hold = json!({"payment": payment(2), "amount_fen": 5_000, "due_on": "2018-07-01"});
    let hold = observed(command("payment.withhold_retention", "2018-05-02", hold));
    assert_eq!(world.post("finance", &hold).status, 201);
    world.closing_requested(1, 30_000);
    world
}

fn ask(world: &World, rest: &str) -> Value {
    world.data("reader", rest)
}

#[test]
fn the_four_ledgers_stand_side_by_side() {
    let world = county();
    let view = ask(&world, &format!("funds/{}/ledgers", fund(1)));
    assert_eq!(view["authority"]["own_budget_fen"], 400_000_000);
    assert_eq!(view["benefit"]["unconfirmed_fen"], 200_000);
    assert_eq!(view["equations"].as_array().unwrap().len(), 5);
    assert_eq!(view["holds"], true);
    let view = ask(&world, &format!("projects/{}/ledgers", project(1)));
    assert_eq!(view["authority"]["returned_fen"], 100_000);
    assert_eq!(view["cash"]["without_movement_fen"], 200_000);
    assert_eq!(view["holds"], true);
    let nobody = format!("funds/{}/ledgers", fund(9));
    assert_eq!(world.get("reader", &world.path(&nobody)).status, 404);
}

#[test]
fn the_finance_bureau_sees_what_is_due_and_late_and_idle() {
    let world = county();
    let lines = ask(&world, "allocation-deadlines?on=2018-04-01");
    assert_eq!(lines[0]["unallocated_fen"], 600_000_000);
    assert_eq!(lines[0]["deadlines"][1]["due_on"], "2018-04-01");
    let lines = ask(&world, "spending-progress?on=2018-07-01");
    assert_eq!(lines[0]["paid_net_fen"], 200_000);
    assert_eq!(
        (&lines[0]["days"], &lines[0]["of_days"]),
        (&json!(182), &json!(365))
    );
    let view = ask(&world, "returned-payments?on=2018-05-31");
    assert_eq!(view["total_fen"], 100_000);
    assert_eq!(view["payments"]["entries"][0]["days"], 21);
    let view = ask(&world, "retention?on=2018-07-01");
    assert_eq!(view["due_fen"], 5_000);
    let view = ask(&world, "idle-money?on=2019-03-21");
    assert_eq!(view["over_1_year_fen"], 600_000_000 + 399_800_000);
    let shares = ask(&world, "purposes?budget_year=2018");
    assert_eq!(shares[0]["received_fen"], shares[0]["of_fen"]);
    let vague = world.get("reader", &world.path("retention?on=2018-07"));
    assert_eq!((vague.status, vague.code()), (400, "BAD_DATE".to_owned()));
}

#[test]
fn rectification_teams_see_recovery_and_conduct() {
    let world = county();
    let view = ask(&world, "recoveries");
    assert_eq!(view["total"]["required_fen"], 30_000);
    assert_eq!(view["units"][0]["money"]["open_fen"], 30_000);
    let reason = json!({"item": item(1), "reason": "证据不足"});
    world.record_on("inspector", "2018-12-01", "item.return_for_rework", reason);
    let view = ask(&world, "conduct");
    assert_eq!(view["total"]["closures_returned"], 1);
    assert_eq!(ask(&world, "common-problems")["total"], 0);
}

#[test]
fn a_reversed_record_names_the_one_that_reversed_it_and_an_entry_waits() {
    let world = county();
    let receipt = json!({"fund": fund(1), "amount_fen": 700, "document": "重复通知"});
    let adjustment =
        json!({"fund": fund(1), "delta_fen": 700, "reason": "追加", "document": "追加"});
    let more = observed(command("fund.receive", "2018-08-01", receipt.clone()));
    assert_eq!(world.post("finance", &more).status, 201);
    let seq = world.head();
    let event = format!("events/{seq}");
    assert_eq!(ask(&world, &event).get("reversed_by"), None);
    let reversal = json!({"subject": fund(1), "seq": seq, "amount_fen": 700, "reason": "重复"});
    world.record("finance", "record.reverse", reversal);
    assert_eq!(ask(&world, &event)["reversed_by"], seq + 1);
    let page = ask(&world, &format!("events?after_seq={}&limit=1", seq - 1));
    assert_eq!(page[0]["reversed_by"], seq + 1);

    let entry = Uuid::from_u128(0x1d << 96 | 0x4000_8000 << 48 | 1);
    let proposal = json!({"entry": entry, "command": {"fund": {"adjust": adjustment}}});
    world.record("finance", "entry.propose", proposal);
    let page = ask(&world, "entries?state=proposed");
    assert_eq!(page["entries"][0]["command"], "fund.adjust");
    assert_eq!(ask(&world, "entries?state=confirmed")["total"], 0);
}
