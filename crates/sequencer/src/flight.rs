//! What was decided and is not yet known to be shown: a second copy of a command finds its receipt
//! here, and whoever corrects a record finds the record.

use crate::answer::Receipt;
use chain::Record;
use ledger::ids::LedgerId;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use uuid::Uuid;

/// The first receipts of commands, by ledger and command id.
pub(crate) type Receipts = HashMap<(LedgerId, Uuid), Receipt>;

/// A group on its way.
pub(crate) struct Flying {
    pub(crate) number: u64,
    pub(crate) records: Arc<Vec<Record>>,
    pub(crate) receipts: Receipts,
}

/// The groups on their way, the oldest first. There are never more than the hand-over to the
/// persister lets through: one that it has, and one that waits for it.
#[derive(Default)]
pub(crate) struct Flight(VecDeque<Flying>);

impl Flight {
    pub(crate) fn push(&mut self, flying: Flying) {
        self.0.push_back(flying);
    }

    /// The oldest group, if it and its records are shown by now.
    pub(crate) fn pop(&mut self, done: u64) -> Option<Flying> {
        let oldest = self.0.front()?;
        if oldest.number > done {
            return None;
        }
        self.0.pop_front()
    }

    pub(crate) fn receipt(&self, ledger: LedgerId, command_id: Uuid) -> Option<Receipt> {
        let mut receipts = self.0.iter().map(|flying| &flying.receipts);
        receipts.find_map(|receipts| receipts.get(&(ledger, command_id)).copied())
    }

    pub(crate) fn record(&self, ledger: LedgerId, seq: u64) -> Option<&Record> {
        let mut groups = self.0.iter();
        groups.find_map(|flying| find(&flying.records, ledger, seq))
    }
}

/// The record of a ledger with a seq.
pub(crate) fn find(records: &[Record], ledger: LedgerId, seq: u64) -> Option<&Record> {
    let is_it = |record: &&Record| (record.header.ledger.0, record.header.seq) == (ledger.0, seq);
    records.iter().rev().find(is_it)
}
