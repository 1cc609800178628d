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
