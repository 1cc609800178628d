//! The digest over the lines of a list: so that what was sent is what was meant, line by line.
//!
//! | part | bytes | meaning |
//! |---|---|---|
//! | before | 32 | the digest over the lines before; zeros before the first |
//! | field | 4 | length of the next field in bytes, big-endian; 0 where it is absent |
//! | | so many | the field, in UTF-8 |
//!
//! `digest = BLAKE3 derive_key("fundtrace v1 list", before ‖ fields)`. The fields are those of
//! `each_field` in their order. Personal text is none of them: what is sealed could else be
//! guessed from the digest after its key is gone.

use super::{Figure, ListLine, RosterEntry};
use crate::bank_line::LineEntry;
use crate::digest::Digest;

/// The context of BLAKE3's `derive_key`.
const CONTEXT: &str = "fundtrace v1 list";

/// The digest over the lines so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Running(Digest);

impl Default for Running {
    fn default() -> Self {
        Running(Digest([0; 32]))
    }
}

impl Running {
    /// Takes in the next line.
    pub fn push(&mut self, line: &ListLine) {
        self.0 = after(self.0, line);
    }

    /// The digest over all lines so far.
    #[must_use]
    pub const fn get(self) -> Digest {
        self.0
    }
}

/// The digest over lines, as `list.start` states it.
#[must_use]
pub fn digest<'a>(lines: impl IntoIterator<Item = &'a ListLine>) -> Digest {
    let mut running = Running::default();
    lines.into_iter().for_each(|line| running.push(line));
    running.get()
}

/// The beginning of the digest over one line alone: two lines of which it is different say
/// different things.
pub(super) fn print(line: &ListLine) -> u32 {
    let [a, b, c, d, ..] = after(Digest([0; 32]), line).0;
    u32::from_be_bytes([a, b, c, d])
}

fn after(before: Digest, line: &ListLine) -> Digest {
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    hasher.update(&before.0);
    each_field(line, &mut |field| {
        let len = u32::try_from(field.len()).unwrap_or(u32::MAX);
        hasher.update(&len.to_be_bytes());
        hasher.update(field.as_bytes());
    });
    Digest(*hasher.finalize().as_bytes())
}

/// The fields of a line that the digest is over, in their order. Destructured, so that a new field
/// asks for its place.
fn each_field(line: &ListLine, each: &mut dyn FnMut(&str)) {
    match line {
        ListLine::Entry(RosterEntry {
            subject,
            amount_fen,
            reissue_reason,
            remark: _,
        }) => {
            each(&subject.to_string());
            each(&amount_fen.get().to_string());
            each(reissue_reason.as_ref().map_or("", |text| text.as_str()));
        }
        ListLine::BankLine(entry) => {
            // The identifiers are ours; the rest is what the bank says.
            let LineEntry {
                line: _,
                account: _,
                value_date,
                direction,
                amount_fen,
                bank_sequence,
                counterparty,
                remark,
            } = entry.as_ref();
            each(&value_date.to_string());
            each(direction.word());
            each(&amount_fen.get().to_string());
            each(bank_sequence.as_str());
            each(counterparty.as_ref().map_or("", |name| name.as_str()));
            each(remark.as_ref().map_or("", |text| text.as_str()));
        }
        ListLine::Figure(Figure { key, value, unit }) => {
            each(key.as_str());
            each(&value.to_string());
            each(unit.as_str());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector_holds() {
        let vectors = include_str!("../../../../proto/vectors/lists-v1.txt");
        let mut lines = Vec::new();
        let mut seen = 0;
        for text in vectors.lines().filter(|line| !line.starts_with('#')) {
            match text.split_once(' ') {
                Some(("line", line)) => {
                    let line: ListLine = serde_json::from_str(line).unwrap();
                    lines.push(line);
                }
                Some(("digest", stated)) => {
                    assert_eq!(digest(&lines).to_string(), stated);
                    seen += 1;
                }
                _ => lines.clear(),
            }
        }
        assert_eq!(seen, 7);
    }
}
