//! From a command to records: its digest, its events salted, sealed, encoded and linked, and the
//! receipt for them.

use crate::answer::{Caller, Receipt, Refusal};
use crate::seal::{self, KeyRing};
use crate::writer::Failure;
use chain::{Head, Record};
use ledger::ids::LedgerId;
use ledger::personal::{self, PersonalText};
use ledger::{Context, Event, Fact, Submission};
use std::sync::Arc;

/// Over the command's protobuf, in which personal texts are blinded: see [`seal`].
pub(crate) fn digest(
    ledger: LedgerId,
    caller: &Caller,
    submission: &Submission,
    ring: &mut KeyRing<'_>,
) -> Result<chain::Hash, seal::NoRandomness> {
    let mut failed = None;
    let mut blinded = None;
    if personal::concerns(&submission.command) {
        let mut copy = submission.clone();
        personal::visit_command(&mut copy.command, &mut |person, _, text| {
            if let Some(PersonalText::Clear(clear)) = text {
                match ring.blind(person, clear) {
                    Ok(blinded) => *text = Some(blinded),
                    Err(error) => failed = Some(error),
                }
            }
        });
        blinded = Some(copy);
    }
    if let Some(error) = failed {
        return Err(error);
    }
    let bytes = wire::encode_command(blinded.as_ref().unwrap_or(submission));
    let actor = *caller.actor.person.0.as_bytes();
    Ok(chain::command_digest(
        actor,
        chain::LedgerId(ledger.0),
        &bytes,
    ))
}

/// The records of a command's events: salted, sealed, encoded and linked.
pub(crate) fn link(
    head: &Head,
    now_us: u64,
    submission: &Submission,
    context: &Context,
    digest: chain::Hash,
    events: &[Event],
    ring: &mut KeyRing<'_>,
) -> Result<Vec<Record>, Failure> {
    let parts = u16::try_from(events.len()).unwrap_or(u16::MAX);
    let mut head = *head;
    let mut records = Vec::with_capacity(events.len());
    for (part, event) in (1..).zip(events) {
        let salt = seal::random()?;
        let mut fact = Fact {
            actor: context.actor,
            intake: context.intake,
            occurred_on: context.occurred_on,
            documents: submission.documents.clone(),
            correlation_id: submission.correlation_id,
            signatories: Arc::clone(&context.signatories),
            event: event.clone(),
        };
        let mut failed = None;
        personal::visit(&mut fact.event, &mut |person, field, text| {
            if let Some(PersonalText::Clear(clear)) = text {
                match ring.seal(person, salt, field, clear) {
                    Ok(sealed) => *text = Some(sealed),
                    Err(error) => failed = Some(error),
                }
            }
        });
        if let Some(error) = failed {
            return Err(error.into());
        }
        let body = wire::encode_event(salt, &fact);
        let len = body.len();
        if len > chain::BODY_LEN_MAX {
            return Err(Refusal::BodyTooLarge { len }.into());
        }
        let record = head
            .link(now_us, submission.command_id, part, parts, digest, body)
            .map_err(|error| Failure::Machine(error.to_string()))?;
        head = Head::of(&record);
        records.push(record);
    }
    Ok(records)
}

pub(crate) fn receipt(ledger: LedgerId, first_position: u64, records: &[Record]) -> Receipt {
    let first = records.first().map(|record| record.header);
    let last = records.last();
    Receipt {
        ledger,
        command_id: first.map(|header| header.command_id).unwrap_or_default(),
        digest: first.map_or(chain::ledger_root(chain::LedgerId(ledger.0)), |h| {
            h.command_digest
        }),
        first_seq: first.map_or(0, |header| header.seq),
        last_seq: last.map_or(0, |record| record.header.seq),
        hash: last.map_or(chain::ledger_root(chain::LedgerId(ledger.0)), |record| {
            record.hash
        }),
        first_position,
        recorded_at_us: first.map_or(0, |header| header.recorded_at_us),
        repeated: false,
    }
}
