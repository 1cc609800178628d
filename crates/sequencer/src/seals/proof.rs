//! That no record of a subject was left out: its row, and the way from it to the sealed root.

use super::{SealError, Sealed, fold, root};
use crate::Handle;
use chain::{Accumulator, NodeHash, inclusion, verify_inclusion};
use ledger::ids::{LedgerId, Subject};
use std::path::Path;
use store::SubjectFile;

/// That a subject has these records in a ledger, and no more, through the seal's last position.
///
/// Whoever holds `accumulator.records` records folds them, hashes the leaf, and follows the path
/// to the root of the seal. That the root is right only a full scan can say; until somebody has
/// made one it is asserted by the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectProof {
    /// The ledger.
    pub ledger: LedgerId,
    /// The subject.
    pub subject: Subject,
    /// How many records, and which.
    pub accumulator: Accumulator,
    /// The place of its leaf, from 0, of as many as the seal counts.
    pub leaf_index: u64,
    /// The RFC 6962 path, from the leaf's sibling upwards.
    pub path: Vec<NodeHash>,
}

impl Handle {
    /// Proves what subjects came to at the last seal; nothing for one that had no record. Each
    /// costs some reads of the file of subjects; where that is damaged, or a subject is not in it,
    /// the whole file is read: on a million subjects about a second.
    ///
    /// # Errors
    /// [`SealError::NotSealed`]; or the records no longer give the root that was sealed.
    pub fn prove_subjects(
        &self,
        subjects: &[(LedgerId, Subject)],
    ) -> Result<(Sealed, Vec<Option<SubjectProof>>), SealError> {
        let sealing = self.sealing.lock();
        let _one_at_a_time = sealing.unwrap_or_else(std::sync::PoisonError::into_inner);
        let seal = self.last_seal().ok_or(SealError::NotSealed)?;
        if let Some(proofs) = quickly(&self.dir, &seal, subjects) {
            return Ok((seal, proofs));
        }
        let file = fold::file_through(&self.reader, &self.dir, seal.through_position)?;
        let root = root(&file)?;
        let (through, stated) = (seal.through_position, (seal.root, seal.count));
        if (root, file.count) != stated {
            return Err(SealError::Differs { through });
        }
        let prove = |of: &(LedgerId, Subject)| one(&file, &seal, *of);
        let proofs = subjects.iter().map(prove).collect::<Result<_, _>>()?;
        Ok((seal, proofs))
    }
}

/// The proofs from the file as it is, if they lead to the sealed root: then nothing else of the
/// file matters. Nothing if it is not there, or anything in it is not right; or if a subject is not
/// in it, which only a file that is whole can say.
fn quickly(
    dir: &Path,
    seal: &Sealed,
    subjects: &[(LedgerId, Subject)],
) -> Option<Vec<Option<SubjectProof>>> {
    let file = SubjectFile::open(dir, seal.through_position).ok()?;
    if file.count != seal.count {
        return None;
    }
    let prove = |of: &(LedgerId, Subject)| one(&file, seal, *of).ok()?.map(Some);
    subjects.iter().map(prove).collect()
}

/// A subject's row and the path from it, which leads to the sealed root.
fn one(
    file: &SubjectFile,
    seal: &Sealed,
    (ledger, subject): (LedgerId, Subject),
) -> Result<Option<SubjectProof>, SealError> {
    let Some((leaf_index, row)) = file.find((chain::LedgerId(ledger.0), subject.0))? else {
        return Ok(None);
    };
    let nodes = |level, index| file.node(level, index).map_err(SealError::from);
    let path = inclusion(leaf_index, file.count, nodes)?;
    verify_inclusion(row.leaf(), leaf_index, seal.count, seal.root, &path)?;
    Ok(Some(SubjectProof {
        ledger,
        subject,
        accumulator: row.accumulator,
        leaf_index,
        path,
    }))
}
