//! `record` in protobuf.

use crate::generated as pb;
use crate::{WireError, event_from, event_noun};
use ledger::Event;
use ledger::record::*;
use prost::Message;

choice!(CorrectedField {
    Name,
    Number,
    Code,
    Document,
    Mandate,
    Voucher,
    BankReference,
    Reference,
    FunctionCode,
    EconomyCode,
    PurposeCode,
    Content,
    PerformanceTarget,
    Basis,
    Facts,
    Plan,
    Finding,
    Description,
    Result,
    Authority,
    Terms,
    Remark,
    Reason
});
record!(RecordReversal {
    subject,
    seq,
    amount_fen,
    reason,
    original
});
record!(RecordCorrection {
    subject,
    seq,
    field,
    to,
    reason,
    original
});
noun!(
    RecordCommand,
    record_command,
    command,
    Command { Reverse, Correct }
);
noun!(
    RecordEvent,
    record_event,
    event,
    Event {
        Reversed,
        Corrected
    }
);

/// As bytes, since the two files cannot import each other.
impl crate::field::Field<Vec<u8>> for Option<Box<Event>> {
    fn to_wire(&self) -> Vec<u8> {
        self.as_ref().map_or_else(Vec::new, |event| {
            let noun = Some(event_noun(event));
            pb::Event {
                noun,
                ..pb::Event::default()
            }
            .encode_to_vec()
        })
    }

    fn from_wire(wire: Vec<u8>, name: &'static str) -> Result<Self, WireError> {
        if wire.is_empty() {
            return Ok(None);
        }
        let event = pb::Event::decode(wire.as_slice());
        let event = event.map_err(|error| WireError::Malformed(error.to_string()))?;
        // Anything besides the noun would be lost; the length tells, as it does for the body.
        if (pb::Event {
            noun: event.noun.clone(),
            ..pb::Event::default()
        })
        .encoded_len()
            != wire.len()
        {
            return Err(WireError::Newer { what: name });
        }
        let noun = event.noun.ok_or(WireError::Newer { what: name })?;
        event_from(noun).map(|event| Some(Box::new(event)))
    }
}
