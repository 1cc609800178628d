//! Mending: a damaged segment of the journal written anew, from its sound frames and from sled;
//! and sled given what it lacks, from the journal.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use chain::Record;

use crate::Error;
use crate::disk::{self, wide};
use crate::entry::Decoder;
use crate::error::{BadRecord, Copy, Reason, at};
use crate::journal::{self, Frame, Frames, Piece, Segment};
use crate::pages::Pages;

/// The most records in a frame made here: at most 6.2 MB.
const FRAME_RECORDS: usize = 1_000;

/// One segment to write: the positions it must hold, and the file that should have held them.
pub(crate) struct Task<'a> {
    pub(crate) damaged: Option<&'a Segment>,
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// Frames of the file that are not to be copied whole: their offsets, and how many of their
    /// records are sound.
    pub(crate) unsound: BTreeMap<u64, usize>,
}

/// Writes the segment beside the damaged file, keeps that under another name, and takes its place.
/// A crash between any two steps leaves a state that the next start repairs again. Answers the
/// name under which the damaged file was kept.
pub(crate) fn rewrite(
    dir: &Path,
    task: &Task<'_>,
    pages: Option<&Pages>,
) -> Result<Option<PathBuf>, Error> {
    let target = journal::segment_path(dir, task.start);
    let new = target.with_extension("new");
    let mut out = Out {
        file: BufWriter::new(File::create(&new).map_err(at(&new))?),
        path: &new,
    };
    let mut next = task.start;
    if let Some(segment) = task.damaged {
        let mut frames = Frames::open(&segment.path)?;
        loop {
            let sound = task.unsound.get(&frames.offset()).copied();
            let frame = match frames.next()? {
                Some(Piece::Frame(frame)) => frame,
                Some(Piece::Damage(_)) => continue,
                None => break,
            };
            if frame.first < next || frame.first >= task.end {
                continue;
            }
            out.copy_pages(pages, next, frame.first)?;
            next = match sound {
                None => {
                    out.write(frame.bytes)?;
                    frame.first.saturating_add(u64::from(frame.count))
                }
                Some(sound) => out.copy_part(&frame, sound)?,
            };
        }
    }
    out.copy_pages(pages, next, task.end)?;
    out.file
        .flush()
        .and_then(|()| out.file.get_ref().sync_all())
        .map_err(at(&new))?;

    let mut kept = None;
    if let Some(segment) = task.damaged {
        let aside = disk::aside(&segment.path);
        fs::hard_link(&segment.path, &aside).map_err(at(&aside))?;
        kept = Some(aside);
    }
    fs::rename(&new, &target).map_err(at(&target))?;
    if let Some(segment) = task.damaged.filter(|segment| segment.path != target) {
        fs::remove_file(&segment.path).map_err(at(&segment.path))?;
    }
    disk::sync(dir)?;
    Ok(kept)
}

struct Out<'a> {
    file: BufWriter<File>,
    path: &'a Path,
}

impl Out<'_> {
    fn write(&mut self, frame: &[u8]) -> Result<(), Error> {
        self.file.write_all(frame).map_err(at(self.path))
    }

    /// Writes the first records of a frame as a frame; answers the position after them.
    fn copy_part(&mut self, frame: &Frame<'_>, count: usize) -> Result<u64, Error> {
        let records = records(frame).take(count).collect::<Result<Vec<_>, _>>()?;
        if !records.is_empty() {
            self.write(&journal::encode(frame.first, &records)?)?;
        }
        Ok(frame.first.saturating_add(wide(records.len())))
    }

    /// Writes frames of the records from one position up to another, as sled has them.
    fn copy_pages(&mut self, pages: Option<&Pages>, from: u64, to: u64) -> Result<(), Error> {
        let mut next = from;
        while next < to {
            let mut records: Vec<Record> = Vec::new();
            let first = next;
            while next < to && records.len() < FRAME_RECORDS {
                let before = next;
                let page = pages.map_or(Ok(None), |pages| pages.holding(next))?;
                let page = page.ok_or_else(|| missing(Copy::Sled, next))?;
                for (position, raw) in (page.first..to).zip(page.entries()) {
                    let raw = raw.map_err(|_| missing(Copy::Sled, position))?;
                    if position == next {
                        records.push(
                            raw.record(Vec::new())
                                .map_err(|_| missing(Copy::Sled, position))?,
                        );
                        next = next.saturating_add(1);
                    }
                }
                if next == before {
                    return Err(missing(Copy::Sled, next));
                }
            }
            self.write(&journal::encode(first, &records)?)?;
        }
        Ok(())
    }
}

/// The records of a frame that the replay found sound.
fn records<'f>(frame: &Frame<'f>) -> impl Iterator<Item = Result<Record, Error>> + use<'f> {
    let raws = (frame.first..).zip(Decoder::new(frame.entries));
    raws.map(|(position, raw)| {
        let raw = raw.map_err(|_| missing(Copy::Journal, position))?;
        raw.record(Vec::new())
            .map_err(|_| missing(Copy::Journal, position))
    })
}

/// Gives sled the journal's records from a position on. The journal is whole: the replay has
/// read all of it, and what it lacked has been written.
pub(crate) fn feed(dir: &Path, pages: &Pages, from: u64, to: u64) -> Result<(), Error> {
    if from >= to {
        return Ok(());
    }
    let segments = journal::segments(dir)?;
    let before = segments.partition_point(|segment| segment.first <= from);
    let mut writer = pages.writer(from);
    let mut next = from;
    for segment in segments.iter().skip(before.saturating_sub(1)) {
        let mut frames = Frames::open(&segment.path)?;
        while let Some(piece) = frames.next()? {
            let Piece::Frame(frame) = piece else {
                return Err(missing(Copy::Journal, next));
            };
            for (position, record) in (frame.first..).zip(records(&frame)) {
                if position == next {
                    writer.push(&record?)?;
                    next = next.saturating_add(1);
                }
            }
        }
    }
    writer.finish()
}

/// The replay has read every one of these a moment ago.
fn missing(copy: Copy, position: u64) -> Error {
    let reason = Reason::Missing;
    BadRecord {
        copy,
        position,
        ledger: None,
        seq: None,
        reason,
    }
    .into()
}
