//! Taking a package apart: nothing in it is believed but what follows from a signed checkpoint.
//!
//! In this order: the zip and its hashes; the checkpoint and who signed it; each record, its hash
//! and its proof; the chain where records follow each other; completeness; the answer, computed
//! again; the pages, made again; the keys and the files.

mod records;

use crate::archive::{Archive, FILES, position_of, record_name, unpack};
use crate::html::{Language, Page, page};
use crate::manifest::{Manifest, Named, PAGES};
use crate::plan::{closure, referenced};
use crate::readme::README;
use crate::report::{Report, subject_reports};
use crate::seals::{self, Checked, Seals};
use crate::told::{Told, tell};
use crate::trust::{Of, Trust};
use crate::unproved::unproved;
use crate::{Fault, answer, keys, stated};
use chain::{KeyKind, LedgerId, Note, NoteError, Record, VerifierKey};
use ledger::digest::Digest;
use ledger::evidence::EvidenceEvent;
use ledger::ids::Subject;
use ledger::item::ItemEvent;
use ledger::{Event, Fact};
use records::{chained, proved, sort_out, through};
use serde_json::Value;
use std::collections::BTreeSet;

/// Checks a package, of whatever bytes. Pure: no clock, no files, no network.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(bytes: &[u8], trust: &Trust) -> Result<Report, Fault> {
    let archive = unpack(bytes)?;
    let manifest = Manifest::read(held(&archive, "manifest.json")?)?;
    listed(&archive, &manifest)?;
    let note = held(&archive, "checkpoint")?;
    let note = Note::parse(note).map_err(|error| Fault::Checkpoint(error.to_string()))?;
    let of = Of {
        origin: &manifest.log.origin,
        own_key: &manifest.log.key,
    };
    let (checkpoint, trusted) = trust.signed(&note, of)?;

    let records = proved(&archive, &note, &checkpoint)?;
    let seals = match archive.held.get("seals.json") {
        Some(bytes) => Some(Seals::read(bytes)?),
        None => None,
    };
    let (seal, records) = sort_out(&records, &manifest, seals.as_ref())?;
    chained(&records, &manifest)?;
    through(&archive, &checkpoint, &manifest, &records)?;

    let field_keys = match archive.held.get("keys.json") {
        Some(bytes) => keys::read(bytes)?,
        None => Vec::new(),
    };
    let told = tell(&records, &field_keys)?;
    let subjects: BTreeSet<Subject> = manifest.subjects.iter().map(|it| it.subject).collect();
    let made = answered(&manifest, &told, &subjects)?;
    let asked = (manifest.question, manifest.asked_on);
    let unproved = unproved(&told, &subjects, asked, &made)?;
    let checked = match (&seals, seal) {
        (Some(seals), Some(seal)) => complete(seals, seal, &told, (manifest.chain(), &subjects))?,
        (None | Some(_), None) | (None, Some(_)) => Checked::default(),
    };
    let pages = manifest.pages == PAGES;
    let answer = stated(&archive, &made, pages)?;
    let context = Page {
        manifest: &manifest,
        answer: &answer,
        told: &told,
        checked: &checked,
        checkpoint: note.text(),
    };
    if pages {
        same_pages(&archive, &context)?;
    }
    let replayed_by = replayed_by(&note, &trust.replaying)?;
    let confirmed = !replayed_by.is_empty();
    let subjects = subject_reports(&manifest, &told, &checked, confirmed);
    let here = archive.hashes.keys().filter(|name| name.starts_with(FILES));
    let files = here.count();
    let named = files_named(told.seen.iter().map(|seen| &seen.fact));
    nothing_else(&archive, &named, manifest.through.position)?;
    let absent = |file: &Digest| !archive.hashes.contains_key(&format!("{FILES}{file}"));
    Ok(Report {
        ledger: manifest.chain(),
        question: manifest.question,
        asked_on: manifest.asked_on,
        through: manifest.through,
        checkpoint,
        trusted,
        records: told.seen.len(),
        subjects,
        files,
        files_not_here: named.into_iter().filter(absent).collect(),
        unproved,
        opened: told.opened,
        pages,
        answer,
        replayed_by,
        not_included: manifest.not_included,
    })
}

/// Which subjects the seal shows to be complete.
fn complete(
    seals: &Seals,
    seal: &Record,
    told: &Told,
    (ledger, subjects): (LedgerId, &BTreeSet<Subject>),
) -> Result<Checked, Fault> {
    let fact = wire::decode_event(&seal.body);
    let (fact, _) = fact.map_err(|error| Fault::Seals(error.to_string()))?;
    seals::check(seals, &fact.event, told, ledger, subjects)
}

/// Who of these witnesses has cosigned. The seal's record is proved under this checkpoint, so
/// whoever replays has computed it again. A key of a log is no witness, whatever it has signed.
fn replayed_by(note: &Note, replaying: &[VerifierKey]) -> Result<Vec<String>, Fault> {
    let witnesses = replaying
        .iter()
        .filter(|key| key.kind() == KeyKind::Witness);
    match note.verify(witnesses) {
        Ok(signed) => {
            let names = signed.into_iter().map(|(key, _)| key.name().to_owned());
            Ok(names.collect())
        }
        Err(NoteError::Unsigned) => Ok(Vec::new()),
        // Somebody has put a line there that this witness did not write.
        Err(error) => Err(Fault::Signature(error.to_string())),
    }
}

fn held<'a>(archive: &'a Archive, name: &str) -> Result<&'a [u8], Fault> {
    let bytes = archive.held.get(name);
    bytes
        .map(Vec::as_slice)
        .ok_or_else(|| Fault::Missing(name.to_owned()))
}

/// The manifest lists every file but itself, with its size and hash, and no other.
fn listed(archive: &Archive, manifest: &Manifest) -> Result<(), Fault> {
    let mut names = BTreeSet::new();
    for file in &manifest.files {
        let name = file.path.as_str();
        let Some(found) = archive.hashes.get(name) else {
            return Err(Fault::Missing(file.path.clone()));
        };
        if *found != (file.size, file.sha256.0) {
            return Err(Fault::FileHash(file.path.clone()));
        }
        names.insert(name);
    }
    for (name, (_, hash)) in &archive.hashes {
        if name != "manifest.json" && !names.contains(name.as_str()) {
            return Err(Fault::Unlisted(name.clone()));
        }
        let digest = name.strip_prefix(FILES);
        if digest.is_some_and(|digest| digest != Digest(*hash).to_string()) {
            return Err(Fault::EvidenceHash(name.clone()));
        }
    }
    Ok(())
}

/// The answer, computed again from the records, if its subjects are those that are listed.
fn answered(
    manifest: &Manifest,
    told: &Told,
    subjects: &BTreeSet<Subject>,
) -> Result<Value, Fault> {
    let made = answer::answer(&told.view, manifest.question, manifest.asked_on);
    let made = made.ok_or(Fault::Unanswered)?;
    // Each once and no other: whatever is done for each of them later is bounded by the records.
    let facts: Vec<&Fact> = told.seen.iter().map(|seen| &seen.fact).collect();
    let needed = closure(&told.view, manifest.question, &facts);
    let needed: BTreeSet<Named> = needed.into_iter().collect();
    let listed: BTreeSet<Named> = manifest.subjects.iter().copied().collect();
    let first = needed.symmetric_difference(&listed).next();
    let twice = manifest.subjects.get(needed.len());
    if let Some(named) = first.or(twice) {
        return Err(Fault::Subjects {
            what: "subjects",
            subject: named.subject,
        });
    }
    let absent = not_included(told, subjects);
    if absent != manifest.not_included {
        let mut pairs = absent.iter().zip(&manifest.not_included);
        let differing = pairs.find(|(one, other)| one != other).map(|(one, _)| one);
        let longer = absent.get(manifest.not_included.len());
        let more = manifest.not_included.get(absent.len());
        return Err(Fault::Subjects {
            what: "list of those who are not included",
            subject: *differing
                .or(longer)
                .or(more)
                .unwrap_or(&manifest.question.subject()),
        });
    }
    Ok(made)
}

/// No file that no record names, and no proof but of what is here: it would look proved.
fn nothing_else(archive: &Archive, named: &BTreeSet<Digest>, through: u64) -> Result<(), Fault> {
    let named: BTreeSet<String> = named.iter().map(Digest::to_string).collect();
    for name in archive.hashes.keys() {
        let proof = position_of(name, "proofs/", ".tlog-proof");
        let proves = |position: u64| {
            position == through || archive.hashes.contains_key(&record_name(position))
        };
        let digest = name.strip_prefix(FILES);
        if proof.is_some_and(|position| !proves(position))
            || digest.is_some_and(|digest| !named.contains(digest))
        {
            return Err(Fault::Foreign(name.clone()));
        }
    }
    Ok(())
}

/// The stated answer, if all of it follows from what was computed; and all of that is stated, where
/// it is of this release's pages. Other releases had other figures.
fn stated(archive: &Archive, made: &Value, whole: bool) -> Result<Value, Fault> {
    let text = held(archive, "answer.json")?;
    let wrong = |(path, stated, made)| Fault::Answer { path, stated, made };
    let stated = stated::stated(text, made, whole).map_err(wrong)?;
    // Its parts belong to the question; only within them may a later release say more.
    let parts = made.as_object().into_iter().flatten();
    for (part, _) in parts {
        if stated.get(part).is_none() {
            return Err(Fault::Answer {
                path: part.clone(),
                stated: "nothing".to_owned(),
                made: "something".to_owned(),
            });
        }
    }
    Ok(stated)
}

/// Whom the subjects' records name without a record that is mainly about them being here.
pub(crate) fn not_included(told: &Told, subjects: &BTreeSet<Subject>) -> Vec<Subject> {
    let of_subjects = told
        .seen
        .iter()
        .filter(|seen| seen.names.iter().any(|name| subjects.contains(name)));
    let mut named = referenced(of_subjects.map(|seen| &seen.fact));
    for subject in subjects {
        named.remove(subject);
    }
    for main in told.seen.iter().filter_map(|seen| seen.names.first()) {
        named.remove(main);
    }
    named.into_iter().collect()
}

/// What people read is what the records give, and the text that goes with it.
fn same_pages(archive: &Archive, context: &Page<'_>) -> Result<(), Fault> {
    same_page(archive, context, "report.zh.html", Language::Zh)?;
    same_page(archive, context, "report.en.html", Language::En)?;
    if held(archive, "README.txt")? == README.as_bytes() {
        Ok(())
    } else {
        Err(Fault::Readme)
    }
}

fn same_page(
    archive: &Archive,
    context: &Page<'_>,
    name: &'static str,
    language: Language,
) -> Result<(), Fault> {
    if held(archive, name)? == page(context, language).as_bytes() {
        Ok(())
    } else {
        Err(Fault::Page(name))
    }
}

/// The evidence files that records name, each once.
pub fn files_named<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> BTreeSet<Digest> {
    let mut named = BTreeSet::new();
    for fact in facts {
        if let Event::Evidence(EvidenceEvent::Added(added)) = &fact.event {
            named.insert(added.sha256);
        }
        if let Event::Item(ItemEvent::EvidenceAdded(added)) = &fact.event {
            named.insert(added.sha256);
        }
        if let Event::Item(ItemEvent::Refuted(refuted)) = &fact.event {
            named.insert(refuted.sha256);
        }
    }
    named
}
