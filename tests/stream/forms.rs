//! The same in JSON, NDJSON and protobuf.

use super::*;

const PROTOBUF: &str = "application/x-protobuf";

/// A message with its length, from the same command in JSON.
fn message(command: &Value) -> Vec<u8> {
    let submission = server::json::command(command.to_string().as_bytes()).unwrap();
    wire::frame(&wire::encode_command(&submission))
}

fn messages(commands: &[Value]) -> Vec<u8> {
    commands.iter().flat_map(message).collect()
}

/// What is recorded, but for what each log has of its own.
fn records(world: &World, head: u64) -> Vec<Value> {
    let mut events = world.events_after(&world.ledger.to_string(), head);
    for event in &mut events {
        let event = event.as_object_mut().unwrap();
        for name in [
            "hash",
            "parent",
            "body_hash",
            "command_digest",
            "recorded_at",
            "position",
        ] {
            assert!(event.remove(name).is_some(), "{name}");
        }
    }
    events
}

/// Commands of several nouns, with names of persons, versions and documents, and some refused.
fn load() -> Vec<Value> {
    let mut load = vec![
        command("fund.announce", "2018-03", announcement(1, 1000)),
        command(
            "fund.receive",
            "2018-Q2",
            json!({"fund": fund(1), "amount_fen": 600, "document": "到位"}),
        ),
        command(
            "fund.receive",
            "unknown",
            json!({"fund": fund(1), "amount_fen": 401, "document": "过多"}),
        ),
        command(
            "fund.allocate",
            "2018-08-01",
            allocation(1, COUNTY, to_unit(VILLAGE), 20),
        ),
        command(
            "subject.register",
            "2018-08-01",
            json!({"person": person(HOUSEHOLDS), "kind": "household", "name": "测试甲"}),
        ),
    ];
    for line in renames(30) {
        load.push(serde_json::from_str(&line).unwrap());
    }
    load[0]["documents"] = json!(["县发〔2018〕1号", "ZF-1"]);
    load[3] = observed(load[3].take());
    load[8]["expected_version"] = json!(77);
    load[9]["correlation_id"] = load[0]["command_id"].clone();
    load
}

#[test]
fn the_same_load_in_json_ndjson_and_protobuf_is_the_same_records() {
    let load = load();
    let lines: String = load.iter().map(|command| format!("{command}\n")).collect();
    let post = |content_type: &str, query: &str, body: &[u8]| {
        let world = county();
        let head = world.head();
        let path = world.path(&format!("commands{query}"));
        let reply = world
            .try_post("finance", &path, content_type, body)
            .unwrap();
        assert_eq!(reply.status, 200, "{}", reply.text());
        let text = reply.text();
        let answers: Vec<Value> = match serde_json::from_str(&text) {
            Ok(Value::Array(list)) => list,
            _ => text
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect(),
        };
        let outcomes = answers
            .iter()
            .filter(|answer| answer.get("status").is_some());
        let outcomes: Vec<_> = outcomes
            .map(|answer| (answer["status"].clone(), answer["problem"]["code"].clone()))
            .collect();
        (outcomes, records(&world, head))
    };
    let list = post("application/json", "", json!(load).to_string().as_bytes());
    let refused: Vec<_> = list.0.iter().filter(|outcome| outcome.0 != 201).collect();
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert_eq!(list.1.len(), load.len() - 2);
    let messages = messages(&load);
    for query in ["", "?answers=all"] {
        assert_eq!(post("application/x-ndjson", query, lines.as_bytes()), list);
        assert_eq!(post(PROTOBUF, query, &messages), list);
    }
}

#[test]
fn a_command_is_the_same_command_in_any_form() {
    let world = county();
    let command: Value = serde_json::from_str(&rename(1)).unwrap();
    assert_eq!(world.post("finance", &command).status, 201);
    let told = answers(&world, "answers=all", PROTOBUF, &message(&command));
    assert_eq!(outcomes(&told), [(1, 200, String::new())]);
    let mut other = command.clone();
    other["data"]["name"] = json!("别名");
    let told = answers(&world, "answers=all", PROTOBUF, &message(&other));
    assert_eq!(outcomes(&told)[0].2, "IDEMPOTENCY_MISMATCH");
}

#[test]
fn a_bad_message_is_answered_with_its_number_and_the_others_go_in() {
    let world = county();
    let head = world.head();
    let submission = |number| {
        let line = rename(number);
        server::json::command(line.trim_end().as_bytes()).unwrap()
    };
    let good = |number| wire::encode_command(&submission(number));
    let unknown = [good(2).as_slice(), &[0xf8, 0x7f, 1]].concat();
    let cut = good(3)[..good(3).len() - 1].to_vec();
    let twice = [good(4)[..18].to_vec(), good(4)].concat();
    let all = [
        good(1),
        unknown,
        cut,
        twice,
        vec![0; 30_000],
        Vec::new(),
        b"not protobuf".to_vec(),
        good(8),
    ];
    let body: Vec<u8> = all
        .iter()
        .flat_map(|message| wire::frame(message))
        .collect();
    let told = answers(&world, "answers=all", PROTOBUF, &body);
    let expected = [
        (1, 201, ""),
        (2, 400, "UNKNOWN_FIELD"),
        (3, 400, "MALFORMED_PROTOBUF"),
        (4, 400, "UNKNOWN_FIELD"),
        (5, 413, "BODY_TOO_LARGE"),
        (6, 400, "BAD_VALUE"),
        (7, 400, "MALFORMED_PROTOBUF"),
        (8, 201, ""),
    ];
    let expected = expected.map(|(line, status, code)| (line, status, code.to_owned()));
    assert_eq!(outcomes(&told), expected);
    let empty = told.iter().find(|answer| answer["line"] == 6).unwrap();
    assert_eq!(empty["problem"]["field"], "command_id");
    assert_eq!(world.head(), head + 2);
}

#[test]
fn a_stream_cut_in_a_message_or_out_of_step_says_where() {
    let world = county();
    let command: Value = serde_json::from_str(&rename(1)).unwrap();
    let whole = message(&command);
    let mut stream = Connection::open(&world, "finance", "answers=all", PROTOBUF);
    stream.send(&whole).unwrap();
    stream.until(1);
    stream.send(&whole[..whole.len() - 1]).unwrap();
    stream.finish();
    let told = stream.rest();
    let stopped = &told.last().unwrap()["stopped"];
    assert_eq!(stopped["problem"]["code"], "BAD_FRAME");
    assert!(
        stopped["problem"]["title"]
            .as_str()
            .unwrap()
            .contains("message 2")
    );
    assert_eq!(stopped["progress"]["lines"], 1);
    // As a list it is refused whole.
    let path = world.path("commands");
    for body in [&whole[..whole.len() - 1], &[0xff; 20]] {
        let reply = world.try_post("finance", &path, PROTOBUF, body).unwrap();
        assert_eq!((reply.status, reply.code().as_str()), (400, "BAD_FRAME"));
    }
}
