//! Signed receipts: what a server says that it has recorded, and how to check that it said so.
//!
//! The receipts of a group are the leaves of an RFC 6962 tree of their own, and a signed note
//! states its root. Its first line is that of no checkpoint, so neither can pass for the other.

use uuid::Uuid;

use crate::text::from_decimal;
use crate::{
    Hash, LedgerId, NodeHash, Note, NoteError, ProofError, VerifierKey, leaf_hash, verify_inclusion,
};

/// The first line of the note over a group of receipts.
const GROUP_LINE: &str = "fundtrace-receipts/v1";

/// What a receipt states of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// The ledger.
    pub ledger: LedgerId,
    /// The command.
    pub command_id: Uuid,
    /// The command's digest.
    pub digest: Hash,
    /// The seq of its first record.
    pub first_seq: u64,
    /// The seq of its last record.
    pub last_seq: u64,
    /// The hash of its last record.
    pub hash: Hash,
    /// The position of its first record; the others follow without a gap.
    pub first_position: u64,
}

/// What is hashed of a receipt.
///
/// ```text
/// fundtrace-receipt/v1
/// <UUID of the ledger, lower case>
/// <UUID of the command, lower case>
/// <digest of the command, 64 lower-case hexadecimal digits>
/// <first seq, decimal>
/// <last seq, decimal>
/// <hash of the last record, 64 lower-case hexadecimal digits>
/// <first position, decimal>
/// ```
#[must_use]
pub fn leaf_bytes(statement: &Statement) -> Vec<u8> {
    let Statement {
        ledger,
        command_id,
        digest,
        first_seq,
        last_seq,
        hash,
        first_position,
    } = statement;
    format!(
        "fundtrace-receipt/v1\n{ledger}\n{command_id}\n{digest}\n{first_seq}\n{last_seq}\n{hash}\n\
         {first_position}\n"
    )
    .into_bytes()
}

/// The text of the note over a group of receipts.
///
/// ```text
/// fundtrace-receipts/v1
/// <origin of the log>
/// <how many receipts, decimal>
/// <root over their leaves, base64>
/// ```
#[must_use]
pub fn group_text(origin: &str, size: u64, root: NodeHash) -> String {
    format!("{GROUP_LINE}\n{origin}\n{size}\n{}\n", root.to_base64())
}

/// Why a signed receipt does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadReceipt {
    /// The key has not signed the note.
    #[error("the note over the receipts is not signed by this key")]
    Note(#[source] NoteError),
    /// The note's text is not that of a group of receipts.
    #[error("the note is not one over receipts")]
    Text,
    /// The note is of another log.
    #[error("the receipt is of the log {0}")]
    Origin(String),
    /// The receipt is not under the signed root.
    #[error("the receipt is not among those that were signed")]
    Path(#[source] ProofError),
}

/// Checks that the holder of a key gave this receipt, as the `index`th of its group.
///
/// # Errors
/// [`BadReceipt`] says what does not hold.
pub fn verify(
    statement: &Statement,
    index: u64,
    path: &[NodeHash],
    note: &Note,
    key: &VerifierKey,
) -> Result<(), BadReceipt> {
    note.verify([key]).map_err(BadReceipt::Note)?;
    let mut lines = note.text().lines();
    let (Some(GROUP_LINE), Some(origin), Some(size), Some(root), None) = (
        lines.next(),
        lines.next(),
        lines.next(),
        lines.next(),
        lines.next(),
    ) else {
        return Err(BadReceipt::Text);
    };
    if origin != key.name() {
        return Err(BadReceipt::Origin(origin.to_owned()));
    }
    let size = from_decimal(size).ok_or(BadReceipt::Text)?;
    let root = NodeHash::from_base64(root).map_err(|_| BadReceipt::Text)?;
    let leaf = leaf_hash(&leaf_bytes(statement));
    verify_inclusion(leaf, index, size, root, path).map_err(BadReceipt::Path)
}
