//! A witness that replays reads every record, computes every seal again, and cosigns only what
//! holds: a log with a false seal is refused by name and for good, whatever it does later;
//! records that are not those of the checkpoint likewise; and a server that lies about
//! bytes, or is slow, costs nobody anything.

mod relay;

use crate::harness::*;
use crate::seals::{post, say};
use chain::{Note, Submission, VerifierKey};
use ledger::digest::Digest;
use ledger::log::{LogCommand, SubjectsSeal};
use relay::{Answer, Relay, honest};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use tempfile::TempDir;
use uuid::Uuid;

/// A witness's files, and how it is started.
struct Office {
    dir: TempDir,
    vkey: VerifierKey,
}

impl Office {
    fn new() -> Office {
        let dir = TempDir::new().unwrap();
        let key = dir.path().join("witness.key");
        let vkey = server::key::make_witness(&key, "replay.example/w").unwrap();
        Office { dir, vkey }
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    fn start(&self, log: &str, place: &str, token: &str, more: &[&str]) -> (Process, Client) {
        let (key, data) = (self.path("witness.key"), self.path("witness"));
        let words = ["witness", "--key", &key, "--data", &data, "--log", log];
        let words = [&words[..], &["--replay", place, "--token", token], more].concat();
        let process = Process::of(&words);
        let client = Client::new(process.server.clone(), Uuid::nil(), Arc::default());
        (process, client)
    }
}

fn log_key(world: &World) -> String {
    let log = world.get("", "/v1/log").json();
    log["vkey"].as_str().unwrap().to_owned()
}

fn token(world: &World, who: &str) -> String {
    world.bearer(who).replace("Bearer ", "")
}

/// Asks a witness for the checkpoint that covers all records, as `serve` would.
fn push(world: &World, witness: &Client) -> Reply {
    let size = loop {
        let log = world.get("", "/v1/log").json();
        if log["size"] == log["records"] {
            break log["size"].as_u64().unwrap();
        }
    };
    let note = Note::parse(&world.get("", "/checkpoint").body).unwrap();
    let old = witness.get("", "/status").json()["cosigned"]
        .as_u64()
        .unwrap();
    let path = format!("/v1/consistency?from={old}&to={size}");
    let proof = world.get("", &path).json()["proof"].take();
    let hashes = proof.as_array().unwrap().iter();
    let hashes = hashes.map(|hash| chain::NodeHash::from_base64(hash.as_str().unwrap()).unwrap());
    let body = Submission::new(old, hashes.collect(), note)
        .unwrap()
        .to_string();
    let path = "/add-checkpoint";
    witness
        .try_post("", path, "text/plain", body.as_bytes())
        .unwrap()
}

fn replay(witness: &Client) -> Value {
    witness.get("", "/status").json()["replay"].take()
}

/// A seal that is not over the records that there are.
fn false_seal(world: &World) -> (u64, String) {
    let through = world.handle().reader().next_position() - 1;
    let root = Digest([7; 32]);
    let seal = SubjectsSeal {
        root,
        count: world.handle().last_seal().unwrap().count,
        through_position: through,
    };
    say(world, LogCommand::SealSubjects(seal));
    (through, root.to_string())
}

fn person() -> Value {
    let profile = json!({"person": Uuid::new_v4(), "kind": "household", "name": "某户主"});
    command("subject.register", "2018-08-01", profile)
}

#[test]
fn an_honest_log_is_cosigned_and_a_restart_reads_only_what_is_new() {
    let (world, office) = (spawn(), Office::new());
    world.register_units();
    assert_eq!(post(&world, "admin", "/v1/seals").status, 201);
    world.record("finance", "fund.announce", announcement(1, 500));
    assert_eq!(post(&world, "admin", "/v1/seals").status, 201);
    let log = log_key(&world);

    // Who may not read everything cannot have it replayed, and is told.
    let (process, witness) = office.start(&log, &world.server, &token(&world, "reader"), &[]);
    let reply = push(&world, &witness);
    assert_eq!((reply.status, reply.code().as_str()), (503, "NOT_REPLAYED"));
    assert!(reply.text().contains("answers 403"), "{}", reply.text());
    process.kill();

    let (process, witness) = office.start(&log, &world.server, &token(&world, "witness"), &[]);
    let reply = push(&world, &witness);
    assert_eq!(reply.status, 200, "{}", reply.text());
    let mut note = Note::parse(&world.get("", "/checkpoint").body).unwrap();
    let lines = chain::NoteSignature::parse_lines(&reply.text()).unwrap();
    note.add(lines[0].clone()).unwrap();
    assert!(note.verify([&office.vkey]).is_ok());
    let records = world.handle().reader().next_position();
    let told = replay(&witness);
    assert_eq!(
        (&told["replayed"], &told["seals"]),
        (&json!(records), &json!(2))
    );
    process.kill();

    let relay = Relay::new();
    relay.serve(&world);
    world.record("finance", "fund.announce", announcement(2, 500));
    assert_eq!(post(&world, "admin", "/v1/seals").status, 201);
    let (_process, witness) = office.start(&log, &relay.url, "any", &[]);
    assert_eq!(push(&world, &witness).status, 200);
    let asked = relay.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].contains(&format!("from={records}&")), "{asked:?}");
    assert_eq!(replay(&witness)["seals"], json!(3));
}

#[test]
fn a_false_seal_is_refused_by_name_and_for_good() {
    let (mut world, office) = (spawn(), Office::new());
    world.register_units();
    assert_eq!(post(&world, "admin", "/v1/seals").status, 201);
    let (log, bearer) = (log_key(&world), token(&world, "inspector"));
    let (process, witness) = office.start(&log, &world.server, &bearer, &[]);
    assert_eq!(push(&world, &witness).status, 200);
    world.record("finance", "fund.announce", announcement(1, 500));
    let (through, root) = false_seal(&world);
    let refused = |witness: &Client| {
        let reply = push(&world, witness);
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (422, "NOT_BORNE_OUT")
        );
        let (told, said) = (replay(witness), reply.text());
        let named = format!("position {}, through position {through}", through + 1);
        for named in [&named, &root, "the records give root"] {
            assert!(said.contains(named), "{said}");
            assert!(told["refused"].as_str().unwrap().contains(named), "{told}");
        }
    };
    refused(&witness);
    // True seals later do not make it good, and nor does a restart.
    assert_eq!(world.post("finance", &person()).status, 201);
    assert_eq!(post(&world, "admin", "/v1/seals").status, 201);
    refused(&witness);
    process.kill();
    let (process, witness) = office.start(&log, &world.server, &bearer, &[]);
    refused(&witness);
    process.kill();
    // Nor an operator who has it read again: it is still there.
    let (process, witness) = office.start(&log, &world.server, &bearer, &["--reconsider"]);
    assert_eq!(replay(&witness)["refused"], Value::Null);
    refused(&witness);
    process.kill();

    // The same from a copy of the data directory and from a backup, of which nobody need be asked.
    let [copied, backup] = ["copy", "backup"].map(|name| office.path(name));
    let key = log_key(&world);
    let server = world.dir.clone();
    world.stop();
    copy(&server, &PathBuf::from(&copied));
    let made = run(
        &[
            "backup",
            "--data",
            server.to_str().unwrap(),
            "--to",
            &backup,
        ],
        "",
    );
    assert!(made.status.success(), "{made:?}");
    world.start();
    for place in [&copied, &backup] {
        let other = Office::new();
        let (_process, witness) = other.start(&key, place, "none", &[]);
        let reply = push(&world, &witness);
        // A start may have recorded something that the copy does not have.
        if reply.status == 503 {
            assert!(reply.text().contains("the copy in"), "{}", reply.text());
        } else {
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (422, "NOT_BORNE_OUT")
            );
        }
    }
}

#[test]
fn records_that_do_not_make_the_tree_are_refused_for_good_until_an_operator_acts() {
    let (world, office, relay) = (spawn(), Office::new(), Relay::new());
    world.register_units();
    relay.serve(&world);
    // The first record in the place of the last: each has its hash, and none is of this log.
    relay.alter(|body| {
        let last = 156 + usize::from(u16::from_be_bytes([body[6], body[7]]));
        let whole = lens(&body);
        let cut = body.len() - whole.last().unwrap();
        Answer::Whole(200, [&body[..cut], &body[..last]].concat())
    });
    let log = log_key(&world);
    let (process, witness) = office.start(&log, &relay.url, "any", &[]);
    for _ in 0..2 {
        let reply = push(&world, &witness);
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (422, "NOT_BORNE_OUT")
        );
        assert!(
            reply.text().contains("do not make the tree"),
            "{}",
            reply.text()
        );
        // Not even when it gives the right ones from now on.
        relay.alter(honest);
    }
    process.kill();
    let (_process, witness) = office.start(&log, &relay.url, "any", &["--reconsider"]);
    assert_eq!(push(&world, &witness).status, 200);
}

/// How long each record of an answer is.
fn lens(mut body: &[u8]) -> Vec<usize> {
    let mut lens = Vec::new();
    while !body.is_empty() {
        let len = 156 + usize::from(u16::from_be_bytes([body[6], body[7]]));
        lens.push(len);
        body = &body[len..];
    }
    lens
}

#[test]
fn whatever_a_server_answers_is_read_in_bounded_memory_and_said() {
    let (world, office, relay) = (spawn(), Office::new(), Relay::new());
    world.register_units();
    relay.serve(&world);
    let log = log_key(&world);
    let (_process, witness) = office.start(&log, &relay.url, "any", &[]);
    let cases: [(relay::Alter, &str); 8] = [
        (|_| Answer::Whole(200, Vec::new()), "it has none"),
        (|_| Answer::Whole(500, b"no".to_vec()), "it answers 500: no"),
        (|_| Answer::Whole(302, Vec::new()), "it answers 302"),
        (
            |body| Answer::Whole(200, [&body[..], &body].concat()),
            "more records than were asked",
        ),
        (
            |body| Answer::Whole(200, body[..body.len() - 1].to_vec()),
            "ends within it",
        ),
        (|body| Answer::CutOff(body), "cannot get records"),
        (|_| Answer::Whole(200, vec![1; 5 << 20]), "longer than"),
        (|_| Answer::Endless, "longer than"),
    ];
    for (alter, said) in cases {
        relay.alter(alter);
        let reply = push(&world, &witness);
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (503, "NOT_REPLAYED"),
            "{said}"
        );
        assert!(reply.text().contains(said), "{said}: {}", reply.text());
    }
    // What the sockets between hold, and no more.
    assert!(relay.endless() < 64 << 20, "{}", relay.endless());
    relay.alter(honest);
    assert_eq!(push(&world, &witness).status, 200);
}

#[test]
fn a_package_says_who_has_confirmed_that_nothing_is_missing_and_nobody_waits_for_the_slow() {
    let (office, relay) = (Office::new(), Relay::new());
    let data = office.dir.path().join("data");
    let key = key_for(&data);
    let log = server::key::signer(&key).unwrap().verifier().to_string();
    let (_process, witness) = office.start(&log, &relay.url, "any", &[]);
    let vkey = office.vkey.to_string();
    let policy = office.path("policy");
    let lines = format!("log {log}\nwitness w {vkey} {}\nquorum w\n", witness.server);
    std::fs::write(&policy, lines).unwrap();
    let world = spawn_witnessed(&data, policy.as_ref());
    relay.alter(|_| Answer::Silent);
    relay.serve(&world);
    world.register_units();
    let begun = Instant::now();
    for _ in 0..20 {
        assert_eq!(world.post("finance", &person()).status, 201);
    }
    assert!(begun.elapsed().as_secs() < 9, "{:?}", begun.elapsed());
    // It is held for some seconds and not for ever.
    let reply = push(&world, &witness);
    assert_eq!((reply.status, reply.code().as_str()), (503, "NOT_REPLAYED"));
    assert!(begun.elapsed().as_secs() < 25, "{:?}", begun.elapsed());
    relay.release();
    relay.alter(honest);
    world.record("finance", "fund.announce", announcement(1, 500));
    assert_eq!(push(&world, &witness).status, 200);

    // From the server, as soon as its own witness has cosigned what covers the seal.
    let package = loop {
        let path = world.path(&format!("packages?fund={}", fund(1)));
        let reply = world.get("inspector", &path);
        assert_eq!(reply.status, 200, "{}", reply.text());
        let path = office.path("package.zip");
        std::fs::write(&path, &reply.body).unwrap();
        let verified = run(&["verify", &path, "--policy", &policy], "");
        if verified.status.success() {
            break path;
        }
        assert!(begun.elapsed().as_secs() < 150, "never cosigned");
    };
    let said = |trust: &[&str]| {
        let verified = run(&[&["verify", &package][..], trust].concat(), "");
        assert!(verified.status.success(), "{trust:?}");
        String::from_utf8(verified.stdout).unwrap()
    };
    let confirmed = "confirmed by replaying witness replay.example/w";
    let asserted = "asserted by the server, refutable by a full scan";
    let all = said(&["--policy", &policy, "--replaying", &vkey]);
    assert!(all.contains(confirmed) && !all.contains(asserted), "{all}");
    for trust in [
        &["--policy", &policy][..],
        &["--key", &log, "--replaying", &log],
    ] {
        let told = said(trust);
        assert!(
            told.contains(asserted) && !told.contains(confirmed),
            "{told}"
        );
    }
}
