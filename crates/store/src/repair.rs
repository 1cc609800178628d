//! Writing a damaged segment of the journal anew: its sound frames, and from sled what is missing.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use chain::Record;

use crate::Error;
use crate::disk;
use crate::error::{BadRecord, Copy, Reason, at};
use crate::journal::{self, Frames, Piece, Segment};
use crate::pages::Pages;

/// The most records in a frame made here: at most 6.2 MB.
const FRAME_RECORDS: usize = 1_000;

/// One segment to write: the positions it must hold, and the file that should have held them.
pub(crate) struct Task<'a> {
    pub(crate) damaged: Option<&'a Segment>,
    pub(crate) start: u64,
    pub(crate) end: u64,
}

/// Writes the segment beside the damaged file, keeps that under another name, and takes its place.
/// A crash between any two steps leaves a state that the next start repairs again. Answers the
/// name under which the damaged file was kept.
pub(crate) fn rewrite(
    dir: &Path,
    task: &Task<'_>,
    pages: &Pages,
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
        while let Some(piece) = frames.next()? {
            if let Piece::Frame(frame) = piece
                && frame.first >= next
                && frame.first < task.end
            {
                out.copy_pages(pages, next, frame.first)?;
                out.write(frame.bytes)?;
                next = frame.first.saturating_add(u64::from(frame.count));
            }
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

    /// Writes frames of the records from one position up to another, as sled has them.
    fn copy_pages(&mut self, pages: &Pages, from: u64, to: u64) -> Result<(), Error> {
        let mut next = from;
        while next < to {
            let mut records: Vec<Record> = Vec::new();
            let first = next;
            while next < to && records.len() < FRAME_RECORDS {
                let before = next;
                let page = pages.holding(next)?.ok_or_else(|| missing(next))?;
                for (position, raw) in (page.first..to).zip(page.entries()) {
                    let raw = raw.map_err(|_| missing(position))?;
                    if position == next {
                        records.push(raw.record(Vec::new()).map_err(|_| missing(position))?);
                        next = next.saturating_add(1);
                    }
                }
                if next == before {
                    return Err(missing(next));
                }
            }
            self.write(&journal::encode(first, &records)?)?;
        }
        Ok(())
    }
}

/// The replay has read every one of these a moment ago.
fn missing(position: u64) -> Error {
    let reason = Reason::Missing;
    BadRecord {
        copy: Copy::Sled,
        position,
        ledger: None,
        seq: None,
        reason,
    }
    .into()
}
