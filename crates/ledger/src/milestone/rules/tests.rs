//! Promised: progress is a proper fraction of what was defined (V20), nothing is done before the
//! project starts, and whoever reports does not verify (V12).

use super::*;
use crate::Command;
use crate::milestone::Weighting;
use crate::project::{ProjectCommand, ProjectReason, SiteVisit};
use crate::testing::*;
use crate::text::Name;
use expect_test::expect;
use uuid::Uuid;

fn milestone(number: u128) -> MilestoneId {
    MilestoneId(Uuid::from_u128(0x8000 | number))
}

fn visit(number: u128) -> VisitId {
    VisitId(Uuid::from_u128(0x9000 | number))
}

fn mu() -> Name {
    Name::new("亩").unwrap()
}

/// Milestone 1 of project 1: 500 mu.
fn define(change: impl FnOnce(&mut MilestoneDefinition)) -> Ask {
    let mut definition = MilestoneDefinition {
        milestone: milestone(1),
        project: project(1),
        name: name(),
        total: 500,
        unit: mu(),
        weighting: Weighting::Quantity,
        weight: 1,
        preparatory: false,
    };
    change(&mut definition);
    ask(Command::Milestone(MilestoneCommand::Define(definition)))
}

fn progress(done: u64, change: impl FnOnce(&mut Progress)) -> Progress {
    let mut progress = Progress {
        milestone: milestone(1),
        done,
        total: 500,
        unit: mu(),
        weighting: Weighting::Quantity,
        on_site: true,
        remark: None,
        site_visit: None,
    };
    change(&mut progress);
    progress
}

fn report(done: u64) -> Ask {
    let progress = progress(done, |_| ());
    ask(Command::Milestone(MilestoneCommand::Report(progress))).by(BUILDER)
}

fn verify(done: u64) -> Ask {
    let progress = progress(done, |_| ());
    ask(Command::Milestone(MilestoneCommand::Verify(progress))).by(VISITOR)
}

fn defined() -> Vec<Ask> {
    and(&started(), [define(|_| ())])
}

#[test]
fn defines_a_milestone_once_of_a_known_project_with_a_denominator() {
    let rows = [
        define(|it| it.project = project(9)),
        define(|it| {
            it.milestone = milestone(2);
            it.project = project(9);
            it.total = 0;
        }),
        define(|it| {
            it.milestone = milestone(2);
            it.total = 0;
        }),
        define(|it| {
            it.milestone = milestone(2);
            it.total = 1;
        }),
    ];
    check(
        &defined(),
        &rows,
        expect![[r#"
        ALREADY_EXISTS milestone: #8001 exists already
        NOT_FOUND project: #3009 is not known in this ledger
        BAD_RATIO total: the denominator must be above 0
        milestone.defined"#]],
    );
}

/// Each row puts right what the row before it was refused for, in a report and in a verification.
#[test]
fn progress_has_the_denominator_unit_and_weighting_that_were_defined() {
    type Change = fn(&mut Progress);
    let changes: [Change; 7] = [
        |it| it.milestone = milestone(9),
        |it| {
            it.total = 499;
            it.unit = name();
        },
        |it| {
            it.unit = name();
            it.weighting = Weighting::Money;
        },
        |it| {
            it.weighting = Weighting::Money;
            it.site_visit = Some(visit(9));
        },
        |it| {
            it.site_visit = Some(visit(9));
            it.done = 501;
        },
        |it| it.done = 501,
        |it| it.done = 500,
    ];
    let make: [fn(Progress) -> MilestoneCommand; 2] =
        [MilestoneCommand::Report, MilestoneCommand::Verify];
    let rows = make.map(|make| {
        changes.map(|change| ask(Command::Milestone(make(progress(0, change)))).observed())
    });
    let given = and(&defined(), [report(0)]);
    check(
        &given,
        &rows[0],
        expect![[r#"
        NOT_FOUND milestone: #8009 is not known in this ledger
        BAD_RATIO total: it is not the defined denominator
        BAD_RATIO unit: it is not the defined unit
        BAD_RATIO weighting: it is not the defined weighting
        NOT_FOUND site_visit: #9009 is not known in this ledger
        milestone.reported
        alert BAD_RATIO done: it is more than the denominator
        milestone.reported"#]],
    );
    check(
        &given,
        &rows[1],
        expect![[r#"
        NOT_FOUND milestone: #8009 is not known in this ledger
        BAD_RATIO total: it is not the defined denominator
        BAD_RATIO unit: it is not the defined unit
        BAD_RATIO weighting: it is not the defined weighting
        NOT_FOUND site_visit: #9009 is not known in this ledger
        milestone.verified
        alert BAD_RATIO done: it is more than the denominator
        milestone.verified"#]],
    );
}

#[test]
fn nothing_but_preparation_is_done_before_the_project_starts() {
    let given = and(&ready(), [define(|_| ())]);
    check(
        &given,
        &[report(0), report(1), report(1).observed()],
        expect![[r#"
            milestone.reported
            BAD_TRANSITION: milestone.report is not possible in state approved
            milestone.reported
            alert BAD_TRANSITION: milestone.report is not possible in state approved"#]],
    );
    let preparing = and(&ready(), [define(|it| it.preparatory = true)]);
    check(&preparing, &[report(500)], expect!["milestone.reported"]);
    check(&defined(), &[report(1)], expect!["milestone.reported"]);
}

#[test]
fn somebody_else_verifies_what_was_reported() {
    check(
        &defined(),
        &[verify(250), verify(250).observed()],
        expect![[r#"
            BAD_TRANSITION: milestone.verify is not possible in state defined
            milestone.verified
            alert BAD_TRANSITION: milestone.verify is not possible in state defined"#]],
    );
    let given = and(&defined(), [report(250)]);
    let rows = [
        verify(250).by(BUILDER),
        verify(250).by(BUILDER).observed(),
        verify(240),
    ];
    check(
        &given,
        &rows,
        expect![[r#"
            SAME_PERSON:
              the same person may not do both milestone.report and milestone.verify
            milestone.verified
            alert SAME_PERSON:
              the same person may not do both milestone.report and milestone.verify
            milestone.verified"#]],
    );
}

#[test]
fn the_last_reporter_is_the_one_who_may_not_verify() {
    let given = and(&defined(), [report(100), report(200).by(CLERK)]);
    check(
        &given,
        &[verify(200).by(CLERK), verify(200).by(BUILDER)],
        expect![[r#"
            SAME_PERSON:
              the same person may not do both milestone.report and milestone.verify
            milestone.verified"#]],
    );
}

#[test]
fn before_the_start_a_verification_breaks_two_rules() {
    let given = and(&ready(), [define(|_| ())]);
    check(
        &given,
        &[verify(1), verify(1).observed()],
        expect![[r#"
        BAD_TRANSITION: milestone.verify is not possible in state approved
        milestone.verified
        alert BAD_TRANSITION: milestone.verify is not possible in state approved
        alert BAD_TRANSITION: milestone.verify is not possible in state defined"#]],
    );
}

#[test]
fn report_and_verification_stand_side_by_side() {
    let world = World::given(&and(&defined(), [report(250), verify(240)]));
    let row = world.books.milestones.get(milestone(1)).unwrap();
    assert_eq!((row.reported, row.verified), (Some(250), Some(240)));
    assert_eq!((row.reported_by, row.on_site), (Some(BUILDER.person), true));
    assert_eq!(row.version, 3);
}

#[test]
fn more_than_all_of_it_is_refused_in_control_before_the_state_is_asked() {
    let given = and(&ready(), [define(|_| ())]);
    check(
        &given,
        &[report(501), report(501).observed()],
        expect![[r#"
            BAD_RATIO done: it is more than the denominator
            milestone.reported
            alert BAD_RATIO done: it is more than the denominator
            alert BAD_TRANSITION: milestone.report is not possible in state approved"#]],
    );
}

fn go_and_see() -> Ask {
    ask(Command::Project(ProjectCommand::VisitSite(SiteVisit {
        project: project(1),
        visit: visit(1),
        visitors: vec![VISITOR.person],
        finding: text(),
    })))
    .by(VISITOR)
}

#[test]
fn a_verification_may_name_the_visit_that_it_rests_on() {
    let given = and(&defined(), [go_and_see(), report(250)]);
    let found = progress(240, |it| {
        it.site_visit = Some(visit(1));
        it.on_site = false;
    });
    let verify = ask(Command::Milestone(MilestoneCommand::Verify(found))).by(VISITOR);
    let world = World::given(&and(&given, [verify]));
    let row = world.books.milestones.get(milestone(1)).unwrap();
    assert_eq!((row.site_visit, row.on_site), (Some(visit(1)), true));
}

#[test]
fn nothing_is_done_in_a_project_that_was_given_up() {
    let give_up = ask(Command::Project(ProjectCommand::Terminate(ProjectReason {
        project: project(1),
        reason: text(),
        document: None,
    })));
    let given = and(&defined(), [give_up]);
    check(
        &given,
        &[report(0), report(1).observed()],
        expect![[r#"
            BAD_TRANSITION: milestone.report is not possible in state terminated
            milestone.reported
            alert BAD_TRANSITION: milestone.report is not possible in state terminated"#]],
    );
}
