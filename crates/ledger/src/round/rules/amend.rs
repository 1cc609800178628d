//! Names and documents of rounds put right.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not named here may not be put right"
)]

use crate::Books;
use crate::record::CorrectedField;
use crate::record::amend::{Amend, Slot, put};
use crate::round::RoundEvent;
use crate::text::Wording;

impl Amend for RoundEvent {
    fn text(&mut self, field: CorrectedField) -> Option<Slot<'_>> {
        use CorrectedField as Field;
        match (self, field) {
            (RoundEvent::Opened(it), Field::Name) => Some((&mut it.name).into()),
            (RoundEvent::Opened(it), Field::Mandate) => Some((&mut it.mandate).into()),
            (RoundEvent::FeedbackDelivered(it), Field::Document) => Some((&mut it.document).into()),
            _ => None,
        }
    }

    fn describe(&self, books: &mut Books, field: CorrectedField, to: &Wording) {
        let RoundEvent::Opened(opening) = self else {
            return;
        };
        let Some(row) = books.rounds.get_mut(opening.round) else {
            return;
        };
        match field {
            CorrectedField::Name => put(Some(&mut row.name), to),
            CorrectedField::Mandate => put(Some(&mut row.mandate), to),
            _ => {}
        }
    }
}
