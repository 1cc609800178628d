//! Settlements and returns taken back, and vouchers put right.

use super::later;
use super::{Exceeded, Payment, caps, move_money};
use crate::Books;
use crate::bank_line::rules::lines_of;
use crate::bank_line::{Direction, MatchTarget};
use crate::fund::rules::amend::payers;
use crate::ids::{PaymentId, Subject};
use crate::money::Fen;
use crate::payment::PaymentEvent;
use crate::record::CorrectedField;
use crate::record::amend::{Amend, Slot, named, put};
use crate::text::Wording;

impl Amend for PaymentEvent {
    fn reversible(&self) -> Option<Fen> {
        match self {
            PaymentEvent::Settled(settlement) => Some(settlement.amount_fen),
            PaymentEvent::Returned(back) => Some(back.amount_fen),
            PaymentEvent::Reclassified(it) => Some(it.amount_fen),
            PaymentEvent::RecoveryDemanded(it) => Some(it.amount_fen),
            PaymentEvent::RecoveryReceived(it) => Some(it.amount_fen),
            PaymentEvent::RecoveryOffset(it) => Some(it.amount_fen),
            PaymentEvent::RecoveryWaived(it) => Some(it.amount_fen),
            PaymentEvent::RetentionWithheld(it) => Some(it.amount_fen),
            PaymentEvent::RetentionReleased(it) => Some(it.amount_fen),
            // Left by `payment.return`, which cancels what the bank has not paid.
            PaymentEvent::Instructed(_) | PaymentEvent::Reissued(_) => None,
        }
    }

    fn resting(&self, books: &Books, seq: u64) -> Option<Vec<Subject>> {
        match self {
            PaymentEvent::Settled(settlement) => {
                let id = settlement.payment;
                if let Some(lines) = matched(books, id, Direction::Out) {
                    return Some(lines);
                }
                let payment = books.payments.get(id)?;
                unsettled(payment, settlement.payment, settlement.amount_fen)
            }
            PaymentEvent::Returned(back) => {
                if let Some(lines) = matched(books, back.payment, Direction::In) {
                    return Some(lines);
                }
                let payment = books.payments.get(back.payment)?;
                let before = payment.exceeded_before(seq);
                let over = caps::filled(books, payment, back.amount_fen, before);
                unreturned(books, payment, seq).or(over)
            }
            PaymentEvent::Reclassified(it) => {
                let payment = books.payments.get(it.payment)?;
                let borne = payment.sources.iter().find(|source| source.fund == it.to);
                if borne.is_none_or(|source| source.amount_fen < it.amount_fen) {
                    return Some(payers(books, it.from, payment.project));
                }
                let without = payment.reattributed(it.to, it.from, it.amount_fen);
                overdrawn_by(books, payment, &without, &[])
            }
            PaymentEvent::RecoveryDemanded(it) => {
                let later = books.payments.get(it.payment)?.later();
                (later.outstanding() < it.amount_fen).then(|| vec![it.payment.into()])
            }
            PaymentEvent::RecoveryReceived(it) => without_recovery(
                books,
                it.payment,
                |later| &mut later.received,
                it.amount_fen,
            ),
            PaymentEvent::RecoveryOffset(it) => {
                without_recovery(books, it.payment, |later| &mut later.offset, it.amount_fen)
            }
            PaymentEvent::RetentionWithheld(it) => {
                let later = books.payments.get(it.payment)?.later();
                (later.retained() < it.amount_fen).then(|| vec![it.payment.into()])
            }
            PaymentEvent::RecoveryWaived(_)
            | PaymentEvent::RetentionReleased(_)
            | PaymentEvent::Instructed(_)
            | PaymentEvent::Reissued(_) => None,
        }
    }

    fn reverse(&self, books: &mut Books, seq: u64) {
        match self {
            PaymentEvent::Settled(settlement) => {
                move_money(books, settlement.payment, |payment| {
                    payment.settled = payment.settled.sub(settlement.amount_fen);
                });
            }
            PaymentEvent::Returned(back) => {
                move_money(books, back.payment, |payment| payment.forget_return(seq));
            }
            PaymentEvent::Reclassified(it) => {
                later::reattribute(books, it.payment, it.to, it.from, it.amount_fen);
            }
            PaymentEvent::RecoveryDemanded(it) => {
                let less = it.amount_fen.negated();
                later::change(books, it.payment, |later| &mut later.demanded, less);
            }
            PaymentEvent::RecoveryReceived(it) => {
                let less = it.amount_fen.negated();
                later::change(books, it.payment, |later| &mut later.received, less);
            }
            PaymentEvent::RecoveryOffset(it) => {
                let less = it.amount_fen.negated();
                later::change(books, it.payment, |later| &mut later.offset, less);
                later::change(books, it.against, |later| &mut later.set_off, less);
            }
            PaymentEvent::RecoveryWaived(it) => {
                let less = it.amount_fen.negated();
                later::change(books, it.payment, |later| &mut later.waived, less);
            }
            PaymentEvent::RetentionWithheld(it) => {
                let less = it.amount_fen.negated();
                later::change(books, it.payment, |later| &mut later.withheld, less);
                later::keep(books, it.payment, less);
            }
            PaymentEvent::RetentionReleased(it) => {
                let less = it.amount_fen.negated();
                later::change(books, it.payment, |later| &mut later.released, less);
            }
            PaymentEvent::Instructed(_) | PaymentEvent::Reissued(_) => {}
        }
    }

    fn text(&mut self, field: CorrectedField) -> Option<Slot<'_>> {
        use CorrectedField as Field;
        match (self, field) {
            (PaymentEvent::Instructed(it), Field::Voucher) => Some((&mut it.voucher).into()),
            (PaymentEvent::Instructed(it), Field::Remark) => Some((&mut it.remark).into()),
            (PaymentEvent::Settled(it), Field::BankReference) => {
                Some((&mut it.bank_reference).into())
            }
            (PaymentEvent::Reclassified(it), Field::Document) => Some((&mut it.document).into()),
            (PaymentEvent::Reclassified(it), Field::Reason) => Some((&mut it.reason).into()),
            (PaymentEvent::RecoveryDemanded(it), Field::Document) => {
                Some((&mut it.document).into())
            }
            (PaymentEvent::RecoveryDemanded(it), Field::Basis) => Some((&mut it.basis).into()),
            (PaymentEvent::RecoveryReceived(it), Field::BankReference) => {
                Some((&mut it.bank_reference).into())
            }
            (PaymentEvent::RecoveryOffset(it), Field::Document) => Some((&mut it.document).into()),
            (PaymentEvent::RecoveryWaived(it), Field::Authority) => {
                Some((&mut it.authority).into())
            }
            (PaymentEvent::RecoveryWaived(it), Field::Reason) => Some((&mut it.reason).into()),
            (PaymentEvent::Returned(it), Field::Reason) => Some((&mut it.reason).into()),
            (PaymentEvent::Reissued(it), Field::Reason) => Some((&mut it.reason).into()),
            _ => None,
        }
    }

    fn describe(&self, books: &mut Books, field: CorrectedField, to: &Wording) {
        if let (PaymentEvent::Instructed(it), CorrectedField::Voucher) = (self, field)
            && let Some(row) = books.payments.get_mut(it.payment)
        {
            put(Some(&mut row.voucher), to);
        }
    }
}

/// What a bank line has confirmed stays, until the match is taken back (V24).
fn matched(books: &Books, id: PaymentId, direction: Direction) -> Option<Vec<Subject>> {
    lines_of(books, MatchTarget::Payment(id), &[direction])
}

/// A settlement cannot go while a return (V8), or what the payee has confirmed, rests on it.
fn unsettled(payment: &Payment, id: PaymentId, amount: Fen) -> Option<Vec<Subject>> {
    let left = payment.paid_net().sub(amount);
    let confirmed = payment.receipt.map_or(Fen::ZERO, |(_, amount)| amount);
    if left >= Fen::ZERO && confirmed <= left.max(Fen::ZERO) {
        return None;
    }
    Some(named(chain_after(payment).or(Some(id.into()))))
}

/// A return cannot go once it was paid again, or once the budget was spent otherwise (V10). One
/// that observed payments had overdrawn before may be so again.
fn unreturned(books: &Books, payment: &Payment, seq: u64) -> Option<Vec<Subject>> {
    if let Some(by) = chain_after(payment) {
        return Some(vec![by]);
    }
    let mut without = payment.clone();
    without.forget_return(seq);
    overdrawn_by(books, payment, &without, payment.exceeded_before(seq))
}

/// A recovery cannot go once the budget has spent it again (V10).
fn without_recovery(
    books: &Books,
    id: PaymentId,
    which: fn(&mut later::Later) -> &mut Fen,
    amount: Fen,
) -> Option<Vec<Subject>> {
    let payment = books.payments.get(id)?;
    let mut without = payment.clone();
    let sum = which(without.later.get_or_insert_default());
    *sum = sum.sub(amount);
    overdrawn_by(books, payment, &without, &[])
        .or_else(|| caps::filled(books, payment, amount, &[]))
}

/// The payments of a budget that would be overdrawn if a payment were as in `without`.
fn overdrawn_by(
    books: &Books,
    payment: &Payment,
    without: &Payment,
    before: &[Exceeded],
) -> Option<Vec<Subject>> {
    let short = later::short(books, payment, without, before)?;
    Some(payers(books, short.fund, payment.project))
}

fn chain_after(payment: &Payment) -> Option<Subject> {
    let by = payment.reissue.as_ref()?.by?;
    Some(by.into())
}
