//! Who may ask: tokens that are none, of another ledger, or taken back.

use super::*;

#[test]
fn without_a_good_token_there_is_no_data() {
    let world = county();
    let head = world.head();
    let good = world.tokens["finance"].clone();
    let (id, secret) = good.rsplit_once('.').unwrap();
    let flipped = if secret.starts_with('0') { '1' } else { '0' };
    let wrong = format!("{id}.{flipped}{}", &secret[1..]);
    let other = world.tokens["reader"]
        .rsplit_once('.')
        .unwrap()
        .0
        .to_owned();
    let swapped = format!("{other}.{secret}");
    for token in [
        "x",
        "ft1",
        "ft1..",
        "ft1.not-a-uuid.00",
        &wrong,
        &swapped,
        &good.to_uppercase(),
    ] {
        is_problem(
            &world.get(token, "/v1/ledgers"),
            401,
            "UNAUTHENTICATED",
            None,
        );
        let reply = world.post_bytes(token, "", receive("1").as_bytes());
        is_problem(&reply, 401, "UNAUTHENTICATED", None);
    }
    let path = world.path("commands");
    let reply = world.try_post("", &path, "application/json", receive("1").as_bytes());
    is_problem(&reply.unwrap(), 401, "UNAUTHENTICATED", None);
    assert_eq!(world.head(), head);
    // Those who watch the process need none.
    assert_eq!(world.get("x", "/healthz").status, 200);
}

#[test]
fn a_token_of_another_ledger_opens_neither_reading_nor_writing() {
    let world = county();
    refuses_of(
        &world,
        "stranger",
        receive("1").as_bytes(),
        403,
        "FORBIDDEN",
        None,
    );
    let rest = [
        "events", "events/1", "funds", "items", "alerts", "stream", "benefit",
    ];
    for path in rest
        .map(|rest| world.path(rest))
        .iter()
        .chain([&world.path("")])
    {
        let reply = world.get("stranger", path.trim_end_matches('/'));
        is_problem(&reply, 403, "FORBIDDEN", None);
    }
    assert_eq!(world.get("stranger", "/v1/ledgers").json(), json!([]));
    // The deployment's own ledger is nobody's but the administrators' and inspectors'.
    for (who, status) in [
        ("finance", 403),
        ("reader", 403),
        ("inspector", 200),
        ("admin", 200),
    ] {
        let reply = world.get(who, "/v1/ledgers/system/events");
        assert_eq!(reply.status, status, "{who}");
    }
}

#[test]
fn a_token_that_was_taken_back_opens_nothing_from_then_on() {
    let world = county();
    let id = world.tokens["finance2"].split('.').nth(1).unwrap();
    assert_eq!(world.get("finance2", "/v1/ledgers").status, 200);
    let data = json!({"token": Uuid::parse_str(id).unwrap(), "reason": "调离"});
    let revoke = command("token.revoke", "2018-08-01", data).to_string();
    let path = "/v1/ledgers/system/commands";
    let send = |who: &str| world.try_post(who, path, "application/json", revoke.as_bytes());
    is_problem(&send("finance").unwrap(), 403, "FORBIDDEN", None);
    is_problem(&send("inspector").unwrap(), 403, "FORBIDDEN", None);
    assert_eq!(send("admin").unwrap().status, 201);
    is_problem(
        &world.get("finance2", "/v1/ledgers"),
        401,
        "UNAUTHENTICATED",
        None,
    );
}
