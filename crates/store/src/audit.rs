//! Both copies side by side: the journal frame by frame, and sled's record for each of its records.

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::path::Path;

use chain::{Hash, LedgerId, Record};

use crate::entry::{Decoder, Malformed, Raw};
use crate::error::{BadRecord, Copy, Reason, at};
use crate::index::State;
use crate::journal::{self, Damage, Frames, Piece};
use crate::pages::Page;
use crate::second::Found;
use crate::{Error, LedgerHead, Verified, VerifyError};

/// How many records pass between two calls of `progress`.
const PROGRESS_EVERY: u64 = 10_000;

impl Found {
    /// What is wrong with it as the next of its ledger.
    fn fault(&self, audit: &HashMap<LedgerId, State>) -> Option<Reason> {
        let record = match &self.record {
            Ok(record) => record,
            Err(reason) => return Some(reason.clone()),
        };
        let ledger = record.header.ledger;
        let mut state = audit
            .get(&ledger)
            .copied()
            .unwrap_or_else(|| State::genesis(ledger));
        state.take(record).err().map(Reason::from)
    }
}

/// sled's records in the order of position.
pub(crate) struct Sled<'a> {
    pages: &'a mut dyn Iterator<Item = Result<Page, Error>>,
    found: VecDeque<Found>,
    /// sled could not be opened; then nothing is asked of it.
    absent: bool,
}

impl<'a> Sled<'a> {
    pub(crate) fn new(pages: &'a mut dyn Iterator<Item = Result<Page, Error>>) -> Sled<'a> {
        Sled {
            pages,
            found: VecDeque::new(),
            absent: false,
        }
    }

    /// For a sled that could not be opened: nothing is asked of it.
    pub(crate) fn unread(none: &'a mut dyn Iterator<Item = Result<Page, Error>>) -> Sled<'a> {
        Sled {
            absent: true,
            ..Sled::new(none)
        }
    }

    /// The record at a position, which is the one after the last asked for. `None` after the last.
    fn next(&mut self, position: u64) -> Option<Found> {
        if self.found.is_empty() {
            match self.pages.next()? {
                Err(error) => return Some(Found::bad(Reason::Unreadable(error.to_string()))),
                Ok(page) if page.first > position => return Some(Found::bad(Reason::Missing)),
                Ok(page) if page.first < position => return Some(Found::bad(Reason::Differ)),
                Ok(page) => self.found.extend(Found::of_page(&page)),
            }
        }
        Some(
            self.found
                .pop_front()
                .unwrap_or_else(|| Found::bad(Reason::Malformed)),
        )
    }
}

pub(crate) struct Audit<'a, P, E> {
    sled: Sled<'a>,
    progress: P,
    /// Is given every record that is sound.
    each: E,
    states: HashMap<LedgerId, State>,
    order: Vec<LedgerId>,
    /// The next position.
    next: u64,
    /// Where sled ended before the journal did, and the record it lacks first.
    sled_end: Option<(u64, LedgerId, u64)>,
}

impl<'a, P: FnMut(u64), E: FnMut(&Record)> Audit<'a, P, E> {
    pub(crate) fn new(sled: Sled<'a>, progress: P, each: E) -> Audit<'a, P, E> {
        let (states, order) = (HashMap::new(), Vec::new());
        Audit {
            sled,
            progress,
            each,
            states,
            order,
            next: 0,
            sled_end: None,
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
                            self.pair(Found::bad(Reason::Frame))?;
                        }
                    }
                    Piece::Frame(_) => self.pair(Found::bad(Reason::Missing))?,
                    Piece::Damage(damage) => {
                        let len = fs::metadata(&segment.path)
                            .map_err(at(&segment.path))?
                            .len();
                        if is_last && damage.to == len && self.sled_has_ended() {
                            unfinished_bytes = damage.to.saturating_sub(damage.from);
                            break;
                        }
                        self.damage(&mut frames, damage)?;
                    }
                }
            }
        }
        self.end(unfinished_bytes)
    }

    fn sled_has_ended(&mut self) -> bool {
        if self.sled_end.is_some() || self.sled.absent {
            return true;
        }
        match self.sled.next(self.next) {
            Some(found) => {
                self.sled.found.push_front(found);
                false
            }
            None => true,
        }
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
        let sound = bad.unwrap_or(0);
        self.entries(Decoder::new(entries).take(sound))?;
        let claimed = Decoder::new(entries).nth(sound).and_then(Result::ok);
        let claimed = claimed.map(|raw| (raw.ledger, raw.seq));
        self.pair(Found {
            record: Err(Reason::Frame),
            claimed,
        })
    }

    fn entries<'e>(
        &mut self,
        entries: impl Iterator<Item = Result<Raw<'e>, Malformed>>,
    ) -> Result<(), VerifyError> {
        for raw in entries {
            self.pair(match raw {
                Ok(raw) => Found::of(&raw),
                Err(_) => Found::bad(Reason::Malformed),
            })?;
        }
        Ok(())
    }

    /// Takes what the journal has at the next position, and compares it with what sled has there.
    fn pair(&mut self, journal: Found) -> Result<(), VerifyError> {
        let asks_sled = self.sled_end.is_none() && !self.sled.absent;
        let sled = if asks_sled {
            self.sled.next(self.next)
        } else {
            None
        };
        let fault = journal.fault(&self.states);
        let (copy, reason) = match (fault, &sled) {
            (None, None) => {
                if let (true, Ok(record)) = (asks_sled, &journal.record) {
                    self.sled_end = Some((self.next, record.header.ledger, record.header.seq));
                }
                return self.accept(journal);
            }
            (None, Some(other)) => match other.fault(&self.states) {
                None if hash(&journal) == hash(other) => return self.accept(journal),
                None => (Copy::Both, Reason::Differ),
                Some(reason) => (Copy::Sled, reason),
            },
            (Some(reason), None) => (Copy::Journal, reason),
            (Some(reason), Some(other)) => match other.fault(&self.states) {
                None => (Copy::Journal, reason),
                Some(_) => (Copy::Both, reason),
            },
        };
        // The sound copy says which record it is.
        let claims = match copy {
            Copy::Journal => sled
                .as_ref()
                .and_then(|sled| sled.claimed)
                .or(journal.claimed),
            Copy::Sled => journal.claimed,
            Copy::Both => journal.claimed.or(sled.and_then(|sled| sled.claimed)),
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

    fn accept(&mut self, found: Found) -> Result<(), VerifyError> {
        let Ok(record) = found.record else {
            return Ok(());
        };
        let ledger = record.header.ledger;
        let order = &mut self.order;
        let state = self.states.entry(ledger).or_insert_with(|| {
            order.push(ledger);
            State::genesis(ledger)
        });
        // `fault` has said that it can be taken.
        let taken = state.take(&record);
        debug_assert!(taken.is_ok());
        (self.each)(&record);
        self.next = self.next.saturating_add(1);
        if self.next.is_multiple_of(PROGRESS_EVERY) {
            (self.progress)(self.next);
        }
        Ok(())
    }

    fn end(mut self, unfinished_bytes: u64) -> Result<Verified, VerifyError> {
        if !self.sled_has_ended() {
            self.pair(Found::bad(Reason::Missing))?;
        }
        let heads = self
            .order
            .iter()
            .filter_map(|ledger| self.states.get(ledger));
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
