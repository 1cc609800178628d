//! A map that can take back what was done to it: so a list of commands is all or nothing without
//! a copy of the books. And one that can run ahead of another without a copy of it.

mod rows;

use crate::form::{Bad, Description, Form, Input, Out};
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use rows::Rows;
use std::hash::Hash;
use std::sync::Arc;

/// States by identifier, with an undo log that is kept only while a trial runs.
///
/// The rows are shared: a table that leads holds only what it has changed, and reads the rest in
/// the table that it follows.
#[derive(Debug, Clone)]
pub struct Table<K, V> {
    rows: Arc<Rows<K, V>>,
    /// What a leader has changed; it stands before `rows`.
    ahead: Option<Ahead<K, V>>,
    /// What each row was before the trial touched it, newest last; of a leader's, by which group.
    undo: Option<Vec<(K, Option<Changed<V>>)>>,
}

/// A row, and the group that changed it last; 0 where nobody leads. Boxed, because a map moves what
/// it holds whenever it grows.
type Changed<V> = (u64, Box<V>);

/// What a leader has changed and the table that it follows may not have come to yet.
#[derive(Debug, Clone)]
struct Ahead<K, V> {
    /// The group that is being decided.
    group: u64,
    rows: HashMap<K, Changed<V>>,
    /// What it reads in while it has let go: kept, because it does so for each request.
    none: Arc<Rows<K, V>>,
}

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
        let ahead = self.ahead.as_ref().and_then(|ahead| ahead.rows.get(&key));
        match ahead {
            Some((_, row)) => Some(row.as_ref()),
            None => self.rows.get(key),
        }
    }

    /// True if there is one.
    #[must_use]
    pub fn contains(&self, key: K) -> bool {
        self.get(key).is_some()
    }

    /// The row of `key`, to be changed.
    pub fn get_mut(&mut self, key: K) -> Option<&mut V> {
        let Table { rows, ahead, undo } = self;
        let Some(ahead) = ahead else {
            let place = rows.find(key)?;
            let row = Arc::make_mut(rows).at_mut(place)?;
            undo.iter_mut()
                .for_each(|undo| undo.push((key, Some((0, Box::new(row.clone()))))));
            return Some(row);
        };
        let row = match ahead.rows.entry(key) {
            Entry::Occupied(row) => {
                let row = row.into_mut();
                undo.iter_mut()
                    .for_each(|undo| undo.push((key, Some(row.clone()))));
                row.0 = ahead.group;
                row
            }
            Entry::Vacant(place) => {
                let row = rows.get(key)?.clone();
                undo.iter_mut().for_each(|undo| undo.push((key, None)));
                place.insert((ahead.group, Box::new(row)))
            }
        };
        Some(row.1.as_mut())
    }

    /// Puts a row, in place of one that may be there.
    pub fn put(&mut self, key: K, row: V) {
        let before = self.exchange(key, row);
        if let Some(undo) = &mut self.undo {
            undo.push((key, before));
        }
    }

    fn exchange(&mut self, key: K, row: V) -> Option<Changed<V>> {
        match &mut self.ahead {
            None => {
                let before = Arc::make_mut(&mut self.rows).put(key, row);
                before.map(|row| (0, Box::new(row)))
            }
            Some(ahead) => ahead.rows.insert(key, (ahead.group, Box::new(row))),
        }
    }

    /// The row of `key`, to be changed; an empty one is made where there is none.
    pub fn entry(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let Table { rows, ahead, undo } = self;
        let Some(ahead) = ahead else {
            let rows = Arc::make_mut(rows);
            undo.iter_mut().for_each(|undo| {
                let before = rows.get(key).map(|row| (0, Box::new(row.clone())));
                undo.push((key, before));
            });
            return rows.entry(key, V::default);
        };
        let row = match ahead.rows.entry(key) {
            Entry::Occupied(row) => {
                let row = row.into_mut();
                undo.iter_mut()
                    .for_each(|undo| undo.push((key, Some(row.clone()))));
                row.0 = ahead.group;
                row
            }
            Entry::Vacant(place) => {
                undo.iter_mut().for_each(|undo| undo.push((key, None)));
                let row = rows.get(key).cloned().unwrap_or_default();
                place.insert((ahead.group, Box::new(row)))
            }
        };
        row.1.as_mut()
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        let ahead = self.ahead.iter().flat_map(|ahead| ahead.rows.keys());
        let new = ahead.filter(|key| self.rows.find(**key).is_none());
        self.rows.len().saturating_add(new.count())
    }

    /// True without rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All rows with their keys, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        let changed = |key: &K| {
            let ahead = self.ahead.as_ref().filter(|ahead| !ahead.rows.is_empty());
            ahead.is_some_and(|ahead| ahead.rows.contains_key(key))
        };
        let rows = self.rows.iter().filter(move |(key, _)| !changed(key));
        let ahead = self.ahead.iter().flat_map(|ahead| ahead.rows.iter());
        rows.chain(ahead.map(|(key, (_, row))| (*key, row.as_ref())))
    }

    /// All rows, in no order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, row)| row)
    }

    /// From here on its changes are kept before the rows, and not among them: so it runs ahead of
    /// the table whose copy it is.
    pub fn lead(&mut self) {
        self.ahead = Some(Ahead {
            group: 0,
            rows: HashMap::new(),
            none: Arc::default(),
        });
    }

    /// Changes from here on belong to this group, a later one than all before.
    pub fn enter(&mut self, group: u64) {
        if let Some(ahead) = &mut self.ahead {
            ahead.group = group;
        }
    }

    /// Lets go of the rows that it shares, until it follows again: while another holds its map, a
    /// table would have to copy all of it for the smallest change.
    pub fn let_go(&mut self) {
        if let Some(ahead) = &self.ahead {
            self.rows = Arc::clone(&ahead.none);
        }
    }

    /// Reads in a table on the same way, which has come as far as [`Table::retire`] was told, or
    /// further: what it has not come to yet is ahead here, and stands before its rows.
    pub fn follow(&mut self, behind: &Table<K, V>) {
        self.rows = Arc::clone(&behind.rows);
    }

    /// Forgets what groups up to this one changed last: the table that it follows has come to the
    /// same by itself, so that a row that nobody changes is in memory once.
    pub fn retire(&mut self, group: u64) {
        if let Some(ahead) = &mut self.ahead
            && !ahead.rows.is_empty()
        {
            ahead.rows.retain(|_, (changed, _)| *changed > group);
            // Room for the largest group would be gone through again for the smallest.
            if ahead.rows.is_empty() {
                ahead.rows = HashMap::new();
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
            match (&mut self.ahead, before) {
                (None, Some((_, row))) => {
                    Arc::make_mut(&mut self.rows).put(key, *row);
                }
                (None, None) => {
                    Arc::make_mut(&mut self.rows).remove(key);
                }
                (Some(ahead), Some(row)) => {
                    ahead.rows.insert(key, row);
                }
                (Some(ahead), None) => {
                    ahead.rows.remove(&key);
                }
            }
        }
    }
}

/// The rows with their keys, in no order; a trial is no part of what a table says.
impl<K: Copy + serde::Serialize, V: serde::Serialize> serde::Serialize for Table<K, V> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.rows.iter())
    }
}

/// The rows with their keys; a trial, and what runs ahead, are no part of what a table says.
impl<K: Copy + Eq + Hash + Form, V: Form> Form for Table<K, V> {
    fn write(&self, out: &mut Out<'_>) {
        self.rows.write(out);
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Bad> {
        Rows::read(input).map(|rows| Table {
            rows: Arc::new(rows),
            ahead: None,
            undo: None,
        })
    }

    fn describe(to: &mut Description) {
        Rows::<K, V>::describe(to);
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

        let rows_of: *const _ = Arc::as_ptr(&view.rows);
        leader.let_go();
        change(&mut view);
        assert_eq!(rows_of, Arc::as_ptr(&view.rows), "changed where it was");
        leader.retire(0);
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

    #[test]
    fn a_leader_sees_what_it_decided_however_far_the_table_behind_has_come() {
        let mut view: Table<u8, u32> = Table::default();
        (0..6).for_each(|key| view.put(key, 0));
        let mut leader = view.clone();
        leader.lead();
        let groups: [&[(u8, u32)]; 3] = [&[(0, 1), (1, 1), (6, 1)], &[(1, 2), (2, 2)], &[(0, 3)]];
        for (number, group) in (1..).zip(groups) {
            leader.enter(number);
            for (key, row) in group {
                *leader.entry(*key) = *row;
            }
        }
        let decided = |table: &Table<u8, u32>| {
            let mut rows: Vec<_> = table.iter().map(|(key, row)| (key, *row)).collect();
            rows.sort_unstable();
            rows
        };
        let all = decided(&leader);
        for (number, group) in (1..).zip(groups) {
            // Also in the middle of a group.
            for (key, row) in group {
                leader.let_go();
                view.put(*key, *row);
                leader.follow(&view);
                assert_eq!(decided(&leader), all);
            }
            leader.retire(number);
            assert_eq!(decided(&leader), all);
        }
        assert_eq!(decided(&view), all);
        assert!(leader.ahead.unwrap().rows.is_empty());
    }

    #[test]
    fn a_trial_that_is_taken_back_leaves_rows_to_the_group_that_changed_them() {
        let mut view: Table<u8, u32> = Table::default();
        let mut leader = view.clone();
        leader.lead();
        leader.enter(1);
        leader.put(1, 10);
        leader.enter(2);
        leader.begin();
        *leader.get_mut(1).unwrap() = 11;
        leader.take_back();
        leader.let_go();
        view.put(1, 10);
        leader.retire(1);
        assert_eq!(leader.ahead.as_ref().map(|ahead| ahead.rows.len()), Some(0));
        leader.follow(&view);
        assert_eq!(leader.get(1), Some(&10));
    }
}
