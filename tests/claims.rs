//! Promised: acceptance scenarios 3 and 4 of the domain model. Money in custody is not paid without
//! the counter-signature of somebody from elsewhere, and a contract is not paid ahead of its
//! stages; what is refused as an order is stored as a fact, and raises a question.

use crate::harness::*;
use serde_json::{Value, json};

const CLAIM: u64 = 1;
const CONTRACT: u64 = 1;

/// A county whose project 1 has a contract of 10,000.00 yuan, 4:5:1, with the builder.
fn county() -> World {
    let world = spawn();
    world.found_county();
    world.record("finance", "contract.sign", signing(1_000_000));
    world
}

fn signing(price_fen: i64) -> Value {
    json!({
        "contract": contract(CONTRACT), "project": project(1), "number": "QSHT-2018-001",
        "name": "产业路硬化施工合同", "supplier": org(BUILDER), "price_fen": price_fen,
        "retention_bp": 1000, "document": "QSHT-2018-001",
        "stages": [
            {"trigger": "signing", "cumulative_cap_bp": 4000},
            {"trigger": "acceptance", "cumulative_cap_bp": 9000},
            {"trigger": "retention_end", "cumulative_cap_bp": 10000},
        ],
    })
}

/// Of the county's bureau, in custody of the prefecture's office: its cadre must counter-sign.
fn submission(amount_fen: i64) -> Value {
    json!({
        "claim": claim(CLAIM), "number": "BZ-2018-001", "project": project(1),
        "contract": contract(CONTRACT), "stage": 1, "amount_fen": amount_fen,
        "sources": [{"fund": fund(1), "amount_fen": amount_fen}], "vouchers": ["FP-00001"],
        "payee": {"organisation": org(BUILDER)}, "custodian": org(INSPECTION),
        "countersigners": [{"capacity": "挂职干部", "organisation": org(INSPECTION)}],
    })
}

fn pay(number: u64, amount_fen: i64) -> Value {
    let mut data = instruction(number, json!({"organisation": org(BUILDER)}), amount_fen);
    data["kind"] = json!("progress");
    data["contract"] = json!(contract(CONTRACT));
    data
}

fn refuses(world: &World, who: &str, word: &str, data: Value, status: u16, code: &str) -> Value {
    let head = world.head();
    let reply = world.send(who, word, data);
    let got = (reply.status, reply.code());
    assert_eq!(got, (status, code.to_owned()), "{}", reply.text());
    assert_eq!(world.head(), head);
    reply.json()
}

#[test]
fn no_money_leaves_custody_without_the_counter_signature() {
    let world = county();
    let this = |more: Value| {
        let mut data = json!({"claim": claim(CLAIM)});
        for (field, value) in more.as_object().unwrap() {
            data[field] = value.clone();
        }
        data
    };
    let signature = || this(json!({"capacity": "挂职干部"}));
    let approval = || this(json!({"document": "青财审〔2018〕1号"}));
    let look = || world.data("reader", &format!("claims/{}", claim(CLAIM)));
    world.record("worker", "claim.submit", submission(400_000));
    let review = this(json!({"progress": "JL-2018-08", "finding": "工程量属实"}));
    refuses(
        &world,
        "worker",
        "claim.review_technically",
        review.clone(),
        409,
        "SAME_PERSON",
    );
    world.record("worker2", "claim.review_technically", review);

    // The queue says who is missing; so does the refusal.
    let queue = world.data("reader", "claims?missing=true");
    assert_eq!(queue["total"], 1);
    assert_eq!(queue["entries"][0]["state"]["word"], "tech_reviewed");
    let missing = &queue["entries"][0]["missing"][0];
    assert_eq!(missing["capacity"], "挂职干部");
    assert_eq!(
        missing["organisation"]["organisation"],
        json!(org(INSPECTION))
    );
    let refused = refuses(
        &world,
        "finance",
        "claim.approve",
        approval(),
        409,
        "COUNTERSIGN_MISSING",
    );
    assert!(
        refused.to_string().contains("挂职干部(曲河市委巡察办)"),
        "{refused}"
    );
    let payment = || {
        let mut data = pay(1, 400_000);
        data["claim"] = json!(claim(CLAIM));
        data
    };
    refuses(
        &world,
        "finance2",
        "payment.instruct",
        payment(),
        409,
        "BAD_TRANSITION",
    );

    // Neither the submitter, nor a colleague, nor anybody else signs in the cadre's place.
    refuses(
        &world,
        "worker",
        "claim.countersign",
        signature(),
        409,
        "SAME_PERSON",
    );
    refuses(
        &world,
        "worker2",
        "claim.countersign",
        signature(),
        409,
        "SAME_ORG",
    );
    refuses(
        &world,
        "overseer",
        "claim.countersign",
        signature(),
        422,
        "BAD_FIELD",
    );
    world.record("verifier", "claim.countersign", signature());
    assert_eq!(look()["state"]["word"], "countersigned");
    assert_eq!(look()["missing"], json!([]));
    assert_eq!(
        look()["countersigners"][0]["signed"]["by"]["person"],
        json!(who("verifier"))
    );
    assert_eq!(world.data("reader", "claims?missing=true")["total"], 0);

    // The reviewer of the money does not approve, the approver does not pay.
    let finding = this(json!({"finding": "票据齐全"}));
    world.record("finance", "claim.review_finances", finding);
    refuses(
        &world,
        "finance",
        "claim.approve",
        approval(),
        409,
        "SAME_PERSON",
    );
    world.record("finance2", "claim.approve", approval());
    refuses(
        &world,
        "finance2",
        "payment.instruct",
        payment(),
        409,
        "SAME_PERSON",
    );
    let mut dear = payment();
    dear["amount_fen"] = json!(400_001);
    dear["sources"][0]["amount_fen"] = json!(400_001);
    refuses(
        &world,
        "finance",
        "payment.instruct",
        dear,
        409,
        "OVER_PAID",
    );
    world.record("finance", "payment.instruct", payment());
    assert_eq!(look()["state"]["word"], "instructed");
    refuses(
        &world,
        "finance",
        "payment.instruct",
        pay(2, 1),
        409,
        "STAGE_CAP",
    );
    world.record("finance", "payment.settle", settlement(1, 400_000));
    let view = look();
    assert_eq!(view["state"]["word"], "settled");
    assert_eq!(view["paid_fen"], 400_000);
    assert_eq!(view["payments"][0]["payment"], json!(payment()["payment"]));
    world.record("finance", "payment.return", payment_return(1, 400_000));
    assert_eq!(look()["state"]["word"], "returned");
    assert_eq!(world.data("reader", "claims?state=returned")["total"], 1);
    assert_eq!(world.data("reader", "alerts")["total"], 0);
}

#[test]
fn an_approval_that_only_happened_is_stored_and_does_not_pay() {
    let world = county();
    world.record("worker", "claim.submit", submission(400_000));
    let approval = json!({"claim": claim(CLAIM), "document": "青财审〔2018〕1号"});
    let approval = command("claim.approve", "2018-08-01", approval);
    let stored = world.post("finance2", &observed(approval));
    assert_eq!(stored.status, 201, "{}", stored.text());
    let alerts = world.data("reader", "alerts");
    let codes: Vec<_> = alerts["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["code"])
        .collect();
    assert_eq!(codes, ["COUNTERSIGN_MISSING", "STEP_SKIPPED"]);
    let mut payment = pay(1, 400_000);
    payment["claim"] = json!(claim(CLAIM));
    refuses(
        &world,
        "finance",
        "payment.instruct",
        payment.clone(),
        409,
        "COUNTERSIGN_MISSING",
    );
    let signature = json!({"claim": claim(CLAIM), "capacity": "挂职干部"});
    world.record("verifier", "claim.countersign", signature);
    world.record("finance", "payment.instruct", payment);
}

#[test]
fn a_contract_is_paid_stage_by_stage() {
    let mut world = county();
    let look = |world: &World| world.data("reader", &format!("contracts/{}", contract(CONTRACT)));
    world.record("finance", "payment.instruct", pay(1, 400_000));
    world.record("finance", "payment.settle", settlement(1, 400_000));

    // A second payment to 95% before the acceptance.
    let early = command("payment.instruct", "2018-08-01", pay(2, 550_000));
    let reply = world.post("finance", &early);
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (409, "STAGE_CAP"),
        "{}",
        reply.text()
    );
    let view = look(&world);
    assert_eq!(view["price_fen"], 1_000_000);
    assert_eq!(view["cap_fen"], 400_000);
    assert_eq!(view["paid_fen"], 400_000);
    assert_eq!(view["commitment_fen"], 600_000);
    assert_eq!(world.data("reader", "alerts")["total"], 0);

    // As facts the instruction and the bank's line are stored, and each raises the question.
    let stored = world.post("finance", &observed(early));
    assert_eq!(stored.status, 201, "{}", stored.text());
    refuses(
        &world,
        "finance",
        "payment.settle",
        settlement(2, 550_000),
        409,
        "STAGE_CAP",
    );
    let line = command("payment.settle", "2018-08-01", settlement(2, 550_000));
    let line = world.post("finance", &observed(line));
    assert_eq!(line.status, 201, "{}", line.text());
    let alerts = world.data("reader", "alerts?code=STAGE_CAP");
    assert_eq!(alerts["total"], 2);
    assert_eq!(alerts["entries"][0]["seq"], stored.json()["first_seq"]);
    assert_eq!(alerts["entries"][1]["seq"], line.json()["first_seq"]);
    let view = look(&world);
    assert_eq!(view["paid_fen"], 950_000);
    assert_eq!(view["commitment_fen"], 50_000);
    let paid: Vec<_> = view["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["paid_fen"])
        .collect();
    assert_eq!(paid, [400_000, 500_000, 50_000]);
    assert_eq!(view["stages"][1]["reached"], false);

    // Reached stage by stage, and never beyond the price that was agreed.
    let reach = |stage: u32| {
        json!({"contract": contract(CONTRACT), "stage": stage,
        "basis": "验收报告"})
    };
    refuses(
        &world,
        "worker",
        "contract.reach_stage",
        reach(2),
        409,
        "SAME_ORG",
    );
    refuses(
        &world,
        "finance2",
        "contract.reach_stage",
        reach(3),
        409,
        "BAD_TRANSITION",
    );
    world.record("finance2", "contract.reach_stage", reach(2));
    refuses(
        &world,
        "finance",
        "payment.instruct",
        pay(3, 50_000),
        409,
        "STAGE_CAP",
    );
    world.record("finance2", "contract.reach_stage", reach(3));
    refuses(
        &world,
        "finance",
        "payment.instruct",
        pay(3, 50_001),
        409,
        "OVER_CONTRACT",
    );
    let change = json!({"contract": contract(CONTRACT), "kind": "price", "delta_fen": 1,
        "document": "青发改〔2018〕30号", "reason": "增加一处涵管"});
    world.record("finance", "contract.change", change);
    world.record("finance", "payment.instruct", pay(3, 50_001));
    let view = look(&world);
    assert_eq!(view["price_fen"], 1_000_001);
    assert_eq!(view["changes"][0]["delta_fen"], 1);
    assert_eq!(view["instructed_open_fen"], 50_001);
    let list = world.data("reader", &format!("contracts?project={}", project(1)));
    assert_eq!(list["entries"][0]["commitment_fen"], 50_001);
    let nothing = format!("contracts?project={}", project(2));
    assert_eq!(world.data("reader", &nothing)["total"], 0);

    // A restart gives the same answers.
    let before = look(&world);
    world.restart();
    assert_eq!(look(&world), before);
}
