//! What is known of the log without reading it: heads, positions, fingerprints. Derived, in
//! memory, built anew at each start, or from a snapshot on, by what also keeps it up to date.

use std::hash::{BuildHasher, Hasher, RandomState};

use chain::{Broken, Head, Header, LedgerId, Parts, Record};
use hashbrown::HashMap;
use siphasher::sip::SipHasher13;
use uuid::Uuid;

use crate::Error;
use crate::disk::{narrow, wide};
use crate::fingerprints::Fingerprints;
use crate::journal::FrameAt;

/// The index of everything that is published.
#[derive(Debug)]
pub(crate) struct Index {
    books: Vec<Book>,
    places: HashMap<LedgerId, usize>,
    commands: Fingerprints,
    /// The key of the fingerprints, drawn at each start that reads everything, so that nobody can
    /// prepare command ids that share one: a shared one costs a read, never a wrong answer. It goes
    /// into snapshots, and so the hash is one that no release of Rust may change.
    key: [u8; 16],
    next_position: u64,
    /// Where the journal's last frame stands, if that is known: not after a repair.
    frame: Option<FrameAt>,
    #[cfg(test)]
    pub(crate) one_fingerprint: bool,
}

impl Default for Index {
    fn default() -> Index {
        // The standard library's own random key, drawn out of it.
        let random = RandomState::new();
        let halves = [random.hash_one(1_u8), random.hash_one(2_u8)];
        Index::keyed((u128::from(halves[0]) << 64 | u128::from(halves[1])).to_be_bytes())
    }
}

/// One ledger.
#[derive(Debug)]
struct Book {
    state: State,
    /// The position of seq n at n - 1: 4 bytes per record.
    positions: Vec<u32>,
}

/// What the next record of a ledger is checked against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State {
    pub(crate) head: Head,
    parts: Parts,
}

impl State {
    pub(crate) fn genesis(ledger: LedgerId) -> State {
        State {
            head: Head::genesis(ledger),
            parts: Parts::default(),
        }
    }

    /// Checks and takes the next record, whose own hash is known good.
    pub(crate) fn take(&mut self, record: &Record) -> Result<(), Broken> {
        self.head.precedes(&record.header)?;
        self.parts.next(&record.header)?;
        self.head = Head::of(record);
        Ok(())
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.parts.is_whole()
    }
}

impl Index {
    /// An index of nothing, with a key.
    fn keyed(key: [u8; 16]) -> Index {
        Index {
            books: Vec::new(),
            places: HashMap::new(),
            commands: Fingerprints::default(),
            key,
            next_position: 0,
            frame: None,
            #[cfg(test)]
            one_fingerprint: false,
        }
    }

    /// An index as it was kept: its ledgers with their heads and positions, in the order of their
    /// first records, and the commands. Nothing if it is not one of `next_position` records.
    pub(crate) fn kept(
        key: [u8; 16],
        next_position: u64,
        ledgers: Vec<(Head, Vec<u32>)>,
        commands: Fingerprints,
    ) -> Option<Index> {
        let mut index = Index::keyed(key);
        let mut count = 0_u64;
        for (head, positions) in ledgers {
            let is_in_order = positions.is_sorted_by(|a, b| a < b);
            let last = positions.last().copied().map(u64::from)?;
            if !is_in_order || last >= next_position || wide(positions.len()) != head.seq {
                return None;
            }
            count = count.checked_add(head.seq)?;
            let place = index.books.len();
            // Groups end with whole commands, and so does what was kept.
            let parts = Parts::default();
            let state = State { head, parts };
            index.books.push(Book { state, positions });
            if index.places.insert(head.ledger, place).is_some() {
                return None;
            }
        }
        index.commands = commands;
        index.next_position = next_position;
        (count == next_position).then_some(index)
    }

    /// The key of the fingerprints.
    pub(crate) fn key(&self) -> [u8; 16] {
        self.key
    }

    /// The commands by their fingerprints.
    pub(crate) fn commands(&self) -> &Fingerprints {
        &self.commands
    }

    /// The journal's last frame, if it is known where it stands.
    pub(crate) fn frame(&self) -> Option<FrameAt> {
        self.frame
    }

    /// The journal ends with this frame.
    pub(crate) fn ends_with(&mut self, frame: Option<FrameAt>) {
        self.frame = frame;
    }

    /// Whether what is kept here of a record, which is sound, is what a start would find.
    pub(crate) fn knows(&self, position: u64, header: &Header) -> bool {
        let before = narrow(header.seq.saturating_sub(1));
        let book = self.book(header.ledger);
        let kept = book.and_then(|book| book.positions.get(before).copied());
        let Some(kept) = kept.filter(|kept| u64::from(*kept) == position) else {
            return false;
        };
        let mut found = self.commands.find(self.fingerprint_of(header));
        header.part != 1 || found.any(|found| found == kept)
    }

    pub(crate) fn next_position(&self) -> u64 {
        self.next_position
    }

    /// The ledgers in the order of their first records.
    pub(crate) fn states(&self) -> impl Iterator<Item = &State> {
        self.books.iter().map(|book| &book.state)
    }

    pub(crate) fn state(&self, ledger: LedgerId) -> Option<&State> {
        self.book(ledger).map(|book| &book.state)
    }

    /// The ledger and seq of the record at a position.
    pub(crate) fn name(&self, position: u64) -> Option<(LedgerId, u64)> {
        let position = u32::try_from(position).ok()?;
        self.books.iter().find_map(|book| {
            let place = book.positions.binary_search(&position).ok()?;
            Some((book.state.head.ledger, wide(place).saturating_add(1)))
        })
    }

    /// The same as [`Index::positions`], as they are kept.
    pub(crate) fn kept_positions(&self, ledger: LedgerId, after_seq: u64, limit: usize) -> &[u32] {
        let positions = self.book(ledger).map_or(&[][..], |book| &book.positions);
        let rest = positions.get(narrow(after_seq)..).unwrap_or_default();
        rest.get(..limit).unwrap_or(rest)
    }

    /// The positions of at most `limit` records of a ledger, those after `after_seq`, in order.
    pub(crate) fn positions(&self, ledger: LedgerId, after_seq: u64, limit: usize) -> Vec<u64> {
        let positions = self.book(ledger).map_or(&[][..], |book| &book.positions);
        positions
            .iter()
            .skip(narrow(after_seq))
            .take(limit)
            .copied()
            .map(u64::from)
            .collect()
    }

    /// The positions where the first record of this command may be; nearly always one or none.
    pub(crate) fn candidates(&self, ledger: LedgerId, command_id: Uuid) -> Vec<u64> {
        let fingerprint = self.fingerprint(ledger, command_id);
        self.commands.find(fingerprint).map(u64::from).collect()
    }

    /// Checks that a group continues the ledgers and leaves no command unfinished. Changes nothing.
    pub(crate) fn check(&self, records: &[Record]) -> Result<(), Error> {
        let mut ahead: HashMap<LedgerId, State> = HashMap::new();
        for record in records {
            let ledger = record.header.ledger;
            let now = || {
                self.state(ledger)
                    .copied()
                    .unwrap_or_else(|| State::genesis(ledger))
            };
            let state = ahead.entry(ledger).or_insert_with(now);
            state.take(record).map_err(Error::NotNext)?;
        }
        if let Some(state) = ahead.values().find(|state| !state.is_whole()) {
            return Err(Error::Unfinished {
                ledger: state.head.ledger,
            });
        }
        let end = self.next_position.checked_add(wide(records.len()));
        if end.is_none_or(|end| end > u64::from(u32::MAX)) {
            return Err(Error::Full);
        }
        Ok(())
    }

    /// Checks that a record, whose own hash is known good, is the next of its ledger.
    pub(crate) fn fits(&self, record: &Record) -> Result<(), Broken> {
        let ledger = record.header.ledger;
        let state = self.state(ledger).copied();
        state.unwrap_or_else(|| State::genesis(ledger)).take(record)
    }

    /// Takes the next record of the log, whose own hash is known good.
    pub(crate) fn push(&mut self, record: &Record) -> Result<(), Pushed> {
        let position = u32::try_from(self.next_position).map_err(|_| Pushed::Full)?;
        if position == u32::MAX {
            return Err(Pushed::Full);
        }
        let header = &record.header;
        let place = *self.places.entry(header.ledger).or_insert(self.books.len());
        if place == self.books.len() {
            let state = State::genesis(header.ledger);
            self.books.push(Book {
                state,
                positions: Vec::new(),
            });
        }
        if let Some(book) = self.books.get_mut(place) {
            book.state.take(record)?;
            if book.positions.len() == book.positions.capacity() {
                // Doubled, half of millions might be empty.
                let more = (book.positions.len() / 8).max(4);
                book.positions.reserve_exact(more);
            }
            book.positions.push(position);
        }
        if header.part == 1 {
            let fingerprint = self.fingerprint_of(header);
            self.commands.insert(fingerprint, position);
        }
        self.next_position = self.next_position.saturating_add(1);
        Ok(())
    }

    /// A larger table of fingerprints, if `more` commands need one; see [`Index::exchange`].
    pub(crate) fn grown(&self, more: usize) -> Option<Fingerprints> {
        self.commands.grown(more)
    }

    /// Takes the table that [`Index::grown`] made.
    pub(crate) fn exchange(&mut self, grown: Fingerprints) {
        self.commands = grown;
    }

    fn book(&self, ledger: LedgerId) -> Option<&Book> {
        self.books.get(*self.places.get(&ledger)?)
    }

    fn fingerprint_of(&self, header: &Header) -> u64 {
        self.fingerprint(header.ledger, header.command_id)
    }

    fn fingerprint(&self, ledger: LedgerId, command_id: Uuid) -> u64 {
        #[cfg(test)]
        if self.one_fingerprint {
            return 1;
        }
        let mut hasher = SipHasher13::new_with_key(&self.key);
        hasher.write(ledger.as_bytes());
        hasher.write(command_id.as_bytes());
        hasher.finish()
    }
}

/// Why a record cannot be the next.
#[derive(Debug)]
pub(crate) enum Pushed {
    Broken(Broken),
    Full,
}

impl From<Broken> for Pushed {
    fn from(broken: Broken) -> Pushed {
        Pushed::Broken(broken)
    }
}
