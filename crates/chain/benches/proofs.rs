//! How long proofs, checkpoints and hashes take: `cargo bench -p chain`.
//!
//! The tree has a million leaves and its nodes are in memory, so what is measured is the proof and
//! not the disk.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "a measurement that cannot go on stops, and says where"
)]

use std::hint::black_box;

use chain::{
    Checkpoint, Cosigner, Frontier, Hash, Head, LedgerId, NodeHash, Note, ProofError, Signer,
    consistency, inclusion, leaf_bytes, leaf_hash, verify_consistency, verify_inclusion,
};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use uuid::Uuid;

const SIZE: u64 = 1_000_000;

struct Memory {
    frontier: Frontier,
    levels: Vec<Vec<NodeHash>>,
    at: u64,
}

impl Memory {
    fn new() -> Memory {
        let mut frontier = Frontier::new();
        let mut levels = vec![vec![]; 64];
        for at in 0..SIZE {
            frontier.push_each(leaf_hash(&at.to_be_bytes()), |level, _, hash| {
                levels[usize::from(level)].push(hash);
            });
        }
        let at = 1;
        Memory {
            frontier,
            levels,
            at,
        }
    }

    fn node(&self, level: u8, index: u64) -> Result<NodeHash, ProofError> {
        Ok(self.levels[usize::from(level)][usize::try_from(index).unwrap()])
    }

    /// Another leaf each time, all over the tree.
    fn next(&mut self) -> u64 {
        self.at = (self.at + 618_033) % SIZE;
        self.at
    }
}

fn proofs(criterion: &mut Criterion) {
    let mut memory = Memory::new();
    let root = memory.frontier.root();
    criterion.bench_function("inclusion proof made, 1 M leaves", |bencher| {
        bencher.iter(|| {
            let index = memory.next();
            inclusion(index, SIZE, |l, i| memory.node(l, i)).unwrap()
        });
    });
    criterion.bench_function("inclusion proof checked, leaf hashed", |bencher| {
        let index = memory.next();
        let proof = inclusion(index, SIZE, |l, i| memory.node(l, i)).unwrap();
        let bytes = index.to_be_bytes();
        bencher.iter(|| {
            verify_inclusion(leaf_hash(black_box(&bytes)), index, SIZE, root, &proof).unwrap();
        });
    });
    criterion.bench_function("consistency proof made, to 1 M leaves", |bencher| {
        bencher.iter(|| {
            let from = memory.next();
            consistency(from, SIZE, |l, i| memory.node(l, i)).unwrap()
        });
    });
    criterion.bench_function("consistency proof checked", |bencher| {
        let from = 777_777;
        let old = chain::root_at(from, |l, i| memory.node(l, i)).unwrap();
        let proof = consistency(from, SIZE, |l, i| memory.node(l, i)).unwrap();
        bencher.iter(|| verify_consistency(from, old, SIZE, root, black_box(&proof)).unwrap());
    });
    criterion.bench_function("leaf added to the tree", |bencher| {
        let leaf = leaf_hash(b"leaf");
        let mut frontier = memory.frontier.clone();
        bencher.iter(|| frontier.push(black_box(leaf)));
    });
}

fn checkpoints(criterion: &mut Criterion) {
    let log = Signer::new("log.example/a", &[1; 32]).unwrap();
    let witness = Cosigner::new("witness.example/a", &[2; 32]).unwrap();
    let checkpoint = Checkpoint::new("log.example/a", SIZE, leaf_hash(b"")).unwrap();
    let mut note = checkpoint.sign(&log).unwrap();
    criterion.bench_function("checkpoint signed", |bencher| {
        bencher.iter(|| black_box(&checkpoint).sign(&log).unwrap());
    });
    criterion.bench_function("checkpoint read and verified", |bencher| {
        let bytes = note.to_string().into_bytes();
        bencher.iter(|| {
            Note::parse(&bytes)
                .unwrap()
                .verify([log.verifier()])
                .unwrap()
                .len()
        });
    });
    note.add(witness.cosign(note.text(), 1)).unwrap();
    criterion.bench_function("cosigned checkpoint read, both verified", |bencher| {
        let bytes = note.to_string().into_bytes();
        let keys = [log.verifier(), witness.verifier()];
        bencher.iter(|| Note::parse(&bytes).unwrap().verify(keys).unwrap().len());
    });
}

fn records(criterion: &mut Criterion) {
    let ledger = LedgerId::from_bytes([7; 16]);
    let hash = Hash::from_bytes([8; 32]);
    let head = Head::genesis(ledger);
    let body = vec![9; 250];
    let record = head.link(1, Uuid::nil(), 1, 1, hash, body.clone()).unwrap();
    criterion.bench_function("header of a record hashed", |bencher| {
        bencher.iter(|| black_box(&record.header).hash());
    });
    criterion.bench_function("record of 250 bytes linked", |bencher| {
        bencher.iter_batched(
            || body.clone(),
            |body| head.link(1, Uuid::nil(), 1, 1, hash, body).unwrap(),
            BatchSize::SmallInput,
        );
    });
    criterion.bench_function("record of 250 bytes checked", |bencher| {
        bencher.iter(|| head.after(black_box(&record)).unwrap());
    });
    criterion.bench_function("leaf of a record hashed", |bencher| {
        bencher.iter(|| leaf_hash(&leaf_bytes(ledger, black_box(1_234_567), hash)));
    });
}

criterion_group!(benches, proofs, checkpoints, records);
criterion_main!(benches);
