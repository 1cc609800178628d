//! `manifest.json`: what the package says of itself. Nobody has signed it; everything in it is
//! compared with what the records and the proofs say.

use crate::question::Question;
use crate::{Fault, archive};
use chain::{Hash, LedgerId};
use jiff::civil::Date;
use ledger::fields::Kind;
use ledger::ids::Subject;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// The first version of the format, and the only one that this release reads.
pub const FORMAT: &str = "fundtrace-package/v1";

/// The version of the two pages and of `README.txt`: of a package with another one they are not
/// compared, and it does not hold.
pub(crate) const PAGES: u32 = 3;

/// The whole of `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub(crate) format: String,
    pub(crate) ledger: Uuid,
    pub(crate) question: Question,
    /// The day for which due dates and states are stated, in UTC+08:00.
    pub(crate) asked_on: Date,
    pub(crate) through: Through,
    pub(crate) log: LogName,
    /// Every record that names one of these is in the package, as far as seals say.
    pub(crate) subjects: Vec<Named>,
    /// Whom records name without a record of theirs being in the package.
    pub(crate) not_included: Vec<Subject>,
    /// The version of the two pages and of `README.txt`.
    pub(crate) pages: u32,
    pub(crate) files: Vec<Listed>,
}

/// The last record of the ledger that the answer knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Through {
    /// Its place in the ledger.
    pub seq: u64,
    /// Its place in the deployment's log.
    pub position: u64,
    /// Its hash.
    #[serde(serialize_with = "hash_text", deserialize_with = "text_hash")]
    pub hash: Hash,
}

/// The log that the proofs belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogName {
    pub(crate) origin: String,
    /// Its key as the package says; whoever checks it should have it from elsewhere.
    pub(crate) key: String,
}

/// A subject whose records the package holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    pub(crate) kind: Kind,
    pub(crate) subject: Subject,
}

/// A file of the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    pub(crate) path: String,
    pub(crate) size: u64,
    pub(crate) sha256: ledger::digest::Digest,
}

impl Manifest {
    pub(crate) fn chain(&self) -> LedgerId {
        LedgerId(self.ledger)
    }

    /// Reads it; another format is told apart before anything else is asked of it.
    pub(crate) fn read(bytes: &[u8]) -> Result<Manifest, Fault> {
        #[derive(Deserialize)]
        struct Format {
            format: String,
        }
        let wrong = |error: serde_json::Error| Fault::Manifest(error.to_string());
        let Format { format } = serde_json::from_slice(bytes).map_err(wrong)?;
        if format != FORMAT {
            return Err(Fault::Format(format.chars().take(80).collect()));
        }
        serde_json::from_slice(bytes).map_err(wrong)
    }

    pub(crate) fn write(&self) -> Result<Vec<u8>, Fault> {
        archive::json(self)
    }
}

fn hash_text<S: Serializer>(hash: &Hash, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(hash)
}

fn text_hash<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    text.parse().map_err(D::Error::custom)
}
