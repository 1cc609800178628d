//! What an event of a payment changes, and how its money is carried into the budgets that bear it.

use super::exceeded::exceeded;
use super::{Basis, Chained, Payment, ReturnSplit, caps, later};
use crate::Books;
use crate::context::Context;
use crate::fund::rules::{Budget, budget};
use crate::ids::{FundId, PaymentId, ProjectId};
use crate::money::Fen;
use crate::payment::{Payee, PaymentEvent, PaymentInstruction};
use crate::person::rules::accounted;
use crate::rarely::Rarely;

pub(crate) fn apply(books: &mut Books, context: &Context, event: &PaymentEvent) {
    match event {
        PaymentEvent::Instructed(instruction) => instructed(books, context, instruction),
        PaymentEvent::Settled(settlement) => {
            let mut payee = None;
            move_money(books, settlement.payment, |payment| {
                payment.version = payment.version.saturating_add(1);
                payment.settled = payment.settled.add(settlement.amount_fen);
                payee = Some(payment.payee);
            });
            if let Some(Payee::Subject(person)) = payee {
                accounted(books, context, person);
            }
        }
        PaymentEvent::Returned(back) => {
            let payment = books.payments.get(back.payment);
            let exceeded = payment.map(|payment| exceeded(books, payment));
            move_money(books, back.payment, |payment| {
                payment.version = payment.version.saturating_add(1);
                let of_settled = back.amount_fen.min(payment.paid_net().max(Fen::ZERO));
                payment.note_return(ReturnSplit {
                    seq: context.seq,
                    of_settled,
                    of_open: back.amount_fen.sub(of_settled),
                    exceeded: exceeded.unwrap_or_default(),
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
    if before.funds().eq(after.funds()) {
        // Nearly always: each row is looked for once.
        for (before, after) in before.by_fund.iter().zip(&after.by_fund) {
            let row = budget(books, after.fund, project);
            before.carry(row, Fen::sub);
            after.carry(row, Fen::add);
        }
    } else {
        before.carry(books, project, Fen::sub);
        after.carry(books, project, Fen::add);
    }
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
        let recovered = payment.recovers();
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

    fn funds(&self) -> impl Iterator<Item = FundId> {
        self.by_fund.iter().map(|borne| borne.fund)
    }

    /// Takes all of it out of the budgets, or puts it in.
    fn carry(&self, books: &mut Books, project: ProjectId, sign: fn(Fen, Fen) -> Fen) {
        for borne in &self.by_fund {
            borne.carry(budget(books, borne.fund, project), sign);
        }
    }
}

impl BorneByFund {
    fn carry(&self, row: &mut Budget, sign: fn(Fen, Fen) -> Fen) {
        row.committed_unpaid = sign(row.committed_unpaid, self.open);
        row.settled = sign(row.settled, self.settled);
        row.returned = sign(row.returned, self.returned);
        row.recovered = sign(row.recovered, self.recovered);
    }
}
