//! Packages taken apart, changed and put together again, as whoever tampers would do it.

use super::Entries;
use serde_json::{Value, json};
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;

pub fn unzip(package: &[u8]) -> Entries {
    let mut zip = zip::ZipArchive::new(Cursor::new(package)).unwrap();
    let mut entries = Entries::new();
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        entries.insert(entry.name().unwrap().into_owned(), bytes);
    }
    entries
}

pub fn zip_of<'a>(entries: impl IntoIterator<Item = (&'a String, &'a Vec<u8>)>) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = SimpleFileOptions::default();
        let options = options.compression_method(zip::CompressionMethod::Deflated);
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The manifest made to fit the files again, as whoever tampers would do it.
pub fn relisted(entries: &mut Entries) {
    use sha2::Digest as _;
    let mut manifest: Value = serde_json::from_slice(&entries["manifest.json"]).unwrap();
    let files: Vec<Value> = entries
        .iter()
        .filter(|(name, _)| *name != "manifest.json")
        .map(|(name, bytes)| {
            let hash = ledger::digest::Digest(sha2::Sha256::digest(bytes).into());
            json!({"path": name, "size": bytes.len(), "sha256": hash})
        })
        .collect();
    manifest["files"] = json!(files);
    entries.insert(
        "manifest.json".to_owned(),
        serde_json::to_vec(&manifest).unwrap(),
    );
}

/// A package with something done to it, and its manifest made to fit.
pub fn tampered(package: &[u8], tamper: &dyn Fn(&mut Entries)) -> Vec<u8> {
    let mut entries = unzip(package);
    tamper(&mut entries);
    relisted(&mut entries);
    zip_of(&entries)
}

pub fn edit(entries: &mut Entries, name: &str, from: &str, to: &str) {
    let text = String::from_utf8(entries[name].clone()).unwrap();
    assert!(text.contains(from), "{name} has no {from}");
    entries.insert(name.to_owned(), text.replacen(from, to, 1).into_bytes());
}

/// The names of records whose event has this word, in their order.
pub fn records_of(entries: &Entries, word: &str) -> Vec<String> {
    let mut found: Vec<(u64, String)> = entries
        .iter()
        .filter(|(name, _)| name.starts_with("records/"))
        .filter(|(_, bytes)| wire::decode_event(&bytes[156..]).unwrap().0.event.word() == word)
        .map(|(name, bytes)| {
            let seq = u64::from_be_bytes(bytes[24..32].try_into().unwrap());
            (seq, name.clone())
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, name)| name).collect()
}

pub fn proof_of(record: &str) -> String {
    record
        .replace("records/", "proofs/")
        .replace(".bin", ".tlog-proof")
}

/// What is done to a package of a fund, and the refusal that names it.
#[expect(clippy::type_complexity, reason = "a table")]
pub fn tamperings() -> Vec<(&'static str, Box<dyn Fn(&mut Entries)>, &'static str)> {
    let settled = |entries: &Entries| records_of(entries, "payment.settled");
    vec![
        (
            "a record altered",
            Box::new(move |entries| {
                let name = settled(entries)[0].clone();
                let last = entries[&name].len() - 1;
                entries.get_mut(&name).unwrap()[last] ^= 1;
            }),
            "the body is not the one its header states",
        ),
        (
            "a record altered and hashed again",
            Box::new(move |entries| {
                let name = settled(entries)[0].clone();
                let bytes = &entries[&name];
                let mut body = bytes[156..].to_vec();
                let last = body.len() - 1;
                body[last] ^= 1;
                let header = chain::Header::from_bytes(&bytes[..156]).unwrap();
                let header = chain::Header {
                    body_hash: chain::body_hash(&body),
                    ..header
                };
                let bytes = [header.to_bytes().as_slice(), &body].concat();
                entries.insert(name, bytes);
            }),
            "is not proved",
        ),
        (
            "a record left out",
            Box::new(move |entries| {
                let name = settled(entries)[0].clone();
                entries.remove(&proof_of(&name));
                entries.remove(&name);
            }),
            "are not all here",
        ),
        (
            "a record swapped with another",
            Box::new(move |entries| {
                let names = settled(entries);
                let (one, other) = (entries[&names[0]].clone(), entries[&names[1]].clone());
                entries.insert(names[0].clone(), other);
                entries.insert(names[1].clone(), one);
            }),
            "is not proved",
        ),
        (
            "a record added that no proof is for",
            Box::new(move |entries| {
                let name = settled(entries)[0].clone();
                let (record, proof) = (entries[&name].clone(), entries[&proof_of(&name)].clone());
                entries.insert("records/0.bin".to_owned(), record);
                entries.insert("proofs/0.tlog-proof".to_owned(), proof);
            }),
            "is not proved",
        ),
        (
            "a figure of the answer edited",
            Box::new(|entries| {
                edit(
                    entries,
                    "answer.json",
                    "\"received_fen\": 1000000000",
                    "\"received_fen\": 1000000001",
                );
            }),
            "answer.json says fund.received_fen is 1000000001, the records inside give 1000000000",
        ),
        (
            "an answer that states nothing",
            Box::new(|entries| {
                entries.insert("answer.json".to_owned(), b"{}".to_vec());
            }),
            "answer.json says fund is nothing",
        ),
        (
            "a figure stated that no record gives",
            Box::new(|entries| {
                let from = "\"received_fen\": 1000000000";
                let to = "\"bonus_fen\": 5, \"received_fen\": 1000000001";
                edit(entries, "answer.json", from, to);
            }),
            "answer.json says fund.bonus_fen is 5, the records inside give nothing",
        ),
        (
            "a subject left out of the list",
            Box::new(|entries| {
                let mut manifest: Value =
                    serde_json::from_slice(&entries["manifest.json"]).unwrap();
                let subjects = manifest["subjects"].as_array_mut().unwrap();
                let gone = subjects.pop().unwrap()["subject"].clone();
                let mut seals: Value = serde_json::from_slice(&entries["seals.json"]).unwrap();
                let sealed = seals["subjects"].as_array_mut().unwrap();
                sealed.retain(|subject| subject["subject"] != gone);
                let bytes = |value| serde_json::to_vec(value).unwrap();
                entries.insert("manifest.json".to_owned(), bytes(&manifest));
                entries.insert("seals.json".to_owned(), bytes(&seals));
            }),
            "are not those that the records give",
        ),
        (
            "a signature forged",
            Box::new(|entries| {
                let note = String::from_utf8(entries["checkpoint"].clone()).unwrap();
                let (text, signature) = note.rsplit_once(' ').unwrap();
                let turned: String = {
                    let mut characters: Vec<char> = signature.chars().collect();
                    let at = 30;
                    characters[at] = if characters[at] == 'A' { 'B' } else { 'A' };
                    characters.into_iter().collect()
                };
                let forged = format!("{text} {turned}");
                forge(entries, &note, &forged);
            }),
            "is not signed as it must be",
        ),
        (
            "a checkpoint edited",
            Box::new(|entries| {
                let note = String::from_utf8(entries["checkpoint"].clone()).unwrap();
                let size = note.lines().nth(1).unwrap();
                let more = (size.parse::<u64>().unwrap() + 1).to_string();
                let forged = note.replacen(&format!("\n{size}\n"), &format!("\n{more}\n"), 1);
                forge(entries, &note, &forged);
            }),
            "is not signed as it must be",
        ),
        (
            "a count of a seal edited",
            Box::new(|entries| {
                let mut seals: Value = serde_json::from_slice(&entries["seals.json"]).unwrap();
                let records = seals["subjects"][0]["records"].as_u64().unwrap();
                seals["subjects"][0]["records"] = json!(records - 1);
                entries.insert("seals.json".to_owned(), serde_json::to_vec(&seals).unwrap());
            }),
            "are not all here",
        ),
        (
            "the last record that it knows edited",
            Box::new(|entries| {
                let mut manifest: Value =
                    serde_json::from_slice(&entries["manifest.json"]).unwrap();
                let seq = manifest["through"]["seq"].as_u64().unwrap();
                manifest["through"]["seq"] = json!(seq + 1);
                let bytes = serde_json::to_vec(&manifest).unwrap();
                entries.insert("manifest.json".to_owned(), bytes);
            }),
            "is not proved",
        ),
        (
            "a future format",
            Box::new(|entries| {
                edit(
                    entries,
                    "manifest.json",
                    "fundtrace-package/v1",
                    "fundtrace-package/v2",
                );
            }),
            "the format is \"fundtrace-package/v2\"",
        ),
        (
            "another text that explains it",
            Box::new(|entries| {
                let text = b"The court has vetted the key of the log.\n".to_vec();
                entries.insert("README.txt".to_owned(), text);
            }),
            "README.txt is not the text",
        ),
        (
            "a name that no package has",
            Box::new(|entries| {
                entries.insert("../escape".to_owned(), b"x".to_vec());
            }),
            "\"../escape\", which the format does not have",
        ),
        (
            "a bomb",
            Box::new(|entries| {
                entries.insert("report.zh.html".to_owned(), vec![0; 32 << 20]);
            }),
            "a zip bomb",
        ),
    ]
}

/// Puts another checkpoint in the place of the one that stands in every proof.
pub fn forge(entries: &mut Entries, from: &str, to: &str) {
    for (name, bytes) in entries.iter_mut() {
        if name == "checkpoint" || name.starts_with("proofs/") {
            let text = String::from_utf8(bytes.clone()).unwrap();
            *bytes = text.replace(from, to).into_bytes();
        }
    }
}
