//! sled can hang for ever under bulk writes (spacejam/sled#1412), and a disk can. A process that
//! hangs answers nobody; one that aborts is restarted, and a restart recovers.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::timings::Timings;

/// The longest that one sync or flush may take. They take milliseconds; a disk that retries a bad
/// sector takes seconds; the kernel itself speaks of a hung task after 120 s.
pub(crate) const SYNC_TIME_MAX: Duration = Duration::from_mins(1);

/// How often the watchdog looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A thread that watches the one sync or flush that may be under way.
#[derive(Debug)]
pub(crate) struct Watchdog {
    shared: Arc<Mutex<Watch>>,
    limit: Duration,
    timings: Timings,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Watch {
    under_way: Option<(&'static str, Instant)>,
    stop: bool,
}

/// What is done about what takes long.
struct Then<N> {
    /// May wake it up, at every look that finds what was there at the look before.
    nudge: N,
    /// The last resort.
    late: fn(&'static str),
}

impl Watchdog {
    /// Aborts the process when something watched takes longer than [`SYNC_TIME_MAX`]. Before that
    /// it is nudged, which must not wait.
    pub(crate) fn start(nudge: impl Fn() + Send + 'static) -> Watchdog {
        let late = |what| {
            tracing::error!(what, limit = ?SYNC_TIME_MAX, "the disk does not answer: aborting");
            std::process::abort();
        };
        Watchdog::with(SYNC_TIME_MAX, LOOK_EVERY, Then { nudge, late })
    }

    fn with<N>(limit: Duration, look_every: Duration, then: Then<N>) -> Watchdog
    where
        N: Fn() + Send + 'static,
    {
        let shared = Arc::new(Mutex::new(Watch {
            under_way: None,
            stop: false,
        }));
        let watched = Arc::clone(&shared);
        let look = move || {
            loop {
                thread::park_timeout(look_every);
                let (stop, under_way) = {
                    let watch = watched.lock().unwrap_or_else(PoisonError::into_inner);
                    (watch.stop, watch.under_way)
                };
                if stop {
                    return;
                }
                let Some((what, since)) = under_way else {
                    continue;
                };
                if since.elapsed() > limit {
                    (then.late)(what);
                } else if since.elapsed() > look_every {
                    (then.nudge)();
                }
            }
        };
        // Without the thread a hang would go unseen, which is no reason to refuse to start.
        let thread = thread::Builder::new()
            .name("store-watchdog".to_owned())
            .spawn(look);
        let thread = thread
            .inspect_err(|error| tracing::error!(%error, "no watchdog"))
            .ok();
        Watchdog {
            shared,
            limit,
            timings: Timings::default(),
            thread,
        }
    }

    /// Does something that must not take longer than the limit. One at a time.
    pub(crate) fn watch<T>(&self, what: &'static str, act: impl FnOnce() -> T) -> T {
        let since = Instant::now();
        self.set(Some((what, since)));
        let done = act();
        self.set(None);
        self.timings.observe(what, since.elapsed());
        // A tenth of the limit is not yet a hang, but an operator should know.
        if since.elapsed().saturating_mul(10) > self.limit {
            tracing::warn!(what, took = ?since.elapsed(), "the disk is very slow");
        }
        done
    }

    /// How long what was watched took.
    pub(crate) fn timings(&self) -> &Timings {
        &self.timings
    }

    /// Watches no longer: what it was given to nudge is let go of.
    pub(crate) fn stop(&mut self) {
        self.shared
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .stop = true;
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It returns at once; that it panicked would change nothing here.
            let _ = thread.join();
        }
    }

    fn set(&self, under_way: Option<(&'static str, Instant)>) {
        self.shared
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .under_way = under_way;
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn barks_when_a_sync_takes_too_long_and_only_then() {
        static BARKED: AtomicBool = AtomicBool::new(false);
        let late = |what| BARKED.store(what == "slow", Ordering::SeqCst);
        let then = Then { nudge: || (), late };
        let dog = Watchdog::with(Duration::from_millis(20), Duration::from_millis(1), then);
        dog.watch("fast", || ());
        dog.watch("slow", || {
            while !BARKED.load(Ordering::SeqCst) {
                thread::yield_now();
            }
        });
    }

    #[test]
    fn nudges_what_hangs_before_it_gives_it_up() {
        let (nudge, nudged) = mpsc::sync_channel(0);
        let then = Then {
            nudge: move || {
                let _ = nudge.try_send(());
            },
            late: |what| panic!("{what} was given up"),
        };
        let dog = Watchdog::with(SYNC_TIME_MAX, Duration::from_millis(1), then);
        dog.watch("hung", || nudged.recv().unwrap());
    }
}
