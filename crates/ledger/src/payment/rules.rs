//! Money out: instructed within the budget (V10), settled within the instruction (V8).

mod amend;
mod apply;
mod caps;
mod exceeded;
pub mod later;
pub mod state;
#[cfg(test)]
mod tests;

use super::{
    Payee, PaymentCommand, PaymentEvent, PaymentInstruction, PaymentKind, Reissue, SourceShare,
};
use crate::context::{Context, Intake};
use crate::fund::rules::{Budget, exact, existing as existing_fund, payable, summable};
use crate::ids::{FundId, PaymentId, ProjectId};
use crate::money::Fen;
use crate::person::rules::existing as existing_person;
use crate::project::rules::{ProjectState, existing as existing_project};
use crate::rejection::Rejection;
use crate::{Books, Event};

pub(crate) use apply::apply;
pub use caps::Basis;
pub use exceeded::Exceeded;
pub use state::{Chained, Mishaps, Payment, PaymentState, ReturnSplit};

use apply::{move_money, touch};

/// The payment, or the refusal that names the field (V4).
///
/// # Errors
/// `NOT_FOUND`.
pub fn existing<'a>(
    books: &'a Books,
    field: &'static str,
    payment: PaymentId,
) -> Result<&'a Payment, Rejection> {
    books.payments.get(payment).ok_or(Rejection::NotFound {
        field,
        subject: payment.into(),
    })
}

pub(crate) fn decide(
    books: &Books,
    context: &Context,
    command: &PaymentCommand,
) -> Result<Vec<Event>, Rejection> {
    match command {
        PaymentCommand::Instruct(instruction) => instruct(books, context, instruction)?,
        PaymentCommand::Settle(settlement) => {
            let payment = existing(books, "payment", settlement.payment)?;
            let amount = settlement.amount_fen;
            summable(payment.settled, amount)?;
            // Settling what is committed moves money within a budget; more than that adds to it.
            let more = amount.sub(payment.open()).max(Fen::ZERO);
            for source in &payment.sources {
                let used = used(books, source, payment.project);
                exact("amount_fen", amount, &[used], more)?;
            }
        }
        PaymentCommand::Return(back) => {
            let payment = existing(books, "payment", back.payment)?;
            summable(payment.returned.add(payment.cancelled), back.amount_fen)?;
        }
        PaymentCommand::Reissue(again) => return reissue(books, again),
        PaymentCommand::Reclassify(_)
        | PaymentCommand::DemandRecovery(_)
        | PaymentCommand::ReceiveRecovery(_)
        | PaymentCommand::OffsetRecovery(_)
        | PaymentCommand::WaiveRecovery(_)
        | PaymentCommand::WithholdRetention(_)
        | PaymentCommand::ReleaseRetention(_) => later::decide(books, command)?,
    }
    // After this point the command succeeds, unless policy forbids it.
    Ok(vec![command.clone().into_event()])
}

fn instruct(
    books: &Books,
    context: &Context,
    instruction: &PaymentInstruction,
) -> Result<(), Rejection> {
    if books.payments.contains(instruction.payment) {
        let subject = instruction.payment.into();
        return Err(Rejection::AlreadyExists {
            field: "payment",
            subject,
        });
    }
    existing_project(books, "project", instruction.project)?;
    caps::named(books, instruction)?;
    match instruction.payee {
        Payee::Subject(person) => existing_person(books, "payee", person)?,
        Payee::Organisation(unit) if context.intake == Intake::Control => {
            crate::organisation::rules::existing(books, "payee", unit)?;
        }
        // A bank line may name anybody: stored, with an alert (V4).
        Payee::Organisation(_) => {}
    }
    payable("amount_fen", instruction.amount_fen)?;
    for (place, source) in instruction.sources.iter().enumerate() {
        existing_fund(books, "sources", source.fund)?;
        let amount = source.amount_fen;
        payable("sources", amount)?;
        let used = used(books, source, instruction.project);
        exact("sources", amount, &[used], amount)?;
        if instruction
            .sources
            .iter()
            .take(place)
            .any(|other| other.fund == source.fund)
        {
            return Err(Rejection::BadField {
                field: "sources",
                why: "one batch is named twice",
                why_zh: "同一资金批次出现两次",
            });
        }
    }
    let parts = Fen::sum(instruction.sources.iter().map(|source| source.amount_fen));
    let (parts, total) = (parts.unwrap_or(Fen::MAX), instruction.amount_fen);
    if parts != total {
        return Err(Rejection::SplitMismatch {
            field: "sources",
            parts,
            total,
        });
    }
    Ok(())
}

/// What a project's budget out of a batch has committed and settled.
fn used(books: &Books, source: &SourceShare, project: ProjectId) -> Fen {
    let budget = books.budgets.get((source.fund, project));
    budget.map_or(Fen::ZERO, |budget| {
        budget.committed_unpaid.add(budget.settled)
    })
}

/// Two records: the new payment is instructed, and the old one is paid again by it. In this order,
/// so that the second finds both and can name each to the other.
fn reissue(books: &Books, again: &Reissue) -> Result<Vec<Event>, Rejection> {
    let old = existing(books, "of", again.of)?;
    if books.payments.contains(again.payment) {
        let subject = again.payment.into();
        return Err(Rejection::AlreadyExists {
            field: "payment",
            subject,
        });
    }
    let state = old.state();
    if state != PaymentState::Returned {
        return Err(Rejection::BadTransition {
            state: state.word(),
            state_zh: state.zh(),
            step: "payment.reissue",
        });
    }
    let bearers = old.sources.iter();
    let bearers = bearers.filter(|source| source.amount_fen > Fen::ZERO);
    for source in bearers.clone() {
        let amount = source.amount_fen;
        exact("of", amount, &[used(books, source, old.project)], amount)?;
    }
    // After this point the command succeeds, unless the budget has been spent meanwhile.
    let instruction = PaymentInstruction {
        payment: again.payment,
        project: old.project,
        payee: old.payee,
        amount_fen: old.amount,
        sources: bearers.cloned().collect(),
        kind: old.kind,
        voucher: again.voucher.clone(),
        remark: None,
        contract: old.basis.as_ref().and_then(|basis| basis.contract),
        claim: old.basis.as_ref().and_then(|basis| basis.claim),
    };
    Ok(vec![
        Event::Payment(PaymentEvent::Instructed(instruction)),
        Event::Payment(PaymentEvent::Reissued(again.clone())),
    ])
}

/// The rules in their order: state (V13), dates (V14), amounts (V8, V10).
pub(crate) fn breaches(books: &Books, context: &Context, event: &PaymentEvent) -> Vec<Rejection> {
    match event {
        PaymentEvent::Instructed(instruction) => {
            let funds = instruction.sources.iter().map(|source| source.fund);
            let mut broken: Vec<_> = before_book(books, context, funds).into_iter().collect();
            broken.extend(unfunded(books, instruction));
            broken.extend(caps::instructed(books, context, instruction));
            broken
        }
        PaymentEvent::Settled(settlement) => {
            let Some(payment) = books.payments.get(settlement.payment) else {
                return Vec::new();
            };
            let mut broken: Vec<_> = too_early(books, payment, context).into_iter().collect();
            // What was set off is paid to nobody, or else the offset would be none (V16).
            let (open, stated) = (payment.payable(), settlement.amount_fen);
            if stated > open {
                broken.push(Rejection::OverPaid { open, stated });
            }
            broken.extend(caps::settled(books, payment, stated));
            broken
        }
        PaymentEvent::Returned(back) => {
            let Some(payment) = books.payments.get(back.payment) else {
                return Vec::new();
            };
            let mut broken: Vec<_> = too_early(books, payment, context).into_iter().collect();
            let most = payment.paid_net().add(payment.payable());
            let (open, stated) = (most, back.amount_fen);
            if stated > open {
                broken.push(Rejection::OverPaid { open, stated });
            }
            broken
        }
        PaymentEvent::Reissued(_) => Vec::new(),
        PaymentEvent::Reclassified(_)
        | PaymentEvent::RecoveryDemanded(_)
        | PaymentEvent::RecoveryReceived(_)
        | PaymentEvent::RecoveryOffset(_)
        | PaymentEvent::RecoveryWaived(_)
        | PaymentEvent::RetentionWithheld(_)
        | PaymentEvent::RetentionReleased(_) => later::breaches(books, context, event),
    }
}

fn unfunded(books: &Books, instruction: &PaymentInstruction) -> Vec<Rejection> {
    let mut broken = Vec::new();
    if let Some(project) = books.projects.get(instruction.project) {
        let needed = match instruction.kind {
            PaymentKind::PreliminaryCost => ProjectState::InLibrary,
            PaymentKind::Advance
            | PaymentKind::Subsidy
            | PaymentKind::ManagementFee
            | PaymentKind::Other => ProjectState::Approved,
            PaymentKind::Progress | PaymentKind::Final | PaymentKind::Retention => {
                ProjectState::Started
            }
        };
        if project.reached() < needed || project.state.has_ended() {
            let (state, state_zh) = (project.state.word(), project.state.zh());
            let step = "payment.instruct";
            broken.push(Rejection::BadTransition {
                state,
                state_zh,
                step,
            });
        }
    }
    if let Payee::Organisation(unit) = instruction.payee
        && !books.organisations.contains(unit)
    {
        broken.push(Rejection::UnknownParty {
            field: "payee",
            subject: unit.into(),
        });
    }
    for source in &instruction.sources {
        let budget = books.budgets.get((source.fund, instruction.project));
        let available = budget.map_or(Fen::ZERO, Budget::available);
        if source.amount_fen > available {
            broken.push(Rejection::Insufficient {
                field: "sources",
                subject: source.fund.into(),
                available,
                asked: source.amount_fen,
            });
        }
    }
    broken
}

/// What happened before the book is in the opening of the batch that bore it.
fn before_book(
    books: &Books,
    context: &Context,
    funds: impl IntoIterator<Item = FundId>,
) -> Option<Rejection> {
    let mut funds = funds.into_iter().filter_map(|id| books.funds.get(id));
    funds.find_map(|fund| fund.opening.as_ref()?.before(context))
}

/// Not before the instruction and, with that, not before the book.
fn too_early(books: &Books, payment: &Payment, context: &Context) -> Option<Rejection> {
    let early = context
        .occurred_on
        .is_certainly_before(payment.instructed_on);
    let early = early.then_some(Rejection::BadDate {
        field: "occurred_on",
        why: "it lies before the day of the instruction",
        why_zh: "业务日期早于支付指令日期",
    });
    let funds = payment.sources.iter().map(|source| source.fund);
    early.or_else(|| before_book(books, context, funds))
}
