//! What is published of subjects is what is computed, for ever.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "in a test a panic is the message"
)]

use chain::{Accumulator, Frontier, Hash, LedgerId, leaf_hash, subject_leaf};
use uuid::Uuid;

/// The file with every computed value put in its place.
fn computed(text: &str) -> String {
    let mut tree = Frontier::new();
    let mut ledger = LedgerId::from_bytes([0; 16]);
    let mut subject = Uuid::nil();
    let mut row = Accumulator::empty(ledger, subject);
    let mut lines = Vec::new();
    for line in text.lines() {
        let words: Vec<_> = line.split(' ').collect();
        lines.push(match words.as_slice() {
            ["ledger", id] => {
                ledger = LedgerId(id.parse().unwrap());
                line.to_owned()
            }
            ["subject", id] => {
                subject = id.parse().unwrap();
                line.to_owned()
            }
            ["empty", _] => {
                row = Accumulator::empty(ledger, subject);
                format!("empty {}", row.hash)
            }
            ["after", record, _] => {
                let record: Hash = record.parse().unwrap();
                row = row.after(record);
                format!("after {record} {}", row.hash)
            }
            ["leaf", _] => {
                let leaf = leaf_hash(&subject_leaf(ledger, subject, &row));
                tree.push(leaf);
                format!("leaf {leaf}")
            }
            ["root", _] => format!("root {}", tree.root()),
            _ => line.to_owned(),
        });
    }
    lines.join("\n") + "\n"
}

#[test]
fn the_published_vectors_of_subjects_are_reproduced() {
    let text = include_str!("../../../proto/vectors/subjects-v1.txt");
    assert_eq!(text, computed(text));
}
