//! Exports that say again what is recorded, in another order, later, or with a mistake.

use super::*;

#[test]
fn what_was_instructed_first_and_paid_later_is_settled() {
    let office = Office::begun();
    let head = "支付凭证号,支付日期,项目编码,指标文号,收款人,金额(元),支付状态";
    let row = |day: &str, state: &str| {
        format!("E-1,2018-07-{day},QS-1,云财农〔2018〕5号,曲河建工公司,100.00,{state}")
    };
    let import = |row: &str, expected: &str| {
        let file = office.table("paid.csv", &[head, row]);
        let told = office.good("finance", "payments", &file, &[]);
        assert!(told.contains(expected), "{row}: {told}");
    };
    import(&row("05", "未支付"), "created 1");
    import(&row("04", "已支付"), "different 1");
    import(&row("09", "已支付"), "created 1");
    import(&row("09", "已支付"), "there before 1");
    import(&row("05", "未支付"), "there before 1");
    import(&row("10", "已支付"), "different 1");
    let settled = office.world.data("reader", "events?type=payment.settled");
    assert_eq!(settled.as_array().unwrap().len(), 1);
    assert_eq!(settled[0]["occurred_on"], "2018-07-09");
}

#[test]
fn the_lines_of_a_claim_are_the_same_in_any_order() {
    let office = Office::begun();
    let funds = office.table("second.csv", &[FUNDS, &FUND.replace("5号", "6号")]);
    office.good("finance", "funds", &funds, &[]);
    let head = "报账单号,报账日期,项目编码,指标文号,报账金额(元),原始凭证号,收款人";
    let line = |fund: &str, amount: &str| {
        format!("BZ-1,2018-06-01,QS-1,云财农〔2018〕{fund}号,{amount},F-1,曲河建工公司")
    };
    let lines = [line("5", "100.00"), line("6", "50.50")];
    let file = office.table("claims.csv", &[head, &lines[0], &lines[1]]);
    office.good("finance", "claims", &file, &[]);
    let file = office.table("turned.csv", &[head, &lines[1], &lines[0]]);
    let told = office.good("finance", "claims", &file, &[]);
    assert!(
        told.contains("created 0") && told.contains("there before 2"),
        "{told}"
    );
    let file = office.table("other.csv", &[head, &line("6", "50.51"), &lines[0]]);
    let told = office.good("finance", "claims", &file, &[]);
    assert!(told.contains("different 2"), "{told}");
}

#[test]
fn what_the_rules_refuse_is_told_by_its_column() {
    let office = Office::begun();
    let file = office.table(
        "none.csv",
        &[PAYMENTS_HEAD, &FIRST.replace("\"1,234.56\"", "0.00")],
    );
    let told = office.bad("payments", &file, &[]);
    assert!(told.contains("  F2 BAD_AMOUNT “P-1”"), "{told}");
    let file = office.table(
        "late.csv",
        &[PAYMENTS_HEAD, &FIRST.replace("2018-07", "2099-07")],
    );
    let told = office.bad("payments", &file, &[]);
    assert!(told.contains("  B2 BAD_DATE “P-1”"), "{told}");
}

#[test]
fn one_number_in_two_writings_or_for_one_unit_by_two_names_is_refused_by_both_rows() {
    let office = Office::new();
    let row = |number: &str, receiver: &str| {
        FUND.replace("云财农〔2018〕5号", number)
            .replace("青石县", receiver)
    };
    for other in [
        row("雲財農[2018]５號", "青石县"),
        row("云财农〔2018〕5号", "530399"),
    ] {
        let head = office.world.head();
        let file = office.table("twice.csv", &[FUNDS, FUND, &other]);
        let told = office.bad("funds", &file, &[]);
        assert!(
            told.contains("2 NUMBER_TWICE ") && told.contains("3 NUMBER_TWICE "),
            "{told}"
        );
        assert_eq!(office.world.head(), head);
    }
}
