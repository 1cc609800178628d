//! The writer that is recorded: appends groups that everybody knows beforehand, and says after
//! each how many records were acknowledged.

use std::convert::Infallible;
use std::io::{self, Write};
use std::path::Path;

use chain::{Hash, Head, LedgerId, Record};
use store::{Entry, Log, Register};
use uuid::Uuid;

use crate::Chance;

/// The first argument that makes this crate's program the writer.
pub const ARGUMENT: &str = "write-for-the-recorder";

/// What stands before the count in a line of the writer.
pub const ACKNOWLEDGED: &str = "acknowledged ";

/// Records that are appended group by group; the same for everybody with the same number.
#[derive(Debug)]
pub struct Script {
    /// All of them, in the order of position.
    pub records: Vec<Record>,
    /// How many records there are after each group.
    pub ends: Vec<usize>,
}

impl Script {
    /// Three ledgers; mostly few and short records, now and then many or the longest there are,
    /// so that frames, pages and batches end everywhere.
    #[must_use]
    pub fn of(seed: u64, groups: usize) -> Script {
        let mut chance = Chance::of(seed);
        let mut heads: Vec<Head> = (1..=3)
            .map(|n| Head::genesis(LedgerId::from_bytes([n; 16])))
            .collect();
        let (mut records, mut ends) = (Vec::new(), Vec::new());
        for _ in 0..groups {
            let (count, body_len_max) = match chance.below(16) {
                0 => (100 + chance.below(500), 800),
                1 => (1 + chance.below(8), chain::BODY_LEN_MAX as u64),
                2..6 => (1 + chance.below(70), 300),
                _ => (1 + chance.below(3), 300),
            };
            for _ in 0..count {
                let body_len = chance.below(body_len_max + 1) as usize;
                let body = chance.bytes(body_len);
                let at = chance.index(heads.len());
                let command = Uuid::from_u128(records.len() as u128 + 1);
                let time = 1_000 + records.len() as u64;
                let record = heads[at].link(time, command, 1, 1, Hash::from_bytes([7; 32]), body);
                let record = record.expect("a body of at most the longest");
                heads[at] = Head::of(&record);
                records.push(record);
            }
            ends.push(records.len());
        }
        Script { records, ends }
    }

    /// The groups, from the one on that begins after `has` records.
    fn groups_after(&self, has: usize) -> impl Iterator<Item = &[Record]> {
        let from = |group: usize| group.checked_sub(1).map_or(0, |before| self.ends[before]);
        let groups = (0..self.ends.len()).map(move |group| (from(group), self.ends[group]));
        groups
            .filter(move |(from, _)| *from >= has)
            .map(|(from, to)| &self.records[from..to])
    }
}

/// The register beside a data directory. What it holds here is the count of records.
#[must_use]
pub fn register(dir: &Path) -> Register {
    Register::at(&dir.with_file_name("head"))
}

/// Waits for a line, opens the log, and appends what it lacks of the script; the register follows
/// each group, as it does in a server.
///
/// # Panics
/// Whatever goes wrong is told to whoever started it.
pub fn write(dir: &Path, seed: u64, groups: usize, segment_len: u64) {
    let script = Script::of(seed, groups);
    let mut line = String::new();
    io::stdin().read_line(&mut line).expect("a line");
    let mut has = 0;
    let each = |entry: &Entry| {
        assert!(entry.record == script.records[has], "record {has}");
        has += 1;
        Ok::<(), Infallible>(())
    };
    let (mut log, _) = Log::open(dir, each).expect("a log");
    log.set_segment_len(segment_len);
    let register = register(dir);
    let mut out = io::stdout();
    for group in script.groups_after(has) {
        log.append(group).expect("appended");
        has += group.len();
        register
            .write(has.to_string().as_bytes())
            .expect("registered");
        writeln!(out, "{ACKNOWLEDGED}{has}").expect("told");
    }
}
