//! `receipt` in protobuf.

use crate::generated as pb;
use ledger::receipt::*;

choice!(ReceiptChannel {
    Visit,
    Message,
    Inquiry
});
choice!(ReceiptResult {
    Received,
    NotReceived,
    WrongAmount,
    CollectedBack
});
record!(ReceiptConfirmation {
    payment,
    subject,
    amount_fen,
    channel,
    result,
    visitor,
    remark
});
noun!(
    ReceiptCommand,
    receipt_command,
    command,
    Command { Confirm }
);
noun!(ReceiptEvent, receipt_event, event, Event { Confirmed });
