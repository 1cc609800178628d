//! Receipts under a signature: one for a whole group, and a path to it for each.
//!
//! A receipt alone is a promise that the server can deny. Signed, it proves to anybody that the
//! server acknowledged this record at this position; if the record is ever missing, the server is
//! shown to have lost or hidden it. Signing each would take longer than deciding it, so the
//! receipts of a group are the leaves of one RFC 6962 tree, and its root is signed.

use crate::answer::{Answers, Receipt};
use chain::receipt::Statement;
use chain::{NodeHash, Signer};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// The answers to a request, and the signature over their receipts where the deployment signs.
#[derive(Debug, Clone)]
pub struct Answered {
    /// One for each command, in their order.
    pub answers: Answers,
    /// The group's signature, and the place of this request's first receipt among its leaves.
    pub signed: Option<(Arc<SignedGroup>, u64)>,
}

/// The receipts of a group: their tree, and its signed root.
#[derive(Debug)]
pub struct SignedGroup {
    /// From the leaves up; the last has the root alone.
    rows: Vec<Vec<NodeHash>>,
    /// The note as it is published, written out once for all who get it.
    note: String,
}

/// Receipts that are signed while their records go to the disk. They are given to nobody before
/// that: the announcer has the other end, and looks there when it answers.
pub(crate) struct Unsigned {
    statements: Vec<Statement>,
    signed: Sender<Arc<SignedGroup>>,
}

/// Where the signature comes. Nothing comes where nothing is signed.
pub(crate) type Signing = Receiver<Arc<SignedGroup>>;

impl Unsigned {
    /// The receipts of a group, in their order.
    pub(crate) fn of<'a>(receipts: impl Iterator<Item = &'a Receipt>) -> (Unsigned, Signing) {
        let statements = receipts.map(Receipt::statement).collect();
        let (signed, signing) = channel();
        (Unsigned { statements, signed }, signing)
    }

    /// Signs them.
    pub(crate) fn sign(self, signer: &Signer) {
        if let Some(group) = SignedGroup::over(leaves(self.statements.into_iter()), signer) {
            // An announcer that has failed meanwhile answers nobody.
            let _ = self.signed.send(Arc::new(group));
        }
    }
}

fn leaves(statements: impl Iterator<Item = Statement>) -> Vec<NodeHash> {
    let leaf = |receipt| chain::leaf_hash(&chain::receipt::leaf_bytes(&receipt));
    statements.map(leaf).collect()
}

impl SignedGroup {
    /// Signs receipts; nothing where there is none.
    pub(crate) fn of<'a>(
        receipts: impl Iterator<Item = &'a Receipt>,
        signer: &Signer,
    ) -> Option<SignedGroup> {
        SignedGroup::over(leaves(receipts.map(Receipt::statement)), signer)
    }

    /// Signs the leaves of receipts; nothing where there is none.
    fn over(leaves: Vec<NodeHash>, signer: &Signer) -> Option<SignedGroup> {
        let size = leaves.len();
        let mut rows = vec![leaves];
        while let Some(row) = rows.last().filter(|row| row.len() > 1) {
            let above = row.chunks(2).filter_map(|pair| match pair {
                [left, right] => Some(chain::node_hash(left, right)),
                [alone] => Some(*alone),
                _ => None,
            });
            let above = above.collect();
            rows.push(above);
        }
        let root = rows.last()?.first()?;
        let size = u64::try_from(size).ok()?;
        let text = chain::receipt::group_text(signer.verifier().name(), size, *root);
        let note = signer.note(text).ok()?.to_string();
        Some(SignedGroup { rows, note })
    }

    /// How many receipts it covers.
    #[must_use]
    pub fn size(&self) -> u64 {
        let leaves = self.rows.first().map_or(0, Vec::len);
        u64::try_from(leaves).unwrap_or(u64::MAX)
    }

    /// The signed note over the root.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The path from a receipt to the root: an RFC 6962 inclusion proof.
    #[must_use]
    pub fn path(&self, index: u64) -> Vec<NodeHash> {
        let mut index = usize::try_from(index).unwrap_or(usize::MAX);
        let mut path = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            path.extend(row.get(index ^ 1).filter(|_| row.len() > 1));
            index >>= 1;
        }
        path
    }
}
