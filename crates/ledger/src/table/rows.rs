//! Rows found by their keys, each with its key in a list, and the places beside it.

use crate::chunks::Chunks;
use crate::form::{Bad, Description, Form, Input, Out};
use crate::places::{Places, fingerprint};
use std::hash::Hash;

/// A map in little room: 27 to 29 bytes a row besides the row, a key of 16 included, where a map
/// of boxes takes 29 to 57 and an allocation.
#[derive(Debug, Clone)]
pub(super) struct Rows<K, V> {
    places: Places,
    rows: Chunks<(K, V)>,
}

impl<K, V> Default for Rows<K, V> {
    fn default() -> Self {
        Rows {
            places: Places::default(),
            rows: Chunks::default(),
        }
    }
}

impl<K, V> Rows<K, V> {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl<K: Copy, V> Rows<K, V> {
    /// In the order in which they first came.
    pub(super) fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        self.rows.iter().map(|(key, row)| (*key, row))
    }
}

impl<K: Copy, V: Clone> Rows<K, V> {
    /// The row at a place.
    pub(super) fn at_mut(&mut self, place: u32) -> Option<&mut V> {
        self.rows.get_mut(place).map(|(_, row)| row)
    }
}

impl<K: Copy + Eq + Hash, V> Rows<K, V> {
    /// The place of a row.
    pub(super) fn find(&self, key: K) -> Option<u32> {
        if self.is_empty() {
            return None;
        }
        self.find_by(fingerprint(&key), key)
    }

    fn find_by(&self, fingerprint: u32, key: K) -> Option<u32> {
        let is_it = |place| self.rows.get(place).is_some_and(|(its, _)| *its == key);
        self.places.find(fingerprint, is_it)
    }

    pub(super) fn get(&self, key: K) -> Option<&V> {
        self.rows.get(self.find(key)?).map(|(_, row)| row)
    }

    fn add(&mut self, fingerprint: u32, key: K, row: V) -> u32 {
        let place = self.rows.next_place();
        self.places.insert(fingerprint, place);
        self.rows.push((key, row));
        place
    }
}

impl<K: Copy + Eq + Hash, V: Clone> Rows<K, V> {
    /// Puts a row and gives the one that was there.
    pub(super) fn put(&mut self, key: K, row: V) -> Option<V> {
        let fingerprint = fingerprint(&key);
        let place = self.find_by(fingerprint, key);
        if let Some(there) = place.and_then(|place| self.at_mut(place)) {
            return Some(std::mem::replace(there, row));
        }
        self.add(fingerprint, key, row);
        None
    }

    /// The row of `key`, and where there is none the one that `make` makes.
    pub(super) fn entry(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        let fingerprint = fingerprint(&key);
        let place = match self.find_by(fingerprint, key) {
            Some(place) => place,
            None => self.add(fingerprint, key, make()),
        };
        #[expect(
            clippy::expect_used,
            reason = "the lines above found it or put it there"
        )]
        self.at_mut(place).expect("a row at its place")
    }

    /// Takes a row away; the last one comes to its place.
    pub(super) fn remove(&mut self, key: K) {
        let Some(place) = self.find(key) else {
            return;
        };
        self.places.remove(fingerprint(&key), place);
        let Some((moved, row)) = self.rows.pop() else {
            return;
        };
        if let Some(there) = self.rows.get_mut(place) {
            *there = (moved, row);
            let fingerprint = fingerprint(&moved);
            self.places.remove(fingerprint, self.rows.next_place());
            self.places.insert(fingerprint, place);
        }
    }
}

/// The rows with their keys, in the order of their places, which follow from them.
impl<K: Copy + Eq + Hash + Form, V: Form> Form for Rows<K, V> {
    fn write(&self, out: &mut Out<'_>) {
        self.rows.write(out);
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        let mut fingerprints = Vec::new();
        let rows = Chunks::<(K, V)>::read_each(input, |(key, _)| {
            fingerprints.push(fingerprint(key));
        })?;
        let key = |place| rows.get(place).map(|(key, _)| *key);
        match Places::of(&fingerprints, |a, b| key(a) == key(b)) {
            Some(places) => Ok(Rows { places, rows }),
            None => Err(input.fail("a row that comes twice")),
        }
    }

    fn describe(to: &mut Description) {
        Chunks::<(K, V)>::describe(to);
    }
}
