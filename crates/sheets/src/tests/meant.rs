//! Values that could be read otherwise than they are meant: refused by their place, or noted.

use super::*;

#[test]
fn a_line_with_more_fields_than_headings_is_refused() {
    let head = format!("{},摘要", HEADINGS.join(","));
    let of = |rows: &[&str]| {
        let text = format!("{head}\n{}\n", rows.join("\n"));
        paid(text.as_bytes()).unwrap()
    };
    let start = "V1,2018-07-28,QS-1,5号,曲河建工公司";
    for (rest, place) in [
        ("1,234.56,进度款", "H2"),
        // The remark is empty, and so is the field that is too much.
        ("1,234.56,", "H2"),
        ("1,234,567.00,进度款", "H2"),
    ] {
        let reading = of(&[&format!("{start},{rest}"), &format!("{start},8,")]);
        assert_eq!(
            refused(&reading),
            [(Code::RowTooLong, place.to_owned())],
            "{rest}"
        );
        assert_eq!(sure(&reading), [("V1".to_owned(), 800)], "{rest}");
    }
    let reading = of(&[&format!("{start},\"1,234.56\",进度款")]);
    assert_eq!(sure(&reading), [("V1".to_owned(), 123_456)]);
    // The amount is the last column.
    let reading = paid(&csv(&[&format!("{start},1,234.56")])).unwrap();
    let told = reading.refused[0].refusals[0].to_string();
    assert!(
        told.starts_with("G2 ROW_TOO_LONG “234.56” 该行比表头多 1 列"),
        "{told}"
    );
    // Headings that end with a comma promise a column, and say nothing of it.
    let text = format!("{},\n{start},1,234.56\n", HEADINGS.join(","));
    let reading = paid(text.as_bytes()).unwrap();
    assert_eq!(refused(&reading), [(Code::RowTooLong, "G2".to_owned())]);
}

#[test]
fn what_stands_under_no_heading_is_noted() {
    let bytes = xlsx(|sheet| {
        line(sheet, 0, &HEADINGS);
        let cells = ["V1", "2018-07-28", "QS-1", "5号", "曲河建工公司", "1"];
        line(sheet, 1, &cells);
        line(sheet, 2, &[&["V2"], &cells[1..], &["234.56"]].concat());
    });
    let reading = paid(&bytes).unwrap();
    assert_eq!(sure(&reading).len(), 2);
    assert_eq!(
        noted(&reading),
        [(Code::ColumnUnread, "Sheet1!G3".to_owned())]
    );
    assert_eq!(reading.notes[0].value.as_deref(), Some("234.56"));
}

/// Reads payments below a line, under a heading of amounts.
fn under(above: &str, amount: &str, unit: Option<Unit>) -> Result<Reading, Vec<Refusal>> {
    let head = HEADINGS.join(",").replace("金额(元)", amount);
    let row = GOOD.replace("1234.56", "12.5");
    let text = format!("{above}\n{head}\n{row}\n");
    let options = Options { unit, sheet: None };
    read(text.as_bytes(), &payments(), options)
}

#[test]
fn a_unit_that_is_not_known_or_contradicts_another_is_refused() {
    for (above, amount, unit, code) in [
        ("单位:千元", "金额", Some(Unit::Yuan), Code::UnitUnknown),
        (
            "单位:人民币千元",
            "金额",
            Some(Unit::Yuan),
            Code::UnitUnknown,
        ),
        (
            "金额单位: 亿元 日期:2018年",
            "金额",
            None,
            Code::UnitUnknown,
        ),
        ("单位:美元", "金额(元)", None, Code::UnitUnknown),
        (
            "支付明细表(单位:万元)",
            "金额(元)",
            None,
            Code::UnitConflict,
        ),
        ("支付明细表(万元)", "金额(元)", None, Code::UnitConflict),
        ("单位:万元,单位:元", "金额", None, Code::UnitConflict),
        ("单位:万元", "金额", Some(Unit::Yuan), Code::UnitConflict),
    ] {
        let told = under(above, amount, unit).unwrap_err();
        assert_eq!(told[0].code, code, "{above} {amount}");
        assert_eq!(told[0].place.row, Some(1), "{above} {amount}");
    }
    for (above, amount, unit, fen) in [
        ("单位:万元", "金额", None, 12_500_000),
        ("单位:人民币万元", "金额", None, 12_500_000),
        ("单位:元、户", "金额", None, 1_250),
        ("填报单位:元阳县 单位:万元", "金额", None, 12_500_000),
        ("单位:元 填报单位:龙潭乡", "金额", None, 1_250),
        ("填报单位:元阳县", "金额", Some(Unit::Yuan), 1_250),
        ("支付明细表(2018年)", "金额(元)", None, 1_250),
    ] {
        let reading = under(above, amount, unit).unwrap();
        assert_eq!(sure(&reading), [("V1".to_owned(), fen)], "{above}");
    }
}

#[test]
fn white_space_within_an_amount_is_refused() {
    for amount in ["12 34", "1 234.56", "\"12\n34\""] {
        let reading = paid(&csv(&[&GOOD.replace("1234.56", amount)])).unwrap();
        assert_eq!(
            refused(&reading),
            [(Code::BadAmount, "F2".to_owned())],
            "{amount}"
        );
    }
}

/// The share, and the count, of a contract's text.
fn share(text: &str) -> Option<Value> {
    let mapping = Mapping::built_in("contracts").unwrap();
    let head = "合同编号,合同名称,项目编码,承包单位,合同价款(元),签订日期,进度付至";
    let row = format!("HT-1,路,QS-1,曲河建工公司,5,2018-04-01,{text}");
    let table = format!("{head}\n{row}\n");
    let reading = read(table.as_bytes(), &mapping, Options::default()).unwrap();
    let entry = reading.entries.first()?;
    entry.value(&mapping, "stage_progress").cloned()
}

#[test]
fn a_fraction_in_text_may_be_a_share_or_a_percentage_and_is_refused() {
    for text in ["0.4", "0.9", "1", ".5", "1.0", "4 0%"] {
        assert_eq!(share(text), None, "{text}");
    }
    for (text, bp) in [
        ("0.4%", 40),
        ("1%", 100),
        ("40%", 4_000),
        ("2.5", 250),
        ("40", 4_000),
    ] {
        assert_eq!(share(text), Some(Value::Count(bp)), "{text}");
    }
}

#[test]
fn a_count_has_its_separators_where_they_belong() {
    let mapping = Mapping::built_in("funds").unwrap();
    let head = "指标文号,资金名称,下达单位,接收单位,资金来源,指标金额(元),预算年度,发文日期,用途";
    let of = |year: &str| {
        let row = format!("5号,产业资金,云岭省,青石县,省级,5,{year},2018-03-01,产业");
        let table = format!("{head}\n{row}\n");
        let reading = read(table.as_bytes(), &mapping, Options::default()).unwrap();
        let entry = reading.entries.first()?;
        entry.value(&mapping, "year").cloned()
    };
    for (text, count) in [
        ("2018年", Some(2_018)),
        ("\"2,018\"", Some(2_018)),
        ("\"20,18\"", None),
    ] {
        assert_eq!(of(text), count.map(Value::Count), "{text}");
    }
    for text in ["\"1,2\"", "20 18"] {
        assert_eq!(of(text), None, "{text}");
    }
}

#[test]
fn one_number_in_two_writings_is_refused_naming_both_rows() {
    let other = GOOD.replace("V1", "Z[2018]3号");
    let first = GOOD
        .replace("V1", "Z〔2018〕３號")
        .replace("1234.56", "250");
    let reading = paid(&csv(&[&other, &first])).unwrap();
    assert_eq!(sure(&reading), []);
    let places = ["2", "3"].map(|row| (Code::NumberTwice, row.to_owned()));
    assert_eq!(refused(&reading), places);
    let told = reading.refused[1].refusals[0].to_string();
    assert!(told.contains("与第 2 行的“Z[2018]3号”为同一编号"), "{told}");
}
