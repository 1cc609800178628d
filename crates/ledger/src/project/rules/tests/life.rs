//! The whole life: what each step says, asks for, and leaves behind.

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
