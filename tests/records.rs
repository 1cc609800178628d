//! Records put right over HTTP: a settlement taken back, a wording replaced, what rests on a record
//! named; and the same after a restart, with the chain whole.

use crate::harness::*;
use serde_json::{Value, json};
use uuid::Uuid;

fn reversal(subject: Uuid, seq: &Value, amount_fen: i64) -> Value {
    json!({"subject": subject, "seq": seq, "amount_fen": amount_fen, "reason": "重复入账"})
}

fn correction(subject: Uuid, seq: &Value, field: &str, to: &str) -> Value {
    json!({"subject": subject, "seq": seq, "field": field, "to": to, "reason": "文号录错"})
}

fn refuses(world: &World, word: &str, data: Value, status: u16, code: &str) -> Value {
    let head = world.head();
    let reply = world.send("finance", word, data);
    let found = (reply.status, reply.code());
    assert_eq!(found, (status, code.to_owned()), "{}", reply.text());
    assert_eq!(world.head(), head);
    reply.json()
}

/// Payment 1 of 30,000 fen, settled; the place of the settlement.
fn settled(world: &World) -> Value {
    let household = json!({"subject": person(HOUSEHOLDS + 1)});
    let order = instruction(1, household, 30_000);
    world.record("finance", "payment.instruct", order);
    let receipt = world.record("finance", "payment.settle", settlement(1, 30_000));
    receipt["first_seq"].clone()
}

/// What is committed, settled, returned, recovered and left of the batch's budgets.
fn totals(world: &World) -> [i64; 4] {
    let balance = world.data("reader", &format!("funds/{}", fund(1)));
    assert_eq!(balance["balanced"], true, "{balance:#}");
    let fields = [
        "committed_unpaid_fen",
        "settled_fen",
        "paid_net_fen",
        "available_fen",
    ];
    fields.map(|field| balance["totals"][field].as_i64().unwrap())
}

#[test]
fn a_settlement_is_taken_back_once_and_only_while_nothing_rests_on_it() {
    let mut world = spawn();
    world.found_county();
    let seq = settled(&world);
    assert_eq!(totals(&world), [0, 30_000, 30_000, 399_970_000]);

    let reverse = "record.reverse";
    let one = payment(1);
    let odd = reversal(one, &seq, 29_999);
    let problem = refuses(&world, reverse, odd, 409, "BAD_REVERSAL");
    assert_eq!(problem["field"], "data.amount_fen");
    let other = reversal(fund(1), &seq, 30_000);
    refuses(&world, reverse, other, 409, "BAD_REVERSAL");
    let beyond = reversal(one, &json!(9_999), 30_000);
    refuses(&world, reverse, beyond, 409, "BAD_REVERSAL");

    let mut told = reversal(one, &seq, 30_000);
    told["original"] = json!({"payment": {"settled": settlement(1, 30_000)}});
    let problem = refuses(&world, reverse, told, 422, "BAD_FIELD");
    assert_eq!(problem["field"], "data.original");

    // The return rests on the settlement; the refusal names whose it is.
    let back = world.record("finance", "payment.return", payment_return(1, 30_000));
    let undo = reversal(one, &seq, 30_000);
    let problem = refuses(&world, reverse, undo.clone(), 409, "BAD_REVERSAL");
    let title = problem["title"].as_str().unwrap();
    assert!(title.contains(&one.to_string()), "{title}");

    // First what rests, then what it rests on.
    let first = reversal(one, &back["first_seq"], 30_000);
    world.record("finance", reverse, first);
    assert_eq!(totals(&world), [0, 30_000, 30_000, 399_970_000]);
    world.record("finance", reverse, undo.clone());
    assert_eq!(totals(&world), [30_000, 0, 0, 399_970_000]);
    let view = world.data("reader", &format!("payments/{one}"));
    assert_eq!(view["state"]["word"], "instructed");
    refuses(&world, reverse, undo, 409, "BAD_REVERSAL");

    // The record stays, and beside it what takes it back.
    let log = world.events_after(&world.ledger.to_string(), seq.as_u64().unwrap() - 1);
    let words: Vec<_> = log.iter().map(|event| event["type"].clone()).collect();
    let expected = [
        "payment.settled",
        "payment.returned",
        "record.reversed",
        "record.reversed",
    ];
    assert_eq!(words, expected.map(Value::from));
    assert_eq!(log[3]["data"]["seq"], seq);
    assert_eq!(
        log[3]["data"]["original"]["payment"]["settled"]["amount_fen"],
        30_000
    );

    let ask = |world: &World| {
        let path = format!("payments/{one}");
        (totals(world), world.data("reader", &path), world.head())
    };
    let before = ask(&world);
    world.restart();
    assert_eq!(ask(&world), before);
    world.stop();
    let output = run(&["verify", world.dir.to_str().unwrap()], "");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn what_a_bank_took_back_is_stored_and_asked_about() {
    let world = spawn();
    world.found_county();
    let seq = settled(&world);
    world.record("finance", "payment.return", payment_return(1, 30_000));
    let undo = reversal(payment(1), &seq, 30_000);
    let fact = observed(command("record.reverse", "2018-08-02", undo));
    assert_eq!(world.post("finance", &fact).status, 201);
    let alerts = world.data("reader", "alerts?code=BAD_REVERSAL");
    assert_eq!(alerts["total"], 1);
    assert_eq!(totals(&world)[2], -30_000);
}

#[test]
fn a_document_is_corrected_and_both_wordings_stay_in_the_log() {
    let mut world = spawn();
    world.found_county();
    let log = world.events_after(&world.ledger.to_string(), 0);
    let announced = log.iter().find(|event| event["type"] == "fund.announced");
    let announced = announced.unwrap();
    let (seq, old) = (&announced["seq"], announced["data"]["document"].clone());
    let correct = "record.correct";
    let new = "云财农〔2018〕11号";

    let same = correction(fund(1), seq, "document", old.as_str().unwrap());
    refuses(&world, correct, same, 409, "BAD_REVERSAL");
    let amount = correction(fund(1), seq, "voucher", new);
    let problem = refuses(&world, correct, amount, 409, "BAD_REVERSAL");
    assert_eq!(problem["field"], "data.field");
    let long = correction(fund(1), seq, "document", &"长".repeat(81));
    refuses(&world, correct, long, 422, "BAD_FIELD");

    let before = totals(&world);
    let good = correction(fund(1), seq, "document", new);
    world.record("finance", correct, good);
    let shown = |world: &World| world.data("reader", &format!("funds/{}", fund(1)));
    assert!(
        shown(&world).to_string().contains(new),
        "{:#}",
        shown(&world)
    );
    assert_eq!(totals(&world), before);
    let record = world.data("inspector", &format!("events/{seq}"));
    assert_eq!(record["data"]["document"], old);
    let view = shown(&world);
    world.restart();
    assert_eq!(shown(&world)["name"], view["name"]);
    assert_eq!(shown(&world).to_string(), view.to_string());
}
