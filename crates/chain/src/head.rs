//! The head of a chain: makes the next record, and checks it.

use std::fmt;

use uuid::Uuid;

use crate::hash::{body_hash, ledger_root};
use crate::record::{body_len, check_part};
use crate::{Error, Hash, Header, LedgerId, Record};

/// The last record of a ledger, as far as the next one must know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The ledger.
    pub ledger: LedgerId,
    /// The seq of its last record; 0 if it has none.
    pub seq: u64,
    /// The hash of its last record; [`crate::ledger_root`] if it has none.
    pub hash: Hash,
    /// When its last record was recorded, UTC microseconds; 0 if it has none.
    pub recorded_at_us: u64,
}

/// The first check that a record failed as the next of its ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("ledger {ledger} is broken at seq {seq}: {check}")]
pub struct Broken {
    /// The ledger that was followed.
    pub ledger: LedgerId,
    /// The seq that should have come.
    pub seq: u64,
    /// What was wrong.
    pub check: Check,
}

/// What is checked of a record, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// It belongs to this ledger.
    Ledger,
    /// Its seq is the next.
    Seq,
    /// Its parent is the hash of the record before.
    Parent,
    /// It was not recorded before the record before.
    Time,
    /// Its part exists, and is the one that must come.
    Parts,
    /// Its body has the length and the hash that the header states.
    Body,
    /// Its hash is the hash of the header.
    Hash,
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Check::Ledger => "the record belongs to another ledger",
            Check::Seq => "the seq is not the next",
            Check::Parent => "the parent is not the hash of the record before",
            Check::Time => "it was recorded before the record before",
            Check::Parts => "the parts of a command are not together and in order",
            Check::Body => "the body is not the one the header states",
            Check::Hash => "the hash is not the header's",
        })
    }
}

impl Head {
    /// The head of a ledger without records.
    #[must_use]
    pub fn genesis(ledger: LedgerId) -> Head {
        Head {
            ledger,
            seq: 0,
            hash: ledger_root(ledger),
            recorded_at_us: 0,
        }
    }

    /// The head that a record makes. Checks nothing.
    #[must_use]
    pub fn of(record: &Record) -> Head {
        let Header {
            ledger,
            seq,
            recorded_at_us,
            ..
        } = record.header;
        Head {
            ledger,
            seq,
            hash: record.hash,
            recorded_at_us,
        }
    }

    /// Makes the next record.
    ///
    /// # Errors
    /// A body over [`crate::BODY_LEN_MAX`], a part that does not exist, a time before the head's.
    pub fn link(
        &self,
        recorded_at_us: u64,
        command_id: Uuid,
        part: u16,
        parts: u16,
        command_digest: Hash,
        body: Vec<u8>,
    ) -> Result<Record, Error> {
        check_part(part, parts)?;
        if recorded_at_us < self.recorded_at_us {
            let last_us = self.recorded_at_us;
            return Err(Error::TimeBackwards {
                last_us,
                given_us: recorded_at_us,
            });
        }
        let header = Header {
            ledger: self.ledger,
            seq: self.seq.checked_add(1).ok_or(Error::Seq)?,
            recorded_at_us,
            command_id,
            part,
            parts,
            command_digest,
            parent: self.hash,
            body_len: body_len(&body)?,
            body_hash: body_hash(&body),
        };
        Ok(Record {
            header,
            hash: header.hash(),
            body,
        })
    }

    /// Checks that a record is the next, and gives the head it makes. Two hashes.
    ///
    /// # Errors
    /// [`Broken`] names the first [`Check`] that failed.
    pub fn after(&self, record: &Record) -> Result<Head, Broken> {
        self.precedes(&record.header)?;
        let stated = (record.header.body_len, record.header.body_hash);
        if body_len(&record.body) != Ok(stated.0) || body_hash(&record.body) != stated.1 {
            return Err(self.broken(Check::Body));
        }
        if record.hash != record.header.hash() {
            return Err(self.broken(Check::Hash));
        }
        Ok(Head::of(record))
    }

    /// The part of [`Head::after`] that hashes nothing, for a record whose own hash is known good.
    ///
    /// # Errors
    /// [`Broken`] names the first [`Check`] that failed.
    pub fn precedes(&self, header: &Header) -> Result<(), Broken> {
        if header.ledger != self.ledger {
            return Err(self.broken(Check::Ledger));
        }
        if Some(header.seq) != self.seq.checked_add(1) {
            return Err(self.broken(Check::Seq));
        }
        if header.parent != self.hash {
            return Err(self.broken(Check::Parent));
        }
        if header.recorded_at_us < self.recorded_at_us {
            return Err(self.broken(Check::Time));
        }
        if check_part(header.part, header.parts).is_err() {
            return Err(self.broken(Check::Parts));
        }
        Ok(())
    }

    fn broken(&self, check: Check) -> Broken {
        Broken {
            ledger: self.ledger,
            seq: self.seq.saturating_add(1),
            check,
        }
    }
}
