//! Tables in text: CSV of any dialect that Chinese systems write, GB18030 as well as UTF-8. Banks
//! give such files the ending `.xls`.

mod quotes;

use super::{Content, Rows, Sheet, Workbook, damaged, too_large};
use crate::limits::LINES_MAX;
use crate::refusal::{Code, Refusal};
use encoding_rs::{GB18030, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

pub(super) fn read(bytes: &[u8]) -> Result<Workbook, Refusal> {
    // With `\r\n` the library says of a record that it begins on the line before, and of one behind
    // a `\r` alone that it begins on the same line as the record before it.
    let text = decoded(bytes)?.replace("\r\n", "\n").replace('\r', "\n");
    let head: String = text.chars().take(2_000).collect::<String>().to_lowercase();
    if head.contains("<html") || head.contains("<table") || head.trim_start().starts_with("<?xml") {
        return Err(kind(
            "it is a web page or XML with the name of a spreadsheet; save it as XLSX",
            "文件实为网页或 XML,请用 WPS 或 Excel 打开后另存为 XLSX",
        ));
    }
    let delimiter = delimiter(&text);
    quotes::check(&text, delimiter)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut rows = Rows::new();
    let mut record = csv::StringRecord::new();
    let mut lines = 0_u32;
    while reader
        .read_record(&mut record)
        .map_err(|error| damaged(&error))?
    {
        lines = lines.saturating_add(1);
        if lines > LINES_MAX {
            return Err(too_large(
                &format!("it has more than {LINES_MAX} lines"),
                &format!("超过 {LINES_MAX} 行"),
            ));
        }
        let line = record.position().map_or(0, csv::Position::line);
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        for (column, field) in record.iter().enumerate() {
            rows.count()?;
            let field = unwrapped(field);
            if field.is_empty() {
                continue;
            }
            let column = u32::try_from(column).unwrap_or(u32::MAX);
            rows.put(line, column, Content::Text(field.into()))?;
        }
        rows.measure(line, record.len());
    }
    let sheet = Sheet {
        rows: rows.take(),
        ..Sheet::default()
    };
    Ok(Workbook {
        sheets: vec![sheet],
    })
}

fn kind(en: &str, zh: &str) -> Refusal {
    Refusal::of_file(Code::FileKind, en, zh)
}

/// By its mark; else UTF-8 where every byte is; else GB18030, which GBK is a part of.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Refusal> {
    if bytes.is_empty() {
        return Err(kind("the file is empty", "文件是空的"));
    }
    let marked = [UTF_8, UTF_16LE, UTF_16BE].into_iter().find(|encoding| {
        encoding_rs::Encoding::for_bom(bytes).is_some_and(|(e, _)| e == *encoding)
    });
    let encoding = match marked {
        Some(encoding) => encoding,
        None if std::str::from_utf8(bytes).is_ok() => UTF_8,
        None => GB18030,
    };
    let (text, _, failed) = encoding.decode(bytes);
    if failed || text.contains('\0') {
        return Err(kind(
            "it is neither XLSX nor XLS nor text in UTF-8 or GB18030",
            "既不是 XLSX、XLS,也不是 UTF-8 或 GB18030(GBK)编码的文本",
        ));
    }
    Ok(text)
}

/// What parts the fields: whichever stands most often in the first lines.
fn delimiter(text: &str) -> u8 {
    let head: Vec<_> = text.lines().take(40).collect();
    let count = |mark: u8| {
        let marks = head
            .iter()
            .map(|line| line.bytes().filter(|byte| *byte == mark).count());
        marks.fold(0, usize::saturating_add)
    };
    let (commas, tabs, semicolons) = (count(b','), count(b'\t'), count(b';'));
    if tabs > commas && tabs >= semicolons {
        b'\t'
    } else if semicolons > commas {
        b';'
    } else {
        b','
    }
}

/// A field without its padding, and without `="…"` or a leading apostrophe, by which exports keep
/// spreadsheets from taking a number for a sum.
fn unwrapped(field: &str) -> &str {
    let field = field.trim();
    let kept = field
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'));
    let kept = kept.unwrap_or(field);
    kept.strip_prefix('\'').unwrap_or(kept).trim()
}
