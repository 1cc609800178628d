//! What the writer does, in numbers: observed once a group, read by whoever watches.

use crate::answer::{Answers, Refusal};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::{Histogram, MICROS};
use tracing::Span;
use tracing::span::EnteredSpan;

/// From one command to the most of a group, which is 8,192 and one request more.
const COMMANDS: &[u64] = &[1, 2, 4, 8, 16, 64, 256, 1_024, 4_096, 8_192, 32_768];
/// From one small record to the 2 MiB after which a group is full, and one request more.
const BYTES: &[u64] = &[
    512, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 2_097_152, 8_388_608, 67_108_864,
];

/// What the writer has done since the start.
#[derive(Debug)]
pub struct Gauges {
    /// Commands of each group.
    pub group_commands: Histogram,
    /// Bytes of each group's records, headers included.
    pub group_bytes: Histogram,
    /// How long each group was being decided, until it could be written, in microseconds.
    pub decide: Histogram,
    /// How long each group waited for the disk, in microseconds.
    pub persist: Histogram,
    /// How long it took until readers saw each group, in microseconds.
    pub show: Histogram,
    refused: Mutex<BTreeMap<&'static str, u64>>,
}

impl Default for Gauges {
    fn default() -> Gauges {
        Gauges {
            group_commands: Histogram::new(COMMANDS),
            group_bytes: Histogram::new(BYTES),
            decide: Histogram::new(MICROS),
            persist: Histogram::new(MICROS),
            show: Histogram::new(MICROS),
            refused: Mutex::default(),
        }
    }
}

impl Gauges {
    /// How many commands were refused, by the code of the refusal.
    #[must_use]
    pub fn refused(&self) -> BTreeMap<&'static str, u64> {
        let refused = self.refused.lock();
        refused.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts refusals, on the thread of whoever asked: the writer has better things to do.
    pub(crate) fn count_refused(&self, answers: &Answers) {
        let mut refusals = answers
            .iter()
            .filter_map(|answer| answer.as_ref().err())
            .peekable();
        if refusals.peek().is_none() {
            return;
        }
        let refused = self.refused.lock();
        let mut refused = refused.unwrap_or_else(PoisonError::into_inner);
        for code in refusals.map(Refusal::code) {
            let count = refused.entry(code).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// A group was shown.
    pub(crate) fn observe(&self, stages: &Stages, commands: usize, bytes: usize) {
        let number = |len: usize| u64::try_from(len).unwrap_or(u64::MAX);
        let show = stages.since.elapsed();
        self.group_commands.observe(number(commands));
        self.group_bytes.observe(number(bytes));
        self.decide.observe_time(stages.decide);
        self.persist.observe_time(stages.persist);
        self.show.observe_time(show);
        tracing::debug!(
            commands,
            bytes,
            decide = ?stages.decide,
            persist = ?stages.persist,
            ?show,
            "a group was recorded"
        );
    }
}

/// How far a group has come, and how long each step took.
#[derive(Debug)]
pub(crate) struct Stages {
    since: Instant,
    decide: Duration,
    persist: Duration,
    /// The first request of the group, in whose trace its steps stand; the others follow from them.
    first: Span,
}

impl Default for Stages {
    fn default() -> Stages {
        Stages {
            since: Instant::now(),
            decide: Duration::ZERO,
            persist: Duration::ZERO,
            first: Span::none(),
        }
    }
}

impl Stages {
    /// A request has joined the group.
    pub(crate) fn join(&mut self, request: &Span) {
        if self.first.is_none() {
            self.first = request.clone();
        } else {
            request.follows_from(&self.first);
        }
    }

    /// Everything is decided.
    pub(crate) fn decided(&mut self) {
        self.decide = self.lap();
    }

    /// The span of waiting for the disk. That the group before was waited for counts as well.
    pub(crate) fn persisting(&self) -> EnteredSpan {
        tracing::debug_span!(parent: &self.first, "persist").entered()
    }

    /// Everything is on the disk.
    pub(crate) fn persisted(&mut self, persisting: EnteredSpan) {
        drop(persisting);
        self.persist = self.lap();
    }

    /// The span of showing it. That the group before was shown counts as well.
    pub(crate) fn showing(&self) -> EnteredSpan {
        tracing::debug_span!(parent: &self.first, "show").entered()
    }

    fn lap(&mut self) -> Duration {
        let now = Instant::now();
        let since = std::mem::replace(&mut self.since, now);
        now.saturating_duration_since(since)
    }
}
