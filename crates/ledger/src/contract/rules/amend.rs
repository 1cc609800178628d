//! Changes of price taken back, and numbers, names and documents put right; stages and closings are
//! steps.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not named here may not be put right"
)]

use super::Contract;
use crate::Books;
use crate::contract::{ContractChange, ContractEvent};
use crate::ids::{ContractId, Subject};
use crate::money::Fen;
use crate::record::CorrectedField;
use crate::record::amend::{Amend, Slot, put};
use crate::subjects::Subjects;
use crate::text::Wording;

impl Amend for ContractEvent {
    fn reversible(&self) -> Option<Fen> {
        match self {
            ContractEvent::Changed(change) if change.delta_fen != Fen::ZERO => {
                Some(change.delta_fen)
            }
            _ => None,
        }
    }

    /// What is paid or owed rests on the price; so does a later change that took from it.
    fn resting(&self, books: &Books, _seq: u64) -> Option<Vec<Subject>> {
        let ContractEvent::Changed(change) = self else {
            return None;
        };
        let row = books.contracts.get(change.contract)?;
        let price = row.price.sub(change.delta_fen);
        let raised = change.delta_fen > Fen::ZERO;
        let short = price <= Fen::ZERO || row.paid.add(row.open) > price;
        (raised && short).then(|| vec![change.contract.into()])
    }

    fn reverse(&self, books: &mut Books, seq: u64) {
        let ContractEvent::Changed(change) = self else {
            return;
        };
        if let Some(row) = books.contracts.get_mut(change.contract) {
            row.price = row.price.sub(change.delta_fen);
            row.changes.retain(|it| it.seq != seq);
        }
    }

    fn text(&mut self, field: CorrectedField) -> Option<Slot<'_>> {
        use CorrectedField as Field;
        match (self, field) {
            (ContractEvent::Signed(it), Field::Number) => Some((&mut it.number).into()),
            (ContractEvent::Signed(it), Field::Name) => Some((&mut it.name).into()),
            (ContractEvent::Signed(it), Field::Document) => Some((&mut it.document).into()),
            (ContractEvent::TakenOver(it), Field::Number) => Some((&mut it.signing.number).into()),
            (ContractEvent::TakenOver(it), Field::Name) => Some((&mut it.signing.name).into()),
            (ContractEvent::TakenOver(it), Field::Document) => {
                Some((&mut it.signing.document).into())
            }
            (ContractEvent::TakenOver(it), Field::Basis) => {
                Some((&mut it.cut_over.document).into())
            }
            (ContractEvent::Changed(it), Field::Document) => Some((&mut it.document).into()),
            (ContractEvent::Changed(it), Field::Reason) => Some((&mut it.reason).into()),
            (ContractEvent::StageReached(it), Field::Basis) => Some((&mut it.basis).into()),
            (ContractEvent::Closed(it), Field::Reason) => Some((&mut it.reason).into()),
            _ => None,
        }
    }

    fn describe_record(&self, books: &mut Books, seq: u64, field: CorrectedField, to: &Wording) {
        use CorrectedField as Field;
        let mut id = None;
        self.each(&mut |subject| id = id.or(Some(ContractId(subject.0))));
        let Some(row) = id.and_then(|id| books.contracts.get_mut(id)) else {
            return;
        };
        match (self, field) {
            (ContractEvent::TakenOver(_), Field::Basis) => {
                put(row.opening.as_mut().map(|it| &mut it.cut_over.document), to);
            }
            (ContractEvent::Signed(_) | ContractEvent::TakenOver(_), Field::Number) => {
                put(Some(&mut row.signing.number), to);
            }
            (ContractEvent::Signed(_) | ContractEvent::TakenOver(_), Field::Name) => {
                put(Some(&mut row.signing.name), to);
            }
            (ContractEvent::Signed(_) | ContractEvent::TakenOver(_), Field::Document) => {
                put(Some(&mut row.signing.document), to);
            }
            (ContractEvent::Changed(_), Field::Document) => {
                put(row.change_by(seq).map(|it| &mut it.document), to);
            }
            (ContractEvent::Changed(_), Field::Reason) => {
                put(row.change_by(seq).map(|it| &mut it.reason), to);
            }
            (ContractEvent::StageReached(it), Field::Basis) => {
                let mut reached = row.reached.iter_mut().map(|row| &mut row.reach);
                let reach = reached.find(|reach| reach.stage == it.stage);
                put(reach.map(|reach| &mut reach.basis), to);
            }
            _ => {}
        }
    }
}

impl Contract {
    /// The change that this record made.
    fn change_by(&mut self, seq: u64) -> Option<&mut ContractChange> {
        let mut changes = self.changes.iter_mut();
        changes.find(|it| it.seq == seq).map(|it| &mut it.change)
    }
}
