//! Rows that are no rows of the table: totals within it, and what stands below it.

use crate::heading::Heading;
use crate::mapping::Mapping;
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

/// What is to be said of a row that is passed over: none of the table's. One of the table is where
/// something stands in the column of what identifies a row, or in all others that are needed: it
/// only lacks its number.
pub(super) fn over(row: &Row, mapping: &Mapping, heading: &Heading) -> Option<Refusal> {
    let number = mapping.position(&mapping.number);
    let number = number.and_then(|index| heading.columns.get(index).copied().flatten());
    let numbered = number.is_some_and(|number| row.at(number).is_some());
    if !numbered && is_filled(row, mapping, heading) {
        return None;
    }
    // Right of the first amount there are remarks.
    let amount = heading.first_amount(mapping).unwrap_or(u32::MAX);
    let totals = words(row).find(|(column, word)| {
        let is_totals = word.chars().count() <= TOTALS_LEN_MAX
            && TOTALS.iter().any(|ending| word.ends_with(ending));
        is_totals && ((!numbered && *column <= amount) || Some(*column) == number)
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

/// True where a row has all that is needed but its number: two columns at least.
fn is_filled(row: &Row, mapping: &Mapping, heading: &Heading) -> bool {
    let pairs = mapping.fields.iter().zip(&heading.columns);
    let needed = pairs.filter(|(field, _)| field.required && field.name != mapping.number);
    let mut columns = needed.filter_map(|(_, column)| *column);
    columns.clone().nth(1).is_some() && columns.all(|column| row.at(column).is_some())
}
