//! What an event of a payment changes, and how its money is carried into the budgets that bear it.

use super::{Basis, Chained, Payment, ReturnSplit, caps, later};
use crate::Books;
use crate::context::Context;
use crate::fund::rules::budget;
use crate::ids::{FundId, PaymentId, ProjectId};
use crate::money::Fen;
use crate::payment::{Payee, PaymentEvent, PaymentInstruction};
use crate::person::rules::accounted;
use crate::rarely::Rarely;

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
        basis: basis.map(Box::new),
        mishaps: Rarely::default(),
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
    let before = Borne::by(payment);
    change(payment);
    let after = Borne::by(payment);
    let (project, basis) = (payment.project, payment.basis.as_deref().copied());
    let paid = after.paid.sub(before.paid);
    let open = after.open.sub(before.open);
    caps::carry(books, basis, paid, open);
    before.carry(books, project, Fen::sub);
    after.carry(books, project, Fen::add);
}

/// What a payment weighs in the budgets of its project, and in what it rests on.
struct Borne {
    paid: Fen,
    open: Fen,
    by_fund: Vec<BorneByFund>,
}

struct BorneByFund {
    fund: FundId,
    open: Fen,
    settled: Fen,
    returned: Fen,
    recovered: Fen,
}

impl Borne {
    fn by(payment: &Payment) -> Borne {
        let open = payment.open_by_source().into_iter();
        let settled = payment.bears(payment.settled);
        let returned = payment.bears(payment.returned);
        let recovered = payment.recovered_by_source();
        let shares = open.zip(settled).zip(returned.zip(recovered));
        let by_fund = shares.map(|((open, settled), (returned, recovered))| BorneByFund {
            fund: open.fund,
            open: open.amount_fen,
            settled: settled.amount_fen,
            returned: returned.amount_fen,
            recovered: recovered.amount_fen,
        });
        Borne {
            paid: payment.paid_net(),
            open: payment.open(),
            by_fund: by_fund.collect(),
        }
    }

    /// Takes all of it out of the budgets, or puts it in.
    fn carry(&self, books: &mut Books, project: ProjectId, sign: fn(Fen, Fen) -> Fen) {
        for borne in &self.by_fund {
            let row = budget(books, borne.fund, project);
            row.committed_unpaid = sign(row.committed_unpaid, borne.open);
            row.settled = sign(row.settled, borne.settled);
            row.returned = sign(row.returned, borne.returned);
            row.recovered = sign(row.recovered, borne.recovered);
        }
    }
}
