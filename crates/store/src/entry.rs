//! How a record is written in a journal frame and in a sled page. Free to change: no hash covers
//! it, and everything in it is covered by the record's own hash.
//!
//! Big-endian. The first three fields after `back` are there only if `back` is 0:
//!
//! | bytes | field |
//! |---|---|
//! | 1 | back: how many entries before this one its ledger's record before it stands, or 0 |
//! | 16 | ledger |
//! | 8 | seq |
//! | 32 | parent |
//! | 8 | recorded_at_us |
//! | 16 | command_id |
//! | 2 | part |
//! | 2 | parts |
//! | 32 | command_digest |
//! | 32 | hash |
//! | 2 | body_len |
//! | body_len | body |
//!
//! `back` is at most 32, and never points out of the frame or page.
//! So a frame or page can be read and checked by itself, and a ledger's name, seq and parent are
//! mostly one byte. What the chain gives is derived and checked against the hash.

use std::collections::VecDeque;

use chain::{Broken, Check, Hash, Head, LedgerId, Record};
use uuid::Uuid;

/// The longest entry: 151 bytes of fields and a body of 6144.
pub(crate) const ENTRY_LEN_MAX: usize = 151 + chain::BODY_LEN_MAX;

/// How far `back` looks: at most this many comparisons per record, whoever interleaves ledgers.
pub(crate) const BACK_MAX: usize = 32;

/// The records that `back` can name, newest first.
#[derive(Default)]
pub(crate) struct Recent(VecDeque<(LedgerId, u64, Hash)>);

impl Recent {
    fn push(&mut self, ledger: LedgerId, seq: u64, hash: Hash) {
        self.0.truncate(BACK_MAX.saturating_sub(1));
        self.0.push_front((ledger, seq, hash));
    }

    /// The `back` of a record: 1 is the entry before.
    fn back(&self, record: &Record) -> u8 {
        let header = &record.header;
        let place = self
            .0
            .iter()
            .position(|(ledger, ..)| *ledger == header.ledger);
        match place.and_then(|place| Some((place, self.0.get(place)?))) {
            Some((place, (_, seq, hash)))
                if seq.checked_add(1) == Some(header.seq) && *hash == header.parent =>
            {
                place
                    .checked_add(1)
                    .and_then(|back| u8::try_from(back).ok())
                    .unwrap_or(0)
            }
            Some(_) | None => 0,
        }
    }
}

/// Writes the entries of one frame or page.
#[derive(Default)]
pub(crate) struct Encoder(Recent);

impl Encoder {
    /// Begins another frame or page.
    pub(crate) fn restart(&mut self) {
        self.0.0.clear();
    }

    pub(crate) fn push(&mut self, out: &mut Vec<u8>, record: &Record) {
        let header = &record.header;
        let back = self.0.back(record);
        if back == 0 {
            push_place(out, record);
        } else {
            out.push(back);
        }
        push_own(out, record);
        self.0.push(header.ledger, header.seq, record.hash);
    }
}

/// `back` 0 and the fields that are there only then.
pub(crate) fn push_place(out: &mut Vec<u8>, record: &Record) {
    out.push(0);
    out.extend_from_slice(record.header.ledger.as_bytes());
    out.extend_from_slice(&record.header.seq.to_be_bytes());
    out.extend_from_slice(record.header.parent.as_bytes());
}

/// The fields that do not depend on the entries before.
pub(crate) fn push_own(out: &mut Vec<u8>, record: &Record) {
    let header = &record.header;
    out.extend_from_slice(&header.recorded_at_us.to_be_bytes());
    out.extend_from_slice(header.command_id.as_bytes());
    out.extend_from_slice(&header.part.to_be_bytes());
    out.extend_from_slice(&header.parts.to_be_bytes());
    out.extend_from_slice(header.command_digest.as_bytes());
    out.extend_from_slice(record.hash.as_bytes());
    // `chain` keeps bodies within 6 KiB; a longer one would be found by its hash.
    let body_len = u16::try_from(record.body.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&body_len.to_be_bytes());
    out.extend_from_slice(&record.body);
}

/// An entry as it was read: nothing is checked yet. Two that are equal are equal in everything that
/// is hashed, and in the hash that they claim.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Raw<'a> {
    pub(crate) ledger: LedgerId,
    pub(crate) seq: u64,
    parent: Hash,
    recorded_at_us: u64,
    command_id: Uuid,
    part: u16,
    parts: u16,
    command_digest: Hash,
    pub(crate) hash: Hash,
    body: &'a [u8],
}

impl Raw<'_> {
    /// The record, if it has its hash. `body` is a buffer to use again.
    pub(crate) fn record(&self, mut body: Vec<u8>) -> Result<Record, Broken> {
        let broken = |check| Broken {
            ledger: self.ledger,
            seq: self.seq,
            check,
        };
        body.clear();
        body.extend_from_slice(self.body);
        let before = Head {
            ledger: self.ledger,
            seq: self.seq.checked_sub(1).ok_or(broken(Check::Seq))?,
            hash: self.parent,
            recorded_at_us: 0,
        };
        let Raw {
            recorded_at_us,
            command_id,
            part,
            parts,
            command_digest,
            ..
        } = *self;
        let record = before
            .link(
                recorded_at_us,
                command_id,
                part,
                parts,
                command_digest,
                body,
            )
            .map_err(|_| broken(Check::Hash))?;
        if record.hash == self.hash {
            Ok(record)
        } else {
            Err(broken(Check::Hash))
        }
    }
}

/// The bytes end inside an entry, or `back` points before the first.
#[derive(Debug)]
pub(crate) struct Malformed;

/// Reads the entries of one frame or page; ends after the first that is malformed.
pub(crate) struct Decoder<'a> {
    bytes: &'a [u8],
    recent: Recent,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Decoder<'a> {
        Decoder {
            bytes,
            recent: Recent::default(),
        }
    }

    /// Goes on where another reading of the same entries stopped, given what it leaves behind.
    pub(crate) fn resume(bytes: &'a [u8], recent: Recent) -> Decoder<'a> {
        Decoder { bytes, recent }
    }

    /// How many bytes are left, and what the next reading must be given.
    pub(crate) fn pause(self) -> (usize, Recent) {
        (self.bytes.len(), self.recent)
    }

    fn read(&mut self) -> Option<Raw<'a>> {
        let bytes = &mut self.bytes;
        let [back] = take(bytes)?;
        let (ledger, seq, parent) = if back == 0 {
            let ledger = LedgerId::from_bytes(take(bytes)?);
            (
                ledger,
                u64::from_be_bytes(take(bytes)?),
                Hash::from_bytes(take(bytes)?),
            )
        } else {
            let before = self.recent.0.get(usize::from(back).checked_sub(1)?)?;
            (before.0, before.1.checked_add(1)?, before.2)
        };
        let raw = Raw {
            ledger,
            seq,
            parent,
            recorded_at_us: u64::from_be_bytes(take(bytes)?),
            command_id: Uuid::from_bytes(take(bytes)?),
            part: u16::from_be_bytes(take(bytes)?),
            parts: u16::from_be_bytes(take(bytes)?),
            command_digest: Hash::from_bytes(take(bytes)?),
            hash: Hash::from_bytes(take(bytes)?),
            body: {
                let len = usize::from(u16::from_be_bytes(take(bytes)?));
                let (body, rest) = bytes.split_at_checked(len)?;
                *bytes = rest;
                body
            },
        };
        self.recent.push(ledger, seq, raw.hash);
        Some(raw)
    }
}

impl<'a> Iterator for Decoder<'a> {
    type Item = Result<Raw<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.bytes.is_empty() {
            return None;
        }
        let raw = self.read().ok_or(Malformed);
        if raw.is_err() {
            self.bytes = &[];
        }
        Some(raw)
    }
}

/// Reads a field and moves on.
pub(crate) fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (field, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*field)
}
