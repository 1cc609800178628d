//! A list that is nearly always empty.

use crate::form::{Bad, Description, Form, Input, Out};
use std::ops::{Deref, DerefMut};

/// A list in 8 bytes as long as nothing is in it, where a `Vec` takes 24, and with room for one
/// where a `Vec` makes room for four: there are many rows, and few of them have what it lists.
#[derive(Clone, PartialEq, Eq)]
// Boxed once more on purpose.
#[expect(clippy::box_collection, reason = "8 bytes here instead of 24")]
pub struct Seldom<T>(Option<Box<Vec<T>>>);

impl<T> Seldom<T> {
    /// Nothing.
    pub const NONE: Seldom<T> = Seldom(None);

    /// Adds one at the end.
    pub fn push(&mut self, new: T) {
        push_tight(self.0.get_or_insert_default(), new);
    }

    /// Leaves out those of which `keep` is not true.
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        if let Some(list) = &mut self.0 {
            list.retain(keep);
        }
        // Two lists that hold nothing are equal, whatever they once held.
        if self.is_empty() {
            self.0 = None;
        }
    }
}

/// Adds one at the end of a list that seldom grows beyond a few: a `Vec` would make room for four
/// at once.
pub(crate) fn push_tight<T>(list: &mut Vec<T>, new: T) {
    if list.len() < 4 {
        list.reserve_exact(1);
    }
    list.push(new);
}

impl<T> Default for Seldom<T> {
    fn default() -> Self {
        Seldom(None)
    }
}

impl<T> Deref for Seldom<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }
}

impl<T> DerefMut for Seldom<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        self.0.as_deref_mut().map_or(&mut [], Vec::as_mut_slice)
    }
}

/// As any other list.
impl<T: Form> Form for Seldom<T> {
    #[inline]
    fn write(&self, out: &mut Out<'_>) {
        out.length(self.len());
        self.iter().for_each(|it| it.write(out));
    }

    #[inline]
    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        Vec::read(input).map(Seldom::from)
    }

    fn describe(to: &mut Description) {
        Vec::<T>::describe(to);
    }
}

/// As any other list.
impl<T: serde::Serialize> serde::Serialize for Seldom<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Seldom<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: PartialEq, const N: usize> PartialEq<[T; N]> for Seldom<T> {
    fn eq(&self, other: &[T; N]) -> bool {
        **self == *other
    }
}

impl<T> From<Vec<T>> for Seldom<T> {
    fn from(list: Vec<T>) -> Self {
        Seldom((!list.is_empty()).then(|| Box::new(list)))
    }
}

impl<T> Extend<T> for Seldom<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, more: I) {
        more.into_iter().for_each(|new| self.push(new));
    }
}

impl<'a, T> IntoIterator for &'a Seldom<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_list_in_8_bytes() {
        assert_eq!(size_of::<Seldom<u64>>(), 8);
        let mut list = Seldom::default();
        assert_eq!(list, [0_u64; 0]);
        list.extend(0..9);
        assert_eq!(list, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        list.retain(|number| *number < 2);
        assert_eq!(list, [0, 1]);
        list.retain(|_| false);
        assert_eq!(list, Seldom::from(Vec::new()));
    }
}
