//! Lists of any length, as a stream: judged line by line and answered while they arrive, held only
//! in part, and resumed from where they broke. In protobuf they record what they do in JSON.

use crate::harness::*;
use connection::Connection;
use serde_json::{Value, json};

mod broken;
mod connection;
mod forms;
mod resumed;

fn county() -> World {
    let world = spawn();
    world.register_units();
    world
}

/// A line that can be recorded any number of times.
fn rename(number: u64) -> String {
    let data = json!({"organisation": org(VILLAGE), "name": format!("第{number}村")});
    let mut line = command("organisation.rename", "2018-08-01", data).to_string();
    line.push('\n');
    line
}

fn renames(count: u64) -> Vec<String> {
    (0..count).map(rename).collect()
}

/// The whole answer to a whole body.
fn answers(world: &World, query: &str, content_type: &str, body: &[u8]) -> Vec<Value> {
    let mut stream = Connection::open(world, "finance", query, content_type);
    stream.send(body).unwrap();
    stream.finish();
    stream.rest()
}

fn ndjson(world: &World, query: &str, body: &[u8]) -> Vec<Value> {
    answers(world, query, "application/x-ndjson", body)
}

/// The counts of the last line.
fn done(answers: &[Value]) -> [u64; 4] {
    let done = &answers.last().unwrap()["done"];
    ["lines", "recorded", "repeated", "refused"].map(|name| {
        let count = done[name].as_u64();
        count.unwrap_or_else(|| panic!("{answers:?}"))
    })
}

/// The line, the status and the code of every command that was answered.
fn outcomes(answers: &[Value]) -> Vec<(u64, u64, String)> {
    let outcome = |answer: &Value| {
        let code = answer["problem"]["code"].as_str().unwrap_or_default();
        let line = answer["line"].as_u64()?;
        Some((line, answer["status"].as_u64()?, code.to_owned()))
    };
    answers.iter().filter_map(outcome).collect()
}

#[test]
fn a_bad_line_is_answered_with_its_number_and_the_others_go_in() {
    let world = county();
    let head = world.head();
    let mut unknown: Value = serde_json::from_str(&rename(3)).unwrap();
    unknown["data"]["nonsense"] = json!(1);
    let nobody = json!({"organisation": org(999), "name": "无"});
    let nobody = command("organisation.rename", "2018-08-01", nobody);
    let oversized = format!("{{\"a\":\"{}\"}}\n", "x".repeat(100_000));
    let hidden = format!("{}{}", " ".repeat(30_000), rename(8));
    let body = [
        rename(1).as_bytes(),
        b"\n \r\n",
        format!("{unknown}\n").as_bytes(),
        oversized.as_bytes(),
        b"{\"type\":\"\xff\"}\r\n",
        format!("{nobody}\n").as_bytes(),
        hidden.as_bytes(),
        b"not json\n",
        rename(9).trim_end().as_bytes(),
    ]
    .concat();
    let told = ndjson(&world, "answers=all", &body);
    let expected = [
        (1, 201, ""),
        (4, 400, "UNKNOWN_FIELD"),
        (5, 413, "BODY_TOO_LARGE"),
        (6, 400, "BAD_UTF8"),
        (7, 404, "NOT_FOUND"),
        (8, 413, "BODY_TOO_LARGE"),
        (9, 400, "MALFORMED_JSON"),
        (10, 201, ""),
    ];
    let expected = expected.map(|(line, status, code)| (line, status, code.to_owned()));
    assert_eq!(outcomes(&told), expected);
    assert_eq!(done(&told), [10, 2, 0, 6]);
    assert_eq!(world.head(), head + 2);
    let unknown = told.iter().find(|answer| answer["line"] == 4).unwrap();
    assert_eq!(unknown["problem"]["field"], "data.nonsense");
    let first = told.iter().find(|answer| answer["line"] == 1).unwrap();
    assert_eq!(first["receipt"]["last_seq"], head + 1);
    assert!(first["receipt"]["signature"]["note"].is_string());

    // The same again: what is said is what was asked for.
    let refused = ndjson(&world, "answers=refused", &body);
    assert_eq!(outcomes(&refused), expected[1..7]);
    assert_eq!(done(&refused), [10, 0, 2, 6]);
    let summary = ndjson(&world, "answers=summary", &body);
    assert_eq!(outcomes(&summary), []);
    assert_eq!(done(&summary), [10, 0, 2, 6]);
    assert_eq!(
        summary.last().unwrap()["done"]["position"],
        told.last().unwrap()["done"]["position"]
    );
    assert_eq!(world.head(), head + 2);
}

#[test]
fn a_stream_of_200_000_lines_is_held_only_in_part() {
    let world = county();
    let (head, lines) = (world.head(), 200_000_u64);
    let mut stream = Connection::ndjson(&world, "finance", "answers=refused&receipts=plain");
    let mut writer = stream.writer();
    let sender = std::thread::spawn(move || {
        let mut sent = 0;
        for first in (0..lines).step_by(1000) {
            let text: String = (first..first + 1000).map(rename).collect();
            sent += text.len();
            writer.send(text.as_bytes()).unwrap();
        }
        writer.finish();
        sent
    });
    let mut told: Vec<Value> = std::iter::from_fn(|| stream.line()).collect();
    let sent = sender.join().unwrap();
    assert_eq!(done(&told), [lines, lines, 0, 0]);
    assert_eq!(world.head(), head + lines);
    // Two groups on their way, one being gathered, and a piece of the body.
    let most = world.room().held_most();
    println!("{sent} bytes were sent and {most} held at the most");
    assert!(sent > 30 << 20 && most < 4 << 20, "{sent} {most}");
    assert_eq!(world.room().held(), 0);
    // It was told all along how far it was, and never less than before.
    told.pop();
    let steps = told
        .iter()
        .map(|line| line["progress"]["lines"].as_u64().unwrap());
    assert!(steps.clone().count() > 20 && steps.is_sorted());
}

#[test]
fn what_is_too_long_for_a_list_is_a_stream() {
    let world = county();
    let blank = format!("{}\n", " ".repeat(2000)).repeat(9000);
    let body = [rename(1), blank, rename(2)].concat();
    assert!(body.len() > 17 << 20);
    let told = ndjson(&world, "", body.as_bytes());
    assert_eq!(done(&told), [9002, 2, 0, 0]);
    let statuses: Vec<_> = outcomes(&told)
        .iter()
        .map(|told| (told.0, told.1))
        .collect();
    assert_eq!(statuses, [(1, 201), (9002, 201)]);
    // With its length in its head it is the same.
    let path = world.path("commands");
    let reply = world.try_post("finance", &path, "application/x-ndjson", body.as_bytes());
    let reply = reply.unwrap().text();
    let last = reply.lines().last().unwrap();
    assert_eq!(
        done(&[serde_json::from_str(last).unwrap()]),
        [9002, 0, 2, 0]
    );
    // What shall be recorded whole is read whole.
    let path = world.path("commands?atomic=true");
    match world.try_post("finance", &path, "application/x-ndjson", body.as_bytes()) {
        Ok(reply) => assert_eq!(
            (reply.status, reply.code().as_str()),
            (413, "REQUEST_TOO_LARGE")
        ),
        Err(error) => assert!(matches!(error, ureq::Error::Io(_)), "{error}"),
    }
}

#[test]
fn a_stream_cannot_be_all_or_nothing_and_an_array_cannot_be_a_stream() {
    let world = county();
    let post = |query: &str, content_type: &str| {
        let path = world.path(&format!("commands?{query}"));
        let reply = world.try_post("finance", &path, content_type, rename(1).as_bytes());
        let reply = reply.unwrap();
        (reply.status, reply.code(), reply.json()["field"].clone())
    };
    let refused = (400, "BAD_QUERY".to_owned(), json!("answers"));
    assert_eq!(
        post("answers=all&atomic=true", "application/x-ndjson"),
        refused
    );
    assert_eq!(post("answers=all", "application/json"), refused);
    assert_eq!(post("answers=some", "application/x-ndjson").0, 400);
}

#[test]
fn a_slow_sender_holds_its_connection_and_nobody_up() {
    let world = county();
    let line = rename(1);
    let (begin, end) = line.as_bytes().split_at(20);
    let mut slow: Vec<_> = (0..50)
        .map(|_| Connection::ndjson(&world, "finance", "answers=all"))
        .collect();
    for stream in &mut slow {
        stream.send(begin).unwrap();
    }
    // Neither commands nor streams of others wait for them.
    world.record_all("finance", &[serde_json::from_str(&rename(2)).unwrap()]);
    assert_eq!(
        done(&ndjson(&world, "answers=all", rename(3).as_bytes())),
        [1, 1, 0, 0]
    );
    let mut statuses = Vec::new();
    for mut stream in slow {
        for byte in end {
            stream.send(&[*byte]).unwrap();
        }
        stream.finish();
        statuses.push(outcomes(&stream.rest())[0].1);
    }
    statuses.sort_unstable();
    // The same command fifty times: one of them recorded it.
    assert_eq!((statuses.len(), statuses[48], statuses[49]), (50, 200, 201));
}

#[test]
fn a_line_is_answered_before_the_next_is_sent() {
    let world = county();
    let mut stream = Connection::ndjson(&world, "finance", "answers=summary");
    for number in 1..=20 {
        stream.send(rename(number).as_bytes()).unwrap();
        let told = stream.until(number);
        assert_eq!(told["recorded"], number);
    }
    stream.finish();
    assert_eq!(done(&stream.rest()), [20, 20, 0, 0]);
}

#[test]
fn where_there_is_no_room_a_list_is_told_so_and_a_stream_waits() {
    let world = county();
    let head = world.head();
    let room = world.room().at_once(usize::MAX).unwrap();
    let list = json!([serde_json::from_str::<Value>(&rename(1)).unwrap()]);
    let url = format!("{}{}", world.server, world.path("commands"));
    let refused = ureq::post(&url)
        .config()
        .http_status_as_error(false)
        .build()
        .header("Authorization", world.bearer("finance"))
        .content_type("application/json")
        .send(list.to_string());
    let mut refused = refused.unwrap();
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["retry-after"]),
        (503, &"1".parse().unwrap())
    );
    let problem: Value =
        serde_json::from_str(&refused.body_mut().read_to_string().unwrap()).unwrap();
    assert_eq!(problem["code"], "OVERLOADED");
    let mut stream = Connection::ndjson(&world, "finance", "answers=all");
    stream.send(rename(2).as_bytes()).unwrap();
    // One command alone takes no room that would count.
    assert_eq!(world.post("finance", &list[0]).status, 201);
    assert_eq!(world.head(), head + 1);
    drop(room);
    stream.finish();
    assert_eq!(done(&stream.rest()), [1, 1, 0, 0]);
    assert_eq!(world.head(), head + 2);
}
