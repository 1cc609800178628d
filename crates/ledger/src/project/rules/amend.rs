//! Numbers, names and documents of projects put right; its steps are left by the next ones.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not named here may not be put right"
)]

use crate::Books;
use crate::project::ProjectEvent;
use crate::record::CorrectedField;
use crate::record::amend::{Amend, Slot, put};
use crate::text::Wording;

impl Amend for ProjectEvent {
    fn text(&mut self, field: CorrectedField) -> Option<Slot<'_>> {
        use CorrectedField as Field;
        match (self, field) {
            (ProjectEvent::EnteredLibrary(it), Field::Number) => Some((&mut it.number).into()),
            (ProjectEvent::EnteredLibrary(it), Field::Name) => Some((&mut it.name).into()),
            (ProjectEvent::EnteredLibrary(it), Field::Content) => Some((&mut it.content).into()),
            (ProjectEvent::Approved(it), Field::Document) => Some((&mut it.document).into()),
            (ProjectEvent::GateChecked(it), Field::Basis) => Some((&mut it.basis).into()),
            (ProjectEvent::Started(it), Field::Remark) => Some((&mut it.remark).into()),
            (ProjectEvent::Completed(it), Field::Remark) => Some((&mut it.remark).into()),
            (ProjectEvent::Accepted(it), Field::Document) => Some((&mut it.document).into()),
            _ => None,
        }
    }

    fn describe(&self, books: &mut Books, field: CorrectedField, to: &Wording) {
        let ProjectEvent::EnteredLibrary(entry) = self else {
            return;
        };
        let Some(row) = books.projects.get_mut(entry.project) else {
            return;
        };
        match field {
            CorrectedField::Number => put(Some(&mut row.number), to),
            CorrectedField::Name => put(Some(&mut row.name), to),
            _ => {}
        }
    }
}
