//! Entry bundles: the leaves of a tile of entries, each behind its length (C2SP tlog-tiles).
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 2 | length of the first entry, big-endian |
//! | 2 | length | the first entry |
//! | … | | the others likewise, to the end |

use super::TILE_WIDTH;

/// The longest entry, in bytes: its length is a u16.
pub const ENTRY_LEN_MAX: usize = 65_535;

/// Why entries and bytes are not a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// An entry is longer than its length can say.
    #[error("an entry has at most 65535 bytes, not {len}")]
    EntryTooLong {
        /// The length that was given, in bytes.
        len: usize,
    },
    /// There are more entries than a tile is wide.
    #[error("a bundle has at most 256 entries")]
    TooMany,
    /// The bytes end within an entry.
    #[error("the bundle ends within entry {entry}")]
    CutOff {
        /// Which entry, from 0.
        entry: usize,
    },
}

/// Puts entries together into a bundle.
///
/// # Errors
/// [`BundleError::EntryTooLong`], or [`BundleError::TooMany`] above [`TILE_WIDTH`].
pub fn encode_entries<E: AsRef<[u8]>>(
    entries: impl IntoIterator<Item = E>,
) -> Result<Vec<u8>, BundleError> {
    let mut bytes = Vec::new();
    for (at, entry) in entries.into_iter().enumerate() {
        if at >= usize::from(TILE_WIDTH) {
            return Err(BundleError::TooMany);
        }
        let entry = entry.as_ref();
        let too_long = BundleError::EntryTooLong { len: entry.len() };
        let len = u16::try_from(entry.len()).map_err(|_| too_long)?;
        bytes.extend(len.to_be_bytes());
        bytes.extend(entry);
    }
    Ok(bytes)
}

/// Takes a bundle apart again.
///
/// # Errors
/// [`BundleError::CutOff`], or [`BundleError::TooMany`] above [`TILE_WIDTH`].
pub fn decode_entries(bytes: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let entry = entries.len();
        if entry >= usize::from(TILE_WIDTH) {
            return Err(BundleError::TooMany);
        }
        let cut_off = BundleError::CutOff { entry };
        let (len, after) = rest.split_first_chunk().ok_or(cut_off)?;
        let len = usize::from(u16::from_be_bytes(*len));
        let (entry, after) = after.split_at_checked(len).ok_or(cut_off)?;
        entries.push(entry);
        rest = after;
    }
    Ok(entries)
}
