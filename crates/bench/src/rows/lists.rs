//! Lists of commands over HTTP.

use crate::child::Server;
use crate::county::{self, Turn};
use crate::floor::Floor;
use crate::folder::{self, Folder};
use crate::http::{self, Client};
use crate::latency::Latencies;
use crate::{Benchmark, Place, Row, load, machine};
use anyhow::Result;
use ledger::Submission;
use std::time::{Duration, Instant};

/// Lists as NDJSON, and as protobuf.
pub const LISTS: Benchmark = Benchmark {
    name: "append-http-lists",
    run,
};

/// Lists under way: while one is decided, the next is parsed.
const CONNECTIONS: usize = 4;

/// How the commands of a list are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Ndjson,
    Protobuf,
}

impl Form {
    const fn word(self) -> &'static str {
        match self {
            Form::Ndjson => "ndjson",
            Form::Protobuf => "protobuf",
        }
    }

    /// Commands a second, and as the table says it.
    const fn goal(self) -> (f64, &'static str) {
        match self {
            Form::Ndjson => (150_000.0, "at least 150,000/s"),
            Form::Protobuf => (250_000.0, "at least 250,000/s"),
        }
    }

    fn write(self, submission: &Submission) -> Vec<u8> {
        match self {
            Form::Ndjson => [http::json(submission), b"\n".to_vec()].concat(),
            Form::Protobuf => wire::frame(&wire::encode_command(submission)),
        }
    }
}

fn run(place: &Place) -> Result<Vec<Row>> {
    let folder = Folder::new(place, "lists")?;
    folder::stop(folder.set_up(&place.sizes)?);
    let server = Server::start(place, &folder, false)?;
    let payments = place.sizes.list * place.sizes.lists / 3;
    Ok(vec![
        measure(place, &server, Form::Ndjson, (0, payments))?,
        measure(place, &server, Form::Protobuf, (payments, 2 * payments))?,
    ])
}

fn measure(place: &Place, server: &Server, form: Form, numbers: (u64, u64)) -> Result<Row> {
    let sizes = &place.sizes;
    let made = folder::county(sizes).subsidies(numbers.0, numbers.1);
    let turns = load::cut(made, sizes.list as usize);
    let mut floor = Floor::new(&place.dir)?;
    let floor_time = Duration::from_millis(sizes.milliseconds / 8);
    floor.run(sizes.list, BYTES, floor_time)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let sent = runtime.block_on(send(server, turns, form))?;
    floor.run(sizes.list, BYTES, floor_time)?;

    let (seconds, busy) = (sent.time.as_secs_f64(), sent.server.as_secs_f64());
    let conditions = format!(
        "{} payments instructed, settled and confirmed, in lists of {}, {CONNECTIONS} connections, \
         receipts without signatures (`receipts=plain`); the client took {:.0} % of one core, the \
         server {:.1} cores, {:.1} µs of processor time a command",
        numbers.1 - numbers.0,
        sizes.list,
        100.0 * sent.client.as_secs_f64() / seconds,
        busy / seconds,
        busy / sent.commands as f64 * 1e6,
    );
    let (least, goal) = form.goal();
    let name = format!("append-http-lists-{}", form.word());
    let row = Row::new(&name, "commands", goal)
        .under(conditions)
        .rate(sent.commands, seconds)
        .times(&sent.latencies)
        .rss(server.rss())
        .floor(floor.rate());
    let met = row.rate.is_some_and(|rate| rate >= least);
    Ok(row.met(met))
}

/// Header and body of such a record, about; see the row of appends in process.
const BYTES: f64 = 350.0;

struct Sent {
    commands: u64,
    time: Duration,
    client: Duration,
    server: Duration,
    latencies: Latencies,
}

async fn send(server: &Server, turns: Vec<Turn>, form: Form) -> Result<Sent> {
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
            body.extend(form.write(submission));
        }
        let kind = format!("application/x-{}", form.word());
        let request = http::post(&path, server.token(hand), &kind, &body);
        phases.last_mut().expect("one was pushed").push(request);
    }
    let (begin, busy, serving) = (Instant::now(), machine::busy_here(), server.busy());
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
        let [a, b, c, d] = <[_; CONNECTIONS]>::try_from(tasks)
            .ok()
            .expect("as many tasks as connections");
        let (a, b, c, d) = tokio::try_join!(a, b, c, d)?;
        for (client, times) in [a, b, c, d] {
            clients.push(client);
            latencies.merge(&times);
        }
    }
    Ok(Sent {
        commands,
        time: begin.elapsed(),
        client: machine::busy_here() - busy,
        server: server.busy() - serving,
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
