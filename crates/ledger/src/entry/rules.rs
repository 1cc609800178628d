//! What one person records and another confirms.

#[cfg(test)]
mod tests;

use super::{EntryCommand, EntryEvent, EntryProposal};
use crate::context::{Actor, Context, Intake, Signatory};
use crate::date::BusinessDate;
use crate::ids::EntryId;
use crate::person::rules::existing as existing_person;
use crate::rejection::Rejection;
use crate::{Books, Command, Event};
use std::sync::Arc;

/// The most that may sign one paper.
const SIGNATORIES_MAX: usize = 16;

choices! {
    /// How far an entry is.
    EntryState {
        Proposed = "proposed" "待复核",
        Confirmed = "confirmed" "已复核",
        Withdrawn = "withdrawn" "已撤回",
    }
}

/// An entry as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Entry {
    /// What was proposed.
    pub proposal: Arc<EntryProposal>,
    /// Who recorded it.
    pub proposed_by: Actor,
    /// When it happened, as proposed.
    pub occurred_on: BusinessDate,
    /// By which way in.
    pub intake: Intake,
    /// How far it is.
    pub state: EntryState,
    /// How many records have been about it.
    pub version: u32,
}

fn existing(books: &Books, entry: EntryId) -> Result<&Entry, Rejection> {
    books.entries.get(entry).ok_or(Rejection::NotFound {
        field: "entry",
        subject: entry.into(),
    })
}

/// What a command is decided with besides its caller: the signatures and the first recorder of the
/// entry that it confirms, or the signatures that it proposes.
#[must_use]
pub fn paper(books: &Books, command: &Command) -> (Arc<[Signatory]>, Option<Actor>) {
    let Command::Entry(EntryCommand::Confirm(confirmation)) = command else {
        return Default::default();
    };
    let row = books.entries.get(confirmation.entry);
    row.map_or_else(Default::default, |row| {
        let signatories = row.proposal.signatories.as_slice().into();
        (signatories, Some(row.proposed_by))
    })
}

pub(crate) fn decide(
    books: &Books,
    context: &Context,
    command: &EntryCommand,
) -> Result<Vec<Event>, Rejection> {
    match command {
        EntryCommand::Propose(proposal) => {
            propose(books, context, proposal)?;
            Ok(vec![command.clone().into_event()])
        }
        EntryCommand::Confirm(confirmation) => {
            let row = open(existing(books, confirmation.entry)?, "entry.confirm")?;
            confirm(context, row)?;
            // The confirmation first: what follows from it is about an entry that is done.
            let mut events = vec![command.clone().into_event()];
            events.extend(crate::decide_noun(books, context, &row.proposal.command)?);
            Ok(events)
        }
        EntryCommand::Withdraw(withdrawal) => {
            open(existing(books, withdrawal.entry)?, "entry.withdraw")?;
            Ok(vec![command.clone().into_event()])
        }
    }
}

fn open<'a>(row: &'a Entry, step: &'static str) -> Result<&'a Entry, Rejection> {
    match row.state {
        EntryState::Proposed => Ok(row),
        state @ (EntryState::Confirmed | EntryState::Withdrawn) => Err(Rejection::BadTransition {
            state: state.word(),
            state_zh: state.zh(),
            step,
        }),
    }
}

/// What would be refused when it is confirmed is refused now, as far as the books can tell.
fn propose(books: &Books, context: &Context, proposal: &EntryProposal) -> Result<(), Rejection> {
    if books.entries.contains(proposal.entry) {
        let subject = proposal.entry.into();
        return Err(Rejection::AlreadyExists {
            field: "entry",
            subject,
        });
    }
    if !may_be_proposed(&proposal.command) {
        return Err(Rejection::BadField {
            field: "command",
            why: "this command is recorded by one person, directly",
            why_zh: "该事项由一人直接登记,不作双人录入",
        });
    }
    signed(books, context, proposal)?;
    let nested = Context {
        signatories: proposal.signatories.as_slice().into(),
        proposed_by: Some(context.actor),
        ..context.clone()
    };
    let events = crate::decide_noun(books, &nested, &proposal.command)?;
    if context.intake == Intake::Control {
        let broken = events
            .iter()
            .flat_map(|event| crate::breaches(books, &nested, event))
            .next();
        return broken.map_or(Ok(()), Err);
    }
    Ok(())
}

/// Nothing that may hold sealed text, since a proposal stands in the clear; nothing that is about
/// the log itself.
const fn may_be_proposed(command: &Command) -> bool {
    !crate::personal::concerns(command)
        && !matches!(
            command,
            Command::Ledger(_)
                | Command::Token(_)
                | Command::Log(_)
                | Command::Record(_)
                | Command::Entry(_)
                | Command::Import(_)
        )
}

fn signed(books: &Books, context: &Context, proposal: &EntryProposal) -> Result<(), Rejection> {
    let signatories = &proposal.signatories;
    if signatories.is_empty() {
        return Ok(());
    }
    if !books
        .book
        .as_ref()
        .is_some_and(|book| book.paper_signatures)
    {
        return Err(Rejection::BadField {
            field: "signatories",
            why: "this ledger's policy does not allow signatures on paper",
            why_zh: "本账本的管理规定不允许补录纸质签字",
        });
    }
    if signatories.len() > SIGNATORIES_MAX {
        return Err(Rejection::BadField {
            field: "signatories",
            why: "at most 16 may sign one paper",
            why_zh: "一份纸质材料最多登记 16 名签字人",
        });
    }
    for (place, signatory) in signatories.iter().enumerate() {
        existing_person(books, "signatories", signatory.person)?;
        crate::organisation::rules::existing(books, "signatories", signatory.organisation)?;
        let first = signatory.signed_on.first();
        if first.is_some_and(|first| first > context.today) {
            return Err(Rejection::BadDate {
                field: "signatories",
                why: "a signature lies after today (UTC+08:00)",
                why_zh: "签字日期晚于今天(北京时间)",
            });
        }
        let mut before = signatories.iter().take(place);
        if before.any(|earlier| earlier.person == signatory.person) {
            return Err(Rejection::SamePerson {
                first: "one signatory 签字人",
                second: "another one 另一签字人",
            });
        }
    }
    Ok(())
}

/// The second person is another one, has not signed the paper, and has read what it says.
fn confirm(context: &Context, row: &Entry) -> Result<(), Rejection> {
    let person = context.actor.person;
    if row.proposed_by.person == person {
        return Err(Rejection::SamePerson {
            first: "entry.propose",
            second: "entry.confirm",
        });
    }
    if context.hands().any(|hand| hand.person == person) && !context.signatories.is_empty() {
        return Err(Rejection::SamePerson {
            first: "a signatory 签字人",
            second: "entry.confirm",
        });
    }
    if context.occurred_on != row.occurred_on {
        return Err(Rejection::BadField {
            field: "occurred_on",
            why: "it must be the date that was proposed: its records are about that day",
            why_zh: "业务日期须与录入时一致:复核后的记录属于该日",
        });
    }
    if context.intake != row.intake {
        return Err(Rejection::BadField {
            field: "intake",
            why: "it must be the way in that was proposed",
            why_zh: "登记方式须与录入时一致",
        });
    }
    Ok(())
}

pub(crate) fn breaches(_: &Books, _: &Context, _: &EntryEvent) -> Vec<Rejection> {
    Vec::new()
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &EntryEvent) {
    let (entry, state) = match event {
        EntryEvent::Proposed(proposal) => {
            let row = Entry {
                proposal: Arc::new(proposal.clone()),
                proposed_by: context.actor,
                occurred_on: context.occurred_on,
                intake: context.intake,
                state: EntryState::Proposed,
                version: 1,
            };
            books.entries.put(proposal.entry, row);
            return;
        }
        EntryEvent::Confirmed(confirmation) => (confirmation.entry, EntryState::Confirmed),
        EntryEvent::Withdrawn(withdrawal) => (withdrawal.entry, EntryState::Withdrawn),
    };
    if let Some(row) = books.entries.get_mut(entry) {
        row.state = state;
        row.version = row.version.saturating_add(1);
    }
}
