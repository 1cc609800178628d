//! Receipts and events as JSON.

use crate::problem::Problem;
use chain::{Hash, NodeHash};
use jiff::Timestamp;
use ledger::ids::LedgerId;
use ledger::text::Reference;
use ledger::{Actor, Event, Fact, Intake};
use sequencer::{Receipt, SignedGroup};
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::fmt::Display;
use std::ops::RangeInclusive;
use uuid::Uuid;

/// A receipt as a client sees it: quote it, and anybody can check it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReceiptView {
    /// The ledger.
    #[schema(value_type = String, format = "uuid")]
    pub ledger: LedgerId,
    /// The command.
    pub command_id: Uuid,
    /// BLAKE3 over actor, ledger and the command's protobuf.
    #[serde(serialize_with = "in_words")]
    #[schema(value_type = String)]
    pub digest: Hash,
    /// Its first record.
    pub first_seq: u64,
    /// Its last record.
    pub last_seq: u64,
    /// The hash of its last record.
    #[serde(serialize_with = "in_words")]
    #[schema(value_type = String)]
    pub hash: Hash,
    /// The positions of its records in the deployment's log.
    #[serde(serialize_with = "one_by_one")]
    #[schema(value_type = Vec<u64>)]
    pub positions: RangeInclusive<u64>,
    /// When it was recorded, UTC.
    #[serde(serialize_with = "in_words")]
    #[schema(value_type = String)]
    pub recorded_at: Timestamp,
    /// True for the first receipt of a command that was sent again.
    pub repeated: bool,
    /// The server's signature. With it the receipt proves to anybody that it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<SignatureView>,
    /// How many records the checkpoint covers for which the answer was held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covered_by: Option<u64>,
    /// The proof, a C2SP tlog-proof, that the last record is under that checkpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
}

/// One signature for the receipts of a group, and the way to it from one of them.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SignatureView {
    /// Which of the group's receipts, from 0.
    pub index: u64,
    /// The RFC 6962 inclusion proof of the receipt's leaf, base64.
    pub path: Vec<String>,
    /// The signed note over the group's root.
    pub note: String,
}

impl SignatureView {
    /// The signature of the receipt at a place of a group.
    #[must_use]
    pub fn of(group: &SignedGroup, index: u64) -> SignatureView {
        SignatureView {
            index,
            path: group.path(index).iter().map(NodeHash::to_base64).collect(),
            note: group.note().to_owned(),
        }
    }
}

impl From<Receipt> for ReceiptView {
    fn from(receipt: Receipt) -> ReceiptView {
        let more = receipt.last_seq.saturating_sub(receipt.first_seq);
        let last = receipt.first_position.saturating_add(more);
        ReceiptView {
            ledger: receipt.ledger,
            command_id: receipt.command_id,
            digest: receipt.digest,
            first_seq: receipt.first_seq,
            last_seq: receipt.last_seq,
            hash: receipt.hash,
            positions: receipt.first_position..=last,
            recorded_at: timestamp(receipt.recorded_at_us),
            repeated: receipt.repeated,
            signature: None,
            covered_by: None,
            proof: None,
        }
    }
}

/// Written straight into the answer: lists have thousands of receipts.
fn in_words<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

fn one_by_one<S: Serializer>(
    numbers: &RangeInclusive<u64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(numbers.clone())
}

/// UTC microseconds as RFC 3339.
#[must_use]
pub fn moment(us: u64) -> String {
    timestamp(us).to_string()
}

fn timestamp(us: u64) -> Timestamp {
    let us = i64::try_from(us).unwrap_or(i64::MAX);
    Timestamp::from_microsecond(us).unwrap_or(Timestamp::MAX)
}

/// A record as a client sees it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct EventView {
    /// Place in the ledger, from 1.
    pub seq: u64,
    /// Place in the deployment's log, from 0.
    pub position: u64,
    /// The record's hash.
    pub hash: String,
    /// The hash of the record before.
    pub parent: String,
    /// When it was recorded, UTC.
    pub recorded_at: String,
    /// The command that caused it.
    pub command_id: Uuid,
    /// Which of the command's records.
    pub part: u16,
    /// How many records the command caused.
    pub parts: u16,
    /// The command's digest.
    pub command_digest: String,
    /// The hash of the body.
    pub body_hash: String,
    /// The word: `<noun>.<event>`.
    #[serde(rename = "type")]
    pub word: &'static str,
    /// Who did it.
    pub actor: Actor,
    /// By which way in.
    pub intake: Intake,
    /// When it happened.
    #[schema(value_type = String)]
    pub occurred_on: ledger::date::BusinessDate,
    /// The documents it rests on.
    #[schema(value_type = Vec<String>)]
    pub documents: Vec<Reference>,
    /// What it belongs together with.
    pub correlation_id: Option<Uuid>,
    /// Who signed on paper, if it was recorded from paper.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(value_type = Vec<ledger::Signatory>)]
    pub signatories: std::sync::Arc<[ledger::Signatory]>,
    /// The record that reversed it 冲销; absent where it stands, and in the stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reversed_by: Option<u64>,
    /// The facts.
    pub data: Value,
}

impl EventView {
    /// A record and its fact.
    ///
    /// # Errors
    /// The fact cannot be written as JSON.
    pub fn new(entry: &store::Entry, fact: Fact) -> Result<EventView, Problem> {
        let header = &entry.record.header;
        Ok(EventView {
            seq: header.seq,
            position: entry.position,
            hash: entry.record.hash.to_string(),
            parent: header.parent.to_string(),
            recorded_at: moment(header.recorded_at_us),
            command_id: header.command_id,
            part: header.part,
            parts: header.parts,
            command_digest: header.command_digest.to_string(),
            body_hash: header.body_hash.to_string(),
            word: fact.event.word(),
            actor: fact.actor,
            intake: fact.intake,
            occurred_on: fact.occurred_on,
            data: data(&fact.event)?,
            documents: fact.documents,
            correlation_id: fact.correlation_id,
            signatories: fact.signatories,
            reversed_by: None,
        })
    }
}

/// `{"fund": {"announced": {…}}}` without its two outer shells, which `type` says already.
fn data(event: &Event) -> Result<Value, Problem> {
    let mut value = serde_json::to_value(event).map_err(|error| Problem::internal(&error))?;
    for _ in 0..2 {
        if let Value::Object(shell) = value {
            value = shell
                .into_iter()
                .next()
                .map_or(Value::Null, |(_, inner)| inner);
        }
    }
    Ok(value)
}
