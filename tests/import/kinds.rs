//! Contracts with their plans of payment, claims with who signs them, documents with several
//! receivers, and money that came back.

use super::*;

const CONTRACTS: &str = "合同编号,合同名称,项目编码,承包单位,合同价款(元),签订日期,质保金比例,签订后付至,进度付至,质保期满付至";
const CONTRACT: &str = "HT-1,产业路施工,QS-1,曲河建工公司,100000.00,2018-04-01,3%,40%,90%,100%";
const CLAIMS: &str = "报账单号,报账日期,项目编码,合同编号,付款节点,指标文号,报账金额(元),原始凭证号,收款人,会签人,会签签字";

#[test]
fn a_contract_comes_with_its_plan_of_payment_and_a_claim_with_its_batches() {
    let office = Office::begun();
    let contracts = office.table("contracts.csv", &[CONTRACTS, CONTRACT]);
    let told = office.good("finance", "contracts", &contracts, &[]);
    assert!(told.contains("created 1"), "{told}");
    let signed = office.world.data("reader", "events?type=contract.signed");
    let data = &signed[0]["data"];
    assert_eq!(
        (&data["price_fen"], &data["retention_bp"]),
        (&10_000_000.into(), &300.into())
    );
    let caps: Vec<_> = data["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stage| {
            let cap = stage["cumulative_cap_bp"].as_u64().unwrap();
            (stage["trigger"].as_str().unwrap().to_owned(), cap)
        })
        .collect();
    let expected = [
        ("signing", 4_000),
        ("progress", 9_000),
        ("retention_end", 10_000),
    ];
    assert_eq!(caps, expected.map(|(word, cap)| (word.to_owned(), cap)));
    // What is other is told in the table's words.
    let other = CONTRACT.replace("40%", "45.5%").replace("3%", "2%");
    let other = office.table("other.csv", &[CONTRACTS, &other]);
    let told = office.good("finance", "contracts", &other, &[]);
    for words in [
        "付款节点 签订(预付) 40%",
        "→ 签订(预付) 45.5%",
        "质保金比例 3% → 2%",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }

    let second = FUND.replace("5号", "6号");
    let funds = office.table("second.csv", &[FUNDS, &second]);
    office.good("finance", "funds", &funds, &[]);
    let claim = |fund: &str, amount: &str| {
        format!(
            "BZ-1,2018-06-01,QS-1,HT-1,1,云财农〔2018〕{fund}号,{amount},F-1、F-2,曲河建工公司,\
                 挂职干部@青石县,"
        )
    };
    let lines = [CLAIMS, &claim("5", "100.00"), &claim("6", "50.50")];
    let claims = office.table("claims.csv", &lines);
    let told = office.good("finance", "claims", &claims, &[]);
    assert!(told.contains("created 2"), "{told}");
    let submitted = office.world.data("reader", "events?type=claim.submitted");
    assert_eq!(submitted.as_array().unwrap().len(), 1);
    let data = &submitted[0]["data"];
    assert_eq!(data["amount_fen"], 15_050);
    assert_eq!(data["sources"].as_array().unwrap().len(), 2);
    assert_eq!(data["vouchers"], serde_json::json!(["F-1", "F-2"]));
    assert_eq!(data["countersigners"][0]["capacity"], "挂职干部");
    let told = office.good("finance", "claims", &claims, &[]);
    assert!(
        told.contains("created 0") && told.contains("there before 2"),
        "{told}"
    );
}

#[test]
fn a_signature_on_paper_waits_for_a_second_person() {
    let office = Office::begun();
    let world = &office.world;
    let policy = serde_json::json!({"paper_signatures": true, "document": "青石发〔2018〕1号"});
    world.record("admin", "ledger.set_policy", policy);
    world.register_household(HOUSEHOLDS + 7, "禾苗丙");
    let person = person(HOUSEHOLDS + 7);
    let claim = format!(
        "BZ-2,2018-06-01,QS-1,,,云财农〔2018〕5号,100.00,F-3,曲河建工公司,挂职干部@青石县,\
         挂职干部@青石县@{person}@2018-06-02"
    );
    let claims = office.table("claims.csv", &[CLAIMS, &claim]);
    let told = office.good("finance", "claims", &claims, &[]);
    assert!(
        told.contains("created 1") && told.contains("1 行待另一人复核"),
        "{told}"
    );
    let waiting = world.data("finance2", "entries?state=proposed");
    let entry = &waiting["entries"][0];
    assert_eq!(entry["command"], "claim.countersign");
    let told = office.good("finance", "claims", &claims, &[]);
    assert!(
        told.contains("created 0") && told.contains("there before 1"),
        "{told}"
    );
    let day = entry["occurred_on"].as_str().unwrap();
    let mut confirm = observed(command(
        "entry.confirm",
        day,
        serde_json::json!({"entry": entry["entry"]}),
    ));
    confirm["command_id"] = serde_json::json!(uuid::Uuid::new_v4());
    let reply = world.post("finance2", &confirm);
    assert_eq!(reply.status, 201, "{}", reply.text());
    let told = office.good("finance", "claims", &claims, &[]);
    assert!(
        told.contains("created 0") && told.contains("there before 1"),
        "{told}"
    );
}

#[test]
fn one_document_gives_money_to_several_receivers_and_payments_find_theirs() {
    let office = Office::begun();
    let other = FUND.replace("青石县,", "曲河市,");
    let funds = office.table("both.csv", &[FUNDS, FUND, &other]);
    let told = office.good("finance", "funds", &funds, &[]);
    assert!(
        told.contains("created 1") && told.contains("there before 1"),
        "{told}"
    );
    let payments = office.table("first.csv", &[PAYMENTS_HEAD, FIRST]);
    let told = office.bad("payments", &payments, &[]);
    assert!(
        told.contains("AMBIGUOUS") && told.contains("请填写指标单位"),
        "{told}"
    );
    let head = format!("{PAYMENTS_HEAD},指标单位");
    let named = office.table("named.csv", &[&head, &format!("{FIRST},青石县")]);
    let told = office.good("finance", "payments", &named, &[]);
    assert!(told.contains("created 1"), "{told}");
}

fn red(number: &str, amount: &str, how: &str) -> String {
    format!("{number},2018-08-02,QS-1,云财农〔2018〕5号,曲河建工公司,-{amount},记错,P-1,{how}")
}

#[test]
fn a_negative_row_of_another_amount_is_refused_and_a_part_must_be_called_one() {
    let office = Office::begun();
    let head = format!("{PAYMENTS_HEAD},退回方式");
    let first = format!("{FIRST},");
    for (amount, how, expected) in [
        ("1000.00", "", "AMOUNT_MISMATCH"),
        ("1000.00", "冲销", "AMOUNT_MISMATCH"),
        ("1234.56", "部分退回", "AMOUNT_MISMATCH"),
    ] {
        let file = office.table("red.csv", &[&head, &first, &red("R-1", amount, how)]);
        let told = office.bad("payments", &file, &[]);
        assert!(told.contains(expected), "{how}: {told}");
    }
    let file = office.table(
        "part.csv",
        &[&head, &first, &red("R-1", "1000.00", "部分退回")],
    );
    office.good("finance", "payments", &file, &[]);
    let returned = office.world.data("reader", "events?type=payment.returned");
    assert_eq!(returned[0]["data"]["amount_fen"], 100_000);
}

#[test]
fn a_row_that_was_wrong_is_taken_back_by_a_reversal_also_in_the_same_file() {
    let office = Office::begun();
    let head = format!("{PAYMENTS_HEAD},退回方式");
    let first = format!("{FIRST},");
    let file = office.table("red.csv", &[&head, &red("R-1", "1234.56", "冲销"), &first]);
    let told = office.good("finance", "payments", &file, &["--dry-run"]);
    assert!(told.contains("would create 2"), "{told}");
    let told = office.good("finance", "payments", &file, &[]);
    assert!(told.contains("created 2"), "{told}");
    let reversed = office.world.data("reader", "events?type=record.reversed");
    assert_eq!(reversed[0]["data"]["amount_fen"], 123_456);
    assert_eq!(reversed[0]["data"]["reason"], "冲销(凭证 R-1):记错");
    let head = office.world.head();
    let told = office.good("finance", "payments", &file, &[]);
    assert!(
        told.contains("created 0") && told.contains("there before 2"),
        "{told}"
    );
    assert_eq!(office.world.head(), head);
}

#[test]
fn every_round_counts_its_problems_from_1() {
    let office = Office::new();
    office.world.round_opened(2, "2018-09-15");
    let head = "问题序号,来源,问题描述,问题类别,责任单位,责任人";
    let row = |number, round| format!("{number},第{round}轮巡察,拨付不及时,资金管理,龙潭乡,张三");
    let rows = [row(1, 1), row(2, 1), row(1, 2), row(2, 2)];
    let first = office.table("first.csv", &[head, &rows[0], &rows[1]]);
    let told = office.good("inspector", "items", &first, &[]);
    assert!(told.contains("created 2,"), "{told}");
    assert!(told.contains("F1 COLUMN_UNREAD “责任人”"), "{told}");
    let lines: Vec<&str> = rows.iter().map(String::as_str).collect();
    let both = office.table("both.csv", &[&[head], lines.as_slice()].concat());
    let told = office.good("inspector", "items", &both, &[]);
    assert!(
        told.contains("created 2,") && told.contains("there before 2,"),
        "{told}"
    );
    let told = office.good("inspector", "items", &both, &[]);
    assert!(told.contains("there before 4,"), "{told}");
}

#[test]
fn what_is_not_found_is_told_by_its_line_and_its_column() {
    let office = Office::begun();
    let claim = |fund: &str| {
        format!("BZ-1,2018-06-01,QS-1,,,云财农〔2018〕{fund}号,1.00,F-1,曲河建工公司,,")
    };
    let lines = [CLAIMS, &claim("5"), &claim("9")];
    let told = office.bad("claims", &office.table("claims.csv", &lines), &[]);
    assert!(told.contains("  F3 NOT_FOUND “BZ-1”"), "{told}");
    let payee = FIRST.replace("曲河建工公司", "无此公司");
    let file = office.table("payee.csv", &[PAYMENTS_HEAD, &payee]);
    let told = office.bad("payments", &file, &[]);
    assert!(told.contains("  E2 NOT_FOUND “P-1”"), "{told}");
}

#[test]
fn what_is_other_than_recorded_is_told_in_the_words_of_the_table_and_all_of_it_in_a_file() {
    let office = Office::begun();
    let head = format!("{PAYMENTS_HEAD},款项性质");
    let row = |number: u32, amount: &str, payee: &str, kind: &str| {
        format!("V-{number},2018-07-28,QS-1,云财农〔2018〕5号,{payee},{amount},,,{kind}")
    };
    let table = |name: &str, amount: &str, payee: &str, kind: &str| {
        let rows: Vec<String> = (0..25).map(|n| row(n, amount, payee, kind)).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        office.table(name, &[&[head.as_str()], rows.as_slice()].concat())
    };
    let first = table("first.csv", "1.00", "曲河建工公司", "其他");
    let told = office.good("finance", "payments", &first, &["--dry-run"]);
    assert!(told.contains("  2 V-0\n"), "{told}");
    office.good("finance", "payments", &first, &[]);
    let other = table("other.csv", "1.01", "龙潭乡", "进度款");
    let report = office.file("report.csv");
    let path = report.to_str().unwrap();
    let told = office.good("finance", "payments", &other, &["--report", path]);
    for part in [
        "款项性质 其他 → 进度款",
        "收款人 曲河建工公司 → 龙潭乡",
        "金额 1.00 → 1.01",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let report = std::fs::read_to_string(&report).unwrap();
    let last = "\r\n不同,,26,,V-24,金额,1.00,1.01,";
    assert!(report.contains(last), "{report}");
}

#[test]
fn money_of_another_source_is_not_taken_for_money_of_ones_own() {
    let office = Office::new();
    let head = format!("{PROJECTS},其他资金");
    let row = |other: &str| format!("{PROJECT},{other}");
    let file = office.table("other.csv", &[&head, &row("5")]);
    let told = office.bad("projects", &file, &["--unit", "万元"]);
    assert!(told.contains("H2 SOURCE_UNSAID"), "{told}");
    let file = office.table("none.csv", &[&head, &row("0")]);
    office.good("finance", "projects", &file, &["--unit", "万元"]);
}

/// What is to be done comes with the problem, or later; another wording is listed and changes
/// nothing.
#[test]
fn a_list_of_problems_brings_what_is_to_be_done() {
    let office = Office::new();
    let head = "问题编号,来源,问题描述,问题类别,责任单位,整改措施,整改情况";
    let row = |measure: &str| format!("G-1,第1轮巡察,拨付不及时,资金管理,龙潭乡,{measure},已着手");
    let file = |measure: &str| office.table("items.csv", &[head, &row(measure)]);
    let import = |measure: &str| office.good("inspector", "items", &file(measure), &[]);
    let measures = || {
        let added = office
            .world
            .data("reader", "events?type=item.measure_added");
        added.as_array().unwrap().clone()
    };
    let told = import("");
    assert!(told.contains("created 1,"), "{told}");
    assert!(measures().is_empty());
    let told = import("逐户兑付");
    assert!(
        told.contains("created 1,") && told.contains("COLUMN_UNREAD “整改情况”"),
        "{told}"
    );
    let added = measures();
    assert_eq!(added.len(), 1);
    assert_eq!(added[0]["data"]["description"], "逐户兑付");
    let told = import("逐户兑付");
    assert!(told.contains("there before 1,"), "{told}");
    let told = import("逐村公示");
    assert!(
        told.contains("different 1") && told.contains("整改措施"),
        "{told}"
    );
    let long = "长".repeat(501);
    let output = office.import("inspector", "items", &file(&long), &[]);
    let told = text(&output.stdout);
    assert!(!output.status.success() && told.contains("F2 "), "{told}");
    assert_eq!(measures(), added);
}

#[test]
fn a_list_of_problems_brings_closings_of_before_and_cases_of_common_problems() {
    let office = Office::new();
    let head = "问题编号,来源,问题描述,问题类别,责任单位,问题性质,上级问题编号,销号日期,销号文号";
    let row = |number, scope, rest: &str| {
        format!("{number},第1轮巡察,拨付不及时,资金管理,龙潭乡,{scope},{rest}")
    };
    let common = row("G-1", "共性", ",,");
    let case = row("G-1-1", "个性", "G-1,2018-09-01,曲巡销〔2018〕1号");
    let file = office.table("items.csv", &[head, &case, &common]);
    // Whichever stands first in the table.
    let told = office.good("inspector", "items", &file, &[]);
    assert!(told.contains("created 2,"), "{told}");
    let drafted = office.world.data("reader", "events?type=item.drafted");
    assert_eq!(drafted[1]["data"]["parent"], drafted[0]["data"]["item"]);
    let closed = office
        .world
        .data("reader", "events?type=item.closure_imported");
    assert_eq!(closed[0]["data"]["item"], drafted[1]["data"]["item"]);
    assert_eq!(closed[0]["data"]["document"], "曲巡销〔2018〕1号");
    let told = office.good("inspector", "items", &file, &[]);
    assert!(told.contains("there before 2,"), "{told}");
    for (rest, place) in [("G-9,,", "G2 NOT_FOUND"), (",2018-09-01,", "I2 REQUIRED")] {
        let file = office.table("bad.csv", &[head, &row("G-2", "个性", rest)]);
        let output = office.import("inspector", "items", &file, &[]);
        assert!(
            text(&output.stdout).contains(place),
            "{}",
            text(&output.stdout)
        );
    }
}

#[test]
fn units_come_in_whatever_order_and_a_ring_of_them_does_not() {
    let office = Office::new();
    let head = "代码,名称,性质,级次,上级代码";
    let below = "530399103001,石桥一村,区划,村,石桥乡";
    let middle = "530399103,石桥乡,区划,乡,530399";
    let ring = ["530399104,甲乡,区划,乡,乙乡", "530399105,乙乡,区划,乡,甲乡"];
    let file = office.table("ring.csv", &[head, below, ring[0], ring[1], middle]);
    let told = text(&office.import("finance", "organisations", &file, &[]).stdout);
    assert!(told.contains("refused 2"), "{told}");
    let file = office.table("units.csv", &[head, below, middle]);
    let told = office.good("finance", "organisations", &file, &[]);
    assert!(told.contains("created 2,"), "{told}");
    // A table with nothing below its headings says so.
    let file = office.table("empty.csv", &[head]);
    let told = office.good("finance", "organisations", &file, &[]);
    assert!(
        told.contains("NO_ROWS") && told.contains("没有数据行"),
        "{told}"
    );
}
