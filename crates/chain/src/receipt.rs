//! Signed receipts: what a server says that it has recorded, and how to check that it said so.
//!
//! The receipts of a group are the leaves of an RFC 6962 tree of their own, and a signed note
//! states its root. Its first line is that of no checkpoint, so neither can pass for the other.

use uuid::Uuid;

use crate::text::{Lines, from_decimal};
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
    let mut lines = Lines::of("fundtrace-receipt/v1");
    lines.uuid(ledger.0).uuid(*command_id).hash(*digest);
    lines.number(*first_seq).number(*last_seq).hash(*hash);
    lines.number(*first_position);
    lines.into_bytes()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Signer, body_hash, node_hash};

    fn statement(number: u8) -> Statement {
        Statement {
            ledger: LedgerId::from_bytes([7; 16]),
            command_id: Uuid::from_bytes([number; 16]),
            digest: body_hash(b"digest"),
            first_seq: 4,
            last_seq: 5,
            hash: body_hash(b"hash"),
            first_position: 11,
        }
    }

    #[test]
    fn the_leaf_is_eight_lines_that_anybody_can_type() {
        let (digest, hash) = (body_hash(b"digest"), body_hash(b"hash"));
        let expected = format!(
            "fundtrace-receipt/v1\n07070707-0707-0707-0707-070707070707\n\
             01010101-0101-0101-0101-010101010101\n{digest}\n4\n5\n{hash}\n11\n"
        );
        assert_eq!(leaf_bytes(&statement(1)), expected.as_bytes());
    }

    #[test]
    fn a_receipt_holds_for_its_place_its_words_and_its_key_alone() {
        let signer = Signer::new("log.example/a", &[1; 32]).unwrap();
        let leaves = [1, 2].map(|number| leaf_hash(&leaf_bytes(&statement(number))));
        let root = node_hash(&leaves[0], &leaves[1]);
        let note = signer.note(group_text("log.example/a", 2, root)).unwrap();
        let check = |statement: &Statement, index, note: &Note, key: &Signer| {
            verify(statement, index, &[leaves[0]], note, key.verifier())
        };
        assert_eq!(check(&statement(2), 1, &note, &signer), Ok(()));
        let path = check(&statement(2), 0, &note, &signer);
        assert!(matches!(path, Err(BadReceipt::Path(_))));
        let other = Statement {
            last_seq: 6,
            ..statement(2)
        };
        let path = check(&other, 1, &note, &signer);
        assert!(matches!(path, Err(BadReceipt::Path(_))));
        let stranger = Signer::new("log.example/a", &[2; 32]).unwrap();
        let unsigned = check(&statement(2), 1, &note, &stranger);
        assert!(matches!(unsigned, Err(BadReceipt::Note(_))));
        let elsewhere = signer.note(group_text("log.example/b", 2, root)).unwrap();
        let origin = check(&statement(2), 1, &elsewhere, &signer);
        assert_eq!(origin, Err(BadReceipt::Origin("log.example/b".to_owned())));
        for text in [
            "log.example/a\n2\nx\n",
            "fundtrace-receipts/v1\nlog.example/a\n02\n",
        ] {
            let text = signer
                .note(format!("{text}{}\n", root.to_base64()))
                .unwrap();
            assert_eq!(
                check(&statement(2), 1, &text, &signer),
                Err(BadReceipt::Text)
            );
        }
    }
}
