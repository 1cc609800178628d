//! `overlay` in protobuf.

use crate::generated as pb;
use ledger::overlay::*;

choice!(OverlayKind { WarZone, District });
record!(OverlayDefinition {
    overlay,
    kind,
    name,
    commander
});
record!(OverlayMembership {
    overlay,
    organisation,
    from
});
record!(OverlayDeparture {
    overlay,
    organisation,
    until
});
noun!(
    OverlayCommand,
    overlay_command,
    command,
    Command {
        Define,
        AddMember,
        RemoveMember
    }
);
noun!(
    OverlayEvent,
    overlay_event,
    event,
    Event {
        Defined,
        MemberAdded,
        MemberRemoved
    }
);
