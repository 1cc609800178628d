//! Opening: reading all that is there, believing none of it unchecked, and mending what a crash or
//! a bad disk left.
//!
//! - A last frame that is not whole, and of which a sled that has all before it has nothing, was
//!   never acknowledged: it is cut, and a copy kept. Where sled is gone, or lacks more, nobody can
//!   say: refused, unless it is known from outside that nothing published stands there.
//! - Whole frames that sled lacks are rolled forward into it.
//! - What sled has and the journal lacks is damage to the journal, and is restored from sled; the
//!   damaged file is kept aside.
//! - A sled that is damaged anywhere is kept aside as a whole and built anew from the journal, once
//!   the journal has got from it what it lacks itself.
//! - Two sound, different records at one position, or a position that neither has: refused.
//! - Nothing whole is ever cut, and nothing is changed before everything was checked.

use std::convert::Infallible;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::disk;
use crate::error::{OpenError, at};
use crate::faults::Faults;
use crate::journal::{self, Damage, Journal, Segment};
use crate::log::Shared;
use crate::pages::{NotOpened, Pages};
use crate::replay::{Depth, Replay, Replayed};
use crate::second::Second;
use crate::{BadRecord, Entry, Error, Floor, Log, Snapshot, mend, replay};

/// What opening had to mend. Nothing that was acknowledged is lost, whatever it says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Records that the journal had and sled did not: a crash between the two, or a new sled.
    pub rolled_forward: u64,
    /// Bytes cut from the journal's end, of which a copy is kept: a group whose writing a crash cut
    /// off, never acknowledged.
    pub dropped_tail_bytes: u64,
    /// sled could not say that what was cut was never acknowledged. The head register says that no
    /// published record was in it, or an operator gave it up.
    pub dropped_is_doubtful: bool,
    /// Records that the journal had lost and sled had.
    pub restored_to_journal: u64,
    /// The first bad record of each copy that was damaged, at most two.
    pub found: Vec<BadRecord>,
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
        )?;
        if self.dropped_is_doubtful {
            f.write_str("; sled could not say whether what was dropped was acknowledged")?;
        }
        self.found
            .iter()
            .try_for_each(|bad| write!(f, "; first bad: {bad}"))
    }
}

pub(crate) fn open<E>(
    dir: &Path,
    faults: Faults,
    how: (Depth, Floor),
    each: impl FnMut(&Entry) -> Result<(), E>,
) -> Result<(Log, Recovery), OpenError<E>> {
    let (lock, segments) = begin(dir)?;
    let mut recovery = Recovery::default();
    let sled = open_sled(&dir.join("sled"), &faults)?;
    let replayed = match replay(&segments, &sled, how, each, &mut recovery) {
        Ok(replayed) => replayed,
        Err(error) => {
            forget_new(dir, sled)?;
            return Err(error);
        }
    };
    settle(dir, (lock, faults), replayed, sled, recovery).map_err(OpenError::Store)
}

/// [`open`], from a snapshot of the index on. What is not as an orderly stop or a crash leaves it
/// is left to [`open`], with nothing changed.
pub(crate) fn open_from<E>(
    dir: &Path,
    faults: Faults,
    (snapshot, floor): (&Snapshot, Floor),
    each: impl FnMut(&Entry) -> Result<(), E>,
) -> Result<(Log, Recovery), OpenError<E>> {
    let (lock, segments) = begin(dir)?;
    let index = snapshot.index()?;
    let place = snapshot.continues(&segments)?;
    let mut recovery = Recovery::default();
    let sled = open_sled(&dir.join("sled"), &faults)?;
    let Ok(pages) = &sled else {
        return Err(snapshot.refuse("sled is damaged").into());
    };
    if pages.is_new() {
        forget_new(dir, sled)?;
        return Err(snapshot.refuse("there is no sled").into());
    }
    let mut second = Second::of(pages);
    snapshot.is_of(&index, &mut second)?;
    let replay = Replay::new(&segments, second, Depth::Heads, each);
    let mut replay = replay
        .above(floor)
        .resume(index, place.number, place.last_frame);
    replay.rest(place.number, place.rest, false)?;
    for number in place.number.saturating_add(1)..segments.len() {
        replay.segment(number)?;
    }
    let replayed = replay.finish(&mut recovery)?;
    let is_crash = !replayed.is_doubtful && !recovery.dropped_is_doubtful;
    if !is_crash || replayed.sled.is_some() || !replayed.repairs.is_empty() {
        return Err(snapshot.refuse("the log's end is to be repaired").into());
    }
    settle(dir, (lock, faults), replayed, sled, recovery).map_err(OpenError::Store)
}

/// Locks a directory, and lists the journal's segments.
fn begin(dir: &Path) -> Result<(File, Vec<Segment>), Error> {
    disk::create_dir(dir)?;
    let lock = disk::lock(dir)?;
    let journal_dir = dir.join("journal");
    disk::create_dir(&journal_dir)?;
    let segments = journal::segments(&journal_dir)?;
    // A killed process may have left a frame that no sync has covered, and sled writes when it is
    // opened. A power cut would tear both, and nobody could say whether the frame was acknowledged:
    // 5 of 10,000 cuts were refused for it.
    if let Some(last) = segments.last() {
        disk::sync(&last.path)?;
    }
    Ok((lock, segments))
}

/// A refusal leaves no sled where there was none: the next start would take it for one that has
/// lost everything.
fn forget_new(dir: &Path, sled: Result<Pages, String>) -> Result<(), Error> {
    let dir = dir.join("sled");
    if sled.as_ref().is_ok_and(Pages::is_new) {
        drop(sled);
        fs::remove_dir_all(&dir).map_err(at(&dir))?;
    }
    Ok(())
}

/// Everything is read and checked: from here the disk is changed.
fn settle(
    dir: &Path,
    (lock, faults): (File, Faults),
    replayed: Replayed<'_>,
    sled: Result<Pages, String>,
    mut recovery: Recovery,
) -> Result<(Log, Recovery), Error> {
    let (journal_dir, sled_dir) = (dir.join("journal"), dir.join("sled"));
    let (index, from, is_sled_bad) = (replayed.index, replayed.sled_end, replayed.sled.is_some());
    if let Some((segment, damage)) = replayed.cut {
        cut_tail(segment, damage, &mut recovery)?;
    }
    for task in replayed.repairs {
        let kept = mend::rewrite(&journal_dir, &task, sled.as_ref().ok())?;
        recovery.kept_aside.extend(kept);
    }
    let end = index.next_position();
    let is_new = sled.as_ref().is_ok_and(Pages::is_new) && end > 0;
    let given = sled.ok().filter(|_| !is_sled_bad && !is_new);
    let sled = Sled {
        dir: &sled_dir,
        journal_dir: &journal_dir,
        faults: &faults,
        end,
        is_new,
    };
    let pages = match given {
        Some(pages) if from >= end => pages,
        Some(pages) => match sled.feed(pages, from)? {
            Some(pages) => pages,
            None => sled.rebuild(&mut recovery)?,
        },
        None => sled.rebuild(&mut recovery)?,
    };
    if !recovery.is_clean() {
        tracing::warn!(%recovery, "the log was mended");
    }
    let journal = Journal::open(&journal_dir, faults)?;
    Ok((
        Log::new(Shared::new(dir, pages, index, lock), journal),
        recovery,
    ))
}

/// Reads everything, and says what is to be mended. Where the copies do not agree, or something is
/// refused, every record is compared: then it is known where they part first.
pub(crate) fn replay<'s, E>(
    segments: &'s [Segment],
    sled: &Result<Pages, String>,
    (depth, floor): (Depth, Floor),
    each: impl FnMut(&Entry) -> Result<(), E>,
    recovery: &mut Recovery,
) -> Result<Replayed<'s>, OpenError<E>> {
    let replayed = read(segments, sled, (depth, floor), each, recovery);
    let compares = match &replayed {
        Ok(replayed) => replayed.is_doubtful,
        Err(OpenError::Store(_)) => depth == Depth::Heads && sled.is_ok(),
        Err(OpenError::Each(_)) => false,
    };
    if !compares {
        return replayed;
    }
    let nobody = |_: &Entry| Ok::<(), Infallible>(());
    let mut again = Recovery::default();
    let compared = read(segments, sled, (Depth::All, floor), nobody, &mut again);
    let compared = compared.map_err(replay::store_error)?;
    let replayed = replayed?;
    *recovery = again;
    Ok(Replayed {
        sled: compared.sled,
        sled_end: compared.sled_end,
        ..replayed
    })
}

fn read<'s, E>(
    segments: &'s [Segment],
    sled: &Result<Pages, String>,
    (depth, floor): (Depth, Floor),
    each: impl FnMut(&Entry) -> Result<(), E>,
    recovery: &mut Recovery,
) -> Result<Replayed<'s>, OpenError<E>> {
    let second = match sled {
        Ok(pages) => Second::of(pages),
        Err(reason) => Second::unreadable(reason),
    };
    let mut replay = Replay::new(segments, second, depth, each).above(floor);
    for number in 0..segments.len() {
        replay.segment(number)?;
    }
    replay.finish(recovery)
}

/// Opens sled, or says what is wrong with its bytes.
pub(crate) fn open_sled(dir: &Path, faults: &Faults) -> Result<Result<Pages, String>, Error> {
    match Pages::open(dir, faults.clone()) {
        Ok(pages) => Ok(Ok(pages)),
        Err(NotOpened::Damaged(reason)) => Ok(Err(reason)),
        Err(NotOpened::Failed(error)) => Err(error),
    }
}

/// What sled is mended with.
struct Sled<'a> {
    dir: &'a Path,
    journal_dir: &'a Path,
    faults: &'a Faults,
    /// The position after the journal's last record.
    end: u64,
    /// There was none before this start.
    is_new: bool,
}

impl Sled<'_> {
    /// Gives sled the last group. Opened once more it must still have it: a bit that is wrong can
    /// make sled forget all that it was given. Nothing if it must be built anew.
    fn feed(&self, pages: Pages, from: u64) -> Result<Option<Pages>, Error> {
        let end = self.end;
        match mend::feed(self.journal_dir, &pages, from, end) {
            Err(Error::Pages {
                is_damage: true, ..
            }) => return Ok(None),
            fed => fed?,
        }
        drop(pages);
        let pages = open_sled(self.dir, self.faults)?.ok();
        Ok(pages.filter(|pages| {
            let second = Second::of(pages);
            second.is_good() && second.end() == end
        }))
    }

    /// Builds sled from the journal, beside the damaged one, keeps that aside and takes its
    /// place. A crash on the way leaves what the next start builds anew.
    fn rebuild(&self, recovery: &mut Recovery) -> Result<Pages, Error> {
        let damaged = |reason| Error::Pages {
            reason,
            is_damage: true,
        };
        let end = self.end;
        let new = self.dir.with_extension("new");
        for left in [Some(&*new), Some(self.dir).filter(|_| self.is_new)] {
            match left.map(fs::remove_dir_all) {
                Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(at(&new)(error));
                }
                Some(Ok(()) | Err(_)) | None => {}
            }
        }
        let pages = open_sled(&new, self.faults)?.map_err(damaged)?;
        mend::feed(self.journal_dir, &pages, 0, end)?;
        drop(pages);
        recovery.rolled_forward = end;

        let parent = self.dir.parent().unwrap_or(self.dir);
        if !self.is_new {
            let aside = disk::aside(self.dir);
            tracing::error!(aside = %aside.display(), "sled is damaged: building it anew");
            fs::rename(self.dir, &aside).map_err(at(self.dir))?;
            recovery.kept_aside.push(aside);
        }
        fs::rename(&new, self.dir).map_err(at(&new))?;
        disk::sync(parent)?;
        open_sled(self.dir, self.faults)?.map_err(damaged)
    }
}

/// Under which name what is cut from a segment is kept.
pub(crate) fn cut_aside(segment: &Segment, damage: Damage) -> PathBuf {
    let mut name = segment.path.as_os_str().to_owned();
    name.push(format!(".cut-at-{}", damage.from));
    disk::aside(Path::new(&name))
}

/// Cuts the last frame, which was never completed, and keeps what is cut.
fn cut_tail(segment: &Segment, damage: Damage, recovery: &mut Recovery) -> Result<(), Error> {
    let path = &segment.path;
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .map_err(at(path))?;
    let len = file.metadata().map_err(at(path))?.len();
    let aside = cut_aside(segment, damage);
    match keep(&file, damage.from, &aside) {
        Ok(()) => recovery.kept_aside.push(aside),
        // What a crash leaves on a disk that is full, and never acknowledged: it is in the way.
        Err(error) if is_full(&error) && damage.is_cut && !recovery.dropped_is_doubtful => {
            tracing::warn!(aside = %aside.display(), "no room to keep what is cut");
            fs::remove_file(&aside).map_err(at(&aside))?;
        }
        Err(error) => return Err(at(&aside)(error)),
    }
    file.set_len(damage.from)
        .and_then(|()| file.sync_all())
        .map_err(at(path))?;
    recovery.dropped_tail_bytes = len.saturating_sub(damage.from);
    Ok(())
}

/// Copies a file from an offset on; on the disk when this returns.
fn keep(mut file: &File, from: u64, to: &Path) -> io::Result<()> {
    let mut kept = File::create_new(to)?;
    file.seek(SeekFrom::Start(from))?;
    io::copy(&mut file, &mut kept)?;
    kept.sync_all()?;
    to.parent()
        .map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}

fn is_full(error: &io::Error) -> bool {
    [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded].contains(&error.kind())
}
