//! Many commands in one request: an array or NDJSON, each judged and answered on its own and in
//! its order; with `?atomic=true` all of them are recorded or none.

use crate::harness::*;
use serde_json::{Value, json};

fn county() -> World {
    let world = spawn();
    world.register_units();
    world.fund_received(1, 1_000);
    world
}

fn share(place: u64, fen: i64) -> Value {
    command(
        "fund.allocate",
        "2018-08-01",
        allocation(1, COUNTY, to_unit(VILLAGE + place), fen),
    )
}

fn statuses(outcomes: &Value) -> Vec<u64> {
    let outcomes = outcomes.as_array().unwrap();
    outcomes
        .iter()
        .map(|outcome| outcome["status"].as_u64().unwrap())
        .collect()
}

#[test]
fn each_command_of_a_list_is_judged_by_the_books_as_those_before_it_left_them() {
    let world = county();
    let list = json!([share(0, 600), share(1, 600), share(2, 400), share(3, 1)]);
    let reply = world.post("finance", &list);
    assert_eq!(reply.status, 200);
    let outcomes = reply.json();
    assert_eq!(statuses(&outcomes), [201, 409, 201, 409]);
    assert_eq!(outcomes[1]["problem"]["code"], "OVER_ALLOCATED");
    assert_eq!(outcomes[1]["problem"]["index"], 1);
    let (first, third) = (&outcomes[0]["receipt"], &outcomes[2]["receipt"]);
    assert_eq!(
        first["last_seq"].as_u64().unwrap() + 1,
        third["first_seq"].as_u64().unwrap()
    );
    assert_eq!(
        third["hash"],
        world.ask("reader", "funds")["through"]["hash"]
    );
}

#[test]
fn one_bad_command_among_good_ones_keeps_none_of_them_back() {
    let world = county();
    let head = world.head();
    let mut odd = share(1, 1);
    odd["nonsense"] = json!(true);
    let outcomes = world
        .post("finance", &json!([share(0, 1), odd, 5, share(2, 1)]))
        .json();
    assert_eq!(statuses(&outcomes), [201, 400, 400, 201]);
    assert_eq!(outcomes[1]["problem"]["code"], "UNKNOWN_FIELD");
    assert_eq!(outcomes[1]["problem"]["field"], "nonsense");
    assert_eq!(outcomes[2]["problem"]["index"], 2);
    assert_eq!(world.head(), head + 2);
}

#[test]
fn ndjson_is_answered_with_a_line_for_every_line() {
    let world = county();
    let (good, bad) = (share(0, 1).to_string(), share(1, 9_999).to_string());
    let body = [
        good.as_bytes(),
        b"\n\n",
        bad.as_bytes(),
        b"\r\n{\"type\":\n\"\xff\"\n",
        share(2, 1).to_string().as_bytes(),
    ]
    .concat();
    let path = world.path("commands");
    let reply = world
        .try_post("finance", &path, "application/x-ndjson", &body)
        .unwrap();
    assert_eq!(
        (reply.status, reply.content_type.as_str()),
        (200, "application/x-ndjson")
    );
    let lines: Vec<Value> = reply
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(statuses(&json!(lines)), [201, 409, 400, 400, 201]);
    let codes: Vec<_> = lines
        .iter()
        .map(|line| line["problem"]["code"].clone())
        .collect();
    assert_eq!(
        codes[1..4],
        ["OVER_ALLOCATED", "MALFORMED_JSON", "BAD_UTF8"].map(Value::from)
    );
}

#[test]
fn an_empty_list_is_a_list() {
    let world = county();
    let head = world.head();
    for query in ["", "?atomic=true"] {
        let reply = world.post_bytes("finance", query, b" [ ] ");
        assert_eq!((reply.status, reply.json()), (200, json!([])));
    }
    assert_eq!(world.head(), head);
}

#[test]
fn an_atomic_list_is_recorded_whole_or_not_at_all() {
    let world = county();
    let head = world.head();
    let atomic =
        |list: Value| world.post_bytes("finance", "?atomic=true", list.to_string().as_bytes());

    let list = [share(0, 600), share(1, 300), share(2, 200), share(3, 1)];
    let reply = atomic(json!(list));
    assert_eq!(reply.status, 409);
    let outcomes = reply.json();
    let codes: Vec<_> = (0..4)
        .map(|at| outcomes[at]["problem"]["code"].clone())
        .collect();
    let (aborted, over) = ("ATOMIC_ABORTED", "OVER_ALLOCATED");
    assert_eq!(codes, [aborted, aborted, over, aborted].map(Value::from));
    assert_eq!(world.head(), head);
    assert_eq!(
        world.data("reader", &format!("funds/{}", fund(1)))["unallocated_fen"],
        1_000
    );

    // One that cannot be read keeps the others back too.
    let mut odd = share(1, 1);
    odd["data"]["amount_fen"] = json!(1.5);
    let reply = atomic(json!([share(0, 1), odd]));
    assert_eq!(reply.status, 422, "{}", reply.text());
    assert_eq!(reply.json()[0]["problem"]["code"], aborted);
    assert_eq!(reply.json()[1]["problem"]["code"], "BAD_AMOUNT");
    assert_eq!(world.head(), head);

    // The ids of what was taken back are free, and the chain has no gap where it was.
    let reply = atomic(json!([list[0], list[1]]));
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(statuses(&reply.json()), [201, 201]);
    assert_eq!(world.head(), head + 2);
    let again = atomic(json!([list[0], list[1]]));
    assert_eq!(statuses(&again.json()), [200, 200]);
    assert_eq!(world.head(), head + 2);
    let events = world.events_after(&world.ledger.to_string(), 0);
    for pair in events.windows(2) {
        assert_eq!(pair[1]["parent"], pair[0]["hash"]);
    }
}

#[test]
fn a_list_of_thousands_is_taken_in_one_request() {
    let world = county();
    let list: Vec<Value> = (0..2_500).map(|_| share(0, 1)).collect();
    let outcomes = world.post("finance", &json!(list)).json();
    let recorded = statuses(&outcomes)
        .into_iter()
        .filter(|status| *status == 201)
        .count();
    assert_eq!(recorded, 1_000);
    let balance = world.data("reader", &format!("funds/{}", fund(1)));
    assert_eq!(balance["unallocated_fen"], 0);
    assert_eq!(balance["balanced"], true);
}
