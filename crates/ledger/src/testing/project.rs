//! The usual project, at each of its steps.

use super::*;
use crate::fund::SourceKind;
use crate::project::*;

/// Project 1 of the bureau, for the village, for 1000 fen.
pub(crate) fn enter(change: impl FnOnce(&mut ProjectEntry)) -> Ask {
    let mut entry = ProjectEntry {
        project: project(1),
        number: reference(),
        name: name(),
        implementing_unit: unit(BUREAU),
        area: unit(VILLAGE),
        content: text(),
        performance_target: Some(text()),
        planned: vec![planned(1000)],
        planned_fen: fen(1000),
        starts_on: None,
        completes_on: None,
    };
    change(&mut entry);
    ask(Command::Project(ProjectCommand::EnterLibrary(entry)))
}

pub(crate) fn planned(amount: i64) -> PlannedSource {
    PlannedSource {
        source_kind: SourceKind::Prefecture,
        amount_fen: fen(amount),
    }
}

pub(crate) fn approve() -> Ask {
    let approval = ProjectApproval {
        project: project(1),
        document: reference(),
        budget: vec![planned(1000)],
        budget_fen: fen(1000),
    };
    ask(Command::Project(ProjectCommand::Approve(approval))).by(CHIEF)
}

pub(crate) fn check_gate(gate: Gate, result: GateResult) -> Ask {
    ask(Command::Project(ProjectCommand::CheckGate(GateCheck {
        project: project(1),
        gate,
        result,
        basis: text(),
        approver: (result == GateResult::NotApplicable).then_some(CHIEF.person),
    })))
}

pub(crate) fn project_step(step: fn(ProjectStep) -> ProjectCommand) -> Ask {
    let facts = ProjectStep {
        project: project(1),
        remark: None,
    };
    ask(Command::Project(step(facts))).by(BUILDER)
}

/// Project 1, entered, approved and with its five gates.
pub(crate) fn ready() -> Vec<Ask> {
    let gates = Gate::ALL
        .iter()
        .map(|gate| check_gate(*gate, GateResult::Passed));
    let start = [enter(|_| ()), approve()];
    start.into_iter().chain(gates).collect()
}

/// Project 1, started on 2018-07-01.
pub(crate) fn started() -> Vec<Ask> {
    and(&ready(), [project_step(ProjectCommand::Start)])
}

/// Project 1 is started and holds 600 fen of batch 1 and 400 fen of batch 2.
pub(crate) fn budgeted() -> Vec<Ask> {
    let funds = [1, 2].into_iter().flat_map(|number| {
        let share = if number == 1 { 600 } else { 400 };
        [
            announce(|it| it.fund = fund(number)),
            receive(number, 1000),
            allocate(number, COUNTY, to_project(1), share),
        ]
    });
    and(&started(), funds)
}
