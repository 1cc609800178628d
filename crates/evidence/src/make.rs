//! Putting a package together.

use crate::archive::{self, FILES, RECORDS_MAX, pack, proof_name, record_name, sha256};
use crate::html::{Language, Page, page};
use crate::keys::{self, FieldKey};
use crate::manifest::{FORMAT, Listed, LogName, Manifest, PAGES};
use crate::plan::Plan;
use crate::question::Question;
use crate::seals::{Checked, Seals};
use crate::verify::{not_included, verify};
use crate::{Basis, Trust};
use crate::{Fault, readme, seals, told};
use chain::{Checkpoint, LedgerId, NodeHash, Note, Record, TlogProof};
use jiff::civil::Date;
use ledger::digest::Digest;
use std::collections::{BTreeMap, BTreeSet};

/// A record and its way to the root of the checkpoint's tree.
#[derive(Debug, Clone)]
pub struct Proved {
    /// Where it stands in the log.
    pub position: u64,
    /// Its exact bytes.
    pub record: Record,
    /// The inclusion proof, from the leaf's sibling upwards.
    pub path: Vec<NodeHash>,
}

/// What a package is made of.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The ledger.
    pub ledger: LedgerId,
    /// What is asked.
    pub question: Question,
    /// For which day, in UTC+08:00.
    pub asked_on: Date,
    /// What [`crate::plan`] said.
    pub plan: Plan,
    /// The log's key, in the text form of C2SP signed-note.
    pub key: String,
    /// A checkpoint that covers all of it.
    pub checkpoint: Note,
    /// The planned records and the supporting ones.
    pub records: Vec<Proved>,
    /// The proof of the last record that the answer knows.
    pub through_path: Vec<NodeHash>,
    /// Where the subjects stand under a seal, and the seal's own record.
    pub seals: Option<(Seals, Proved)>,
    /// Keys of sealed texts, if they are to be disclosed.
    pub keys: Vec<FieldKey>,
    /// The evidence files that go along.
    pub files: BTreeMap<Digest, Vec<u8>>,
}

/// Makes a package, and checks it as its receiver will: what does not verify is not handed out.
///
/// # Errors
/// There are too many records or files, or they do not give the stated answer.
pub fn make(sources: Sources) -> Result<Vec<u8>, Fault> {
    let key = sources.key.parse();
    let trust = Trust {
        basis: Basis::Keys(key.into_iter().collect()),
        replaying: Vec::new(),
    };
    let package = assemble(sources)?;
    verify(&package, &trust)?;
    Ok(package)
}

fn assemble(mut sources: Sources) -> Result<Vec<u8>, Fault> {
    if sources.records.len() > RECORDS_MAX {
        let count = sources.records.len();
        return Err(Fault::TooMany { count });
    }
    sources
        .records
        .sort_by_key(|proved| proved.record.header.seq);
    let records: Vec<_> = sources
        .records
        .iter()
        .map(|proved| (proved.position, &proved.record))
        .collect();
    let told = told::tell(&records, &sources.keys)?;
    let checkpoint: Checkpoint = sources
        .checkpoint
        .text()
        .parse()
        .map_err(|error: chain::CheckpointError| Fault::Checkpoint(error.to_string()))?;
    let subjects: BTreeSet<_> = sources.plan.subjects().collect();
    let checked = match &sources.seals {
        Some((seals, proved)) => {
            let (fact, _) = wire::decode_event(&proved.record.body)
                .map_err(|error| Fault::Seals(error.to_string()))?;
            seals::check(seals, &fact.event, &told, sources.ledger, &subjects)?
        }
        None => Checked::default(),
    };
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        ledger: sources.ledger.0,
        question: sources.question,
        asked_on: sources.asked_on,
        through: sources.plan.through,
        log: LogName {
            origin: checkpoint.origin().to_owned(),
            key: sources.key.clone(),
        },
        subjects: sources.plan.subjects.clone(),
        not_included: not_included(&told, &subjects),
        pages: PAGES,
        files: Vec::new(),
    };
    let context = Page {
        manifest: &manifest,
        answer: &sources.plan.answer,
        told: &told,
        checked: &checked,
        checkpoint: sources.checkpoint.text(),
    };
    let mut entries = texts(&context, &sources)?;
    for (digest, bytes) in std::mem::take(&mut sources.files) {
        entries.insert(format!("{FILES}{digest}"), bytes);
    }
    let listed = |(path, bytes): (&String, &Vec<u8>)| Listed {
        path: path.clone(),
        size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        sha256: Digest(sha256(bytes)),
    };
    let files = entries.iter().map(listed).collect();
    let manifest = Manifest { files, ..manifest };
    entries.insert("manifest.json".to_owned(), manifest.write()?);
    pack(&entries)
}

/// Every entry but the manifest and the evidence files.
fn texts(context: &Page<'_>, sources: &Sources) -> Result<BTreeMap<String, Vec<u8>>, Fault> {
    let mut entries = BTreeMap::new();
    let mut put = |name: &str, bytes: Vec<u8>| {
        entries.insert(name.to_owned(), bytes);
    };
    let through = sources.plan.through.position;
    let proof = |position, path: &[NodeHash]| {
        let proof = TlogProof {
            extra: None,
            index: position,
            path: path.to_vec(),
            checkpoint: sources.checkpoint.clone(),
        };
        proof.to_string().into_bytes()
    };
    put(&proof_name(through), proof(through, &sources.through_path));
    let sealed = sources.seals.iter().map(|(_, proved)| proved);
    for proved in sources.records.iter().chain(sealed) {
        let header = proved.record.header.to_bytes();
        let bytes = [header.as_slice(), &proved.record.body].concat();
        put(&record_name(proved.position), bytes);
        put(
            &proof_name(proved.position),
            proof(proved.position, &proved.path),
        );
    }
    put("checkpoint", sources.checkpoint.to_string().into_bytes());
    put("answer.json", archive::json(context.answer)?);
    put("report.zh.html", page(context, Language::Zh).into_bytes());
    put("report.en.html", page(context, Language::En).into_bytes());
    put("README.txt", readme::README.as_bytes().to_vec());
    if let Some((seals, _)) = &sources.seals {
        put("seals.json", seals.write()?);
    }
    if !sources.keys.is_empty() {
        put("keys.json", keys::write(&sources.keys)?);
    }
    Ok(entries)
}
