//! Whatever arrives that is not right is answered with a 4xx problem that names the code, the
//! field and the reason in Chinese and English; nothing is written, and the server keeps serving.
//! Every case here also asks for the head afterwards, and it is the one before.

mod books;
mod malformed;
mod sizes;
mod tokens;
mod values;

use crate::harness::*;
use serde_json::{Value, json};
use uuid::Uuid;

/// A ledger with units and a batch.
fn county() -> World {
    let world = spawn();
    world.register_units();
    world.fund_received(1, 1_000);
    world
}

/// A problem as RFC 9457 has it, with both texts.
fn is_problem(reply: &Reply, status: u16, code: &str, field: Option<&str>) {
    let shown = reply.text();
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (status, code),
        "{shown}"
    );
    assert_eq!(reply.content_type, "application/problem+json");
    let problem = reply.json();
    assert_eq!(problem["status"], status);
    assert_eq!(problem["type"], format!("urn:fundtrace:problem:{code}"));
    assert_eq!(problem["field"].as_str(), field, "{shown}");
    let title = problem["title"].as_str().unwrap();
    let title_zh = problem["title_zh"].as_str().unwrap();
    assert!(
        !title.is_empty() && title_zh.chars().any(|c| c > '\u{4dff}'),
        "{shown}"
    );
}

/// Sends bytes as the bureau's clerk and expects a problem, and nothing written.
fn refuses(world: &World, body: &[u8], status: u16, code: &str, field: Option<&str>) {
    refuses_of(world, "finance", body, status, code, field);
}

fn refuses_of(world: &World, who: &str, body: &[u8], status: u16, code: &str, field: Option<&str>) {
    let head = world.head();
    let reply = world.post_bytes(who, "", body);
    is_problem(&reply, status, code, field);
    assert_eq!(world.head(), head, "{}", reply.text());
}

/// A good command as text, to be spoilt; `AMOUNT` stands for the number.
fn receive(amount: &str) -> String {
    let data = json!({"fund": fund(1), "amount_fen": "AMOUNT", "document": "到位"});
    let text = command("fund.receive", "2018-03-02", data).to_string();
    text.replace("\"AMOUNT\"", amount)
}

#[test]
fn refusals_come_in_the_documented_order() {
    let world = county();
    let mut asked: Value = serde_json::from_str(&receive("0")).unwrap();
    asked["data"]["fund"] = json!(Uuid::new_v4());
    asked["expected_version"] = json!(7);
    asked["occurred_on"] = json!("2999");
    asked["note"] = json!("unknown");
    let check = |asked: &Value, who: &str, code: &str| {
        let reply = world.post(who, asked);
        assert_eq!(reply.code(), code, "{}", reply.text());
    };
    // No token, no word about the content.
    check(&asked, "nobody", "UNAUTHENTICATED");
    check(&asked, "stranger", "FORBIDDEN");
    check(&asked, "reader", "UNKNOWN_FIELD");
    asked.as_object_mut().unwrap().remove("note");
    let known = world.record("finance", "fund.announce", announcement(2, 500));
    let fresh = asked["command_id"].take();
    asked["command_id"] = known["command_id"].clone();
    check(&asked, "reader", "IDEMPOTENCY_MISMATCH");
    asked["command_id"] = fresh;
    check(&asked, "reader", "FORBIDDEN");
    check(&asked, "finance", "BAD_DATE");
    asked["occurred_on"] = json!("2018-03-02");
    check(&asked, "finance", "CONFLICT");
    asked["expected_version"] = json!(0);
    check(&asked, "finance", "NOT_FOUND");
    asked["data"]["fund"] = json!(fund(2));
    asked["expected_version"] = json!(1);
    check(&asked, "finance", "BAD_AMOUNT");
    asked["data"]["amount_fen"] = json!(501);
    check(&asked, "finance", "OVER_ALLOCATED");
    asked["data"]["amount_fen"] = json!(500);
    assert_eq!(world.post("finance", &asked).status, 201);
}
