//! What is wrong, and where: sheet, row, column, the value, and why in two languages.

use std::fmt;

/// Where in a file something is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The sheet; none where the file has none, or all of it is meant.
    pub sheet: Option<Box<str>>,
    /// The row, from 1, as a spreadsheet shows it.
    pub row: Option<u32>,
    /// The column, from 0; see [`column_letters`].
    pub column: Option<u32>,
}

/// The letters of a column that is counted from 0: A, Z, AA.
#[must_use]
pub fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = Some(column);
    while let Some(number) = rest {
        let digit = u8::try_from(number % 26).unwrap_or_default();
        letters.push(char::from(b'A'.saturating_add(digit)));
        rest = (number / 26).checked_sub(1);
    }
    letters.iter().rev().collect()
}

/// One thing that is wrong, or that should be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What, for programs.
    pub code: Code,
    /// Where.
    pub place: Place,
    /// What stands there, cut to some 60 characters.
    pub value: Option<Box<str>>,
    /// Why, in English.
    pub en: String,
    /// Why, in Chinese.
    pub zh: String,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident $code:literal)*) => {
        /// What may be wrong with a file, a row or a cell.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }
        impl Code {
            /// The code: stable, and part of the interface.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Code::$name => $code,)* }
            }
        }
    };
}

codes! {
    /// Larger than a limit of ours.
    TooLarge "TOO_LARGE"
    /// Inflates to more than is believable.
    Bomb "ZIP_BOMB"
    /// Neither XLSX nor XLS nor a table in text.
    FileKind "FILE_KIND"
    /// Of a kind that we read, and damaged.
    Damaged "DAMAGED"
    /// A quotation mark of a table in text that would swallow the rows behind it.
    Quotes "QUOTES"
    /// Opens only with a password.
    Encrypted "ENCRYPTED"
    /// XML with a document type, which no spreadsheet writes.
    DocumentType "DOCTYPE"
    /// No sheet has the headings of this kind of table.
    WrongKind "WRONG_KIND"
    /// Some headings are there, and one that is needed is not.
    HeadingMissing "HEADING_MISSING"
    /// Two columns have a heading of the same meaning.
    HeadingTwice "HEADING_TWICE"
    /// Nobody says whether amounts are in yuan or ten thousands.
    UnitMissing "UNIT_MISSING"
    /// The file counts in something else than yuan or ten thousands of them.
    UnitUnknown "UNIT_UNKNOWN"
    /// The file says another unit than was declared, or two of them.
    UnitConflict "UNIT_CONFLICT"
    /// A column that is read is hidden.
    ColumnHidden "COLUMN_HIDDEN"
    /// A line of text that has more fields than its headings: which of them is which?
    RowTooLong "ROW_TOO_LONG"
    /// A row with something in it is hidden.
    RowHidden "ROW_HIDDEN"
    /// A value is shared by several rows or columns.
    Merged "MERGED"
    /// A formula whose value was never computed.
    NotComputed "NOT_COMPUTED"
    /// A formula that takes its value from another file.
    Linked "LINKED"
    /// `#REF!` and the like.
    FormulaError "FORMULA_ERROR"
    /// Nothing where something is needed.
    Required "REQUIRED"
    /// Not an amount in whole fen.
    BadAmount "BAD_AMOUNT"
    /// Not a date.
    BadDate "BAD_DATE"
    /// Not a whole number.
    BadCount "BAD_COUNT"
    /// Not a word of the list.
    BadWord "BAD_WORD"
    /// Not a text that may be stored.
    BadText "BAD_TEXT"
    /// A personal number in the clear.
    Personal "PII_IN_CLEAR"
    /// A number that another row of the file has too, with other content.
    NumberTwice "NUMBER_TWICE"
    /// A line of something of which another line is refused.
    PartRefused "PART_REFUSED"
    /// Listed: the same row once more.
    RowRepeated "ROW_REPEATED"
    /// Listed: a row of totals, which is passed over.
    TotalsRow "TOTALS_ROW"
    /// Listed: who made the table, and what it says below itself; passed over.
    FooterRow "FOOTER_ROW"
    /// Listed: many empty rows, which are passed over.
    EmptyRows "EMPTY_ROWS"
    /// Listed: a sheet with the headings and nothing below them.
    NoRows "NO_ROWS"
    /// Listed: a column without a heading, or with one that means nothing here; it is not read.
    ColumnUnread "COLUMN_UNREAD"
    /// Listed: a sheet without the headings, or a hidden one, which is passed over.
    SheetSkipped "SHEET_SKIPPED"
}

impl Refusal {
    /// A refusal of the file as a whole.
    pub(crate) fn of_file(code: Code, en: impl Into<String>, zh: impl Into<String>) -> Refusal {
        Refusal {
            code,
            place: Place::default(),
            value: None,
            en: en.into(),
            zh: zh.into(),
        }
    }

    /// The same, of a sheet; that of a text file has no name.
    #[must_use]
    pub(crate) fn on(mut self, sheet: &str) -> Refusal {
        self.place.sheet = (!sheet.is_empty()).then(|| sheet.into());
        self
    }

    /// The same, of a row.
    #[must_use]
    pub(crate) fn row(mut self, row: u32) -> Refusal {
        self.place.row = Some(row);
        self
    }

    /// The same, of a column.
    #[must_use]
    pub(crate) fn column(mut self, column: u32) -> Refusal {
        self.place.column = Some(column);
        self
    }

    /// The same, with what stands there.
    #[must_use]
    pub(crate) fn value(mut self, value: &str) -> Refusal {
        let shown: String = value.chars().take(60).collect();
        let cut = shown.len() < value.len();
        self.value = Some(if cut { format!("{shown}…") } else { shown }.into());
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(sheet) = &self.sheet {
            write!(f, "{sheet}!")?;
        }
        if let Some(column) = self.column {
            f.write_str(&column_letters(column))?;
        }
        if let Some(row) = self.row {
            write!(f, "{row}")?;
        }
        Ok(())
    }
}

/// One line: place, code, value, reasons.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.to_string();
        if !place.is_empty() {
            write!(f, "{place} ")?;
        }
        f.write_str(self.code.word())?;
        if let Some(value) = &self.value {
            write!(f, " “{value}”")?;
        }
        write!(f, " {} · {}", self.zh, self.en)
    }
}
