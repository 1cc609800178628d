//! `account` in protobuf.

use crate::generated as pb;
use ledger::account::*;

choice!(AccountKind {
    ZeroBalance,
    FiscalSpecial,
    Custody,
    Unit,
    VillageCollective,
    PayrollAgent,
    NonTax
});
choice!(CashNature {
    Received,
    Returned,
    Recovered
});
record!(AccountOpening {
    account,
    kind,
    owner,
    bank,
    masked_number
});
record!(AccountClosing { account, reason });
record!(CashReceipt {
    account,
    movement,
    nature,
    fund,
    amount_fen,
    bank_reference,
    from,
    payment
});
record!(CashPayment {
    account,
    movement,
    fund,
    payment,
    amount_fen,
    bank_reference
});
record!(Interest {
    account,
    movement,
    fund,
    amount_fen
});
record!(CashTransfer {
    from,
    to,
    movement,
    fund,
    amount_fen,
    bank_reference
});
record!(CustodyAgreement {
    custody,
    account,
    principal,
    custodian,
    terms,
    fee_bp,
    document
});
record!(CustodyRelease {
    custody,
    claim,
    amount_fen
});
record!(OpeningBalance { fund, amount_fen });
record!(AccountTakeover {
    opening,
    cut_over,
    balances
});
noun!(
    AccountCommand,
    account_command,
    command,
    Command {
        Open,
        Close,
        ReceiveCash,
        PayCash,
        CreditInterest,
        Transfer,
        AgreeCustody,
        ReleaseCustody,
        TakeOver
    }
);
noun!(
    AccountEvent,
    account_event,
    event,
    Event {
        Opened,
        Closed,
        CashReceived,
        CashPaid,
        InterestCredited,
        Transferred,
        CustodyAgreed,
        CustodyReleased,
        TakenOver
    }
);
