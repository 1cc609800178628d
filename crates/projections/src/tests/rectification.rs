//! How rectification goes: common problems, what was put off or sent back, what came back.

use super::items::inspected;
use super::money::fen;
use super::world::*;
use crate::alerts::Filter;
use crate::common::common_problems;
use crate::conduct::conduct;
use crate::items::{ItemFilter, item_lines};
use crate::recoveries::recoveries;
use crate::tasks::{Grouping, completion, reviews};
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

/// An item of which 1,000 fen must come back.
fn owes(world: &mut World, number: u128, responsible: u128) {
    owes_as_draft(world, number, responsible);
    world.does(item("issue", number, json!({})));
}

fn owes_as_draft(world: &mut World, number: u128, responsible: u128) {
    let facts = json!({
        "number": format!("问题{number:03}"), "round": id(Kind::Round, 1), "category": "funds",
        "scope": "individual", "severity": "minor", "facts": "台账不全",
        "amount_involved_fen": 1_000, "recovery_required_fen": 1_000,
        "responsible_unit": unit(responsible), "cooperating_units": [unit(7)],
        "lead_unit": unit(6), "deadline_rule": "inspection_feedback",
    });
    world.by(31, OFFICE).does(item("draft", number, facts));
}

#[test]
fn each_way_by_which_money_came_back_is_shown_apart_and_overlapping_money_is_summed_once() {
    let mut world = inspected();
    owes(&mut world, 1, TOWN);
    owes(&mut world, 2, OTHER_TOWN);
    let back = |amount: i64| json!({"amount_fen": amount, "reference": "票据1"});
    world
        .by(10, TOWN)
        .does(item("receive_recovery", 1, back(300)));
    let mut treasury = back(200);
    treasury["way"] = json!("non_tax");
    world
        .by(31, OFFICE)
        .does(item("receive_recovery", 1, treasury));
    let all = ItemFilter::default();
    let shown = |world: &World| recoveries(&world.view, world.today, &all, 0, 10);
    let total = shown(&world).total;
    assert_eq!((total.items, total.required_fen), (2, fen(2_000)));
    assert_eq!(
        (total.received_fen, total.unmatched_fen),
        (fen(500), fen(300))
    );
    assert_eq!((total.non_tax_fen, total.offset_fen), (fen(200), Fen::ZERO));
    assert_eq!(total.open_fen, fen(1_500));

    let with = json!({"with": id(Kind::Item, 1), "reason": "同一笔资金"});
    world.by(31, OFFICE).does(item("link_overlap", 2, with));
    let page = shown(&world);
    assert_eq!((page.total.items, page.total.required_fen), (1, fen(1_000)));
    assert_eq!(
        (page.overlapping.items, page.overlapping.open_fen),
        (1, fen(1_000))
    );
    let counted: Vec<_> = page.items.entries.iter().map(|it| it.counted).collect();
    assert_eq!(counted, [true, false]);
    let rates = completion(&world.view, world.today, Grouping::Unit, &all).total;
    assert_eq!((rates.denominator, rates.overlapping), (1, 1));
}

/// One receipt may be for several items, so that it is a question, which control asks as well.
#[test]
fn a_treasury_receipt_that_is_named_for_two_items_is_an_alert() {
    let mut world = inspected();
    owes(&mut world, 1, TOWN);
    owes(&mut world, 2, OTHER_TOWN);
    let receipt = |number: u128, reference: &str, way: &str| {
        let facts = json!({"amount_fen": 500, "reference": reference, "way": way});
        item("receive_recovery", number, facts)
    };
    let asked = |world: &World| {
        let filter = Filter {
            code: Some("ALREADY_EXISTS"),
            ..Filter::default()
        };
        let alerts = world.view.alerts.list(&world.view.timeline, filter, 0, 10);
        let told = alerts.entries.into_iter().map(|alert| {
            assert_eq!(alert.field, Some("reference"));
            (alert.seq, alert.text)
        });
        told.collect::<Vec<_>>()
    };
    world.by(31, OFFICE).does(receipt(1, "缴款书1", "non_tax"));
    world.does(receipt(2, "缴款书2", "non_tax"));
    assert_eq!(asked(&world), []);
    // By its own clerk's word, without a way, it is a bank line's number and no receipt's.
    let line = json!({"amount_fen": 1, "reference": "缴款书1"});
    world.does(item("receive_recovery", 2, line));
    assert_eq!(asked(&world), []);
    world.does(receipt(2, "缴款书1", "non_tax"));
    let first = world.view.head().unwrap().seq;
    world.sees(receipt(1, "缴款书2", "non_tax"));
    let of = |number: u128| format!("{} exists already", id(Kind::Item, number));
    assert_eq!(asked(&world), [(first, of(1)), (first + 1, of(2))]);
}

/// What a merged item still owed is owed by the one that goes on: nothing is lost from the sum.
#[test]
fn a_merger_moves_what_is_owed_and_the_sum_stays() {
    let mut world = inspected();
    owes(&mut world, 1, TOWN);
    owes(&mut world, 2, OTHER_TOWN);
    let back = json!({"amount_fen": 300, "reference": "票据1"});
    world.by(10, TOWN).does(item("receive_recovery", 1, back));
    let into = json!({"into": id(Kind::Item, 2), "reason": "同一问题"});
    world.by(31, OFFICE).does(item("merge", 1, into));
    let page = recoveries(&world.view, world.today, &ItemFilter::default(), 0, 10);
    let required: Vec<_> = page
        .items
        .entries
        .iter()
        .map(|it| it.money.required_fen)
        .collect();
    assert_eq!(required, [fen(300), fen(1_700)]);
    assert_eq!(
        (page.total.required_fen, page.total.open_fen),
        (fen(2_000), fen(1_700))
    );
}

/// Else an import that was taken back and comes again would ask for the money twice.
#[test]
fn what_asks_for_nothing_any_more_is_in_no_sum() {
    let mut world = inspected();
    for number in [1, 2, 3, 4] {
        owes_as_draft(&mut world, number, TOWN);
    }
    world.does(item("issue", 1, json!({})));
    world.does(item("issue", 2, json!({})));
    let reason = json!({"reason": "导入有误"});
    world.does(item("uphold_objection", 2, reason.clone()));
    world.does(item("discard", 3, reason));
    let paper = json!({"closed_on": "2017-05-01", "document": "销号单"});
    world.sees(item("import_closure", 4, paper));
    let page = recoveries(&world.view, world.today, &ItemFilter::default(), 0, 10);
    let sums = |it: crate::recoveries::Recovered| (it.items, it.required_fen, it.open_fen);
    assert_eq!(sums(page.total), (1, fen(1_000), fen(1_000)));
    assert_eq!(sums(page.overlapping), (0, Fen::ZERO, Fen::ZERO));
    assert_eq!(sums(page.units[0].money), sums(page.total));
    assert_eq!(sums(page.rounds[0].money), sums(page.total));
    let line =
        |it: &crate::recoveries::ItemRecovery| (it.state.word, it.money.open_fen, it.counted);
    let lines: Vec<_> = page.items.entries.iter().map(line).collect();
    let expected = [
        ("issued", fen(1_000), true),
        ("not_substantiated", Fen::ZERO, false),
        ("historically_closed", Fen::ZERO, false),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn both_rates_have_their_numerators() {
    let mut world = inspected();
    world.asks(1, TOWN);
    owes(&mut world, 2, OTHER_TOWN);
    let rates = completion(
        &world.view,
        world.today,
        Grouping::Round,
        &ItemFilter::default(),
    );
    let total = rates.total;
    assert_eq!(
        (total.requested, total.closed, total.denominator),
        (1, 0, 2)
    );
    assert_eq!(rates.groups.first().unwrap().figures, total);
}

#[test]
fn items_are_found_by_who_leads_and_who_helps() {
    let mut world = inspected();
    owes(&mut world, 1, TOWN);
    let found = |filter: ItemFilter| item_lines(&world.view, world.today, &filter, 0, 10).total;
    let none = ItemFilter::default();
    let (lead, cooperating) = (Some(unit(6)), Some(unit(7)));
    assert_eq!(found(ItemFilter { lead, ..none }), 1);
    assert_eq!(
        found(ItemFilter {
            lead: cooperating,
            ..none
        }),
        0
    );
    assert_eq!(
        found(ItemFilter {
            cooperating,
            ..none
        }),
        1
    );
    // With the units below: all are the county's.
    let cooperating = Some(unit(1));
    assert_eq!(
        found(ItemFilter {
            cooperating,
            ..none
        }),
        1
    );
    assert_eq!(
        found(ItemFilter {
            cooperating: lead,
            ..none
        }),
        0
    );
}

#[test]
fn reviews_of_long_term_items_are_due_from_the_approval_and_then_as_each_names_it() {
    let mut world = inspected();
    for number in 1..=2 {
        world.works(number, TOWN);
        let reason = json!({"reason": "工程周期长"});
        world
            .by(20, 6)
            .does(item("approve_long_term", number, reason));
    }
    let next = json!({"finding": "仍须一年", "next_review_on": "2018-12-31"});
    world.does(item("continue_long_term", 1, next));
    let page = reviews(
        &world.view,
        day("2019-01-02"),
        &ItemFilter::default(),
        0,
        10,
    );
    let shown = page.entries.iter().map(|it| {
        let (number, on) = (it.line.number.as_str(), it.review_on.to_string());
        (number, on, it.review_overdue_days, it.reviews)
    });
    let shown: Vec<_> = shown.collect();
    let first = ("问题002", "2018-07-28".to_owned(), 158, 0);
    assert_eq!(shown, [first, ("问题001", "2018-12-31".to_owned(), 2, 1)]);
}
