//! Promised: what cannot be said of a project, and what belongs into other hands, is refused; what
//! goes wrong on its way sends it back, stops it or ends it.

use super::*;

#[test]
fn amounts_years_and_visits_must_be_sayable() {
    let visited = and(&under_way(), [complete(), accept()]);
    let rows = [
        plan(1948),
        plan(2201),
        tender(0),
        award(COMPANY, -1),
        visit(1, &[]),
        visit(2, &[]),
        audit(0, 0),
        audit(1, -1),
        audit(1, 0),
        account(-1, 0),
        account(1, 1_000_000_000_000_001),
        replan(None, None),
        replan(date("2019-02"), date("2019-01")),
    ];
    check(
        &visited,
        &rows,
        expect![[r#"
        BAD_FIELD year: it is no year of a plan (1949 to 2200)
        BAD_FIELD year: it is no year of a plan (1949 to 2200)
        BAD_AMOUNT estimate_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_AMOUNT price_fen:
          -1 fen is not an amount that may be stated (1 to 10^15 fen)
        ALREADY_EXISTS visit: #9001 exists already
        BAD_FIELD visitors: a visit names who was there
        BAD_AMOUNT claimed_fen:
          0 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_AMOUNT approved_fen:
          -1 fen is not an amount that may be stated (1 to 10^15 fen)
        project.settlement_audited
        BAD_AMOUNT cost_fen:
          -1 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_AMOUNT surplus_fen:
          1000000000000001 fen is not an amount that may be stated (1 to 10^15 fen)
        BAD_FIELD completes_on: it names no new date
        BAD_DATE completes_on: it lies before the planned start"#]],
    );
    let settled = and(&visited, [audit(1000, 1000)]);
    // A project may have cost more than it had.
    check(
        &settled,
        &[account(1100, -100)],
        expect!["project.final_account_approved"],
    );
}

#[test]
fn a_party_that_nobody_knows_is_refused_or_asked_about() {
    let given = and(&reviewed(), [approve(), tender(1000)]);
    let rows = [award(NOWHERE, 1), award(NOWHERE, 1).observed()];
    check(
        &given,
        &rows,
        expect![[r#"
        UNKNOWN_PARTY supplier: #0063 is not known in this ledger
        project.awarded
        alert UNKNOWN_PARTY supplier: #0063 is not known in this ledger"#]],
    );
    let given = and(&accepted_at_last(), [audit(990, 950), account(950, 50)]);
    let rows = [hand_over(NOWHERE), care(NOWHERE).observed()];
    check(
        &given,
        &rows,
        expect![[r#"
        UNKNOWN_PARTY to: #0063 is not known in this ledger
        project.care_assigned
        alert UNKNOWN_PARTY keeper: #0063 is not known in this ledger
        alert BAD_TRANSITION: project.assign_care is not possible in state final_account"#]],
    );
}

#[test]
fn a_gate_that_does_not_apply_names_an_approver_who_is_somebody_else() {
    let rows = [
        not_applicable(None),
        not_applicable(Some(CLERK.person)),
        not_applicable(None).observed(),
        not_applicable(Some(CHIEF.person)),
    ];
    check(
        &[enter(|_| ())],
        &rows,
        expect![[r#"
        BAD_FIELD approver: a gate that does not apply names who approved that
        SAME_PERSON:
          the same person may not do both project.check_gate and the approver 批准人
        project.gate_checked
        alert BAD_FIELD approver: a gate that does not apply names who approved that
        project.gate_checked"#]],
    );
}

#[test]
fn who_built_it_does_not_accept_it() {
    let given = and(&under_way(), [complete()]);
    let company = who(16, COMPANY);
    let rows = [
        accept().by(company),
        fail().by(company),
        fail().by(BUILDER),
        accept_at(AcceptanceLevel::Final, vec![BUILDER.person]),
        accept(),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
        SAME_ORG:
          the same organisation may not be both the supplier 中标单位 and the acceptor 验收单位
        SAME_ORG:
          the same organisation may not be both the supplier 中标单位 and the acceptor 验收单位
        SAME_PERSON:
          the same person may not do both project.complete and project.fail_acceptance
        SAME_PERSON:
          the same person may not do both project.complete and project.accept
        project.accepted"#]],
    );
}

#[test]
fn a_failed_acceptance_sends_it_back_to_work() {
    let given = and(&under_way(), [complete(), fail()]);
    check_project(
        &given,
        &accept(),
        expect![[r#"
        BAD_TRANSITION: project.accept is not possible in state in_progress
        in_progress: started 2018-07-01, completed -, accepted -
        missing to start: "#]],
    );
    check_project(
        &given,
        &complete(),
        expect![[r#"
        project.completed
        completed: started 2018-07-01, completed 2018-07-01, accepted -
        missing to start: "#]],
    );
    let again = and(&given, [complete().on("2018-09-01")]);
    check_project(
        &again,
        &accept().on("2018-09-02"),
        expect![[r#"
        project.accepted
        accepted: started 2018-07-01, completed 2018-09-01, accepted 2018-09-02
        missing to start: "#]],
    );
}

#[test]
fn after_a_preliminary_acceptance_the_final_one_is_still_to_come() {
    let given = and(&under_way(), [complete()]);
    let preliminary = accept_at(AcceptanceLevel::Preliminary, Vec::new());
    check_project(
        &given,
        &preliminary,
        expect![[r#"
        project.accepted
        completed: started 2018-07-01, completed 2018-07-01, accepted -
        missing to start: "#]],
    );
    let given = and(&given, [preliminary]);
    check(
        &given,
        &[audit(1, 1)],
        expect!["BAD_TRANSITION: project.audit_settlement is not possible in state completed"],
    );
}

#[test]
fn a_suspended_project_comes_back_to_where_it_was() {
    for (given, state) in [
        (and(&reviewed(), [approve()]), ProjectState::Approved),
        (under_way(), ProjectState::InProgress),
    ] {
        let mut world = World::given(&and(&given, [because(ProjectCommand::Suspend)]));
        let row = world.books.projects.get(project(1)).unwrap();
        assert_eq!((row.state, row.reached()), (ProjectState::Suspended, state));
        world.take(&resume());
        let row = world.books.projects.get(project(1)).unwrap();
        assert_eq!((row.state, row.before), (state, None));
    }
    let given = and(&under_way(), [because(ProjectCommand::Suspend)]);
    let early = resume().on("2018-06-30");
    check(
        &given,
        &[complete(), complete().observed(), early],
        expect![[r#"
            BAD_TRANSITION: project.complete is not possible in state suspended
            project.completed
            alert BAD_TRANSITION: project.complete is not possible in state suspended
            BAD_DATE occurred_on: it lies before the step that comes before it"#]],
    );
    let mut world = World::given(&given);
    world.answer(&complete().observed());
    world.take(&resume());
    let row = world.books.projects.get(project(1)).unwrap();
    assert_eq!(
        row.state,
        ProjectState::Completed,
        "completed while it stood still"
    );
}

#[test]
fn what_was_given_up_stays_given_up() {
    let removed = and(&in_library(), [because(ProjectCommand::Remove)]);
    let suspended = and(&under_way(), [because(ProjectCommand::Suspend)]);
    let terminated = and(&suspended, [because(ProjectCommand::Terminate)]);
    for (given, state) in [
        (removed, ProjectState::Removed),
        (terminated, ProjectState::Terminated),
    ] {
        let mut world = World::given(&given);
        assert!(world.decide(&resume()).is_err());
        world.answer(&start().observed());
        world.answer(&resume().observed());
        let row = world.books.projects.get(project(1)).unwrap();
        assert_eq!(row.state, state);
        assert_eq!(row.stage(), ProjectStage::Cancelled);
    }
}

#[test]
fn new_dates_stand_beside_the_old_ones() {
    let rows = [
        replan(None, date("2019-03")).by(CHIEF),
        replan(None, date("2019-03")),
    ];
    check(
        &under_way(),
        &rows,
        expect![[r#"
        SAME_PERSON:
          the same person may not do both project.replan and the approver 批准人
        project.replanned"#]],
    );
    let given = and(&under_way(), [replan(None, date("2019-03"))]);
    let given = and(&given, [replan(date("2018-07"), None)]);
    let world = World::given(&given);
    let row = world.books.projects.get(project(1)).unwrap();
    assert_eq!(row.schedule(), (date("2018-07"), date("2019-03")));
    assert_eq!(row.life.starts_on, date("2018-06"));
    assert_eq!(row.life.replannings.len(), 2);
}

#[test]
fn each_step_is_not_before_the_one_before_it() {
    let given = [
        declare(|_| ()).on("2018-02"),
        town(Outcome::Passed).on("2018-03-01"),
    ];
    check(
        &given,
        &[enter(|_| ()).on("2018-02-28"), enter(|_| ()).on("2018-03")],
        expect![[r#"
            BAD_DATE occurred_on: it lies before the step that comes before it
            project.entered_library"#]],
    );
    let given = and(&given, [enter(|_| ()).on("2018-04-01")]);
    check(
        &given,
        &[approve().on("2018-03-31"), approve().on("2018-04-01")],
        expect![[r#"
            BAD_DATE occurred_on: it lies before the step that comes before it
            project.approved"#]],
    );
    let given = and(&ready(), [start().on("2018-07-02")]);
    // A site is not visited before the work; an approval that is found late has its own date.
    check(
        &given,
        &[
            visit(1, &[VISITOR]).on("2018-07-01"),
            visit(1, &[VISITOR]).on("2018-07-02"),
            approve().on("2018-05-01").observed(),
        ],
        expect![[r#"
            BAD_DATE occurred_on: it lies before the step that comes before it
            project.site_visited
            project.approved
            alert BAD_TRANSITION: project.approve is not possible in state started"#]],
    );
}

#[test]
fn who_took_each_step_is_kept() {
    let world = World::given(&accepted_at_last());
    let row = world.books.projects.get(project(1)).unwrap();
    assert!(row.took_by(Step::Declare, ELDER.person));
    assert!(row.took_by(Step::ReviewInTown, CADRE.person));
    assert!(!row.took_by(Step::ReviewInTown, ELDER.person));
    assert_eq!(row.life.steps.len(), usize::try_from(row.version).unwrap());
    assert!(row.visit(visit_id(1)).is_some());
    assert!(row.visit(visit_id(2)).is_none());
}

#[test]
fn the_wording_of_a_step_is_put_right_where_it_stands() {
    use crate::record::{CorrectedField as Field, RecordCommand, RecordCorrection};
    let given = and(&accepted_at_last(), [visit(2, &[VISITOR])]);
    let mut world = World::given(&given);
    let seq_of = |world: &World, step| {
        let row = world.books.projects.get(project(1)).unwrap();
        let taken = row.life.steps.iter().find(|taken| taken.step == step);
        taken.unwrap().seq
    };
    let correct = |seq, field, to: &str| {
        ask(Command::Record(RecordCommand::Correct(RecordCorrection {
            subject: project(1).into(),
            seq,
            field,
            to: crate::text::Wording::new(to).unwrap(),
            reason: text(),
            original: None,
        })))
    };
    let rows = [
        (Step::VisitSite, Field::Finding, "仅见路基"),
        (Step::VisitSite, Field::Finding, "仅见半幅路基"),
        (Step::FailAcceptance, Field::Reason, "边沟缺失"),
        (Step::FailAcceptance, Field::Document, "验收一"),
        (Step::Award, Field::Document, "中标一"),
        (Step::Declare, Field::Name, "无关"),
        (Step::Declare, Field::Document, "没有"),
        (Step::EnterLibrary, Field::Name, "产业路"),
    ];
    let mut answers = Vec::new();
    for (step, field, to) in rows {
        let seq = seq_of(&world, step);
        answers.push(world.answer(&correct(seq, field, to)));
    }
    let row = world.books.projects.get(project(1)).unwrap();
    for taken in &row.life.steps {
        if taken.note.is_some() || taken.document.is_some() {
            let note = taken.note.as_ref().map_or("-", |note| note.as_str());
            let document = taken.document.as_ref().map_or("-", |it| it.as_str());
            answers.push(format!("{}: {note}, {document}", taken.step));
        }
    }
    answers.push(format!("{:?}", row.name));
    expect![[r#"
        record.corrected
        record.corrected
        record.corrected
        record.corrected
        record.corrected
        record.corrected
        BAD_REVERSAL field:
          the record has no such text; amounts are reversed and recorded anew
        record.corrected
        project.review_in_town: -, 县发〔2018〕1号
        project.review: -, 县发〔2018〕1号
        project.review: -, 县发〔2018〕1号
        project.plan_year: -, 县发〔2018〕1号
        project.approve: -, 县发〔2018〕1号
        project.award: -, 中标一
        project.check_gate: 确有必要, -
        project.check_gate: 确有必要, -
        project.check_gate: 确有必要, -
        project.check_gate: 确有必要, -
        project.check_gate: 确有必要, -
        project.visit_site: 仅见半幅路基, -
        project.fail_acceptance: 边沟缺失, 验收一
        project.accept: -, 县发〔2018〕1号
        project.accept: -, 县发〔2018〕1号
        project.visit_site: 确有必要, -
        Name("产业路")"#]]
    .assert_eq(&answers.join("\n"));
}
