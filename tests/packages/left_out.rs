//! Whoever hands a package on may leave out a record that no seal covers. Then it says something
//! else, or it says that it may: a figure that holds is the same whatever was left out.

use super::tamper::{edit, proof_of, relisted, tampered, unzip, zip_of};
use super::{check, county, log_key, package, python, questions};
use crate::harness::*;
use evidence::{Fault, Proved, Question, SealedSubject, Seals, Sources, Unproved, Verdict};
use ledger::ids::{FundId, ItemId, PaymentId, ProjectId};
use projections::{Entry, View};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

fn question(kind: &str, id: Uuid) -> Question {
    match kind {
        "fund" => Question::Fund(FundId(id)),
        "trace" => Question::Trace(FundId(id)),
        "payment" => Question::Payment(PaymentId(id)),
        "project" => Question::Project(ProjectId(id)),
        _ => Question::Item(ItemId(id)),
    }
}

/// A package's own records with their proofs, in the order of their seqs.
fn records(package: &[u8]) -> Vec<Proved> {
    let entries = unzip(package);
    let manifest: Value = serde_json::from_slice(&entries["manifest.json"]).unwrap();
    let ledger: Uuid = manifest["ledger"].as_str().unwrap().parse().unwrap();
    let mut records: Vec<Proved> = entries
        .iter()
        .filter_map(|(name, bytes)| {
            let position = name.strip_prefix("records/")?.strip_suffix(".bin")?;
            let header = chain::Header::from_bytes(&bytes[..156]).unwrap();
            let path = chain::TlogProof::parse(&entries[&proof_of(name)])
                .unwrap()
                .path;
            Some(Proved {
                position: position.parse().unwrap(),
                record: chain::Record::new(header, bytes[156..].to_vec()).unwrap(),
                path,
            })
        })
        .filter(|it| it.record.header.ledger.0 == ledger)
        .collect();
    records.sort_by_key(|it| it.record.header.seq);
    records
}

/// The package made again without some of its records: what a forger would do, with an answer and
/// pages that fit.
fn without(
    package: &[u8],
    asked: Question,
    key: &str,
    leave_out: &dyn Fn(&Proved) -> bool,
) -> Result<Vec<u8>, Fault> {
    let entries = unzip(package);
    let manifest: Value = serde_json::from_slice(&entries["manifest.json"]).unwrap();
    let seals: Value = serde_json::from_slice(&entries["seals.json"]).unwrap();
    let kept: Vec<Proved> = records(package)
        .into_iter()
        .filter(|it| !leave_out(it))
        .collect();
    let mut view = View::default();
    let mut facts = Vec::new();
    for it in &kept {
        let (fact, _) = wire::decode_event(&it.record.body).unwrap();
        view.apply(&Entry {
            position: it.position,
            seq: it.record.header.seq,
            recorded_at_us: it.record.header.recorded_at_us,
            hash: *it.record.hash.as_bytes(),
            fact: &fact,
        });
        facts.push(fact);
    }
    let on = serde_json::from_value(manifest["asked_on"].clone()).unwrap();
    let mut plan = evidence::plan(&view, asked, on).ok_or(Fault::Unanswered)?;
    plan.extend(&view, asked, &facts);
    plan.through = serde_json::from_value(manifest["through"].clone()).unwrap();
    let position = seals["position"].as_u64().unwrap();
    let seal = format!("records/{position}.bin");
    let bytes = &entries[&seal];
    let header = chain::Header::from_bytes(&bytes[..156]).unwrap();
    let proof = |name: &str| {
        let proof = chain::TlogProof::parse(&entries[&proof_of(name)]).unwrap();
        proof.path
    };
    let own = Proved {
        position,
        record: chain::Record::new(header, bytes[156..].to_vec()).unwrap(),
        path: proof(&seal),
    };
    let subjects = seals["subjects"].as_array().unwrap().iter();
    let subjects = subjects.map(|it| SealedSubject {
        subject: serde_json::from_value(it["subject"].clone()).unwrap(),
        index: it["index"].as_u64().unwrap(),
        records: it["records"].as_u64().unwrap(),
        hash: it["hash"].as_str().unwrap().to_owned(),
        path: serde_json::from_value(it["path"].clone()).unwrap(),
    });
    let through = format!("records/{}.bin", plan.through.position);
    evidence::make(Sources {
        ledger: chain::LedgerId(serde_json::from_value(manifest["ledger"].clone()).unwrap()),
        question: asked,
        asked_on: on,
        plan,
        key: key.to_owned(),
        checkpoint: chain::Note::parse(&entries["checkpoint"]).unwrap(),
        records: kept,
        through_path: proof(&through),
        seals: Some((
            Seals {
                position,
                subjects: subjects.collect(),
            },
            own,
        )),
        keys: Vec::new(),
        files: BTreeMap::new(),
    })
}

/// True of a text, and of what has nothing but texts in it, as a unit with its name.
fn is_name(value: &Value) -> bool {
    match value {
        Value::String(_) | Value::Null => true,
        Value::Object(fields) => fields.values().all(is_name),
        _ => false,
    }
}

/// An answer without its names.
fn figures(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !is_name(value))
            .map(|(name, value)| (name.clone(), figures(value)))
            .collect(),
        Value::Array(rows) => rows.iter().map(figures).collect(),
        other => other.clone(),
    }
}

#[test]
fn no_record_can_be_left_out_of_a_package_that_holds_with_other_figures() {
    let world = county();
    let key = log_key(&world);
    for (kind, id) in questions() {
        let good = package(&world, &format!("{kind}={id}"));
        let asked = question(kind, id);
        let whole = check(&good, &key).unwrap();
        assert_eq!(whole.verdict(), Verdict::Holds, "{kind}: {whole:?}");
        let again = without(&good, asked, &key, &|_| false).unwrap();
        assert_eq!(check(&again, &key).unwrap().answer, whole.answer);
        for left_out in records(&good) {
            let position = left_out.position;
            let less = without(&good, asked, &key, &|it| it.position == position);
            let Ok(less) = less else { continue };
            let report = check(&less, &key).unwrap();
            if report.verdict() == Verdict::Holds {
                let (one, other) = (figures(&report.answer), figures(&whole.answer));
                assert_eq!(one, other, "{kind} without the record at {position}");
            }
        }
    }
}

#[test]
fn a_payee_whose_registration_was_left_out_is_named() {
    let world = county();
    let key = log_key(&world);
    let good = package(&world, &format!("trace={}", fund(1)));
    let builder = ledger::ids::OrganisationId(org(BUILDER));
    let registers = |it: &Proved| {
        let (fact, _) = wire::decode_event(&it.record.body).unwrap();
        matches!(&fact.event, ledger::Event::Organisation(
            ledger::organisation::OrganisationEvent::Registered(it)) if it.organisation == builder)
    };
    let asked = question("trace", fund(1));
    let less = without(&good, asked, &key, &registers).unwrap();
    let report = check(&less, &key).unwrap();
    assert_eq!(report.unproved, [Unproved::Payee(builder.into())]);
    assert_eq!(report.verdict(), Verdict::NotProvenComplete);
    let dir = tempfile::tempdir().unwrap();
    let (code, told) = python::told(dir.path(), &less, &key, None);
    assert!(code == 3 && told.contains("payee"), "{told}");
}

#[test]
fn an_item_with_others_in_it_brings_them_along_whatever_the_policy_is() {
    let world = county();
    let key = log_key(&world);
    world.closing_requested(3, 30_000);
    let merge = json!({"item": item(3), "into": item(1), "reason": "同一问题"});
    world.record_on("inspector", "2018-10-01", "item.merge", merge);
    let policy = json!({"paper_signatures": true, "recoveries_by_bank_line": true,
        "document": "曲财发〔2018〕9号"});
    world.record_on("admin", "2018-10-02", "ledger.set_policy", policy);
    let good = package(&world, &format!("item={}", item(1)));
    let report = check(&good, &key).unwrap();
    assert_eq!(report.verdict(), Verdict::Holds, "{report:?}");
    let recovery = &report.answer["item"]["recovery"];
    assert_eq!(recovery["moved_in_fen"], 30_000, "{recovery}");
    assert!(recovery.get("matched_fen").is_none());
    let subjects: Vec<Uuid> = report.subjects.iter().map(|it| it.subject.0).collect();
    assert!(subjects.contains(&item(3)), "{subjects:?}");
    let dir = tempfile::tempdir().unwrap();
    let (_, told) = python::told(dir.path(), &good, &key, None);
    assert!(told.contains("merged or split"), "{told}");
    let unlisted = tampered(&good, &|entries| {
        let mut manifest: Value = serde_json::from_slice(&entries["manifest.json"]).unwrap();
        let subjects = manifest["subjects"].as_array_mut().unwrap();
        subjects.retain(|it| it["subject"] != json!(item(3)));
        let manifest = serde_json::to_vec(&manifest).unwrap();
        entries.insert("manifest.json".to_owned(), manifest);
    });
    let fault = check(&unlisted, &key).unwrap_err();
    assert!(fault.to_string().contains("subjects"), "{fault}");
    let (code, told) = python::told(dir.path(), &unlisted, &key, None);
    assert!(code == 1, "{told}");
}

/// The pages show the key: another one there would be believed with the rest.
#[test]
fn a_package_names_the_key_that_has_signed_it() {
    let world = county();
    let key = log_key(&world);
    let good = package(&world, &format!("payment={}", payment(1)));
    let stranger = chain::Signer::new(ORIGIN, &[9; 32]).unwrap();
    let other = tampered(&good, &|entries| {
        let stranger = stranger.verifier().to_string();
        edit(entries, "manifest.json", &key, &stranger);
    });
    let fault = check(&other, &key).unwrap_err();
    assert!(matches!(fault, Fault::Signature(_)), "{fault}");
    let dir = tempfile::tempdir().unwrap();
    let (code, told) = python::told(dir.path(), &other, &key, None);
    assert!(code == 1 && told.contains("another key"), "{told}");
}

#[test]
fn what_belongs_to_no_record_is_refused() {
    use sha2::Digest as _;
    let world = county();
    let key = log_key(&world);
    let good = package(&world, &format!("project={}", project(1)));
    let text = b"A letter that nobody has recorded.".to_vec();
    let hash = ledger::digest::Digest(sha2::Sha256::digest(&text).into());
    let dir = tempfile::tempdir().unwrap();
    for name in [format!("files/{hash}"), "proofs/7.tlog-proof".to_owned()] {
        let mut entries = unzip(&good);
        assert!(!entries.contains_key(&name));
        entries.insert(name.clone(), text.clone());
        relisted(&mut entries);
        let bad = zip_of(&entries);
        assert_eq!(check(&bad, &key).unwrap_err(), Fault::Foreign(name.clone()));
        let (code, told) = python::told(dir.path(), &bad, &key, None);
        assert!(code == 1 && told.contains("belongs to no record"), "{told}");
    }
}
