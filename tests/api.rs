//! Whatever arrives that is not right is answered with a 4xx problem that names the code, the
//! field and the reason in Chinese and English; nothing is written, and the server keeps serving.
//! Every case here also asks for the head afterwards, and it is the one before.

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
fn malformed_json() {
    let world = county();
    let whole = receive("1");
    for text in [
        "",
        "{",
        "nul",
        "{\"command_id\":}",
        &whole[..whole.len() - 1],
        &format!("{whole}{whole}"),
        &whole.replace("\"fund\"", "fund"),
        "[",
        "[{}",
        "\u{feff}{}",
    ] {
        let head = world.head();
        let reply = world.post_bytes("finance", "", text.as_bytes());
        // It names the field at which reading stopped, if it had come to one.
        is_problem(
            &reply,
            400,
            "MALFORMED_JSON",
            reply.json()["field"].as_str(),
        );
        assert_eq!(world.head(), head);
    }
}

#[test]
fn json_that_is_no_command() {
    let world = county();
    for (text, code, field) in [
        ("5", "BAD_VALUE", None),
        ("\"text\"", "BAD_VALUE", None),
        ("{}", "MISSING_FIELD", Some("command_id")),
    ] {
        refuses(&world, text.as_bytes(), 400, code, field);
    }
    let mut odd = command("fund.receive", "2018-03-02", json!({}));
    refuses(
        &world,
        odd.to_string().as_bytes(),
        400,
        "MISSING_FIELD",
        Some("data.fund"),
    );
    odd["data"] = json!([]);
    let reply = world.post("finance", &odd);
    assert_eq!(reply.status, 400, "{}", reply.text());
    for word in [
        "",
        "fund",
        "fund.",
        ".fund",
        "fund.receive.twice",
        "Fund.Receive",
        "no.such",
    ] {
        let odd = command(word, "2018-03-02", json!({}));
        refuses(
            &world,
            odd.to_string().as_bytes(),
            400,
            "UNKNOWN_TYPE",
            Some("type"),
        );
    }
    let mut odd = command("fund.receive", "2018-03-02", json!({}));
    odd["command_id"] = json!("not-a-uuid");
    refuses(
        &world,
        odd.to_string().as_bytes(),
        400,
        "BAD_VALUE",
        Some("command_id"),
    );
}

#[test]
fn a_key_that_stands_twice() {
    let world = county();
    let whole = receive("1");
    let twice = whole.replace("\"type\"", "\"type\":\"fund.receive\",\"type\"");
    refuses(
        &world,
        twice.as_bytes(),
        400,
        "DUPLICATE_FIELD",
        Some("type"),
    );
    let twice = whole.replace("\"amount_fen\"", "\"amount_fen\":2,\"amount_fen\"");
    refuses(
        &world,
        twice.as_bytes(),
        400,
        "DUPLICATE_FIELD",
        Some("data.amount_fen"),
    );
    let holder = to_unit(VILLAGE).to_string();
    let twice = holder.replace('{', &format!("{{\"organisation\":\"{}\",", org(VILLAGE)));
    let text = command(
        "fund.allocate",
        "2018-03-02",
        allocation(1, COUNTY, to_unit(VILLAGE), 1),
    );
    let text = text.to_string().replace(&holder, &twice);
    let head = world.head();
    let reply = world.post_bytes("finance", "", text.as_bytes());
    assert_eq!(reply.status, 400, "{}", reply.text());
    assert_eq!(world.head(), head);
}

#[test]
fn a_field_that_nobody_knows() {
    let world = county();
    let mut odd: Value = serde_json::from_str(&receive("1")).unwrap();
    odd["recorded_by"] = json!(person(1));
    refuses(
        &world,
        odd.to_string().as_bytes(),
        400,
        "UNKNOWN_FIELD",
        Some("recorded_by"),
    );
    let mut odd: Value = serde_json::from_str(&receive("1")).unwrap();
    odd["data"]["amount_yuan"] = json!(1);
    refuses(
        &world,
        odd.to_string().as_bytes(),
        400,
        "UNKNOWN_FIELD",
        Some("data.amount_yuan"),
    );
    let mut odd = command(
        "payment.instruct",
        "2018-08-01",
        instruction(1, to_unit(BUILDER), 1),
    );
    odd["data"]["sources"][0]["note"] = json!("x");
    let field = Some("data.sources[0].note");
    refuses(
        &world,
        odd.to_string().as_bytes(),
        400,
        "UNKNOWN_FIELD",
        field,
    );
}

#[test]
fn money_that_is_no_whole_number_of_fen() {
    let world = county();
    for amount in [
        "1.0",
        "1.5",
        "1e2",
        "1E2",
        "10e-1",
        "9007199254740992",
        "9007199254740993",
        "99999999999999999999",
        "-9007199254740992",
        "\"1\"",
        "null",
        "true",
        "[1]",
    ] {
        let field = Some("data.amount_fen");
        refuses(&world, receive(amount).as_bytes(), 422, "BAD_AMOUNT", field);
    }
    // Whole, and yet no amount that a command may name (V5): both sides of both limits.
    for amount in ["0", "-1", "1000000000000001", "9007199254740991"] {
        let field = Some("data.amount_fen");
        refuses(&world, receive(amount).as_bytes(), 422, "BAD_AMOUNT", field);
    }
    let most = announcement(2, 1_000_000_000_000_000);
    world.record("finance", "fund.announce", most);
    for amount in [1, 999_999_999_999_999_i64] {
        let data = json!({"fund": fund(2), "amount_fen": amount, "document": "到位"});
        world.record("finance", "fund.receive", data);
    }
}

#[test]
fn a_date_after_today_and_a_text_that_is_no_date() {
    let world = county();
    let dated = |day: &str| {
        let mut odd: Value = serde_json::from_str(&receive("1")).unwrap();
        odd["occurred_on"] = json!(day);
        odd.to_string()
    };
    let now = ledger::date::civil_day(sequencer::wall_us());
    // At midnight the day may change under the test's feet: the day after tomorrow is always late.
    let late = now.tomorrow().unwrap().tomorrow().unwrap().to_string();
    for day in [late.as_str(), "2999", "2999-Q1", "2999-01"] {
        refuses(
            &world,
            dated(day).as_bytes(),
            422,
            "BAD_DATE",
            Some("occurred_on"),
        );
    }
    for day in [
        "2018-02-30",
        "2018-2-3",
        "2018/02/03",
        "yesterday",
        "2018-02-03T00:00:00Z",
        "",
    ] {
        refuses(
            &world,
            dated(day).as_bytes(),
            422,
            "BAD_DATE",
            Some("occurred_on"),
        );
    }
    // Today in UTC+08:00 is no later than today; these do not fit the batch, which is judged after.
    for day in [now.to_string().as_str(), "unknown", "2018"] {
        refuses(
            &world,
            dated(day).as_bytes(),
            409,
            "OVER_ALLOCATED",
            Some("data.amount_fen"),
        );
    }
}

#[test]
fn bytes_that_are_no_text() {
    let world = county();
    let mut bytes = receive("1").into_bytes();
    let at = find(&bytes, "到".as_bytes()).unwrap();
    bytes[at] = 0xff;
    refuses(&world, &bytes, 400, "BAD_UTF8", None);
    let list = [b"[".as_slice(), &bytes, b"]"].concat();
    refuses(&world, &list, 400, "BAD_UTF8", None);
    // Half of a pair of escapes is no character either.
    let half = receive("1").replace("到位", "\\ud800");
    refuses(
        &world,
        half.as_bytes(),
        400,
        "MALFORMED_JSON",
        Some("data.document"),
    );
    for (text, code) in [
        ("", "BAD_TEXT"),
        ("  ", "BAD_TEXT"),
        ("a\\u0000b", "BAD_TEXT"),
    ] {
        let odd = receive("1").replace("到位", text);
        refuses(&world, odd.as_bytes(), 422, code, Some("data.document"));
    }
}

#[test]
fn a_record_over_six_kibibytes_and_a_text_over_twenty_four() {
    let world = county();
    let with_documents = |count: usize| {
        let mut long = command("fund.announce", "2018-03-01", announcement(7, 1));
        long["documents"] = json!(vec!["文".repeat(80); count]);
        long
    };
    let long = with_documents(26).to_string();
    assert!(long.len() > 6 << 10);
    refuses(&world, long.as_bytes(), 413, "BODY_TOO_LARGE", None);
    let longer = with_documents(120).to_string();
    assert!(longer.len() > 24 << 10);
    refuses(&world, longer.as_bytes(), 413, "BODY_TOO_LARGE", None);
    // The largest number of such documents that fits is recorded and read back whole.
    let fits = with_documents(24);
    let receipt = world.post("finance", &fits);
    assert_eq!(receipt.status, 201, "{}", receipt.text());
    let event = world.data("reader", &format!("events/{}", receipt.json()["last_seq"]));
    assert_eq!(event["documents"], fits["documents"]);
}

#[test]
fn a_request_over_sixteen_mebibytes() {
    let world = county();
    let head = world.head();
    let most = vec![b' '; 16 << 20];
    assert_eq!(
        world.post_bytes("finance", "", &most).code(),
        "MALFORMED_JSON"
    );
    let more = vec![b' '; (16 << 20) + 1];
    let path = world.path("commands");
    // The server need not wait for the rest of it: a broken pipe is an answer of a kind.
    match world.try_post("finance", &path, "application/json", &more) {
        Ok(reply) => is_problem(&reply, 413, "REQUEST_TOO_LARGE", None),
        Err(error) => assert!(matches!(error, ureq::Error::Io(_)), "{error}"),
    }
    assert_eq!(world.head(), head);
}

#[test]
fn brackets_deeper_than_thirty_two() {
    let world = county();
    let deep = |depth: usize| {
        let nest = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        receive("1").replace("\"到位\"", &nest)
    };
    // The envelope and its data are the first two.
    refuses(&world, deep(31).as_bytes(), 400, "NESTING", None);
    refuses(
        &world,
        deep(100_000).as_bytes()[..20_000].as_ref(),
        400,
        "NESTING",
        None,
    );
    refuses(&world, "[".repeat(1 << 20).as_bytes(), 400, "NESTING", None);
    let reply = world.post_bytes("finance", "", deep(30).as_bytes());
    assert_ne!(reply.code(), "NESTING");
    // Brackets within a text are text.
    let text = receive("1").replace("到位", &"[".repeat(40));
    refuses(
        &world,
        text.as_bytes(),
        409,
        "OVER_ALLOCATED",
        Some("data.amount_fen"),
    );
}

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
    for query in ["events?limit=many", "funds?nonsense=1", "alerts?subject=1"] {
        is_problem(
            &world.get("inspector", &world.path(query)),
            400,
            "BAD_QUERY",
            None,
        );
    }
}

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
fn personal_numbers_in_a_clear_field() {
    let world = county();
    let named = |name: &str| {
        let mut odd = announcement(8, 1);
        odd["name"] = json!(name);
        command("fund.announce", "2018-03-01", odd).to_string()
    };
    for name in [
        "张某 11010519491231002X",
        "卡号 6222 0200 0000 0000 000",
        "电话 13800138000",
        "电话 138-0013-8000",
    ] {
        let field = Some("data.name");
        refuses(&world, named(name).as_bytes(), 422, "PII_IN_CLEAR", field);
    }
    // Numbers of organisations, vouchers and projects may look like one.
    let mut data = announcement(9, 1);
    data["document"] = json!("6222020000000000000");
    world.record("finance", "fund.announce", data);
    assert_eq!(
        world
            .post(
                "finance",
                &serde_json::from_str(&named("一批资金")).unwrap()
            )
            .status,
        201
    );
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
