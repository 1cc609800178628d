//! What the tree promises: roots and proofs are those of RFC 6962, whoever checks them, and nothing
//! else is accepted as a proof.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "in a test a panic is the message"
)]

mod common;

use chain::{
    Frontier, Hash, LedgerId, NodeHash, ProofError, consistency, empty_root, inclusion, leaf_bytes,
    leaf_hash, node_hash, root_at, verify_consistency, verify_inclusion,
};
use common::{Dice, Memory, blocks, leaf};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use sha2::Sha256;

/// MTH of RFC 6962 section 2.1, as it stands there.
fn mth(leaves: &[Vec<u8>]) -> NodeHash {
    match leaves {
        [] => empty_root(),
        [only] => leaf_hash(only),
        many => {
            let (left, right) = many.split_at(many.len().next_power_of_two() / 2);
            node_hash(&mth(left), &mth(right))
        }
    }
}

#[test]
fn a_leaf_is_four_lines_that_anybody_can_type() {
    let ledger = LedgerId::from_bytes([0xab; 16]);
    let bytes = leaf_bytes(ledger, 17, Hash::from_bytes([0xc0; 32]));
    let text = format!(
        "fundtrace-leaf/v1\nabababab-abab-abab-abab-abababababab\n17\n{}\n",
        "c0".repeat(32)
    );
    assert_eq!(bytes, text.into_bytes());
}

#[test]
fn every_root_and_every_proof_of_small_trees_is_that_of_the_rfc() {
    let leaves: Vec<Vec<u8>> = (0..70).map(leaf).collect();
    let mut memory = Memory::new(0);
    for size in 0..=70_usize {
        let root = mth(&leaves[..size]);
        assert_eq!(memory.frontier.root(), root, "size {size}");
        let to = size as u64;
        assert_eq!(root_at(to, |l, i| memory.node(l, i)), Ok(root));
        for from in 0..=to {
            let old = mth(&leaves[..from as usize]);
            let proof = consistency(from, to, |l, i| memory.node(l, i)).unwrap();
            assert_eq!(verify_consistency(from, old, to, root, &proof), Ok(()));
        }
        for index in 0..to {
            let proof = inclusion(index, to, |l, i| memory.node(l, i)).unwrap();
            let leaf = leaf_hash(&leaves[index as usize]);
            assert_eq!(verify_inclusion(leaf, index, to, root, &proof), Ok(()));
        }
        memory.push(&leaf(to));
    }
}

#[test]
fn the_right_edge_is_enough_to_go_on() {
    let mut whole = Frontier::new();
    for at in 0..200 {
        let kept = Frontier::from_peaks(whole.size(), whole.peaks().to_vec());
        assert_eq!(kept, Ok(whole.clone()));
        whole.push(leaf_hash(&leaf(at)));
    }
    let peaks = |size, len| Frontier::from_peaks(size, vec![empty_root(); len]);
    assert_eq!(peaks(0, 1), Err(ProofError::Peaks { size: 0, len: 1 }));
    assert_eq!(peaks(5, 1), Err(ProofError::Peaks { size: 5, len: 1 }));
    let size = (1 << 62) + 1;
    assert_eq!(peaks(size, 2), Err(ProofError::Size { size }));
}

#[test]
fn the_published_inclusion_vectors_agree() {
    let mut seen = (0, 0);
    for vector in blocks(include_str!("../../../proto/vectors/rfc6962-inclusion.txt")) {
        let check = || -> Option<()> {
            let hash = |text: &&str| NodeHash::from_base64(text).ok();
            let [index, size] = ["index", "size"].map(|key| vector[key][0].parse().ok());
            let proof: Option<Vec<_>> = vector
                .get("proof")
                .into_iter()
                .flatten()
                .map(hash)
                .collect();
            let (leaf, root) = (hash(&vector["leaf"][0])?, hash(&vector["root"][0])?);
            verify_inclusion(leaf, index?, size?, root, &proof?).ok()
        };
        let refused = vector["refused"] == ["true"];
        assert_eq!(check().is_none(), refused, "{:?}", vector["name"]);
        seen.0 += 1;
        seen.1 += usize::from(refused);
    }
    assert_eq!(seen, (53, 49));
}

#[test]
fn the_published_consistency_vectors_agree() {
    let mut seen = (0, 0);
    for vector in blocks(include_str!(
        "../../../proto/vectors/rfc6962-consistency.txt"
    )) {
        let check = || -> Option<()> {
            let hash = |text: &&str| NodeHash::from_base64(text).ok();
            let [from, to] = ["from", "to"].map(|key| vector[key][0].parse().ok());
            let proof: Option<Vec<_>> = vector
                .get("proof")
                .into_iter()
                .flatten()
                .map(hash)
                .collect();
            let (old, new) = (hash(&vector["from_root"][0])?, hash(&vector["to_root"][0])?);
            verify_consistency(from?, old, to?, new, &proof?).ok()
        };
        let refused = vector["refused"] == ["true"];
        assert_eq!(check().is_none(), refused, "{:?}", vector["name"]);
        seen.0 += 1;
        seen.1 += usize::from(refused);
    }
    assert_eq!(seen, (43, 40));
}

#[test]
fn another_implementation_agrees_on_random_sizes() {
    let mut dice = Dice::new();
    for _ in 0..40 {
        let to = 1 + dice.below(700);
        let from = 1 + dice.below(to);
        let index = dice.below(to);
        let memory = Memory::new(to);
        let mut other = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        let mut old = None;
        for at in 0..to {
            other.push(leaf(at));
            if at + 1 == from {
                old = Some(other.root());
            }
        }
        let (root, old) = (other.root(), old.unwrap());
        assert_eq!(memory.frontier.root().as_bytes()[..], root.as_bytes()[..]);
        let stated = RootHash::<Sha256>::new((*memory.frontier.root().as_bytes()).into(), to);

        // Theirs convinces us, and ours is theirs, which convinces them.
        let bytes = |proof: &[NodeHash]| -> Vec<u8> {
            proof.iter().flat_map(|hash| *hash.as_bytes()).collect()
        };
        let path = inclusion(index, to, |l, i| memory.node(l, i)).unwrap();
        let theirs = other.prove_inclusion(index as usize);
        assert_eq!(bytes(&path), theirs.as_bytes(), "leaf {index} of {to}");
        let ours = InclusionProof::<Sha256>::try_from_bytes(bytes(&path)).unwrap();
        stated.verify_inclusion(&leaf(index), index, &ours).unwrap();

        let step = consistency(from, to, |l, i| memory.node(l, i)).unwrap();
        let theirs = other.prove_consistency((to - from) as usize);
        assert_eq!(bytes(&step), theirs.as_bytes(), "from {from} to {to}");
        let ours = ConsistencyProof::<Sha256>::try_from_bytes(bytes(&step)).unwrap();
        stated.verify_consistency(&old, &ours).unwrap();
    }
}

#[test]
fn every_flipped_bit_and_every_other_length_of_a_proof_is_refused() {
    let mut dice = Dice::new();
    for _ in 0..12 {
        let to = 2 + dice.below(300);
        let (from, index) = (1 + dice.below(to - 1), dice.below(to));
        let memory = Memory::new(to);
        let node = |l, i| memory.node(l, i);
        let (root, old) = (memory.frontier.root(), root_at(from, node).unwrap());
        let leaf = leaf_hash(&leaf(index));
        let included = |proof: &[NodeHash]| verify_inclusion(leaf, index, to, root, proof);
        let consistent = |proof: &[NodeHash]| verify_consistency(from, old, to, root, proof);
        let path = inclusion(index, to, node).unwrap();
        let step = consistency(from, to, node).unwrap();
        spoil(&path, &included);
        spoil(&step, &consistent);
        for (index, size) in [(index + 1, to), (index, to * 2), (index ^ 1, to), (to, to)] {
            assert!(verify_inclusion(leaf, index, size, root, &path).is_err());
        }
        for bit in 0..256 {
            let (leaf, other, older) = (flip(leaf, bit), flip(root, bit), flip(old, bit));
            assert!(verify_inclusion(leaf, index, to, root, &path).is_err());
            assert!(verify_consistency(from, old, to, other, &step).is_err());
            assert!(verify_consistency(from, older, to, root, &step).is_err());
        }
    }
}

fn spoil(proof: &[NodeHash], check: &dyn Fn(&[NodeHash]) -> Result<(), ProofError>) {
    assert_eq!(check(proof), Ok(()));
    for at in 0..proof.len() {
        for bit in 0..256 {
            let mut changed = proof.to_vec();
            changed[at] = flip(changed[at], bit);
            assert!(check(&changed).is_err(), "hash {at} bit {bit}");
        }
        let mut shorter = proof.to_vec();
        shorter.remove(at);
        assert!(check(&shorter).is_err(), "without hash {at}");
    }
    for at in 0..=proof.len() {
        let mut longer = proof.to_vec();
        longer.insert(at, empty_root());
        assert!(check(&longer).is_err(), "one more at {at}");
    }
    assert!(check(&[empty_root(); 64]).is_err());
}

fn flip(hash: NodeHash, bit: usize) -> NodeHash {
    let mut bytes = *hash.as_bytes();
    bytes[bit / 8] ^= 1 << (bit % 8);
    NodeHash::from_bytes(bytes)
}

#[test]
fn hostile_numbers_end_in_a_refusal() {
    let numbers = [
        0,
        1,
        2,
        3,
        1 << 32,
        1 << 62,
        (1 << 63) - 1,
        1 << 63,
        u64::MAX - 1,
        u64::MAX,
    ];
    let (root, leaf) = (empty_root(), leaf_hash(b"leaf"));
    for a in numbers {
        for b in numbers {
            for len in [0, 1, 2, 62, 63, 64, 1000] {
                let proof = vec![root; len];
                assert!(verify_inclusion(leaf, a, b, root, &proof).is_err());
                let from_itself = len == 0 && a == b;
                let from_nothing = len == 0 && a == 0;
                let sound = from_itself || from_nothing;
                let checked = verify_consistency(a, root, b, root, &proof);
                assert_eq!(checked.is_ok(), sound, "{a} {b} {len}");
            }
            // Making a proof asks only for what such a tree has.
            let node = |level: u8, index: u64| -> Result<NodeHash, ProofError> {
                let end = u128::from(index + 1) << level;
                assert!(end <= u128::from(b), "level {level} index {index} of {b}");
                Ok(root)
            };
            assert_eq!(inclusion(a, b, node).is_ok(), a < b);
            assert_eq!(consistency(a, b, node).is_ok(), a <= b);
            assert!(inclusion(a, b, node).unwrap_or_default().len() <= 64);
        }
    }
}

#[test]
fn a_hash_has_one_text_of_each_kind() {
    let hash = leaf_hash(b"a");
    assert_eq!(hash.to_string().parse(), Ok(hash));
    let text = hash.to_base64();
    assert_eq!(NodeHash::from_base64(&text), Ok(hash));
    // The last digit holds two bits more than the hash: only zeroes are its text.
    let other = format!("{}{}=", &text[..42], next_digit(&text[42..43]));
    for wrong in [
        "",
        &text[1..],
        &text[..43],
        &format!("{text}="),
        &other,
        &text.replace('=', "A"),
    ] {
        assert!(NodeHash::from_base64(wrong).is_err(), "{wrong}");
    }
}

fn next_digit(digit: &str) -> char {
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    digits.chars().nth(digits.find(digit).unwrap() + 1).unwrap()
}
