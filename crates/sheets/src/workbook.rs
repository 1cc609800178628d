//! Bytes of a file → its sheets, rows and cells, whatever its name says it is.

mod text;
mod xls;
mod xlsx;

use crate::limits::{CELL_LEN_MAX, CELLS_MAX, COLUMNS_MAX, FILE_LEN_MAX, ROWS_MAX};
use crate::refusal::{Code, Refusal};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// A file of tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Workbook {
    /// Its sheets in their order; one without a name for a text file.
    pub sheets: Vec<Sheet>,
}

/// A sheet: the rows that have something in them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sheet {
    /// Its name; empty for a text file.
    pub name: Box<str>,
    /// Nobody sees it.
    pub hidden: bool,
    /// Its serial numbers count from 1904.
    pub epoch_1904: bool,
    /// Rows with something in them, from the top.
    pub rows: Vec<Row>,
    /// Columns that nobody sees.
    pub hidden_columns: BTreeSet<u32>,
    /// Merged regions, by their corners.
    pub merged: Vec<Region>,
}

/// Merged cells: first and last row from 1, first and last column from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    pub(crate) rows: (u32, u32),
    pub(crate) columns: (u32, u32),
}

impl Region {
    /// True for a cell within it.
    pub(crate) fn covers(self, row: u32, column: u32) -> bool {
        (self.rows.0..=self.rows.1).contains(&row)
            && (self.columns.0..=self.columns.1).contains(&column)
    }
}

/// A row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// From 1; in a text file the line on which it begins.
    pub number: u32,
    /// Nobody sees it.
    pub hidden: bool,
    /// How many fields the line has, empty ones too; none of a workbook, whose rows have no end.
    pub fields: u32,
    /// Its cells that are not empty, from the left.
    pub cells: Vec<Cell>,
}

impl Row {
    /// What stands in a column.
    pub(crate) fn at(&self, column: u32) -> Option<&Content> {
        let place = self.cells.binary_search_by_key(&column, |cell| cell.column);
        let cell = place.ok().and_then(|place| self.cells.get(place))?;
        Some(&cell.content)
    }
}

/// A cell that is not empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Its column, from 0.
    pub column: u32,
    /// What stands in it.
    pub content: Content,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Text, not blank.
    Text(Box<str>),
    /// A number.
    Number(f64),
    /// A day, from a cell that is shown as one.
    Day(Date),
    /// True or false.
    Truth(bool),
    /// `#REF!` and the like, a duration, a date that is none.
    Fault(Box<str>),
    /// A formula without a value: the program that wrote it does not compute.
    NotComputed,
    /// A formula over another file; what it last gave is not taken.
    Linked,
}

impl Content {
    /// The cell as a person sees it, more or less.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Content::Text(text) => text.to_string(),
            Content::Number(number) => shown_number(*number),
            Content::Day(day) => day.to_string(),
            Content::Truth(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
            Content::Fault(fault) => fault.to_string(),
            Content::NotComputed => "=?".to_owned(),
            Content::Linked => "=[…]".to_owned(),
        }
    }
}

/// A number in 15 digits, without an exponent where it is of a usual size.
pub(crate) fn shown_number(number: f64) -> String {
    if !number.is_finite() || number.abs() >= 1e21 {
        return number.to_string();
    }
    let (negative, whole, fraction) = crate::amount::fifteen_digits(number);
    let fraction = fraction.trim_end_matches('0');
    let (sign, dot) = (
        if negative { "-" } else { "" },
        if fraction.is_empty() { "" } else { "." },
    );
    format!("{sign}{whole}{dot}{fraction}")
}

impl Workbook {
    /// Reads a file by what it is, and not by its name: XLSX, XLS, or a table in text (UTF-8,
    /// GB18030, UTF-16 with its mark; commas, tabs or semicolons).
    ///
    /// # Errors
    /// Of another kind, damaged, or larger than [`crate::limits`] allow.
    pub fn read(bytes: &[u8]) -> Result<Workbook, Refusal> {
        if bytes.len() > FILE_LEN_MAX {
            let (len, max) = (bytes.len() >> 20, FILE_LEN_MAX >> 20);
            return Err(too_large(
                &format!("the file has {len} MiB, at most {max} are read"),
                &format!("文件 {len} MiB,超过上限 {max} MiB"),
            ));
        }
        let book = if bytes.starts_with(b"PK") {
            xlsx::read(bytes)?
        } else if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
            xls::read(bytes)?
        } else {
            text::read(bytes)?
        };
        Ok(book)
    }
}

pub(crate) fn too_large(en: &str, zh: &str) -> Refusal {
    Refusal::of_file(Code::TooLarge, en, zh)
}

pub(crate) fn damaged(what: &dyn std::fmt::Display) -> Refusal {
    Refusal::of_file(
        Code::Damaged,
        format!("the file is damaged: {what}"),
        format!("文件已损坏或不完整,请用 WPS 或 Excel 打开后另存为 XLSX({what})"),
    )
}

pub(crate) fn encrypted() -> Refusal {
    Refusal::of_file(
        Code::Encrypted,
        "it opens only with a password; save it without one",
        "文件设有打开密码,请取消密码后另存",
    )
}

/// Rows as they come from a reader, within the limits.
struct Rows {
    rows: Vec<Row>,
    /// Over all sheets.
    rows_len: usize,
    cells_len: usize,
}

impl Rows {
    fn new() -> Rows {
        Rows {
            rows: Vec::new(),
            rows_len: 0,
            cells_len: 0,
        }
    }

    /// Counts a cell, empty or not.
    fn count(&mut self) -> Result<(), Refusal> {
        self.cells_len = self.cells_len.saturating_add(1);
        if self.cells_len > CELLS_MAX {
            return Err(too_large(
                &format!("it has more than {CELLS_MAX} cells"),
                &format!("单元格超过 {CELLS_MAX} 个"),
            ));
        }
        Ok(())
    }

    /// Takes a cell; those of a row must come one after another.
    fn put(&mut self, row: u32, column: u32, content: Content) -> Result<(), Refusal> {
        if let Content::Text(text) = &content {
            if text.trim().is_empty() {
                return Ok(());
            }
            if text.chars().count() > CELL_LEN_MAX {
                return Err(too_large(
                    &format!("a cell has more than {CELL_LEN_MAX} characters"),
                    &format!("单元格超过 {CELL_LEN_MAX} 个字符"),
                )
                .row(row)
                .column(column));
            }
        }
        if column >= COLUMNS_MAX {
            return Err(too_large(
                &format!("something stands beyond the first {COLUMNS_MAX} columns"),
                &format!("前 {COLUMNS_MAX} 列之外还有内容"),
            )
            .row(row)
            .column(column));
        }
        if self.rows.last().is_none_or(|last| last.number != row) {
            self.rows_len = self.rows_len.saturating_add(1);
            if self.rows_len > ROWS_MAX {
                return Err(too_large(
                    &format!("it has more than {ROWS_MAX} rows; divide it"),
                    &format!("超过 {ROWS_MAX} 行,请拆分后导入"),
                ));
            }
            self.rows.push(Row {
                number: row,
                ..Row::default()
            });
        }
        if let Some(last) = self.rows.last_mut() {
            last.cells.push(Cell { column, content });
        }
        Ok(())
    }

    /// Notes how many fields a line has, if something stands in it.
    fn measure(&mut self, row: u32, fields: usize) {
        if let Some(last) = self.rows.last_mut().filter(|last| last.number == row) {
            last.fields = u32::try_from(fields).unwrap_or(u32::MAX);
        }
    }

    /// The rows of a sheet, in order, each place once: files that were made by hand keep no order.
    fn take(&mut self) -> Vec<Row> {
        let mut rows = std::mem::take(&mut self.rows);
        if !rows.is_sorted_by_key(|row| row.number) {
            rows.sort_by_key(|row| row.number);
        }
        rows.dedup_by(|later, earlier| {
            let same = later.number == earlier.number;
            if same {
                earlier.cells.append(&mut later.cells);
            }
            same
        });
        for row in &mut rows {
            if !row.cells.is_sorted_by_key(|cell| cell.column) {
                row.cells.sort_by_key(|cell| cell.column);
            }
            row.cells.dedup_by_key(|cell| cell.column);
        }
        rows
    }
}
