//! `entry` in protobuf.

use crate::generated as pb;
use crate::{WireError, command_from, command_noun};
use ledger::entry::*;
use ledger::{Command, Signatory};
use prost::Message;

record!(Signatory {
    person,
    organisation,
    capacity,
    signed_on,
    evidence_sha256
});
record!(EntryProposal {
    entry,
    command,
    signatories
});
record!(EntryConfirmation { entry });
record!(EntryWithdrawal { entry, reason });
noun!(
    EntryCommand,
    entry_command,
    command,
    Command {
        Propose,
        Confirm,
        Withdraw
    }
);
noun!(
    EntryEvent,
    entry_event,
    event,
    Event {
        Proposed,
        Confirmed,
        Withdrawn
    }
);

/// As bytes, since the two files cannot import each other.
impl crate::field::Field<Vec<u8>> for Box<Command> {
    fn to_wire(&self) -> Vec<u8> {
        let noun = Some(command_noun(self));
        pb::Command {
            noun,
            ..pb::Command::default()
        }
        .encode_to_vec()
    }

    fn from_wire(wire: Vec<u8>, name: &'static str) -> Result<Self, WireError> {
        let command = pb::Command::decode(wire.as_slice());
        let command = command.map_err(|error| WireError::Malformed(error.to_string()))?;
        let noun = command.noun.ok_or(WireError::Newer { what: name })?;
        let command = Box::new(command_from(noun)?);
        // Anything else would be lost; the length tells, as it does for the body.
        if command.to_wire().len() == wire.len() {
            Ok(command)
        } else {
            Err(WireError::Newer { what: name })
        }
    }
}
