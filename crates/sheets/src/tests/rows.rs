//! Rows that are not what they seem, each refused or passed over by its place.

use super::*;

fn with(lines: &[&str]) -> Reading {
    paid(&csv(lines)).unwrap()
}

#[test]
fn totals_and_footers_are_listed_and_never_imported() {
    let reading = with(&[
        GOOD,
        ",,,,龙潭乡小计,1234.56",
        "合计,,,,,1234.56",
        "填表人:某某,,,审核人:某某,,",
    ]);
    assert_eq!(sure(&reading).len(), 1);
    assert_eq!(
        noted(&reading),
        [
            (Code::TotalsRow, "E3".to_owned()),
            (Code::TotalsRow, "A4".to_owned()),
            (Code::FooterRow, "A5".to_owned()),
        ]
    );
    assert_eq!(refused(&reading), []);
}

#[test]
fn a_payment_with_totals_in_its_payee_is_a_payment() {
    let reading = with(&["V1,2018-07-28,QS-1,5号,某某合计,1.00"]);
    assert_eq!(sure(&reading), [("V1".to_owned(), 100)]);
}

#[test]
fn a_number_that_stands_twice_counts_once_or_not_at_all() {
    let other = GOOD.replace("1234.56", "1234.57");
    let again = GOOD
        .replace("1234.56", "\"1,234.560\"")
        .replace("2018-07-28", "2018年7月28日");
    let reading = with(&[GOOD, &again]);
    assert_eq!(
        (sure(&reading).len(), noted(&reading)),
        (1, vec![(Code::RowRepeated, "3".to_owned())])
    );
    let reading = with(&[GOOD, &other]);
    assert_eq!(sure(&reading), []);
    let places = [
        (Code::NumberTwice, "2".to_owned()),
        (Code::NumberTwice, "3".to_owned()),
    ];
    assert_eq!(refused(&reading), places);
}

#[test]
fn money_that_came_back_may_have_the_number_of_its_payment() {
    let back = GOOD.replace("1234.56", "-1234.56");
    assert_eq!(sure(&with(&[GOOD, &back])).len(), 2);
}

#[test]
fn every_bad_cell_of_a_row_is_named() {
    let reading = with(&["V1,去年,QS-1,,曲河建工公司,12.345"]);
    assert_eq!(
        refused(&reading),
        [
            (Code::BadDate, "B2".to_owned()),
            (Code::Required, "D2".to_owned()),
            (Code::BadAmount, "F2".to_owned()),
        ]
    );
    let shown = reading.refused[0].refusals[2].to_string();
    assert!(
        shown.starts_with("F2 BAD_AMOUNT “12.345” 以元计的小数超过 2 位"),
        "{shown}"
    );
}

#[test]
fn a_personal_number_in_the_clear_is_refused() {
    let reading = with(&["V1,2018-07-28,QS-1,5号,张某6222020000000000000,1"]);
    assert_eq!(refused(&reading), [(Code::Personal, "E2".to_owned())]);
}

#[test]
fn merged_and_hidden_cells_are_refused_by_their_place() {
    let bytes = xlsx(|sheet| {
        line(sheet, 0, &HEADINGS);
        for row in 1..=4 {
            let number = format!("V{row}");
            line(
                sheet,
                row,
                &[&number, "2018-07-28", "QS-1", "5号", "曲河建工公司", "1"],
            );
        }
        let plain = rust_xlsxwriter::Format::new();
        sheet.merge_range(1, 3, 2, 3, "5号", &plain).unwrap();
        sheet.set_row_hidden(3).unwrap();
    });
    let reading = paid(&bytes).unwrap();
    assert_eq!(sure(&reading), [("V4".to_owned(), 100)]);
    let at = |place: &str| format!("Sheet1!{place}");
    assert_eq!(
        refused(&reading),
        [
            (Code::Merged, at("D2")),
            (Code::Merged, at("D3")),
            (Code::RowHidden, at("4"))
        ]
    );
}

#[test]
fn a_hidden_column_refuses_the_file() {
    let bytes = xlsx(|sheet| {
        line(sheet, 0, &HEADINGS);
        line(
            sheet,
            1,
            &["V1", "2018-07-28", "QS-1", "5号", "曲河建工公司", "1"],
        );
        sheet.set_column_hidden(3).unwrap();
    });
    let told = paid(&bytes).unwrap_err();
    assert_eq!(
        (told[0].code, told[0].place.to_string()),
        (Code::ColumnHidden, "Sheet1!D1".to_owned())
    );
}

#[test]
fn formulas_count_by_their_own_value_and_not_by_another_files() {
    let bytes = xlsx(|sheet| {
        line(sheet, 0, &HEADINGS);
        let formulas = [("=1+1", "2"), ("=[1]Sheet1!A1", "5"), ("=1/0", "#DIV/0!")];
        for (row, (formula, value)) in (1..).zip(formulas) {
            let number = format!("V{row}");
            line(
                sheet,
                row,
                &[&number, "2018-07-28", "QS-1", "5号", "曲河建工公司"],
            );
            let formula = rust_xlsxwriter::Formula::new(formula).set_result(value);
            sheet.write_formula(row, 5, formula).unwrap();
        }
    });
    let reading = paid(&bytes).unwrap();
    assert_eq!(sure(&reading), [("V1".to_owned(), 200)]);
    let found: Vec<_> = refused(&reading)
        .into_iter()
        .map(|(code, _)| code)
        .collect();
    assert_eq!(found, [Code::Linked, Code::FormulaError]);
}

#[test]
fn a_number_cell_that_lost_its_digits_identifies_nothing() {
    let bytes = xlsx(|sheet| {
        line(sheet, 0, &HEADINGS);
        for (row, number) in [(1, 20_180_001.0), (2, 1.234_567_890_123_456_8e18)] {
            line(
                sheet,
                row,
                &["", "2018-07-28", "QS-1", "5号", "曲河建工公司", "1"],
            );
            sheet.write_number(row, 0, number).unwrap();
        }
    });
    let reading = paid(&bytes).unwrap();
    assert_eq!(sure(&reading), [("20180001".to_owned(), 100)]);
    assert_eq!(refused(&reading), [(Code::BadText, "Sheet1!A3".to_owned())]);
}

#[test]
fn sheets_of_towns_are_read_together_and_others_are_listed() {
    let mut book = Book::new();
    for (name, number) in [("龙潭乡", "V1"), ("石门乡", "V2")] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).unwrap();
        line(sheet, 0, &HEADINGS);
        line(
            sheet,
            1,
            &[number, "2018-07-28", "QS-1", "5号", "曲河建工公司", "1"],
        );
    }
    line(book.add_worksheet(), 0, &["说明"]);
    let hidden = book.add_worksheet();
    line(hidden, 0, &HEADINGS);
    hidden.set_hidden(true);
    let bytes = book.save_to_buffer().unwrap();
    let reading = paid(&bytes).unwrap();
    assert_eq!(sure(&reading).len(), 2);
    let skipped: Vec<_> = noted(&reading).into_iter().map(|(code, _)| code).collect();
    assert_eq!(skipped, [Code::SheetSkipped, Code::SheetSkipped]);
    let options = Options {
        unit: None,
        sheet: Some("石门乡"),
    };
    assert_eq!(
        sure(&read(&bytes, &payments(), options).unwrap()),
        [("V2".to_owned(), 100)]
    );
}

/// A claim of two batches, each in a line of its own.
fn claim(fund: &str, amount: &str, voucher: &str) -> String {
    format!("BZ-1,2018-07-28,QS-1,{fund},{amount},{voucher},曲河建工公司")
}

fn claims(lines: &[String]) -> Reading {
    let head = "报账单号,报账日期,项目编码,指标文号,报账金额(元),原始凭证号,收款人";
    let text = format!("{head}\n{}\n", lines.join("\n"));
    let mapping = Mapping::built_in("claims").unwrap();
    read(text.as_bytes(), &mapping, Options::default()).unwrap()
}

#[test]
fn the_parts_of_one_number_stand_side_by_side_and_agree_in_all_else() {
    let reading = claims(&[claim("1号", "5", "F-1"), claim("2号", "6", "F-1")]);
    assert_eq!((reading.entries.len(), reading.refused.len()), (2, 0));
    let mapping = Mapping::built_in("claims").unwrap();
    assert_eq!(
        reading.entries[0].key(&mapping),
        reading.entries[1].key(&mapping)
    );
    let same = claims(&[claim("1号", "5", "F-1"), claim("1号", "5", "F-1")]);
    assert_eq!(
        (same.entries.len(), same.notes[0].code),
        (1, Code::RowRepeated)
    );
    for other in [claim("1号", "6", "F-1"), claim("2号", "6", "F-2")] {
        let reading = claims(&[claim("1号", "5", "F-1"), other]);
        assert_eq!(reading.entries.len(), 0);
        let codes: Vec<_> = refused(&reading)
            .into_iter()
            .map(|(code, _)| code)
            .collect();
        assert_eq!(codes, [Code::NumberTwice, Code::NumberTwice]);
    }
}

#[test]
fn one_document_may_give_money_to_several_receivers() {
    let mapping = Mapping::built_in("funds").unwrap();
    let head = "指标文号,资金名称,下达单位,接收单位,资金来源,指标金额(元),预算年度,发文日期,用途";
    let row = |receiver: &str, amount: &str| {
        format!("5号,产业资金,云岭省,{receiver},省级,{amount},2018,2018-03-01,产业")
    };
    let of = |rows: [String; 2]| {
        let text = format!("{head}\n{}\n", rows.join("\n"));
        read(text.as_bytes(), &mapping, Options::default()).unwrap()
    };
    assert_eq!(
        of([row("青石县", "5"), row("曲河市", "6")]).entries.len(),
        2
    );
    assert_eq!(
        of([row("青石县", "5"), row("青石县", "6")]).refused.len(),
        2
    );
}

#[test]
fn a_share_is_a_percentage_or_the_fraction_that_is_shown_as_one() {
    let mapping = Mapping::built_in("contracts").unwrap();
    let heads = [
        "合同编号",
        "合同名称",
        "项目编码",
        "承包单位",
        "合同价款(元)",
        "签订日期",
        "质保金比例",
    ];
    let share = |write: &dyn Fn(&mut Worksheet)| {
        let bytes = xlsx(|sheet| {
            line(sheet, 0, &heads);
            line(
                sheet,
                1,
                &["HT-1", "路", "QS-1", "曲河建工公司", "5", "2018-04-01"],
            );
            write(sheet);
        });
        let reading = read(&bytes, &mapping, Options::default()).unwrap();
        let entry = reading.entries.first()?.clone();
        entry.value(&mapping, "retention").cloned()
    };
    let text = |text: &'static str| move |sheet: &mut Worksheet| line_at(sheet, text);
    let number = |number: f64| {
        move |sheet: &mut Worksheet| {
            sheet.write_number(1, 6, number).unwrap();
        }
    };
    for (write, bp) in [
        ("3%", 300),
        ("2.5", 250),
        ("0.5%", 50),
        ("100%", 10_000),
        ("0", 0),
    ] {
        assert_eq!(share(&text(write)), Some(Value::Count(bp)), "{write}");
    }
    for (write, bp) in [(0.03, 300), (0.025, 250), (30.0, 3_000), (0.0, 0)] {
        assert_eq!(share(&number(write)), Some(Value::Count(bp)), "{write}");
    }
    for write in ["101%", "三成", "2.555%", "-3%"] {
        assert_eq!(share(&text(write)), None, "{write}");
    }
    assert_eq!(share(&number(1.0)), None, "it may be 1% or 100%");
}

fn line_at(sheet: &mut Worksheet, text: &str) {
    sheet.write_string(1, 6, text).unwrap();
}

#[test]
fn of_one_thing_all_lines_are_sure_or_none_is() {
    let third = claim("3号", "7", "F-1");
    for bad in [claim("2号", "0.001", "F-1"), claim("2号", "6", "F-2")] {
        let reading = claims(&[claim("1号", "5", "F-1"), bad, third.clone()]);
        assert_eq!((reading.entries.len(), reading.refused.len()), (0, 3));
        assert!(refused(&reading).contains(&(Code::PartRefused, "4".to_owned())));
    }
}

/// A table of payments with remarks.
fn with_remarks(lines: &[&str]) -> Reading {
    let text = format!("{},摘要\n{}\n", HEADINGS.join(","), lines.join("\n"));
    paid(text.as_bytes()).unwrap()
}

#[test]
fn a_row_that_lacks_only_its_number_is_refused_whatever_its_remark_says() {
    for row in [
        ",2018-07-28,QS-1,5号,曲河建工公司,77,三月工资合计",
        ",2018-07-28,QS-1,5号,三月合计,77,",
        ",,,,,77,三月工资合计",
    ] {
        let reading = with_remarks(&[row]);
        let refused = refused(&reading);
        assert!(
            refused.contains(&(Code::Required, "A2".to_owned())),
            "{row}: {refused:?}"
        );
        assert_eq!(noted(&reading), [], "{row}");
    }
    let reading = with_remarks(&["合计,,,,,77,全年", ",,小计,,,77,全年"]);
    let passed = [
        (Code::TotalsRow, "A2".to_owned()),
        (Code::TotalsRow, "C3".to_owned()),
        (Code::NoRows, String::new()),
    ];
    assert_eq!(noted(&reading), passed);
}

#[test]
fn columns_of_which_nothing_is_read_are_listed() {
    let head = format!("{},责任人,空列", HEADINGS.join(","));
    let text = format!("{head}\n{GOOD},张三,\n");
    let reading = paid(text.as_bytes()).unwrap();
    assert_eq!(sure(&reading).len(), 1);
    assert_eq!(noted(&reading), [(Code::ColumnUnread, "G1".to_owned())]);
    assert_eq!(reading.notes[0].value.as_deref(), Some("责任人"));
}

#[test]
fn what_a_spreadsheet_made_of_a_number_is_refused() {
    let day = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    let bytes = xlsx(|sheet| {
        line(sheet, 0, &HEADINGS);
        for row in [1, 2] {
            line(
                sheet,
                row,
                &["", "2018-07-28", "QS-1", "5号", "曲河建工公司", "1"],
            );
        }
        let first = rust_xlsxwriter::ExcelDateTime::from_ymd(2021, 3, 1).unwrap();
        sheet.write_with_format(1, 0, &first, &day).unwrap();
        sheet.write_boolean(2, 0, true).unwrap();
    });
    let reading = paid(&bytes).unwrap();
    let places = ["A2", "A3"].map(|at| (Code::BadText, format!("Sheet1!{at}")));
    assert_eq!(refused(&reading), places);
    let told = reading.refused[0].refusals[0].to_string();
    assert!(told.contains("请将单元格设为文本格式"), "{told}");
}

fn problems(text: &str) -> Reading {
    let mapping = Mapping::built_in("items").unwrap();
    read(text.as_bytes(), &mapping, Options::default()).unwrap()
}

#[test]
fn every_round_counts_its_problems_from_1_and_needs_no_unit_without_amounts() {
    let row = |round| format!("1,第{round}轮巡察,拨付不及时,资金管理,龙潭乡");
    let head = "问题序号,来源,问题描述,问题类别,责任单位";
    let reading = problems(&format!("{head}\n{}\n{}\n", row(1), row(2)));
    assert_eq!(
        (reading.entries.len(), reading.refused.len(), reading.unit),
        (2, 0, None)
    );
    let other = row(1).replace("拨付", "支付");
    let reading = problems(&format!("{head}\n{}\n{other}\n", row(1)));
    assert_eq!(reading.refused.len(), 2);
}
