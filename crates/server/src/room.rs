//! Room for commands on their way to the writer: lists and streams hold their bytes here until
//! they are answered, so that however many come at once, memory is bounded. A list that finds no
//! room is told so; a stream waits, and is not read meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// KiB of commands that may be with the writer at once: eight lists of the largest size.
const ROOM_KIB: u32 = 128 << 10;

/// The room of a server.
#[derive(Debug)]
pub struct Room {
    kib: Arc<Semaphore>,
    held: AtomicUsize,
    most: AtomicUsize,
}

/// What has been given of the room; given back when it is dropped.
#[derive(Debug)]
pub struct Place(#[expect(dead_code, reason = "held until it is dropped")] OwnedSemaphorePermit);

impl Default for Room {
    fn default() -> Room {
        Room {
            kib: Arc::new(Semaphore::new(
                usize::try_from(ROOM_KIB).unwrap_or(Semaphore::MAX_PERMITS),
            )),
            held: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        }
    }
}

impl Room {
    /// Waits for room for some bytes.
    pub async fn wait(&self, bytes: usize) -> Option<Place> {
        let kib = Arc::clone(&self.kib);
        kib.acquire_many_owned(in_kib(bytes)).await.ok().map(Place)
    }

    /// Room for some bytes, if there is any at this moment.
    #[must_use]
    pub fn at_once(&self, bytes: usize) -> Option<Place> {
        let kib = Arc::clone(&self.kib);
        kib.try_acquire_many_owned(in_kib(bytes)).ok().map(Place)
    }

    /// The bytes of bodies that streams hold at the moment: read, and not yet answered.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// The most that streams ever held at once.
    #[must_use]
    pub fn held_most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }
}

fn in_kib(bytes: usize) -> u32 {
    let kib = u32::try_from(bytes >> 10).unwrap_or(ROOM_KIB);
    kib.saturating_add(1).min(ROOM_KIB)
}

/// What one stream holds, counted.
#[derive(Debug)]
pub struct Held {
    room: Arc<Room>,
    bytes: usize,
}

impl Held {
    /// Nothing yet.
    #[must_use]
    pub const fn nothing(room: Arc<Room>) -> Held {
        Held { room, bytes: 0 }
    }

    /// From now on it holds so many bytes.
    pub fn set(&mut self, bytes: usize) {
        if bytes > self.bytes {
            let more = bytes.saturating_sub(self.bytes);
            let before = self.room.held.fetch_add(more, Ordering::Relaxed);
            let most = before.saturating_add(more);
            self.room.most.fetch_max(most, Ordering::Relaxed);
        } else {
            let less = self.bytes.saturating_sub(bytes);
            self.room.held.fetch_sub(less, Ordering::Relaxed);
        }
        self.bytes = bytes;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_counted_and_given_back() {
        let room = Arc::new(Room::default());
        let (mut one, mut other) = (
            Held::nothing(Arc::clone(&room)),
            Held::nothing(Arc::clone(&room)),
        );
        one.set(100);
        other.set(50);
        one.set(20);
        assert_eq!((room.held(), room.held_most()), (70, 150));
        drop(one);
        drop(other);
        assert_eq!((room.held(), room.held_most()), (0, 150));
    }

    #[test]
    fn a_list_finds_no_room_while_others_fill_it() {
        let room = Room::default();
        let all = room.at_once(usize::MAX);
        assert!(all.is_some());
        assert!(room.at_once(1).is_none());
        drop(all);
        assert!(room.at_once(1).is_some());
    }
}
