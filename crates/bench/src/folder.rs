//! A data directory with its key and register, and what lies in it.

use crate::county::{self, County};
use crate::{Place, Sizes, load};
use anyhow::Result;
use sequencer::{Handle, Publication, Snapshots, Started};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The seed of everything that is measured.
pub const SEED: u64 = 530_000;

/// Snapshots of however few records, when they are asked for.
pub const SNAPSHOTS: Snapshots = Snapshots {
    every: std::time::Duration::from_hours(24),
    records_min: 1,
};

/// A data directory.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Where the data lies.
    pub dir: PathBuf,
}

/// The county of a run.
#[must_use]
pub const fn county(sizes: &Sizes) -> County {
    County::of(SEED).with_households(sizes.households)
}

impl Folder {
    /// One that exists.
    #[must_use]
    pub fn at(dir: &Path) -> Folder {
        let dir = dir.to_owned();
        Folder { dir }
    }

    /// A new one, with a key.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new(place: &Place, name: &str) -> Result<Folder> {
        let folder = Folder::at(&place.dir.join(name));
        server::serve::make_private(&folder.dir)?;
        server::key::make(&folder.settings().key, "bench.example/log")?;
        Ok(folder)
    }

    /// What a server of it is started with.
    #[must_use]
    pub fn settings(&self) -> server::serve::Settings {
        server::serve::Settings::of(&self.dir, "127.0.0.1:0")
    }

    /// A writer in this process, with everything on: it publishes and signs as a server does.
    ///
    /// # Errors
    /// The log does not open.
    pub fn start(&self) -> Result<Started> {
        self.start_with(None)
    }

    /// [`Folder::start`], with snapshots if there are to be any.
    ///
    /// # Errors
    /// The log does not open.
    pub fn start_with(&self, snapshots: Option<Snapshots>) -> Result<Started> {
        let settings = self.settings();
        let publication = Publication {
            signer: server::key::signer(&settings.key)?,
            register: store::Register::at(&settings.register),
            adopt_head: false,
            rotation: None,
            snapshots,
        };
        let started = sequencer::start_published(&self.dir, sequencer::machine(), publication)?;
        Ok(started)
    }

    /// [`Folder::start`], with the setting up of the county.
    ///
    /// # Errors
    /// The log does not open, or a command is refused.
    pub fn set_up(&self, sizes: &Sizes) -> Result<Started> {
        let started = self.start()?;
        load::all(&started.handle, county(sizes).set_up())?;
        Ok(started)
    }

    /// Bytes that the files of a part of it take on the disk; of all of it for an empty name.
    #[must_use]
    pub fn on_disk(&self, part: &str) -> u64 {
        allocated(&self.dir.join(part))
    }
}

/// Lets go of the log.
pub fn stop(started: Started) {
    drop(started.handle);
    // It has nothing to say.
    let _ = started.writer.join();
}

/// Records of the county's ledger.
#[must_use]
pub fn records(handle: &Handle) -> u64 {
    let head = handle.reader().head(chain::LedgerId(county::ledger().0));
    head.map_or(0, |head| head.seq)
}

/// Bytes of all records as they are hashed: header and body.
///
/// # Errors
/// They cannot be read.
pub fn record_bytes(handle: &Handle) -> Result<u64> {
    let reader = handle.reader();
    let (mut from, mut bytes) = (0, 0);
    loop {
        let entries = reader.range(from, 8_192)?;
        if entries.is_empty() {
            return Ok(bytes);
        }
        from += entries.len() as u64;
        let lens = entries
            .iter()
            .map(|it| it.record.body.len() + chain::HEADER_LEN);
        bytes += lens.sum::<usize>() as u64;
    }
}

fn allocated(path: &Path) -> u64 {
    let Ok(meta) = std::fs::symlink_metadata(path) else {
        return 0;
    };
    if !meta.is_dir() {
        // Blocks are counted in 512 bytes, whatever the file system has.
        return meta.blocks() * 512;
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| allocated(&entry.path())).sum()
}
