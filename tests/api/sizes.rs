//! What is too large or too deep.

use super::*;

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
