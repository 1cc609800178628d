//! `payment` in protobuf.

use crate::generated as pb;
use ledger::payment::*;

choice!(PaymentKind {
    Advance,
    Progress,
    Final,
    Retention,
    Subsidy,
    Other
});
either!(
    Payee,
    payee {
        Subject,
        Organisation
    }
);
record!(SourceShare { fund, amount_fen });
record!(PaymentInstruction {
    payment,
    project,
    payee,
    amount_fen,
    sources,
    kind,
    voucher,
    remark,
    contract,
    claim
});
record!(Settlement {
    payment,
    amount_fen,
    bank_reference
});
record!(PaymentReturn {
    payment,
    amount_fen,
    reason
});
record!(Reissue {
    payment,
    of,
    voucher,
    reason
});
noun!(
    PaymentCommand,
    payment_command,
    command,
    Command {
        Instruct,
        Settle,
        Return,
        Reissue
    }
);
noun!(
    PaymentEvent,
    payment_event,
    event,
    Event {
        Instructed,
        Settled,
        Returned,
        Reissued
    }
);
