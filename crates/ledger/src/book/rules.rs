//! What may happen to a ledger.

pub mod period;
#[cfg(test)]
mod tests;

use super::{BookCommand, BookEvent};
use crate::books::Book;
use crate::context::Context;
use crate::item::rules::letters::LADDER_DAYS_MAX;
use crate::rejection::Rejection;
use crate::{Books, Event};

pub(crate) fn decide(
    books: &Books,
    context: &Context,
    command: &BookCommand,
) -> Result<Vec<Event>, Rejection> {
    match (command, &books.book) {
        (BookCommand::Open(_), Some(book)) => {
            let (state, state_zh) = if book.closed {
                ("closed", "已关闭")
            } else {
                ("open", "已开立")
            };
            return Err(Rejection::BadTransition {
                state,
                state_zh,
                step: "ledger.open",
            });
        }
        (
            BookCommand::Open(_)
            | BookCommand::Rename(_)
            | BookCommand::Close(_)
            | BookCommand::SetPolicy(_)
            | BookCommand::PreparePeriod(_)
            | BookCommand::SignOffPeriod(_)
            | BookCommand::ReopenPeriod(_),
            _,
        ) => {}
    }
    if let Some(book) = &books.book {
        period::decide(book, context, command)?;
    }
    if let BookCommand::SetPolicy(policy) = command {
        let days = [
            ("reminder_days", policy.reminder_days),
            ("warning_days", policy.warning_days),
        ];
        let good = |days: u32| (1..=LADDER_DAYS_MAX).contains(&days);
        let wrong = days
            .into_iter()
            .find(|(_, days)| days.is_some_and(|it| !good(it)));
        if let Some((field, _)) = wrong {
            return Err(Rejection::BadField {
                field,
                why: "from 1 to 365 days",
                why_zh: "须为 1 至 365 天",
            });
        }
    }
    // After this point the command succeeds.
    Ok(vec![command.clone().into_event()])
}

pub(crate) fn breaches(_: &Books, _: &Context, _: &BookEvent) -> Vec<Rejection> {
    Vec::new()
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &BookEvent) {
    match event {
        BookEvent::Opened(opening) => {
            books.book = Some(Book {
                name: opening.name.clone(),
                area: opening.area.clone(),
                closed: false,
                paper_signatures: false,
                recoveries_by_bank_line: false,
                reminder_days: None,
                warning_days: None,
                prepared: None,
                signed_off: None,
                version: 0,
            });
        }
        BookEvent::Renamed(renaming) => {
            if let Some(book) = &mut books.book {
                book.name = renaming.name.clone();
            }
        }
        BookEvent::PolicySet(policy) => {
            if let Some(book) = &mut books.book {
                book.paper_signatures = policy.paper_signatures;
                book.recoveries_by_bank_line = policy.recoveries_by_bank_line;
                book.reminder_days = policy.reminder_days;
                book.warning_days = policy.warning_days;
            }
        }
        BookEvent::Closed(_) => {
            if let Some(book) = &mut books.book {
                book.closed = true;
            }
        }
        BookEvent::PeriodPrepared(_)
        | BookEvent::PeriodSignedOff(_)
        | BookEvent::PeriodReopened(_) => {
            if let Some(book) = &mut books.book {
                period::apply(book, context, event);
            }
        }
    }
    if let Some(book) = &mut books.book {
        book.version = book.version.saturating_add(1);
    }
}
