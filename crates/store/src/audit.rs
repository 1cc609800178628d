//! Both copies side by side: the journal frame by frame, and sled's record for each of its records.

use std::fs;
use std::path::Path;

use chain::{Hash, LedgerId, Record};
use hashbrown::HashMap;

use crate::entry::{Decoder, Malformed, Raw};
use crate::error::{BadRecord, Copy, Reason, at};
use crate::index::State;
use crate::journal::{self, Damage, Frames, Piece};
use crate::second::{Found, InOrder};
use crate::{LedgerHead, Verified, VerifyError};

/// How many records pass between two calls of `progress`.
const PROGRESS_EVERY: u64 = 10_000;

/// What sled has where the journal has a record.
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time, on the stack of one function"
)]
enum Other {
    /// Nothing: it was not asked, or has ended.
    None,
    /// The same bytes: what is true of the one is true of the other, and nothing is hashed twice.
    Same,
    /// Something else.
    Found(Found),
}

pub(crate) struct Audit<'a, P, E> {
    sled: InOrder<'a>,
    /// It is there, and says what was never acknowledged.
    has_sled: bool,
    progress: P,
    /// Is given every record that is sound.
    each: E,
    /// In the order of their first records.
    states: Vec<State>,
    places: HashMap<LedgerId, usize>,
    /// The ledger of the record before: mostly that of the next one too.
    last: Option<(LedgerId, usize)>,
    /// The next position.
    next: u64,
    /// Where sled ended before the journal did, and the record it lacks first.
    sled_end: Option<(u64, LedgerId, u64)>,
    /// A body's buffer, to use again.
    body: Vec<u8>,
}

impl<'a, P: FnMut(u64), E: FnMut(&Record)> Audit<'a, P, E> {
    pub(crate) fn new(sled: InOrder<'a>, progress: P, each: E) -> Audit<'a, P, E> {
        Audit {
            has_sled: !sled.is_absent(),
            sled,
            progress,
            each,
            states: Vec::new(),
            places: HashMap::new(),
            last: None,
            next: 0,
            sled_end: None,
            body: Vec::new(),
        }
    }

    /// There is no sled: it does not say that the journal's end was never acknowledged.
    pub(crate) fn without_sled(self) -> Self {
        Audit {
            has_sled: false,
            ..self
        }
    }

    pub(crate) fn run(mut self, journal_dir: &Path) -> Result<Verified, VerifyError> {
        let mut unfinished_bytes = 0;
        let segments = journal::segments(journal_dir)?;
        for (number, segment) in segments.iter().enumerate() {
            let mut frames = Frames::open(&segment.path)?;
            let is_last = number.checked_add(1) == Some(segments.len());
            while let Some(piece) = frames.next()? {
                // Only the last group can be on its way from the journal to sled.
                if let Some((position, ledger, seq)) = self.sled_end
                    && position < self.next
                {
                    let (ledger, seq, reason) = (Some(ledger), Some(seq), Reason::Missing);
                    let copy = Copy::Sled;
                    return Err(BadRecord {
                        copy,
                        position,
                        ledger,
                        seq,
                        reason,
                    }
                    .into());
                }
                match piece {
                    Piece::Frame(frame) if frame.first == self.next => {
                        self.entries(Decoder::new(frame.entries))?;
                        if self.next.checked_sub(frame.first) != Some(u64::from(frame.count)) {
                            self.bad(Found::bad(Reason::Frame))?;
                        }
                    }
                    Piece::Frame(_) => self.bad(Found::bad(Reason::Missing))?,
                    Piece::Damage(damage) => {
                        let len = fs::metadata(&segment.path)
                            .map_err(at(&segment.path))?
                            .len();
                        if is_last && damage.to == len && self.sled_has_ended() {
                            unfinished_bytes = self.tail(damage)?;
                            break;
                        }
                        self.damage(&mut frames, damage)?;
                    }
                }
            }
        }
        self.end(unfinished_bytes)
    }

    /// How long a last group is that a crash cut off, or that it is something else.
    fn tail(&self, damage: Damage) -> Result<u64, BadRecord> {
        let bytes = damage.to.saturating_sub(damage.from);
        let is_cut = damage.is_cut;
        if is_cut && self.has_sled {
            return Ok(bytes);
        }
        Err(BadRecord {
            copy: Copy::Journal,
            position: self.next,
            ledger: None,
            seq: None,
            reason: Reason::Tail { bytes, is_cut },
        })
    }

    fn sled_has_ended(&mut self) -> bool {
        self.sled_end.is_some() || self.sled.has_ended(self.next)
    }

    /// Takes the records of a frame that does not have its hash, up to the first that is bad.
    fn damage(&mut self, frames: &mut Frames, damage: Damage) -> Result<(), VerifyError> {
        let bytes = frames.bytes(damage)?;
        let entries = journal::entries_of_damaged(&bytes);
        let bad = Decoder::new(entries).position(|raw| match raw {
            Ok(raw) => raw.record(Vec::new()).is_err(),
            Err(_) => true,
        });
        // If every record is sound, what was changed is the frame itself: name its first.
        let (sound, first) = (bad.unwrap_or(0), self.next);
        self.entries(Decoder::new(entries).take(sound))?;
        let claimed = Decoder::new(entries).nth(sound).and_then(Result::ok);
        let claimed = claimed.map(|raw| (raw.ledger, raw.seq));
        let reason = if sound == 0 {
            Reason::Frame
        } else {
            Reason::InFrame { first }
        };
        self.bad(Found {
            record: Err(reason),
            claimed,
        })
    }

    fn entries<'e>(
        &mut self,
        entries: impl Iterator<Item = Result<Raw<'e>, Malformed>>,
    ) -> Result<(), VerifyError> {
        for raw in entries {
            match raw {
                Ok(raw) => self.entry(&raw)?,
                Err(_) => self.bad(Found::bad(Reason::Malformed))?,
            }
        }
        Ok(())
    }

    /// Takes the journal's next entry.
    fn entry(&mut self, raw: &Raw<'_>) -> Result<(), VerifyError> {
        let record = raw.record(std::mem::take(&mut self.body));
        let found = Found {
            record: record.map_err(Reason::from),
            claimed: Some((raw.ledger, raw.seq)),
        };
        let other = self.ask(Some(raw)).unwrap_or(Other::None);
        self.pair(found, other)
    }

    /// Takes what the journal has wrong at the next position.
    fn bad(&mut self, journal: Found) -> Result<(), VerifyError> {
        let other = self.ask(None).unwrap_or(Other::None);
        self.pair(journal, other)
    }

    /// What sled has at the next position, where it is asked and has not ended.
    fn ask(&mut self, journal: Option<&Raw<'_>>) -> Option<Other> {
        if self.sled_end.is_some() {
            return None;
        }
        Some(match self.sled.next(self.next)? {
            Ok(raw) if Some(&raw) == journal => Other::Same,
            Ok(raw) => Other::Found(Found::of(&raw)),
            Err(reason) => Other::Found(Found::bad(reason)),
        })
    }

    /// Takes what the journal has at the next position, compared with what sled has there.
    fn pair(&mut self, journal: Found, sled: Other) -> Result<(), VerifyError> {
        let next = self.follows(&journal);
        let (copy, reason) = match (next, &sled) {
            (Ok(next), Other::Same) => return self.accept(journal, next),
            (Ok(next), Other::None) => {
                if let (None, false, Ok(record)) =
                    (self.sled_end, self.sled.is_absent(), &journal.record)
                {
                    self.sled_end = Some((self.next, record.header.ledger, record.header.seq));
                }
                return self.accept(journal, next);
            }
            (Ok(next), Other::Found(other)) => match self.follows(other) {
                Ok(_) if hash(&journal) == hash(other) => return self.accept(journal, next),
                Ok(_) => (Copy::Both, Reason::Differ),
                Err(reason) => (Copy::Sled, reason),
            },
            (Err(reason), Other::None) => (Copy::Journal, reason),
            (Err(reason), Other::Same) => (Copy::Both, reason),
            (Err(reason), Other::Found(other)) => match self.follows(other) {
                Ok(_) => (Copy::Journal, reason),
                Err(_) => (Copy::Both, reason),
            },
        };
        // The sound copy says which record it is.
        let other = match sled {
            Other::Found(found) => found.claimed,
            Other::None | Other::Same => None,
        };
        let claims = match copy {
            Copy::Journal => other.or(journal.claimed),
            Copy::Sled => journal.claimed,
            Copy::Both => journal.claimed.or(other),
        };
        let (ledger, seq) = claims.unzip();
        Err(BadRecord {
            copy,
            position: self.next,
            ledger,
            seq,
            reason,
        }
        .into())
    }

    fn place(&self, ledger: LedgerId) -> Option<usize> {
        match self.last {
            Some((last, place)) if last == ledger => Some(place),
            Some(_) | None => self.places.get(&ledger).copied(),
        }
    }

    /// What its ledger comes to with it as the next record, or what is wrong with that.
    fn follows(&self, found: &Found) -> Result<State, Reason> {
        let record = found.record.as_ref().map_err(Reason::clone)?;
        let ledger = record.header.ledger;
        let state = self.place(ledger).and_then(|place| self.states.get(place));
        let mut state = state.copied().unwrap_or_else(|| State::genesis(ledger));
        state.take(record)?;
        Ok(state)
    }

    /// Takes a record that is sound and makes its ledger this.
    fn accept(&mut self, found: Found, state: State) -> Result<(), VerifyError> {
        let Ok(record) = found.record else {
            return Ok(());
        };
        let ledger = record.header.ledger;
        let place = self.place(ledger).unwrap_or_else(|| {
            let place = self.states.len();
            self.states.push(state);
            self.places.insert(ledger, place);
            place
        });
        if let Some(known) = self.states.get_mut(place) {
            *known = state;
        }
        self.last = Some((ledger, place));
        (self.each)(&record);
        self.body = record.body;
        self.next = self.next.saturating_add(1);
        if self.next.is_multiple_of(PROGRESS_EVERY) {
            (self.progress)(self.next);
        }
        Ok(())
    }

    fn end(mut self, unfinished_bytes: u64) -> Result<Verified, VerifyError> {
        if !self.sled_has_ended() {
            self.bad(Found::bad(Reason::Missing))?;
        }
        let heads = self.states.iter();
        if let Some(state) = heads.clone().find(|state| !state.is_whole()) {
            let (ledger, seq) = (Some(state.head.ledger), Some(state.head.seq));
            let (copy, reason) = (Copy::Both, Reason::Unfinished);
            let position = self.next.saturating_sub(1);
            return Err(BadRecord {
                copy,
                position,
                ledger,
                seq,
                reason,
            }
            .into());
        }
        let ledgers = heads.map(|state| LedgerHead {
            id: state.head.ledger,
            seq: state.head.seq,
            hash: state.head.hash,
        });
        let ledgers = ledgers.collect();
        (self.progress)(self.next);
        Ok(Verified {
            records: self.next,
            ledgers,
            not_in_sled: self
                .sled_end
                .map_or(0, |(end, ..)| self.next.saturating_sub(end)),
            unfinished_bytes,
        })
    }
}

fn hash(found: &Found) -> Option<Hash> {
    found.record.as_ref().ok().map(|record| record.hash)
}
