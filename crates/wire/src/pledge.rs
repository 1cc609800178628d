//! `pledge` in protobuf.

use crate::generated as pb;
use ledger::pledge::*;

choice!(AssessmentResult {
    Excellent,
    Good,
    Qualified,
    Failed
});
record!(PledgeSigning {
    pledge,
    from_unit,
    from_person,
    to_unit,
    to_person,
    targets,
    starts_on,
    ends_on,
    document
});
record!(PledgeAssessment {
    pledge,
    result,
    document,
    finding
});
noun!(
    PledgeCommand,
    pledge_command,
    command,
    Command { Sign, Assess }
);
noun!(PledgeEvent, pledge_event, event, Event { Signed, Assessed });
