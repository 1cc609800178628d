//! What the tests of this crate share: a tree in memory, vectors, seeded chance.

#![allow(dead_code, reason = "each test uses its part of it")]

use std::collections::HashMap;

use chain::{Frontier, NodeHash, ProofError, leaf_hash};

/// Every complete subtree of a tree, by level.
pub(crate) struct Memory {
    pub(crate) frontier: Frontier,
    levels: Vec<Vec<NodeHash>>,
}

impl Memory {
    /// The tree whose leaf `n` is the decimal text of `n`.
    pub(crate) fn new(size: u64) -> Memory {
        let mut memory = Memory {
            frontier: Frontier::new(),
            levels: vec![vec![]; 64],
        };
        for at in 0..size {
            memory.push(&leaf(at));
        }
        memory
    }

    pub(crate) fn push(&mut self, entry: &[u8]) {
        let levels = &mut self.levels;
        self.frontier
            .push_each(leaf_hash(entry), |level, index, hash| {
                let row = &mut levels[usize::from(level)];
                assert_eq!(usize::try_from(index), Ok(row.len()));
                row.push(hash);
            });
    }

    /// Panics beyond what the tree has: no proof may ask for that.
    pub(crate) fn node(&self, level: u8, index: u64) -> Result<NodeHash, ProofError> {
        Ok(self.levels[usize::from(level)][usize::try_from(index).unwrap()])
    }
}

pub(crate) fn leaf(at: u64) -> Vec<u8> {
    at.to_string().into_bytes()
}

/// Blocks of `key value` lines; a key may come again.
pub(crate) fn blocks(text: &'static str) -> Vec<HashMap<&'static str, Vec<&'static str>>> {
    let block = |block: &'static str| {
        let mut keys: HashMap<&str, Vec<&str>> = HashMap::new();
        for line in block.lines().filter(|line| !line.starts_with('#')) {
            let (key, value) = line.split_once(' ').unwrap_or((line, ""));
            keys.entry(key).or_default().push(value);
        }
        keys
    };
    text.split("\n\n")
        .map(block)
        .filter(|block| !block.is_empty())
        .collect()
}

/// Chance that can be repeated (SplitMix64).
pub(crate) struct Dice(pub u64);

impl Dice {
    /// From `FUNDTRACE_SEED` or the number of this process; printed, so that it can be repeated.
    pub(crate) fn new() -> Dice {
        let seed = std::env::var("FUNDTRACE_SEED").ok();
        let seed = seed
            .and_then(|seed| seed.parse().ok())
            .unwrap_or_else(|| std::process::id().into());
        eprintln!("FUNDTRACE_SEED={seed}");
        Dice(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digits = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digits).collect()
}

/// What stands in hexadecimal in a vector, as text.
pub(crate) fn unhex_text(text: &str) -> String {
    String::from_utf8(unhex(text)).unwrap()
}

/// Base64 by hand, so that the tests do not believe what they test.
pub(crate) fn base64(bytes: &[u8]) -> String {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let chunk = |chunk: &[u8]| {
        let mut bits = [0; 4];
        bits[1..=chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes(bits);
        let digit = |at: usize| match at <= chunk.len() {
            true => char::from(digits[usize::try_from(bits >> (18 - 6 * at) & 63).unwrap()]),
            false => '=',
        };
        (0..4).map(digit).collect::<String>()
    };
    bytes.chunks(3).map(chunk).collect()
}
