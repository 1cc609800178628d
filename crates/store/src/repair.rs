//! The thorough repair: every record of both copies compared, and what it would do said before.

use std::convert::Infallible;
use std::fs;
use std::path::Path;

use crate::error::{OpenError, at};
use crate::faults::Faults;
use crate::replay::{self, Depth};
use crate::verify::TemporaryCopy;
use crate::{Entry, Error, Floor, Recovery, Snapshot, disk, journal, recover};

/// Whether a repair does what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// Says what would be done, and changes nothing; sled is read from a copy in the system's
    /// temporary directory.
    Plan,
    /// Does it.
    Do,
}

/// Compares every record of both copies, and mends each from the other. Blocks; reads everything.
///
/// # Errors
/// The directory holds no log or is in use; or what is on the disk cannot be trusted, and then
/// nothing was changed.
pub fn repair(
    dir: &Path,
    repair: Repair,
    mut progress: impl FnMut(u64),
) -> Result<Recovery, Error> {
    repair_above(dir, repair, Floor::default(), |entry| {
        progress(entry.position);
    })
}

/// [`repair`], with what is known from outside of how far the log went; it is shown every record
/// that the log has then.
///
/// # Errors
/// Those of [`repair`], and [`Error::Published`].
pub fn repair_above(
    dir: &Path,
    repair: Repair,
    floor: Floor,
    mut progress: impl FnMut(&Entry),
) -> Result<Recovery, Error> {
    let journal_dir = dir.join("journal");
    if !journal_dir.is_dir() && !dir.join("sled").is_dir() {
        let missing = std::io::ErrorKind::NotFound.into();
        return Err(at(&journal_dir)(missing));
    }
    let each = |entry: &Entry| {
        progress(entry);
        Ok::<(), Infallible>(())
    };
    let done = match repair {
        Repair::Do => {
            let opened = recover::open(dir, Faults::default(), (Depth::All, floor), each);
            opened.map(|(_, recovery)| recovery)
        }
        Repair::Plan => plan(dir, &journal_dir, floor, each),
    };
    let done = done.map_err(replay::store_error)?;
    if repair == Repair::Do && !done.is_clean() {
        // Whatever they are of is not what it was: the next start reads everything.
        Snapshot::remove_all(dir)?;
    }
    Ok(done)
}

fn plan(
    dir: &Path,
    journal_dir: &Path,
    floor: Floor,
    each: impl FnMut(&Entry) -> Result<(), Infallible>,
) -> Result<Recovery, OpenError<Infallible>> {
    let _lock = crate::verify::lock(dir)?;
    let segments = if journal_dir.is_dir() {
        journal::segments(journal_dir)?
    } else {
        Vec::new()
    };
    let mut recovery = Recovery::default();
    let sled_dir = dir.join("sled");
    let copy = TemporaryCopy::of(&sled_dir)?;
    let sled = recover::open_sled(&copy.0, &Faults::default())?;
    let replayed = recover::replay(&segments, &sled, (Depth::All, floor), each, &mut recovery)?;
    if let Some((segment, damage)) = replayed.cut {
        let len = fs::metadata(&segment.path)
            .map_err(at(&segment.path))?
            .len();
        recovery.dropped_tail_bytes = len.saturating_sub(damage.from);
        recovery
            .kept_aside
            .push(recover::cut_aside(segment, damage));
    }
    let damaged = replayed.repairs.iter().filter_map(|task| task.damaged);
    let asides = damaged.map(|segment| disk::aside(&segment.path));
    recovery.kept_aside.extend(asides);
    if replayed.sled.is_some() {
        recovery.kept_aside.push(disk::aside(&sled_dir));
    }
    Ok(recovery)
}
