//! Signed notes: a text, an empty line, and a line per signature (C2SP signed-note).
//!
//! ```text
//! the text, of any number of lines
//!
//! — name of the key base64(4 bytes of key id || signature)
//! ```
//!
//! A note says nothing until a key that is trusted has been asked: [`Note::verify`].

use std::fmt;
use std::str::FromStr;

use crate::text::{from_base64, to_base64};

mod key;
mod signer;

pub(crate) use key::KEY_LEN;
pub use key::{KeyError, KeyKind, NAME_LEN_MAX, VerifierKey, check_key_name};
pub use signer::{OfLog, OfWitness, PrivateKey, Role as KeyRole, Signer};

/// The longest note that is read, in bytes: room for [`SIGNATURES_MAX`] of ours, or for the 16 that
/// signed-note wants accepted, of a kind as large as post-quantum ones (5 kB, in base64 7 kB).
pub const NOTE_LEN_MAX: usize = 256 * 1024;

/// The most signatures on a note; signed-note wants at least 16 accepted.
pub const SIGNATURES_MAX: usize = 100;

/// The longest signature, in bytes with its key id.
const SIGNATURE_LEN_MAX: usize = 8 * 1024;

/// A text and who is said to have signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature: whose, and its bytes. As text the line without its newline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    id: [u8; 4],
    signature: Vec<u8>,
}

/// Why bytes are no note, or a note is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// It is longer than [`NOTE_LEN_MAX`].
    #[error("a note has at most 262144 bytes, not {len}")]
    TooLong {
        /// The length that was given, in bytes.
        len: usize,
    },
    /// It is not UTF-8, or has a control character other than a newline.
    #[error("a note is UTF-8 without control characters")]
    Characters,
    /// There is no empty line between text and signatures, or the text or the note does not end
    /// with a newline.
    #[error("a note is a text, an empty line, and lines of signatures, all with a newline")]
    Form,
    /// A line below the empty line is no signature.
    #[error("signature line {line} is not `— name base64`")]
    SignatureLine {
        /// Which, from 1.
        line: usize,
    },
    /// There are more than [`SIGNATURES_MAX`].
    #[error("a note has at most 100 signatures")]
    TooMany,
    /// A trusted key's signature is not one.
    #[error("the signature of {name} is wrong")]
    Wrong {
        /// The name of the key.
        name: String,
    },
    /// No trusted key has signed.
    #[error("no key that is trusted has signed")]
    Unsigned,
}

impl Note {
    /// Puts a text and signatures together.
    ///
    /// # Errors
    /// [`NoteError`], unless [`Note::parse`] would read it back.
    pub fn new(text: String, signatures: Vec<NoteSignature>) -> Result<Note, NoteError> {
        let note = Note { text, signatures };
        match Note::parse(note.to_string().as_bytes()) {
            Ok(read) if read == note => Ok(note),
            Ok(_) => Err(NoteError::Form),
            Err(error) => Err(error),
        }
    }

    /// Reads a note. Nothing is verified.
    ///
    /// # Errors
    /// [`NoteError`] for anything but the form that C2SP signed-note states.
    pub fn parse(bytes: &[u8]) -> Result<Note, NoteError> {
        if bytes.len() > NOTE_LEN_MAX {
            return Err(NoteError::TooLong { len: bytes.len() });
        }
        let note = std::str::from_utf8(bytes).map_err(|_| NoteError::Characters)?;
        if note.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
            return Err(NoteError::Characters);
        }
        // The last empty line: texts may have empty lines, signatures do not.
        let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteError::Form)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Form)?;
        let mut signatures = Vec::new();
        for (at, line) in lines.split('\n').enumerate() {
            if at >= SIGNATURES_MAX {
                return Err(NoteError::TooMany);
            }
            let line_no = at.saturating_add(1);
            let wrong = NoteError::SignatureLine { line: line_no };
            signatures.push(line.parse().map_err(|_| wrong)?);
        }
        Ok(Note {
            text: format!("{text}\n"),
            signatures,
        })
    }

    /// The text, with the newline at its end.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, in their order.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a signature, in the place of an older one of the same key.
    ///
    /// # Errors
    /// [`NoteError::TooMany`] or [`NoteError::TooLong`]; nothing is changed.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        let mut signatures = self.signatures.clone();
        match signatures.iter_mut().find(|old| old.is_of(&signature)) {
            Some(old) => *old = signature,
            None => signatures.push(signature),
        }
        *self = Note::new(self.text.clone(), signatures)?;
        Ok(())
    }

    /// Asks the keys that are trusted. Gives those that have signed, in their order, each with the
    /// time in UTC seconds that a cosignature states. Signatures of other keys mean nothing.
    ///
    /// # Errors
    /// [`NoteError::Wrong`] if what claims to be of one of these keys is not, which spoils the
    /// whole note; [`NoteError::Unsigned`] if there is none of these keys.
    pub fn verify<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k VerifierKey>,
    ) -> Result<Vec<(&'k VerifierKey, Option<u64>)>, NoteError> {
        let mut signed = Vec::new();
        for key in keys {
            let mut verified = None;
            for signature in self.signatures.iter().filter(|made| key.has_made(made)) {
                verified = Some(key.verify(&self.text, signature)?);
            }
            if let Some(time_s) = verified {
                signed.push((key, time_s));
            }
        }
        if signed.is_empty() {
            return Err(NoteError::Unsigned);
        }
        Ok(signed)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl NoteSignature {
    pub(crate) fn new(name: String, id: [u8; 4], signature: Vec<u8>) -> NoteSignature {
        NoteSignature {
            name,
            id,
            signature,
        }
    }

    /// Reads one or more lines, as a witness answers them, each with its newline.
    ///
    /// # Errors
    /// [`NoteError::SignatureLine`], [`NoteError::TooMany`], [`NoteError::Form`].
    pub fn parse_lines(text: &str) -> Result<Vec<NoteSignature>, NoteError> {
        // An answer is what would stand below some text.
        let note = format!("\n\n{text}");
        if text.starts_with('\n') || text.contains("\n\n") {
            return Err(NoteError::Form);
        }
        Note::parse(note.as_bytes()).map(|note| note.signatures)
    }

    /// The name of the key.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the key.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        self.id
    }

    /// The bytes behind the id.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.signature
    }

    fn is_of(&self, other: &NoteSignature) -> bool {
        self.name == other.name && self.id == other.id
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.id.as_slice(), &self.signature].concat();
        write!(f, "— {} {}", self.name, to_base64(bytes))
    }
}

impl FromStr for NoteSignature {
    type Err = NoteError;

    /// # Errors
    /// [`NoteError::SignatureLine`] for anything but `— name base64`.
    fn from_str(line: &str) -> Result<NoteSignature, NoteError> {
        let wrong = || NoteError::SignatureLine { line: 1 };
        let rest = line.strip_prefix("— ").ok_or_else(wrong)?;
        let (name, encoded) = rest.split_once(' ').ok_or_else(wrong)?;
        check_key_name(name).map_err(|_| wrong())?;
        if encoded.len() > SIGNATURE_LEN_MAX.saturating_mul(2) {
            return Err(wrong());
        }
        let bytes = from_base64(encoded).ok_or_else(wrong)?;
        let (id, signature) = bytes.split_first_chunk::<4>().ok_or_else(wrong)?;
        if signature.is_empty() || bytes.len() > SIGNATURE_LEN_MAX {
            return Err(wrong());
        }
        Ok(NoteSignature {
            name: name.to_owned(),
            id: *id,
            signature: signature.to_vec(),
        })
    }
}
