//! Numbers that were read a moment ago, each kind with one label, to be written down.

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::exemplar::Exemplar;
use std::collections::HashMap;
use std::fmt::Error;
use std::time::Duration;
use store::Observed;

/// Histograms of the writer and the disk.
#[derive(Debug)]
pub(super) struct Histograms {
    /// The label; nothing where there is one histogram alone.
    pub(super) label: Option<&'static str>,
    /// Its values, with what was observed of each.
    pub(super) rows: Vec<(&'static str, Observed)>,
    /// From the unit in which it was observed to that in which it is written.
    pub(super) unit: fn(u64) -> f64,
}

/// Microseconds as seconds.
pub(super) fn micros(number: u64) -> f64 {
    Duration::from_micros(number).as_secs_f64()
}

/// A number as it is; exact up to 2^53.
pub(super) fn whole(number: u64) -> f64 {
    Duration::from_secs(number).as_secs_f64()
}

impl Histograms {
    fn row(&self, mut encoder: MetricEncoder<'_>, observed: &Observed) -> Result<(), Error> {
        let bound = |bound: Option<u64>| bound.map_or(f64::INFINITY, self.unit);
        let buckets = observed.buckets.iter();
        let buckets: Vec<_> = buckets.map(|(at, count)| (bound(*at), *count)).collect();
        let sum = (self.unit)(observed.sum);
        let none = None::<&HashMap<usize, Exemplar<NoLabelSet, f64>>>;
        encoder.encode_histogram(sum, observed.count(), &buckets, none)
    }
}

impl EncodeMetric for Histograms {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), Error> {
        for (value, observed) in &self.rows {
            match self.label {
                Some(label) => {
                    self.row(encoder.encode_family(&[(label, *value)])?, observed)?;
                }
                None => return self.row(encoder, observed),
            }
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}

/// Counters or gauges.
#[derive(Debug)]
pub(super) struct Numbers {
    pub(super) kind: MetricType,
    /// The label.
    pub(super) label: &'static str,
    /// Its values, with the number of each.
    pub(super) rows: Vec<(&'static str, u64)>,
}

impl EncodeMetric for Numbers {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), Error> {
        for (value, number) in &self.rows {
            let labels = [(self.label, *value)];
            let mut encoder = encoder.encode_family(&labels)?;
            match self.kind {
                MetricType::Counter => {
                    encoder.encode_counter::<NoLabelSet, _, u64>(number, None)?;
                }
                MetricType::Gauge
                | MetricType::Histogram
                | MetricType::Info
                | MetricType::Unknown => encoder.encode_gauge(number)?,
            }
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        self.kind
    }
}
