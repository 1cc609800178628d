//! Names of zones put right.

use crate::Books;
use crate::overlay::OverlayEvent;
use crate::record::CorrectedField;
use crate::record::amend::{Amend, Slot, put};
use crate::text::Wording;

impl Amend for OverlayEvent {
    fn text(&mut self, field: CorrectedField) -> Option<Slot<'_>> {
        match (self, field) {
            (OverlayEvent::Defined(it), CorrectedField::Name) => Some((&mut it.name).into()),
            _ => None,
        }
    }

    fn describe(&self, books: &mut Books, field: CorrectedField, to: &Wording) {
        if let (OverlayEvent::Defined(it), CorrectedField::Name) = (self, field)
            && let Some(row) = books.overlays.get_mut(it.overlay)
        {
            put(Some(&mut row.name), to);
        }
    }
}
