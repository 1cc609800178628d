//! Recovered money taken back, and the wording of items put right. The steps of an item are never
//! reversed.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not named here may not be put right"
)]

use super::state::MeasureState;
use super::steps::State;
use crate::Books;
use crate::bank_line::rules::lines_of;
use crate::bank_line::{Direction, MatchTarget, RecoveryTarget};
use crate::ids::{ItemId, MeasureId, Subject};
use crate::item::{ItemDraft, ItemEvent};
use crate::money::Fen;
use crate::payment::rules::later::set_off;
use crate::record::CorrectedField;
use crate::record::amend::{Amend, Slot, put};
use crate::text::Wording;

/// The states of items whose money is recovered in others.
const GONE_ON: [State; 2] = [State::Merged, State::Split];

impl Amend for ItemEvent {
    fn reversible(&self) -> Option<Fen> {
        match self {
            ItemEvent::RecoveryDemanded(it) => Some(it.amount_fen),
            ItemEvent::RecoveryReceived(it) => Some(it.amount_fen),
            ItemEvent::RecoveryWaived(it) => Some(it.amount_fen),
            _ => None,
        }
    }

    /// A closing rests on the money that came back (V16), and so does the match of a bank line
    /// (V24); and what went on in other items, on all that was said of the money before.
    fn resting(&self, books: &Books, seq: u64) -> Option<Vec<Subject>> {
        let id = match self {
            ItemEvent::RecoveryReceived(it) => {
                let item = it.item;
                let target = MatchTarget::Recovery(RecoveryTarget { item, seq });
                if let Some(lines) = lines_of(books, target, &[Direction::In]) {
                    return Some(lines);
                }
                item
            }
            ItemEvent::RecoveryWaived(it) => it.item,
            ItemEvent::RecoveryDemanded(it) => {
                let gone_on = GONE_ON.contains(&books.items.get(it.item)?.state);
                return gone_on.then(|| vec![it.item.into()]);
            }
            _ => return None,
        };
        let state = books.items.get(id)?.state;
        let rests = state == State::Closed || GONE_ON.contains(&state);
        rests.then(|| vec![id.into()])
    }

    fn reverse(&self, books: &mut Books, seq: u64) {
        let change =
            |books: &mut Books, id: ItemId, which: fn(&mut super::Item) -> &mut Fen, by| {
                if let Some(row) = books.items.get_mut(id) {
                    let sum = which(row);
                    *sum = sum.sub(by);
                }
            };
        match self {
            ItemEvent::RecoveryDemanded(it) => {
                change(books, it.item, |row| &mut row.demanded, it.amount_fen);
            }
            ItemEvent::RecoveryReceived(it) => {
                change(books, it.item, |row| &mut row.received, it.amount_fen);
                if let Some(row) = books.items.get_mut(it.item) {
                    row.recoveries.retain(|recovery| recovery.seq != seq);
                }
                if let Some(payment) = it.payment {
                    set_off(books, payment, it.amount_fen.negated());
                }
            }
            ItemEvent::RecoveryWaived(it) => {
                change(books, it.item, |row| &mut row.waived, it.amount_fen);
                if let Some(row) = books.items.get_mut(it.item) {
                    row.turns.waivers.retain(|waiver| waiver.seq != seq);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, field: CorrectedField) -> Option<Slot<'_>> {
        use CorrectedField as Field;
        match (self, field) {
            (ItemEvent::Drafted(it), field) => drafted(it, field),
            (ItemEvent::TakenOver(it), Field::Document) => Some((&mut it.cut_over.document).into()),
            (ItemEvent::TakenOver(it), field) => drafted(&mut it.draft, field),
            (ItemEvent::PlanSubmitted(it), Field::Plan) => Some((&mut it.plan).into()),
            (ItemEvent::PlanSubmitted(it), Field::Document) => Some((&mut it.document).into()),
            (ItemEvent::Verified(it), Field::Finding) => Some((&mut it.finding).into()),
            (ItemEvent::MeasureAdded(it), Field::Description) => Some((&mut it.description).into()),
            (ItemEvent::MeasureFinished(it), Field::Result) => Some((&mut it.result).into()),
            (ItemEvent::EvidenceAdded(it), Field::Description) => {
                Some((&mut it.description).into())
            }
            (ItemEvent::LetterSent(it), Field::Number) => Some((&mut it.number).into()),
            (ItemEvent::RecoveryDemanded(it), Field::Reference) => Some((&mut it.reference).into()),
            (ItemEvent::RecoveryReceived(it), Field::Reference) => Some((&mut it.reference).into()),
            (ItemEvent::RecoveryWaived(it), Field::Authority) => Some((&mut it.authority).into()),
            (ItemEvent::RecoveryWaived(it), Field::Reason) => Some((&mut it.reason).into()),
            (ItemEvent::Refuted(it), Field::Authority) => Some((&mut it.authority).into()),
            (ItemEvent::Refuted(it), Field::Document) => Some((&mut it.document).into()),
            (ItemEvent::Refuted(it), Field::Reason) => Some((&mut it.reason).into()),
            (ItemEvent::ClosureImported(it), Field::Document) => Some((&mut it.document).into()),
            _ => None,
        }
    }

    fn describe_record(&self, books: &mut Books, seq: u64, field: CorrectedField, to: &Wording) {
        match self {
            ItemEvent::LetterSent(it) if field == CorrectedField::Number => {
                let letters = books.items.get_mut(it.item).map(|row| &mut row.letters);
                let mut letters = letters.into_iter().flatten();
                let letter = letters.find(|sent| sent.seq == seq);
                put(letter.map(|sent| &mut sent.number), to);
            }
            ItemEvent::RecoveryReceived(it) if field == CorrectedField::Reference => {
                let row = books.items.get_mut(it.item);
                let mut rows = row.into_iter().flat_map(|row| &mut row.recoveries);
                put(
                    rows.find(|row| row.seq == seq)
                        .map(|row| &mut row.reference),
                    to,
                );
            }
            ItemEvent::MeasureAdded(it) => {
                let row = measure_mut(books, it.item, it.measure);
                let row = row.filter(|row| row.described_in == seq);
                put(row.map(|row| &mut row.description), to);
            }
            ItemEvent::MeasureFinished(it) => {
                let done = measure_mut(books, it.item, it.measure)
                    .and_then(|row| row.done.as_mut())
                    .filter(|done| done.seq == seq);
                put(done.map(|done| &mut done.result), to);
            }
            _ => self.describe(books, field, to),
        }
    }

    fn describe(&self, books: &mut Books, field: CorrectedField, to: &Wording) {
        if let ItemEvent::Drafted(_) | ItemEvent::TakenOver(_) = self
            && let Some(row) = books.items.get_mut(self.item())
        {
            if field == CorrectedField::Document {
                put(row.opening.as_mut().map(|it| &mut it.document), to);
            }
            put(drafted(std::sync::Arc::make_mut(&mut row.draft), field), to);
        }
    }
}

fn measure_mut(books: &mut Books, item: ItemId, measure: MeasureId) -> Option<&mut MeasureState> {
    let item = books.items.get_mut(item)?;
    item.measures.iter_mut().find(|row| row.measure == measure)
}

fn drafted(it: &mut ItemDraft, field: CorrectedField) -> Option<Slot<'_>> {
    use CorrectedField as Field;
    Some(match field {
        Field::Number => (&mut it.number).into(),
        Field::Facts => (&mut it.facts).into(),
        Field::Basis => (&mut it.basis).into(),
        _ => return None,
    })
}
