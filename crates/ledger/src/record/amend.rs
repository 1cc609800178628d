//! What each noun says of its own records: which amounts a reversal takes back, what rests on them,
//! and which texts a correction may replace.

use super::CorrectedField;
use crate::Books;
use crate::ids::Subject;
use crate::money::Fen;
use crate::text::{BadText, Name, Reference, Text, Wording};

/// How many of what rests on a record a refusal names.
pub const NAMED_MAX: usize = 8;

/// An event that may be put right later. What a noun does not say is: it may not.
pub(crate) trait Amend {
    /// The amount that a reversal takes back; none for a change of state, which is never reversed
    /// but left by the steps of its state machine.
    fn reversible(&self) -> Option<Fen> {
        None
    }

    /// What rests on the record `seq`, so that it cannot be taken back without breaking V6 to V10;
    /// none if nothing does.
    fn resting(&self, _books: &Books, _seq: u64) -> Option<Vec<Subject>> {
        None
    }

    /// Takes back what [`crate::apply`] did for the record `seq`.
    fn reverse(&self, _books: &mut Books, _seq: u64) {}

    /// The text of that field.
    fn text(&mut self, _field: CorrectedField) -> Option<Slot<'_>> {
        None
    }

    /// Puts `to` in the place of that text, where the books hold it.
    fn describe(&self, _books: &mut Books, _field: CorrectedField, _to: &Wording) {}

    /// The same where the books know the text by its record `seq`.
    fn describe_record(&self, books: &mut Books, _seq: u64, field: CorrectedField, to: &Wording) {
        self.describe(books, field, to);
    }
}

impl Amend for crate::book::BookEvent {}
impl Amend for crate::token::TokenEvent {}
impl Amend for crate::log::LogEvent {}
impl Amend for crate::person::PersonEvent {}
impl Amend for crate::receipt::ReceiptEvent {}
impl Amend for super::RecordEvent {}
impl Amend for crate::entry::EntryEvent {}

/// A text of a record, to be replaced.
#[derive(Debug)]
pub enum Slot<'a> {
    /// A name.
    Name(&'a mut Name),
    /// Free text.
    Text(&'a mut Text),
    /// Free text that need not be there.
    MaybeText(&'a mut Option<Text>),
    /// A number.
    Reference(&'a mut Reference),
    /// A number that need not be there.
    MaybeReference(&'a mut Option<Reference>),
}

impl Slot<'_> {
    /// Puts `to` there.
    ///
    /// # Errors
    /// What the field does not allow: too long, or a personal number in the clear.
    pub fn set(self, to: &Wording) -> Result<(), BadText> {
        let to = to.as_str();
        match self {
            Slot::Name(name) => *name = Name::new(to)?,
            Slot::Text(text) => *text = Text::new(to)?,
            Slot::MaybeText(text) => *text = Some(Text::new(to)?),
            Slot::Reference(reference) => *reference = Reference::new(to)?,
            Slot::MaybeReference(reference) => *reference = Some(Reference::new(to)?),
        }
        Ok(())
    }

    /// What stands there.
    #[must_use]
    pub fn get(&self) -> Option<&str> {
        match self {
            Slot::Name(name) => Some(name.as_str()),
            Slot::Text(text) => Some(text.as_str()),
            Slot::MaybeText(text) => text.as_ref().map(Text::as_str),
            Slot::Reference(reference) => Some(reference.as_str()),
            Slot::MaybeReference(reference) => reference.as_ref().map(Reference::as_str),
        }
    }
}

macro_rules! slots {
    ($($text:ty => $slot:ident),*) => {$(
        impl<'a> From<&'a mut $text> for Slot<'a> {
            fn from(text: &'a mut $text) -> Slot<'a> {
                Slot::$slot(text)
            }
        }
    )*};
}
slots! { Name => Name, Text => Text, Option<Text> => MaybeText, Reference => Reference,
Option<Reference> => MaybeReference }

/// Puts `to` into a text that the books hold; what the field does not allow was refused before.
pub(crate) fn put<'a>(slot: Option<impl Into<Slot<'a>>>, to: &Wording) {
    if let Some(slot) = slot {
        let _ = slot.into().set(to);
    }
}

/// The first few of what rests on a record, in one order, so that a refusal is always the same.
pub(crate) fn named(resting: impl IntoIterator<Item = Subject>) -> Vec<Subject> {
    let mut named: Vec<_> = resting.into_iter().collect();
    named.sort_unstable();
    named.dedup();
    named.truncate(NAMED_MAX);
    named
}
