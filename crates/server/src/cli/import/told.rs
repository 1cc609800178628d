//! All that is told of an import, row by row, as a table for Excel: more than a screen shows.

use crate::importing::{ImportReport, RowLine, RowRefusal};
use anyhow::Context;
use std::path::Path;

const HEAD: [&str; 9] = [
    "情况",
    "工作表",
    "行",
    "列",
    "编号或内容",
    "项目",
    "已记录",
    "本表",
    "说明",
];

/// Writes the table.
pub(super) fn write(path: &Path, report: &ImportReport, dry_run: bool) -> anyhow::Result<()> {
    let created = if dry_run { "将新增" } else { "新增" };
    let mut table = vec![line(&HEAD)];
    for row in &report.created_rows {
        table.push(of_row(created, row, ["", "", ""]));
    }
    for row in &report.changed_rows {
        for it in &row.differences {
            table.push(of_row("不同", row, [&it.field_zh, &it.was, &it.is]));
        }
    }
    let refused = report.refused_rows.iter().map(|it| ("退回", it));
    let notes = report.notes.iter().map(|it| ("略过", it));
    for (what, it) in refused.chain(notes) {
        table.push(of_refusal(what, it));
    }
    std::fs::write(path, printouts::csv_of(table)?)
        .with_context(|| format!("cannot write {}", path.display()))
}

fn of_row(what: &str, row: &RowLine, [field, was, is]: [&str; 3]) -> Vec<String> {
    let place = row.row.to_string();
    line(&[
        what,
        &row.sheet,
        &place,
        "",
        &row.number,
        field,
        was,
        is,
        "",
    ])
}

fn of_refusal(what: &str, it: &RowRefusal) -> Vec<String> {
    let sheet = it.sheet.as_deref().unwrap_or_default();
    let column = it.column.as_deref().unwrap_or_default();
    let value = it.value.as_deref().unwrap_or_default();
    let row = it.row.map(|row| row.to_string()).unwrap_or_default();
    let why = format!("{} {} · {}", it.code, it.title_zh, it.title);
    line(&[what, sheet, &row, column, value, "", "", "", &why])
}

fn line(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}
