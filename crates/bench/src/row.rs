//! Benchmarks, and the rows that they make.

use crate::Sizes;
use crate::latency::Latencies;
use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Something that is measured.
pub struct Benchmark {
    /// Short, lower case, with hyphens: what is given to `cargo xtask bench NAME`. Its rows have
    /// this name, or names that begin with it.
    pub name: &'static str,
    /// Measures.
    pub run: fn(&Place) -> Result<Vec<Row>>,
}

/// Where a benchmark runs, and how much of it.
#[derive(Debug, Clone)]
pub struct Place {
    /// A directory of its own, on the disk that is measured.
    pub dir: PathBuf,
    /// This crate's program, which is also the server and the start that are measured.
    pub program: PathBuf,
    /// How much.
    pub sizes: Sizes,
}

/// One line of the table.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Row {
    /// The benchmark's name, or one that begins with it.
    pub name: String,
    /// What was measured under: sizes, connections, what else ran.
    pub conditions: String,
    /// How many a second.
    pub rate: Option<f64>,
    /// Of what.
    pub of: String,
    /// Half of them took no longer, in milliseconds.
    pub p50_ms: Option<f64>,
    /// 99 % of them took no longer, in milliseconds.
    pub p99_ms: Option<f64>,
    /// Resident memory of the process that is measured, in megabytes (10^6 bytes).
    pub rss_mb: Option<f64>,
    /// Bytes on the disk or in memory, as the conditions say, for each record.
    pub bytes_per_record: Option<f64>,
    /// The rate of the floor, measured in the same run.
    pub floor_rate: Option<f64>,
    /// The rate as a share of the floor's; or the ratio that the conditions name.
    pub floor_ratio: Option<f64>,
    /// What it must reach.
    pub goal: String,
    /// Whether it does; nothing where nothing was measured.
    pub met: Option<bool>,
}

impl Row {
    /// A row in which nothing has been measured yet.
    #[must_use]
    pub fn new(name: &str, of: &str, goal: &str) -> Row {
        Row {
            name: name.to_owned(),
            of: of.to_owned(),
            goal: goal.to_owned(),
            ..Row::default()
        }
    }

    /// A row of what cannot be measured, because it does not exist.
    #[must_use]
    pub fn not_built(name: &str, what: &str, goal: &str) -> Row {
        let conditions = format!("not built: {what}");
        Row::new(name, "", goal).under(conditions)
    }

    /// With what it was measured under.
    #[must_use]
    pub fn under(self, conditions: impl Into<String>) -> Row {
        let conditions = conditions.into();
        Row { conditions, ..self }
    }

    /// So many in so many seconds.
    #[must_use]
    pub fn rate(self, count: u64, seconds: f64) -> Row {
        let rate = Some(count as f64 / seconds);
        Row { rate, ..self }
    }

    /// With its times.
    #[must_use]
    pub fn times(self, latencies: &Latencies) -> Row {
        Row {
            p50_ms: Some(latencies.ms(50.0)),
            p99_ms: Some(latencies.ms(99.0)),
            ..self
        }
    }

    /// With the memory of a process, in bytes.
    #[must_use]
    pub fn rss(self, bytes: u64) -> Row {
        let rss_mb = Some(bytes as f64 / 1e6);
        Row { rss_mb, ..self }
    }

    /// With the rate of its floor.
    #[must_use]
    pub fn floor(self, floor_rate: f64) -> Row {
        Row {
            floor_rate: Some(floor_rate),
            floor_ratio: self.rate.map(|rate| rate / floor_rate),
            ..self
        }
    }

    /// Whether its goal is met.
    #[must_use]
    pub fn met(self, met: bool) -> Row {
        let met = Some(met);
        Row { met, ..self }
    }
}
