//! A year of as many records as are asked for: loaded, on the disk, opened again, and in memory.

use crate::child::{self, Server};
use crate::folder::{self, Folder};
use crate::load::{self, Loaded};
use crate::{Benchmark, Place, Row, machine};
use anyhow::{Context, Result};
use std::time::{Duration, Instant};

/// Everything about many records.
pub const BULK: Benchmark = Benchmark {
    name: "year",
    run: bulk,
};
/// A server that has nothing to do and nothing to keep.
pub const IDLE: Benchmark = Benchmark {
    name: "idle",
    run: idle,
};

/// Goals that name this many records are neither met nor missed by fewer.
const LARGE: u64 = 10_000_000;

fn bulk(place: &Place) -> Result<Vec<Row>> {
    let sizes = &place.sizes;
    let folder = Folder::new(place, "year")?;
    let started = folder.set_up(sizes)?;
    let county = folder::county(sizes);
    let source = load::Source {
        turns: &|from, until| county.year(from, until),
        commands_each: crate::county::COMMANDS_A_LOT,
    };
    let lots = sizes.records.div_ceil(crate::county::COMMANDS_A_LOT);
    let empty = machine::rss("self");
    let loaded = load::load(&started.handle, source, (0, lots), sizes.group)?;
    let rss = machine::rss("self");
    let records = started.handle.reader().next_position();
    let bytes = folder::record_bytes(&started.handle)?;
    folder::stop(started);
    let each = bytes as f64 / records as f64;

    let mut rows = vec![
        load_row(place, &loaded).rss(rss),
        growth(place, &loaded),
        disk(&folder, records, bytes),
    ];
    for one_core in [true, false] {
        let server = Server::start(place, &folder, one_core)?;
        rows.extend(start(&server, one_core));
        if !one_core {
            rows.push(memory(&server, records, each, empty));
        }
    }
    rows.push(audit(place, &folder)?);
    rows.push(seal(&folder)?);
    rows.push(snapshot(place, &folder, records)?);
    Ok(rows)
}

/// What `fundtrace verify` does, on one core.
fn audit(place: &Place, folder: &Folder) -> Result<Row> {
    let (records, seconds) = child::audit(place, folder)?;
    let conditions = format!(
        "{records} records audited offline as by `fundtrace verify`, on one core: every record of \
         both copies, its hashes and its place in the chain; the files were in the page cache"
    );
    let goal = "at least 500,000 records/s on one core";
    let row = Row::new("year-audit", "records", goal).under(conditions);
    let met = records as f64 / seconds >= 500_000.0;
    Ok(row.rate(records, seconds).met(met))
}

/// The first seal, which reads the whole log.
fn seal(folder: &Folder) -> Result<Row> {
    let started = folder.start()?;
    let records = started.handle.reader().next_position();
    let begin = Instant::now();
    let sealed = started.handle.seal_subjects()?;
    let seconds = begin.elapsed().as_secs_f64();
    folder::stop(started);
    let sealed = sealed.context("there is something to seal")?;
    let conditions = format!(
        "the first seal over {records} records, read from the log, with {} subjects",
        sealed.count
    );
    let row = Row::new(
        "year-seal",
        "records",
        "none: once, then what has come since",
    );
    Ok(row.under(conditions).rate(records, seconds))
}

/// A start from a snapshot: until it serves, and until all that it serves is verified.
fn snapshot(place: &Place, folder: &Folder, records: u64) -> Result<Row> {
    let started = folder.start_with(Some(crate::folder::SNAPSHOTS))?;
    let taken = started.handle.take_snapshot()?;
    folder::stop(started);
    let taken = taken.context("a snapshot is taken of whatever there is")?;
    let server = Server::start_from_snapshot(place, folder)?;
    let (seconds, verified) = (server.seconds(), server.verified()?);
    let conditions = format!(
        "a start of {records} records from a snapshot of {} of them, {:.0} bytes a record on the \
         disk, which took {:.2} s to write and held a view for {:.0} ms at the most; \
         {seconds:.2} s until it served, {verified:.1} s until both copies, the chain and every \
         view were verified behind it; the files were in the page cache",
        taken.position,
        taken.bytes as f64 / records as f64,
        taken.took.as_secs_f64(),
        taken.held.as_secs_f64() * 1e3,
    );
    let row = Row::new(
        "year-start-snapshot",
        "records",
        "10 M records: serving in 5 s",
    )
    .under(conditions)
    .rate(records, seconds)
    .rss(server.rss());
    let met = (records >= LARGE).then_some(seconds <= 5.0);
    Ok(Row { met, ..row })
}

fn load_row(place: &Place, loaded: &Loaded) -> Row {
    let seconds = loaded.time.as_secs_f64();
    let conditions = format!(
        "a county's year in process, requests of up to {} commands by one caller, {} under way; \
         making the commands took {:.0} % of one core beside it",
        place.sizes.group,
        load::UNDER_WAY,
        100.0 * loaded.made_in.as_secs_f64() / seconds,
    );
    Row::new(
        "year-load",
        "commands",
        "none: every noun, not payments alone",
    )
    .under(conditions)
    .rate(loaded.commands, seconds)
    .times(&loaded.latencies)
}

/// What a command costs at the end, as a multiple of what it costs at the beginning.
fn growth(place: &Place, loaded: &Loaded) -> Row {
    let window = place.sizes.window;
    let at = |commands: u64| {
        let mark = loaded.marks.iter().find(|(count, _)| *count >= commands);
        mark.copied().unwrap_or((loaded.commands, loaded.time))
    };
    let cost = |from: (u64, Duration), until: (u64, Duration)| {
        (until.1 - from.1).as_secs_f64() / (until.0 - from.0).max(1) as f64
    };
    let early = cost((0, Duration::ZERO), at(window));
    let begin = at(loaded.commands.saturating_sub(window).max(1));
    let late = cost(begin, (loaded.commands, loaded.time));
    let ratio = late / early;
    let conditions = format!(
        "{:.2} µs a command in the first {window}, {:.2} µs in the last {window} of {}",
        early * 1e6,
        late * 1e6,
        loaded.commands
    );
    let mut row =
        Row::new("year-growth", "", "ratio at most 1.2 at 10 M records").under(conditions);
    row.met = (loaded.commands >= LARGE).then_some(ratio <= 1.2);
    row.floor_ratio = Some(ratio);
    row
}

fn disk(folder: &Folder, records: u64, bytes: u64) -> Row {
    let (journal, sled) = (folder.on_disk("journal"), folder.on_disk("sled"));
    let whole = folder.on_disk("");
    let per = |part: u64| part as f64 / records as f64;
    let ratio = whole as f64 / bytes as f64;
    let conditions = format!(
        "{records} records of {:.0} bytes, header and body; a record takes {:.0} in the journal, \
         {:.0} in sled, {:.0} elsewhere (tree, keys); the ratio is to the record's own bytes",
        per(bytes),
        per(journal),
        per(sled),
        per(whole.saturating_sub(journal + sled)),
    );
    let mut row = Row::new("year-disk", "", "ratio at most 2.5")
        .under(conditions)
        .met(ratio <= 2.5);
    row.bytes_per_record = Some(per(whole));
    row.floor_ratio = Some(ratio);
    row
}

fn start(server: &Server, one_core: bool) -> Vec<Row> {
    let (records, seconds) = (server.records(), server.seconds());
    let name = if one_core {
        "year-verify"
    } else {
        "year-start"
    };
    let (goal, met) = if one_core {
        let met = records as f64 / seconds >= 400_000.0;
        ("at least 400,000 records/s on one core", Some(met))
    } else {
        let met = (records >= LARGE).then_some(seconds <= 40.0);
        ("10 M records: serving in 40 s", met)
    };
    let cores = if one_core {
        "on one core"
    } else {
        "on all cores"
    };
    let conditions = format!(
        "a start of {records} records without a snapshot, {cores}: both copies read and held \
         against each other, the whole chain verified, everything rebuilt; {seconds:.2} s until it \
         served; the files were in the page cache"
    );
    let row = Row::new(name, "records", goal).under(conditions);
    let row = row.rate(records, seconds).rss(server.rss());
    vec![Row { met, ..row }]
}

fn memory(server: &Server, records: u64, each: f64, empty: u64) -> Row {
    let rss = server.rss();
    let per = rss as f64 / records as f64;
    let conditions = format!(
        "a server with {records} records of {each:.0} bytes after its start, all of its memory by \
         its records; {:.0} MB of it are there without any",
        empty as f64 / 1e6
    );
    let mut row = Row::new("year-memory", "", "at most 250 bytes a record at 10 M")
        .under(conditions)
        .rss(rss);
    row.met = (records >= LARGE).then_some(per <= 250.0);
    row.bytes_per_record = Some(per);
    row
}

fn idle(place: &Place) -> Result<Vec<Row>> {
    let folder = Folder::new(place, "idle")?;
    let server = Server::start(place, &folder, false)?;
    std::thread::sleep(Duration::from_millis(place.sizes.milliseconds / 4));
    let rss = server.rss();
    let row = Row::new("idle", "", "at most 40 MB")
        .under(format!(
            "an empty server that nobody asks anything; {:.0} MB of it are its own, the rest pages \
             of its program",
            server.anonymous() as f64 / 1e6
        ))
        .rss(rss)
        .met(rss <= 40_000_000);
    Ok(vec![row])
}
