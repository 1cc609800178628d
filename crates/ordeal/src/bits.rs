//! One bit that is not what it was, anywhere in the files of either copy.

use std::fs;

use anyhow::{Context, Result};

use store::Snapshot;

use crate::damage::{Sample, files, judge, snapshot_files, start_from_snapshot};
use crate::trial::How;
use crate::{Chance, Family, Tools, Trial};

/// The row of the table.
pub const FAMILY: Family = Family {
    name: "bits",
    what: "one flipped bit anywhere in sled's files, the journal or a snapshot",
    in_ci: 300,
    full: 5_000,
    repaired_percent_min: 99,
    how: How::Trials(prepare),
};

fn prepare(_: &Tools) -> Result<Trial> {
    let sample = Sample::make()?;
    let whole = sample.copy();
    let position = Snapshot::list(whole.path())?.into_iter().next();
    let position = position.context("the sample has a snapshot")?;
    let signed = Snapshot::open(whole.path(), position)?.hash();
    Ok(Box::new(move |seed| {
        let mut chance = Chance::of(seed);
        let copy = sample.copy();
        // A snapshot is smaller than what it is of, and is read first.
        let files = if chance.one_in(4) {
            snapshot_files(copy.path())
        } else {
            files(copy.path())
        };
        let file = chance.pick(&files);
        let mut bytes = fs::read(file).expect("a file");
        // Most of sled's file is holes: three of four bits lie where something is written.
        let written: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
        let at = if written.is_empty() || chance.one_in(4) {
            chance.index(bytes.len())
        } else {
            *chance.pick(&written)
        };
        bytes[at] ^= 1 << chance.below(8);
        fs::write(file, bytes).expect("a file");
        // A server would begin from the snapshot, if it may; then the night comes.
        if let Err(outcome) = start_from_snapshot(copy.path(), &sample.all, signed) {
            return outcome;
        }
        judge(copy.path(), &sample.all, seed % 2 == 0)
    }))
}
