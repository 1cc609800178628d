//! From a command's fingerprint to a position, for every command there has ever been, in at most
//! 13 bytes each: 8 for an entry, at a load of 0.64 (just grown) to 0.8 (about to grow).

use crate::disk::{narrow, wide};

/// An open-addressing table. A fingerprint's home is its share of the range, so entries lie nearly
/// in order of fingerprint, and growing reads and writes memory from front to back.
#[derive(Debug, Default, Clone)]
pub(crate) struct Fingerprints {
    slots: Vec<Slot>,
    len: usize,
}

/// Half of a fingerprint is kept. Of ten million commands one in four hundred finds another's, and
/// is told apart by one more read.
#[derive(Debug, Clone, Copy)]
struct Slot {
    fingerprint: u32,
    position: u32,
}

/// No record has this position: [`crate::Error::Full`] comes first.
const EMPTY: Slot = Slot {
    fingerprint: 0,
    position: u32::MAX,
};

/// Fewer slots would grow at every insertion.
const SLOTS_MIN: usize = 16;

impl Fingerprints {
    /// Adds an entry. The same fingerprint may be there already, of another command.
    pub(crate) fn insert(&mut self, fingerprint: u64, position: u32) {
        self.reserve(1);
        self.put(Slot {
            fingerprint: half(fingerprint),
            position,
        });
    }

    /// Makes room, so that `more` insertions are short.
    pub(crate) fn reserve(&mut self, more: usize) {
        if let Some(mut grown) = self.grown(more) {
            std::mem::swap(self, &mut grown);
        }
    }

    /// A table with room for `more`, if this one has none: built beside it, so that others can
    /// read this one until the two are exchanged.
    pub(crate) fn grown(&self, more: usize) -> Option<Fingerprints> {
        let needed = self.len.saturating_add(more);
        let mut slots = self.slots.len();
        while slots.saturating_mul(4) / 5 < needed {
            slots = slots.saturating_add(slots / 4).max(SLOTS_MIN);
        }
        if slots == self.slots.len() {
            return None;
        }
        let mut grown = Fingerprints {
            slots: vec![EMPTY; slots],
            len: 0,
        };
        for slot in self
            .slots
            .iter()
            .filter(|slot| slot.position != EMPTY.position)
        {
            grown.put(*slot);
        }
        Some(grown)
    }

    /// How many slots there are. Another number says that everything was moved.
    pub(crate) fn slots(&self) -> usize {
        self.slots.len()
    }

    /// The entries in at most `limit` slots from one on: the kept half of the fingerprint, and the
    /// position. An entry stays in its slot for as long as there are as many slots.
    pub(crate) fn entries(&self, from: usize, limit: usize) -> impl Iterator<Item = (u32, u32)> {
        let slots = self.slots.iter().skip(from).take(limit);
        let taken = slots.filter(|slot| slot.position != EMPTY.position);
        taken.map(|slot| (slot.fingerprint, slot.position))
    }

    /// A table of entries that [`Fingerprints::entries`] gave, as many as are said.
    pub(crate) fn of(len: usize, entries: impl Iterator<Item = (u32, u32)>) -> Fingerprints {
        let mut table = Fingerprints::default();
        table.reserve(len);
        for (fingerprint, position) in entries.take(len) {
            table.put(Slot {
                fingerprint,
                position,
            });
        }
        table
    }

    /// The positions of all entries with this fingerprint.
    pub(crate) fn find(&self, fingerprint: u64) -> impl Iterator<Item = u32> {
        self.places(half(fingerprint))
            .map_while(|place| self.slots.get(place))
            .take_while(|slot| slot.position != EMPTY.position)
            .filter(move |slot| slot.fingerprint == half(fingerprint))
            .map(|slot| slot.position)
    }

    fn put(&mut self, new: Slot) {
        let free = self.places(new.fingerprint).find(|place| {
            self.slots
                .get(*place)
                .is_some_and(|slot| slot.position == EMPTY.position)
        });
        if let Some(slot) = free.and_then(|place| self.slots.get_mut(place)) {
            *slot = new;
            self.len = self.len.saturating_add(1);
        }
    }

    /// Every slot once, from the fingerprint's home on.
    fn places(&self, fingerprint: u32) -> impl Iterator<Item = usize> + use<> {
        let len = self.slots.len();
        // fingerprint / 2^32 of the way through the table, which has fewer slots than that.
        let share = u64::from(fingerprint).saturating_mul(wide(len));
        let home = narrow(share >> 32);
        (home..len).chain(0..home)
    }

    #[cfg(test)]
    fn bytes(&self) -> usize {
        self.slots.capacity().saturating_mul(size_of::<Slot>())
    }
}

fn half(fingerprint: u64) -> u32 {
    u32::try_from(fingerprint >> 32).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        reason = "small numbers"
    )]

    use super::*;

    /// Fibonacci hashing: spreads 0, 1, 2, … over the whole range.
    fn spread(n: u32) -> u64 {
        u64::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    #[test]
    fn finds_every_entry_in_at_most_13_bytes_each() {
        let mut table = Fingerprints::default();
        assert_eq!(table.find(7).count(), 0);
        for n in 0..200_000 {
            table.insert(spread(n), n);
            // Below some 50 entries the smallest table of 128 bytes is more than that.
            assert!(
                n < 50 || table.bytes() <= 13 * (n as usize + 1),
                "{n}: {}",
                table.bytes()
            );
        }
        for n in 0..200_000 {
            assert_eq!(table.find(spread(n)).collect::<Vec<_>>(), [n]);
        }
        assert_eq!(
            (200_000..300_000)
                .filter(|n| table.find(spread(*n)).count() > 0)
                .count(),
            0
        );
    }

    #[test]
    fn keeps_entries_with_one_fingerprint_apart_and_wraps_at_the_end() {
        let mut table = Fingerprints::default();
        for n in 0..1_000 {
            table.insert(u64::MAX, n);
        }
        // The nearest one whose kept half is another.
        let near = u64::MAX - (1 << 32);
        table.insert(near, 1_000);
        let mut found: Vec<u32> = table.find(u64::MAX).collect();
        found.sort_unstable();
        assert_eq!(found, (0..1_000).collect::<Vec<_>>());
        assert_eq!(table.find(near).collect::<Vec<_>>(), [1_000]);
        assert_eq!(table.find(0).count(), 0);
    }
}
