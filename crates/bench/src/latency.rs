//! How long things took.

use hdrhistogram::Histogram;
use std::time::Duration;

/// Times in microseconds, three digits exact, up to a minute.
pub struct Latencies(Histogram<u64>);

impl Default for Latencies {
    fn default() -> Latencies {
        Latencies(Histogram::new_with_bounds(1, 60_000_000, 3).expect("sound bounds"))
    }
}

impl Latencies {
    /// One more.
    pub fn add(&mut self, time: Duration) {
        self.0.saturating_record((time.as_micros() as u64).max(1));
    }

    /// Those of another, too.
    pub fn merge(&mut self, other: &Latencies) {
        self.0.add(&other.0).expect("the same bounds");
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// So many percent of them took no longer, in milliseconds.
    #[must_use]
    pub fn ms(&self, percent: f64) -> f64 {
        self.0.value_at_percentile(percent) as f64 / 1000.0
    }
}
