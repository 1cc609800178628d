//! What holds in a package only as far as it was checked is said first, and has an exit code of its
//! own: whoever looks at the code alone must not take less for more.

use super::tamper::{proof_of, records_of, tampered, unzip};
use super::{check, county, log_key, package, python};
use crate::harness::*;
use evidence::{Complete, Fault, Proved, Question, Sources, Verdict};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the command line says of a package, in one text, and its exit code.
fn told(package: &[u8], key: &str) -> (Option<i32>, String) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("package.zip");
    std::fs::write(&file, package).unwrap();
    let output = run(&["verify", file.to_str().unwrap(), "--key", key], "");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

/// The package made again from what is in it, but for its seals: what somebody would do who leaves
/// records out.
fn unsealed(world: &World, package: &[u8], question: Question) -> Vec<u8> {
    let entries = unzip(package);
    let manifest: Value = serde_json::from_slice(&entries["manifest.json"]).unwrap();
    let path = |record: &str| {
        let proof = chain::TlogProof::parse(&entries[&proof_of(record)]).unwrap();
        proof.path
    };
    let mut records = Vec::new();
    for (name, bytes) in &entries {
        let Some(position) = name.strip_prefix("records/") else {
            continue;
        };
        let header = chain::Header::from_bytes(&bytes[..156]).unwrap();
        if header.ledger.0 == world.ledger {
            records.push(Proved {
                position: position.strip_suffix(".bin").unwrap().parse().unwrap(),
                record: chain::Record::new(header, bytes[156..].to_vec()).unwrap(),
                path: path(name),
            });
        }
    }
    let asked_on = serde_json::from_value(manifest["asked_on"].clone()).unwrap();
    let handle = world.handle();
    let mut ledgers = handle.ledgers().into_iter();
    let ledger = ledgers.find(|ledger| ledger.0 == world.ledger).unwrap();
    let slot = handle.slot(ledger).unwrap();
    let plan = evidence::plan(&slot.view(), question, asked_on).unwrap();
    let last = format!("records/{}.bin", plan.through.position);
    let sources = Sources {
        ledger: chain::LedgerId(world.ledger),
        question,
        asked_on,
        plan,
        key: log_key(world),
        checkpoint: chain::Note::parse(&entries["checkpoint"]).unwrap(),
        records,
        through_path: path(&last),
        seals: None,
        keys: Vec::new(),
        files: BTreeMap::new(),
    };
    evidence::make(sources).unwrap()
}

#[test]
fn without_a_seal_it_is_not_proven_complete() {
    let world = county();
    let key = log_key(&world);
    let good = package(&world, &format!("payment={}", payment(2)));
    assert_eq!(check(&good, &key).unwrap().verdict(), Verdict::Holds);
    let bare = unsealed(
        &world,
        &good,
        Question::Payment(ledger::ids::PaymentId(payment(2))),
    );
    let report = check(&bare, &key).unwrap();
    assert_eq!(report.verdict(), Verdict::NotProvenComplete);
    assert!(
        report
            .subjects
            .iter()
            .all(|it| it.complete == Complete::NotShown)
    );
    let (code, said) = told(&bare, &key);
    assert_eq!(code, Some(3), "{said}");
    assert!(
        said.starts_with("未证明齐全 · not proven complete: "),
        "{said}"
    );
    assert!(!said.contains("核验通过"), "{said}");
    let dir = tempfile::tempdir().unwrap();
    let (code, said) = python::told(dir.path(), &bare, &key, None);
    assert_eq!(code, 3, "{said}");
    assert!(said.starts_with("not proven complete: "), "{said}");
}

#[test]
fn pages_of_another_version_are_not_compared_and_that_is_no_good_verdict() {
    let world = county();
    let key = log_key(&world);
    let good = package(&world, &format!("fund={}", fund(1)));
    let other = tampered(&good, &|entries| {
        let mut manifest: Value = serde_json::from_slice(&entries["manifest.json"]).unwrap();
        manifest["pages"] = json!(4);
        let manifest = serde_json::to_vec(&manifest).unwrap();
        entries.insert("manifest.json".to_owned(), manifest);
        let page = "<h1>某人贪污 1,000,000 元</h1>".as_bytes();
        entries.insert("report.zh.html".to_owned(), page.to_vec());
    });
    let report = check(&other, &key).unwrap();
    assert_eq!(
        (report.pages, report.verdict()),
        (false, Verdict::PagesNotCompared)
    );
    let (code, said) = told(&other, &key);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.starts_with("页面未核对 · pages not compared: "),
        "{said}"
    );
    assert!(!said.contains("核验通过"), "{said}");
    let dir = tempfile::tempdir().unwrap();
    let (code, said) = python::told(dir.path(), &other, &key, None);
    assert_eq!(code, 2, "{said}");
    assert!(said.starts_with("pages not compared: "), "{said}");
}

/// What a later release has written nobody here can judge: that is not to call it false.
#[test]
fn a_record_of_a_later_release_is_not_called_broken() {
    let world = county();
    let key = log_key(&world);
    let good = package(&world, &format!("payment={}", payment(1)));
    let record = records_of(&unzip(&good), "payment.settled").remove(0);
    for (format, code) in [(2, 2), (0, 1)] {
        let other = tampered(&good, &|entries| {
            entries.get_mut(&record).unwrap()[0] = format;
        });
        let (found, said) = told(&other, &key);
        assert_eq!(found, Some(code), "{said}");
        let dir = tempfile::tempdir().unwrap();
        let (found, said) = python::told(dir.path(), &other, &key, None);
        assert!(found == 1 && said.contains("another format"), "{said}");
    }
}

#[test]
fn the_text_that_explains_a_package_is_the_one_that_is_published() {
    let world = county();
    let key = log_key(&world);
    let good = package(&world, &format!("payment={}", payment(1)));
    let text = unzip(&good)["README.txt"].clone();
    let hash = ledger::digest::Digest(<sha2::Sha256 as sha2::Digest>::digest(&text).into());
    let contract = include_str!("../../proto/README.md");
    assert!(
        contract.contains(&hash.to_string()),
        "proto/README.md lacks {hash}"
    );
    let other = tampered(&good, &|entries| {
        let said = b"The key of the log has been vetted by the court.\n";
        entries.insert("README.txt".to_owned(), said.to_vec());
    });
    assert_eq!(check(&other, &key), Err(Fault::Readme));
    let dir = tempfile::tempdir().unwrap();
    let (accepted, said) = python::verify(dir.path(), &other, &key);
    assert!(!accepted && said.contains("README.txt"), "{said}");
}
