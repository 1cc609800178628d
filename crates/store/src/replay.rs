//! Reading the whole log at start: each record once, in the order of position, each checked.

use std::collections::BTreeSet;
use std::path::Path;

use chain::{Broken, Hash};

use crate::disk::{narrow, wide};
use crate::entry::{Decoder, Raw};
use crate::error::{BadRecord, Copy, OpenError, Reason};
use crate::index::{Index, Pushed};
use crate::journal::{Damage, Frame, Frames, Piece, Segment};
use crate::pages::{Pages, Writer};
use crate::{Entry, Error, Recovery, repair};

/// Takes every record in order of position from the journal, and from sled where the journal has
/// lost some; checks each, shows it to the caller, and gives sled what it lacks.
pub(crate) struct Replay<'a, F> {
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
    /// A frame was found inside one that was cut off: a copy is kept of what is cut.
    is_doubtful: bool,
}

/// What is known after the last record.
pub(crate) struct Replayed<'s> {
    pub(crate) index: Index,
    pub(crate) repairs: Vec<repair::Task<'s>>,
    pub(crate) cut: Option<(&'s Segment, Damage)>,
}

impl<'a, F> Replay<'a, F> {
    pub(crate) fn new(pages: &'a Pages, held: Held, each: F) -> Replay<'a, F> {
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
            is_doubtful: false,
        }
    }

    fn next(&self) -> u64 {
        self.index.next_position()
    }

    pub(crate) fn segment<E>(&mut self, number: usize, path: &Path) -> Result<(), OpenError<E>>
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
                self.is_doubtful = true;
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

    pub(crate) fn finish<'s, E>(
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
            let is_cut = damage.is_cut && !self.is_doubtful;
            let damage = Damage { is_cut, ..damage };
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

/// What sled holds, by its last page.
#[derive(Default)]
pub(crate) struct Held {
    first: u64,
    hashes: Vec<Hash>,
}

impl Held {
    /// Reads the last page.
    pub(crate) fn of(pages: &Pages) -> Result<Held, Error> {
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

    fn end(&self) -> u64 {
        self.first.saturating_add(wide(self.hashes.len()))
    }

    /// The hash at a position of the last page.
    fn hash(&self, position: u64) -> Option<&Hash> {
        self.hashes.get(narrow(position.checked_sub(self.first)?))
    }
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
