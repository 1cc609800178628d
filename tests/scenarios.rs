//! The acceptance scenarios 2, 6 and 12 of the domain model, as far as today's nouns cover them,
//! and the story of a payment that comes back: each told over HTTP from its beginning, with every
//! answer that matters.

mod several_units;

use crate::harness::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

fn county() -> World {
    let world = spawn();
    world.found_county();
    world
}

#[test]
fn four_villages_share_a_batch_and_a_fifth_gets_not_one_fen() {
    let world = spawn();
    world.register_units();
    world.fund_received(1, 400_000_000);
    let village = |place: u64, fen| allocation(1, COUNTY, to_unit(VILLAGE + place), fen);
    for place in 0..4 {
        world.record("finance", "fund.allocate", village(place, 100_000_000));
    }
    let head = world.head();

    let fifth = command("fund.allocate", "2018-08-01", village(4, 1));
    let refused = world.post("finance", &fifth);
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "OVER_ALLOCATED")
    );
    assert_eq!(refused.json()["field"], "data.amount_fen");
    assert_eq!(world.head(), head);
    let balance = world.data("reader", &format!("funds/{}", fund(1)));
    assert_eq!(balance["unallocated_fen"], 0);
    assert_eq!(balance["allocated_fen"], 400_000_000);
    assert_eq!(balance["nodes"].as_array().unwrap().len(), 5);
    assert_eq!(balance["balanced"], true);
    assert_eq!(world.data("reader", "alerts")["total"], 0);

    // What was refused as an order is stored as a fact, and raises a question.
    let stored = world.post("finance", &observed(fifth));
    assert_eq!(stored.status, 201, "{}", stored.text());
    let alerts = world.data("reader", "alerts?code=OVER_ALLOCATED");
    assert_eq!(alerts["total"], 1);
    assert_eq!(alerts["entries"][0]["seq"], stored.json()["first_seq"]);
    assert_eq!(alerts["entries"][0]["subject"], json!(fund(1)));
    let balance = world.data("reader", &format!("funds/{}", fund(1)));
    assert_eq!(balance["unallocated_fen"], -1);
    assert_eq!(balance["holders_sum_fen"], 400_000_000);
    assert_eq!(balance["balanced"], true);
}

const ACCOUNT: u128 = 0x0b << 96 | 0x4000_8000 << 48 | 1;

fn line(number: u128) -> Uuid {
    Uuid::from_u128(0x0f << 96 | 0x4000_8000 << 48 | number)
}

/// The unit says that money came back, and the bank's statement has a line of it; the match that
/// is still to be confirmed.
fn comes_back(world: &World, number: u128, amount_fen: i64) -> Value {
    let reference = format!("ZH-{number}");
    let money = json!({"item": item(1), "amount_fen": amount_fen, "reference": reference});
    let receipt = world.record_on("worker", "2018-09-03", "item.receive_recovery", money);
    let entry = json!({"line": line(number), "account": Uuid::from_u128(ACCOUNT),
        "value_date": "2018-09-03", "direction": "in", "amount_fen": amount_fen,
        "bank_sequence": reference});
    world.record_on("finance", "2018-09-03", "bank_line.enter", entry);
    let recovery = json!({"item": item(1), "seq": receipt["first_seq"]});
    json!({"line": line(number), "target": {"recovery": recovery}})
}

/// What came back counts here once a bank line is matched with it.
fn counts_by_bank_line(world: &World) {
    let policy = json!({"paper_signatures": false, "recoveries_by_bank_line": true,
        "document": "青纪发〔2018〕9号"});
    world.record_on("admin", "2018-01-02", "ledger.set_policy", policy);
    let opening = json!({"account": Uuid::from_u128(ACCOUNT), "kind": "fiscal_special",
        "owner": org(BUREAU), "bank": "曲河农商行青石支行", "masked_number": "****0001"});
    world.record_on("finance", "2018-01-02", "account.open", opening);
}

fn refuses(world: &World, who: &str, step: &str, data: Value, code: &str) {
    let reply = world.send_on(who, "2018-09-01", &format!("item.{step}"), data);
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (409, code),
        "{}",
        reply.text()
    );
}

#[test]
fn an_item_is_closed_by_others_with_proof_and_with_all_the_money_back() {
    let world = county();
    counts_by_bank_line(&world);
    world.closing_requested(1, 10_000);
    world.measure_finished(1);
    let this = json!({"item": item(1)});
    let look = || world.data("reader", &format!("items/{}", item(1)));

    // Two who did not ask for it and are not of the town verify; then a third one closes.
    refuses(
        &world,
        "worker",
        "verify",
        verification(1),
        "NOT_INDEPENDENT",
    );
    world.record_on("verifier", "2018-09-01", "item.verify", verification(1));
    refuses(
        &world,
        "verifier",
        "verify",
        verification(1),
        "NOT_INDEPENDENT",
    );
    assert_eq!(look()["state"]["word"], "closure_requested");
    world.record_on("verifier2", "2018-09-01", "item.verify", verification(1));
    assert_eq!(look()["state"]["word"], "verified");
    refuses(&world, "verifier", "close", this.clone(), "NOT_INDEPENDENT");
    refuses(&world, "worker2", "close", this.clone(), "NOT_INDEPENDENT");
    refuses(&world, "overseer", "close", this.clone(), "NOT_INDEPENDENT");

    // 10,000 fen demanded, 9,999 received: one fen keeps it open.
    let demand = json!({"item": item(1), "amount_fen": 10_000, "reference": "ZH-1"});
    world.record_on("inspector", "2018-09-02", "item.demand_recovery", demand);
    let most = comes_back(&world, 1, 9_999);
    world.record_on("finance2", "2018-09-03", "bank_line.confirm", most);
    refuses(&world, "closer", "close", this.clone(), "RECOVERY_OPEN");
    assert_eq!(look()["recovery"]["open_fen"], 1);
    // The last fen is said to be back, and counts once its bank line is matched, by another hand
    // than that which entered the line.
    let last_fen = comes_back(&world, 2, 1);
    assert_eq!(look()["recovery"]["received_fen"], 10_000);
    assert_eq!(look()["recovery"]["matched_fen"], 9_999);
    refuses(&world, "closer", "close", this.clone(), "RECOVERY_OPEN");
    let reply = world.send("finance", "bank_line.confirm", last_fen.clone());
    assert_eq!((reply.status, reply.code().as_str()), (409, "SAME_PERSON"));
    world.record_on("finance2", "2018-09-04", "bank_line.confirm", last_fen);
    assert_eq!(look()["recovery"]["open_fen"], 0);
    let lines = world.data("reader", "bank-lines?state=matched");
    assert_eq!(lines["lines"]["total"], 2);
    world.record_on("closer", "2018-09-05", "item.close", this.clone());
    assert_eq!(look()["state"]["word"], "closed");
    let undone = json!({"line": line(2), "reason": "串户"});
    let reply = world.send("finance2", "bank_line.revoke", undone);
    assert_eq!((reply.status, reply.code().as_str()), (409, "BAD_REVERSAL"));
    assert!(
        reply.text().contains(&item(1).to_string()),
        "{}",
        reply.text()
    );
    let completion = world.data("reader", "completion");
    assert_eq!(completion["total"]["closed"], 1);
    assert_eq!(completion["total"]["denominator"], 1);

    // A look back by somebody who took no part fails: open again, the old names stay.
    let found = json!({"item": item(1), "reason": "三户仍未收到"});
    refuses(
        &world,
        "closer",
        "fail_lookback",
        found.clone(),
        "NOT_INDEPENDENT",
    );
    world.record_on("inspector", "2018-09-20", "item.fail_lookback", found);
    let view = look();
    assert_eq!(view["state"]["word"], "in_progress");
    assert_eq!(view["reopen_count"], 1);
    let closing = &view["closings"][0];
    assert_eq!(closing["requester"], json!(who("worker")));
    assert_eq!(
        closing["verifiers"],
        json!([who("verifier"), who("verifier2")])
    );
    assert_eq!(closing["closer"], json!(who("closer")));
    assert_eq!(world.data("reader", "completion")["total"]["closed"], 0);
    // Due two months after the feedback, and by the fifteen days later for which others looked at
    // what the town had done; the days of a closing that did not hold are its own.
    assert_eq!(view["due_base"], "2018-09-28");
    assert_eq!(
        (&view["due_on"], &view["review_days"]),
        (&json!("2018-10-13"), &json!(15))
    );
    for (today, days) in [("2018-10-13", 0), ("2018-10-16", 3)] {
        let due = world.data("reader", &format!("tasks/due?today={today}"));
        assert_eq!(due["entries"][0]["overdue_days"], days);
    }
}

#[test]
fn an_item_without_proof_is_not_closed() {
    let world = county();
    world.closing_requested(1, 0);
    world.measure_finished(1);
    let retraction = json!({"item": item(1), "sha256": proof_sha256(1), "reason": "误传"});
    world.record_on("worker", "2018-08-22", "item.retract_evidence", retraction);
    for verifier in ["verifier", "verifier2"] {
        world.record_on(verifier, "2018-09-01", "item.verify", verification(1));
    }
    refuses(
        &world,
        "closer",
        "close",
        json!({"item": item(1)}),
        "EVIDENCE_MISSING",
    );
    // What two have verified stays as they saw it, until it is sent back.
    let late = world.send_on("worker", "2018-09-02", "item.add_evidence", evidence(1, 1));
    assert_eq!((late.status, late.code().as_str()), (422, "BAD_FIELD"));
    let this = json!({"item": item(1)});
    let reason = json!({"item": item(1), "reason": "佐证缺失"});
    world.record_on("inspector", "2018-09-02", "item.return_for_rework", reason);
    world.record_on("worker", "2018-09-03", "item.add_evidence", evidence(1, 1));
    world.record_on("worker", "2018-09-04", "item.request_closure", this.clone());
    for verifier in ["verifier", "verifier2"] {
        world.record_on(verifier, "2018-09-05", "item.verify", verification(1));
    }
    world.record_on("closer", "2018-09-06", "item.close", this);
}

#[test]
fn a_payment_comes_back_and_is_paid_again_by_one_command_of_two_records() {
    let world = county();
    let household = json!({"subject": person(HOUSEHOLDS + 1)});
    world.record(
        "finance",
        "payment.instruct",
        instruction(1, household, 30_000),
    );
    world.record("finance", "payment.settle", settlement(1, 30_000));
    let early = world.send("finance", "payment.reissue", reissue(2, 1));
    assert_eq!(
        (early.status, early.code().as_str()),
        (409, "BAD_TRANSITION")
    );
    world.record("finance", "payment.return", payment_return(1, 30_000));

    let receipt = world.record("finance", "payment.reissue", reissue(2, 1));
    let (first, last) = (
        receipt["first_seq"].as_u64().unwrap(),
        receipt["last_seq"].as_u64(),
    );
    assert_eq!(last, Some(first + 1));
    assert_eq!(receipt["positions"].as_array().unwrap().len(), 2);
    for (part, word) in [(1, "payment.instructed"), (2, "payment.reissued")] {
        let event = world.data("inspector", &format!("events/{}", first + part - 1));
        assert_eq!(event["type"], word);
        assert_eq!((&event["part"], &event["parts"]), (&json!(part), &json!(2)));
        assert_eq!(event["command_id"], receipt["command_id"]);
    }
    let old = world.data("reader", &format!("payments/{}", payment(1)));
    assert_eq!(old["state"]["word"], "reissued");
    assert_eq!(old["reissued_by"], json!(payment(2)));
    let new = world.data("reader", &format!("payments/{}", payment(2)));
    assert_eq!(new["reissue_of"], json!(payment(1)));
    assert_eq!(new["open_fen"], 30_000);
    let again = world.send("finance", "payment.reissue", reissue(3, 1));
    assert_eq!(again.code(), "BAD_TRANSITION");

    world.record("finance", "payment.settle", settlement(2, 30_000));
    let balance = world.data("reader", &format!("funds/{}", fund(1)));
    let totals = &balance["totals"];
    assert_eq!(totals["settled_fen"], 60_000);
    assert_eq!(totals["returned_fen"], 30_000);
    assert_eq!(totals["paid_net_fen"], 30_000);
    assert_eq!(totals["available_fen"], 400_000_000 - 30_000);
    assert_eq!(balance["balanced"], true);
}

#[test]
fn a_household_that_did_not_receive_raises_an_alert_and_every_fen_is_accounted_for() {
    let world = county();
    let (first, second) = (HOUSEHOLDS + 1, HOUSEHOLDS + 2);
    for (number, household) in [(1, first), (2, second), (3, first)] {
        let payee = json!({"subject": person(household)});
        world.record(
            "finance",
            "payment.instruct",
            instruction(number, payee, 20_000),
        );
        world.record("finance", "payment.settle", settlement(number, 20_000));
    }
    let own = world.send(
        "finance",
        "receipt.confirm",
        receipt(1, first, "received", 20_000),
    );
    assert_eq!((own.status, own.code().as_str()), (409, "SAME_PERSON"));
    world.record(
        "inspector",
        "receipt.confirm",
        receipt(1, first, "received", 20_000),
    );
    let missed = receipt(2, second, "not_received", 0);
    let missed = world.record("inspector", "receipt.confirm", missed);

    let alerts = world.data("reader", "alerts");
    assert_eq!(alerts["total"], 1);
    let alert = &alerts["entries"][0];
    assert_eq!(alert["code"], "RECEIPT_DISPUTED");
    assert_eq!(alert["seq"], missed["first_seq"]);
    assert!(alert["text_zh"].as_str().unwrap().contains("未收到"));
    assert_eq!(
        world.data("reader", &format!("alerts?subject={}", person(second)))["total"],
        1
    );
    assert_eq!(
        world.data("reader", &format!("alerts?subject={}", person(first)))["total"],
        0
    );

    // Equation 5: confirmed + unconfirmed + disputed = settled to persons, less what came back.
    let benefit = world.data("reader", "benefit");
    let parts = [
        "confirmed_fen",
        "unconfirmed_fen",
        "disputed_fen",
        "settled_net_fen",
    ];
    let total = parts.map(|part| benefit["total"][part].as_i64().unwrap());
    assert_eq!(total, [20_000, 20_000, 20_000, 60_000]);
    assert_eq!(benefit["holds"], true);
    let trace = world.data("reader", &format!("funds/{}/trace", fund(1)));
    assert_eq!(trace["adds_up"], true);
    assert_eq!(trace["unexplained"]["paid_disputed_fen"], 20_000);
    assert_eq!(trace["unexplained"]["paid_unconfirmed_fen"], 20_000);
}

/// Every GET route, for every subject that any record names: the path and the answer.
fn everything(world: &World) -> BTreeMap<String, Vec<u8>> {
    let events = world.events_after(&world.ledger.to_string(), 0);
    let mut ids = BTreeSet::new();
    for event in &events {
        collect(&event["data"], &mut ids);
    }
    assert!(ids.len() > 25, "{ids:?}");
    let document = world.get("reader", "/openapi.json").json();
    let mut answers = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        // A stream never ends; what is published comes a moment after what is recorded.
        let moving = [
            "/stream",
            "/proof",
            "/checkpoint",
            "/v1/log",
            "/readyz",
            "/metrics",
        ];
        let moving = moving.iter().any(|end| path.ends_with(end));
        if methods.get("get").is_none() || moving {
            continue;
        }
        let path = path.replace("{ledger}", &world.ledger.to_string());
        let filled: Vec<String> = if path.contains("{id}") {
            ids.iter()
                .map(|id| path.replace("{id}", &id.to_string()))
                .collect()
        } else if path.contains("{seq}") {
            let seqs = 1..=events.len();
            seqs.map(|seq| path.replace("{seq}", &seq.to_string()))
                .collect()
        } else if path.contains("{kind}") {
            printouts_of(&path, &ids)
        } else {
            vec![path]
        };
        for path in filled {
            for who in ["inspector", "reader"] {
                let reply = world.get(who, &path);
                let mut body = reply.body;
                if path.contains("/printouts/") {
                    body = without_the_moment(&body);
                }
                answers.insert(format!("{who} {} {path}", reply.status), body);
            }
        }
    }
    let system = world.get("inspector", "/v1/ledgers/system/events?limit=1000");
    answers.insert("the system ledger".to_owned(), system.body);
    answers
}

fn collect(value: &Value, ids: &mut BTreeSet<Uuid>) {
    match value {
        Value::String(text) => ids.extend(Uuid::parse_str(text).ok()),
        Value::Array(values) => values.iter().for_each(|value| collect(value, ids)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, ids)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn a_replay_from_zero_gives_every_answer_again_byte_for_byte() {
    let mut world = county();
    let household = json!({"subject": person(HOUSEHOLDS + 1)});
    world.record(
        "finance",
        "payment.instruct",
        instruction(1, household, 30_000),
    );
    world.record("finance", "payment.settle", settlement(1, 30_000));
    world.record("finance", "payment.return", payment_return(1, 30_000));
    world.record("finance", "payment.reissue", reissue(2, 1));
    let over = allocation(1, COUNTY, to_unit(VILLAGE), 900_000_000);
    let over = observed(command("fund.allocate", "2018-08-01", over));
    assert_eq!(world.post("finance", &over).status, 201);
    let tour = json!({"milestone": milestone(1), "project": project(1), "name": "路基",
        "total": 12, "unit": "公里", "weighting": "quantity", "weight": 3});
    world.record("worker", "milestone.define", tour);
    let progress = json!({"milestone": milestone(1), "done": 5, "total": 12, "unit": "公里",
        "weighting": "quantity"});
    world.record("worker", "milestone.report", progress.clone());
    world.record("inspector", "milestone.verify", progress);
    world.closing_requested(1, 10_000);
    world.record_on("verifier", "2018-09-01", "item.verify", verification(1));
    let draft = draft(2, 0);
    world.record_on("inspector", "2018-08-01", "item.draft", draft);

    let before = everything(&world);
    let good = before.keys().filter(|key| key.contains(" 200 ")).count();
    assert!(good > 200, "only {good} answers say something");
    world.restart();
    compare(&before, &everything(&world));

    // The same with nothing but the journal: sled's copy is built anew from it.
    world.stop();
    std::fs::remove_dir_all(world.dir.join("sled")).unwrap();
    world.start();
    compare(&before, &everything(&world));
}

/// Every printout, of every subject where it is of one.
fn printouts_of(path: &str, ids: &BTreeSet<Uuid>) -> Vec<String> {
    let mut paths = Vec::new();
    for kind in printouts::Kind::ALL {
        let path = path.replace("{kind}", kind.word());
        match kind.about() {
            None => paths.push(format!("{path}?format=csv")),
            Some(about) => {
                paths.extend(
                    ids.iter()
                        .map(|id| format!("{path}?format=csv&{about}={id}")),
                );
            }
        }
    }
    paths
}

/// A printout without the moment at which it was asked for.
fn without_the_moment(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    let lines = text.lines().filter(|line| !line.starts_with("打印时间,"));
    lines.collect::<Vec<_>>().join("\n").into_bytes()
}

fn compare(before: &BTreeMap<String, Vec<u8>>, after: &BTreeMap<String, Vec<u8>>) {
    assert!(before.keys().eq(after.keys()));
    for (question, answer) in before {
        let again = &after[question];
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(
            answer == again,
            "{question}:\n{}\n{}",
            shown(answer),
            shown(again)
        );
    }
}
