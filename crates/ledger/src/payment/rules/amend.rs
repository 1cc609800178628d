//! Settlements and returns taken back, and vouchers put right.

use super::{Payment, move_money};
use crate::Books;
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
            // Left by `payment.return`, which cancels what the bank has not paid.
            PaymentEvent::Instructed(_) | PaymentEvent::Reissued(_) => None,
        }
    }

    fn resting(&self, books: &Books, seq: u64) -> Option<Vec<Subject>> {
        match self {
            PaymentEvent::Settled(settlement) => {
                let payment = books.payments.get(settlement.payment)?;
                unsettled(payment, settlement.payment, settlement.amount_fen)
            }
            PaymentEvent::Returned(back) => {
                let payment = books.payments.get(back.payment)?;
                unreturned(books, payment, seq)
            }
            PaymentEvent::Instructed(_) | PaymentEvent::Reissued(_) => None,
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

/// A settlement cannot go while a return (V8), or what the payee has confirmed, rests on it.
fn unsettled(payment: &Payment, id: PaymentId, amount: Fen) -> Option<Vec<Subject>> {
    let left = payment.paid_net().sub(amount);
    let confirmed = payment.receipt.map_or(Fen::ZERO, |(_, amount)| amount);
    if left >= Fen::ZERO && confirmed <= left.max(Fen::ZERO) {
        return None;
    }
    Some(named(chain_after(payment).or(Some(id.into()))))
}

/// A return cannot go once it was paid again, or once the budget was spent otherwise (V10).
fn unreturned(books: &Books, payment: &Payment, seq: u64) -> Option<Vec<Subject>> {
    if let Some(by) = chain_after(payment) {
        return Some(vec![by]);
    }
    let mut without = payment.clone();
    without.forget_return(seq);
    let bears = |payment: &Payment| {
        let open = payment.open_by_source();
        let net = payment.borne(payment.paid_net());
        open.into_iter()
            .zip(net)
            .map(|(open, net)| open.amount_fen.add(net.amount_fen))
            .collect::<Vec<_>>()
    };
    let (now, then) = (bears(payment), bears(&without));
    let mut short = payment
        .sources
        .iter()
        .zip(now.into_iter().zip(then))
        .filter(|(source, (now, then))| {
            let budget = books.budgets.get((source.fund, payment.project));
            let available = budget.map_or(Fen::ZERO, |budget| budget.available());
            then.sub(*now) > available.max(Fen::ZERO)
        });
    let (source, _) = short.next()?;
    Some(payers(books, source.fund, payment.project))
}

fn chain_after(payment: &Payment) -> Option<Subject> {
    let by = payment.reissue.as_ref()?.by?;
    Some(by.into())
}
