//! From records to the file of subjects, in bounded memory.

use super::{RECORDS_AT_ONCE, SealError};
use chain::{Accumulator, Hash};
use ledger::Event;
use ledger::ids::LedgerId;
use ledger::subjects::Subjects;
use std::path::Path;
use store::{Entry, Reader, SubjectFile, SubjectRow, SubjectWriter};
use uuid::Uuid;

/// How many pairs of a subject and a record are folded at once: 17 MiB. A scan of a million records
/// of every noun has some four million, and writes the file some sixteen times.
#[cfg(not(test))]
pub(crate) const PAIRS_MAX: usize = 1 << 18;
/// Few, so that tests go that way too.
#[cfg(test)]
pub(crate) const PAIRS_MAX: usize = 40;

/// A subject of a ledger: the order of leaves.
pub(crate) type Key = (chain::LedgerId, Uuid);

/// Subject, place of a record that names it in the order of positions, and the record's hash.
pub(crate) type Pair = (Key, u64, Hash);

/// The file of a position: the latest sound one, with the records since folded in. A file that is
/// damaged, or of another log, is as good as none.
pub(super) fn file_through(
    reader: &Reader,
    dir: &Path,
    through: u64,
) -> Result<SubjectFile, SealError> {
    let mut file = None;
    for candidate in SubjectFile::list(dir)? {
        if candidate > through {
            continue;
        }
        match sound(reader, dir, candidate) {
            Ok(Some(found)) => {
                file = Some(found);
                break;
            }
            Ok(None) => tracing::warn!(candidate, "a file of subjects is of another log"),
            Err(error) => tracing::warn!(candidate, %error, "a file of subjects is damaged"),
        }
    }
    loop {
        let next = file
            .as_ref()
            .map_or(0, |file: &SubjectFile| file.through.saturating_add(1));
        match file {
            Some(file) if next > through => return Ok(file),
            Some(_) | None => {}
        }
        let folded = Folded::read(reader, next, through)?;
        file = Some(folded.merge(dir, file.as_ref())?);
    }
}

/// A file that is whole, and of this log.
fn sound(reader: &Reader, dir: &Path, at: u64) -> Result<Option<SubjectFile>, store::Error> {
    let file = SubjectFile::open(dir, at)?;
    let last = reader.at(at)?.map(|entry| entry.record.hash);
    if last != Some(file.last) {
        return Ok(None);
    }
    file.each(|_| Ok::<(), store::Error>(()))?;
    Ok(Some(file))
}

/// What a record says.
pub(super) fn event(entry: &Entry) -> Result<Event, SealError> {
    let header = &entry.record.header;
    let (ledger, seq) = (LedgerId(header.ledger.0), header.seq);
    let fact = wire::decode_event(&entry.record.body);
    let (fact, _salt) = fact.map_err(|_| SealError::Newer { ledger, seq })?;
    Ok(fact.event)
}

/// The subjects that a record names, each once.
pub(crate) fn subjects_of(event: &Event) -> Vec<Uuid> {
    let mut subjects = Vec::new();
    event.each(&mut |subject| subjects.push(subject.0));
    subjects.sort_unstable();
    subjects.dedup();
    subjects
}

/// Records, taken apart by subject.
pub(crate) struct Folded {
    pub(crate) pairs: Vec<Pair>,
    /// The last position that was read, and the hash there.
    pub(crate) through: u64,
    last: Hash,
}

impl Folded {
    /// Nothing, to be filled by somebody who knows without a hash which log it is of.
    pub(crate) fn empty(through: u64) -> Folded {
        Folded {
            pairs: Vec::new(),
            through,
            last: Hash::from_bytes([0; 32]),
        }
    }

    pub(crate) fn sort(&mut self) {
        // The place makes every one different, so no order is lost by sorting in place.
        self.pairs
            .sort_unstable_by_key(|(key, place, _)| (*key, *place));
    }

    /// The records from `next` through at most `through`, as many as there is room for.
    fn read(reader: &Reader, mut next: u64, through: u64) -> Result<Folded, SealError> {
        let mut pairs = Vec::new();
        let mut last = None;
        while next <= through && pairs.len() < PAIRS_MAX {
            let left = through.saturating_sub(next).saturating_add(1);
            let left = usize::try_from(left).unwrap_or(usize::MAX);
            let entries = reader.range(next, left.min(RECORDS_AT_ONCE))?;
            if entries.is_empty() {
                return Err(SealError::NoPosition(next));
            }
            for entry in entries {
                if pairs.len() >= PAIRS_MAX {
                    break;
                }
                let ledger = entry.record.header.ledger;
                for subject in subjects_of(&event(&entry)?) {
                    pairs.push(((ledger, subject), entry.position, entry.record.hash));
                }
                last = Some((entry.position, entry.record.hash));
                next = entry.position.saturating_add(1);
            }
        }
        let (through, last) = last.ok_or(SealError::NoPosition(next))?;
        let mut folded = Folded {
            pairs,
            through,
            last,
        };
        folded.sort();
        Ok(folded)
    }

    /// The file before with these records folded in.
    pub(crate) fn merge(
        &self,
        dir: &Path,
        before: Option<&SubjectFile>,
    ) -> Result<SubjectFile, store::Error> {
        let mut writer = SubjectWriter::create(dir, self.through, self.last)?;
        let mut groups = self.pairs.chunk_by(|a, b| a.0 == b.0).peekable();
        let mut rows = before.map(SubjectFile::rows).transpose()?;
        while let Some(rows) = &mut rows
            && let Some(row) = rows.next()?
        {
            let key_of = |group: &[Pair]| group.first().map(|pair| pair.0);
            while let Some(new) = groups.next_if(|group| key_of(group) < Some(row.key)) {
                writer.push(&folded(None, new))?;
            }
            let same = groups.next_if(|group| key_of(group) == Some(row.key));
            writer.push(&folded(Some(row), same.unwrap_or_default()))?;
        }
        for new in groups {
            writer.push(&folded(None, new))?;
        }
        writer.finish()
    }
}

/// A row after the records of a group, which are all of its subject.
fn folded(row: Option<SubjectRow>, group: &[Pair]) -> SubjectRow {
    let begin = |key: Key| SubjectRow {
        key,
        accumulator: Accumulator::empty(key.0, key.1),
    };
    let first = group.first().map(|pair| begin(pair.0));
    let nobody = (chain::LedgerId(Uuid::nil()), Uuid::nil());
    let row = row.or(first).unwrap_or_else(|| begin(nobody));
    let records = group.iter().map(|(_, _, hash)| *hash);
    SubjectRow {
        accumulator: records.fold(row.accumulator, Accumulator::after),
        ..row
    }
}
