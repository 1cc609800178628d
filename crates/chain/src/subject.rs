//! Completeness: how many records a subject has, and which, in one number and one hash.
//!
//! A subject's records in one ledger, in the order of that ledger, are folded into an
//! [`Accumulator`]; one [`subject_leaf`] for each goes into a tree of its own, whose root is
//! committed to now and then. Whoever is given all records of a subject folds them again and finds
//! the leaf under the root, or does not: then one is missing, added or changed.

use std::sync::LazyLock;

use blake3::hazmat::{ContextKey, hash_derive_key_context};
use uuid::Uuid;

use crate::hash::{SUBJECT_CONTEXT, derive};
use crate::{Hash, LedgerId};

static SUBJECT: LazyLock<ContextKey> = LazyLock::new(|| hash_derive_key_context(SUBJECT_CONTEXT));

/// What a subject has come to in one ledger.
///
/// | | |
/// |---|---|
/// | r 0 | derive_key(`fundtrace v1 subject`, ledger's 16 bytes, subject's 16 bytes) |
/// | r n | derive_key(`fundtrace v1 subject`, r n-1, hash of the subject's n-th record) |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accumulator {
    /// n: how many records name the subject.
    pub records: u64,
    /// r n: which ones, and in which order.
    pub hash: Hash,
}

impl Accumulator {
    /// A subject without records. The ledger counts: what another ledger says of the same
    /// identifier is no part of it.
    #[must_use]
    pub fn empty(ledger: LedgerId, subject: Uuid) -> Accumulator {
        Accumulator {
            records: 0,
            hash: derive(&SUBJECT, &[ledger.as_bytes(), subject.as_bytes()]),
        }
    }

    /// After one more record, given its hash. A record that names the subject twice counts once.
    #[must_use]
    pub fn after(self, record: Hash) -> Accumulator {
        Accumulator {
            // Nobody adds 2^64 records.
            records: self.records.saturating_add(1),
            hash: derive(&SUBJECT, &[self.hash.as_bytes(), record.as_bytes()]),
        }
    }
}

/// What is hashed of a subject for the tree of subjects, as five lines that anybody can type.
///
/// ```text
/// fundtrace-subject/v1
/// <UUID of the ledger, lower case>
/// <UUID of the subject, lower case>
/// <n, decimal>
/// <r n, 64 lower-case hexadecimal digits>
/// ```
///
/// The leaves stand in the order of ledger and subject, byte by byte.
#[must_use]
pub fn subject_leaf(ledger: LedgerId, subject: Uuid, accumulator: &Accumulator) -> Vec<u8> {
    let Accumulator { records, hash } = accumulator;
    format!("fundtrace-subject/v1\n{ledger}\n{subject}\n{records}\n{hash}\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_the_plain_derive_key_of_its_context() {
        let plain = |bytes: &[u8]| Hash::from_bytes(blake3::derive_key(SUBJECT_CONTEXT, bytes));
        let (ledger, subject) = (LedgerId::from_bytes([1; 16]), Uuid::from_bytes([2; 16]));
        let none = Accumulator::empty(ledger, subject);
        let first = plain(&[[1; 16], [2; 16]].concat());
        assert_eq!((none.records, none.hash), (0, first));
        let record = Hash::from_bytes([3; 32]);
        let one = none.after(record);
        let second = plain(&[*first.as_bytes(), [3; 32]].concat());
        assert_eq!((one.records, one.hash), (1, second));
        let leaf = String::from_utf8(subject_leaf(ledger, subject, &one)).unwrap();
        assert_eq!(
            leaf,
            format!(
                "fundtrace-subject/v1\n01010101-0101-0101-0101-010101010101\n\
                 02020202-0202-0202-0202-020202020202\n1\n{second}\n"
            )
        );
    }

    #[test]
    fn the_order_the_number_and_the_ledger_count() {
        let subject = Uuid::from_bytes([2; 16]);
        let [a, b] = [[3; 32], [4; 32]].map(Hash::from_bytes);
        let none = Accumulator::empty(LedgerId::from_bytes([1; 16]), subject);
        let other = Accumulator::empty(LedgerId::from_bytes([9; 16]), subject);
        let all = [
            none,
            none.after(a),
            none.after(b),
            none.after(a).after(b),
            none.after(b).after(a),
            none.after(a).after(a),
            other.after(a).after(b),
        ];
        let hashes: std::collections::BTreeSet<_> = all.iter().map(|one| one.hash).collect();
        assert_eq!(hashes.len(), all.len());
    }
}
