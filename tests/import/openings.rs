//! What was there before the book comes in by sheets: proposed by whoever imports it, confirmed by
//! another.

use super::*;

const CUT: &str = "2017-12-31,青财〔2018〕1号";

impl Office {
    /// Confirms everything that waits, as another person.
    fn confirmed(&self, who: &str) -> usize {
        let waiting = self.world.data(who, "entries?state=proposed");
        let entries = waiting["entries"].as_array().unwrap();
        for entry in entries {
            let day = entry["occurred_on"].as_str().unwrap();
            let data = serde_json::json!({"entry": entry["entry"]});
            let reply = self
                .world
                .post(who, &observed(command("entry.confirm", day, data)));
            assert_eq!(reply.status, 201, "{entry}: {}", reply.text());
        }
        entries.len()
    }

    fn opened(&self, people: [&str; 2], kind: &str, lines: &[&str], rows: usize) {
        let [first, second] = people;
        let file = self.table(&format!("{kind}.csv"), lines);
        let told = self.good(first, kind, &file, &["--unit", "元"]);
        let created = format!("created {rows}");
        assert!(
            told.contains(&created) && told.contains("待另一人复核"),
            "{kind}: {told}"
        );
        // While it waits, and after it counts, the same file creates nothing.
        let known = format!("there before {rows}");
        let told = self.good(first, kind, &file, &["--unit", "元"]);
        assert!(
            told.contains("created 0") && told.contains(&known),
            "{kind}: {told}"
        );
        assert!(self.confirmed(second) > 0);
        let told = self.good(first, kind, &file, &["--unit", "元"]);
        assert!(
            told.contains("created 0") && told.contains(&known),
            "{kind}: {told}"
        );
    }
}

impl Office {
    /// The ordinary export of what was taken over: it creates nothing; with another word it is
    /// different.
    fn exported(&self, who: &str, kind: &str, lines: [&str; 2], word: [&str; 2]) {
        let [head, line] = lines;
        for (line, told) in [
            (line.to_owned(), "there before 1"),
            (line.replace(word[0], word[1]), "different 1"),
        ] {
            let file = self.table("export.csv", &[head, &line]);
            let output = self.good(who, kind, &file, &["--unit", "元"]);
            assert!(
                output.contains("created 0") && output.contains(told),
                "{kind}: {output}"
            );
        }
    }
}

#[test]
fn every_noun_has_its_sheet_of_openings_which_count_when_another_has_confirmed_them() {
    let office = Office::new();
    let finance = ["finance", "finance2"];
    let head = format!("{PROJECTS},建账日,期初依据,期初状态,实际开工日期");
    let project = format!(
        "{},{CUT},在建,2017-05-01",
        PROJECT.replace("400.5", "10000.00")
    );
    let project = project.replace("2018-02-01,", ",");
    office.opened(finance, "opening_projects", &[&head, &project], 1);
    let view = office.world.data("reader", "projects");
    assert_eq!(view["entries"][0]["state"]["word"], "in_progress", "{view}");
    let line = PROJECT.replace("400.5", "10000.00");
    office.exported("finance", "projects", [PROJECTS, &line], ["硬化", "修整"]);
    // What is new beside it goes in.
    let new = line.replace("QS-1", "QS-2");
    let file = office.table("more.csv", &[PROJECTS, &line, &new]);
    let told = office.good("finance", "projects", &file, &["--unit", "元"]);
    assert!(
        told.contains("created 1") && told.contains("there before 1"),
        "{told}"
    );

    let head = format!("{FUNDS},建账日,期初依据,累计到位,分解到项目,累计分解,累计支付,累计退回");
    let fund = |project: &str| {
        FUND.replace("9000000000.00", "20000.00") + &format!(",{CUT},20000.00,{project}")
    };
    let line = fund("QS-1,10000.00,3100.00,100.00");
    office.opened(finance, "opening_funds", &[&head, &line], 1);
    let line = FUND.replace("9000000000.00", "20000.00");
    office.exported("finance", "funds", [FUNDS, &line], ["20000.00", "20000.01"]);

    let head = "合同编号,合同名称,项目编码,承包单位,合同价款,签订日期,签订后付至,验收付至,建账日,期初依据,\
                累计变更,累计已付,已达节点";
    let contract =
        format!("HT-1,施工,QS-1,曲河建工公司,9000.00,2017-05-01,40%,100%,{CUT},-500.00,3000.00,1");
    office.opened(finance, "opening_contracts", &[head, &contract], 1);
    let head = "合同编号,合同名称,项目编码,承包单位,合同价款,签订日期,签订后付至,验收付至";
    let line = "HT-1,施工,QS-1,曲河建工公司,9000.00,2017-05-01,40%,100%";
    office.exported("finance", "contracts", [head, line], ["9000.00", "9000.01"]);

    let head = "报账单号,报账日期,项目编码,合同编号,付款节点,指标文号,报账金额,原始凭证号,收款人,建账日,\
                期初依据,累计已付";
    let claim = format!(
        "BZ-1,2017-06-01,QS-1,HT-1,1,云财农〔2018〕5号,3000.00,F-1,曲河建工公司,{CUT},3000.00"
    );
    office.opened(finance, "opening_claims", &[head, &claim], 1);
    let head = "报账单号,报账日期,项目编码,合同编号,付款节点,指标文号,报账金额,原始凭证号,收款人";
    let line = "BZ-1,2017-06-01,QS-1,HT-1,1,云财农〔2018〕5号,3000.00,F-1,曲河建工公司";
    office.exported("finance", "claims", [head, line], ["F-1", "F-2"]);

    let head = "账号,账户性质,开户单位,开户银行,建账日,期初依据,指标文号,期初余额";
    let account = |rest: &str| format!("****1234,代管账户,青石县,某银行,{CUT},{rest}");
    let lines = [
        head,
        &account("云财农〔2018〕5号,5000.00"),
        &account(",10.00"),
    ];
    office.opened(finance, "opening_accounts", &lines, 2);

    let head = "问题编号,来源,问题描述,问题类别,涉及金额,责任单位,建账日,期初依据,期初状态,交办日期,\
                累计责令追缴,累计追缴到账";
    let item = format!(
        "巡-01,第1轮巡察,拨付不及时,资金管理,100.00,龙潭乡,{CUT},整改中,2017-11-01,50.00,20.00"
    );
    office.opened(
        ["inspector", "overseer"],
        "opening_items",
        &[head, &item],
        1,
    );
    let events = office.world.data("reader", "events?type=item.taken_over");
    assert_eq!(events[0]["data"]["received_fen"], 2_000);
    let head = "问题编号,来源,问题描述,问题类别,涉及金额,责任单位,销号日期,销号文号";
    let line = "巡-01,第1轮巡察,拨付不及时,资金管理,100.00,龙潭乡,,";
    office.exported("inspector", "items", [head, line], ["不及时", "很慢"]);
    let closed = ["龙潭乡,,", "龙潭乡,2018-03-01,曲巡销〔2018〕1号"];
    office.exported("inspector", "items", [head, line], closed);
    // What is to be done about it is added to what was taken over.
    let head = head.replace("销号日期,销号文号", "整改措施");
    let planned = office.table("planned.csv", &[&head, &line.replace(",,", ",逐户兑付")]);
    for told in ["created 1,", "there before 1,"] {
        let found = office.good("inspector", "items", &planned, &["--unit", "元"]);
        assert!(found.contains(told), "{found}");
    }
}

#[test]
fn an_opening_that_waits_is_taken_back_and_one_that_counts_stays() {
    let office = Office::new();
    let head = format!("{PROJECTS},建账日,期初依据,期初状态");
    let line = PROJECT.replace("2018-02-01", "") + &format!(",{CUT},入库");
    let other = line.replace("-1,", "-2,");
    let file = office.table("opening.csv", &[&head, &line, &other]);
    let told = office.good("finance", "opening_projects", &file, &["--unit", "元"]);
    let import = reversal::import_of(&told);
    let waiting = office.world.data("finance2", "entries?state=proposed");
    let first = &waiting["entries"][0];
    let data = serde_json::json!({"entry": first["entry"]});
    let confirm = observed(command("entry.confirm", "2017-12-31", data));
    assert_eq!(office.world.post("finance2", &confirm).status, 201);
    let told = office.import("finance", "reverse", Path::new(&import), &["--good-rows"]);
    let told = text(&told.stdout);
    assert!(
        told.contains("taken back 1") && told.contains("CONFIRMED"),
        "{told}"
    );
    // The one that was taken off the table is proposed anew.
    let told = office.good("finance", "opening_projects", &file, &["--unit", "元"]);
    assert!(
        told.contains("created 1") && told.contains("there before 1"),
        "{told}"
    );
}

#[test]
fn a_number_that_waits_for_a_second_person_is_not_proposed_or_recorded_twice() {
    let office = Office::new();
    let head = format!("{PROJECTS},建账日,期初依据,期初状态");
    let line = PROJECT.replace("2018-02-01", "") + &format!(",{CUT},入库");
    let opening = |lines: &[&str]| office.table("opening.csv", lines);
    let told = |kind: &str, file: &Path| office.good("finance", kind, file, &["--unit", "元"]);
    let (created, different) = ("created 1", "different 1");
    let first = told("opening_projects", &opening(&[&head, &line]));
    assert!(first.contains(created), "{first}");
    // Of the same number, and another project by what it says; whatever the case of its letters.
    for (was, is) in [("硬化", "修整"), ("400.5", "400.6")] {
        let line = line.replace(was, is).replace("QS-1", "qs-1");
        let again = told("opening_projects", &opening(&[&head, &line]));
        assert!(again.contains(different) && again.contains(was), "{again}");
        assert!(again.contains("(待复核) → "), "{again}");
    }
    // The ordinary export of the same project has nothing new either.
    office.exported("finance", "projects", [PROJECTS, PROJECT], ["硬化", "修整"]);
    let waiting = office.world.data("finance2", "entries?state=proposed");
    assert_eq!(waiting["entries"].as_array().unwrap().len(), 1, "{waiting}");
    assert_eq!(office.confirmed("finance2"), 1);
    let view = office.world.data("reader", "projects");
    assert_eq!(view["entries"].as_array().unwrap().len(), 1, "{view}");

    let head = format!("{FUNDS},建账日,期初依据,累计到位");
    let line = FUND.to_owned() + &format!(",{CUT},20000.00");
    let first = told("opening_funds", &opening(&[&head, &line]));
    assert!(first.contains(created), "{first}");
    let other = line.replace("20000.00", "20000.01");
    let again = told("opening_funds", &opening(&[&head, &other]));
    assert!(again.contains(different), "{again}");
    office.exported(
        "finance",
        "funds",
        [FUNDS, FUND],
        ["9000000000.00", "9000000000.01"],
    );
    assert_eq!(office.confirmed("finance2"), 1);
}
