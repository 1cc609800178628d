//! Timelines: which records name a subject, and which bear a word.

use crate::names::Names;
use crate::numbers::{Numbers, narrow, push_close};
use crate::{Entry, Page};
use hashbrown::HashMap;
use ledger::chunks::Chunks;
use ledger::ids::Subject;
use ledger::subjects::Subjects;

/// Sequence numbers by subject and by word.
#[derive(Debug, Clone, Default, serde::Serialize, ledger::form::Form)]
pub struct Timeline {
    /// Every subject that a record has named. What else is kept of them has their numbers here.
    pub(crate) names: Names,
    /// The records of each of them.
    subjects: Chunks<Numbers>,
    #[serde(serialize_with = "crate::parts::map")]
    words: HashMap<&'static str, Vec<u32>>,
}

impl Timeline {
    pub(crate) fn take_in(&mut self, entry: &Entry<'_>) {
        let Timeline {
            names,
            subjects,
            words,
        } = self;
        let seq = narrow(entry.seq);
        entry.fact.event.each(&mut |subject| {
            let number = names.number(subject.0);
            while subjects.next_place() <= number {
                subjects.push(Numbers::default());
            }
            if let Some(seqs) = subjects.get_mut(number) {
                seqs.push(seq);
            }
        });
        push_close(words.entry(entry.fact.event.word()).or_default(), seq);
    }

    /// All records that name `subject`, oldest first.
    #[must_use]
    pub fn of(&self, subject: Subject) -> &[u32] {
        let seqs = self.names.find(subject.0);
        let seqs = seqs.and_then(|number| self.subjects.get(number));
        seqs.map_or(&[], Numbers::as_slice)
    }

    /// All records whose event has this word, as `payment.settled`, oldest first.
    #[must_use]
    pub fn of_word(&self, word: &str) -> &[u32] {
        self.words.get(word).map_or(&[], Vec::as_slice)
    }

    /// At most `limit` records that name `subject`, from the first one after `after` on.
    #[must_use]
    pub fn page(&self, subject: Subject, after: Option<u64>, limit: usize) -> Page<u64> {
        after_seq(self.of(subject), after, limit)
    }

    /// At most `limit` records with this word, from the first one after `after` on.
    #[must_use]
    pub fn page_of_word(&self, word: &str, after: Option<u64>, limit: usize) -> Page<u64> {
        after_seq(self.of_word(word), after, limit)
    }

    /// How often each word has been recorded, by word.
    #[must_use]
    pub fn word_counts(&self) -> Vec<(&'static str, usize)> {
        let mut counts: Vec<_> = self
            .words
            .iter()
            .map(|(word, seqs)| (*word, seqs.len()))
            .collect();
        counts.sort_unstable();
        counts
    }

    /// How many subjects have been named.
    #[must_use]
    pub fn subject_count(&self) -> usize {
        self.subjects.len()
    }
}

/// A page of ascending sequence numbers.
#[must_use]
pub fn after_seq(seqs: &[u32], after: Option<u64>, limit: usize) -> Page<u64> {
    let offset = after.map_or(0, |after| {
        seqs.partition_point(|seq| u64::from(*seq) <= after)
    });
    Page::of(seqs, offset, limit, |seq| u64::from(*seq))
}
