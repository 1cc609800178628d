//! The area tree.

mod amend;
#[cfg(test)]
mod tests;

use super::{Level, OrganisationCommand, OrganisationEvent, OrganisationKind};
use crate::context::Context;
use crate::ids::OrganisationId;
use crate::rejection::Rejection;
use crate::text::{Name, Reference};
use crate::{Books, Event};

/// The tree is never deeper: seven levels of areas, and offices within offices.
const DEPTH_MAX: usize = 16;

/// A unit as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Organisation {
    /// Its code.
    pub code: Reference,
    /// Its name.
    pub name: Name,
    /// What sort it is.
    pub kind: OrganisationKind,
    /// Its level.
    pub level: Level,
    /// The unit above.
    pub parent: Option<OrganisationId>,
    /// The seq of the record that gave it its name.
    pub named_by: u64,
    /// How many records have been about it.
    pub version: u32,
}

/// The unit itself and those above it, nearest first.
pub fn upwards(
    books: &Books,
    unit: OrganisationId,
) -> impl Iterator<Item = OrganisationId> + use<'_> {
    let above = |id: &OrganisationId| books.organisations.get(*id).and_then(|unit| unit.parent);
    std::iter::successors(Some(unit), above).take(DEPTH_MAX)
}

/// True if `unit` is `ancestor` or lies below it.
#[must_use]
pub fn is_within(books: &Books, unit: OrganisationId, ancestor: OrganisationId) -> bool {
    upwards(books, unit).any(|id| id == ancestor)
}

/// The unit, or the refusal that names the field (V4).
///
/// # Errors
/// `NOT_FOUND`.
pub fn existing<'a>(
    books: &'a Books,
    field: &'static str,
    unit: OrganisationId,
) -> Result<&'a Organisation, Rejection> {
    let subject = unit.into();
    books
        .organisations
        .get(unit)
        .ok_or(Rejection::NotFound { field, subject })
}

pub(crate) fn decide(
    books: &Books,
    _context: &Context,
    command: &OrganisationCommand,
) -> Result<Vec<Event>, Rejection> {
    match command {
        OrganisationCommand::Register(registration) => {
            let id = registration.organisation;
            if books.organisations.contains(id) {
                let subject = id.into();
                return Err(Rejection::AlreadyExists {
                    field: "organisation",
                    subject,
                });
            }
            if let Some(parent) = registration.parent {
                let above = existing(books, "parent", parent)?;
                if above.level > registration.level {
                    return Err(Rejection::BadField {
                        field: "level",
                        why: "a unit cannot be of a higher level than the one above it",
                        why_zh: "下级机构的层级不得高于上级机构",
                    });
                }
                if upwards(books, parent).count() >= DEPTH_MAX {
                    return Err(Rejection::BadField {
                        field: "parent",
                        why: "the tree would be deeper than 16",
                        why_zh: "机构树不得超过 16 层",
                    });
                }
            }
        }
        OrganisationCommand::Rename(renaming) => {
            existing(books, "organisation", renaming.organisation)?;
        }
    }
    // After this point the command succeeds.
    Ok(vec![command.clone().into_event()])
}

pub(crate) fn breaches(_: &Books, _: &Context, _: &OrganisationEvent) -> Vec<Rejection> {
    Vec::new()
}

pub(crate) fn apply(books: &mut Books, context: &Context, event: &OrganisationEvent) {
    match event {
        OrganisationEvent::Registered(registration) => {
            let unit = Organisation {
                code: registration.code.clone(),
                name: registration.name.clone(),
                kind: registration.kind,
                level: registration.level,
                parent: registration.parent,
                named_by: context.seq,
                version: 1,
            };
            books.organisations.put(registration.organisation, unit);
        }
        OrganisationEvent::Renamed(renaming) => {
            if let Some(unit) = books.organisations.get_mut(renaming.organisation) {
                unit.name = renaming.name.clone();
                unit.named_by = context.seq;
                unit.version = unit.version.saturating_add(1);
            }
        }
    }
}
