//! Of a file all is recorded or nothing, whatever becomes of it on the way, and what is told of it
//! is so: rows that take back others of their file, machines that stop, and what somebody reversed.

use super::*;

const HEAD: &str =
    "支付凭证号,支付日期,项目编码,指标文号,收款人,金额(元),支付状态,原支付凭证号,退回方式";

fn row(number: &str, amount: &str, state: &str, original: &str, how: &str) -> String {
    format!(
        "{number},2018-05-03,QS-1,云财农〔2018〕5号,曲河建工公司,{amount},{state},{original},{how}"
    )
}

impl Office {
    /// The imports of this ledger, as they are listed.
    fn listed(&self) -> String {
        let process = self.process.as_ref().map(|process| &process.server);
        self.listed_by(process.unwrap_or(&self.world.server))
    }

    fn listed_by(&self, server: &str) -> String {
        let ledger = self.world.ledger.to_string();
        let token = &self.world.tokens["finance"];
        let args = [
            "import", "list", "--server", server, "--ledger", &ledger, "--token", token,
        ];
        text(&run(&args, "").stdout)
    }
}

#[test]
fn a_row_that_cannot_take_back_its_neighbour_keeps_all_out_and_the_preview_says_so() {
    let paid = row("M-1", "100.00", "", "", "");
    let unpaid = row("M-1", "100.00", "未支付", "", "");
    let wrong = |number: &str| row(number, "-100.00", "", "M-1", "冲销");
    let returned = row("M-2", "-100.00", "", "M-1", "退票");
    for (lines, code) in [
        (vec![unpaid, wrong("M-2")], "NOT_FOUND"),
        (vec![paid.clone(), wrong("M-2"), wrong("M-3")], "NOT_FOUND"),
        (vec![paid, returned, wrong("M-3")], "BAD_REVERSAL"),
    ] {
        let office = Office::begun();
        let (head, imports) = (office.world.head(), office.listed());
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let file = office.table("red.csv", &[&[HEAD], lines.as_slice()].concat());
        let (good, row) = (lines.len() - 1, lines.len() + 1);
        let told = office.bad("payments", &file, &["--dry-run"]);
        assert!(
            told.contains(&format!("would create {good},")) && told.contains("refused 1"),
            "{told}"
        );
        assert!(told.contains(&format!("{row} {code} ")), "{told}");
        for _ in 0..2 {
            let told = office.bad("payments", &file, &[]);
            assert!(
                told.contains("created 0,") && told.contains("整份未导入"),
                "{told}"
            );
            assert!(told.contains(&format!("{row} {code} ")), "{told}");
        }
        assert_eq!((office.world.head(), office.listed()), (head, imports));
        let told = office.bad("payments", &file, &["--good-rows"]);
        assert!(
            told.contains(&format!("created {good},")) && !told.contains("整份未导入"),
            "{told}"
        );
        assert!(office.listed().contains(&format!("已完成 {good}/")));
    }
}

#[test]
fn neighbours_are_taken_back_with_good_rows_too() {
    let office = Office::begun();
    let lines = [
        HEAD,
        &row("M-2", "-100.00", "", "M-1", "冲销"),
        &row("M-1", "100.00", "", "", ""),
    ];
    let file = office.table("red.csv", &lines);
    let told = office.good("finance", "payments", &file, &["--good-rows"]);
    assert!(told.contains("created 2,"), "{told}");
    let told = office.good("finance", "payments", &file, &[]);
    assert!(told.contains("there before 2,"), "{told}");
}

/// More commands than the largest request has: each payment is instructed and settled.
const MANY: usize = 10_001;

#[test]
fn a_machine_that_stops_leaves_all_of_a_large_file_or_nothing() {
    let mut office = Office::begun();
    office.world.stop();
    let process = Process::start(&office.world.dir);
    let server = process.server.clone();
    let row = |number| FIRST.replace("P-1", &format!("P-{number}"));
    let rows: Vec<String> = (0..MANY).map(row).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let file = office.table("many.csv", &[&[PAYMENTS_HEAD], rows.as_slice()].concat());
    let before = office.listed_by(&server);
    let (ledger, token) = (
        office.world.ledger.to_string(),
        &office.world.tokens["finance"],
    );
    let path = file.to_str().unwrap();
    let args = [
        "import", "payments", path, "--server", &server, "--ledger", &ledger,
    ];
    std::thread::scope(|scope| {
        let import = scope.spawn(|| run(&[&args[..], &["--token", token]].concat(), ""));
        // What is on the disk is shown bit by bit; what is shown is there after a restart.
        while office.listed_by(&server) == before && !import.is_finished() {}
        process.kill();
    });
    office.process = Some(Process::start(&office.world.dir));
    let told = office.good("finance", "payments", &file, &[]);
    assert!(told.contains(&format!("there before {MANY},")), "{told}");
}

#[test]
fn what_somebody_reversed_does_not_count_again_because_its_file_comes_again() {
    let office = Office::begun();
    let file = office.table("first.csv", &[PAYMENTS_HEAD, FIRST, SECOND]);
    office.good("finance", "payments", &file, &[]);
    let settled = office.world.data("reader", "events?type=payment.settled");
    let wrong = serde_json::json!({"subject": settled[0]["data"]["payment"],
        "seq": settled[0]["seq"], "amount_fen": 123_456, "reason": "记错"});
    office.world.record("finance", "record.reverse", wrong);
    let (head, funds) = (office.world.head(), office.world.data("reader", "funds"));
    let told = office.good("finance", "payments", &file, &[]);
    assert!(
        told.contains("created 0,") && told.contains("different 1,"),
        "{told}"
    );
    assert!(told.contains("2 P-1 ") && told.contains("冲销"), "{told}");
    assert_eq!(office.world.head(), head);
    assert_eq!(office.world.data("reader", "funds"), funds);
}
