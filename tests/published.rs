//! What the log publishes can be checked by whoever has nothing but its public key: checkpoints and
//! tiles without a token, proofs of single records, signed receipts; and a log that does not
//! continue what it published is not served.

use crate::harness::*;
use chain::receipt::Statement;
use chain::{Checkpoint, NodeHash, Note, Policy, TlogProof, VerifierKey};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command as Program;

/// Asks without a token.
fn public(world: &Client, path: &str) -> Reply {
    let mut response = ureq::get(format!("{}{path}", world.server))
        .config()
        .http_status_as_error(false)
        .build()
        .call()
        .unwrap();
    let content_type = response.headers()["content-type"].to_str().unwrap();
    Reply {
        status: response.status().as_u16(),
        content_type: content_type.to_owned(),
        body: response.body_mut().read_to_vec().unwrap(),
    }
}

fn log_key(world: &Client) -> VerifierKey {
    let log = public(world, "/v1/log").json();
    assert_eq!(log["origin"], ORIGIN);
    log["vkey"].as_str().unwrap().parse().unwrap()
}

fn hash(text: &Value) -> NodeHash {
    NodeHash::from_base64(text.as_str().unwrap()).unwrap()
}

fn hashes(list: &Value) -> Vec<NodeHash> {
    list.as_array().unwrap().iter().map(hash).collect()
}

/// A unit, recorded, and its receipt once a checkpoint covers it.
fn covered(world: &Client, number: u64) -> Value {
    let unit = command(
        "organisation.register",
        "2018-08-01",
        json!({"organisation": org(number), "code": format!("U{number}"), "name": "某单位",
            "kind": "agency", "level": "county"}),
    );
    let reply = world.post_bytes("admin", "?wait=checkpoint", unit.to_string().as_bytes());
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()
}

#[test]
fn a_client_that_knows_one_key_checks_the_log_from_its_tiles() {
    let world = spawn();
    for number in 1000..1010 {
        covered(&world, number);
    }
    let checkpoint = public(&world, "/checkpoint");
    assert_eq!(checkpoint.content_type, "text/plain; charset=utf-8");
    let note = Note::parse(&checkpoint.body).unwrap();
    note.verify([&log_key(&world)]).unwrap();
    let checkpoint: Checkpoint = note.text().parse().unwrap();
    let size = checkpoint.size();
    assert!(size > 20 && size < 256, "one partial tile: {size}");
    let tile = public(&world, &format!("/tile/0/000.p/{size}"));
    assert_eq!(tile.status, 200);
    let bundle = public(&world, &format!("/tile/entries/000.p/{size}")).body;
    let mut frontier = chain::Frontier::new();
    let leaves = chain::decode_entries(&bundle).unwrap();
    for (leaf, at_tile) in leaves.iter().zip(tile.body.chunks(32)) {
        assert_eq!(chain::leaf_hash(leaf).as_bytes(), at_tile);
        frontier.push(chain::leaf_hash(leaf));
    }
    assert_eq!(
        (frontier.size(), frontier.root()),
        (size, checkpoint.root())
    );
    // Ledgers by their UUID, seqs and hashes, and nothing else.
    let last = String::from_utf8(leaves.last().unwrap().to_vec()).unwrap();
    let lines: Vec<_> = last.lines().collect();
    assert_eq!(lines[..2], ["fundtrace-leaf/v1", &world.ledger.to_string()]);
    assert_eq!((lines.len(), lines[3].len()), (4, 64));

    for missing in [
        "0/000",
        "0/001",
        "0/000.p/250",
        "1/000.p/1",
        "entries/7",
        "x",
        "../LOCK",
    ] {
        let reply = public(&world, &format!("/tile/{missing}"));
        assert_eq!(reply.status, 404, "{missing}");
    }
}

#[test]
fn a_record_is_proved_offline_and_another_is_not() {
    let world = spawn();
    let receipt = covered(&world, 1000);
    let seq = receipt["last_seq"].as_u64().unwrap();
    let path = world.path(&format!("events/{seq}/proof"));
    assert_eq!(
        public(&world, &path).status,
        401,
        "who may read the ledger may have it"
    );
    assert_eq!(world.get("stranger", &path).status, 403);
    let proof = world.get("reader", &path);
    assert_eq!(proof.content_type, "text/plain; charset=utf-8");
    let proof = TlogProof::parse(&proof.body).unwrap();
    let policy = format!("log {}\nquorum none\n", log_key(&world));
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let leaf = |seq: u64, hash: &Value| {
        let ledger = chain::LedgerId(world.ledger);
        let hash = hash.as_str().unwrap().parse().unwrap();
        chain::leaf_hash(&chain::leaf_bytes(ledger, seq, hash))
    };
    proof.verify(leaf(seq, &receipt["hash"]), &policy).unwrap();
    assert!(
        proof
            .verify(leaf(seq + 1, &receipt["hash"]), &policy)
            .is_err()
    );
    let other = &world.data("reader", "events/1")["hash"];
    assert!(proof.verify(leaf(seq, other), &policy).is_err());

    // The receipt for which the answer was held carries the same.
    let held = TlogProof::parse(receipt["proof"].as_str().unwrap().as_bytes()).unwrap();
    held.verify(leaf(seq, &receipt["hash"]), &policy).unwrap();
    assert!(receipt["covered_by"].as_u64() > receipt["positions"][0].as_u64());
    assert_eq!(
        world.get("reader", &world.path("events/999/proof")).status,
        404
    );
}

#[test]
fn two_checkpoints_are_shown_to_be_one_history() {
    let world = spawn();
    let size = |world: &Client| public(world, "/v1/log").json()["size"].as_u64().unwrap();
    covered(&world, 1000);
    let from = size(&world);
    (1001..1020).for_each(|number| drop(covered(&world, number)));
    let to = size(&world);
    let told = public(&world, &format!("/v1/consistency?from={from}&to={to}")).json();
    let (old, new) = (hash(&told["from_root"]), hash(&told["to_root"]));
    let proof = hashes(&told["proof"]);
    chain::verify_consistency(from, old, to, new, &proof).unwrap();
    assert!(chain::verify_consistency(from, new, to, old, &proof).is_err());
    let newest = public(&world, &format!("/v1/consistency?from={from}")).json();
    assert_eq!(newest, told);

    for (query, field) in [
        (format!("from={to}&to={from}"), json!("from")),
        (format!("from={from}&to={}", to + 1), json!("to")),
        (format!("from={}", u64::MAX), json!("from")),
        ("from=-1".to_owned(), json!("from")),
        (String::new(), json!("from")),
    ] {
        let reply = public(&world, &format!("/v1/consistency?{query}"));
        assert_eq!(
            (reply.status, &reply.json()["field"]),
            (400, &field),
            "{query}"
        );
    }
}

/// Checks a receipt with what stands in its JSON, and the key.
fn is_signed(receipt: &Value, key: &VerifierKey) -> bool {
    let text = |name: &str| receipt[name].as_str().unwrap();
    let number = |name: &str| receipt[name].as_u64().unwrap();
    let statement = Statement {
        ledger: chain::LedgerId(text("ledger").parse().unwrap()),
        command_id: text("command_id").parse().unwrap(),
        digest: text("digest").parse().unwrap(),
        first_seq: number("first_seq"),
        last_seq: number("last_seq"),
        hash: text("hash").parse().unwrap(),
        first_position: receipt["positions"][0].as_u64().unwrap(),
    };
    let signature = &receipt["signature"];
    let note = Note::parse(signature["note"].as_str().unwrap().as_bytes()).unwrap();
    let index = signature["index"].as_u64().unwrap();
    chain::receipt::verify(&statement, index, &hashes(&signature["path"]), &note, key).is_ok()
}

#[test]
fn every_receipt_of_a_list_is_signed_a_repeated_one_too() {
    let mut world = spawn();
    let key = log_key(&world);
    let units: Vec<_> = (1000..1009)
        .map(|number| {
            let unit = json!({"organisation": org(number), "code": format!("U{number}"),
                "name": "某单位", "kind": "agency", "level": "county"});
            command("organisation.register", "2018-08-01", unit)
        })
        .collect();
    let all = json!(units).to_string();
    let receipts = |world: &Client, query: &str| {
        let outcomes = world.post_bytes("admin", query, all.as_bytes()).json();
        let outcomes = outcomes.as_array().unwrap().clone();
        outcomes
            .into_iter()
            .map(|mut o| o["receipt"].take())
            .collect::<Vec<_>>()
    };
    let first = receipts(&world, "");
    assert!(first.iter().all(|receipt| is_signed(receipt, &key)));
    let mut altered = first[3].clone();
    altered["last_seq"] = json!(99);
    assert!(!is_signed(&altered, &key));
    world.restart();
    let again = receipts(&world, "?wait=checkpoint");
    for (first, again) in first.iter().zip(&again) {
        assert!(is_signed(again, &key));
        assert_eq!(
            (&again["hash"], &again["repeated"]),
            (&first["hash"], &json!(true))
        );
        assert!(again["covered_by"].is_u64());
    }
    for plain in receipts(&world, "?receipts=plain") {
        assert!(plain.get("signature").is_none(), "{plain}");
    }
}

#[test]
fn readiness_says_how_far_is_published_and_what_should_be_mended() {
    let world = spawn();
    covered(&world, 1000);
    let ready = public(&world, "/readyz").json();
    assert_eq!(ready["published"], ready["records"]);
    assert_eq!(ready["warnings"], json!(["REGISTER_ON_DATA_DISK"]));
    // A directory in the place of the register's new file: nobody can write there.
    let new = world.dir.with_extension("head.new");
    fs::create_dir(&new).unwrap();
    let unit = json!({"organisation": org(1001), "code": "U", "name": "某单位",
        "kind": "agency", "level": "county"});
    world.record("admin", "organisation.register", unit);
    let failing = || {
        let warnings = public(&world, "/readyz").json()["warnings"].clone();
        warnings == json!(["REGISTER_ON_DATA_DISK", "CHECKPOINTS_NOT_PUBLISHED"])
    };
    while !failing() {
        std::thread::yield_now();
    }
    fs::remove_dir(&new).unwrap();
    covered(&world, 1002);
}

#[test]
fn readiness_says_that_the_register_is_gone_or_somebody_elses() {
    let world = spawn();
    covered(&world, 1000);
    let warnings = || public(&world, "/readyz").json()["warnings"].clone();
    let failing = || {
        let page = public(&world, "/metrics").text();
        page.contains("fundtrace_publishing_failing 1\n")
    };
    let head = world.dir.with_extension("head");
    let sound = fs::read(&head).unwrap();
    fs::remove_file(&head).unwrap();
    assert_eq!(
        warnings(),
        json!(["REGISTER_ON_DATA_DISK", "REGISTER_GONE"])
    );
    assert!(failing(), "also while nothing is recorded");
    fs::write(&head, "of another server").unwrap();
    assert_eq!(
        warnings(),
        json!(["REGISTER_ON_DATA_DISK", "REGISTER_CHANGED"])
    );
    assert!(failing());
    fs::write(&head, sound).unwrap();
    assert_eq!(warnings(), json!(["REGISTER_ON_DATA_DISK"]));
    assert!(!failing());
    covered(&world, 1001);
}

#[test]
fn a_part_of_the_server_that_fails_is_seen() {
    let world = spawn();
    let fallen = world.handle().fallen();
    let thread = fallen.spawn("seals", || panic!("on purpose")).unwrap();
    assert!(thread.join().is_err());
    let reply = public(&world, "/readyz");
    assert_eq!((reply.status, &*reply.code()), (503, "THREAD_ENDED"));
    assert!(reply.text().contains("seals"), "{}", reply.text());
    let page = public(&world, "/metrics").text();
    assert!(page.contains("fundtrace_threads_ended 1\n"), "{page}");
}

#[test]
fn checkpoints_go_on_when_nobody_reads_what_the_server_says() {
    let temporary = tempfile::tempdir().unwrap();
    let dir = temporary.path().join("data");
    let mut world = spawn_in(&dir);
    world.stop();
    let process = Process::unheard(&["serve", "--data", dir.to_str().unwrap()]);
    let client = Client::new(process.server.clone(), world.ledger, world.tokens.clone());
    covered(&client, 1000);
    // It says so, to nobody.
    let new = dir.with_extension("head.new");
    fs::create_dir(&new).unwrap();
    let unit = json!({"organisation": org(1001), "code": "U", "name": "某单位",
        "kind": "agency", "level": "county"});
    client.record("admin", "organisation.register", unit);
    let warnings = || public(&client, "/readyz").json()["warnings"].clone();
    while warnings() != json!(["REGISTER_ON_DATA_DISK", "CHECKPOINTS_NOT_PUBLISHED"]) {
        std::thread::yield_now();
    }
    // And once more.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    fs::remove_dir(&new).unwrap();
    covered(&client, 1002);
    while warnings() != json!(["REGISTER_ON_DATA_DISK"]) {
        std::thread::yield_now();
    }
}

#[test]
fn a_register_that_is_a_link_stays_one_and_serves_one_server() {
    let temporary = tempfile::tempdir().unwrap();
    let dir = temporary.path().join("data");
    let disk = temporary.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let mut world = spawn_in(&dir);
    covered(&world, 1000);
    world.stop();
    let (head, real) = (dir.with_extension("head"), disk.join("head"));
    fs::rename(&head, &real).unwrap();
    std::os::unix::fs::symlink(&real, &head).unwrap();
    let before = fs::read(&real).unwrap();
    world.start();
    covered(&world, 1001);
    assert!(head.is_symlink());
    assert_ne!(fs::read(&real).unwrap(), before);

    // Another name of it, for a copy of the data.
    let other = temporary.path().join("other");
    crate::harness::copy(&dir, &other);
    fs::copy(dir.with_extension("key"), other.with_extension("key")).unwrap();
    std::os::unix::fs::symlink(&real, other.with_extension("head")).unwrap();
    let said = refused(&other, &[]);
    assert!(said.contains("other.head is in use"), "{said}");
    world.stop();

    // The disk is not there.
    let kept = fs::read(&real).unwrap();
    fs::remove_file(&real).unwrap();
    let said = refused(&dir, &["--adopt-head"]);
    assert!(said.contains("there is no file where it leads"), "{said}");
    fs::write(&real, kept).unwrap();
    // In the data directory, by another name.
    let inside = dir.join("head");
    fs::rename(&real, &inside).unwrap();
    std::os::unix::fs::symlink(&inside, &real).unwrap();
    let said = refused(&dir, &[]);
    assert!(said.contains("is in the data directory"), "{said}");
}

#[test]
fn nobody_waits_for_witnesses_that_are_not_there() {
    let world = spawn();
    let head = world.head();
    let unit = json!({"organisation": org(1000), "code": "U", "name": "某单位",
        "kind": "agency", "level": "county"});
    let unit = command("organisation.register", "2018-08-01", unit).to_string();
    let reply = world.post_bytes("admin", "?wait=witnessed", unit.as_bytes());
    assert_eq!((reply.status, reply.code().as_str()), (409, "NO_WITNESSES"));
    let reply = world.post_bytes("admin", "?wait=forever", unit.as_bytes());
    assert_eq!((reply.status, reply.code().as_str()), (400, "BAD_QUERY"));
    assert_eq!(world.head(), head, "nothing was recorded");
}

/// Tries to serve a directory; what it says on standard error.
fn refused(dir: &Path, more: &[&str]) -> String {
    let output = Program::new(BINARY)
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(dir)
        .args(more)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty(), "it says nothing of serving");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_log_without_its_key_or_against_its_register_is_not_served() {
    let temporary = tempfile::tempdir().unwrap();
    let dir = temporary.path().join("data");
    let mut world = spawn_in(&dir);
    covered(&world, 1000);
    world.stop();
    let backup = temporary.path().join("backup");
    let copy = |from: &Path, to: &Path| {
        let copied = Program::new("cp")
            .arg("-a")
            .args([from, to])
            .status()
            .unwrap();
        assert!(copied.success());
    };
    copy(&dir, &backup);
    world.start();
    covered(&world, 1001);
    world.stop();
    let (key, head) = (dir.with_extension("key"), dir.with_extension("head"));
    let aside = |file: &Path| {
        let to = temporary.path().join("aside");
        fs::rename(file, &to).unwrap();
        to
    };

    let kept = aside(&key);
    assert!(refused(&dir, &[]).contains("fundtrace key new"));
    fs::rename(&kept, &key).unwrap();
    let inside = dir.join("log.key");
    fs::copy(&key, &inside).unwrap();
    let said = refused(&dir, &["--key", inside.to_str().unwrap()]);
    assert!(said.contains("is in the data directory"), "{said}");
    let register = dir.join("head");
    let said = refused(&dir, &["--register", register.to_str().unwrap()]);
    assert!(said.contains("is in the data directory"), "{said}");

    let kept = aside(&head);
    let said = refused(&dir, &[]);
    assert!(
        said.contains("no head register") && said.contains("--adopt-head"),
        "{said}"
    );
    fs::rename(&kept, &head).unwrap();

    fs::remove_dir_all(&dir).unwrap();
    copy(&backup, &dir);
    for more in [[].as_slice(), &["--adopt-head"]] {
        let said = refused(&dir, more);
        assert!(
            said.contains("rollback") && said.contains("are gone"),
            "{said}"
        );
    }
    // Whoever lost records for good takes the register away by hand, and says so.
    fs::remove_file(&head).unwrap();
    let mut settings = settings(&dir);
    settings.adopt_head = true;
    let running = server::serve::start(&settings).unwrap();
    running.stop();
    let checkpoint = fs::read(&head).unwrap();
    assert!(Note::parse(&checkpoint).is_ok(), "written at once");
}
