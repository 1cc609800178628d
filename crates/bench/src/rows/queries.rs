//! Single things asked for while the year goes on.

use crate::child::Server;
use crate::county::{self, Hand};
use crate::folder;
use crate::http::{self, Client};
use crate::latency::Latencies;
use crate::{Benchmark, Place, Row, machine};
use anyhow::Result;
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::task::{JoinHandle, LocalSet, spawn_local};

/// Balance, item and payment, during appends on a schedule.
pub const POINTS: Benchmark = Benchmark {
    name: "queries",
    run,
};

/// Appends a second, come what may.
const APPENDS: u64 = 5_000;
/// Connections over which they go: as many may be late at once.
const APPENDING: u64 = 64;
/// Connections that ask.
const ASKING: u64 = 32;
/// Numbers of payments from here on are free.
const FREE: u64 = 1 << 32;

#[derive(Clone, Copy)]
enum What {
    Balance,
    Item,
    Payment,
}

impl What {
    const fn word(self) -> &'static str {
        match self {
            What::Balance => "balance",
            What::Item => "item",
            What::Payment => "payment",
        }
    }

    fn path(self, number: u64, of: u64) -> String {
        let at = format!("/v1/ledgers/{}", county::ledger());
        match self {
            What::Balance => format!("{at}/funds/{}", county::fund(number % county::FUNDS)),
            What::Item => format!("{at}/items/{}", county::item(number % (of / 64 + 1))),
            What::Payment => format!("{at}/payments/{}", county::payment(number % (of * 16))),
        }
    }
}

fn run(place: &Place) -> Result<Vec<Row>> {
    let (folder, records, _) = super::year(place, "queries", place.sizes.queried)?;
    let server = Server::start(place, &folder, false)?;
    let lots = place.sizes.queried.div_ceil(county::COMMANDS_A_LOT);
    let mut rows = Vec::new();
    for (round, what) in (0..).zip([What::Balance, What::Item, What::Payment]) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let run = Run {
            what,
            lots,
            first: FREE + (round << 24),
            until: Instant::now() + Duration::from_millis(place.sizes.milliseconds),
        };
        rows.extend(LocalSet::new().block_on(&runtime, run.measure(place, &server, records))?);
    }
    Ok(rows)
}

struct Run {
    what: What,
    lots: u64,
    first: u64,
    until: Instant,
}

type Asking = JoinHandle<Result<Latencies>>;

impl Run {
    async fn measure(&self, place: &Place, server: &Server, records: u64) -> Result<[Row; 2]> {
        let (begin, client, busy) = (Instant::now(), machine::busy_here(), server.busy());
        let appending = self.append(place, server, begin).await?;
        let asking = self.ask(server).await?;
        let (mut asked, mut appended) = (Latencies::default(), Latencies::default());
        for task in asking {
            asked.merge(&task.await??);
        }
        let seconds = begin.elapsed().as_secs_f64();
        for task in appending {
            appended.merge(&task.await??);
        }
        let whole = begin.elapsed().as_secs_f64();
        let shares = format!(
            "the client took {:.0} % of one core, the server {:.1} cores",
            100.0 * (machine::busy_here() - client).as_secs_f64() / whole,
            (server.busy() - busy).as_secs_f64() / whole,
        );
        let word = self.what.word();
        let conditions = format!(
            "{records} records; {ASKING} connections, each with one question under way, while \
             {APPENDS} appends a second are asked for; {shares}"
        );
        let queries = Row::new(
            &format!("queries-{word}"),
            "questions",
            "at least 20,000/s, p99 at most 5 ms",
        )
        .under(conditions)
        .rate(asked.count(), seconds)
        .times(&asked)
        .rss(server.rss());
        let fast = queries.rate.is_some_and(|rate| rate >= 20_000.0);
        let met = fast && asked.ms(99.0) <= 5.0;
        let conditions = format!(
            "one command a request on a schedule of {APPENDS} a second, {APPENDING} connections, \
             times from when each was due, during `queries-{word}`"
        );
        let appends = Row::new(
            &format!("queries-{word}-appends"),
            "commands",
            "none: keeps up with 5,000/s",
        )
        .under(conditions)
        .rate(appended.count(), whole)
        .times(&appended);
        Ok([queries.met(met), appends])
    }

    async fn ask(&self, server: &Server) -> Result<Vec<Asking>> {
        let mut tasks = Vec::new();
        for connection in 0..ASKING {
            let mut client = Client::connect(server.addr()).await?;
            let token = server.token(Hand::Inspector).to_owned();
            let Run {
                what, lots, until, ..
            } = *self;
            tasks.push(spawn_local(async move {
                let mut latencies = Latencies::default();
                let mut number = connection * 7_919;
                while Instant::now() < until || latencies.count() == 0 {
                    number += 104_729;
                    let request = http::get(&what.path(number, lots), &token);
                    let asked = Instant::now();
                    client.expect(&request, 200).await?;
                    latencies.add(asked.elapsed());
                }
                Ok(latencies)
            }));
        }
        Ok(tasks)
    }

    /// On a schedule: what is late is sent as soon as a connection is free, and its time counts
    /// from when it was due.
    async fn append(&self, place: &Place, server: &Server, begin: Instant) -> Result<Vec<Asking>> {
        let path = format!("/v1/ledgers/{}/commands", county::ledger());
        let taken = Rc::new(Cell::new(0));
        let mut tasks = Vec::new();
        for _ in 0..APPENDING {
            let mut client = Client::connect(server.addr()).await?;
            let (path, token) = (path.clone(), server.token(Hand::Clerk).to_owned());
            let (county, taken) = (folder::county(&place.sizes), Rc::clone(&taken));
            let (first, until) = (self.first, self.until);
            tasks.push(spawn_local(async move {
                let mut latencies = Latencies::default();
                loop {
                    let number = taken.replace(taken.get() + 1);
                    let due = begin + Duration::from_micros(number * 1_000_000 / APPENDS);
                    if due >= until {
                        return Ok(latencies);
                    }
                    tokio::time::sleep_until(due.into()).await;
                    let body = http::json(&county::instruction(&county, first + number));
                    let request = http::post(&path, &token, "application/json", &body);
                    client.expect(&request, 201).await?;
                    latencies.add(due.elapsed());
                }
            }));
        }
        Ok(tasks)
    }
}
