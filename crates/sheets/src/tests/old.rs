//! XLS, made by hand record by record: as tables of ten years ago are, and as nobody makes them.

use super::*;
use crate::{Content, Workbook};
use std::io::{Cursor, Write};

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let len = u16::try_from(data.len()).unwrap();
    [&kind.to_le_bytes(), &len.to_le_bytes(), data].concat()
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn label(row: u16, column: u16, text: &str) -> Vec<u8> {
    let len = u16::try_from(text.encode_utf16().count()).unwrap();
    let data = [words(&[row, column, 0, len]), vec![1], utf16(text)].concat();
    record(0x0204, &data)
}

fn number(row: u16, column: u16, format: u16, value: f64) -> Vec<u8> {
    let data = [words(&[row, column, format]), value.to_le_bytes().to_vec()].concat();
    record(0x0203, &data)
}

/// A stream of one sheet; format 0 is general, format 1 a date.
fn stream(epoch_1904: bool, cells: &[Vec<u8>]) -> Vec<u8> {
    let begin = |kind: u16| record(0x0809, &words(&[0x0600, kind, 0, 0, 0, 0, 0, 0]));
    let format = |format: u16| {
        let mut data = words(&[0, format]);
        data.resize(20, 0);
        record(0x00e0, &data)
    };
    let name = "支付明细";
    let bound = |at: u32| {
        let len = u8::try_from(name.chars().count()).unwrap();
        record(
            0x0085,
            &[&at.to_le_bytes()[..], &[0, 0, len, 1], &utf16(name)].concat(),
        )
    };
    let globals = |at: u32| {
        [
            begin(5),
            record(0x0042, &words(&[1200])),
            record(0x0022, &words(&[u16::from(epoch_1904)])),
            format(0),
            format(14),
            bound(at),
            record(0x000a, &[]),
        ]
        .concat()
    };
    let at = u32::try_from(globals(0).len()).unwrap();
    [globals(at), begin(16), cells.concat(), record(0x000a, &[])].concat()
}

fn file(stream: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    let mut place = file.create_stream("/Workbook").unwrap();
    place.write_all(stream).unwrap();
    drop(place);
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn table(epoch_1904: bool, serial: f64) -> Vec<Vec<u8>> {
    let _ = epoch_1904;
    let headings = (0..)
        .zip(HEADINGS)
        .map(|(column, text)| label(0, column, text));
    let texts = [(0, "V1"), (2, "QS-1"), (3, "5号"), (4, "曲河建工公司")];
    let texts = texts
        .into_iter()
        .map(|(column, text)| label(1, column, text));
    let numbers = [number(1, 1, 1, serial), number(1, 5, 0, 1234.56)];
    headings.chain(texts).chain(numbers).collect()
}

#[test]
fn a_table_is_read_in_both_epochs() {
    for (epoch_1904, serial) in [(false, 43_309.0), (true, 41_847.0)] {
        let bytes = file(&stream(epoch_1904, &table(epoch_1904, serial)));
        let reading = paid(&bytes).unwrap();
        assert_eq!(sure(&reading), [("V1".to_owned(), 123_456)]);
        let day = reading.entries[0].value(&payments(), "paid_on").unwrap();
        assert_eq!(day.to_string(), "2018-07-28");
    }
}

#[test]
fn hidden_rows_and_columns_are_seen() {
    let mut cells = table(false, 43_309.0);
    cells.insert(0, record(0x0208, &words(&[1, 0, 6, 300, 0, 0, 0x20, 0])));
    let reading = paid(&file(&stream(false, &cells))).unwrap();
    assert_eq!(
        refused(&reading),
        [(Code::RowHidden, "支付明细!2".to_owned())]
    );
    let mut cells = table(false, 43_309.0);
    cells.insert(0, record(0x007d, &words(&[3, 3, 2000, 0, 1, 0])));
    assert_eq!(
        codes(paid(&file(&stream(false, &cells)))),
        [Code::ColumnHidden]
    );
}

#[test]
fn what_it_says_of_its_size_is_not_believed() {
    let mut cells = table(false, 43_309.0);
    let vast = [
        &0_u32.to_le_bytes()[..],
        &u32::MAX.to_le_bytes(),
        &words(&[0, u16::MAX, 0]),
    ];
    cells.insert(0, record(0x0200, &vast.concat()));
    assert_eq!(sure(&paid(&file(&stream(false, &cells))).unwrap()).len(), 1);
}

#[test]
fn cells_far_apart_take_no_memory() {
    for cell in [number(u16::MAX, 500, 0, 1.0), number(1, u16::MAX, 0, 1.0)] {
        let bytes = file(&stream(false, &[number(0, 0, 0, 1.0), cell]));
        assert_eq!(Workbook::read(&bytes).unwrap_err().code, Code::TooLarge);
    }
}

#[test]
fn a_sheet_must_begin_where_the_workbook_says() {
    let sound = stream(false, &table(false, 43_309.0));
    let at = sound
        .windows(4)
        .position(|bytes| bytes[..2] == [0x85, 0])
        .unwrap()
        + 4;
    let mut moved = sound.clone();
    moved[at] ^= 4;
    assert_eq!(
        Workbook::read(&file(&moved)).unwrap_err().code,
        Code::Damaged
    );
}

#[test]
fn another_old_office_file_is_told_from_a_table() {
    let mut other = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    other
        .create_stream("/WordDocument")
        .unwrap()
        .write_all(b"text")
        .unwrap();
    other.flush().unwrap();
    let bytes = other.into_inner().into_inner();
    assert_eq!(Workbook::read(&bytes).unwrap_err().code, Code::FileKind);
}

#[test]
fn no_cut_and_no_flipped_bit_makes_the_reader_panic() {
    let sound = stream(false, &table(false, 43_309.0));
    for len in 0..sound.len() {
        let _ = Workbook::read(&file(&sound[..len]));
    }
    for at in 0..sound.len() {
        let mut flipped = sound.clone();
        flipped[at] ^= 1 << (at % 8);
        let _ = Workbook::read(&file(&flipped));
    }
    let text = Workbook::read(&file(&sound)).unwrap();
    assert_eq!(
        text.sheets[0].rows[0].cells[0].content,
        Content::Text("支付凭证号".into())
    );
}

/// A formula `=1` with this value.
fn formula(row: u16, column: u16, value: [u8; 8]) -> Vec<u8> {
    let data = [
        words(&[row, column, 0]),
        value.to_vec(),
        words(&[0, 0, 0, 3]),
        vec![0x1e, 1, 0],
    ];
    record(0x0006, &data.concat())
}

#[test]
fn a_formula_that_nobody_computed_is_no_empty_cell() {
    let silent = [3, 0, 0, 0, 0, 0, 0xff, 0xff];
    let mut cells = table(false, 43_309.0);
    cells.pop();
    cells.push(formula(1, 5, silent));
    let reading = paid(&file(&stream(false, &cells))).unwrap();
    let refusals = [(Code::NotComputed, "支付明细!F2".to_owned())];
    assert_eq!(refused(&reading), refusals);
    // Of a program that computes it is an empty text.
    cells.insert(0, record(0x01c1, &[0; 8]));
    let reading = paid(&file(&stream(false, &cells))).unwrap();
    assert_eq!(
        refused(&reading),
        [(Code::Required, "支付明细!F2".to_owned())]
    );
    cells.pop();
    cells.push(formula(1, 5, 7.5_f64.to_le_bytes()));
    let reading = paid(&file(&stream(false, &cells))).unwrap();
    assert_eq!(sure(&reading), [("V1".to_owned(), 750)]);
}

#[test]
fn rows_and_columns_of_no_size_are_hidden() {
    let mut cells = table(false, 43_309.0);
    cells.insert(0, record(0x0208, &words(&[1, 0, 6, 0, 0, 0, 0, 0])));
    let reading = paid(&file(&stream(false, &cells))).unwrap();
    assert_eq!(
        refused(&reading),
        [(Code::RowHidden, "支付明细!2".to_owned())]
    );
    let mut cells = table(false, 43_309.0);
    cells.insert(0, record(0x007d, &words(&[3, 3, 0, 0, 0, 0])));
    assert_eq!(
        codes(paid(&file(&stream(false, &cells)))),
        [Code::ColumnHidden]
    );
}
