//! One project from the village's declaration to the years of care, told over HTTP: what each step
//! asks for, who may not take it, and what is shown of it in the end.

use crate::harness::*;
use serde_json::{Value, json};
use uuid::Uuid;

const NUMBER: u64 = 7;

fn county() -> World {
    let world = spawn();
    world.found_county();
    world
}

/// A step of the project, with what it says besides.
fn facts(more: Value) -> Value {
    let mut facts = json!({"project": project(NUMBER)});
    let fields = more.as_object().unwrap().clone();
    facts.as_object_mut().unwrap().extend(fields);
    facts
}

fn visit() -> Uuid {
    measure(901)
}

impl World {
    fn takes(&self, who: &str, day: &str, step: &str, more: Value) {
        self.record_on(who, day, &format!("project.{step}"), facts(more));
    }

    fn may_not(&self, who: &str, day: &str, step: &str, more: Value, code: &str) {
        let head = self.head();
        let reply = self.send_on(who, day, &format!("project.{step}"), facts(more));
        assert_eq!(reply.code(), code, "{step}: {}", reply.text());
        assert_eq!(self.head(), head);
    }

    fn project(&self) -> Value {
        self.data("reader", &format!("projects/{}", project(NUMBER)))
    }

    fn is_in(&self, state: &str, stage: &str) {
        let view = self.project();
        assert_eq!(view["state"]["word"], state);
        assert_eq!(view["stage"]["word"], stage);
        let listed = |key: &str, word: &str| {
            let page = self.data("reader", &format!("projects?{key}={word}"));
            let entries = page["entries"].as_array().unwrap().clone();
            entries
                .iter()
                .any(|line| line["project"]["project"] == json!(project(NUMBER)))
        };
        assert!(listed("state", state) && listed("stage", stage));
        assert!(!listed("state", "removed"));
    }
}

fn money() -> Value {
    json!([{"source_kind": "province", "amount_fen": 100_000}])
}

/// Declared, reviewed, in the library and approved.
fn approved(world: &World) {
    let declaration = json!({"number": "SB-7", "name": "江口村产业路", "village": org(VILLAGE + 1),
        "implementing_unit": org(TOWN), "content": "硬化三公里", "planned": money(),
        "planned_fen": 100_000, "starts_on": "2018-05", "completes_on": "2018-07",
        "reviews": ["expert", "prefecture"]});
    world.takes("worker", "2018-01-10", "declare", declaration.clone());
    world.may_not(
        "worker",
        "2018-01-10",
        "declare",
        declaration,
        "ALREADY_EXISTS",
    );
    let entry = json!({"number": "QS-2018-107", "name": "江口村产业路", "implementing_unit": org(TOWN),
        "area": org(VILLAGE + 1), "content": "硬化三公里", "performance_target": "受益 90 户",
        "planned": money(), "planned_fen": 100_000});
    world.may_not(
        "finance",
        "2018-02-01",
        "enter_library",
        entry.clone(),
        "BAD_TRANSITION",
    );
    let review = json!({"result": "passed", "document": "龙政〔2018〕3号"});
    world.may_not(
        "worker",
        "2018-01-15",
        "review_in_town",
        review.clone(),
        "SAME_PERSON",
    );
    world.takes("worker2", "2018-01-15", "review_in_town", review);
    world.is_in("town_reviewed", "identification");
    world.may_not(
        "finance",
        "2018-01-14",
        "enter_library",
        entry.clone(),
        "BAD_DATE",
    );
    world.takes("finance", "2018-02-01", "enter_library", entry);

    let plan = json!({"year": 2018, "document": "青发〔2018〕5号"});
    world.may_not(
        "finance",
        "2018-02-20",
        "plan_year",
        plan.clone(),
        "GATE_MISSING",
    );
    for kind in ["expert", "prefecture"] {
        let review = json!({"review": kind, "result": "passed", "document": "评审意见"});
        world.takes("finance", "2018-02-10", "review", review);
    }
    world.takes("finance", "2018-02-20", "plan_year", plan);
    let approval =
        json!({"document": "青发改〔2018〕8号", "budget": money(), "budget_fen": 100_000});
    world.may_not(
        "finance",
        "2018-03-01",
        "approve",
        approval.clone(),
        "SAME_PERSON",
    );
    world.takes("finance2", "2018-03-01", "approve", approval);
    world.is_in("approved", "preparation");
    world.budget(1, NUMBER, 100_000);
}

/// From the tender to the completion, with a visit, new dates and a rest in between.
fn built(world: &World) {
    world.may_not("worker", "2018-04-01", "start", json!({}), "GATE_MISSING");
    let tender = json!({"method": "consultation", "estimate_fen": 98_000});
    world.takes("finance", "2018-03-05", "tender", tender);
    let nobody = json!({"supplier": org(999), "price_fen": 96_000});
    world.may_not("finance", "2018-03-20", "award", nobody, "UNKNOWN_PARTY");
    let award = json!({"supplier": org(BUILDER), "price_fen": 96_000, "document": "中标通知 1"});
    world.takes("finance", "2018-03-20", "award", award);
    for gate in ["legal_person", "tendering", "contract", "integrity"] {
        let check = json!({"gate": gate, "result": "passed", "basis": "资料齐全"});
        world.takes("finance2", "2018-03-21", "check_gate", check);
    }
    let mut small = json!({"gate": "supervision", "result": "not_applicable", "basis": "限额以下"});
    world.may_not(
        "finance2",
        "2018-03-21",
        "check_gate",
        small.clone(),
        "BAD_FIELD",
    );
    small["approver"] = json!(who("finance"));
    world.takes("finance2", "2018-03-21", "check_gate", small);
    world.takes("worker", "2018-04-01", "start", json!({}));

    let tour = json!({"milestone": milestone(7), "project": project(NUMBER), "name": "路基",
        "total": 3, "unit": "公里", "weighting": "quantity", "weight": 1});
    world.record_on("worker", "2018-04-02", "milestone.define", tour);
    let progress = |done: u64| {
        json!({"milestone": milestone(7), "done": done, "total": 3, "unit": "公里",
            "weighting": "quantity"})
    };
    world.record_on("worker", "2018-05-01", "milestone.report", progress(2));
    let mut found = progress(1);
    found["site_visit"] = json!(visit());
    let unseen = world.send_on("inspector", "2018-05-02", "milestone.verify", found.clone());
    assert_eq!(unseen.code(), "NOT_FOUND");
    let seen = json!({"visit": visit(), "visitors": [who("inspector")], "finding": "成形一公里"});
    world.takes("inspector", "2018-05-02", "visit_site", seen);
    world.record_on("inspector", "2018-05-02", "milestone.verify", found);
    world.is_in("in_progress", "implementation");

    let pause = json!({"reason": "雨季"});
    world.takes("worker", "2018-05-20", "suspend", pause);
    world.may_not(
        "worker",
        "2018-06-01",
        "complete",
        json!({}),
        "BAD_TRANSITION",
    );
    let later = json!({"reason": "雨季", "completes_on": "2018-08", "approver": who("finance2")});
    world.takes("finance", "2018-05-21", "replan", later);
    world.is_in("suspended", "implementation");
    world.takes("worker", "2018-06-20", "resume", json!({}));
    world.takes("worker", "2018-07-10", "complete", json!({}));
}

#[test]
fn a_project_lives_from_the_declaration_to_the_years_of_care() {
    let world = county();
    approved(&world);
    built(&world);

    // Refused once, mended, looked at, and then accepted for good; never by those who built it.
    let document = json!({"document": "验收书"});
    world.may_not(
        "worker",
        "2018-07-20",
        "accept",
        document.clone(),
        "SAME_PERSON",
    );
    world.may_not(
        "worker2",
        "2018-07-20",
        "accept",
        document.clone(),
        "SAME_ORG",
    );
    let failed = json!({"document": "验收书", "reason": "边沟缺失", "level": "final"});
    world.takes("finance2", "2018-07-20", "fail_acceptance", failed);
    world.is_in("in_progress", "implementation");
    world.takes("worker", "2018-08-01", "complete", json!({}));
    let first = json!({"document": "初验", "level": "preliminary"});
    world.takes("finance2", "2018-08-05", "accept", first);
    world.is_in("completed", "completion");
    let last = json!({"document": "终验", "level": "final"});
    world.takes("finance2", "2018-08-10", "accept", last);

    let audit = json!({"claimed_fen": 96_000, "approved_fen": 95_000, "document": "审计 1"});
    let account = json!({"cost_fen": 97_000, "surplus_fen": 3_000, "document": "决算 1"});
    world.may_not(
        "finance",
        "2018-09-01",
        "approve_final_account",
        account.clone(),
        "BAD_TRANSITION",
    );
    world.takes("finance", "2018-09-01", "audit_settlement", audit);
    world.takes("finance", "2018-09-10", "approve_final_account", account);
    let left = world.data("reader", "surpluses");
    assert_eq!(left["total_fen"], 3_000);
    assert_eq!(left["projects"]["entries"][0]["available_fen"], 100_000);
    let handover = json!({"asset": "道路三公里", "to": org(VILLAGE + 1)});
    world.takes("finance", "2018-09-15", "hand_over", handover);
    world.takes(
        "finance",
        "2018-09-16",
        "assign_care",
        json!({"keeper": org(VILLAGE + 1)}),
    );
    world.is_in("in_care", "maintenance");

    let view = world.project();
    let life = &view["life"];
    assert_eq!(life["schedule"]["planned_completion"], "2018-07");
    assert_eq!(life["schedule"]["current_completion"], "2018-08");
    assert_eq!(life["acceptances"].as_array().unwrap().len(), 3);
    assert_eq!(life["visits"][0]["visit"], json!(visit()));
    assert_eq!(life["keeper"]["name"], "江口村");
    assert_eq!(view["milestones"][0]["site_visit"], json!(visit()));
    assert_eq!(
        view["version"],
        json!(life["steps"].as_array().unwrap().len())
    );
    assert_eq!(view["project"]["number"], "QS-2018-107");
    assert_eq!(world.data("reader", "alerts")["total"], 0);
}

#[test]
fn what_was_skipped_is_stored_and_asked_about() {
    let world = county();
    let seen = json!({"project": project(1), "cost_fen": 1, "surplus_fen": 0, "document": "决算"});
    let seen = observed(command("project.approve_final_account", "2018-08-01", seen));
    assert_eq!(world.post("finance", &seen).status, 201);
    let alerts = world.data("reader", "alerts?code=STEP_SKIPPED");
    assert_eq!(alerts["total"], 1);
    assert_eq!(alerts["entries"][0]["subject"], json!(project(1)));
    let page = world.data("reader", "projects?state=final_account");
    assert_eq!(page["total"], 1);
    let wrong = world.get(
        "reader",
        &format!("/v1/ledgers/{}/projects?state=lost", world.ledger),
    );
    assert_eq!((wrong.status, wrong.code().as_str()), (400, "BAD_QUERY"));
}

#[test]
fn more_done_than_there_is_to_do_is_asked_about_and_counts_as_all_of_it() {
    let world = county();
    let tour = json!({"milestone": milestone(1), "project": project(1), "name": "路基",
        "total": 12, "unit": "公里", "weighting": "quantity", "weight": 3});
    world.record("worker", "milestone.define", tour);
    let progress = json!({"milestone": milestone(1), "done": 13, "total": 12, "unit": "公里",
        "weighting": "quantity"});
    let order = command("milestone.report", "2018-08-01", progress);
    assert_eq!(world.post("worker", &order).code(), "BAD_RATIO");
    assert_eq!(world.post("worker", &observed(order)).status, 201);
    assert_eq!(world.data("reader", "alerts?code=BAD_RATIO")["total"], 1);
    let view = world.data("reader", &format!("projects/{}", project(1)));
    let whole = json!({"numerator": "1", "denominator": "1"});
    assert_eq!(view["progress"]["reported"], whole);
    assert_eq!(view["milestones"][0]["reported"], 13);
}
