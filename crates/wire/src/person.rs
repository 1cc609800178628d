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
choice!(ErasureBasis {
    PurposeServed,
    PeriodExpired,
    ConsentWithdrawn,
    Unlawful,
    Ordered
});
record!(PersonRestriction {
    person,
    basis,
    document
});
record!(RestrictionLifting { person, document });
record!(PersonErasure {
    person,
    basis,
    document
});
noun!(
    PersonCommand,
    person_command,
    command,
    Command {
        Register,
        Amend,
        Restrict,
        LiftRestriction,
        Erase
    }
);
noun!(
    PersonEvent,
    person_event,
    event,
    Event {
        Registered,
        Amended,
        Restricted,
        RestrictionLifted,
        Erased
    }
);
