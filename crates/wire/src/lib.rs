//! Commands and events to bytes and back: the only crate that knows protobuf.
//!
//! What is stored is hashed as it was written and never re-encoded: [`encode_event`] runs once in
//! the life of a record.

#[macro_use]
mod macros;
mod field;
mod frame;

#[allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::as_conversions,
    reason = "generated from proto/"
)]
#[path = "generated/fundtrace.v1.rs"]
mod generated;

mod account;
mod bank_line;
mod book;
mod claim;
mod contract;
mod contribution;
mod entry;
mod evidence;
mod fund;
mod import;
mod item;
mod list;
mod log;
mod milestone;
mod opening;
mod organisation;
mod overlay;
mod payment;
mod person;
mod project;
mod receipt;
mod record;
mod round;
mod token;

#[cfg(test)]
mod tests;

use field::{Field, Noun};
pub use frame::{frame, frame_len};
use generated as pb;
use ledger::personal::PersonalText;
use ledger::{Actor, Fact, Intake, Signatory, Submission};
use prost::Message;
use std::sync::Arc;

/// Bytes that are not what they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// No protobuf at all.
    #[error("malformed protobuf: {0}")]
    Malformed(String),
    /// A field that must be there is not.
    #[error("{field} is missing")]
    Missing {
        /// Which one.
        field: &'static str,
    },
    /// A field holds what the domain does not allow.
    #[error("{field}: {reason}")]
    Invalid {
        /// Which one.
        field: &'static str,
        /// Why not; begins with a stable code where there is one.
        reason: String,
    },
    /// An event, a word or a field that this release does not know.
    #[error("{what} was written by a newer release")]
    Newer {
        /// What.
        what: &'static str,
    },
}

choice!(Intake {
    Control,
    Observation
});
record!(Actor {
    person,
    organisation
});

/// The list of nouns, as in the domain.
macro_rules! nouns {
    ($($noun:ident)*) => {
        fn command_noun(command: &ledger::Command) -> pb::command::Noun {
            match command {
                $(ledger::Command::$noun(command) => {
                    pb::command::Noun::$noun(command.to_message())
                })*
            }
        }

        fn command_from(noun: pb::command::Noun) -> Result<ledger::Command, WireError> {
            match noun {
                $(pb::command::Noun::$noun(message) => {
                    Noun::from_message(message).map(ledger::Command::$noun)
                })*
            }
        }

        fn event_noun(event: &ledger::Event) -> pb::event::Noun {
            match event {
                $(ledger::Event::$noun(event) => pb::event::Noun::$noun(event.to_message()),)*
            }
        }

        fn event_from(noun: pb::event::Noun) -> Result<ledger::Event, WireError> {
            match noun {
                $(pb::event::Noun::$noun(message) => {
                    Noun::from_message(message).map(ledger::Event::$noun)
                })*
            }
        }
    };
}
nouns! {
    Ledger
    Token
    Log
    Organisation
    Overlay
    Subject
    Fund
    Project
    Milestone
    Contract
    Claim
    Payment
    Account
    Contribution
    BankLine
    List
    Receipt
    Record
    Entry
    Round
    Item
    Evidence
    Import
}

/// The body of a record. `salt` is random: without it a withheld short body could be guessed from
/// its hash.
#[must_use]
pub fn encode_event(salt: [u8; 16], fact: &Fact) -> Vec<u8> {
    pb::Event {
        salt: salt.to_vec(),
        actor: fact.actor.to_wire(),
        intake: fact.intake.to_wire(),
        occurred_on: fact.occurred_on.to_wire(),
        documents: fact.documents.to_wire(),
        correlation_id: fact
            .correlation_id
            .map(|id| id.as_bytes().to_vec())
            .unwrap_or_default(),
        signed: None,
        signatories: fact.signatories.iter().filter_map(Field::to_wire).collect(),
        schema_version: 0,
        noun: Some(event_noun(&fact.event)),
    }
    .encode_to_vec()
}

/// The fact that a record's body states, and the body's salt.
///
/// # Errors
/// Not protobuf, not what the domain allows, or written by a newer release.
pub fn decode_event(body: &[u8]) -> Result<(Fact, [u8; 16]), WireError> {
    let event = pb::Event::decode(body).map_err(|error| WireError::Malformed(error.to_string()))?;
    // A field that this release does not know is left out by the decoder; the length tells.
    if event.encoded_len() != body.len() {
        return Err(WireError::Newer {
            what: "a field of the body",
        });
    }
    // A reserved field carries meaning that this release would lose.
    if event.signed.is_some() || event.schema_version != 0 {
        return Err(WireError::Newer { what: "the body" });
    }
    let salt = event.salt.as_slice().try_into();
    let salt = salt.map_err(|_| WireError::Missing { field: "salt" })?;
    let fact = Fact {
        actor: Field::from_wire(event.actor, "actor")?,
        intake: Field::from_wire(event.intake, "intake")?,
        occurred_on: Field::from_wire(event.occurred_on, "occurred_on")?,
        documents: Field::from_wire(event.documents, "documents")?,
        correlation_id: optional_uuid(&event.correlation_id)?,
        signatories: signatories(event.signatories)?,
        event: event_from(event.noun.ok_or(WireError::Newer { what: "the noun" })?)?,
    };
    Ok((fact, salt))
}

/// The number of `evidence` among the nouns of `Event`.
const EVIDENCE_FIELD: u32 = 35;

/// False if a body's event is certainly none of `evidence`: for whoever looks for the few that name
/// a file among all the others, at a twentieth of the cost of decoding them.
#[must_use]
pub fn may_be_evidence(body: &[u8]) -> bool {
    let mut rest = body;
    while !rest.is_empty() {
        let Ok((field, kind)) = prost::encoding::decode_key(&mut rest) else {
            return true;
        };
        let context = prost::encoding::DecodeContext::default();
        let skipped = prost::encoding::skip_field(kind, field, &mut rest, context);
        if field == EVIDENCE_FIELD || skipped.is_err() {
            return true;
        }
    }
    false
}

fn signatories(wire: Vec<pb::Signatory>) -> Result<Arc<[Signatory]>, WireError> {
    let signatories: Vec<Signatory> = Field::from_wire(wire, "signatories")?;
    Ok(signatories.into())
}

/// The bytes of a command over which its digest is made.
#[must_use]
pub fn encode_command(submission: &Submission) -> Vec<u8> {
    command_message(submission).encode_to_vec()
}

fn command_message(submission: &Submission) -> pb::Command {
    let correlation = submission.correlation_id.map(|id| id.as_bytes().to_vec());
    pb::Command {
        command_id: submission.command_id.as_bytes().to_vec(),
        expected_version: submission.expected_version,
        intake: submission.intake.to_wire(),
        occurred_on: submission.occurred_on.to_wire(),
        documents: submission.documents.to_wire(),
        correlation_id: correlation.unwrap_or_default(),
        noun: Some(command_noun(&submission.command)),
    }
}

/// A command from its protobuf bytes, as strictly as from JSON: in the one form in which
/// [`encode_command`] writes it, and with personal texts in the clear.
///
/// # Errors
/// Not protobuf, not what the domain allows, or with a field that this release does not know: it
/// would be left out of what is done, and the caller would not learn of it.
pub fn decode_command(bytes: &[u8]) -> Result<Submission, WireError> {
    let command =
        pb::Command::decode(bytes).map_err(|error| WireError::Malformed(error.to_string()))?;
    // As in `decode_event`.
    if command.encoded_len() != bytes.len() {
        return Err(WireError::Newer {
            what: "a field of the command",
        });
    }
    let mut submission = Submission {
        command_id: field::uuid(&command.command_id, "command_id")?,
        expected_version: command.expected_version,
        intake: Field::from_wire(command.intake, "intake")?,
        occurred_on: Field::from_wire(command.occurred_on, "occurred_on")?,
        documents: Field::from_wire(command.documents, "documents")?,
        correlation_id: optional_uuid(&command.correlation_id)?,
        command: command_from(command.noun.ok_or(WireError::Missing { field: "noun" })?)?,
    };
    // A list that is not packed is shorter than it should be, and could hide an unknown field.
    if encode_command(&submission) != bytes {
        return Err(WireError::Malformed(
            "fields stand in the order of their numbers, none twice, lists packed".to_owned(),
        ));
    }
    let mut sealed = false;
    ledger::personal::visit_command(&mut submission.command, &mut |_, _, text| {
        sealed |= matches!(text, Some(PersonalText::Sealed(_)));
    });
    if sealed {
        return Err(WireError::Invalid {
            field: "personal_text",
            reason: "a command carries it in the clear; the server seals it".to_owned(),
        });
    }
    Ok(submission)
}

fn optional_uuid(bytes: &[u8]) -> Result<Option<uuid::Uuid>, WireError> {
    if bytes.is_empty() {
        Ok(None)
    } else {
        field::uuid(bytes, "correlation_id").map(Some)
    }
}
