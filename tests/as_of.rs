//! A batch as of any day, and as it was known at any record (B1), over HTTP.

use crate::harness::*;
use serde_json::{Value, json};

fn as_of(world: &World, query: &str) -> Value {
    world.data("reader", &format!("funds/{}?{query}", fund(1)))
}

/// Received 1,000,000 fen; 900 instructed on the 10th, settled on the 11th, reversed later.
fn county() -> (World, u64) {
    let world = spawn();
    world.found_county();
    let builder = json!({"organisation": org(BUILDER)});
    let instruct = instruction(1, builder, 900);
    world.record_on("finance", "2018-08-10", "payment.instruct", instruct);
    let settled = world.record_on(
        "finance",
        "2018-08-11",
        "payment.settle",
        settlement(1, 900),
    );
    let seq = settled["first_seq"].as_u64().unwrap();
    (world, seq)
}

#[test]
fn a_day_counts_what_had_happened_by_then() {
    let (world, _) = county();
    let figures = |day: &str| {
        let balance = as_of(&world, &format!("on={day}"));
        assert_eq!(balance["balanced"], true, "{balance}");
        assert_eq!(balance["as_of"]["on"], day);
        let totals = &balance["totals"];
        (
            totals["committed_unpaid_fen"].as_i64().unwrap(),
            totals["paid_net_fen"].as_i64().unwrap(),
        )
    };
    assert_eq!(figures("2018-08-09"), (0, 0));
    assert_eq!(figures("2018-08-10"), (900, 0));
    assert_eq!(figures("2018-08-11"), (0, 900));
    let before = as_of(&world, "on=2017-01-01");
    assert_eq!(before["received_fen"], 0);
    assert_eq!(before["as_of"]["announced"], false);

    // Today's answer and that of today's day are the same, the note on it apart.
    let (now, mut then) = (as_of(&world, "min_seq=1"), as_of(&world, "on=2018-10-01"));
    assert!(now.get("as_of").is_none());
    then.as_object_mut().unwrap().remove("as_of");
    assert_eq!(now, then);
    let ledgers = |query: &str| {
        let path = format!("funds/{}/ledgers{query}", fund(1));
        world.data("reader", &path)
    };
    let mut then = ledgers("?on=2018-10-01");
    then.as_object_mut().unwrap().remove("as_of");
    assert_eq!(ledgers(""), then);
    let then = ledgers("?on=2018-08-10");
    assert_eq!(
        (&then["holds"], &then["commitment"]["committed_unpaid_fen"]),
        (&json!(true), &json!(900))
    );
}

#[test]
fn a_record_number_says_what_was_known_then() {
    let (world, settled) = county();
    let said = as_of(&world, "min_seq=1");
    let reversal = json!({"subject": payment(1), "seq": settled, "amount_fen": 900,
        "reason": "误记"});
    world.record_on("finance", "2018-09-01", "record.reverse", reversal);
    let paid = |query: &str| as_of(&world, query)["totals"]["paid_net_fen"].clone();
    assert_eq!(paid("on=2018-08-11"), 0, "now known to be wrong");
    assert_eq!(paid(&format!("on=2018-08-11&through_seq={settled}")), 900);
    assert_eq!(paid(&format!("on=2018-08-10&through_seq={settled}")), 0);
    let mut then = as_of(&world, &format!("through_seq={settled}"));
    let note = then.as_object_mut().unwrap().remove("as_of").unwrap();
    assert_eq!(note["through_seq"], settled);
    assert_eq!(then, said);
}

#[test]
fn a_month_counts_from_its_end_and_a_question_names_one_day() {
    let (world, _) = county();
    let more = json!({"fund": fund(1), "delta_fen": 5, "document": "补记", "reason": "调剂"});
    world.record_on("finance", "2018-08", "fund.adjust", more);
    let at_the_end = as_of(&world, "on=2018-08-31");
    let before = as_of(&world, "on=2018-08-30");
    let received = |it: &Value| it["received_fen"].as_i64().unwrap();
    assert_eq!(received(&at_the_end) - received(&before), 5);
    assert_eq!(before["as_of"]["uncertain"], 1);
    let coarse = &before["as_of"]["coarse_records"][0];
    assert_eq!(
        (&coarse["occurred_on"], &coarse["counts_from"]),
        (&json!("2018-08"), &json!("2018-08-31"))
    );

    let ask = |rest: &str| world.get("reader", &world.path(&format!("funds/{rest}")));
    let reply = ask(&format!("{}?on=2018-08", fund(1)));
    assert_eq!((reply.status, reply.code().as_str()), (400, "BAD_DATE"));
    assert_eq!(ask(&format!("{}?on=2018-08-10", fund(9))).status, 404);
    assert_eq!(
        world
            .get(
                "stranger",
                &world.path(&format!("funds/{}?on=2018-08-10", fund(1)))
            )
            .status,
        403
    );
}
