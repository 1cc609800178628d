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
    /// Rows changed since the last `share`, if this table is a `leader`.
    touched: Option<Vec<K>>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Table {
            rows: HashMap::new(),
            undo: None,
            touched: None,
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
        self.touched.iter_mut().for_each(|keys| keys.push(key));
        if let Some(undo) = &mut self.undo {
            undo.push((key, Some(Arc::clone(row))));
        }
        Some(Arc::make_mut(row))
    }

    /// Puts a row, in place of one that may be there.
    pub fn put(&mut self, key: K, row: V) {
        let before = self.rows.insert(key, Arc::new(row));
        self.touched.iter_mut().for_each(|keys| keys.push(key));
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
        self.touched.iter_mut().for_each(|keys| keys.push(key));
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

    /// From here on it is remembered which rows change, for [`Table::share`].
    pub fn lead(&mut self) {
        self.touched = Some(Vec::new());
    }

    /// Lets go of its own copies of the rows that have changed since the last time, in favour of
    /// those of a table that has come to the same state by itself: one row in memory, not two.
    pub fn share(&mut self, same: &Table<K, V>) {
        let Table { rows, touched, .. } = self;
        for key in touched.iter_mut().flat_map(|keys| keys.drain(..)) {
            if let (Some(own), Some(row)) = (rows.get_mut(&key), same.rows.get(&key)) {
                *own = Arc::clone(row);
            }
        }
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

/// The rows with their keys, in no order; a trial is no part of what a table says.
impl<K: serde::Serialize, V: serde::Serialize> serde::Serialize for Table<K, V> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.rows.iter().map(|(key, row)| (key, row.as_ref())))
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

    #[test]
    fn shares_the_rows_of_a_table_that_has_come_to_the_same_state() {
        let mut view: Table<u8, String> = Table::default();
        view.put(1, "a".to_owned());
        let mut leader = view.clone();
        leader.lead();
        let one_row = |leader: &Table<u8, String>, view: &Table<u8, String>, key| {
            std::ptr::eq(leader.get(key).unwrap(), view.get(key).unwrap())
        };
        for table in [&mut leader, &mut view] {
            table.get_mut(1).unwrap().push('b');
            table.put(2, "c".to_owned());
            table.entry(3).push('d');
        }
        assert!((1..=3).all(|key| !one_row(&leader, &view, key)));
        leader.share(&view);
        assert!((1..=3).all(|key| one_row(&leader, &view, key)));
        assert_eq!(leader.get(1), Some(&"ab".to_owned()));

        // What one of them changes from then on the other does not see.
        leader.get_mut(1).unwrap().push('e');
        assert_eq!(view.get(1), Some(&"ab".to_owned()));
        view.get_mut(2).unwrap().push('f');
        assert_eq!(leader.get(2), Some(&"c".to_owned()));
        // A row that was taken back is not brought to life.
        leader.begin();
        leader.put(4, "g".to_owned());
        leader.take_back();
        leader.share(&view);
        assert!(!leader.contains(4));
    }
}
