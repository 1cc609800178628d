//! Sectors that a disk lost: zeroed, full of garbage, or cut away with all behind them; and files
//! that are gone.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::damage::{Sample, files, judge};
use crate::trial::How;
use crate::{Chance, Family, Tools, Trial};

/// The row of the table.
pub const FAMILY: Family = Family {
    name: "sectors",
    what: "zeroed, garbage or cut sectors of 512 bytes, tails and whole files of one copy",
    in_ci: 150,
    full: 1_500,
    repaired_percent_min: 99,
    how: How::Trials(prepare),
};

const SECTOR: usize = 512;

fn prepare(_: &Tools) -> Result<Trial> {
    let sample = Sample::make()?;
    Ok(Box::new(move |seed| {
        let mut chance = Chance::of(seed);
        let copy = sample.copy();
        let files = files(copy.path());
        let file: &PathBuf = chance.pick(&files);
        break_one(file, &mut chance);
        judge(copy.path(), &sample.all, seed % 2 == 0)
    }))
}

fn break_one(file: &Path, chance: &mut Chance) {
    let mut bytes = fs::read(file).expect("a file");
    let sectors = bytes.len().div_ceil(SECTOR);
    let from = chance.index(sectors) * SECTOR;
    let count = 1 + chance.index(8);
    let to = (from + count * SECTOR).min(bytes.len());
    match chance.below(6) {
        0 => bytes[from..to].fill(0),
        1 => {
            let garbage = chance.bytes(to - from);
            bytes[from..to].copy_from_slice(&garbage);
        }
        2 => drop(bytes.drain(from..to)),
        3 => bytes[from..].fill(0),
        4 => {
            let cut = OpenOptions::new().write(true).open(file);
            let len = (from + chance.index(SECTOR)).min(bytes.len()) as u64;
            cut.and_then(|file| file.set_len(len)).expect("a cut");
            return;
        }
        _ => {
            fs::remove_file(file).expect("a file to remove");
            return;
        }
    }
    fs::write(file, bytes).expect("a file");
}
