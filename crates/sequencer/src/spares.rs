//! Lists that are used again: those of a group of 8,192 commands take five megabytes, and memory
//! that is new for each group the system clears first. That took a tenth of the writer's time.

use crate::group::COMMANDS_MAX;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

/// How many lists wait to be used: one for the group that is decided next, and those that come back
/// together when what waited for a checkpoint is published.
const WAITING_MAX: usize = 4;

/// A longer list is not kept: a full group, and one request that has grown beyond it.
const LEN_MAX: usize = COMMANDS_MAX + COMMANDS_MAX / 2;

/// Empty lists with room.
pub(crate) struct Spares<T>(Mutex<Vec<Vec<T>>>);

impl<T> Spares<T> {
    pub(crate) const fn new() -> Spares<T> {
        Spares(Mutex::new(Vec::new()))
    }

    /// An empty list, which comes back when it is dropped, on whichever thread.
    pub(crate) fn lend(&'static self) -> Lent<T> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let list = waiting.pop().unwrap_or_default();
        Lent { list, home: self }
    }

    fn take_back(&self, list: Vec<T>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < WAITING_MAX {
            waiting.push(list);
        }
    }
}

/// A list that goes back to where it is from.
pub(crate) struct Lent<T: 'static> {
    list: Vec<T>,
    home: &'static Spares<T>,
}

impl<T: 'static> Deref for Lent<T> {
    type Target = Vec<T>;
    fn deref(&self) -> &Vec<T> {
        &self.list
    }
}

impl<T: 'static> DerefMut for Lent<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.list
    }
}

impl<T: 'static> Drop for Lent<T> {
    fn drop(&mut self) {
        let mut list = std::mem::take(&mut self.list);
        list.clear();
        if (1..=LEN_MAX).contains(&list.capacity()) {
            self.home.take_back(list);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_comes_back_empty_and_with_its_room_unless_it_has_grown_too_long() {
        static SPARES: Spares<u8> = Spares::new();
        let mut list = SPARES.lend();
        list.extend([1, 2, 3]);
        let room = list.as_ptr();
        drop(list);
        let list = SPARES.lend();
        assert_eq!((list.as_ptr(), list.len()), (room, 0));
        let mut long = SPARES.lend();
        long.reserve(LEN_MAX + 1);
        drop(long);
        assert_eq!(SPARES.lend().capacity(), 0);
        let lists: Vec<_> = (0..4).map(|_| SPARES.lend()).collect();
        lists.into_iter().for_each(|mut list| list.push(1));
        assert_eq!(SPARES.0.lock().unwrap().len(), WAITING_MAX);
    }
}
