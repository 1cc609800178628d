//! From a command's fingerprint to a position, for every command there has ever been, in at most
//! 20 bytes each: 12 for an entry, at a load of 0.64 (just grown) to 0.8 (about to grow).

use crate::disk::{narrow, wide};

/// An open-addressing table. A fingerprint's home is its share of the range, so entries lie nearly
/// in order of fingerprint, and growing reads and writes memory from front to back.
#[derive(Debug, Default, Clone)]
pub(crate) struct Fingerprints {
    slots: Vec<Slot>,
    len: usize,
}

/// 12 bytes: a `u64` would make it 16.
#[derive(Debug, Clone, Copy)]
struct Slot {
    fingerprint: [u32; 2],
    position: u32,
}

/// No record has this position: [`crate::Error::Full`] comes first.
const EMPTY: Slot = Slot {
    fingerprint: [0; 2],
    position: u32::MAX,
};

/// Fewer slots would grow at every insertion.
const SLOTS_MIN: usize = 16;

impl Fingerprints {
    /// Adds an entry. The same fingerprint may be there already, of another command.
    pub(crate) fn insert(&mut self, fingerprint: u64, position: u32) {
        self.reserve(1);
        self.put(Slot {
            fingerprint: split(fingerprint),
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

    /// The positions of all entries with this fingerprint.
    pub(crate) fn find(&self, fingerprint: u64) -> impl Iterator<Item = u32> {
        self.places(split(fingerprint))
            .map_while(|place| self.slots.get(place))
            .take_while(|slot| slot.position != EMPTY.position)
            .filter(move |slot| slot.fingerprint == split(fingerprint))
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
    fn places(&self, fingerprint: [u32; 2]) -> impl Iterator<Item = usize> + use<> {
        let len = self.slots.len();
        // fingerprint / 2^64 of the way through the table.
        let share = u128::from(join(fingerprint)).saturating_mul(u128::from(wide(len)));
        let home = narrow(u64::try_from(share >> 64).unwrap_or(0));
        (home..len).chain(0..home)
    }

    #[cfg(test)]
    fn bytes(&self) -> usize {
        self.slots.capacity().saturating_mul(size_of::<Slot>())
    }
}

fn split(fingerprint: u64) -> [u32; 2] {
    let [a, b, c, d, e, f, g, h] = fingerprint.to_be_bytes();
    [
        u32::from_be_bytes([a, b, c, d]),
        u32::from_be_bytes([e, f, g, h]),
    ]
}

fn join([high, low]: [u32; 2]) -> u64 {
    (u64::from(high) << 32) | u64::from(low)
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
    fn finds_every_entry_in_at_most_20_bytes_each() {
        let mut table = Fingerprints::default();
        assert_eq!(table.find(7).count(), 0);
        for n in 0..200_000 {
            table.insert(spread(n), n);
            // Below some 50 entries the smallest table of 192 bytes is more than that.
            assert!(
                n < 50 || table.bytes() <= 20 * (n as usize + 1),
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
        table.insert(u64::MAX - 1, 1_000);
        let mut found: Vec<u32> = table.find(u64::MAX).collect();
        found.sort_unstable();
        assert_eq!(found, (0..1_000).collect::<Vec<_>>());
        assert_eq!(table.find(u64::MAX - 1).collect::<Vec<_>>(), [1_000]);
        assert_eq!(table.find(0).count(), 0);
    }
}
