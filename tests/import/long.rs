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
    let office = Office::new();
    // So that many names fit into a cell.
    let name = |number: u32| char::from_u32(0xAC00 + number).unwrap().to_string();
    let village = |number| format!("530399777{number:03},{},区划,村,530399", name(number));
    let villages = (1..=240).map(village);
    let villages: Vec<String> = villages.collect();
    let mut lines = vec!["代码,名称,性质,级次,上级代码"];
    lines.extend(villages.iter().map(String::as_str));
    let units = office.table("units.csv", &lines);
    office.good("finance", "organisations", &units, &[]);
    let head = "问题编号,问题来源,问题描述,问题类别,涉及金额,责任单位,登记日期,违反规定,配合单位";
    let row = |number: u64, helping: u32| {
        let helping: Vec<String> = (1..=helping).map(name).collect();
        let (facts, basis) = ("迟".repeat(500), "规".repeat(500));
        let helping = helping.join("、");
        format!("问-{number},第1轮巡察,{facts},资金管理,1,龙潭乡,2018-06-20,{basis},{helping}")
    };
    let file = office.table("items.csv", &[head, &row(1, 9), &row(2, 240)]);
    let recorded = office.world.head();
    for more in [&["--unit", "元", "--dry-run"][..], &["--unit", "元"]] {
        let output = office.import("inspector", "items", &file, more);
        let told = text(&output.stdout) + &text(&output.stderr);
        assert!(!output.status.success(), "{told}");
        assert!(told.contains("3 BODY_TOO_LARGE "), "{told}");
        assert!(told.contains("refused 1"), "{told}");
    }
    assert_eq!(office.world.head(), recorded);
    let by_row = ["--unit", "元", "--good-rows"];
    let told = text(&office.import("inspector", "items", &file, &by_row).stdout);
    assert!(told.contains("created 1,"), "{told}");
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
