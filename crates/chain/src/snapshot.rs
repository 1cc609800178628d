//! Signed snapshots: that a deployment wrote one itself, and which.
//!
//! A snapshot is read by the start that comes after, and by nobody else. Its note's first line is
//! that of no checkpoint and of no receipts, so none can pass for another.

use crate::{Hash, Note, NoteError, VerifierKey};

/// The first line of the note over a snapshot.
const LINE: &str = "fundtrace-snapshot/v1";

/// The text of the note over a snapshot.
///
/// ```text
/// fundtrace-snapshot/v1
/// <origin of the log>
/// <BLAKE3 of the snapshot's manifest, 64 lower-case hexadecimal digits>
/// ```
#[must_use]
pub fn text(origin: &str, manifest: Hash) -> String {
    format!("{LINE}\n{origin}\n{manifest}\n")
}

/// Checks that the holder of a key wrote the snapshot with this manifest.
///
/// # Errors
/// [`NoteError`]: the bytes are no note, not one over this snapshot, or not signed by this key.
pub fn verify(signature: &[u8], key: &VerifierKey, manifest: Hash) -> Result<(), NoteError> {
    let note = Note::parse(signature)?;
    if note.text() != text(key.name(), manifest) {
        return Err(NoteError::Unsigned);
    }
    note.verify([key]).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Signer, body_hash};

    #[test]
    fn a_signature_holds_for_its_snapshot_its_log_and_its_key_alone() {
        let signer = Signer::new("log.example/a", &[1; 32]).unwrap();
        let (one, other) = (body_hash(b"one"), body_hash(b"other"));
        let signed = |text: String| signer.note(text).unwrap().to_string();
        let note = signed(text("log.example/a", one));
        assert_eq!(verify(note.as_bytes(), signer.verifier(), one), Ok(()));
        assert!(verify(note.as_bytes(), signer.verifier(), other).is_err());
        let stranger = Signer::new("log.example/a", &[2; 32]).unwrap();
        assert!(verify(note.as_bytes(), stranger.verifier(), one).is_err());
        let elsewhere = signed(text("log.example/b", one));
        assert!(verify(elsewhere.as_bytes(), signer.verifier(), one).is_err());
        assert!(verify(b"", signer.verifier(), one).is_err());
        // What is signed of receipts and checkpoints is no snapshot.
        let checkpoint = signed(format!("log.example/a\n1\n{one}\n"));
        assert!(verify(checkpoint.as_bytes(), signer.verifier(), one).is_err());
    }
}
