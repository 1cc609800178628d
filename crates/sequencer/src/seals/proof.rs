//! That no record of a subject was left out: its row, and the way from it to the sealed root.

use super::{SealError, Sealed, fold};
use crate::Handle;
use chain::{Accumulator, Frontier, NodeHash, inclusion, leaf_hash, subject_leaf};
use ledger::ids::{LedgerId, Subject};
use std::collections::HashMap;
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

/// Subtrees that paths need: by level and place within it.
type Nodes = HashMap<(u8, u64), NodeHash>;

impl Handle {
    /// Proves what subjects came to at the last seal; nothing for one that had no record. All of
    /// them cost one reading of the file together: on a million subjects about a second.
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
        let file = fold::file_through(&self.reader, &self.dir, seal.through_position)?;
        let mut found = Vec::with_capacity(subjects.len());
        for (ledger, subject) in subjects {
            found.push(file.find((chain::LedgerId(ledger.0), subject.0))?);
        }
        // Asked once for nothing, to learn what will be asked for.
        let mut nodes = Nodes::new();
        for (place, _) in found.iter().flatten() {
            inclusion(*place, file.count, |level, at| {
                let nothing = NodeHash::from_bytes([0; 32]);
                nodes.insert((level, at), nothing);
                Ok::<_, SealError>(nothing)
            })?;
        }
        gather(&file, &seal, &mut nodes)?;
        let proofs = found.into_iter().zip(subjects).map(|(found, of)| {
            let Some((leaf_index, row)) = found else {
                return Ok(None);
            };
            let path = inclusion(leaf_index, file.count, |level, at| {
                let node = nodes.get(&(level, at)).copied();
                node.ok_or(SealError::Differs {
                    through: seal.through_position,
                })
            })?;
            Ok(Some(SubjectProof {
                ledger: of.0,
                subject: of.1,
                accumulator: row.accumulator,
                leaf_index,
                path,
            }))
        });
        let proofs = proofs.collect::<Result<_, SealError>>()?;
        Ok((seal, proofs))
    }
}

/// Fills in the nodes, from one reading of the rows, which must give the sealed root.
fn gather(file: &SubjectFile, seal: &Sealed, nodes: &mut Nodes) -> Result<(), SealError> {
    let mut tree = Frontier::new();
    file.each(|row| {
        let leaf = subject_leaf(row.key.0, row.key.1, &row.accumulator);
        tree.push_each(leaf_hash(&leaf), |level, at, hash| {
            nodes.entry((level, at)).and_modify(|node| *node = hash);
        });
        Ok::<(), SealError>(())
    })?;
    if (tree.root(), file.count) != (seal.root, seal.count) {
        let through = seal.through_position;
        return Err(SealError::Differs { through });
    }
    Ok(())
}
