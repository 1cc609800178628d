//! Counters that whoever writes adds to and whoever watches reads: plain atomics, no library and no
//! network. An observation costs some nanoseconds, and is made once a group, never once a record.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds in microseconds: a good disk syncs in 100 µs to 1 ms, a poor one in 30 ms, and one
/// that is failing takes seconds. The watchdog ends the process after 60 s.
pub const MICROS: &[u64] = &[
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
    5_000_000, 30_000_000,
];

/// How often a number fell between two bounds, and the sum of all.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [u64],
    /// One for each bound, and one for what is above the last.
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

/// What a [`Histogram`] had seen at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Each upper bound, inclusive, `None` for the last, with how often a number was at most that
    /// and above the bound before.
    pub buckets: Vec<(Option<u64>, u64)>,
    /// The sum of all numbers.
    pub sum: u64,
}

impl Observed {
    /// How many numbers were observed.
    #[must_use]
    pub fn count(&self) -> u64 {
        let counts = self.buckets.iter().map(|(_, count)| *count);
        counts.fold(0, u64::saturating_add)
    }
}

impl Histogram {
    /// An empty one with these upper bounds, which must ascend.
    #[must_use]
    pub fn new(bounds: &'static [u64]) -> Histogram {
        let counts = std::iter::repeat_with(AtomicU64::default);
        Histogram {
            bounds,
            counts: counts.take(bounds.len().saturating_add(1)).collect(),
            sum: AtomicU64::new(0),
        }
    }

    /// Adds a number, in the unit of the bounds.
    pub fn observe(&self, number: u64) {
        let place = self.bounds.partition_point(|bound| *bound < number);
        if let Some(count) = self.counts.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(number, Ordering::Relaxed);
    }

    /// Adds a time, in microseconds.
    pub fn observe_time(&self, time: Duration) {
        self.observe(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    /// What was observed so far. Beside a writer the sum may be an observation ahead or behind.
    #[must_use]
    pub fn read(&self) -> Observed {
        let bounds = self.bounds.iter().copied().map(Some).chain([None]);
        let counts = self
            .counts
            .iter()
            .map(|count| count.load(Ordering::Relaxed));
        Observed {
            buckets: bounds.zip(counts).collect(),
            sum: self.sum.load(Ordering::Relaxed),
        }
    }
}

/// How long the disk took, in microseconds: by the words with which the watchdog is told.
#[derive(Debug)]
pub struct Timings([(&'static str, Histogram); 4]);

impl Default for Timings {
    fn default() -> Timings {
        let new = |what| (what, Histogram::new(MICROS));
        Timings([
            new("journal sync"),
            new("sled batch"),
            new("sled flush"),
            new("sled sync"),
        ])
    }
}

impl Timings {
    /// Adds a time; one of another kind is not counted.
    pub(crate) fn observe(&self, what: &str, took: Duration) {
        if let Some((_, histogram)) = self.0.iter().find(|(name, _)| *name == what) {
            histogram.observe_time(took);
        }
    }

    /// Each kind of waiting for the disk with what was observed of it, in microseconds.
    pub fn read(&self) -> impl Iterator<Item = (&'static str, Observed)> {
        self.0.iter().map(|(what, times)| (*what, times.read()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_falls_into_the_first_bucket_that_holds_it() {
        let histogram = Histogram::new(&[1, 10]);
        for number in [0, 1, 2, 10, 11, 1_000] {
            histogram.observe(number);
        }
        let observed = histogram.read();
        assert_eq!(observed.buckets, [(Some(1), 2), (Some(10), 2), (None, 2)]);
        assert_eq!((observed.count(), observed.sum), (6, 1_024));
    }
}
