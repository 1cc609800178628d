//! A map that can take back what was done to it: so a list of commands is all or nothing without
//! a copy of the books. And one that can run ahead of another without a copy of it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// States by identifier, with an undo log that is kept only while a trial runs.
///
/// Each row has an allocation of its own: a map has up to twice the room that its rows need, which
/// is cheap for pointers and dear for rows. The map is shared: a table that leads holds only what
/// it has changed, and reads the rest in the table that it follows, row by row and map alike.
#[derive(Debug, Clone)]
pub struct Table<K, V> {
    rows: Rows<K, V>,
    /// What a leader has changed since it last followed; it stands before `rows`.
    ahead: Option<HashMap<K, Box<V>>>,
    /// What each row was before the trial touched it, newest last.
    undo: Option<Vec<(K, Option<Box<V>>)>>,
}

type Rows<K, V> = Arc<HashMap<K, Box<V>>>;

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Table {
            rows: Arc::default(),
            ahead: None,
            undo: None,
        }
    }
}

impl<K: Copy + Eq + Hash, V: Clone> Table<K, V> {
    /// The row of `key`.
    #[must_use]
    pub fn get(&self, key: K) -> Option<&V> {
        let ahead = self.ahead.as_ref().and_then(|ahead| ahead.get(&key));
        ahead.or_else(|| self.rows.get(&key)).map(Box::as_ref)
    }

    /// True if there is one.
    #[must_use]
    pub fn contains(&self, key: K) -> bool {
        self.get(key).is_some()
    }

    /// The row of `key`, to be changed.
    pub fn get_mut(&mut self, key: K) -> Option<&mut V> {
        let Table { rows, ahead, undo } = self;
        let row = match ahead {
            None => Arc::make_mut(rows).get_mut(&key)?,
            Some(ahead) => {
                if !ahead.contains_key(&key) {
                    let row = rows.get(&key)?.clone();
                    undo.iter_mut().for_each(|undo| undo.push((key, None)));
                    return Some(ahead.entry(key).or_insert(row).as_mut());
                }
                ahead.get_mut(&key)?
            }
        };
        if let Some(undo) = undo {
            undo.push((key, Some(row.clone())));
        }
        Some(row.as_mut())
    }

    /// Puts a row, in place of one that may be there.
    pub fn put(&mut self, key: K, row: V) {
        let before = self.own().insert(key, Box::new(row));
        if let Some(undo) = &mut self.undo {
            undo.push((key, before));
        }
    }

    /// The row of `key`, to be changed; an empty one is made where there is none.
    pub fn entry(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let before = self.undo.is_some().then(|| self.own().get(&key).cloned());
        if let (Some(undo), Some(before)) = (&mut self.undo, before) {
            undo.push((key, before));
        }
        let Table { rows, ahead, .. } = self;
        match ahead {
            None => Arc::make_mut(rows).entry(key).or_default(),
            Some(ahead) => ahead
                .entry(key)
                .or_insert_with(|| rows.get(&key).cloned().unwrap_or_default()),
        }
    }

    /// What this table itself holds, and changes.
    fn own(&mut self) -> &mut HashMap<K, Box<V>> {
        match &mut self.ahead {
            Some(ahead) => ahead,
            None => Arc::make_mut(&mut self.rows),
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        let ahead = self.ahead.iter().flat_map(HashMap::keys);
        let new = ahead.filter(|key| !self.rows.contains_key(key)).count();
        self.rows.len().saturating_add(new)
    }

    /// True without rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All rows with their keys, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        let changed = |key| {
            let ahead = self.ahead.as_ref().filter(|ahead| !ahead.is_empty());
            ahead.is_some_and(|ahead| ahead.contains_key(key))
        };
        let rows = self.rows.iter().filter(move |(key, _)| !changed(key));
        let rows = rows.chain(self.ahead.iter().flatten());
        rows.map(|(key, row)| (*key, row.as_ref()))
    }

    /// All rows, in no order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, row)| row)
    }

    /// From here on its changes are kept before the rows, and not among them: so it runs ahead of
    /// the table whose copy it is.
    pub fn lead(&mut self) {
        self.ahead = Some(HashMap::new());
    }

    /// Lets go of everything, until it follows again: while another holds its map, a table would
    /// have to copy all of it for the smallest change.
    pub fn let_go(&mut self) {
        self.rows = Arc::default();
        if self.ahead.as_ref().is_some_and(|ahead| !ahead.is_empty()) {
            self.ahead = Some(HashMap::new());
        }
    }

    /// Reads in a table that has come to the same state by itself, from where this one leads on.
    pub fn follow(&mut self, same: &Table<K, V>) {
        self.let_go();
        self.rows = Arc::clone(&same.rows);
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
                Some(row) => self.own().insert(key, row),
                None => self.own().remove(&key),
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
        for leads in [false, true] {
            let mut table: Table<u8, u32> = Table::default();
            table.put(1, 10);
            if leads {
                table.lead();
            }
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
            assert_eq!(table.len(), 1);
            table.begin();
            table.put(2, 20);
            table.keep();
            table.take_back();
            assert_eq!(table.get(2), Some(&20));
        }
    }

    #[test]
    fn runs_ahead_of_a_table_and_follows_it_without_a_copy() {
        let mut view: Table<u8, String> = Table::default();
        view.put(1, "a".to_owned());
        view.put(4, "d".to_owned());
        let mut leader = view.clone();
        leader.lead();
        let change = |table: &mut Table<u8, String>| {
            table.get_mut(1).unwrap().push('b');
            table.put(2, "c".to_owned());
            table.entry(3).push('d');
            table.entry(4).push('e');
        };
        change(&mut leader);
        // What the leader changes the other does not see.
        assert_eq!((view.get(1), view.get(2)), (Some(&"a".to_owned()), None));
        let rows = |table: &Table<u8, String>| {
            let mut rows: Vec<_> = table.iter().map(|(key, row)| (key, row.clone())).collect();
            rows.sort();
            assert_eq!(rows.len(), table.len());
            rows
        };
        let ahead = rows(&leader);
        assert_eq!((ahead.len(), rows(&view).len()), (4, 2));

        let map: *const _ = Arc::as_ptr(&view.rows);
        leader.let_go();
        change(&mut view);
        assert_eq!(map, Arc::as_ptr(&view.rows), "changed where it was");
        leader.follow(&view);
        assert_eq!((rows(&leader), rows(&view)), (ahead.clone(), ahead));
        assert!((1..=4).all(|key| std::ptr::eq(leader.get(key).unwrap(), view.get(key).unwrap())));

        // A row that was taken back is not brought to life, and the one behind it is there again.
        leader.begin();
        leader.put(5, "g".to_owned());
        leader.get_mut(1).unwrap().push('h');
        leader.take_back();
        assert_eq!((leader.get(5), leader.get(1)), (None, view.get(1)));
    }
}
