//! Persons and households: that they exist. What is known of them is sealed and read from the log.

#[cfg(test)]
mod tests;

use super::{PersonCommand, PersonEvent};
use crate::context::Context;
use crate::ids::PersonId;
use crate::rejection::Rejection;
use crate::{Books, Event};

/// A person or household as the books know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Person {
    /// How many records have been about it.
    pub version: u32,
}

/// Refuses a person that is not registered (V4).
///
/// # Errors
/// `NOT_FOUND`.
pub fn existing(books: &Books, field: &'static str, person: PersonId) -> Result<(), Rejection> {
    if books.persons.contains(person) {
        return Ok(());
    }
    Err(Rejection::NotFound {
        field,
        subject: person.into(),
    })
}

pub(crate) fn decide(
    books: &Books,
    _context: &Context,
    command: &PersonCommand,
) -> Result<Vec<Event>, Rejection> {
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
        PersonCommand::Amend(profile) => existing(books, "person", profile.person)?,
    }
    // After this point the command succeeds.
    Ok(vec![command.clone().into_event()])
}

pub(crate) fn breaches(_: &Books, _: &Context, _: &PersonEvent) -> Vec<Rejection> {
    Vec::new()
}

pub(crate) fn apply(books: &mut Books, _context: &Context, event: &PersonEvent) {
    match event {
        PersonEvent::Registered(profile) => {
            books.persons.put(profile.person, Person { version: 1 });
        }
        PersonEvent::Amended(profile) => {
            if let Some(person) = books.persons.get_mut(profile.person) {
                person.version = person.version.saturating_add(1);
            }
        }
    }
}
