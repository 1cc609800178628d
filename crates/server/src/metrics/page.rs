//! The page at `/metrics`: a registry made anew for each that asks, over what is counted.

use super::seen::{Histograms, Numbers, micros, whole};
use super::{Metrics, process};
use crate::places::Places;
use crate::state::State;
use prometheus_client::encoding::text;
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::fmt::Error;
use std::time::Duration;
use store::Observed;

pub(super) fn of(metrics: &Metrics, state: &State) -> Result<String, Error> {
    let mut other = Registry::default();
    process::register(&mut other, metrics.started);
    let mut ours = Registry::with_prefix("fundtrace");
    let version = [("version", env!("CARGO_PKG_VERSION"))];
    ours.register("build", "What is running", Info::new(version));
    requests(&mut ours, metrics);
    writer(&mut ours, state);
    groups(&mut ours, state);
    positions(&mut ours, state);
    verification(&mut ours, state);
    places(&mut ours, state);
    let mut page = String::new();
    text::encode_registry(&mut page, &ours)?;
    text::encode_registry(&mut page, &other)?;
    text::encode_eof(&mut page)?;
    Ok(page)
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: u64) {
    registry.register(name, help, ConstGauge::new(value));
}

fn requests(registry: &mut Registry, metrics: &Metrics) {
    registry.register(
        "http_requests",
        "Requests answered, by method, template of the path, and status",
        metrics.requests.clone(),
    );
    registry.register_with_unit(
        "http_request_duration",
        "From the head of a request to the head of its answer",
        Unit::Seconds,
        metrics.latency.clone(),
    );
    registry.register(
        "http_problems",
        "Requests answered with a problem, by its code",
        metrics.problems.clone(),
    );
    registry.register(
        "http_requests_in_flight",
        "Requests that are being answered",
        metrics.in_flight.clone(),
    );
    registry.register(
        "http_connections",
        "Open connections",
        metrics.connections.clone(),
    );
}

fn writer(registry: &mut Registry, state: &State) {
    let handle = &state.handle;
    let gauges = handle.gauges();
    let waiting = [
        (
            "queue_requests",
            "Requests that wait for the writer",
            handle.queue_len(),
        ),
        (
            "queue_requests_max",
            "Above this requests answer 503",
            sequencer::QUEUE_LEN_MAX,
        ),
        (
            "queue_commands",
            "Commands that wait for the writer or the disk",
            handle.commands_waiting(),
        ),
    ];
    for (name, help, len) in waiting {
        registry.register(name, help, ConstGauge::new(len));
    }
    let max = u64::from(sequencer::WAITING_MAX);
    gauge(
        registry,
        "queue_commands_max",
        "Above this requests answer 503",
        max,
    );
    let stopped = u64::from(*handle.stopped().borrow());
    gauge(
        registry,
        "writer_stopped",
        "1 when the disk has failed and nothing is written",
        stopped,
    );
    let refused = Numbers {
        kind: MetricType::Counter,
        label: "code",
        rows: gauges.refused().into_iter().collect(),
    };
    registry.register("commands_refused", "Commands refused, by the code", refused);
}

/// What was recorded at once, and where its time went.
fn groups(registry: &mut Registry, state: &State) {
    let gauges = state.handle.gauges();
    let commands = alone(gauges.group_commands.read());
    registry.register("group_commands", "Commands of each group", commands);
    let bytes = gauges.group_bytes.read();
    let sum = bytes.sum;
    registry.register_with_unit(
        "group",
        "Bytes of the records of each group",
        Unit::Bytes,
        alone(bytes),
    );
    registry.register_with_unit(
        "record",
        "Bytes of records written since the start",
        Unit::Bytes,
        ConstCounter::new(sum),
    );
    let stages = [
        ("decide", gauges.decide.read()),
        ("persist", gauges.persist.read()),
        ("show", gauges.show.read()),
    ];
    registry.register_with_unit(
        "group_stage_duration",
        "How long each group took: deciding, waiting for the disk, showing",
        Unit::Seconds,
        times("stage", stages.into()),
    );
    let syncs = state.handle.reader().timings();
    registry.register_with_unit(
        "disk_wait_duration",
        "How long the disk was waited for",
        Unit::Seconds,
        times("what", syncs.collect()),
    );
}

/// Where each part of the server has come to, as the position that comes next.
fn positions(registry: &mut Registry, state: &State) {
    let handle = &state.handle;
    // In this order, so that nothing seems to be ahead of what it follows.
    let witnessed = state.witnessed().map(|published| published.size);
    let latest = handle.published_log().and_then(|log| log.latest());
    let published = latest.map(|published| published.size);
    let shown = *handle.published().borrow();
    let durable = handle.reader().next_position();
    registry.register("records", "Records on the disk", ConstCounter::new(durable));
    gauge(
        registry,
        "ledgers",
        "Ledgers",
        u64::try_from(handle.ledgers().len()).unwrap_or(0),
    );
    let behind = durable.saturating_sub(shown);
    gauge(
        registry,
        "projection_lag_records",
        "Records on the disk that no query shows yet",
        behind,
    );
    for (what, position) in [("checkpoint", published), ("witness", witnessed)] {
        let Some(position) =
            position.or((what == "witness" && state.cosigned.is_some()).then_some(0))
        else {
            continue;
        };
        let (records, seconds) = (shown.saturating_sub(position), waited(state, position));
        let help = format!("Records that no {what} covers yet");
        gauge(registry, &format!("{what}_lag_records"), &help, records);
        let help = format!("Since when the oldest record that no {what} covers waits");
        registry.register(
            format!("{what}_lag_seconds"),
            help,
            ConstGauge::new(seconds),
        );
    }
    let failing = handle.published_log().is_some_and(|log| {
        // Nothing can be, though nothing may be due at the moment.
        log.is_failing() || log.register().standing() != store::Standing::Kept
    });
    gauge(
        registry,
        "publishing_failing",
        "1 while checkpoints cannot be published",
        u64::from(failing),
    );
    let fallen = handle.fallen().names().len();
    gauge(
        registry,
        "threads_ended",
        "Parts of the server that have failed and do nothing any more",
        u64::try_from(fallen).unwrap_or(u64::MAX),
    );
}

/// How long ago the record of a position was recorded, in seconds; 0 where there is none yet.
fn waited(state: &State, position: u64) -> f64 {
    let Ok(Some(entry)) = state.handle.reader().at(position) else {
        return 0.0;
    };
    let since = sequencer::wall_us().saturating_sub(entry.record.header.recorded_at_us);
    Duration::from_micros(since).as_secs_f64()
}

fn verification(registry: &mut Registry, state: &State) {
    let health = state.scrub.health();
    gauge(
        registry,
        "verified_records",
        "Records from the first on that were read from the disk and found sound since the start",
        health.verified_through(),
    );
    let (at, of) = health
        .under_way
        .map_or((0, 0), |under_way| (under_way.position, under_way.of));
    gauge(
        registry,
        "scrub_position_records",
        "How far the reading under way has come",
        at,
    );
    gauge(
        registry,
        "scrub_end_records",
        "How far the reading under way will go; 0 while none is",
        of,
    );
    let last = health.last.as_ref().map_or(0, |last| last.at_s);
    gauge(
        registry,
        "scrub_last_end_timestamp_seconds",
        "When the last reading ended, UTC",
        last,
    );
    let rot = u64::try_from(health.rot.len()).unwrap_or(u64::MAX);
    gauge(
        registry,
        "scrub_damages",
        "What the last reading found damaged, 100 at most",
        rot,
    );
}

fn places(registry: &mut Registry, state: &State) {
    let kinds: [(&str, &Places); 8] = [
        ("bodies_kib", &state.bodies),
        ("folds", &state.folds),
        ("imports", &state.imports),
        ("long_questions", &state.long),
        ("packages", &state.packages),
        ("seals", &state.seals),
        ("streams", &state.streams),
        ("uploads", &state.uploads),
    ];
    let each = |number: fn(&Places) -> usize| Numbers {
        kind: MetricType::Gauge,
        label: "kind",
        rows: kinds
            .map(|(kind, places)| (kind, u64::try_from(number(places)).unwrap_or(u64::MAX)))
            .to_vec(),
    };
    let taken = each(Places::taken);
    registry.register("places_taken", "Work under way, by its kind", taken);
    let len = each(Places::len);
    registry.register("places_max", "How much of it may be under way", len);
    let waiting = each(Places::waiting);
    registry.register("places_waiting", "Requests that wait for a place", waiting);
}

fn alone(observed: Observed) -> Histograms {
    Histograms {
        label: None,
        rows: vec![("", observed)],
        unit: whole,
    }
}

fn times(label: &'static str, rows: Vec<(&'static str, Observed)>) -> Histograms {
    Histograms {
        label: Some(label),
        rows,
        unit: micros,
    }
}
