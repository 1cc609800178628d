//! Reading the whole log at start: each record once, in the order of position, each checked.

mod end;

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use chain::{Broken, Record};

use crate::disk::wide;
use crate::entry::{Decoder, Raw};
use crate::error::{BadRecord, Copy, OpenError, Position, Reason};
use crate::index::{Index, Pushed};
use crate::journal::{Damage, Frame, FrameAt, Frames, Piece, Segment};
use crate::lost;
use crate::second::Second;
use crate::{Entry, Error, Floor, Seqs};

pub(crate) use end::Replayed;

/// How much of sled's copy is compared with the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Its end and every ledger's head, which stands for all before it: what a start can afford,
    /// because a whole scan of sled takes memory that nothing bounds.
    Heads,
    /// Every record.
    All,
}

/// Takes every record in order of position from the journal, and from sled where the journal has
/// lost some; checks each, and shows it to the caller. Changes nothing: what is to be mended is
/// known only at the end.
pub(crate) struct Replay<'a, 'p, F> {
    segments: &'a [Segment],
    second: Second<'p>,
    depth: Depth,
    floor: Floor,
    each: F,
    index: Index,
    /// A body's buffer, to use again.
    body: Vec<u8>,
    restored: u64,
    /// The position at which each segment should begin.
    starts: Vec<u64>,
    /// The segments that must be written anew.
    damaged: BTreeSet<usize>,
    /// Frames, by segment and offset, that have their hash and yet not what they should hold, and
    /// how many of their records are sound.
    unsound: BTreeMap<(usize, u64), usize>,
    /// Where the last frame begins: only its group can be on its way to sled.
    last_frame: u64,
    /// Where it stands.
    stands: Option<FrameAt>,
    /// The position from which on a whole frame holds what is no record.
    owed: Option<u64>,
    /// Damage after which no frame has come yet: the end of the journal, perhaps.
    pending: Vec<(usize, Damage)>,
    /// A frame was found inside one that was cut off: a copy is kept of what is cut.
    is_doubtful: bool,
    /// The copies do not agree, and only a comparison of every record says where they part.
    is_doubtful_pair: bool,
    /// The first thing wrong with the journal.
    bad: Option<BadRecord>,
}

impl<'a, 'p, F> Replay<'a, 'p, F> {
    pub(crate) fn new(
        segments: &'a [Segment],
        second: Second<'p>,
        depth: Depth,
        each: F,
    ) -> Replay<'a, 'p, F> {
        Replay {
            segments,
            second,
            depth,
            floor: Floor::default(),
            each,
            index: Index::default(),
            body: Vec::new(),
            restored: 0,
            starts: Vec::new(),
            damaged: BTreeSet::new(),
            unsound: BTreeMap::new(),
            last_frame: 0,
            stands: None,
            owed: None,
            pending: Vec::new(),
            is_doubtful: false,
            is_doubtful_pair: false,
            bad: None,
        }
    }

    /// With what is known from outside of how far the log went.
    pub(crate) fn above(self, floor: Floor) -> Self {
        Replay { floor, ..self }
    }

    /// Begins behind what an index has kept: `number` is the segment that it ends in, and its last
    /// frame, which begins at position `last_frame`, stands there.
    pub(crate) fn resume(self, index: Index, number: usize, last_frame: u64) -> Self {
        let before = self.segments.iter().take(number.saturating_add(1));
        Replay {
            starts: before.map(|segment| segment.first).collect(),
            stands: index.frame(),
            index,
            last_frame,
            ..self
        }
    }

    fn next(&self) -> u64 {
        self.index.next_position()
    }

    /// Reads the next segment.
    pub(crate) fn segment<E>(&mut self, number: usize) -> Result<(), OpenError<E>>
    where
        F: FnMut(&Entry) -> Result<(), E>,
    {
        self.starts.push(self.next());
        let Some(segment) = self.segments.get(number) else {
            return Ok(());
        };
        self.rest(number, Frames::open(&segment.path)?, true)
    }

    /// Reads the rest of a segment.
    pub(crate) fn rest<E>(
        &mut self,
        number: usize,
        mut frames: Frames,
        mut is_first: bool,
    ) -> Result<(), OpenError<E>>
    where
        F: FnMut(&Entry) -> Result<(), E>,
    {
        loop {
            let offset = frames.offset();
            match frames.next()? {
                Some(Piece::Frame(frame)) => self.frame((number, offset), is_first, &frame)?,
                Some(Piece::Damage(damage)) => self.pending.push((number, damage)),
                None => return Ok(()),
            }
            is_first = false;
        }
    }

    fn frame<E>(
        &mut self,
        place: (usize, u64),
        is_first: bool,
        frame: &Frame<'_>,
    ) -> Result<(), OpenError<E>>
    where
        F: FnMut(&Entry) -> Result<(), E>,
    {
        let next = self.next();
        if frame.first < next {
            return Ok(self.repeated(place, frame)?);
        }
        let after_damage = self.pending.last().copied();
        if let Some((_, damage)) = after_damage
            && frame.first == next
            && self.second.end() <= next
        {
            // The damage hides no position. Either a frame was cut off, and what looks like one
            // inside it is a body that somebody made to look so; or nobody can say.
            if damage.is_cut {
                self.is_doubtful = true;
                return Ok(());
            }
            return Err(Error::from(self.lost(Some(next.saturating_add(1)))?).into());
        }
        if frame.first > next {
            self.gap(place.0, is_first, frame.first)?;
        }
        self.settle();
        let is_compared = after_damage.is_some() || self.depth == Depth::All;
        self.records(place, frame, is_compared)
    }

    /// The damage read so far is not the journal's end: those segments are written anew.
    fn settle(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        if !pending.is_empty() {
            self.blame(self.next(), Reason::Frame, None);
        }
        self.damaged
            .extend(pending.into_iter().map(|(number, _)| number));
    }

    /// Fills a gap before the frame that begins at `to`, and finds whose fault it is.
    fn gap<E>(&mut self, number: usize, is_first: bool, to: u64) -> Result<(), OpenError<E>>
    where
        F: FnMut(&Entry) -> Result<(), E>,
    {
        // Whose end is missing: the segment's before, unless this one is damaged itself.
        let before = number.checked_sub(1).filter(|_| is_first);
        self.fill(to, Some(to))?;
        if let (Some(_), Some(start)) = (before, self.starts.get_mut(number)) {
            *start = to;
        }
        self.damaged.insert(before.unwrap_or(number));
        Ok(())
    }

    fn records<E>(
        &mut self,
        place: (usize, u64),
        frame: &Frame<'_>,
        is_compared: bool,
    ) -> Result<(), OpenError<E>>
    where
        F: FnMut(&Entry) -> Result<(), E>,
    {
        self.last_frame = frame.first;
        let segment = self.segments.get(place.0).map(|segment| segment.first);
        self.stands = segment.and_then(|segment| FrameAt::of(segment, place.1, frame.bytes));
        let mut sound = 0_usize;
        let mut bad = None;
        let mut entries = Decoder::new(frame.entries);
        for raw in entries
            .by_ref()
            .take(usize::try_from(frame.count).unwrap_or(usize::MAX))
        {
            let checked = raw.map_err(|_| (Reason::Malformed, None)).and_then(|raw| {
                self.checked(&raw)
                    .map_err(|b| (b.into(), Some((raw.ledger, raw.seq))))
            });
            match checked {
                Ok(record) => {
                    self.compare(&record, is_compared)?;
                    self.take(Copy::Journal, record)?;
                    sound = sound.saturating_add(1);
                }
                Err(reason) => {
                    bad = Some(reason);
                    break;
                }
            }
        }
        if bad.is_none() && (wide(sound) != u64::from(frame.count) || entries.next().is_some()) {
            bad = Some((Reason::Malformed, None));
        }
        if let Some((reason, claimed)) = bad {
            self.blame(self.next(), reason, claimed);
            self.owed = Some(self.next());
            self.unsound.insert(place, sound);
            self.damaged.insert(place.0);
        }
        Ok(())
    }

    /// A record that has its hash and continues its ledger.
    fn checked(&mut self, raw: &Raw<'_>) -> Result<Record, Broken> {
        let record = raw.record(std::mem::take(&mut self.body))?;
        self.index.fits(&record)?;
        Ok(record)
    }

    /// Compares the journal's next record with sled's.
    fn compare(&mut self, record: &Record, is_compared: bool) -> Result<(), Error> {
        let position = self.next();
        let is_asked = is_compared || self.second.ends_with(position);
        if position >= self.second.end() || !is_asked || !self.second.answers() {
            return Ok(());
        }
        let (ledger, seq) = (record.header.ledger, record.header.seq);
        if self.depth == Depth::Heads
            && let Some(Ok(other)) = self.second.at(position).map(|found| &found.record)
        {
            // Where the two part may be long before.
            self.is_doubtful_pair |= other.hash != record.hash;
            return Ok(());
        }
        let index = &self.index;
        let fits = |other: &Record| index.fits(other);
        if self
            .second
            .contradicts(position, &record.hash, (ledger, seq), fits)
        {
            return Err(Error::TwoRecords(self.first_bad(Position {
                position,
                ledger,
                seq,
            })));
        }
        Ok(())
    }

    /// Where the journal was found bad before, or else here: what is named is the first.
    fn first_bad(&self, here: Position) -> Position {
        let bad = self.bad.as_ref();
        let before = bad.and_then(|bad| {
            Some(Position {
                position: bad.position,
                ledger: bad.ledger?,
                seq: bad.seq?,
            })
        });
        before.unwrap_or(here)
    }

    /// A frame of positions that came before. The same records once more are left out; others
    /// cannot both be true.
    fn repeated(&mut self, place: (usize, u64), frame: &Frame<'_>) -> Result<(), Error> {
        self.settle();
        let next = self.next();
        for (position, raw) in (frame.first..next).zip(Decoder::new(frame.entries)) {
            let Ok(raw) = raw else {
                break;
            };
            let known = self.second.at(position).map(|found| &found.record);
            let is_known = matches!(known, Some(Ok(record)) if record.hash == raw.hash);
            if !is_known {
                return Err(Error::Repeated(self.first_bad(Position {
                    position,
                    ledger: raw.ledger,
                    seq: raw.seq,
                })));
            }
            self.blame(position, Reason::Repeated, Some((raw.ledger, raw.seq)));
        }
        self.unsound.insert(place, 0);
        self.damaged.insert(place.0);
        Ok(())
    }

    fn blame(&mut self, position: u64, reason: Reason, claimed: Option<(chain::LedgerId, u64)>) {
        let sled = self
            .second
            .at(position)
            .filter(|found| found.record.is_ok());
        let (ledger, seq) = sled.and_then(|found| found.claimed).or(claimed).unzip();
        let copy = Copy::Journal;
        self.bad.get_or_insert(BadRecord {
            copy,
            position,
            ledger,
            seq,
            reason,
        });
    }

    /// Takes the records up to a position from sled. `until` is where the journal goes on.
    fn fill<E>(&mut self, to: u64, until: Option<u64>) -> Result<(), OpenError<E>>
    where
        F: FnMut(&Entry) -> Result<(), E>,
    {
        let reason = if self.pending.is_empty() {
            Reason::Missing
        } else {
            Reason::Frame
        };
        self.blame(self.next(), reason, None);
        while self.next() < to {
            let found = match self.second.at(self.next()) {
                Some(found) => found.record.clone(),
                None => Err(Reason::Missing),
            };
            let fits = found.and_then(|record| match self.index.fits(&record) {
                Ok(()) => Ok(record),
                Err(broken) => Err(Reason::from(broken)),
            });
            match fits {
                Ok(record) => self.take(Copy::Sled, record)?,
                Err(reason) => {
                    if self.next() < self.second.end() {
                        self.second.fault(self.next(), reason, None);
                    }
                    return Err(Error::from(self.lost(until)?).into());
                }
            }
            self.restored = self.restored.saturating_add(1);
        }
        Ok(())
    }

    /// The refusal of what neither copy has, from the next position on.
    fn lost(&mut self, to: Option<u64>) -> Result<crate::Lost, Error> {
        let from = self.next();
        let mut seqs = lost::seqs(&self.index, self.segments, from, to)?;
        // What was bad before and sled could make good: what is named first is the first.
        let bad = self.bad.as_ref().filter(|bad| bad.position < from);
        if let Some((ledger, seq)) = bad.and_then(|bad| bad.ledger.zip(bad.seq)) {
            let (first, last) = (seq, Some(seq));
            let before = Seqs {
                ledger,
                first,
                last,
            };
            seqs.insert(0, before);
        }
        let sled = self.second.reason();
        Ok(crate::Lost {
            from,
            to,
            seqs,
            sled,
        })
    }

    /// The one path that every record takes: one that has its hash and fits.
    fn take<E>(&mut self, copy: Copy, record: Record) -> Result<(), OpenError<E>>
    where
        F: FnMut(&Entry) -> Result<(), E>,
    {
        let position = self.next();
        self.index
            .push(&record)
            .map_err(|pushed| refused(pushed, |broken| bad(copy, position, broken).into()))?;
        let entry = Entry { position, record };
        (self.each)(&entry).map_err(OpenError::Each)?;
        self.body = entry.record.body;
        Ok(())
    }
}

pub(crate) fn store_error(error: OpenError<Infallible>) -> Error {
    match error {
        OpenError::Store(error) => error,
        OpenError::Each(impossible) => match impossible {},
    }
}

fn bad(copy: Copy, position: u64, broken: Broken) -> BadRecord {
    let (ledger, seq) = (Some(broken.ledger), Some(broken.seq));
    let reason = broken.into();
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
