//! `subject` in protobuf.

use crate::generated as pb;
use ledger::person::*;

record!(PersonProfile {
    person,
    kind,
    name,
    identity_number,
    mobile,
    bank_card,
    address,
    remark
});
noun!(
    PersonCommand,
    person_command,
    command,
    Command { Register, Amend }
);
noun!(
    PersonEvent,
    person_event,
    event,
    Event {
        Registered,
        Amended
    }
);
