//! Whatever a file is, by its bytes: the same table gives the same rows.

use super::*;

#[test]
fn text_is_read_in_every_encoding_and_with_every_mark() {
    let text = String::from_utf8(csv(&[GOOD])).unwrap();
    let gb18030 = encoding_rs::GB18030.encode(&text).0.into_owned();
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let tabs = text.replace(',', "\t");
    for bytes in [
        text.clone().into_bytes(),
        format!("\u{feff}{text}").into_bytes(),
        gb18030,
        utf16,
        tabs.into_bytes(),
        text.replace(',', ";").into_bytes(),
        text.replace('\n', "\r\n").into_bytes(),
    ] {
        let reading = paid(&bytes).unwrap();
        assert_eq!(sure(&reading), [("V1".to_owned(), 123_456)]);
        assert_eq!(
            reading.entries[0].content(&payments()),
            paid(&csv(&[GOOD])).unwrap().entries[0].content(&payments())
        );
    }
}

#[test]
fn exports_that_keep_numbers_from_becoming_sums_are_read() {
    let line = "=\"0012345678901234567\",2018/7/28 ,QS-1\t,5号,曲河建工公司,\"1,234.50\"";
    let reading = paid(&csv(&[line])).unwrap();
    assert_eq!(
        sure(&reading),
        [("0012345678901234567".to_owned(), 123_450)]
    );
}

#[test]
fn a_workbook_gives_amounts_and_dates_as_its_cells_show_them() {
    let bytes = xlsx(|sheet| {
        line(sheet, 0, &HEADINGS);
        for (row, amount) in [(1, 1234.56), (2, 0.1 + 0.2), (3, 9_999_999_999.99)] {
            line(
                sheet,
                row,
                &[&format!("V{row}"), "", "QS-1", "5号", "曲河建工公司"],
            );
            let day = rust_xlsxwriter::Format::new().set_num_format("yyyy年m月d日");
            sheet
                .write_number_with_format(row, 1, 43_309.0, &day)
                .unwrap();
            sheet.write_number(row, 5, amount).unwrap();
        }
    });
    let reading = paid(&bytes).unwrap();
    let fen: Vec<_> = sure(&reading).into_iter().map(|(_, fen)| fen).collect();
    assert_eq!(fen, [123_456, 30, 999_999_999_999]);
    let day = reading.entries[0].value(&payments(), "paid_on").unwrap();
    assert_eq!(day.to_string(), "2018-07-28");
}

#[test]
fn headings_may_be_spelled_otherwise_broken_and_in_two_rows_under_a_title() {
    let bytes = xlsx(|sheet| {
        sheet.write_string(0, 0, "二〇一八年支付明细表").unwrap();
        sheet.write_string(1, 5, "单位:万元").unwrap();
        line(
            sheet,
            2,
            &["凭证\n编号", "付款 日期", "项目", "", "收款方", "支付金额"],
        );
        line(sheet, 3, &["", "", "项目编号", "指标文件号"]);
        let plain = rust_xlsxwriter::Format::new();
        sheet.merge_range(2, 2, 2, 3, "项目", &plain).unwrap();
        line(
            sheet,
            4,
            &["V1", "20180728", "QS-1", "5号", "曲河建工公司", "1067.56"],
        );
    });
    let reading = read(&bytes, &payments(), Options::default()).unwrap();
    assert_eq!(reading.unit, Some(Unit::TenThousand));
    assert_eq!(sure(&reading), [("V1".to_owned(), 1_067_560_000)]);
    assert_eq!(reading.entries[0].row, 5);
}

#[test]
fn the_unit_is_declared_and_the_file_may_not_say_otherwise() {
    let without = String::from_utf8(csv(&[GOOD]))
        .unwrap()
        .replace("金额(元)", "金额");
    assert_eq!(
        codes(read(without.as_bytes(), &payments(), Options::default())),
        [Code::UnitMissing]
    );
    let other = without.replace("金额", "金额(万元)");
    let told = paid(other.as_bytes()).unwrap_err();
    assert_eq!(
        (told[0].code, told[0].place.to_string()),
        (Code::UnitConflict, "F1".to_owned())
    );
}

#[test]
fn a_file_of_another_kind_is_told_by_its_kind() {
    let projects =
        "项目编码,项目名称,实施单位,实施地点,建设内容,中央资金(元)\nQS-1,路,乡,村,硬化,5\n";
    let told = paid(projects.as_bytes()).unwrap_err();
    assert_eq!(told[0].code, Code::WrongKind);
    assert!(told[0].zh.contains("项目库"), "{}", told[0].zh);
    assert_eq!(codes(paid("a,b\n1,2\n".as_bytes())), [Code::WrongKind]);
    let missing = String::from_utf8(csv(&[GOOD]))
        .unwrap()
        .replace("指标文号", "其他号");
    assert_eq!(codes(paid(missing.as_bytes())), [Code::HeadingMissing]);
    let twice = String::from_utf8(csv(&[GOOD]))
        .unwrap()
        .replace("收款人", "凭证号");
    assert_eq!(codes(paid(twice.as_bytes())), [Code::HeadingTwice]);
}

#[test]
fn what_is_no_table_is_refused_by_what_it_is() {
    for (bytes, code) in [
        (b"".to_vec(), Code::FileKind),
        (
            b"<html><table><tr><td>1</td></tr></table></html>".to_vec(),
            Code::FileKind,
        ),
        (vec![0, 159, 146, 150, 0, 0, 1, 2], Code::FileKind),
        (b"PK\x03\x04 and nothing more".to_vec(), Code::Damaged),
        (
            hostile::zipped(&[("word/document.xml", b"<w/>")]),
            Code::FileKind,
        ),
    ] {
        assert_eq!(codes(paid(&bytes)), [code]);
    }
}

#[test]
fn every_built_in_mapping_is_sound() {
    for kind in Mapping::kinds() {
        assert!(
            Mapping::built_in(kind).is_some_and(|it| it.kind == kind),
            "{kind}"
        );
    }
}

#[test]
fn an_opening_is_not_read_as_the_ordinary_table_of_its_noun() {
    let (projects, opening) = ("projects", "opening_projects");
    let form = crate::template(&Mapping::built_in(opening).unwrap(), Unit::Yuan).unwrap();
    let told = read(
        &form,
        &Mapping::built_in(projects).unwrap(),
        Options::default(),
    );
    let told = told.unwrap_err();
    assert_eq!(told[0].code, Code::WrongKind);
    assert!(told[0].en.contains(opening), "{}", told[0].en);
}
