//! What C2SP's texts and ours are made of: base64, decimal numbers, digits; one text each.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use crate::Hash;

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

/// The 64 lower-case hexadecimal digits of a hash. Without a branch, so that the processor takes
/// many at once: each record's hash is written out for its leaf and its receipt.
pub(crate) fn to_hex(bytes: &[u8; 32]) -> [u8; 64] {
    let digit = |nibble: u8| {
        let letter = if nibble > 9 { b'a' - b'0' - 10 } else { 0 };
        nibble.wrapping_add(b'0').wrapping_add(letter)
    };
    let mut text = [0; 64];
    let (pairs, _) = text.as_chunks_mut::<2>();
    for (pair, byte) in pairs.iter_mut().zip(bytes) {
        *pair = [digit(byte >> 4), digit(byte & 15)];
    }
    text
}

/// Lines of a text that is hashed, each ended. By hand: `format!` took five times as long, for two
/// such texts of each record.
pub(crate) struct Lines(Vec<u8>);

impl Lines {
    /// With the first line.
    pub(crate) fn of(first: &str) -> Lines {
        // As long as the longest of them: eight lines of a receipt.
        let mut lines = Lines(Vec::with_capacity(288));
        lines.end(first.as_bytes());
        lines
    }

    /// A UUID, lower case.
    pub(crate) fn uuid(&mut self, uuid: Uuid) -> &mut Lines {
        let mut text = Uuid::encode_buffer();
        self.end(uuid.hyphenated().encode_lower(&mut text).as_bytes())
    }

    /// A decimal number.
    pub(crate) fn number(&mut self, mut number: u64) -> &mut Lines {
        let mut digits = [b'0'; 20];
        let mut len = 0_usize;
        for digit in digits.iter_mut().rev() {
            // At most 9.
            *digit = b'0'.wrapping_add(u8::try_from(number % 10).unwrap_or(0));
            number /= 10;
            len = len.saturating_add(1);
            if number == 0 {
                break;
            }
        }
        let (_, written) = digits.split_at(digits.len().saturating_sub(len));
        self.end(written)
    }

    /// A hash, in lower-case hexadecimal digits.
    pub(crate) fn hash(&mut self, hash: Hash) -> &mut Lines {
        self.end(&to_hex(hash.as_bytes()))
    }

    fn end(&mut self, line: &[u8]) -> &mut Lines {
        self.0.extend_from_slice(line);
        self.0.push(b'\n');
        self
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_what_formatting_writes() {
        for number in [0, 9, 10, 99, 100, 1_234_567_890, u64::MAX - 1, u64::MAX] {
            let uuid = Uuid::from_u128(u128::from(number) << 60 | 0xabcd);
            let mut bytes = [0; 32];
            for (byte, value) in bytes.iter_mut().zip(number.to_be_bytes().iter().cycle()) {
                *byte = value.wrapping_mul(31);
            }
            let hash = Hash::from_bytes(bytes);
            let mut lines = Lines::of("first");
            lines.uuid(uuid).number(number).hash(hash);
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let expected = format!("first\n{uuid}\n{number}\n{digits}\n");
            assert_eq!(lines.into_bytes(), expected.as_bytes());
            assert_eq!(hash.to_string(), digits);
        }
    }
}
