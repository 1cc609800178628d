//! Lists of commands over HTTP.

use crate::child::Server;
use crate::county::{self, Turn};
use crate::floor::Floor;
use crate::folder::{self, Folder};
use crate::http::{self, Client};
use crate::latency::Latencies;
use crate::{Benchmark, Place, Row, load, machine};
use anyhow::Result;
use std::time::{Duration, Instant};

/// Lists as NDJSON, and as protobuf.
pub const LISTS: Benchmark = Benchmark {
    name: "append-http-lists",
    run,
};

/// Lists under way: while one is decided, the next is parsed.
const CONNECTIONS: usize = 2;
/// Of an NDJSON list, commands a second.
const GOAL: f64 = 150_000.0;

fn run(place: &Place) -> Result<Vec<Row>> {
    let sizes = &place.sizes;
    let folder = Folder::new(place, "lists")?;
    folder::stop(folder.set_up(sizes)?);
    let server = Server::start(place, &folder, false)?;
    let county = folder::county(sizes);
    let payments = sizes.list * sizes.lists / 3;
    let turns = load::cut(county.subsidies(0, payments), sizes.list as usize);

    let mut floor = Floor::new(&place.dir)?;
    let floor_time = Duration::from_millis(sizes.milliseconds / 8);
    floor.run(sizes.list, BYTES, floor_time)?;
    let busy = server.busy();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let sent = runtime.block_on(send(&server, turns))?;
    let busy = (server.busy() - busy).as_secs_f64();
    floor.run(sizes.list, BYTES, floor_time)?;

    let seconds = sent.time.as_secs_f64();
    let conditions = format!(
        "{payments} payments instructed, settled and confirmed, in lists of {}, {CONNECTIONS} \
         connections, receipts without signatures (`receipts=plain`); the client took {:.0} % of \
         one core, the server {:.1} cores, {:.1} µs of processor time a command",
        sizes.list,
        100.0 * sent.client.as_secs_f64() / seconds,
        busy / seconds,
        busy / sent.commands.max(1) as f64 * 1e6,
    );
    let goal = "at least 150,000/s";
    let row = Row::new("append-http-lists-ndjson", "commands", goal)
        .under(conditions)
        .rate(sent.commands, seconds)
        .times(&sent.latencies)
        .rss(server.rss())
        .floor(floor.rate());
    let met = row.rate.is_some_and(|rate| rate >= GOAL);
    let protobuf = Row::not_built(
        "append-http-lists-protobuf",
        "the server takes no application/x-protobuf",
        "at least 250,000/s",
    );
    Ok(vec![row.met(met), protobuf])
}

/// Header and body of such a record, about; see the row of appends in process.
const BYTES: f64 = 350.0;

struct Sent {
    commands: u64,
    time: Duration,
    client: Duration,
    latencies: Latencies,
}

async fn send(server: &Server, turns: Vec<Turn>) -> Result<Sent> {
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        clients.push(Client::connect(server.addr()).await?);
    }
    let path = format!("/v1/ledgers/{}/commands?receipts=plain", county::ledger());
    let commands = turns.iter().map(|turn| turn.submissions.len() as u64).sum();
    // Lists of one hand rest on nothing of each other, and on all of the hand before.
    let mut phases: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut word = "";
    for Turn { hand, submissions } in turns {
        let next = submissions.first().map_or("", |first| first.command.word());
        if word != next {
            phases.push(Vec::new());
            word = next;
        }
        let mut body = Vec::new();
        for submission in &submissions {
            body.extend(http::json(submission));
            body.push(b'\n');
        }
        let request = http::post(&path, server.token(hand), "application/x-ndjson", &body);
        phases.last_mut().expect("one was pushed").push(request);
    }
    let (begin, busy) = (Instant::now(), machine::busy_here());
    let mut latencies = Latencies::default();
    for phase in &phases {
        let mut tasks = Vec::new();
        for (number, mut client) in clients.drain(..).enumerate() {
            let mine: Vec<_> = phase.iter().skip(number).step_by(CONNECTIONS).collect();
            tasks.push(async move {
                let mut latencies = Latencies::default();
                for request in mine {
                    let asked = Instant::now();
                    let body = client.expect(request, 200).await?;
                    latencies.add(asked.elapsed());
                    accepted(body)?;
                }
                Ok::<_, anyhow::Error>((client, latencies))
            });
        }
        let [first, second] = <[_; CONNECTIONS]>::try_from(tasks)
            .ok()
            .expect("as many tasks as connections");
        let (first, second) = tokio::try_join!(first, second)?;
        for (client, times) in [first, second] {
            clients.push(client);
            latencies.merge(&times);
        }
    }
    Ok(Sent {
        commands,
        time: begin.elapsed(),
        client: machine::busy_here() - busy,
        latencies,
    })
}

/// The first answer of the list says that it was recorded; the records are counted at the end.
fn accepted(body: &[u8]) -> Result<()> {
    let line = body.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let answer: serde_json::Value = serde_json::from_slice(line)?;
    anyhow::ensure!(answer["status"] == 201, "refused: {answer}");
    Ok(())
}
