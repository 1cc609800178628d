//! Appends in process, in full groups, and their floor beside them.

use crate::county::Turn;
use crate::floor::Floor;
use crate::folder::{self, Folder};
use crate::latency::Latencies;
use crate::{Benchmark, Place, Row, load, machine};
use anyhow::Result;
use sequencer::Handle;
use std::time::Duration;
use store::{Histogram, Observed};

/// Groups of payments in process.
pub const IN_PROCESS: Benchmark = Benchmark {
    name: "append-in-process",
    run,
};

/// Groups between two times at which the floor has its turn.
const GROUPS_IN_TURN: u64 = 48;
/// What the floor must not be away from by more than this.
const GOAL: f64 = 1.0 / 3.0;

/// Of all turns.
#[derive(Default)]
struct Sum {
    commands: u64,
    time: Duration,
    made_in: Duration,
    busy: Duration,
    latencies: Latencies,
}

fn run(place: &Place) -> Result<Vec<Row>> {
    let sizes = &place.sizes;
    let folder = Folder::new(place, "append")?;
    let started = folder.set_up(sizes)?;
    let county = folder::county(sizes);
    let payments = |from, until| -> Vec<Turn> { county.subsidies(from, until) };
    let source = load::Source {
        turns: &payments,
        commands_each: 3,
    };
    let mut floor = Floor::new(&place.dir)?;
    let (mut sum, mut bytes, mut records) = (Sum::default(), 0, 0);
    // A third of the turn's commands instruct, a third settle, a third confirm.
    let each = GROUPS_IN_TURN.min(sizes.groups) * sizes.group / 3;
    let turns = (sizes.groups / GROUPS_IN_TURN).max(1);
    for turn in 0..turns {
        let before = started.handle.reader().next_position();
        let numbers = (turn * each, (turn + 1) * each);
        let busy = machine::busy("self");
        let loaded = load::load(&started.handle, source, numbers, sizes.group)?;
        sum.busy += machine::busy("self") - busy;
        sum.commands += loaded.commands;
        sum.time += loaded.time;
        sum.made_in += loaded.made_in;
        sum.latencies.merge(&loaded.latencies);
        for group in groups(&started.handle, before, sizes.group)? {
            bytes += group.iter().map(Vec::len).sum::<usize>() as u64;
            records += group.len() as u64;
            floor.append(&group)?;
        }
    }
    let seconds = sum.time.as_secs_f64();
    let rss = machine::rss("self");
    let busy = sum.busy.as_secs_f64();
    let conditions = format!(
        "{} payments instructed, settled and confirmed, in requests of {} commands by one caller, \
         {} under way; checkpoints and receipts signed; making the commands took {:.0} % of one \
         core beside it, everything {:.1} cores and {:.1} µs \
         of processor time a command; a group of {:.0} commands took {}; bytes are header and body",
        sum.commands / 3,
        sizes.group,
        load::UNDER_WAY,
        100.0 * sum.made_in.as_secs_f64() / seconds,
        busy / seconds,
        busy / sum.commands as f64 * 1e6,
        mean(&started.handle.gauges().group_commands),
        stages(&started.handle),
    );
    folder::stop(started);
    let row = Row::new(
        "append-in-process",
        "commands",
        "at least 1/3 of the floor; orients: 450,000/s",
    )
    .under(conditions)
    .rate(sum.commands, seconds)
    .times(&sum.latencies)
    .rss(rss)
    .floor(floor.rate());
    let met = row.floor_ratio.is_some_and(|ratio| ratio >= GOAL);
    let bytes_per_record = Some(bytes as f64 / records as f64);
    Ok(vec![Row {
        bytes_per_record,
        ..row.met(met)
    }])
}

/// How long a group took in each stage, and of the disk for each kind of waiting.
fn stages(handle: &Handle) -> String {
    let gauges = handle.gauges();
    let groups = gauges.persist.read().count() as f64;
    let ms = |observed: &Observed| observed.sum as f64 / groups / 1e3;
    let decide = ("decide", gauges.decide.read());
    let disk = handle.reader().timings().collect::<Vec<_>>();
    let stages = [
        ("persist", gauges.persist.read()),
        ("show", gauges.show.read()),
    ];
    let all = [decide].into_iter().chain(stages).chain(disk);
    let said = all.map(|(stage, observed)| format!("{stage} {:.1} ms", ms(&observed)));
    said.collect::<Vec<_>>().join(", ")
}

fn mean(histogram: &Histogram) -> f64 {
    let observed = histogram.read();
    observed.sum as f64 / observed.count() as f64
}

/// The records from a position on as they are hashed, in groups.
fn groups(handle: &Handle, from: u64, group: u64) -> Result<Vec<Vec<Vec<u8>>>> {
    let mut groups = Vec::new();
    let mut at = from;
    loop {
        let entries = handle.reader().range(at, group as usize)?;
        if entries.is_empty() {
            return Ok(groups);
        }
        at += entries.len() as u64;
        let bytes = entries.into_iter().map(|entry| {
            let mut bytes = entry.record.header.to_bytes().to_vec();
            bytes.extend_from_slice(&entry.record.body);
            bytes
        });
        groups.push(bytes.collect());
    }
}
