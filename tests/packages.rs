//! Promised: an evidence package proves by itself what it says, to whoever has the key of the log
//! and nothing else; whatever was altered, left out, added, swapped or edited in it is refused, and
//! the refusal names it; and what is no package is refused without harm. Shown with the packages
//! that a server makes for every question, and with each of them tampered with.

use crate::harness::*;
use evidence::{Basis, Complete, Fault, Report, Trust, Trusted};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

mod figures;
mod left_out;
mod memory;
pub mod python;
mod singles;
mod tamper;
mod verdicts;

use tamper::{edit, forge, relisted, tampered, tamperings, unzip, zip_of};

/// The entries of a package, by name.
type Entries = BTreeMap<String, Vec<u8>>;

/// A county with payments that were settled, returned, paid again and confirmed, a contract of its
/// own, two items and a file.
fn county() -> World {
    let world = spawn();
    world.found_county();
    let household = |number: u64| json!({"subject": person(HOUSEHOLDS + number)});
    let builder = json!({"organisation": org(BUILDER)});
    for (number, payee, amount) in [
        (1, household(1), 120_000),
        (2, household(2), 80_000),
        (3, builder, 5_000_000),
    ] {
        let data = instruction(number, payee, amount);
        world.record_on("finance", "2018-08-01", "payment.instruct", data);
        world.record_on(
            "finance",
            "2018-08-02",
            "payment.settle",
            settlement(number, amount),
        );
    }
    let back = payment_return(2, 80_000);
    world.record_on("finance", "2018-08-05", "payment.return", back);
    world.record_on("finance", "2018-08-06", "payment.reissue", reissue(4, 2));
    world.record_on(
        "finance",
        "2018-08-07",
        "payment.settle",
        settlement(4, 80_000),
    );
    let received = receipt(1, HOUSEHOLDS + 1, "received", 120_000);
    world.record_on("inspector", "2018-08-09", "receipt.confirm", received);
    // What the builder is called was put right twice.
    let log = world.events_after(&world.ledger.to_string(), 0);
    let registered = |it: &&Value| it["data"]["organisation"] == json!(org(BUILDER));
    let seq = &log.iter().find(registered).unwrap()["seq"];
    for name in ["曲河建筑公司", "曲河建筑工程公司"] {
        let again = json!({"subject": org(BUILDER), "seq": seq, "field": "name", "to": name,
            "reason": "名称录错"});
        world.record_on("finance", "2018-08-11", "record.correct", again);
    }
    // What must not be in any of the packages below.
    world.fund_received(2, 777);
    world.closing_requested(1, 120_000);
    let file = b"a photograph of a road";
    let path = world.path("files");
    let kept = world.try_post("worker", &path, "application/octet-stream", file);
    let kept = kept.unwrap().json();
    let added = json!({"evidence": measure(900), "subject": project(1), "sha256": kept["sha256"],
        "size": file.len(), "media_type": "image/jpeg", "captured_on": "2018-07-30",
        "captured_by": who("worker"), "description": "路面<b>竣工</b>照片"});
    world.record_on("worker", "2018-08-10", "evidence.add", added);
    world
}

/// One question each, with the name of what it is about.
fn questions() -> [(&'static str, Uuid); 5] {
    [
        ("fund", fund(1)),
        ("payment", payment(2)),
        ("project", project(1)),
        ("item", item(1)),
        ("trace", fund(1)),
    ]
}

/// Takes out what an item's records alone do not say: which files the server holds, what a bank
/// line is matched with, and what so stands between the item and its closing.
fn without_what_rests_on_others(item: &mut Value) {
    let item = item.as_object_mut().unwrap();
    assert!(item.remove("missing_for_closure").is_some());
    let recovery = item["recovery"].as_object_mut().unwrap();
    assert!(recovery.remove("matched_fen").is_some());
    for measure in item["measures"].as_array_mut().unwrap() {
        let measure = measure.as_object_mut().unwrap();
        assert!(measure.remove("evidence_held").is_some());
    }
}

/// What a page says in English words alone.
fn english_words(page: &[u8]) -> Vec<&str> {
    let page = std::str::from_utf8(page).unwrap();
    let (_, body) = page.split_once("<body").unwrap();
    let texts = body
        .split('>')
        .skip(1)
        .filter_map(|it| it.split('<').next());
    let english = |text: &&str| {
        let mut letters = text.chars().filter(|it| *it != ' ').peekable();
        letters.peek().is_some() && letters.all(|it| it.is_ascii_lowercase())
    };
    texts.filter(english).collect()
}

fn ask(world: &World, who: &str, query: &str) -> Reply {
    world.get(who, &world.path(&format!("packages?{query}")))
}

fn package(world: &World, query: &str) -> Vec<u8> {
    let reply = ask(world, "inspector", query);
    assert_eq!(reply.status, 200, "{query}: {}", reply.text());
    assert_eq!(reply.content_type, "application/zip");
    reply.body
}

fn log_key(world: &World) -> String {
    let log = world.get("reader", "/v1/log").json();
    log["vkey"].as_str().unwrap().to_owned()
}

fn trust(key: &str) -> Trust {
    Trust {
        basis: Basis::Keys(vec![key.parse().unwrap()]),
        replaying: Vec::new(),
    }
}

fn check(package: &[u8], key: &str) -> Result<Report, Fault> {
    evidence::verify(package, &trust(key))
}

#[test]
fn every_question_has_a_package_that_verifies_and_says_what_the_server_says() {
    let world = county();
    let key = log_key(&world);
    for (kind, id) in questions() {
        let package = package(&world, &format!("{kind}={id}"));
        let report = check(&package, &key).unwrap_or_else(|fault| panic!("{kind}: {fault}"));
        assert_eq!(report.question.subject().0, id);
        assert!(matches!(report.trusted, Trusted::Keys(_)) && report.pages);
        for subject in &report.subjects {
            assert!(
                matches!(subject.complete, Complete::Asserted(_)),
                "{kind}: {subject:?}"
            );
        }
        let mut live = match kind {
            "fund" => world.data("reader", &format!("funds/{id}")),
            "payment" => world.data("reader", &format!("payments/{id}")),
            "project" => world.data("reader", &format!("projects/{id}")),
            "item" => world.data("reader", &format!("items/{id}?today=2018-10-01")),
            _ => world.data("reader", &format!("funds/{id}/trace?limit=1000")),
        };
        if kind == "item" {
            without_what_rests_on_others(&mut live);
        }
        assert_eq!(report.answer[kind], live, "{kind}");
        // What is about something else is not in it.
        let other = fund(2).as_bytes().to_vec();
        let entries = unzip(&package);
        for (name, bytes) in entries
            .iter()
            .filter(|(name, _)| name.starts_with("records/"))
        {
            assert!(
                find(bytes, &other).is_none(),
                "{kind}: {name} is about another fund"
            );
        }
        assert_eq!(english_words(&entries["report.zh.html"]), [""; 0], "{kind}");
        for page in ["report.zh.html", "report.en.html"] {
            let text = String::from_utf8(entries[page].clone()).unwrap();
            assert!(
                !text.contains("<script") && !text.contains("://"),
                "{kind} {page}"
            );
            assert!(
                !text.contains("禾苗"),
                "{kind}: a name stands open in {page}"
            );
        }
        if let Ok(dir) = std::env::var("FUNDTRACE_PACKAGES") {
            std::fs::write(format!("{dir}/{kind}.zip"), &package).unwrap();
        }
    }
}

/// At most so many of a list, spread over the whole of it.
fn some<T: Copy>(all: impl Iterator<Item = T>, most: usize) -> Vec<T> {
    let all: Vec<T> = all.collect();
    let step = all.len().div_ceil(most).max(1);
    all.into_iter().step_by(step).collect()
}

/// The records of its subjects alone give every figure that the whole ledger gives: a server that
/// finds otherwise answers 500.
#[test]
fn whatever_the_demonstration_tells_of_can_be_packed() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().join("demo");
    let args = ["demo", "--no-serve", "--listen", "127.0.0.1:0", "--data"];
    let loaded = run(&[&args[..], &[dir.to_str().unwrap()]].concat(), "");
    assert!(
        loaded.status.success(),
        "{}",
        String::from_utf8_lossy(&loaded.stderr)
    );
    let world = spawn_in(&dir);
    let key = log_key(&world);
    let mut packed = 0;
    for ledger in world.handle().ledgers() {
        let asked = {
            let slot = world.handle().slot(ledger).unwrap();
            let view = slot.view();
            let books = &view.books;
            let funds = some(books.funds.iter().map(|(id, _)| id.0), 8);
            let mut asked: Vec<(&str, Uuid)> = Vec::new();
            asked.extend(funds.iter().map(|id| ("fund", *id)));
            asked.extend(funds.iter().map(|id| ("trace", *id)));
            let projects = some(books.projects.iter().map(|(id, _)| id.0), 8);
            asked.extend(projects.into_iter().map(|id| ("project", id)));
            let payments = some(books.payments.iter().map(|(id, _)| id.0), 8);
            asked.extend(payments.into_iter().map(|id| ("payment", id)));
            let items = some(books.items.iter().map(|(id, _)| id.0), 16);
            asked.extend(items.into_iter().map(|id| ("item", id)));
            asked
        };
        for (kind, id) in asked {
            let path = format!("/v1/ledgers/{ledger}/packages?{kind}={id}");
            let reply = world.get("inspector", &path);
            assert_eq!(reply.status, 200, "{path}: {}", reply.text());
            check(&reply.body, &key).unwrap_or_else(|fault| panic!("{path}: {fault}"));
            packed += 1;
        }
    }
    assert!(packed > 40, "only {packed}");
}

#[test]
fn names_and_files_go_along_only_where_they_are_asked_for_and_allowed() {
    let world = county();
    let key = log_key(&world);
    let payment = format!("payment={}", payment(1));
    let closed = check(&package(&world, &payment), &key).unwrap();
    assert_eq!((closed.opened, closed.files), (0, 0));
    let open = package(&world, &format!("{payment}&reveal=true"));
    assert_eq!(
        check(&open, &key).unwrap().opened,
        2,
        "kind and name of a household"
    );
    let entries = unzip(&open);
    let page = String::from_utf8(entries["report.zh.html"].clone()).unwrap();
    assert!(page.contains("禾苗甲"));
    let keys: Value = serde_json::from_slice(&entries["keys.json"]).unwrap();
    assert_eq!(keys.as_array().unwrap().len(), 2);
    let refused = ask(&world, "reader", &format!("{payment}&reveal=true"));
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "FORBIDDEN")
    );

    let project = format!("project={}", project(1));
    let without = check(&package(&world, &project), &key).unwrap();
    assert_eq!((without.files, without.files_not_here.len()), (0, 1));
    let with = package(&world, &format!("{project}&files=true"));
    let report = check(&with, &key).unwrap();
    assert_eq!((report.files, report.files_not_here.len()), (1, 0));
    let changed = tampered(&with, &|entries| {
        let name = entries.keys().find(|name| name.starts_with("files/"));
        let name = name.unwrap().clone();
        entries.get_mut(&name).unwrap()[0] ^= 1;
    });
    let fault = check(&changed, &key).unwrap_err();
    assert!(matches!(fault, Fault::EvidenceHash(_)), "{fault}");
    // A key that opens nothing.
    let wrong = tampered(&open, &|entries| {
        let keys = String::from_utf8(entries["keys.json"].clone()).unwrap();
        let mut keys: Value = serde_json::from_str(&keys).unwrap();
        keys[0]["key"] = json!("ab".repeat(32));
        entries.insert("keys.json".to_owned(), serde_json::to_vec(&keys).unwrap());
    });
    assert!(matches!(check(&wrong, &key), Err(Fault::Key { .. })));
}

#[test]
fn who_may_not_read_the_ledger_gets_no_package_and_nobody_one_of_nothing() {
    let world = county();
    let fund_one = format!("fund={}", fund(1));
    for (who, query, status, code) in [
        ("stranger", fund_one.as_str(), 403, "FORBIDDEN"),
        ("nobody", fund_one.as_str(), 401, "UNAUTHENTICATED"),
        ("reader", "", 400, "BAD_QUERY"),
        ("reader", "fund=1", 400, "BAD_QUERY"),
        (
            "reader",
            &format!("{fund_one}&item={}", item(1)),
            400,
            "BAD_QUERY",
        ),
        ("reader", &format!("fund={}", fund(99)), 404, "NOT_FOUND"),
        ("reader", &format!("item={}", fund(1)), 404, "NOT_FOUND"),
        (
            "reader",
            &format!("{fund_one}&today=2018-Q3"),
            400,
            "BAD_DATE",
        ),
    ] {
        let reply = ask(&world, who, query);
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (status, code),
            "{who} {query}"
        );
    }
}

#[test]
fn every_tampering_is_refused_by_name_by_two_verifiers() {
    let world = county();
    let key = log_key(&world);
    let good = package(&world, &format!("fund={}", fund(1)));
    let dir = tempfile::tempdir().unwrap();
    let accepted = python::verify(dir.path(), &good, &key);
    assert!(accepted.0, "{}", accepted.1);
    for (what, tamper, reason) in tamperings() {
        let bad = tampered(&good, &*tamper);
        let fault = check(&bad, &key).expect_err(what).to_string();
        assert!(fault.contains(reason), "{what}: {fault}");
        let (accepted, told) = python::verify(dir.path(), &bad, &key);
        assert!(!accepted, "{what}: Python took it: {told}");
    }
}

#[test]
fn an_edited_page_is_refused_even_where_the_manifest_was_made_to_fit() {
    let world = county();
    let key = log_key(&world);
    let good = package(&world, &format!("fund={}", fund(1)));
    let mut entries = unzip(&good);
    edit(
        &mut entries,
        "report.zh.html",
        "10,000,000.00",
        "90,000,000.00",
    );
    let unfit = check(&zip_of(&entries), &key).unwrap_err();
    assert_eq!(unfit, Fault::FileHash("report.zh.html".to_owned()));
    let report = entries.remove("report.en.html").unwrap();
    let lacking = check(&zip_of(&entries), &key).unwrap_err();
    assert_eq!(lacking, Fault::Missing("report.en.html".to_owned()));
    entries.insert("report.en.html".to_owned(), report);
    relisted(&mut entries);
    // A figure that is left out is missed; an earlier release may not have stated it.
    let less = |pages: Option<u32>| {
        tampered(&good, &|entries| {
            edit(entries, "answer.json", "\"announced_fen\": 1000000000,", "");
            if let Some(pages) = pages {
                let to = format!("\"pages\": {pages}");
                edit(entries, "manifest.json", "\"pages\": 3", &to);
            }
        })
    };
    let fault = check(&less(None), &key).unwrap_err();
    assert!(
        matches!(&fault, Fault::Answer { path, .. } if path == "fund.announced_fen"),
        "{fault}"
    );
    let (accepted, told) = python::verify(tempfile::tempdir().unwrap().path(), &less(None), &key);
    assert!(!accepted && told.contains("announced_fen"), "{told}");
    assert!(!check(&less(Some(2)), &key).unwrap().pages);
    let mut more = entries.clone();
    more.insert("keys.json".to_owned(), b"[]".to_vec());
    let unlisted = check(&zip_of(&more), &key).unwrap_err();
    assert_eq!(unlisted, Fault::Unlisted("keys.json".to_owned()));
    let fit = check(&zip_of(&entries), &key).unwrap_err();
    assert_eq!(fit, Fault::Page("report.zh.html"));
}

#[test]
fn a_package_of_another_log_is_refused_and_without_a_key_it_is_its_own_word() {
    let (world, other) = (county(), county());
    let query = format!("payment={}", payment(1));
    let (mine, theirs) = (package(&world, &query), package(&other, &query));
    let key = log_key(&world);
    let fault = check(&theirs, &key).unwrap_err();
    assert!(matches!(fault, Fault::Signature(_)), "{fault}");
    // Their checkpoint with my records.
    let mixed = tampered(&mine, &|entries| {
        edit(entries, "manifest.json", &key, &log_key(&other));
        entries.insert(
            "checkpoint".to_owned(),
            unzip(&theirs)["checkpoint"].clone(),
        );
    });
    let fault = check(&mixed, &log_key(&other)).unwrap_err();
    assert!(
        fault.to_string().contains("under another checkpoint"),
        "{fault}"
    );
    let nothing = Trust {
        basis: Basis::Nothing,
        replaying: Vec::new(),
    };
    let report = evidence::verify(&theirs, &nothing).unwrap();
    assert_eq!(report.trusted, Trusted::OwnWord(log_key(&other)));
    let policy = format!("log {key}\nquorum none\n");
    let policy = chain::Policy::parse(policy.as_bytes()).unwrap();
    let trust = Trust {
        basis: Basis::Policy(policy),
        replaying: Vec::new(),
    };
    let report = evidence::verify(&mine, &trust).unwrap();
    assert_eq!(report.trusted, Trusted::Policy(Vec::new()));
    let fault = evidence::verify(&theirs, &trust).unwrap_err();
    assert!(matches!(fault, Fault::Signature(_)), "{fault}");
}

/// Two witnesses, one of whom replays every record.
#[test]
fn witnesses_are_counted_by_the_policy_and_one_that_replays_confirms_completeness() {
    let world = county();
    let key = log_key(&world);
    let good = package(&world, &format!("item={}", item(1)));
    let seeds = [("audit.example/w", [7; 32]), ("archive.example/w", [8; 32])];
    let witnesses = seeds.map(|(name, seed)| chain::Cosigner::new(name, &seed).unwrap());
    let cosigned = tampered(&good, &|entries| {
        let before = String::from_utf8(entries["checkpoint"].clone()).unwrap();
        let mut note = chain::Note::parse(before.as_bytes()).unwrap();
        note.add(witnesses[0].cosign(note.text(), 1_540_000_000))
            .unwrap();
        forge(entries, &before, &note.to_string());
    });
    let [one, other] = witnesses.each_ref().map(|it| it.verifier().clone());
    let policy = |needed: &str| {
        let text = format!(
            "log {key}\nwitness a {one}\nwitness b {other}\ngroup g {needed} a b\nquorum g\n"
        );
        let policy = chain::Policy::parse(text.as_bytes()).unwrap();
        Trust {
            basis: Basis::Policy(policy),
            replaying: Vec::new(),
        }
    };
    let report = evidence::verify(&cosigned, &policy("any")).unwrap();
    let seen = vec![("audit.example/w".to_owned(), 1_540_000_000)];
    assert_eq!(report.trusted, Trusted::Policy(seen));
    assert!(matches!(report.subjects[0].complete, Complete::Asserted(_)));
    for (package, needed, count) in [(&cosigned, "all", 1), (&good, "any", 0)] {
        let fault = evidence::verify(package, &policy(needed)).unwrap_err();
        assert_eq!(fault, Fault::NotWitnessed { count }, "{needed}");
    }
    // The log's own key has signed too, and is no witness.
    let log: chain::VerifierKey = key.parse().unwrap();
    for (replaying, confirmed) in [(&one, true), (&other, false), (&log, false)] {
        let trust = Trust {
            replaying: vec![replaying.clone()],
            ..policy("any")
        };
        let report = evidence::verify(&cosigned, &trust).unwrap();
        let complete = report.subjects[0].complete;
        assert_eq!(
            matches!(complete, Complete::Confirmed(_)),
            confirmed,
            "{complete:?}"
        );
        let said = report.lines().join("\n");
        let words = if confirmed {
            "确认 · complete through position"
        } else {
            "asserted by the server, refutable by a full scan"
        };
        assert!(said.contains(words), "{said}");
        let name = "confirmed by replaying witness audit.example/w";
        assert_eq!(said.contains(name), confirmed, "{said}");
        if replaying == &log {
            continue;
        }
        let replaying = replaying.to_string();
        let dir = tempfile::tempdir().unwrap();
        let (accepted, told) =
            python::verify_replayed(dir.path(), &cosigned, &key, Some(&replaying));
        assert!(
            accepted && told.contains(words.trim_start_matches("确认 · ")),
            "{told}"
        );
        assert_eq!(told.contains(name), confirmed, "{told}");
    }
}

#[test]
fn a_cut_or_damaged_package_is_refused_at_every_byte_tried() {
    let world = county();
    let key = log_key(&world);
    let good = package(&world, &format!("payment={}", payment(1)));
    let mut chance = Chance::seeded("packages");
    for len in [0, 1, 21, 22, good.len() / 2, good.len() - 1] {
        let fault = check(&good[..len], &key).unwrap_err();
        assert!(fault.is_unknown(), "{len}: {fault}");
    }
    for _ in 0..300 {
        let at = chance.below(good.len() as u64) as usize;
        let mut bad = good.clone();
        bad[at] ^= 1 << chance.below(8);
        // Some bits of a zip mean nothing: then it says the same as before.
        if let Ok(report) = check(&bad, &key) {
            assert_eq!(report, check(&good, &key).unwrap(), "byte {at}");
        }
    }
    let mut doubled = good.clone();
    doubled.extend_from_slice(&good);
    assert!(check(&doubled, &key).is_err(), "two packages in one");
}

#[test]
fn the_command_line_fetches_and_checks_and_its_exit_code_says_it() {
    let world = county();
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (ledger, token) = (world.ledger.to_string(), world.tokens["inspector"].clone());
    let (id, out) = (fund(1).to_string(), file("fund.zip"));
    let fetch = || {
        let args = [
            "evidence",
            "--server",
            &world.server,
            "--ledger",
            &ledger,
            "--token",
            &token,
            "--fund",
            &id,
            "--out",
            &out,
        ];
        run(&args, "")
    };
    let fetched = fetch();
    assert!(
        fetched.status.success(),
        "{}",
        String::from_utf8_lossy(&fetched.stderr)
    );
    assert!(!fetch().status.success(), "it does not write over a file");
    let verify = |args: &[&str]| {
        let output = run(&[&["verify"], args].concat(), "");
        let told = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(told).unwrap())
    };
    let key = log_key(&world);
    let (code, told) = verify(&[&out, "--key", &key]);
    assert_eq!(code, Some(0), "{told}");
    for part in [
        "核验通过 · holds",
        "complete through position",
        "asserted by the server, refutable by a full scan",
        "signed by the keys given",
        "it is not proved that what was recorded is true",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let (code, told) = verify(&[&out]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("the key is the package's own word"), "{told}");
    let good = std::fs::read(&out).unwrap();
    let bad = tampered(&good, &|entries| {
        edit(
            entries,
            "answer.json",
            "\"received_fen\": 1000000000",
            "\"received_fen\": 1",
        );
    });
    std::fs::write(file("bad.zip"), bad).unwrap();
    let (code, told) = verify(&[&file("bad.zip"), "--key", &key]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("核验不通过 · broken"), "{told}");
    std::fs::write(file("cut.zip"), &good[..good.len() / 2]).unwrap();
    let (code, told) = verify(&[&file("cut.zip"), "--key", &key]);
    assert_eq!(code, Some(2), "{told}");
    let (code, told) = verify(&[&out, "--key", "nonsense"]);
    assert_eq!(code, Some(2), "{told}");
}
