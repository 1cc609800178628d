//! What does not fit the books: unknown things, old versions, a closed ledger.

use super::*;

#[test]
fn a_ledger_or_a_subject_that_nobody_knows() {
    let world = county();
    let body = receive("1");
    for ledger in [Uuid::new_v4().to_string(), "nowhere".to_owned()] {
        let path = format!("/v1/ledgers/{ledger}/commands");
        let reply = world.try_post("finance", &path, "application/json", body.as_bytes());
        is_problem(&reply.unwrap(), 404, "NOT_FOUND", None);
        let reply = world.get("inspector", &format!("/v1/ledgers/{ledger}/events"));
        is_problem(&reply, 404, "NOT_FOUND", None);
    }
    let unknown = Uuid::new_v4();
    let odd = body.replace(&fund(1).to_string(), &unknown.to_string());
    refuses(&world, odd.as_bytes(), 404, "NOT_FOUND", Some("data.fund"));
    for rest in [
        "funds", "projects", "payments", "items", "rounds", "subjects", "timeline",
    ] {
        let reply = world.get("inspector", &world.path(&format!("{rest}/{unknown}")));
        is_problem(&reply, 404, "NOT_FOUND", None);
    }
    let reply = world.get("inspector", &world.path("events/999999"));
    is_problem(&reply, 404, "NOT_FOUND", None);
    is_problem(
        &world.get("inspector", "/v2/nothing"),
        404,
        "NOT_FOUND",
        None,
    );
    for path in [world.path("funds/not-a-uuid"), world.path("events/first")] {
        is_problem(&world.get("inspector", &path), 400, "BAD_PATH", None);
    }
    for (query, field) in [
        ("events?limit=many", "limit"),
        ("funds?nonsense=1", "nonsense"),
        ("alerts?subject=1", "subject"),
    ] {
        let reply = world.get("inspector", &world.path(query));
        is_problem(&reply, 400, "BAD_QUERY", Some(field));
    }
}

#[test]
fn a_version_that_is_no_longer_the_one() {
    let world = county();
    let expecting = |version: u32| {
        let mut asked: Value = serde_json::from_str(&receive("1")).unwrap();
        asked["expected_version"] = json!(version);
        asked.to_string()
    };
    // Announced and received: two records about it.
    for version in [0, 1, 3] {
        let field = Some("expected_version");
        refuses(
            &world,
            expecting(version).as_bytes(),
            409,
            "CONFLICT",
            field,
        );
    }
    refuses(
        &world,
        expecting(2).as_bytes(),
        409,
        "OVER_ALLOCATED",
        Some("data.amount_fen"),
    );
}

#[test]
fn a_closed_ledger_takes_nothing_more_and_is_still_read() {
    let world = county();
    world.record("admin", "ledger.close", json!({"reason": "并入新县"}));
    refuses(
        &world,
        receive("1").as_bytes(),
        409,
        "LEDGER_NOT_OPEN",
        None,
    );
    let reply = world.post(
        "admin",
        &command("ledger.rename", "2018-08-01", json!({"name": "新"})),
    );
    assert_eq!(reply.code(), "LEDGER_NOT_OPEN");
    assert_eq!(world.data("reader", "funds").as_array().unwrap().len(), 1);
}
