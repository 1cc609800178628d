//! Places for work that takes memory, a disk or a thread for a while: so many at once, so many
//! who wait, and whoever comes then is told to come again.

use crate::problem::Problem;
use actix_web::web;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Places of one kind.
#[derive(Debug)]
pub struct Places {
    what: &'static str,
    what_zh: &'static str,
    free: Arc<Semaphore>,
    len: usize,
    waiting: AtomicUsize,
    waiting_max: usize,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub struct Place(#[expect(dead_code, reason = "held")] OwnedSemaphorePermit);

/// Somebody who waits, until they have a place or have gone away.
struct Waits<'a>(&'a AtomicUsize);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Place {
    /// Does what may take a while on a thread that may. The place is taken until it is done, also
    /// when whoever asked has gone away.
    ///
    /// # Errors
    /// 500: it panicked.
    pub async fn block<T: Send + 'static>(
        self: Arc<Place>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let span = tracing::Span::current();
        let done = web::block(move || {
            let _place = self;
            span.in_scope(work)
        });
        done.await.map_err(|error| Problem::internal(&error))
    }
}

impl Places {
    /// `len` places, for which `waiting_max` may wait; `what` is too many where they are taken.
    #[must_use]
    pub fn new(
        (what, what_zh): (&'static str, &'static str),
        len: usize,
        waiting_max: usize,
    ) -> Places {
        Places {
            what,
            what_zh,
            free: Arc::new(Semaphore::new(len)),
            len,
            waiting: AtomicUsize::new(0),
            waiting_max,
        }
    }

    /// A place, as soon as one is free.
    ///
    /// # Errors
    /// 503 with `Retry-After`: as many wait already as may.
    pub async fn enter(&self) -> Result<Arc<Place>, Problem> {
        if let Ok(place) = Arc::clone(&self.free).try_acquire_owned() {
            return Ok(Arc::new(Place(place)));
        }
        let waits = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waits = Waits(&self.waiting);
        if waits >= self.waiting_max {
            return Err(self.full());
        }
        let place = Arc::clone(&self.free).acquire_owned().await;
        let place = place.map_err(|error| Problem::internal(&error))?;
        Ok(Arc::new(Place(place)))
    }

    /// `count` places at once, now.
    ///
    /// # Errors
    /// 503 with `Retry-After`: so many are not free.
    pub fn try_enter(&self, count: u32) -> Result<Place, Problem> {
        let place = Arc::clone(&self.free).try_acquire_many_owned(count);
        place.map(Place).map_err(|_| self.full())
    }

    /// How many are taken.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.len.saturating_sub(self.free.available_permits())
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// True if there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    fn full(&self) -> Problem {
        let (what, what_zh) = (self.what, self.what_zh);
        Problem::unavailable(
            "OVERLOADED",
            &format!("too many {what} at once"),
            &format!("{what_zh}过多,请稍后重试"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn so_many_enter_so_many_wait_and_the_next_is_told_to_come_again() {
        let places = Places::new(("questions", "查询"), 1, 1);
        let first = places.enter().now_or_never().unwrap().unwrap();
        let mut second = Box::pin(places.enter());
        assert!(second.as_mut().now_or_never().is_none());
        assert_eq!((places.taken(), places.waiting()), (1, 1));
        let third = places.enter().now_or_never().unwrap().unwrap_err();
        assert_eq!((third.status, third.code.as_str()), (503, "OVERLOADED"));
        drop(first);
        let second = second.now_or_never().unwrap().unwrap();
        assert_eq!((places.taken(), places.waiting()), (1, 0));
        drop(second);
        assert_eq!(places.taken(), 0);
    }

    #[test]
    fn whoever_goes_away_waits_no_more() {
        let places = Places::new(("questions", "查询"), 1, 1);
        let _first = places.enter().now_or_never().unwrap().unwrap();
        let mut gone = Box::pin(places.enter());
        assert!(gone.as_mut().now_or_never().is_none());
        drop(gone);
        assert_eq!(places.waiting(), 0);
        let mut other = Box::pin(places.enter());
        assert!(
            other.as_mut().now_or_never().is_none(),
            "there is room to wait"
        );
    }
}
