//! What an event of a payment changes, and how its money is carried into the budgets that bear it.

use super::{Basis, Chained, Payment, ReturnSplit, caps, later};
use crate::Books;
use crate::context::Context;
use crate::fund::rules::{Budget, budget};
use crate::ids::{PaymentId, ProjectId};
use crate::money::Fen;
use crate::payment::{Payee, PaymentEvent, PaymentInstruction, SourceShare};
use crate::person::rules::accounted;

pub(crate) fn apply(books: &mut Books, context: &Context, event: &PaymentEvent) {
    match event {
        PaymentEvent::Instructed(instruction) => instructed(books, context, instruction),
        PaymentEvent::Settled(settlement) => {
            let paid = settlement.amount_fen;
            touch(books, settlement.payment);
            let payment = books.payments.get(settlement.payment);
            if let Some(Payee::Subject(person)) = payment.map(|payment| payment.payee) {
                accounted(books, context, person);
            }
            move_money(books, settlement.payment, |payment| {
                payment.settled = payment.settled.add(paid)
            });
        }
        PaymentEvent::Returned(back) => {
            touch(books, back.payment);
            move_money(books, back.payment, |payment| {
                let of_settled = back.amount_fen.min(payment.paid_net().max(Fen::ZERO));
                payment.note_return(ReturnSplit {
                    seq: context.seq,
                    of_settled,
                    of_open: back.amount_fen.sub(of_settled),
                });
            });
        }
        PaymentEvent::Reissued(again) => {
            chain(books, again.of, |chained| chained.by = Some(again.payment));
            chain(books, again.payment, |chained| chained.of = Some(again.of));
        }
        PaymentEvent::Reclassified(_)
        | PaymentEvent::RecoveryDemanded(_)
        | PaymentEvent::RecoveryReceived(_)
        | PaymentEvent::RecoveryOffset(_)
        | PaymentEvent::RecoveryWaived(_)
        | PaymentEvent::RetentionWithheld(_)
        | PaymentEvent::RetentionReleased(_) => later::apply(books, event),
    }
}

pub(super) fn touch(books: &mut Books, id: PaymentId) {
    if let Some(payment) = books.payments.get_mut(id) {
        payment.version = payment.version.saturating_add(1);
    }
}

fn chain(books: &mut Books, id: PaymentId, change: impl FnOnce(&mut Chained)) {
    if let Some(payment) = books.payments.get_mut(id) {
        change(payment.reissue.get_or_insert_default());
        payment.version = payment.version.saturating_add(1);
    }
}

fn instructed(books: &mut Books, context: &Context, instruction: &PaymentInstruction) {
    for source in &instruction.sources {
        let row = budget(books, source.fund, instruction.project);
        row.committed_unpaid = row.committed_unpaid.add(source.amount_fen);
    }
    if let Payee::Subject(person) = instruction.payee {
        accounted(books, context, person);
    }
    let basis = Basis::of(books, instruction);
    let payment = Payment {
        project: instruction.project,
        payee: instruction.payee,
        amount: instruction.amount_fen,
        sources: instruction.sources.clone().into_boxed_slice(),
        kind: instruction.kind,
        voucher: instruction.voucher.clone(),
        instructed_by: context.hand().person,
        instructed_on: context.occurred_on,
        settled: Fen::ZERO,
        returned: Fen::ZERO,
        cancelled: Fen::ZERO,
        basis: basis.map(Box::new),
        reissue: None,
        returns: None,
        later: None,
        receipt: None,
        version: 1,
    };
    let open = payment.open();
    books.payments.put(instruction.payment, payment);
    caps::carry(books, basis, Fen::ZERO, open);
}

/// Changes a payment and carries the difference into the budgets that bear it, so that the two
/// cannot drift apart.
pub(super) fn move_money(books: &mut Books, id: PaymentId, change: impl FnOnce(&mut Payment)) {
    let Some(payment) = books.payments.get_mut(id) else {
        return;
    };
    let before = payment.clone();
    change(payment);
    let (after, project) = (payment.clone(), payment.project);
    let paid = after.paid_net().sub(before.paid_net());
    let open = after.open().sub(before.open());
    caps::carry(books, after.basis.as_deref().copied(), paid, open);
    carry(books, project, &before, Fen::sub);
    carry(books, project, &after, Fen::add);
}

/// Takes a payment's whole bearing out of the budgets of its project, or puts it in.
fn carry(books: &mut Books, project: ProjectId, of: &Payment, sign: fn(Fen, Fen) -> Fen) {
    let mut each = |shares: Vec<SourceShare>, which: fn(&mut Budget) -> &mut Fen| {
        for share in shares {
            let sum = which(budget(books, share.fund, project));
            *sum = sign(*sum, share.amount_fen);
        }
    };
    each(of.open_by_source(), |row| &mut row.committed_unpaid);
    each(of.borne(of.settled), |row| &mut row.settled);
    each(of.borne(of.returned), |row| &mut row.returned);
    each(of.recovered_by_source(), |row| &mut row.recovered);
}
