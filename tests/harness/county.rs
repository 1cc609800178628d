//! An invented county: its units, its money, its projects and its rounds.

use super::{Client, command};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub const PROVINCE: u64 = 2;
pub const PREFECTURE: u64 = 3;
pub const COUNTY: u64 = 4;
/// The town that has to put things right.
pub const TOWN: u64 = 5;
/// The first of five villages of the town.
pub const VILLAGE: u64 = 11;
/// The county's finance bureau.
pub const BUREAU: u64 = 20;
/// The prefecture's inspection office: it closes what its rounds find.
pub const INSPECTION: u64 = 21;
/// A company that builds.
pub const BUILDER: u64 = 30;

fn id(kind: u128, number: u64) -> Uuid {
    Uuid::from_u128(kind << 96 | 0x4000_8000 << 48 | u128::from(number))
}

pub fn org(number: u64) -> Uuid {
    id(0x01, number)
}
pub fn person(number: u64) -> Uuid {
    id(0x02, number)
}
pub fn fund(number: u64) -> Uuid {
    id(0x03, number)
}
pub fn project(number: u64) -> Uuid {
    id(0x04, number)
}
pub fn payment(number: u64) -> Uuid {
    id(0x05, number)
}
pub fn round(number: u64) -> Uuid {
    id(0x06, number)
}
pub fn item(number: u64) -> Uuid {
    id(0x07, number)
}
pub fn measure(number: u64) -> Uuid {
    id(0x08, number)
}
pub fn milestone(number: u64) -> Uuid {
    id(0x09, number)
}
pub fn overlay(number: u64) -> Uuid {
    id(0x0a, number)
}

pub fn contract(number: u64) -> Uuid {
    id(0x0b, number)
}
pub fn claim(number: u64) -> Uuid {
    id(0x0c, number)
}

pub fn to_unit(number: u64) -> Value {
    json!({"organisation": org(number)})
}

pub fn to_project(number: u64) -> Value {
    json!({"project": project(number)})
}

/// The smallest plausible number of a household, so that ids of people and of households differ.
pub const HOUSEHOLDS: u64 = 1000;

impl Client {
    /// The area tree, offices, a builder and a zone.
    pub fn register_units(&self) {
        let unit = |number, code: &str, name: &str, kind, level, parent: Option<u64>| {
            let mut data = json!({
                "organisation": org(number), "code": code, "name": name, "kind": kind,
                "level": level,
            });
            if let Some(parent) = parent {
                data["parent"] = json!(org(parent));
            }
            command("organisation.register", "2018-01-01", data)
        };
        let mut units = vec![
            unit(1, "000000", "国家", "area", "nation", None),
            unit(PROVINCE, "530000", "云岭省", "area", "province", Some(1)),
            unit(
                PREFECTURE,
                "530300",
                "曲河市",
                "area",
                "prefecture",
                Some(PROVINCE),
            ),
            unit(
                COUNTY,
                "530399",
                "青石县",
                "area",
                "county",
                Some(PREFECTURE),
            ),
            unit(TOWN, "530399101", "龙潭乡", "area", "town", Some(COUNTY)),
            unit(
                BUREAU,
                "530399-财",
                "青石县财政局",
                "agency",
                "county",
                Some(COUNTY),
            ),
            unit(
                INSPECTION,
                "530300-巡",
                "曲河市委巡察办",
                "agency",
                "prefecture",
                Some(PREFECTURE),
            ),
            unit(
                BUILDER,
                "91530300MA6K0000X1",
                "曲河建工公司",
                "enterprise",
                "county",
                None,
            ),
        ];
        for (place, name) in (0..).zip(["千坊村", "江口村", "石门村", "松林村", "沙坝村"])
        {
            let code = format!("53039910120{place}");
            units.push(unit(
                VILLAGE + place,
                &code,
                name,
                "area",
                "village",
                Some(TOWN),
            ));
        }
        self.record_all("finance", &units);
        let zone = json!({"overlay": overlay(1), "kind": "war_zone", "name": "龙潭战区",
            "commander": person(77)});
        self.record_on("inspector", "2018-01-01", "overlay.define", zone);
        let membership = json!({"overlay": overlay(1), "organisation": org(TOWN),
            "from": "2018-01-01"});
        self.record_on("inspector", "2018-01-01", "overlay.add_member", membership);
    }

    /// A batch that the province announces to the county, received in full.
    pub fn fund_received(&self, number: u64, amount_fen: i64) {
        let announcement = announcement(number, amount_fen);
        self.record_on("finance", "2018-03-01", "fund.announce", announcement);
        let receipt = json!({"fund": fund(number), "amount_fen": amount_fen,
            "document": format!("云财农〔2018〕{number}号")});
        self.record_on("finance", "2018-03-02", "fund.receive", receipt);
    }

    /// A project in the library.
    pub fn project_entered(&self, number: u64, budget_fen: i64) {
        let entry = json!({
            "project": project(number), "number": format!("QS-2018-{number:03}"),
            "name": format!("龙潭乡产业路{number}期"), "implementing_unit": org(TOWN),
            "area": org(TOWN), "content": "硬化村组道路", "performance_target": "受益 300 户",
            "planned": [{"source_kind": "province", "amount_fen": budget_fen}],
            "planned_fen": budget_fen,
        });
        self.record_on("finance", "2018-02-01", "project.enter_library", entry);
    }

    /// A project that was approved.
    pub fn project_approved(&self, number: u64, budget_fen: i64) {
        self.project_entered(number, budget_fen);
        let approval = json!({"project": project(number), "document": "青发改〔2018〕7号",
            "budget": [{"source_kind": "province", "amount_fen": budget_fen}],
            "budget_fen": budget_fen});
        self.record_on("finance2", "2018-03-01", "project.approve", approval);
    }

    /// A project from the library to its start.
    pub fn project_started(&self, number: u64, budget_fen: i64) {
        self.project_approved(number, budget_fen);
        for gate in [
            "legal_person",
            "tendering",
            "supervision",
            "contract",
            "integrity",
        ] {
            let check = json!({"project": project(number), "gate": gate, "result": "passed",
                "basis": "资料齐全"});
            self.record_on("finance2", "2018-03-15", "project.check_gate", check);
        }
        let start = json!({"project": project(number)});
        self.record_on("worker", "2018-04-01", "project.start", start);
    }

    /// Gives a project a budget out of the county's part of a batch.
    pub fn budget(&self, fund_number: u64, project_number: u64, amount_fen: i64) {
        let data = allocation(fund_number, COUNTY, to_project(project_number), amount_fen);
        self.record_on("finance", "2018-03-20", "fund.allocate", data);
    }

    /// A household with a name.
    pub fn register_household(&self, number: u64, name: &str) {
        let profile = json!({"person": person(number), "kind": "household", "name": name});
        self.record("finance", "subject.register", profile);
    }

    /// A round of the prefecture's inspection office, whose findings the town has got.
    pub fn round_opened(&self, number: u64, feedback_on: &str) {
        let opening = json!({
            "round": round(number), "name": format!("第{number}轮巡察"), "kind": "inspection",
            "inspecting_body": org(INSPECTION), "closing_body": org(INSPECTION),
            "mandate": "曲巡〔2018〕3号",
        });
        self.record_on("inspector", "2018-06-01", "round.open", opening);
        let feedback = json!({"round": round(number), "receivers": [org(TOWN)],
            "document": "曲巡反馈〔2018〕1号"});
        self.record_on("inspector", feedback_on, "round.deliver_feedback", feedback);
    }

    /// The whole: units, a batch of 10,000,000.00 yuan, a started project with 4,000,000.00 of
    /// it, two households, a round.
    pub fn found_county(&self) {
        self.register_units();
        self.fund_received(1, 1_000_000_000);
        self.project_started(1, 400_000_000);
        self.budget(1, 1, 400_000_000);
        self.register_household(HOUSEHOLDS + 1, "禾苗甲");
        self.register_household(HOUSEHOLDS + 2, "禾苗乙");
        self.round_opened(1, "2018-07-28");
    }

    /// An item from its draft to a closing that was asked for, with one measure and its proof.
    pub fn closing_requested(&self, number: u64, recovery_required_fen: i64) {
        self.uploads_proof("worker", number);
        let steps = [
            (
                "inspector",
                "2018-07-28",
                "draft",
                draft(number, recovery_required_fen),
            ),
            (
                "inspector",
                "2018-07-28",
                "issue",
                json!({"item": item(number)}),
            ),
            (
                "worker",
                "2018-07-30",
                "acknowledge",
                json!({"item": item(number)}),
            ),
            (
                "worker",
                "2018-08-01",
                "submit_plan",
                json!({"item": item(number),
                "plan": "逐户核对并补发", "document": "龙政〔2018〕12号"}),
            ),
            (
                "inspector",
                "2018-08-03",
                "approve_plan",
                json!({"item": item(number)}),
            ),
            (
                "overseer",
                "2018-08-04",
                "approve_plan",
                json!({"item": item(number)}),
            ),
            (
                "worker",
                "2018-08-05",
                "add_measure",
                json!({"item": item(number),
                "measure": measure(number), "kind": "ordinary", "description": "补发到户"}),
            ),
            (
                "worker",
                "2018-08-20",
                "add_evidence",
                evidence(number, number),
            ),
            (
                "worker",
                "2018-08-21",
                "request_closure",
                json!({"item": item(number)}),
            ),
        ];
        for (who, day, step, data) in steps {
            self.record_on(who, day, &format!("item.{step}"), data);
        }
    }

    /// Uploads the file that proves what was done about an item.
    pub fn uploads_proof(&self, who: &str, number: u64) {
        let (path, bytes) = (self.path("files"), proof(number));
        let reply = self.try_post(who, &path, "application/octet-stream", bytes.as_bytes());
        let reply = reply.unwrap();
        assert!(matches!(reply.status, 200 | 201), "{}", reply.text());
    }

    /// Says what came of the measure of such an item, without which it is not closed.
    pub fn measure_finished(&self, number: u64) {
        let result = json!({"item": item(number), "measure": measure(number),
            "result": "已补发到户"});
        self.record_on("worker", "2018-08-21", "item.finish_measure", result);
    }
}

/// An announcement of the province to the county.
pub fn announcement(number: u64, amount_fen: i64) -> Value {
    json!({
        "fund": fund(number), "name": format!("扶贫专项资金第{number}批"),
        "document": format!("云财农〔2018〕{number}号"), "issuer": org(PROVINCE),
        "receiver": org(COUNTY), "source_kind": "province", "amount_fen": amount_fen,
        "budget_year": 2018, "purpose_code": "2130504",
    })
}

/// An allocation out of a batch.
pub fn allocation(fund_number: u64, from: u64, to: Value, amount_fen: i64) -> Value {
    json!({"fund": fund(fund_number), "from": org(from), "to": to, "amount_fen": amount_fen,
        "document": "青财农〔2018〕9号"})
}

/// A payment out of a batch, for project 1.
pub fn instruction(number: u64, payee: Value, amount_fen: i64) -> Value {
    json!({
        "payment": payment(number), "project": project(1), "payee": payee,
        "amount_fen": amount_fen, "sources": [{"fund": fund(1), "amount_fen": amount_fen}],
        "kind": "subsidy", "voucher": format!("PZ-{number:06}"),
    })
}

pub fn settlement(number: u64, amount_fen: i64) -> Value {
    json!({"payment": payment(number), "amount_fen": amount_fen,
        "bank_reference": format!("BK-{number:06}")})
}

pub fn payment_return(number: u64, amount_fen: i64) -> Value {
    json!({"payment": payment(number), "amount_fen": amount_fen, "reason": "户名不符"})
}

pub fn reissue(number: u64, of: u64) -> Value {
    json!({"payment": payment(number), "of": payment(of), "voucher": format!("PZ-{number:06}"),
        "reason": "更正户名"})
}

pub fn receipt(payment_number: u64, household: u64, result: &str, amount_fen: i64) -> Value {
    json!({"payment": payment(payment_number), "subject": person(household),
        "amount_fen": amount_fen, "channel": "visit", "result": result, "visitor": person(77)})
}

/// An item about money, for the town to put right.
pub fn draft(number: u64, recovery_required_fen: i64) -> Value {
    json!({
        "item": item(number), "number": format!("{number:04}"), "round": round(1),
        "category": "funds", "scope": "individual", "severity": "serious",
        "facts": "补助资金未足额发放到户", "amount_involved_fen": recovery_required_fen,
        "recovery_required_fen": recovery_required_fen, "responsible_unit": org(TOWN),
        "responsible_person": person(9), "deadline_rule": "inspection_feedback",
    })
}

/// A file that proves what was done about an item.
fn proof(number: u64) -> String {
    format!("第{number}号问题补助发放签领表")
}
pub fn proof_sha256(number: u64) -> String {
    let hash = Sha256::digest(proof(number).as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file that proves a measure.
pub fn evidence(item_number: u64, measure_number: u64) -> Value {
    json!({"item": item(item_number), "measure": measure(measure_number),
        "sha256": proof_sha256(item_number), "captured_on": "2018-08-20",
        "description": "发放签领表"})
}

/// What a verifier found on the site.
pub fn verification(number: u64) -> Value {
    json!({"item": item(number), "mode": "on_site", "finding": "已补发到户"})
}
