//! Promised: a project shows its whole life, with the days and hands of every step; what is left
//! after its final account is found; lists are of one state or stage; and more done than there is
//! to do never makes more of the whole than all of it.

use super::money::{fen, project};
use super::world::*;
use crate::Fraction;
use crate::project_view::surplus::surpluses;
use crate::project_view::{ProjectFilter, project_lines, project_view};
use expect_test::expect;
use ledger::project::rules::{ProjectStage, ProjectState};
use serde_json::{Value, json};

fn asks(command: &str, more: Value) -> Value {
    let mut facts = json!({"project": id(Kind::Project, 1)});
    let fields = more.as_object().unwrap().clone();
    facts.as_object_mut().unwrap().extend(fields);
    json!({"project": {command: facts}})
}

/// Project 1 of unit 2, for 1,000 fen of the county, from its declaration to its completion.
fn completed() -> World {
    let mut world = World::new();
    world.registers_unit(1, "county", 0);
    world.registers_unit(2, "village", 1);
    world.registers_unit(3, "county", 1);
    world.announces(1, 1, "county", 5_000);
    world.receives(1, 5_000);
    let planned = json!([{"source_kind": "county", "amount_fen": 1_000}]);
    world.on("2018-01-10").by(4, 2).does(asks(
        "declare",
        json!({"number": "SB-1", "name": "产业路", "village": unit(2),
            "implementing_unit": unit(2), "content": "硬化三公里", "planned": planned,
            "planned_fen": 1_000, "starts_on": "2018-06", "completes_on": "2018-12",
            "reviews": ["expert"]}),
    ));
    world.on("2018-01-20").by(5, 1).does(asks(
        "review_in_town",
        json!({"result": "passed", "document": "初审意见"}),
    ));
    world.on("2018-02-01").by(1, 1).does(asks(
        "enter_library",
        json!({"number": "P0001", "name": "产业路一期", "implementing_unit": unit(2),
            "area": unit(2), "content": "硬化三公里", "performance_target": "受益三百户",
            "planned": planned, "planned_fen": 1_000}),
    ));
    world.on("2018-02-10").does(asks(
        "review",
        json!({"review": "expert", "result": "passed", "document": "评审报告"}),
    ));
    world.on("2018-02-20").does(asks(
        "plan_year",
        json!({"year": 2018, "document": "年度计划"}),
    ));
    world.on("2018-03-01").by(6, 1).does(asks(
        "approve",
        json!({"document": "批复", "budget": planned, "budget_fen": 1_000}),
    ));
    for gate in ["legal_person", "tendering", "contract", "integrity"] {
        let check = json!({"gate": gate, "result": "passed", "basis": "齐全"});
        world.does(asks("check_gate", check));
    }
    let small = json!({"gate": "supervision", "result": "not_applicable", "basis": "限额以下",
        "approver": who(1, 1).person});
    world.does(asks("check_gate", small));
    world.does(asks(
        "tender",
        json!({"method": "comparison", "estimate_fen": 980}),
    ));
    world.on("2018-04-01").does(asks(
        "award",
        json!({"supplier": unit(3), "price_fen": 960}),
    ));
    world
        .on("2018-05-01")
        .by(7, 2)
        .does(asks("start", json!({})));
    world.on("2018-06-15").by(8, 1).does(asks(
        "visit_site",
        json!({"visit": id(Kind::Measure, 1), "visitors": [who(8, 1).person],
            "finding": "路基已成"}),
    ));
    world.on("2018-07-01").does(asks(
        "replan",
        json!({"reason": "汛期", "completes_on": "2019-03", "approver": who(6, 1).person}),
    ));
    world
        .on("2019-03-01")
        .by(7, 2)
        .does(asks("complete", json!({})));
    world
}

fn settled(world: &mut World, cost: i64) {
    world.on("2019-03-10").by(6, 1).does(asks(
        "accept",
        json!({"document": "验收书", "level": "final"}),
    ));
    world.on("2019-04-01").does(asks(
        "audit_settlement",
        json!({"claimed_fen": 960, "approved_fen": 940, "document": "审计报告"}),
    ));
    world.on("2019-05-01").does(asks(
        "approve_final_account",
        json!({"cost_fen": cost, "surplus_fen": 1_000 - cost, "document": "决算批复"}),
    ));
}

#[test]
#[expect(clippy::too_many_lines, reason = "the whole answer is shown")]
fn shows_the_whole_life_with_days_and_hands() {
    let mut world = completed();
    settled(&mut world, 950);
    world.does(asks(
        "hand_over",
        json!({"asset": "道路三公里", "to": unit(2)}),
    ));
    world.does(asks("assign_care", json!({"keeper": unit(2)})));
    let view = project_view(&world.view, project(1)).unwrap();
    assert_eq!(
        (view.state.word, view.stage.word),
        ("in_care", "maintenance")
    );
    assert!(view.has_target && view.missing_to_start.is_empty());
    let line = |step: &crate::project_view::life::LifeStep| {
        let unit = step.organisation.name.as_ref().map(ToString::to_string);
        let person = step.person.0.as_u128() & 0xff;
        let unit = unit.unwrap_or_default();
        let note = step.note.as_ref().map(ToString::to_string);
        let document = step.document.as_ref().map(ToString::to_string);
        let said: Vec<String> = note.into_iter().chain(document).collect();
        let said = said.join(", ");
        format!("{} {} {person} {unit} {said}", step.on, step.step.zh)
            .trim_end()
            .to_owned()
    };
    let steps: Vec<String> = view.life.steps.iter().map(line).collect();
    expect![[r#"
        2018-01-10 村申报 4 单位2
        2018-01-20 乡镇初审 5 单位1 初审意见
        2018-02-01 入库 1 单位1
        2018-02-10 评审复核 1 单位1 评审报告
        2018-02-20 列入年度计划 1 单位1 年度计划
        2018-03-01 立项 6 单位1 批复
        2018-03-01 五制核查 6 单位1 齐全
        2018-03-01 五制核查 6 单位1 齐全
        2018-03-01 五制核查 6 单位1 齐全
        2018-03-01 五制核查 6 单位1 齐全
        2018-03-01 五制核查 6 单位1 限额以下
        2018-03-01 招标 6 单位1
        2018-04-01 中标 6 单位1
        2018-05-01 开工 7 单位2
        2018-06-15 现场核查 8 单位1 路基已成
        2018-07-01 调整 8 单位1 汛期
        2019-03-01 竣工 7 单位2
        2019-03-10 验收 6 单位1 验收书
        2019-04-01 结算审计 6 单位1 审计报告
        2019-05-01 决算 6 单位1 决算批复
        2019-05-01 移交 6 单位1 道路三公里
        2019-05-01 管护 6 单位1"#]]
    .assert_eq(&steps.join("\n"));
    let mut life = serde_json::to_value(&view.life).unwrap();
    life.as_object_mut().unwrap().remove("steps");
    // Whether a map keeps its order depends on what else is built with these tests.
    life.sort_all_objects();
    expect![[r#"
        {
          "acceptances": [
            {
              "document": "验收书",
              "level": {
                "word": "final",
                "zh": "终验"
              },
              "on": "2019-03-10",
              "passed": true,
              "reason": null
            }
          ],
          "awards": [
            {
              "document": null,
              "on": "2018-04-01",
              "price_fen": 960,
              "supplier": {
                "name": "单位3",
                "organisation": "00000000-0000-0001-0000-000000000003"
              }
            }
          ],
          "final_account": {
            "cost_fen": 950,
            "document": "决算批复",
            "on": "2019-05-01",
            "surplus_fen": 50
          },
          "handovers": [
            {
              "asset": "道路三公里",
              "document": null,
              "on": "2019-05-01",
              "to": {
                "name": "单位2",
                "organisation": "00000000-0000-0001-0000-000000000002"
              }
            }
          ],
          "keeper": {
            "name": "单位2",
            "organisation": "00000000-0000-0001-0000-000000000002"
          },
          "reviews": [
            {
              "document": "评审报告",
              "needed": true,
              "on": "2018-02-10",
              "opinion": null,
              "result": {
                "word": "passed",
                "zh": "通过"
              },
              "review": {
                "word": "expert",
                "zh": "专家评审"
              }
            }
          ],
          "schedule": {
            "current_completion": "2019-03",
            "current_start": "2018-06",
            "planned_completion": "2018-12",
            "planned_start": "2018-06",
            "replannings": [
              {
                "approver": "00000000-0000-0002-0000-000000000006",
                "completes_on": "2019-03",
                "document": null,
                "on": "2018-07-01",
                "reason": "汛期",
                "starts_on": null
              }
            ]
          },
          "settlement": {
            "approved_fen": 940,
            "claimed_fen": 960,
            "document": "审计报告",
            "on": "2019-04-01",
            "reduced_fen": 20
          },
          "tenders": [
            {
              "document": null,
              "estimate_fen": 980,
              "method": {
                "word": "comparison",
                "zh": "比选"
              },
              "on": "2018-03-01"
            }
          ],
          "visits": [
            {
              "finding": "路基已成",
              "on": "2018-06-15",
              "visit": "00000000-0000-0009-0000-000000000001",
              "visitors": [
                "00000000-0000-0002-0000-000000000008"
              ]
            }
          ],
          "year_plans": [
            {
              "document": "年度计划",
              "on": "2018-02-20",
              "year": 2018
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&life).unwrap());
    let gates = serde_json::to_value(&view.gates).unwrap();
    assert_eq!(gates[2]["approver"], json!(who(1, 1).person));
}

#[test]
fn what_is_left_after_the_final_account_is_to_go_back() {
    let mut world = completed();
    world.by(1, 1);
    world.does(allocation(1, 1, to_project(1), 1_000));
    assert_eq!(project_view(&world.view, project(1)).unwrap().surplus, None);
    assert_eq!(surpluses(&world.view, 0, 10).projects.total, 0);
    settled(&mut world, 950);
    let view = surpluses(&world.view, 0, 10);
    assert_eq!((view.total_fen, view.projects.total), (fen(50), 1));
    let left = view.projects.entries[0].surplus;
    assert_eq!(left.allocated_fen, fen(1_000));
    assert_eq!((left.cost_fen, left.stated_fen), (fen(950), fen(50)));
    assert_eq!(left.approved_on.unwrap().to_string(), "2019-05-01");
    assert_eq!(
        project_view(&world.view, project(1)).unwrap().surplus,
        Some(left)
    );

    // Taken back to the fen, it is no longer there.
    let back = |amount| {
        json!({"fund": {"reclaim": {"fund": id(Kind::Fund, 1), "from": to_project(1),
            "to": unit(1), "amount_fen": amount, "reason": "surplus", "document": "收回"}}})
    };
    world.does(back(49));
    assert_eq!(surpluses(&world.view, 0, 10).total_fen, fen(1));
    world.does(back(1));
    assert_eq!(surpluses(&world.view, 0, 10).projects.total, 0);
}

#[test]
fn a_project_that_has_cost_more_has_no_surplus() {
    let mut world = completed();
    world.by(1, 1);
    world.does(allocation(1, 1, to_project(1), 900));
    settled(&mut world, 950);
    assert_eq!(surpluses(&world.view, 0, 10).projects.total, 0);
    let view = project_view(&world.view, project(1)).unwrap();
    assert_eq!(view.surplus.unwrap().surplus_fen, fen(-50));
}

#[test]
fn lists_the_projects_of_a_state_or_a_stage() {
    let mut world = completed();
    world.enters_project(2, &[("county", 10)]);
    world.enters_project(3, &[("county", 10)]);
    let gone = json!({"project": {"remove": {"project": id(Kind::Project, 3), "reason": "重复"}}});
    world.does(gone);
    let count = |state, stage| {
        let filter = ProjectFilter { state, stage };
        project_lines(&world.view, filter, 0, 10).total
    };
    assert_eq!(count(None, None), 3);
    assert_eq!(count(Some(ProjectState::Completed), None), 1);
    assert_eq!(count(Some(ProjectState::Accepted), None), 0);
    assert_eq!(count(None, Some(ProjectStage::Identification)), 1);
    assert_eq!(count(None, Some(ProjectStage::Cancelled)), 1);
    let both = (Some(ProjectState::InLibrary), Some(ProjectStage::Cancelled));
    assert_eq!(count(both.0, both.1), 0);
}

#[test]
fn more_than_all_of_a_milestone_counts_as_all_of_it() {
    let mut world = completed();
    for number in [1, 2] {
        world.does(json!({"milestone": {"define": {
            "milestone": id(Kind::Milestone, number), "project": id(Kind::Project, 1),
            "name": "节点", "total": 4, "unit": "公里", "weighting": "count", "weight": 1,
        }}}));
    }
    let progress = |number, done| {
        json!({"milestone": id(Kind::Milestone, number), "done": done, "total": 4,
            "unit": "公里", "weighting": "count"})
    };
    world.sees(json!({"milestone": {"report": progress(1, 9)}}));
    let view = |world: &World| project_view(&world.view, project(1)).unwrap();
    assert_eq!(view(&world).progress.reported, Fraction::new(1, 2));
    assert_eq!(view(&world).milestones[0].reported, Some(9));
    world.sees(json!({"milestone": {"report": progress(2, 5)}}));
    world.by(8, 1);
    world.sees(json!({"milestone": {"verify": progress(2, 5)}}));
    assert_eq!(view(&world).progress.reported, Fraction::new(1, 1));
    assert_eq!(view(&world).progress.verified, Fraction::new(1, 2));
    let ratios = world.view.alerts.counts();
    assert!(ratios.contains(&("BAD_RATIO", 3)), "{ratios:?}");
    assert_eq!(
        world.refused(json!({"milestone": {"report": progress(1, 5)}})),
        "BAD_RATIO"
    );
}
