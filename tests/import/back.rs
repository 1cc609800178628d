//! Rows of money that came back, and of what was never paid: each counts once under its own
//! voucher, however its file changes, and leaves nothing committed.

use super::*;

fn head() -> String {
    format!("{PAYMENTS_HEAD},退回方式")
}

fn first() -> String {
    format!("{FIRST},")
}

fn red(amount: &str, how: &str) -> String {
    format!("R-1,2018-08-02,QS-1,云财农〔2018〕5号,曲河建工公司,-{amount},记错,P-1,{how}")
}

impl Office {
    fn rows(&self, name: &str, rows: &[&str]) -> PathBuf {
        self.table(name, &[&[head().as_str()], rows].concat())
    }

    fn taken_back(&self, import: &str, more: &[&str]) -> (bool, String) {
        let output = self.import("finance", "reverse", Path::new(import), more);
        (output.status.success(), text(&output.stdout))
    }

    /// How far each payment is.
    fn states(&self) -> Vec<String> {
        let instructed = self.world.data("reader", "events?type=payment.instructed");
        let payments = instructed.as_array().unwrap().iter();
        let state = |it: &serde_json::Value| {
            let id = it["data"]["payment"].as_str().unwrap();
            let view = self.world.data("reader", &format!("payments/{id}/trace"));
            view["payment"]["state"]["word"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        payments.map(state).collect()
    }
}

#[test]
fn what_came_back_once_does_not_come_back_again_because_its_row_changed() {
    for (amount, how, other) in [
        ("1000.00", "部分退回", "900.00"),
        ("1234.56", "退票", "1234.50"),
        ("1234.56", "冲销", "1234.50"),
    ] {
        let office = Office::begun();
        let both = office.rows("first.csv", &[&first(), &format!("{SECOND},")]);
        office.good("finance", "payments", &both, &[]);
        let row = red(amount, how);
        let back = office.rows("back.csv", &[&row]);
        let told = office.good("finance", "payments", &back, &[]);
        assert!(told.contains("created 1"), "{how}: {told}");
        let (head, funds) = (office.world.head(), office.world.data("reader", "funds"));
        let turned = if how == "冲销" { "退票" } else { "冲销" };
        for (changed, what) in [
            (row.replace("记错", "账号错"), "摘要 记错 → 账号错"),
            (row.replace("08-02", "08-03"), "2018-08-02 → 2018-08-03"),
            (
                row.replace(amount, other),
                &*format!("-{amount} → -{other}"),
            ),
            (row.replace(how, turned), "退回方式 "),
            (row.replace("P-1", "P-2"), "原支付凭证号 P-1 → P-2"),
        ] {
            let file = office.rows("changed.csv", &[&changed]);
            let told = office.good("finance", "payments", &file, &[]);
            assert!(
                told.contains("created 0") && told.contains("different 1"),
                "{changed}: {told}"
            );
            assert!(told.contains(what), "{what}: {told}");
        }
        let written = row.replace("R-1,", "R–1,");
        for same in [&row, &written] {
            let told = office.good(
                "finance",
                "payments",
                &office.rows("same.csv", &[same]),
                &[],
            );
            assert!(
                told.contains("created 0") && told.contains("there before 1"),
                "{same}: {told}"
            );
        }
        assert_eq!(office.world.head(), head);
        assert_eq!(office.world.data("reader", "funds"), funds);
    }
}

#[test]
fn what_was_never_paid_is_no_longer_instructed_either() {
    for together in [true, false] {
        let office = Office::begun();
        let before = office.world.data("reader", "funds");
        let (paid, wrong) = (first(), red("1234.56", "冲销"));
        let files = if together {
            vec![office.rows("both.csv", &[&paid, &wrong])]
        } else {
            vec![
                office.rows("paid.csv", &[&paid]),
                office.rows("wrong.csv", &[&wrong]),
            ]
        };
        for file in files {
            office.good("finance", "payments", &file, &[]);
        }
        let returned = office.world.data("reader", "events?type=payment.returned");
        assert_eq!(returned[0]["data"]["reason"], "冲销(凭证 R-1):记错");
        assert_eq!(returned[0]["data"]["amount_fen"], 123_456);
        assert_eq!(office.states(), ["returned"]);
        assert_eq!(office.world.data("reader", "funds"), before);
    }
}

#[test]
fn a_reversal_of_what_another_import_brought_keeps_its_own_from_being_taken_back() {
    let office = Office::begun();
    let paid = office.rows("paid.csv", &[&first()]);
    office.good("finance", "payments", &paid, &[]);
    let wrong = red("1234.56", "冲销");
    let second = format!("{SECOND},");
    let file = office.rows("wrong.csv", &[&wrong, &second]);
    let import = reversal::import_of(&office.good("finance", "payments", &file, &[]));
    let head = office.world.head();
    let (good, told) = office.taken_back(&import, &[]);
    assert!(
        !good && told.contains("record.reversed NOT_REVERSIBLE"),
        "{told}"
    );
    assert!(
        told.contains("payment.returned NOT_REVERSIBLE") && told.contains("请重新登记到账"),
        "{told}"
    );
    assert_eq!(office.world.head(), head, "nothing was taken back");
    let (good, told) = office.taken_back(&import, &["--good-rows"]);
    assert!(
        good && told.contains("taken back 2") && told.contains("stays 2"),
        "{told}"
    );
    let line = office.world.data("reader", &format!("imports/{import}"));
    assert_eq!(line["state"]["word"], "partly_reversed");
    assert_eq!(office.states(), ["returned", "returned"]);
    let told = office.good("finance", "payments", &file, &[]);
    assert!(
        told.contains("created 1") && told.contains("there before 1"),
        "{told}"
    );
}

#[test]
fn an_import_of_nothing_but_a_reversal_is_not_said_to_be_taken_back() {
    let office = Office::begun();
    let paid = office.rows("paid.csv", &[&first()]);
    office.good("finance", "payments", &paid, &[]);
    let wrong = office.rows("wrong.csv", &[&red("1234.56", "冲销")]);
    let import = reversal::import_of(&office.good("finance", "payments", &wrong, &[]));
    let head = office.world.head();
    for more in [&[][..], &["--good-rows"]] {
        let (good, told) = office.taken_back(&import, more);
        assert!(!good && told.contains("stays 2"), "{told}");
    }
    assert_eq!(office.world.head(), head);
}

#[test]
fn an_import_of_a_payment_and_its_reversal_is_taken_back_and_recorded_anew() {
    let office = Office::begun();
    let before = office.world.data("reader", "funds");
    let file = office.rows("both.csv", &[&first(), &red("1234.56", "冲销")]);
    let import = reversal::import_of(&office.good("finance", "payments", &file, &[]));
    let (good, told) = office.taken_back(&import, &[]);
    assert!(good && told.contains("stays 0"), "{told}");
    let line = office.world.data("reader", &format!("imports/{import}"));
    assert_eq!(line["state"]["word"], "reversed");
    assert_eq!(office.states(), ["returned"]);
    assert_eq!(office.world.data("reader", "funds"), before);
    let told = office.good("finance", "payments", &file, &[]);
    assert!(told.contains("created 2"), "{told}");
    assert_eq!(office.states(), ["returned", "returned"]);
    assert_eq!(office.world.data("reader", "funds"), before);
    let told = office.good("finance", "payments", &file, &[]);
    assert!(
        told.contains("created 0") && told.contains("there before 2"),
        "{told}"
    );
}

/// Without a budget every payment overdraws, before money comes back as much as after: what is
/// taken back with it is not said to rest on it.
#[test]
fn money_that_came_back_to_a_project_without_a_budget_is_taken_back_with_its_payments() {
    for together in [true, false] {
        let office = Office::begun();
        let before = office.world.data("reader", "funds");
        let other = first().replace("P-1", "P-0").replace("07-28", "07-27");
        let (paid, back) = (
            first(),
            red("1,234.56", "退票").replace("-1,234.56", "\"-1,234.56\""),
        );
        let files = if together {
            vec![office.rows("all.csv", &[&other, &paid, &back])]
        } else {
            vec![
                office.rows("paid.csv", &[&other, &paid]),
                office.rows("back.csv", &[&back]),
            ]
        };
        let imports: Vec<String> = files
            .iter()
            .map(|file| reversal::import_of(&office.good("finance", "payments", file, &[])))
            .collect();
        for import in imports.iter().rev() {
            let (good, told) = office.taken_back(import, &[]);
            assert!(good && told.contains("stays 0"), "{told}");
        }
        assert_eq!(office.world.data("reader", "funds"), before);
    }
}
