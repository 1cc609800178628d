//! Items: the tasks of the teams, and the rates with their numerators and denominators.

use super::world::*;
use crate::items::{ItemFilter, item_lines, item_view, round_view, round_views};
use crate::tasks::{
    Completion, Figures, Grouping, checklist, checklists, completion, my_items, plans,
    verifications,
};
use expect_test::expect;
use jiff::civil::Date;
use ledger::ids::{ItemId, RoundId};
use ledger::item::rules::State;
use ledger::organisation::Level;
use serde_json::{Value, json};

const COUNTY: u128 = 1;
const TOWN: u128 = 2;
const OTHER_TOWN: u128 = 3;
const VILLAGE: u128 = 4;
const OFFICE: u128 = 5;
const DISCIPLINE: u128 = 6;
const FINANCE: u128 = 7;

fn item(number: u128) -> ItemId {
    ItemId(id(Kind::Item, number))
}

fn step(word: &str, number: u128) -> Value {
    json!({"item": {word: {"item": item(number)}}})
}

fn reasoned(word: &str, number: u128) -> Value {
    json!({"item": {word: {"item": item(number), "reason": "理由"}}})
}

/// A county with a zone over the one town, and a round whose feedback of 2018-07-28 gives two
/// months.
pub(super) fn inspected() -> World {
    let mut world = World::new();
    world.on("2018-07-28");
    world.registers_unit(COUNTY, "county", 0);
    for number in [TOWN, OTHER_TOWN] {
        world.registers_unit(number, "town", COUNTY);
    }
    world.registers_unit(VILLAGE, "village", TOWN);
    for number in [OFFICE, DISCIPLINE, FINANCE] {
        world.registers_unit(number, "county", COUNTY);
    }
    let zone = id(Kind::Zone, 1);
    world.does(json!({"overlay": {"define": {
        "overlay": zone, "kind": "war_zone", "name": "第一战区",
    }}}));
    world.does(json!({"overlay": {"add_member": {
        "overlay": zone, "organisation": unit(TOWN), "from": "2018-01-01",
    }}}));
    world.does(json!({"overlay": {"remove_member": {
        "overlay": zone, "organisation": unit(TOWN), "until": "2018-12-31",
    }}}));
    for number in 1..=2 {
        let related = (number == 2).then(|| (id(Kind::Round, 1), "subset"));
        world.by(31, OFFICE).does(json!({"round": {"open": {
            "round": id(Kind::Round, number), "name": format!("第{number}轮巡察"),
            "kind": "inspection", "inspecting_body": unit(DISCIPLINE),
            "closing_body": unit(OFFICE), "mandate": "巡察〔2018〕1号",
            "related_round": related.map(|(round, _)| round),
            "relation": related.map(|(_, relation)| relation),
        }}}));
    }
    world.does(json!({"round": {"deliver_feedback": {
        "round": id(Kind::Round, 1), "receivers": [unit(TOWN)], "document": "反馈",
    }}}));
    world
}

impl World {
    fn drafts(&mut self, number: u128, unit_number: u128) {
        self.by(31, OFFICE).does(json!({"item": {"draft": {
            "item": item(number), "number": format!("问题{number:03}"),
            "round": id(Kind::Round, 1), "category": "groundwork", "scope": "individual",
            "severity": "minor", "facts": "台账不全", "amount_involved_fen": 0,
            "recovery_required_fen": 0, "responsible_unit": unit(unit_number),
            "responsible_person": id(Kind::Person, 10),
            "deadline_rule": "inspection_feedback",
        }}}));
    }

    fn issues(&mut self, number: u128, unit_number: u128) {
        self.drafts(number, unit_number);
        self.does(step("issue", number));
    }

    fn plans(&mut self, number: u128, unit_number: u128) {
        self.issues(number, unit_number);
        self.by(10, unit_number).does(step("acknowledge", number));
        self.does(json!({"item": {"submit_plan": {
            "item": item(number), "plan": "补齐台账", "document": "方案",
        }}}));
    }

    pub(super) fn works(&mut self, number: u128, unit_number: u128) {
        self.plans(number, unit_number);
        self.by(20, DISCIPLINE).does(step("approve_plan", number));
        self.by(21, FINANCE).does(step("approve_plan", number));
    }

    fn proves(&mut self, number: u128, unit_number: u128) {
        self.works(number, unit_number);
        let measure = id(Kind::Measure, number);
        self.by(10, unit_number)
            .does(json!({"item": {"add_measure": {
                "item": item(number), "measure": measure, "kind": "ordinary",
                "description": "补齐台账",
            }}}));
        self.does(json!({"item": {"add_evidence": {
            "item": item(number), "measure": measure, "sha256": "ab".repeat(32),
            "captured_on": self.today.to_string(), "description": "台账照片",
        }}}));
        self.does(json!({"item": {"finish_measure": {
            "item": item(number), "measure": measure, "result": "台账已补齐",
        }}}));
    }

    pub(super) fn asks(&mut self, number: u128, unit_number: u128) {
        self.proves(number, unit_number);
        self.does(step("request_closure", number));
    }

    /// Asked for and closed on that day.
    fn closes(&mut self, number: u128, unit_number: u128, on: &str) {
        self.proves(number, unit_number);
        self.on(on);
        self.by(10, unit_number)
            .does(step("request_closure", number));
        for (person, organisation) in [(20, DISCIPLINE), (21, FINANCE)] {
            self.by(person, organisation)
                .does(json!({"item": {"verify": {
                    "item": item(number), "mode": "on_site", "finding": "属实",
                }}}));
        }
        self.by(30, OFFICE).does(step("close", number));
        self.on("2018-07-28");
    }
}

/// One item of every kind, numbered as they are listed here.
fn every_kind() -> World {
    let mut world = inspected();
    world.closes(1, TOWN, "2018-09-28");
    world.closes(2, TOWN, "2018-09-29");
    world.asks(3, VILLAGE);
    world.works(4, TOWN);
    world.does(reasoned("approve_long_term", 4));
    world.works(5, TOWN);
    world.does(reasoned("suspend", 5));
    world.issues(6, TOWN);
    world.does(reasoned("uphold_objection", 6));
    world.issues(7, OTHER_TOWN);
    world.does(json!({"item": {"merge": {
        "item": item(7), "into": item(4), "reason": "重复",
    }}}));
    world.issues(8, OTHER_TOWN);
    world.does(json!({"item": {"close_not_implemented": {
        "item": item(8), "authority": "县委", "reason": "无法整改",
    }}}));
    world.drafts(9, TOWN);
    world.sees(json!({"item": {"import_closure": {
        "item": item(9), "closed_on": "2017-01-01", "document": "旧销号单",
    }}}));
    world.drafts(10, TOWN);
    world.plans(11, OTHER_TOWN);
    world.plans(12, TOWN);
    world.by(20, DISCIPLINE).does(reasoned("return_plan", 12));
    world
}

fn late() -> Date {
    day("2018-10-08")
}

fn figures(completion: &Completion) -> Vec<(Option<&str>, usize, usize)> {
    let rate = |figures: &Figures| (figures.closed, figures.denominator);
    let groups = completion.groups.iter().map(|group| {
        let (closed, all) = rate(&group.figures);
        (group.name.as_deref(), closed, all)
    });
    groups.collect()
}

#[test]
fn an_item_whose_number_is_put_right_moves_to_its_place() {
    let mut world = inspected();
    for number in [3, 1, 2] {
        world.drafts(number, TOWN);
    }
    let shown = |world: &World| {
        let filter = ItemFilter::default();
        let page = item_lines(&world.view, day("2018-08-01"), &filter, 0, 10);
        let numbers = page.entries.into_iter().map(|line| line.number.to_string());
        numbers.collect::<Vec<_>>()
    };
    assert_eq!(shown(&world), ["问题001", "问题002", "问题003"]);
    let seq = world.facts.len() - 2;
    world.does(
        json!({"record": {"correct": {"subject": item(3), "seq": seq,
        "field": "number", "to": "问题000", "reason": "编号有误"}}}),
    );
    assert_eq!(shown(&world), ["问题000", "问题001", "问题002"]);
}

#[test]
fn a_rate_is_closed_over_issued_less_unfounded_and_merged() {
    let world = every_kind();
    let all = ItemFilter::default();
    let rates = completion(&world.view, late(), Grouping::Unit, &all);
    let expected = expect![[r#"
        Figures {
            closed: 2,
            requested: 3,
            denominator: 8,
            issued: 10,
            not_substantiated: 1,
            merged: 1,
            split: 0,
            closed_late: 1,
            requested_late: 1,
            long_term: 1,
            suspended: 1,
            not_implemented: 1,
            overdue: 3,
            historical: 1,
            overlapping: 0,
        }
    "#]];
    expected.assert_debug_eq(&rates.total);
    assert_eq!(
        figures(&rates),
        [
            (Some("单位2"), 2, 5),
            (Some("单位3"), 0, 2),
            (Some("单位4"), 0, 1)
        ]
    );
    let towns = completion(&world.view, late(), Grouping::Level(Level::Town), &all);
    assert_eq!(
        figures(&towns),
        [(Some("单位2"), 2, 6), (Some("单位3"), 0, 2)]
    );
    let zones = completion(&world.view, late(), Grouping::Zone, &all);
    assert_eq!(figures(&zones), [(Some("第一战区"), 2, 6), (None, 0, 2)]);
    let next_year = completion(&world.view, day("2019-01-01"), Grouping::Zone, &all);
    assert_eq!(figures(&next_year), [(None, 2, 8)]);
    let categories = completion(&world.view, late(), Grouping::Category, &all);
    assert_eq!(figures(&categories), [(Some("基础工作"), 2, 8)]);
    let within = ItemFilter {
        within: Some(unit(OTHER_TOWN)),
        ..all
    };
    let rounds = completion(&world.view, late(), Grouping::Round, &within);
    assert_eq!(figures(&rounds), [(Some("第1轮巡察"), 0, 2)]);
}

#[test]
fn my_items_begin_with_the_most_overdue_and_leave_out_what_nobody_knows_yet() {
    let world = every_kind();
    let mine = ItemFilter {
        within: Some(unit(TOWN)),
        ..ItemFilter::default()
    };
    let page = my_items(&world.view, late(), &mine, 0, 10);
    let shown: Vec<_> = page
        .entries
        .iter()
        .map(|it| (it.number.as_str(), it.overdue_days, it.days_left, it.due_on))
        .map(|(number, late, left, due)| (number, late, left, due.unwrap().to_string()))
        .map(|(number, late, left, due)| format!("{number} {late} {left:?} {due}"))
        .collect();
    assert_eq!(
        shown,
        [
            "问题004 10 None 2018-09-28",
            "问题012 10 None 2018-09-28",
            // The clock has stood still since 2018-07-28: one was asked to be closed, the other
            // suspended.
            "问题003 0 Some(62) 2018-12-09",
            "问题005 0 Some(62) 2018-12-09",
        ]
    );
    let today = my_items(&world.view, day("2018-09-28"), &mine, 0, 1);
    assert_eq!(
        (today.entries[0].days_left, today.total, today.more),
        (Some(0), 4, true)
    );
    let overdue = ItemFilter {
        overdue: Some(true),
        ..ItemFilter::default()
    };
    assert_eq!(item_lines(&world.view, late(), &overdue, 0, 10).total, 3);
    let drafted = ItemFilter {
        state: Some(State::Drafted),
        ..ItemFilter::default()
    };
    let drafted = item_lines(&world.view, late(), &drafted, 0, 10);
    assert_eq!((drafted.total, drafted.entries[0].due_on), (1, None));
}

#[test]
fn plans_wait_for_review_or_for_a_better_one() {
    let mut world = every_kind();
    let all = ItemFilter::default();
    let told = |world: &World| {
        let page = plans(&world.view, late(), &all, 0, 10);
        let shown = page.entries.iter().map(|it| {
            (
                it.line.number.to_string(),
                it.returned,
                it.returned_times,
                it.approvals,
            )
        });
        shown.collect::<Vec<_>>()
    };
    assert_eq!(
        told(&world),
        [
            ("问题011".to_owned(), false, 0, 0),
            ("问题012".to_owned(), true, 1, 0)
        ]
    );
    world.by(10, TOWN).does(json!({"item": {"submit_plan": {
        "item": item(12), "plan": "再补", "document": "方案二",
    }}}));
    world.by(21, FINANCE).does(step("approve_plan", 12));
    assert_eq!(told(&world)[1], ("问题012".to_owned(), false, 1, 1));
}

#[test]
fn a_checklist_says_what_is_missing_before_asking() {
    let world = every_kind();
    let codes = |number| {
        let list = checklist(&world.view, late(), item(number)).unwrap();
        assert_eq!(list.ready, list.missing.is_empty());
        list.missing.iter().map(|it| it.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(4), ["EVIDENCE_MISSING"]);
    assert_eq!(codes(3), ["BAD_TRANSITION"]);
    assert_eq!(codes(11), ["BAD_TRANSITION", "EVIDENCE_MISSING"]);
    let all = checklists(&world.view, late(), &ItemFilter::default(), 0, 10);
    let shown: Vec<_> = all
        .entries
        .iter()
        .map(|it| (it.line.number.as_str(), it.ready))
        .collect();
    assert_eq!(shown, [("问题004", false)]);
}

#[test]
fn a_verifier_is_told_whether_they_are_independent() {
    let mut world = every_kind();
    let asked = |world: &World, person, organisation| {
        let actor = who(person, organisation);
        let all = ItemFilter::default();
        let page = verifications(&world.view, late(), &actor, &all, 0, 10);
        assert_eq!(page.total, 1);
        let task = &page.entries[0];
        assert_eq!(task.line.item, item(3));
        (
            task.independent,
            task.reason.as_ref().map(|it| it.code),
            task.verifications,
        )
    };
    assert_eq!(asked(&world, 20, DISCIPLINE), (true, None, 0));
    assert_eq!(
        asked(&world, 22, VILLAGE),
        (false, Some("NOT_INDEPENDENT"), 0)
    );
    world.by(20, DISCIPLINE).does(json!({"item": {"verify": {
        "item": item(3), "mode": "on_site", "finding": "属实",
    }}}));
    assert_eq!(
        asked(&world, 20, DISCIPLINE),
        (false, Some("NOT_INDEPENDENT"), 1)
    );
}

#[test]
fn an_item_shows_its_names_its_proof_and_its_history() {
    let world = every_kind();
    let view = item_view(&world.view, late(), item(2)).unwrap();
    assert_eq!(
        (view.line.state.zh, view.line.closed_late),
        ("已销号", true)
    );
    assert_eq!(view.line.due_on.unwrap().to_string(), "2018-09-28");
    assert_eq!((view.line.overdue_days, view.line.days_left), (0, None));
    assert_eq!(
        (view.measures[0].evidence_count, view.measures[0].proved),
        (1, true)
    );
    let closing = &view.closings[0];
    assert!(closing.late);
    let hands = [
        closing.requester,
        closing.verifiers[0],
        closing.verifiers[1],
        closing.closer,
    ];
    assert_eq!(hands, [10, 20, 21, 30].map(|person| who(person, 1).person));
    assert_eq!(view.records.len(), usize::try_from(view.version).unwrap());
    assert!(view.missing_for_closure.is_empty());
    let asked = item_view(&world.view, late(), item(3)).unwrap();
    let missing: Vec<_> = asked.missing_for_closure.iter().map(|it| it.code).collect();
    assert_eq!(missing, ["BAD_TRANSITION"]);
    assert!(
        asked
            .next_steps
            .iter()
            .any(|step| step.word == "item.verify")
    );
    assert!(
        serde_json::to_string(&asked)
            .unwrap()
            .contains(r#""number":"问题003""#)
    );
}

#[test]
fn a_round_counts_its_items_by_state() {
    let world = every_kind();
    let first = round_view(&world.view, late(), RoundId(id(Kind::Round, 1))).unwrap();
    assert_eq!((first.item_count, first.overdue_count), (12, 3));
    let counted: Vec<_> = first
        .states
        .iter()
        .filter(|it| it.count > 0)
        .map(|it| format!("{} {}", it.state.zh, it.count))
        .collect();
    assert_eq!(
        counted.join(", "),
        "拟制 1, 签收认领 1, 方案报审 1, 申请销号 1, 已销号 2, 持续整改 1, 暂停 1, \
         不属实了结 1, 并案 1, 未整改了结 1, 历史销号 1"
    );
    let rounds = round_views(&world.view, late());
    assert_eq!(rounds[0], first);
    let related = rounds[1].related.as_ref().unwrap();
    assert_eq!(
        (related.relation.zh, &related.round),
        ("包含于", &first.round)
    );
}
