//! A list that grows without moving what it holds, and of which a copy costs little.

use crate::form::{Bad, Description, Form, Input, Out};
use std::sync::Arc;

/// How many entries a chunk has.
const CHUNK: usize = 256;

/// Entries by place, in chunks. A `Vec` of a million rows is copied whenever it is full, and then
/// has up to twice the room that it needs; this one has at most a chunk too much.
///
/// Copies share the chunks that are full: a copy of a million entries is one of four thousand
/// pointers, and whoever then changes an entry copies its chunk.
#[derive(Debug, Clone)]
pub struct Chunks<T> {
    /// The full ones.
    full: Vec<Arc<[T]>>,
    /// What comes behind them; never full.
    last: Vec<T>,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Chunks {
            full: Vec::new(),
            last: Vec::new(),
        }
    }
}

impl<T> Chunks<T> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        let full = self.full.len().saturating_mul(CHUNK);
        full.saturating_add(self.last.len())
    }

    /// True without entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.full.is_empty() && self.last.is_empty()
    }

    /// The place after the last one.
    #[must_use]
    pub fn next_place(&self) -> u32 {
        u32::try_from(self.len()).unwrap_or(u32::MAX)
    }

    /// What stands at a place.
    #[must_use]
    pub fn get(&self, place: u32) -> Option<&T> {
        let place = usize::try_from(place).ok()?;
        match self.full.get(place / CHUNK) {
            Some(chunk) => chunk.get(place % CHUNK),
            None => self.in_last(place).and_then(|place| self.last.get(place)),
        }
    }

    /// Where in the last chunk a place is.
    fn in_last(&self, place: usize) -> Option<usize> {
        place.checked_sub(self.full.len().saturating_mul(CHUNK))
    }

    /// What stands at a place, to be changed.
    pub fn get_mut(&mut self, place: u32) -> Option<&mut T>
    where
        T: Clone,
    {
        let place = usize::try_from(place).ok()?;
        let in_last = self.in_last(place);
        match self.full.get_mut(place / CHUNK) {
            Some(chunk) => Arc::make_mut(chunk).get_mut(place % CHUNK),
            None => in_last.and_then(|place| self.last.get_mut(place)),
        }
    }

    /// Adds one at the end.
    pub fn push(&mut self, new: T) {
        // The first one grows as it must: most lists are short.
        if self.last.capacity() == 0 && !self.full.is_empty() {
            self.last.reserve_exact(CHUNK);
        }
        self.last.push(new);
        if self.last.len() >= CHUNK {
            self.full.push(self.last.drain(..).collect());
        }
    }

    /// Reads a list, and shows each entry.
    ///
    /// # Errors
    /// What is there is no such list.
    pub fn read_each(input: &mut Input<'_>, mut each: impl FnMut(&T)) -> Result<Self, Bad>
    where
        T: Form,
    {
        let len = input.length()?;
        let mut list = Chunks::default();
        for _ in 0..len {
            let entry = T::read(input)?;
            each(&entry);
            list.push(entry);
        }
        Ok(list)
    }

    /// The first place of which `is_before` is not true, if it is true of none behind that.
    pub fn partition_point(&self, is_before: impl Fn(&T) -> bool) -> u32 {
        let (mut from, mut to) = (0, self.next_place());
        while from < to {
            let middle = from.midpoint(to);
            if self.get(middle).is_some_and(&is_before) {
                from = middle.saturating_add(1);
            } else {
                to = middle;
            }
        }
        from
    }

    /// Takes the last one away.
    pub fn pop(&mut self) -> Option<T>
    where
        T: Clone,
    {
        if self.last.is_empty() {
            self.last.extend_from_slice(&self.full.pop()?);
        }
        self.last.pop()
    }

    /// All of them in their order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        let full = self.full.iter().flat_map(|chunk| chunk.iter());
        full.chain(&self.last)
    }
}

/// As any other list.
impl<T: Form> Form for Chunks<T> {
    fn write(&self, out: &mut Out<'_>) {
        out.length(self.len());
        self.iter().for_each(|it| it.write(out));
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        Chunks::read_each(input, |_| ())
    }

    fn describe(to: &mut Description) {
        Vec::<T>::describe(to);
    }
}

/// As any other list.
impl<T: serde::Serialize> serde::Serialize for Chunks<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq;
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        self.iter().try_for_each(|it| list.serialize_element(it))?;
        list.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_list_whose_entries_stay_where_they_are() {
        let mut list = Chunks::default();
        assert!(list.is_empty() && list.pop().is_none());
        // Once its chunk is full.
        let first = |list: &Chunks<usize>| {
            let first = list.get(256).filter(|_| list.len() >= 512);
            first.map(std::ptr::from_ref)
        };
        for number in 0..1_000 {
            assert_eq!(
                (list.len(), list.next_place().try_into()),
                (number, Ok(number))
            );
            let before = first(&list);
            list.push(number);
            assert!(before.is_none() || first(&list) == before);
        }
        assert!(list.iter().copied().eq(0..1_000));
        *list.get_mut(700).unwrap() = 7;
        assert_eq!((list.get(700), list.get(1_000)), (Some(&7), None));
        for number in (701..1_000).rev() {
            assert_eq!(list.pop(), Some(number));
        }
        assert_eq!((list.len(), list.pop(), list.len()), (701, Some(7), 700));
    }

    #[test]
    fn a_copy_shares_what_neither_changes() {
        let mut list = Chunks::default();
        (0..1_000).for_each(|number| list.push(number));
        let copy = list.clone();
        *list.get_mut(300).unwrap() = 7;
        list.push(1_000);
        let shared = |place| std::ptr::eq(list.get(place).unwrap(), copy.get(place).unwrap());
        assert_eq!(
            [0, 300, 511, 512, 767].map(shared),
            [true, false, false, true, true]
        );
        assert!(copy.iter().copied().eq(0..1_000));
        assert_eq!((list.get(300), list.len()), (Some(&7), 1_001));
        // A chunk that is taken apart stays with the copy.
        assert!((0..600).all(|_| list.pop().is_some()));
        (0..600).for_each(|_| list.push(0));
        assert!(copy.iter().copied().eq(0..1_000));
    }

    #[test]
    fn finds_where_what_is_before_ends() {
        let mut list = Chunks::default();
        for len in 0..700 {
            for end in [0, 1, len / 2, 256, len] {
                assert_eq!(list.partition_point(|it| *it < end), end.min(len));
            }
            list.push(len);
        }
    }
}
