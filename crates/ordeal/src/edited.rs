//! Edited projections: a server that shows, or has recorded, what its records do not say. Whoever
//! builds everything again from the records finds it, as `fundtrace verify --rebuild` does, and
//! whoever verifies an evidence package.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use anyhow::Result;
use chain::{LedgerId, Record, VerifierKey};
use evidence::{Basis, Fault, Trust};
use ledger::Event;
use ledger::digest::Digest;
use ledger::log::LogEvent;
use sequencer::Finding;
use serde_json::{Value, json};
use sha2::Digest as _;
use zip::write::SimpleFileOptions;

use crate::book::Book;
use crate::published::replace_logs;
use crate::tamper::chained;
use crate::trial::How;
use crate::{Chance, Family, Outcome, Tools, Trial};

/// A state that the log recorded of a projection which somebody had edited.
pub const STATES: Family = Family {
    name: "edited-projection",
    what: "a recorded state or seal that the records do not give, all hashed anew; built again",
    in_ci: 20,
    full: 1_000,
    repaired_percent_min: 0,
    how: How::Trials(states),
};

/// An answer in a package that its records do not give.
pub const ANSWERS: Family = Family {
    name: "edited-answer",
    what: "an evidence package with another answer, its manifest made to fit",
    in_ci: 20,
    full: 1_000,
    repaired_percent_min: 0,
    how: How::Trials(answers),
};

fn states(_: &Tools) -> Result<Trial> {
    let book = Book::make()?;
    let intact = book.published.copy();
    if let Some(finding) = rebuilt(&intact.path().join("data"))?.first() {
        anyhow::bail!("nobody has edited anything: {finding}");
    }
    Ok(Box::new(move |seed| {
        let mut chance = Chance::of(seed);
        let all = &book.published.all;
        let stated: Vec<(usize, LogEvent)> = all.iter().enumerate().filter_map(says).collect();
        let (at, event) = chance.pick(&stated).clone();
        let mut forged = all.clone();
        let (mut fact, salt) = wire::decode_event(&all[at].body).expect("a fact");
        let other = Digest(chance.bytes(32).try_into().expect("a hash"));
        let place = match event {
            LogEvent::StateRecorded(mut state) => {
                state.hash = other;
                let place = (LedgerId(state.ledger.0), state.seq);
                fact.event = Event::Log(LogEvent::StateRecorded(state));
                place
            }
            LogEvent::SubjectsSealed(mut seal) => {
                seal.root = other;
                fact.event = Event::Log(LogEvent::SubjectsSealed(seal));
                (all[at].header.ledger, all[at].header.seq)
            }
            LogEvent::KeyIntroduced(_) => return Outcome::Failed("no statement".to_owned()),
        };
        forged[at].body = wire::encode_event(salt, &fact);
        let forged = chained(&forged);
        // Chain and copies agree: only a rebuild can tell.
        let copy = book.published.copy();
        replace_logs(copy.path(), &forged, &mut chance);
        match rebuilt(&copy.path().join("data")) {
            Ok(findings) => judge(&findings, place, all[at].header.seq),
            Err(error) => Outcome::Failed(format!("it does not verify: {error}")),
        }
    }))
}

/// What a record of the deployment says of the log itself, that a rebuild computes.
fn says((at, record): (usize, &Record)) -> Option<(usize, LogEvent)> {
    let (fact, _) = wire::decode_event(&record.body).ok()?;
    let Event::Log(event) = fact.event else {
        return None;
    };
    match event {
        LogEvent::StateRecorded(_) | LogEvent::SubjectsSealed(_) => Some((at, event)),
        LogEvent::KeyIntroduced(_) => None,
    }
}

/// What `verify --rebuild` finds.
fn rebuilt(data: &Path) -> Result<Vec<Finding>, store::VerifyError> {
    let (_, rebuilt) = sequencer::rebuild(data, |_| (), |_| ())?;
    Ok(rebuilt.findings)
}

fn judge(findings: &[Finding], place: (LedgerId, u64), recorded: u64) -> Outcome {
    let is_named = |finding: &Finding| match finding {
        Finding::State {
            ledger,
            seq,
            recorded_in,
            ..
        } => (LedgerId(ledger.0), *seq, *recorded_in) == (place.0, place.1, recorded),
        Finding::Seal { recorded_in, .. } => *recorded_in == recorded,
        Finding::Changed | Finding::NoRecord { .. } | Finding::NoPosition { .. } => false,
    };
    match findings.first() {
        None => Outcome::Silent("a rebuild finds nothing".to_owned()),
        Some(first) if is_named(first) => Outcome::Detected,
        Some(first) => Outcome::Failed(format!("{first}, not {place:?}")),
    }
}

pub(crate) type Entries = BTreeMap<String, Vec<u8>>;

fn answers(_: &Tools) -> Result<Trial> {
    let book = Book::make()?;
    let key: VerifierKey = book.key.parse()?;
    let trust = Trust {
        basis: Basis::Keys(vec![key]),
        replaying: Vec::new(),
    };
    evidence::verify(&book.package, &trust)?;
    let entries = unzip(&book.package)?;
    let answer: Value = serde_json::from_slice(&entries["answer.json"])?;
    Ok(Box::new(move |seed| {
        let mut chance = Chance::of(seed);
        let mut places = Vec::new();
        leaves(&answer, String::new(), &mut places);
        let place = chance.pick(&places).clone();
        let mut edited = answer.clone();
        let leaf = edited.pointer_mut(&place).expect("a place");
        edit(leaf, &mut chance);
        let mut entries = entries.clone();
        let bytes = serde_json::to_vec(&edited).expect("JSON");
        entries.insert("answer.json".to_owned(), bytes);
        relist(&mut entries);
        match evidence::verify(&zip(&entries), &trust) {
            Ok(_) => Outcome::Silent(format!("{place} is another")),
            Err(Fault::Answer { path, .. }) if same(&path, &place) => Outcome::Detected,
            Err(fault) => Outcome::Failed(format!("{fault}, not {place}")),
        }
    }))
}

/// Whether the path of a refusal is the place of a JSON pointer.
fn same(path: &str, pointer: &str) -> bool {
    let plain = |text: &str| {
        let text = text.replace(['/', '.', '['], " ").replace(']', "");
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    plain(path) == plain(pointer)
}

/// The places of all figures and texts.
fn leaves(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                leaves(value, format!("{at}/{name}"), places);
            }
        }
        Value::Array(values) => {
            for (number, value) in values.iter().enumerate() {
                leaves(value, format!("{at}/{number}"), places);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => places.push(at),
    }
}

fn edit(leaf: &mut Value, chance: &mut Chance) {
    *leaf = match leaf {
        Value::Bool(was) => json!(!*was),
        Value::Number(was) => json!(was.as_i64().unwrap_or(0) + 1 + chance.below(1_000) as i64),
        Value::String(was) => json!(format!("{was}{}", chance.below(10))),
        Value::Null | Value::Array(_) | Value::Object(_) => json!(chance.below(10)),
    };
}

pub(crate) fn unzip(package: &[u8]) -> Result<Entries> {
    let mut zip = zip::ZipArchive::new(Cursor::new(package))?;
    let mut entries = Entries::new();
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at)?;
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        entries.insert(entry.name()?.into_owned(), bytes);
    }
    Ok(entries)
}

fn zip(entries: &Entries) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = SimpleFileOptions::default();
        let options = options.compression_method(zip::CompressionMethod::Deflated);
        zip.start_file(name.as_str(), options).expect("an entry");
        zip.write_all(bytes).expect("bytes");
    }
    zip.finish().expect("a zip").into_inner()
}

/// The manifest made to fit the files again.
fn relist(entries: &mut Entries) {
    let manifest = &entries["manifest.json"];
    let mut manifest: Value = serde_json::from_slice(manifest).expect("a manifest");
    let files = entries.iter().filter(|(name, _)| *name != "manifest.json");
    let files: Vec<Value> = files
        .map(|(name, bytes)| {
            let hash = Digest(sha2::Sha256::digest(bytes).into());
            json!({"path": name, "size": bytes.len(), "sha256": hash})
        })
        .collect();
    manifest["files"] = json!(files);
    let bytes = serde_json::to_vec(&manifest).expect("JSON");
    entries.insert("manifest.json".to_owned(), bytes);
}
