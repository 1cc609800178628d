//! Whoever has a number and nothing else finds what it is about: in any form of brackets, in
//! simplified and traditional characters, by a part, by an amount; in their own ledgers and in no
//! other; and never by anything personal.

use crate::harness::*;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

fn county() -> World {
    let world = spawn();
    world.found_county();
    world.record("finance", "fund.announce", announcement(18, 7_777));
    let household = json!({"subject": person(HOUSEHOLDS + 1)});
    world.record(
        "finance",
        "payment.instruct",
        instruction(1, household, 123_400),
    );
    world.record("finance2", "payment.settle", settlement(1, 123_400));
    world
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The ids of what is found, in their order, and the answer.
fn found(client: &Client, who: &str, query: &str) -> (Vec<Value>, Value) {
    let answer = client.ask(who, &format!("search?{query}"));
    let entries = answer["data"]["entries"].as_array().unwrap();
    (
        entries.iter().map(|hit| hit["id"].clone()).collect(),
        answer,
    )
}

fn ids(client: &Client, q: &str) -> Vec<Value> {
    found(client, "reader", &format!("q={}", encoded(q))).0
}

#[test]
fn a_document_is_found_in_every_form_and_by_a_part() {
    let world = county();
    for q in [
        "云财农〔2018〕18号",
        "云财农[2018]18号",
        "云财农(2018)18号",
        "云财农（2018）１８號",
        "云财农【2018】18",
        "云财农2018年18号",
        "云财农 2018 第18号",
        "雲財農〔2018〕18號",
        "〔2018〕18号",
        "財農(2018)18",
    ] {
        assert_eq!(ids(&world, q), [json!(fund(18))], "{q}");
    }
    // A part that fits two numbers finds both, the whole number first.
    assert_eq!(
        ids(&world, "云财农〔2018〕1"),
        [json!(fund(1)), json!(fund(18))]
    );
    let (_, answer) = found(&world, "reader", &format!("q={}", encoded("青財農[2018]9")));
    let hit = &answer["data"]["entries"][0];
    assert_eq!(hit["kind"], json!({"word": "fund", "zh": "资金批次"}));
    assert_eq!(hit["id"], json!(fund(1)));
    assert_eq!(hit["name"], "扶贫专项资金第1批");
    assert_eq!(hit["number"], "云财农〔2018〕1号");
    assert_eq!(hit["rank"], "exact");
    let place = &hit["matches"][0];
    assert_eq!(place["field"], json!({"word": "document", "zh": "文号"}));
    assert_eq!(place["text"], "青财农〔2018〕9号");
    assert_eq!(place["amount_fen"], 400_000_000);
    let record = world.data("reader", &format!("events/{}", place["seq"]));
    assert_eq!(record["data"]["document"], place["text"]);
    assert_eq!(answer["through"]["seq"], world.head());
}

#[test]
fn simplified_and_traditional_are_found_by_each_other() {
    let world = county();
    let unit = json!({"organisation": org(40), "code": "530399102", "name": "龍鳳鄉衛生院",
        "kind": "agency", "level": "town", "parent": org(COUNTY)});
    world.record("finance", "organisation.register", unit);
    for q in ["龙凤乡卫生院", "龍鳳", "凤乡卫", "衛生院"] {
        assert_eq!(ids(&world, q), [json!(org(40))], "{q}");
    }
    assert_eq!(ids(&world, "曲河市委巡察辦"), [json!(org(INSPECTION))]);
    assert_eq!(ids(&world, "產業路 龍潭鄉"), [json!(project(1))]);
}

#[test]
fn a_payment_is_found_by_voucher_bank_reference_and_amount() {
    let world = county();
    for q in [
        "PZ-000001",
        "pz－000001",
        "Z-00000",
        "bk-000001",
        "1,234元",
        "0.1234万元",
    ] {
        assert_eq!(ids(&world, q), [json!(payment(1))], "{q}");
    }
    let amounts = |query: &str| found(&world, "reader", query).0;
    assert_eq!(amounts("amount_fen=123400"), [json!(payment(1))]);
    assert_eq!(
        amounts("amount_min=7777&amount_max=123399"),
        [json!(fund(18))]
    );
    assert_eq!(
        amounts("amount_min=7777&amount_max=123400"),
        [json!(fund(18)), json!(payment(1))]
    );
    assert_eq!(
        amounts("amount_min=7777&amount_max=123400&kind=payment"),
        [json!(payment(1))]
    );
    assert!(amounts("amount_fen=123400&q=PZ-2").is_empty());
}

#[test]
fn pages_together_are_the_whole() {
    let world = county();
    let q = encoded("2018");
    let (all, _) = found(&world, "reader", &format!("q={q}&limit=1000"));
    assert!(all.len() > 3, "{all:?}");
    let mut pages = Vec::new();
    for offset in 0..all.len() {
        let (page, answer) = found(&world, "reader", &format!("q={q}&limit=1&offset={offset}"));
        assert_eq!(answer["data"]["total"], all.len());
        assert_eq!(answer["data"]["more"], offset + 1 < all.len());
        pages.extend(page);
    }
    assert_eq!(pages, all);
}

#[test]
fn nothing_personal_is_found() {
    let world = county();
    let profile = json!({"person": person(HOUSEHOLDS + 3), "kind": "household",
        "name": "稻穗丙", "identity_number": "530399199001010000", "mobile": "13800000000",
        "bank_card": "6222020000000000000", "address": "沙坝村五组", "remark": "独居"});
    world.record("finance", "subject.register", profile);
    for q in [
        "禾苗",
        "稻穗丙",
        "530399199001010000",
        "13800000000",
        "6222020000",
        "五组",
        "独居",
    ] {
        // Inspectors see persons elsewhere; here nobody finds them.
        let query = format!("q={}", encoded(q));
        assert!(found(&world, "inspector", &query).0.is_empty(), "{q}");
    }
}

#[test]
fn a_token_finds_in_its_own_ledgers_only() {
    let world = county();
    let other = Uuid::new_v4();
    let other = Client::new(world.server.clone(), other, Arc::clone(&world.tokens));
    let opening = json!({"name": "白水县账本", "area": "530398"});
    other.record("admin", "ledger.open", opening);
    other.register_units();
    other.fund_received(18, 7_777);

    let q = encoded("云财农〔2018〕18号");
    let all = |who: &str, more: &str| {
        let reply = world.get(who, &format!("/v1/search?q={q}{more}"));
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    };
    let answer = all("reader", "");
    let entries = answer["data"]["entries"].as_array().unwrap();
    let mut both = [world.ledger, other.ledger];
    both.sort_unstable();
    let ledgers: Vec<_> = entries.iter().map(|hit| hit["ledger"].clone()).collect();
    assert_eq!(ledgers, both.map(|ledger| json!(ledger)));
    assert!(entries.iter().all(|hit| hit["id"] == json!(fund(18))));
    assert_eq!(answer["data"]["total"], 2);
    let searched = answer["ledgers"].as_array().unwrap();
    assert_eq!(searched.len(), 2);
    for searched in searched {
        let id = searched["ledger"].as_str().unwrap();
        let ledger = world.get("reader", &format!("/v1/ledgers/{id}")).json();
        assert_eq!(searched["through"], ledger["through"]);
        assert_eq!(searched["name"], ledger["name"]);
        assert_eq!(
            (&searched["total"], &searched["complete"]),
            (&json!(1), &json!(true))
        );
    }
    // A page of it begins where the one before ended.
    let second = all("reader", "&limit=1&offset=1");
    assert_eq!(second["data"]["entries"], json!([entries[1]]));
    assert_eq!(second["data"]["more"], false);
    // The deployment's own ledger is searched for those who may enter it.
    assert_eq!(all("inspector", "")["ledgers"].as_array().unwrap().len(), 3);

    // The stranger's token is for another ledger.
    let nothing = all("stranger", "");
    assert_eq!(nothing["data"]["total"], 0);
    assert_eq!(nothing["ledgers"], json!([]));
    let reply = world.get("stranger", &world.path(&format!("search?q={q}")));
    assert_eq!((reply.status, reply.code()), (403, "FORBIDDEN".to_owned()));
    let reply = world.get("nobody", &format!("/v1/search?q={q}"));
    assert_eq!(
        (reply.status, reply.code()),
        (401, "UNAUTHENTICATED".to_owned())
    );
}

#[test]
fn a_question_that_cannot_be_answered_is_told_its_field() {
    let world = spawn();
    for (query, field, says) in [
        ("", "q", "nothing is asked for"),
        ("q=", "q", "nothing is asked for"),
        ("q=7", "q", "two letters or digits"),
        ("q=%E3%80%94%E3%80%95", "q", "two letters or digits"),
        (&format!("q={}", "a".repeat(201)), "q", "201 characters"),
        ("q=1+2+3+4+5+6+7+8+9", "q", "9 words"),
        (
            "q=ab&kind=person",
            "kind",
            "`person` is no kind; there are fund",
        ),
        (
            "amount_fen=1.5",
            "amount_fen",
            "`1.5` is not a whole number",
        ),
        ("amount_min=x", "amount_min", "`x` is not a whole number"),
        ("amount_max=9007199254740992", "amount_max", "2^53"),
        ("amount_max=-1", "amount_max", "-1 is below 0"),
        (
            "amount_fen=1&amount_max=2",
            "amount_fen",
            "does not go with",
        ),
        (
            "amount_min=2&amount_max=1",
            "amount_min",
            "2 is above amount_max 1",
        ),
    ] {
        for path in [world.path("search"), "/v1/search".to_owned()] {
            let reply = world.get("reader", &format!("{path}?{query}"));
            assert_eq!(
                (reply.status, reply.code()),
                (400, "BAD_QUERY".to_owned()),
                "{query}"
            );
            let problem = reply.json();
            assert_eq!(problem["field"], field, "{query}");
            assert!(
                problem["title"].as_str().unwrap().contains(says),
                "{problem}"
            );
            assert!(!problem["title_zh"].as_str().unwrap().is_ascii());
        }
    }
    for query in ["q=ab&page=2", "q=ab&limit=x", "q=ab&offset=-1"] {
        let reply = world.get("reader", &world.path(&format!("search?{query}")));
        assert_eq!(
            (reply.status, reply.code()),
            (400, "BAD_QUERY".to_owned()),
            "{query}"
        );
    }
    let reply = world.get("reader", "/v1/search?q=ab&min_seq=1");
    assert_eq!(reply.json()["field"], "min_seq");
    let answer = world.ask("reader", "search?q=ab&limit=0");
    assert_eq!(answer["data"]["total"], 0);
}

#[test]
fn a_start_finds_what_was_found_before() {
    let mut world = county();
    let ask = |world: &World| found(world, "reader", &format!("q={}", encoded("龙潭 2018"))).1;
    let before = ask(&world);
    assert!(before["data"]["total"].as_u64().unwrap() > 0);
    world.restart();
    assert_eq!(ask(&world), before);
}
