//! Scenario 6 with several units: an item that is handed on, taken back, extended, partly recovered
//! by an offset, split off and found twice; and nothing of it is counted twice or lost.

use super::*;

/// The item with several units, in progress; 10,000 fen must come back.
fn handed_on(world: &World) {
    let mut drafted = draft(1, 10_000);
    drafted["cooperating_units"] = json!([org(VILLAGE)]);
    world.record_on("inspector", "2018-07-28", "item.draft", drafted);
    for (who, day, step) in [
        ("inspector", "2018-07-28", "issue"),
        ("worker", "2018-07-30", "acknowledge"),
    ] {
        world.record_on(who, day, &format!("item.{step}"), json!({"item": item(1)}));
    }
    let plan = json!({"item": item(1), "plan": "逐户核对", "document": "龙政〔2018〕12号"});
    world.record_on("worker", "2018-08-01", "item.submit_plan", plan);
    for who in ["inspector", "overseer"] {
        world.record_on(
            who,
            "2018-08-03",
            "item.approve_plan",
            json!({"item": item(1)}),
        );
    }
    // To the bureau; the town goes on leading, so that its people still act.
    let to_the_bureau = json!({"item": item(1), "responsible_unit": org(BUREAU),
        "lead_unit": org(TOWN), "cooperating_units": [org(VILLAGE)], "reason": "职责调整"});
    refuses(
        world,
        "worker",
        "reassign",
        to_the_bureau.clone(),
        "NOT_INDEPENDENT",
    );
    world.record_on("inspector", "2018-08-05", "item.reassign", to_the_bureau);
    let measure = json!({"item": item(1), "measure": measure(1), "kind": "ordinary",
        "description": "补发到户", "due_on": "2018-08-31", "owner_unit": org(VILLAGE),
        "owner_person": person(77)});
    world.record_on("worker", "2018-08-06", "item.add_measure", measure);
    let proven = || world.send_on("worker", "2018-08-20", "item.add_evidence", evidence(1, 1));
    let missing = proven();
    assert_eq!(
        (missing.status, missing.code().as_str()),
        (404, "EVIDENCE_FILE_MISSING")
    );
    world.uploads_proof("worker", 1);
    assert_eq!(proven().status, 201);
    world.measure_finished(1);
}

fn look(world: &World) -> Value {
    world.data("reader", &format!("items/{}", item(1)))
}

/// 6,000 fen set off against a payment to the town, 4,000 by the bank.
fn comes_back_by_two_ways(world: &World) {
    let paid = instruction(1, to_unit(TOWN), 6_000);
    world.record_on("finance", "2018-09-10", "payment.instruct", paid);
    let offset = |amount: i64| {
        json!({"item": item(1), "amount_fen": amount, "reference": "抵扣〔2018〕1号",
            "way": "offset", "payment": payment(1)})
    };
    refuses(
        world,
        "worker",
        "receive_recovery",
        offset(1),
        "NOT_INDEPENDENT",
    );
    refuses(
        world,
        "inspector",
        "receive_recovery",
        offset(6_001),
        "OVER_PAID",
    );
    world.record_on(
        "inspector",
        "2018-09-11",
        "item.receive_recovery",
        offset(6_000),
    );
    refuses(
        world,
        "inspector",
        "receive_recovery",
        offset(1),
        "OVER_PAID",
    );
    let most = comes_back(world, 1, 4_000);
    assert_eq!(look(world)["recovery"]["open_fen"], 4_000);
    world.record_on("finance2", "2018-09-12", "bank_line.confirm", most);
    let shown = look(world);
    let recovery = &shown["recovery"];
    assert_eq!(
        (&recovery["open_fen"], &recovery["offset_fen"]),
        (&json!(0), &json!(6_000))
    );
    assert_eq!(recovery["matched_fen"], 4_000);
    let all = &world.data("reader", "recoveries")["total"];
    assert_eq!(
        (&all["matched_fen"], &all["offset_fen"]),
        (&json!(4_000), &json!(6_000))
    );
}

#[test]
fn an_item_of_several_units_is_handed_on_taken_back_extended_and_closed() {
    let world = county();
    counts_by_bank_line(&world);
    handed_on(&world);
    let this = json!({"item": item(1)});
    let led = world.data("reader", &format!("items?lead={}", org(TOWN)));
    assert_eq!(led["total"], 1);
    let helped = world.data("reader", &format!("items?cooperating={}", org(VILLAGE)));
    assert_eq!(
        helped["entries"][0]["cooperating_units"][0]["organisation"],
        json!(org(VILLAGE))
    );
    comes_back_by_two_ways(&world);

    // Asked for, taken back; the days between are the unit's.
    world.record_on("worker", "2018-09-15", "item.request_closure", this.clone());
    assert_eq!(world.data("reader", "completion")["total"]["requested"], 1);
    let back = json!({"item": item(1), "reason": "尚有一户未到账"});
    world.record_on(
        "worker2",
        "2018-09-20",
        "item.withdraw_closure_request",
        back,
    );
    let view = look(&world);
    assert_eq!(
        (&view["due_on"], &view["review_days"]),
        (&json!("2018-09-28"), &json!(0))
    );
    assert_eq!(world.data("reader", "completion")["total"]["requested"], 0);
    let later = json!({"item": item(1), "due_on": "2018-10-31", "reason": "汛期"});
    world.record_on("worker", "2018-09-21", "item.request_extension", later);
    world.record_on("closer", "2018-09-22", "item.grant_extension", this.clone());
    assert_eq!(look(&world)["due_on"], "2018-10-31");

    // The town had it once, so that nobody of the town judges it.
    world.record_on("worker", "2018-09-24", "item.request_closure", this.clone());
    refuses(
        &world,
        "worker2",
        "verify",
        verification(1),
        "NOT_INDEPENDENT",
    );
    world.record_on("verifier", "2018-09-25", "item.verify", verification(1));
    world.record_on("verifier2", "2018-09-26", "item.verify", verification(1));
    refuses(&world, "worker2", "close", this.clone(), "NOT_INDEPENDENT");
    world.record_on("closer", "2018-09-28", "item.close", this);
    let view = look(&world);
    assert_eq!(view["former"][0]["unit"]["organisation"], json!(org(TOWN)));
    assert_eq!(view["plan_by"], json!(who("worker")));
    assert_eq!(view["closings"][0]["requested_on"], "2018-09-24");
    assert_eq!(
        (&view["closed_late"], &view["review_days"]),
        (&json!(false), &json!(4))
    );
    let rates = &world.data("reader", "completion")["total"];
    assert_eq!(
        (&rates["closed"], &rates["requested"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(rates["denominator"], 1);
}

#[test]
fn what_is_split_or_found_twice_is_counted_once_and_to_the_fen() {
    let world = county();
    for (number, fen) in [(1, 500), (2, 200), (3, 300), (4, 70)] {
        world.record_on("inspector", "2018-07-28", "item.draft", draft(number, fen));
    }
    for number in [1, 4] {
        world.record_on(
            "inspector",
            "2018-07-28",
            "item.issue",
            json!({"item": item(number)}),
        );
    }
    let reason = "分属两个单位";
    let split =
        |parts: [u64; 2]| json!({"item": item(1), "into": parts.map(item), "reason": reason});
    let reply = world.send("inspector", "item.split", split([2, 4]));
    assert_eq!((reply.status, reply.code().as_str()), (422, "BAD_FIELD"));
    refuses(&world, "worker", "split", split([2, 3]), "NOT_INDEPENDENT");
    world.record_on("inspector", "2018-07-29", "item.split", split([2, 3]));
    for number in [2, 3] {
        world.record_on(
            "inspector",
            "2018-07-29",
            "item.issue",
            json!({"item": item(number)}),
        );
    }
    let overlap = json!({"item": item(4), "with": item(3), "reason": "同一笔资金"});
    world.record_on("inspector", "2018-07-30", "item.link_overlap", overlap);
    let rates = &world.data("reader", "completion")["total"];
    assert_eq!(
        (&rates["denominator"], &rates["split"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(rates["overlapping"], 1);
    let sums = world.data("reader", "recoveries");
    assert_eq!(sums["total"]["required_fen"], 500);
    assert_eq!(sums["overlapping"]["required_fen"], 70);
}

#[test]
fn a_long_term_item_waits_for_its_reviews_and_one_that_was_none_leaves_the_rates() {
    let world = county();
    handed_on(&world);
    let reason = json!({"item": item(1), "reason": "工程周期长"});
    world.record_on("inspector", "2018-08-21", "item.approve_long_term", reason);
    let waits = || world.data("reader", "tasks/reviews")["entries"][0].take();
    assert_eq!(waits()["review_overdue_days"], 41);
    let goes_on = json!({"item": item(1), "finding": "仍须一年", "next_review_on": "2018-12-31"});
    world.record_on(
        "inspector",
        "2018-09-01",
        "item.continue_long_term",
        goes_on,
    );
    assert_eq!(
        (&waits()["review_on"], &waits()["reviews"]),
        (&json!("2018-12-31"), &json!(1))
    );
    let none = json!({"item": item(1), "authority": "市委巡察工作领导小组",
        "document": "曲巡〔2018〕9号", "reason": "资金当年已拨付", "sha256": proof_sha256(2),
        "captured_on": "2018-09-02"});
    refuses(&world, "worker", "refute", none.clone(), "NOT_INDEPENDENT");
    let refuted = world.send_on("inspector", "2018-09-03", "item.refute", none.clone());
    assert_eq!(refuted.code(), "EVIDENCE_FILE_MISSING");
    world.uploads_proof("inspector", 2);
    world.record_on("inspector", "2018-09-03", "item.refute", none);
    let rates = &world.data("reader", "completion")["total"];
    assert_eq!(
        (&rates["denominator"], &rates["not_substantiated"]),
        (&json!(0), &json!(1))
    );
}
