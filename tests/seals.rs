//! A seal commits to every record of every subject, and states of projections are recorded: an
//! administrator asks for both over HTTP, nobody writes them by hand, and `verify --rebuild` holds
//! them against the records, offline.

use crate::harness::*;
use ledger::digest::Digest;
use ledger::ids::LedgerId;
use ledger::log::{LogCommand, StateRecording, SubjectsSeal};
use ledger::token::Role;
use ledger::{Actor, Command, Intake, Submission};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) fn post(world: &World, who: &str, path: &str) -> Reply {
    world.try_post(who, path, "application/json", b"").unwrap()
}

/// As if the server itself said it.
pub(crate) fn say(world: &World, command: LogCommand) {
    let submission = Submission {
        command_id: Uuid::new_v4(),
        expected_version: None,
        intake: Intake::Control,
        occurred_on: ledger::date::BusinessDate::UNKNOWN,
        documents: Vec::new(),
        correlation_id: None,
        command: Command::Log(command),
    };
    let request = sequencer::Request {
        ledger: world.handle().system(),
        caller: sequencer::Caller {
            actor: Actor::DEPLOYMENT,
            roles: vec![Role::Administrator],
        },
        submissions: vec![submission],
        atomic: false,
    };
    for answer in world.handle().submit_blocking(request).unwrap() {
        answer.unwrap();
    }
}

fn rebuild(world: &mut World) -> (Option<i32>, String) {
    world.stop();
    let output = run(&["verify", "--rebuild", world.dir.to_str().unwrap()], "");
    let told = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(told).unwrap())
}

#[test]
fn an_administrator_seals_and_anybody_with_a_token_sees_it() {
    let mut world = spawn();
    world.register_units();
    for path in ["/v1/seals", "/v1/states"] {
        for who in ["finance", "inspector", "reader"] {
            assert_eq!(post(&world, who, path).status, 403, "{who} {path}");
        }
        assert_eq!(post(&world, "nobody", path).status, 401, "{path}");
    }
    let none = world.get("reader", "/v1/seals").json();
    assert_eq!(none, json!({"latest": null, "entries": [], "more": false}));
    assert_eq!(world.get("reader", "/v1/seals?limit=x").status, 400);

    let first = post(&world, "admin", "/v1/seals");
    assert_eq!(first.status, 201, "{}", first.text());
    let first = first.json();
    assert_eq!(
        first["position"],
        first["through_position"].as_u64().unwrap() + 1
    );
    // Nothing new but the seal itself.
    let again = post(&world, "admin", "/v1/seals");
    assert_eq!((again.status, again.json()), (200, first.clone()));
    world.record("finance", "fund.announce", announcement(1, 500));
    world.restart();
    let second = post(&world, "admin", "/v1/seals").json();
    assert_ne!(second["root"], first["root"]);
    let told = world.get("reader", "/v1/seals").json();
    assert_eq!(
        told["entries"],
        Value::Array(vec![first.clone(), second.clone()])
    );
    assert_eq!(told["latest"], second);
    let path = format!("/v1/seals?limit=1&after_seq={}", first["seq"]);
    let told = world.get("reader", &path).json();
    assert_eq!(
        (&told["entries"], &told["more"]),
        (&json!([second]), &json!(false))
    );

    let states = post(&world, "admin", "/v1/states");
    assert_eq!(states.status, 201, "{}", states.text());
    assert!(states.json()["recorded"].as_u64().unwrap() >= 16);
    let (code, told) = rebuild(&mut world);
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains("2 次封存 · seals; 未比对 · not compared: 0"),
        "{told}"
    );
}

#[test]
fn nobody_writes_about_the_log_by_hand() {
    let world = spawn();
    let digest = "ab".repeat(32);
    let commands = [
        ("log.introduce_key", json!({"vkey": "a+b+c"})),
        (
            "log.seal_subjects",
            json!({"root": digest, "count": 1, "through_position": 1}),
        ),
        (
            "log.record_state",
            json!({"ledger": world.ledger, "seq": 1, "position": 1, "projection": "books",
                "version": 1, "hash": digest}),
        ),
    ];
    let county = world.ledger.to_string();
    for (word, data) in commands {
        for ledger in ["system", county.as_str()] {
            let asked = command(word, "unknown", data.clone()).to_string();
            let path = format!("/v1/ledgers/{ledger}/commands");
            let reply = world.try_post("admin", &path, "application/json", asked.as_bytes());
            let reply = reply.unwrap();
            assert_eq!(
                (reply.status, reply.code()),
                (403, "FORBIDDEN".to_owned()),
                "{word}"
            );
        }
    }
}

#[test]
fn a_false_seal_and_a_false_state_are_named_by_a_rebuild() {
    let mut world = spawn();
    world.register_units();
    let seal = post(&world, "admin", "/v1/seals").json();
    world.record("finance", "fund.announce", announcement(1, 500));
    let head = world.head();
    let entry = world
        .handle()
        .reader()
        .get(chain::LedgerId(world.ledger), head);
    let position = entry.unwrap().unwrap().position;
    say(
        &world,
        LogCommand::SealSubjects(SubjectsSeal {
            root: Digest([1; 32]),
            count: 1000,
            through_position: position,
        }),
    );
    say(
        &world,
        LogCommand::RecordState(StateRecording {
            ledger: LedgerId(world.ledger),
            seq: head,
            position,
            projection: ledger::text::Reference::new("links").unwrap(),
            version: 1,
            hash: Digest([1; 32]),
        }),
    );
    let (code, told) = rebuild(&mut world);
    assert_eq!(code, Some(1), "{told}");
    let named = format!("ledger {}, seq {head}: 投影与记录不符", world.ledger);
    assert!(
        told.contains(&named) && told.contains("\"links\""),
        "{told}"
    );
    let named = format!("the seal through position {position} states the root 0101");
    assert!(told.contains(&named), "{told}");
    // The records themselves are sound, and so is the first seal.
    assert!(
        told.contains("核验通过") && told.contains("1 次封存"),
        "{told}"
    );
    assert!(seal["root"].is_string());
}
