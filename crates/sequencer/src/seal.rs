//! Sealing: personal text becomes ciphertext before anything is stored.
//!
//! | key | made of |
//! |---|---|
//! | person's key | 32 random bytes, in the key store |
//! | field key | BLAKE3 `derive_key("fundtrace v1 field", person's key ‖ salt ‖ field u32)` |
//! | commitment | BLAKE3 `derive_key("fundtrace v1 sealed", field key ‖ nonce)` |
//! | blinded text | BLAKE3 `keyed_hash(person's key, text)`, only inside a command's digest |
//!
//! Evidence discloses field keys, never a person's key.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use ledger::ids::PersonId;
use ledger::personal::{PersonalText, Sealed};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use store::KeyStore;
use uuid::Uuid;

/// XChaCha20-Poly1305 with a BLAKE3 commitment.
const SUITE: u32 = 1;

/// The bytes by which a ciphertext is longer than its text.
const TAG_LEN: usize = 16;

/// A sealed text of the length that this one will have, and of no meaning.
pub(crate) fn as_long_as(person: PersonId, clear: &str) -> PersonalText {
    PersonalText::Sealed(Box::new(Sealed {
        person,
        suite: SUITE,
        nonce: [0; 24],
        ciphertext: vec![0; clear.len().saturating_add(TAG_LEN)],
        commitment: [0; 32],
    }))
}

/// Randomness failed: the machine cannot make keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoRandomness;

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// How many bytes of salt are made of each key that the system gives: those of 256 records. Asking
/// the system for each salt took 5% of the writer's time, and for as many bytes 2%.
const SALTS_LEN: usize = 4096;

/// The key store, and the keys of persons whose first record is still on its way to the disk.
pub(crate) struct KeyRing {
    store: Arc<RwLock<KeyStore>>,
    /// Made for the group that is being decided.
    staged: HashMap<Uuid, [u8; 32]>,
    /// Whose keys its records need: a refused command leaves no key behind.
    sealed: HashSet<Uuid>,
    /// The keys of groups that are not known to be on the disk, by the number of the group.
    flying: HashMap<Uuid, (u64, [u8; 32])>,
    /// Bytes for salts, from the end: BLAKE3 as a stream, under a random key that nobody keeps.
    salts: Vec<u8>,
}

impl KeyRing {
    pub(crate) fn new(store: Arc<RwLock<KeyStore>>) -> KeyRing {
        KeyRing {
            store,
            staged: HashMap::new(),
            sealed: HashSet::new(),
            flying: HashMap::new(),
            salts: Vec::new(),
        }
    }

    /// The salt of a record. It is no secret of the writer's: it stands in the record.
    pub(crate) fn salt(&mut self) -> Result<[u8; 16], NoRandomness> {
        if self.salts.is_empty() {
            let stream = blake3::Hasher::new_keyed(&random()?);
            self.salts.resize(SALTS_LEN, 0);
            stream.finalize_xof().fill(&mut self.salts);
        }
        let salt = self.salts.last_chunk().copied().ok_or(NoRandomness)?;
        let left = self.salts.len().saturating_sub(salt.len());
        self.salts.truncate(left);
        Ok(salt)
    }

    fn key(&mut self, person: PersonId) -> Result<[u8; 32], NoRandomness> {
        // First what flies: it is retired only after it is in the store.
        if let Some((_, key)) = self.flying.get(&person.0) {
            return Ok(*key);
        }
        let stored = self
            .store
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(person.0);
        if let Some(key) = stored.or_else(|| self.staged.get(&person.0).copied()) {
            return Ok(key);
        }
        let key = random()?;
        self.staged.insert(person.0, key);
        Ok(key)
    }

    /// A text as it goes into a command's digest.
    pub(crate) fn blind(
        &mut self,
        person: PersonId,
        text: &str,
    ) -> Result<PersonalText, NoRandomness> {
        let key = self.key(person)?;
        Ok(PersonalText::Blinded(
            *blake3::keyed_hash(&key, text.as_bytes()).as_bytes(),
        ))
    }

    /// A text as it goes into a record.
    pub(crate) fn seal(
        &mut self,
        person: PersonId,
        salt: [u8; 16],
        field: u32,
        text: &str,
    ) -> Result<PersonalText, NoRandomness> {
        let key = field_key(&self.key(person)?, salt, field);
        self.sealed.insert(person.0);
        let nonce: [u8; 24] = random()?;
        let payload = Payload {
            msg: text.as_bytes(),
            aad: person.0.as_bytes(),
        };
        let cipher = XChaCha20Poly1305::new(&Key::from(key));
        let ciphertext = cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| NoRandomness)?;
        let commitment = commitment(&key, &nonce);
        let sealed = Sealed {
            person,
            suite: SUITE,
            nonce,
            ciphertext,
            commitment,
        };
        Ok(PersonalText::Sealed(Box::new(sealed)))
    }

    /// Ends a group: its new keys, which must be on the disk before its records.
    pub(crate) fn close(&mut self, group: u64) -> Vec<(Uuid, [u8; 32])> {
        let mut keys: Vec<_> = self.staged.drain().collect();
        keys.retain(|(person, _)| self.sealed.contains(person));
        self.sealed.clear();
        let flying = keys.iter().map(|(person, key)| (*person, (group, *key)));
        self.flying.extend(flying);
        keys
    }

    /// Groups up to this one are on the disk.
    pub(crate) fn retire(&mut self, group: u64) {
        self.flying.retain(|_, (of, _)| *of > group);
    }
}

/// Opens a sealed text; nothing if the key is gone or the bytes are not what was sealed.
pub(crate) fn open(
    store: &KeyStore,
    salt: [u8; 16],
    field: u32,
    sealed: &Sealed,
) -> Option<String> {
    let key = field_key(&store.get(sealed.person.0)?, salt, field);
    if sealed.suite != SUITE || commitment(&key, &sealed.nonce) != sealed.commitment {
        return None;
    }
    let payload = Payload {
        msg: &sealed.ciphertext,
        aad: sealed.person.0.as_bytes(),
    };
    let cipher = XChaCha20Poly1305::new(&Key::from(key));
    let text = cipher.decrypt(&XNonce::from(sealed.nonce), payload).ok()?;
    String::from_utf8(text).ok()
}

/// The key of a sealed text, for whoever may have it opened.
pub(crate) fn key_of(
    store: &KeyStore,
    salt: [u8; 16],
    field: u32,
    sealed: &Sealed,
) -> Option<[u8; 32]> {
    open(store, salt, field, sealed)?;
    Some(field_key(&store.get(sealed.person.0)?, salt, field))
}

fn field_key(person_key: &[u8; 32], salt: [u8; 16], field: u32) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(chain::FIELD_CONTEXT);
    hasher
        .update(person_key)
        .update(&salt)
        .update(&field.to_be_bytes());
    *hasher.finalize().as_bytes()
}

fn commitment(field_key: &[u8; 32], nonce: &[u8; 24]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(chain::SEALED_CONTEXT);
    hasher.update(field_key).update(nonce);
    *hasher.finalize().as_bytes()
}
