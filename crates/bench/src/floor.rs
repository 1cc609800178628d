//! The floor of an append: a plain program that hashes the same bytes and writes them once, with as
//! many between two syncs.

use anyhow::Result;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A file that is appended to, and how long that took.
pub struct Floor {
    file: File,
    path: PathBuf,
    /// Records written so far.
    pub records: u64,
    /// How long hashing, writing and syncing took.
    pub time: Duration,
}

impl Floor {
    /// An empty file in a directory of the disk that is measured.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new(dir: &Path) -> Result<Floor> {
        let path = dir.join("floor");
        Ok(Floor {
            file: File::create(&path)?,
            path,
            records: 0,
            time: Duration::ZERO,
        })
    }

    /// Hashes every record, writes all of them at once, and syncs.
    ///
    /// # Errors
    /// The disk fails.
    pub fn append(&mut self, records: &[Vec<u8>]) -> Result<()> {
        let begin = Instant::now();
        let mut bytes = Vec::with_capacity(records.iter().map(Vec::len).sum());
        for record in records {
            std::hint::black_box(blake3::hash(record));
            bytes.extend_from_slice(record);
        }
        self.file.write_all(&bytes)?;
        self.file.sync_data()?;
        self.time += begin.elapsed();
        self.records += records.len() as u64;
        Ok(())
    }

    /// Groups of so many records of so many bytes each, for as long as this.
    ///
    /// # Errors
    /// The disk fails.
    pub fn run(&mut self, group: u64, bytes: f64, time: Duration) -> Result<()> {
        let record: Vec<u8> = (0..bytes as usize).map(|at| (at * 131) as u8).collect();
        let records = vec![record; group as usize];
        let until = Instant::now() + time;
        while Instant::now() < until {
            self.append(&records)?;
        }
        Ok(())
    }

    /// Records a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.records as f64 / self.time.as_secs_f64()
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        // Only takes room.
        let _ = std::fs::remove_file(&self.path);
    }
}
