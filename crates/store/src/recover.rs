//! Opening: reading all that is there, believing none of it unchecked, and mending what a crash or
//! a bad disk left. `log.md` section 1a is the law.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use chain::{Broken, Hash};

use crate::disk::{self, narrow, wide};
use crate::entry::{Decoder, Raw};
use crate::error::{BadRecord, Copy, OpenError, Reason, at};
use crate::faults::Faults;
use crate::index::{Index, Pushed};
use crate::journal::{self, Damage, Frame, Frames, Journal, Piece, Segment};
use crate::log::Shared;
use crate::pages::{NotOpened, Pages, Writer};
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

/// What sled holds, by its last page.
#[derive(Default)]
struct Held {
    first: u64,
    hashes: Vec<Hash>,
}

impl Held {
    fn end(&self) -> u64 {
        self.first.saturating_add(wide(self.hashes.len()))
    }

    /// The hash at a position of the last page.
    fn hash(&self, position: u64) -> Option<&Hash> {
        self.hashes.get(narrow(position.checked_sub(self.first)?))
    }
}

/// Opens sled. If its bytes are bad and the journal is intact, it is set aside and built anew.
fn open_pages(
    dir: &Path,
    segments: &[Segment],
    faults: &Faults,
    recovery: &mut Recovery,
) -> Result<(Pages, Held), Error> {
    let reason = match Pages::open(dir, faults.clone()) {
        Ok(pages) => match held(&pages) {
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

fn held(pages: &Pages) -> Result<Held, Error> {
    let Some(page) = pages.last()? else {
        return Ok(Held::default());
    };
    let mut held = Held {
        first: page.first,
        hashes: Vec::new(),
    };
    for raw in page.entries() {
        let raw = raw.map_err(|_| bad(Copy::Sled, held.end(), Reason::Malformed))?;
        raw.record(Vec::new())
            .map_err(|broken| bad(Copy::Sled, held.end(), broken.into()))?;
        held.hashes.push(raw.hash);
    }
    Ok(held)
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

/// Takes every record in order of position from the journal, and from sled where the journal has
/// lost some; checks each, shows it to the caller, and gives sled what it lacks.
struct Replay<'a, F> {
    pages: &'a Pages,
    held: Held,
    each: F,
    index: Index,
    writer: Option<Writer<'a>>,
    /// A body's buffer, to use again.
    body: Vec<u8>,
    rolled_forward: u64,
    restored: u64,
    /// The position at which each segment should begin.
    starts: Vec<u64>,
    /// The segments that must be written anew.
    damaged: BTreeSet<usize>,
    /// Damage after which no frame has come yet: the end of the journal, perhaps.
    pending: Vec<(usize, Damage)>,
}

/// What is known after the last record.
struct Replayed<'s> {
    index: Index,
    repairs: Vec<repair::Task<'s>>,
    cut: Option<(&'s Segment, Damage)>,
}

impl<'a, F> Replay<'a, F> {
    fn new(pages: &'a Pages, held: Held, each: F) -> Replay<'a, F> {
        Replay {
            pages,
            held,
            each,
            index: Index::default(),
            writer: None,
            body: Vec::new(),
            rolled_forward: 0,
            restored: 0,
            starts: Vec::new(),
            damaged: BTreeSet::new(),
            pending: Vec::new(),
        }
    }

    fn next(&self) -> u64 {
        self.index.next_position()
    }

    fn segment<E>(&mut self, number: usize, path: &Path) -> Result<(), OpenError<E>>
    where
        F: FnMut(&Entry) -> Result<(), E>,
    {
        self.starts.push(self.next());
        let mut frames = Frames::open(path)?;
        let mut is_first = true;
        while let Some(piece) = frames.next()? {
            match piece {
                Piece::Frame(frame) => self.frame(number, is_first, &frame)?,
                Piece::Damage(damage) => self.pending.push((number, damage)),
            }
            is_first = false;
        }
        Ok(())
    }

    fn frame<E>(
        &mut self,
        number: usize,
        is_first: bool,
        frame: &Frame<'_>,
    ) -> Result<(), OpenError<E>>
    where
        F: FnMut(&Entry) -> Result<(), E>,
    {
        let next = self.next();
        if frame.first < next {
            return Err(Error::Repeated {
                position: frame.first,
            }
            .into());
        }
        let after_damage = self.pending.last().copied();
        if let Some((_, damage)) = after_damage
            && frame.first == next
            && self.held.end() <= next
        {
            // The damage hides no position. Either a frame was cut off, and what looks like one
            // inside it is a body that somebody made to look so; or nobody can say.
            if damage.is_cut {
                return Ok(());
            }
            return Err(Error::Missing {
                from: next,
                to: next.saturating_add(1),
            }
            .into());
        }
        if frame.first > next {
            if self.held.end() < frame.first {
                return Err(Error::Missing {
                    from: next,
                    to: frame.first,
                }
                .into());
            }
            // Whose end is missing: the segment's before, unless this one is damaged itself.
            let damaged = if is_first {
                number.checked_sub(1)
            } else {
                None
            };
            self.fill(frame.first)?;
            if let (Some(_), Some(start)) = (damaged, self.starts.get_mut(number)) {
                *start = frame.first;
            }
            self.damaged.insert(damaged.unwrap_or(number));
        }
        self.damaged
            .extend(self.pending.drain(..).map(|(number, _)| number));
        if after_damage.is_some() {
            self.compare(frame)?;
        }

        for raw in Decoder::new(frame.entries) {
            let raw = raw.map_err(|_| bad(Copy::Journal, self.next(), Reason::Malformed))?;
            self.take(Copy::Journal, &raw)?;
        }
        if self.next().checked_sub(frame.first) != Some(u64::from(frame.count)) {
            return Err(bad(Copy::Journal, self.next(), Reason::Malformed).into());
        }
        Ok(())
    }

    /// Takes the records up to a position from sled.
    fn fill<E>(&mut self, to: u64) -> Result<(), OpenError<E>>
    where
        F: FnMut(&Entry) -> Result<(), E>,
    {
        while self.next() < to {
            let from = self.next();
            let Some(page) = self.pages.holding(from)? else {
                return Err(Error::Missing { from, to }.into());
            };
            for (position, raw) in (page.first..to).zip(page.entries()) {
                let raw = raw.map_err(|_| bad(Copy::Sled, position, Reason::Malformed))?;
                if position == self.next() {
                    self.take(Copy::Sled, &raw)?;
                    self.restored = self.restored.saturating_add(1);
                }
            }
            if self.next() == from {
                return Err(Error::Missing { from, to }.into());
            }
        }
        Ok(())
    }

    /// A frame found behind damage is believed only if sled, where it has the record, agrees.
    fn compare(&self, frame: &Frame<'_>) -> Result<(), Error> {
        for (position, raw) in (frame.first..self.held.end()).zip(Decoder::new(frame.entries)) {
            let raw = raw.map_err(|_| bad(Copy::Journal, position, Reason::Malformed))?;
            let page = self.pages.holding(position)?;
            let other = page.as_ref().and_then(|page| {
                let place = narrow(position.checked_sub(page.first)?);
                page.entries().nth(place)?.ok()
            });
            if other.is_some_and(|other| other.hash != raw.hash) {
                return Err(Error::TwoRecords { position });
            }
        }
        Ok(())
    }

    /// The one path that every record takes.
    fn take<E>(&mut self, copy: Copy, raw: &Raw<'_>) -> Result<(), OpenError<E>>
    where
        F: FnMut(&Entry) -> Result<(), E>,
    {
        let position = self.next();
        let named = |broken: Broken| bad(copy, position, broken.into());
        let record = raw.record(std::mem::take(&mut self.body)).map_err(named)?;
        if self
            .held
            .hash(position)
            .is_some_and(|hash| *hash != record.hash)
        {
            return Err(Error::TwoRecords { position }.into());
        }
        self.index
            .push(&record)
            .map_err(|pushed| refused(pushed, |broken| named(broken).into()))?;
        let entry = Entry { position, record };
        (self.each)(&entry).map_err(OpenError::Each)?;
        if position >= self.held.end() {
            let writer = self
                .writer
                .get_or_insert_with(|| self.pages.writer(position));
            writer.push(&entry.record)?;
            self.rolled_forward = self.rolled_forward.saturating_add(1);
        }
        self.body = entry.record.body;
        Ok(())
    }

    fn finish<'s, E>(
        mut self,
        segments: &'s [Segment],
        recovery: &mut Recovery,
    ) -> Result<Replayed<'s>, OpenError<E>>
    where
        F: FnMut(&Entry) -> Result<(), E>,
    {
        let last = segments.len().checked_sub(1);
        let mut cut = None;
        if self.held.end() > self.next() {
            self.fill(self.held.end())?;
            self.damaged
                .extend(self.pending.drain(..).map(|(number, _)| number));
            self.damaged.insert(last.unwrap_or(0));
        } else if let Some((number, damage)) = self.pending.first().copied() {
            if Some(number) != last {
                let from = self.next();
                return Err(Error::Missing {
                    from,
                    to: from.saturating_add(1),
                }
                .into());
            }
            cut = segments.get(number).map(|segment| (segment, damage));
        }
        if let Some(state) = self.index.states().find(|state| !state.is_whole()) {
            let (ledger, seq) = (Some(state.head.ledger), Some(state.head.seq));
            let position = self.next().saturating_sub(1);
            let reason = Reason::Unfinished;
            return Err(BadRecord {
                copy: Copy::Both,
                position,
                ledger,
                seq,
                reason,
            }
            .into());
        }
        if let Some(writer) = self.writer.take() {
            writer.finish()?;
        }
        recovery.rolled_forward = self.rolled_forward;
        recovery.restored_to_journal = self.restored;
        let repairs = self.damaged.iter().map(|number| repair::Task {
            damaged: segments.get(*number),
            start: self.starts.get(*number).copied().unwrap_or(0),
            end: number
                .checked_add(1)
                .and_then(|after| self.starts.get(after))
                .copied()
                .unwrap_or(self.index.next_position()),
        });
        Ok(Replayed {
            repairs: repairs.collect(),
            index: self.index,
            cut,
        })
    }
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

fn bad(copy: Copy, position: u64, reason: Reason) -> BadRecord {
    let place = match &reason {
        Reason::Chain(Broken { ledger, seq, .. }) => Some((*ledger, *seq)),
        Reason::Malformed
        | Reason::Frame
        | Reason::Missing
        | Reason::Differ
        | Reason::Unfinished
        | Reason::Unreadable(_) => None,
    };
    let (ledger, seq) = place.unzip();
    BadRecord {
        copy,
        position,
        ledger,
        seq,
        reason,
    }
}

/// Why the index did not take a record.
pub(crate) fn refused(pushed: Pushed, broken: impl FnOnce(Broken) -> Error) -> Error {
    match pushed {
        Pushed::Broken(why) => broken(why),
        Pushed::Full => Error::Full,
    }
}
