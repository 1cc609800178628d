//! Rows that are no rows of the table: totals within it, and what stands below it.

use crate::plain::key;
use crate::refusal::{Code, Refusal};
use crate::workbook::{Content, Row};

/// Endings of what a row of totals calls itself.
const TOTALS: [&str; 5] = ["合计", "小计", "总计", "累计", "合计数"];
/// Beginnings of what stands below a table.
const FOOTERS: [&str; 12] = [
    "填表",
    "制表",
    "填报",
    "审核",
    "复核",
    "经办",
    "负责人",
    "单位负责人",
    "注:",
    "备注:",
    "说明:",
    "打印",
];
/// A heading of totals is short; a remark that ends in the same word is not.
const TOTALS_LEN_MAX: usize = 12;

fn words(row: &Row) -> impl Iterator<Item = (u32, String)> {
    row.cells.iter().filter_map(|cell| match &cell.content {
        Content::Text(text) => Some((cell.column, key(text))),
        Content::Number(_)
        | Content::Day(_)
        | Content::Truth(_)
        | Content::Fault(_)
        | Content::NotComputed
        | Content::Linked => None,
    })
}

/// What is to be said of a row that is passed over. `number` is the column of what identifies a
/// row: where something else stands in it, the row is one of the table.
pub(super) fn over(row: &Row, number: Option<u32>) -> Option<Refusal> {
    let numbered = number.is_some_and(|number| row.at(number).is_some());
    let totals = words(row).find(|(column, word)| {
        let is_totals = word.chars().count() <= TOTALS_LEN_MAX
            && TOTALS.iter().any(|ending| word.ends_with(ending));
        is_totals && (!numbered || Some(*column) == number)
    });
    if let Some((column, word)) = totals {
        let refusal = Refusal::of_file(
            Code::TotalsRow,
            "a row of totals, which was passed over",
            "合计行,未导入",
        );
        return Some(refusal.column(column).value(&word));
    }
    let first = words(row).next()?;
    let is_footer = FOOTERS
        .iter()
        .any(|beginning| first.1.starts_with(beginning));
    let alone = !numbered || Some(first.0) == number;
    (is_footer && alone).then(|| {
        let refusal = Refusal::of_file(
            Code::FooterRow,
            "it belongs to no row of the table and was passed over",
            "表尾说明,未导入",
        );
        refusal.column(first.0).value(&first.1)
    })
}
