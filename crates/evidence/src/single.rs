//! A proof or a checkpoint by itself, outside of any package: as a server hands them out, and as
//! they lie in `proofs/` of one.

use crate::Fault;
use crate::trust::{Basis, Of, Trust, Trusted};
use chain::{
    Checkpoint, HEADER_LEN, Hash, Header, LedgerId, Note, Record, TlogProof, leaf_bytes, leaf_hash,
    verify_inclusion,
};

/// What a leaf of a log says: a record, by its place in its ledger and its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// Whose record it is.
    pub ledger: LedgerId,
    /// Its place in the ledger.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}

impl Leaf {
    /// The leaf of a record: header and body, as in `records/P.bin` of a package.
    ///
    /// # Errors
    /// Why it is no record.
    pub fn of_record(bytes: &[u8]) -> Result<Leaf, String> {
        let Record { header, hash, .. } = record(bytes).map_err(|error| error.to_string())?;
        Ok(Leaf {
            ledger: header.ledger,
            seq: header.seq,
            hash,
        })
    }
}

/// A record, if it is what its header says.
pub(crate) fn record(bytes: &[u8]) -> Result<Record, chain::Error> {
    // What is shorter than a header is refused as one.
    let split = bytes.split_at_checked(HEADER_LEN);
    let (header, body) = split.unwrap_or((bytes, &[]));
    Record::new(Header::from_bytes(header)?, body.to_vec())
}

/// Checks a signed checkpoint. Pure: no clock, no files, no network.
///
/// # Errors
/// It is none, or those who are trusted have not signed it.
pub fn verify_checkpoint(bytes: &[u8], trust: &Trust) -> Result<(Checkpoint, Trusted), Fault> {
    let note = Note::parse(bytes).map_err(|error| Fault::Checkpoint(error.to_string()))?;
    signed(&note, trust)
}

/// Checks a C2SP tlog-proof: that a record is in the log, and at which position. Pure.
///
/// # Errors
/// It is none, those who are trusted have not signed its checkpoint, or the record is not there.
pub fn verify_proof(
    bytes: &[u8],
    leaf: Leaf,
    trust: &Trust,
) -> Result<(u64, Checkpoint, Trusted), Fault> {
    let proof = TlogProof::parse(bytes).map_err(|error| Fault::TlogProof(error.to_string()))?;
    let (checkpoint, trusted) = signed(&proof.checkpoint, trust)?;
    let hash = leaf_hash(&leaf_bytes(leaf.ledger, leaf.seq, leaf.hash));
    let (size, root) = (checkpoint.size(), checkpoint.root());
    let found = verify_inclusion(hash, proof.index, size, root, &proof.path);
    found.map_err(|error| Fault::Proof {
        position: proof.index,
        why: error.to_string(),
    })?;
    Ok((proof.index, checkpoint, trusted))
}

/// The checkpoint of a note, if those who are trusted have signed it: it brings no key of its own.
fn signed(note: &Note, trust: &Trust) -> Result<(Checkpoint, Trusted), Fault> {
    if matches!(trust.basis, Basis::Nothing) {
        return Err(Fault::NoKey);
    }
    let checkpoint: Result<Checkpoint, _> = note.text().parse();
    let checkpoint = checkpoint.map_err(|error| Fault::Checkpoint(error.to_string()))?;
    let of = Of {
        origin: checkpoint.origin(),
        own_key: "",
    };
    trust.signed(note, of)
}
