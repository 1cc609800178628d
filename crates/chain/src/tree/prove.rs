//! Making proofs from the hashes of complete subtrees, wherever those are kept.
//!
//! `nodes(level, index)` is asked for the subtree over the leaves `index * 2^level` up to
//! `(index + 1) * 2^level`, always a complete one within the tree, at most 63 + 63 times per proof.
//! Such a hash never changes again, so a proof for an old size can always be made.

use super::{NodeHash, ProofError, above, empty_root, level_of, node_hash};

/// The root of the tree as it was at `size` leaves.
///
/// # Errors
/// Those of `nodes`.
pub fn root_at<E>(
    size: u64,
    mut nodes: impl FnMut(u8, u64) -> Result<NodeHash, E>,
) -> Result<NodeHash, E> {
    span(0, size, &mut nodes)
}

/// The inclusion proof of the leaf at `index` in the tree of `size` leaves: PATH of RFC 6962
/// section 2.1.1, from the leaf's sibling upwards.
///
/// # Errors
/// [`ProofError::Index`] if there is no such leaf; those of `nodes`.
pub fn inclusion<E: From<ProofError>>(
    index: u64,
    size: u64,
    mut nodes: impl FnMut(u8, u64) -> Result<NodeHash, E>,
) -> Result<Vec<NodeHash>, E> {
    if index >= size {
        return Err(ProofError::Index { index, size }.into());
    }
    let mut proof = Vec::new();
    climb(0, index, size, &mut nodes, &mut proof)?;
    Ok(proof)
}

/// The proof that the tree of `to` leaves begins with the tree of `from` leaves: PROOF of RFC 6962
/// section 2.1.2. It is empty if `from` is 0 or `to`.
///
/// # Errors
/// [`ProofError::Backwards`] if `from` is above `to`; those of `nodes`.
pub fn consistency<E: From<ProofError>>(
    from: u64,
    to: u64,
    mut nodes: impl FnMut(u8, u64) -> Result<NodeHash, E>,
) -> Result<Vec<NodeHash>, E> {
    if from > to {
        return Err(ProofError::Backwards { from, to }.into());
    }
    let mut proof = Vec::new();
    let Some(last) = from.checked_sub(1).filter(|_| from < to) else {
        return Ok(proof);
    };
    // The last complete subtree of the old tree is a node of both; the rest is its path. If it is
    // the whole old tree, its hash is the old root, which the verifier has.
    let level = level_of(from);
    let index = above(last, level);
    if index != 0 {
        proof.push(nodes(level, index)?);
    }
    climb(level, index, to, &mut nodes, &mut proof)?;
    Ok(proof)
}

/// Adds the siblings on the way from a node up to the root.
fn climb<E>(
    mut level: u8,
    mut index: u64,
    size: u64,
    nodes: &mut impl FnMut(u8, u64) -> Result<NodeHash, E>,
    proof: &mut Vec<NodeHash>,
) -> Result<(), E> {
    let mut last = above(size.saturating_sub(1), level);
    while last > 0 {
        let sibling = index ^ 1;
        // Beyond the last there is none, and the node stands for its parent too.
        if sibling <= last {
            let start = below(sibling, level);
            let end = below(sibling.saturating_add(1), level).min(size);
            proof.push(span(start, end, nodes)?);
        }
        index >>= 1;
        last >>= 1;
        level = level.saturating_add(1);
    }
    Ok(())
}

/// The hash over the leaves from `start` to before `end`, where `start` is the first leaf of a
/// subtree that is complete or ends with the tree. From its right edge to the left.
fn span<E>(
    start: u64,
    end: u64,
    nodes: &mut impl FnMut(u8, u64) -> Result<NodeHash, E>,
) -> Result<NodeHash, E> {
    let mut rest = end.saturating_sub(start);
    let mut end = end;
    let mut hash: Option<NodeHash> = None;
    while rest != 0 {
        let level = level_of(rest);
        let leaves = below(1, level);
        end = end.saturating_sub(leaves);
        rest = rest.saturating_sub(leaves);
        let left = nodes(level, above(end, level))?;
        hash = Some(match hash {
            Some(right) => node_hash(&left, &right),
            None => left,
        });
    }
    Ok(hash.unwrap_or_else(empty_root))
}

/// The first leaf of the subtree at `index`, saturating at the end of all numbers.
fn below(index: u64, level: u8) -> u64 {
    let leaves = 1_u64.checked_shl(u32::from(level)).unwrap_or(u64::MAX);
    index.saturating_mul(leaves)
}
