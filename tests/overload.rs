//! Too much, and too slow: what is full answers 503 with `Retry-After`, nothing grows without
//! bound, and whoever is slow keeps nobody else waiting.
//!
//! The disk's side is stopped by holding a ledger's view: nothing that is written can be shown, and
//! so nothing is answered.

use crate::harness::{World, command, spawn, spawn_with};
use futures_util::FutureExt;
use ledger::ids::{LedgerId, OrganisationId, PersonId};
use sequencer::{Caller, Handle, QUEUE_LEN_MAX, Request, Unavailable, WAITING_MAX};
use serde_json::json;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use uuid::Uuid;

/// A time in which a test's head or body must come: longer than this machine takes for a request.
const PATIENCE: Duration = Duration::from_millis(500);

/// A unit that nobody knows yet.
fn unit() -> serde_json::Value {
    json!({"organisation": Uuid::new_v4(), "code": "530399", "name": "青石县", "kind": "area",
        "level": "county"})
}

fn connect(world: &World) -> TcpStream {
    let addr = world.server.strip_prefix("http://").unwrap();
    TcpStream::connect(addr).unwrap()
}

/// Everything that comes until the server closes the connection.
fn until_closed(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        // Cut off in the middle of what we send.
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Sends bytes until the server wants no more, one at a time, as fast as it takes them.
fn drip(stream: &mut TcpStream, head: &str, bytes: &str) {
    let sent = stream.write_all(head.as_bytes());
    let dripped = sent.and_then(|()| stream.write_all(bytes.as_bytes()));
    dripped.unwrap();
}

#[test]
fn two_thousand_idle_connections_leave_room_for_others() {
    let files = server::connections::files_max().unwrap_or(usize::MAX);
    assert!(
        files >= 4_500,
        "both ends of 2,000 connections need files: ulimit -n is {files}"
    );
    let world = spawn();
    let idle: Vec<TcpStream> = (0..2_000).map(|_| connect(&world)).collect();
    let head = world.head();
    world.record("admin", "organisation.register", unit());
    assert_eq!(world.head(), head + 1);
    assert_eq!(world.get("", "/readyz").status, 200);
    drop(idle);
}

#[test]
fn a_head_that_does_not_end_is_cut_off() {
    let world = spawn_with(|settings| settings.patience = Some(PATIENCE));
    let mut first = connect(&world);
    drip(
        &mut first,
        "GET /healthz HTTP/1.1\r\nHost: x\r\n",
        "X-Slow: a",
    );
    let answer = until_closed(first);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 408"),
        "{answer}"
    );
    assert_eq!(world.get("", "/healthz").status, 200);
}

#[test]
fn a_body_that_does_not_come_is_cut_off_and_records_nothing() {
    let world = spawn_with(|settings| settings.patience = Some(PATIENCE));
    let head = world.head();
    for path in ["commands", "files"] {
        let request = format!(
            "POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: {}\r\nContent-Type: application/json\r\n\
             Content-Length: 100000\r\n\r\n",
            world.path(path),
            world.bearer("finance"),
        );
        // On a busy machine the head, too, may have waited for longer than anybody is patient: then
        // it is cut off before anything of the body, and says no more.
        let answers = (0..20).map(|_| {
            let mut stream = connect(&world);
            drip(&mut stream, &request, "[{");
            let answer = until_closed(stream);
            assert!(answer.starts_with("HTTP/1.1 408"), "{path}: {answer}");
            answer
        });
        let mut of_body = answers.filter(|answer| answer.contains("BODY_TIMEOUT"));
        assert!(of_body.next().is_some(), "{path}: only heads were cut off");
    }
    assert_eq!(world.head(), head);
}

/// Some commands of the administrator, who may not give them: they wait all the same.
fn request(world: &World, count: usize) -> Request {
    let text = command(
        "organisation.rename",
        "2018-08-01",
        json!({
            "organisation": Uuid::new_v4(), "name": "青石县",
        }),
    );
    let submission = server::json::command(text.to_string().as_bytes()).unwrap();
    Request {
        ledger: LedgerId(world.ledger),
        caller: Caller {
            actor: ledger::Actor {
                person: PersonId(Uuid::new_v4()),
                organisation: OrganisationId(Uuid::new_v4()),
            },
            roles: Vec::new(),
        },
        submissions: vec![submission; count],
        atomic: false,
    }
}

/// Lets a record be written, and not be shown; then fills all room with requests of so many
/// commands, asks whoever wants to ask, and lets it go on. How many requests of that size fitted.
fn while_full(world: &World, commands: usize, ask: impl FnOnce(&Handle)) -> usize {
    let handle = world.handle().clone();
    let slot = handle.slot(LedgerId(world.ledger)).unwrap();
    let before = handle.reader().next_position();
    let shown = slot.view();
    let (mut waiting, mut big) = (Vec::new(), 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let register = unit();
            world.record("admin", "organisation.register", register)
        });
        while handle.reader().next_position() == before {
            std::thread::yield_now();
        }
        // What is decided already, and waits for the disk, takes room until it is answered.
        for size in [commands, 1] {
            loop {
                let mut submit = Box::pin(handle.submit(request(world, size)));
                match submit.as_mut().now_or_never() {
                    None => waiting.push((size, submit)),
                    Some(Err(unavailable)) => {
                        break assert_eq!(unavailable, Unavailable::Overloaded);
                    }
                    Some(Ok(_)) => panic!("answered while nothing can be shown"),
                }
            }
            big = big.max(if size == commands { waiting.len() } else { 0 });
        }
        assert_eq!(
            handle.commands_waiting(),
            usize::try_from(WAITING_MAX).unwrap()
        );
        ask(&handle);
        drop(shown);
    });
    for (size, submit) in waiting {
        let answered = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let answers = answered.block_on(submit).unwrap().answers;
        assert_eq!(answers.len(), size);
    }
    big
}

#[test]
fn a_full_queue_answers_503_with_retry_after_and_loses_nothing() {
    let world = spawn();
    while_full(&world, 1_000, |handle| {
        assert!(handle.queue_len() <= QUEUE_LEN_MAX);
        let body = command("organisation.register", "2018-08-01", unit()).to_string();
        let mut stream = connect(&world);
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: {}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            world.path("commands"),
            world.bearer("admin"),
            body.len(),
        );
        drip(&mut stream, &head, &body);
        let answer = until_closed(stream);
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        assert!(answer.to_lowercase().contains("retry-after: 1"), "{answer}");
        assert!(answer.contains("OVERLOADED"), "{answer}");
    });
    assert_eq!(world.handle().queue_len(), 0);
    assert_eq!(world.handle().commands_waiting(), 0);
}

#[test]
fn commands_that_wait_are_bounded_and_not_requests_alone() {
    let world = spawn();
    let commands = 10_000;
    let count = while_full(&world, commands, |handle| {
        assert!(handle.commands_waiting() <= usize::try_from(WAITING_MAX).unwrap());
    });
    // One more waits to be shown.
    assert_eq!(
        count,
        (usize::try_from(WAITING_MAX).unwrap() - 1) / commands
    );
    // A request that is larger than all the room is still taken when nobody else waits.
    let all = usize::try_from(WAITING_MAX).unwrap() + 1;
    let answers = world
        .handle()
        .submit_blocking(request(&world, all))
        .unwrap();
    assert_eq!(answers.len(), all);
}

#[test]
fn too_many_long_questions_answer_503_and_short_ones_go_on() {
    let world = spawn();
    let fund = Uuid::new_v4();
    let trace = world.path(&format!("funds/{fund}/trace"));
    while_full(&world, 1_000, |_| {
        // Two are answered, 256 wait, and the next is told to come again.
        let ask = || {
            let mut stream = connect(&world);
            let head = format!(
                "GET {trace} HTTP/1.1\r\nHost: x\r\nAuthorization: {}\r\nConnection: close\r\n\r\n",
                world.bearer("finance")
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream
        };
        let asked: Vec<TcpStream> = (0..258).map(|_| ask()).collect();
        let full = "fundtrace_places_waiting{kind=\"long_questions\"} 256\n";
        while !world.get("", "/metrics").text().contains(full) {
            std::thread::yield_now();
        }
        let refused = until_closed(ask());
        assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
        assert!(
            refused.to_lowercase().contains("retry-after: 1"),
            "{refused}"
        );
        assert!(refused.contains("OVERLOADED"), "{refused}");
        assert_eq!(world.get("", "/readyz").status, 200);
        assert_eq!(world.get("admin", "/v1/log").status, 200);
        drop(asked);
    });
    // Whoever went away has given up their place.
    let free = "fundtrace_places_taken{kind=\"long_questions\"} 0\n";
    while !world.get("", "/metrics").text().contains(free) {
        std::thread::yield_now();
    }
    assert_eq!(world.get("finance", &trace).status, 404);
}
