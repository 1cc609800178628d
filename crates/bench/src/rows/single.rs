//! One command a request, over few connections and many.

use super::disk;
use crate::child::Server;
use crate::county::{self, Hand};
use crate::floor::Floor;
use crate::folder::{self, Folder};
use crate::http::{self, Client};
use crate::latency::Latencies;
use crate::{Benchmark, Place, Row, machine};
use anyhow::Result;
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::task::LocalSet;

/// One command a request at 1, 16, 64 and 256 connections.
pub const SINGLE: Benchmark = Benchmark {
    name: "append-http-single",
    run,
};

/// Connections, and commands a second that they must come to; for one it is a time.
const GOALS: [(u64, f64); 4] = [(1, 0.0), (16, 20_000.0), (64, 45_000.0), (256, 55_000.0)];
/// Header and body of an instruction, about.
const BYTES: f64 = 420.0;

fn run(place: &Place) -> Result<Vec<Row>> {
    let folder = Folder::new(place, "single")?;
    folder::stop(folder.set_up(&place.sizes)?);
    let server = Server::start(place, &folder, false)?;
    let next = Rc::new(Cell::new(0));
    let mut rows = Vec::new();
    for (connections, goal) in GOALS {
        rows.push(measure(place, &server, connections, goal, &next)?);
    }
    Ok(rows)
}

fn measure(
    place: &Place,
    server: &Server,
    connections: u64,
    goal: f64,
    next: &Rc<Cell<u64>>,
) -> Result<Row> {
    let time = Duration::from_millis(place.sizes.milliseconds);
    let mut floor = Floor::new(&place.dir)?;
    let mut syncs = disk::times(&place.dir, place.sizes.syncs / 4 + 1)?;
    floor.run(connections, BYTES, time / 8)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let busy = server.busy();
    let sent = LocalSet::new().block_on(&runtime, send(place, server, connections, time, next))?;
    let busy = (server.busy() - busy).as_secs_f64();
    floor.run(connections, BYTES, time / 8)?;
    syncs.merge(&disk::times(&place.dir, place.sizes.syncs / 4 + 1)?);

    let seconds = sent.time.as_secs_f64();
    let conditions = format!(
        "payments instructed, {connections} connections that are kept, each with one request \
         under way; receipts signed; the client took {:.0} % of one core, the server {:.1} \
         cores, {:.1} µs of processor time a command; a sync of the disk took {:.2} ms before \
         and after; the floor has groups of {connections}",
        100.0 * sent.client.as_secs_f64() / seconds,
        busy / seconds,
        busy / sent.latencies.count().max(1) as f64 * 1e6,
        syncs.ms(50.0),
    );
    let row = Row::new(&format!("append-http-single-{connections}"), "commands", "")
        .under(conditions)
        .rate(sent.latencies.count(), seconds)
        .times(&sent.latencies)
        .rss(server.rss())
        .floor(floor.rate());
    let (p50, p99) = (sent.latencies.ms(50.0), sent.latencies.ms(99.0));
    if connections == 1 {
        let most = 2.0 * syncs.ms(50.0) + 0.3;
        let goal = format!("p50 at most 2 syncs + 0.3 ms, here {most:.2} ms; orients: 2,500/s");
        return Ok(Row {
            goal,
            ..row.met(p50 <= most)
        });
    }
    let met = row.rate.is_some_and(|rate| rate >= goal) && p99 <= 20.0;
    let goal = format!("at least {goal}/s, p99 at most 20 ms");
    Ok(Row {
        goal,
        ..row.met(met)
    })
}

struct Sent {
    time: Duration,
    client: Duration,
    latencies: Latencies,
}

async fn send(
    place: &Place,
    server: &Server,
    connections: u64,
    time: Duration,
    next: &Rc<Cell<u64>>,
) -> Result<Sent> {
    let path = format!("/v1/ledgers/{}/commands", county::ledger());
    let (begin, busy) = (Instant::now(), machine::busy_here());
    // The first tenth warms up and does not count.
    let (from, until) = (begin + time / 10, begin + time / 10 + time);
    let mut tasks = Vec::new();
    for _ in 0..connections {
        let mut client = Client::connect(server.addr()).await?;
        let (path, token) = (path.clone(), server.token(Hand::Clerk).to_owned());
        let (county, next) = (folder::county(&place.sizes), Rc::clone(next));
        tasks.push(tokio::task::spawn_local(async move {
            let mut latencies = Latencies::default();
            while Instant::now() < until || latencies.count() == 0 {
                let number = next.replace(next.get() + 1);
                let body = http::json(&county::instruction(&county, number));
                let request = http::post(&path, &token, "application/json", &body);
                let asked = Instant::now();
                client.expect(&request, 201).await?;
                if asked >= from {
                    latencies.add(asked.elapsed());
                }
            }
            Ok::<_, anyhow::Error>(latencies)
        }));
    }
    let mut latencies = Latencies::default();
    for task in tasks {
        latencies.merge(&task.await??);
    }
    Ok(Sent {
        time: from.elapsed(),
        // Its share of the whole time, warming up and all.
        client: (machine::busy_here() - busy).mul_f64(10.0 / 11.0),
        latencies,
    })
}
