//! What stands beside the columns that are read: else whoever brings the table would believe that
//! it was read, or the whole row is shifted.

use super::Heading;
use crate::refusal::{Code, Refusal};
use crate::workbook::{Cell, Row, Sheet};
use std::collections::{BTreeMap, btree_map::Entry};

impl Heading {
    /// The columns of which nothing is read although something stands in them: those whose heading
    /// means nothing here by their heading, those without one by what stands in them first.
    pub(crate) fn unread(&self, sheet: &Sheet) -> Vec<Refusal> {
        let mut filled: BTreeMap<u32, (&Row, &Cell)> = BTreeMap::new();
        for row in sheet.rows.iter().filter(|row| row.number > self.last_row) {
            for cell in &row.cells {
                if let Entry::Vacant(first) = filled.entry(cell.column) {
                    first.insert((row, cell));
                }
            }
        }
        let meaningless = self.unread.iter();
        let meaningless = meaningless.filter(|(column, _)| filled.contains_key(column));
        let meaningless = meaningless.map(|(column, name)| {
            Refusal::of_file(
                Code::ColumnUnread,
                "no column of this kind has this heading: nothing of it was read",
                "该列不在本表格种类之内,未读取",
            )
            .on(&sheet.name)
            .row(self.last_row)
            .column(*column)
            .value(name)
        });
        let unnamed = filled.iter();
        // In a line of text what stands beyond the headings is refused.
        let unnamed =
            unnamed.filter(|(column, _)| !self.named.contains(column) && !self.is_beyond(**column));
        let unnamed = unnamed.map(|(column, (row, cell))| {
            Refusal::of_file(
                Code::ColumnUnread,
                "the column has no heading: nothing of it was read",
                "该列没有表头,未读取",
            )
            .on(&sheet.name)
            .row(row.number)
            .column(*column)
            .value(&cell.content.shown())
        });
        meaningless.chain(unnamed).collect()
    }

    /// True for a column right of the last heading of a text file.
    fn is_beyond(&self, column: u32) -> bool {
        self.fields > 0 && self.named.last().is_some_and(|last| column > *last)
    }

    /// Why a line of text fits its headings nowhere: `1,234.56` without quotes is two fields, and
    /// the amount would be 1. A field more is refused even where it is empty, for the one that is
    /// too much may stand anywhere before it.
    pub(crate) fn exceeded_by(&self, row: &Row) -> Option<Refusal> {
        let more = row.fields.saturating_sub(self.fields);
        let (column, more) = if self.fields == 0 {
            return None;
        } else if more > 0 {
            (self.fields, more)
        } else {
            let beyond = row.cells.iter().filter(|cell| self.is_beyond(cell.column));
            let count = u32::try_from(beyond.clone().count()).unwrap_or(u32::MAX);
            (beyond.map(|cell| cell.column).next()?, count)
        };
        let refusal = Refusal::of_file(
            Code::RowTooLong,
            format!(
                "the line has {more} more fields than its headings; \
                 an amount with separators needs quotes, as in \"1,234.56\""
            ),
            format!("该行比表头多 {more} 列;含逗号的内容须加引号,如 \"1,234.56\""),
        );
        let refusal = refusal.column(column);
        let shown = row.at(column).map(crate::workbook::Content::shown);
        Some(match shown {
            Some(shown) => refusal.value(&shown),
            None => refusal,
        })
    }
}
