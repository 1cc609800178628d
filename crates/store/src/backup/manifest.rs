//! The texts of a backup. Read as what a stranger may have written.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path};

use chain::{Hash, LedgerId};
use uuid::Uuid;

use super::{BackupError, HEADS, MANIFEST};
use crate::error::at;
use crate::{FileHash, LedgerHead};

/// What a manifest says: the hash of each file by its path.
pub(crate) type Entries = BTreeMap<String, [u8; 32]>;

/// The form of `sha256sum`.
pub(super) fn write(entries: &Entries) -> Vec<u8> {
    let lines = entries
        .iter()
        .map(|(name, hash)| format!("{}  {name}\n", FileHash(*hash)));
    lines.collect::<String>().into_bytes()
}

/// The manifest of a directory; nothing where there is none.
pub(super) fn read(dir: &Path) -> Result<Option<Entries>, BackupError> {
    let path = dir.join(MANIFEST);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(&path)(error).into()),
    };
    let entries = parse(&text);
    entries.map(Some).ok_or(BackupError::Damaged { path })
}

/// The entries of a manifest; nothing if a line is none.
pub(crate) fn parse(text: &str) -> Option<Entries> {
    let entries = text.lines().map(|line| {
        let (hash, name) = line.split_once("  ")?;
        // A name that leads out of the directory is nobody's backup.
        let is_inside = Path::new(name)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        let hash = crate::files::parse_hash(hash)?;
        is_inside.then(|| (name.to_owned(), hash.0))
    });
    entries.collect()
}

pub(super) fn write_heads(records: u64, heads: &[LedgerHead]) -> Vec<u8> {
    let mut text = format!("records {records}\n");
    for LedgerHead { id, seq, hash } in heads {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{id} {seq} {hash}");
    }
    text.into_bytes()
}

/// Every ledger's last record in a backup.
pub(super) fn heads(dir: &Path) -> Result<Vec<LedgerHead>, BackupError> {
    let path = dir.join(HEADS);
    let text = fs::read_to_string(&path).map_err(at(&path))?;
    parse_heads(&text).ok_or(BackupError::Damaged { path })
}

/// The heads of a text; nothing if a line but the first is none.
pub(crate) fn parse_heads(text: &str) -> Option<Vec<LedgerHead>> {
    let heads = text.lines().skip(1).map(|line| {
        let mut words = line.split(' ');
        let id = Uuid::parse_str(words.next()?).ok()?;
        Some(LedgerHead {
            id: LedgerId::from_bytes(id.into_bytes()),
            seq: words.next()?.parse().ok()?,
            hash: words.next()?.parse::<Hash>().ok()?,
        })
    });
    heads.collect()
}
