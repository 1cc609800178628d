//! What may come long after a payment: money demanded back and recovered 追回, kept back and paid out
//! 质保金, and its cost moved to another batch 更正.

use super::exceeded::left;
use super::{Exceeded, Payment, existing, move_money, touch};
use crate::Books;
use crate::context::Context;
use crate::contract::rules::caps::part;
use crate::date::BusinessDate;
use crate::fund::rules::{existing as existing_fund, payable, summable};
use crate::ids::{FundId, PaymentId};
use crate::money::Fen;
use crate::payment::{
    PaymentCommand, PaymentEvent, PaymentKind, Reclassification, RecoveryOffset, RetentionRelease,
    SourceShare,
};
use crate::rejection::Rejection;

/// What has come after a payment; most have none of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Later {
    /// Demanded back.
    pub demanded: Fen,
    /// Recovered in cash.
    pub received: Fen,
    /// Recovered by paying less of a later payment.
    pub offset: Fen,
    /// Given up by an authority.
    pub waived: Fen,
    /// Kept back with it.
    pub withheld: Fen,
    /// When what was kept back falls due: the last day of all.
    pub due_on: Option<BusinessDate>,
    /// Paid out of what was kept back.
    pub released: Fen,
    /// Of this payment, not paid because it recovers others.
    pub set_off: Fen,
}

impl Later {
    /// Demanded, and neither recovered nor given up.
    #[must_use]
    pub fn outstanding(&self) -> Fen {
        let settled = self.received.add(self.offset).add(self.waived);
        self.demanded.sub(settled)
    }

    /// Kept back and not yet paid out.
    #[must_use]
    pub fn retained(&self) -> Fen {
        self.withheld.sub(self.released)
    }
}

impl Payment {
    /// What has come after it; nothing, for most.
    #[must_use]
    pub fn later(&self) -> Later {
        self.later.as_deref().copied().unwrap_or_default()
    }

    /// Settled, and recovered in cash or by offset.
    #[must_use]
    pub fn recovered(&self) -> Fen {
        let later = self.later();
        later.received.add(later.offset)
    }

    /// What each batch got back by recovery: after what it got back by returns.
    #[must_use]
    pub fn recovered_by_source(&self) -> Vec<SourceShare> {
        self.recovers().collect()
    }

    /// As [`Payment::recovered_by_source`], one by one.
    pub(super) fn recovers(&self) -> impl Iterator<Item = SourceShare> {
        let returned = self.bears(self.returned);
        let back = self.bears(self.returned.add(self.recovered()));
        back.zip(returned).map(|(back, returned)| SourceShare {
            fund: back.fund,
            amount_fen: back.amount_fen.sub(returned.amount_fen),
        })
    }

    fn share(&self, fund: FundId) -> Option<Fen> {
        let share = self.sources.iter().find(|source| source.fund == fund);
        let share = share.map(|source| source.amount_fen);
        share.filter(|amount| *amount > Fen::ZERO)
    }

    /// With a part moved from one batch to another. A new one bears right after the one whose cost
    /// it takes over, and all keep their places: so nobody else bears more or less. No more is
    /// moved than is there: an observed reversal may come after the part has gone to yet another
    /// batch.
    #[must_use]
    pub(super) fn reattributed(&self, from: FundId, to: FundId, amount: Fen) -> Payment {
        let amount = amount.min(self.share(from).unwrap_or(Fen::ZERO));
        let mut sources = self.sources.to_vec();
        let place_of = |fund| self.sources.iter().position(|source| source.fund == fund);
        if place_of(to).is_none() {
            let after = place_of(from).map_or(sources.len(), |place| place.saturating_add(1));
            let nothing = SourceShare {
                fund: to,
                amount_fen: Fen::ZERO,
            };
            sources.insert(after, nothing);
        }
        for source in &mut sources {
            if source.fund == from {
                source.amount_fen = source.amount_fen.sub(amount);
            } else if source.fund == to {
                source.amount_fen = source.amount_fen.add(amount);
            }
        }
        Payment {
            sources: sources.into_boxed_slice(),
            ..self.clone()
        }
    }
}

/// Integrity: what is named exists, is the same payee's, and can be summed up.
pub(super) fn decide(books: &Books, command: &PaymentCommand) -> Result<(), Rejection> {
    let sum = |id, which: fn(&Later) -> Fen, amount| {
        let payment = existing(books, "payment", id)?;
        summable(which(&payment.later()), amount)
    };
    match command {
        PaymentCommand::Reclassify(it) => reclassify(books, it),
        PaymentCommand::DemandRecovery(it) => sum(it.payment, |it| it.demanded, it.amount_fen),
        PaymentCommand::ReceiveRecovery(it) => sum(it.payment, |it| it.received, it.amount_fen),
        PaymentCommand::OffsetRecovery(it) => {
            sum(it.payment, |it| it.offset, it.amount_fen)?;
            offset(books, it)
        }
        PaymentCommand::WaiveRecovery(it) => sum(it.payment, |it| it.waived, it.amount_fen),
        PaymentCommand::WithholdRetention(it) => sum(it.payment, |it| it.withheld, it.amount_fen),
        PaymentCommand::ReleaseRetention(it) => {
            sum(it.payment, |it| it.released, it.amount_fen)?;
            release(books, it)
        }
        PaymentCommand::Instruct(_)
        | PaymentCommand::Settle(_)
        | PaymentCommand::Return(_)
        | PaymentCommand::Reissue(_) => Ok(()),
    }
}

fn reclassify(books: &Books, it: &Reclassification) -> Result<(), Rejection> {
    let payment = existing(books, "payment", it.payment)?;
    existing_fund(books, "to", it.to)?;
    payable("amount_fen", it.amount_fen)?;
    let Some(open) = payment.share(it.from).filter(|_| it.from != it.to) else {
        return Err(Rejection::BadField {
            field: "from",
            why: "it must be a batch that bears the payment, and another one than `to`",
            why_zh: "须为承担该笔支付的资金批次,且不同于调入批次",
        });
    };
    // Integrity, so also for an observed fact: the parts would no longer add up.
    if it.amount_fen > open {
        let stated = it.amount_fen;
        return Err(Rejection::OverPaid { open, stated });
    }
    Ok(())
}

fn offset(books: &Books, it: &RecoveryOffset) -> Result<(), Rejection> {
    let payment = existing(books, "payment", it.payment)?;
    let against = existing(books, "against", it.against)?;
    if against.payee != payment.payee || it.against == it.payment {
        return Err(Rejection::BadField {
            field: "against",
            why: "it must be another payment, to the same payee",
            why_zh: "须为付给同一收款人的另一笔支付",
        });
    }
    Ok(())
}

fn release(books: &Books, it: &RetentionRelease) -> Result<(), Rejection> {
    let payment = existing(books, "payment", it.payment)?;
    let by = existing(books, "by", it.by)?;
    if by.kind != PaymentKind::Retention || by.payee != payment.payee {
        return Err(Rejection::BadField {
            field: "by",
            why: "it must be a payment of kind `retention` to the same payee",
            why_zh: "须为付给同一收款人的质保金支付",
        });
    }
    Ok(())
}

/// Policy: no more than is there (V8, V10), in another hand (V12), not before the day (V14).
pub(super) fn breaches(books: &Books, context: &Context, event: &PaymentEvent) -> Vec<Rejection> {
    let row = |id: PaymentId| books.payments.get(id);
    let over =
        |open: Fen, stated: Fen| (stated > open).then_some(Rejection::OverPaid { open, stated });
    let outstanding = |id: PaymentId, stated: Fen| {
        row(id).and_then(|payment| over(payment.later().outstanding(), stated))
    };
    // What the bank has sent back meanwhile cannot be recovered once more (V8).
    let recoverable = |id: PaymentId, stated: Fen| {
        let open = |payment: &Payment| payment.later().outstanding().min(payment.paid_net());
        row(id).and_then(|payment| over(open(payment), stated))
    };
    let broken = match event {
        PaymentEvent::Reclassified(it) => overdrawn(books, it),
        PaymentEvent::RecoveryDemanded(it) => row(it.payment).and_then(|payment| {
            let open = payment.paid_net().sub(payment.later().outstanding());
            over(open, it.amount_fen)
        }),
        PaymentEvent::RecoveryReceived(it) => recoverable(it.payment, it.amount_fen),
        PaymentEvent::RecoveryOffset(it) => recoverable(it.payment, it.amount_fen).or_else(|| {
            // All that it recovers together is no more than is not paid of it.
            row(it.against).and_then(|against| over(against.payable(), it.amount_fen))
        }),
        PaymentEvent::RetentionWithheld(it) => {
            row(it.payment).and_then(|payment| over(withholdable(books, payment), it.amount_fen))
        }
        PaymentEvent::RecoveryWaived(it) => {
            let payer = row(it.payment).map(|payment| payment.instructed_by);
            let same = context.hands().any(|hand| Some(hand.person) == payer);
            let same = same.then_some(Rejection::SamePerson {
                first: "payment.instruct",
                second: "payment.waive_recovery",
            });
            let more = outstanding(it.payment, it.amount_fen);
            return same.into_iter().chain(more).collect();
        }
        PaymentEvent::RetentionReleased(it) => {
            let due_on = row(it.payment).and_then(|payment| payment.later().due_on);
            let early =
                due_on.is_some_and(|due_on| context.occurred_on.is_certainly_before(due_on));
            let early = early.then_some(Rejection::BadDate {
                field: "occurred_on",
                why: "what was kept back is not due yet",
                why_zh: "质保金尚未到期",
            });
            let more =
                row(it.payment).and_then(|payment| over(payment.later().retained(), it.amount_fen));
            return early.into_iter().chain(more).collect();
        }
        PaymentEvent::Instructed(_)
        | PaymentEvent::Settled(_)
        | PaymentEvent::Returned(_)
        | PaymentEvent::Reissued(_) => None,
    };
    broken.into_iter().collect()
}

/// What may still be kept back: with one payment no more than it pays out, and on one contract no
/// more than the share 质保金比例 of its price that it states.
fn withholdable(books: &Books, payment: &Payment) -> Fen {
    let with_payment = payment.amount.sub(payment.later().withheld);
    let contract = payment.basis.as_deref().and_then(|basis| basis.contract);
    let contract = contract.and_then(|id| books.contracts.get(id));
    let left = contract.filter(|row| row.signing.retention_bp > 0);
    let left = left.map(|row| part(row.price, row.signing.retention_bp).sub(row.withheld));
    left.map_or(with_payment, |left| left.min(with_payment))
}

/// Carries into the contract what is kept back on it; a negative amount, what no longer is.
pub(super) fn keep(books: &mut Books, id: PaymentId, amount: Fen) {
    let payment = books.payments.get(id);
    let contract = payment.and_then(|payment| payment.basis.as_deref()?.contract);
    if let Some(row) = contract.and_then(|id| books.contracts.get_mut(id)) {
        row.withheld = row.withheld.add(amount);
    }
}

/// V10: whoever bears more from now on has that much left in the project's budget.
fn overdrawn(books: &Books, it: &Reclassification) -> Option<Rejection> {
    let payment = books.payments.get(it.payment)?;
    let moved = payment.reattributed(it.from, it.to, it.amount_fen);
    let short = short(books, payment, &moved, &[])?;
    Some(Rejection::Insufficient {
        field: "to",
        subject: short.fund.into(),
        available: short.available,
        asked: short.more,
    })
}

/// A batch that would have to bear more of a payment than its budget has left.
pub(super) struct Short {
    pub(super) fund: FundId,
    available: Fen,
    more: Fen,
}

/// The first batch that is short if a payment becomes as in `then`, beyond what was exceeded
/// before.
pub(super) fn short(
    books: &Books,
    now: &Payment,
    then: &Payment,
    before: &[Exceeded],
) -> Option<Short> {
    let bearing = now.bearing();
    then.bearing().into_iter().find_map(|share| {
        let fund = share.fund;
        let mine = bearing.iter().find(|share| share.fund == fund);
        let more = share
            .amount_fen
            .sub(mine.map_or(Fen::ZERO, |it| it.amount_fen));
        let budget = books.budgets.get((fund, now.project));
        let available = budget.map_or(Fen::ZERO, |budget| budget.available());
        (more > left(before, fund.into(), available)).then_some(Short {
            fund,
            available,
            more,
        })
    })
}

/// Takes it in; what moves money goes through [`move_money`].
pub(super) fn apply(books: &mut Books, event: &PaymentEvent) {
    let add = |books: &mut Books, id, which: fn(&mut Later) -> &mut Fen, amount: Fen| {
        touch(books, id);
        change(books, id, which, amount);
    };
    match event {
        PaymentEvent::Reclassified(it) => {
            touch(books, it.payment);
            reattribute(books, it.payment, it.from, it.to, it.amount_fen);
        }
        PaymentEvent::RecoveryDemanded(it) => {
            add(books, it.payment, |row| &mut row.demanded, it.amount_fen);
        }
        PaymentEvent::RecoveryReceived(it) => {
            add(books, it.payment, |row| &mut row.received, it.amount_fen);
        }
        PaymentEvent::RecoveryOffset(it) => {
            add(books, it.payment, |row| &mut row.offset, it.amount_fen);
            touch(books, it.against);
            change(books, it.against, |row| &mut row.set_off, it.amount_fen);
        }
        PaymentEvent::RecoveryWaived(it) => {
            add(books, it.payment, |row| &mut row.waived, it.amount_fen);
        }
        PaymentEvent::RetentionWithheld(it) => {
            add(books, it.payment, |row| &mut row.withheld, it.amount_fen);
            keep(books, it.payment, it.amount_fen);
            if let Some(payment) = books.payments.get_mut(it.payment) {
                let later = payment.later.get_or_insert_default();
                let before = |due_on: &BusinessDate| due_on.is_certainly_before(it.due_on);
                if later.due_on.as_ref().is_none_or(before) {
                    later.due_on = Some(it.due_on);
                }
            }
        }
        PaymentEvent::RetentionReleased(it) => {
            add(books, it.payment, |row| &mut row.released, it.amount_fen);
        }
        PaymentEvent::Instructed(_)
        | PaymentEvent::Settled(_)
        | PaymentEvent::Returned(_)
        | PaymentEvent::Reissued(_) => {}
    }
}

/// Adds to one of the sums; a negative amount takes away.
pub(super) fn change(
    books: &mut Books,
    id: PaymentId,
    which: fn(&mut Later) -> &mut Fen,
    amount: Fen,
) {
    move_money(books, id, |payment| {
        let sum = which(payment.later.get_or_insert_default());
        *sum = sum.add(amount);
    });
}

/// So much more of a payment is not paid, because an item recovers it; a negative amount, less.
pub(crate) fn set_off(books: &mut Books, id: PaymentId, amount: Fen) {
    if books.payments.contains(id) {
        touch(books, id);
        change(books, id, |row| &mut row.set_off, amount);
    }
}

/// Lets another batch bear a part.
pub(super) fn reattribute(books: &mut Books, id: PaymentId, from: FundId, to: FundId, amount: Fen) {
    move_money(books, id, |payment| {
        *payment = payment.reattributed(from, to, amount);
    });
}
