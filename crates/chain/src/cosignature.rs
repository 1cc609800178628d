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

use crate::NoteSignature;
use crate::note::{OfWitness, PrivateKey};

/// The latest time of a cosignature, in UTC seconds (C2SP tlog-cosignature).
pub const COSIGNED_AT_MAX_S: u64 = (1 << 63) - 1;

/// The key of a witness.
pub type Cosigner = PrivateKey<OfWitness>;

impl PrivateKey<OfWitness> {
    /// Cosigns the text of a checkpoint at this time, in UTC seconds; a time above
    /// [`COSIGNED_AT_MAX_S`] is taken for that.
    #[must_use]
    pub fn cosign(&self, text: &str, time_s: u64) -> NoteSignature {
        let time_s = time_s.min(COSIGNED_AT_MAX_S);
        let signature = self.secret().sign(message(time_s, text).as_bytes());
        let bytes = [time_s.to_be_bytes().as_slice(), &signature].concat();
        self.secret().signature(bytes)
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
