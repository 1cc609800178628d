//! Promised: a project that was under way comes in as its own first record, recorded by two, and
//! goes on from the state in which it was.

use super::*;
use crate::project::{OpeningGate, ProjectOpening};
use crate::testing::{by_two, check_openings, cut_over};

fn date(day: &str) -> Option<BusinessDate> {
    Some(day.parse().unwrap())
}

/// Project 1, half built at the end of 2017.
pub(super) fn take_over(change: impl FnOnce(&mut ProjectOpening)) -> Ask {
    let Command::Project(ProjectCommand::EnterLibrary(entry)) = enter(|_| ()).command else {
        panic!("no entry");
    };
    let mut opening = ProjectOpening {
        entry,
        cut_over: cut_over(),
        state: ProjectState::InProgress,
        budget: vec![planned(1000)],
        started_on: date("2017-05"),
        completed_on: None,
        accepted_on: None,
        gates: vec![OpeningGate {
            gate: Gate::Tendering,
            result: GateResult::Passed,
        }],
    };
    change(&mut opening);
    ask(Command::Project(ProjectCommand::TakeOver(opening)))
}

#[test]
fn refuses_what_one_person_records_and_what_comes_after_the_first_record() {
    check(
        &[],
        &[take_over(|_| ())],
        expect![[r#"
        BAD_FIELD cut_over:
          an opening is recorded by one person and confirmed by another: propose it as an entry"#]],
    );
    check_openings(
        &[enter(|_| ())],
        &[take_over(|_| ()), take_over(|_| ()).observed()],
        expect![[r#"
        ALREADY_EXISTS project: #3001 exists already
        ALREADY_EXISTS project: #3001 exists already"#]],
    );
    let taken = by_two(1, &take_over(|_| ()));
    check_openings(
        &taken,
        &[take_over(|_| ())],
        expect!["ALREADY_EXISTS project: #3001 exists already"],
    );
    check(
        &taken,
        &[enter(|_| ())],
        expect!["ALREADY_EXISTS project: #3001 exists already"],
    );
}

#[test]
fn refuses_what_does_not_go_together() {
    let rows = [
        take_over(|it| it.entry.area = unit(NOWHERE)),
        take_over(|it| it.entry.planned_fen = fen(999)),
        take_over(|it| it.state = ProjectState::Declared),
        take_over(|it| it.state = ProjectState::Suspended),
        take_over(|it| it.state = ProjectState::Removed),
        take_over(|it| it.budget.clear()),
        take_over(|it| it.budget = vec![planned(0)]),
        take_over(|it| it.state = ProjectState::Planned),
        take_over(|it| it.state = ProjectState::Awarded),
        take_over(|it| it.completed_on = date("2017-12-01")),
        take_over(|it| it.started_on = date("2018-01-01")),
        take_over(|it| {
            it.state = ProjectState::Completed;
            it.completed_on = date("2017-04-30");
        }),
        take_over(|it| it.gates.push(it.gates[0].clone())),
    ];
    check_openings(
        &[],
        &rows,
        expect![[r#"
        NOT_FOUND area: #0063 is not known in this ledger
        SPLIT_MISMATCH planned: the parts add up to 1000 fen, the total is 999 fen
        BAD_FIELD state:
          a project is taken over in a state from the library to the years of care
        BAD_FIELD state:
          a project is taken over in a state from the library to the years of care
        BAD_FIELD state:
          a project is taken over in a state from the library to the years of care
        BAD_FIELD budget:
          there is approved money from the approval on, and none before it
        BAD_AMOUNT budget:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_FIELD budget:
          there is approved money from the approval on, and none before it
        BAD_FIELD started_on: it had not come so far
        BAD_FIELD completed_on: it had not come so far
        BAD_DATE started_on: it lies after the cut-over day
        BAD_DATE completed_on: it lies before the step that comes before it
        BAD_FIELD gates: one of the five systems is named twice"#]],
    );
}

#[test]
fn goes_on_from_there() {
    let taken = by_two(1, &take_over(|_| ()));
    let complete = || project_step(ProjectCommand::Complete);
    let rows = [
        project_step(ProjectCommand::Start),
        complete(),
        complete().on("2017-12-30"),
        complete().on("2017-12-30").observed(),
    ];
    check(
        &taken,
        &rows,
        expect![[r#"
        BAD_TRANSITION: project.start is not possible in state in_progress
        project.completed
        BAD_DATE occurred_on: it lies before the step that comes before it
        project.completed
        alert BAD_DATE occurred_on: it lies before the step that comes before it"#]],
    );
    let world = World::given(&taken);
    let row = world.books.projects.get(project(1)).unwrap();
    assert_eq!(row.state, ProjectState::InProgress);
    assert_eq!(row.approved, [planned(1000)]);
    assert_eq!(row.gates, [(Gate::Tendering, GateResult::Passed)]);
    assert_eq!((row.started_on, row.version), (date("2017-05"), 1));
    // What was not yet started needs its gates as ever.
    let approved = take_over(|it| {
        it.state = ProjectState::Approved;
        it.started_on = None;
    });
    check(
        &by_two(1, &approved),
        &[project_step(ProjectCommand::Start)],
        expect![
            "GATE_MISSING: the project may not start without 项目法人制, 工程监理制, 合同管理制, 廉政责任制"
        ],
    );
}
