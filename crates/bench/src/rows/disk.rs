//! What a sync of the disk takes, on which everything that is acknowledged waits.

use crate::latency::Latencies;
use crate::{Benchmark, Place, Row};
use anyhow::Result;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// 400 bytes appended and synced.
pub const SYNC: Benchmark = Benchmark {
    name: "fdatasync",
    run,
};

fn run(place: &Place) -> Result<Vec<Row>> {
    let begin = Instant::now();
    let times = times(&place.dir, place.sizes.syncs)?;
    let row = Row::new("fdatasync", "syncs", "none: what everything waits on")
        .under("400 bytes appended to a file and synced, one after the other")
        .rate(times.count(), begin.elapsed().as_secs_f64())
        .times(&times);
    Ok(vec![row])
}

/// How long so many syncs take, one after the other.
///
/// # Errors
/// The disk fails.
pub fn times(dir: &Path, count: u64) -> Result<Latencies> {
    let path = dir.join("synced");
    let mut file = File::create(&path)?;
    let mut times = Latencies::default();
    for _ in 0..count {
        let begin = Instant::now();
        file.write_all(&[0x5a; 400])?;
        file.sync_data()?;
        times.add(begin.elapsed());
    }
    std::fs::remove_file(path)?;
    Ok(times)
}
