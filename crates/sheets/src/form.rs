//! Forms out: the empty one with its notes, and the bad rows given back in the same form with their
//! reasons.

use crate::FormError;
use crate::amount::Unit;
use crate::limits::CELL_LEN_MAX;
use crate::mapping::{Field, Form, Mapping};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
};

/// The heading of the column that says why a row came back.
pub(crate) const REASON: &str = "退回原因";

/// The sheet that says how the form is filled in.
pub(crate) const NOTES: &str = "填写说明";

/// The empty form of a kind, with a sheet of notes. The same mapping gives the same bytes.
///
/// # Errors
/// It cannot be written.
pub fn template(mapping: &Mapping, unit: Unit) -> Result<Vec<u8>, FormError> {
    let mut book = workbook()?;
    let sheet = book.add_worksheet();
    headings(sheet, mapping, unit, &[])?;
    notes(book.add_worksheet(), mapping, unit)?;
    Ok(book.save_to_buffer()?)
}

/// Rows given back: the cells of each as they were shown, and why. Put right, the file can be
/// imported as it is.
///
/// # Errors
/// It cannot be written.
pub fn rejects<'a>(
    mapping: &Mapping,
    unit: Unit,
    rows: impl IntoIterator<Item = (&'a [String], String)>,
) -> Result<Vec<u8>, FormError> {
    let mut book = workbook()?;
    let sheet = book.add_worksheet();
    headings(sheet, mapping, unit, &[REASON])?;
    let text = Format::new().set_num_format("@");
    let reason = Format::new()
        .set_font_color(Color::RGB(0x00C0_0000))
        .set_text_wrap();
    let last = column_of(mapping.fields.len());
    for (index, (cells, why)) in rows.into_iter().enumerate() {
        let row = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
        for (column, cell) in cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| !cell.is_empty())
        {
            sheet.write_string_with_format(row, column_of(column), cell, &text)?;
        }
        let why: String = why.chars().take(CELL_LEN_MAX).collect();
        sheet.write_string_with_format(row, last, why, &reason)?;
    }
    Ok(book.save_to_buffer()?)
}

/// A workbook that says nothing of when it was made, so that two of them can be compared.
fn workbook() -> Result<Workbook, FormError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(2020, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    Ok(book)
}

fn column_of(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

fn titled(field: &Field, unit: Unit) -> String {
    let star = if field.required { "*" } else { "" };
    match field.form {
        Form::Amount => format!("{}({}){star}", field.title, unit.zh()),
        Form::Number
        | Form::Numbers
        | Form::Name
        | Form::Text
        | Form::Date
        | Form::Count
        | Form::Percent
        | Form::Word => {
            format!("{}{star}", field.title)
        }
    }
}

fn headings(
    sheet: &mut Worksheet,
    mapping: &Mapping,
    unit: Unit,
    more: &[&str],
) -> Result<(), FormError> {
    sheet.set_name(&mapping.title)?;
    let bold = Format::new()
        .set_bold()
        .set_align(FormatAlign::Center)
        .set_border(FormatBorder::Thin)
        .set_background_color(Color::RGB(0x00DD_EBF7));
    let text = Format::new().set_num_format("@");
    let titles = mapping.fields.iter().map(|field| titled(field, unit));
    let titles = titles.chain(more.iter().map(|title| (*title).to_owned()));
    for (index, title) in titles.enumerate() {
        let column = column_of(index);
        sheet.write_string_with_format(0, column, title, &bold)?;
        // So that a number of 19 digits stays one, and a date what was typed.
        sheet.set_column_format(column, &text)?;
        let wide = mapping
            .fields
            .get(index)
            .is_none_or(|field| matches!(field.form, Form::Text | Form::Name));
        sheet.set_column_width(column, if wide { 32 } else { 18 })?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

/// What each column means, for who fills the form in.
fn notes(sheet: &mut Worksheet, mapping: &Mapping, unit: Unit) -> Result<(), FormError> {
    sheet.set_name(NOTES)?;
    let bold = Format::new().set_bold();
    let mut row = 0_u32;
    let general = [
        format!("“{}”按列填写,一行一条;带 * 的列必填。", mapping.title),
        format!("金额单位:{}。合计行不必填写,填了也不导入。", unit.zh()),
        "不要合并单元格,不要隐藏行列;公式须有计算结果。".to_owned(),
        "不得填写身份证号、银行卡号、手机号等个人信息。".to_owned(),
    ];
    for line in general.iter().chain(&mapping.notes) {
        sheet.write_string(row, 0, line)?;
        row = row.saturating_add(1);
    }
    row = row.saturating_add(1);
    for (column, title) in ["列", "必填", "填写内容", "可用的其他表头"]
        .iter()
        .enumerate()
    {
        sheet.write_string_with_format(row, column_of(column), *title, &bold)?;
    }
    for field in &mapping.fields {
        row = row.saturating_add(1);
        sheet.write_string(row, 0, &field.title)?;
        sheet.write_string(row, 1, if field.required { "是" } else { "" })?;
        sheet.write_string(row, 2, explained(field))?;
        sheet.write_string(row, 3, field.headings.join("、"))?;
    }
    for (column, width) in [(0_u16, 20), (1, 8), (2, 60), (3, 60)] {
        sheet.set_column_width(column, width)?;
    }
    Ok(())
}

fn explained(field: &Field) -> String {
    let what = match field.form {
        Form::Number => "编号,不超过 80 个字符".to_owned(),
        Form::Numbers => "编号,合计不超过 500 个字符".to_owned(),
        Form::Name => "名称,不超过 120 个字符".to_owned(),
        Form::Text => "文字,不超过 500 个字符".to_owned(),
        Form::Amount => "金额,精确到分".to_owned(),
        Form::Date => "日期,如 2018-07-28、2018年7月28日".to_owned(),
        Form::Count => "非负整数".to_owned(),
        Form::Percent => "百分比,如 30%、2.5%".to_owned(),
        Form::Word => {
            let first = |words: &Vec<String>| words.first().cloned();
            let known: Vec<_> = field.words.values().filter_map(first).collect();
            format!("只能填:{}", known.join("、"))
        }
    };
    let note = field
        .note
        .iter()
        .map(|note| format!("。{note}"))
        .collect::<String>();
    let default = field
        .default
        .as_ref()
        .and_then(|word| field.words.get(word)?.first());
    let default = default
        .map(|word| format!("。不填为“{word}”"))
        .unwrap_or_default();
    format!("{what}{note}{default}")
}
