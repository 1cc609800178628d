//! Documents of cycles put right.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not named here may not be put right"
)]

use crate::Books;
use crate::cycle::{CycleAccountability, CycleEvent, CycleMeeting};
use crate::record::CorrectedField;
use crate::record::amend::{Amend, Slot, put};
use crate::text::Wording;

impl Amend for CycleEvent {
    fn text(&mut self, field: CorrectedField) -> Option<Slot<'_>> {
        if field != CorrectedField::Document {
            return None;
        }
        match self {
            CycleEvent::DispatchHeld(it) | CycleEvent::SupervisionHeld(it) => {
                Some((&mut it.document).into())
            }
            CycleEvent::AccountabilityRecorded(it) => Some((&mut it.document).into()),
            _ => None,
        }
    }

    fn describe_record(&self, books: &mut Books, seq: u64, field: CorrectedField, to: &Wording) {
        let (CycleEvent::DispatchHeld(CycleMeeting { cycle, .. })
        | CycleEvent::SupervisionHeld(CycleMeeting { cycle, .. })
        | CycleEvent::AccountabilityRecorded(CycleAccountability { cycle, .. })) = self
        else {
            return;
        };
        let Some(row) = books.cycles.get_mut(*cycle) else {
            return;
        };
        if field != CorrectedField::Document {
            return;
        }
        let meetings = row.dispatches.iter_mut().chain(&mut row.supervisions);
        let meetings = meetings.map(|held| (held.seq, &mut held.meeting.document));
        let calls = row.accountabilities.iter_mut();
        let calls = calls.map(|called| (called.seq, &mut called.facts.document));
        let found = meetings.chain(calls).find(|(said, _)| *said == seq);
        put(found.map(|(_, document)| document), to);
    }
}
