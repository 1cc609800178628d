//! The index: one long plain text per chunk, in which everything is looked for at once.
//!
//! A payment's voucher costs its own bytes, one that parts it from the next, 8 for its place and
//! 20 for its record: some 40 bytes, and a million of them are looked through in a few
//! milliseconds. A tree or a table by number would cost more and find no part of a number.

use super::plain::plain;
use crate::Entry;
use crate::names::Names;
use crate::numbers::narrow;
use ledger::fields::{Field, Fields, Kind, Value};
use ledger::money::Fen;
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::sync::Arc;

/// What records say, ready to be looked for.
#[derive(Debug, Clone, Default, serde::Serialize, ledger::form::Form)]
pub struct Search {
    /// In the order of the records; only the last one grows, and copies share the others.
    chunks: Vec<Arc<Chunk>>,
}

/// A part of the index that 16 bits can number.
#[derive(Debug, Clone, Default, serde::Serialize, ledger::form::Form)]
#[form(check = "Chunk::is_in_order")]
struct Chunk {
    /// The plain texts, each with [`END`] after it.
    text: String,
    /// Where each begins, and what it is.
    pieces: Vec<Mark>,
    rows: Vec<Row>,
    /// What was written, one after the other, where it cannot be made from the plain text.
    written: String,
}

/// Ends a text; no plain text holds it.
const END: char = '\u{1}';

/// How many bytes of text, and how many rows, a chunk may have: what 16 bits can number.
const CHUNK_LEN_MAX: usize = 65_535;

/// A text of a chunk.
#[derive(Debug, Clone, Copy, serde::Serialize, ledger::form::Form)]
struct Mark {
    start: u16,
    row: u16,
    /// Where what was written ends in [`Chunk::written`]; it begins where that of the last mark
    /// ends.
    written_end: u16,
    field: Field,
    shown: Shown,
}

/// How the written text is had from the plain one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, ledger::form::Form)]
enum Shown {
    AsPlain,
    InCapitals,
    AsWritten,
}

/// A record, as far as it is looked for; one with two amounts has two rows.
#[derive(Debug, Clone, Copy, serde::Serialize, ledger::form::Form)]
pub(super) struct Row {
    /// The number of what it is mainly about.
    pub(super) subject: u32,
    /// Two halves: a number of 8 bytes would make it 24.
    amount: [u32; 2],
    /// Its place in the ledger.
    pub(super) seq: u32,
    /// What `id` is.
    pub(super) kind: Kind,
    /// Which amount it is.
    pub(super) amount_field: Option<Field>,
}

impl Row {
    /// Its amount. Nothing is no amount: nobody can find what did not come.
    pub(super) fn amount(&self) -> Option<Fen> {
        let [high, low] = self.amount;
        let fen = (u64::from(high) << 32 | u64::from(low)).cast_signed();
        Fen::new(fen).ok().filter(|amount| *amount != Fen::ZERO)
    }
}

/// The upper and the lower half of an amount.
fn halves(amount: Fen) -> [u32; 2] {
    let fen = amount.get().cast_unsigned();
    let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).unwrap_or(0);
    [half(fen >> 32), half(fen)]
}

/// A text that was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'a> {
    chunk: &'a Chunk,
    place: usize,
    mark: Mark,
}

impl<'a> Piece<'a> {
    pub(super) fn field(&self) -> Field {
        self.mark.field
    }

    pub(super) fn row(&self) -> Row {
        let nobody = || Row {
            subject: u32::MAX,
            amount: [0; 2],
            seq: 0,
            kind: Kind::Subject,
            amount_field: None,
        };
        let row = self.chunk.rows.get(usize::from(self.mark.row));
        row.copied().unwrap_or_else(nobody)
    }

    /// As it is compared.
    pub(super) fn plain(&self) -> &'a str {
        let after = self.chunk.pieces.get(self.place.saturating_add(1));
        let next = after.map_or(self.chunk.text.len(), |mark| usize::from(mark.start));
        let end = next.saturating_sub(END.len_utf8());
        let text = self.chunk.text.get(usize::from(self.mark.start)..end);
        text.unwrap_or_default()
    }

    /// As it was written.
    pub(super) fn shown(&self) -> Cow<'a, str> {
        match self.mark.shown {
            Shown::AsPlain => self.plain().into(),
            Shown::InCapitals => self.plain().to_ascii_uppercase().into(),
            Shown::AsWritten => {
                let before = self.place.checked_sub(1);
                let before = before.and_then(|place| self.chunk.pieces.get(place));
                let start = before.map_or(0, |mark| usize::from(mark.written_end));
                let written = start..usize::from(self.mark.written_end);
                self.chunk.written.get(written).unwrap_or_default().into()
            }
        }
    }
}

/// A text on its way into a chunk.
struct Text<'a> {
    field: Field,
    plain: String,
    shown: Shown,
    written: &'a str,
}

impl<'a> Text<'a> {
    fn new(field: Field, text: &'a str) -> Text<'a> {
        let plain = plain(text);
        let (shown, written) = if plain == text {
            (Shown::AsPlain, "")
        } else if is_in_capitals(text, &plain) {
            (Shown::InCapitals, "")
        } else {
            (Shown::AsWritten, text)
        };
        Text {
            field,
            plain,
            shown,
            written,
        }
    }
}

/// True if each of the two can be made from the other by the case of its letters.
fn is_in_capitals(text: &str, plain: &str) -> bool {
    let same = |(text, plain): (u8, u8)| {
        text == plain.to_ascii_uppercase() && plain == text.to_ascii_lowercase()
    };
    text.len() == plain.len() && text.bytes().zip(plain.bytes()).all(same)
}

impl Search {
    /// Takes in what a record says.
    pub(crate) fn take_in(&mut self, names: &mut Names, entry: &Entry<'_>) {
        let event = &entry.fact.event;
        let Some((kind, subject)) = event.about() else {
            return;
        };
        let mut row = Row {
            subject: names.number(subject.0),
            amount: [0; 2],
            seq: narrow(entry.seq),
            kind,
            amount_field: None,
        };
        event.fields(&mut |field, value| match value {
            Value::Amount(amount) if amount != Fen::ZERO => {
                let (amount, amount_field) = (halves(amount), Some(field));
                if row.amount_field.is_none() {
                    (row.amount, row.amount_field) = (amount, amount_field);
                } else {
                    self.chunk(0, 0).rows.push(Row {
                        amount,
                        amount_field,
                        ..row
                    });
                }
            }
            Value::Amount(_) | Value::Text(_) => {}
        });
        let mut placed = false;
        let mut name = |text: &Text<'_>| {
            if text.plain.is_empty() {
                return;
            }
            let full = self
                .chunk(text.plain.len(), text.written.len())
                .rows
                .is_empty();
            if placed && full {
                // The record goes on in another chunk, where its amount does not count again.
                row.amount_field = None;
                placed = false;
            }
            self.chunk(text.plain.len(), text.written.len())
                .push(row, !placed, text);
            placed = true;
        };
        event.fields(&mut |field, value| match value {
            Value::Text(text) => name(&Text::new(field, text)),
            Value::Amount(_) => {}
        });
        for document in &entry.fact.documents {
            name(&Text::new(Field::Documents, document.as_str()));
        }
        if !placed && row.amount_field.is_some() {
            self.chunk(0, 0).rows.push(row);
        }
    }

    /// The last chunk, with room for a text and two rows.
    fn chunk(&mut self, plain_len: usize, written_len: usize) -> &mut Chunk {
        let fits = |chunk: &Chunk| {
            let more = |len: usize, by: usize| len.saturating_add(by) < CHUNK_LEN_MAX;
            more(chunk.text.len(), plain_len)
                && more(chunk.written.len(), written_len)
                && more(chunk.rows.len(), 2)
        };
        if !self.chunks.last().is_some_and(|chunk| fits(chunk)) {
            if let Some(full) = self.chunks.last_mut() {
                *full = Arc::new(full.tight());
            }
            self.chunks.push(Arc::default());
        }
        // There is one: it was there, or was pushed.
        let last = self.chunks.len().saturating_sub(1);
        #[expect(
            clippy::indexing_slicing,
            reason = "the lines above push one where none is"
        )]
        Arc::make_mut(&mut self.chunks[last])
    }

    /// Calls `each` with every text that holds `part`, the oldest first.
    pub(super) fn each_piece<'a>(&'a self, part: &str, each: &mut dyn FnMut(Piece<'a>)) {
        if part.is_empty() {
            return;
        }
        let finder = Finder::new(part);
        for chunk in &self.chunks {
            let text = chunk.text.as_bytes();
            let starts_after = |place: usize, at: usize| {
                let mark = chunk.pieces.get(place);
                mark.is_none_or(|mark| usize::from(mark.start) > at)
            };
            let (mut from, mut next) = (0, 0usize);
            while let Some(at) = text.get(from..).and_then(|rest| finder.find(rest)) {
                let at = at.saturating_add(from);
                // Most often the very next text has it, or one far away.
                next = next.saturating_add(1);
                if !starts_after(next, at) {
                    let begun = |mark: &Mark| usize::from(mark.start) <= at;
                    next = chunk.pieces.partition_point(begun);
                }
                let place = next.saturating_sub(1);
                let Some(mark) = chunk.pieces.get(place).copied() else {
                    break;
                };
                each(Piece { chunk, place, mark });
                // A text is found once, however often it holds the part.
                let after = chunk.pieces.get(next);
                from = after.map_or(text.len(), |mark| usize::from(mark.start));
            }
        }
    }

    /// Every row, the oldest first.
    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.chunks.iter().flat_map(|chunk| &chunk.rows)
    }

    /// How many bytes of memory it takes.
    #[must_use]
    pub fn room(&self) -> usize {
        let of = |chunk: &Arc<Chunk>| {
            let pieces = size_of::<Mark>().saturating_mul(chunk.pieces.capacity());
            let rows = size_of::<Row>().saturating_mul(chunk.rows.capacity());
            [
                size_of::<Chunk>(),
                chunk.text.capacity(),
                chunk.written.capacity(),
                pieces,
                rows,
            ]
            .into_iter()
            .fold(0, usize::saturating_add)
        };
        self.chunks.iter().map(of).fold(0, usize::saturating_add)
    }
}

impl Chunk {
    /// True if every text begins behind the one before: or a search in it would never end.
    fn is_in_order(&self) -> bool {
        let ascend = |a: &Mark, b: &Mark| a.start < b.start && a.written_end <= b.written_end;
        let last = self.pieces.last();
        let fits = |mark: &Mark| {
            usize::from(mark.start) < self.text.len()
                && usize::from(mark.written_end) <= self.written.len()
        };
        self.pieces.is_sorted_by(ascend) && last.is_none_or(fits)
    }

    /// A copy without room for more. Shrinking would not do: an allocator may leave a piece of
    /// memory as it is, as long as half of it is used.
    fn tight(&self) -> Chunk {
        Chunk {
            text: self.text.as_str().to_owned(),
            pieces: self.pieces.as_slice().to_vec(),
            rows: self.rows.as_slice().to_vec(),
            written: self.written.as_str().to_owned(),
        }
    }

    /// Adds a text of a record; with `new`, also the record's row.
    fn push(&mut self, row: Row, new: bool, text: &Text<'_>) {
        if new {
            self.rows.push(row);
        }
        let narrow = |len: usize| u16::try_from(len).unwrap_or(u16::MAX);
        let start = narrow(self.text.len());
        self.text.push_str(&text.plain);
        self.text.push(END);
        self.written.push_str(text.written);
        self.pieces.push(Mark {
            start,
            row: narrow(self.rows.len().saturating_sub(1)),
            written_end: narrow(self.written.len()),
            field: text.field,
            shown: text.shown,
        });
    }
}
