//! `organisation` in protobuf.

use crate::generated as pb;
use ledger::organisation::*;

choice!(Level {
    Nation,
    Province,
    Prefecture,
    County,
    Town,
    Village,
    Group
});
choice!(OrganisationKind {
    Area,
    Agency,
    Enterprise,
    Collective
});
record!(OrganisationRegistration {
    organisation,
    code,
    name,
    kind,
    level,
    parent
});
record!(OrganisationRenaming { organisation, name });
noun!(
    OrganisationCommand,
    organisation_command,
    command,
    Command { Register, Rename }
);
noun!(
    OrganisationEvent,
    organisation_event,
    event,
    Event {
        Registered,
        Renamed
    }
);
