//! Numbers, names and documents of projects put right; its steps are left by the next ones.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not named here may not be put right"
)]

use super::steps::Step;
use crate::Books;
use crate::project::{ProjectEvent, ProjectReason};
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
            (ProjectEvent::TakenOver(it), Field::Number) => Some((&mut it.entry.number).into()),
            (ProjectEvent::TakenOver(it), Field::Name) => Some((&mut it.entry.name).into()),
            (ProjectEvent::TakenOver(it), Field::Content) => Some((&mut it.entry.content).into()),
            (ProjectEvent::TakenOver(it), Field::Basis) => Some((&mut it.cut_over.document).into()),
            (ProjectEvent::Approved(it), Field::Document) => Some((&mut it.document).into()),
            (ProjectEvent::GateChecked(it), Field::Basis) => Some((&mut it.basis).into()),
            (ProjectEvent::Started(it), Field::Remark) => Some((&mut it.remark).into()),
            (ProjectEvent::Completed(it), Field::Remark) => Some((&mut it.remark).into()),
            (ProjectEvent::Accepted(it), Field::Document) => Some((&mut it.document).into()),
            (ProjectEvent::Declared(it), Field::Number) => Some((&mut it.number).into()),
            (ProjectEvent::Declared(it), Field::Name) => Some((&mut it.name).into()),
            (ProjectEvent::Declared(it), Field::Content) => Some((&mut it.content).into()),
            (ProjectEvent::SiteVisited(it), Field::Finding) => Some((&mut it.finding).into()),
            (ProjectEvent::AcceptanceFailed(it), Field::Reason) => Some((&mut it.reason).into()),
            (ProjectEvent::Replanned(it), Field::Reason) => Some((&mut it.reason).into()),
            (ProjectEvent::Resumed(it), Field::Remark) => Some((&mut it.remark).into()),
            (
                ProjectEvent::Suspended(it)
                | ProjectEvent::Terminated(it)
                | ProjectEvent::Removed(it),
                field,
            ) => given(it, field),
            (event, Field::Document) => event.document(),
            _ => None,
        }
    }

    fn describe_record(&self, books: &mut Books, seq: u64, field: CorrectedField, to: &Wording) {
        let Some(row) = books.projects.get_mut(self.project()) else {
            return;
        };
        // The entry into the library names the project anew.
        let names = match self {
            ProjectEvent::EnteredLibrary(_) | ProjectEvent::TakenOver(_) => true,
            ProjectEvent::Declared(_) => !row.took(Step::EnterLibrary),
            _ => false,
        };
        let opens = matches!(self, ProjectEvent::TakenOver(_));
        let opening = row.life.opening.as_mut().filter(|_| opens);
        let taken = row.life.steps.iter_mut().find(|taken| taken.seq == seq);
        match field {
            CorrectedField::Number if names => put(Some(&mut row.number), to),
            CorrectedField::Name if names => put(Some(&mut row.name), to),
            CorrectedField::Basis if opens => {
                put(opening.map(|it| &mut it.document), to);
                put(taken.map(|taken| &mut taken.document), to);
            }
            CorrectedField::Document => put(taken.map(|taken| &mut taken.document), to),
            CorrectedField::Basis
            | CorrectedField::Remark
            | CorrectedField::Reason
            | CorrectedField::Finding => put(taken.map(|taken| &mut taken.note), to),
            _ => {}
        }
    }
}

fn given(it: &mut ProjectReason, field: CorrectedField) -> Option<Slot<'_>> {
    match field {
        CorrectedField::Reason => Some((&mut it.reason).into()),
        CorrectedField::Document => Some((&mut it.document).into()),
        _ => None,
    }
}

impl ProjectEvent {
    /// The document of a step that has no other text to be put right.
    fn document(&mut self) -> Option<Slot<'_>> {
        Some(match self {
            ProjectEvent::ReviewedInTown(it) => (&mut it.document).into(),
            ProjectEvent::Reviewed(it) => (&mut it.document).into(),
            ProjectEvent::YearPlanned(it) => (&mut it.document).into(),
            ProjectEvent::Tendered(it) => (&mut it.document).into(),
            ProjectEvent::Awarded(it) => (&mut it.document).into(),
            ProjectEvent::AcceptanceFailed(it) => (&mut it.document).into(),
            ProjectEvent::SettlementAudited(it) => (&mut it.document).into(),
            ProjectEvent::FinalAccountApproved(it) => (&mut it.document).into(),
            ProjectEvent::HandedOver(it) => (&mut it.document).into(),
            ProjectEvent::CareAssigned(it) => (&mut it.document).into(),
            ProjectEvent::Replanned(it) => (&mut it.document).into(),
            _ => return None,
        })
    }
}
