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
