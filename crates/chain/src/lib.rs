//! The hash chain, over bytes alone: all that an outside auditor needs.
//!
//! A ledger is a chain of [`Record`]s. Each has a [`Header`] of 156 bytes, which names the hash of
//! the header before it, and a body, of which the header holds only the hash. What a body means is
//! none of this crate's business. `proto/README.md` says the same without Rust.
//!
//! Over all ledgers of a deployment stands one tree of SHA-256, for whoever does not read
//! everything. Its root is signed in a [`Checkpoint`], witnesses cosign it, and a [`TlogProof`]
//! convinces whoever has a [`Policy`] that says whom to believe: RFC 6962 and C2SP, to the letter.
//!
//! The byte table, the hash contexts, the leaf and `proto/vectors` are frozen.

mod checkpoint;
mod cosignature;
mod hash;
mod head;
mod note;
mod parts;
mod policy;
mod proof;
pub mod receipt;
mod record;
pub mod snapshot;
mod subject;
mod submission;
mod text;
mod tree;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use cosignature::{COSIGNED_AT_MAX_S, Cosigner};
pub use hash::{
    COMMAND_CONTEXT, FIELD_CONTEXT, Hash, SEALED_CONTEXT, SUBJECT_CONTEXT, body_hash,
    command_digest, ledger_root,
};
pub use head::{Broken, Check, Head};
pub use note::{
    KeyError, KeyKind, KeyRole, NAME_LEN_MAX, NOTE_LEN_MAX, Note, NoteError, NoteSignature, OfLog,
    OfWitness, PrivateKey, SIGNATURES_MAX, Signer, VerifierKey, check_key_name,
};
pub use parts::Parts;
pub use policy::{
    LineFault, POLICY_LEN_MAX, Policy, PolicyError, PolicyFault, PolicyLog, PolicyWitness,
    Witnessed,
};
pub use proof::{TLOG_PROOF_LEN_MAX, TlogProof, TlogProofError};
pub use record::{BODY_LEN_MAX, HEADER_LEN, Header, LedgerId, Record};
pub use subject::{Accumulator, subject_leaf};
pub use submission::{SUBMISSION_LEN_MAX, Submission, SubmissionError};
pub use tree::{
    BundleError, Content, Cut, ENTRY_LEN_MAX, Frontier, NodeHash, NodeHashText, PROOF_LEN_MAX,
    ProofError, TILE_WIDTH, TREE_SIZE_MAX, Tile, TileError, complete_root, consistency,
    decode_entries, empty_root, encode_entries, inclusion, leaf_bytes, leaf_hash, node_hash,
    root_at, verify_consistency, verify_inclusion,
};

/// Why bytes or arguments are not a part of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text of a hash is not 64 lower-case hexadecimal digits.
    #[error("a hash is 64 lower-case hexadecimal digits")]
    HashText,
    /// A header has another length than [`HEADER_LEN`].
    #[error("a header has 156 bytes, not {len}")]
    HeaderLen {
        /// The length that was given, in bytes.
        len: usize,
    },
    /// The first byte of a header is not 1.
    #[error("record format {format} is unknown, only 1 is")]
    Format {
        /// The byte that was found.
        format: u8,
    },
    /// Bytes 1 to 3 of a header are not zero.
    #[error("the reserved bytes of a header are not zero")]
    Reserved,
    /// A body is longer than [`BODY_LEN_MAX`].
    #[error("a body has at most 6144 bytes, not {len}")]
    BodyTooLong {
        /// The length that was given, in bytes.
        len: usize,
    },
    /// A record's seq is 0, or the one before it is `u64::MAX`.
    #[error("seq runs from 1 to 2^64 - 1")]
    Seq,
    /// `part` is 0 or beyond `parts`.
    #[error("part {part} of {parts} does not exist")]
    Part {
        /// Which record of its command.
        part: u16,
        /// How many records the command has.
        parts: u16,
    },
    /// The new record would be older than the one before it.
    #[error("recorded at {given_us} us, before the record it follows, {last_us} us")]
    TimeBackwards {
        /// `recorded_at_us` of the record before.
        last_us: u64,
        /// `recorded_at_us` that was given.
        given_us: u64,
    },
    /// A body does not have the hash or the length its header states.
    #[error("the body is not the one its header states")]
    Body,
}
