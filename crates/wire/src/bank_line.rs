//! `bank_line` in protobuf.

use crate::generated as pb;
use ledger::bank_line::*;

choice!(Direction { In, Out });
either!(MatchTarget, match_target { Payment, Movement });
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
