//! What may happen to an inspection round.

mod amend;
#[cfg(test)]
mod tests;

use super::{RoundCommand, RoundEvent, RoundKind, SetRelation};
use crate::context::Context;
use crate::date::BusinessDate;
use crate::ids::{OrganisationId, RoundId};
use crate::organisation::rules::existing as existing_unit;
use crate::rejection::Rejection;
use crate::text::{Name, Reference};
use crate::{Books, Event};

/// A round as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Round {
    /// Its name.
    pub name: Name,
    /// What sort it is.
    pub kind: RoundKind,
    /// The body that sends the team.
    pub inspecting_body: OrganisationId,
    /// The body that closes the items.
    pub closing_body: OrganisationId,
    /// The document that orders it.
    pub mandate: Reference,
    /// Another round whose items may be the same ones, and how they relate.
    pub related: Option<(RoundId, SetRelation)>,
    /// When the findings were handed over: deadlines count from here.
    pub feedback_on: Option<BusinessDate>,
    /// No more items.
    pub closed: bool,
    /// How many records have been about it.
    pub version: u32,
}

/// The round, or the refusal that names the field (V4).
///
/// # Errors
/// `NOT_FOUND`.
pub fn existing<'a>(
    books: &'a Books,
    field: &'static str,
    round: RoundId,
) -> Result<&'a Round, Rejection> {
    let subject = round.into();
    books
        .rounds
        .get(round)
        .ok_or(Rejection::NotFound { field, subject })
}

pub(crate) fn decide(
    books: &Books,
    _context: &Context,
    command: &RoundCommand,
) -> Result<Vec<Event>, Rejection> {
    match command {
        RoundCommand::Open(opening) => {
            if books.rounds.contains(opening.round) {
                let subject = opening.round.into();
                return Err(Rejection::AlreadyExists {
                    field: "round",
                    subject,
                });
            }
            existing_unit(books, "inspecting_body", opening.inspecting_body)?;
            existing_unit(books, "closing_body", opening.closing_body)?;
            if let Some(related) = opening.related_round {
                existing(books, "related_round", related)?;
            }
            if opening.related_round.is_some() != opening.relation.is_some() {
                return Err(Rejection::BadField {
                    field: "relation",
                    why: "related_round and relation go together",
                    why_zh: "关联轮次与关联关系须同时填写",
                });
            }
        }
        RoundCommand::DeliverFeedback(feedback) => {
            let round = existing(books, "round", feedback.round)?;
            for receiver in &feedback.receivers {
                existing_unit(books, "receivers", *receiver)?;
            }
            if round.feedback_on.is_some() {
                return Err(Rejection::BadTransition {
                    state: "feedback_delivered",
                    state_zh: "已反馈",
                    step: "round.deliver_feedback",
                });
            }
            open(round, "round.deliver_feedback")?;
        }
        RoundCommand::Close(closing) => {
            open(existing(books, "round", closing.round)?, "round.close")?;
        }
    }
    // After this point the command succeeds.
    Ok(vec![command.clone().into_event()])
}

fn open(round: &Round, step: &'static str) -> Result<(), Rejection> {
    if round.closed {
        return Err(Rejection::BadTransition {
            state: "closed",
            state_zh: "已结束",
            step,
        });
    }
    Ok(())
}

pub(crate) fn breaches(_: &Books, _: &Context, _: &RoundEvent) -> Vec<Rejection> {
    Vec::new()
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &RoundEvent) {
    match event {
        RoundEvent::Opened(opening) => {
            let round = Round {
                name: opening.name.clone(),
                kind: opening.kind,
                inspecting_body: opening.inspecting_body,
                closing_body: opening.closing_body,
                mandate: opening.mandate.clone(),
                related: opening.related_round.zip(opening.relation),
                feedback_on: None,
                closed: false,
                version: 1,
            };
            books.rounds.put(opening.round, round);
        }
        RoundEvent::FeedbackDelivered(feedback) => {
            if let Some(round) = books.rounds.get_mut(feedback.round) {
                round.feedback_on = Some(context.occurred_on);
                round.version = round.version.saturating_add(1);
            }
        }
        RoundEvent::Closed(closing) => {
            if let Some(round) = books.rounds.get_mut(closing.round) {
                round.closed = true;
                round.version = round.version.saturating_add(1);
            }
        }
    }
}
