//! Taking a package apart: nothing in it is believed but what follows from a signed checkpoint.
//!
//! In this order: the zip and its hashes; the checkpoint and who signed it; each record, its hash
//! and its proof; the chain where records follow each other; completeness; the answer, computed
//! again; the pages, made again; the keys and the files.

use crate::archive::{Archive, FILES, position_of, proof_name, record_name, unpack};
use crate::html::{Language, Page, page};
use crate::manifest::{Manifest, Named, PAGES};
use crate::plan::{closure, referenced};
use crate::question::Question;
use crate::seals::{self, Checked, Seals};
use crate::told::{Told, tell};
use crate::{Fault, Through, answer, keys};
use chain::{
    Checkpoint, HEADER_LEN, Header, KeyKind, LedgerId, Note, NoteError, Policy, Record, TlogProof,
    VerifierKey, leaf_bytes, leaf_hash, ledger_root, verify_inclusion,
};
use jiff::civil::Date;
use ledger::digest::Digest;
use ledger::evidence::EvidenceEvent;
use ledger::fields::Kind;
use ledger::ids::Subject;
use ledger::item::ItemEvent;
use ledger::{Event, Fact};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Whom the receiver of a package trusts.
#[derive(Debug, Clone)]
pub struct Trust {
    /// Who must have signed the checkpoint.
    pub basis: Basis,
    /// Witnesses of whom the receiver knows that they replay every record and compute each seal
    /// again before they cosign.
    pub replaying: Vec<VerifierKey>,
}

/// Who must have signed.
#[derive(Debug, Clone)]
pub enum Basis {
    /// Nobody is known: the key is the package's own word.
    Nothing,
    /// One of these.
    Keys(Vec<VerifierKey>),
    /// A log and as many witnesses as a policy asks for.
    Policy(Policy),
}

/// On what a good verdict rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trusted {
    /// The key stands in the package itself.
    OwnWord(String),
    /// Keys that the receiver gave have signed.
    Keys(Vec<String>),
    /// The receiver's policy accepts it: these witnesses, each with its time in UTC seconds.
    Policy(Vec<(String, u64)>),
}

/// What is known of a subject's records being all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Complete {
    /// All records up to this position are here. The server asserts it, and a full scan can refute
    /// it.
    Asserted(u64),
    /// The same, and a witness of whom the receiver knows that it replays every record has cosigned
    /// the checkpoint: it has computed the seal again and found it so. [`Report::replayed_by`]
    /// names
    /// it.
    Confirmed(u64),
    /// No seal covers it.
    NotShown,
}

/// One subject of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectReport {
    /// What it is.
    pub kind: Kind,
    /// Which one.
    pub subject: Subject,
    /// How many records in the package name it.
    pub records: u64,
    /// Whether these are all.
    pub complete: Complete,
}

/// What a package that holds proves.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The ledger.
    pub ledger: LedgerId,
    /// What was asked.
    pub question: Question,
    /// For which day.
    pub asked_on: Date,
    /// The last record that the answer knows.
    pub through: Through,
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// On whose word.
    pub trusted: Trusted,
    /// How many records were proved.
    pub records: usize,
    /// The subjects, the question's own first.
    pub subjects: Vec<SubjectReport>,
    /// Whom records name without a record of theirs being here.
    pub not_included: Vec<Subject>,
    /// The witnesses that replay every record, as the receiver says, and have cosigned: names.
    pub replayed_by: Vec<String>,
    /// The answer as stated, all of which the records give.
    pub answer: Value,
    /// How many sealed texts were opened.
    pub opened: usize,
    /// The evidence files that are here, and have their hashes.
    pub files: usize,
    /// The evidence files that records name and that are not here.
    pub files_not_here: Vec<Digest>,
    /// The two pages are what the records give; false where they are of another version.
    pub pages: bool,
}

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
    let (checkpoint, trusted) = signed(&note, &manifest, trust)?;

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
    let answer = answered(&manifest, &told, &subjects)?;
    let checked = match (&seals, seal) {
        (Some(seals), Some(seal)) => {
            let fact = wire::decode_event(&seal.body);
            let (fact, _) = fact.map_err(|error| Fault::Seals(error.to_string()))?;
            seals::check(seals, &fact.event, &told, manifest.chain(), &subjects)?
        }
        (None | Some(_), None) | (None, Some(_)) => Checked::default(),
    };
    let answer = stated(&archive, &answer)?;
    let context = Page {
        manifest: &manifest,
        answer: &answer,
        told: &told,
        checked: &checked,
        checkpoint: note.text(),
    };
    let pages = manifest.pages == PAGES;
    if pages {
        same_page(&archive, &context, "report.zh.html", Language::Zh)?;
        same_page(&archive, &context, "report.en.html", Language::En)?;
    }
    let replayed_by = replayed_by(&note, &trust.replaying)?;
    let confirmed = !replayed_by.is_empty();
    let subjects = subject_reports(&manifest, &told, &checked, confirmed);
    let here = archive.hashes.keys().filter(|name| name.starts_with(FILES));
    let files = here.count();
    let named = files_named(told.seen.iter().map(|seen| &seen.fact)).into_iter();
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
        files_not_here: named.filter(absent).collect(),
        opened: told.opened,
        pages,
        answer,
        replayed_by,
        not_included: manifest.not_included,
    })
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

/// The checkpoint, and on whose word it is believed.
fn signed(note: &Note, manifest: &Manifest, trust: &Trust) -> Result<(Checkpoint, Trusted), Fault> {
    let wrong = |error: &dyn std::error::Error| {
        let source = error.source().map(|source| format!(": {source}"));
        Fault::Signature(format!("{error}{}", source.unwrap_or_default()))
    };
    let checkpoint: Result<Checkpoint, _> = note.text().parse();
    let checkpoint = checkpoint.map_err(|error| Fault::Checkpoint(error.to_string()))?;
    let origin = |needed: &str| Fault::Origin {
        found: checkpoint.origin().to_owned(),
        needed: needed.to_owned(),
    };
    if checkpoint.origin() != manifest.log.origin {
        return Err(origin(&manifest.log.origin));
    }
    let trusted = match &trust.basis {
        Basis::Policy(policy) => {
            let witnessed = policy.verify(note).map_err(|error| wrong(&error))?;
            Trusted::Policy(witnessed.witnesses)
        }
        Basis::Keys(keys) => {
            let signers = note.verify(keys).map_err(|error| wrong(&error))?;
            let signers: Vec<_> = signers.into_iter().map(|(key, _)| key).collect();
            // A cosignature alone says that a witness saw it, and not whose log it is.
            let mut logs = signers.iter().filter(|key| key.kind() == KeyKind::Log);
            if !logs.any(|key| key.name() == checkpoint.origin()) {
                let first = keys.first().map_or("", |key| key.name());
                return Err(origin(first));
            }
            let names = signers.iter().map(|key| key.name().to_owned());
            Trusted::Keys(names.collect())
        }
        Basis::Nothing => {
            let key: Result<VerifierKey, _> = manifest.log.key.parse();
            let key = key.map_err(|error| Fault::Manifest(error.to_string()))?;
            note.verify([&key]).map_err(|error| wrong(&error))?;
            if key.name() != checkpoint.origin() {
                return Err(origin(key.name()));
            }
            Trusted::OwnWord(manifest.log.key.clone())
        }
    };
    Ok((checkpoint, trusted))
}

/// Every record with its position, each with a good proof under the one checkpoint.
fn proved(
    archive: &Archive,
    note: &Note,
    checkpoint: &Checkpoint,
) -> Result<BTreeMap<u64, Record>, Fault> {
    let mut records = BTreeMap::new();
    for (name, bytes) in &archive.held {
        if let Some(position) = position_of(name, "records/", ".bin") {
            let bad = |why: String| Fault::Record { position, why };
            let (header, body) = bytes
                .split_at_checked(HEADER_LEN)
                .ok_or_else(|| bad("it is shorter than a header".to_owned()))?;
            let header = Header::from_bytes(header).map_err(|error| bad(error.to_string()))?;
            let record = Record::new(header, body.to_vec());
            let record = record.map_err(|error| bad(error.to_string()))?;
            let leaf = (header.ledger, header.seq, record.hash);
            prove(archive, note, checkpoint, position, leaf)?;
            records.insert(position, record);
        }
    }
    Ok(records)
}

fn prove(
    archive: &Archive,
    note: &Note,
    checkpoint: &Checkpoint,
    position: u64,
    (ledger, seq, hash): (LedgerId, u64, chain::Hash),
) -> Result<(), Fault> {
    let bad = |why: String| Fault::Proof { position, why };
    let proof = TlogProof::parse(held(archive, &proof_name(position))?);
    let proof = proof.map_err(|error| bad(error.to_string()))?;
    if proof.checkpoint != *note {
        return Err(bad("it is under another checkpoint".to_owned()));
    }
    if proof.index != position {
        return Err(bad(format!("it is for position {}", proof.index)));
    }
    let leaf = leaf_hash(&leaf_bytes(ledger, seq, hash));
    let (size, root) = (checkpoint.size(), checkpoint.root());
    verify_inclusion(leaf, position, size, root, &proof.path)
        .map_err(|error| bad(error.to_string()))
}

/// The seal's record apart from those of the ledger, which come in the order of their seqs.
#[expect(
    clippy::type_complexity,
    reason = "made here, taken apart by its caller"
)]
fn sort_out<'a>(
    records: &'a BTreeMap<u64, Record>,
    manifest: &Manifest,
    seals: Option<&Seals>,
) -> Result<(Option<&'a Record>, Vec<(u64, &'a Record)>), Fault> {
    let (mut seal, mut own) = (None, Vec::new());
    for (position, record) in records {
        if record.header.ledger == manifest.chain() {
            own.push((*position, record));
        } else if seals.is_some_and(|seals| seals.position == *position) {
            seal = Some(record);
        } else {
            let why = format!("it is of the ledger {}", record.header.ledger);
            return Err(Fault::Record {
                position: *position,
                why,
            });
        }
    }
    if let (Some(seals), None) = (seals, seal) {
        return Err(Fault::Missing(record_name(seals.position)));
    }
    own.sort_by_key(|(_, record)| record.header.seq);
    Ok((seal, own))
}

/// Records that follow each other belong to one chain.
fn chained(records: &[(u64, &Record)], manifest: &Manifest) -> Result<(), Fault> {
    let mut last: Option<&(u64, &Record)> = None;
    for this in records {
        let (position, record) = this;
        let seq = record.header.seq;
        let bad = |why| Fault::Chain { seq, why };
        let (place, parent) = match last {
            Some((before, last)) => {
                if *before >= *position || last.header.seq >= seq {
                    return Err(bad("it stands before it in the log"));
                }
                if record.header.recorded_at_us < last.header.recorded_at_us {
                    return Err(bad("it was recorded before it"));
                }
                (last.header.seq, last.hash)
            }
            None => (0, ledger_root(manifest.chain())),
        };
        if place.checked_add(1) == Some(seq) && record.header.parent != parent {
            return Err(bad("its parent is another"));
        }
        last = Some(this);
    }
    Ok(())
}

/// The last record that the answer knows is in the log, and none of the package's is after it.
fn through(
    archive: &Archive,
    checkpoint: &Checkpoint,
    manifest: &Manifest,
    records: &[(u64, &Record)],
) -> Result<(), Fault> {
    let Through {
        seq,
        position,
        hash,
    } = manifest.through;
    let note = held(archive, "checkpoint")?;
    let note = Note::parse(note).map_err(|error| Fault::Checkpoint(error.to_string()))?;
    let leaf = (manifest.chain(), seq, hash);
    prove(archive, &note, checkpoint, position, leaf)?;
    match records.last() {
        Some((_, last)) if last.header.seq > seq => Err(Fault::Chain {
            seq: last.header.seq,
            why: "the answer is said to end before it",
        }),
        Some(_) | None => Ok(()),
    }
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
    let needed: BTreeSet<Named> = closure(&told.view, manifest.question).into_iter().collect();
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

/// The stated answer, if all of it follows from what was computed.
fn stated(archive: &Archive, made: &Value) -> Result<Value, Fault> {
    let stated = serde_json::from_slice(held(archive, "answer.json")?);
    let stated: Value = stated.map_err(|error| Fault::Answer {
        path: "everything".to_owned(),
        stated: error.to_string(),
        made: "JSON".to_owned(),
    })?;
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
    match answer::difference(&stated, made) {
        Some((path, stated, made)) => Err(Fault::Answer { path, stated, made }),
        None => Ok(stated),
    }
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

fn subject_reports(
    manifest: &Manifest,
    told: &Told,
    checked: &Checked,
    confirmed: bool,
) -> Vec<SubjectReport> {
    let report = |named: &Named| {
        let subject = named.subject;
        let naming = told.of(subject);
        let complete = match checked.through {
            Some(through) if checked.subjects.contains_key(&subject) => {
                if confirmed {
                    Complete::Confirmed(through)
                } else {
                    Complete::Asserted(through)
                }
            }
            Some(_) | None => Complete::NotShown,
        };
        SubjectReport {
            kind: named.kind,
            subject,
            records: u64::try_from(naming.count()).unwrap_or(u64::MAX),
            complete,
        }
    };
    manifest.subjects.iter().map(report).collect()
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
    }
    named
}
