//! Long answers, page by page: the trace of a large batch, and a long task list.

use crate::child::Server;
use crate::county::{self, Hand, Turn};
use crate::folder::{self, Folder};
use crate::http::{self, Client};
use crate::latency::Latencies;
use crate::{Benchmark, Place, Row, load};
use anyhow::{Result, ensure};
use serde::Deserialize;
use std::time::Instant;

/// The trace of a batch of many payments.
pub const TRACE: Benchmark = Benchmark {
    name: "trace",
    run: trace,
};
/// A long task list.
pub const TASKS: Benchmark = Benchmark {
    name: "tasks",
    run: tasks,
};

/// How often a first page is asked for, and how often a whole.
const FIRST: u64 = 100;
const WHOLE: u64 = 5;
/// How often each other question.
const EACH: u64 = 9;
/// The longest page that the server gives.
const PAGE: u64 = 1_000;

fn trace(place: &Place) -> Result<Vec<Row>> {
    let county = folder::county(&place.sizes);
    let payments = place.sizes.traced;
    let make = move |from, until| county.subsidies_of_one_fund(from, until);
    let server = loaded(place, "trace", &make, payments)?;
    let path = format!("/funds/{}/trace", county::fund(0));
    let under = format!("a batch of {payments} payments, all settled and confirmed");
    let times = asked(&server, &path, payments)?;
    let (slowest, each) = questions(&server, &about_money())?;
    Ok(vec![
        row("trace-first-page", &under, 100, &times.first, &server, 5.0),
        row("trace-whole", &under, PAGE, &times.whole, &server, 300.0),
        Row::new("trace-questions", "", "none: the slowest of them")
            .under(format!("{under}; first pages, p50 in ms: {each}"))
            .times(&slowest),
    ])
}

/// What is asked of money besides its trace.
fn about_money() -> Vec<String> {
    let (fund, project) = (county::fund(0), county::project(0));
    let (payment, person) = (county::payment(0), county::household(0));
    vec![
        "/funds".to_owned(),
        format!("/funds/{fund}"),
        format!("/funds/{fund}/ledgers"),
        "/benefit".to_owned(),
        format!("/projects/{project}"),
        format!("/projects/{project}/ledgers"),
        format!("/projects/{project}/payments"),
        format!("/payments/{payment}/trace"),
        format!("/subjects/{person}/trace"),
        "/allocation-deadlines".to_owned(),
        "/spending-progress".to_owned(),
        "/returned-payments".to_owned(),
        "/retention".to_owned(),
        "/idle-money".to_owned(),
        "/purposes".to_owned(),
        format!("/timeline/{fund}"),
        "/search?q=1-000001".to_owned(),
    ]
}

/// What is asked of items besides the list of those that are due (R1 to R10).
fn about_items() -> Vec<String> {
    let lists = [
        "/items",
        "/tasks/plans",
        "/tasks/closing",
        "/tasks/verification",
        "/tasks/letters",
        "/tasks/reviews",
        "/tasks/unnamed",
        "/cycles",
        "/campaigns",
        "/pledges",
        "/letters",
        "/verifiers",
        "/completion",
        "/completion?by=zone",
        "/completion?by=town",
        "/completion?by=pledge",
        "/rounds",
        "/common-problems",
        "/conduct",
        "/recoveries",
        "/search?q=1-000001",
    ];
    let item = county::item(0);
    let lists = lists.iter().map(|path| (*path).to_owned());
    lists.chain([format!("/timeline/{item}")]).collect()
}

fn tasks(place: &Place) -> Result<Vec<Row>> {
    let county = folder::county(&place.sizes);
    let items = place.sizes.items;
    let make = move |from, until| county.items(from, until);
    let server = loaded(place, "tasks", &make, items)?;
    let under = format!("{items} items to be put right, the most overdue first");
    let times = asked(&server, "/tasks/due", items)?;
    let (slowest, each) = questions(&server, &about_items())?;
    Ok(vec![
        row("tasks-first-page", &under, 100, &times.first, &server, 20.0),
        row("tasks-whole", &under, PAGE, &times.whole, &server, 20.0),
        Row::new(
            "tasks-questions",
            "",
            "p50 at most 20 ms: the slowest of them",
        )
        .under(format!("{under}; first pages, p50 in ms: {each}"))
        .times(&slowest)
        .met(slowest.ms(50.0) <= 20.0),
    ])
}

/// Asks each of the questions some times, one after the other: the times of the slowest, and the
/// medians of all in words.
fn questions(server: &Server, paths: &[String]) -> Result<(Latencies, String)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut client = Client::connect(server.addr()).await?;
        let (mut slowest, mut each) = (Latencies::default(), Vec::new());
        for path in paths {
            let at = format!("/v1/ledgers/{}{path}", county::ledger());
            let request = http::get(&at, server.token(Hand::Inspector));
            let mut times = Latencies::default();
            for _ in 0..EACH {
                let begin = Instant::now();
                client.expect(&request, 200).await?;
                times.add(begin.elapsed());
            }
            let median = times.ms(50.0);
            // Without the identifiers, which say nothing.
            let words = path.split('/').filter(|word| word.len() < 36);
            let words = words.collect::<Vec<_>>().join("/");
            each.push(format!("`{words}` {median:.2}"));
            if median >= slowest.ms(50.0) {
                slowest = times;
            }
        }
        Ok((slowest, each.join(", ")))
    })
}

fn row(name: &str, under: &str, page: u64, times: &Latencies, server: &Server, goal: f64) -> Row {
    let conditions = format!(
        "{under}; one connection, {} times, pages of {page}; nothing else runs",
        times.count()
    );
    Row::new(name, "", &format!("p50 at most {goal} ms"))
        .under(conditions)
        .times(times)
        .rss(server.rss())
        .met(times.ms(50.0) <= goal)
}

fn loaded(
    place: &Place,
    name: &str,
    make: &(dyn Fn(u64, u64) -> Vec<Turn> + Sync),
    count: u64,
) -> Result<Server> {
    let folder = Folder::new(place, name)?;
    let started = folder.set_up(&place.sizes)?;
    let source = load::Source {
        turns: make,
        commands_each: 3,
    };
    load::load(&started.handle, source, (0, count), place.sizes.group)?;
    folder::stop(started);
    Server::start(place, &folder, false)
}

struct Times {
    first: Latencies,
    whole: Latencies,
}

#[derive(Deserialize)]
struct Paged {
    data: serde_json::Value,
}

fn asked(server: &Server, path: &str, count: u64) -> Result<Times> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut client = Client::connect(server.addr()).await?;
        let token = server.token(Hand::Inspector);
        let at = format!("/v1/ledgers/{}{path}", county::ledger());
        let page = |limit: u64, offset: u64| {
            http::get(&format!("{at}?limit={limit}&offset={offset}"), token)
        };
        let mut times = Times {
            first: Latencies::default(),
            whole: Latencies::default(),
        };
        let body = client.expect(&page(100, 0), 200).await?;
        let Paged { data } = serde_json::from_slice(body)?;
        ensure!(total(&data) == Some(count), "not {count} in {path}");
        for _ in 0..FIRST {
            let begin = Instant::now();
            client.expect(&page(100, 0), 200).await?;
            times.first.add(begin.elapsed());
        }
        for _ in 0..WHOLE {
            let begin = Instant::now();
            for offset in (0..count).step_by(PAGE as usize) {
                client.expect(&page(PAGE, offset), 200).await?;
            }
            times.whole.add(begin.elapsed());
        }
        Ok(times)
    })
}

/// How long the whole list is, wherever in the answer its page says so.
fn total(data: &serde_json::Value) -> Option<u64> {
    let within = || {
        data.as_object()?
            .values()
            .find_map(|value| value["total"].as_u64())
    };
    data["total"].as_u64().or_else(within)
}
