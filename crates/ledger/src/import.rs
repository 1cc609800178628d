//! Imports 导入: a working file of a bureau, read row by row into the book. What its rows say is
//! recorded by the commands of their own nouns, which name the import as what they belong together
//! with; this noun says which file it was, who brought it, and what became of it.

pub mod rules;

use crate::digest::Digest;
use crate::ids::ImportId;
use crate::text::{Reference, Text};

/// Begins an import: the file was read, and what is new of it is recorded from here on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportStart {
    /// The import.
    pub import: ImportId,
    /// What sort of table it is 表格种类: `payments`.
    pub kind: Reference,
    /// The file's SHA-256. The file itself is not kept.
    pub file_sha256: Digest,
    /// SHA-256 of the mapping of its headings, where it was not the one that the release brings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping_sha256: Option<Digest>,
    /// How many rows the table has.
    pub rows: u32,
    /// How many of them say something new.
    pub new_rows: u32,
    /// How many of them are other than what is recorded under their number, and are left as they
    /// are.
    pub changed_rows: u32,
    /// How many of them are refused.
    pub refused_rows: u32,
}

/// Completes an import: whatever of its file could be recorded is recorded.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportCompletion {
    /// The import.
    pub import: ImportId,
    /// How many rows were recorded; those that wait for a second person included.
    pub recorded_rows: u32,
    /// How many were refused after all.
    pub refused_rows: u32,
}

/// Says that what an import recorded was taken back 撤销导入, as far as it could be.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportReversal {
    /// The import.
    pub import: ImportId,
    /// How many of its records were taken back.
    pub undone: u32,
    /// How many of them stay.
    pub kept: u32,
    /// Why.
    pub reason: Text,
}

/// What may be asked of `import`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ImportCommand {
    /// `import.begin`
    Begin(ImportStart),
    /// `import.complete`
    Complete(ImportCompletion),
    /// `import.reverse`
    Reverse(ImportReversal),
}

/// What has happened to `import`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ImportEvent {
    /// `import.begun`
    Begun(ImportStart),
    /// `import.completed`
    Completed(ImportCompletion),
    /// `import.reversed`
    Reversed(ImportReversal),
}

crate::noun! { "import" Import ImportCommand ImportEvent
    Begin "begin" => Begun "begun",
    Complete "complete" => Completed "completed",
    Reverse "reverse" => Reversed "reversed",
}
