//! A part of a row that nearly always is as it was at first.

use crate::form::{Bad, Description, Form, Input, Out};
use std::ops::{Deref, DerefMut};

/// What begins always alike.
pub trait AtFirst: Clone + 'static {
    /// As it begins.
    fn at_first() -> &'static Self;
}

/// A part in 8 bytes as long as nobody changes it: there are many rows, and in few of them it is
/// anything but as at first. It is read and changed as if it always stood there.
#[derive(Clone)]
pub struct Rarely<T>(Option<Box<T>>);

impl<T> Default for Rarely<T> {
    fn default() -> Self {
        Rarely(None)
    }
}

impl<T: AtFirst> Deref for Rarely<T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or_else(|| T::at_first())
    }
}

impl<T: AtFirst> DerefMut for Rarely<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0
            .get_or_insert_with(|| Box::new(T::at_first().clone()))
    }
}

/// By what it says: one that was changed and changed back is as at first.
impl<T: AtFirst + PartialEq> PartialEq for Rarely<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: AtFirst + Eq> Eq for Rarely<T> {}

impl<T: AtFirst + serde::Serialize> serde::Serialize for Rarely<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

/// Nothing where nobody has changed it.
impl<T: AtFirst + Form> Form for Rarely<T> {
    #[inline]
    fn write(&self, out: &mut Out<'_>) {
        self.0.write(out);
    }

    #[inline]
    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        Form::read(input).map(Rarely)
    }

    fn describe(to: &mut Description) {
        Option::<T>::describe(to);
    }
}

impl<T: AtFirst + std::fmt::Debug> std::fmt::Debug for Rarely<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
    struct Counts {
        each: [u64; 9],
    }

    impl AtFirst for Counts {
        fn at_first() -> &'static Counts {
            &Counts { each: [1; 9] }
        }
    }

    #[test]
    fn is_in_8_bytes_what_it_would_be_in_place() {
        assert_eq!(size_of::<Rarely<Counts>>(), 8);
        let mut counts = Rarely::<Counts>::default();
        assert_eq!((counts.each[8], counts.each.len()), (1, 9));
        let (before, word) = (counts.clone(), serde_json::to_string(&counts).unwrap());
        counts.each[8] = 2;
        assert_ne!(counts, before);
        counts.each[8] = 1;
        assert_eq!(counts, before);
        assert_eq!(serde_json::to_string(&counts).unwrap(), word);
    }
}
