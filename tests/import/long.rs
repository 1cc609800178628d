//! What cannot be written is said of its row before anything is sent: a record that is too long,
//! and rows that are together more than is written at once.

use super::*;

const HEAD: &str = "项目编码,项目名称,实施单位,实施地点,建设内容,绩效目标,省级资金,入库日期";

const MANY: u64 = 21_000;

/// A project whose record is some 3,300 bytes.
fn row(number: u64) -> Vec<String> {
    let (content, target) = ("硬".repeat(500), "绩".repeat(500));
    let fields = [
        &format!("L-{number}"),
        "龙潭乡产业路",
        "龙潭乡",
        "千坊村",
        &content,
        &target,
        "400.5",
        "2018-02-01",
    ];
    fields.map(str::to_owned).to_vec()
}

#[test]
fn a_row_whose_record_is_too_long_is_refused_in_the_preview() {
    let office = Office::begun();
    let fund = |number: u64| FUND.replace("5号", &format!("{number}号"));
    let funds: Vec<String> = (100..400).map(fund).collect();
    let mut lines = vec![FUNDS];
    lines.extend(funds.iter().map(String::as_str));
    let funds = office.table("more.csv", &lines);
    office.good("finance", "funds", &funds, &[]);
    // A claim that names two batches, and one that names 300.
    let line = |claim: u64, fund: u64| {
        format!("BZ-{claim},2018-05-01,QS-1,云财农〔2018〕{fund}号,100.00,FP-1,曲河建工公司")
    };
    let few = (100..102).map(|fund| line(1, fund));
    let many = (100..400).map(|fund| line(2, fund));
    let claims: Vec<String> = few.chain(many).collect();
    let mut lines = vec!["报账单号,报账日期,项目编码,指标文号,报账金额(元),原始凭证号,收款人"];
    lines.extend(claims.iter().map(String::as_str));
    let file = office.table("claims.csv", &lines);
    let head = office.world.head();
    for more in [&["--dry-run"][..], &[]] {
        let told = office.bad("claims", &file, more);
        assert!(told.contains("4 BODY_TOO_LARGE "), "{told}");
        assert!(
            told.contains("would create 2,") || told.contains("created 0,"),
            "{told}"
        );
    }
    assert_eq!(office.world.head(), head);
    let told = office.bad("claims", &file, &["--good-rows"]);
    assert!(told.contains("created 2,"), "{told}");
}

#[test]
fn rows_that_are_more_than_one_list_are_refused_in_the_preview() {
    let office = Office::begun();
    let file = office.file("many.xlsx");
    // 63 MiB hold some 19,000 of them.
    book(&file, HEAD, (0..MANY).map(row));
    let head = office.world.head();
    for more in [&["--unit", "万元", "--dry-run"][..], &["--unit", "万元"]] {
        let told = office.bad("projects", &file, more);
        assert_eq!(told.matches(" LIST_TOO_LONG ").count(), 1, "{told}");
        assert!(told.contains("refused 1"), "{told}");
    }
    assert_eq!(office.world.head(), head);
    // Row by row there is no such list.
    let by_row = ["--unit", "万元", "--dry-run", "--good-rows"];
    let told = office.good("finance", "projects", &file, &by_row);
    assert!(told.contains(&format!("would create {MANY},")), "{told}");
}
