//! Streams that do not come to their end.

use super::*;
use uuid::Uuid;

/// The command ids of everything recorded after a seq, in their order.
fn recorded_after(world: &World, head: u64) -> Vec<Value> {
    let events = world.events_after(&world.ledger.to_string(), head);
    events
        .iter()
        .map(|event| event["command_id"].clone())
        .collect()
}

fn ids(lines: &[String]) -> Vec<Value> {
    let id = |line: &String| serde_json::from_str::<Value>(line).unwrap()["command_id"].clone();
    lines.iter().map(id).collect()
}

#[test]
fn a_client_that_stops_in_the_middle_leaves_exactly_the_acknowledged_part() {
    let world = county();
    let head = world.head();
    let lines = renames(4);
    let mut stream = Connection::ndjson(&world, "finance", "answers=summary");
    stream.send(lines[..3].concat().as_bytes()).unwrap();
    assert_eq!(stream.until(3)["recorded"], 3);
    // All of the fourth but its newline: a stream that came to its end would count it.
    stream.send(lines[3].trim_end().as_bytes()).unwrap();
    stream.abandon();
    // What others ask now comes after whatever was left of it.
    assert_eq!(
        done(&ndjson(&world, "answers=all", rename(5).as_bytes())),
        [1, 1, 0, 0]
    );
    assert_eq!(recorded_after(&world, head)[..3], ids(&lines[..3]));
    assert_eq!(world.head(), head + 4);
    let again = ndjson(&world, "answers=summary", lines.concat().as_bytes());
    assert_eq!(done(&again), [4, 1, 3, 0]);
}

#[test]
fn what_was_sent_and_not_acknowledged_is_a_beginning_of_it_and_is_told_when_sent_again() {
    let mut chance = Chance::seeded("stream");
    for _ in 0..4 {
        let world = county();
        let head = world.head();
        let lines = renames(6_000);
        let text = lines.concat();
        let mut stream = Connection::ndjson(&world, "finance", "answers=summary");
        let cut = usize::try_from(chance.below(text.len() as u64)).unwrap();
        stream.send(&text.as_bytes()[..cut.max(1)]).unwrap();
        stream.abandon();
        let again = ndjson(&world, "answers=summary", text.as_bytes());
        let [answered, recorded, repeated, refused] = done(&again);
        assert_eq!((answered, refused, recorded + repeated), (6_000, 0, 6_000));
        // Nothing of it is missing, nothing twice, nothing out of its place.
        let same = recorded_after(&world, head) == ids(&lines);
        assert!(same, "{repeated} lines were recorded of {cut} bytes");
        println!("{repeated} lines were recorded of {cut} bytes");
    }
}

#[test]
fn a_server_that_stops_tells_its_streams_how_far_they_came() {
    let mut world = county();
    let mut stream = Connection::ndjson(&world, "finance", "answers=summary");
    stream
        .send([rename(1), rename(2)].concat().as_bytes())
        .unwrap();
    stream.until(2);
    stream.send(b"{\"half\":").unwrap();
    world.stop();
    let told = stream.rest();
    let stopped = &told.last().unwrap()["stopped"];
    assert_eq!(stopped["problem"]["code"], "STOPPING");
    assert_eq!(stopped["problem"]["status"], 503);
    assert_eq!(stopped["progress"]["lines"], 2);
}

#[test]
fn a_token_that_is_revoked_ends_its_streams() {
    let world = county();
    let mut stream = Connection::ndjson(&world, "finance", "answers=summary");
    stream.send(rename(1).as_bytes()).unwrap();
    stream.until(1);
    let id = world.tokens["finance"].split('.').nth(1).unwrap();
    let id: Uuid = id.parse().unwrap();
    let revocation = command(
        "token.revoke",
        "2018-08-01",
        json!({"token": id, "reason": "离岗"}),
    );
    let path = "/v1/ledgers/system/commands";
    let body = revocation.to_string();
    let reply = world.try_post("admin", path, "application/json", body.as_bytes());
    let reply = reply.unwrap();
    assert_eq!(reply.status, 201, "{}", reply.text());
    stream.send(rename(2).as_bytes()).unwrap();
    let told = stream.rest();
    let stopped = &told.last().unwrap()["stopped"];
    assert_eq!(stopped["problem"]["code"], "UNAUTHENTICATED");
    assert_eq!(stopped["progress"]["recorded"], 1);
}

#[test]
fn a_stream_that_may_not_come_in_is_refused_like_any_request() {
    let world = county();
    let path = world.path("commands?answers=all");
    for (who, status, code) in [
        ("stranger", 403, "FORBIDDEN"),
        ("x", 401, "UNAUTHENTICATED"),
    ] {
        let reply = world.try_post(who, &path, "application/x-ndjson", rename(1).as_bytes());
        let reply = reply.unwrap();
        assert_eq!((reply.status, reply.code().as_str()), (status, code));
    }
}
