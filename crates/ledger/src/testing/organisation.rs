//! Units.

use super::{Ask, ask, name, reference, unit};
use crate::Command;
use crate::organisation::*;

pub(crate) fn register_unit(number: u128, level: Level, parent: Option<u128>) -> Ask {
    let registration = OrganisationRegistration {
        organisation: unit(number),
        code: reference(),
        name: name(),
        kind: OrganisationKind::Area,
        level,
        parent: parent.map(unit),
    };
    ask(Command::Organisation(OrganisationCommand::Register(
        registration,
    )))
}
