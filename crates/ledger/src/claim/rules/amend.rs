//! Numbers, findings and reasons of claims put right. A claim states no amount that could be taken
//! back: it is withdrawn or rejected.

use crate::Books;
use crate::claim::ClaimEvent;
use crate::ids::ClaimId;
use crate::record::CorrectedField;
use crate::record::amend::{Amend, Slot, put};
use crate::subjects::Subjects;
use crate::text::Wording;

impl Amend for ClaimEvent {
    fn text(&mut self, field: CorrectedField) -> Option<Slot<'_>> {
        use CorrectedField as Field;
        match (self, field) {
            (ClaimEvent::Submitted(it), Field::Number) => Some((&mut it.number).into()),
            (ClaimEvent::Submitted(it), Field::Remark) => Some((&mut it.remark).into()),
            (ClaimEvent::TakenOver(it), Field::Number) => Some((&mut it.submission.number).into()),
            (ClaimEvent::TakenOver(it), Field::Remark) => Some((&mut it.submission.remark).into()),
            (ClaimEvent::TakenOver(it), Field::Document) => {
                Some((&mut it.cut_over.document).into())
            }
            (ClaimEvent::TechnicallyReviewed(it), Field::Finding) => Some((&mut it.finding).into()),
            (ClaimEvent::Countersigned(it), Field::Remark) => Some((&mut it.remark).into()),
            (ClaimEvent::FinancesReviewed(it), Field::Finding) => Some((&mut it.finding).into()),
            (ClaimEvent::Approved(it), Field::Document) => Some((&mut it.document).into()),
            (ClaimEvent::Rejected(it), Field::Reason) => Some((&mut it.reason).into()),
            (ClaimEvent::Withdrawn(it), Field::Reason) => Some((&mut it.reason).into()),
            _ => None,
        }
    }

    fn describe(&self, books: &mut Books, field: CorrectedField, to: &Wording) {
        use CorrectedField as Field;
        let mut id = None;
        self.each(&mut |subject| id = id.or(Some(ClaimId(subject.0))));
        let Some(row) = id.and_then(|id| books.claims.get_mut(id)) else {
            return;
        };
        match (self, field) {
            (ClaimEvent::TakenOver(_), Field::Document) => {
                put(row.opening.as_mut().map(|it| &mut it.document), to);
            }
            (ClaimEvent::Submitted(_) | ClaimEvent::TakenOver(_), Field::Number) => {
                put(Some(&mut row.submission.number), to);
            }
            (ClaimEvent::Submitted(_) | ClaimEvent::TakenOver(_), Field::Remark) => {
                put(Some(&mut row.submission.remark), to);
            }
            (ClaimEvent::TechnicallyReviewed(_), Field::Finding) => {
                put(row.technical.as_mut().map(|it| &mut it.facts.finding), to);
            }
            (ClaimEvent::FinancesReviewed(_), Field::Finding) => {
                put(row.finances.as_mut().map(|it| &mut it.facts.finding), to);
            }
            (ClaimEvent::Approved(_), Field::Document) => {
                put(row.approved.as_mut().map(|it| &mut it.facts.document), to);
            }
            (ClaimEvent::Rejected(_) | ClaimEvent::Withdrawn(_), Field::Reason) => {
                put(row.ended.as_mut().map(|it| &mut it.reason), to);
            }
            (ClaimEvent::Countersigned(it), Field::Remark) => {
                let mut signatures = row.signatures.iter_mut();
                let signed = signatures.find(|row| row.signature.capacity == it.capacity);
                put(signed.map(|row| &mut row.signature.remark), to);
            }
            _ => {}
        }
    }
}
