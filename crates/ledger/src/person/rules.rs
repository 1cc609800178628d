//! Persons and households: that they exist, and whether what is sealed of them may still be known.
//! The rest is read from the log.

#[cfg(test)]
mod tests;

use super::{PersonCommand, PersonErasure, PersonEvent};
use crate::context::Context;
use crate::ids::PersonId;
use crate::personal::PersonalText;
use crate::rejection::Rejection;
use crate::{Books, Event};
use jiff::civil::{Date, date};

/// How many years after the end of its own an account must be kept: vouchers and books 30 (Measures
/// for the Administration of Accounting Archives 会计档案管理办法, annexed table).
pub const RETENTION_YEARS: i16 = 30;

choices! {
    /// What may be done with the personal data of somebody.
    PersonState {
        Active = "active" "正常",
        Restricted = "restricted" "限制处理",
        Erased = "erased" "已删除",
    }
}

/// A person or household as the books know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Person {
    /// How many records have been about it.
    pub version: u32,
    /// The last year in which money went to them; 0 if none ever did.
    pub accounted_in: i16,
    /// What may be done with their data.
    pub state: PersonState,
}

impl Person {
    /// The last day on which accounts about them must be kept: [`RETENTION_YEARS`] after the end of
    /// the last year with one. None where there are none.
    #[must_use]
    pub fn kept_until(&self) -> Option<Date> {
        let year = self.accounted_in.checked_add(RETENTION_YEARS);
        year.filter(|_| self.accounted_in > 0)
            .map(|year| date(year, 12, 31))
    }
}

/// Refuses a person that is not registered (V4).
///
/// # Errors
/// `NOT_FOUND`.
pub fn existing(books: &Books, field: &'static str, person: PersonId) -> Result<(), Rejection> {
    known(books, field, person).map(|_| ())
}

fn known(books: &Books, field: &'static str, person: PersonId) -> Result<Person, Rejection> {
    let row = books.persons.get(person).copied();
    row.ok_or_else(|| Rejection::NotFound {
        field,
        subject: person.into(),
    })
}

/// Refuses something new to be said of somebody of whom nothing more may be known.
///
/// # Errors
/// `BAD_FIELD`, or `NOT_FOUND`.
pub(crate) fn may_be_told(
    books: &Books,
    field: &'static str,
    person: PersonId,
    text: Option<&PersonalText>,
) -> Result<(), Rejection> {
    let state = known(books, field, person)?.state;
    if text.is_none() || state == PersonState::Active {
        return Ok(());
    }
    Err(Rejection::BadField {
        field: "remark",
        why: "personal data of this person is restricted or erased: nothing is added to it",
        why_zh: "此人的个人信息已限制处理或删除,不得再增加",
    })
}

pub(crate) fn decide(
    books: &Books,
    context: &Context,
    command: &PersonCommand,
) -> Result<Vec<Event>, Rejection> {
    let among = |person, states: &[PersonState]| {
        let state = known(books, "person", person)?.state;
        if states.contains(&state) {
            return Ok(());
        }
        let (state, state_zh, step) = (state.word(), state.zh(), command.word());
        Err(Rejection::BadTransition {
            state,
            state_zh,
            step,
        })
    };
    match command {
        PersonCommand::Register(profile) => {
            if books.persons.contains(profile.person) {
                let subject = profile.person.into();
                return Err(Rejection::AlreadyExists {
                    field: "person",
                    subject,
                });
            }
        }
        PersonCommand::Amend(profile) => among(profile.person, &[PersonState::Active])?,
        PersonCommand::Restrict(asked) => among(asked.person, &[PersonState::Active])?,
        PersonCommand::LiftRestriction(asked) => among(asked.person, &[PersonState::Restricted])?,
        PersonCommand::Erase(asked) => {
            among(
                asked.person,
                &[PersonState::Active, PersonState::Restricted],
            )?;
            erasable(books, context, asked)?;
        }
    }
    // After this point the command succeeds.
    Ok(vec![command.clone().into_event()])
}

/// What is gone comes back by no correction: two persons say so, and the law must not ask for it.
fn erasable(books: &Books, context: &Context, asked: &PersonErasure) -> Result<(), Rejection> {
    if context.proposed_by.is_none() {
        return Err(Rejection::BadField {
            field: "person",
            why: "an erasure is recorded by one person and confirmed by another: propose it as an \
                  entry",
            why_zh: "删除个人信息须由一人录入、另一人复核:请先办理双人录入",
        });
    }
    match known(books, "person", asked.person)?.kept_until() {
        Some(until) if context.today <= until => Err(Rejection::RetentionRunning { until }),
        Some(_) | None => Ok(()),
    }
}

pub(crate) fn breaches(_: &Books, _: &Context, _: &PersonEvent) -> Vec<Rejection> {
    Vec::new()
}

pub(crate) fn apply(books: &mut Books, _context: &Context, event: &PersonEvent) {
    let (person, state) = match event {
        PersonEvent::Registered(profile) => {
            let person = Person {
                version: 1,
                accounted_in: 0,
                state: PersonState::Active,
            };
            books.persons.put(profile.person, person);
            return;
        }
        PersonEvent::Amended(profile) => (profile.person, None),
        PersonEvent::Restricted(asked) => (asked.person, Some(PersonState::Restricted)),
        PersonEvent::RestrictionLifted(asked) => (asked.person, Some(PersonState::Active)),
        PersonEvent::Erased(asked) => (asked.person, Some(PersonState::Erased)),
    };
    if let Some(person) = books.persons.get_mut(person) {
        person.version = person.version.saturating_add(1);
        person.state = state.unwrap_or(person.state);
    }
}

/// Money went to them, or they spoke of it: an account that must be kept.
pub(crate) fn accounted(books: &mut Books, context: &Context, person: PersonId) {
    let year = context.day().year();
    // Nearly always known already: a row is not touched for nothing.
    let later = books.persons.get(person);
    if later.is_some_and(|row| row.accounted_in < year)
        && let Some(row) = books.persons.get_mut(person)
    {
        row.accounted_in = year;
    }
}
