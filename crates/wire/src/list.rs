//! `list` in protobuf.

use crate::WireError;
use crate::field::Field;
use crate::generated as pb;
use ledger::bank_line::LineEntry;
use ledger::list::*;

record!(Roster {
    programme,
    period,
    purpose_code,
    fund,
    total_fen
});
record!(Statement {
    account,
    from,
    to,
    opening_fen,
    closing_fen
});
record!(FigureTable {
    name,
    organisation,
    as_of
});
record!(ListStart {
    list,
    number,
    document,
    count,
    digest,
    kind
});
record!(RosterEntry {
    subject,
    amount_fen,
    reissue_reason,
    remark
});
record!(Figure { key, value, unit });
record!(LineAddition {
    list,
    line_number,
    content
});
record!(ListCompletion { list });
record!(ListDropping { list, reason });
either!(
    ListKind,
    list_kind {
        Roster,
        Statement,
        Table
    }
);
either!(
    ListLine,
    list_line {
        Entry,
        BankLine,
        Figure
    }
);
noun!(
    ListCommand,
    list_command,
    command,
    Command {
        Start,
        AddLine,
        Complete,
        Drop
    }
);
noun!(
    ListEvent,
    list_event,
    event,
    Event {
        Started,
        LineAdded,
        Completed,
        Dropped
    }
);

/// One of several, and itself a message: never absent.
macro_rules! present {
    ($($domain:ty => $wire:ty;)*) => {$(
        impl Field<$wire> for $domain {
            fn to_wire(&self) -> $wire {
                let wire: Option<$wire> = self.to_wire();
                wire.unwrap_or_default()
            }

            fn from_wire(wire: $wire, name: &'static str) -> Result<Self, WireError> {
                Field::from_wire(Some(wire), name)
            }
        }
    )*};
}
present! {
    Roster => pb::Roster;
    Statement => pb::Statement;
    FigureTable => pb::FigureTable;
    RosterEntry => pb::RosterEntry;
    Figure => pb::Figure;
}

impl Field<pb::LineEntry> for Box<LineEntry> {
    fn to_wire(&self) -> pb::LineEntry {
        let wire: Option<pb::LineEntry> = self.as_ref().to_wire();
        wire.unwrap_or_default()
    }

    fn from_wire(wire: pb::LineEntry, name: &'static str) -> Result<Self, WireError> {
        LineEntry::from_wire(Some(wire), name).map(Box::new)
    }
}
