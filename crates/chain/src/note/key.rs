//! Keys that verify: name, kind and public key, as text a vkey (C2SP signed-note).

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use super::{NoteError, NoteSignature};
use crate::cosignature;
use crate::text::{from_base64, to_base64};

/// The longest name of a key, in bytes; C2SP tlog-cosignature allows no more where it signs names.
pub const NAME_LEN_MAX: usize = 255;

/// The length of an Ed25519 public key, and of the seed of a private one, in bytes.
pub(crate) const KEY_LEN: usize = 32;

/// What the signatures of a key are over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// The text of the note; type 0x01 of C2SP signed-note. The kind of a log.
    Log,
    /// A time and the text of the checkpoint; type 0x04, of C2SP tlog-cosignature. The kind of a
    /// witness.
    Witness,
}

impl KeyKind {
    /// The type's byte in key ids and vkeys.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            KeyKind::Log => 0x01,
            KeyKind::Witness => 0x04,
        }
    }

    pub(crate) fn from_byte(kind: u8) -> Result<KeyKind, KeyError> {
        match kind {
            0x01 => Ok(KeyKind::Log),
            0x04 => Ok(KeyKind::Witness),
            _ => Err(KeyError::Kind { kind }),
        }
    }
}

/// Why a text is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The name is empty, too long, or has a space, a plus sign or a control character.
    #[error(
        "the name of a key has 1 to 255 bytes, none a space, a plus sign or a control character"
    )]
    Name,
    /// The text has not the three parts of a vkey, or they are not hexadecimal and base64.
    #[error("not `name+id+key`, the id 8 hexadecimal digits, the key base64")]
    Form,
    /// The text of a private key has another form.
    #[error("not `PRIVATE+KEY+name+id+key`, the id 8 hexadecimal digits, the key base64")]
    SecretForm,
    /// The type byte stands for a kind of signature that this release does not know.
    #[error("signature type {kind:#04x} is unknown, only 0x01 and 0x04 are")]
    Kind {
        /// The byte.
        kind: u8,
    },
    /// The key is good, but not for this.
    #[error("this is a key of type {found:#04x}, needed is {needed:#04x}")]
    OtherKind {
        /// The byte of the key.
        found: u8,
        /// The byte that is needed here.
        needed: u8,
    },
    /// The id is not that of name and key.
    #[error("the id of the key is not that of its name and its key: mistyped, or cut")]
    Id,
    /// The 32 bytes are no point of the curve, or one with which signatures prove nothing.
    #[error("not an Ed25519 key that could sign")]
    Point,
}

/// A key that verifies, and the name it goes by. As text a vkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: KeyKind,
    id: [u8; 4],
    key: VerifyingKey,
}

impl VerifierKey {
    /// The key of this name, from the 32 bytes of RFC 8032.
    ///
    /// # Errors
    /// [`KeyError::Name`]; [`KeyError::Point`], also for the few keys under which one signature
    /// fits many texts.
    pub fn new(name: &str, kind: KeyKind, key: [u8; KEY_LEN]) -> Result<VerifierKey, KeyError> {
        check_key_name(name)?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| KeyError::Point)?;
        if key.is_weak() {
            return Err(KeyError::Point);
        }
        Ok(VerifierKey {
            name: name.to_owned(),
            kind,
            id: key_id(name, kind, key.as_bytes()),
            key,
        })
    }

    /// The name; of a log the origin of its checkpoints.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its signatures are over.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The id: 4 bytes that with the name say which key has signed.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        self.id
    }

    /// The 32 bytes of the public key.
    #[must_use]
    pub fn key(&self) -> &[u8; KEY_LEN] {
        self.key.as_bytes()
    }

    /// Whether a signature claims to be of this key.
    #[must_use]
    pub fn has_made(&self, signature: &NoteSignature) -> bool {
        signature.id == self.id && signature.name == self.name
    }

    /// Verifies the signature of a text; gives the time in UTC seconds that a cosignature states.
    ///
    /// # Errors
    /// [`NoteError::Wrong`].
    pub fn verify(&self, text: &str, signature: &NoteSignature) -> Result<Option<u64>, NoteError> {
        let bytes = signature.bytes();
        let verified = match self.kind {
            KeyKind::Log => self.fits(text.as_bytes(), bytes).then_some(None),
            KeyKind::Witness => cosignature::split(bytes).and_then(|(time_s, bytes)| {
                let message = cosignature::message(time_s, text);
                self.fits(message.as_bytes(), bytes).then_some(Some(time_s))
            }),
        };
        let by_this_key = self.has_made(signature);
        verified
            .filter(|_| by_this_key)
            .ok_or_else(|| NoteError::Wrong {
                name: self.name.clone(),
            })
    }

    /// RFC 8032, and strict where it leaves a choice: any two verifiers shall say the same.
    fn fits(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = Signature::from_slice(signature) else {
            return false;
        };
        self.key.verify_strict(message, &signature).is_ok()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.id);
        let bytes = [&[self.kind.byte()], self.key.as_bytes().as_slice()].concat();
        write!(f, "{}+{id:08x}+{}", self.name, to_base64(bytes))
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    /// # Errors
    /// [`KeyError`] says what of the vkey is wrong.
    fn from_str(text: &str) -> Result<VerifierKey, KeyError> {
        let (name, kind, id, key) = parts(text).ok_or(KeyError::Form)?;
        let kind = KeyKind::from_byte(kind)?;
        let key = key.try_into().map_err(|_| KeyError::Form)?;
        let key = VerifierKey::new(name, kind, key)?;
        if key.id == id {
            Ok(key)
        } else {
            Err(KeyError::Id)
        }
    }
}

/// Name, type, id and key bytes of `name+id+base64`.
pub(super) fn parts(text: &str) -> Option<(&str, u8, [u8; 4], Vec<u8>)> {
    // Base64 has plus signs too, names have none.
    let (name, rest) = text.split_once('+')?;
    let (id, key) = rest.split_once('+')?;
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if id.len() != 8 || !id.bytes().all(digit) || key.len() > NAME_LEN_MAX {
        return None;
    }
    let id = u32::from_str_radix(id, 16).ok()?.to_be_bytes();
    let bytes = from_base64(key)?;
    let (kind, key) = bytes.split_first()?;
    Some((name, *kind, id, key.to_vec()))
}

fn key_id(name: &str, kind: KeyKind, key: &[u8; KEY_LEN]) -> [u8; 4] {
    let mut hasher = Sha256::new();
    for part in [name.as_bytes(), b"\n", &[kind.byte()], key] {
        hasher.update(part);
    }
    let hash: [u8; 32] = hasher.finalize().into();
    let [a, b, c, d, ..] = hash;
    [a, b, c, d]
}

/// Refuses what cannot be the name of a key.
///
/// # Errors
/// [`KeyError::Name`].
pub fn check_key_name(name: &str) -> Result<(), KeyError> {
    let wrong = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.len() > NAME_LEN_MAX || name.contains(wrong) {
        return Err(KeyError::Name);
    }
    Ok(())
}
