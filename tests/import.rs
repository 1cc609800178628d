//! Working files are imported by the command line: what is new becomes records, what is there
//! creates nothing, what is different is listed, and one bad row keeps all others out.

mod back;
mod http;
mod kinds;
mod known;
mod long;
mod openings;
mod reversal;
mod whole;

use crate::harness::*;
use rust_xlsxwriter::Workbook;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Instant;
use tempfile::TempDir;

/// How many payments the generated year has: a few in a test, 50,000 by hand.
const PAYMENTS: &str = "FUNDTRACE_IMPORT_PAYMENTS";

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A county with units and a round, and a place for files.
pub struct Office {
    pub world: World,
    dir: TempDir,
    /// The real binary, where it serves in the place of the test's own process.
    process: Option<Process>,
}

/// The records that every import adds: that it was begun, and that it was completed.
pub const OWN: u64 = 2;

impl Office {
    pub fn new() -> Office {
        let world = spawn();
        world.register_units();
        world.round_opened(1, "2018-06-15");
        let dir = tempfile::tempdir().unwrap();
        Office {
            world,
            dir,
            process: None,
        }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn table(&self, name: &str, lines: &[&str]) -> PathBuf {
        let path = self.file(name);
        std::fs::write(&path, lines.join("\n")).unwrap();
        path
    }

    pub fn import(&self, who: &str, kind: &str, file: &Path, more: &[&str]) -> Output {
        let (file, ledger) = (file.to_str().unwrap(), self.world.ledger.to_string());
        let process = self.process.as_ref().map(|process| &process.server);
        let server = process.unwrap_or(&self.world.server);
        let place = ["--server", server, "--ledger", &ledger];
        let token = ["--token", &self.world.tokens[who]];
        run(
            &[&["import", kind, file][..], &place, &token, more].concat(),
            "",
        )
    }

    /// An import that must end well; what it printed.
    pub fn good(&self, who: &str, kind: &str, file: &Path, more: &[&str]) -> String {
        let output = self.import(who, kind, file, more);
        let (told, wrong) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{told}{wrong}");
        told
    }

    /// An import that must be refused; what it printed.
    pub fn bad(&self, kind: &str, file: &Path, more: &[&str]) -> String {
        let output = self.import("finance", kind, file, more);
        let (told, wrong) = (text(&output.stdout), text(&output.stderr));
        assert!(!output.status.success(), "{told}{wrong}");
        told + &wrong
    }

    /// A fund and two projects, imported.
    pub fn begun() -> Office {
        let office = Office::new();
        let funds = office.table("funds.csv", &[FUNDS, FUND]);
        office.good("finance", "funds", &funds, &[]);
        let projects = office.table(
            "projects.csv",
            &[PROJECTS, PROJECT, &PROJECT.replace("-1,", "-2,")],
        );
        office.good("finance", "projects", &projects, &["--unit", "万元"]);
        office
    }
}

pub const FUNDS: &str =
    "指标文号,资金名称,下达单位,接收单位,资金来源,指标金额(元),预算年度,发文日期,用途";
pub const FUND: &str =
    "云财农〔2018〕5号,产业扶贫资金,云岭省,青石县,省级,9000000000.00,2018,2018-03-01,产业";
pub const PROJECTS: &str = "项目编码,项目名称,实施单位,实施地点,建设内容,省级资金,入库日期";
pub const PROJECT: &str = "QS-1,龙潭乡产业路,龙潭乡,千坊村,硬化村组道路,400.5,2018-02-01";
pub const PAYMENTS_HEAD: &str =
    "支付凭证号,支付日期,项目编码,指标文号,收款人,金额(元),摘要,原支付凭证号";
pub const FIRST: &str = "P-1,2018-07-28,QS-1,云财农〔2018〕5号,曲河建工公司,\"1,234.56\",进度款,";
pub const SECOND: &str = "P-2,2018-07-29,QS-2,云财农(2018)5号,曲河建工公司,2000.00,,";

#[test]
fn an_overlapping_export_creates_nothing_and_lists_what_is_different() {
    let office = Office::begun();
    let first = office.table("first.csv", &[PAYMENTS_HEAD, FIRST, SECOND]);
    let told = office.good("finance", "payments", &first, &["--dry-run"]);
    assert!(told.contains("would create 2"), "{told}");
    let head = office.world.head();
    let told = office.good("finance", "payments", &first, &[]);
    assert!(
        told.contains("created 2") && told.contains("there before 0"),
        "{told}"
    );
    assert_eq!(office.world.head(), head + 4 + OWN);
    let told = office.good("finance", "payments", &first, &[]);
    assert!(
        told.contains("created 0") && told.contains("there before 2"),
        "{told}"
    );
    let changed = SECOND.replace("2000.00", "2000.01");
    let third = FIRST.replace("P-1", "P-3");
    let later = office.table("later.csv", &[PAYMENTS_HEAD, FIRST, &changed, &third]);
    let told = office.good("finance", "payments", &later, &[]);
    assert!(
        told.contains("created 1") && told.contains("different 1"),
        "{told}"
    );
    assert!(
        told.contains("3 P-2") && told.contains("金额 2000.00 → 2000.01"),
        "{told}"
    );
    assert_eq!(office.world.head(), head + 6 + 2 * OWN);
    let settled = office.world.data("reader", "events?type=payment.settled");
    assert_eq!(settled[0]["data"]["amount_fen"], 123_456);
    assert_eq!(settled[0]["intake"], "observation");
}

#[test]
fn what_was_recorded_by_hand_is_known_by_its_number() {
    let office = Office::begun();
    office.world.project_entered(3, 5_000_000);
    let line = "QS-2018-003,龙潭乡产业路3期,龙潭乡,龙潭乡,硬化村组道路,5,2018-02-01,受益 300 户";
    let same = office.table("same.csv", &[&format!("{PROJECTS},绩效目标"), line]);
    let told = office.good("finance", "projects", &same, &["--unit", "万元"]);
    assert!(
        told.contains("created 0") && told.contains("there before 1"),
        "{told}"
    );
}

#[test]
fn one_bad_row_keeps_all_out_unless_the_good_ones_are_asked_for() {
    let office = Office::begun();
    let head = office.world.head();
    let unknown = SECOND.replace("QS-2", "QS-9");
    let bad = FIRST.replace("P-1", "P-4").replace("1,234.56", "1,234.567");
    let file = office.table(
        "mixed.csv",
        &[PAYMENTS_HEAD, FIRST, &unknown, &bad, "合计,,,,,1,,"],
    );
    let rejects = office.file("rejects.xlsx");
    let rejects_word = rejects.to_str().unwrap().to_owned();
    let told = office.bad("payments", &file, &["--rejects", &rejects_word]);
    for part in [
        "3 NOT_FOUND “P-2” 账本中没有项目“QS-9”",
        "F4 BAD_AMOUNT",
        "A5 TOTALS_ROW",
        "refused 2",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_eq!(office.world.head(), head);
    let told = office.bad("payments", &file, &["--good-rows"]);
    assert!(told.contains("created 1"), "{told}");
    assert_eq!(office.world.head(), head + 2 + OWN);
    let told = office.bad("payments", &rejects, &[]);
    assert!(
        told.contains("支付明细!C2 NOT_FOUND “P-2”")
            || told.contains("支付明细!C3 NOT_FOUND “P-2”"),
        "{told}"
    );
}

#[test]
fn a_negative_row_is_money_that_came_back() {
    let office = Office::begun();
    let red = "P-5,2018-08-02,QS-1,云财农〔2018〕5号,曲河建工公司,-1234.56,账号有误,P-1";
    let file = office.table("red.csv", &[PAYMENTS_HEAD, red, FIRST]);
    let head = office.world.head();
    office.good("finance", "payments", &file, &[]);
    assert_eq!(office.world.head(), head + 3 + OWN);
    let returned = office.world.data("reader", "events?type=payment.returned");
    assert_eq!(returned[0]["data"]["amount_fen"], 123_456);
    assert_eq!(returned[0]["data"]["reason"], "退回(凭证 P-5):账号有误");
    let told = office.good("finance", "payments", &file, &[]);
    assert!(
        told.contains("created 0") && told.contains("there before 2"),
        "{told}"
    );
    let lost = office.table(
        "lost.csv",
        &[
            PAYMENTS_HEAD,
            &red.replace("P-1", "P-8").replace("P-5", "P-6"),
        ],
    );
    assert!(
        office
            .bad("payments", &lost, &[])
            .contains("找不到被退回的支付“P-8”")
    );
}

#[test]
fn a_list_of_problems_becomes_items_of_its_round() {
    let office = Office::new();
    let head = "问题编号,问题来源,问题描述,问题类别,涉及金额(万元),责任单位,整改期限,配合单位";
    let line = "巡-01,第1轮巡察,资金拨付不及时,资金管理,1067.56,龙潭乡,2018年12月31日,\
        曲河建工公司、青石县";
    let file = office.table("items.csv", &[head, line]);
    office.good("inspector", "items", &file, &[]);
    let drafted = office.world.data("reader", "events?type=item.drafted");
    let data = &drafted[0]["data"];
    assert_eq!(data["amount_involved_fen"], 1_067_560_000);
    assert_eq!(
        (&data["deadline_rule"], &data["due_on"]),
        (&"fixed".into(), &"2018-12-31".into())
    );
    assert_eq!(data["cooperating_units"].as_array().unwrap().len(), 2);
    let told = office.good("inspector", "items", &file, &[]);
    assert!(told.contains("there before 1"), "{told}");
}

#[test]
fn units_may_stand_above_those_below_them_in_one_file() {
    let office = Office::new();
    let lines = [
        "代码,名称,性质,级次,上级代码",
        "530399102,石桥乡,区划,乡,530399",
        "530399102201,河湾村,区划,村,530399102",
    ];
    let file = office.table("units.csv", &lines);
    let told = office.good("finance", "organisations", &file, &[]);
    assert!(told.contains("created 2"), "{told}");
}

#[test]
fn the_empty_form_is_written_without_a_server() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("form.xlsx");
    let output = run(
        &["import", "payments", "--template", path.to_str().unwrap()],
        "",
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(std::fs::read(&path).unwrap().starts_with(b"PK"));
}

/// A workbook of one sheet.
fn book(path: &Path, head: &str, rows: impl Iterator<Item = Vec<String>>) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let head = head.split(',').map(str::to_owned).collect();
    for (row, cells) in (0..).zip(std::iter::once(head).chain(rows)) {
        for (column, cell) in (0..).zip(cells) {
            match cell
                .strip_prefix('#')
                .and_then(|number| number.parse::<f64>().ok())
            {
                Some(number) => sheet.write_number(row, column, number).unwrap(),
                None => sheet.write_string(row, column, cell).unwrap(),
            };
        }
    }
    book.save(path).unwrap();
}

#[test]
fn a_generated_year_is_imported_twice_and_the_second_time_creates_nothing() {
    let payments = std::env::var(PAYMENTS)
        .ok()
        .and_then(|it| it.parse().ok())
        .unwrap_or(500);
    let (projects, items) = ((payments / 25).max(1), (payments / 83).max(1));
    let mut office = Office::new();
    let funds = office.table("funds.csv", &[FUNDS, FUND]);
    office.good("finance", "funds", &funds, &[]);
    office.world.stop();
    office.process = Some(Process::start(&office.world.dir));
    let line = |line: String| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let files = [
        ("projects", PROJECTS, "finance", projects),
        ("payments", PAYMENTS_HEAD, "finance", payments),
        (
            "items",
            "问题编号,来源,问题描述,问题类别,涉及金额,责任单位,登记日期",
            "inspector",
            items,
        ),
    ];
    for (kind, head, who, count) in files {
        let path = office.file(&format!("{kind}.xlsx"));
        let rows = (0..count).map(|row: u64| {
            let project = row % projects;
            line(match kind {
                "projects" => format!(
                    "QS-{row},第{row}号路,龙潭乡,千坊村,硬化村组道路,#{}.25,2018-02-01",
                    row + 1
                ),
                "payments" => format!(
                    "P-{row},2018-07-28,QS-{project},云财农〔2018〕5号,曲河建工公司,#{}.56,进度款,",
                    row + 1
                ),
                _ => format!("问-{row},第1轮巡察,拨付不及时,资金管理,#{row}.5,龙潭乡,2018-06-20"),
            })
        });
        book(&path, head, rows);
        for (again, expected) in [
            (false, format!("created {count},")),
            (true, "created 0,".to_owned()),
        ] {
            let begun = Instant::now();
            let told = office.good(who, kind, &path, &["--unit", "元"]);
            println!(
                "{count} {kind}, again: {again}: {} ms",
                begun.elapsed().as_millis()
            );
            assert!(told.contains(&expected), "{told}");
        }
    }
}
