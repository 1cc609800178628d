//! The description of evidence and the reason of its retraction put right. What names another file,
//! another subject or another day is other evidence: retract it and add that.

use crate::Books;
use crate::evidence::EvidenceEvent;
use crate::record::CorrectedField;
use crate::record::amend::{Amend, Slot, put};
use crate::text::Wording;

impl Amend for EvidenceEvent {
    fn text(&mut self, field: CorrectedField) -> Option<Slot<'_>> {
        match self {
            EvidenceEvent::Added(it) if field == CorrectedField::Description => {
                Some((&mut it.description).into())
            }
            EvidenceEvent::Retracted(it) if field == CorrectedField::Reason => {
                Some((&mut it.reason).into())
            }
            EvidenceEvent::Added(_) | EvidenceEvent::Retracted(_) => None,
        }
    }

    fn describe(&self, books: &mut Books, field: CorrectedField, to: &Wording) {
        match self {
            EvidenceEvent::Added(it) => {
                let row = books.evidence.get_mut(it.evidence);
                if let Some(row) = row.filter(|_| field == CorrectedField::Description) {
                    put(Some(&mut row.registration.description), to);
                }
            }
            EvidenceEvent::Retracted(it) => {
                let row = books.evidence.get_mut(it.evidence);
                if let Some(row) = row.filter(|_| field == CorrectedField::Reason) {
                    put(row.retracted.as_mut().map(|retracted| &mut retracted.0), to);
                }
            }
        }
    }
}
