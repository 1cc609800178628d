//! What cannot be read as a command: no JSON, no text, keys and types that nobody knows.

use super::*;

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
