//! `bank_line` in protobuf.

use crate::WireError;
use crate::field::Field;
use crate::generated as pb;
use ledger::bank_line::*;

choice!(Direction { In, Out });
either!(
    MatchTarget,
    match_target {
        Payment,
        Movement,
        Recovery
    }
);
record!(LineEntry {
    line,
    account,
    value_date,
    direction,
    amount_fen,
    bank_sequence,
    counterparty,
    remark
});
record!(LineConfirmation { line, target });
record!(LineRevocation { line, reason });
noun!(
    BankLineCommand,
    bank_line_command,
    command,
    Command {
        Enter,
        Confirm,
        Revoke
    }
);
noun!(
    BankLineEvent,
    bank_line_event,
    event,
    Event {
        Entered,
        Confirmed,
        Revoked
    }
);

// One of several targets, and itself a message: never absent.
impl Field<pb::RecoveryTarget> for RecoveryTarget {
    fn to_wire(&self) -> pb::RecoveryTarget {
        pb::RecoveryTarget {
            item: self.item.to_wire(),
            seq: self.seq.to_wire(),
        }
    }

    fn from_wire(wire: pb::RecoveryTarget, _name: &'static str) -> Result<Self, WireError> {
        let pb::RecoveryTarget { item, seq } = wire;
        Ok(RecoveryTarget {
            item: Field::from_wire(item, "item")?,
            seq: Field::from_wire(seq, "seq")?,
        })
    }
}
