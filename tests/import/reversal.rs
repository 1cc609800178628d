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
fn money_in_a_period_that_is_signed_off_stays() {
    let office = Office::begun();
    let file = office.table("first.csv", &[PAYMENTS_HEAD, FIRST, SECOND]);
    let import = import_of(&office.good("finance", "payments", &file, &[]));
    let period = |who, step, through| {
        let mut data = serde_json::json!({"through": through});
        if step == "prepare" {
            data["document"] = "对账表〔2018〕7号".into();
        }
        let word = format!("ledger.{step}_period");
        office.world.record_on(who, "2018-08-10", &word, data);
    };
    period("finance", "prepare", "2018-07-28");
    period("finance2", "sign_off", "2018-07-28");
    let head = office.world.head();

    let output = office.reversed(&import, &[]);
    let told = text(&output.stdout);
    let refused = told.matches("payment.settled PERIOD_CLOSED").count();
    assert!(!output.status.success() && refused == 1, "{told}");
    assert!(told.contains("所在期间已封账"), "{told}");
    assert_eq!(office.world.head(), head, "nothing was taken back");
    let told = text(&office.reversed(&import, &["--good-rows"]).stdout);
    assert!(told.contains("taken back 2"), "{told}");
}

#[test]
fn what_states_no_amount_stays_and_is_listed() {
    let office = Office::new();
    let file = office.table(
        "units.csv",
        &[
            "代码,名称,性质,级次,上级代码",
            "530399102,石桥乡,区划,乡,530399",
        ],
    );
    let import = import_of(&office.good("finance", "organisations", &file, &[]));
    let told = text(&office.reversed(&import, &["--dry-run"]).stdout);
    assert!(
        told.contains("organisation.registered NOT_REVERSIBLE") && told.contains("stays 1"),
        "{told}"
    );
}

const ITEMS: &str = "问题编号,问题来源,问题描述,问题类别,责任单位,配合单位";
const ITEM: &str = "巡-01,第1轮巡察,拨付不及时,资金管理,龙潭乡,曲河建工公司、青石县";

#[test]
fn items_of_a_wrong_list_are_discarded_until_somebody_was_told() {
    let office = Office::new();
    let second = ITEM.replace("-01", "-02");
    let file = office.table("items.csv", &[ITEMS, ITEM, &second]);
    let import = import_of(&office.good("inspector", "items", &file, &["--unit", "元"]));
    let drafts = || {
        let drafted = office.world.data("reader", "events?type=item.drafted");
        let ids = drafted.as_array().unwrap().iter();
        ids.map(|it| it["data"]["item"].clone()).collect::<Vec<_>>()
    };
    let first = drafts();
    let undo = |more: &[&str]| office.import("inspector", "reverse", Path::new(&import), more);
    let step = serde_json::json!({"item": first[1]});
    office.world.record("inspector", "item.issue", step);
    let output = undo(&[]);
    let told = text(&output.stdout);
    assert!(
        !output.status.success() && told.contains("item.drafted BAD_TRANSITION"),
        "what was issued keeps the list: {told}"
    );
    let output = undo(&["--good-rows"]);
    assert!(output.status.success(), "{}", text(&output.stdout));
    let path = format!("items/{}", first[0].as_str().unwrap());
    let view = office.world.data("reader", &path);
    assert_eq!(view["state"]["word"], "discarded", "{view}");
    let rates = office.world.data("reader", "completion");
    assert_eq!(rates["total"]["issued"], 1, "it was nobody's task: {rates}");

    let told = office.good("inspector", "items", &file, &["--unit", "元"]);
    assert!(
        told.contains("created 1") && told.contains("there before 1"),
        "{told}"
    );
    assert_eq!(drafts().len(), 3, "a discarded one is not drafted again");
}

#[test]
fn a_contract_of_a_wrong_file_ends_unless_something_rests_on_it() {
    let office = Office::begun();
    let heads = "合同编号,合同名称,项目编码,承包单位,合同价款(元),签订日期,进度付至";
    let line = "HT-1,产业路施工,QS-1,曲河建工公司,100000.00,2018-04-01,100%";
    let other = line.replace("HT-1", "HT-2");
    let file = office.table("contracts.csv", &[heads, line, &other]);
    let import = import_of(&office.good("finance", "contracts", &file, &[]));
    let signed = office.world.data("reader", "events?type=contract.signed");
    let change = serde_json::json!({"contract": signed[1]["data"]["contract"], "kind": "price",
        "delta_fen": 100, "reason": "签证", "document": "青石建〔2018〕1号"});
    office.world.record("finance", "contract.change", change);
    let output = office.reversed(&import, &[]);
    let told = text(&output.stdout);
    assert!(
        !output.status.success() && told.contains("contract.signed BAD_REVERSAL"),
        "{told}"
    );
    let output = office.reversed(&import, &["--good-rows"]);
    assert!(output.status.success(), "{}", text(&output.stdout));
    let told = office.good("finance", "contracts", &file, &[]);
    assert!(
        told.contains("created 1") && told.contains("there before 1"),
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

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    ledger::digest::Digest(sha2::Sha256::digest(bytes).into()).to_string()
}

/// The id of the first import of a file, as the server makes it.
fn first_import(office: &Office, kind: &str, file: &Path) -> uuid::Uuid {
    let sha256 = sha256(&std::fs::read(file).unwrap());
    let ledger = office.world.ledger.to_string();
    let mut hasher = blake3::Hasher::new_derive_key("fundtrace 2026-11-23 import identifiers v1");
    for part in ["import", &ledger, kind, &sha256, "", "0"] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let bytes = hasher.finalize().as_bytes()[..16].try_into().unwrap();
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[test]
fn an_import_that_broke_off_goes_on_where_it_stopped_and_completes_once() {
    let office = Office::begun();
    let file = office.table("whole.csv", &[PAYMENTS_HEAD, FIRST, SECOND]);
    let import = first_import(&office, "payments", &file);
    // The machine stopped when the import was begun and its first row was recorded.
    let begun = serde_json::json!({"import": import, "kind": "payments", "rows": 2,
        "file_sha256": sha256(&std::fs::read(&file).unwrap()), "new_rows": 2,
        "changed_rows": 0, "refused_rows": 0});
    office.world.record("finance", "import.begin", begun);
    let part = office.table("part.csv", &[PAYMENTS_HEAD, FIRST]);
    office.good("finance", "payments", &part, &[]);

    let told = office.good("finance", "payments", &file, &[]);
    assert!(
        told.contains("created 1") && told.contains("there before 1"),
        "{told}"
    );
    assert_eq!(
        import_of(&told),
        import.to_string(),
        "it is the one that broke off"
    );
    let line = office.world.data("reader", &format!("imports/{import}"));
    assert_eq!(line["state"]["word"], "completed");
    assert_eq!(
        (&line["rows"], &line["recorded_rows"]),
        (&2.into(), &2.into())
    );
    let begun = office.world.data("reader", "events?type=import.begun");
    let of_it = |it: &&serde_json::Value| it["data"]["import"] == import.to_string();
    assert_eq!(begun.as_array().unwrap().iter().filter(of_it).count(), 1);
    let told = office.good("finance", "payments", &file, &[]);
    assert!(told.contains("created 0"), "{told}");
}

#[test]
fn a_batch_of_a_wrong_file_is_received_anew_and_counted_once() {
    let office = Office::new();
    let file = office.table("funds.csv", &[FUNDS, FUND]);
    let import = import_of(&office.good("finance", "funds", &file, &[]));
    let before = office.world.data("reader", "funds");
    let output = office.reversed(&import, &["--good-rows"]);
    let told = text(&output.stdout);
    assert!(output.status.success(), "{told}");
    let again = office.good("finance", "funds", &file, &[]);
    assert!(again.contains("created 1"), "{told}{again}");
    assert_eq!(
        office.world.data("reader", "funds"),
        before,
        "{told}{again}"
    );
    let again = office.good("finance", "funds", &file, &[]);
    assert!(again.contains("there before 1"), "{again}");
}
