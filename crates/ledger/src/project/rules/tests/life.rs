//! The whole life: what each step says, asks for, and leaves behind.

mod limits;

use super::*;
use crate::ids::VisitId;
use crate::project::rules::steps::Step;
use crate::project::{
    AcceptanceFailure, AcceptanceLevel, Award, CareAssignment, FinalAccount, GateCheck, Handover,
    ProjectReason, ProjectReview, ProjectReviewKind as Kind, ProjectReviewResult as Outcome,
    SettlementAudit, Tender, TenderMethod, TownReview, YearPlan,
};
use uuid::Uuid;

/// Of the village: declares.
const ELDER: crate::Actor = who(14, VILLAGE);
/// Of the town: reviews.
const CADRE: crate::Actor = who(15, TOWN);

fn visit_id(number: u128) -> VisitId {
    VisitId(Uuid::from_u128(0x9000 | number))
}

fn date(text: &str) -> Option<BusinessDate> {
    Some(text.parse().unwrap())
}

fn this(command: ProjectCommand) -> Ask {
    ask(Command::Project(command))
}

pub(super) fn declare(change: impl FnOnce(&mut ProjectDeclaration)) -> Ask {
    let mut facts = ProjectDeclaration {
        project: project(1),
        number: reference(),
        name: name(),
        village: unit(VILLAGE),
        implementing_unit: unit(BUREAU),
        content: text(),
        performance_target: Some(text()),
        planned: vec![planned(1000)],
        planned_fen: fen(1000),
        kind: None,
        beneficiary_households: Some(30),
        starts_on: date("2018-06"),
        completes_on: date("2018-12"),
        reviews: Vec::new(),
    };
    change(&mut facts);
    this(ProjectCommand::Declare(facts)).by(ELDER)
}

fn town(result: Outcome) -> Ask {
    let (project, document) = (project(1), reference());
    this(ProjectCommand::ReviewInTown(TownReview {
        project,
        result,
        opinion: None,
        document,
    }))
    .by(CADRE)
}

fn review(review: Kind, result: Outcome) -> Ask {
    let (project, document) = (project(1), reference());
    this(ProjectCommand::Review(ProjectReview {
        project,
        review,
        result,
        opinion: None,
        document,
    }))
}

fn plan(year: u32) -> Ask {
    let (project, document) = (project(1), reference());
    this(ProjectCommand::PlanYear(YearPlan {
        project,
        year,
        document,
    }))
}

fn tender(estimate: i64) -> Ask {
    this(ProjectCommand::Tender(Tender {
        project: project(1),
        method: TenderMethod::Comparison,
        estimate_fen: fen(estimate),
        document: None,
    }))
}

fn award(supplier: u128, price: i64) -> Ask {
    this(ProjectCommand::Award(Award {
        project: project(1),
        supplier: unit(supplier),
        price_fen: fen(price),
        document: None,
    }))
}

fn visit(number: u128, visitors: &[crate::Actor]) -> Ask {
    this(ProjectCommand::VisitSite(SiteVisit {
        project: project(1),
        visit: visit_id(number),
        visitors: visitors.iter().map(|who| who.person).collect(),
        finding: text(),
    }))
    .by(VISITOR)
}

fn fail() -> Ask {
    this(ProjectCommand::FailAcceptance(AcceptanceFailure {
        project: project(1),
        team: Vec::new(),
        document: reference(),
        level: None,
        reason: text(),
    }))
    .by(CHIEF)
}

fn accept_at(level: AcceptanceLevel, team: Vec<crate::ids::PersonId>) -> Ask {
    this(ProjectCommand::Accept(Acceptance {
        project: project(1),
        team,
        document: reference(),
        level: Some(level),
    }))
    .by(CHIEF)
}

fn audit(claimed: i64, approved: i64) -> Ask {
    this(ProjectCommand::AuditSettlement(SettlementAudit {
        project: project(1),
        claimed_fen: fen(claimed),
        approved_fen: fen(approved),
        document: reference(),
    }))
}

fn account(cost: i64, surplus: i64) -> Ask {
    this(ProjectCommand::ApproveFinalAccount(FinalAccount {
        project: project(1),
        cost_fen: fen(cost),
        surplus_fen: fen(surplus),
        document: reference(),
    }))
}

fn hand_over(to: u128) -> Ask {
    this(ProjectCommand::HandOver(Handover {
        project: project(1),
        asset: text(),
        to: unit(to),
        document: None,
    }))
}

fn care(keeper: u128) -> Ask {
    this(ProjectCommand::AssignCare(CareAssignment {
        project: project(1),
        keeper: unit(keeper),
        document: None,
    }))
}

fn replan(starts_on: Option<BusinessDate>, completes_on: Option<BusinessDate>) -> Ask {
    this(ProjectCommand::Replan(Replanning {
        project: project(1),
        reason: text(),
        starts_on,
        completes_on,
        approver: CHIEF.person,
        document: None,
    }))
}

fn because(command: fn(ProjectReason) -> ProjectCommand) -> Ask {
    this(command(ProjectReason {
        project: project(1),
        reason: text(),
        document: None,
    }))
}

fn resume() -> Ask {
    project_step(ProjectCommand::Resume)
}

fn not_applicable(approver: Option<crate::ids::PersonId>) -> Ask {
    this(ProjectCommand::CheckGate(GateCheck {
        project: project(1),
        gate: Gate::Supervision,
        result: GateResult::NotApplicable,
        basis: text(),
        approver,
    }))
}

/// One command of each kind, all of which name what exists.
pub(super) fn every_command() -> Vec<ProjectCommand> {
    let asks = [
        enter(|_| ()),
        approve(),
        gate(Gate::Contract),
        start(),
        complete(),
        accept(),
        declare(|_| ()),
        town(Outcome::Passed),
        review(Kind::Expert, Outcome::Passed),
        plan(2018),
        tender(1000),
        award(COMPANY, 990),
        visit(1, &[VISITOR]),
        fail(),
        audit(990, 950),
        account(950, 50),
        hand_over(VILLAGE),
        care(VILLAGE),
        replan(None, date("2019")),
        because(ProjectCommand::Suspend),
        resume(),
        because(ProjectCommand::Terminate),
        because(ProjectCommand::Remove),
        super::opening::take_over(|_| ()),
    ];
    let command = |ask: Ask| {
        let Command::Project(command) = ask.command else {
            panic!("{ask:?}");
        };
        command
    };
    asks.into_iter().map(command).collect()
}

/// Declared with an expert's review, reviewed in the town, in the library.
fn in_library() -> Vec<Ask> {
    vec![
        declare(|it| it.reviews = vec![Kind::Expert, Kind::Province]),
        town(Outcome::Passed),
        enter(|_| ()),
    ]
}

fn reviewed() -> Vec<Ask> {
    let passed = [Kind::Expert, Kind::Province].map(|kind| review(kind, Outcome::Passed));
    and(&in_library(), passed)
}

fn under_way() -> Vec<Ask> {
    let gates = Gate::ALL.iter().map(|it| gate(*it));
    let procured = [plan(2018), approve(), tender(1000), award(COMPANY, 990)];
    let ready = and(&and(&reviewed(), procured), gates);
    and(&ready, [start(), visit(1, &[VISITOR])])
}

fn accepted_at_last() -> Vec<Ask> {
    let steps = [
        complete(),
        fail(),
        complete(),
        accept_at(AcceptanceLevel::Preliminary, Vec::new()),
        accept_at(AcceptanceLevel::Final, Vec::new()),
    ];
    and(&under_way(), steps)
}

#[test]
fn from_the_village_to_the_years_of_care() {
    let rest = [
        audit(990, 950),
        account(950, 50),
        hand_over(VILLAGE),
        care(VILLAGE),
    ];
    let mut world = World::new();
    let mut states = Vec::new();
    for asked in and(&accepted_at_last(), rest) {
        world.take(&asked);
        let row = world.books.projects.get(project(1)).unwrap();
        let step = row.life.steps.last().unwrap().step;
        states.push(format!("{step}: {} ({})", row.state, row.stage()));
    }
    expect![[r#"
        project.declare: declared (identification)
        project.review_in_town: town_reviewed (identification)
        project.enter_library: in_library (identification)
        project.review: in_library (identification)
        project.review: in_library (identification)
        project.plan_year: planned (identification)
        project.approve: approved (preparation)
        project.tender: tendered (implementation)
        project.award: awarded (implementation)
        project.check_gate: awarded (implementation)
        project.check_gate: awarded (implementation)
        project.check_gate: awarded (implementation)
        project.check_gate: awarded (implementation)
        project.check_gate: awarded (implementation)
        project.start: started (implementation)
        project.visit_site: in_progress (implementation)
        project.complete: completed (completion)
        project.fail_acceptance: in_progress (implementation)
        project.complete: completed (completion)
        project.accept: completed (completion)
        project.accept: accepted (completion)
        project.audit_settlement: settled (completion)
        project.approve_final_account: final_account (completion)
        project.hand_over: handed_over (completion)
        project.assign_care: in_care (maintenance)"#]]
    .assert_eq(&states.join("\n"));
}

#[test]
fn refuses_a_declaration_in_this_order() {
    let rows = [
        declare(|it| it.village = unit(NOWHERE)),
        declare(|it| {
            it.project = project(2);
            it.village = unit(NOWHERE);
            it.implementing_unit = unit(NOWHERE);
        }),
        declare(|it| {
            it.project = project(2);
            it.implementing_unit = unit(NOWHERE);
            it.planned_fen = fen(999);
        }),
        declare(|it| {
            it.project = project(2);
            it.planned_fen = fen(999);
            it.completes_on = date("2018-05");
        }),
        declare(|it| {
            it.project = project(2);
            it.completes_on = date("2018-05");
        }),
        declare(|it| {
            it.project = project(2);
            it.completes_on = date("2018-06");
        }),
    ];
    check(
        &[declare(|_| ())],
        &rows,
        expect![[r#"
        ALREADY_EXISTS project: #3001 exists already
        NOT_FOUND village: #0063 is not known in this ledger
        NOT_FOUND implementing_unit: #0063 is not known in this ledger
        SPLIT_MISMATCH planned: the parts add up to 1000 fen, the total is 999 fen
        BAD_DATE completes_on: it lies before the planned start
        project.declared"#]],
    );
}

#[test]
fn a_declared_project_enters_the_library_once_and_after_the_town() {
    let given = [declare(|_| ())];
    check(
        &given,
        &[enter(|_| ()), enter(|_| ()).observed()],
        expect![[r#"
            BAD_TRANSITION: project.enter_library is not possible in state declared
            project.entered_library
            alert BAD_TRANSITION: project.enter_library is not possible in state declared"#]],
    );
    let returned = and(&given, [town(Outcome::Returned)]);
    check(
        &returned,
        &[enter(|_| ()), town(Outcome::Passed)],
        expect![[r#"
            BAD_TRANSITION: project.enter_library is not possible in state declared
            project.reviewed_in_town"#]],
    );
    let passed = and(&given, [town(Outcome::Passed)]);
    let dates = enter(|it| it.completes_on = date("2017"));
    let dates = and(
        &[dates],
        [enter(|it| {
            it.starts_on = date("2019");
            it.completes_on = date("2018");
        })],
    );
    check(
        &passed,
        &dates,
        expect![[r#"
        project.entered_library
        BAD_DATE completes_on: it lies before the planned start"#]],
    );
    check(
        &in_library(),
        &[enter(|_| ()), enter(|_| ()).observed()],
        expect![[r#"
            ALREADY_EXISTS project: #3001 exists already
            ALREADY_EXISTS project: #3001 exists already"#]],
    );
    let mut bare = and(&given, [town(Outcome::Passed)]);
    bare.push(enter(|it| {
        it.performance_target = None;
        it.area = unit(TOWN);
        it.starts_on = date("2018-08");
    }));
    let world = World::given(&bare);
    let row = world.books.projects.get(project(1)).unwrap();
    assert!(row.has_target, "the declaration names one");
    assert_eq!(row.area, unit(TOWN));
    assert_eq!(row.schedule(), (date("2018-08"), date("2018-12")));
}

#[test]
fn who_declares_does_not_review_nor_enter_nor_approve() {
    let given = [declare(|_| ())];
    check(
        &given,
        &[town(Outcome::Passed).by(ELDER)],
        expect![[r#"
        SAME_PERSON:
          the same person may not do both project.declare and project.review_in_town"#]],
    );
    let given = and(&given, [town(Outcome::Passed)]);
    check(
        &given,
        &[enter(|_| ()).by(ELDER), enter(|_| ()).by(CADRE)],
        expect![[r#"
            SAME_PERSON:
              the same person may not do both project.declare and project.enter_library
            SAME_PERSON:
              the same person may not do both project.review_in_town and project.enter_library"#]],
    );
    let given = in_library();
    let expert = review(Kind::Expert, Outcome::Passed);
    check(
        &given,
        &[expert.by(ELDER)],
        expect![[r#"
        SAME_PERSON:
          the same person may not do both project.declare and project.review"#]],
    );
    check(
        &reviewed(),
        &[approve().by(ELDER), approve().by(CLERK), approve()],
        expect![[r#"
            SAME_PERSON:
              the same person may not do both project.declare and project.approve
            SAME_PERSON:
              the same person may not do both project.enter_library and project.approve
            project.approved"#]],
    );
}

#[test]
fn the_reviews_that_a_declaration_asks_for_come_before_plan_and_approval() {
    let given = in_library();
    check(
        &given,
        &[plan(2018), approve(), approve().observed()],
        expect![[r#"
            GATE_MISSING: project.plan_year is not possible without 专家评审, 省级复核
            GATE_MISSING: project.approve is not possible without 专家评审, 省级复核
            project.approved
            alert GATE_MISSING: project.approve is not possible without 专家评审, 省级复核"#]],
    );
    let one = and(&given, [review(Kind::Province, Outcome::Passed)]);
    check(
        &one,
        &[approve()],
        expect!["GATE_MISSING: project.approve is not possible without 专家评审"],
    );
    // The last review of a kind counts.
    let returned = and(&reviewed(), [review(Kind::Expert, Outcome::Returned)]);
    check(
        &returned,
        &[approve()],
        expect!["GATE_MISSING: project.approve is not possible without 专家评审"],
    );
    check(
        &reviewed(),
        &[plan(2018), approve()],
        expect![[r#"
        project.year_planned
        project.approved"#]],
    );
}
