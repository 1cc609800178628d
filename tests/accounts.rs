//! Cash over HTTP: which account holds what of which batch, who keeps whose money.

use crate::harness::*;
use serde_json::{Value, json};
use uuid::Uuid;

fn account(number: u64) -> Uuid {
    Uuid::from_u128(0x0b << 96 | 0x4000_8000 << 48 | u128::from(number))
}
fn movement(number: u64) -> Uuid {
    Uuid::from_u128(0x0c << 96 | 0x4000_8000 << 48 | u128::from(number))
}
fn custody(number: u64) -> Uuid {
    Uuid::from_u128(0x0d << 96 | 0x4000_8000 << 48 | u128::from(number))
}

fn opens(world: &World, number: u64, kind: &str, owner: u64) {
    let opening = json!({"account": account(number), "kind": kind, "owner": org(owner),
        "bank": "曲河农商行青石支行", "masked_number": format!("****000{number}")});
    world.record_on("finance", "2018-01-02", "account.open", opening);
}

fn receipt_of(number: u64, into: u64, amount_fen: i64) -> Value {
    json!({"account": account(into), "movement": movement(number), "nature": "received",
        "fund": fund(1), "amount_fen": amount_fen, "bank_reference": format!("SK-{number}"),
        "from": org(PREFECTURE)})
}

fn payment_of(number: u64, out_of: u64, amount_fen: i64) -> Value {
    json!({"account": account(out_of), "movement": movement(number), "fund": fund(1),
        "amount_fen": amount_fen, "bank_reference": format!("FK-{number}")})
}

/// The county with a special account of 1,000,000 fen, and a kept account of the bureau's.
fn county() -> World {
    let world = spawn();
    world.found_county();
    opens(&world, 1, "fiscal_special", BUREAU);
    opens(&world, 2, "custody", PREFECTURE);
    world.record(
        "finance",
        "account.receive_cash",
        receipt_of(1, 1, 1_000_000),
    );
    world
}

fn refuses(world: &World, word: &str, data: Value, status: u16, code: &str) -> Value {
    let head = world.head();
    let reply = world.send("finance", word, data);
    let found = (reply.status, reply.code());
    assert_eq!(found, (status, code.to_owned()), "{}", reply.text());
    assert_eq!(world.head(), head);
    reply.json()
}

fn look(world: &World, number: u64) -> Value {
    world.data("reader", &format!("accounts/{}", account(number)))
}

#[test]
fn cash_never_leaves_an_account_in_which_it_is_not() {
    let world = county();
    let problem = refuses(
        &world,
        "account.pay_cash",
        payment_of(2, 1, 1_000_001),
        409,
        "INSUFFICIENT",
    );
    assert_eq!(problem["field"], "data.fund");

    // What was refused as an order is stored as a fact, and raises a question.
    let fact = command(
        "account.pay_cash",
        "2018-08-01",
        payment_of(2, 1, 1_000_001),
    );
    assert_eq!(world.post("finance", &observed(fact)).status, 201);
    assert_eq!(world.data("reader", "alerts?code=INSUFFICIENT")["total"], 1);
    let view = look(&world, 1);
    assert_eq!(view["balance_fen"], -1);
    assert_eq!(view["balanced"], true);

    // Interest of nobody knows which batch, and money that came back.
    let interest = json!({"account": account(1), "movement": movement(3), "amount_fen": 77});
    world.record("finance", "account.credit_interest", interest);
    let mut back = receipt_of(4, 1, 501);
    back["nature"] = json!("returned");
    world.record("finance", "account.receive_cash", back);
    let view = look(&world, 1);
    assert_eq!(view["unattributed_fen"], 77);
    assert_eq!(view["batches"][0]["fund"], Value::Null);
    assert_eq!(view["batches"][1]["balance_fen"], 500);
    assert_eq!(view["batches"][1]["paid_fen"], 1_000_001);
    assert_eq!(view["totals"]["returned_fen"], 501);
    assert_eq!(view["equation"]["number"], 4);
    assert_eq!(view["equation"]["holds"], true);
    assert_eq!(view["equation"]["left_fen"], 577);
    assert_eq!(view["movement_count"], 4);
    assert_eq!(view["movements"][0]["change_fen"], 501);
    assert_eq!(view["movements"][2]["change_fen"], -1_000_001);

    refuses(
        &world,
        "account.close",
        json!({"account": account(1), "reason": "清理"}),
        409,
        "BAD_TRANSITION",
    );
    let lines = world.data("reader", "accounts");
    assert_eq!(lines.as_array().unwrap().len(), 2);
    assert_eq!(
        world
            .get("reader", &world.path(&format!("accounts/{}", account(9))))
            .status,
        404
    );
    let counts = world
        .get("reader", &format!("/v1/ledgers/{}", world.ledger))
        .json();
    assert_eq!(counts["counts"]["accounts"], 2);
}

#[test]
fn an_accounts_number_is_stored_with_four_digits_only() {
    let world = county();
    let opening = json!({"account": account(3), "kind": "village_collective",
        "owner": org(VILLAGE), "bank": "曲河农商行", "masked_number": "6222020000000000000"});
    let problem = refuses(&world, "account.open", opening, 422, "BAD_FIELD");
    assert_eq!(problem["field"], "data.masked_number");
}

#[test]
fn kept_money_goes_out_only_as_far_as_its_keeper_lets_go() {
    let world = county();
    let agreement = json!({"custody": custody(1), "account": account(2), "principal": org(COUNTY),
        "custodian": org(PREFECTURE), "terms": "凭会签报账单拨付", "document": "代管〔2018〕1号"});
    world.record("finance", "account.agree_custody", agreement);
    let transfer = json!({"from": account(1), "to": account(2), "movement": movement(2),
        "fund": fund(1), "amount_fen": 400_000, "bank_reference": "HZ-2"});
    world.record("finance", "account.transfer", transfer);
    let release =
        |amount: i64| json!({"custody": custody(1), "claim": "BZ-1", "amount_fen": amount});
    let (word, paid) = ("account.release_custody", "account.pay_cash");
    refuses(&world, paid, payment_of(3, 2, 1), 409, "INSUFFICIENT");
    refuses(&world, word, release(400_001), 409, "INSUFFICIENT");
    world.record("finance", word, release(150_000));
    refuses(&world, paid, payment_of(3, 2, 150_001), 409, "INSUFFICIENT");
    world.record("finance", paid, payment_of(3, 2, 100_000));

    let positions = world.data("reader", "custody");
    let position = &positions[0];
    assert_eq!(position["principal"]["organisation"], json!(org(COUNTY)));
    assert_eq!(
        position["custodian"]["organisation"],
        json!(org(PREFECTURE))
    );
    assert_eq!(position["held_fen"], 300_000);
    assert_eq!(position["released_fen"], 150_000);
    assert_eq!(position["released_unpaid_fen"], 50_000);
    assert_eq!(look(&world, 2)["custody"], positions);
    assert_eq!(look(&world, 1)["balance_fen"], 600_000);
    assert_eq!(look(&world, 2)["totals"]["transferred_in_fen"], 400_000);
}

fn contribution(number: u64) -> Uuid {
    Uuid::from_u128(0x0e << 96 | 0x4000_8000 << 48 | u128::from(number))
}
fn line(number: u64) -> Uuid {
    Uuid::from_u128(0x0f << 96 | 0x4000_8000 << 48 | u128::from(number))
}

#[test]
fn a_promise_that_is_known_in_part_is_shown_in_parts() {
    let world = county();
    // Case S11: 33.6 promised, 29.0 known, and 2.63 more once somebody looked.
    let pledge = json!({"contribution": contribution(1), "project": project(1),
        "source_kind": "partner", "party": org(BUILDER), "amount_fen": 33_600_000,
        "undetermined_fen": 4_600_000});
    world.record("finance", "contribution.pledge", pledge);
    let word = "contribution.resolve";
    let parts = |fen: i64| {
        json!({"contribution": contribution(1),
            "parts": [{"source_kind": "sector", "amount_fen": fen}]})
    };
    refuses(&world, word, parts(4_600_001), 422, "SPLIT_MISMATCH");
    world.record("finance", word, parts(2_630_000));

    let arrives = |fen: i64| {
        json!({"contribution": contribution(1), "amount_fen": fen, "source_kind": "partner",
            "account": account(1), "bank_reference": "SK-9"})
    };
    let word = "contribution.arrive";
    refuses(&world, word, arrives(33_600_001), 409, "OVER_PAID");
    world.record("finance", word, arrives(20_000_000));
    let works = |value: i64| {
        json!({"contribution": contribution(1), "labour_days": 300, "unit_price_fen": 8_000,
            "value_fen": value, "verified_by": person(77)})
    };
    let word = "contribution.contribute_in_kind";
    refuses(&world, word, works(2_400_001), 422, "SPLIT_MISMATCH");
    world.record("finance", word, works(2_400_000));

    let found = world.data("reader", &format!("contributions?project={}", project(1)));
    let sum = &found["projects"][0];
    assert_eq!(sum["pledged_fen"], 33_600_000);
    assert_eq!(sum["undetermined_fen"], 1_970_000);
    assert_eq!(sum["sources"][0]["source_kind"]["word"], "sector");
    assert_eq!(sum["sources"][0]["pledged_fen"], 2_630_000);
    assert_eq!(sum["sources"][1]["source_kind"]["word"], "partner");
    assert_eq!(sum["sources"][1]["pledged_fen"], 29_000_000);
    assert_eq!(sum["sources"][1]["arrived_fen"], 20_000_000);
    assert_eq!(
        sum["arrival"],
        json!({"numerator_fen": 20_000_000, "denominator_fen": 33_600_000})
    );
    assert_eq!(sum["in_kind_fen"], 2_400_000);
    let shown = &found["contributions"]["entries"][0];
    assert_eq!(shown["open_fen"], 11_200_000);
    // The project shows the same sums, and one contribution can be asked for by itself.
    let view = world.data("reader", &format!("projects/{}", project(1)));
    assert_eq!(&view["co_funding"], sum);
    let one = world.data("reader", &format!("contributions/{}", contribution(1)));
    assert_eq!(&one, shown);
    let none = world.path(&format!("contributions/{}", contribution(9)));
    assert_eq!(world.get("reader", &none).status, 404);
    let other = world.data("reader", &format!("contributions?project={}", project(2)));
    assert_eq!(other["contributions"]["total"], 0);

    // More than was promised is stored if it was seen, and raises a question.
    let seen = command("contribution.arrive", "2018-08-02", arrives(11_200_001));
    assert_eq!(world.post("finance", &observed(seen)).status, 201);
    assert_eq!(world.data("reader", "alerts?code=OVER_PAID")["total"], 1);
}

fn entry(number: u64, amount_fen: i64, direction: &str, sequence: &str) -> Value {
    json!({"line": line(number), "account": account(1), "value_date": "2018-08-01",
        "direction": direction, "amount_fen": amount_fen, "bank_sequence": sequence,
        "counterparty": "曲河市财政局"})
}

/// As in acceptance scenario 10: the same line again is no line, and of two matches one is taken
/// back.
#[test]
fn a_bank_line_is_entered_once_and_matched_once_by_a_second_person() {
    let world = county();
    world.record("finance", "account.pay_cash", payment_of(2, 1, 400));
    let (enter, confirm) = ("bank_line.enter", "bank_line.confirm");
    world.record("finance", enter, entry(1, 1_000_000, "in", "0001"));
    world.record("finance", enter, entry(2, 400, "out", "0002"));
    let again = refuses(
        &world,
        enter,
        entry(3, 400, "out", "0002"),
        409,
        "ALREADY_EXISTS",
    );
    assert!(
        again["title"]
            .as_str()
            .unwrap()
            .contains(&line(2).to_string())
    );
    world.record("finance", enter, entry(3, 400, "out", "0003"));
    assert_eq!(
        world.data("reader", "bank-lines?state=unmatched")["lines"]["total"],
        3
    );

    let is = |number: u64, moved: u64| {
        let target = json!({"movement": movement(moved)});
        json!({"line": line(number), "target": target})
    };
    refuses(&world, confirm, is(1, 1), 409, "SAME_PERSON");
    refuses(&world, confirm, is(1, 2), 422, "BAD_FIELD");
    world.record("finance2", confirm, is(1, 1));
    world.record("finance2", confirm, is(2, 2));
    refuses(&world, confirm, is(3, 2), 409, "ALREADY_MATCHED");
    let fact = observed(command(confirm, "2018-08-02", is(3, 2)));
    assert_eq!(world.post("finance2", &fact).code(), "ALREADY_MATCHED");

    let revocation = json!({"line": line(2), "reason": "串户"});
    world.record("finance", "bank_line.revoke", revocation.clone());
    refuses(
        &world,
        "bank_line.revoke",
        revocation,
        409,
        "BAD_TRANSITION",
    );
    let matched = world.data("reader", "bank-lines?state=matched");
    assert_eq!(matched["lines"]["total"], 1);
    let kept = &matched["lines"]["entries"][0];
    assert_eq!(kept["line"], json!(line(1)));
    assert_eq!(kept["matched"]["target"], json!({"movement": movement(1)}));
    assert_eq!(kept["matched"]["confirmed_by"], json!(who("finance2")));
    assert_eq!(kept["matched"]["agrees"], true);
    world.record("finance2", confirm, is(3, 2));

    let waiting = world.data("reader", "bank-lines?state=unmatched");
    assert_eq!(waiting["unmatched_out_fen"], 400);
    assert_eq!(waiting["lines"]["entries"][0]["waiting_days"], 61);
    let elsewhere = world.data("reader", &format!("bank-lines?account={}", account(2)));
    assert_eq!(elsewhere["lines"]["total"], 0);
    let wrong = world.get("reader", &world.path("bank-lines?state=perhaps"));
    assert_eq!((wrong.status, wrong.code().as_str()), (400, "BAD_QUERY"));
}

#[test]
fn a_replay_from_zero_gives_every_answer_about_cash_again() {
    let mut world = county();
    world.record(
        "finance",
        "bank_line.enter",
        entry(1, 1_000_000, "in", "0001"),
    );
    let target = json!({"line": line(1), "target": {"movement": movement(1)}});
    world.record("finance2", "bank_line.confirm", target);
    let one = world.data("reader", &format!("bank-lines/{}", line(1)));
    assert_eq!(one["state"]["word"], "matched");
    assert_eq!(one["matched"]["target"], json!({"movement": movement(1)}));
    let none = world.path(&format!("bank-lines/{}", line(9)));
    assert_eq!(world.get("reader", &none).status, 404);
    let pledge = json!({"contribution": contribution(1), "project": project(1),
        "source_kind": "self_raised", "amount_fen": 500});
    world.record("finance", "contribution.pledge", pledge);
    let one = format!("accounts/{}", account(1));
    let paths = ["accounts", "custody", "bank-lines", "contributions", &one];
    let ask = |world: &World| paths.map(|path| world.data("reader", path));
    let before = ask(&world);
    world.restart();
    assert_eq!(ask(&world), before);
}
