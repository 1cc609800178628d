//! The clock: believed only while it runs as evenly as the machine's monotonic one.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How far the wall clock may depart from the monotonic clock, or lag behind the last record.
pub(crate) const DEPARTURE_MAX: Duration = Duration::from_secs(10);

/// Two readings of one moment.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// UTC microseconds by the wall clock.
    pub wall_us: u64,
    /// By a clock that nobody sets.
    pub monotonic: Duration,
}

/// Where readings come from: the machine, or a test.
pub type Source = Box<dyn Fn() -> Reading + Send>;

/// The machine's clocks.
#[must_use]
pub fn machine() -> Source {
    let start = Instant::now();
    Box::new(move || Reading {
        wall_us: wall_us(),
        monotonic: start.elapsed(),
    })
}

/// UTC microseconds by the machine's wall clock.
#[must_use]
pub fn wall_us() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// The writer's clock.
pub(crate) struct Clock {
    source: Source,
    /// The reading from which evenness is judged.
    base: Reading,
    /// An operator has seen that records up to here lie in the future, and let it be.
    confirmed_us: u64,
}

/// A clock that was set, or that stood still: nothing is recorded until an operator says that it
/// is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Uneven;

impl Clock {
    pub(crate) fn new(source: Source) -> Clock {
        let base = source();
        Clock {
            source,
            base,
            confirmed_us: 0,
        }
    }

    /// A look at both clocks. It costs as much as hashing a record, so it is taken for some
    /// commands at a time, which are decided within a fraction of a millisecond.
    pub(crate) fn look(&self) -> Reading {
        (self.source)()
    }

    /// The time of recording, as of a look: not before `last_us`, the last record's.
    pub(crate) fn now(&self, now: Reading, last_us: u64) -> Result<u64, Uneven> {
        let limit = u64::try_from(DEPARTURE_MAX.as_micros()).unwrap_or(u64::MAX);
        let elapsed = now
            .monotonic
            .saturating_sub(self.base.monotonic)
            .as_micros();
        let expected = self
            .base
            .wall_us
            .saturating_add(u64::try_from(elapsed).unwrap_or(u64::MAX));
        let departed = now.wall_us.abs_diff(expected) > limit;
        let behind = last_us > self.confirmed_us && last_us.saturating_sub(now.wall_us) > limit;
        if departed || behind {
            Err(Uneven)
        } else {
            Ok(now.wall_us.max(last_us))
        }
    }

    /// An operator says that the clock is right as it stands, even if the last record, `last_us`,
    /// lies after it: until the clock has caught up, records carry that last time again.
    pub(crate) fn confirm(&mut self, last_us: u64) {
        self.base = (self.source)();
        self.confirmed_us = last_us;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    fn clock() -> (Clock, Arc<Mutex<Reading>>) {
        let start = Reading {
            wall_us: 1_000_000_000,
            monotonic: Duration::ZERO,
        };
        let reading = Arc::new(Mutex::new(start));
        let read = Arc::clone(&reading);
        (Clock::new(Box::new(move || *read.lock().unwrap())), reading)
    }

    fn set(reading: &Mutex<Reading>, wall_us: u64, seconds: u64) {
        *reading.lock().unwrap() = Reading {
            wall_us,
            monotonic: Duration::from_secs(seconds),
        };
    }

    #[test]
    fn runs_while_both_clocks_agree_and_never_backwards() {
        let (clock, reading) = clock();
        set(&reading, 1_005_000_000, 5);
        assert_eq!(clock.now(clock.look(), 0), Ok(1_005_000_000));
        assert_eq!(clock.now(clock.look(), 1_006_000_000), Ok(1_006_000_000));
    }

    #[test]
    fn stops_when_somebody_sets_it_until_an_operator_confirms() {
        let (mut clock, reading) = clock();
        set(&reading, 1_015_000_001, 5);
        assert_eq!(clock.now(clock.look(), 0), Err(Uneven));
        clock.confirm(0);
        assert_eq!(clock.now(clock.look(), 0), Ok(1_015_000_001));
    }

    #[test]
    fn stops_when_it_lags_behind_the_last_record() {
        let (mut clock, reading) = clock();
        set(&reading, 1_005_000_000, 5);
        assert_eq!(clock.now(clock.look(), 1_015_000_000), Ok(1_015_000_000));
        assert_eq!(clock.now(clock.look(), 1_015_000_001), Err(Uneven));
        clock.confirm(1_015_000_001);
        assert_eq!(clock.now(clock.look(), 1_015_000_001), Ok(1_015_000_001));
        assert_eq!(clock.now(clock.look(), 1_015_000_002), Err(Uneven));
    }
}
