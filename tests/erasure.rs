//! Personal data in a book that never forgets: restricted, it is kept for inspectors; erased, it
//! can be read by nobody, and neither a hash nor a sum has changed.

use crate::harness::*;
use serde_json::{Value, json};
use uuid::Uuid;

const DAY: &str = "2026-01-05";
const FIRST: u64 = HOUSEHOLDS + 1;
const SECOND: u64 = HOUSEHOLDS + 2;
const NAME: &str = "禾苗甲";

fn entry(number: u64) -> Uuid {
    Uuid::from_u128(0x0e << 96 | 0x4000_8000 << 48 | u128::from(number))
}

fn reason(household: u64) -> Value {
    json!({"person": person(household), "basis": "consent_withdrawn",
        "document": "申请〔2026〕1号"})
}

fn proposal(number: u64, household: u64) -> Value {
    json!({"entry": entry(number), "command": {"subject": {"erase": reason(household)}},
        "signatories": []})
}

fn county_with_payments(first_paid_on: &str) -> World {
    let world = spawn();
    world.found_county();
    for (number, household, day) in [(1, FIRST, first_paid_on), (2, SECOND, "2018-08-01")] {
        let payee = json!({"subject": person(household)});
        for (word, data) in [
            ("payment.instruct", instruction(number, payee, 120_000)),
            ("payment.settle", settlement(number, 120_000)),
        ] {
            let paid = observed(command(word, day, data));
            assert_eq!(world.post("finance", &paid).status, 201);
        }
    }
    world
}

/// What somebody is shown of the name of a household.
fn name(world: &World, who: &str, household: u64) -> Value {
    let shown = world.data(who, &format!("subjects/{}", person(household)));
    shown["records"][0]["data"]["name"].clone()
}

fn sums(world: &World) -> Value {
    let fund = world.data("inspector", &format!("funds/{}", fund(1)));
    let household = person(FIRST);
    json!([
        fund,
        world.data("inspector", &format!("subjects/{household}/trace"))
    ])
}

/// Everything that the server says of a household and its payment to those who may see most.
fn told(world: &World) -> String {
    let household = person(FIRST);
    let paths = [
        format!("subjects/{household}"),
        format!("subjects/{household}/trace"),
        format!("events?limit=1000&subject={household}"),
        format!("payments/{}/trace", payment(1)),
        "search?q=%E7%A6%BE%E8%8B%97%E7%94%B2".to_owned(),
    ];
    let answers = paths.map(|path| world.ask("inspector", &path).to_string());
    answers.concat()
}

#[test]
fn an_erased_name_can_be_read_by_nobody_and_no_hash_or_sum_has_changed() {
    let mut world = county_with_payments("1990-05-01");
    let package = format!("packages?payment={}&reveal=true", payment(1));
    let package = world.path(&package);
    assert_eq!(name(&world, "finance", FIRST), json!(NAME));
    let (sums_before, head) = (sums(&world), world.head());
    let hashes: Vec<Value> = world.events_after(&world.ledger.to_string(), 0);

    let alone = world.send_on("finance", DAY, "subject.erase", reason(FIRST));
    assert_eq!((alone.status, alone.code()), (422, "BAD_FIELD".to_owned()));
    world.record_on("finance", DAY, "entry.propose", proposal(1, FIRST));
    let confirm = json!({"entry": entry(1)});
    let same = world.send_on("finance", DAY, "entry.confirm", confirm.clone());
    assert_eq!(same.code(), "SAME_PERSON", "{}", same.text());
    assert_eq!(
        name(&world, "finance", FIRST),
        json!(NAME),
        "proposed, and no more"
    );
    world.record_on("finance2", DAY, "entry.confirm", confirm);

    for _ in 0..2 {
        assert!(!told(&world).contains(NAME));
        assert_eq!(sums(&world), sums_before);
        let shown = world.data("inspector", &format!("subjects/{}", person(FIRST)));
        assert_eq!(
            (&shown["state"], &shown["has_key"]),
            (&json!("erased"), &json!(false))
        );
        let revealed = world.get("inspector", &package);
        assert_eq!(revealed.status, 200, "{}", revealed.text());
        assert_eq!(
            name(&world, "finance", SECOND),
            json!("禾苗乙"),
            "another's stays"
        );
        let now = world.events_after(&world.ledger.to_string(), 0);
        for (before, after) in hashes.iter().zip(&now) {
            assert_eq!(before["hash"], after["hash"]);
        }
        assert!(world.head() > head);
        world.restart();
    }

    let amended = json!({"person": person(FIRST), "name": "另名"});
    let amended = world.send_on("finance", DAY, "subject.amend", amended);
    assert_eq!(amended.code(), "BAD_TRANSITION", "{}", amended.text());
    world.stop();
    let verified = run(&["verify", &world.dir.display().to_string()], "");
    assert!(verified.status.success(), "{verified:?}");
}

#[test]
fn who_was_paid_lately_is_restricted_and_not_erased() {
    let world = county_with_payments("1990-05-01");
    let asked = proposal(1, SECOND);
    let refused = world.send_on("finance", DAY, "entry.propose", asked);
    assert_eq!(
        (refused.status, refused.code()),
        (409, "RETENTION_RUNNING".to_owned())
    );
    assert!(refused.text().contains("2048-12-31"), "{}", refused.text());

    world.record_on("finance", DAY, "subject.restrict", reason(SECOND));
    assert_eq!(name(&world, "inspector", SECOND), json!("禾苗乙"));
    assert!(name(&world, "finance", SECOND)["sealed_for"].is_string());
    assert_eq!(
        name(&world, "finance", FIRST),
        json!(NAME),
        "another's is not"
    );
    let lifting = json!({"person": person(SECOND), "document": "申请〔2026〕2号"});
    world.record_on("finance", DAY, "subject.lift_restriction", lifting);
    assert_eq!(name(&world, "finance", SECOND), json!("禾苗乙"));
}

#[test]
fn nothing_personal_is_said_of_whoever_is_restricted() {
    let world = county_with_payments("1990-05-01");
    world.record_on("finance", DAY, "subject.restrict", reason(SECOND));
    let receipt = |remark: Option<&str>| {
        let mut receipt = json!({"payment": payment(2), "subject": person(SECOND),
            "amount_fen": 120_000, "channel": "visit", "result": "received"});
        if let Some(remark) = remark {
            receipt["remark"] = json!(remark);
        }
        receipt
    };
    let told = world.send_on("inspector", DAY, "receipt.confirm", receipt(Some("已领")));
    assert_eq!((told.status, told.code()), (422, "BAD_FIELD".to_owned()));
    world.record_on("inspector", DAY, "receipt.confirm", receipt(None));
}

/// A restriction stops what is sealed from being opened, and nothing is opened here: how many
/// records there are and what their hashes come to, everybody in the ledger can count.
#[test]
fn that_no_record_is_left_out_is_proved_of_everybody_and_in_hashes_alone() {
    let world = county_with_payments("1990-05-01");
    world.record_on("finance", DAY, "subject.restrict", reason(SECOND));
    world.record_on("finance", DAY, "entry.propose", proposal(1, FIRST));
    let confirm = json!({"entry": entry(1)});
    world.record_on("finance2", DAY, "entry.confirm", confirm);
    let sealed = crate::seals::post(&world, "admin", "/v1/seals");
    assert_eq!(sealed.status, 201, "{}", sealed.text());

    for (household, state) in [(FIRST, "erased"), (SECOND, "restricted")] {
        let (subject, ledger) = (person(household), chain::LedgerId(world.ledger));
        let shown = world.data("reader", &format!("subjects/{subject}"));
        assert_eq!(shown["state"], state);
        let proof = world.data("reader", &format!("subjects/{subject}/proof"));
        let fields: Vec<_> = proof.as_object().unwrap().keys().collect();
        assert_eq!(
            fields,
            ["seal", "subject", "records", "hash", "index", "path"]
        );
        assert!(!proof.to_string().contains("禾苗"), "{proof}");

        // From the records that the same token sees, to the root of the seal.
        let told = world.ask("reader", &format!("events?limit=1000&subject={subject}"));
        let mut all = chain::Accumulator::empty(ledger, subject);
        for event in told["data"].as_array().unwrap() {
            all = all.after(event["hash"].as_str().unwrap().parse().unwrap());
        }
        assert!(all.records > 2);
        assert_eq!(proof["records"], all.records);
        let node = |text: &Value| chain::NodeHash::from_base64(text.as_str().unwrap()).unwrap();
        let path: Vec<_> = proof["path"].as_array().unwrap().iter().map(node).collect();
        let root: ledger::digest::Digest = proof["seal"]["root"].as_str().unwrap().parse().unwrap();
        chain::verify_inclusion(
            chain::leaf_hash(&chain::subject_leaf(ledger, subject, &all)),
            proof["index"].as_u64().unwrap(),
            proof["seal"]["count"].as_u64().unwrap(),
            chain::NodeHash::from_bytes(root.0),
            &path,
        )
        .unwrap();
    }
}
