//! One bit that is not what it was, anywhere in the files of either copy.

use std::fs;

use anyhow::Result;

use crate::damage::{Sample, files, judge};
use crate::trial::How;
use crate::{Chance, Family, Tools, Trial};

/// The row of the table.
pub const FAMILY: Family = Family {
    name: "bits",
    what: "one flipped bit anywhere in sled's files or the journal",
    in_ci: 300,
    full: 5_000,
    repaired_percent_min: 99,
    how: How::Trials(prepare),
};

fn prepare(_: &Tools) -> Result<Trial> {
    let sample = Sample::make()?;
    Ok(Box::new(move |seed| {
        let mut chance = Chance::of(seed);
        let copy = sample.copy();
        let files = files(copy.path());
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
        judge(copy.path(), &sample.all, seed % 2 == 0)
    }))
}
