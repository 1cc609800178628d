//! The same command twice is one command: the second copy gets the first receipt, whoever sends
//! it when; the same id with other content is refused. A personal text does not change that, and
//! stands nowhere on the disk in the clear.

use crate::harness::*;
use serde_json::{Value, json};

/// A name that no file may hold.
const NAME: &str = "测试甲阿依木娜";

/// The receipt without the word that it is a copy, and without its signature, which each answer has
/// of its own.
fn first(reply: &Reply) -> Value {
    let mut receipt = reply.json();
    receipt["repeated"] = json!(false);
    receipt.as_object_mut().unwrap().remove("signature");
    receipt
}

#[test]
fn a_retry_gets_the_first_receipt_again_and_after_a_restart_too() {
    let mut world = spawn();
    world.register_units();
    let announce = command("fund.announce", "2018-03-01", announcement(1, 500));
    let receipt = world.post("finance", &announce);
    assert_eq!(receipt.status, 201, "{}", receipt.text());
    assert_eq!(receipt.json()["repeated"], false);
    let head = world.head();
    for restart in [false, true] {
        if restart {
            world.restart();
        }
        let again = world.post("finance", &announce);
        assert_eq!(again.status, 200);
        assert_eq!(again.json()["repeated"], true);
        assert_eq!(first(&again), first(&receipt));
        assert_eq!(world.head(), head);

        let mut other = announce.clone();
        other["data"]["amount_fen"] = json!(501);
        for (who, command) in [("finance", &other), ("finance2", &announce)] {
            let refused = world.post(who, command);
            assert_eq!(refused.status, 409);
            assert_eq!(refused.code(), "IDEMPOTENCY_MISMATCH");
            assert_eq!(refused.json()["field"], "command_id");
        }
        assert_eq!(world.head(), head);
    }
}

#[test]
fn a_retry_of_a_command_of_several_records_gets_all_of_its_receipt() {
    let mut world = spawn();
    world.found_county();
    let builder = json!({"organisation": org(BUILDER)});
    world.record("finance", "payment.instruct", instruction(1, builder, 700));
    world.record("finance", "payment.return", payment_return(1, 700));
    let again = command("payment.reissue", "2018-08-01", reissue(2, 1));
    let receipt = world.post("finance", &again);
    assert_eq!(receipt.status, 201, "{}", receipt.text());
    assert_eq!(first(&world.post("finance", &again)), first(&receipt));
    world.restart();
    assert_eq!(first(&world.post("finance", &again)), first(&receipt));
}

#[test]
fn what_was_refused_may_be_sent_again_under_the_same_id() {
    let world = spawn();
    world.register_units();
    let receive = json!({"fund": fund(1), "amount_fen": 500, "document": "到位"});
    let receive = command("fund.receive", "2018-03-02", receive);
    assert_eq!(world.post("finance", &receive).code(), "NOT_FOUND");
    world.record("finance", "fund.announce", announcement(1, 500));
    assert_eq!(world.post("finance", &receive).status, 201);
}

#[test]
fn sixteen_who_send_one_command_at_once_make_one_record() {
    let world = spawn();
    world.register_units();
    let announce = command("fund.announce", "2018-03-01", announcement(1, 500));
    let head = world.head();
    let replies: Vec<Reply> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|_| scope.spawn(|| (*world).clone().post("finance", &announce)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let made = replies.iter().filter(|reply| reply.status == 201).count();
    let repeated = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!((made, repeated), (1, 15));
    assert!(
        replies
            .iter()
            .all(|reply| first(reply) == first(&replies[0]))
    );
    assert_eq!(world.head(), head + 1);
}

#[test]
fn a_copy_within_one_list_is_a_retry_too() {
    let world = spawn();
    world.register_units();
    let announce = command("fund.announce", "2018-03-01", announcement(1, 500));
    let outcomes = world.post("finance", &json!([announce, announce])).json();
    assert_eq!(outcomes[0]["status"], 201);
    assert_eq!(outcomes[1]["status"], 200);
    assert_eq!(
        outcomes[0]["receipt"]["hash"],
        outcomes[1]["receipt"]["hash"]
    );
}

#[test]
fn a_personal_text_is_retried_like_any_other_and_stands_in_no_file() {
    let mut world = spawn();
    world.register_units();
    let profile = json!({"person": person(1001), "kind": "household", "name": NAME,
        "identity_number": "11010519491231002X", "mobile": "13800138000"});
    let register = command("subject.register", "2018-08-01", profile);
    let receipt = world.post("finance", &register);
    assert_eq!(receipt.status, 201, "{}", receipt.text());
    assert_eq!(first(&world.post("finance", &register)), first(&receipt));
    let mut other = register.clone();
    other["data"]["name"] = json!("测试乙");
    assert_eq!(world.post("finance", &other).code(), "IDEMPOTENCY_MISMATCH");
    let path = format!("subjects/{}", person(1001));
    let shown = world.data("inspector", &path)["records"][0]["data"].take();
    assert_eq!(shown["name"], NAME);
    assert_eq!(shown["mobile"], "13800138000");
    world.restart();
    assert_eq!(first(&world.post("finance", &register)), first(&receipt));

    // An inspector sees it, on every way out; a reader sees that something is there.
    let event = format!("events/{}", receipt.json()["first_seq"]);
    let timeline = format!("timeline/{}", person(1001));
    for path in [
        path.as_str(),
        event.as_str(),
        timeline.as_str(),
        "events?limit=1000",
    ] {
        assert!(
            world.ask("inspector", path).to_string().contains(NAME),
            "{path}"
        );
        for who in ["reader", "worker"] {
            let shown = world.ask(who, path).to_string();
            assert!(!shown.contains(NAME), "{who} {path}");
            assert!(shown.contains("sealed_for"), "{who} {path}");
        }
    }

    world.stop();
    let files = files(&world.dir);
    assert!(files.len() > 3, "{files:?}");
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        for secret in [NAME, "11010519491231002X", "13800138000"] {
            assert_eq!(
                find(&bytes, secret.as_bytes()),
                None,
                "{secret} in {}",
                file.display()
            );
        }
    }
}
