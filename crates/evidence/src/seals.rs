//! Completeness: how many records each subject had when the log was last sealed, and which.
//!
//! A seal is a record of the deployment's own ledger: the root of a tree with one leaf for each
//! ledger and subject. Whoever has all records of a subject computes its leaf and finds it under
//! the root; with one left out, added or changed they do not.

use crate::told::{Seen, Told};
use crate::{Fault, archive};
use chain::{Accumulator, LedgerId, NodeHash, leaf_hash, subject_leaf, verify_inclusion};
use ledger::ids::Subject;
use ledger::log::{LogEvent, SubjectsSeal};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A tree of subjects has no more levels than its count has bits.
const PATH_LEN_MAX: usize = 64;

/// `seals.json`: where the package's subjects stand under one seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seals {
    /// The position of the seal's own record.
    pub position: u64,
    /// The subjects that it covers.
    pub subjects: Vec<SealedSubject>,
}

/// A subject's leaf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedSubject {
    /// Which one.
    pub subject: Subject,
    /// Its place among the leaves.
    pub index: u64,
    /// How many records named it.
    pub records: u64,
    /// What they came to: r n.
    pub hash: String,
    /// The path to the root, base64, from the leaf's sibling upwards.
    #[serde(deserialize_with = "path")]
    pub path: Vec<String>,
}

/// A path, of no more hashes than the highest tree has levels: three bytes of text that are no hash
/// would else be dozens in memory.
fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Path;

    impl<'de> Visitor<'de> for Path {
        type Value = Vec<String>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a path of at most 64 hashes")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut hashes: A) -> Result<Vec<String>, A::Error> {
            let mut path = Vec::new();
            while let Some(hash) = hashes.next_element()? {
                if path.len() == PATH_LEN_MAX {
                    return Err(A::Error::invalid_length(
                        path.len().saturating_add(1),
                        &self,
                    ));
                }
                path.push(hash);
            }
            Ok(path)
        }
    }

    deserializer.deserialize_seq(Path)
}

impl Seals {
    pub(crate) fn read(bytes: &[u8]) -> Result<Seals, Fault> {
        serde_json::from_slice(bytes).map_err(|error| Fault::Seals(error.to_string()))
    }

    pub(crate) fn write(&self) -> Result<Vec<u8>, Fault> {
        archive::json(self)
    }
}

/// What a seal says of the package's subjects, once it has been checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Checked {
    /// The last position that it covers; none where the package has no seal.
    pub(crate) through: Option<u64>,
    /// How many records each subject had until then.
    pub(crate) subjects: BTreeMap<Subject, u64>,
}

/// Checks every subject of the package that the seal covers: all its records until then are here,
/// and nothing else.
pub(crate) fn check(
    seals: &Seals,
    event: &ledger::Event,
    told: &Told,
    ledger: LedgerId,
    subjects: &BTreeSet<Subject>,
) -> Result<Checked, Fault> {
    let ledger::Event::Log(LogEvent::SubjectsSealed(seal)) = event else {
        return Err(Fault::Seals("its record is not a seal".to_owned()));
    };
    if seal.through_position >= seals.position {
        let text = format!(
            "it covers position {}, and stands itself at {}",
            seal.through_position, seals.position
        );
        return Err(Fault::Seals(text));
    }
    let mut counts = BTreeMap::new();
    for sealed in &seals.subjects {
        let subject = sealed.subject;
        if !subjects.contains(&subject) {
            let text = format!("{subject:?} is not a subject of the package");
            return Err(Fault::Seals(text));
        }
        if counts.insert(subject, sealed.records).is_some() {
            return Err(Fault::Seals(format!("{subject:?} stands there twice")));
        }
        one(seal, sealed, told, ledger)?;
    }
    Ok(Checked {
        through: Some(seal.through_position),
        subjects: counts,
    })
}

fn one(
    seal: &SubjectsSeal,
    sealed: &SealedSubject,
    told: &Told,
    ledger: LedgerId,
) -> Result<(), Fault> {
    let subject = sealed.subject;
    let mut made = Accumulator::empty(ledger, subject.0);
    let until = |seen: &&Seen| seen.position <= seal.through_position;
    for seen in told.of(subject).filter(until) {
        made = made.after(seen.hash);
    }
    let incomplete = || Fault::Incomplete {
        subject,
        stated: sealed.records,
        found: made.records,
        through: seal.through_position,
    };
    if made.records != sealed.records || made.hash.to_string() != sealed.hash {
        return Err(incomplete());
    }
    let path: Result<Vec<NodeHash>, _> = sealed
        .path
        .iter()
        .map(|hash| NodeHash::from_base64(hash))
        .collect();
    let path = path.map_err(|error| Fault::Seals(error.to_string()))?;
    let leaf = leaf_hash(&subject_leaf(ledger, subject.0, &made));
    let root = NodeHash::from_bytes(seal.root.0);
    verify_inclusion(leaf, sealed.index, seal.count, root, &path).map_err(|_| {
        Fault::Seals(format!(
            "the path of {subject:?} with {} records does not lead to its root",
            sealed.records
        ))
    })
}
