//! Quotation marks of a table in text, before it is read: one that is not closed, or is closed by
//! the mark of another field, would swallow the rows between, and nobody would hear of them.

use crate::refusal::{Code, Refusal};

/// Looks at every quoted field.
///
/// # Errors
/// One that is never closed, that goes on behind its closing mark, or that holds what looks like
/// a whole row.
pub(super) fn check(text: &str, delimiter: u8) -> Result<(), Refusal> {
    let mut scan = Scan {
        delimiter: char::from(delimiter),
        line: 1,
        column: 0,
        widest: 0,
    };
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.next() {
        let quoted = next == '"';
        if quoted {
            scan.quoted(&mut rest)?;
        }
        // The rest of a field, or of a line.
        let mut mark = (!quoted).then_some(next).or_else(|| rest.next());
        while let Some(it) = mark.filter(|it| *it != scan.delimiter && *it != '\n') {
            if quoted && !it.is_whitespace() {
                return Err(scan.refused(
                    "something stands behind the closing quotation mark of this field",
                    "该单元格的后引号之后还有内容,引号可能多余或缺失",
                ));
            }
            mark = rest.next();
        }
        scan.ended(mark);
    }
    Ok(())
}

/// Where the scan stands.
struct Scan {
    delimiter: char,
    /// The line, from 1.
    line: u32,
    /// The column of the field, from 0.
    column: u32,
    /// How many delimiters the widest row before has.
    widest: u32,
}

impl Scan {
    /// Goes behind the closing mark of a field whose opening one was read.
    fn quoted(
        &mut self,
        rest: &mut std::iter::Peekable<std::str::Chars<'_>>,
    ) -> Result<(), Refusal> {
        let (mut lines, mut delimiters) = (0_u32, 0_u32);
        loop {
            match rest.next() {
                Some('"') if rest.next_if_eq(&'"').is_none() => break,
                Some('\n') => {
                    lines = lines.saturating_add(1);
                    delimiters = 0;
                }
                Some(mark) if mark == self.delimiter => {
                    delimiters = delimiters.saturating_add(1);
                    if lines > 0 && delimiters >= self.widest.max(2) {
                        return Err(self.refused(
                            "this field holds a whole row: its quotation mark is closed rows below",
                            "该单元格的引号到后面的行才闭合,其间的行会被吞掉;请检查引号",
                        ));
                    }
                }
                Some(_) => {}
                None => {
                    return Err(self.refused(
                        "the quotation mark of this field is never closed",
                        "该单元格的引号未闭合,其后各行都会被当作它的内容",
                    ));
                }
            }
        }
        self.line = self.line.saturating_add(lines);
        Ok(())
    }

    /// A field has ended with a delimiter, a line, or the text.
    fn ended(&mut self, mark: Option<char>) {
        if mark == Some(self.delimiter) {
            self.column = self.column.saturating_add(1);
        } else {
            self.widest = self.widest.max(self.column);
            self.column = 0;
            self.line = self.line.saturating_add(1);
        }
    }

    fn refused(&self, en: &str, zh: &str) -> Refusal {
        let refusal = Refusal::of_file(Code::Quotes, en, zh);
        refusal.row(self.line).column(self.column)
    }
}
