//! The forms of what holds other values.

use super::{Bad, Description, Form, Input, Out};
use hashbrown::HashMap;
use std::hash::Hash;
use std::sync::Arc;

fn write_all<T: Form>(list: &[T], out: &mut Out<'_>) {
    out.length(list.len());
    list.iter().for_each(|it| it.write(out));
}

fn describe_list<T: Form>(to: &mut Description) {
    to.word("list<");
    T::describe(to);
    to.word(">");
}

impl<T: Form> Form for Vec<T> {
    fn write(&self, out: &mut Out<'_>) {
        write_all(self, out);
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        let len = input.length()?;
        input.within(|input| {
            let mut list = Vec::with_capacity(input.room::<T>(len));
            for _ in 0..len {
                list.push(T::read(input)?);
            }
            Ok(list)
        })
    }

    fn describe(to: &mut Description) {
        describe_list::<T>(to);
    }
}

impl<T: Form> Form for Box<[T]> {
    fn write(&self, out: &mut Out<'_>) {
        write_all(self, out);
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        Vec::read(input).map(Vec::into_boxed_slice)
    }

    fn describe(to: &mut Description) {
        describe_list::<T>(to);
    }
}

impl<T: Form> Form for Box<T> {
    fn write(&self, out: &mut Out<'_>) {
        (**self).write(out);
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        input.within(T::read).map(Box::new)
    }

    fn describe(to: &mut Description) {
        T::describe(to);
    }
}

/// What is shared is written once for each that shares it.
impl<T: Form> Form for Arc<T> {
    fn write(&self, out: &mut Out<'_>) {
        (**self).write(out);
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        input.within(T::read).map(Arc::new)
    }

    fn describe(to: &mut Description) {
        T::describe(to);
    }
}

/// By ascending keys: the same map gives the same bytes.
impl<K: Form + Copy + Ord + Hash, V: Form> Form for HashMap<K, V> {
    fn write(&self, out: &mut Out<'_>) {
        let mut entries: Vec<(&K, &V)> = self.iter().collect();
        entries.sort_unstable_by_key(|(key, _)| *key);
        out.length(entries.len());
        for (key, value) in entries {
            key.write(out);
            value.write(out);
        }
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        let len = input.length()?;
        let mut map = HashMap::with_capacity(input.room::<(K, V)>(len));
        let mut last = None;
        for _ in 0..len {
            let (key, value) = <(K, V)>::read(input)?;
            if last.is_some_and(|last| last >= key) {
                return Err(input.fail("keys that do not ascend"));
            }
            last = Some(key);
            map.insert(key, value);
        }
        Ok(map)
    }

    fn describe(to: &mut Description) {
        to.word("map<");
        K::describe(to);
        to.field("to");
        V::describe(to);
        to.word(">");
    }
}
