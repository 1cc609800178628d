//! Ledgers.

use super::{Ask, ask, name, reference};
use crate::Command;
use crate::book::{BookCommand, BookOpening};

pub(crate) fn open_ledger() -> Ask {
    ask(Command::Ledger(BookCommand::Open(BookOpening {
        name: name(),
        area: reference(),
        predecessors: Vec::new(),
    })))
}
