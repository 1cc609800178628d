//! What a caller is told.

use crate::group::LIST_LEN_MAX;
use chain::receipt::Statement;
use chain::{Hash, Record};
use ledger::digest::Digest;
use ledger::ids::LedgerId;
use ledger::token::Role;
use ledger::{Actor, Rejection, Submission};
use uuid::Uuid;

/// Who asks, as their token says.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Person and organisation.
    pub actor: Actor,
    /// What they may do.
    pub roles: Vec<Role>,
}

/// Commands of one caller to one ledger, in their order.
#[derive(Debug)]
pub struct Request {
    /// Which ledger.
    pub ledger: LedgerId,
    /// Who asks.
    pub caller: Caller,
    /// What is asked.
    pub submissions: Vec<Submission>,
    /// All or nothing.
    pub atomic: bool,
}

/// Proof that a command was recorded: quote it, and anybody can check it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The ledger.
    pub ledger: LedgerId,
    /// The command.
    pub command_id: Uuid,
    /// BLAKE3 over actor, ledger and the command's protobuf.
    pub digest: Hash,
    /// Its first record.
    pub first_seq: u64,
    /// Its last record.
    pub last_seq: u64,
    /// The hash of its last record.
    pub hash: Hash,
    /// The position of its first record; the others follow without a gap.
    pub first_position: u64,
    /// When it was recorded, UTC microseconds.
    pub recorded_at_us: u64,
    /// It had been recorded before, and this is the first receipt again.
    pub repeated: bool,
}

impl Receipt {
    /// Of a command's records.
    pub(crate) fn of(first: &Record, last: &Record, first_position: u64) -> Receipt {
        Receipt {
            ledger: LedgerId(first.header.ledger.0),
            command_id: first.header.command_id,
            digest: first.header.command_digest,
            first_seq: first.header.seq,
            last_seq: last.header.seq,
            hash: last.hash,
            first_position,
            recorded_at_us: first.header.recorded_at_us,
            repeated: false,
        }
    }

    /// The position of its last record.
    #[must_use]
    pub const fn last_position(&self) -> u64 {
        let more = self.last_seq.saturating_sub(self.first_seq);
        self.first_position.saturating_add(more)
    }

    /// What is signed of it.
    #[must_use]
    pub const fn statement(&self) -> Statement {
        Statement {
            ledger: chain::LedgerId(self.ledger.0),
            command_id: self.command_id,
            digest: self.digest,
            first_seq: self.first_seq,
            last_seq: self.last_seq,
            hash: self.hash,
            first_position: self.first_position,
        }
    }
}

/// Why a command was not recorded. Nothing of it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The domain says no.
    #[error("{0}")]
    Rejected(Rejection),
    /// The command id is known, with other content (V2).
    #[error("command {0} was recorded before with other content")]
    IdempotencyMismatch(Uuid),
    /// No such ledger.
    #[error("there is no ledger {0}")]
    UnknownLedger(LedgerId),
    /// A record of it would be longer than 6 KiB.
    #[error("a record of {len} bytes is too long, 6144 are the most")]
    BodyTooLarge {
        /// How long it would be.
        len: usize,
    },
    /// What a list that is all or nothing would record is more than is written at once.
    #[error("an all-or-nothing list is at most {LIST_LEN_MAX} bytes of records; divide it")]
    ListTooLong,
    /// It names a file that has not been uploaded to this ledger.
    #[error("this ledger holds no file {0}; upload it first")]
    FileMissing(Digest),
    /// Another command of an all-or-nothing list was refused.
    #[error("command {0} of the list was refused, so none was recorded")]
    AtomicAborted(usize),
    /// The clock was set or stood still; an operator must confirm it.
    #[error("the clock departs from its course; an operator must confirm it")]
    Clock,
    /// The ledger holds records of a newer release.
    #[error("the ledger holds records that were written by a newer release")]
    Newer,
}

impl Refusal {
    /// The stable code, part of the API.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Rejected(rejection) => rejection.code(),
            Refusal::IdempotencyMismatch(_) => "IDEMPOTENCY_MISMATCH",
            Refusal::UnknownLedger(_) => "NOT_FOUND",
            Refusal::BodyTooLarge { .. } => "BODY_TOO_LARGE",
            Refusal::ListTooLong => "LIST_TOO_LONG",
            Refusal::FileMissing(_) => "EVIDENCE_FILE_MISSING",
            Refusal::AtomicAborted(_) => "ATOMIC_ABORTED",
            Refusal::Clock => "CLOCK",
            Refusal::Newer => "NEWER_RELEASE",
        }
    }
}

/// The writer has stopped, or too many wait: the answer to a whole request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// The disk failed. Nobody knows what is on it until a restart has looked.
    #[error("storage failed and the writer has stopped; a restart finds out what is on the disk")]
    Stopped,
    /// The queue is full.
    #[error("too many commands are waiting")]
    Overloaded,
}

/// The outcome of each command, in the order of the request.
pub type Answers = Vec<Result<Receipt, Refusal>>;
