//! From a command to records: its digest, its events salted, sealed, encoded and linked, and the
//! receipt for them.

use crate::answer::{Caller, Receipt, Refusal, Request};
use crate::group::Open;
use crate::seal::{self, KeyRing};
use crate::writer::Failure;
use chain::{Hash, Head};
use jiff::civil::Date;
use ledger::date::civil_day;
use ledger::ids::LedgerId;
use ledger::personal::{self, PersonalText};
use ledger::{Context, Event, Fact, Submission};
use std::sync::Arc;
use store::Reader;
use uuid::Uuid;

/// A request with what can be computed of it before the writer has it, by whoever asks.
pub(crate) struct Asking {
    pub(crate) request: Request,
    /// The digests of its commands, except of those that need somebody's key.
    pub(crate) digests: Vec<Option<Hash>>,
}

impl Asking {
    pub(crate) fn new(request: Request) -> Asking {
        let (ledger, caller) = (request.ledger, &request.caller);
        let digest = |submission: &Submission| {
            let needs_no_key = !personal::holds(&submission.command);
            needs_no_key.then(|| digest_of(ledger, caller, submission))
        };
        let digests = request.submissions.iter().map(digest).collect();
        Asking { request, digests }
    }
}

/// Over the command's protobuf, in which personal texts are blinded: see [`seal`].
pub(crate) fn digest(
    ledger: LedgerId,
    caller: &Caller,
    submission: &Submission,
    ring: &mut KeyRing,
) -> Result<Hash, seal::NoRandomness> {
    let mut failed = None;
    let mut blinded = None;
    if personal::holds(&submission.command) {
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
    let submission = blinded.as_ref().unwrap_or(submission);
    Ok(digest_of(ledger, caller, submission))
}

fn digest_of(ledger: LedgerId, caller: &Caller, submission: &Submission) -> Hash {
    let bytes = wire::encode_command(submission);
    let actor = *caller.actor.person.0.as_bytes();
    chain::command_digest(actor, chain::LedgerId(ledger.0), &bytes)
}

/// Records that are decided and not yet linked, in the order of their positions.
pub(crate) struct Drafts {
    /// What each will state.
    pub(crate) facts: Vec<Fact>,
    /// How each will be stored.
    pub(crate) bodies: Vec<Vec<u8>>,
    /// The seq of the last.
    pub(crate) seq: u64,
    /// When the last will have been recorded.
    pub(crate) recorded_at_us: u64,
    /// A moment and its day: nearly always those of the next command too.
    day: (u64, Date),
}

/// A command whose records are among the drafts.
pub(crate) struct Draft {
    command_id: Uuid,
    digest: Hash,
    recorded_at_us: u64,
    parts: u16,
    first: usize,
}

impl Drafts {
    /// With room for so many.
    pub(crate) fn after(head: &Head, len: usize) -> Drafts {
        Drafts {
            facts: Vec::with_capacity(len),
            bodies: Vec::with_capacity(len),
            seq: head.seq,
            recorded_at_us: head.recorded_at_us,
            day: (0, civil_day(0)),
        }
    }

    /// The day of a moment in UTC+08:00.
    pub(crate) fn day(&mut self, us: u64) -> Date {
        if self.day.0 != us {
            self.day = (us, civil_day(us));
        }
        self.day.1
    }

    /// Adds a command's events: salted, sealed and encoded. All of them, or none.
    pub(crate) fn add(
        &mut self,
        now_us: u64,
        submission: &Submission,
        context: &Context,
        digest: Hash,
        events: Vec<Event>,
        ring: &mut KeyRing,
    ) -> Result<Draft, Failure> {
        let first = self.bodies.len();
        let parts = u16::try_from(events.len()).unwrap_or(u16::MAX);
        for event in events {
            let fact = Fact {
                actor: context.actor,
                intake: context.intake,
                occurred_on: context.occurred_on,
                documents: submission.documents.clone(),
                correlation_id: submission.correlation_id,
                signatories: Arc::clone(&context.signatories),
                event,
            };
            self.facts.push(fact);
            // Where it is: a fact is half a kilobyte, and not moved for nothing.
            let encoded = self.facts.last_mut().map(|fact| encode(fact, ring));
            match encoded {
                Some(Ok(body)) => self.bodies.push(body),
                Some(Err(failure)) => {
                    self.facts.truncate(first);
                    self.bodies.truncate(first);
                    return Err(failure);
                }
                None => {}
            }
        }
        self.seq = self.seq.saturating_add(u64::from(parts));
        self.recorded_at_us = now_us;
        Ok(Draft {
            command_id: submission.command_id,
            digest,
            recorded_at_us: now_us,
            parts,
            first,
        })
    }

    /// What the records of a command will state.
    pub(crate) fn facts_of(&self, draft: &Draft) -> impl Iterator<Item = &Fact> {
        self.facts
            .iter()
            .skip(draft.first)
            .take(usize::from(draft.parts))
    }
}

/// Makes a fact what is stored: its personal texts are sealed. Gives its bytes.
fn encode(fact: &mut Fact, ring: &mut KeyRing) -> Result<Vec<u8>, Failure> {
    let salt = ring.salt()?;
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
    let body = wire::encode_event(salt, fact);
    let len = body.len();
    if len > chain::BODY_LEN_MAX {
        return Err(Refusal::BodyTooLarge { len }.into());
    }
    Ok(body)
}

/// The length of the body that a fact would be stored in. Whoever wants to record much can know
/// beforehand what of it would be refused: a body has at most [`chain::BODY_LEN_MAX`] bytes.
#[must_use]
pub fn body_len(mut fact: Fact) -> usize {
    personal::visit(&mut fact.event, &mut |person, _, text| {
        if let Some(PersonalText::Clear(clear)) = text {
            *text = Some(seal::as_long_as(person, clear));
        }
    });
    wire::encode_event([0; 16], &fact).len()
}

/// Links the records of a command behind the head of their ledger, into the group.
pub(crate) fn link(
    head: &mut Head,
    draft: &Draft,
    bodies: &mut impl Iterator<Item = Vec<u8>>,
    group: &mut Open,
) -> Result<Receipt, String> {
    let ledger = LedgerId(head.ledger.0);
    let mut receipt = Receipt {
        ledger,
        command_id: draft.command_id,
        digest: draft.digest,
        first_seq: head.seq.saturating_add(1),
        last_seq: head.seq,
        hash: head.hash,
        first_position: group.next_position(),
        recorded_at_us: draft.recorded_at_us,
        repeated: false,
    };
    let first = group.records.len();
    for (part, body) in (1..=draft.parts).zip(bodies) {
        let (now_us, digest) = (draft.recorded_at_us, draft.digest);
        let record = head
            .link(now_us, draft.command_id, part, draft.parts, digest, body)
            .map_err(|error| error.to_string())?;
        *head = Head::of(&record);
        group.push(record);
    }
    (receipt.last_seq, receipt.hash) = (head.seq, head.hash);
    group.know(first);
    Ok(receipt)
}

/// The first receipt of a command that is in the log.
pub(crate) fn stored(
    log: &Reader,
    ledger: LedgerId,
    command_id: Uuid,
) -> Result<Option<Receipt>, store::Error> {
    let Some(first) = log.find(chain::LedgerId(ledger.0), command_id)? else {
        return Ok(None);
    };
    let more = u64::from(first.record.header.parts).saturating_sub(1);
    let last = match more {
        0 => None,
        more => log.at(first.position.saturating_add(more))?,
    };
    let last = last.as_ref().unwrap_or(&first);
    Ok(Some(Receipt::of(
        &first.record,
        &last.record,
        first.position,
    )))
}
