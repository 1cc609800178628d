//! From a key to the place of its row in a list, without the key: 8 bytes an entry, at a load of
//! 0.64 (just grown) to 0.8 (about to grow).

use hashbrown::DefaultHashBuilder;
use std::hash::{BuildHasher, Hash};
use std::sync::{Arc, LazyLock};

/// The places of rows by the fingerprints of their keys; the rows say whose place it is.
///
/// The table is cut into parts that grow each by itself and by a quarter, so that no record waits
/// until millions of entries have been moved, and little room is empty. Copies share the parts that
/// neither has changed since.
#[derive(Debug, Clone)]
pub struct Places {
    /// One, or [`PARTS`] of them.
    parts: Vec<Arc<Part>>,
}

/// Clients choose identifiers, and so the hash has a seed of its own in each process.
static HASHER: LazyLock<DefaultHashBuilder> = LazyLock::new(DefaultHashBuilder::default);

/// The fingerprint of a key, by which all [`Places`] find it.
pub fn fingerprint(key: &impl Hash) -> u32 {
    let hash = HASHER.hash_one(key);
    u32::try_from(hash >> 32).unwrap_or(0)
}

/// How many parts a large table has. A 64th of ten million entries is copied within a millisecond.
const PARTS: usize = 64;

/// How many bits of a fingerprint say in which of the [`PARTS`] it is.
const PART_BITS: u32 = 6;

/// From how many entries on a table is large.
const LARGE: usize = 4096;

/// Fewer slots would grow at every insertion.
const SLOTS_MIN: usize = 8;

/// Open addressing. A fingerprint's home is its share of the range, so entries lie nearly in order
/// of fingerprint, and growing reads and writes memory from front to back.
#[derive(Debug, Clone, Default)]
struct Part {
    slots: Vec<Slot>,
    len: usize,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    fingerprint: u32,
    place: u32,
}

/// A list ends before this place.
const EMPTY: Slot = Slot {
    fingerprint: 0,
    place: u32::MAX,
};

impl Default for Places {
    fn default() -> Self {
        Places {
            parts: vec![Arc::default()],
        }
    }
}

impl Places {
    /// The places of a list by the fingerprints of its keys, in the order of the list; none if a
    /// key comes twice.
    #[must_use]
    pub fn of(fingerprints: &[u32], is_same: impl Fn(u32, u32) -> bool) -> Option<Places> {
        let parts = if fingerprints.len() > LARGE { PARTS } else { 1 };
        let mut places = Places {
            parts: (0..parts).map(|_| Arc::default()).collect(),
        };
        // Part by part, so that each is filled while it is in the processor's cache.
        let mut shares = vec![Vec::new(); parts];
        for (place, fingerprint) in (0..).zip(fingerprints) {
            let slot = Slot {
                fingerprint: *fingerprint,
                place,
            };
            if let Some(share) = shares.get_mut(places.part_of(*fingerprint)) {
                share.push(slot);
            }
        }
        let large = places.is_large();
        for (part, share) in places.parts.iter_mut().zip(shares) {
            let part = Arc::make_mut(part);
            let room = share.len().saturating_add(share.len() / 3);
            part.slots = vec![EMPTY; room.saturating_add(SLOTS_MIN)];
            for slot in share {
                if !part.settle_new(slot, large, &is_same) {
                    return None;
                }
            }
        }
        Some(places)
    }

    /// The place with this fingerprint of which `is_it` is true.
    pub fn find(&self, fingerprint: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let part = self.parts.get(self.part_of(fingerprint))?;
        part.find(self.share(fingerprint), fingerprint, is_it)
    }

    /// Adds a place, which must not be there yet.
    pub fn insert(&mut self, fingerprint: u32, place: u32) {
        if let [only] = &*self.parts
            && only.len >= LARGE
        {
            let all = Arc::clone(only);
            self.parts = (0..PARTS).map(|_| Arc::default()).collect();
            let full = all.slots.iter().filter(|slot| slot.place != EMPTY.place);
            for slot in full {
                self.put(*slot);
            }
        }
        self.put(Slot { fingerprint, place });
    }

    fn put(&mut self, slot: Slot) {
        let (part, large) = (self.part_of(slot.fingerprint), self.is_large());
        if let Some(part) = self.parts.get_mut(part) {
            Arc::make_mut(part).put(slot, large);
        }
    }

    /// Takes a place out.
    pub fn remove(&mut self, fingerprint: u32, place: u32) {
        let (part, share) = (self.part_of(fingerprint), self.share(fingerprint));
        let large = self.is_large();
        if let Some(part) = self.parts.get_mut(part) {
            Arc::make_mut(part).remove(share, place, large);
        }
    }

    fn is_large(&self) -> bool {
        self.parts.len() > 1
    }

    fn part_of(&self, fingerprint: u32) -> usize {
        if self.is_large() {
            usize::try_from(fingerprint >> (u32::BITS - PART_BITS)).unwrap_or(0)
        } else {
            0
        }
    }

    fn share(&self, fingerprint: u32) -> u32 {
        share(fingerprint, self.is_large())
    }
}

/// What of a fingerprint says where in its part it is at home.
fn share(fingerprint: u32, large: bool) -> u32 {
    if large {
        fingerprint << PART_BITS
    } else {
        fingerprint
    }
}

impl Part {
    /// share / 2^32 of the way through the slots.
    fn home(&self, share: u32) -> usize {
        let slots = u64::try_from(self.slots.len()).unwrap_or(0);
        let way = u64::from(share).saturating_mul(slots);
        usize::try_from(way >> 32).unwrap_or(0)
    }

    /// The slots from the home on, and then those before it.
    fn from(&self, share: u32) -> impl Iterator<Item = &Slot> {
        let (before, after) = self.slots.split_at(self.home(share));
        after.iter().chain(before)
    }

    fn find(&self, share: u32, fingerprint: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        self.from(share)
            .take_while(|slot| slot.place != EMPTY.place)
            .find(|slot| slot.fingerprint == fingerprint && is_it(slot.place))
            .map(|slot| slot.place)
    }

    fn put(&mut self, new: Slot, large: bool) {
        if self.slots.len().saturating_mul(4) / 5 <= self.len {
            let room = self.slots.len().saturating_add(self.slots.len() / 4);
            let grown = vec![EMPTY; room.max(SLOTS_MIN)];
            let all = std::mem::replace(&mut self.slots, grown);
            self.len = 0;
            for slot in all.into_iter().filter(|slot| slot.place != EMPTY.place) {
                self.settle(slot, large);
            }
        }
        self.settle(new, large);
    }

    fn settle(&mut self, new: Slot, large: bool) {
        let home = self.home(share(new.fingerprint, large));
        let (before, after) = self.slots.split_at_mut(home);
        let mut slots = after.iter_mut().chain(before);
        if let Some(free) = slots.find(|slot| slot.place == EMPTY.place) {
            *free = new;
            self.len = self.len.saturating_add(1);
        }
    }

    /// Settles what may be there already, and says whether it was not.
    fn settle_new(&mut self, new: Slot, large: bool, is_same: impl Fn(u32, u32) -> bool) -> bool {
        let home = self.home(share(new.fingerprint, large));
        let (before, after) = self.slots.split_at_mut(home);
        for slot in after.iter_mut().chain(before) {
            if slot.place == EMPTY.place {
                *slot = new;
                self.len = self.len.saturating_add(1);
                return true;
            }
            if slot.fingerprint == new.fingerprint && is_same(slot.place, new.place) {
                return false;
            }
        }
        false
    }

    fn remove(&mut self, share: u32, place: u32, large: bool) {
        let home = self.home(share);
        let slots = self.slots.len();
        let mut from = (home..slots).chain(0..home);
        let at = |part: &Part, slot: usize| part.slots.get(slot).copied().unwrap_or(EMPTY);
        let Some(found) = from
            .by_ref()
            .take_while(|slot| at(self, *slot).place != EMPTY.place)
            .find(|slot| at(self, *slot).place == place)
        else {
            return;
        };
        // What stands behind without a gap may have stepped over it, and comes again.
        let behind = (found..slots).chain(0..found).skip(1);
        let behind: Vec<usize> = behind
            .take_while(|slot| at(self, *slot).place != EMPTY.place)
            .collect();
        let again: Vec<Slot> = behind.iter().map(|slot| at(self, *slot)).collect();
        for slot in behind.into_iter().chain([found]) {
            if let Some(slot) = self.slots.get_mut(slot) {
                *slot = EMPTY;
                self.len = self.len.saturating_sub(1);
            }
        }
        again.into_iter().for_each(|slot| self.settle(slot, large));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a list has at its places.
    fn key(place: u32) -> u32 {
        place.wrapping_mul(7)
    }

    fn find(places: &Places, wanted: u32) -> Option<u32> {
        places.find(fingerprint(&key(wanted)), |place| place == wanted)
    }

    #[test]
    fn finds_every_place_in_at_most_13_bytes() {
        let mut places = Places::default();
        for place in 0..100_000 {
            places.insert(fingerprint(&key(place)), place);
            let slots: usize = places.parts.iter().map(|part| part.slots.len()).sum();
            // The parts of a large table have all some room to begin with.
            let room = if place < 20_000 { 24 } else { 13 };
            assert!(
                place < 40 || slots * 8 <= room * (usize::try_from(place).unwrap() + 1),
                "{place}"
            );
        }
        assert!((0..100_000).all(|place| find(&places, place) == Some(place)));
        assert!((100_000..110_000).all(|place| find(&places, place).is_none()));
    }

    #[test]
    fn what_is_taken_out_hides_nothing_that_stays() {
        for places_max in [300, 9_000] {
            let mut places = Places::default();
            for place in 0..places_max {
                places.insert(fingerprint(&key(place)), place);
            }
            for place in (0..places_max).filter(|place| place % 3 != 1) {
                places.remove(fingerprint(&key(place)), place);
            }
            for place in 0..places_max {
                let left = (place % 3 == 1).then_some(place);
                assert_eq!(find(&places, place), left);
            }
        }
    }

    #[test]
    fn a_list_has_the_places_that_it_would_have_had_one_by_one() {
        for places_max in [0, 1, 300, 4_096, 4_097, 100_000] {
            let keys = |place: u32| fingerprint(&key(place));
            let all: Vec<u32> = (0..places_max).map(keys).collect();
            let mut places = Places::of(&all, |a, b| a == b).unwrap();
            for place in places_max..places_max + 5_000 {
                assert_eq!(find(&places, place), None);
                places.insert(keys(place), place);
            }
            places.remove(keys(7), 7);
            let left = |place| (place != 7).then_some(place);
            assert!((0..places_max + 5_000).all(|place| find(&places, place) == left(place)));
        }
        let twice = [5, 9, 5];
        assert!(Places::of(&twice, |_, _| true).is_none());
        assert!(Places::of(&twice, |_, _| false).is_some());
    }

    #[test]
    fn keeps_places_with_one_fingerprint_apart_and_wraps_at_the_end() {
        let mut places = Places::default();
        for place in 0..1_000 {
            places.insert(u32::MAX, place);
        }
        let find = |wanted| places.find(u32::MAX, |place| place == wanted);
        assert!((0..1_000).all(|place| find(place) == Some(place)));
        assert_eq!((find(1_000), places.find(0, |_| true)), (None, None));
    }
}
