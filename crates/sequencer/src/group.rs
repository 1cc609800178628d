//! A commit group: what is decided together, written together and answered together.

use crate::answer::{Answers, Receipt, Unavailable};
use chain::Record;
use ledger::ids::LedgerId;
use std::collections::HashMap;
use tokio::sync::oneshot;
use uuid::Uuid;

/// How many bytes of records a group may hold before no further request joins it. Eight of the
/// 256 KiB batches that sled takes between two flushes: one journal sync is shared by as many.
pub(crate) const BYTES_MAX: usize = 2 << 20;
/// How many commands a group may hold before no further request joins it.
pub(crate) const COMMANDS_MAX: usize = 8192;

/// Where an answer goes.
pub(crate) type Answer = oneshot::Sender<Result<Answers, Unavailable>>;

/// Decided, and not yet on the disk.
#[derive(Default)]
pub(crate) struct Group {
    /// Linked records in the order of commit.
    pub(crate) records: Vec<Record>,
    /// Receipts of this group's commands: a second copy of one must find it here, since it is not
    /// in the log yet.
    pub(crate) receipts: HashMap<(LedgerId, Uuid), Receipt>,
    /// Who waits for what.
    pub(crate) waiting: Vec<(Answer, Answers)>,
    bytes: usize,
    commands: usize,
}

impl Group {
    pub(crate) fn is_full(&self) -> bool {
        self.bytes >= BYTES_MAX || self.commands >= COMMANDS_MAX
    }

    pub(crate) fn push(&mut self, record: Record) {
        self.bytes = self
            .bytes
            .saturating_add(record.body.len())
            .saturating_add(chain::HEADER_LEN);
        self.records.push(record);
    }

    pub(crate) fn answer_later(&mut self, answer: Answer, answers: Answers) {
        self.commands = self.commands.saturating_add(answers.len());
        self.waiting.push((answer, answers));
    }

    /// Takes back records after the first `len`, of a list that is all or nothing; the first of
    /// them would have had the position `cut`.
    pub(crate) fn shorten(&mut self, len: usize, cut: u64) {
        for record in self.records.drain(len..) {
            let len = record.body.len().saturating_add(chain::HEADER_LEN);
            self.bytes = self.bytes.saturating_sub(len);
        }
        self.receipts
            .retain(|_, receipt| receipt.first_position < cut);
    }
}
