//! Names and remarks of milestones put right; a wrong report is replaced by a new one.

use crate::Books;
use crate::milestone::MilestoneEvent;
use crate::record::CorrectedField;
use crate::record::amend::{Amend, Slot, put};
use crate::text::Wording;

impl Amend for MilestoneEvent {
    fn text(&mut self, field: CorrectedField) -> Option<Slot<'_>> {
        use CorrectedField as Field;
        match (self, field) {
            (MilestoneEvent::Defined(it), Field::Name) => Some((&mut it.name).into()),
            (MilestoneEvent::Reported(it), Field::Remark) => Some((&mut it.remark).into()),
            (MilestoneEvent::Verified(it), Field::Remark) => Some((&mut it.remark).into()),
            _ => None,
        }
    }

    fn describe(&self, books: &mut Books, field: CorrectedField, to: &Wording) {
        if let (MilestoneEvent::Defined(it), CorrectedField::Name) = (self, field)
            && let Some(row) = books.milestones.get_mut(it.milestone)
        {
            put(Some(&mut row.definition.name), to);
        }
    }
}
