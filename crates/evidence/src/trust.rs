//! Whom the one who verifies trusts, and whether they have signed.

use crate::Fault;
use chain::{Checkpoint, KeyKind, Note, Policy, PolicyFault, VerifierKey};

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

/// The log whose checkpoint it should be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Of<'a> {
    /// Its origin.
    pub(crate) origin: &'a str,
    /// Its key, by the word of what is verified.
    pub(crate) own_key: &'a str,
}

impl Trust {
    /// The checkpoint of a note, and on whose word it is believed.
    pub(crate) fn signed(&self, note: &Note, of: Of<'_>) -> Result<(Checkpoint, Trusted), Fault> {
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
        if checkpoint.origin() != of.origin {
            return Err(origin(of.origin));
        }
        // What it says of its own key is read by people, whatever key the receiver has.
        if !of.own_key.is_empty() {
            let own: Result<VerifierKey, _> = of.own_key.parse();
            let own = own.map_err(|error| Fault::Manifest(format!("log.key: {error}")))?;
            note.verify([&own]).map_err(|error| wrong(&error))?;
        }
        let trusted = match &self.basis {
            Basis::Policy(policy) => {
                let witnessed = policy.verify(note);
                if let Err(PolicyFault::Quorum { count }) = witnessed {
                    return Err(Fault::NotWitnessed { count });
                }
                let witnessed = witnessed.map_err(|error| wrong(&error))?;
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
                let key: Result<VerifierKey, _> = of.own_key.parse();
                let key = key.map_err(|error| Fault::Manifest(error.to_string()))?;
                note.verify([&key]).map_err(|error| wrong(&error))?;
                if key.name() != checkpoint.origin() {
                    return Err(origin(key.name()));
                }
                Trusted::OwnWord(of.own_key.to_owned())
            }
        };
        Ok((checkpoint, trusted))
    }
}
