//! A list that grows without moving what it holds.

use crate::form::{Bad, Description, Form, Input, Out};

/// How many entries a chunk has room for.
const CHUNK: usize = 256;

/// Entries by place, in chunks. A `Vec` of a million rows is copied whenever it is full, and then
/// has up to twice the room that it needs; this one has at most a chunk too much.
#[derive(Debug, Clone)]
pub struct Chunks<T> {
    /// All full but the last.
    chunks: Vec<Vec<T>>,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Chunks { chunks: Vec::new() }
    }
}

impl<T> Chunks<T> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        let full = self.chunks.len().saturating_sub(1).saturating_mul(CHUNK);
        let last = self.chunks.last().map_or(0, Vec::len);
        full.saturating_add(last)
    }

    /// True without entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
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
        self.chunks.get(place / CHUNK)?.get(place % CHUNK)
    }

    /// What stands at a place, to be changed.
    pub fn get_mut(&mut self, place: u32) -> Option<&mut T> {
        let place = usize::try_from(place).ok()?;
        self.chunks.get_mut(place / CHUNK)?.get_mut(place % CHUNK)
    }

    /// Adds one at the end.
    pub fn push(&mut self, new: T) {
        match self.chunks.last_mut() {
            Some(last) if last.len() < CHUNK => last.push(new),
            full => {
                // The first one grows as it must: most lists are short.
                let room = if full.is_some() { CHUNK } else { 1 };
                let mut chunk = Vec::with_capacity(room);
                chunk.push(new);
                self.chunks.push(chunk);
            }
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

    /// Takes the last one away.
    pub fn pop(&mut self) -> Option<T> {
        let last = self.chunks.last_mut()?;
        let popped = last.pop();
        if last.is_empty() {
            self.chunks.pop();
        }
        popped
    }

    /// All of them in their order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.chunks.iter().flatten()
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
        let first = |list: &Chunks<usize>| list.get(256).map(std::ptr::from_ref);
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
}
