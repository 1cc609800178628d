//! Promised: a project that was half-finished before the book is taken over by two persons, as the
//! first record of each of its subjects; what comes after counts what was before; a trace ends
//! there as 建账前.

use crate::harness::*;
use serde_json::{Value, json};
use uuid::Uuid;

fn entry(number: u64) -> Uuid {
    measure(700 + number)
}

fn cut_over() -> Value {
    json!({"on": "2017-12-31", "document": "青财〔2018〕期初"})
}

impl World {
    fn proposes(&self, who: &str, number: u64, noun: &str, facts: &Value) -> Reply {
        let command = json!({noun: {"take_over": facts}});
        let proposal = json!({"entry": entry(number), "command": command});
        self.send(who, "entry.propose", proposal)
    }

    fn takes_over(&self, people: [&str; 2], number: u64, noun: &str, facts: &Value) {
        let [first, second] = people;
        let proposed = self.proposes(first, number, noun, facts);
        assert_eq!(proposed.status, 201, "{noun}: {}", proposed.text());
        self.record(second, "entry.confirm", json!({"entry": entry(number)}));
    }
}

const FINANCE: [&str; 2] = ["finance", "finance2"];

/// Started in 2017, with its money approved.
fn project_before() -> Value {
    json!({
        "entry": {
            "project": project(1), "number": "QS-2017-001", "name": "龙潭乡产业路一期",
            "implementing_unit": org(TOWN), "area": org(TOWN), "content": "硬化村组道路",
            "performance_target": "受益 300 户",
            "planned": [{"source_kind": "province", "amount_fen": 1_000_000}],
            "planned_fen": 1_000_000,
        },
        "cut_over": cut_over(), "state": "in_progress", "started_on": "2017-05",
        "budget": [{"source_kind": "province", "amount_fen": 1_000_000}],
        "gates": [{"gate": "tendering", "result": "passed"}],
    })
}

/// Of 2,000,000 fen the project has 1,000,000, of which 300,000 were paid.
fn fund_before() -> Value {
    json!({
        "announcement": announcement(1, 2_000_000), "cut_over": cut_over(),
        "received_fen": 2_000_000, "reclaimed_from_top_fen": 0,
        "lines": [{"from": org(COUNTY), "to": to_project(1), "amount_fen": 1_000_000}],
        "spent": [{"project": project(1), "settled_fen": 310_000, "returned_fen": 10_000}],
    })
}

/// Of 1,000,000 fen 40% may be paid by now, and 300,000 were.
fn contract_before() -> Value {
    json!({
        "signing": {
            "contract": contract(1), "project": project(1), "number": "QSHT-2017-001",
            "name": "产业路硬化施工合同", "supplier": org(BUILDER), "price_fen": 900_000,
            "retention_bp": 1000, "document": "QSHT-2017-001",
            "stages": [
                {"trigger": "signing", "cumulative_cap_bp": 4000},
                {"trigger": "acceptance", "cumulative_cap_bp": 9000},
                {"trigger": "retention_end", "cumulative_cap_bp": 10000},
            ],
        },
        "cut_over": cut_over(), "signed_on": "2017-04-01", "changes_delta_fen": 100_000,
        "paid_fen": 300_000, "reached_stage": 1,
    })
}

fn item_before() -> Value {
    json!({
        "draft": {
            "item": item(1), "number": "1-01", "round": round(1), "category": "funds",
            "scope": "individual", "severity": "serious", "facts": "补助资金滞留",
            "amount_involved_fen": 30_000, "recovery_required_fen": 20_000,
            "responsible_unit": org(TOWN), "deadline_rule": "half_year",
        },
        "cut_over": {"on": "2018-07-15", "document": "曲巡〔2018〕期初"},
        "state": "in_progress", "issued_on": "2018-06-20", "extensions": ["2019-01-31"],
        "suspended_days": 3, "demanded_fen": 20_000, "received_fen": 15_000, "waived_fen": 0,
    })
}

fn pay(number: u64, amount_fen: i64) -> Value {
    let mut data = instruction(number, json!({"organisation": org(BUILDER)}), amount_fen);
    data["kind"] = json!("progress");
    data["contract"] = json!(contract(1));
    data
}

/// Everything that was there before, recorded by two.
fn taken_over() -> World {
    let world = spawn();
    world.register_units();
    world.takes_over(FINANCE, 1, "project", &project_before());
    world.takes_over(FINANCE, 2, "fund", &fund_before());
    world.takes_over(FINANCE, 3, "contract", &contract_before());
    world.round_opened(1, "2018-06-15");
    world.takes_over(["inspector", "verifier"], 4, "item", &item_before());
    world
}

#[test]
fn nobody_takes_over_alone_nor_after_the_first_record() {
    let world = spawn();
    world.register_units();
    let alone = world.send("finance", "project.take_over", project_before());
    assert_eq!(alone.code(), "BAD_FIELD", "{}", alone.text());
    assert_eq!(alone.json()["field"], "data.cut_over");
    let proposed = world.proposes("finance", 1, "project", &project_before());
    assert_eq!(proposed.status, 201, "{}", proposed.text());
    let same = world.send("finance", "entry.confirm", json!({"entry": entry(1)}));
    assert_eq!(same.code(), "SAME_PERSON");
    // In between somebody begins the project in the ordinary way: the opening comes too late.
    world.project_entered(1, 1_000_000);
    let late = world.send("finance2", "entry.confirm", json!({"entry": entry(1)}));
    assert_eq!(late.code(), "ALREADY_EXISTS", "{}", late.text());
    let late = world.proposes("finance", 2, "project", &project_before());
    assert_eq!(late.code(), "ALREADY_EXISTS");
}

#[test]
fn a_half_finished_project_goes_on() {
    let world = taken_over();
    let view = world.data("reader", &format!("projects/{}", project(1)));
    assert_eq!(view["state"]["word"], "in_progress");
    assert_eq!(view["life"]["opening"]["text_zh"], "建账前");

    // 40% of 1,000,000 less the 300,000 that were paid.
    let early = world.send("finance", "payment.instruct", pay(1, 100_001));
    assert_eq!(early.code(), "STAGE_CAP", "{}", early.text());
    world.record("finance", "payment.instruct", pay(1, 100_000));
    let settlement = json!({"payment": payment(1), "amount_fen": 100_000,
        "bank_reference": "YH-0001"});
    world.record("finance2", "payment.settle", settlement);

    let contract = world.data("reader", &format!("contracts/{}", contract(1)));
    assert_eq!(contract["paid_fen"], 400_000);
    assert_eq!(contract["opening"]["paid_fen"], 300_000);
    let balance = world.data("reader", &format!("funds/{}", fund(1)));
    assert_eq!(balance["balanced"], true, "{balance}");
    assert_eq!(balance["totals"]["paid_net_fen"], 400_000);
    assert_eq!(balance["totals"]["before_book_fen"], 300_000);

    let item = world.data("inspector", &format!("items/{}", item(1)));
    assert_eq!(item["opening"]["text_zh"], "建账前");
    assert_eq!(item["recovery"]["received_fen"], 15_000);
    assert_eq!(item["due_on"], "2019-02-03", "{item}");
}

#[test]
fn a_trace_ends_before_the_book() {
    let world = taken_over();
    world.record("finance", "payment.instruct", pay(1, 100_000));
    let forward = world.data("reader", &format!("funds/{}/trace", fund(1)));
    assert_eq!(forward["adds_up"], true, "{forward}");
    assert_eq!(forward["opening"]["text_zh"], "建账前");
    assert_eq!(forward["opening"]["on"], "2017-12-31");
    assert_eq!(forward["explained"]["before_book_fen"], 300_000);
    let back = world.data("reader", &format!("payments/{}/trace", payment(1)));
    let source = &back["sources"][0];
    assert_eq!(source["opening"]["document"], "青财〔2018〕期初");
    assert_eq!(source["links"].as_array().unwrap().len(), 1);
}
