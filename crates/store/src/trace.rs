//! When sled cannot read its file: which record was changed? sled stops at the first page it does
//! not believe, or forgets all that came after, and then names nothing. But a page's bytes stand
//! in its file as they were given, so the first record whose bytes stand there nowhere is found.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use chain::{LedgerId, Record};

use crate::Error;
use crate::entry::{BACK_MAX, Decoder, ENTRY_LEN_MAX, push_own, push_place};
use crate::error::at;
use crate::journal::{self, Frames, Piece};

/// How many records are looked for in one reading of the file: some 80 MB of memory.
const SOUGHT_MAX: usize = 500_000;

/// How much of the file is in memory at once.
const WINDOW_LEN: u64 = 8 * 1024 * 1024;

/// An entry's own fields before the hash (see `entry`), and those of its place before them.
const OWN_BEFORE_HASH: usize = 60;
const PLACE_LEN: usize = 57;

/// A record's place in the log: position, ledger, seq.
pub(crate) type Place = (u64, LedgerId, u64);

/// The first record of the journal whose bytes are nowhere in sled's file.
pub(crate) fn first_changed(db: &Path, journal_dir: &Path) -> Result<Option<Place>, Error> {
    let mut sought = Sought::default();
    let mut position = 0_u64;
    for segment in journal::segments(journal_dir)? {
        let mut frames = Frames::open(&segment.path)?;
        while let Some(Piece::Frame(frame)) = frames.next()? {
            for record in Decoder::new(frame.entries).map_while(|raw| raw.ok()?.record(vec![]).ok())
            {
                sought.add(position, &record);
                position = position.saturating_add(1);
            }
            if sought.records.len() >= SOUGHT_MAX
                && let Some(place) = std::mem::take(&mut sought).not_in(db)?
            {
                return Ok(Some(place));
            }
        }
    }
    sought.not_in(db)
}

#[derive(Default)]
struct Sought {
    /// By the first bytes of the record's hash.
    records: HashMap<[u8; 8], One>,
    /// Which first two bytes occur at all: most bytes of the file begin none of them.
    begin: Vec<bool>,
}

struct One {
    place: Place,
    own_len: usize,
    own: blake3::Hash,
    with_place: blake3::Hash,
}

impl Sought {
    fn add(&mut self, position: u64, record: &Record) {
        let mut bytes = Vec::new();
        push_place(&mut bytes, record);
        push_own(&mut bytes, record);
        let own = bytes.get(PLACE_LEN..).unwrap_or_default();
        let one = One {
            place: (position, record.header.ledger, record.header.seq),
            own_len: own.len(),
            own: blake3::hash(own),
            with_place: blake3::hash(&bytes),
        };
        let [a, b, c, d, e, f, g, h, ..] = *record.hash.as_bytes();
        self.begin.resize(1 << 16, false);
        if let Some(begin) = self.begin.get_mut(usize::from(u16::from_be_bytes([a, b]))) {
            *begin = true;
        }
        self.records.insert([a, b, c, d, e, f, g, h], one);
    }

    fn not_in(mut self, db: &Path) -> Result<Option<Place>, Error> {
        let mut file = File::open(db).map_err(at(db))?;
        let mut window = Vec::new();
        loop {
            let read = Read::by_ref(&mut file)
                .take(WINDOW_LEN)
                .read_to_end(&mut window);
            if read.map_err(at(db))? == 0 {
                break;
            }
            self.strike_out(&window);
            // An entry may lie across two windows.
            let done = window.len().saturating_sub(2 * ENTRY_LEN_MAX);
            window.drain(..done);
        }
        Ok(self
            .records
            .into_values()
            .map(|one| one.place)
            .min_by_key(|place| place.0))
    }

    /// Forgets the records that stand in the window unchanged.
    fn strike_out(&mut self, window: &[u8]) {
        for (at, eight) in window.array_windows::<8>().enumerate() {
            let [a, b, ..] = *eight;
            let begins = self.begin.get(usize::from(u16::from_be_bytes([a, b])));
            if begins == Some(&true)
                && let Some(one) = self.records.get(eight)
                && one.stands_at(window, at).unwrap_or(false)
            {
                self.records.remove(eight);
            }
        }
    }
}

impl One {
    fn stands_at(&self, window: &[u8], hash_at: usize) -> Option<bool> {
        let from = hash_at.checked_sub(OWN_BEFORE_HASH)?;
        let to = from.checked_add(self.own_len)?;
        let back = usize::from(*window.get(from.checked_sub(1)?)?);
        let own = blake3::hash(window.get(from..to)?);
        let with_place = from
            .checked_sub(PLACE_LEN)
            .and_then(|from| window.get(from..to));
        let is_placed = with_place.is_some_and(|bytes| blake3::hash(bytes) == self.with_place);
        Some(is_placed || (own == self.own && (1..=BACK_MAX).contains(&back)))
    }
}
