//! `milestone` in protobuf.

use crate::generated as pb;
use ledger::milestone::*;

choice!(Weighting {
    Count,
    Quantity,
    Money
});
record!(MilestoneDefinition {
    milestone,
    project,
    name,
    total,
    unit,
    weighting,
    weight,
    preparatory
});
record!(Progress {
    milestone,
    done,
    total,
    unit,
    weighting,
    on_site,
    remark,
    site_visit
});
noun!(
    MilestoneCommand,
    milestone_command,
    command,
    Command {
        Define,
        Report,
        Verify
    }
);
noun!(
    MilestoneEvent,
    milestone_event,
    event,
    Event {
        Defined,
        Reported,
        Verified
    }
);
