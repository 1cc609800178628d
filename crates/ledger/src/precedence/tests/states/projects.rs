//! Projects, put into each of their states.

use super::*;
use crate::project::rules::ProjectState;
use crate::project::{Gate, GateResult};

pub(super) const PROJECT: &[Line] = &[
    (
        "enter_library",
        CLERK,
        "2018-07-01",
        r#"{"project":"$3001","number":"X-1","name":"某","implementing_unit":"$0005",
        "area":"$0004","content":"某",
        "performance_target":"某","planned":[{"source_kind":"prefecture","amount_fen":1000}],
        "planned_fen":1000}"#,
    ),
    (
        "approve",
        CHIEF,
        "2018-07-01",
        r#"{"project":"$3001","document":"P-1",
        "budget":[{"source_kind":"prefecture","amount_fen":1000}],"budget_fen":1000}"#,
    ),
    (
        "check_gate",
        CLERK,
        "2018-07-01",
        r#"{"project":"$3001","gate":"contract","result":"passed","basis":"齐全"}"#,
    ),
    ("start", BUILDER, "2018-07-01", r#"{"project":"$3001"}"#),
    ("complete", BUILDER, "2018-07-01", r#"{"project":"$3001"}"#),
    (
        "accept",
        CHIEF,
        "2018-07-01",
        r#"{"project":"$3001","team":[],"document":"P-2"}"#,
    ),
    (
        "declare",
        VISITOR,
        "2018-07-01",
        r#"{"project":"$3001","number":"X-1","name":"某","village":"$0004",
        "implementing_unit":"$0005",
        "content":"某","performance_target":"某",
        "planned":[{"source_kind":"prefecture","amount_fen":1000}],"planned_fen":1000,"reviews":[]}"#,
    ),
    (
        "review_in_town",
        CADRE,
        "2018-07-01",
        r#"{"project":"$3001","result":"passed","document":"P-3"}"#,
    ),
    (
        "review",
        CLERK,
        "2018-07-01",
        r#"{"project":"$3001","review":"expert","result":"passed","document":"P-4"}"#,
    ),
    (
        "plan_year",
        CLERK,
        "2018-07-01",
        r#"{"project":"$3001","year":2018,"document":"P-5"}"#,
    ),
    (
        "tender",
        CLERK,
        "2018-07-01",
        r#"{"project":"$3001","method":"comparison","estimate_fen":1000}"#,
    ),
    (
        "award",
        CLERK,
        "2018-07-01",
        r#"{"project":"$3001","supplier":"$0006","price_fen":990}"#,
    ),
    (
        "visit_site",
        VISITOR,
        "2018-07-01",
        r#"{"project":"$3001","visit":"$3101","visitors":["$1001"],"finding":"属实"}"#,
    ),
    (
        "fail_acceptance",
        CHIEF,
        "2018-07-01",
        r#"{"project":"$3001","team":[],"document":"P-6","reason":"缺苗"}"#,
    ),
    (
        "audit_settlement",
        CLERK,
        "2018-07-01",
        r#"{"project":"$3001","claimed_fen":990,"approved_fen":950,"document":"P-7"}"#,
    ),
    (
        "approve_final_account",
        CLERK,
        "2018-07-01",
        r#"{"project":"$3001","cost_fen":950,"surplus_fen":50,"document":"P-8"}"#,
    ),
    (
        "hand_over",
        CLERK,
        "2018-07-01",
        r#"{"project":"$3001","asset":"路","to":"$0004"}"#,
    ),
    (
        "assign_care",
        CLERK,
        "2018-07-01",
        r#"{"project":"$3001","keeper":"$0004"}"#,
    ),
    (
        "replan",
        CLERK,
        "2018-07-01",
        r#"{"project":"$3001","reason":"汛期","completes_on":"2019","approver":"$1002"}"#,
    ),
    (
        "suspend",
        CLERK,
        "2018-07-01",
        r#"{"project":"$3001","reason":"雨季"}"#,
    ),
    ("resume", BUILDER, "2018-07-01", r#"{"project":"$3001"}"#),
    (
        "terminate",
        CLERK,
        "2018-07-01",
        r#"{"project":"$3001","reason":"选址变更"}"#,
    ),
    (
        "remove",
        CLERK,
        "2018-07-01",
        r#"{"project":"$3001","reason":"不再实施"}"#,
    ),
    (
        "take_over",
        CLERK,
        "2018-07-01",
        r#"{"entry":{"project":"$3001","number":"X-1","name":"某","implementing_unit":"$0005",
        "area":"$0004","content":"某","performance_target":"某",
        "planned":[{"source_kind":"prefecture","amount_fen":1000}],"planned_fen":1000},
        "cut_over":{"on":"2017-12-31","document":"Q-1"},"state":"in_progress",
        "budget":[{"source_kind":"prefecture","amount_fen":1000}],"started_on":"2017-05"}"#,
    ),
];

/// None, and an approved one with its gates; its states are set, since not every one is reached in
/// one way.
pub(super) fn story() -> Story {
    let of = |word: &str| {
        let line = PROJECT.iter().find(|line| line.0 == word).unwrap();
        said(*line, "project")
    };
    let words = ["declare", "review_in_town", "enter_library", "approve"];
    let gates = Gate::ALL
        .iter()
        .map(|gate| check_gate(*gate, GateResult::Passed));
    let path: Vec<Ask> = words.into_iter().map(of).chain(gates).collect();
    let none = [("none".to_owned(), Vec::new())];
    let states = ProjectState::ALL.iter().map(|state| {
        let entered = *state >= ProjectState::InLibrary;
        let path = if entered { &path[..] } else { &path[..1] };
        (state.word().to_owned(), path.to_vec())
    });
    Story {
        noun: "project",
        given: Vec::new(),
        lines: PROJECT,
        states: none.into_iter().chain(states).collect(),
        set,
    }
}

fn set(world: &mut World, state: &str) {
    let Some(state) = ProjectState::ALL.iter().find(|it| it.word() == state) else {
        return;
    };
    let row = world.books.projects.get_mut(project(1)).unwrap();
    row.state = *state;
    row.before = state.is_aside().then_some(ProjectState::Started);
}
