//! How fast the log takes and gives: `cargo run --release -p store --example bench -- [records]`.
//!
//! Writes bodies of 200 bytes to a directory under the system's temporary one (set `TMPDIR` to
//! measure another disk), in groups of 64 and of 8,192, then opens what it wrote.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a tool for developers: a panic is its error message"
)]

use std::convert::Infallible;
use std::path::Path;
use std::time::Instant;

use chain::{Hash, Head, LedgerId, Record};
use store::{Entry, Log};
use uuid::Uuid;

fn open(dir: &Path) -> Log {
    let start = Instant::now();
    let mut bytes = 0;
    let each = |entry: &Entry| {
        bytes += entry.record.body.len();
        Ok::<(), Infallible>(())
    };
    let (log, recovery) = Log::open(dir, each).unwrap();
    let records = log.next_position();
    println!(
        "open {records} records ({bytes} body bytes): {:?}, {recovery}",
        start.elapsed()
    );
    log
}

fn group(heads: &mut [Head], n: usize) -> Vec<Record> {
    let ledgers = heads.len();
    let link = |n: usize| {
        let head = &mut heads[n % ledgers];
        let command = Uuid::from_u128(head.seq as u128 + 1);
        let digest = Hash::from_bytes([3; 32]);
        let body = vec![n as u8; 200];
        let record = head.link(head.seq, command, 1, 1, digest, body).unwrap();
        *head = Head::of(&record);
        record
    };
    (0..n).map(link).collect()
}

fn main() {
    let records = std::env::args()
        .nth(1)
        .map_or(1_000_000, |n| n.parse().unwrap());
    for (len, records, ledgers) in [
        (64, records / 10, 1),
        (8_192, records, 1),
        (8_192, records, 100),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let mut log = open(dir.path());
        let mut heads: Vec<Head> = (0..ledgers)
            .map(|n| Head::genesis(LedgerId(Uuid::from_u128(n))))
            .collect();
        let mut spent = std::time::Duration::ZERO;
        while log.next_position() < records {
            let group = group(&mut heads, len);
            let start = Instant::now();
            log.append(&group).unwrap();
            spent += start.elapsed();
        }
        let rate = log.next_position() as f64 / spent.as_secs_f64();
        println!("groups of {len}, {ledgers} ledgers: {rate:.0} records/s");
        drop(log);
        let log = open(dir.path());
        let reader = log.reader();
        let start = Instant::now();
        for n in 1..=10_000 {
            let command = Uuid::from_u128(n % (u128::from(records) / 200) + 1);
            assert!(
                reader
                    .find(LedgerId(Uuid::from_u128(0)), command)
                    .unwrap()
                    .is_some()
            );
        }
        println!("find: {:?} each", start.elapsed() / 10_000);
        drop((log, reader));
        let start = Instant::now();
        let verified = store::verify(dir.path(), |_| ()).unwrap();
        println!(
            "verify {} records: {:?}\n",
            verified.records,
            start.elapsed()
        );
        let _ = std::process::Command::new("du")
            .args(["-sh", "journal", "sled"])
            .current_dir(dir.path())
            .status();
    }
}
