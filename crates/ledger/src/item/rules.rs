//! What may happen to a rectification item.
//!
//! Items are judged alike in both intakes: state (V13), independence (V15), proof (V16), extensions
//! (V17) and the dates of what moves the unit's clock always refuse, because a closing happens only
//! here. What was closed on paper comes in as a historical closing, which is never counted as
//! verified.

mod amend;
pub mod assignment;
pub mod closing;
pub mod deadline;
pub mod division;
mod draft;
pub mod extension;
mod hands;
pub mod independence;
pub mod letters;
mod measure;
mod opening;
mod recovery;
pub mod state;
pub mod steps;
#[cfg(test)]
mod tests;
mod turns;

pub use closing::missing_for_closure;
pub use division::{in_denominator, is_counted};
pub use independence::may_verify;
pub use recovery::{Received, by_bank_line, same_receipt};
pub use state::Item;
pub use steps::{Next, State, Step, is_open, next, steps_from};
pub use turns::{Turns, Waiver};

use super::{Evidence, ItemCommand, ItemEvent, Measure, MeasureResult, ReasonedStep};
use crate::context::Context;
use crate::ids::ItemId;
use crate::money::Fen;
use crate::organisation::rules::existing as existing_unit;
use crate::payment::rules::existing as existing_payment;
use crate::payment::rules::later::set_off;
use crate::rejection::Rejection;
use crate::{Books, Event};

/// The item, or the refusal that names the field (V4).
///
/// # Errors
/// `NOT_FOUND`.
pub fn existing<'a>(
    books: &'a Books,
    field: &'static str,
    item: ItemId,
) -> Result<&'a Item, Rejection> {
    let subject = item.into();
    books
        .items
        .get(item)
        .ok_or(Rejection::NotFound { field, subject })
}

const fn bad_transition(state: State, step: Step) -> Rejection {
    Rejection::BadTransition {
        state: state.word(),
        state_zh: state.zh(),
        step: step.word(),
    }
}

/// Judges in this order: existence (V4), amounts (V5), state (V13), then what the step itself
/// asks for, independence first (V15).
pub(crate) fn decide(
    books: &Books,
    context: &Context,
    command: &ItemCommand,
) -> Result<Vec<Event>, Rejection> {
    if let ItemCommand::Draft(draft) = command {
        draft::check(books, draft)?;
    } else if let ItemCommand::TakeOver(it) = command {
        opening::check(books, context, it)?;
    } else {
        let item = existing(books, "item", command.item())?;
        names(books, item, command)?;
        amounts(item, command)?;
        let step = Step::of(command);
        if next(item.state, step).is_none() {
            return Err(bad_transition(item.state, step));
        }
        hands::of_step(books, context, item, command)?;
        if is_on_the_clock(step) {
            dates(item, context, step).map_or(Ok(()), Err)?;
        }
    }
    // After this point the command succeeds, unless policy forbids it.
    let mut events = vec![command.clone().into_event()];
    if let ItemCommand::FailLookback(failed) = command {
        let above = closing::reopened_above(books, failed.item).into_iter();
        let reopened = |item| {
            let reason = failed.reason.clone();
            Event::Item(ItemEvent::LookbackFailed(ReasonedStep { item, reason }))
        };
        events.extend(above.map(reopened));
    }
    Ok(events)
}

/// What a step names beside its item exists (V4).
fn names(books: &Books, item: &Item, command: &ItemCommand) -> Result<(), Rejection> {
    if let ItemCommand::Merge(merger) = command {
        existing(books, "into", merger.into)?;
    }
    if let ItemCommand::Split(split) = command {
        for part in &split.into {
            existing(books, "into", *part)?;
        }
    }
    if let ItemCommand::LinkOverlap(link) | ItemCommand::UnlinkOverlap(link) = command {
        existing(books, "with", link.with)?;
    }
    if let ItemCommand::Reassign(it) = command {
        let cooperating = &it.cooperating_units;
        assignment::units(books, it.responsible_unit, it.lead_unit, cooperating)?;
    }
    if let ItemCommand::DemandRecovery(it) | ItemCommand::ReceiveRecovery(it) = command {
        for (field, payment) in [("payment", it.payment), ("overpaid", it.overpaid)] {
            if let Some(payment) = payment {
                existing_payment(books, field, payment)?;
            }
        }
    }
    if let ItemCommand::AddMeasure(Measure { owner_unit, .. })
    | ItemCommand::ChangeMeasure(Measure { owner_unit, .. }) = command
        && let Some(unit) = owner_unit
    {
        existing_unit(books, "owner_unit", *unit)?;
    }
    if let ItemCommand::TransferLead(transfer) = command {
        existing_unit(books, "lead_unit", transfer.lead_unit)?;
    }
    if let ItemCommand::AddMeasure(added) = command
        && item.measure(added.measure).is_some()
    {
        let subject = added.measure.into();
        return Err(Rejection::AlreadyExists {
            field: "measure",
            subject,
        });
    }
    if let ItemCommand::ChangeMeasure(Measure { measure, .. })
    | ItemCommand::FinishMeasure(MeasureResult { measure, .. })
    | ItemCommand::AddEvidence(Evidence { measure, .. }) = command
        && item.measure(*measure).is_none()
    {
        let subject = (*measure).into();
        return Err(Rejection::NotFound {
            field: "measure",
            subject,
        });
    }
    Ok(())
}

/// An amount can be stated, and the books can hold the sum (V5).
fn amounts(item: &Item, command: &ItemCommand) -> Result<(), Rejection> {
    let fits = |so_far: Fen, amount: Fen| {
        if amount.is_payable() && so_far.plus(amount).is_some() {
            return Ok(());
        }
        Err(Rejection::BadAmount {
            field: "amount_fen",
            amount,
        })
    };
    if let ItemCommand::DemandRecovery(recovery) = command {
        fits(item.demanded, recovery.amount_fen)?;
    }
    if let ItemCommand::ReceiveRecovery(recovery) = command {
        fits(item.received, recovery.amount_fen)?;
    }
    if let ItemCommand::WaiveRecovery(waiver) = command {
        fits(item.waived, waiver.amount_fen)?;
    }
    Ok(())
}

/// The order of dates (V14), four eyes on a plan (V12), and the ladder of letters.
pub(crate) fn breaches(books: &Books, context: &Context, event: &ItemEvent) -> Vec<Rejection> {
    let Some(item) = books.items.get(event.item()) else {
        return Vec::new();
    };
    let letter = if let ItemEvent::LetterSent(letter) = event {
        letters::breaches(books, context, letter)
    } else {
        Vec::new()
    };
    // What came back before is in no record, so that the paper must be asked.
    let imported = matches!(event, ItemEvent::ClosureImported(_));
    let unpaid = imported.then(|| closing::recovery_open(books, item));
    dates(item, context, Step::behind(event))
        .into_iter()
        .chain(four_eyes(item, context, event))
        .chain(letter)
        .chain(unpaid.flatten())
        .collect()
}

/// The steps by which the unit's clock stands still or goes on. They happen only here: one that is
/// dated before the issue, or before what it answers, would move the due date, and is refused as an
/// observed fact as well.
fn is_on_the_clock(step: Step) -> bool {
    const ON_THE_CLOCK: [Step; 8] = [
        Step::RequestClosure,
        Step::WithdrawClosureRequest,
        Step::ReturnForRework,
        Step::Verify,
        Step::Close,
        Step::ReviewLongTerm,
        Step::Suspend,
        Step::Resume,
    ];
    ON_THE_CLOCK.contains(&step)
}

/// Nothing is dated before the issue, and no change of state before the one before it.
fn dates(item: &Item, context: &Context, step: Step) -> Option<Rejection> {
    let Some(issued_on) = item.issued_on else {
        let due = item.draft.due_on.filter(|_| step == Step::Issue)?;
        return due
            .is_certainly_before(context.occurred_on)
            .then_some(Rejection::BadDate {
                field: "occurred_on",
                why: "the item is due before it is issued",
                why_zh: "整改期限早于交办日期",
            });
    };
    if context.occurred_on.is_certainly_before(issued_on) {
        return Some(Rejection::BadDate {
            field: "occurred_on",
            why: "it lies before the day of issue",
            why_zh: "业务日期早于交办日期",
        });
    }
    let moves = next(item.state, step).is_some_and(|next| next != Next::Stays);
    (moves && context.occurred_on.is_certainly_before(item.state_since)).then_some(
        Rejection::BadDate {
            field: "occurred_on",
            why: "it lies before the last change of state",
            why_zh: "业务日期早于上一次状态变更的日期",
        },
    )
}

fn four_eyes(item: &Item, context: &Context, event: &ItemEvent) -> Option<Rejection> {
    let ItemEvent::PlanApproved(_) = event else {
        return None;
    };
    let person = context.hand().person;
    let second = Step::ApprovePlan.word();
    if item.plan_by == Some(person) {
        return Some(Rejection::SamePerson {
            first: Step::SubmitPlan.word(),
            second,
        });
    }
    let again = item
        .approvals
        .iter()
        .any(|earlier| earlier.person == person);
    again.then_some(Rejection::SamePerson {
        first: second,
        second,
    })
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &ItemEvent) {
    let Books { items, rounds, .. } = books;
    let feedback_on = |round| rounds.get(round).and_then(|round| round.feedback_on);
    let new = if let ItemEvent::Drafted(draft) = event {
        Some(Item::drafted(draft, context))
    } else if let ItemEvent::TakenOver(it) = event {
        let feedback_on = feedback_on(it.draft.round);
        Some(opening::taken_over(context, feedback_on, it))
    } else {
        None
    };
    if let Some(new) = new {
        let (id, parent) = (new.draft.item, new.draft.parent);
        if let Some(parent) = parent.and_then(|parent| items.get_mut(parent)) {
            parent.children.push(id);
        }
        items.put(id, new);
        return;
    }
    if let Some(item) = items.get_mut(event.item()) {
        let feedback_on = feedback_on(item.draft.round);
        item.apply(context, feedback_on, event);
        beside(books, event);
    }
}

/// What an event does to others than its item.
fn beside(books: &mut Books, event: &ItemEvent) {
    if let ItemEvent::Merged(it) = event {
        division::merged(books, it);
    } else if let ItemEvent::Split(it) = event {
        division::split(books, it);
    } else if let ItemEvent::OverlapLinked(it) = event {
        division::linked(books, it);
    } else if let ItemEvent::OverlapUnlinked(it) = event {
        division::unlinked(books, it);
    } else if let ItemEvent::RecoveryReceived(it) = event
        && let Some(payment) = it.payment
    {
        set_off(books, payment, it.amount_fen);
    }
}
