//! How rectification goes: common problems, what was put off or sent back, what came back.

use super::items::inspected;
use super::world::*;
use crate::common::common_problems;
use crate::conduct::conduct;
use crate::items::ItemFilter;
use crate::recoveries::recoveries;
use ledger::money::Fen;
use serde_json::{Value, json};

const OFFICE: u128 = 5;
const TOWN: u128 = 2;
const OTHER_TOWN: u128 = 3;

fn item(word: &str, number: u128, mut facts: Value) -> Value {
    facts["item"] = json!(id(Kind::Item, number));
    json!({"item": {word: facts}})
}

/// Item 1 is common, 2 and 3 are its cases; 20,000 must come back of case 2.
fn common() -> World {
    let mut world = inspected();
    for (number, responsible, required) in [(1, TOWN, 0), (2, TOWN, 20_000), (3, OTHER_TOWN, 0)] {
        let parent = (number > 1).then(|| id(Kind::Item, 1));
        let scope = if number == 1 { "common" } else { "individual" };
        let facts = json!({
            "number": format!("问题{number:03}"), "round": id(Kind::Round, 1),
            "category": "funds", "scope": scope, "parent": parent, "severity": "minor",
            "facts": "台账不全", "amount_involved_fen": required,
            "recovery_required_fen": required, "responsible_unit": unit(responsible),
            "deadline_rule": "inspection_feedback",
        });
        world.by(31, OFFICE).does(item("draft", number, facts));
        world.does(item("issue", number, json!({})));
    }
    world
}

#[test]
fn a_common_problem_counts_its_cases() {
    let mut world = common();
    let reason = json!({"reason": "不属实"});
    world.does(item("uphold_objection", 3, reason));
    let page = common_problems(
        &world.view,
        day("2018-10-01"),
        &ItemFilter::default(),
        0,
        10,
    );
    let problem = page.entries.first().unwrap();
    assert_eq!((page.total, problem.children.len()), (1, 2));
    assert_eq!((problem.open, problem.closed), (1, 0));
    assert_eq!((problem.ended_otherwise, problem.overdue), (1, 1));
}

#[test]
fn a_unit_answers_for_what_was_put_off_and_sent_back() {
    let mut world = common();
    world.by(10, TOWN).does(item("acknowledge", 2, json!({})));
    for _ in 0..2 {
        let plan = json!({"plan": "补齐台账", "document": "方案"});
        world.by(10, TOWN).does(item("submit_plan", 2, plan));
        let reason = json!({"reason": "不具体"});
        world.by(20, 6).does(item("return_plan", 2, reason));
    }
    let view = conduct(&world.view, world.today, &ItemFilter::default());
    assert_eq!((view.total.items, view.total.items_concerned), (3, 1));
    let town = view
        .units
        .iter()
        .find(|it| it.unit.organisation == unit(TOWN));
    let town = town.unwrap().figures;
    assert_eq!((town.items, town.plans_returned, town.reopened), (2, 2, 0));
    let other = view
        .units
        .iter()
        .find(|it| it.unit.organisation == unit(OTHER_TOWN));
    assert_eq!(other.unwrap().figures.plans_returned, 0);
}

#[test]
fn recovery_is_demanded_received_and_waived() {
    let mut world = common();
    let money = |fen: i64| json!({"amount_fen": fen, "reference": "单据"});
    world.sees(item("demand_recovery", 2, money(25_000)));
    world.sees(item("receive_recovery", 2, money(9_000)));
    let waiver = json!({"amount_fen": 1_000, "authority": "县财政局", "reason": "死亡"});
    world.sees(item("waive_recovery", 2, waiver));
    let view = recoveries(&world.view, world.today, &ItemFilter::default(), 0, 10);
    let money = |fen| Fen::new(fen).unwrap();
    assert_eq!(
        (view.total.items, view.total.required_fen),
        (1, money(25_000))
    );
    assert_eq!(view.total.demanded_fen, money(25_000));
    assert_eq!(
        (view.total.received_fen, view.total.waived_fen),
        (money(9_000), money(1_000))
    );
    assert_eq!(view.total.open_fen, money(15_000));
    assert_eq!(
        (view.units.len(), view.rounds.len(), view.items.total),
        (1, 1, 1)
    );
    assert_eq!(view.units.first().unwrap().money, view.total);
}
