//! Evidence 佐证: files that prove something, each named by a record and kept outside the log.
//!
//! A measure's own evidence is named by `item.add_evidence`, in `item.rs`.

pub mod rules;

use crate::date::BusinessDate;
use crate::digest::Digest;
use crate::ids::{EvidenceId, PersonId, Subject};
use crate::text::{Reference, Text};
use crate::token::Role;

/// Who may upload a file and name it.
pub const RECORDERS: &[Role] = &[Role::Finance, Role::Rectification, Role::Inspector];

/// Names a file as proof.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EvidenceRegistration {
    /// This piece of evidence.
    pub evidence: EvidenceId,
    /// What it is about: a project, an item, a payment, whatever this ledger knows.
    pub subject: Subject,
    /// The file's SHA-256. The file must have been uploaded to this ledger before.
    pub sha256: Digest,
    /// The file's length in bytes.
    pub size: u64,
    /// What kind of file it is, as in RFC 6838: `image/jpeg`.
    pub media_type: Reference,
    /// When it was taken 取证日期.
    pub captured_on: BusinessDate,
    /// Who took it 取证人.
    pub captured_by: PersonId,
    /// What it shows 证明内容.
    pub description: Text,
}

/// Takes evidence back 撤回. The record of it and the file stay.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EvidenceWithdrawal {
    /// Which one.
    pub evidence: EvidenceId,
    /// Why.
    pub reason: Text,
}

/// What may be asked of `evidence`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EvidenceCommand {
    /// `evidence.add`
    Add(EvidenceRegistration),
    /// `evidence.retract`
    Retract(EvidenceWithdrawal),
}

/// What has happened to `evidence`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EvidenceEvent {
    /// `evidence.added`
    Added(EvidenceRegistration),
    /// `evidence.retracted`
    Retracted(EvidenceWithdrawal),
}

crate::noun! { "evidence" Evidence EvidenceCommand EvidenceEvent
    Add "add" => Added "added",
    Retract "retract" => Retracted "retracted",
}
