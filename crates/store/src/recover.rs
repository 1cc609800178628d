//! Opening: reading all that is there, believing none of it unchecked, and mending what a crash or
//! a bad disk left.
//!
//! - A last frame that is not whole, and of which sled has nothing, was never acknowledged: it is
//!   cut.
//! - Whole frames that sled lacks are rolled forward into it.
//! - What sled has and the journal lacks is damage to the journal, and is restored from sled; the
//!   damaged file is kept aside.
//! - Two sound, different records at one position, or a position that neither has: refused.
//! - Nothing whole is ever cut.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use crate::disk;
use crate::error::{OpenError, at};
use crate::faults::Faults;
use crate::journal::{self, Damage, Frames, Journal, Piece, Segment};
use crate::log::Shared;
use crate::pages::{NotOpened, Pages};
use crate::replay::{Held, Replay, Replayed};
use crate::{Entry, Error, Log, repair};

/// What opening had to mend. Nothing that was acknowledged is lost, whatever it says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Records that the journal had and sled did not: a crash between the two, or a new sled.
    pub rolled_forward: u64,
    /// Bytes cut from the journal's end: a group whose writing a crash cut off, never acknowledged.
    pub dropped_tail_bytes: u64,
    /// Records that the journal had lost and sled had.
    pub restored_to_journal: u64,
    /// Damaged files and folders, kept aside under these names for whoever asks why.
    pub kept_aside: Vec<PathBuf>,
}

impl Recovery {
    /// Whether there was nothing to mend.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        *self == Recovery::default()
    }
}

impl fmt::Display for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_clean() {
            return f.write_str("clean");
        }
        write!(
            f,
            "rolled forward {} records, dropped {} unfinished bytes, restored {} records to the \
             journal, kept {} damaged files aside",
            self.rolled_forward,
            self.dropped_tail_bytes,
            self.restored_to_journal,
            self.kept_aside.len()
        )
    }
}

pub(crate) fn open<E>(
    dir: &Path,
    faults: Faults,
    each: impl FnMut(&Entry) -> Result<(), E>,
) -> Result<(Log, Recovery), OpenError<E>> {
    disk::create_dir(dir)?;
    let lock = disk::lock(dir)?;
    let journal_dir = dir.join("journal");
    disk::create_dir(&journal_dir)?;
    let segments = journal::segments(&journal_dir)?;

    let mut recovery = Recovery::default();
    let (pages, held) = open_pages(&dir.join("sled"), &segments, &faults, &mut recovery)?;
    let mut replay = Replay::new(&pages, held, each);
    for (number, segment) in segments.iter().enumerate() {
        replay.segment(number, &segment.path)?;
    }
    let Replayed {
        index,
        repairs,
        cut,
    } = replay.finish(&segments, &mut recovery)?;

    // From here the journal is changed. Everything in it, and in sled, has been checked.
    if let Some((segment, damage)) = cut {
        cut_tail(segment, damage, &mut recovery)?;
    }
    for task in repairs {
        recovery
            .kept_aside
            .extend(repair::rewrite(&journal_dir, &task, &pages)?);
    }
    if !recovery.is_clean() {
        tracing::warn!(%recovery, "the log was mended");
    }
    let journal = Journal::open(&journal_dir, faults)?;
    Ok((Log::new(Shared::new(pages, index, lock), journal), recovery))
}

/// Opens sled. If its bytes are bad and the journal is intact, it is set aside and built anew.
fn open_pages(
    dir: &Path,
    segments: &[Segment],
    faults: &Faults,
    recovery: &mut Recovery,
) -> Result<(Pages, Held), Error> {
    let reason = match Pages::open(dir, faults.clone()) {
        Ok(pages) => match Held::of(&pages) {
            Ok(held) => return Ok((pages, held)),
            Err(error) => error.to_string(),
        },
        Err(NotOpened::Damaged(reason)) => reason,
        Err(NotOpened::Failed(error)) => return Err(error),
    };
    if !journal_is_intact(segments)? {
        return Err(Error::BothDamaged { reason });
    }
    let aside = disk::aside(dir);
    tracing::error!(reason, aside = %aside.display(), "sled is damaged: building it anew");
    fs::rename(dir, &aside).map_err(at(dir))?;
    disk::sync(dir.parent().unwrap_or(dir))?;
    recovery.kept_aside.push(aside);
    match Pages::open(dir, faults.clone()) {
        Ok(pages) => Ok((pages, Held::default())),
        Err(NotOpened::Damaged(reason)) => Err(Error::Pages { reason }),
        Err(NotOpened::Failed(error)) => Err(error),
    }
}

/// Whether the journal is whole by its own hashes and positions, to the last byte.
fn journal_is_intact(segments: &[Segment]) -> Result<bool, Error> {
    let mut next = 0;
    for segment in segments {
        let mut frames = Frames::open(&segment.path)?;
        while let Some(piece) = frames.next()? {
            match piece {
                Piece::Frame(frame) if frame.first == next => {
                    next = next.saturating_add(u64::from(frame.count));
                }
                Piece::Frame(_) | Piece::Damage(_) => return Ok(false),
            }
        }
    }
    Ok(true)
}

/// Cuts the last frame, which was never completed.
fn cut_tail(segment: &Segment, damage: Damage, recovery: &mut Recovery) -> Result<(), Error> {
    let path = &segment.path;
    let file = OpenOptions::new()
        .write(true)
        .open(path)
        .map_err(at(path))?;
    let len = file.metadata().map_err(at(path))?.len();
    if !damage.is_cut {
        // Not what a crash usually leaves: keep a copy for whoever asks.
        let aside = disk::aside(path);
        fs::copy(path, &aside).map_err(at(path))?;
        disk::sync(&aside)?;
        recovery.kept_aside.push(aside);
    }
    file.set_len(damage.from)
        .and_then(|()| file.sync_all())
        .map_err(at(path))?;
    recovery.dropped_tail_bytes = len.saturating_sub(damage.from);
    Ok(())
}
