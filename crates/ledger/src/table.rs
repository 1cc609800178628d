//! A map that can take back what was done to it: so a list of commands is all or nothing without
//! a copy of the books.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// States by identifier, with an undo log that is kept only while a trial runs.
///
/// Rows stand behind a counted pointer: a table has up to twice the room that its rows need, which
/// is cheap for pointers and dear for rows; and two copies of the books share every row that has
/// not changed since they parted.
#[derive(Debug, Clone)]
pub struct Table<K, V> {
    rows: HashMap<K, Arc<V>>,
    /// What each row was before the trial touched it, newest last.
    undo: Option<Vec<(K, Option<Arc<V>>)>>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Table {
            rows: HashMap::new(),
            undo: None,
        }
    }
}

impl<K: Copy + Eq + Hash, V: Clone> Table<K, V> {
    /// The row of `key`.
    #[must_use]
    pub fn get(&self, key: K) -> Option<&V> {
        self.rows.get(&key).map(Arc::as_ref)
    }

    /// True if there is one.
    #[must_use]
    pub fn contains(&self, key: K) -> bool {
        self.rows.contains_key(&key)
    }

    /// The row of `key`, to be changed.
    pub fn get_mut(&mut self, key: K) -> Option<&mut V> {
        let row = self.rows.get_mut(&key)?;
        if let Some(undo) = &mut self.undo {
            undo.push((key, Some(Arc::clone(row))));
        }
        Some(Arc::make_mut(row))
    }

    /// Puts a row, in place of one that may be there.
    pub fn put(&mut self, key: K, row: V) {
        let before = self.rows.insert(key, Arc::new(row));
        if let Some(undo) = &mut self.undo {
            undo.push((key, before));
        }
    }

    /// The row of `key`, to be changed; an empty one is made where there is none.
    pub fn entry(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        if let Some(undo) = &mut self.undo {
            undo.push((key, self.rows.get(&key).cloned()));
        }
        Arc::make_mut(self.rows.entry(key).or_default())
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True without rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All rows with their keys, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        self.rows.iter().map(|(key, row)| (*key, row.as_ref()))
    }

    /// All rows, in no order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.rows.values().map(Arc::as_ref)
    }

    /// From here on changes can be taken back.
    pub fn begin(&mut self) {
        self.undo = Some(Vec::new());
    }

    /// Keeps what was done since `begin`.
    pub fn keep(&mut self) {
        self.undo = None;
    }

    /// Takes back what was done since `begin`.
    pub fn take_back(&mut self) {
        for (key, before) in self.undo.take().into_iter().flatten().rev() {
            match before {
                Some(row) => self.rows.insert(key, row),
                None => self.rows.remove(&key),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_back_what_a_trial_did_and_keeps_the_rest() {
        let mut table: Table<u8, u32> = Table::default();
        table.put(1, 10);
        table.begin();
        *table.get_mut(1).unwrap() = 11;
        *table.get_mut(1).unwrap() = 12;
        table.put(2, 20);
        *table.entry(3) += 1;
        table.take_back();
        assert_eq!(
            (table.get(1), table.get(2), table.get(3)),
            (Some(&10), None, None)
        );
        table.begin();
        table.put(2, 20);
        table.keep();
        table.take_back();
        assert_eq!(table.get(2), Some(&20));
    }
}
