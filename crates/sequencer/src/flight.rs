//! What was decided and is not yet known to be shown: a second copy of a command finds its receipt
//! here, and whoever corrects a record finds the record.

use crate::answer::Receipt;
use crate::leaves::Records;
use chain::{Header, Record};
use hashbrown::{DefaultHashBuilder, HashTable};
use ledger::ids::LedgerId;
use std::collections::VecDeque;
use std::hash::BuildHasher;
use std::sync::LazyLock;
use uuid::Uuid;

/// Clients choose command ids, and so the hash has a seed of its own in each process.
static HASHER: LazyLock<DefaultHashBuilder> = LazyLock::new(DefaultHashBuilder::default);

/// A command by its hash: made once, and looked for in every group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    ledger: LedgerId,
    command_id: Uuid,
    hash: u64,
}

impl Wanted {
    pub(crate) fn new(ledger: LedgerId, command_id: Uuid) -> Wanted {
        Wanted {
            ledger,
            command_id,
            hash: hash(ledger.0, command_id),
        }
    }

    fn is(&self, header: &Header) -> bool {
        header.command_id == self.command_id && header.ledger.0 == self.ledger.0
    }
}

fn hash(ledger: Uuid, command_id: Uuid) -> u64 {
    HASHER.hash_one((ledger.as_u128(), command_id.as_u128()))
}

/// The commands of a group, by the places of their first records: 5 to 10 bytes each. What else a
/// receipt says stands in the records.
#[derive(Default)]
pub(crate) struct Commands(HashTable<u32>);

impl Commands {
    pub(crate) fn reserve(&mut self, more: usize, records: &[Record]) {
        self.0.reserve(more, |place| hash_at(records, *place));
    }

    /// Takes in the command whose first record stands at a place.
    pub(crate) fn insert(&mut self, place: usize, records: &[Record]) {
        let Ok(place) = u32::try_from(place) else {
            return;
        };
        let hash = hash_at(records, place);
        self.0
            .insert_unique(hash, place, |place| hash_at(records, *place));
    }

    /// Forgets the commands after the first `len` records.
    pub(crate) fn shorten(&mut self, len: usize) {
        self.0
            .retain(|place| usize::try_from(*place).is_ok_and(|place| place < len));
    }

    /// The receipt of a command; the first of the records has the position `first`.
    pub(crate) fn receipt(
        &self,
        wanted: &Wanted,
        records: &[Record],
        first: u64,
    ) -> Option<Receipt> {
        let is_it =
            |place: &u32| at(records, *place).is_some_and(|record| wanted.is(&record.header));
        let place = *self.0.find(wanted.hash, is_it)?;
        let record = at(records, place)?;
        let more = u32::from(record.header.parts).saturating_sub(1);
        let last = at(records, place.saturating_add(more)).unwrap_or(record);
        let position = first.saturating_add(u64::from(place));
        Some(Receipt::of(record, last, position))
    }
}

fn at(records: &[Record], place: u32) -> Option<&Record> {
    records.get(usize::try_from(place).ok()?)
}

fn hash_at(records: &[Record], place: u32) -> u64 {
    at(records, place).map_or(0, |record| {
        hash(record.header.ledger.0, record.header.command_id)
    })
}

/// A group on its way.
pub(crate) struct Flying {
    pub(crate) number: u64,
    /// The position of its first record.
    pub(crate) first_position: u64,
    pub(crate) records: Records,
    pub(crate) commands: Commands,
}

/// The groups on their way, the oldest first. There are never more than the threads behind the
/// writer have: one that is written, one that is announced, and one that waits between them.
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

    pub(crate) fn receipt(&self, wanted: &Wanted) -> Option<Receipt> {
        let mut groups = self.0.iter();
        groups.find_map(|flying| {
            let (records, first) = (&flying.records, flying.first_position);
            flying.commands.receipt(wanted, records, first)
        })
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
