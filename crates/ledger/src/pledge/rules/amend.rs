//! Documents and findings of pledges put right.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not named here may not be put right"
)]

use crate::Books;
use crate::pledge::PledgeEvent;
use crate::record::CorrectedField;
use crate::record::amend::{Amend, Slot, put};
use crate::text::Wording;
use std::sync::Arc;

impl Amend for PledgeEvent {
    fn text(&mut self, field: CorrectedField) -> Option<Slot<'_>> {
        use CorrectedField as Field;
        match (self, field) {
            (PledgeEvent::Signed(it), Field::Document) => Some((&mut it.document).into()),
            (PledgeEvent::Assessed(it), Field::Document) => Some((&mut it.document).into()),
            (PledgeEvent::Assessed(it), Field::Finding) => Some((&mut it.finding).into()),
            _ => None,
        }
    }

    fn describe(&self, books: &mut Books, field: CorrectedField, to: &Wording) {
        use CorrectedField as Field;
        match self {
            PledgeEvent::Signed(it) => {
                if let (Some(row), Field::Document) = (books.pledges.get_mut(it.pledge), field) {
                    put(Some(&mut Arc::make_mut(&mut row.signing).document), to);
                }
            }
            PledgeEvent::Assessed(it) => {
                let row = books.pledges.get_mut(it.pledge);
                let Some(assessed) = row.and_then(|row| row.assessment.as_mut()) else {
                    return;
                };
                match field {
                    Field::Document => put(Some(&mut assessed.document), to),
                    Field::Finding => put(Some(&mut assessed.finding), to),
                    _ => {}
                }
            }
        }
    }
}
