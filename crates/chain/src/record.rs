//! A record: a header of 156 bytes and a body.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::hash::{body_hash, header_hash};
use crate::{Error, Hash};

/// The length of a header, in bytes.
pub const HEADER_LEN: usize = 156;

/// The longest body, in bytes. A page of the store holds one with room to spare, and a page must
/// stay below the size at which sled moves it to a file that it never syncs (`store`'s `pages`).
pub const BODY_LEN_MAX: usize = 6 * 1024;

/// Format 1, and three zero bytes.
const FORMAT: [u8; 4] = [1, 0, 0, 0];

/// The name of a ledger: a county's book is a ledger, and each ledger is a chain of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LedgerId(pub Uuid);

impl LedgerId {
    /// Takes 16 bytes for a ledger's name.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> LedgerId {
        LedgerId(Uuid::from_bytes(bytes))
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for LedgerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for LedgerId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<LedgerId, uuid::Error> {
        text.parse().map(LedgerId)
    }
}

/// What is hashed of a record. All integers are big-endian:
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 1 | format, 1 |
/// | 1 | 3 | zero |
/// | 4 | 4 | `body_len`, at most 6144 |
/// | 8 | 16 | `ledger` |
/// | 24 | 8 | `seq` |
/// | 32 | 8 | `recorded_at_us` |
/// | 40 | 16 | `command_id` |
/// | 56 | 2 | `part` |
/// | 58 | 2 | `parts` |
/// | 60 | 32 | `command_digest` |
/// | 92 | 32 | `parent` |
/// | 124 | 32 | `body_hash` |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The ledger whose chain this is.
    pub ledger: LedgerId,
    /// The place in the ledger: from 1, no gaps.
    pub seq: u64,
    /// When the log took it: UTC, microseconds since 1970; never decreases within a ledger.
    pub recorded_at_us: u64,
    /// The command that caused it.
    pub command_id: Uuid,
    /// Which of the command's records this is, from 1.
    pub part: u16,
    /// How many records the command has.
    pub parts: u16,
    /// [`crate::command_digest`] of the command.
    pub command_digest: Hash,
    /// The hash of the record before it; for seq 1 [`crate::ledger_root`].
    pub parent: Hash,
    /// The length of the body, in bytes.
    pub body_len: u32,
    /// [`crate::body_hash`] of the body.
    pub body_hash: Hash,
}

impl Header {
    /// The 156 bytes that are hashed.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        let mut rest = bytes.as_mut_slice();
        put(&mut rest, FORMAT);
        put(&mut rest, self.body_len.to_be_bytes());
        put(&mut rest, *self.ledger.as_bytes());
        put(&mut rest, self.seq.to_be_bytes());
        put(&mut rest, self.recorded_at_us.to_be_bytes());
        put(&mut rest, *self.command_id.as_bytes());
        put(&mut rest, self.part.to_be_bytes());
        put(&mut rest, self.parts.to_be_bytes());
        put(&mut rest, *self.command_digest.as_bytes());
        put(&mut rest, *self.parent.as_bytes());
        put(&mut rest, *self.body_hash.as_bytes());
        bytes
    }

    /// Reads what [`Header::to_bytes`] wrote, and refuses anything else: a header has one form.
    ///
    /// # Errors
    /// Another length, format or reserved bytes, a longer body, seq 0, a part that does not exist.
    pub fn from_bytes(bytes: &[u8]) -> Result<Header, Error> {
        let Ok(bytes) = <[u8; HEADER_LEN]>::try_from(bytes) else {
            return Err(Error::HeaderLen { len: bytes.len() });
        };
        let mut rest = bytes.as_slice();
        let [format, reserved @ ..] = take::<4>(&mut rest);
        if format != 1 {
            return Err(Error::Format { format });
        }
        if reserved != [0; 3] {
            return Err(Error::Reserved);
        }
        let body_len = u32::from_be_bytes(take(&mut rest));
        let len = usize::try_from(body_len).unwrap_or(usize::MAX);
        if len > BODY_LEN_MAX {
            return Err(Error::BodyTooLong { len });
        }
        let header = Header {
            ledger: LedgerId::from_bytes(take(&mut rest)),
            seq: u64::from_be_bytes(take(&mut rest)),
            recorded_at_us: u64::from_be_bytes(take(&mut rest)),
            command_id: Uuid::from_bytes(take(&mut rest)),
            part: u16::from_be_bytes(take(&mut rest)),
            parts: u16::from_be_bytes(take(&mut rest)),
            command_digest: Hash::from_bytes(take(&mut rest)),
            parent: Hash::from_bytes(take(&mut rest)),
            body_len,
            body_hash: Hash::from_bytes(take(&mut rest)),
        };
        if header.seq == 0 {
            return Err(Error::Seq);
        }
        check_part(header.part, header.parts)?;
        Ok(header)
    }

    /// The hash of the header, which is the hash of the record.
    #[must_use]
    pub fn hash(&self) -> Hash {
        header_hash(&self.to_bytes())
    }
}

/// A header, its hash, and the body as it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What is hashed.
    pub header: Header,
    /// [`Header::hash`] of the header.
    pub hash: Hash,
    /// The bytes as written. They are never encoded again to be checked.
    pub body: Vec<u8>,
}

impl Record {
    /// Puts a header and its body together, as from a file that an auditor was given.
    ///
    /// # Errors
    /// [`Error::Body`] if the body is not the one the header states.
    pub fn new(header: Header, body: Vec<u8>) -> Result<Record, Error> {
        if header.body_len != body_len(&body)? || header.body_hash != body_hash(&body) {
            return Err(Error::Body);
        }
        Ok(Record {
            header,
            hash: header.hash(),
            body,
        })
    }
}

pub(crate) fn check_part(part: u16, parts: u16) -> Result<(), Error> {
    if part == 0 || part > parts {
        Err(Error::Part { part, parts })
    } else {
        Ok(())
    }
}

pub(crate) fn body_len(body: &[u8]) -> Result<u32, Error> {
    let len = body.len();
    let too_long = Error::BodyTooLong { len };
    if len > BODY_LEN_MAX {
        Err(too_long)
    } else {
        u32::try_from(len).map_err(|_| too_long)
    }
}

/// Writes a field and moves on. Fields and header have fixed lengths that add up (see the test).
fn put<const N: usize>(rest: &mut &mut [u8], field: [u8; N]) {
    if let Some((place, after)) = std::mem::take(rest).split_first_chunk_mut() {
        *place = field;
        *rest = after;
    }
}

/// Reads a field and moves on; the same lengths.
fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    let Some((field, after)) = rest.split_first_chunk() else {
        return [0; N];
    };
    *rest = after;
    *field
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        let hash = |byte| Hash::from_bytes([byte; 32]);
        Header {
            ledger: LedgerId::from_bytes([0xaa; 16]),
            seq: 0x0102_0304_0506_0708,
            recorded_at_us: 0x1112_1314_1516_1718,
            command_id: Uuid::from_bytes([0xbb; 16]),
            part: 0x0203,
            parts: 0x0405,
            command_digest: hash(0xcc),
            parent: hash(0xdd),
            body_len: 0x0000_1716,
            body_hash: hash(0xee),
        }
    }

    #[test]
    fn the_bytes_are_those_of_the_table() {
        let bytes = header().to_bytes();
        assert_eq!(bytes[..8], [1, 0, 0, 0, 0, 0, 0x17, 0x16]);
        assert_eq!(bytes[8..24], [0xaa; 16]);
        assert_eq!(bytes[24..32], [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(
            bytes[32..40],
            [0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18]
        );
        assert_eq!(bytes[40..56], [0xbb; 16]);
        assert_eq!(bytes[56..60], [2, 3, 4, 5]);
        assert_eq!(bytes[60..92], [0xcc; 32]);
        assert_eq!(bytes[92..124], [0xdd; 32]);
        assert_eq!(bytes[124..], [0xee; 32]);
        assert_eq!(Header::from_bytes(&bytes), Ok(header()));
    }

    #[test]
    fn refuses_anything_but_the_one_form() {
        let change = |at: usize, new: &[u8]| {
            let mut bytes = header().to_bytes();
            bytes[at..at + new.len()].copy_from_slice(new);
            Header::from_bytes(&bytes)
        };
        assert_eq!(
            Header::from_bytes(&[1; 155]),
            Err(Error::HeaderLen { len: 155 })
        );
        assert_eq!(
            Header::from_bytes(&[1; 157]),
            Err(Error::HeaderLen { len: 157 })
        );
        assert_eq!(change(0, &[0]), Err(Error::Format { format: 0 }));
        assert_eq!(change(0, &[2]), Err(Error::Format { format: 2 }));
        assert_eq!(change(1, &[1]), Err(Error::Reserved));
        assert_eq!(change(3, &[1]), Err(Error::Reserved));
        assert_eq!(
            change(4, &6145_u32.to_be_bytes()),
            Err(Error::BodyTooLong { len: 6145 })
        );
        assert!(change(4, &6144_u32.to_be_bytes()).is_ok());
        assert_eq!(change(24, &[0; 8]), Err(Error::Seq));
        assert_eq!(
            change(56, &[0, 0, 0, 1]),
            Err(Error::Part { part: 0, parts: 1 })
        );
        assert_eq!(
            change(56, &[0, 2, 0, 1]),
            Err(Error::Part { part: 2, parts: 1 })
        );
    }
}
