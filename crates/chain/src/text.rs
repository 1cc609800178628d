//! What C2SP's texts are made of: base64 and decimal numbers, each value with one text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Base64 of RFC 4648 section 4, with padding.
pub(crate) fn to_base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// Only what [`to_base64`] writes: no missing padding, no other bits behind the last byte.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// An ASCII decimal without sign or leading zeroes.
pub(crate) fn from_decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with(['0', '+']);
    text.parse().ok().filter(|_| canonical)
}
