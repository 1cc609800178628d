//! Periods signed off (V23): prepared by one, signed by another, opened again only with a reason.
//!
//! What is signed is what was prepared: money recorded in between takes the preparation back.

#[cfg(test)]
mod tests;

use crate::book::{BookCommand, BookEvent, PeriodReopening};
use crate::books::Book;
use crate::context::{Actor, Context};
use crate::date::BusinessDate;
use crate::rejection::Rejection;
use crate::{Books, Event, Noun};
use jiff::civil::Date;

/// The books through a day, as somebody has prepared or signed them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Period {
    /// The last day.
    pub through: Date,
    /// Who stands for it.
    pub by: Actor,
    /// The record that says so.
    pub seq: u64,
}

/// What is wrong with a step of a period; nothing of another command.
pub(super) fn decide(
    book: &Book,
    context: &Context,
    command: &BookCommand,
) -> Result<(), Rejection> {
    match command {
        BookCommand::PreparePeriod(it) => {
            let through = last_day("through", it.through)?;
            if through > context.today {
                return Err(Rejection::BadDate {
                    field: "through",
                    why: "that day is not over yet (UTC+08:00)",
                    why_zh: "该期间尚未结束(北京时间)",
                });
            }
            match &book.signed_off {
                Some(signed) if through <= signed.through => Err(not_possible(book, command)),
                Some(_) | None => Ok(()),
            }
        }
        BookCommand::SignOffPeriod(it) => {
            let through = last_day("through", it.through)?;
            let Some(prepared) = &book.prepared else {
                return Err(not_possible(book, command));
            };
            if through != prepared.through {
                return Err(Rejection::BadField {
                    field: "through",
                    why: "the books were prepared through another day",
                    why_zh: "与封账准备的截止日期不一致",
                });
            }
            two_persons(prepared, "ledger.prepare_period", context, command)
        }
        BookCommand::ReopenPeriod(it) => {
            let Some(signed) = &book.signed_off else {
                return Err(not_possible(book, command));
            };
            if let Some(after) = it.after
                && last_day("after", after)? >= signed.through
            {
                return Err(Rejection::BadField {
                    field: "after",
                    why: "nothing after that day is signed off",
                    why_zh: "该日之后没有已封账的期间",
                });
            }
            two_persons(signed, "ledger.sign_off_period", context, command)
        }
        BookCommand::Open(_)
        | BookCommand::Rename(_)
        | BookCommand::Close(_)
        | BookCommand::SetPolicy(_) => Ok(()),
    }
}

fn last_day(field: &'static str, date: BusinessDate) -> Result<Date, Rejection> {
    date.last().ok_or(Rejection::BadField {
        field,
        why: "a period has a last day",
        why_zh: "须写明截止日期",
    })
}

fn not_possible(book: &Book, command: &BookCommand) -> Rejection {
    let (state, state_zh) = match (&book.prepared, &book.signed_off) {
        (Some(_), _) => ("prepared", "已作封账准备"),
        (None, Some(_)) => ("signed_off", "已封账"),
        (None, None) => ("open", "未封账"),
    };
    Rejection::BadTransition {
        state,
        state_zh,
        step: command.word(),
    }
}

fn two_persons(
    before: &Period,
    first: &'static str,
    context: &Context,
    command: &BookCommand,
) -> Result<(), Rejection> {
    let is_same = |hand: Actor| hand.person == before.by.person;
    if context.hands().any(is_same) {
        let second = command.word();
        return Err(Rejection::SamePerson { first, second });
    }
    Ok(())
}

pub(super) fn apply(book: &mut Book, context: &Context, event: &BookEvent) {
    let period = |through: BusinessDate| {
        through.last().map(|through| Period {
            through,
            by: context.hand(),
            seq: context.seq,
        })
    };
    match event {
        BookEvent::PeriodPrepared(it) => book.prepared = period(it.through),
        BookEvent::PeriodSignedOff(it) => {
            book.prepared = None;
            book.signed_off = period(it.through);
        }
        BookEvent::PeriodReopened(PeriodReopening { after, .. }) => {
            book.prepared = None;
            book.signed_off = after.and_then(period);
        }
        BookEvent::Opened(_)
        | BookEvent::Renamed(_)
        | BookEvent::Closed(_)
        | BookEvent::PolicySet(_) => {}
    }
}

/// V23: a record of money with a day in a period that is signed off. Its day is the last on which
/// it can have been.
#[must_use]
pub fn breach(books: &Books, occurred_on: BusinessDate, event: &Event) -> Option<Rejection> {
    let signed = books.book.as_ref()?.signed_off.as_ref()?;
    let is_in_it = occurred_on.last().is_some_and(|day| day <= signed.through);
    let through = signed.through;
    (is_in_it && is_of_money(event.noun())).then_some(Rejection::PeriodClosed { through })
}

/// Takes back a preparation that an event was not part of.
pub(crate) fn notice(books: &mut Books, context: &Context, event: &Event) {
    let Some(book) = &mut books.book else {
        return;
    };
    let Some(prepared) = &book.prepared else {
        return;
    };
    let first = context.occurred_on.first();
    let is_in_it = first.is_none_or(|day| day <= prepared.through);
    if is_in_it && is_of_money(event.noun()) {
        book.prepared = None;
    }
}

/// What moves money, or says that it has moved.
const fn is_of_money(noun: Noun) -> bool {
    match noun {
        Noun::Fund
        | Noun::Payment
        | Noun::Account
        | Noun::Contribution
        | Noun::BankLine
        | Noun::List
        | Noun::Record => true,
        Noun::Ledger
        | Noun::Token
        | Noun::Log
        | Noun::Organisation
        | Noun::Overlay
        | Noun::Subject
        | Noun::Project
        | Noun::Milestone
        | Noun::Contract
        | Noun::Claim
        | Noun::Receipt
        | Noun::Entry
        | Noun::Round
        | Noun::Item
        | Noun::Cycle
        | Noun::Campaign
        | Noun::Pledge
        | Noun::Evidence
        | Noun::Import => false,
    }
}
