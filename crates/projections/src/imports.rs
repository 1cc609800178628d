//! Imports 导入: which files were brought, by whom, and what became of them.

use crate::references::{Term, term};
use crate::{Page, View};
use ledger::context::Actor;
use ledger::digest::Digest;
use ledger::ids::ImportId;
use ledger::import::rules::Import;

/// An import in one line.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportLine {
    /// The import.
    pub import: ImportId,
    /// How far it is.
    pub state: Term,
    /// What sort of table it is: `payments`.
    pub kind: String,
    /// The file's SHA-256.
    pub file_sha256: Digest,
    /// SHA-256 of its mapping, where that was not the release's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mapping_sha256: Option<Digest>,
    /// Who brought it.
    pub begun_by: Actor,
    /// The record of its beginning.
    pub begun_seq: u64,
    /// The record of its end, or of its reversal.
    pub completed_seq: Option<u64>,
    /// How many rows the table has.
    pub rows: u32,
    /// How many of them said something new.
    pub new_rows: u32,
    /// How many were other than recorded.
    pub changed_rows: u32,
    /// How many were refused.
    pub refused_rows: u32,
    /// How many were recorded; 0 until it is complete.
    pub recorded_rows: u32,
    /// How many records have been about it.
    pub version: u32,
}

/// The imports, the last first.
#[must_use]
pub fn import_lines(view: &View, offset: usize, limit: usize) -> Page<ImportLine> {
    let mut rows: Vec<_> = view.books.imports.iter().collect();
    rows.sort_by_key(|(_, row)| std::cmp::Reverse(row.begun_seq));
    Page::of(&rows, offset, limit, |(id, row)| line(*id, row))
}

/// One import; nothing for one that nobody has begun.
#[must_use]
pub fn import_line(view: &View, id: ImportId) -> Option<ImportLine> {
    view.books.imports.get(id).map(|row| line(id, row))
}

fn line(import: ImportId, row: &Import) -> ImportLine {
    let start = &row.start;
    ImportLine {
        import,
        state: term!(row.state),
        kind: start.kind.to_string(),
        file_sha256: start.file_sha256,
        mapping_sha256: start.mapping_sha256,
        begun_by: row.begun_by,
        begun_seq: row.begun_seq,
        completed_seq: row.completed_seq,
        rows: start.rows,
        new_rows: start.new_rows,
        changed_rows: start.changed_rows,
        refused_rows: start.refused_rows,
        recorded_rows: row.recorded_rows,
        version: row.version,
    }
}
