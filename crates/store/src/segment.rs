//! The bytes of a journal segment, and the texts of a backup, without a file, for tests of other
//! crates.

use std::io::Cursor;
use std::path::Path;

use chain::Record;

use crate::Error;
use crate::disk::wide;
use crate::entry::Decoder;
use crate::journal::{Frames, Piece};

/// What stands next in a segment.
#[derive(Debug)]
pub enum Part {
    /// A frame that has its hash.
    Frame {
        /// The position of its first record.
        first: u64,
        /// Its records; nothing, if one of them is not what its hash says.
        records: Option<Vec<Record>>,
    },
    /// Bytes that are not a frame.
    Damage {
        /// The offset of the first of them.
        from: u64,
        /// The offset after the last of them.
        to: u64,
        /// They begin as a frame that would end beyond the segment: a write that was cut off.
        is_cut: bool,
    },
}

/// Reads a segment as a start does.
///
/// # Errors
/// [`Error::Newer`] alone: bytes in memory can be read.
pub fn parts(bytes: &[u8]) -> Result<Vec<Part>, Error> {
    let mut frames = Frames::over(Path::new("memory"), Cursor::new(bytes), wide(bytes.len()));
    let mut parts = Vec::new();
    while let Some(piece) = frames.next()? {
        parts.push(match piece {
            Piece::Frame(frame) => {
                let records =
                    Decoder::new(frame.entries).map(|raw| raw.ok()?.record(Vec::new()).ok());
                let records: Option<Vec<Record>> = records.collect();
                let count = u64::from(frame.count);
                Part::Frame {
                    first: frame.first,
                    records: records.filter(|records| wide(records.len()) == count),
                }
            }
            Piece::Damage(damage) => Part::Damage {
                from: damage.from,
                to: damage.to,
                is_cut: damage.is_cut,
            },
        });
    }
    Ok(parts)
}

/// Reads a text as the manifest and as the heads of a backup; whether it is each.
#[must_use]
pub fn backup_texts(text: &str) -> (bool, bool) {
    let manifest = crate::backup::manifest::parse(text);
    let heads = crate::backup::manifest::parse_heads(text);
    (manifest.is_some(), heads.is_some())
}
