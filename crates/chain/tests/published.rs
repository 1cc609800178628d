//! The vectors of tree, checkpoints and proofs: made by another implementation, true for ever.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "in a test a panic is the message"
)]

mod common;

use std::collections::HashMap;

use chain::{
    Checkpoint, Cosigner, Frontier, KeyKind, NodeHash, Note, NoteSignature, Policy, Signer,
    TlogProof, VerifierKey, consistency, inclusion, leaf_bytes, leaf_hash, verify_consistency,
    verify_inclusion,
};
use common::{Memory, blocks, unhex, unhex_text};

type Block = HashMap<&'static str, Vec<&'static str>>;

/// The blocks that begin with this key.
fn of_kind(kind: &str) -> Vec<Block> {
    let all = blocks(include_str!("../../../proto/vectors/tree-v1.txt"));
    let all = all.into_iter().filter(|block| block.contains_key(kind));
    all.collect()
}

fn hashes(block: &Block) -> Vec<NodeHash> {
    let proof = block.get("proof").into_iter().flatten();
    proof
        .map(|text| NodeHash::from_base64(text).unwrap())
        .collect()
}

fn number(block: &Block, key: &str) -> u64 {
    block[key][0].parse().unwrap()
}

fn tree() -> Memory {
    let mut memory = Memory::new(0);
    for leaf in of_kind("leaf") {
        memory.push(&unhex(leaf["leaf"][0]));
    }
    memory
}

fn roots() -> Vec<NodeHash> {
    let roots = of_kind("root");
    let root = |block: &Block| NodeHash::from_base64(block["root"][0]).unwrap();
    roots.iter().map(root).collect()
}

#[test]
fn leaves_and_roots_are_the_published_ones() {
    let (leaves, roots) = (of_kind("leaf"), roots());
    assert_eq!((leaves.len(), roots.len()), (7, 8));
    let mut frontier = Frontier::new();
    assert_eq!(frontier.root(), roots[0]);
    for (leaf, root) in leaves.iter().zip(&roots[1..]) {
        let [ledger, hash] = ["ledger", "hash"].map(|key| leaf[key][0]);
        let ledger = ledger.parse().unwrap();
        let bytes = leaf_bytes(ledger, number(leaf, "seq"), hash.parse().unwrap());
        assert_eq!(bytes, unhex(leaf["leaf"][0]));
        assert_eq!(leaf_hash(&bytes).to_base64(), leaf["leaf_hash"][0]);
        frontier.push(leaf_hash(&bytes));
        assert_eq!(frontier.root(), *root);
    }
}

#[test]
fn proofs_are_the_published_ones() {
    let (memory, roots) = (tree(), roots());
    let root = |size: u64| roots[usize::try_from(size).unwrap()];
    let included: Vec<Block> = of_kind("inclusion");
    for block in &included {
        let [index, size] = ["inclusion", "size"].map(|key| number(block, key));
        let proof = inclusion(index, size, |l, i| memory.node(l, i)).unwrap();
        assert_eq!(proof, hashes(block));
        let leaf = memory.node(0, index).unwrap();
        assert_eq!(
            verify_inclusion(leaf, index, size, root(size), &proof),
            Ok(())
        );
    }
    let consistent = of_kind("consistency");
    for block in &consistent {
        let [from, to] = ["consistency", "to"].map(|key| number(block, key));
        let proof = consistency(from, to, |l, i| memory.node(l, i)).unwrap();
        assert_eq!(proof, hashes(block));
        assert_eq!(
            verify_consistency(from, root(from), to, root(to), &proof),
            Ok(())
        );
    }
    assert_eq!((included.len(), consistent.len()), (4, 5));
}

#[test]
fn checkpoint_and_cosignature_are_the_published_ones() {
    let keys = of_kind("key");
    let log = Signer::from_text(keys[0]["secret"][0]).unwrap();
    let witness = Cosigner::from_text(keys[1]["secret"][0]).unwrap();
    assert_eq!(log.to_text(), keys[0]["secret"][0]);
    assert_eq!(witness.to_text(), keys[1]["secret"][0]);
    let vkeys = keys.iter().map(|key| key["vkey"][0].parse().unwrap());
    let vkeys: Vec<VerifierKey> = vkeys.collect();
    assert_eq!([log.verifier(), witness.verifier()], [&vkeys[0], &vkeys[1]]);

    let block = &of_kind("checkpoint")[0];
    let checkpoint = Checkpoint::new("log.example/county", 7, roots()[7]).unwrap();
    assert_eq!(checkpoint.to_string(), unhex_text(block["checkpoint"][0]));
    let mut note = checkpoint.sign(&log).unwrap();
    assert_eq!(note.to_string(), unhex_text(block["signed"][0]));

    let time_s = number(block, "cosigned_at");
    let cosignature = witness.cosign(note.text(), time_s);
    let line = unhex_text(block["cosignature"][0]);
    assert_eq!(format!("{cosignature}\n"), line);
    assert_eq!(
        NoteSignature::parse_lines(&line),
        Ok(vec![cosignature.clone()])
    );
    note.add(cosignature).unwrap();
    assert_eq!(note.to_string(), unhex_text(block["cosigned"][0]));
    assert_eq!(Note::parse(note.to_string().as_bytes()), Ok(note.clone()));
    let signed = note.verify(&vkeys).unwrap();
    assert_eq!(signed, [(&vkeys[0], None), (&vkeys[1], Some(time_s))]);
}

#[test]
fn the_published_proof_convinces_whoever_has_the_policy() {
    let block = &of_kind("tlog_proof")[0];
    let text = unhex_text(block["tlog_proof"][0]);
    let policy = Policy::parse(&unhex(block["policy"][0])).unwrap();
    let proof = TlogProof::parse(text.as_bytes()).unwrap();
    assert_eq!(proof.to_string(), text);
    let leaf = leaf_hash(&unhex(of_kind("leaf")[4]["leaf"][0]));
    let witnessed = proof.verify(leaf, &policy).unwrap();
    assert_eq!(witnessed.checkpoint.size(), 7);
    let seen = ("witness.example/one".to_owned(), 1_700_000_000);
    assert_eq!(witnessed.witnesses, [seen]);
}

/// Where implementations of Ed25519 differ, all of ours say the same: no.
#[test]
fn signatures_at_the_edges_of_the_curve_are_refused() {
    let vectors = blocks(include_str!("../../../proto/vectors/ed25519-edges.txt"));
    assert_eq!(vectors.len(), 66);
    let mut accepted = 0;
    for vector in vectors {
        let flags = vector.get("flag").cloned().unwrap_or_default();
        let odd = |flag: &&str| {
            flag.starts_with("low_order_A")
                || flag.starts_with("low_order_R")
                || flag.starts_with("non_canonical")
                || *flag == "low_order_residue"
        };
        let key = unhex(vector["key"][0]).try_into().unwrap();
        let fits = || {
            let key = VerifierKey::new("a", KeyKind::Log, key).ok()?;
            let bytes = [key.id().as_slice(), &unhex(vector["sig"][0])].concat();
            let line = format!("— a {}", common::base64(&bytes));
            key.verify(vector["msg"][0], &line.parse().unwrap()).ok()
        };
        let fits = fits().is_some();
        assert_eq!(
            fits,
            !flags.iter().any(odd),
            "{:?} {flags:?}",
            vector["number"]
        );
        accepted += usize::from(fits);
    }
    assert!(accepted > 0);
}
