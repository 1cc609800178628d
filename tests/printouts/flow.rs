//! A trace of a long batch is narrowed to some of its payments, and says then nothing of the rest;
//! what was taken back is counted and not listed.

use super::*;

fn trace(world: &World, query: &str) -> String {
    let reply = ask(
        world,
        "reader",
        "fund-trace",
        &format!("&format=csv&fund={}{query}", fund(1)),
    );
    assert_eq!(reply.status, 200, "{query}: {}", reply.text());
    reply.text()
}

/// The vouchers that are listed.
fn vouchers(text: &str) -> Vec<u64> {
    let numbers = text.lines().filter_map(|line| {
        let voucher = line.split(',').next()?.strip_prefix("PZ-")?;
        voucher.parse().ok()
    });
    numbers.collect()
}

#[test]
fn a_trace_is_narrowed_by_project_unit_and_days() {
    let world = county();
    let none: &[u64] = &[];
    let (road, town, bureau) = (project(1), org(TOWN), org(BUREAU));
    for (query, expected) in [
        (format!("&project={road}"), &[1, 2, 3, 4][..]),
        (format!("&unit={town}"), &[1, 2, 3, 4]),
        (format!("&unit={}", org(COUNTY)), &[1, 2, 3, 4]),
        (format!("&unit={bureau}"), none),
        ("&from=2018-08-02".to_owned(), &[4]),
        ("&until=2018-08-05".to_owned(), &[1, 2, 3]),
        ("&from=2018-08-01&until=2018-08-01".to_owned(), &[1, 2, 3]),
        (format!("&unit={town}&from=2018-08-07"), none),
    ] {
        let text = trace(&world, &query);
        assert_eq!(vouchers(&text), expected, "{query}");
        // Levels of the whole batch beside some of its payments would be taken for theirs.
        assert!(
            !text.contains("去向清楚") && !text.contains("经手单位"),
            "{text}"
        );
        assert!(text.contains("筛选条件,资金批次="), "{text}");
    }
    let told = trace(&world, &format!("&project={road}&from=2018-08-02"));
    assert!(told.contains("\n合计,,,,,800.00,"), "{told}");
    assert!(told.contains("项目=QS-2018-001 龙潭乡产业路1期"), "{told}");
    assert!(told.contains("支付日期自=2018-08-02"), "{told}");
    let whole = trace(&world, "");
    assert!(whole.contains("去向清楚") && whole.contains("经手单位"));
    for (query, code) in [
        ("&from=2018-08", "BAD_DATE"),
        ("&from=2018-08-02&until=2018-08-01", "BAD_DATE"),
        ("&state=closed", "BAD_QUERY"),
    ] {
        let query = format!("&fund={}{query}", fund(1));
        assert_eq!(ask(&world, "reader", "fund-trace", &query).code(), code);
    }
    let others = ask(&world, "reader", "funds", &format!("&project={road}"));
    assert_eq!(others.code(), "BAD_QUERY");
}

#[test]
fn a_payment_that_was_taken_back_is_counted_and_not_listed() {
    let world = county();
    let settled = world.data("reader", "events?type=payment.settled");
    let settled = settled.as_array().unwrap().iter();
    let of = |it: &&Value| it["data"]["payment"] == json!(payment(3));
    let seq = settled.clone().find(of).unwrap()["seq"].clone();
    let reversal = json!({"subject": payment(3), "seq": seq, "amount_fen": 5_000_057,
        "reason": "导错了表"});
    world.record_on("finance", "2018-08-20", "record.reverse", reversal);
    let back = payment_return(3, 5_000_057);
    world.record_on("finance", "2018-08-20", "payment.return", back);
    // One that the bank could not pay was instructed all the same.
    let builder = json!({"organisation": org(BUILDER)});
    let data = instruction(5, builder, 100);
    world.record_on("finance", "2018-08-21", "payment.instruct", data);
    let back = payment_return(5, 100);
    world.record_on("finance", "2018-08-22", "payment.return", back);
    let text = trace(&world, "");
    assert_eq!(vouchers(&text), [1, 2, 4, 5], "{text}");
    assert!(text.contains("\n已撤销、未列出的支付,1,"), "{text}");
    let later = trace(&world, "&from=2018-08-02");
    assert!(!later.contains("已撤销"), "{later}");
}
