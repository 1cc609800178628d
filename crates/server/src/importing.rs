//! Imports of working files: from a stranger's bytes to what is recorded of them, or would be.
//!
//! Every row is checked before anything is recorded: read by `sheets`, its subjects looked up,
//! compared with what the ledger has under its number, and tried on a copy of the books. What is
//! new becomes commands whose ids follow from ledger, kind, number and content, so that the same
//! row twice is one record, whoever brings it. The command line asks the route, and so there is
//! one path.
//!
//! | step | file |
//! |---|---|
//! | what a row of each kind means, as commands | `rows.rs`, `rows/`; `row.rs` |
//! | whom a row names | `lookup.rs` |
//! | what is recorded already, by number and by subject | `known.rs` |
//! | what a second person has yet to confirm | `pending.rs` |
//! | which row comes first | `order.rs` |
//! | new, known, different, refused | `plan.rs`, `compare.rs`; `trial.rs` asks the rules first |
//! | the same of money that came back | `back.rs`, `backs.rs` |
//! | recorded, as one import that can be gone on with | `record.rs` |
//! | taken back | `undo.rs` |
//! | told | `report.rs`, `words.rs` |

mod back;
mod backs;
mod compare;
mod known;
mod lookup;
mod order;
mod pending;
mod plan;
mod record;
mod report;
mod row;
mod rows;
mod trial;
mod undo;
mod words;

pub use report::{Difference, ImportOutcome, ImportReport, RowLine, RowRefusal};
pub use undo::{Kept, UndoReport};

pub(crate) use plan::make;
pub(crate) use record::record;
pub(crate) use rows::known as is_known;
pub(crate) use undo::{plan as plan_undoing, undo};

use crate::problem::Problem;
use jiff::civil::Date;
use ledger::digest::Digest;
use ledger::ids::LedgerId;
use ledger::{Context, Intake};
use sequencer::{Caller, Handle, Slot};
use sheets::{Mapping, Unit};
use std::sync::Arc;
use uuid::Uuid;

/// Whose import, and into which ledger.
pub(crate) struct Place {
    pub(crate) handle: Handle,
    pub(crate) slot: Arc<Slot>,
    pub(crate) ledger: LedgerId,
    pub(crate) caller: Caller,
    pub(crate) today: Date,
}

/// A file, and how it is to be read.
pub(crate) struct File {
    pub(crate) bytes: actix_web::web::Bytes,
    pub(crate) sha256: Digest,
    pub(crate) mapping: Mapping,
    /// Of a mapping that the release did not bring.
    pub(crate) mapping_sha256: Option<Digest>,
    pub(crate) unit: Option<Unit>,
    pub(crate) sheet: Option<String>,
    /// All of it or nothing; else its good rows, each by itself.
    pub(crate) whole: bool,
}

impl Place {
    /// The circumstances in which a command of this caller would be decided.
    fn context(&self, submission: &ledger::Submission, seq: u64) -> Context {
        Context {
            actor: self.caller.actor,
            signatories: Arc::default(),
            proposed_by: None,
            intake: submission.intake,
            occurred_on: submission.occurred_on,
            today: self.today,
            seq,
        }
    }

    /// The record of a ledger with a number, and what it says.
    fn fact(&self, seq: u64) -> Result<Option<(store::Entry, ledger::Fact)>, Problem> {
        let ledger = chain::LedgerId(self.ledger.0);
        let entry = self.handle.reader().get(ledger, seq);
        let entry = entry.map_err(|error| Problem::internal(&error))?;
        entry.map(said).transpose()
    }
}

/// A record with what it says.
fn said(entry: store::Entry) -> Result<(store::Entry, ledger::Fact), Problem> {
    let decoded = wire::decode_event(&entry.record.body);
    let (fact, _salt) = decoded.map_err(|error| Problem::internal(&error))?;
    Ok((entry, fact))
}

/// An identifier that follows from what it names.
fn derived(parts: &[&str]) -> Uuid {
    let mut hasher = blake3::Hasher::new_derive_key("fundtrace 2026-11-23 import identifiers v1");
    for part in parts {
        let len = u64::try_from(part.len()).unwrap_or(u64::MAX);
        hasher.update(&len.to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// What is imported is a fact from outside.
const INTAKE: Intake = Intake::Observation;
