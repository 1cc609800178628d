//! Cosignatures: a witness says at what time it saw the log at this checkpoint, and nothing but
//! grown since (C2SP tlog-cosignature, Ed25519, type 0x04).
//!
//! Signed are two lines and the text of the checkpoint:
//!
//! ```text
//! cosignature/v1
//! time <POSIX seconds>
//! <the text of the checkpoint>
//! ```
//!
//! The signature's bytes are 8 of the time, big-endian, and 64 of Ed25519.

use std::fmt;

use crate::note::Secret;
use crate::{KeyError, KeyKind, NoteSignature, VerifierKey};

/// The latest time of a cosignature, in UTC seconds (C2SP tlog-cosignature).
pub const COSIGNED_AT_MAX_S: u64 = (1 << 63) - 1;

/// The key of a witness.
#[derive(Clone)]
pub struct Cosigner(Secret);

impl Cosigner {
    /// The key of this name, from 32 bytes that nobody else knows.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Cosigner, KeyError> {
        Secret::new(name, KeyKind::Witness, seed).map(Cosigner)
    }

    /// Reads what [`Cosigner::to_text`] wrote.
    ///
    /// # Errors
    /// [`KeyError`]; of a log's key [`KeyError::OtherKind`].
    pub fn from_text(text: &str) -> Result<Cosigner, KeyError> {
        Secret::from_text(text, KeyKind::Witness).map(Cosigner)
    }

    /// `PRIVATE+KEY+name+id+base64`: whoever reads it can cosign.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.0.to_text()
    }

    /// What others verify with.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        self.0.verifier()
    }

    /// Cosigns the text of a checkpoint at this time, in UTC seconds; a time above
    /// [`COSIGNED_AT_MAX_S`] is taken for that.
    #[must_use]
    pub fn cosign(&self, text: &str, time_s: u64) -> NoteSignature {
        let time_s = time_s.min(COSIGNED_AT_MAX_S);
        let signature = self.0.sign(message(time_s, text).as_bytes());
        let bytes = [time_s.to_be_bytes().as_slice(), &signature].concat();
        self.0.signature(bytes)
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({})", self.verifier())
    }
}

pub(crate) fn message(time_s: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time_s}\n{text}")
}

/// The time and the 64 bytes behind it.
pub(crate) fn split(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (time_s, signature) = bytes.split_first_chunk::<8>()?;
    let time_s = u64::from_be_bytes(*time_s);
    (time_s <= COSIGNED_AT_MAX_S).then_some((time_s, signature))
}
