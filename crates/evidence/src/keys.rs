//! Field keys: what opens one sealed text of one record, and nothing else.

use crate::Fault;
use crate::archive;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use ledger::Event;
use ledger::digest::Digest;
use ledger::personal::{self, PersonalText, Sealed};
use serde::{Deserialize, Serialize};

/// The only suite there is: XChaCha20-Poly1305 with a BLAKE3 commitment.
const SUITE: u32 = 1;

/// More than the texts about persons that any event has.
const TEXTS_MAX: usize = 16;

/// A line of `keys.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldKey {
    /// The record's place in the ledger.
    pub seq: u64,
    /// The field's number in its message.
    pub field: u32,
    /// The 32 bytes.
    pub key: Digest,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Vec<FieldKey>, Fault> {
    serde_json::from_slice(bytes).map_err(|error| Fault::Keys(error.to_string()))
}

pub(crate) fn write(keys: &[FieldKey]) -> Result<Vec<u8>, Fault> {
    archive::json(&keys)
}

/// Opens the texts of a record's event for which there are keys; how many there were.
///
/// # Errors
/// A key opens nothing, or to something else than was promised.
pub(crate) fn open(event: &mut Event, seq: u64, keys: &[FieldKey]) -> Result<usize, Fault> {
    let mut opened = 0_usize;
    let mut fault = None;
    // No event has more texts about persons than this, so the rest of a long list costs nothing.
    if keys.len() > TEXTS_MAX {
        let field = u32::MAX;
        return Err(Fault::Key { seq, field });
    }
    for key in keys {
        let mut found = false;
        personal::visit(event, &mut |_, field, text| {
            if let (true, Some(PersonalText::Sealed(sealed))) = (field == key.field, &*text) {
                match unseal(sealed, &key.key.0) {
                    Some(clear) => *text = Some(PersonalText::Clear(clear)),
                    None => fault = Some(Fault::Key { seq, field }),
                }
                found = true;
            }
        });
        if !found {
            fault = Some(Fault::Key {
                seq,
                field: key.field,
            });
        }
        opened = opened.saturating_add(1);
    }
    match fault {
        Some(fault) => Err(fault),
        None => Ok(opened),
    }
}

/// The text, if the key is the one that was promised: the cipher alone does not say.
fn unseal(sealed: &Sealed, key: &[u8; 32]) -> Option<String> {
    let mut hasher = blake3::Hasher::new_derive_key(chain::SEALED_CONTEXT);
    let commitment = *hasher
        .update(key)
        .update(&sealed.nonce)
        .finalize()
        .as_bytes();
    if sealed.suite != SUITE || commitment != sealed.commitment {
        return None;
    }
    let payload = Payload {
        msg: &sealed.ciphertext,
        aad: sealed.person.0.as_bytes(),
    };
    let cipher = XChaCha20Poly1305::new(&Key::from(*key));
    let text = cipher.decrypt(&XNonce::from(sealed.nonce), payload).ok()?;
    String::from_utf8(text).ok()
}
