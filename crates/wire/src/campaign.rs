//! `campaign` in protobuf.

use crate::generated as pb;
use ledger::campaign::*;

choice!(LookbackResult { Passed, Failed });
record!(CampaignPlan {
    campaign,
    name,
    body,
    document,
    seed_commitment,
    sample_size,
    within,
    round,
    category,
    closed_from,
    closed_until
});
record!(PopulationFreeze {
    campaign,
    population_digest,
    population_size,
    nonce
});
record!(SeedReveal { campaign, seed });
record!(LookbackCheck {
    campaign,
    item,
    result,
    finding
});
record!(CampaignClosing { campaign, remark });
noun!(
    CampaignCommand,
    campaign_command,
    command,
    Command {
        Plan,
        Freeze,
        Reveal,
        Check,
        Close
    }
);
noun!(
    CampaignEvent,
    campaign_event,
    event,
    Event {
        Planned,
        Frozen,
        Revealed,
        Checked,
        Closed
    }
);
