//! An import has an id, by which it is found and taken back by records of its own: previewed, as a
//! whole or as far as it can be; and what was taken back is recorded anew when it comes again.

use super::*;

/// The id of the import that was told.
pub fn import_of(told: &str) -> String {
    let line = told
        .lines()
        .find_map(|line| line.strip_prefix("导入编号 · import "));
    line.unwrap_or_else(|| panic!("no import: {told}"))
        .to_owned()
}

impl Office {
    fn reversed(&self, import: &str, more: &[&str]) -> Output {
        self.import("finance", "reverse", Path::new(import), more)
    }
}

#[test]
fn an_import_is_taken_back_as_if_it_had_never_been_and_its_file_recorded_anew() {
    let office = Office::begun();
    let file = office.table("first.csv", &[PAYMENTS_HEAD, FIRST, SECOND]);
    let import = import_of(&office.good("finance", "payments", &file, &[]));
    let funds = || office.world.data("reader", "funds");
    let paid = funds();
    let head = office.world.head();

    let told = text(&office.reversed(&import, &["--dry-run"]).stdout);
    assert!(
        told.contains("could be taken back 4,") || told.contains("可撤销"),
        "{told}"
    );
    assert_eq!(office.world.head(), head, "a preview records nothing");

    let output = office.reversed(&import, &["--reason", "导错了表"]);
    let told = text(&output.stdout);
    assert!(
        output.status.success() && told.contains("taken back 4"),
        "{told}"
    );
    let line = office.world.data("reader", &format!("imports/{import}"));
    assert_eq!(line["state"]["word"], "reversed");
    let returned = office.world.data("reader", "events?type=payment.returned");
    assert_eq!(returned[0]["data"]["reason"], "撤销导入:导错了表");
    for payment in office
        .world
        .data("reader", "events?type=payment.instructed")
        .as_array()
        .unwrap()
    {
        let id = payment["data"]["payment"].as_str().unwrap();
        let view = office.world.data("reader", &format!("payments/{id}/trace"));
        assert_eq!(view["payment"]["state"]["word"], "returned", "{view}");
    }
    let again = office.reversed(&import, &[]);
    assert!(!again.status.success() && text(&again.stderr).contains("BAD_TRANSITION"));

    let told = office.good("finance", "payments", &file, &[]);
    assert!(
        told.contains("created 2") && told.contains("there before 0"),
        "{told}"
    );
    assert_ne!(import_of(&told), import);
    let settled = office.world.data("reader", "events?type=payment.settled");
    let standing = settled
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["reversed_by"].is_null());
    assert_eq!(standing.count(), 2, "each row is recorded anew");
    assert_eq!(
        funds()["entries"][0]["paid_net_fen"],
        paid["entries"][0]["paid_net_fen"]
    );
    let told = office.good("finance", "payments", &file, &[]);
    assert!(
        told.contains("created 0") && told.contains("there before 2"),
        "{told}"
    );
}

#[test]
fn what_rests_on_a_record_keeps_an_import_from_being_taken_back() {
    let office = Office::begun();
    let file = office.table("first.csv", &[PAYMENTS_HEAD, FIRST, SECOND]);
    let import = import_of(&office.good("finance", "payments", &file, &[]));
    let red = "R-1,2018-08-02,QS-1,云财农〔2018〕5号,曲河建工公司,-1234.56,,P-1";
    let red = office.table("red.csv", &[PAYMENTS_HEAD, red]);
    office.good("finance", "payments", &red, &[]);
    let head = office.world.head();
    let output = office.reversed(&import, &[]);
    let told = text(&output.stdout);
    assert!(
        !output.status.success() && told.contains("BAD_REVERSAL"),
        "{told}"
    );
    assert_eq!(office.world.head(), head, "nothing was taken back");
    let output = office.reversed(&import, &["--good-rows"]);
    let told = text(&output.stdout);
    assert!(
        output.status.success() && told.contains("taken back 2"),
        "{told}"
    );
    let line = office.world.data("reader", &format!("imports/{import}"));
    assert_eq!(line["state"]["word"], "partly_reversed");
}

#[test]
fn what_states_no_amount_stays_and_is_listed() {
    let office = Office::new();
    let head = "问题编号,问题来源,问题描述,问题类别,责任单位";
    let file = office.table(
        "items.csv",
        &[head, "巡-01,第1轮巡察,拨付不及时,资金管理,龙潭乡"],
    );
    let import = import_of(&office.good("inspector", "items", &file, &["--unit", "元"]));
    let output = office.import("inspector", "reverse", Path::new(&import), &["--dry-run"]);
    let told = text(&output.stdout);
    assert!(
        told.contains("item.drafted NOT_REVERSIBLE") && told.contains("stays 1"),
        "{told}"
    );
}

#[test]
fn projects_of_a_wrong_file_leave_the_library_and_come_again() {
    let office = Office::new();
    let file = office.table("projects.csv", &[PROJECTS, PROJECT]);
    let unit = ["--unit", "万元"];
    let import = import_of(&office.good("finance", "projects", &file, &unit));
    let output = office.reversed(&import, &[]);
    assert!(output.status.success(), "{}", text(&output.stdout));
    let told = office.good("finance", "projects", &file, &unit);
    assert!(told.contains("created 1"), "{told}");
}

#[test]
fn imports_are_listed_with_their_files() {
    let office = Office::begun();
    let list = office.world.data("reader", "imports");
    let kinds: Vec<_> = list["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            assert_eq!(line["state"]["word"], "completed");
            assert_eq!(line["file_sha256"].as_str().unwrap().len(), 64);
            let rows = (
                line["rows"].as_u64().unwrap(),
                line["recorded_rows"].as_u64().unwrap(),
            );
            (line["kind"].as_str().unwrap().to_owned(), rows)
        })
        .collect();
    assert_eq!(
        kinds,
        [
            ("projects".to_owned(), (2, 2)),
            ("funds".to_owned(), (1, 1))
        ]
    );
}
