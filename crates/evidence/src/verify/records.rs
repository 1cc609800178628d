//! The records of a package: each is what it says, in the log, and follows the one before.

use super::held;
use crate::archive::{Archive, position_of, proof_name, record_name};
use crate::manifest::Manifest;
use crate::seals::Seals;
use crate::{Fault, Through, single};
use chain::{
    Checkpoint, LedgerId, Note, Record, TlogProof, leaf_bytes, leaf_hash, ledger_root,
    verify_inclusion,
};
use std::collections::BTreeMap;

/// The last format of a header that this release knows.
const FORMAT: u8 = 1;

/// Every record with its position, each with a good proof under the one checkpoint.
pub(super) fn proved(
    archive: &Archive,
    note: &Note,
    checkpoint: &Checkpoint,
) -> Result<BTreeMap<u64, Record>, Fault> {
    let mut records = BTreeMap::new();
    for (name, bytes) in &archive.held {
        if let Some(position) = position_of(name, "records/", ".bin") {
            let record = single::record(bytes);
            if matches!(record, Err(chain::Error::Format { format }) if format > FORMAT) {
                return Err(Fault::Newer { position });
            }
            let wrong = |error: chain::Error| Fault::Record {
                position,
                why: error.to_string(),
            };
            let record = record.map_err(wrong)?;
            let header = &record.header;
            let leaf = (header.ledger, header.seq, record.hash);
            prove(archive, note, checkpoint, position, leaf)?;
            records.insert(position, record);
        }
    }
    Ok(records)
}

fn prove(
    archive: &Archive,
    note: &Note,
    checkpoint: &Checkpoint,
    position: u64,
    (ledger, seq, hash): (LedgerId, u64, chain::Hash),
) -> Result<(), Fault> {
    let bad = |why: String| Fault::Proof { position, why };
    let proof = TlogProof::parse(held(archive, &proof_name(position))?);
    let proof = proof.map_err(|error| bad(error.to_string()))?;
    if proof.checkpoint != *note {
        return Err(bad("it is under another checkpoint".to_owned()));
    }
    if proof.index != position {
        return Err(bad(format!("it is for position {}", proof.index)));
    }
    let leaf = leaf_hash(&leaf_bytes(ledger, seq, hash));
    let (size, root) = (checkpoint.size(), checkpoint.root());
    verify_inclusion(leaf, position, size, root, &proof.path)
        .map_err(|error| bad(error.to_string()))
}

/// The seal's record apart from those of the ledger, which come in the order of their seqs.
#[expect(
    clippy::type_complexity,
    reason = "made here, taken apart by its caller"
)]
pub(super) fn sort_out<'a>(
    records: &'a BTreeMap<u64, Record>,
    manifest: &Manifest,
    seals: Option<&Seals>,
) -> Result<(Option<&'a Record>, Vec<(u64, &'a Record)>), Fault> {
    let (mut seal, mut own) = (None, Vec::new());
    for (position, record) in records {
        if record.header.ledger == manifest.chain() {
            own.push((*position, record));
        } else if seals.is_some_and(|seals| seals.position == *position) {
            seal = Some(record);
        } else {
            let why = format!("it is of the ledger {}", record.header.ledger);
            return Err(Fault::Record {
                position: *position,
                why,
            });
        }
    }
    if let (Some(seals), None) = (seals, seal) {
        return Err(Fault::Missing(record_name(seals.position)));
    }
    own.sort_by_key(|(_, record)| record.header.seq);
    Ok((seal, own))
}

/// Records that follow each other belong to one chain.
pub(super) fn chained(records: &[(u64, &Record)], manifest: &Manifest) -> Result<(), Fault> {
    let mut last: Option<&(u64, &Record)> = None;
    for this in records {
        let (position, record) = this;
        let seq = record.header.seq;
        let bad = |why| Fault::Chain { seq, why };
        let (place, parent) = match last {
            Some((before, last)) => {
                if *before >= *position || last.header.seq >= seq {
                    return Err(bad("it stands before it in the log"));
                }
                if record.header.recorded_at_us < last.header.recorded_at_us {
                    return Err(bad("it was recorded before it"));
                }
                (last.header.seq, last.hash)
            }
            None => (0, ledger_root(manifest.chain())),
        };
        if place.checked_add(1) == Some(seq) && record.header.parent != parent {
            return Err(bad("its parent is another"));
        }
        last = Some(this);
    }
    Ok(())
}

/// The last record that the answer knows is in the log, and none of the package's is after it.
pub(super) fn through(
    archive: &Archive,
    checkpoint: &Checkpoint,
    manifest: &Manifest,
    records: &[(u64, &Record)],
) -> Result<(), Fault> {
    let Through {
        seq,
        position,
        hash,
    } = manifest.through;
    let note = held(archive, "checkpoint")?;
    let note = Note::parse(note).map_err(|error| Fault::Checkpoint(error.to_string()))?;
    let leaf = (manifest.chain(), seq, hash);
    prove(archive, &note, checkpoint, position, leaf)?;
    match records.last() {
        Some((_, last)) if last.header.seq > seq => Err(Fault::Chain {
            seq: last.header.seq,
            why: "the answer is said to end before it",
        }),
        Some(_) | None => Ok(()),
    }
}
