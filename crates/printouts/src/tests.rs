//! Promised: whatever is written is read back to the same figures, to the fen; no text becomes a
//! formula or markup; and every writer says where it is from. Shown with amounts at the limits and
//! texts of bad faith; the kinds themselves are shown over HTTP, in `tests/printouts.rs`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "what a test does not expect, it fails on"
)]

use crate::cell::Cell;
use crate::column::{Made, count, date, heading, ratio, summed, table, text};
use crate::kind::{Asked, Kind};
use crate::kinds::{Refusal, fits};
use crate::printout::{Block, Names, Printout};
use crate::source::{Asker, Source, Through};
use crate::{csv, html, xlsx};
use calamine::{Data, Reader, Xlsx};
use expect_test::expect;
use jiff::civil::date as day;
use ledger::date::BusinessDate;
use ledger::ids::{LedgerId, PersonId};
use ledger::money::Fen;
use std::io::Cursor;
use uuid::Uuid;

/// A name, an amount in fen, and a person.
type Row = (&'static str, i64, u128);

const COLUMNS: &[Made<Row>] = &[
    text("名称", "Name", 8, |it| Cell::Text(it.0.to_owned())),
    summed("金额", "Amount", |it| {
        Cell::Amount(Fen::new(it.1).unwrap())
    }),
    text("人员", "Person", 8, |it| {
        Cell::Persons(vec![PersonId(Uuid::from_u128(it.2))])
    }),
    ratio("占比", "Share", |it| Cell::Ratio {
        numerator: it.1.into(),
        denominator: 300,
    }),
    date("日期", "On", |_| {
        Cell::Date(BusinessDate::day(day(2018, 8, 16)))
    }),
    count("记录", "Record", |_| Cell::Count(7)),
];

fn printout(rows: &[Row]) -> Printout {
    let facts = vec![
        (heading("编号", "Number"), Cell::Text("=1+1".to_owned())),
        (
            heading("金额", "Amount"),
            Cell::Amount(Fen::new(-5).unwrap()),
        ),
    ];
    Printout {
        kind: Kind::Funds,
        number: "20180816-9".to_owned(),
        blocks: vec![
            Block::Table(table(heading("表", "Table"), COLUMNS, rows)),
            Block::Facts(facts),
        ],
        source: Source {
            ledger: LedgerId(Uuid::from_u128(1)),
            ledger_name: "青石县<b>".to_owned(),
            through: Through {
                seq: 9,
                position: 12,
                hash: "ab12".to_owned(),
            },
            on: day(2018, 8, 16),
            asked_by: Asker {
                person: PersonId(Uuid::from_u128(2)),
                organisation: "@局".to_owned(),
            },
            asked_at: "2018-08-16 09:30:00 UTC+08:00".to_owned(),
            filters: vec![("year".to_owned(), "2018".to_owned())],
        },
        names: Names::from([(PersonId(Uuid::from_u128(3)), "骆青山".to_owned())]),
    }
}

const ROWS: &[Row] = &[
    ("甲,\"乙\"", 1, 3),
    ("=HYPERLINK(\"x\")", -10, 4),
    ("-1", 29, 3),
    ("@cmd", 123_456_789_012_345, 3),
    ("\u{ff1d}A1", 0, 3),
];

#[test]
fn csv_is_a_table_of_equal_lines_without_formulas() {
    let bytes = csv(&printout(ROWS)).unwrap();
    let text = std::str::from_utf8(&bytes).unwrap();
    assert!(text.starts_with('\u{feff}'));
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    // The reader refuses lines of other lengths.
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    for field in records.iter().flatten() {
        let number = field.trim_end_matches('%').parse::<f64>().is_ok();
        assert!(
            number || !field.starts_with(['=', '-', '+', '@', '\u{ff1d}']),
            "{field}"
        );
    }
    expect![[r#"
        名称,金额,人员,占比,日期,记录,金额(分)
        "甲,""乙""",0.01,骆青山,0.33%,2018-08-16,7,1
        "'=HYPERLINK(""x"")",-0.10,00000000-0000-0000-0000-000000000004,-3.33%,2018-08-16,7,-10
        '-1,0.29,骆青山,9.67%,2018-08-16,7,29
        '@cmd,1234567890123.45,骆青山,41152263004115.00%,2018-08-16,7,123456789012345
        '＝A1,0.00,骆青山,0.00%,2018-08-16,7,0
        合计,1234567890123.65,,,,,123456789012365
        编号,'=1+1,,,,,
        金额,-0.05,-5,分,,,
        标题,资金台账,20180816-9,,,,
        账本,青石县<b> 00000000-0000-0000-0000-000000000001,,,,,
        统计口径日,2018-08-16,,,,,
        截至记录,9,,,,,
        日志位置,12,,,,,
        记录哈希,ab12,,,,,
        打印人,'@局 00000000-0000-0000-0000-000000000002,,,,,
        打印时间,2018-08-16 09:30:00 UTC+08:00,,,,,
        筛选条件,year=2018,,,,,
    "#]]
    .assert_eq(&text.trim_start_matches('\u{feff}').replace("\r\n", "\n"));
}

/// The cells of the first sheet, row by row.
fn read(bytes: Vec<u8>) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

/// Yuan as a spreadsheet has them → fen, as whoever reads the file would.
fn fen(cell: &Data) -> i64 {
    let yuan: f64 = match cell {
        Data::Float(number) => *number,
        other => panic!("{other:?} is no number"),
    };
    format!("{:.2}", yuan).replace('.', "").parse().unwrap()
}

#[test]
fn a_workbook_is_read_back_to_the_same_fen() {
    // The amounts that floats like least, and random ones from a printed seed.
    let mut amounts = vec![0, 1, 5, 7, 10, 29, 57, 115, 1_005, 435];
    amounts.extend([999_999_999_999_999, -999_999_999_999_999]);
    let mut seed: u64 = 0x5eed;
    println!("seed {seed:#x}");
    for _ in 0..2_000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let digits = u32::try_from(seed % 15).unwrap() + 1;
        let amount = i64::try_from((seed >> 8) % 10_u64.pow(digits)).unwrap();
        amounts.extend([amount, -amount]);
    }
    let rows: Vec<Row> = amounts.iter().map(|amount| ("甲", *amount, 3)).collect();
    let cells = read(xlsx(&printout(&rows)).unwrap());
    let shown = &cells[3..3 + rows.len()];
    for (amount, row) in amounts.iter().zip(shown) {
        assert_eq!(fen(&row[1]), *amount, "{row:?}");
        assert_eq!(row[6].to_string(), amount.to_string(), "{row:?}");
    }
    let sum: i64 = amounts.iter().sum();
    let totals = &cells[3 + rows.len()];
    assert_eq!(totals[0], Data::String("合计".to_owned()));
    assert_eq!(
        (fen(&totals[1]), totals[6].to_string()),
        (sum, sum.to_string())
    );
}

#[test]
fn an_amount_of_more_than_15_digits_is_text_and_whole() {
    let most = Fen::MAX.get();
    let cells = read(xlsx(&printout(&[("甲", most, 3), ("乙", most, 3)])).unwrap());
    let yuan = Data::String("90071992547409.91".to_owned());
    assert_eq!(cells[3][1], yuan);
    assert_eq!(cells[3][6], Data::String(most.to_string()));
    // No amount holds the sum: it is said, and not cut off.
    assert_eq!(cells[5][1], Data::String("18014398509481982 分".to_owned()));
}

#[test]
fn a_text_of_a_workbook_is_no_formula() {
    let bytes = xlsx(&printout(ROWS)).unwrap();
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(&bytes)).unwrap();
    let formulas = book.worksheet_formula("资金台账").unwrap();
    assert!(formulas.used_cells().next().is_none());
    assert_eq!(read(bytes)[4][0], Data::String(ROWS[1].0.to_owned()));
}

#[test]
fn a_page_is_escaped_and_says_where_it_is_from() {
    let page = html(&printout(&[(
        "<script>alert('&')</script>",
        -123_456_789,
        3,
    )]));
    assert!(
        !page.contains("<script") && !page.contains("青石县<b>"),
        "{page}"
    );
    assert!(page.contains("&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"));
    assert!(page.contains("<data value=\"-123456789\">-1,<wbr>234,<wbr>567.89</data>"));
    assert!(page.contains("截至记录 9 · 日志位置 12 · 哈希 ab12"));
    assert!(page.contains("default-src 'none'") && !page.contains("http://"));
}

#[test]
fn every_kind_has_a_word_of_its_own() {
    for kind in Kind::ALL {
        assert_eq!(Kind::of(kind.word()), Some(*kind));
        assert!(
            kind.about()
                .is_none_or(|about| !kind.narrows().contains(&about))
        );
    }
}

#[test]
fn each_table_is_counted_by_itself() {
    let mut made = printout(ROWS);
    let second = table(heading("又一表", "Another"), COLUMNS, ROWS);
    made.blocks.push(Block::Table(second));
    assert_eq!(fits(&made, ROWS.len()), Ok(()));
    let one_less = ROWS.len() - 1;
    assert_eq!(fits(&made, one_less), Err(Refusal::TooLong(ROWS.len())));
    // A county's year is 50,000 payments, and some of them are paid again.
    assert!(Asked::all(Kind::FundTrace, day(2018, 8, 16)).rows_max >= 100_000);
}

#[test]
fn an_english_heading_is_not_broken_within_a_word() {
    let page = html(&printout(ROWS));
    let rule = |selector: &str| {
        let rules = page.split_once(&format!("\n{selector} {{")).unwrap().1;
        rules.split_once('}').unwrap().0.to_owned()
    };
    assert!(rule("th .en").contains("overflow-wrap: normal"), "{page}");
    assert!(rule("th, td").contains("overflow-wrap: anywhere"), "{page}");
}

/// How many rows are written to be measured: a few in a test, 10,000 by hand.
const ROWS_MEASURED: &str = "FUNDTRACE_PRINTOUT_ROWS";

#[test]
fn a_long_register_is_written_in_bounded_memory() {
    let rows = std::env::var(ROWS_MEASURED).ok();
    let rows = rows.and_then(|rows| rows.parse().ok()).unwrap_or(500);
    let peak = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .map(str::to_owned);
        line.unwrap_or_default()
    };
    let wide = vec![ROWS[0]; rows];
    println!("before: {}", peak());
    let mut made = printout(&wide);
    // As wide as the widest register.
    for block in &mut made.blocks {
        if let Block::Table(table) = block {
            table.columns = table.columns.repeat(3);
            table
                .rows
                .iter_mut()
                .for_each(|row| *row = [&row[..]; 3].concat());
            table.totals = None;
        }
    }
    println!("{rows} rows made: {}", peak());
    let long = html(&made);
    println!("HTML, {} bytes: {}", long.len(), peak());
    println!("CSV, {} bytes: {}", csv(&made).unwrap().len(), peak());
    let started = std::time::Instant::now();
    let book = xlsx(&made).unwrap();
    println!(
        "XLSX, {} bytes, {:?}: {}",
        book.len(),
        started.elapsed(),
        peak()
    );
    assert!(read(book).len() > rows);
}
