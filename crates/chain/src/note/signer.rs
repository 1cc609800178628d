//! Keys that sign, and their text: `PRIVATE+KEY+name+id+base64(type || seed)`, the form of Go's
//! `sumdb/note`, of which C2SP signed-note is the specification.

use std::fmt;
use std::marker::PhantomData;

use ed25519_dalek::{Signer as _, SigningKey};

use super::key::{KeyError, KeyKind, VerifierKey, parts};
use super::{KEY_LEN, Note, NoteError, NoteSignature};
use crate::text::to_base64;

const PREFIX: &str = "PRIVATE+KEY+";

/// A key with its name. Its private half is wiped when it is dropped, and never shown by `Debug`.
#[derive(Clone)]
pub(crate) struct Secret {
    signing: SigningKey,
    verifier: VerifierKey,
}

impl Secret {
    fn new(name: &str, kind: KeyKind, seed: &[u8; KEY_LEN]) -> Result<Secret, KeyError> {
        let signing = SigningKey::from_bytes(seed);
        let verifier = VerifierKey::new(name, kind, signing.verifying_key().to_bytes())?;
        Ok(Secret { signing, verifier })
    }

    fn from_text(text: &str, needed: KeyKind) -> Result<Secret, KeyError> {
        let rest = text.strip_prefix(PREFIX).ok_or(KeyError::SecretForm)?;
        let (name, kind, id, seed) = parts(rest).ok_or(KeyError::SecretForm)?;
        let kind = KeyKind::from_byte(kind)?;
        if kind != needed {
            let (found, needed) = (kind.byte(), needed.byte());
            return Err(KeyError::OtherKind { found, needed });
        }
        let seed = seed.try_into().map_err(|_| KeyError::SecretForm)?;
        let secret = Secret::new(name, kind, &seed)?;
        if secret.verifier.id() == id {
            Ok(secret)
        } else {
            Err(KeyError::Id)
        }
    }

    fn to_text(&self) -> String {
        let id = u32::from_be_bytes(self.verifier.id());
        let kind = self.verifier.kind().byte();
        let bytes = [&[kind], self.signing.as_bytes().as_slice()].concat();
        let name = self.verifier.name();
        format!("{PREFIX}{name}+{id:08x}+{}", to_base64(bytes))
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }

    /// The line that says who has made these bytes.
    pub(crate) fn signature(&self, bytes: Vec<u8>) -> NoteSignature {
        NoteSignature::new(self.verifier.name().to_owned(), self.verifier.id(), bytes)
    }
}

/// Which kind of key: what it may sign is in its type, so that no log's key cosigns and no
/// witness's key signs a checkpoint.
pub trait Role: private::Role {}

mod private {
    use super::KeyKind;

    pub trait Role {
        const KIND: KeyKind;
        const NAME: &'static str;
    }
}

/// A log: it signs checkpoints.
#[derive(Clone, Copy)]
pub enum OfLog {}
impl Role for OfLog {}
impl private::Role for OfLog {
    const KIND: KeyKind = KeyKind::Log;
    const NAME: &'static str = "Signer";
}

/// A witness: it cosigns them.
#[derive(Clone, Copy)]
pub enum OfWitness {}
impl Role for OfWitness {}
impl private::Role for OfWitness {
    const KIND: KeyKind = KeyKind::Witness;
    const NAME: &'static str = "Cosigner";
}

/// A key that signs, in its role.
#[derive(Clone)]
pub struct PrivateKey<R> {
    secret: Secret,
    role: PhantomData<R>,
}

/// The key of a log, which signs its checkpoints.
pub type Signer = PrivateKey<OfLog>;

impl<R: Role> PrivateKey<R> {
    /// The key of this name, from 32 bytes that nobody else knows.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<PrivateKey<R>, KeyError> {
        Secret::new(name, R::KIND, seed).map(PrivateKey::of)
    }

    /// Reads what [`PrivateKey::to_text`] wrote.
    ///
    /// # Errors
    /// [`KeyError`]; of a key in another role [`KeyError::OtherKind`].
    pub fn from_text(text: &str) -> Result<PrivateKey<R>, KeyError> {
        Secret::from_text(text, R::KIND).map(PrivateKey::of)
    }

    fn of(secret: Secret) -> PrivateKey<R> {
        let role = PhantomData;
        PrivateKey { secret, role }
    }

    /// `PRIVATE+KEY+name+id+base64`: whoever reads it can sign.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.secret.to_text()
    }

    /// What others verify with.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        &self.secret.verifier
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }
}

impl<R: Role> fmt::Debug for PrivateKey<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", R::NAME, self.verifier())
    }
}

impl PrivateKey<OfLog> {
    /// Signs a text, which ends with a newline.
    #[must_use]
    pub fn sign(&self, text: &str) -> NoteSignature {
        let signature = self.secret.sign(text.as_bytes());
        self.secret.signature(signature.to_vec())
    }

    /// Signs a text and puts both together.
    ///
    /// # Errors
    /// [`NoteError`] if the text cannot be that of a note.
    pub fn note(&self, text: String) -> Result<Note, NoteError> {
        let signature = self.sign(&text);
        Note::new(text, vec![signature])
    }
}
