//! Promised: a project goes from the library to acceptance step by step (V13), in the order of its
//! dates (V14), by different hands (V12), and does not start without a target and its five gates
//! (V18). An observed fact is stored even so, with every rule that it breaks.

mod life;
mod opening;
mod signed;
mod table;

use super::*;
use crate::Command;
use crate::context::Actor;
use crate::project::{Acceptance, Gate, ProjectApproval, ProjectStep};
use crate::testing::enter;
use crate::testing::*;
use expect_test::{Expect, expect};

fn approval(budget: &[i64], total: i64) -> Ask {
    ask(Command::Project(ProjectCommand::Approve(ProjectApproval {
        project: project(1),
        document: reference(),
        budget: budget.iter().map(|amount| planned(*amount)).collect(),
        budget_fen: fen(total),
    })))
    .by(CHIEF)
}

fn start() -> Ask {
    project_step(ProjectCommand::Start)
}

fn complete() -> Ask {
    project_step(ProjectCommand::Complete)
}

fn accept() -> Ask {
    ask(Command::Project(ProjectCommand::Accept(Acceptance {
        project: project(1),
        team: Vec::new(),
        document: reference(),
        level: None,
    })))
    .by(CHIEF)
}

fn gate(gate: Gate) -> Ask {
    check_gate(gate, GateResult::Passed)
}

fn completed() -> Vec<Ask> {
    and(&started(), [complete()])
}

fn accepted() -> Vec<Ask> {
    and(&completed(), [accept()])
}

/// Given these commands, when this one comes, then this answer, and the project after it.
fn check_project(given: &[Ask], when: &Ask, then: Expect) {
    let mut world = World::given(given);
    let answer = world.answer(when);
    let row = world.books.projects.get(project(1)).unwrap();
    let dates = [row.started_on, row.completed_on, row.accepted_on];
    let dates = dates.map(|date| date.map_or("-".to_owned(), |date| date.to_string()));
    then.assert_eq(&format!(
        "{answer}\n{}: started {}, completed {}, accepted {}\nmissing to start: {}",
        row.state,
        dates[0],
        dates[1],
        dates[2],
        row.missing_to_start().join("、")
    ));
}

/// Each row puts right what the row before it was refused for.
#[test]
fn refuses_an_entry_in_this_order() {
    let rows = [
        enter(|it| it.implementing_unit = unit(NOWHERE)),
        enter(|it| {
            it.project = project(2);
            it.implementing_unit = unit(NOWHERE);
            it.area = unit(NOWHERE);
        }),
        enter(|it| {
            it.project = project(2);
            it.area = unit(NOWHERE);
            it.planned_fen = fen(0);
        }),
        enter(|it| {
            it.project = project(2);
            it.planned_fen = fen(0);
            it.planned = vec![planned(0)];
        }),
        enter(|it| {
            it.project = project(2);
            it.planned = vec![planned(1000), planned(0)];
            it.planned_fen = fen(999);
        }),
        enter(|it| {
            it.project = project(2);
            it.planned_fen = fen(999);
        }),
        enter(|it| it.project = project(2)),
    ];
    check(
        &[enter(|_| ())],
        &rows,
        expect![[r#"
            ALREADY_EXISTS project: #3001 exists already
            NOT_FOUND implementing_unit: #0063 is not known in this ledger
            NOT_FOUND area: #0063 is not known in this ledger
            BAD_AMOUNT planned:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            BAD_AMOUNT planned:
              0 fen is not an amount that may be stated (1 to 10^15 fen)
            SPLIT_MISMATCH planned: the parts add up to 1000 fen, the total is 999 fen
            project.entered_library"#]],
    );
}

#[test]
fn the_parts_add_up_to_the_fen() {
    let given = [enter(|_| ())];
    let rows = [
        approval(&[600, 400], 1001),
        approval(&[600, 400], 999),
        approval(&[], 1),
        approval(&[-1, 1001], 1000),
        approval(&[600, 400], 1000),
        approval(&[600, 400], 1001).observed(),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
            SPLIT_MISMATCH budget: the parts add up to 1000 fen, the total is 1001 fen
            SPLIT_MISMATCH budget: the parts add up to 1000 fen, the total is 999 fen
            SPLIT_MISMATCH budget: the parts add up to 0 fen, the total is 1 fen
            BAD_AMOUNT budget:
              -1 fen is not an amount that may be stated (1 to 10^15 fen)
            project.approved
            SPLIT_MISMATCH budget: the parts add up to 1000 fen, the total is 1001 fen"#]],
    );
}

#[test]
fn no_amount_is_beyond_10_to_the_15_and_no_sum_wraps() {
    const MOST: i64 = 1_000_000_000_000_000;
    let rows = [
        approval(&[MOST], MOST),
        approval(&[MOST + 1], MOST + 1),
        approval(&[MOST; 10], MOST),
    ];
    check(
        &[enter(|_| ())],
        &rows,
        expect![[r#"
            project.approved
            BAD_AMOUNT budget:
              1000000000000001 fen is not an amount that may be stated (1 to 10^15 fen)
            SPLIT_MISMATCH budget:
              the parts add up to 9007199254740991 fen, the total is 1000000000000000 fen"#]],
    );
}

#[test]
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the rows are of these commands"
)]
fn every_step_needs_a_known_project() {
    let step = || ProjectStep {
        project: project(9),
        remark: None,
    };
    let mut rows = vec![
        approval(&[], 0),
        gate(Gate::Contract),
        start(),
        complete(),
        accept(),
    ];
    for row in &mut rows {
        let Command::Project(command) = &mut row.command else {
            panic!("{row:?}");
        };
        match command {
            ProjectCommand::EnterLibrary(entry) => entry.project = project(9),
            ProjectCommand::Approve(approval) => approval.project = project(9),
            ProjectCommand::CheckGate(check) => check.project = project(9),
            ProjectCommand::Start(facts) | ProjectCommand::Complete(facts) => *facts = step(),
            ProjectCommand::Accept(acceptance) => acceptance.project = project(9),
            other => panic!("{other:?}"),
        }
    }
    check(
        &[enter(|_| ())],
        &rows,
        expect![[r#"
        NOT_FOUND project: #3009 is not known in this ledger
        NOT_FOUND project: #3009 is not known in this ledger
        NOT_FOUND project: #3009 is not known in this ledger
        NOT_FOUND project: #3009 is not known in this ledger
        NOT_FOUND project: #3009 is not known in this ledger"#]],
    );
}

/// Approval, a gate, start, completion and acceptance, in every state.
#[test]
fn steps_follow_each_other() {
    let states = [
        vec![enter(|_| ())],
        ready(),
        started(),
        completed(),
        accepted(),
    ];
    let steps = [
        approve(),
        gate(Gate::Contract),
        start(),
        complete(),
        accept(),
    ];
    let mut lines = Vec::new();
    for given in &states {
        let world = World::given(given);
        let state = world.books.projects.get(project(1)).unwrap().state;
        let answers = steps.clone().map(|step| match world.decide(&step) {
            Ok(_) => "ok",
            Err(no) => no.code(),
        });
        lines.push(format!("{state}: {}", answers.join(", ")));
    }
    expect![[r#"
        in_library: ok, ok, BAD_TRANSITION, BAD_TRANSITION, BAD_TRANSITION
        approved: BAD_TRANSITION, ok, ok, BAD_TRANSITION, BAD_TRANSITION
        started: BAD_TRANSITION, ok, BAD_TRANSITION, ok, BAD_TRANSITION
        completed: BAD_TRANSITION, BAD_TRANSITION, BAD_TRANSITION, BAD_TRANSITION, ok
        accepted: BAD_TRANSITION, BAD_TRANSITION, BAD_TRANSITION, BAD_TRANSITION, BAD_TRANSITION"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn whoever_entered_it_does_not_approve_it() {
    let given = [enter(|_| ())];
    check(
        &given,
        &[approve().by(CLERK), approve()],
        expect![[r#"
            SAME_PERSON:
              the same person may not do both project.enter_library and project.approve
            project.approved"#]],
    );
    check(
        &ready(),
        &[approve().by(CLERK), approve().by(CLERK).observed()],
        expect![[r#"
            BAD_TRANSITION: project.approve is not possible in state approved
            project.approved
            alert BAD_TRANSITION: project.approve is not possible in state approved
            alert SAME_PERSON:
              the same person may not do both project.enter_library and project.approve"#]],
    );
}

#[test]
fn neither_who_declared_it_complete_nor_the_implementing_unit_accepts_it() {
    let colleague = who(19, BUREAU);
    let given = completed();
    let elsewhere = who(12, COUNTY);
    let rows = [
        accept().by(BUILDER),
        accept().by(elsewhere),
        accept().by(colleague),
        accept().by(colleague).observed(),
        accept(),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
            SAME_PERSON:
              the same person may not do both project.complete and project.accept
            SAME_PERSON:
              the same person may not do both project.complete and project.accept
            SAME_ORG:
              the same organisation may not be both the implementing unit 实施单位 and the acceptor 验收单位
            project.accepted
            alert SAME_ORG:
              the same organisation may not be both the implementing unit 实施单位 and the acceptor 验收单位
            project.accepted"#]],
    );
}

#[test]
fn does_not_start_without_a_target_and_five_gates() {
    let bare = [enter(|it| it.performance_target = None), approve()];
    check(
        &bare,
        &[start()],
        expect![[r#"
            GATE_MISSING:
              the project may not start without 绩效目标, 项目法人制, 招标投标制, 工程监理制, 合同管理制, 廉政责任制"#]],
    );
    let rows: Vec<String> = Gate::ALL
        .iter()
        .map(|missing| {
            let gates = Gate::ALL.iter().filter(|it| *it != missing);
            let given = and(&[enter(|_| ()), approve()], gates.map(|it| gate(*it)));
            World::given(&given).answer(&start())
        })
        .collect();
    expect![[r#"
        GATE_MISSING: the project may not start without 项目法人制
        GATE_MISSING: the project may not start without 招标投标制
        GATE_MISSING: the project may not start without 工程监理制
        GATE_MISSING: the project may not start without 合同管理制
        GATE_MISSING: the project may not start without 廉政责任制"#]]
    .assert_eq(&rows.join("\n"));
}

#[test]
fn a_gate_that_does_not_apply_is_no_obstacle_and_one_that_failed_is() {
    let check_again = |result| and(&ready(), [check_gate(Gate::Supervision, result)]);
    check(
        &check_again(GateResult::NotApplicable),
        &[start()],
        expect!["project.started"],
    );
    let failed = check_again(GateResult::Failed);
    check(
        &failed,
        &[start()],
        expect!["GATE_MISSING: the project may not start without 工程监理制"],
    );
    let mended = and(&failed, [gate(Gate::Supervision)]);
    check(&mended, &[start()], expect!["project.started"]);
}

#[test]
fn the_state_comes_before_the_gates() {
    check(
        &[enter(|_| ())],
        &[start()],
        expect!["BAD_TRANSITION: project.start is not possible in state in_library"],
    );
}

#[test]
fn completion_is_not_before_the_start_nor_acceptance_before_completion() {
    let given = and(&ready(), [start().on("2018-07-02")]);
    let rows = [
        "2018-07-01",
        "2018-06",
        "2018-07-02",
        "2018-07",
        "2018",
        "unknown",
    ];
    check(
        &given,
        &rows.map(|on| complete().on(on)),
        expect![[r#"
        BAD_DATE occurred_on: it lies before the step that comes before it
        BAD_DATE occurred_on: it lies before the step that comes before it
        project.completed
        project.completed
        project.completed
        project.completed"#]],
    );
    let given = and(&given, [complete().on("2018-09")]);
    let rows = ["2018-08-31", "2018-09-01"];
    check(
        &given,
        &rows.map(|on| accept().on(on)),
        expect![[r#"
        BAD_DATE occurred_on: it lies before the step that comes before it
        project.accepted"#]],
    );
}

#[test]
fn an_observed_start_is_stored_with_every_rule_it_breaks() {
    let given = [enter(|_| ())];
    check_project(
        &given,
        &start().observed(),
        expect![[r#"
            project.started
            alert BAD_TRANSITION: project.start is not possible in state in_library
            alert GATE_MISSING:
              the project may not start without 项目法人制, 招标投标制, 工程监理制, 合同管理制, 廉政责任制
            started: started 2018-07-01, completed -, accepted -
            missing to start: 项目法人制、招标投标制、工程监理制、合同管理制、廉政责任制"#]],
    );
}

#[test]
fn an_observed_acceptance_breaks_the_order_of_states_of_dates_and_of_hands() {
    let given = and(
        &ready(),
        [start().on("2018-07-02"), complete().on("2018-09-01")],
    );
    check_project(
        &given,
        &accept().by(BUILDER).on("2018-08-31").observed(),
        expect![[r#"
            project.accepted
            alert BAD_DATE occurred_on: it lies before the step that comes before it
            alert SAME_PERSON:
              the same person may not do both project.complete and project.accept
            accepted: started 2018-07-02, completed 2018-09-01, accepted 2018-08-31
            missing to start: "#]],
    );
    check_project(
        &started(),
        &accept().on("2018-06-30").observed(),
        expect![[r#"
            project.accepted
            alert BAD_TRANSITION: project.accept is not possible in state started
            alert BAD_DATE occurred_on: it lies before the step that comes before it
            accepted: started 2018-07-01, completed -, accepted 2018-06-30
            missing to start: "#]],
    );
}

#[test]
fn a_step_observed_late_does_not_take_the_project_back() {
    check_project(
        &started(),
        &approve().observed(),
        expect![[r#"
            project.approved
            alert BAD_TRANSITION: project.approve is not possible in state started
            started: started 2018-07-01, completed -, accepted -
            missing to start: "#]],
    );
    check_project(
        &accepted(),
        &complete().observed(),
        expect![[r#"
            project.completed
            alert BAD_TRANSITION: project.complete is not possible in state accepted
            accepted: started 2018-07-01, completed 2018-07-01, accepted 2018-07-01
            missing to start: "#]],
    );
}

#[test]
fn a_gate_is_checked_before_completion() {
    check(
        &started(),
        &[gate(Gate::Tendering)],
        expect!["project.gate_checked"],
    );
    let late = gate(Gate::Tendering);
    check(
        &completed(),
        &[late.clone(), late.observed()],
        expect![[r#"
            BAD_TRANSITION: project.check_gate is not possible in state completed
            project.gate_checked
            alert BAD_TRANSITION: project.check_gate is not possible in state completed"#]],
    );
}

#[test]
fn every_record_counts_as_a_version() {
    let world = World::given(&accepted());
    assert_eq!(world.books.version(project(1).into()), 10);
}
