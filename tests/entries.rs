//! What was signed on paper, recorded by two persons over HTTP: the signatories stand for the step,
//! and the rules of independence look at them.

use crate::harness::*;
use serde_json::{Value, json};
use uuid::Uuid;

const DAY: &str = "2018-09-01";
/// Persons of the closing body, registered.
const SIGNERS: [u64; 3] = [HOUSEHOLDS + 11, HOUSEHOLDS + 12, HOUSEHOLDS + 13];
/// A person of the town.
const OURS: u64 = HOUSEHOLDS + 14;

fn entry(number: u64) -> Uuid {
    Uuid::from_u128(0x0e << 96 | 0x4000_8000 << 48 | u128::from(number))
}

fn signed(by: u64, organisation: u64) -> Value {
    json!({"person": person(by), "organisation": org(organisation), "capacity": "核验组长",
        "signed_on": "2018-08-31", "evidence_sha256": format!("{by:064x}")})
}

fn proposal(number: u64, step: &str, data: Value, signatories: &[Value]) -> Value {
    json!({"entry": entry(number), "command": {"item": {step: data}},
        "signatories": signatories})
}

fn refuses(world: &World, who: &str, word: &str, data: Value, status: u16, code: &str) {
    let head = world.head();
    let reply = world.send_on(who, DAY, word, data);
    let found = (reply.status, reply.code());
    assert_eq!(found, (status, code.to_owned()), "{}", reply.text());
    assert_eq!(world.head(), head);
}

/// The county with an item that waits for its verification, and with the persons who sign.
fn county() -> World {
    let world = spawn();
    world.found_county();
    for (number, name) in SIGNERS
        .into_iter()
        .chain([OURS])
        .zip(["甲", "乙", "丙", "丁"])
    {
        world.register_household(number, name);
    }
    world.closing_requested(1, 0);
    world.measure_finished(1);
    world
}

fn allows_paper(world: &World) {
    let policy = json!({"paper_signatures": true, "document": "青财〔2018〕1号"});
    world.record("admin", "ledger.set_policy", policy);
}

#[test]
fn paper_is_recorded_only_where_the_ledgers_policy_allows_it() {
    let world = county();
    let policy = json!({"paper_signatures": true, "document": "青财〔2018〕1号"});
    refuses(
        &world,
        "finance",
        "ledger.set_policy",
        policy,
        403,
        "FORBIDDEN",
    );
    let verify = |number, by| proposal(number, "verify", verification(1), &[by]);
    let first = verify(1, signed(SIGNERS[0], INSPECTION));
    refuses(
        &world,
        "inspector",
        "entry.propose",
        first.clone(),
        422,
        "BAD_FIELD",
    );
    allows_paper(&world);
    // A paper of the unit that is judged judges nothing, and nobody signs whom nobody knows.
    let ours = verify(1, signed(OURS, TOWN));
    refuses(
        &world,
        "inspector",
        "entry.propose",
        ours,
        409,
        "NOT_INDEPENDENT",
    );
    let stranger = verify(1, signed(999, INSPECTION));
    refuses(
        &world,
        "inspector",
        "entry.propose",
        stranger,
        404,
        "NOT_FOUND",
    );
    refuses(
        &world,
        "finance",
        "entry.propose",
        first.clone(),
        403,
        "FORBIDDEN",
    );
    world.record_on("inspector", DAY, "entry.propose", first);
}

#[test]
fn an_item_is_verified_and_closed_on_paper_by_those_who_signed() {
    let mut world = county();
    allows_paper(&world);
    let confirm = |number| json!({"entry": entry(number)});
    let look = |world: &World| world.data("reader", &format!("items/{}", item(1)));
    let steps = [
        (1, "verify", verification(1), SIGNERS[0]),
        (2, "verify", verification(1), SIGNERS[1]),
        (3, "close", json!({"item": item(1)}), SIGNERS[2]),
    ];
    let mut records = Vec::new();
    for (number, step, data, by) in steps {
        let asked = |by, unit| proposal(number, step, data.clone(), &[signed(by, unit)]);
        let ours = asked(OURS, TOWN);
        refuses(
            &world,
            "inspector",
            "entry.propose",
            ours,
            409,
            "NOT_INDEPENDENT",
        );
        if number > 1 {
            let again = asked(SIGNERS[0], INSPECTION);
            refuses(
                &world,
                "inspector",
                "entry.propose",
                again,
                409,
                "NOT_INDEPENDENT",
            );
        }
        let before = look(&world)["state"]["word"].clone();
        world.record_on("inspector", DAY, "entry.propose", asked(by, INSPECTION));
        assert_eq!(
            look(&world)["state"]["word"],
            before,
            "a proposal does not count"
        );
        let one = world.data("reader", &format!("entries/{}", entry(number)));
        assert_eq!(one["state"]["word"], "proposed");
        assert_eq!(one["proposal"]["item"][step], data);
        assert_eq!(one["records"], json!([one["seq"]]));
        refuses(
            &world,
            "inspector",
            "entry.confirm",
            confirm(number),
            409,
            "SAME_PERSON",
        );
        let receipt = world.record_on("verifier", DAY, "entry.confirm", confirm(number));
        refuses(
            &world,
            "verifier2",
            "entry.confirm",
            confirm(number),
            409,
            "BAD_TRANSITION",
        );
        records.push(receipt["last_seq"].clone());
    }

    let view = look(&world);
    assert_eq!(view["state"]["word"], "closed");
    let closing = &view["closings"][0];
    assert_eq!(
        closing["verifiers"],
        json!([person(SIGNERS[0]), person(SIGNERS[1])])
    );
    assert_eq!(closing["closer"], json!(person(SIGNERS[2])));

    let record = |world: &World, seq: &Value| world.data("inspector", &format!("events/{seq}"));
    let closed = record(&world, &records[2]);
    assert_eq!(closed["type"], "item.closed");
    assert_eq!(closed["actor"]["person"], json!(who("verifier")));
    assert_eq!(
        closed["signatories"],
        json!([signed(SIGNERS[2], INSPECTION)])
    );
    world.restart();
    assert_eq!(look(&world), view);
    assert_eq!(record(&world, &records[2]), closed);
    world.stop();
    let output = run(&["verify", world.dir.to_str().unwrap()], "");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn what_is_withdrawn_never_counts() {
    let world = county();
    let asked = proposal(1, "verify", verification(1), &[]);
    world.record_on("inspector", DAY, "entry.propose", asked.clone());
    refuses(
        &world,
        "inspector",
        "entry.propose",
        asked,
        409,
        "ALREADY_EXISTS",
    );
    let withdrawal = json!({"entry": entry(1), "reason": "录错事项"});
    world.record_on("inspector", DAY, "entry.withdraw", withdrawal);
    let confirm = json!({"entry": entry(1)});
    refuses(
        &world,
        "verifier",
        "entry.confirm",
        confirm,
        409,
        "BAD_TRANSITION",
    );
    let view = world.data("reader", &format!("items/{}", item(1)));
    assert_eq!(view["state"]["word"], "closure_requested");
}
