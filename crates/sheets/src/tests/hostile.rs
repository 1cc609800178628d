//! Files that are made to break a reader: refused, in bounded memory, without a panic.

use super::*;
use crate::{Content, Workbook};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

/// A ZIP of these parts.
pub(super) fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// An XLSX by hand: one sheet with this content of its `sheetData`, and this table of texts.
fn by_hand(workbook: &str, data: &str, texts: Option<&str>) -> Vec<u8> {
    made(workbook, "", data, texts)
}

/// The same, with properties of the workbook.
fn by_hand_with(properties: &str, data: &str) -> Vec<u8> {
    made("", properties, data, None)
}

fn made(workbook: &str, properties: &str, data: &str, texts: Option<&str>) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let workbook = format!(
        "{workbook}<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\">{properties}<sheets>\
         <sheet name=\"表\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let rels = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         <Relationship Id=\"rId1\" Type=\"{relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
         </Relationships>"
    );
    let root = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         <Relationship Id=\"rId1\" Type=\"{relations}/officeDocument\" Target=\"xl/workbook.xml\"/>\
         </Relationships>"
    );
    let sheet = format!("<worksheet xmlns=\"{main}\"><sheetData>{data}</sheetData></worksheet>");
    let mut parts = vec![
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", rels.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    let texts = texts.map(str::as_bytes);
    parts.extend(texts.map(|texts| ("xl/sharedStrings.xml", texts)));
    zipped(&parts)
}

fn refusal(bytes: &[u8]) -> Code {
    Workbook::read(bytes).unwrap_err().code
}

#[test]
fn a_workbook_by_hand_is_read() {
    let bytes = by_hand("", "<row r=\"1\"><c r=\"A1\"><v>7</v></c></row>", None);
    let book = Workbook::read(&bytes).unwrap();
    assert_eq!(
        book.sheets[0].rows[0].cells[0].content,
        Content::Number(7.0)
    );
}

#[test]
fn a_formula_without_a_value_is_told_from_an_empty_cell() {
    let data = "<row r=\"1\"><c r=\"A1\"><f>1+1</f></c><c r=\"B1\"><f>1+1</f><v></v></c>\
                <c r=\"C1\"/><c r=\"D1\"><f>1+1</f><v>2</v></c></row>";
    let book = Workbook::read(&by_hand("", data, None)).unwrap();
    let found: Vec<_> = book.sheets[0].rows[0]
        .cells
        .iter()
        .map(|cell| &cell.content)
        .collect();
    assert_eq!(
        found,
        [
            &Content::NotComputed,
            &Content::NotComputed,
            &Content::Number(2.0)
        ]
    );
}

#[test]
fn a_bomb_is_refused_while_it_is_inflated() {
    let blanks = " ".repeat(16 << 20);
    let bytes = by_hand("", &blanks, None);
    assert!(bytes.len() < 1 << 20);
    assert_eq!(refusal(&bytes), Code::Bomb);
}

#[test]
fn a_document_type_is_refused() {
    let bytes = by_hand("<!DOCTYPE a [<!ENTITY b \"c\">]>", "", None);
    assert_eq!(refusal(&bytes), Code::DocumentType);
}

#[test]
fn a_count_of_texts_is_not_believed() {
    let bytes = by_hand("", "", Some("<sst uniqueCount=\"99999999999999\"></sst>"));
    assert_eq!(refusal(&bytes), Code::TooLarge);
}

#[test]
fn cells_at_the_corners_of_the_grid_take_no_memory() {
    let far = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>\
               <row r=\"1048576\"><c r=\"XFD1048576\"><v>2</v></c></row>";
    assert_eq!(refusal(&by_hand("", far, None)), Code::TooLarge);
    let below = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>\
                 <row r=\"1048576\"><c r=\"A1048576\"><v>2</v></c></row>";
    let book = Workbook::read(&by_hand("", below, None)).unwrap();
    assert_eq!(book.sheets[0].rows.len(), 2);
}

#[test]
fn a_cell_is_no_longer_than_a_spreadsheet_allows() {
    let data = |len: usize| {
        let text = "字".repeat(len);
        format!("<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{text}</t></is></c></row>")
    };
    assert!(Workbook::read(&by_hand("", &data(32_767), None)).is_ok());
    assert_eq!(refusal(&by_hand("", &data(32_768), None)), Code::TooLarge);
}

#[test]
fn a_million_empty_rows_are_passed_over_and_listed() {
    let mut text = String::from_utf8(csv(&[])).unwrap();
    text.push_str(&",,,,,\n".repeat(1_000_000));
    text.push_str(GOOD);
    let reading = paid(text.as_bytes()).unwrap();
    assert_eq!(sure(&reading).len(), 1);
    assert_eq!(noted(&reading)[0].0, Code::EmptyRows);
    text.push_str(&",,,,,\n".repeat(100_000));
    assert_eq!(codes(paid(text.as_bytes())), [Code::TooLarge]);
}

#[test]
fn a_million_empty_rows_of_a_workbook_take_no_memory() {
    let mut data = String::from("<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>");
    for row in 2..=1_000_000_u32 {
        data += &format!("<row r=\"{row}\"><c r=\"A{row}\" s=\"0\"/></row>");
    }
    let book = Workbook::read(&by_hand("", &data, None)).unwrap();
    assert_eq!(book.sheets[0].rows.len(), 1);
}

#[test]
fn dates_of_a_workbook_count_from_1900_or_1904_as_it_says() {
    let texts = ["V1", "", "QS-1", "5号", "曲河建工公司"];
    let cell = |column: char, row: u32, text: &str| {
        format!("<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    };
    let heads: String = ('A'..)
        .zip(HEADINGS)
        .map(|(column, text)| cell(column, 1, text))
        .collect();
    let row: String = ('A'..)
        .zip(texts)
        .map(|(column, text)| match column {
            'B' => "<c r=\"B2\"><v>SERIAL</v></c>".to_owned(),
            _ => cell(column, 2, text),
        })
        .collect();
    let data =
        format!("<row r=\"1\">{heads}</row><row r=\"2\">{row}<c r=\"F2\"><v>5</v></c></row>");
    for (properties, serial) in [("", "43309"), ("<workbookPr date1904=\"1\"/>", "41847")] {
        let bytes = by_hand_with(properties, &data.replace("SERIAL", serial));
        let reading = paid(&bytes).unwrap();
        let day = reading.entries[0].value(&payments(), "paid_on").unwrap();
        assert_eq!(day.to_string(), "2018-07-28", "{properties}");
    }
}

#[test]
fn no_cut_and_no_flipped_bit_makes_a_reader_panic() {
    let sound = xlsx(|sheet| {
        line(sheet, 0, &HEADINGS);
        line(
            sheet,
            1,
            &["V1", "2018-07-28", "QS-1", "5号", "曲河建工公司", "1"],
        );
    });
    for len in (0..sound.len()).step_by(37) {
        let _ = paid(&sound[..len]);
    }
    for at in (0..sound.len()).step_by(11) {
        let mut flipped = sound.clone();
        flipped[at] ^= 1 << (at % 8);
        let _ = paid(&flipped);
    }
}

#[test]
fn rows_and_columns_of_no_size_are_hidden() {
    let data = "<row r=\"1\" ht=\"0\" customHeight=\"1\"><c r=\"A1\"><v>7</v></c></row>\
                </sheetData><cols><col min=\"2\" max=\"2\" width=\"0\"/></cols><sheetData>";
    let book = Workbook::read(&by_hand("", data, None)).unwrap();
    let sheet = &book.sheets[0];
    assert!(sheet.rows[0].hidden);
    assert!(sheet.hidden_columns.contains(&1));
}

#[test]
fn a_quotation_mark_that_would_swallow_rows_is_refused_with_its_place() {
    let row = |number: u32, last: &str| format!("P{number},2018-05-05,X-1,A-1,某公司,{last}");
    let place = |lines: &[String]| {
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        let refusals = paid(&csv(&lines)).unwrap_err();
        assert_eq!(refusals[0].code, Code::Quotes, "{lines:?}");
        refusals[0].place.to_string()
    };
    let (one, two) = (row(1, "1.00"), row(2, "2.00"));
    // Never closed.
    assert_eq!(place(&[row(1, "\"1.00"), two.clone()]), "F2");
    // Closed by the opening mark of a field below.
    assert_eq!(
        place(&[row(1, "\"1.00"), two.clone(), row(3, "\"3.00\"")]),
        "F2"
    );
    // Closed by a stray mark at the end of a field below.
    assert_eq!(
        place(&[one.clone(), row(2, "\"2.00"), row(3, "3.00\"")]),
        "F3"
    );
    // Something behind it on its own line.
    assert_eq!(place(&[one.clone(), row(2, "\"2.00\"元")]), "F3");
    // What is well quoted is read: marks in marks, lines within, padding behind.
    let quoted = "\"P3\",2018-05-05,X-1,A-1,\"某\"\"公司\n分公司,甲\" ,\"3.00\"";
    let reading = paid(&csv(&[&one, &two, quoted])).unwrap();
    let fen = [100, 200, 300];
    assert_eq!(
        sure(&reading).iter().map(|it| it.1).collect::<Vec<_>>(),
        fen
    );
}

#[test]
fn lines_may_end_in_any_way_and_each_is_a_row() {
    let row = |number: u32| format!("P{number},2018-05-05,X-1,A-1,某公司,{number}.00");
    for ends in [["\r"; 3], ["\r", "\n", "\r\n"], ["\r\n", "\r", "\n"]] {
        let mut text = HEADINGS.join(",") + ends[0];
        for (number, end) in (1..).zip(ends) {
            text += &(row(number) + end);
        }
        let reading = paid(text.as_bytes()).unwrap();
        let rows: Vec<_> = reading.entries.iter().map(|entry| entry.row).collect();
        assert_eq!((rows, sure(&reading).len()), (vec![2, 3, 4], 3), "{ends:?}");
    }
}
