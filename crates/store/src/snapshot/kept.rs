//! The index as a snapshot keeps it, in two files, big-endian.
//!
//! `index`:
//!
//! | bytes | field |
//! |---|---|
//! | 8 | `FTINDEX1` |
//! | 16 | key of the fingerprints |
//! | 4 | number of ledgers |
//! | 64 each | ledger (16), seq (8) and hash (32) of its last record, when that was recorded (8) |
//! | 4 each | the positions of the first ledger's records in their order, then the next one's |
//!
//! `commands`: `FTCOMMD1`, and for each command 8 bytes: half of its fingerprint, and its position.

use std::io::{self, Write};

use chain::{Hash, Head, LedgerId};

use crate::disk::{narrow, wide};
use crate::entry::take;
use crate::fingerprints::Fingerprints;
use crate::index::Index;
use crate::log::Shared;

const INDEX_MAGIC: &[u8; 8] = b"FTINDEX1";
const COMMANDS_MAGIC: &[u8; 8] = b"FTCOMMD1";

/// How many positions or entries are copied while the index is held: some microseconds, for which
/// the writer may have to wait.
const AT_ONCE: usize = 8192;

/// What of the index is known at one moment.
pub(super) struct Seen {
    pub(super) key: [u8; 16],
    pub(super) heads: Vec<Head>,
    pub(super) position: u64,
}

/// Writes `index`. It grows meanwhile, and what was seen of it stays as it was.
pub(super) fn write_index(shared: &Shared, seen: &Seen, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(INDEX_MAGIC)?;
    out.write_all(&seen.key)?;
    let count = u32::try_from(seen.heads.len()).map_err(io::Error::other)?;
    out.write_all(&count.to_be_bytes())?;
    for head in &seen.heads {
        out.write_all(head.ledger.as_bytes())?;
        out.write_all(&head.seq.to_be_bytes())?;
        out.write_all(head.hash.as_bytes())?;
        out.write_all(&head.recorded_at_us.to_be_bytes())?;
    }
    let mut bytes = Vec::with_capacity(AT_ONCE.saturating_mul(4));
    for head in &seen.heads {
        let mut after = 0_u64;
        while after < head.seq {
            let limit = AT_ONCE.min(narrow(head.seq.saturating_sub(after)));
            bytes.clear();
            {
                let index = shared.index();
                let positions = index.kept_positions(head.ledger, after, limit).iter();
                bytes.extend(positions.flat_map(|position| position.to_be_bytes()));
            }
            out.write_all(&bytes)?;
            after = after.saturating_add(wide(limit));
        }
    }
    Ok(())
}

/// Writes `commands`; false if the table was moved meanwhile, and then what is written is nothing.
pub(super) fn write_commands(
    shared: &Shared,
    seen: &Seen,
    out: &mut dyn Write,
) -> io::Result<bool> {
    out.write_all(COMMANDS_MAGIC)?;
    let slots = shared.index().commands().slots();
    let mut from = 0_usize;
    let mut bytes = Vec::with_capacity(AT_ONCE.saturating_mul(8));
    while from < slots {
        bytes.clear();
        {
            let index = shared.index();
            let commands = index.commands();
            if commands.slots() != slots {
                return Ok(false);
            }
            // What came since is for the next snapshot.
            let entries = commands.entries(from, AT_ONCE);
            let entries = entries.filter(|(_, position)| u64::from(*position) < seen.position);
            for (fingerprint, position) in entries {
                bytes.extend_from_slice(&fingerprint.to_be_bytes());
                bytes.extend_from_slice(&position.to_be_bytes());
            }
        }
        out.write_all(&bytes)?;
        from = from.saturating_add(AT_ONCE);
    }
    Ok(true)
}

/// Reads `commands`; nothing if it is not one of so many records.
pub(super) fn commands(bytes: &[u8], position: u64) -> Option<Fingerprints> {
    let (magic, rest) = bytes.split_first_chunk()?;
    let (entries, left) = rest.as_chunks::<8>();
    if magic != COMMANDS_MAGIC || !left.is_empty() || wide(entries.len()) > position {
        return None;
    }
    let entries_of = || {
        entries.iter().map(|entry| {
            let [a, b, c, d, e, f, g, h] = *entry;
            (
                u32::from_be_bytes([a, b, c, d]),
                u32::from_be_bytes([e, f, g, h]),
            )
        })
    };
    let are_sound = entries_of().all(|(_, at)| u64::from(at) < position);
    are_sound.then(|| Fingerprints::of(entries.len(), entries_of()))
}

/// Reads `index`; nothing if it is not one of so many records.
pub(super) fn index(bytes: &[u8], position: u64, commands: Fingerprints) -> Option<Index> {
    let mut rest = bytes;
    if take::<8>(&mut rest)? != *INDEX_MAGIC || position > u64::from(u32::MAX) {
        return None;
    }
    let key = take(&mut rest)?;
    let count = u32::from_be_bytes(take(&mut rest)?);
    let mut heads = Vec::new();
    for _ in 0..count {
        heads.push(Head {
            ledger: LedgerId::from_bytes(take(&mut rest)?),
            seq: u64::from_be_bytes(take(&mut rest)?),
            hash: Hash::from_bytes(take(&mut rest)?),
            recorded_at_us: u64::from_be_bytes(take(&mut rest)?),
        });
    }
    let mut ledgers = Vec::with_capacity(heads.len());
    for head in heads {
        let len = narrow(head.seq.checked_mul(4)?);
        let (positions, after) = rest.split_at_checked(len)?;
        let (positions, _) = positions.as_chunks::<4>();
        let positions = positions.iter().map(|bytes| u32::from_be_bytes(*bytes));
        ledgers.push((head, positions.collect()));
        rest = after;
    }
    let index = Index::kept(key, position, ledgers, commands);
    index.filter(|_| rest.is_empty())
}
