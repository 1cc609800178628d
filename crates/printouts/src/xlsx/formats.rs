//! How cells look.

use crate::column::ColumnKind;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

/// The formats of a workbook, each made once.
pub(super) struct Formats {
    pub(super) title: Format,
    pub(super) soft: Format,
    pub(super) head: Format,
    pub(super) label: Format,
    pub(super) letter: Format,
    pub(super) right: Format,
    pub(super) fen: Format,
    /// Of the fen beside a single amount, where no heading says what it is.
    pub(super) fen_said: Format,
    rows: Kinds,
    totals: Kinds,
}

struct Kinds {
    text: Format,
    amount: Format,
    count: Format,
    date: Format,
    ratio: Format,
}

impl Formats {
    pub(super) fn new() -> Formats {
        let grey = Color::RGB(0x00EE_EEEE);
        let framed = Format::new()
            .set_border(FormatBorder::Thin)
            .set_align(FormatAlign::Top)
            .set_font_size(10);
        let head = framed
            .clone()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter)
            .set_background_color(grey);
        let letter = Format::new()
            .set_font_size(13)
            .set_text_wrap()
            .set_align(FormatAlign::Top);
        Formats {
            title: Format::new()
                .set_bold()
                .set_font_size(16)
                .set_align(FormatAlign::Center),
            soft: Format::new()
                .set_font_size(9)
                .set_font_color(Color::RGB(0x0055_5555)),
            label: head.clone().set_align(FormatAlign::Left),
            head,
            right: letter.clone().set_align(FormatAlign::Right),
            letter,
            fen: framed.clone().set_num_format("0"),
            fen_said: framed.clone().set_num_format("0\" 分\""),
            rows: Kinds::new(&framed),
            totals: Kinds::new(&framed.clone().set_bold().set_background_color(grey)),
        }
    }

    pub(super) fn row(&self, kind: ColumnKind) -> &Format {
        self.rows.of(kind)
    }

    pub(super) fn total(&self, kind: ColumnKind) -> &Format {
        self.totals.of(kind)
    }
}

impl Kinds {
    fn new(framed: &Format) -> Kinds {
        let number = |form: &str| {
            let format = framed.clone().set_num_format(form);
            format.set_align(FormatAlign::Right)
        };
        Kinds {
            text: framed
                .clone()
                .set_text_wrap()
                .set_align(FormatAlign::Left)
                .set_num_format("@"),
            amount: number("#,##0.00"),
            count: number("0"),
            date: number("yyyy-mm-dd"),
            ratio: number("0.00%"),
        }
    }

    fn of(&self, kind: ColumnKind) -> &Format {
        match kind {
            ColumnKind::Text => &self.text,
            ColumnKind::Amount => &self.amount,
            ColumnKind::Count => &self.count,
            ColumnKind::Date => &self.date,
            ColumnKind::Ratio => &self.ratio,
        }
    }
}
