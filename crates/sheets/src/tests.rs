//! What tables of strangers become: rows that are sure, or refusals that name the place. Every file
//! is made here.

mod files;
mod forms;
mod hostile;
mod meant;
mod old;
mod rows;

use crate::{Code, Mapping, Options, Reading, Refusal, Unit, Value, read};
use rust_xlsxwriter::{Workbook as Book, Worksheet};

/// The columns of a small table of payments.
const HEADINGS: [&str; 6] = [
    "支付凭证号",
    "支付日期",
    "项目编码",
    "指标文号",
    "收款人",
    "金额(元)",
];

fn payments() -> Mapping {
    Mapping::built_in("payments").unwrap()
}

/// An XLSX of one sheet.
fn xlsx(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Book::new();
    fill(book.add_worksheet());
    book.save_to_buffer().unwrap()
}

/// Writes a row of texts, from the first column on.
fn line(sheet: &mut Worksheet, row: u32, cells: &[&str]) {
    for (column, cell) in (0..).zip(cells) {
        sheet.write_string(row, column, *cell).unwrap();
    }
}

/// A table of payments in text.
fn csv(lines: &[&str]) -> Vec<u8> {
    format!("{}\n{}\n", HEADINGS.join(","), lines.join("\n")).into_bytes()
}

/// Reads payments in yuan.
fn paid(bytes: &[u8]) -> Result<Reading, Vec<Refusal>> {
    let options = Options {
        unit: Some(Unit::Yuan),
        sheet: None,
    };
    read(bytes, &payments(), options)
}

/// Voucher and fen of the rows that are sure.
fn sure(reading: &Reading) -> Vec<(String, i64)> {
    let mapping = payments();
    let of = |entry: &crate::Entry| {
        let Some(Value::Amount(fen)) = entry.value(&mapping, "amount") else {
            panic!("no amount in row {}", entry.row);
        };
        (
            entry.value(&mapping, "voucher").unwrap().to_string(),
            fen.get(),
        )
    };
    reading.entries.iter().map(of).collect()
}

/// Code and place of everything that is refused.
fn refused(reading: &Reading) -> Vec<(Code, String)> {
    let all = reading.refused.iter().flat_map(|row| &row.refusals);
    all.map(|refusal| (refusal.code, refusal.place.to_string()))
        .collect()
}

/// Code and place of everything that is noted.
fn noted(reading: &Reading) -> Vec<(Code, String)> {
    let all = reading.notes.iter();
    all.map(|refusal| (refusal.code, refusal.place.to_string()))
        .collect()
}

/// The codes for which a file is refused as a whole.
fn codes(read: Result<Reading, Vec<Refusal>>) -> Vec<Code> {
    read.unwrap_err()
        .iter()
        .map(|refusal| refusal.code)
        .collect()
}

const GOOD: &str = "V1,2018-07-28,QS-1,云财农〔2018〕5号,曲河建工公司,1234.56";
