//! What an operator sees from outside: numbers for Prometheus that name nobody, how far
//! verification has come, and an id on every answer.

use crate::harness::{World, command, spawn, spawn_with};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

/// Every sample of the page, by its name with its labels.
fn samples(page: &str) -> BTreeMap<String, f64> {
    let lines = page.lines().filter(|line| !line.starts_with('#'));
    let sample = |line: &str| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        (name.to_owned(), value.parse().unwrap())
    };
    lines.map(sample).collect()
}

/// A unit that nobody knows yet.
fn unit() -> serde_json::Value {
    json!({"organisation": uuid::Uuid::new_v4(), "code": "530399", "name": "青石县", "kind": "area",
        "level": "county"})
}

fn page(world: &World) -> String {
    let reply = world.get("", "/metrics");
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(
        reply
            .content_type
            .starts_with("application/openmetrics-text; version=1.0.0")
    );
    reply.text()
}

#[test]
fn counts_what_was_asked_and_what_was_done() {
    let world = spawn();
    let before = samples(&page(&world));
    world.record("admin", "organisation.register", unit());
    let refused = world.send(
        "admin",
        "organisation.rename",
        json!({
            "organisation": uuid::Uuid::new_v4(), "name": "无此单位",
        }),
    );
    assert_eq!(refused.status, 404, "{}", refused.text());
    let after = samples(&page(&world));
    let grew = |name: &str| {
        let at = |samples: &BTreeMap<String, f64>| samples.get(name).copied().unwrap_or(0.0);
        at(&after) - at(&before)
    };
    assert_eq!(grew("fundtrace_records_total"), 1.0);
    assert!(grew("fundtrace_record_bytes_total") > 100.0);
    // A refusal needs a group too: it is told when what it rests on is on the disk.
    assert_eq!(grew("fundtrace_group_commands_count"), 2.0);
    assert_eq!(grew("fundtrace_group_commands_sum"), 2.0);
    assert_eq!(
        grew("fundtrace_commands_refused_total{code=\"NOT_FOUND\"}"),
        1.0
    );
    assert_eq!(
        grew("fundtrace_http_problems_total{code=\"NOT_FOUND\"}"),
        1.0
    );
    for stage in ["decide", "persist", "show"] {
        let name = format!("fundtrace_group_stage_duration_seconds_count{{stage=\"{stage}\"}}");
        assert_eq!(grew(&name), 2.0, "{name}");
    }
    assert_eq!(
        grew("fundtrace_disk_wait_duration_seconds_count{what=\"journal sync\"}"),
        1.0
    );
    let route = "method=\"POST\",route=\"/v1/ledgers/{ledger}/commands\"";
    for status in [201, 404] {
        let name = format!("fundtrace_http_requests_total{{{route},status=\"{status}\"}}");
        assert_eq!(grew(&name), 1.0, "{name}");
    }
    assert_eq!(after["fundtrace_projection_lag_records"], 0.0);
    assert!(after["process_resident_memory_bytes"] > 1e6);
}

#[test]
fn every_promised_number_is_there_and_is_what_its_type_says() {
    let world = spawn();
    assert_eq!(world.get("", "/no/such/path").status, 404);
    let page = page(&world);
    assert!(page.ends_with("# EOF\n"));
    let mut types = BTreeMap::new();
    for line in page.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').unwrap();
        assert!(types.insert(name, kind).is_none(), "{name} twice");
    }
    for name in [
        "build",
        "checkpoint_lag_records",
        "checkpoint_lag_seconds",
        "commands_refused",
        "disk_wait_duration_seconds",
        "group_bytes",
        "group_commands",
        "group_stage_duration_seconds",
        "http_connections",
        "http_problems",
        "http_request_duration_seconds",
        "http_requests",
        "http_requests_in_flight",
        "places_taken",
        "places_waiting",
        "projection_lag_records",
        "queue_commands",
        "queue_requests",
        "record_bytes",
        "records",
        "scrub_damages",
        "threads_ended",
        "verified_records",
        "writer_stopped",
    ] {
        assert!(
            types.contains_key(&*format!("fundtrace_{name}")),
            "{name}: {page}"
        );
    }
    // The buckets of a histogram ascend and end with their count.
    let samples = samples(&page);
    for (name, kind) in types.iter().filter(|(_, kind)| **kind == "histogram") {
        let infinite: f64 = samples
            .iter()
            .filter(|(sample, _)| {
                sample.starts_with(&format!("{name}_bucket")) && sample.contains("le=\"+Inf\"")
            })
            .map(|(_, value)| value)
            .sum();
        let count: f64 = samples
            .iter()
            .filter(|(sample, _)| sample.starts_with(&format!("{name}_count")))
            .map(|(_, value)| value)
            .sum();
        assert_eq!(infinite, count, "{name} is a {kind}");
    }
}

#[test]
fn names_nobody_and_stays_small_whatever_is_asked_for() {
    let world = spawn();
    let secret = "b7f1c2d3-0000-4000-8000-00000000abcd";
    for number in 0..50 {
        world.get(
            "finance",
            &world.path(&format!("payments/{secret}?limit={number}")),
        );
        world.get("finance", &format!("/no/such/{secret}/{number}"));
    }
    let page = page(&world);
    assert!(!page.contains(secret), "{page}");
    assert!(!page.contains(&world.ledger.to_string()));
    assert!(!page.contains("青石"));
    let name = "fundtrace_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"}";
    let strange = samples(&page)[name];
    assert_eq!(strange, 50.0);
}

#[test]
fn an_address_of_its_own_shows_the_numbers_and_the_other_no_more() {
    let world = spawn_with(|settings| settings.metrics = Some("127.0.0.1:0".to_owned()));
    assert_eq!(world.get("", "/metrics").status, 404);
    let mut own = world.clone_client();
    own.server = format!("http://{}", world.metrics_addr().unwrap());
    let reply = own.get("", "/metrics");
    assert_eq!(reply.status, 200);
    assert!(samples(&reply.text())["fundtrace_records_total"] >= 2.0);
    assert_eq!(own.get("admin", "/v1/ledgers").status, 404);
}

#[test]
fn readiness_says_through_where_everything_was_verified() {
    let mut world = spawn();
    let ready = world.get("", "/readyz").json();
    let records = ready["records"].as_u64().unwrap();
    // This start found an empty directory: what was written since was not read again.
    assert_eq!(
        ready["verified_through"].as_u64().unwrap() + ready["unverified"].as_u64().unwrap(),
        records
    );
    assert_ne!(ready["unverified"], 0);
    world.restart();
    let ready = world.get("", "/readyz").json();
    assert_eq!(ready["verified_through"], records);
    assert_eq!(ready["unverified"], 0);

    // A reading under way shows how far it is: here it takes more than one step.
    let unit = unit();
    world.record("admin", "organisation.register", unit.clone());
    let large = |number: usize| {
        let mut large = command(
            "organisation.rename",
            "2018-08-01",
            json!({
                "organisation": unit["organisation"], "name": "青石县",
            }),
        );
        large["documents"] = json!(vec![format!("{number:04}-{}", "x".repeat(75)); 65]);
        large
    };
    world.record_all("admin", &(0..100).map(large).collect::<Vec<_>>());
    let mut scrubber =
        server::scrub::Scrubber::new(world.handle().clone(), world.scrub(), Duration::ZERO);
    let mut now = Duration::from_hours(1);
    let mut seen = Vec::new();
    while world.scrub().health().last.is_none() {
        now += scrubber
            .turn(now, 1_540_000_000_000_000)
            .max(Duration::from_millis(1));
        seen.push(world.get("", "/readyz").json()["reading"].clone());
    }
    let ready = world.get("", "/readyz").json();
    assert_eq!(ready["unverified"], 0);
    assert_eq!(ready["last_verified"]["position"], ready["records"]);
    assert!(ready.get("reading").is_none());
    assert!(
        seen.iter().any(|reading| reading["of"] == ready["records"]),
        "{seen:?}"
    );
    let page = samples(&page(&world));
    assert_eq!(
        page["fundtrace_verified_records"],
        ready["records"].as_f64().unwrap()
    );
    assert_eq!(
        page["fundtrace_scrub_last_end_timestamp_seconds"],
        1_540_000_000.0
    );
}

#[test]
fn every_answer_bears_the_id_of_its_request() {
    let world = spawn();
    let id = |headers: &[(&str, &str)], path: &str| {
        let response = world.get_with("finance", path, headers).unwrap();
        response.headers()["x-request-id"]
            .to_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        id(&[("x-request-id", "trace.4bf9-2f_35")], "/healthz"),
        "trace.4bf9-2f_35"
    );
    let (one, other) = (id(&[], "/healthz"), id(&[], "/no/such/path"));
    assert_ne!(one, other);
    // What could forge a line of the log, or fill it, is not taken.
    for forged in ["a b", "a/b", &"x".repeat(65), "\"quoted\""] {
        let given = id(&[("x-request-id", forged)], "/healthz");
        assert_ne!(given, forged);
    }
    let refused = world.post("", &command("organisation.rename", "2018-08-01", json!({})));
    assert_eq!(refused.status, 401);
}
