//! A month of rectification seen from above: one late item up the whole ladder of letters, a cycle
//! that is closed and one that is not, pledges with a gap in their tree, and a look back whose lot
//! is drawn here once more, with nothing but SHA-256.

use crate::harness::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

fn cycle(number: u128) -> Uuid {
    Uuid::from_u128(0xc0 << 96 | 0x4000_8000 << 48 | number)
}
fn campaign() -> Uuid {
    Uuid::from_u128(0xca << 96 | 0x4000_8000 << 48 | 1)
}
fn pledge() -> Uuid {
    Uuid::from_u128(0xcb << 96 | 0x4000_8000 << 48 | 1)
}
/// An official of the town.
fn official() -> Uuid {
    person(9)
}

/// The town has an item that is due on 2018-08-10; the bureau one that is due in October.
fn two_units() -> World {
    let world = spawn();
    world.register_units();
    world.register_household(9, "乡干部");
    world.register_household(7, "县干部");
    world.round_opened(1, "2018-07-28");
    for (number, unit, due_on) in [(1, TOWN, "2018-08-10"), (2, BUREAU, "2018-10-20")] {
        let mut draft = draft(number, 0);
        draft["responsible_unit"] = json!(org(unit));
        draft["responsible_person"] = json!(official());
        draft["deadline_rule"] = json!("fixed");
        draft["due_on"] = json!(due_on);
        world.record_on("inspector", "2018-07-29", "item.draft", draft);
        let issue = json!({"item": item(number)});
        world.record_on("inspector", "2018-07-30", "item.issue", issue);
    }
    world
}

fn letter(kind: &str, number: &str) -> Value {
    json!({"item": item(1), "kind": kind, "number": number, "receiver_person": official()})
}

/// The word of the letter that is due for item 1 on a day, and since when.
fn due(world: &World, today: &str) -> Option<(String, String)> {
    let rest = format!("tasks/letters?unit={}&today={today}", org(TOWN));
    let tasks = world.data("reader", &rest);
    let task = tasks["letters"]["entries"].get(0)?;
    assert_eq!(task["item"], json!(item(1)));
    assert!(task["why"].is_string() && task["why_zh"].is_string());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Some((text(&task["letter"]["word"]), text(&task["due_since"])))
}

fn refused(world: &World, day: &str, word: &str, data: Value) -> String {
    let reply = world.send_on("inspector", day, word, data);
    assert_eq!(reply.status, 409, "{}", reply.text());
    assert!(reply.json()["title_zh"].is_string(), "{}", reply.text());
    reply.code()
}

#[test]
fn a_late_item_climbs_the_whole_ladder_of_letters() {
    let world = two_units();
    let send = |day, data| world.record_on("inspector", day, "item.send_letter", data);
    let is_due = |today: &str, kind: &str, since: &str| {
        let expected = Some((kind.to_owned(), since.to_owned()));
        assert_eq!(due(&world, today), expected, "{today}");
    };
    // Due on 2018-08-10: reminded half a month before.
    is_due("2018-07-31", "reminder", "2018-07-26");
    send("2018-08-01", letter("reminder", "提醒〔2018〕1号"));
    assert_eq!(due(&world, "2018-08-10"), None);
    is_due("2018-08-11", "urging", "2018-08-11");
    let early = json!({"item": item(1), "kind": "warning", "number": "告诫〔2018〕1号",
        "last_day": "2018-09-15"});
    assert_eq!(
        refused(&world, "2018-08-12", "item.send_letter", early.clone()),
        "LETTER_ORDER"
    );
    send("2018-08-12", letter("urging", "督办〔2018〕1号"));
    let again = letter("urging", "督办〔2018〕1号");
    assert_eq!(
        refused(&world, "2018-08-13", "item.send_letter", again),
        "ALREADY_EXISTS"
    );
    // Overdue by a month, and warned.
    assert_eq!(due(&world, "2018-09-08"), None);
    is_due("2018-09-09", "warning", "2018-09-09");
    send("2018-09-10", early);
    assert_eq!(due(&world, "2018-09-15"), None);
    is_due("2018-09-16", "accountability", "2018-09-16");
    let last = letter("accountability", "问责〔2018〕1号");
    assert_eq!(
        refused(&world, "2018-09-15", "item.send_letter", last.clone()),
        "LETTER_ORDER"
    );
    send("2018-09-16", last);
    assert_eq!(due(&world, "2018-10-01"), None);

    let sent = world.data("reader", &format!("letters?unit={}", org(TOWN)));
    let kinds: Vec<&Value> = sent["entries"].as_array().unwrap().iter().collect();
    let kinds: Vec<&str> = kinds
        .iter()
        .map(|letter| letter["kind"]["word"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["reminder", "urging", "warning", "accountability"]);
    assert_eq!(sent["entries"][2]["last_day"], "2018-09-15");
    assert_eq!(
        sent["entries"][0]["receiver_unit"]["organisation"],
        json!(org(TOWN))
    );
    let view = world.data("reader", &format!("items/{}", item(1)));
    assert_eq!(view["letters"], sent["entries"]);
    // The bureau's item is due in October, and reminded from the fifth on.
    let tasks = world.data("reader", "tasks/letters?today=2018-10-05");
    assert_eq!(
        tasks["units"][0]["unit"]["organisation"],
        json!(org(BUREAU))
    );
    assert_eq!(tasks["units"][0]["reminders"], 1);
    // What was sent out of order is stored as a fact, and raises a question.
    let mut fact = letter("accountability", "问责〔2018〕2号");
    fact["item"] = json!(item(2));
    let fact = observed(command("item.send_letter", "2018-09-20", fact));
    assert_eq!(world.post("inspector", &fact).status, 201);
    let alerts = world.data("reader", "alerts?code=LETTER_ORDER");
    assert_eq!(
        alerts["entries"]["total"]
            .as_u64()
            .or(alerts["total"].as_u64()),
        Some(1),
        "{alerts}"
    );
}

#[test]
fn a_month_is_closed_with_its_legs_and_not_without() {
    let world = two_units();
    let missing = |unit: u64| {
        let rows = world.data(
            "reader",
            &format!("cycles?month=2018-08&unit={}", org(unit)),
        );
        let row = rows[0].clone();
        let legs = row["missing"].as_array().unwrap().iter();
        let legs: Vec<String> = legs
            .map(|leg| leg["word"].as_str().unwrap().to_owned())
            .collect();
        (row["cycle"].clone(), legs.join(" "))
    };
    // Nobody has opened one, and both have something to put right.
    let all = "dispatch supervision accountability".to_owned();
    assert_eq!(missing(TOWN), (Value::Null, all));
    assert_eq!(
        missing(BUREAU),
        (Value::Null, "dispatch supervision".to_owned())
    );
    for (number, unit) in [(1, TOWN), (2, BUREAU)] {
        let this = |data: Value| {
            let mut data = data;
            data["cycle"] = json!(cycle(number));
            data
        };
        let opening = this(json!({"unit": org(unit), "month": "2018-08"}));
        world.record_on("inspector", "2018-08-01", "cycle.open", opening);
        let held = this(json!({"document": format!("纪要〔2018〕{number}号")}));
        world.record_on(
            "inspector",
            "2018-08-06",
            "cycle.hold_dispatch",
            held.clone(),
        );
        world.record_on("overseer", "2018-08-20", "cycle.hold_supervision", held);
    }
    let close = |number| json!({"cycle": cycle(number)});
    world.record_on("inspector", "2018-09-03", "cycle.close", close(2));
    assert_eq!(missing(BUREAU).1, "");
    // The town's item was late by the end of August.
    let reply = world.send_on("inspector", "2018-09-03", "cycle.close", close(1));
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (409, "CYCLE_LEG_MISSING")
    );
    let problem = reply.text();
    assert!(
        problem.contains("accountability") && problem.contains("追究"),
        "{problem}"
    );
    assert_eq!(
        missing(TOWN),
        (json!(cycle(1)), "accountability".to_owned())
    );
    let open = world.data("reader", "cycles?month=2018-08&missing=true");
    assert_eq!(open.as_array().unwrap().len(), 1);
    let called = json!({"cycle": cycle(1), "item": item(1), "person": official(),
        "form": "talk", "document": "约谈记录〔2018〕1号"});
    world.record_on(
        "inspector",
        "2018-08-30",
        "cycle.record_accountability",
        called,
    );
    world.record_on("inspector", "2018-09-03", "cycle.close", close(1));
    let view = world.data("reader", &format!("cycles/{}", cycle(1)));
    assert_eq!(view["closed_on"], "2018-09-03");
    assert_eq!(view["accountabilities"][0]["form"]["zh"], "约谈");
    assert_eq!(view["overdue"][0]["item"], json!(item(1)));
}

#[test]
fn rates_roll_up_by_pledges_and_a_gap_in_their_tree_is_listed() {
    let world = two_units();
    let unnamed = || world.data("reader", "tasks/unnamed?today=2018-08-20");
    assert_eq!(unnamed()["total"], 2);
    let signing = json!({"pledge": pledge(), "from_unit": org(PREFECTURE), "from_person": person(7),
        "to_unit": org(COUNTY), "to_person": official(), "targets": ["年底前全部销号"],
        "starts_on": "2018-01-01", "ends_on": "2018-12-31", "document": "责任状〔2018〕1号"});
    world.record_on("inspector", "2018-08-01", "pledge.sign", signing);
    // The county has promised, the town and the bureau below it have not.
    let rows = unnamed();
    let units: Vec<&Value> = rows["entries"].as_array().unwrap().iter().collect();
    let units: Vec<&Value> = units.iter().map(|row| &row["pledges_missing"]).collect();
    assert_eq!(units[0][0]["organisation"], json!(org(TOWN)));
    assert_eq!(units[1][0]["organisation"], json!(org(BUREAU)));
    assert_eq!(rows["entries"][0]["person_missing"], false);
    let below = json!({"pledge": cycle(9), "from_unit": org(COUNTY), "from_person": person(7),
        "to_unit": org(TOWN), "to_person": official(), "targets": ["年底前全部销号"],
        "starts_on": "2018", "ends_on": "2018", "document": "责任状〔2018〕2号"});
    world.record_on("inspector", "2018-08-02", "pledge.sign", below);
    assert_eq!(unnamed()["total"], 1);

    let rates = world.data("reader", "completion?by=pledge&today=2018-08-20");
    let group = |key: Uuid| {
        let groups = rates["groups"].as_array().unwrap().iter();
        let mut found = groups.filter(|group| group["key"] == json!(key));
        found.next().unwrap().clone()
    };
    assert_eq!(group(pledge())["figures"]["denominator"], 2);
    assert_eq!(group(cycle(9))["figures"]["denominator"], 1);
    assert_eq!(group(cycle(9))["above"], json!(pledge()));
    assert_eq!(rates["total"]["denominator"], 2);

    let assessment = json!({"pledge": cycle(9), "result": "failed", "document": "考核〔2018〕1号"});
    let own = world.send("worker", "pledge.assess", assessment.clone());
    assert_eq!((own.status, own.code().as_str()), (409, "NOT_INDEPENDENT"));
    world.record("inspector", "pledge.assess", assessment);
    let view = world.data("reader", &format!("pledges/{}", cycle(9)));
    assert_eq!(view["assessment"]["result"]["zh"], "不合格");
}

/// SHA-256 over a label and parts, as `proto/README.md` has it.
fn hash(label: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut hasher = Sha256::new_with_prefix(label.as_bytes());
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().to_vec()
}
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn anybody_draws_the_sample_again_and_a_failed_look_back_reopens() {
    let mut world = spawn();
    world.found_county();
    for number in 1..=5 {
        world.closing_requested(number, 0);
        world.measure_finished(number);
        for verifier in ["verifier", "verifier2"] {
            world.record_on(verifier, "2018-09-01", "item.verify", verification(number));
        }
        let this = json!({"item": item(number)});
        world.record_on("closer", "2018-09-02", "item.close", this);
    }
    let seed = [7_u8; 32];
    let committed = hash(
        "fundtrace/v1/lookback-seed\n",
        &[campaign().as_bytes(), &seed],
    );
    let plan = json!({"campaign": campaign(), "name": "第一次回头看", "body": org(INSPECTION),
        "document": "回头看〔2018〕1号", "seed_commitment": hex(&committed), "sample_size": 2,
        "within": org(TOWN)});
    world.record_on("inspector", "2018-09-10", "campaign.plan", plan);

    // Anybody takes the population and its digest from the server, and makes the same of it.
    let path = format!("campaigns/{}/population", campaign());
    let population = world.data("reader", &path);
    let items: Vec<Uuid> = serde_json::from_value(population["items"]["entries"].clone()).unwrap();
    assert_eq!(items, (1..=5).map(item).collect::<Vec<_>>());
    let count = 5_u64.to_be_bytes();
    let parts = items.iter().map(|item| item.as_bytes().as_slice());
    let parts: Vec<&[u8]> = std::iter::once(count.as_slice()).chain(parts).collect();
    let digest = hash("fundtrace/v1/lookback-population\n", &parts);
    assert_eq!(population["population_digest"], json!(hex(&digest)));

    let ask = |who: &str, word: &str, mut data: Value| {
        data["campaign"] = json!(campaign());
        world.send_on(who, "2018-09-11", &format!("campaign.{word}"), data)
    };
    let refuses = |who: &str, word: &str, data: Value, code: &str| {
        let reply = ask(who, word, data);
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (409, code),
            "{}",
            reply.text()
        );
    };
    let takes = |who: &str, word: &str, data: Value| {
        let reply = ask(who, word, data);
        assert_eq!(reply.status, 201, "{}", reply.text());
    };
    let nonce = [9_u8; 32];
    let of = |digest: &[u8]| {
        json!({"population_digest": hex(digest), "population_size": 5,
            "nonce": hex(&nonce)})
    };
    let frozen = of(&digest);
    refuses("overseer", "freeze", of(&seed), "BAD_SAMPLE");
    let mut alone = frozen.clone();
    alone.as_object_mut().unwrap().remove("nonce");
    refuses("overseer", "freeze", alone, "BAD_SAMPLE");
    refuses("inspector", "freeze", frozen.clone(), "SAME_PERSON");
    takes("overseer", "freeze", frozen);
    refuses(
        "inspector",
        "reveal",
        json!({"seed": hex(&[8; 32])}),
        "BAD_SAMPLE",
    );
    takes("inspector", "reveal", json!({"seed": hex(&seed)}));

    let lot = hash("fundtrace/v1/lookback-lot\n", &[&seed, &nonce]);
    let mut ranks: Vec<(Vec<u8>, Uuid)> = items
        .iter()
        .map(|item| {
            let parts: [&[u8]; 3] = [&lot, &digest, item.as_bytes()];
            (hash("fundtrace/v1/lookback-rank\n", &parts), *item)
        })
        .collect();
    ranks.sort();
    let look = |world: &World| world.data("reader", &format!("campaigns/{}", campaign()));
    let view = look(&world);
    let drawn: Vec<Uuid> = ranks.iter().take(2).map(|(_, item)| *item).collect();
    assert_eq!(view["sample"][0]["item"], json!(drawn[0]));
    assert_eq!(view["sample"][1]["item"], json!(drawn[1]));
    assert_eq!((&view["drawn"], &view["unchecked"]), (&json!(2), &json!(2)));

    let check = |item: Uuid, result: &str| {
        json!({"item": item, "result": result,
        "finding": "入户核实"})
    };
    refuses(
        "inspector",
        "check",
        check(ranks[2].1, "passed"),
        "BAD_SAMPLE",
    );
    refuses(
        "closer",
        "check",
        check(drawn[0], "passed"),
        "NOT_INDEPENDENT",
    );
    takes("inspector", "check", check(drawn[0], "passed"));
    refuses("inspector", "close", json!({}), "BAD_SAMPLE");
    takes("inspector", "check", check(drawn[1], "failed"));
    takes("inspector", "close", json!({}));
    let state =
        |item: Uuid| world.data("reader", &format!("items/{item}"))["state"]["word"].clone();
    assert_eq!(state(drawn[0]), "closed");
    assert_eq!(state(drawn[1]), "in_progress");
    let view = look(&world);
    assert_eq!(
        (&view["failed"], &view["unchecked"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(view["state"]["word"], "closed");
    let verifiers = world.data("reader", "verifiers");
    for (place, name) in [(0, "verifier"), (1, "verifier2")] {
        let record = json!({"person": who(name), "closings": 5, "looked_back": 2, "reopened": 1});
        assert_eq!(verifiers[place], record);
    }

    // The same after a start that reads everything again.
    world.restart();
    assert_eq!(look(&world), view);
}
