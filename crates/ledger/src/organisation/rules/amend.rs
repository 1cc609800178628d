//! Codes and names of units put right. A unit that gets another name is renamed, not corrected.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not named here may not be put right"
)]

use crate::Books;
use crate::organisation::OrganisationEvent;
use crate::record::CorrectedField;
use crate::record::amend::{Amend, Slot, put};
use crate::text::Wording;

impl Amend for OrganisationEvent {
    fn text(&mut self, field: CorrectedField) -> Option<Slot<'_>> {
        use CorrectedField as Field;
        match (self, field) {
            (OrganisationEvent::Registered(it), Field::Code) => Some((&mut it.code).into()),
            (OrganisationEvent::Registered(it), Field::Name) => Some((&mut it.name).into()),
            (OrganisationEvent::Renamed(it), Field::Name) => Some((&mut it.name).into()),
            _ => None,
        }
    }

    fn describe_record(&self, books: &mut Books, seq: u64, field: CorrectedField, to: &Wording) {
        let unit = match self {
            OrganisationEvent::Registered(it) => it.organisation,
            OrganisationEvent::Renamed(it) => it.organisation,
        };
        let Some(row) = books.organisations.get_mut(unit) else {
            return;
        };
        match field {
            CorrectedField::Code => put(Some(&mut row.code), to),
            // A name that the unit has lost since then stays lost.
            CorrectedField::Name if row.named_by == seq => put(Some(&mut row.name), to),
            _ => {}
        }
    }
}
