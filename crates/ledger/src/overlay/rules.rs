//! Zones, and who belongs to them on which day.

mod amend;
#[cfg(test)]
mod tests;

use super::{OverlayCommand, OverlayEvent, OverlayKind};
use crate::context::Context;
use crate::date::BusinessDate;
use crate::ids::{OrganisationId, OverlayId, PersonId};
use crate::organisation::rules::{existing, upwards};
use crate::rejection::Rejection;
use crate::text::Name;
use crate::{Books, Event};
use jiff::civil::Date;

/// A zone as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Overlay {
    /// War zone or district.
    pub kind: OverlayKind,
    /// Its name.
    pub name: Name,
    /// Its commander.
    pub commander: Option<PersonId>,
    /// Its members, past ones too.
    pub members: Vec<Membership>,
    /// How many records have been about it.
    pub version: u32,
}

/// A unit's time in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Membership {
    /// The unit.
    pub organisation: OrganisationId,
    /// From when on.
    pub from: BusinessDate,
    /// Until when, both days included.
    pub until: Option<BusinessDate>,
}

impl Membership {
    /// True on `day`; a date known less exactly counts with the whole of its period.
    #[must_use]
    pub fn covers(&self, day: Date) -> bool {
        self.from.first().is_none_or(|from| from <= day)
            && self
                .until
                .and_then(BusinessDate::last)
                .is_none_or(|until| day <= until)
    }
}

impl Overlay {
    fn open_membership(&self, unit: OrganisationId) -> Option<&Membership> {
        self.members
            .iter()
            .find(|member| member.organisation == unit && member.until.is_none())
    }
}

/// The zones of `unit` on `day`: those of which it, or a unit above it, is a member.
#[must_use]
pub fn zones_of(books: &Books, unit: OrganisationId, day: Date) -> Vec<OverlayId> {
    let above: Vec<_> = upwards(books, unit).collect();
    let mut zones: Vec<_> = books
        .overlays
        .iter()
        .filter(|(_, overlay)| {
            overlay
                .members
                .iter()
                .any(|m| above.contains(&m.organisation) && m.covers(day))
        })
        .map(|(id, _)| id)
        .collect();
    zones.sort_unstable();
    zones
}

pub(crate) fn decide(
    books: &Books,
    _context: &Context,
    command: &OverlayCommand,
) -> Result<Vec<Event>, Rejection> {
    let zone = |id: OverlayId| {
        let subject = id.into();
        books.overlays.get(id).ok_or(Rejection::NotFound {
            field: "overlay",
            subject,
        })
    };
    match command {
        OverlayCommand::Define(definition) => {
            if books.overlays.contains(definition.overlay) {
                let subject = definition.overlay.into();
                return Err(Rejection::AlreadyExists {
                    field: "overlay",
                    subject,
                });
            }
        }
        OverlayCommand::AddMember(membership) => {
            let overlay = zone(membership.overlay)?;
            existing(books, "organisation", membership.organisation)?;
            if overlay.open_membership(membership.organisation).is_some() {
                let subject = membership.organisation.into();
                return Err(Rejection::AlreadyExists {
                    field: "organisation",
                    subject,
                });
            }
        }
        OverlayCommand::RemoveMember(departure) => {
            let member = zone(departure.overlay)?.open_membership(departure.organisation);
            let Some(member) = member else {
                let subject = departure.organisation.into();
                return Err(Rejection::NotFound {
                    field: "organisation",
                    subject,
                });
            };
            if departure.until.is_certainly_before(member.from) {
                return Err(Rejection::BadDate {
                    field: "until",
                    why: "it lies before the first day of the membership",
                    why_zh: "截止日期早于加入日期",
                });
            }
        }
    }
    // After this point the command succeeds.
    Ok(vec![command.clone().into_event()])
}

pub(crate) fn breaches(_: &Books, _: &Context, _: &OverlayEvent) -> Vec<Rejection> {
    Vec::new()
}

pub(crate) fn apply(books: &mut Books, _context: &Context, event: &OverlayEvent) {
    match event {
        OverlayEvent::Defined(definition) => {
            let overlay = Overlay {
                kind: definition.kind,
                name: definition.name.clone(),
                commander: definition.commander,
                members: Vec::new(),
                version: 1,
            };
            books.overlays.put(definition.overlay, overlay);
        }
        OverlayEvent::MemberAdded(membership) => {
            if let Some(overlay) = books.overlays.get_mut(membership.overlay) {
                overlay.version = overlay.version.saturating_add(1);
                overlay.members.push(Membership {
                    organisation: membership.organisation,
                    from: membership.from,
                    until: None,
                });
            }
        }
        OverlayEvent::MemberRemoved(departure) => {
            if let Some(overlay) = books.overlays.get_mut(departure.overlay) {
                overlay.version = overlay.version.saturating_add(1);
                for member in &mut overlay.members {
                    if member.organisation == departure.organisation && member.until.is_none() {
                        member.until = Some(departure.until);
                    }
                }
            }
        }
    }
}
