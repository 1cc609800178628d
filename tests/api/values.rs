//! What reads well and says what may not be said: amounts, dates, personal numbers in the clear.

use super::*;

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
