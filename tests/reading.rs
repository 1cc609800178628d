//! What was recorded can be read as it is: receipts that fit the records, pages and choices of
//! events, NDJSON, a wait for one's own write, a stream that resumes, and a description of the
//! whole API that leaves no route out.

use crate::harness::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};

fn county() -> World {
    let world = spawn();
    world.found_county();
    world
}

#[test]
fn a_receipt_names_records_that_say_the_same() {
    let world = county();
    let builder = json!({"organisation": org(BUILDER)});
    world.record("finance", "payment.instruct", instruction(1, builder, 700));
    world.record("finance", "payment.return", payment_return(1, 700));
    let receipt = world.record("finance", "payment.reissue", reissue(2, 1));
    assert_eq!(receipt["ledger"], json!(world.ledger));
    let (first, last) = (&receipt["first_seq"], &receipt["last_seq"]);
    let events: Vec<Value> = [first, last]
        .iter()
        .map(|seq| world.data("reader", &format!("events/{seq}")))
        .collect();
    let positions: Vec<_> = events
        .iter()
        .map(|event| event["position"].clone())
        .collect();
    assert_eq!(receipt["positions"], json!(positions));
    assert_eq!(receipt["hash"], events[1]["hash"]);
    assert_eq!(events[1]["parent"], events[0]["hash"]);
    for event in &events {
        assert_eq!(event["command_id"], receipt["command_id"]);
        assert_eq!(event["command_digest"], receipt["digest"]);
        assert_eq!(event["recorded_at"], receipt["recorded_at"]);
        assert_eq!(
            event["actor"],
            json!({"person": who("finance"), "organisation": org(BUREAU)})
        );
        assert_eq!(event["intake"], "control");
        assert_eq!(event["occurred_on"], "2018-08-01");
    }
    let through = &world.ask("reader", "funds")["through"];
    assert_eq!(
        (&through["seq"], &through["hash"]),
        (last, &receipt["hash"])
    );
    assert_eq!(through["position"], positions[1]);
}

#[test]
fn the_envelope_comes_back_as_it_was_sent() {
    let world = county();
    let mut sent = command("fund.announce", "2018-Q1", announcement(2, 5));
    sent["documents"] = json!(["云财农〔2018〕2号", "会议纪要 3"]);
    sent["correlation_id"] = json!(project(9));
    sent["intake"] = json!("observation");
    let receipt = world.post("finance", &sent).json();
    let event = world.data("reader", &format!("events/{}", receipt["last_seq"]));
    for field in [
        "command_id",
        "documents",
        "correlation_id",
        "intake",
        "occurred_on",
    ] {
        assert_eq!(event[field], sent[field], "{field}");
    }
    assert_eq!(event["type"], "fund.announced");
    for (field, value) in sent["data"].as_object().unwrap() {
        assert_eq!(event["data"][field], *value, "{field}");
    }
}

#[test]
fn events_are_paged_and_chosen_by_word_and_by_subject() {
    let world = county();
    let all = world.events_after(&world.ledger.to_string(), 0);
    let seqs: Vec<_> = all
        .iter()
        .map(|event| event["seq"].as_u64().unwrap())
        .collect();
    assert!(seqs.iter().copied().eq(1..=world.head()), "{seqs:?}");

    // Whatever the size of a page, the pages together are the whole.
    let pages = |query: &str, limit: usize| {
        let (mut found, mut next) = (Vec::new(), Some(0));
        while let Some(after) = next {
            let rest = format!("events?limit={limit}&after_seq={after}{query}");
            let page = world.ask("inspector", &rest);
            let events = page["data"].as_array().unwrap();
            assert!(events.len() <= limit);
            found.extend(events.clone());
            next = page["next_after_seq"].as_u64();
        }
        found
    };
    let gates: Vec<_> = all
        .iter()
        .filter(|event| event["type"] == "project.gate_checked")
        .collect();
    let town = org(TOWN).to_string();
    let of_town: Vec<_> = all
        .iter()
        .filter(|event| event["data"].to_string().contains(&town))
        .collect();
    assert!(gates.len() == 5 && of_town.len() > 5);
    for limit in [1, 2, 7, 1000] {
        assert!(pages("", limit).iter().eq(&all), "{limit}");
        assert!(
            pages("&type=project.gate_checked", limit)
                .iter()
                .eq(gates.iter().copied())
        );
        assert!(
            pages(&format!("&subject={town}"), limit)
                .iter()
                .eq(of_town.iter().copied())
        );
    }
    assert!(pages("&type=no.such", 10).is_empty());
    assert_eq!(
        world
            .get("reader", &world.path("events?limit=100000"))
            .status,
        200
    );
    let both = world.path(&format!("events?type=fund.received&subject={town}"));
    assert_eq!(world.get("reader", &both).code(), "BAD_QUERY");

    let headers = [("Accept", "application/x-ndjson")];
    let path = world.path("events?limit=1000");
    let mut lines = world.get_with("inspector", &path, &headers).unwrap();
    assert_eq!(lines.headers()["content-type"], "application/x-ndjson");
    let lines = lines.body_mut().read_to_string().unwrap();
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines, all);
}

#[test]
fn a_question_waits_for_the_record_that_it_names() {
    let world = county();
    let head = world.head();
    let next = head + 1;
    std::thread::scope(|scope| {
        let rest = format!("funds?min_seq={next}");
        let asked = scope.spawn(|| (*world).clone().ask("reader", &{ rest }));
        world.record("finance", "fund.announce", announcement(2, 5));
        let answer = asked.join().unwrap();
        assert!(answer["through"]["seq"].as_u64().unwrap() >= next);
        assert_eq!(answer["data"].as_array().unwrap().len(), 2);
    });
    // What never comes is not waited for without end.
    let reply = world.get(
        "reader",
        &world.path(&format!("funds?min_seq={}", head + 1_000)),
    );
    assert_eq!((reply.status, reply.code().as_str()), (503, "NOT_YET"));
    assert_eq!(reply.json()["field"], "min_seq");
}

/// Reads a stream's next record: its id, and what it says.
fn next_record(lines: &mut impl Iterator<Item = std::io::Result<String>>) -> (u64, Value) {
    let (mut id, mut data) = (None, None);
    for line in lines {
        let line = line.unwrap();
        if let Some(text) = line.strip_prefix("id: ") {
            id = Some(text.parse().unwrap());
        } else if let Some(text) = line.strip_prefix("data: ") {
            data = Some(serde_json::from_str(text).unwrap());
        } else if let (true, Some(id), Some(data)) = (line.is_empty(), id, data.take()) {
            return (id, data);
        }
    }
    panic!("the stream ended");
}

#[test]
fn a_stream_tells_of_new_records_and_resumes_where_it_was_left() {
    let world = county();
    let stream = |rest: &str, headers: &[(&str, &str)]| {
        let response = world
            .get_with("inspector", &world.path(rest), headers)
            .unwrap();
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        BufReader::new(response.into_body().into_reader()).lines()
    };
    let head = world.head();
    let mut lines = stream("stream", &[]);
    for number in 2..5 {
        let receipt = world.record("finance", "fund.announce", announcement(number, 5));
        let (id, event) = next_record(&mut lines);
        assert_eq!(json!(id), receipt["last_seq"]);
        assert_eq!(event["hash"], receipt["hash"]);
        assert_eq!(event, world.data("inspector", &format!("events/{id}")));
    }
    drop(lines);

    // Left after the first of the three: nothing is missed, nothing comes twice.
    let left = (head + 1).to_string();
    let resumed = stream("stream?after_seq=1", &[("Last-Event-ID", &left)]);
    let asked = stream(&format!("stream?after_seq={left}"), &[]);
    for mut lines in [resumed, asked] {
        let ids = [next_record(&mut lines).0, next_record(&mut lines).0];
        assert_eq!(ids, [head + 2, head + 3]);
    }
    // From the beginning it is the whole ledger.
    let mut lines = stream("stream?after_seq=0", &[]);
    for event in world.events_after(&world.ledger.to_string(), 0) {
        assert_eq!(next_record(&mut lines).1, event);
    }
}

/// The paths that the code mounts: every text in `routes/` that looks like one, taken from the
/// source because actix does not tell.
fn mounted() -> BTreeSet<String> {
    let routes = concat!(env!("CARGO_MANIFEST_DIR"), "/src/routes");
    let mut paths = BTreeSet::new();
    for file in files(routes.as_ref()) {
        let text = std::fs::read_to_string(file).unwrap();
        let code = text.lines().filter(|line| !line.contains("path = \""));
        for line in code {
            let texts = line.split('"').skip(1).step_by(2);
            paths.extend(
                texts
                    .filter(|text| text.starts_with("/v1/"))
                    .map(str::to_owned),
            );
        }
    }
    paths
}

#[test]
fn the_description_of_the_api_lists_every_route_and_every_command() {
    let world = spawn();
    let reply = world.get("nobody", "/openapi.json");
    assert_eq!(
        (reply.status, reply.content_type.as_str()),
        (200, "application/json")
    );
    let document = reply.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    let described: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .filter(|path| path.starts_with("/v1/"))
        .cloned()
        .collect();
    let mounted = mounted();
    assert!(mounted.len() > 25, "{mounted:?}");
    assert_eq!(described, mounted);

    let text = document.to_string();
    for word in ledger::Command::WORDS.iter().copied().flatten() {
        assert!(text.contains(&format!("\"{word}\"")), "{word}");
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name}");
    }
    // The page that shows it comes from this server alone.
    let page = world.get("nobody", "/api/");
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("https://"), "{}", page.text());
    assert_eq!(world.get("nobody", "/api").status, 303);
}

#[test]
fn every_described_question_is_answered_and_none_without_a_token() {
    let world = county();
    // The proof waits until there is a checkpoint.
    assert_eq!(
        world.get("reader", &world.path("events/1/proof")).status,
        200
    );
    let document = world.get("nobody", "/openapi.json").json();
    for (path, methods) in document["paths"].as_object().unwrap() {
        if methods.get("get").is_none() || path.ends_with("/stream") {
            continue;
        }
        let id = if path.contains("/organisations") {
            org(COUNTY)
        } else if path.contains("/subjects") {
            person(HOUSEHOLDS + 1)
        } else if path.contains("/projects") || path.contains("/steps") {
            project(1)
        } else if path.contains("/rounds") {
            round(1)
        } else {
            fund(1)
        };
        let filled = path
            .replace("{ledger}", &world.ledger.to_string())
            .replace("{id}", &id.to_string())
            .replace("{sha256}", &"0".repeat(64))
            .replace("{seq}", "1")
            .replace("{kind}", "funds");
        let filled = filled.replace("{tile}", "0/000.p/1");
        // Some questions must say what about.
        let filled = if filled.ends_with("/consistency") {
            filled + "?from=1"
        } else if filled == "/v1/records" {
            filled + "?from=0"
        } else if filled.ends_with("/packages") {
            format!("{filled}?fund={}", fund(1))
        } else {
            filled
        };
        // A search without a question is none.
        let filled = if filled.ends_with("/search") {
            filled + "?q=%E5%8E%BF"
        } else {
            filled
        };
        // Every record of every ledger is for those alone who may read them all.
        let who = if path == "/v1/records" {
            "admin"
        } else {
            "reader"
        };
        let status = world.get(who, &filled).status;
        // There is none of these in this county.
        let none = [
            "/payments/{",
            "/contracts/{",
            "/claims/{",
            "/items/{",
            "/evidence/{",
            "/files/{",
            "/accounts/{",
            "/bank-lines/{",
            "/contributions/{",
            "/entries/{",
            "/imports/{",
            "/cycles/{",
            "/campaigns/{",
            "/pledges/{",
            "/lists/{",
        ];
        let expected = if none.iter().any(|none| path.contains(none)) {
            404
        } else {
            200
        };
        assert_eq!(status, expected, "{filled}");
        let open = [
            "/healthz",
            "/readyz",
            "/metrics",
            "/checkpoint",
            "/tile/{tile}",
            "/v1/log",
            "/v1/consistency",
        ];
        let open = open.contains(&path.as_str());
        let status = world.get("nobody", &filled).status;
        assert_eq!(status, if open { 200 } else { 401 }, "{filled}");
        // A witness that replays reads exact records, and enters no ledger.
        let told = world.get("witness", &filled);
        let expected = match path.as_str() {
            "/v1/records" | "/v1/seals" | "/v1/ledgers" | "/v1/search" => 200,
            _ if open => 200,
            _ => 403,
        };
        assert_eq!(told.status, expected, "{filled}");
        if path == "/v1/ledgers" {
            assert_eq!(told.json(), json!([]));
        } else if path == "/v1/search" {
            assert_eq!(told.json()["data"]["entries"], json!([]), "{}", told.text());
        }
    }
}

#[test]
fn a_query_that_cannot_be_read_names_its_field_and_says_why_in_both_languages() {
    let world = spawn();
    let cases = [
        (
            "cycles?month=2018-13",
            "month",
            "\"2018-13\" is not a date; write 2018-07-28, 2018-07, 2018-Q3, 2018 or unknown",
            "“2018-13”不是日期;可写 2018-07-28、2018-07、2018-Q3、2018 或 unknown",
        ),
        (
            "items?limit=-1",
            "limit",
            "it must be a whole number that is not below 0 and not too large",
            "须为非负整数,且不得过大",
        ),
        (
            "cycles?moth=2018-12",
            "moth",
            "unknown field `moth`, expected one of `today`, `month`, `unit`, `missing`, `min_seq`",
            "未知字段“moth”;可用字段:today, month, unit, missing, min_seq",
        ),
    ];
    for (path, field, title, title_zh) in cases {
        let reply = world.get("reader", &world.path(path));
        let problem = reply.json();
        assert_eq!((reply.status, &*reply.code()), (400, "BAD_QUERY"), "{path}");
        let said = ["field", "title", "title_zh"].map(|name| problem[name].as_str().unwrap());
        assert_eq!(said, [field, title, title_zh], "{path}");
    }
}
