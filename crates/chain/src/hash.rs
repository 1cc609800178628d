//! Hashes and the contexts that keep their meanings apart.
//!
//! Every hash is BLAKE3 in `derive_key` mode: none can pass for another kind, whatever was hashed.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use blake3::hazmat::{ContextKey, HasherExt, hash_derive_key_context};

use crate::text::to_hex;
use crate::{Error, LedgerId};

/// Context of [`command_digest`].
pub const COMMAND_CONTEXT: &str = "fundtrace v1 command";
/// Context of the commitment in a sealed field, for the crate that seals.
pub const SEALED_CONTEXT: &str = "fundtrace v1 sealed";
/// Context of a sealed field's key, for the crate that seals.
pub const FIELD_CONTEXT: &str = "fundtrace v1 field";
/// Context of [`crate::Accumulator`].
pub const SUBJECT_CONTEXT: &str = "fundtrace v1 subject";
const LEDGER_CONTEXT: &str = "fundtrace v1 ledger";
const BODY_CONTEXT: &str = "fundtrace v1 body";
const HEADER_CONTEXT: &str = "fundtrace v1 header";

// A context is hashed once per process; otherwise each short hash would cost a third more.
static COMMAND: LazyLock<ContextKey> = LazyLock::new(|| hash_derive_key_context(COMMAND_CONTEXT));
static LEDGER: LazyLock<ContextKey> = LazyLock::new(|| hash_derive_key_context(LEDGER_CONTEXT));
static BODY: LazyLock<ContextKey> = LazyLock::new(|| hash_derive_key_context(BODY_CONTEXT));
static HEADER: LazyLock<ContextKey> = LazyLock::new(|| hash_derive_key_context(HEADER_CONTEXT));

/// A BLAKE3 hash of 32 bytes; as text 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// Takes 32 bytes for a hash, from a store or a message.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Hash {
        Hash(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&to_hex(&self.0)).unwrap_or_default())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = Error;

    /// # Errors
    /// [`Error::HashText`] for anything but 64 lower-case hexadecimal digits: one hash, one text.
    fn from_str(text: &str) -> Result<Hash, Error> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != 32 || !rest.is_empty() {
            return Err(Error::HashText);
        }
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = (nibble(*high)? << 4) | nibble(*low)?;
        }
        Ok(Hash(bytes))
    }
}

fn nibble(digit: u8) -> Result<u8, Error> {
    match digit {
        b'0'..=b'9' => Ok(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Ok(digit.wrapping_sub(b'a').wrapping_add(10)),
        _ => Err(Error::HashText),
    }
}

/// The hash of a body, exactly as it is stored.
#[must_use]
pub fn body_hash(body: &[u8]) -> Hash {
    derive(&BODY, &[body])
}

/// The parent of a ledger's first record.
#[must_use]
pub fn ledger_root(ledger: LedgerId) -> Hash {
    derive(&LEDGER, &[ledger.as_bytes()])
}

/// The digest that ties a record to the command that caused it: who asked, in which ledger, what.
///
/// The actor and the ledger have a fixed width, so no two different triples are the same bytes.
#[must_use]
pub fn command_digest(actor: [u8; 16], ledger: LedgerId, command_protobuf: &[u8]) -> Hash {
    derive(&COMMAND, &[&actor, ledger.as_bytes(), command_protobuf])
}

pub(crate) fn header_hash(header: &[u8; crate::HEADER_LEN]) -> Hash {
    derive(&HEADER, &[header])
}

pub(crate) fn derive(context: &ContextKey, parts: &[&[u8]]) -> Hash {
    let mut hasher = blake3::Hasher::new_from_context_key(context);
    for part in parts {
        hasher.update(part);
    }
    Hash(*hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hash_is_the_plain_derive_key_of_its_context() {
        let id = LedgerId::from_bytes([7; 16]);
        let plain = |context, bytes: &[u8]| Hash(blake3::derive_key(context, bytes));
        assert_eq!(body_hash(b"abc"), plain("fundtrace v1 body", b"abc"));
        assert_eq!(ledger_root(id), plain("fundtrace v1 ledger", &[7; 16]));
        assert_eq!(
            header_hash(&[3; 156]),
            plain("fundtrace v1 header", &[3; 156])
        );
        let joined = [[9; 16].as_slice(), &[7; 16], b"command"].concat();
        assert_eq!(
            command_digest([9; 16], id, b"command"),
            plain("fundtrace v1 command", &joined)
        );
    }

    #[test]
    fn a_hash_has_one_text() {
        let hash = body_hash(b"");
        let text = hash.to_string();
        assert_eq!(text.parse(), Ok(hash));
        for wrong in [
            &text[1..],
            &format!("{text}0"),
            &text.to_uppercase(),
            &"g".repeat(64),
            "",
        ] {
            assert_eq!(wrong.parse::<Hash>(), Err(Error::HashText), "{wrong}");
        }
    }
}
